//! Reports deployments without a trail that meets every condition of the control, or without one in each required
//! Region.

mod regions;

use super::{Check, Rule, RulePage, Strictness, conditions};
use crate::finding::{Finding, Verdict};
use crate::model::{Deployment, Trail, UnreadPart, part_name};
use crate::value::{Known, Maybe, Reason, Unknown};
use regions::{HomeRole, Spread};

pub(super) use regions::decides_about_regions;

pub(crate) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/no-compliant-trail.md")), Check::Deployment(check));

/// The problem of a deployment, which follows "has" or "may have".
const NO_TRAIL: &str = "no trail that meets every condition";

/// The help if several values are unknown.
const RESOLVE: &str = "provide the unknown values, or declare a trail that certainly meets every condition";

/// The evaluation of one trail against the control.
struct TrailEvaluation<'a> {
    trail: &'a Trail,
    /// Conditions that it certainly doesn't meet.
    unmet: Vec<Finding>,
    /// Conditions that it may not meet, including its existence.
    unknown: Vec<Finding>,
    /// Its coverage if it counts for its home Region only.
    role: HomeRole,
}

fn check(deployment: &Deployment, policy: &Strictness) -> Verdict {
    let trails = deployment.trails.iter().filter(|trail| !trail.never_exists());
    let evaluations: Vec<TrailEvaluation<'_>> = trails.map(|trail| TrailEvaluation::of(trail, policy)).collect();
    if evaluations.iter().any(TrailEvaluation::satisfies) {
        return Verdict::Pass;
    }
    let spread = (!policy.regions.is_empty()).then(|| regions::spread(&evaluations, &policy.regions));
    if let Some(Spread::Complete) = spread {
        return Verdict::Pass;
    }
    if let Some(elsewhere) = &deployment.unread_part {
        return Verdict::Unknown(unread_part_finding(elsewhere));
    }
    let Some(first) = evaluations.first() else { return no_trail(deployment) };
    let is_open = matches!(spread, Some(Spread::Open(_)));
    if is_open || evaluations.iter().any(|evaluation| evaluation.unmet.is_empty()) {
        Verdict::Unknown(may_be_none(first, &evaluations, spread))
    } else {
        Verdict::Fail(none(first, &evaluations, spread))
    }
}

fn none(first: &TrailEvaluation<'_>, evaluations: &[TrailEvaluation<'_>], spread: Option<Spread>) -> Finding {
    let is_only = evaluations.len() == 1;
    let (message, help) = match spread {
        Some(Spread::Incomplete(lack)) if is_only => (
            format!("has {lack}"),
            "fix this trail so that it meets every condition, or declare a trail in each Region",
        ),
        Some(Spread::Incomplete(lack)) => {
            (format!("has {lack}"), "fix one trail so that it meets every condition, or declare a trail in each Region")
        }
        Some(Spread::Complete | Spread::Open(_)) | None if is_only => {
            (format!("has {NO_TRAIL}"), "fix this trail so that it meets every condition")
        }
        Some(Spread::Complete | Spread::Open(_)) | None => (
            format!("has {NO_TRAIL}"),
            "fix one trail so that it meets every condition: several trails can't meet the conditions together",
        ),
    };
    let finding = Finding::at(first.trail.header, message, label(evaluations));
    finding.with_trail_finding(evaluations.iter().flat_map(TrailEvaluation::unmet_findings)).help(help)
}

/// The label at the first trail.
fn label(evaluations: &[TrailEvaluation<'_>]) -> &'static str {
    if evaluations.len() == 1 { "the only trail" } else { "the first trail" }
}

fn may_be_none(first: &TrailEvaluation<'_>, evaluations: &[TrailEvaluation<'_>], spread: Option<Spread>) -> Finding {
    if let Some(Spread::Open(lack)) = spread {
        return may_be_incomplete(first, evaluations, &lack);
    }
    let finding = Finding::at(first.trail.header, format!("may have {NO_TRAIL}"), label(evaluations));
    let candidates = evaluations.iter().filter(|evaluation| evaluation.unmet.is_empty());
    let finding = finding.with_trail_finding(candidates.clone().flat_map(TrailEvaluation::unknown_findings));
    match unknown_existence(candidates) {
        Some(why) => finding.with_cause(why),
        None => finding.help(RESOLVE),
    }
}

/// The reason why it is unknown if a trail is created, if nothing else is unknown.
fn unknown_existence<'e>(mut candidates: impl Iterator<Item = &'e TrailEvaluation<'e>>) -> Option<&'e Reason> {
    let (only, None) = (candidates.next()?, candidates.next()) else { return None };
    match &only.trail.exists.value {
        Unknown(why) if only.unknown.len() == 1 => Some(why),
        Known(_) | Unknown(_) => None,
    }
}

/// The finding if single-Region trails may satisfy the control; `lack` describes what may be missing.
fn may_be_incomplete(first: &TrailEvaluation<'_>, evaluations: &[TrailEvaluation<'_>], lack: &str) -> Finding {
    let message = format!("may have {lack}");
    let useful =
        evaluations.iter().filter(|evaluation| evaluation.unmet.is_empty() || evaluation.role.records != Some(false));
    let finding = Finding::at(first.trail.header, message, label(evaluations));
    let finding = finding.with_trail_finding(useful.clone().flat_map(TrailEvaluation::unknown_findings));
    let cause = useful.clone().find_map(regions::unknown_region).filter(|_| finding.related.is_empty());
    let finding = useful.fold(finding, regions::with_unknown_regions);
    match cause {
        Some(why) => finding.with_cause(why),
        None => finding.help(RESOLVE),
    }
}

fn unread_part_finding(elsewhere: &UnreadPart) -> Finding {
    let mut finding =
        Finding::at(elsewhere.header, "may have no trail that meets every condition", elsewhere.reason.as_str());
    finding.blocked_by.push(part_name(&elsewhere.description));
    finding.help(&elsewhere.help)
}

fn no_trail(deployment: &Deployment) -> Verdict {
    let exists = deployment.trails.first().map(|trail| &trail.exists);
    let finding = match exists.or(deployment.uncreated.as_ref()) {
        Some(exists) => Finding::at(exists.origin.span(), "creates no trail", "this creates no trail")
            .with_hops(&exists.hops)
            .help("create at least one trail unconditionally"),
        None if deployment.is_audited => Finding::at(deployment.header, "has no trail", "this list is empty")
            .help("declare a multi-Region trail for this account in code, or run `aws cloudtrail create-trail` in it"),
        None => Finding::at(deployment.header, "declares no trail", "a trail is required here")
            .help("declare a multi-Region trail, or check the directory that declares it"),
    };
    Verdict::Fail(finding)
}

/// True if the trail passes every condition in its world and is created there.
pub(super) fn satisfies(trail: &Trail, policy: &Strictness) -> bool {
    TrailEvaluation::of(trail, policy).satisfies()
}

/// The boolean, if it is known.
fn holds(value: &Maybe<bool>) -> Option<bool> {
    match value {
        Known(holds) => Some(*holds),
        Unknown(_) => None,
    }
}

impl<'a> TrailEvaluation<'a> {
    fn of(trail: &'a Trail, policy: &Strictness) -> Self {
        let (mut unmet, mut unknown) = (Vec::new(), Vec::new());
        let mut is_whole = holds(&trail.exists.value);
        if let Unknown(why) = &trail.exists.value {
            let finding = Finding::at(trail.exists.origin.span(), "may not be created", why.describe());
            unknown.push(finding.blocked(why));
        }
        for (rule, check) in conditions().filter_map(|rule| Some((rule, rule.check.trail_check()?))) {
            let verdict = check(trail, policy);
            if !decides_about_regions(rule) {
                is_whole = regions::and(is_whole, verdict.passes());
            }
            match verdict {
                Verdict::Pass => {}
                Verdict::Fail(finding) => unmet.push(finding),
                Verdict::Unknown(finding) => unknown.push(finding),
            }
        }
        Self { trail, unmet, unknown, role: HomeRole::of(trail, is_whole) }
    }

    fn satisfies(&self) -> bool {
        self.unmet.is_empty() && self.unknown.is_empty() && matches!(self.trail.exists.value, Known(true))
    }

    fn unmet_findings(&self) -> impl Iterator<Item = (&Trail, &Finding)> {
        self.unmet.iter().map(|finding| (self.trail, finding))
    }

    fn unknown_findings(&self) -> impl Iterator<Item = (&Trail, &Finding)> {
        self.unknown.iter().map(|finding| (self.trail, finding))
    }
}

//! One trail of a deployment has to meet every condition of the control.

use super::{Check, Page, Policy, Rule, conditions};
use crate::finding::{Finding, Verdict};
use crate::model::{Deployment, Elsewhere, Trail};
use crate::value::{Known, Unknown};

pub(super) static RULE: Rule =
    Rule::new(|| Page::parse(include_str!("../../rules/no-compliant-trail.md")), Check::Deployment(check));

/// What keeps a trail from satisfying the control.
struct Standing<'a> {
    trail: &'a Trail,
    /// Conditions that it doesn't meet, whatever isn't known.
    misses: Vec<Finding>,
    /// Conditions that it may not meet, its existence among them.
    open: Vec<Finding>,
}

fn check(deployment: &Deployment, policy: &Policy) -> Verdict {
    let trails = deployment.trails.iter().filter(|trail| !trail.never_exists());
    let standings: Vec<Standing<'_>> = trails.map(|trail| Standing::of(trail, policy)).collect();
    if standings.iter().any(Standing::satisfies) {
        return Verdict::Pass;
    }
    if let Some(elsewhere) = deployment.elsewhere.first() {
        return Verdict::Unknown(may_be_elsewhere(elsewhere));
    }
    let Some(first) = standings.first() else { return no_trail(deployment) };
    if standings.iter().all(|standing| !standing.misses.is_empty()) {
        let finding = Finding::at(first.trail.header, "has no trail that meets every condition", "the first trail");
        let finding = standings.iter().flat_map(Standing::missed).fold(finding, Finding::beside);
        return Verdict::Fail(finding.help("make one trail meet all of them: conditions don't add up across trails"));
    }
    let message = "may have no trail that meets every condition";
    let finding = Finding::at(first.trail.header, message, "the first trail");
    let candidates = standings.iter().filter(|standing| standing.misses.is_empty());
    let finding = candidates.flat_map(Standing::doubted).fold(finding, Finding::beside);
    Verdict::Unknown(finding.help("resolve what isn't known, or declare a trail that is certain to meet them all"))
}

fn may_be_elsewhere(elsewhere: &Elsewhere) -> Finding {
    let mut finding =
        Finding::at(elsewhere.header, "may have no trail that meets every condition", "its code isn't here");
    finding.blocked_by.push(elsewhere.what.clone());
    finding.help(&elsewhere.help)
}

fn no_trail(deployment: &Deployment) -> Verdict {
    let finding = match deployment.trails.first() {
        Some(trail) => Finding::at(trail.exists.origin.span(), "creates no trail", "nothing is created by this")
            .via(&trail.exists.hops)
            .help("make sure that one trail is always created"),
        None => Finding::at(deployment.header, "declares no trail", "a trail is required here")
            .help("declare a multi-Region trail, or point the linter at the code that does"),
    };
    Verdict::Fail(finding)
}

/// Whether a trail meets every condition in its world, and is created there.
pub(super) fn satisfies(trail: &Trail, policy: &Policy) -> bool {
    Standing::of(trail, policy).satisfies()
}

impl<'a> Standing<'a> {
    fn of(trail: &'a Trail, policy: &Policy) -> Self {
        let mut standing = Self { trail, misses: Vec::new(), open: Vec::new() };
        if let Unknown(why) = &trail.exists.value {
            let finding = Finding::at(trail.exists.origin.span(), "may not be created", why.describe());
            standing.open.push(finding.blocked(why));
        }
        for check in conditions().filter_map(|rule| rule.check.on_trail()) {
            match check(trail, policy) {
                Verdict::Pass => {}
                Verdict::Fail(finding) => standing.misses.push(finding),
                Verdict::Unknown(finding) => standing.open.push(finding),
            }
        }
        standing
    }

    fn satisfies(&self) -> bool {
        self.misses.is_empty() && self.open.is_empty() && matches!(self.trail.exists.value, Known(true))
    }

    fn missed(&self) -> impl Iterator<Item = (&Trail, &Finding)> {
        self.misses.iter().map(|finding| (self.trail, finding))
    }

    fn doubted(&self) -> impl Iterator<Item = (&Trail, &Finding)> {
        self.open.iter().map(|finding| (self.trail, finding))
    }
}

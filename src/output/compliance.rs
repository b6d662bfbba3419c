//! `--compliance`: the status of each control of a benchmark, with its evidence.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::annotation;
use super::full::PathBase;
use super::sanitize::sanitize;
use crate::report::{DeploymentResult, Diagnostic, Outcome, Report, TrailExistence, TrailResult, View};
use crate::rules::{self, Check, EvaluatedPart, RULES, Rule};
use crate::source::Sources;

/// A control, and the rules that belong to it.
struct ControlRules {
    id: &'static str,
    title: &'static str,
    profile: Option<&'static str>,
    rules: Vec<&'static Rule>,
    /// True if any trail that is logging satisfies the control.
    is_about_any_trail: bool,
    /// The reason why no rule evaluates the control.
    not_evaluated: Option<&'static str>,
}

/// A deployment compared with a benchmark.
#[derive(Serialize)]
pub(super) struct ComplianceStatement<'a> {
    pub(super) benchmark: &'a str,
    pub(super) deployment: &'a str,
    name: Option<&'a str>,
    format: &'a str,
    /// The note that the list isn't the benchmark's own.
    basis: Option<&'static str>,
    pub(super) controls: Vec<ControlOutcome>,
}

/// A control in a deployment, with the evidence for its status.
#[derive(Serialize)]
pub(super) struct ControlOutcome {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    profile: Option<&'static str>,
    pub(super) status: ControlStatus,
    rules: Vec<&'static str>,
    /// The reason for an unknown status, or for none.
    reason: Option<&'static str>,
    pub(super) evidence: Vec<String>,
}

/// The status of a control in a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ControlStatus {
    Compliant,
    NotCompliant,
    Unknown,
    NotApplicable,
    NotJudged,
}

/// The reason of a control whose bucket or key lies in other code.
const ELSEWHERE: &str = "declared-elsewhere";

/// The source of the evidence for the controls of a benchmark.
#[derive(Clone, Copy)]
struct EvidenceSource<'a> {
    report: &'a Report,
    benchmark: &'a str,
    base: PathBase,
}

/// Formats the compliance with the view's benchmark; empty if it has none.
pub(super) fn render(report: &Report, view: &View) -> String {
    statements(report, view, PathBase::Here).iter().map(|statement| statement.render(&report.sources)).collect()
}

/// Compares each deployment with the view's benchmark.
pub(super) fn statements<'a>(report: &'a Report, view: &'a View, base: PathBase) -> Vec<ComplianceStatement<'a>> {
    let Some(benchmark) = &view.benchmark else { return Vec::new() };
    let mut controls = controls(benchmark);
    controls.iter_mut().for_each(|control| control.restrict(&report.rules));
    report
        .deployments
        .iter()
        .map(|deployment| ComplianceStatement::of(deployment, &controls, EvidenceSource { report, benchmark, base }))
        .collect()
}

impl<'a> ComplianceStatement<'a> {
    fn of(deployment: &'a DeploymentResult, controls: &[ControlRules], from: EvidenceSource<'a>) -> Self {
        let benchmark = from.benchmark;
        let controls = controls.iter().map(|control| control.state(deployment, from)).collect();
        let (name, basis) = (deployment.name.as_deref(), rules::basis(benchmark));
        Self { benchmark, deployment: &deployment.root, name, format: deployment.format, basis, controls }
    }

    fn render(&self, sources: &Sources) -> String {
        let bold = Style::new().bold();
        let Self { benchmark, deployment, name, format, basis, controls } = self;
        let name = name.map(|name| format!("{}, ", sanitize(name))).unwrap_or_default();
        let basis = basis.map(|basis| format!(": {basis}")).unwrap_or_default();
        let mut text = format!(
            "{bold}{benchmark}{bold:#} for `{}` ({name}{format}){basis}\n",
            sanitize(&sources.display_name(deployment))
        );
        for stated in controls {
            let ControlOutcome { id, title, status, evidence, .. } = stated;
            let style = status.color().on_default().bold();
            text.push_str(&format!("  {id} {style}{}{style:#}: {title}\n", stated.word()));
            evidence.iter().for_each(|line| text.push_str(&format!("    {}\n", sanitize(line))));
        }
        text.push('\n');
        text
    }
}

impl ControlOutcome {
    /// True if it isn't evaluated because the bucket or key lies in other code.
    pub(super) fn is_declared_elsewhere(&self) -> bool {
        self.reason == Some(ELSEWHERE)
    }

    pub(super) fn word(&self) -> &'static str {
        if self.is_declared_elsewhere() { "not evaluated (declared elsewhere)" } else { self.status.word() }
    }
}

/// Returns the complete section of a listed benchmark, else the controls that rules name.
fn controls(benchmark: &str) -> Vec<ControlRules> {
    match rules::section(benchmark) {
        Some(listed) => listed.into_iter().map(ControlRules::of).collect(),
        None => of_pages(benchmark),
    }
}

fn of_pages(benchmark: &str) -> Vec<ControlRules> {
    let mut controls: Vec<ControlRules> = Vec::new();
    for rule in RULES.iter().copied() {
        let Some(id) = rule.page.control(benchmark) else { continue };
        match controls.iter_mut().find(|control| control.id == id) {
            Some(control) => control.rules.push(rule),
            None => controls.push(ControlRules {
                id,
                title: rule.page.requires.as_deref().unwrap_or_default(),
                profile: None,
                rules: vec![rule],
                is_about_any_trail: false,
                not_evaluated: None,
            }),
        }
    }
    controls
}

impl ControlRules {
    fn of(listed: rules::ListedControl) -> Self {
        let (rules, not_evaluated) = (listed.rules(), listed.not_evaluated());
        let is_about_any_trail = matches!(listed.evaluates, EvaluatedPart::AnyTrail);
        let rules::ListedControl { id, title, profile, .. } = listed;
        Self { id, title, profile, rules, is_about_any_trail, not_evaluated }
    }

    /// Makes the control not evaluated if none of its rules is selected.
    fn restrict(&mut self, selected: &[&'static Rule]) {
        let is_selected = self.rules.iter().any(|rule| selected.iter().any(|other| std::ptr::eq(*other, *rule)));
        if self.not_evaluated.is_none() && !is_selected {
            self.not_evaluated = Some("its rules aren't selected");
        }
    }

    fn state(&self, deployment: &DeploymentResult, from: EvidenceSource<'_>) -> ControlOutcome {
        let status = self.status(deployment);
        let has_trail = deployment.trails.iter().any(|trail| trail.exists != TrailExistence::Never);
        let is_elsewhere = status == ControlStatus::Unknown && has_trail && self.outcomes(deployment).next().is_none();
        let reason = self.not_evaluated.or(is_elsewhere.then_some(ELSEWHERE).filter(|_| !self.is_about_deployments()));
        let rules = self.rules.iter().map(|rule| rule.id()).collect();
        let evidence = match reason {
            Some(ELSEWHERE) => vec!["the resource to check isn't declared in this deployment".to_owned()],
            Some(reason) => vec![reason.to_owned()],
            None => self.evidence(status, deployment, from),
        };
        ControlOutcome { id: self.id, title: self.title, profile: self.profile, status, rules, reason, evidence }
    }

    /// Returns the verdict on the deployment if there is one, else the worst of its trails' results.
    fn status(&self, deployment: &DeploymentResult) -> ControlStatus {
        if self.not_evaluated.is_some() {
            return ControlStatus::NotJudged;
        }
        if self.is_about_deployments() {
            return ControlStatus::of(deployment.verdict);
        }
        if self.is_about_any_trail {
            return self.status_of_any(deployment);
        }
        let has_trail = deployment.trails.iter().any(|trail| trail.exists != TrailExistence::Never);
        if has_trail && self.outcomes(deployment).next().is_none() {
            return ControlStatus::Unknown;
        }
        let worst = [Outcome::Fail, Outcome::Unknown, Outcome::Pass];
        ControlStatus::of(worst.into_iter().find(|outcome| self.outcomes(deployment).any(|own| own == *outcome)))
    }

    /// Returns a pass if one trail certainly passes.
    fn status_of_any(&self, deployment: &DeploymentResult) -> ControlStatus {
        let outcome = match deployment.trails.iter().any(|trail| self.passes(trail)) {
            true => Some(Outcome::Pass),
            false if self.outcomes(deployment).any(|outcome| outcome != Outcome::Fail) => Some(Outcome::Unknown),
            false => self.outcomes(deployment).next(),
        };
        ControlStatus::of(outcome)
    }

    fn is_about_deployments(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.check, Check::Deployment(_)))
    }

    fn outcomes(&self, deployment: &DeploymentResult) -> impl Iterator<Item = Outcome> {
        let trails = deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never);
        let rules = trails.flat_map(|trail| &trail.rules);
        rules.filter(|(rule, _)| self.has(rule)).map(|(_, outcome)| *outcome)
    }

    fn has(&self, rule: &Rule) -> bool {
        self.rules.iter().any(|own| std::ptr::eq(*own, rule))
    }

    /// Returns the findings, or for a passed control the trails that satisfy it.
    fn evidence(&self, status: ControlStatus, deployment: &DeploymentResult, from: EvidenceSource<'_>) -> Vec<String> {
        match status {
            ControlStatus::NotApplicable => vec!["no trail is created".to_owned()],
            ControlStatus::NotJudged => Vec::new(),
            ControlStatus::Compliant => self.passing(deployment, from),
            ControlStatus::NotCompliant | ControlStatus::Unknown => {
                let own = from.report.findings.iter().filter(|diagnostic| {
                    diagnostic.deployment.as_ref() == Some(&deployment.root)
                        && diagnostic.deployment_name == deployment.name
                        && self.has(diagnostic.rule)
                });
                own.map(|diagnostic| finding_line(diagnostic, from)).collect()
            }
        }
    }

    fn passes(&self, trail: &TrailResult) -> bool {
        let own = trail.rules.iter().filter(|(rule, _)| self.has(rule));
        trail.exists == TrailExistence::Always
            && own.clone().count() > 0
            && own.clone().all(|own| own.1 == Outcome::Pass)
    }

    fn passing(&self, deployment: &DeploymentResult, from: EvidenceSource<'_>) -> Vec<String> {
        let EvidenceSource { report, base, .. } = from;
        let created = deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never);
        let mut lines = Vec::new();
        for trail in created.clone() {
            let mut own = trail.rules.iter().filter(|(rule, _)| self.has(rule));
            if own.all(|(_, outcome)| *outcome == Outcome::Pass) {
                lines.push(format!("{}: trail `{}`", base.place(trail.header, &report.sources), trail.address));
            }
        }
        if !deployment.is_by_region || !self.is_about_deployments() {
            return lines;
        }
        for trail in created.filter(|trail| is_whole_in_its_region(trail)) {
            let Some(region) = &trail.region else { continue };
            let place = base.place(trail.header, &report.sources);
            lines.push(format!("{place}: trail `{}` in `{region}`", trail.address));
        }
        lines
    }
}

fn finding_line(diagnostic: &Diagnostic, from: EvidenceSource<'_>) -> String {
    let EvidenceSource { report, benchmark, base } = from;
    let suppressed = diagnostic.suppressed.as_ref();
    let suppressed = suppressed.map(|own| format!(" (suppressed: {})", own.describe()));
    let reading = diagnostic.rule.page.reading(benchmark).map(|reading| format!(" ({reading})")).unwrap_or_default();
    let (place, message) = (base.place_of(diagnostic, report), &diagnostic.finding.message);
    // An unknown status needs its reason; the message of a failure, and of a finding about a deployment, states it.
    let needs_reason = diagnostic.outcome == Outcome::Unknown && !matches!(diagnostic.rule.check, Check::Deployment(_));
    let reason = annotation::reason(diagnostic).filter(|_| needs_reason);
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{place}: {}: {message}{reason}{reading}{}", diagnostic.rule.id(), suppressed.unwrap_or_default())
}

/// True if the trail satisfies every condition in its home Region.
fn is_whole_in_its_region(trail: &TrailResult) -> bool {
    trail.exists == TrailExistence::Always
        && rules::regional_conditions().all(|wanted| {
            trail.rules.iter().any(|(rule, outcome)| std::ptr::eq(*rule, wanted) && *outcome == Outcome::Pass)
        })
}

impl ControlStatus {
    fn of(outcome: Option<Outcome>) -> Self {
        match outcome {
            Some(Outcome::Pass) => ControlStatus::Compliant,
            Some(Outcome::Fail) => ControlStatus::NotCompliant,
            Some(Outcome::Unknown) => ControlStatus::Unknown,
            None => ControlStatus::NotApplicable,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            ControlStatus::Compliant => "compliant",
            ControlStatus::NotCompliant => "not compliant",
            ControlStatus::Unknown => "unknown",
            ControlStatus::NotApplicable => "not applicable",
            ControlStatus::NotJudged => "not judged",
        }
    }

    fn color(self) -> AnsiColor {
        match self {
            ControlStatus::Compliant => AnsiColor::Green,
            ControlStatus::NotCompliant => AnsiColor::Red,
            ControlStatus::Unknown => AnsiColor::Magenta,
            ControlStatus::NotApplicable | ControlStatus::NotJudged => AnsiColor::Cyan,
        }
    }
}

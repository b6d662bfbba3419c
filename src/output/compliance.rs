//! `--compliance`: the status of each control of a benchmark, with its evidence.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::annotation;
use super::full::PathBase;
use super::sanitize::sanitize;
use crate::finding::FindingTarget;
use crate::formats::{ACCOUNT, AccountId};
use crate::report::{DeploymentResult, Diagnostic, Outcome, Report, TrailExistence, TrailResult, View};
use crate::rules::{self, Check, EvaluatedPart, ListedControl, Rule};
use crate::source::{Sources, Span};

/// A control, and the rules that belong to it.
struct ControlRules {
    listed: ListedControl,
    rules: Vec<&'static Rule>,
    /// The reason why no rule evaluates the control.
    not_evaluated: Option<&'static str>,
}

/// A deployment compared with a benchmark.
#[derive(Serialize)]
pub(super) struct ComplianceStatement<'a> {
    pub(super) benchmark: &'a str,
    pub(super) deployment: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) format: &'a str,
    account: Option<AccountEntry<'a>>,
    /// The note that the list isn't the benchmark's own.
    pub(super) basis: Option<&'static str>,
    pub(super) controls: Vec<ControlOutcome>,
}

/// An account.
#[derive(Serialize)]
pub(super) struct AccountEntry<'a> {
    partition: &'a str,
    id: &'a str,
}

/// A control in a deployment, with the evidence for its status.
#[derive(Serialize)]
pub(super) struct ControlOutcome {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) profile: Option<&'static str>,
    pub(super) assessment: &'static str,
    pub(super) status: ControlStatus,
    pub(super) rules: Vec<&'static str>,
    /// The reason for an unknown status, or for none.
    pub(super) reason: Option<String>,
    pub(super) evidence: Vec<ControlEvidence>,
}

/// A place, and the fact there on which the status of a control is based.
#[derive(Serialize)]
pub(super) struct ControlEvidence {
    path: Option<String>,
    line: Option<u32>,
    /// The JSON pointer of the value, in evidence of accounts and states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// The number of the document, from the second one of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<usize>,
    text: String,
    /// The place as texts show it.
    #[serde(skip)]
    place: Option<String>,
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

/// The number of controls with each status, in the worst of the deployments, and of deployments that meet the control
/// about recording.
#[derive(Serialize, Default)]
pub(super) struct ComplianceSummary {
    controls: usize,
    compliant: usize,
    not_compliant: usize,
    unknown: usize,
    not_judged: usize,
    not_applicable: usize,
    pub(super) deployments: usize,
    pub(super) deployments_compliant: usize,
    /// The number of the control about recording.
    #[serde(skip)]
    pub(super) main: Option<&'static str>,
}

/// The reason of a control whose bucket or key lies in other code.
const ELSEWHERE: &str = "declared-elsewhere";

/// The reason of a control whose rules the options or the settings exclude.
const SWITCHED_OFF: &str = "switched off";

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
    let controls = controls(benchmark, &report.rules);
    report
        .deployments
        .iter()
        .map(|deployment| ComplianceStatement::of(deployment, &controls, EvidenceSource { report, benchmark, base }))
        .collect()
}

/// Counts the controls of the view's benchmark; `None` if it has none.
pub(super) fn summary(report: &Report, view: &View) -> Option<ComplianceSummary> {
    let controls = controls(view.benchmark.as_deref()?, &report.rules);
    let mut summary = ComplianceSummary { controls: controls.len(), ..ComplianceSummary::default() };
    for control in &controls {
        let worst = report.deployments.iter().map(|deployment| control.status(deployment)).max_by_key(|own| own.rank());
        let none =
            if control.not_evaluated.is_some() { ControlStatus::NotJudged } else { ControlStatus::NotApplicable };
        let count = match worst.unwrap_or(none) {
            ControlStatus::Compliant => &mut summary.compliant,
            ControlStatus::NotCompliant => &mut summary.not_compliant,
            ControlStatus::Unknown => &mut summary.unknown,
            ControlStatus::NotApplicable => &mut summary.not_applicable,
            ControlStatus::NotJudged => &mut summary.not_judged,
        };
        *count = count.saturating_add(1);
    }
    let main = controls.iter().find(|control| control.is_about_recording());
    summary.main = main.map(|control| control.listed.id);
    let statuses = report.deployments.iter().filter_map(|deployment| Some(main?.status(deployment)));
    let applicable: Vec<ControlStatus> =
        statuses.filter(|status| !matches!(status, ControlStatus::NotApplicable | ControlStatus::NotJudged)).collect();
    summary.deployments = applicable.len();
    summary.deployments_compliant = applicable.iter().filter(|status| **status == ControlStatus::Compliant).count();
    Some(summary)
}

impl<'a> ComplianceStatement<'a> {
    fn of(deployment: &'a DeploymentResult, controls: &[ControlRules], from: EvidenceSource<'a>) -> Self {
        Self {
            benchmark: from.benchmark,
            deployment: &deployment.root,
            name: deployment.name.as_deref(),
            format: deployment.format,
            account: deployment.account.as_ref().map(AccountEntry::of),
            basis: rules::basis(from.benchmark),
            controls: controls.iter().map(|control| control.state(deployment, from)).collect(),
        }
    }

    fn render(&self, sources: &Sources) -> String {
        let bold = Style::new().bold();
        let Self { benchmark, deployment, name, format, account: _, basis, controls } = self;
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
            let lines = stated.explanation().into_iter().chain(evidence.iter().map(ControlEvidence::line));
            lines.for_each(|line| text.push_str(&format!("    {}\n", sanitize(&line))));
        }
        text.push('\n');
        text
    }
}

impl<'a> AccountEntry<'a> {
    pub(super) fn of(account: &'a AccountId) -> Self {
        Self { partition: &account.partition, id: &account.id }
    }
}

impl ControlOutcome {
    /// True if it isn't evaluated because the bucket or key lies in other code.
    pub(super) fn is_declared_elsewhere(&self) -> bool {
        self.reason.as_deref() == Some(ELSEWHERE)
    }

    pub(super) fn word(&self) -> &'static str {
        if self.is_declared_elsewhere() { "not evaluated (declared elsewhere)" } else { self.status.word() }
    }

    /// The reason as a line, unless the evidence states it.
    pub(super) fn explanation(&self) -> Option<String> {
        match self.status {
            _ if self.is_declared_elsewhere() => {
                Some("the resource to check isn't declared in this deployment".to_owned())
            }
            ControlStatus::NotJudged => self.reason.clone(),
            ControlStatus::NotApplicable => Some("no trail is created".to_owned()),
            ControlStatus::Unknown if self.evidence.is_empty() => self.reason.clone(),
            ControlStatus::Compliant | ControlStatus::NotCompliant | ControlStatus::Unknown => None,
        }
    }
}

impl ControlEvidence {
    fn at(span: Span, text: String, from: EvidenceSource<'_>) -> Self {
        let EvidenceSource { report, base, .. } = from;
        let file = report.sources.file(span.file);
        let (document, pointer) = report.pointers.of(span).unzip();
        Self {
            path: Some(file.name.clone()),
            line: Some(file.position(span.start).line),
            pointer,
            document: document.filter(|document| *document > 1),
            text,
            place: Some(base.place(span, &report.sources)),
        }
    }

    fn of(diagnostic: &Diagnostic, text: String, from: EvidenceSource<'_>) -> Self {
        match &diagnostic.finding.place {
            FindingTarget::Text(label) => Self::at(label.span, text, from),
            FindingTarget::File(_) | FindingTarget::Run => Self {
                path: diagnostic.finding.place.file_name(&from.report.sources),
                line: None,
                pointer: None,
                document: None,
                text,
                place: Some(from.base.place_of(diagnostic, from.report)),
            },
        }
    }

    /// The place and the text as one line.
    pub(super) fn line(&self) -> String {
        let place = self.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        format!("{place}{}", self.text)
    }
}

/// Returns the section of a benchmark. Controls of which no rule is selected aren't evaluated.
fn controls(benchmark: &str, selected: &[&'static Rule]) -> Vec<ControlRules> {
    let listed = rules::section(benchmark).into_iter().flatten();
    listed.map(|listed| ControlRules::of(listed, selected)).collect()
}

impl ControlRules {
    fn of(listed: ListedControl, selected: &[&'static Rule]) -> Self {
        let rules = listed.rules();
        let is_selected = rules.iter().any(|rule| selected.iter().any(|other| std::ptr::eq(*other, *rule)));
        let not_evaluated = listed.not_evaluated().or((!is_selected).then_some(SWITCHED_OFF));
        Self { listed, rules, not_evaluated }
    }

    fn state(&self, deployment: &DeploymentResult, from: EvidenceSource<'_>) -> ControlOutcome {
        let status = self.status(deployment);
        let ListedControl { id, title, profile, assessment, .. } = self.listed;
        ControlOutcome {
            id,
            title,
            profile,
            assessment,
            status,
            rules: self.rules.iter().map(|rule| rule.id()).collect(),
            reason: self.reason(status, deployment, from.report),
            evidence: self.evidence(status, deployment, from),
        }
    }

    /// The reason for an unknown status, or for none.
    fn reason(&self, status: ControlStatus, deployment: &DeploymentResult, report: &Report) -> Option<String> {
        match status {
            ControlStatus::NotJudged => self.not_evaluated.map(str::to_owned),
            ControlStatus::Unknown if self.is_declared_elsewhere(deployment) => Some(ELSEWHERE.to_owned()),
            ControlStatus::Unknown => {
                let unknown = self.findings(deployment, report).find(|own| own.outcome == Outcome::Unknown);
                let verdict = || deployment_findings(deployment, report).find(|own| own.outcome == Outcome::Unknown);
                let diagnostic = unknown.or_else(verdict)?;
                Some(annotation::reason(diagnostic).unwrap_or(&diagnostic.finding.message).to_owned())
            }
            ControlStatus::Compliant | ControlStatus::NotCompliant | ControlStatus::NotApplicable => None,
        }
    }

    /// True if trails are created and nothing that the control requires is declared with them.
    fn is_declared_elsewhere(&self, deployment: &DeploymentResult) -> bool {
        let is_about_trails = !self.is_about_deployments() && self.not_evaluated.is_none();
        is_about_trails && created(deployment).next().is_some() && self.outcomes(deployment).next().is_none()
    }

    /// Returns the verdict on the deployment if there is one, else the results of its trails combined.
    fn status(&self, deployment: &DeploymentResult) -> ControlStatus {
        if self.not_evaluated.is_some() {
            return ControlStatus::NotJudged;
        }
        if self.is_about_deployments() {
            return ControlStatus::of(deployment.verdict);
        }
        if created(deployment).next().is_none() {
            return self.status_without_trail(deployment);
        }
        if self.outcomes(deployment).next().is_none() {
            return ControlStatus::Unknown;
        }
        match self.listed.evaluates {
            EvaluatedPart::AnyTrail(_) => self.status_of_any(deployment),
            EvaluatedPart::Rules(_) | EvaluatedPart::Nothing(_) => self.status_of_all(deployment),
        }
    }

    /// Returns the status in a deployment without known trails. An account without a trail doesn't meet controls that
    /// require one. There may be trails in parts that weren't read.
    fn status_without_trail(&self, deployment: &DeploymentResult) -> ControlStatus {
        let requires_trail = matches!(self.listed.evaluates, EvaluatedPart::AnyTrail(_));
        match deployment.verdict {
            Some(Outcome::Unknown) => ControlStatus::Unknown,
            Some(Outcome::Fail) if requires_trail && deployment.format == ACCOUNT => ControlStatus::NotCompliant,
            Some(Outcome::Fail | Outcome::Pass) | None => ControlStatus::NotApplicable,
        }
    }

    /// Returns a pass if one trail certainly passes.
    fn status_of_any(&self, deployment: &DeploymentResult) -> ControlStatus {
        if deployment.trails.iter().any(|trail| self.passes(trail)) {
            ControlStatus::Compliant
        } else if may_have_more_trails(deployment) || self.outcomes(deployment).any(|own| own != Outcome::Fail) {
            ControlStatus::Unknown
        } else {
            ControlStatus::NotCompliant
        }
    }

    /// Returns a failure if a trail that certainly exists fails, and a pass if all trails pass.
    fn status_of_all(&self, deployment: &DeploymentResult) -> ControlStatus {
        let fails = |trail: &TrailResult| trail.rules.iter().any(|own| self.has(own.0) && own.1 == Outcome::Fail);
        if deployment.trails.iter().any(|trail| trail.exists == TrailExistence::Always && fails(trail)) {
            ControlStatus::NotCompliant
        } else if may_have_more_trails(deployment) || self.outcomes(deployment).any(|own| own != Outcome::Pass) {
            ControlStatus::Unknown
        } else {
            ControlStatus::Compliant
        }
    }

    fn is_about_deployments(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.check, Check::Deployment(_)))
    }

    /// True for the control that requires a recording trail at all.
    fn is_about_recording(&self) -> bool {
        let is_of_logging = matches!(self.listed.evaluates, EvaluatedPart::AnyTrail("stopped-trail"));
        self.is_about_deployments() || is_of_logging
    }

    fn outcomes(&self, deployment: &DeploymentResult) -> impl Iterator<Item = Outcome> {
        let rules = created(deployment).flat_map(|trail| &trail.rules);
        rules.filter(|(rule, _)| self.has(rule)).map(|(_, outcome)| *outcome)
    }

    fn has(&self, rule: &Rule) -> bool {
        self.rules.iter().any(|own| std::ptr::eq(*own, rule))
    }

    /// The findings about the control in a deployment.
    fn findings<'r>(&self, deployment: &DeploymentResult, report: &'r Report) -> impl Iterator<Item = &'r Diagnostic> {
        report.findings.iter().filter(|diagnostic| is_in(diagnostic, deployment) && self.has(diagnostic.rule))
    }

    /// Returns the findings, or for a passed control the trails that satisfy it.
    fn evidence(
        &self,
        status: ControlStatus,
        deployment: &DeploymentResult,
        from: EvidenceSource<'_>,
    ) -> Vec<ControlEvidence> {
        match status {
            ControlStatus::NotApplicable | ControlStatus::NotJudged => Vec::new(),
            ControlStatus::Unknown if self.is_declared_elsewhere(deployment) => Vec::new(),
            ControlStatus::Compliant => self.passing(deployment, from),
            ControlStatus::NotCompliant | ControlStatus::Unknown => {
                let evidence = |diagnostic| ControlEvidence::of(diagnostic, finding_text(diagnostic, from), from);
                let own: Vec<ControlEvidence> = self.findings(deployment, from.report).map(evidence).collect();
                if created(deployment).next().is_some() || !own.is_empty() {
                    return own;
                }
                deployment_findings(deployment, from.report).map(evidence).collect()
            }
        }
    }

    fn passes(&self, trail: &TrailResult) -> bool {
        let own = trail.rules.iter().filter(|(rule, _)| self.has(rule));
        trail.exists == TrailExistence::Always
            && own.clone().count() > 0
            && own.clone().all(|own| own.1 == Outcome::Pass)
    }

    fn passing(&self, deployment: &DeploymentResult, from: EvidenceSource<'_>) -> Vec<ControlEvidence> {
        let mut evidence = Vec::new();
        for trail in created(deployment) {
            let mut own = trail.rules.iter().filter(|(rule, _)| self.has(rule));
            if own.all(|(_, outcome)| *outcome == Outcome::Pass) {
                evidence.push(ControlEvidence::at(trail.header, format!("trail `{}`", trail.address), from));
            }
        }
        if !deployment.is_by_region || !self.is_about_deployments() {
            return evidence;
        }
        for trail in created(deployment).filter(|trail| is_whole_in_its_region(trail)) {
            let Some(region) = &trail.region else { continue };
            let text = format!("trail `{}` in `{region}`", trail.address);
            evidence.push(ControlEvidence::at(trail.header, text, from));
        }
        evidence
    }
}

/// The trails that are or may be created.
fn created(deployment: &DeploymentResult) -> impl Iterator<Item = &TrailResult> + Clone {
    deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never)
}

/// True if the verdict is unknown and a part isn't read, so that it may declare another trail.
fn may_have_more_trails(deployment: &DeploymentResult) -> bool {
    deployment.verdict == Some(Outcome::Unknown) && !deployment.unread.is_empty()
}

fn is_in(diagnostic: &Diagnostic, deployment: &DeploymentResult) -> bool {
    diagnostic.deployment.as_ref() == Some(&deployment.root) && diagnostic.deployment_name == deployment.name
}

/// The findings about a deployment as a whole.
fn deployment_findings<'r>(deployment: &DeploymentResult, report: &'r Report) -> impl Iterator<Item = &'r Diagnostic> {
    let whole = report.findings.iter().filter(|own| matches!(own.rule.check, Check::Deployment(_)));
    whole.filter(|diagnostic| is_in(diagnostic, deployment))
}

fn finding_text(diagnostic: &Diagnostic, from: EvidenceSource<'_>) -> String {
    let suppressed = diagnostic.suppressed.as_ref();
    let suppressed = suppressed.map(|own| format!(" (suppressed: {})", own.describe()));
    let reading =
        diagnostic.rule.page.reading(from.benchmark).map(|reading| format!(" ({reading})")).unwrap_or_default();
    // An unknown status needs its reason; the message of a failure, and of a finding about a deployment, states it.
    let needs_reason = diagnostic.outcome == Outcome::Unknown && !matches!(diagnostic.rule.check, Check::Deployment(_));
    let reason = annotation::reason(diagnostic).filter(|_| needs_reason);
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let message = &diagnostic.finding.message;
    format!("{}: {message}{reason}{reading}{}", diagnostic.rule.id(), suppressed.unwrap_or_default())
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

    /// Ranks the statuses; the worst is the highest.
    fn rank(self) -> usize {
        match self {
            ControlStatus::NotApplicable => 0,
            ControlStatus::NotJudged => 1,
            ControlStatus::Compliant => 2,
            ControlStatus::Unknown => 3,
            ControlStatus::NotCompliant => 4,
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

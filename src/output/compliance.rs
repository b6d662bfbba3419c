//! `--compliance`: each control of a benchmark, what is the case, and what that rests on.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::full::place_of;
use super::inert::inert;
use crate::report::{Exists, Judged, JudgedTrail, Outcome, Report, Reported};
use crate::rules::{self, Check, RULES, Rule};

/// A control, and the rules that belong to it.
struct Control {
    id: &'static str,
    rules: Vec<&'static Rule>,
}

/// A deployment held against a benchmark.
#[derive(Serialize)]
pub(super) struct Statement<'a> {
    pub(super) benchmark: &'a str,
    pub(super) deployment: &'a str,
    name: Option<&'a str>,
    format: &'a str,
    pub(super) controls: Vec<Stated>,
}

/// A control in a deployment, and what its status rests on.
#[derive(Serialize)]
pub(super) struct Stated {
    pub(super) id: &'static str,
    pub(super) requires: &'static str,
    pub(super) status: Status,
    pub(super) evidence: Vec<String>,
}

/// What is the case with a control in a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Status {
    Compliant,
    NotCompliant,
    Unresolved,
    NotApplicable,
}

/// The report's benchmark as text; nothing if it has none.
pub(super) fn render(report: &Report) -> String {
    statements(report).iter().map(Statement::render).collect()
}

/// Each deployment held against the report's benchmark.
pub(super) fn statements(report: &Report) -> Vec<Statement<'_>> {
    let Some(benchmark) = &report.benchmark else { return Vec::new() };
    let controls = controls(benchmark);
    let statement = |judged| Statement::of(judged, benchmark, &controls, report);
    report.deployments.iter().map(statement).collect()
}

impl<'a> Statement<'a> {
    fn of(judged: &'a Judged, benchmark: &'a str, controls: &[Control], report: &Report) -> Self {
        let controls = controls.iter().map(|control| control.state(judged, report)).collect();
        Self { benchmark, deployment: &judged.root, name: judged.name.as_deref(), format: judged.format, controls }
    }

    fn render(&self) -> String {
        let bold = Style::new().bold();
        let Self { benchmark, deployment, name, format, controls } = self;
        let name = name.map(|name| format!("{}, ", inert(name))).unwrap_or_default();
        let mut text = format!("{bold}{benchmark}{bold:#} for `{}` ({name}{format})\n", inert(deployment));
        for Stated { id, requires, status, evidence } in controls {
            let style = status.color().on_default().bold();
            text.push_str(&format!("  {id} {style}{}{style:#}: {requires}\n", status.word()));
            evidence.iter().for_each(|line| text.push_str(&format!("    {}\n", inert(line))));
        }
        text.push('\n');
        text
    }
}

fn controls(benchmark: &str) -> Vec<Control> {
    let mut controls: Vec<Control> = Vec::new();
    for rule in RULES {
        let Some(id) = rule.page.control(benchmark) else { continue };
        match controls.iter_mut().find(|control| control.id == id) {
            Some(control) => control.rules.push(rule),
            None => controls.push(Control { id, rules: vec![rule] }),
        }
    }
    controls
}

impl Control {
    fn state(&self, judged: &Judged, report: &Report) -> Stated {
        let status = self.status(judged);
        let requires = self.rules.iter().find_map(|rule| rule.page.requires.as_deref()).unwrap_or_default();
        Stated { id: self.id, requires, status, evidence: self.evidence(status, judged, report) }
    }

    /// The verdict on the deployment where there is one, else the worst of those on its trails.
    fn status(&self, judged: &Judged) -> Status {
        if self.is_about_deployments() {
            return Status::of(judged.verdict);
        }
        let worst = [Outcome::Fail, Outcome::Unknown, Outcome::Pass];
        Status::of(worst.into_iter().find(|outcome| self.outcomes(judged).any(|own| own == *outcome)))
    }

    fn is_about_deployments(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule.check, Check::Deployment(_)))
    }

    fn outcomes(&self, judged: &Judged) -> impl Iterator<Item = Outcome> {
        let trails = judged.trails.iter().filter(|trail| trail.exists != Exists::Never);
        let rules = trails.flat_map(|trail| &trail.rules);
        rules.filter(|(rule, _)| self.has(rule)).map(|(_, outcome)| *outcome)
    }

    fn has(&self, rule: &Rule) -> bool {
        self.rules.iter().any(|own| std::ptr::eq(*own, rule))
    }

    /// What was found, or the trails with which nothing is wrong.
    fn evidence(&self, status: Status, judged: &Judged, report: &Report) -> Vec<String> {
        match status {
            Status::NotApplicable if judged.trails.iter().all(|trail| trail.exists == Exists::Never) => {
                vec!["no trail is created".to_owned()]
            }
            Status::NotApplicable => vec!["what it is about isn't declared here".to_owned()],
            Status::Compliant => self.passing(judged, report),
            Status::NotCompliant | Status::Unresolved => {
                let is_own = |finding: &&Reported| {
                    finding.deployment.as_ref() == Some(&judged.root)
                        && finding.deployment_name == judged.name
                        && self.has(finding.rule)
                };
                let line = |finding: &Reported| {
                    let suppressed = finding.suppressed.as_ref();
                    let suppressed = suppressed.map(|own| format!(" (suppressed: {})", own.describe()));
                    let (place, message) = (place_of(finding, report), &finding.message);
                    format!("{place}: {}: {message}{}", finding.rule.id(), suppressed.unwrap_or_default())
                };
                report.findings.iter().filter(is_own).map(line).collect()
            }
        }
    }

    fn passing(&self, judged: &Judged, report: &Report) -> Vec<String> {
        let passes = |rules: &[(&'static Rule, Outcome)]| {
            rules.iter().filter(|(rule, _)| self.has(rule)).all(|(_, outcome)| *outcome == Outcome::Pass)
        };
        let created = || judged.trails.iter().filter(|trail| trail.exists != Exists::Never);
        let regional = created().filter(|trail| judged.is_by_region && is_whole_in_its_region(trail));
        let by_region = regional.filter_map(|trail| Some((trail, format!(" in `{}`", trail.region.as_ref()?))));
        let trails = created().filter(|trail| passes(&trail.rules)).map(|trail| (trail, String::new()));
        let line = |(trail, region): (&JudgedTrail, String)| {
            let file = report.sources.file(trail.header.file);
            let position = file.position(trail.header.start);
            format!("{}:{}:{}: trail `{}`{region}", file.name, position.line, position.column, trail.address)
        };
        trails.chain(by_region.filter(|_| self.is_about_deployments())).map(line).collect()
    }
}

/// Whether a trail does all that is asked of it in its own Region.
fn is_whole_in_its_region(trail: &JudgedTrail) -> bool {
    let passes = |wanted: &Rule| {
        trail.rules.iter().any(|(rule, outcome)| std::ptr::eq(*rule, wanted) && *outcome == Outcome::Pass)
    };
    trail.exists == Exists::Always && rules::regional_conditions().all(passes)
}

impl Status {
    fn of(outcome: Option<Outcome>) -> Self {
        match outcome {
            Some(Outcome::Pass) => Status::Compliant,
            Some(Outcome::Fail) => Status::NotCompliant,
            Some(Outcome::Unknown) => Status::Unresolved,
            None => Status::NotApplicable,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Status::Compliant => "compliant",
            Status::NotCompliant => "not compliant",
            Status::Unresolved => "unresolved",
            Status::NotApplicable => "not applicable",
        }
    }

    fn color(self) -> AnsiColor {
        match self {
            Status::Compliant => AnsiColor::Green,
            Status::NotCompliant => AnsiColor::Red,
            Status::Unresolved => AnsiColor::Magenta,
            Status::NotApplicable => AnsiColor::Cyan,
        }
    }
}

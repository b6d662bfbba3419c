//! `markdown`: the summary of a CI job, or a comment on a pull request.
//!
//! Names are code spans. Outside of them, and for names that a code span can't contain, each character with a meaning
//! in Markdown or HTML is written as a character reference.

use std::fmt::Write;

use super::annotation;
use super::compliance::{self, ComplianceStatement, ControlStatus};
use super::full::{PathBase, message, place_of, word};
use super::passed::PassedRule;
use super::sanitize::sanitize;
use super::summary;
use crate::report::{DeploymentResult, Diagnostic, Outcome, Report, View};

/// The limit of rows in a table.
const MAX_ROWS: usize = 500;

/// The limit for the size of a table, in bytes: GitHub accepts summaries of up to 1 MiB, and there are four tables.
const MAX_BYTES: usize = 240 * 1024;

pub(super) fn render(report: &Report, view: &View) -> String {
    let summary = summary::sentences(report, view);
    let headline = summary.lines().next().unwrap_or_default();
    let parts = [deployments(report), findings(report, view), controls(report, view), passed(report, view)];
    format!("## CloudTrail coverage\n\n{headline}\n{}", parts.concat())
}

fn deployments(report: &Report) -> String {
    let mut deployments: Vec<&DeploymentResult> = report.deployments.iter().collect();
    if deployments.len() > MAX_ROWS {
        // Only a part of them is listed, so the worst come first.
        deployments.sort_by_key(|deployment| annotation::rank_of_verdict(deployment.verdict));
    }
    table(
        ["verdict", "deployment", "contents"],
        deployments.into_iter().map(|deployment| deployment_row(deployment, report)),
    )
}

fn deployment_row(deployment: &DeploymentResult, report: &Report) -> Vec<String> {
    let trails = summary::count(deployment.trails.len(), "trail");
    vec![
        verdict(deployment.verdict).to_owned(),
        code(&report.sources.display_name(&deployment.root)),
        format!("{}, {trails}", deployment.format),
    ]
}

fn verdict(verdict: Option<Outcome>) -> &'static str {
    match verdict {
        None => "not applicable (no trail is created)",
        Some(Outcome::Pass) => "✅ passed",
        Some(Outcome::Fail) => "❌ failed",
        Some(Outcome::Unknown) => "❔ unknown",
    }
}

/// The findings, the most severe first.
fn findings(report: &Report, view: &View) -> String {
    let mut findings: Vec<&Diagnostic> = view.visible(report).collect();
    findings.sort_by_key(|diagnostic| annotation::rank(diagnostic));
    table(["finding", "location", "message"], findings.iter().map(|diagnostic| finding_row(diagnostic, report)))
}

fn finding_row(diagnostic: &Diagnostic, report: &Report) -> Vec<String> {
    let help = diagnostic.finding.help.as_ref().map(|help| format!("<br>help: {}", prose(help))).unwrap_or_default();
    let what = format!("{}{help}", prose(&message(diagnostic, report)));
    vec![format!("{} {}", word(diagnostic), code(diagnostic.rule.id())), code(&place_of(diagnostic, report)), what]
}

fn controls(report: &Report, view: &View) -> String {
    table(
        ["status", "control", "deployment", "subject"],
        compliance::statements(report, view, PathBase::Here)
            .into_iter()
            .flat_map(|statement| control_rows(statement, report)),
    )
}

fn control_rows(statement: ComplianceStatement<'_>, report: &Report) -> Vec<Vec<String>> {
    let (benchmark, deployment) = (statement.benchmark, report.sources.display_name(statement.deployment));
    let mut rows = Vec::new();
    for control in statement.controls {
        let sign = match control.status {
            ControlStatus::Compliant => "✅ ",
            ControlStatus::NotCompliant => "❌ ",
            ControlStatus::Unknown => "❔ ",
            ControlStatus::NotApplicable | ControlStatus::NotJudged => "",
        };
        let status = format!("{sign}{}", control.word());
        rows.push(vec![status, format!("{benchmark} {}", control.id), code(&deployment), prose(control.title)]);
    }
    rows
}

fn passed(report: &Report, view: &View) -> String {
    table(
        ["passed", "location", "trail"],
        super::passed::all(report, view)
            .iter()
            .map(|passed| vec![code(passed.rule.id()), code(&passed.place(report)), passed_trails(passed, report)]),
    )
}

fn passed_trails(passed: &PassedRule<'_>, report: &Report) -> String {
    prose(&format!("{}{}", passed.trails(), passed.deployments(|root| report.sources.display_name(root))))
}

/// A table after an empty line, if it has rows.
fn table<const N: usize>(heads: [&str; N], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut shown = String::new();
    let mut hidden = 0_usize;
    for (index, cells) in rows.enumerate() {
        let row = format!("| {} |\n", cells.join(" | "));
        if hidden == 0 && index < MAX_ROWS && shown.len().saturating_add(row.len()) <= MAX_BYTES {
            shown.push_str(&row);
        } else {
            hidden = hidden.saturating_add(1);
        }
    }
    if shown.is_empty() && hidden == 0 {
        return shown;
    }
    let rest = if hidden > 0 { format!("\n{hidden} more aren't listed.\n") } else { String::new() };
    format!("\n| {} |\n|{}\n{shown}{rest}", heads.join(" | "), " --- |".repeat(N))
}

/// Renders a sentence in which backticks enclose names.
fn prose(sentence: &str) -> String {
    let parts: Vec<&str> = sentence.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // An unpaired backtick: the names can't be determined.
        return plain(sentence);
    }
    parts.iter().enumerate().map(|(index, part)| if index % 2 == 1 { code(part) } else { plain(part) }).collect()
}

/// Formats a code span if it can contain the text unchanged.
fn code(text: &str) -> String {
    let shown = sanitize(text);
    let is_held = shown.trim() == shown && !shown.is_empty() && !shown.contains(['`', '|']);
    if is_held { format!("`{shown}`") } else { format!("<code>{}</code>", plain(text)) }
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in sanitize(text).chars() {
        if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '/' | '\'' | '"' | '-' | '(' | ')') {
            // Writing to a string can't fail.
            let _ = write!(plain, "&#{};", u32::from(c));
        } else {
            plain.push(c);
        }
    }
    plain
}

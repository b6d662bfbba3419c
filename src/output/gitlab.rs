//! `gitlab`: GitLab's report of code quality, which shows findings in a merge request.

use serde::Serialize;

use super::annotation::{self, ColumnRange};
use super::json;
use crate::finding::Level;
use crate::report::{Diagnostic, Outcome, Report, View};
use crate::source::ColumnUnit;

#[derive(Serialize)]
struct GitlabViolation<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: GitlabLocation,
}

#[derive(Serialize)]
struct GitlabLocation {
    path: String,
    lines: GitlabLines,
}

#[derive(Serialize)]
struct GitlabLines {
    begin: u32,
}

pub(super) fn render(report: &Report, view: &View) -> String {
    json::pretty(&view.visible(report).map(|finding| violation(finding, report)).collect::<Vec<_>>())
}

fn violation<'a>(finding: &'a Diagnostic, report: &Report) -> GitlabViolation<'a> {
    let region = annotation::region(finding, report, ColumnUnit::Character).unwrap_or(ColumnRange::FIRST_LINE);
    GitlabViolation {
        description: annotation::text(finding),
        check_name: finding.rule.id(),
        fingerprint: &finding.fingerprint,
        severity: severity(finding),
        location: GitlabLocation { path: annotation::path(finding, report), lines: GitlabLines { begin: region.line } },
    }
}

fn severity(finding: &Diagnostic) -> &'static str {
    match (finding.outcome, finding.level) {
        (Outcome::Unknown, _) => "minor",
        (Outcome::Pass | Outcome::Fail, Level::Error) => "critical",
        (Outcome::Pass | Outcome::Fail, Level::Warning) => "major",
        (Outcome::Pass | Outcome::Fail, Level::Note) => "info",
    }
}

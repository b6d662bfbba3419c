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
    json::pretty(&view.visible(report).map(|diagnostic| violation(diagnostic, report)).collect::<Vec<_>>())
}

fn violation<'a>(diagnostic: &'a Diagnostic, report: &Report) -> GitlabViolation<'a> {
    let region = annotation::region(diagnostic, report, ColumnUnit::Character).unwrap_or(ColumnRange::FIRST_LINE);
    GitlabViolation {
        description: annotation::text(diagnostic),
        check_name: diagnostic.rule.id(),
        fingerprint: &diagnostic.fingerprint,
        severity: severity(diagnostic),
        location: GitlabLocation {
            path: annotation::path(diagnostic, report),
            lines: GitlabLines { begin: region.line },
        },
    }
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match (diagnostic.outcome, diagnostic.level) {
        (Outcome::Unknown, _) => "minor",
        (Outcome::Pass | Outcome::Fail, Level::Error) => "critical",
        (Outcome::Pass | Outcome::Fail, Level::Warning) => "major",
        (Outcome::Pass | Outcome::Fail, Level::Note) => "info",
    }
}

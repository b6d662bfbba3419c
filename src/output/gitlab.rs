//! `gitlab`: GitLab's report of code quality, which shows findings in a merge request.

use serde::Serialize;

use super::annotation::{self, Region};
use super::json;
use crate::finding::Level;
use crate::report::{Outcome, Report, Reported};
use crate::source::Unit;

#[derive(Serialize)]
struct Violation<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

pub(super) fn render(report: &Report) -> String {
    json::pretty(&report.told().map(|finding| violation(finding, report)).collect::<Vec<_>>())
}

fn violation<'a>(finding: &'a Reported, report: &Report) -> Violation<'a> {
    let region = annotation::region(finding, report, Unit::Character).unwrap_or(Region::FIRST_LINE);
    Violation {
        description: annotation::text(finding),
        check_name: finding.rule.id(),
        fingerprint: &finding.fingerprint,
        severity: severity(finding),
        location: Location { path: annotation::path(finding, report), lines: Lines { begin: region.line } },
    }
}

fn severity(finding: &Reported) -> &'static str {
    match (finding.outcome, finding.level) {
        (Outcome::Unknown, _) => "minor",
        (Outcome::Pass | Outcome::Fail, Level::Error) => "critical",
        (Outcome::Pass | Outcome::Fail, Level::Warning) => "major",
        (Outcome::Pass | Outcome::Fail, Level::Note) => "info",
    }
}

//! `github`: commands that GitHub Actions turns into annotations.
//!
//! GitHub keeps ten of each kind for a step, so the worst come first and the rest is counted.

use super::annotation;
use super::inert::inert;
use super::summary::{count, enumerate};
use crate::finding::Level;
use crate::report::{Report, Reported};
use crate::source::Unit;

/// How many annotations of a kind GitHub shows for a step.
const SHOWN: usize = 10;

pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    let mut hidden = Vec::new();
    for (level, what) in [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "notice")] {
        let mut findings: Vec<&Reported> =
            report.told().filter(|finding| annotation::weight(finding) == level).collect();
        // What is known to be wrong is worse than what may be.
        findings.sort_by_key(|finding| finding.outcome);
        text.extend(findings.iter().take(SHOWN).map(|finding| command(what, finding, report)));
        hidden.extend(findings.len().checked_sub(SHOWN).filter(|rest| *rest > 0).map(|rest| count(rest, what)));
    }
    if !hidden.is_empty() {
        text.push_str(&format!("Not annotated, because GitHub shows {SHOWN} of a kind: {}.\n", enumerate(&hidden)));
    }
    text
}

fn command(what: &str, finding: &Reported, report: &Report) -> String {
    let (path, region) = annotation::beside_change(finding, report, Unit::Character);
    let file = property(&path);
    let place = region.map(|region| {
        let (line, column, end_column) = (region.line, region.column, region.end_column);
        format!(",line={line},endLine={line},col={column},endColumn={end_column}")
    });
    let place = place.unwrap_or_default();
    let title = property(finding.rule.id());
    format!("::{what} file={file}{place},title={title}::{}\n", data(&annotation::text(finding)))
}

/// The text after a command.
fn data(text: &str) -> String {
    inert(text).replace('%', "%25")
}

/// The value of a property, between commas and before a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

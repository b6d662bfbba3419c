//! `github`: commands that GitHub Actions turns into annotations.
//!
//! GitHub keeps ten of each kind for a step, so the worst come first and the rest is counted.

use super::annotation;
use super::full::rooted_place_of;
use super::sanitize::sanitize;
use super::summary::{count, enumerate};
use crate::finding::{FindingTarget, Level};
use crate::report::{Diagnostic, Report, View};
use crate::source::{ColumnUnit, is_outside};

/// The number of annotations of a kind that GitHub shows for a step.
const SHOWN: usize = 10;

pub(super) fn render(report: &Report, view: &View) -> String {
    let mut text = String::new();
    let mut hidden = Vec::new();
    for (level, what) in [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "notice")] {
        let mut findings: Vec<&Diagnostic> =
            view.visible(report).filter(|diagnostic| annotation::severity(diagnostic) == level).collect();
        // Failures before unknowns.
        findings.sort_by_key(|diagnostic| diagnostic.outcome);
        text.extend(findings.iter().take(SHOWN).map(|diagnostic| command(what, diagnostic, report)));
        hidden.extend(findings.len().checked_sub(SHOWN).filter(|rest| *rest > 0).map(|rest| count(rest, what)));
    }
    if !hidden.is_empty() {
        text.push_str(&format!("Not annotated, because GitHub shows {SHOWN} of a kind: {}.\n", enumerate(&hidden)));
    }
    text
}

fn command(what: &str, diagnostic: &Diagnostic, report: &Report) -> String {
    let (file, region) = annotation::beside_change(diagnostic, report, ColumnUnit::Character);
    let (title, text) = (property(diagnostic.rule.id()), annotation::text(diagnostic));
    // GitHub would search the repository for any other file.
    let Some(file) = file.filter(|name| !is_outside(name)) else {
        let place = match diagnostic.finding.place {
            FindingTarget::Run => String::new(),
            FindingTarget::Text(_) | FindingTarget::File(_) => format!("{}: ", rooted_place_of(diagnostic, report)),
        };
        return format!("::{what} title={title}::{}\n", data(&format!("{place}{text}")));
    };
    let place = region.map(|region| {
        let (line, column, end_column) = (region.line, region.column, region.end_column);
        format!(",line={line},endLine={line},col={column},endColumn={end_column}")
    });
    let place = place.unwrap_or_default();
    format!("::{what} file={}{place},title={title}::{}\n", property(&file), data(&text))
}

/// The text after a command.
fn data(text: &str) -> String {
    sanitize(text).replace('%', "%25")
}

/// The value of a property, between commas and before a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

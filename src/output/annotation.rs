//! Renders a finding for the formats that have one location and one text for each.

use std::cmp::Reverse;

use super::sanitize::sanitize;
use crate::finding::{Label, Level};
use crate::report::{Diagnostic, Outcome, Report};
use crate::rules::Check;
use crate::source::{ColumnUnit, Sources};

/// A place in a line; both columns are counted from 1, and the second is the one after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColumnRange {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_column: u32,
}

/// The level for formats without a level for unknowns: an unknown is a warning.
pub fn severity(diagnostic: &Diagnostic) -> Level {
    match diagnostic.outcome {
        Outcome::Unknown => Level::Warning,
        Outcome::Pass | Outcome::Fail => diagnostic.level,
    }
}

/// Ranks findings for outputs that show a part of them: findings that count come first, then higher levels, then
/// failures before unknowns.
pub(super) fn rank(diagnostic: &Diagnostic) -> (bool, Reverse<Level>, Outcome) {
    (diagnostic.suppressed.is_some(), Reverse(severity(diagnostic)), diagnostic.outcome)
}

/// Ranks the verdicts on deployments for the same purpose.
pub(super) fn rank_of_verdict(verdict: Option<Outcome>) -> u8 {
    match verdict {
        Some(Outcome::Fail) => 0,
        Some(Outcome::Unknown) => 1,
        Some(Outcome::Pass) => 2,
        None => 3,
    }
}

/// The message, the label and the help in one line, with control characters and commands escaped.
pub fn message(diagnostic: &Diagnostic) -> String {
    sanitize(&text(diagnostic)).into_owned()
}

/// The message, the label and the help in one line.
pub(super) fn text(diagnostic: &Diagnostic) -> String {
    text_with(&diagnostic.finding.message, diagnostic)
}

/// Like [`text`], with another message.
pub(super) fn text_with(message: &str, diagnostic: &Diagnostic) -> String {
    let reason = reason(diagnostic).map(|reason| format!(": {reason}")).unwrap_or_default();
    let help = diagnostic.finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{}{reason}{help}", marked_message(message, diagnostic))
}

/// The message, marked if the outcome is unknown.
fn marked_message(message: &str, diagnostic: &Diagnostic) -> String {
    let mark = match diagnostic.outcome {
        Outcome::Unknown if diagnostic.finding.is_declared_elsewhere => "not evaluated (declared elsewhere): ",
        Outcome::Unknown => "unknown: ",
        Outcome::Pass | Outcome::Fail => "",
    };
    format!("{mark}{message}")
}

/// The message at another place than the finding's own, with a reason for that place.
pub fn message_at(diagnostic: &Diagnostic, reason: &str) -> String {
    sanitize(&format!("{}: {reason}", marked_message(&diagnostic.finding.message, diagnostic))).into_owned()
}

/// The text of the primary label, unless the message contains it.
pub(super) fn reason(diagnostic: &Diagnostic) -> Option<&str> {
    let label = diagnostic.finding.place.label()?;
    let is_said = matches!(diagnostic.rule.check, Check::Reading) || diagnostic.finding.message.ends_with(&label.text);
    (!is_said).then_some(&label.text)
}

/// The file of a finding, or the root of the repository, since most formats require a path.
pub(super) fn path(diagnostic: &Diagnostic, report: &Report) -> String {
    diagnostic.finding.place.file_name(&report.sources).unwrap_or_else(|| ".".to_owned())
}

/// The place at which a finding appears beside a changed line: the step of the value's path that the change has
/// touched.
pub(super) fn beside_change(
    diagnostic: &Diagnostic,
    report: &Report,
    unit: ColumnUnit,
) -> (Option<String>, Option<ColumnRange>) {
    match &diagnostic.changed {
        Some(label) => {
            let path = report.sources.file(label.span.file).name.clone();
            (Some(path), Some(ColumnRange::of(label, &report.sources, unit)))
        }
        None => (diagnostic.finding.place.file_name(&report.sources), region(diagnostic, report, unit)),
    }
}

/// The place of a finding in its file, unless the file couldn't be read.
pub(super) fn region(diagnostic: &Diagnostic, report: &Report, unit: ColumnUnit) -> Option<ColumnRange> {
    diagnostic.finding.place.label().map(|label| ColumnRange::of(label, &report.sources, unit))
}

impl ColumnRange {
    /// The first line of a file, for formats that require a line.
    pub(super) const FIRST_LINE: Self = Self { line: 1, column: 1, end_column: 1 };

    /// The place of a label, up to the end of its first line.
    pub(super) fn of(label: &Label, sources: &Sources, unit: ColumnUnit) -> Self {
        let file = sources.file(label.span.file);
        let line = file.position(label.span.start).line;
        let (start, end) = file.line_bounds(line as usize);
        let column = |offset| file.column(start, offset, unit);
        let column_of_end = column(label.span.end.min(end).max(label.span.start));
        Self { line, column: column(label.span.start), end_column: column_of_end }
    }
}

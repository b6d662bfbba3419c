//! A finding as the formats tell it that have one place and one text for each.

use super::inert::inert;
use crate::finding::{Label, Level};
use crate::report::{Outcome, Place, Report, Reported};
use crate::rules::Check;
use crate::source::{SourceFile, Sources};

/// A place in a line; both columns are counted from 1, and the second is the one after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_column: u32,
}

/// How much of a column a character takes.
pub(super) type Width = fn(char) -> usize;

/// Columns count characters.
pub(super) const CHARACTERS: Width = |_| 1;

/// Columns count bytes of UTF-8.
pub(super) const BYTES: Width = char::len_utf8;

/// Columns count UTF-16 code units.
pub(super) const UTF16: Width = char::len_utf16;

/// What it weighs where there is no level of its own for what isn't resolved: that warns.
pub fn weight(finding: &Reported) -> Level {
    match finding.outcome {
        Outcome::Unknown => Level::Warning,
        Outcome::Pass | Outcome::Fail => finding.level,
    }
}

/// What is wrong, why, and what to do, in one line in which nothing acts on anything.
pub fn message(finding: &Reported) -> String {
    inert(&text(finding)).into_owned()
}

/// What is wrong, why, and what to do, in one line.
pub(super) fn text(finding: &Reported) -> String {
    let unresolved = if finding.outcome == Outcome::Unknown { "unresolved: " } else { "" };
    let reason = reason(finding).map(|reason| format!(": {reason}")).unwrap_or_default();
    let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{unresolved}{}{reason}{help}", finding.message)
}

/// What stands at the place of a finding, unless the message says so already.
fn reason(finding: &Reported) -> Option<&str> {
    match &finding.place {
        Place::Text(label) => {
            let is_said = matches!(finding.rule.check, Check::Reading) || finding.message.ends_with(&label.text);
            (!is_said).then_some(&label.text)
        }
        Place::File(_) => None,
    }
}

/// The file that a finding is about.
pub(super) fn path(finding: &Reported, report: &Report) -> String {
    match &finding.place {
        Place::Text(label) => report.sources.file(label.span.file).name.clone(),
        Place::File(name) => name.clone(),
    }
}

/// The place at which a finding shows beside a changed line: the step of its way that the change has touched.
pub(super) fn beside_change(finding: &Reported, report: &Report, width: Width) -> (String, Option<Region>) {
    match &finding.changed {
        Some(label) => {
            let path = report.sources.file(label.span.file).name.clone();
            (path, Some(Region::of(label, &report.sources, width)))
        }
        None => (path(finding, report), region(finding, report, width)),
    }
}

/// The place of a finding in its file, unless the file's text couldn't be had.
pub(super) fn region(finding: &Reported, report: &Report, width: Width) -> Option<Region> {
    match &finding.place {
        Place::Text(label) => Some(Region::of(label, &report.sources, width)),
        Place::File(_) => None,
    }
}

impl Region {
    /// A file as a whole, for readers that want a line at any price.
    pub(super) const FIRST_LINE: Self = Self { line: 1, column: 1, end_column: 1 };

    /// The place of a label, up to the end of its first line.
    pub(super) fn of(label: &Label, sources: &Sources, width: Width) -> Self {
        let file = sources.file(label.span.file);
        let line = file.position(label.span.start).line;
        let (start, end) = file.line_bounds(line as usize);
        let column = |offset| column(&file, start, offset, width);
        let column_of_end = column(label.span.end.min(end).max(label.span.start));
        Self { line, column: column(label.span.start), end_column: column_of_end }
    }
}

/// The column of an offset in the line that begins at `start`.
pub(super) fn column(file: &SourceFile, start: u32, offset: u32, width: Width) -> u32 {
    let (body, _) = file.body();
    let start = (start as usize).max(body);
    let before = file.text.get(start..offset as usize).unwrap_or_default();
    let columns = before.chars().map(width).fold(1, usize::saturating_add);
    u32::try_from(columns).unwrap_or(u32::MAX)
}

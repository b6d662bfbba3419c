//! `rdjson`: the diagnostics that reviewdog turns into comments. Its columns count bytes.

use serde::Serialize;

use super::annotation::{self, Region};
use super::{full, json};
use crate::finding::{Label, Level};
use crate::fix::{Edit, Safety};
use crate::report::{Place, Report, Reported};
use crate::source::{SourceFile, Unit};

#[derive(Serialize)]
struct Document<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
}

/// A change that reviewdog offers to commit.
#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

pub(super) fn render(report: &Report) -> String {
    let diagnostics = report.told().map(|finding| diagnostic(finding, report)).collect();
    json::pretty(&Document { source: Source { name: env!("CARGO_PKG_NAME") }, diagnostics })
}

fn diagnostic<'a>(finding: &'a Reported, report: &Report) -> Diagnostic<'a> {
    let (file, region) = annotation::beside_change(finding, report, Unit::Byte);
    let path = file.map_or_else(|| ".".to_owned(), |name| report.sources.seen(&name));
    Diagnostic {
        message: annotation::text_with(&full::message(finding, report), finding),
        location: Location { path, range: region.map(range) },
        severity: match annotation::weight(finding) {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note => "INFO",
        },
        code: Code { value: finding.rule.id() },
        related_locations: finding.related.iter().map(|label| related(label, report)).collect(),
        suggestions: suggestions(finding, report),
    }
}

/// All edits of a safe fix, if they lie in the file of the finding: others can't be named.
fn suggestions<'a>(finding: &'a Reported, report: &Report) -> Vec<Suggestion<'a>> {
    let Place::Text(label) = &finding.place else { return Vec::new() };
    let edits = finding.fix.iter().filter(|fix| fix.safety == Safety::Safe).flat_map(|fix| &fix.edits);
    let suggestion = |edit: &'a Edit| {
        let file = report.sources.file(edit.span.file);
        let range = Range { start: Position::of(edit.span.start, &file), end: Position::of(edit.span.end, &file) };
        (edit.span.file == label.span.file).then_some(Suggestion { range, text: &edit.text })
    };
    edits.map(suggestion).collect::<Option<Vec<_>>>().unwrap_or_default()
}

impl Position {
    fn of(offset: u32, file: &SourceFile) -> Self {
        let place = file.position(offset);
        let column = file.column(file.line_bounds(place.line as usize).0, offset, Unit::Byte);
        Self { line: place.line, column }
    }
}

fn related<'a>(label: &'a Label, report: &Report) -> Related<'a> {
    let range = range(Region::of(label, &report.sources, Unit::Byte));
    let path = report.sources.seen_file(&report.sources.file(label.span.file));
    Related { message: &label.text, location: Location { path, range: Some(range) } }
}

fn range(region: Region) -> Range {
    let Region { line, column, end_column } = region;
    Range { start: Position { line, column }, end: Position { line, column: end_column } }
}

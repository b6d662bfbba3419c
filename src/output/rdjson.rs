//! `rdjson`: the diagnostics that reviewdog turns into comments. Its columns count bytes.

use serde::Serialize;

use super::annotation::{self, BYTES, Region};
use super::json;
use crate::finding::{Label, Level};
use crate::report::{Report, Reported};

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
    let (path, region) = annotation::beside_change(finding, report, BYTES);
    Diagnostic {
        message: annotation::text(finding),
        location: Location { path, range: region.map(range) },
        severity: match annotation::level(finding) {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note => "INFO",
        },
        code: Code { value: finding.rule.id() },
        related_locations: finding.related.iter().map(|label| related(label, report)).collect(),
    }
}

fn related<'a>(label: &'a Label, report: &Report) -> Related<'a> {
    let range = range(Region::of(label, &report.sources, BYTES));
    let path = report.sources.file(label.span.file).name.clone();
    Related { message: &label.text, location: Location { path, range: Some(range) } }
}

fn range(region: Region) -> Range {
    let Region { line, column, end_column } = region;
    Range { start: Position { line, column }, end: Position { line, column: end_column } }
}

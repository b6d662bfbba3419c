//! `rdjson`: the diagnostics that reviewdog turns into comments. Its columns count bytes.

use serde::Serialize;

use super::annotation::{self, ColumnRange};
use super::{full, json};
use crate::edit::{Edit, Safety};
use crate::finding::{FindingTarget, Label, Level};
use crate::report::{Diagnostic, Report, View};
use crate::rules::ADDRESSES;
use crate::source::{ColumnUnit, SourceFile};

#[derive(Serialize)]
struct RdReport<'a> {
    source: RdSource,
    diagnostics: Vec<RdDiagnostic<'a>>,
}

#[derive(Serialize)]
struct RdSource {
    name: &'static str,
}

#[derive(Serialize)]
struct RdDiagnostic<'a> {
    message: String,
    location: RdLocation,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<RdRelated<'a>>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct RdRelated<'a> {
    message: &'a str,
    location: RdLocation,
}

#[derive(Serialize)]
struct RdLocation {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: RdPosition,
    end: RdPosition,
}

#[derive(Serialize)]
struct RdPosition {
    line: u32,
    column: u32,
}

pub(super) fn render(report: &Report, view: &View) -> String {
    let diagnostics = view.visible(report).map(|diagnostic| rd_diagnostic(diagnostic, report)).collect();
    json::pretty(&RdReport { source: RdSource { name: env!("CARGO_PKG_NAME") }, diagnostics })
}

fn rd_diagnostic<'a>(diagnostic: &'a Diagnostic, report: &Report) -> RdDiagnostic<'a> {
    let (file, region) = annotation::beside_change(diagnostic, report, ColumnUnit::Byte);
    let path = file.map_or_else(|| ".".to_owned(), |name| report.sources.display_name(&name));
    RdDiagnostic {
        message: annotation::text_with(&full::message(diagnostic, report), diagnostic),
        location: RdLocation { path, range: region.map(range) },
        severity: match annotation::severity(diagnostic) {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note => "INFO",
        },
        code: Code { value: diagnostic.rule.id(), url: ADDRESSES.rule(diagnostic.rule.id()) },
        related_locations: diagnostic.finding.related.iter().map(|label| related(label, report)).collect(),
        suggestions: suggestions(diagnostic, report),
    }
}

/// All edits of a safe fix, if they lie in the file of the finding: others can't be named.
fn suggestions<'a>(diagnostic: &'a Diagnostic, report: &Report) -> Vec<Suggestion<'a>> {
    let FindingTarget::Text(label) = &diagnostic.finding.place else { return Vec::new() };
    let edits = diagnostic.fix.iter().filter(|fix| fix.safety() == Safety::Safe).flat_map(|fix| &fix.edits);
    edits.map(|edit| suggestion(edit, label, report)).collect::<Option<Vec<_>>>().unwrap_or_default()
}

fn suggestion<'a>(edit: &'a Edit, label: &Label, report: &Report) -> Option<Suggestion<'a>> {
    let file = report.sources.file(edit.span.file);
    let range = Range { start: RdPosition::of(edit.span.start, &file), end: RdPosition::of(edit.span.end, &file) };
    (edit.span.file == label.span.file).then_some(Suggestion { range, text: &edit.text })
}

impl RdPosition {
    fn of(offset: u32, file: &SourceFile) -> Self {
        let place = file.position(offset);
        let column = file.column(file.line_bounds(place.line as usize).0, offset, ColumnUnit::Byte);
        Self { line: place.line, column }
    }
}

fn related<'a>(label: &'a Label, report: &Report) -> RdRelated<'a> {
    let range = range(ColumnRange::of(label, &report.sources, ColumnUnit::Byte));
    let path = report.sources.file_display_name(&report.sources.file(label.span.file));
    RdRelated { message: &label.text, location: RdLocation { path, range: Some(range) } }
}

fn range(region: ColumnRange) -> Range {
    let ColumnRange { line, column, end_column } = region;
    Range { start: RdPosition { line, column }, end: RdPosition { line, column: end_column } }
}

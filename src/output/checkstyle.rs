//! `checkstyle`: the report of Checkstyle, which many build servers read.

use super::annotation::{self, ColumnRange};
use super::xml::{DECLARATION, element};
use crate::finding::Level;
use crate::report::{Diagnostic, Report, View};
use crate::source::ColumnUnit;

/// The version of Checkstyle whose report format this is.
const VERSION: &str = "10.0";

pub(super) fn render(report: &Report, view: &View) -> String {
    // Findings are ordered by file.
    let mut files: Vec<(String, Vec<String>)> = Vec::new();
    for diagnostic in view.visible(report) {
        let path = annotation::path(diagnostic, report);
        match files.last_mut().filter(|(last, _)| *last == path) {
            Some((_, errors)) => errors.push(error(diagnostic, report)),
            None => files.push((path, vec![error(diagnostic, report)])),
        }
    }
    let files = files.into_iter().map(|(path, errors)| element("file", &[("name", path)], errors));
    format!("{DECLARATION}{}", element("checkstyle", &[("version", VERSION.to_owned())], files))
}

fn error(diagnostic: &Diagnostic, report: &Report) -> String {
    let ColumnRange { line, column, .. } =
        annotation::region(diagnostic, report, ColumnUnit::Character).unwrap_or(ColumnRange::FIRST_LINE);
    let severity = match annotation::severity(diagnostic) {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "info",
    };
    let attributes = [
        ("line", line.to_string()),
        ("column", column.to_string()),
        ("severity", severity.to_owned()),
        ("message", annotation::text(diagnostic)),
        ("source", format!("{}.{}", env!("CARGO_PKG_NAME"), diagnostic.rule.id())),
    ];
    element("error", &attributes, [])
}

//! `azure`: commands that Azure Pipelines turns into issues of a run.

use super::annotation::{self, ColumnRange};
use super::full;
use super::sanitize::sanitize;
use super::stream::plain;
use crate::finding::Level;
use crate::report::{Diagnostic, Report, View};
use crate::source::ColumnUnit;

pub(super) fn render(report: &Report, view: &View) -> String {
    view.visible(report).map(|diagnostic| line(diagnostic, report)).collect()
}

/// Azure has errors and warnings; a note becomes a line of the log.
fn line(diagnostic: &Diagnostic, report: &Report) -> String {
    match annotation::severity(diagnostic) {
        Level::Error => command("error", diagnostic, report),
        Level::Warning => command("warning", diagnostic, report),
        Level::Note => {
            let (place, message) =
                (full::rooted_place_of(diagnostic, report), sanitize(&diagnostic.finding.message).into_owned());
            format!("{place}: {} {message}\n", plain(&full::tag(diagnostic)))
        }
    }
}

fn command(what: &str, diagnostic: &Diagnostic, report: &Report) -> String {
    let path = property(&annotation::path(diagnostic, report));
    let ColumnRange { line, column, .. } =
        annotation::region(diagnostic, report, ColumnUnit::Character).unwrap_or(ColumnRange::FIRST_LINE);
    let place = format!("sourcepath={path};linenumber={line};columnnumber={column}");
    let code = property(diagnostic.rule.id());
    format!("##vso[task.logissue type={what};{place};code={code};]{}\n", data(&annotation::text(diagnostic)))
}

/// The text after a command.
fn data(text: &str) -> String {
    sanitize(text).replace('%', "%AZP25")
}

/// The value of a property, between semicolons and before a bracket.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

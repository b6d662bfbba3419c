//! `concise`: a line for each finding.

use super::full::{linked_place_of, message, tag};
use super::passed;
use super::sanitize::sanitize;
use crate::report::{Diagnostic, Report, View};

pub(super) fn render(report: &Report, view: &View) -> String {
    let found = view.listed(report).map(|diagnostic| line(diagnostic, report));
    found.chain(passed::all(report, view).iter().map(|passed| passed.line(report))).collect()
}

/// The location, level, rule and message of a finding.
pub(super) fn line(diagnostic: &Diagnostic, report: &Report) -> String {
    format!("{}: {} {}\n", linked_place_of(diagnostic, report), tag(diagnostic), sanitize(&message(diagnostic, report)))
}

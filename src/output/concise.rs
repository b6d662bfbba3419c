//! `concise`: a line for each finding.

use super::full::{place_of, tag};
use super::inert::inert;
use crate::report::Report;

pub(super) fn render(report: &Report) -> String {
    let line = |finding| format!("{}: {} {}\n", place_of(finding, report), tag(finding), inert(&finding.message));
    report.told().map(line).collect()
}

//! The file in which findings are accepted: one line for each, so that changes of it are easy to review.

use serde::Serialize;

use super::json;
use crate::baseline::{Baseline, Entry, VERSION};
use crate::finding::Level;
use crate::report::Outcome;

#[derive(Serialize)]
struct Line<'a> {
    fingerprint: &'a str,
    subject: &'a str,
    level: Level,
    outcome: &'static str,
    message: &'a str,
}

/// The text of the file.
pub fn baseline(baseline: &Baseline) -> String {
    let lines: Vec<String> = baseline.entries.iter().map(line).collect();
    let findings = if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", lines.join(",\n")) };
    format!("{{\n  \"version\": {VERSION},\n  \"findings\": {findings}\n}}\n")
}

fn line(entry: &Entry) -> String {
    let Entry { fingerprint, subject, level, outcome, message, span: _ } = entry;
    let outcome = match outcome {
        Outcome::Unknown => "unknown",
        Outcome::Pass | Outcome::Fail => "fail",
    };
    format!("    {}", json::line(&Line { fingerprint, subject, level: *level, outcome, message }).trim_end())
}

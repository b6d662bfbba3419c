//! Formats the baseline, with one line for each entry, so that changes of the file are easy to review.

use serde::Serialize;

use super::json;
use crate::finding::Level;
use crate::gate::baseline::{Baseline, BaselineEntry, VERSION};
use crate::model::selectors::loss;
use crate::report::Outcome;

#[derive(Serialize)]
struct BaselineLine<'a> {
    fingerprint: &'a str,
    subject: &'a str,
    level: Level,
    outcome: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<Vec<&'static str>>,
    #[serde(rename = "may-be-lost", skip_serializing_if = "Vec::is_empty")]
    may_be_lost: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    declaration: Option<&'a str>,
}

/// The text of the file.
pub fn baseline(baseline: &Baseline) -> String {
    let lines: Vec<String> = baseline.entries.iter().map(line).collect();
    let findings = if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", lines.join(",\n")) };
    format!("{{\n  \"version\": {VERSION},\n  \"findings\": {findings}\n}}\n")
}

fn line(entry: &BaselineEntry) -> String {
    let BaselineEntry { fingerprint, subject, level, outcome, message, loss, declaration, span: _ } = entry;
    let outcome = match outcome {
        Outcome::Unknown => "unknown",
        Outcome::Pass | Outcome::Fail => "fail",
    };
    let line = BaselineLine {
        fingerprint,
        subject,
        level: *level,
        outcome,
        message,
        lost: loss.map(|loss| loss::event_names(loss.least)),
        may_be_lost: loss.map_or(Vec::new(), |loss| loss::event_names(loss.most.without(loss.least))),
        declaration: declaration.as_deref(),
    };
    format!("    {}", json::line(&line).trim_end())
}

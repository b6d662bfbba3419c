//! `sarif`: version 2.1.0 of the format that GitHub's code scanning and many viewers read.

mod hash;
mod places;
mod results;
mod rules;

use std::collections::BTreeMap;

use serde::Serialize;

use self::places::Location;
use super::summary::count;
use super::{annotation, json};
use crate::report::{Report, Reported};
use crate::rules::Check;

const VERSION: &str = "2.1.0";

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    taxonomies: Vec<rules::Taxonomy<'a>>,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    column_kind: &'static str,
    results: Vec<results::Entry<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: rules::Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

/// A notification about a file that couldn't be read, or about omitted results.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[Location; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_rule: Option<RuleReference>,
}

/// Which results a report has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All, up to the number above which GitHub refuses a report.
    All,
    /// The results that GitHub should show as alerts. It shows results of every kind, so only failures are included.
    Alerts,
}

impl Extent {
    /// How many results GitHub takes, and how many of them it shows.
    /// Source: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
    fn limit(self) -> usize {
        match self {
            Self::All => 25_000,
            Self::Alerts => 5_000,
        }
    }
}

#[derive(Serialize)]
struct RuleReference {
    id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

pub(super) fn render(report: &Report, extent: Extent) -> String {
    let (results, left_out) = results::all(report, extent);
    let taxonomies = rules::taxonomies(report);
    let base = Base { description: Text::new("The root of the repository, or the working directory without one.") };
    let run = Run {
        tool: Tool { driver: rules::Driver::of(report, &taxonomies) },
        taxonomies,
        invocations: [invocation(report, left_out)],
        original_uri_base_ids: BTreeMap::from([(places::ROOT, base)]),
        column_kind: "utf16CodeUnits",
        results,
    };
    json::pretty(&Log { schema: SCHEMA, version: VERSION, runs: [run] })
}

fn invocation(report: &Report, left_out: usize) -> Invocation {
    let is_unread = |finding: &&Reported| matches!(finding.rule.check, Check::Reading);
    let notification = |finding: &Reported| Notification {
        level: "error",
        message: Text::message(&annotation::text(finding)),
        locations: Some([Location::of_finding(finding, report)]),
        associated_rule: Some(RuleReference { id: finding.rule.id(), index: results::index(finding.rule, report) }),
    };
    let left_out = (left_out > 0).then(|| Notification {
        level: "warning",
        message: Text::new(&format!(
            "Not in this report, because GitHub accepts no more: {}, none of them more severe than those in it.",
            count(left_out, "result")
        )),
        locations: None,
        associated_rule: None,
    });
    let notifications = report.findings.iter().filter(is_unread).map(notification).chain(left_out);
    Invocation { execution_successful: true, tool_execution_notifications: notifications.collect() }
}

impl Text {
    /// A text of our own.
    fn new(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// A text with words from scanned files, in which nothing is a link or waits to be filled in.
    fn message(text: &str) -> Self {
        Self { text: text.replace("](", "\\](").replace('{', "{{").replace('}', "}}") }
    }
}

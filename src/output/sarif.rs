//! `sarif`: version 2.1.0 of the format that GitHub's code scanning and many viewers read.

mod hash;
mod places;
mod results;
mod rules;

use std::collections::BTreeMap;

use serde::Serialize;

use self::places::SarifLocation;
use super::summary::count;
use super::{annotation, json};
use crate::report::{Diagnostic, Report, View};
use crate::rules::Check;

const VERSION: &str = "2.1.0";

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct SarifLog<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<'a> {
    tool: SarifTool<'a>,
    taxonomies: Vec<rules::Taxonomy<'a>>,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, UriBase>,
    column_kind: &'static str,
    results: Vec<results::SarifResult<'a>>,
}

#[derive(Serialize)]
struct SarifTool<'a> {
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
    message: SarifText,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[SarifLocation; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_rule: Option<RuleReference>,
}

/// Which results a report has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportExtent {
    /// All, up to the number above which GitHub refuses a report.
    All,
    /// The results that GitHub should show as alerts. It shows results of every kind, so only failures are included.
    Alerts,
}

impl ReportExtent {
    /// The number of results that GitHub accepts, and the number that it shows.
    /// Source:
    /// <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
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
struct UriBase {
    description: SarifText,
}

#[derive(Serialize)]
struct SarifText {
    text: String,
}

pub(super) fn render(report: &Report, view: &View, extent: ReportExtent) -> String {
    let (results, left_out) = results::all(report, view, extent);
    let taxonomies = rules::taxonomies(report);
    let base =
        UriBase { description: SarifText::new("The root of the repository, or the working directory without one.") };
    let run = SarifRun {
        tool: SarifTool { driver: rules::Driver::of(report, view.benchmark.as_deref(), &taxonomies) },
        taxonomies,
        invocations: [invocation(report, left_out)],
        original_uri_base_ids: BTreeMap::from([(places::ROOT, base)]),
        column_kind: "utf16CodeUnits",
        results,
    };
    json::pretty(&SarifLog { schema: SCHEMA, version: VERSION, runs: [run] })
}

fn invocation(report: &Report, left_out: usize) -> Invocation {
    let left_out = (left_out > 0).then(|| Notification {
        level: "warning",
        message: SarifText::new(&format!(
            "Not in this report, because GitHub accepts no more: {}, none of them more severe than those in it.",
            count(left_out, "result")
        )),
        locations: None,
        associated_rule: None,
    });
    let unread = report.findings.iter().filter(|diagnostic| matches!(diagnostic.rule.check, Check::Reading));
    let notifications = unread.map(|diagnostic| notification(diagnostic, report)).chain(left_out);
    Invocation { execution_successful: true, tool_execution_notifications: notifications.collect() }
}

fn notification(diagnostic: &Diagnostic, report: &Report) -> Notification {
    Notification {
        level: "error",
        message: SarifText::message(&annotation::text(diagnostic)),
        locations: Some([SarifLocation::of_finding(diagnostic, report)]),
        associated_rule: Some(RuleReference {
            id: diagnostic.rule.id(),
            index: results::index(diagnostic.rule, report),
        }),
    }
}

impl SarifText {
    /// A text of our own.
    fn new(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// A text with words from scanned files, in which nothing is a link or waits to be filled in.
    fn message(text: &str) -> Self {
        Self { text: text.replace("](", "\\](").replace('{', "{{").replace('}', "}}") }
    }
}

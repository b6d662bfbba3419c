//! The verdicts that follow from the arguments of a trail, when all of them are known.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The verdicts by rule.
pub(super) type Verdicts = BTreeMap<&'static str, &'static str>;

/// The rules that are judged here.
pub(super) const RULES: [&str; 7] = [
    "single-region-trail",
    "stopped-trail",
    "missing-management-events",
    "excluded-event-sources",
    "missing-global-events",
    "unvalidated-logs",
    "logs-without-kms",
];

const SOURCES: [&str; 3] = ["other", "kms.amazonaws.com", "rdsdata.amazonaws.com"];

/// The verdicts on a trail with these arguments.
pub(super) fn of(arguments: &Value) -> Verdicts {
    let selectors = arguments["event_selector"].as_array().cloned().unwrap_or_default();
    let recorded: BTreeSet<_> = selectors.iter().flat_map(recorded).collect();
    let all = |source: &&&str| ["read", "write"].iter().all(|access| recorded.contains(&(*access, **source)));
    let complete: Vec<&&str> = SOURCES.iter().filter(all).collect();
    let records_ordinary = selectors.is_empty() || complete.contains(&&"other");
    let verdicts = [
        is_true(&arguments["is_multi_region_trail"], false),
        is_true(&arguments["enable_logging"], true),
        records_ordinary,
        selectors.is_empty() || !records_ordinary || complete.len() == SOURCES.len(),
        is_true(&arguments["include_global_service_events"], true),
        is_true(&arguments["enable_log_file_validation"], false),
        arguments["kms_key_id"].as_str().is_some_and(|key| !key.is_empty()),
    ];
    RULES.iter().copied().zip(verdicts.map(|passes| if passes { "pass" } else { "fail" })).collect()
}

/// What a selector records.
fn recorded(selector: &Value) -> Vec<(&'static str, &'static str)> {
    let accesses: &[&str] = match selector["read_write_type"].as_str() {
        _ if !is_true(&selector["include_management_events"], true) => &[],
        None | Some("All") => &["read", "write"],
        Some("ReadOnly") => &["read"],
        Some("WriteOnly") => &["write"],
        Some(_) => &[],
    };
    let excluded = selector["exclude_management_event_sources"].as_array().cloned().unwrap_or_default();
    let sources = SOURCES.into_iter().filter(|source| !excluded.contains(&Value::from(*source)));
    sources.flat_map(|source| accesses.iter().map(move |access| (*access, source))).collect()
}

/// An argument as the provider converts it; null is its default.
fn is_true(argument: &Value, default: bool) -> bool {
    match argument {
        Value::Null => default,
        Value::Bool(value) => *value,
        other => matches!(other.as_str(), Some("true" | "1")),
    }
}

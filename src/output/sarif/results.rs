//! The results of a SARIF run and their locations.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::places::{ArtifactChange, Location};
use super::{Extent, Text, hash};
use crate::finding::Level;
use crate::fix::Fix;
use crate::output::annotation;
use crate::output::passed::{self, Passed};
use crate::report::{Fingerprint, Outcome, Place, Report, Reported};
use crate::rules::Rule;
use crate::source::{FileId, Span};
use crate::suppress::Suppression;

/// The key of our own names of results.
const FINGERPRINT: &str = "trailint/v1";

/// A result of the run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    kind: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Mending>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Accepted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties<'a>>,
}

/// A fix of a result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mending {
    description: Text,
    artifact_changes: Vec<ArtifactChange>,
}

impl Mending {
    fn of(fix: &Fix, report: &Report) -> Self {
        let description = Text::new(&format!("{} ({})", fix.title, fix.safety.word()));
        Self { description, artifact_changes: ArtifactChange::of_fix(fix, &report.sources) }
    }
}

/// Why a result doesn't count.
#[derive(Serialize)]
struct Accepted {
    kind: &'static str,
    justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow {
    thread_flows: [ThreadFlow; 1],
}

#[derive(Serialize)]
struct ThreadFlow {
    locations: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    location: Location,
}

/// Properties for which SARIF has no field.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    deployment: Option<&'a str>,
    attribute: Option<&'a str>,
    blocked_by: &'a [String],
    fails_when: &'a [String],
    passes_when: &'a [String],
}

/// The hashes of the lines of files, each file hashed once.
type Hashes = HashMap<FileId, Vec<String>>;

/// The results of a report, and the number of those that are left out because there are too many: then the worst come
/// first.
pub(super) fn all(report: &Report, extent: Extent) -> (Vec<Entry<'_>>, usize) {
    let is_alert = |finding: &&Reported| finding.outcome == Outcome::Fail && finding.suppressed.is_none();
    let mut found: Vec<&Reported> =
        report.shown().filter(|finding| extent == Extent::All || is_alert(finding)).collect();
    let passed: Vec<Passed<'_>> = passed::all(report).filter(|_| extent == Extent::All).collect();
    let number = found.len().saturating_add(passed.len());
    let left_out = number.saturating_sub(extent.limit());
    if left_out > 0 {
        found.sort_by_key(|finding| annotation::rank(finding));
    }
    let mut hashes = Hashes::new();
    let found = found.into_iter().take(extent.limit());
    let mut entries: Vec<Entry<'_>> = found.map(|finding| Entry::of(finding, report, &mut hashes)).collect();
    let room = extent.limit().saturating_sub(entries.len());
    entries.extend(passed.iter().take(room).map(|passed| Entry::of_passed(passed, report, &mut hashes)));
    (entries, left_out)
}

impl<'a> Entry<'a> {
    fn of(finding: &'a Reported, report: &Report, hashes: &mut Hashes) -> Self {
        let location = Location::of_finding(finding, report).in_resource(finding.address.as_deref());
        let own = finding.fingerprint.clone();
        let partial_fingerprints = match &finding.place {
            Place::Text(label) => fingerprints(own, label.span, report, hashes),
            Place::File(_) | Place::Run => BTreeMap::from([(FINGERPRINT, own)]),
        };
        Self {
            rule_id: finding.rule.id(),
            rule_index: index(finding.rule, report),
            kind: if finding.outcome == Outcome::Unknown { "open" } else { "fail" },
            level: level(finding),
            message: Text::message(&annotation::text(finding)),
            locations: [location],
            related_locations: related(finding, report),
            code_flows: flow(finding, report).into_iter().collect(),
            partial_fingerprints,
            fixes: finding.fix.iter().map(|fix| Mending::of(fix, report)).collect(),
            suppressions: finding.suppressed.iter().map(Accepted::of).collect(),
            properties: Some(Properties::of(finding)),
        }
    }

    fn of_passed(passed: &Passed<'_>, report: &Report, hashes: &mut Hashes) -> Self {
        let location = Location::of_header(passed.trail.header, &report.sources);
        let own = Fingerprint::of_pass(passed.rule, passed.judged, passed.trail).to_string();
        Self {
            rule_id: passed.rule.id(),
            rule_index: index(passed.rule, report),
            kind: "pass",
            level: "none",
            message: Text::message(&passed.message()),
            locations: [location.in_resource(Some(&passed.trail.address))],
            related_locations: Vec::new(),
            code_flows: Vec::new(),
            partial_fingerprints: fingerprints(own, passed.trail.header, report, hashes),
            fixes: Vec::new(),
            suppressions: Vec::new(),
            properties: None,
        }
    }
}

impl Accepted {
    /// The configuration and the baseline are external.
    fn of(suppression: &Suppression) -> Self {
        let kind = if suppression.is_in_source { "inSource" } else { "external" };
        Self { kind, justification: suppression.describe() }
    }
}

pub(super) fn index(rule: &Rule, report: &Report) -> Option<usize> {
    report.rules.iter().position(|own| std::ptr::eq(*own, rule))
}

/// Only failures have a level.
fn level(finding: &Reported) -> &'static str {
    match (finding.outcome, finding.level) {
        (Outcome::Pass | Outcome::Unknown, _) => "none",
        (Outcome::Fail, Level::Error) => "error",
        (Outcome::Fail, Level::Warning) => "warning",
        (Outcome::Fail, Level::Note) => "note",
    }
}

fn related(finding: &Reported, report: &Report) -> Vec<Location> {
    let location = |(index, label)| Location::of(label, &report.sources).numbered(index);
    (1..).zip(&finding.related).map(location).collect()
}

/// From where the value was decided to the trail.
fn flow(finding: &Reported, report: &Report) -> Option<CodeFlow> {
    let step = |label| Step { location: Location::of(label, &report.sources) };
    let end = Step { location: Location::of_finding(finding, report) };
    let locations = finding.related.iter().rev().map(step).chain([end]).collect();
    (!finding.related.is_empty()).then_some(CodeFlow { thread_flows: [ThreadFlow { locations }] })
}

/// Our own name of a result, and the hash of its line.
fn fingerprints(own: String, span: Span, report: &Report, hashes: &mut Hashes) -> BTreeMap<&'static str, String> {
    let mut fingerprints = BTreeMap::from([(FINGERPRINT, own)]);
    let file = report.sources.file(span.file);
    let lines = hashes.entry(span.file).or_insert_with(|| hash::lines(&file.text));
    let line = (file.position(span.start).line as usize).saturating_sub(1);
    fingerprints.extend(lines.get(line).map(|hash| ("primaryLocationLineHash", hash.clone())));
    fingerprints
}

impl<'a> Properties<'a> {
    fn of(finding: &'a Reported) -> Self {
        Self {
            deployment: finding.deployment.as_deref(),
            attribute: finding.attribute.as_deref(),
            blocked_by: &finding.blocked_by,
            fails_when: &finding.fails_when,
            passes_when: &finding.passes_when,
        }
    }
}

//! The results of a SARIF run and their locations.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::places::{ArtifactChange, SarifLocation};
use super::{ReportExtent, SarifText, hash};
use crate::edit::Fix;
use crate::finding::{FindingTarget, Level};
use crate::output::annotation;
use crate::output::json::KnownEntry;
use crate::output::passed::{self, PassedRule};
use crate::report::{Diagnostic, Fingerprint, Outcome, Report, Suppression, View};
use crate::rules::Rule;
use crate::source::{FileId, Span};

/// The key of our own names of results.
const FINGERPRINT: &str = "trailint/v1";

/// A result of the run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    kind: &'static str,
    level: &'static str,
    message: SarifText,
    locations: [SarifLocation; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifFix>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<SarifSuppression>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<ResultProperties<'a>>,
}

/// A fix of a result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix {
    description: SarifText,
    artifact_changes: Vec<ArtifactChange>,
}

impl SarifFix {
    fn of(fix: &Fix, report: &Report) -> Self {
        let description = SarifText::new(&format!("{} ({})", fix.title, fix.safety().word()));
        Self { description, artifact_changes: ArtifactChange::of_fix(fix, &report.sources) }
    }
}

/// Why a result doesn't count.
#[derive(Serialize)]
struct SarifSuppression {
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
    locations: Vec<ThreadFlowLocation>,
}

#[derive(Serialize)]
struct ThreadFlowLocation {
    location: SarifLocation,
}

/// Properties for which SARIF has no field.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultProperties<'a> {
    deployment: Option<&'a str>,
    attribute: Option<&'a str>,
    blocked_by: &'a [String],
    fails_when: &'a [String],
    passes_when: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<KnownEntry<'a>>,
}

/// The hashes of the lines of files, each file hashed once.
type Hashes = HashMap<FileId, Vec<String>>;

/// The results of a report, and the number of those that are left out because there are too many: then the worst come
/// first.
pub(super) fn all<'r>(report: &'r Report, view: &View, extent: ReportExtent) -> (Vec<SarifResult<'r>>, usize) {
    let mut found: Vec<&Diagnostic> = view
        .reported(report)
        .filter(|diagnostic| {
            extent == ReportExtent::All || diagnostic.outcome == Outcome::Fail && diagnostic.suppressed.is_none()
        })
        .collect();
    let passed = if extent == ReportExtent::All { passed::all(report, view) } else { Vec::new() };
    let number = found.len().saturating_add(passed.len());
    let left_out = number.saturating_sub(extent.limit());
    if left_out > 0 {
        found.sort_by_key(|diagnostic| annotation::rank(diagnostic));
    }
    let mut hashes = Hashes::new();
    let found = found.into_iter().take(extent.limit());
    let mut entries: Vec<SarifResult<'r>> =
        found.map(|diagnostic| SarifResult::of(diagnostic, report, &mut hashes)).collect();
    let room = extent.limit().saturating_sub(entries.len());
    entries.extend(passed.iter().take(room).map(|passed| SarifResult::of_passed(passed, report, &mut hashes)));
    (entries, left_out)
}

impl<'a> SarifResult<'a> {
    fn of(diagnostic: &'a Diagnostic, report: &Report, hashes: &mut Hashes) -> Self {
        let location = SarifLocation::of_finding(diagnostic, report).in_resource(diagnostic.address.as_deref());
        let pointer = diagnostic.finding.place.label().and_then(|label| report.pointers.of(label.span));
        let location = location.at_pointer(pointer.map(|(_, pointer)| pointer));
        let own = diagnostic.fingerprint.clone();
        let partial_fingerprints = match &diagnostic.finding.place {
            FindingTarget::Text(label) => fingerprints(own, label.span, report, hashes),
            FindingTarget::File(_) | FindingTarget::Run => BTreeMap::from([(FINGERPRINT, own)]),
        };
        Self {
            rule_id: diagnostic.rule.id(),
            rule_index: index(diagnostic.rule, report),
            kind: if diagnostic.outcome == Outcome::Unknown { "open" } else { "fail" },
            level: level(diagnostic),
            message: SarifText::message(&annotation::text(diagnostic)),
            locations: [location],
            related_locations: related(diagnostic, report),
            code_flows: flow(diagnostic, report).into_iter().collect(),
            partial_fingerprints,
            fixes: diagnostic.fix.iter().map(|fix| SarifFix::of(fix, report)).collect(),
            suppressions: diagnostic.suppressed.iter().map(SarifSuppression::of).collect(),
            properties: Some(ResultProperties::of(diagnostic)),
        }
    }

    fn of_passed(passed: &PassedRule<'_>, report: &Report, hashes: &mut Hashes) -> Self {
        let location = SarifLocation::of_header(passed.trail.header, &report.sources);
        let own = Fingerprint::of_pass(passed.rule, passed.deployment, passed.trail).to_string();
        Self {
            rule_id: passed.rule.id(),
            rule_index: index(passed.rule, report),
            kind: "pass",
            level: "none",
            message: SarifText::message(&passed.message(str::to_owned)),
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

impl SarifSuppression {
    /// The configuration and the baseline are external.
    fn of(suppression: &Suppression) -> Self {
        let kind = if suppression.by.is_in_source() { "inSource" } else { "external" };
        Self { kind, justification: suppression.describe() }
    }
}

pub(super) fn index(rule: &Rule, report: &Report) -> Option<usize> {
    report.rules.iter().position(|own| std::ptr::eq(*own, rule))
}

/// Only failures have a level.
fn level(diagnostic: &Diagnostic) -> &'static str {
    match (diagnostic.outcome, diagnostic.level) {
        (Outcome::Pass | Outcome::Unknown, _) => "none",
        (Outcome::Fail, Level::Error) => "error",
        (Outcome::Fail, Level::Warning) => "warning",
        (Outcome::Fail, Level::Note) => "note",
    }
}

fn related(diagnostic: &Diagnostic, report: &Report) -> Vec<SarifLocation> {
    (1..)
        .zip(&diagnostic.finding.related)
        .map(|(index, label)| SarifLocation::of(label, &report.sources).numbered(index))
        .collect()
}

/// From where the value was decided to the trail.
fn flow(diagnostic: &Diagnostic, report: &Report) -> Option<CodeFlow> {
    let end = ThreadFlowLocation { location: SarifLocation::of_finding(diagnostic, report) };
    let locations = diagnostic
        .finding
        .related
        .iter()
        .rev()
        .map(|label| ThreadFlowLocation { location: SarifLocation::of(label, &report.sources) })
        .chain([end])
        .collect();
    (!diagnostic.finding.related.is_empty()).then_some(CodeFlow { thread_flows: [ThreadFlow { locations }] })
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

impl<'a> ResultProperties<'a> {
    fn of(diagnostic: &'a Diagnostic) -> Self {
        Self {
            deployment: diagnostic.deployment.as_deref(),
            attribute: diagnostic.finding.attribute.as_deref(),
            blocked_by: &diagnostic.finding.blocked_by,
            fails_when: &diagnostic.fails_when,
            passes_when: &diagnostic.passes_when,
            known: diagnostic.known.as_deref().map(KnownEntry::of),
        }
    }
}

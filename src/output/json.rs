//! `json`: version 1 of the report for programs. Fields may be added, but never changed.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::compliance::{self, AccountEntry, ComplianceStatement, ComplianceSummary};
use super::full::PathBase;
use super::provenance::ProvenanceEntry;
use super::resolving::ResolvingCommands;
use super::sanitize::escaped;
use crate::edit::{Edit, Fix};
use crate::finding::{FindingTarget, Label, Level};
use crate::formats::{Pointers, TrailDocuments};
use crate::model::KnownInterface;
use crate::report::{
    ComparedValue, DeploymentResult, Diagnostic, FindingCounts, LiveValue, MatchedTrail, Outcome, Report, Suppression,
    TrailExistence, TrailResult, View, combined,
};
use crate::rules::{self, Rule};
use crate::source::{SourceFile, Sources, Span};

/// The version of the format.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonReport<'a, D: Serialize, F: Serialize> {
    version: u32,
    tool: JsonTool,
    summary: Summary,
    deployments: D,
    findings: F,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    compliance: Vec<ComplianceStatement<'a>>,
    /// The active accounts of the organization without evidence, if the evidence lists its accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_accounts: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<ProvenanceEntry<'a>>,
}

/// A list that is serialized one entry at a time, to save memory.
struct StreamedList<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for StreamedList<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

#[derive(Serialize)]
pub(super) struct JsonTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
pub(super) struct Summary {
    files: usize,
    deployments: usize,
    trails: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    unknown: usize,
    declared_elsewhere: usize,
    suppressed: usize,
    /// The numbers of the requested benchmark.
    #[serde(skip_serializing_if = "Option::is_none")]
    compliance: Option<ComplianceSummary>,
}

#[derive(Serialize)]
pub(super) struct DeploymentEntry<'a> {
    root: &'a str,
    format: &'a str,
    verdict: &'static str,
    name: Option<&'a str>,
    trails: Vec<TrailEntry<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    unread: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    resolve: Option<&'a str>,
    /// The account, for the deployments of evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountEntry<'a>>,
}

/// The documents from which the verdicts on a deployed trail come.
#[derive(Serialize)]
struct EvidenceEntry {
    description: Option<DocumentEntry>,
    status: Option<DocumentEntry>,
    selectors: Option<DocumentEntry>,
}

/// A value in a document.
#[derive(Serialize)]
struct DocumentEntry {
    path: String,
    pointer: String,
    /// The number of the document, from the second one of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<usize>,
}

impl DocumentEntry {
    fn of(span: Span, places: &Places<'_>) -> Option<Self> {
        let (document, pointer) = places.pointers.of(span)?;
        let path = places.sources.file(span.file).name.clone();
        Some(Self { path, pointer, document: Some(document).filter(|document| *document > 1) })
    }
}

impl EvidenceEntry {
    fn of(documents: &TrailDocuments, places: &Places<'_>) -> Self {
        let entry = |span: Option<Span>| DocumentEntry::of(span?, places);
        Self {
            description: entry(documents.description),
            status: entry(documents.status),
            selectors: entry(documents.selectors),
        }
    }
}

#[derive(Serialize)]
struct TrailEntry<'a> {
    address: &'a str,
    kind: &'a str,
    exists: &'static str,
    region: Option<&'a str>,
    location: JsonLocation,
    rules: BTreeMap<&'static str, &'static str>,
    advisories: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<KnownEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<EvidenceEntry>,
    /// The results of the comparison with all deployed trails that belong to it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    compared: BTreeMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    live: Vec<MatchedEntry<'a>>,
}

/// A deployed trail that belongs to a declared one.
#[derive(Serialize)]
struct MatchedEntry<'a> {
    arn: &'a str,
    deployment: &'a str,
    location: JsonLocation,
    compared: BTreeMap<&'static str, ComparedEntry<'a>>,
}

/// A declared setting and the deployed one.
#[derive(Serialize)]
struct ComparedEntry<'a> {
    result: &'static str,
    declared: ValueEntry<'a>,
    live: ValueEntry<'a>,
}

/// A value of a comparison.
#[derive(Serialize)]
struct ValueEntry<'a> {
    /// The value for people; null if it is unknown.
    value: Option<&'a str>,
    location: JsonLocation,
}

/// The deployed value from which a declared one differs.
#[derive(Serialize)]
struct LiveEntry<'a> {
    arn: &'a str,
    path: String,
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<usize>,
}

/// The known interface that represents a module which isn't installed.
#[derive(Serialize)]
pub(super) struct KnownEntry<'a> {
    module: &'a str,
    versions: &'a [&'static str],
}

#[derive(Serialize)]
pub(super) struct FindingEntry<'a> {
    rule: &'static str,
    level: Level,
    outcome: &'static str,
    message: &'a str,
    address: Option<&'a str>,
    attribute: Option<&'a str>,
    reason: Option<&'static str>,
    deployment: Option<&'a str>,
    deployment_name: Option<&'a str>,
    deployments: Vec<InstanceEntry<'a>>,
    location: Option<JsonLocation>,
    flow: Vec<JsonHop<'a>>,
    worlds: Option<Worlds<'a>>,
    help: Option<&'a str>,
    controls: Vec<ControlEntry<'a>>,
    fix: Option<FixEntry<'a>>,
    fingerprint: &'a str,
    suppressed: Option<Suppressed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<LiveEntry<'a>>,
}

/// A trail that a finding is about, in its deployment.
#[derive(Serialize)]
struct InstanceEntry<'a> {
    root: Option<&'a str>,
    name: Option<&'a str>,
    address: Option<&'a str>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct JsonHop<'a> {
    message: &'a str,
    location: JsonLocation,
}

#[derive(Serialize)]
struct Worlds<'a> {
    fails_when: &'a [String],
    passes_when: &'a [String],
    blocked_by: &'a [String],
}

#[derive(Serialize)]
struct ControlEntry<'a> {
    benchmark: &'a str,
    id: &'a str,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    path: String,
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct JsonLocation {
    path: String,
    start: JsonPoint,
    end: JsonPoint,
    /// The JSON pointer of the value, in evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// The number of the document, from the second one of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<usize>,
}

/// The texts to which locations refer, and the documents with evidence among them.
pub(super) struct Places<'a> {
    sources: &'a Sources,
    pointers: &'a Pointers,
    /// The requested benchmark.
    benchmark: Option<&'a str>,
}

impl<'a> Places<'a> {
    pub(super) fn of(report: &'a Report, view: &'a View) -> Self {
        Self { sources: &report.sources, pointers: &report.pointers, benchmark: view.benchmark.as_deref() }
    }
}

#[derive(Serialize)]
struct JsonPoint {
    line: u32,
    column: u32,
    byte: u32,
}

#[derive(Serialize)]
struct Suppressed<'a> {
    reason: Option<&'a str>,
    until: Option<String>,
    location: Option<JsonLocation>,
}

pub(super) fn render(report: &Report, view: &View) -> String {
    let commands = ResolvingCommands::of(report, view, |own| view.is_reported(own));
    let places = Places::of(report, view);
    let document = JsonReport {
        version: VERSION,
        tool: tool(),
        summary: summary(report, view),
        deployments: StreamedList(|| report.deployments.iter().map(|result| deployment(result, &places, &commands))),
        findings: StreamedList(|| view.reported(report).map(|reported| diagnostic(reported, &places))),
        compliance: compliance::statements(report, view, PathBase::Root),
        missing_accounts: report
            .deployments
            .iter()
            .find_map(|deployment| Some(deployment.expected_accounts.as_ref()?.missing.as_slice())),
        provenance: ProvenanceEntry::of(view),
    };
    pretty(&document)
}

/// Formats a document for programs, with active characters escaped.
pub(super) fn pretty(document: &impl Serialize) -> String {
    closed(serde_json::to_string_pretty(document))
}

/// Formats a document on one line, with active characters escaped.
pub(super) fn line(document: &impl Serialize) -> String {
    closed(serde_json::to_string(document))
}

fn closed(document: serde_json::Result<String>) -> String {
    let mut text = document.expect("a document of strings and numbers can be written");
    text.push('\n');
    escaped(text)
}

pub(super) fn tool() -> JsonTool {
    JsonTool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") }
}

pub(super) fn summary(report: &Report, view: &View) -> Summary {
    let FindingCounts { errors, warnings, notes, unknown, declared_elsewhere, suppressed } = report.counts();
    Summary {
        files: report.files,
        deployments: report.deployments.len(),
        trails: report.trails(),
        errors,
        warnings,
        notes,
        unknown,
        declared_elsewhere,
        suppressed,
        compliance: compliance::summary(report, view),
    }
}

pub(super) fn deployment<'a>(
    deployment: &'a DeploymentResult,
    places: &Places<'_>,
    commands: &'a ResolvingCommands,
) -> DeploymentEntry<'a> {
    DeploymentEntry {
        root: &deployment.root,
        format: deployment.format,
        verdict: deployment.verdict.map_or("not-applicable", outcome),
        name: deployment.name.as_deref(),
        trails: deployment.trails.iter().map(|deployment| trail(deployment, places)).collect(),
        unread: &deployment.unread,
        resolve: commands.get(&(deployment.root.clone(), deployment.name.clone())),
        account: deployment.account.as_ref().map(AccountEntry::of),
    }
}

fn trail<'a>(deployment: &'a TrailResult, places: &Places<'_>) -> TrailEntry<'a> {
    TrailEntry {
        address: &deployment.address,
        kind: deployment.kind,
        exists: match deployment.exists {
            TrailExistence::Always => "always",
            TrailExistence::Sometimes => "sometimes",
            TrailExistence::Never => "never",
        },
        region: deployment.region.as_deref(),
        location: location(deployment.header, places),
        rules: deployment.rules.iter().map(|(rule, said)| (rule.id(), outcome(*said))).collect(),
        advisories: deployment.advisories.iter().map(|rule| rule.id()).collect(),
        known: deployment.known.as_deref().map(KnownEntry::of),
        evidence: deployment.documents.as_ref().map(|documents| EvidenceEntry::of(documents, places)),
        compared: combined(&deployment.matched)
            .into_iter()
            .map(|(kind, result)| (kind.name(), result.word()))
            .collect(),
        live: deployment.matched.iter().map(|matched| MatchedEntry::of(matched, places)).collect(),
    }
}

impl<'a> MatchedEntry<'a> {
    fn of(matched: &'a MatchedTrail, places: &Places<'_>) -> Self {
        let compared = matched.compared.iter().map(|setting| {
            let entry = ComparedEntry {
                result: setting.result.word(),
                declared: ValueEntry::of(&setting.declared, places),
                live: ValueEntry::of(&setting.live, places),
            };
            (setting.kind.name(), entry)
        });
        Self {
            arn: &matched.address,
            deployment: &matched.root,
            location: location(matched.header, places),
            compared: compared.collect(),
        }
    }
}

impl<'a> ValueEntry<'a> {
    fn of(value: &'a ComparedValue, places: &Places<'_>) -> Self {
        Self { value: value.text.as_deref(), location: location(value.span, places) }
    }
}

impl<'a> LiveEntry<'a> {
    fn of(live: &'a LiveValue, places: &Places<'_>) -> Self {
        let (document, pointer) = places.pointers.of(live.span).unzip();
        let path = places.sources.file(live.span.file).name.clone();
        Self { arn: &live.address, path, pointer, document: document.filter(|document| *document > 1) }
    }
}

impl<'a> KnownEntry<'a> {
    pub(super) fn of(known: &'a KnownInterface) -> Self {
        Self { module: &known.module, versions: &known.versions }
    }
}

pub(super) fn diagnostic<'a>(reported: &'a Diagnostic, places: &Places<'a>) -> FindingEntry<'a> {
    let worlds = Worlds {
        fails_when: &reported.fails_when,
        passes_when: &reported.passes_when,
        blocked_by: &reported.finding.blocked_by,
    };
    FindingEntry {
        rule: reported.rule.id(),
        level: reported.level,
        outcome: outcome(reported.outcome),
        message: &reported.finding.message,
        address: reported.address.as_deref(),
        attribute: reported.finding.attribute.as_deref(),
        reason: reported.finding.is_declared_elsewhere.then_some("declared-elsewhere"),
        deployment: reported.deployment.as_deref(),
        deployment_name: reported.deployment_name.as_deref(),
        deployments: instances(reported),
        location: match &reported.finding.place {
            FindingTarget::Text(label) => Some(location(label.span, places)),
            FindingTarget::File(name) => Some(whole_file(name)),
            FindingTarget::Run => None,
        },
        flow: reported.finding.related.iter().map(|label| step(label, places)).collect(),
        worlds: (reported.outcome == Outcome::Unknown).then_some(worlds),
        help: reported.finding.help.as_deref(),
        controls: controls(reported.rule, places.benchmark),
        fix: reported.fix.as_ref().map(|own| fix(own, places)),
        fingerprint: &reported.fingerprint,
        suppressed: reported.suppressed.as_ref().map(|own| suppressed(own, places)),
        live: reported.live.as_ref().map(|live| LiveEntry::of(live, places)),
    }
}

/// The control of the requested benchmark, and those on the page of the rule.
fn controls<'a>(rule: &'static Rule, benchmark: Option<&'a str>) -> Vec<ControlEntry<'a>> {
    let requested = benchmark.and_then(|benchmark| {
        let id = rules::number_of(rule, benchmark)?;
        Some(ControlEntry { benchmark, id })
    });
    let others = rule.page.controls.iter().filter(|control| Some(control.benchmark.as_str()) != benchmark);
    let others = others.map(|control| ControlEntry { benchmark: &control.benchmark, id: &control.id });
    requested.into_iter().chain(others).collect()
}

fn instances(reported: &Diagnostic) -> Vec<InstanceEntry<'_>> {
    let first = InstanceEntry {
        root: reported.deployment.as_deref(),
        name: reported.deployment_name.as_deref(),
        address: reported.address.as_deref(),
        fingerprint: &reported.fingerprint,
    };
    let others = reported.others.iter().map(|other| InstanceEntry {
        root: other.deployment.as_deref(),
        name: other.deployment_name.as_deref(),
        address: other.address.as_deref(),
        fingerprint: &other.fingerprint,
    });
    std::iter::once(first).chain(others).collect()
}

fn fix<'a>(fix: &'a Fix, places: &Places<'_>) -> FixEntry<'a> {
    let edits = fix.edits.iter().map(|own| edit(own, places)).collect();
    FixEntry { title: &fix.title, safety: fix.safety().word(), edits }
}

fn edit<'a>(edit: &'a Edit, places: &Places<'_>) -> EditEntry<'a> {
    EditEntry {
        path: places.sources.file(edit.span.file).name.clone(),
        start: edit.span.start,
        end: edit.span.end,
        text: &edit.text,
    }
}

fn suppressed<'a>(suppression: &'a Suppression, places: &Places<'_>) -> Suppressed<'a> {
    Suppressed {
        reason: suppression.reason.as_deref(),
        until: suppression.until.map(|until| until.to_string()),
        location: suppression.span.map(|span| location(span, places)),
    }
}

fn step<'a>(label: &'a Label, places: &Places<'_>) -> JsonHop<'a> {
    JsonHop { message: &label.text, location: location(label.span, places) }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Unknown => "unknown",
    }
}

fn location(span: Span, places: &Places<'_>) -> JsonLocation {
    let file = places.sources.file(span.file);
    let (document, pointer) = places.pointers.of(span).unzip();
    JsonLocation {
        path: file.name.clone(),
        start: point(span.start, &file),
        end: point(span.end, &file),
        pointer,
        document: document.filter(|document| *document > 1),
    }
}

fn point(offset: u32, file: &SourceFile) -> JsonPoint {
    let position = file.position(offset);
    JsonPoint { line: position.line, column: position.column, byte: position.byte }
}

fn whole_file(name: &str) -> JsonLocation {
    JsonLocation { path: name.to_owned(), start: file_start(), end: file_start(), pointer: None, document: None }
}

fn file_start() -> JsonPoint {
    JsonPoint { line: 1, column: 1, byte: 0 }
}

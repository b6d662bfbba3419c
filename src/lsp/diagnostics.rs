//! Converts findings to diagnostics.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Range, Uri,
};
use serde_json::json;

use super::capabilities::ClientSupport;
use super::documents::Documents;
use super::pages;
use super::positions::LineTable;
use crate::error::{Error, FileLocation as Place};
use crate::finding::{FindingTarget, Label, Level};
use crate::output;
use crate::report::{self, Report, TrailResult, View};
use crate::rules::{self, ADDRESSES, Rule};
use crate::source::{FileId, SourceFile, Sources, Span};

/// The name of this program in diagnostics.
const SOURCE: &str = "trailint";

/// The kind of the diagnostic at the place of a finding.
const FINDING: &str = "finding";

/// The kind of the diagnostic at the place where the value behind a finding is set.
const SETTER: &str = "set-here";

/// The limit of deployments in the related information of a finding.
const MAX_DEPLOYMENTS: usize = 20;

/// The diagnostics by file.
pub(super) type FileDiagnostics = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// Converts spans of a report's files to locations of the protocol.
pub(super) struct ReportPositions<'a> {
    pub(super) sources: &'a Sources,
    pub(super) documents: &'a Documents,
    pub(super) client_support: ClientSupport,
    /// Locations that were computed in advance for all findings of a report.
    ranges: HashMap<Span, Option<Location>>,
}

impl<'a> ReportPositions<'a> {
    pub(super) fn new(sources: &'a Sources, documents: &'a Documents, client_support: ClientSupport) -> Self {
        Self { sources, documents, client_support, ranges: HashMap::new() }
    }

    /// Computes the locations of many spans, so that the lines of each file are counted once.
    fn prepare(&mut self, spans: impl IntoIterator<Item = Span>) {
        let mut by_file: HashMap<FileId, Vec<(Span, Span)>> = HashMap::new();
        for span in spans {
            let outer = self.sources.outermost(span);
            by_file.entry(outer.file).or_default().push((span, outer));
        }
        for (id, spans) in by_file {
            let file = self.sources.file(id);
            let Some(uri) = self.uri(&file.path) else { continue };
            let lines = self.lines(&file);
            for (span, outer) in spans {
                self.ranges.insert(span, Some(Location { uri: uri.clone(), range: lines.range(outer.range()) }));
            }
        }
    }

    fn location(&self, span: Span) -> Option<Location> {
        self.ranges.get(&span).cloned().flatten()
    }

    /// The lines of a file. In a file that isn't open, a byte order mark isn't part of the text.
    pub(super) fn lines<'t>(&self, file: &'t SourceFile) -> LineTable<'t> {
        match self.documents.at(&file.path) {
            Some(_) => LineTable::new(&file.text, self.client_support.encoding),
            None => LineTable::of_file(&file.text, self.client_support.encoding),
        }
    }

    /// The URI of a file, in the editor's spelling if the file is open.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        self.documents.uris(path).into_iter().next()
    }

    /// Adds the visible findings of a report.
    pub(super) fn add(&mut self, report: &Report, view: &View, all: &mut FileDiagnostics) {
        let trails = TrailIndex::of(report);
        let in_deployments: Vec<Vec<Label>> = view.visible(report).map(|finding| trails.labels(finding)).collect();
        let own = view.visible(report).flat_map(|finding| labels(finding, self.sources));
        self.prepare(own.chain(in_deployments.iter().flatten().map(|label| label.span)).collect::<Vec<_>>());
        for (finding, in_deployments) in view.visible(report).zip(&in_deployments) {
            let Some((path, range)) = self.place(finding) else { continue };
            push(all, path, self.diagnostic(finding, range, in_deployments));
            for setter in setters(finding, self.sources) {
                let path = self.sources.file(self.sources.outermost(setter).file).path.clone();
                if let Some(diagnostic) = self.of_setter(finding, setter) {
                    push(all, path, diagnostic);
                }
            }
        }
    }

    /// The file and the range at which a finding is shown; `None` if it isn't about a file.
    fn place(&self, finding: &report::Diagnostic) -> Option<(PathBuf, Range)> {
        match &finding.finding.place {
            FindingTarget::File(name) => Some((self.sources.path_of(name), Range::default())),
            FindingTarget::Run => None,
            // A command-line argument or an environment variable has no location, so the first related one is used.
            FindingTarget::Text(label) => {
                self.located(label).or_else(|| finding.finding.related.iter().find_map(|label| self.located(label)))
            }
        }
    }

    fn located(&self, label: &Label) -> Option<(PathBuf, Range)> {
        let path = self.sources.file(self.sources.outermost(label.span).file).path.clone();
        Some((path, self.location(label.span)?.range))
    }

    fn diagnostic(&self, finding: &report::Diagnostic, range: Range, in_deployments: &[Label]) -> Diagnostic {
        let is_useless = std::ptr::eq(finding.rule, &rules::UNUSED_IGNORE);
        let is_tagged = is_useless && self.client_support.unnecessary_tag;
        let diagnostic = self.without_labels(finding, range, output::message(finding));
        Diagnostic {
            severity: Some(severity(output::severity(finding))),
            tags: is_tagged.then(|| vec![DiagnosticTag::UNNECESSARY]),
            ..self.with_labels(diagnostic, finding.finding.related.iter().chain(in_deployments))
        }
    }

    /// A diagnostic at the place where the value behind a finding is set, which is where the finding can be resolved.
    fn of_setter(&self, finding: &report::Diagnostic, setter: Span) -> Option<Diagnostic> {
        let FindingTarget::Text(place) = &finding.finding.place else { return None };
        let range = self.location(setter)?.range;
        let step = finding.finding.related.iter().find(|label| label.span == setter);
        let step = step.map_or("set here", |label| label.text.as_str());
        let diagnostic = self.without_labels(finding, range, output::message_at(finding, step));
        let diagnostic = Diagnostic { data: self.data(finding, SETTER), ..diagnostic };
        Some(self.with_labels(diagnostic, std::iter::once(place)))
    }

    fn without_labels(&self, finding: &report::Diagnostic, range: Range, message: String) -> Diagnostic {
        Diagnostic {
            range,
            severity: Some(DiagnosticSeverity::INFORMATION),
            code: Some(NumberOrString::String(finding.rule.id().to_owned())),
            code_description: self.client_support.code_descriptions.then(|| self.page(finding.rule)).flatten(),
            source: Some(SOURCE.to_owned()),
            message,
            related_information: None,
            tags: None,
            data: self.data(finding, FINDING),
        }
    }

    /// The page of a rule: a document of the server if the editor can show one, or the page at an address.
    fn page(&self, rule: &Rule) -> Option<CodeDescription> {
        let own = pages::uri(rule).filter(|_| self.client_support.pages);
        let href = own.or_else(|| Uri::from_str(&ADDRESSES.rule(rule.id())?).ok())?;
        Some(CodeDescription { href })
    }

    /// The data that the editor returns with the diagnostic.
    fn data(&self, finding: &report::Diagnostic, kind: &str) -> Option<serde_json::Value> {
        self.client_support.diagnostic_data.then(|| json!({ "fingerprint": finding.fingerprint, "kind": kind }))
    }

    /// Adds related locations to a diagnostic, or appends them to its message if the editor doesn't support them.
    fn with_labels<'l>(&self, diagnostic: Diagnostic, labels: impl Iterator<Item = &'l Label>) -> Diagnostic {
        if !self.client_support.related_information {
            let lines = labels.map(|label| {
                let place = output::place(self.sources.outermost(label.span), self.sources);
                format!("\n{place}: {}", output::sanitize(&label.text))
            });
            return Diagnostic {
                message: format!("{}{}", diagnostic.message, lines.collect::<String>()),
                ..diagnostic
            };
        }
        let related: Vec<_> = labels.filter_map(|label| self.related(label)).collect();
        Diagnostic { related_information: (!related.is_empty()).then_some(related), ..diagnostic }
    }

    fn related(&self, label: &Label) -> Option<DiagnosticRelatedInformation> {
        let message = output::sanitize(&label.text).into_owned();
        Some(DiagnosticRelatedInformation { location: self.location(label.span)?, message })
    }
}

/// The trails of a report by deployment (its root and its name) and address.
struct TrailIndex<'a>(HashMap<(&'a str, Option<&'a str>, &'a str), &'a TrailResult>);

impl<'a> TrailIndex<'a> {
    fn of(report: &'a Report) -> Self {
        let mut trails = HashMap::new();
        for deployment in &report.deployments {
            let name = deployment.name.as_deref();
            let own = deployment.trails.iter();
            trails.extend(own.map(|trail| ((deployment.root.as_str(), name, trail.address.as_str()), trail)));
        }
        Self(trails)
    }

    /// The deployments of a finding that is the same in several: each at the call that leads to its trail.
    fn labels(&self, finding: &report::Diagnostic) -> Vec<Label> {
        let mut labels = Vec::new();
        if finding.deployments().len() < 2 {
            return labels;
        }
        let instances = finding.instances();
        for instance in instances.iter().take(MAX_DEPLOYMENTS) {
            let (Some(root), Some(address)) = (instance.deployment.as_deref(), instance.address.as_deref()) else {
                continue;
            };
            let name = instance.deployment_name.as_deref();
            let Some(trail) = self.0.get(&(root, name, address)) else { continue };
            let name = name.filter(|name| !name.is_empty()).map(|name| format!(" (`{name}`)")).unwrap_or_default();
            let text = format!("`{address}` in deployment `{root}`{name}");
            labels.push(Label { span: trail.call.unwrap_or(trail.header), text });
        }
        let more = instances.len().saturating_sub(MAX_DEPLOYMENTS);
        if let Some(last) = labels.last_mut().filter(|_| more > 0) {
            last.text.push_str(&format!("; {more} more trails aren't listed"));
        }
        labels
    }
}

fn labels(finding: &report::Diagnostic, sources: &Sources) -> Vec<Span> {
    finding.finding.labels().map(|label| label.span).chain(setters(finding, sources)).collect()
}

/// The places where the values behind a finding are set, except those at the place of the finding itself.
pub(super) fn setters(finding: &report::Diagnostic, sources: &Sources) -> Vec<Span> {
    let FindingTarget::Text(place) = &finding.finding.place else { return Vec::new() };
    let own = sources.outermost(place.span);
    finding
        .finding
        .set_at
        .iter()
        .copied()
        .filter(|setter| {
            let outer = sources.outermost(*setter);
            // Values from the command line aren't in a file.
            sources.file(outer.file).path.is_absolute() && !own.holds(outer) && !outer.holds(own)
        })
        .collect()
}

/// Adds a diagnostic, unless the file has an identical one.
fn push(all: &mut FileDiagnostics, path: PathBuf, diagnostic: Diagnostic) {
    let own = all.entry(path).or_default();
    if !own.iter().any(|known| is_same(known, &diagnostic)) {
        own.push(diagnostic);
    }
}

/// True if two diagnostics look the same in the editor.
pub(super) fn is_same(one: &Diagnostic, other: &Diagnostic) -> bool {
    one.range == other.range
        && one.code == other.code
        && one.severity == other.severity
        && one.message == other.message
        && one.related_information == other.related_information
}

fn severity(level: Level) -> DiagnosticSeverity {
    match level {
        Level::Error => DiagnosticSeverity::ERROR,
        Level::Warning => DiagnosticSeverity::WARNING,
        Level::Note => DiagnosticSeverity::INFORMATION,
    }
}

/// The diagnostic for an error in the configuration or in the baseline, which prevents a check; `None` for other
/// errors.
pub(super) fn of_failure(
    error: &Error,
    documents: &Documents,
    client_support: ClientSupport,
) -> Option<(PathBuf, Diagnostic)> {
    let (Error::Configuration { place, message } | Error::Baseline { place, message }) = error else { return None };
    let Place { path, line, column, .. } = place;
    let text: Arc<str> = documents.at(path).map(|document| Arc::clone(&document.text)).unwrap_or_default();
    let lines = LineTable::new(&text, client_support.encoding);
    let before = lsp_types::Position { line: line.saturating_sub(1), character: 0 };
    let (start, text) = lines.around(lines.offset(before));
    let characters = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
    let at = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let range = lines.range(start.saturating_add(at)..start.saturating_add(text.len()));
    let diagnostic = Diagnostic {
        range: if documents.at(path).is_some() { range } else { Range { start: before, end: before } },
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some(SOURCE.to_owned()),
        message: output::sanitize(message).into_owned(),
        ..Diagnostic::default()
    };
    Some((path.clone(), diagnostic))
}

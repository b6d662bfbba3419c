//! Findings as diagnostics.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Range, Uri,
};
use serde_json::json;

use super::documents::Documents;
use super::positions::{Encoding, Lines};
use super::{pages, uris};
use crate::error::{Error, Location as Place};
use crate::finding::{Label, Level};
use crate::output;
use crate::report::{self, Report, Reported};
use crate::rules;
use crate::source::{FileId, SourceFile, Sources, Span};

/// Who says so.
const SOURCE: &str = "trailint";

/// What is said of each file.
pub(super) type All = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// Places in the files of a report, as the editor counts them.
pub(super) struct Places<'a> {
    pub(super) sources: &'a Sources,
    pub(super) documents: &'a Documents,
    pub(super) encoding: Encoding,
    /// Places come in the order of files, and most of one file's at once.
    ranges: HashMap<Span, Option<Location>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(sources: &'a Sources, documents: &'a Documents, encoding: Encoding) -> Self {
        Self { sources, documents, encoding, ranges: HashMap::new() }
    }

    /// Works out the locations of many places, for which the lines of a file are counted once.
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
            let located = |(span, outer): (Span, Span)| {
                (span, Some(Location { uri: uri.clone(), range: lines.range(outer.range()) }))
            };
            self.ranges.extend(spans.into_iter().map(located));
        }
    }

    fn location(&self, span: Span) -> Option<Location> {
        self.ranges.get(&span).cloned().flatten()
    }

    /// The lines of a file as the editor shows them.
    pub(super) fn lines<'t>(&self, file: &'t SourceFile) -> Lines<'t> {
        match self.documents.at(&file.path) {
            Some(_) => Lines::new(&file.text, self.encoding),
            None => Lines::of_file(&file.text, self.encoding),
        }
    }

    /// The URI of a file, as the editor writes it if it is open there.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        self.documents.at(path).map(|document| document.uri.clone()).or_else(|| uris::of(path))
    }

    /// Adds what a report says to people.
    pub(super) fn add(&mut self, report: &Report, all: &mut All) {
        let labels = |finding: &Reported| {
            let primary = match &finding.place {
                report::Place::Text(label) => Some(label.span),
                report::Place::File(_) | report::Place::Run => None,
            };
            primary.into_iter().chain(finding.related.iter().map(|label| label.span)).collect::<Vec<_>>()
        };
        self.prepare(report.told().flat_map(labels));
        for finding in report.told() {
            let Some((path, range)) = self.place(finding) else { continue };
            let related = finding.related.iter().filter_map(|label| self.related(label)).collect();
            let own = all.entry(path).or_default();
            let diagnostic = diagnostic(finding, range, related);
            if !own.contains(&diagnostic) {
                own.push(diagnostic);
            }
        }
    }

    /// Where a finding shows, which has to be a file.
    fn place(&self, finding: &Reported) -> Option<(PathBuf, Range)> {
        let located = |label: &Label| {
            let path = self.sources.file(self.sources.outermost(label.span).file).path.clone();
            Some((path, self.location(label.span)?.range))
        };
        match &finding.place {
            report::Place::File(name) => Some((self.sources.path_of(name), Range::default())),
            report::Place::Run => None,
            // An argument of the command line or a variable of the environment has no place.
            report::Place::Text(label) => located(label).or_else(|| finding.related.iter().find_map(located)),
        }
    }

    fn related(&self, label: &Label) -> Option<DiagnosticRelatedInformation> {
        let message = output::inert(&label.text).into_owned();
        Some(DiagnosticRelatedInformation { location: self.location(label.span)?, message })
    }
}

fn diagnostic(finding: &Reported, range: Range, related: Vec<DiagnosticRelatedInformation>) -> Diagnostic {
    let is_useless = std::ptr::eq(finding.rule, &rules::UNUSED_IGNORE);
    Diagnostic {
        range,
        severity: Some(severity(output::weight(finding))),
        code: Some(NumberOrString::String(finding.rule.id().to_owned())),
        code_description: pages::uri(finding.rule).map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: output::message(finding),
        related_information: (!related.is_empty()).then_some(related),
        tags: is_useless.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: Some(json!({ "fingerprint": finding.fingerprint })),
    }
}

fn severity(level: Level) -> DiagnosticSeverity {
    match level {
        Level::Error => DiagnosticSeverity::ERROR,
        Level::Warning => DiagnosticSeverity::WARNING,
        Level::Note => DiagnosticSeverity::INFORMATION,
    }
}

/// What keeps a check from being done, at its place in the configuration; nothing if it has none.
pub(super) fn of_failure(error: &Error, documents: &Documents, encoding: Encoding) -> Option<(PathBuf, Diagnostic)> {
    let (Error::Configuration { place, message } | Error::Baseline { place, message }) = error else { return None };
    let Place { path, line, column, .. } = place;
    let text: Arc<str> = documents.at(path).map(|document| Arc::clone(&document.text)).unwrap_or_default();
    let lines = Lines::new(&text, encoding);
    let before = lsp_types::Position { line: line.saturating_sub(1), character: 0 };
    let (start, text) = lines.around(lines.offset(before));
    let characters = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
    let at = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let range = lines.range(start.saturating_add(at)..start.saturating_add(text.len()));
    let diagnostic = Diagnostic {
        range: if documents.at(path).is_some() { range } else { Range { start: before, end: before } },
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some(SOURCE.to_owned()),
        message: output::inert(message).into_owned(),
        ..Diagnostic::default()
    };
    Some((path.clone(), diagnostic))
}

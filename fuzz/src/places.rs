//! Places lie where they say: in their file, between characters, and each within what it is a part of.

use trailint::internal::finding::FindingTarget;
use trailint::internal::report::Report;
use trailint::internal::source::{SourceFile, Span};

/// Asserts that a place is one of its file.
pub(super) fn exists(span: Span, file: &SourceFile) {
    assert!(file.text.get(span.range()).is_some(), "{span:?} isn't a place of\n{:?}", file.text);
}

/// Asserts that a place is a part of another one.
pub(super) fn lies_within(span: Span, outer: Span, file: &SourceFile) {
    exists(span, file);
    let lies_within = span.file == outer.file && outer.start <= span.start && span.end <= outer.end;
    assert!(lies_within, "{:?} at {span:?} isn't within {outer:?} of\n{:?}", file.slice(span), file.text);
}

/// Asserts that all that a report points at is there.
pub(super) fn exist_in(report: &Report) {
    for diagnostic in &report.findings {
        let primary = match &diagnostic.finding.place {
            FindingTarget::Text(label) => Some(label),
            FindingTarget::File(_) | FindingTarget::Run => None,
        };
        for label in primary.into_iter().chain(&diagnostic.finding.related) {
            exists(label.span, &report.sources.file(label.span.file));
        }
    }
    for trail in report.deployments.iter().flat_map(|deployment| &deployment.trails) {
        exists(trail.header, &report.sources.file(trail.header.file));
    }
}

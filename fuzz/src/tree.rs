//! The trees of YAML and JSON fit their texts.

use std::sync::Arc;

use trailint::internal::report::Report;
use trailint::internal::source::{SourceFile, Span};
use trailint::internal::syntax::node::{Mapping, Node, NodeKind, Tree};
use trailint::internal::syntax::placeholders;

use super::{GATE, places};

/// The type of resource that is looked for.
const TRAIL: &str = "AWS::CloudTrail::Trail";

/// Asserts that each node lies within the one around it, and everything in the file.
pub(super) fn fits(tree: &Tree, file: &SourceFile) {
    let problems = tree.problems.iter().map(|problem| problem.span);
    problems.chain(tree.comments.iter().copied()).for_each(|span| places::exists(span, file));
    let whole = |node: &Node| Span { start: 0, end: u32::try_from(file.text.len()).unwrap_or(u32::MAX), ..node.span };
    let mut waiting: Vec<(&Arc<Node>, Span)> = tree.documents.iter().map(|node| (node, whole(node))).collect();
    while let Some((node, outer)) = waiting.pop() {
        places::lies_within(node.span, outer, file);
        node.tag.iter().for_each(|tag| places::exists(tag.span, file));
        match &node.kind {
            // What an alias repeats lies elsewhere.
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
            NodeKind::Sequence(items) => waiting.extend(items.iter().map(|item| (item, node.span))),
            NodeKind::Mapping(mapping) => waiting.extend(inside(mapping).map(|inner| (inner, node.span))),
        }
    }
}

fn inside(mapping: &Mapping) -> impl Iterator<Item = &Arc<Node>> {
    mapping.entries.iter().flat_map(|entry| [&entry.key, &entry.value])
}

/// Asserts that something is said of each trail that is declared, and of what may be one and can't be read.
pub(super) fn is_told(tree: &Tree, report: &Report, file: &SourceFile) {
    let is_judged = report.deployments.iter().any(|deployment| !deployment.trails.is_empty());
    let is_said = is_judged || !report.findings.is_empty();
    assert!(is_said || !declares_a_trail(tree), "nothing is said of\n{}", file.text);
    let is_lost = is_broken(tree) && file.text.contains(TRAIL);
    // A file that a templating tool fills in may be anything else before.
    let is_filled_in = !placeholders::marks(&file.text).is_empty() && !report.findings.is_empty();
    assert!(!is_lost || is_filled_in || !report.passes(GATE), "what is wrong goes by in\n{}", file.text);
}

/// Whether a part of the text is lost.
pub(super) fn is_broken(tree: &Tree) -> bool {
    tree.problems.iter().any(|problem| problem.kind.loses_text())
}

/// Whether a trail is declared where templates declare resources.
fn declares_a_trail(tree: &Tree) -> bool {
    let is_trail = |node: &Node| {
        let kind = node.as_mapping().and_then(|resource| resource.get("Type"));
        kind.is_some_and(|entry| entry.value.as_text() == Some(TRAIL))
    };
    tree.documents.iter().any(|document| {
        let resources = document.as_mapping().and_then(|template| template.get("Resources")?.value.as_mapping());
        resources.is_some_and(|resources| resources.entries.iter().any(|entry| is_trail(&entry.value)))
    })
}

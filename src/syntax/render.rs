//! Renders trees as short texts, for the tests of the parsers.

use super::node::{Node, NodeKind, Scalar, ScalarStyle, Tree};
use super::{Problem, ProblemKind};
use crate::source::{FileId, SourceFile, Sources};

/// Parses a text as a file.
pub(super) fn parse(parser: fn(FileId, &SourceFile) -> Tree, text: &str) -> (SourceFile, Tree) {
    let id = Sources::default().add("/file".as_ref(), Vec::new());
    let file = SourceFile::new("/file".into(), "file".into(), text.into());
    let tree = parser(id, &file);
    (file, tree)
}

/// The values of all documents, one per line, then the comments and the problems with the texts at their spans.
pub(super) fn values(file: &SourceFile, tree: &Tree) -> String {
    let documents = tree.documents.iter().map(|document| value(document));
    let comments = tree.comments.iter().map(|&span| format!("comment {:?}", file.slice(span)));
    documents.chain(comments).chain(tree.problems.iter().map(|it| problem(file, it))).collect::<Vec<_>>().join("\n")
}

/// The text at each node's span, one per line, indented by depth.
pub(super) fn spans(file: &SourceFile, tree: &Tree) -> String {
    let mut lines = Vec::new();
    tree.documents.iter().for_each(|document| push_spans(file, document, 0, &mut lines));
    lines.join("\n")
}

fn problem(file: &SourceFile, problem: &Problem) -> String {
    let kind = match problem.kind {
        ProblemKind::Syntax | ProblemKind::Limit => "problem",
        ProblemKind::DuplicateKey => "repeated",
        ProblemKind::Rejected => "rejected",
    };
    format!("{kind} {:?}: {}", file.slice(problem.span), problem.message)
}

/// Renders a plain scalar as it is, a quoted one in quotes, and a block scalar after `|`.
fn value(node: &Node) -> String {
    let tag = node.tag.as_ref().map(|tag| format!("{} ", tag.name)).unwrap_or_default();
    let value = match &node.kind {
        NodeKind::Scalar(Scalar { text, style: ScalarStyle::Plain }) => text.clone(),
        NodeKind::Scalar(Scalar { text, style: ScalarStyle::Quoted }) => format!("{text:?}"),
        NodeKind::Scalar(Scalar { text, style: ScalarStyle::Block }) => format!("|{text:?}"),
        NodeKind::Alias(target) => format!("*{}", value(target)),
        NodeKind::Sequence(items) => format!("[{}]", list(items.iter().map(|item| value(item)))),
        NodeKind::Mapping(mapping) => {
            let entries = mapping.entries.iter().map(|entry| format!("{}: {}", value(&entry.key), value(&entry.value)));
            let merged = mapping.merged.iter().map(|node| format!("<< {}", value(node)));
            format!("{{{}}}", list(entries.chain(merged)))
        }
    };
    tag + &value
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn push_spans(file: &SourceFile, node: &Node, depth: usize, lines: &mut Vec<String>) {
    let tag = node.tag.as_ref().map(|tag| format!("{} ", file.slice(tag.span))).unwrap_or_default();
    lines.push(format!("{}{tag}{:?}", "  ".repeat(depth), file.slice(node.span)));
    match &node.kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| push_spans(file, item, depth + 1, lines)),
        NodeKind::Mapping(mapping) => {
            for entry in &mapping.entries {
                push_spans(file, &entry.key, depth + 1, lines);
                push_spans(file, &entry.value, depth + 1, lines);
            }
        }
    }
}

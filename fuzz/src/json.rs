//! A text that is read as JSON: its tree fits the text, and YAML, which has all of JSON, makes the same of it.

use trailint::internal::source::{SourceFile, Sources};
use trailint::internal::syntax::node::{Entry, Node, NodeKind, Tree};
use trailint::internal::syntax::{json, yaml};

use super::{places, tree, verdicts};

/// YAML lets no key be longer than this that stands on the line of its value.
const LONGEST_KEY: usize = 1024;

/// Reads a text as a template, and checks it.
///
/// # Panics
///
/// When a place lies outside of what it is a part of, when nothing is said of a trail, or when something else is said of
/// the same text in YAML.
pub fn check(text: &[u8]) {
    let sources = Sources::new("/".into());
    let id = sources.add("/template.json".as_ref(), text.to_vec());
    let file = sources.file(id);
    let read = json::parse(id, &file);
    tree::fits(&read, &file);
    let report = super::check([("template.json", text)]);
    places::exist_in(&report);
    // What is no JSON may be YAML, and no template, whatever the file is called.
    if !tree::is_broken(&read) || tree::is_broken(&yaml::parse(id, &file)) {
        tree::is_told(&read, &report, &file);
    }
    // Terraform writes plans in JSON only.
    let is_plan = report.deployments.iter().any(|judged| judged.format == "terraform-plan");
    if read.problems.is_empty() && !is_plan && is_in_yaml(&read, &file) {
        // Without the mark it would be taken for JSON again.
        let (_, body) = file.body();
        let marked = format!("---\n{body}");
        let id = sources.add("/template.yaml".as_ref(), marked.clone().into_bytes());
        let again = yaml::parse(id, &sources.file(id));
        assert_eq!(shown(&again), shown(&read), "YAML reads something else in\n{body}");
        let others = super::check([("template.yaml", marked.as_bytes())]);
        assert_eq!(verdicts(&others), verdicts(&report), "in YAML something else is said of\n{body}");
    }
}

/// Whether a text is one that is YAML, too.
fn is_in_yaml(read: &Tree, file: &SourceFile) -> bool {
    // Half of a pair of escapes is no character of YAML's, and neither are some control characters.
    let has_escapes = file.text.contains("\\u");
    let is_printable = |c: char| {
        !c.is_control() && !matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
            || matches!(c, '\n' | '\r' | '\t' | '\u{85}')
    };
    let is_short = |node: &Node| node.span.range().len() < LONGEST_KEY;
    !has_escapes && file.body().1.chars().all(is_printable) && nodes(read).iter().all(|node| is_short(node))
}

fn nodes(tree: &Tree) -> Vec<&Node> {
    let mut waiting: Vec<&Node> = tree.documents.iter().map(AsRef::as_ref).collect();
    let mut found = Vec::new();
    while let Some(node) = waiting.pop() {
        match &node.kind {
            NodeKind::Scalar(_) | NodeKind::Alias(_) => found.push(node),
            NodeKind::Sequence(items) => waiting.extend(items.iter().map(AsRef::as_ref)),
            NodeKind::Mapping(mapping) => {
                waiting.extend(mapping.entries.iter().flat_map(|entry| [entry.key.as_ref(), entry.value.as_ref()]));
            }
        }
    }
    found
}

/// What a tree holds, without its places.
fn shown(tree: &Tree) -> String {
    let problems = tree.problems.iter().map(|problem| format!("! {}\n", problem.message));
    problems.chain(tree.documents.iter().map(|document| shown_node(document))).collect()
}

/// No deeper than the parser goes.
fn shown_node(node: &Node) -> String {
    match &node.kind {
        NodeKind::Scalar(scalar) => format!("{:?} {:?}", scalar.text, node.meaning(scalar)),
        NodeKind::Sequence(items) => items.iter().map(|item| format!("[{}]", shown_node(item))).collect(),
        NodeKind::Mapping(mapping) => {
            let entry = |entry: &Entry| format!("{{{}: {}}}", shown_node(&entry.key), shown_node(&entry.value));
            mapping.entries.iter().map(entry).collect()
        }
        NodeKind::Alias(name) => format!("*{name:?}"),
    }
}

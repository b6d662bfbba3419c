//! The sections of a template whose names its expressions use.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::call::FunctionArgument;
use super::mapping::{MergedMapping, Section};
use crate::syntax::node::{Node, NodeKind};

/// The declarations of a template.
#[derive(Default)]
pub(crate) struct Declarations {
    pub(crate) parameters: Section,
    pub(crate) mappings: Section,
    pub(crate) conditions: Section,
    pub(crate) rules: Section,
    pub(crate) resources: Section,
    /// True if `AWS::LanguageExtensions` is enabled, which loops require.
    pub(crate) has_extensions: bool,
    /// True if a transform or the Serverless Framework processes the template, so that it may have resources that
    /// aren't written in it.
    pub(crate) is_transformed: bool,
    /// The conditions that depend on themselves; computed when first needed.
    pub(crate) circular: OnceCell<HashSet<String>>,
}

/// The names that each name refers to.
type References<'n> = HashMap<&'n str, Vec<&'n str>>;

impl Declarations {
    /// Notes that each section may have more entries, from files that aren't read.
    pub(crate) fn open(&mut self, unread: &MergedMapping) {
        let Self { parameters, mappings, conditions, rules, resources, .. } = self;
        for section in [parameters, mappings, conditions, rules, resources] {
            section.flat.macros.extend(unread.macros.iter().cloned());
            section.flat.words.push_str(&unread.words);
        }
    }

    /// Notes that the sections other than the resources may have more entries, from a part that isn't read.
    pub(crate) fn note_unread(&mut self, part: &str) {
        let Self { parameters, mappings, conditions, rules, .. } = self;
        for section in [parameters, mappings, conditions, rules] {
            section.flat.unread = Some(part.to_owned());
        }
    }

    /// True if a condition refers to itself, directly or through other conditions.
    pub(crate) fn is_circular(&self, condition: &str) -> bool {
        let circular = self.circular.get_or_init(|| {
            let entries = self.conditions.flat.entries.iter();
            let referred: References<'_> =
                entries.filter_map(|entry| Some((entry.key.as_text()?, references(&entry.value)))).collect();
            names_on_cycles(&referred).into_iter().map(str::to_owned).collect()
        });
        circular.contains(condition)
    }
}

/// The names of the conditions that a condition refers to.
fn references(node: &Node) -> Vec<&str> {
    let mut names = Vec::new();
    note_references(node, &mut names);
    names
}

fn note_references<'n>(node: &'n Node, names: &mut Vec<&'n str>) {
    if node.tag.as_ref().is_some_and(|tag| tag.name == "!Condition") {
        names.extend(node.as_text());
    }
    match &node.target().kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| note_references(item, names)),
        NodeKind::Mapping(mapping) => {
            for entry in &mapping.entries {
                if entry.key.as_text() == Some("Condition") {
                    names.extend(FunctionArgument::of_key(&entry.value).text());
                }
                note_references(&entry.value, names);
            }
        }
    }
}

/// The names on cycles. All cycles are found in one pass (Kosaraju's algorithm), because a separate search from each
/// name is quadratic in the length of a chain.
fn names_on_cycles<'n>(references: &References<'n>) -> HashSet<&'n str> {
    let referring = transposed(references);
    let mut seen = HashSet::new();
    let mut circular = HashSet::new();
    // The names that lead to this one, and that no earlier search has reached, are on a cycle with it.
    for name in postorder(references).into_iter().rev() {
        let circle = reachable(name, &referring, &mut seen);
        let refers_to_itself = references.get(name).is_some_and(|referred| referred.contains(&name));
        if circle.len() > 1 || refers_to_itself {
            circular.extend(circle);
        }
    }
    circular
}

fn transposed<'n>(references: &References<'n>) -> References<'n> {
    let mut turned = References::new();
    for (name, referred) in references {
        referred.iter().for_each(|referred| turned.entry(referred).or_default().push(name));
    }
    turned
}

/// All names in postorder of a depth-first search: each name follows the names that it refers to.
fn postorder<'n>(references: &References<'n>) -> Vec<&'n str> {
    let (mut left, mut seen) = (Vec::new(), HashSet::new());
    let mut pending: Vec<(&str, bool)> = references.keys().map(|name| (*name, false)).collect();
    while let Some((name, is_left)) = pending.pop() {
        if is_left {
            left.push(name);
        } else if seen.insert(name) {
            pending.push((name, true));
            pending.extend(references.get(name).into_iter().flatten().map(|referred| (*referred, false)));
        }
    }
    left
}

/// The name and the names reachable from it, except those that are already in `seen`.
fn reachable<'n>(name: &'n str, references: &References<'n>, seen: &mut HashSet<&'n str>) -> Vec<&'n str> {
    let (mut reached, mut pending) = (Vec::new(), vec![name]);
    while let Some(next) = pending.pop() {
        if seen.insert(next) {
            reached.push(next);
            pending.extend(references.get(next).into_iter().flatten());
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_on_circles(references: &[(&'static str, &[&'static str])]) -> Vec<&'static str> {
        let references = references.iter().map(|(name, referred)| (*name, referred.to_vec())).collect();
        let mut names: Vec<&str> = names_on_cycles(&references).into_iter().collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_name_between_circles_is_on_none() {
        let references: [(&str, &[&str]); 8] = [
            ("before", &["a"]),
            ("a", &["b", "b"]),
            ("b", &["c", "missing"]),
            ("c", &["a", "between"]),
            ("between", &["own", "after"]),
            ("own", &["own"]),
            ("after", &["last"]),
            ("last", &[]),
        ];
        assert_eq!(names_on_circles(&references), ["a", "b", "c", "own"]);
    }
}

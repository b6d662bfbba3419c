//! Includes files in mappings.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use super::files::TemplateFiles;
use super::macros;
use crate::formats::cloudformation::language::{MergedMapping, TRANSFORM, is_loop, plain};
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};

/// The maximum depth of files that include each other.
const MAX_DEPTH: usize = 10;

/// The number of entries that may be included in one template or in one value. The limit is necessary because each of
/// many templates in a file may include all of another file. CloudFormation's own limits are 500 resources, 200
/// parameters and 200 mappings.
const MAX_INCLUDED: usize = 2_000;

/// Includes files in the mappings of one template or of one value.
pub(super) struct Includes<'a> {
    pub(super) files: &'a TemplateFiles<'a>,
    /// The number of entries that may still be included.
    budget: Cell<usize>,
}

impl<'a> Includes<'a> {
    pub(super) fn new(files: &'a TemplateFiles<'a>) -> Self {
        Self { files, budget: Cell::new(MAX_INCLUDED) }
    }

    /// True if the budget suffices for a mapping with everything that is merged into it.
    pub(super) fn has_budget_for(&self, mapping: &Mapping) -> bool {
        budget_after(self.budget.get(), mapping).is_some()
    }

    /// Subtracts a mapping from the budget.
    pub(super) fn charge(&self, mapping: &Mapping) {
        self.budget.set(budget_after(self.budget.get(), mapping).unwrap_or_default());
    }

    /// The entries of a mapping with those of included files.
    pub(super) fn merged(&self, mapping: &Mapping) -> MergedMapping {
        let mut flat = MergedMapping::default();
        self.add(mapping, &mut flat, &mut HashSet::new(), MAX_DEPTH);
        flat
    }

    fn add(&self, mapping: &Mapping, flat: &mut MergedMapping, seen: &mut HashSet<String>, depth: usize) {
        for transform in flat.collect(mapping, seen) {
            self.include(&transform, flat, seen, depth);
        }
    }

    /// Adds the entries of an included file, if the file can be read, its keys are new, and the budget suffices. Other
    /// macros are recorded as unresolved.
    fn include(&self, transform: &Node, flat: &mut MergedMapping, seen: &mut HashSet<String>, depth: usize) {
        for found in macros::calls(transform) {
            let included = depth.checked_sub(1).and_then(|depth| Some((found.included(self.files)?, depth)));
            let mapping = included.as_ref().and_then(|(document, depth)| Some((document.as_mapping()?, *depth)));
            match mapping {
                Some((mapping, depth)) if self.has_budget_for(mapping) && is_new(mapping, seen) => {
                    self.charge(mapping);
                    seen.remove(TRANSFORM);
                    self.add(mapping, flat, seen, depth);
                }
                Some(_) | None => {
                    flat.words.push_str(&found.words(self.files));
                    flat.macros.push(found.as_macro());
                }
            }
        }
    }

    /// The mapping with the included entries in it; unchanged if it contains another macro.
    pub(super) fn spliced(&self, node: &Arc<Node>) -> Arc<Node> {
        let long = macros::in_long_form(node);
        let Some(mapping) = long.as_mapping() else { return long };
        let flat = self.merged(mapping);
        if !flat.macros.is_empty() {
            return long;
        }
        let entries = flat.entries.into_iter().chain(flat.loops).collect();
        mapping_node(node, Mapping { entries, merged: Vec::new() })
    }

    /// Returns a loop with the files included that macros in its body name. These may contain whole resources and
    /// further loops.
    pub(super) fn spliced_loop(&self, entry: &Entry) -> Entry {
        self.spliced_loop_within(entry, MAX_DEPTH)
    }

    fn spliced_loop_within(&self, entry: &Entry, depth: usize) -> Entry {
        let parts = plain(&entry.value).and_then(Node::as_sequence);
        let (Some([name, collection, body]), Some(depth)) = (parts, depth.checked_sub(1)) else { return entry.clone() };
        let body = self.spliced(body);
        let Some(mapping) = body.as_mapping() else { return entry.clone() };
        let mut entries = Vec::new();
        for inner in &mapping.entries {
            entries.push(match inner {
                inner if is_loop(inner) => self.spliced_loop_within(inner, depth),
                Entry { key, value } if macros::is_called_in(value) => {
                    Entry { key: Arc::clone(key), value: self.spliced(value) }
                }
                inner => inner.clone(),
            });
        }
        let body = mapping_node(&body, Mapping { entries, merged: mapping.merged.clone() });
        let kind = NodeKind::Sequence(vec![Arc::clone(name), Arc::clone(collection), body]);
        let value = Arc::new(Node { span: entry.value.target().span, tag: None, kind });
        Entry { key: Arc::clone(&entry.key), value }
    }
}

/// The rest of a budget after a mapping is included; `None` if the budget doesn't suffice. Recursion is bounded by the
/// depth limit of the parsers.
fn budget_after(budget: usize, mapping: &Mapping) -> Option<usize> {
    let own = mapping.entries.len().saturating_add(mapping.merged.len());
    let mut merged = mapping.merged.iter().filter_map(|merged| merged.as_mapping());
    merged.try_fold(budget.checked_sub(own)?, budget_after)
}

/// A mapping in the place of another node.
pub(super) fn mapping_node(place: &Node, mapping: Mapping) -> Arc<Node> {
    Arc::new(Node { span: place.target().span, tag: None, kind: NodeKind::Mapping(mapping) })
}

fn is_new(mapping: &Mapping, seen: &HashSet<String>) -> bool {
    let mut keys = mapping.entries.iter().filter_map(|entry| entry.key.as_text());
    keys.all(|key| key == TRANSFORM || !seen.contains(key))
}

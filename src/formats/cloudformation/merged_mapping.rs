//! The entries of a mapping, with those from merge keys and included files.
//!
//! Entries that `Fn::ForEach` generates depend on an evaluation, so [`super::loops`] adds them.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use super::call::{self, PREFIX};
use super::library::TemplateLibrary;
use super::macros;
use crate::model::Macro;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};
use crate::value::Reason;

/// The prefix of a loop's key.
pub(super) const LOOP: &str = "Fn::ForEach::";

/// The maximum depth of files that include each other.
const MAX_DEPTH: usize = 10;

/// The number of entries that may be included in one template or in one value. The limit is necessary because each of
/// many templates in a file may include all of another file. CloudFormation's own limits are 500 resources, 200
/// parameters and 200 mappings.
const MAX_INCLUDED: usize = 2_000;

/// The entries of a mapping, with unique keys.
#[derive(Default)]
pub(super) struct MergedMapping {
    /// Entries that are neither loops nor transforms.
    pub(super) entries: Vec<Entry>,
    /// Entries with a key `Fn::ForEach::…`.
    pub(super) loops: Vec<Entry>,
    /// Macros that weren't resolved. They may add entries, and change the existing ones.
    pub(super) macros: Vec<Macro>,
    /// The names of these macros and the texts in their parameters, from which hints at a trail are derived.
    pub(super) words: String,
    /// The name of a function beside other keys, which CloudFormation rejects.
    stray: Option<String>,
}

/// The number of entries that may still be included.
pub(super) struct IncludeBudget(Cell<usize>);

impl Default for IncludeBudget {
    fn default() -> Self {
        Self(Cell::new(MAX_INCLUDED))
    }
}

impl IncludeBudget {
    /// True if the budget suffices for a mapping with everything that is merged into it.
    pub(super) fn has_budget_for(&self, mapping: &Mapping) -> bool {
        budget_after(self.0.get(), mapping).is_some()
    }

    /// Subtracts a mapping from the budget.
    pub(super) fn charge(&self, mapping: &Mapping) {
        self.0.set(budget_after(self.0.get(), mapping).unwrap_or_default());
    }
}

/// The rest of a budget after a mapping is included; `None` if the budget doesn't suffice. Recursion is bounded by the
/// depth limit of the parsers.
fn budget_after(budget: usize, mapping: &Mapping) -> Option<usize> {
    let own = mapping.entries.len().saturating_add(mapping.merged.len());
    let mut merged = mapping.merged.iter().filter_map(|merged| merged.as_mapping());
    merged.try_fold(budget.checked_sub(own)?, budget_after)
}

impl MergedMapping {
    /// Collects the entries of a mapping, with a new budget for includes.
    pub(super) fn of(mapping: &Mapping, library: &TemplateLibrary<'_>) -> Self {
        Self::within(mapping, library, &IncludeBudget::default())
    }

    /// Collects the entries of a mapping, with a shared budget for includes.
    pub(super) fn within(mapping: &Mapping, library: &TemplateLibrary<'_>, budget: &IncludeBudget) -> Self {
        let mut flat = Self::default();
        flat.add(mapping, &IncludeScope { library, budget }, &mut HashSet::new(), MAX_DEPTH);
        flat
    }

    /// The reason why the mapping may have more entries than these; `None` if the list is complete.
    pub(super) fn unread_reason(&self) -> Option<Reason> {
        let construct = match (&self.stray, self.macros.first()) {
            (Some(function), _) => format!("`{function}` together with other keys"),
            (None, Some(found)) => format!("the macro `{}`", found.name),
            (None, None) => return None,
        };
        Some(Reason::NotEvaluated { construct })
    }

    /// Collects the entries of a mapping and of its merge keys, and returns its transforms without applying them.
    pub(super) fn apart(mapping: &Mapping) -> (Self, Vec<Arc<Node>>) {
        let (mut flat, mut transforms) = (Self::default(), Vec::new());
        flat.collect(mapping, &mut HashSet::new(), &mut transforms);
        (flat, transforms)
    }

    fn add(&mut self, mapping: &Mapping, including: &IncludeScope<'_>, seen: &mut HashSet<String>, depth: usize) {
        let mut transforms = Vec::new();
        self.collect(mapping, seen, &mut transforms);
        for transform in transforms {
            self.include(&transform, including, seen, depth);
        }
    }

    /// For equal keys, the last one counts, and an own key takes precedence over a merged one. Recursion is bounded by
    /// the depth limit of the parsers.
    fn collect(&mut self, mapping: &Mapping, seen: &mut HashSet<String>, transforms: &mut Vec<Arc<Node>>) {
        let start = self.entries.len();
        for entry in mapping.entries.iter().rev() {
            let Some(key) = entry.key.as_text() else { continue };
            if !seen.insert(key.to_owned()) {
                continue;
            }
            if key == macros::KEY {
                transforms.push(Arc::clone(&entry.value));
            } else if key.starts_with(LOOP) {
                self.loops.push(entry.clone());
            } else {
                self.note_stray(key, mapping);
                self.entries.push(entry.clone());
            }
        }
        if let Some(own) = self.entries.get_mut(start..) {
            own.reverse();
        }
        for merged in &mapping.merged {
            if let Some(merged) = merged.as_mapping() {
                self.collect(merged, seen, transforms);
            }
        }
    }

    /// A function must be the only key of its mapping: CloudFormation rejects `{"Fn::If": …, "Name": …}`.
    fn note_stray(&mut self, key: &str, mapping: &Mapping) {
        if key.starts_with(PREFIX) && mapping.entries.len() > 1 {
            self.stray = Some(key.to_owned());
        }
    }

    /// Adds the entries of an included file, if the file can be read, its keys are new, and the budget suffices. Other
    /// macros are recorded as unresolved.
    fn include(&mut self, transform: &Node, including: &IncludeScope<'_>, seen: &mut HashSet<String>, depth: usize) {
        let IncludeScope { library, budget } = *including;
        for found in macros::calls(transform) {
            let included = depth.checked_sub(1).and_then(|depth| Some((found.included(library)?, depth)));
            let mapping = included.as_ref().and_then(|(document, depth)| Some((document.as_mapping()?, *depth)));
            match mapping {
                Some((mapping, depth)) if budget.has_budget_for(mapping) && is_new(mapping, seen) => {
                    budget.charge(mapping);
                    seen.remove(macros::KEY);
                    self.add(mapping, including, seen, depth);
                }
                Some(_) | None => {
                    self.words.push_str(&found.words(library));
                    self.macros.push(found.as_macro());
                }
            }
        }
    }
}

fn is_new(mapping: &Mapping, seen: &HashSet<String>) -> bool {
    let mut keys = mapping.entries.iter().filter_map(|entry| entry.key.as_text());
    keys.all(|key| key == macros::KEY || !seen.contains(key))
}

/// The mapping with the included entries in it; unchanged if it contains another macro.
pub(super) fn spliced(node: &Arc<Node>, library: &TemplateLibrary<'_>, budget: &IncludeBudget) -> Arc<Node> {
    let long = macros::in_long_form(node);
    let Some(mapping) = long.as_mapping() else { return long };
    let flat = MergedMapping::within(mapping, library, budget);
    if !flat.macros.is_empty() {
        return long;
    }
    let entries = flat.entries.into_iter().chain(flat.loops).collect();
    let mapping = Mapping { entries, merged: Vec::new() };
    Arc::new(Node { span: node.target().span, tag: None, kind: NodeKind::Mapping(mapping) })
}

/// Returns a loop with the files included that macros in its body name. These may contain whole resources and further
/// loops.
pub(super) fn spliced_loop(entry: &Entry, library: &TemplateLibrary<'_>, budget: &IncludeBudget) -> Entry {
    spliced_loop_within(entry, &IncludeScope { library, budget }, MAX_DEPTH)
}

fn spliced_loop_within(entry: &Entry, including: &IncludeScope<'_>, depth: usize) -> Entry {
    let IncludeScope { library, budget } = *including;
    let parts = call::plain(&entry.value).and_then(Node::as_sequence);
    let (Some([name, collection, body]), Some(depth)) = (parts, depth.checked_sub(1)) else { return entry.clone() };
    let body = spliced(body, library, budget);
    let Some(mapping) = body.as_mapping() else { return entry.clone() };
    let mut entries = Vec::new();
    for inner in &mapping.entries {
        entries.push(match inner {
            inner if is_loop(inner) => spliced_loop_within(inner, including, depth),
            Entry { key, value } if macros::is_called_in(value) => {
                Entry { key: Arc::clone(key), value: spliced(value, library, budget) }
            }
            inner => inner.clone(),
        });
    }
    let span = body.target().span;
    let mapping = Mapping { entries, merged: mapping.merged.clone() };
    let body = Arc::new(Node { span, tag: None, kind: NodeKind::Mapping(mapping) });
    let kind = NodeKind::Sequence(vec![Arc::clone(name), Arc::clone(collection), body]);
    let value = Arc::new(Node { span: entry.value.target().span, tag: None, kind });
    Entry { key: Arc::clone(&entry.key), value }
}

/// Where included files lie, and how much of them may be included.
struct IncludeScope<'a> {
    library: &'a TemplateLibrary<'a>,
    budget: &'a IncludeBudget,
}

/// True if an entry generates other entries.
pub(super) fn is_loop(entry: &Entry) -> bool {
    entry.key.as_text().is_some_and(|key| key.starts_with(LOOP))
}

/// The text of a scalar under a key; `None` if it is a call.
pub(super) fn text<'a>(mapping: &'a Mapping, key: &str) -> Option<&'a str> {
    call::plain_text(&mapping.get(key)?.value)
}

//! The entries of a mapping: those that are written, those from merge keys and includes, and those of loops.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::call::{self, PREFIX};
use super::symbols::READER;
use crate::model::Macro;
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind};
use crate::value::{Reason, Traced, placeholder};

/// The prefix of a loop's key.
const LOOP: &str = "Fn::ForEach::";

/// The key of a macro that processes the mapping around it.
pub(crate) const TRANSFORM: &str = "Fn::Transform";

/// The entries of a mapping, with unique keys.
#[derive(Default)]
pub(crate) struct MergedMapping {
    /// Entries that are neither loops nor transforms.
    pub(crate) entries: Vec<Entry>,
    /// Entries with a key `Fn::ForEach::…`.
    pub(crate) loops: Vec<Entry>,
    /// Macros that weren't resolved. They may add entries, and change the existing ones.
    pub(crate) macros: Vec<Macro>,
    /// The names of these macros and the texts in their parameters, from which hints at a trail are derived.
    pub(crate) words: String,
    /// The part of the template that isn't read, and may add entries.
    pub(crate) unread: Option<String>,
    /// The name of a function beside other keys, which CloudFormation rejects.
    stray: Option<String>,
}

/// The entries of a mapping, indexed by key.
#[derive(Default)]
pub(crate) struct Section {
    pub(crate) flat: MergedMapping,
    positions: HashMap<String, usize>,
}

/// Loop variables with their values.
pub(crate) type LoopNames = Vec<(String, Traced<String>)>;

/// The entries of a mapping in a world, with those that loops generate.
#[derive(Default)]
pub(crate) struct LoopEntries {
    /// In the order of the mapping.
    pub(crate) all: Vec<Member>,
    /// The reason why there may be more entries.
    pub(crate) unread_reason: Option<Reason>,
}

/// An entry, with the values of the loops that generated it.
#[derive(Clone)]
pub(crate) struct Member {
    /// The key, with the loop variables filled in.
    pub(crate) key: String,
    /// The place of the key as it is written, with loop variables.
    pub(crate) key_span: Span,
    pub(crate) value: Arc<Node>,
    /// The loop variables.
    pub(crate) names: LoopNames,
}

/// The entries that loops generate, by name; for equal names, the first one.
pub(crate) struct LoopedEntries {
    pub(super) by_name: HashMap<String, Member>,
    /// The reason why there may be more entries.
    pub(crate) unread_reason: Option<Reason>,
}

impl MergedMapping {
    /// The reason why the mapping may have more entries than these; `None` if the list is complete.
    pub(crate) fn unread_reason(&self) -> Option<Reason> {
        let construct = match (&self.stray, self.macros.first(), &self.unread) {
            (Some(function), _, _) => format!("`{function}` together with other keys"),
            (None, Some(found), _) => format!("the macro `{}`", found.name),
            (None, None, Some(part)) => format!("`{part}`"),
            (None, None, None) => return None,
        };
        Some(Reason::NotEvaluated { construct })
    }

    /// Adds the entries of a mapping and of its merge keys whose keys aren't in `seen`, and returns its transforms
    /// without applying them.
    pub(crate) fn collect(&mut self, mapping: &Mapping, seen: &mut HashSet<String>) -> Vec<Arc<Node>> {
        let mut transforms = Vec::new();
        self.collect_into(mapping, seen, &mut transforms);
        transforms
    }

    /// For equal keys, the last one counts, and an own key takes precedence over a merged one. Recursion is bounded by
    /// the depth limit of the parsers.
    fn collect_into(&mut self, mapping: &Mapping, seen: &mut HashSet<String>, transforms: &mut Vec<Arc<Node>>) {
        let start = self.entries.len();
        for entry in mapping.entries.iter().rev() {
            let Some(key) = entry.key.as_text() else { continue };
            if !seen.insert(key.to_owned()) {
                continue;
            }
            if placeholder(key, READER).is_some() {
                self.unread.get_or_insert_with(|| key.to_owned());
            }
            if key == TRANSFORM {
                transforms.push(Arc::clone(&entry.value));
            } else if is_loop(entry) {
                self.loops.push(entry.clone());
            } else {
                // A function must be the only key of its mapping: CloudFormation rejects `{"Fn::If": …, "Name": …}`.
                if key.starts_with(PREFIX) && mapping.entries.len() > 1 {
                    self.stray = Some(key.to_owned());
                }
                self.entries.push(entry.clone());
            }
        }
        if let Some(own) = self.entries.get_mut(start..) {
            own.reverse();
        }
        for merged in mapping.merged.iter().filter_map(|merged| merged.as_mapping()) {
            self.collect_into(merged, seen, transforms);
        }
    }
}

impl Section {
    /// Indexes the entries of a mapping.
    pub(crate) fn of(mut flat: MergedMapping) -> Self {
        let entries = std::mem::take(&mut flat.entries);
        let mut section = Self { flat, ..Self::default() };
        section.extend(entries);
        section
    }

    /// Replaces the entry of a key.
    pub(crate) fn replace(&mut self, key: &str, entry: Entry) {
        let own = self.positions.get(key).and_then(|index| self.flat.entries.get_mut(*index));
        own.into_iter().for_each(|own| *own = entry.clone());
    }

    /// Adds entries whose keys are new.
    pub(crate) fn extend(&mut self, entries: Vec<Entry>) {
        let keys = entries.iter().zip(self.flat.entries.len()..);
        self.positions.extend(keys.filter_map(|(entry, index)| Some((entry.key.as_text()?.to_owned(), index))));
        self.flat.entries.extend(entries);
    }

    /// The keys, in no particular order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.positions.keys().map(String::as_str)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.flat.entries.get(*self.positions.get(key)?)
    }

    /// The entries, then the loops.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.flat.entries.iter().chain(&self.flat.loops)
    }
}

impl LoopEntries {
    pub(crate) fn get(&self, key: &str) -> Option<&Member> {
        self.all.iter().find(|member| member.key == key)
    }
}

/// True if an entry generates other entries.
pub(crate) fn is_loop(entry: &Entry) -> bool {
    entry.key.as_text().is_some_and(|key| key.starts_with(LOOP))
}

/// The text of a scalar under a key; `None` if it is a call.
pub(crate) fn text<'a>(mapping: &'a Mapping, key: &str) -> Option<&'a str> {
    call::plain_text(&mapping.get(key)?.value)
}

/// The `Type` of a resource, a parameter or another declaration; `None` if it isn't a text.
pub(crate) fn kind_of(declaration: &Node) -> Option<&str> {
    text(declaration.as_mapping()?, "Type")
}

/// The text of a scalar, as CloudFormation reads it where it expects a text.
pub(crate) fn scalar_text(node: &Node) -> Option<String> {
    let target = node.target();
    let NodeKind::Scalar(scalar) = &target.kind else { return None };
    match target.meaning(scalar) {
        Meaning::Null => None,
        Meaning::Bool(value) => Some(value.to_string()),
        Meaning::Number(_) | Meaning::String | Meaning::Ambiguous => Some(scalar.text.clone()),
    }
}

//! Merges the `resources` of a service as the Serverless Framework does, in one stage.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::texts::StagedTexts;
use crate::formats::cloudformation::language::ResolvedValue;
use crate::formats::cloudformation::project::includes::mapping_node;
use crate::syntax::MAX_DEPTH;
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind, Scalar, ScalarStyle, Tag};

/// The attributes of a resource that an extension replaces as a whole.
const ATTRIBUTES: [&str; 5] = ["Condition", "CreationPolicy", "DeletionPolicy", "UpdatePolicy", "UpdateReplacePolicy"];

const PROPERTIES: &str = "Properties";

/// The level of a value in a template.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Template,
    /// The section `Resources`.
    Resources,
    Resource,
    /// Another section.
    Section,
    /// A value in which an unknown part makes the whole unknown.
    Value,
}

impl Level {
    fn below(self, key: Option<&str>) -> Self {
        match (self, key) {
            (Level::Template, Some("Resources")) => Level::Resources,
            (Level::Template, Some("extensions")) => Level::Value,
            (Level::Template, _) => Level::Section,
            (Level::Resources, _) => Level::Resource,
            (Level::Resource | Level::Section | Level::Value, _) => Level::Value,
        }
    }
}

/// Merges the parts of a template in one stage. A scalar whose value isn't known in the stage is *open*.
pub(super) struct StageMerge<'r> {
    pub(super) staged: &'r RefCell<StagedTexts>,
    /// `None` for every stage that isn't named.
    pub(super) stage: Option<&'r str>,
    /// True if nothing sets one of the parts, so that the service can't be deployed to the stage.
    pub(super) is_refused: Cell<bool>,
}

impl StageMerge<'_> {
    /// The value of a scalar in this stage; any other node itself.
    pub(super) fn known(&self, node: &Arc<Node>) -> Arc<Node> {
        let mut node = Arc::clone(node);
        for _ in 0..MAX_DEPTH {
            let Some(value) = self.staged.borrow().of_open(&node) else { break };
            let row = value.rows.iter().find(|(stage, _)| Some(stage.as_str()) == self.stage);
            match row.map_or(&value.other, |(_, row)| row) {
                ResolvedValue::Found(found, _) => node = Arc::clone(found),
                ResolvedValue::Missing => {
                    self.is_refused.set(true);
                    break;
                }
                ResolvedValue::Stage(_) | ResolvedValue::Unknown(_) => break,
            }
        }
        node
    }

    /// True if the value of a node, which is `known`, isn't known in this stage.
    pub(super) fn is_open(&self, node: &Node) -> bool {
        self.staged.borrow().of_open(node).is_some()
    }

    /// A template, a section or a resource, with the values of the scalars that stand for these.
    pub(super) fn outline(&self, node: &Arc<Node>, level: Level) -> Arc<Node> {
        let node = self.known(node);
        let Some(mapping) = container(&node).filter(|_| matches!(level, Level::Template | Level::Resources)) else {
            return node;
        };
        let value = |entry: &Entry| {
            let key = entry.key.as_text();
            let is_extensions = level == Level::Template && key == Some("extensions");
            self.outline(&entry.value, if is_extensions { Level::Resources } else { level.below(key) })
        };
        let entries: Vec<Entry> =
            mapping.entries.iter().map(|entry| Entry { key: Arc::clone(&entry.key), value: value(entry) }).collect();
        let is_same = entries.iter().zip(&mapping.entries).all(|(new, old)| Arc::ptr_eq(&new.value, &old.value));
        if is_same { node } else { mapping_node(&node, Mapping { entries, merged: mapping.merged.clone() }) }
    }

    /// Merges values, of which a later one overrides earlier ones: mappings by key and lists by index. Recursion is
    /// bounded by the depth limit of the parsers.
    pub(super) fn merged(&self, values: &[Arc<Node>], level: Level) -> Option<Arc<Node>> {
        if let [only] = values {
            return Some(Arc::clone(only));
        }
        // The values after the last one that replaces those before it, and the last unknown one.
        let mut parts: Vec<(&Arc<Node>, Arc<Node>)> = Vec::new();
        let mut open = None;
        for value in values {
            let known = self.known(value);
            if self.is_open(&known) {
                open = Some(value);
                continue;
            }
            if !is_container(&known) {
                open = None;
            }
            if !parts.last().is_some_and(|(_, earlier)| is_mergeable(earlier, &known)) {
                parts.clear();
            }
            parts.push((value, known));
        }
        let merged = match parts.as_slice() {
            [] => return open.cloned(),
            [(only, known)] => {
                if level == Level::Value {
                    Arc::clone(only)
                } else {
                    Arc::clone(known)
                }
            }
            [.., (_, last)] => self.merged_containers(&parts, last, level),
        };
        Some(match (open, level) {
            (None, _) | (Some(_), Level::Section) => merged,
            (Some(open), Level::Value) => Arc::clone(open),
            (Some(open), Level::Template | Level::Resources | Level::Resource) => clouded(&merged, open, level),
        })
    }

    /// Merges mappings, or lists, in the place of the last one.
    fn merged_containers(&self, parts: &[(&Arc<Node>, Arc<Node>)], last: &Node, level: Level) -> Arc<Node> {
        let lists: Vec<&[Arc<Node>]> = parts.iter().filter_map(|(_, part)| part.as_sequence()).collect();
        let kind = if lists.is_empty() {
            let mut entries = Vec::new();
            for (key, values) in present_by_key(parts.iter().map(|(_, part)| Some(part))) {
                let values: Vec<Arc<Node>> = values.into_iter().map(|(_, value)| value).collect();
                let value = self.merged(&values, level.below(key.as_text()));
                entries.extend(value.map(|value| Entry { key, value }));
            }
            NodeKind::Mapping(Mapping { entries, merged: Vec::new() })
        } else {
            let length = lists.iter().map(|list| list.len()).max().unwrap_or_default();
            let mut items = Vec::new();
            for index in 0..length {
                let values: Vec<Arc<Node>> = lists.iter().filter_map(|list| list.get(index).cloned()).collect();
                items.extend(self.merged(&values, Level::Value));
            }
            NodeKind::Sequence(items)
        };
        Arc::new(Node { span: last.span, tag: None, kind })
    }

    /// Applies `extensions`, and removes the properties that are null.
    pub(super) fn finished(&self, resources: &Arc<Node>) -> Arc<Node> {
        let Some(template) = resources.as_mapping() else { return Arc::clone(resources) };
        let extensions = template.get("extensions").map(|entry| &entry.value);
        let mut entries: Vec<Entry> =
            template.entries.iter().filter(|entry| entry.key.as_text() != Some("extensions")).cloned().collect();
        for section in entries.iter_mut().filter(|entry| entry.key.as_text() == Some("Resources")) {
            if let Some(resources) = container(&section.value) {
                let entries = self.extended_resources(resources, extensions);
                section.value = mapping_node(&section.value, Mapping { entries, merged: resources.merged.clone() });
            }
        }
        mapping_node(resources, Mapping { entries, merged: template.merged.clone() })
    }

    fn extended_resources(&self, resources: &Mapping, extensions: Option<&Arc<Node>>) -> Vec<Entry> {
        let open = extensions.filter(|extensions| self.is_open(extensions));
        let by_name = extensions.and_then(|extensions| extensions.as_mapping());
        let by_name: HashMap<&str, &Arc<Node>> = by_name
            .into_iter()
            .flat_map(own_entries)
            .filter_map(|entry| Some((entry.key.as_text()?, &entry.value)))
            .collect();
        let mut entries = Vec::new();
        for Entry { key, value } in &resources.entries {
            let extension = open.or_else(|| by_name.get(key.as_text()?).copied());
            let extended = match extension {
                Some(extension) if self.is_open(extension) => clouded(value, extension, Level::Resource),
                Some(extension) => match extension.as_mapping() {
                    Some(by) => self.extended(value, by),
                    None => Arc::clone(value),
                },
                None => Arc::clone(value),
            };
            entries.push(Entry { key: Arc::clone(key), value: with_properties(&extended) });
        }
        entries
    }

    /// A resource with the attributes and the properties of an extension, each of which replaces that of the resource.
    fn extended(&self, resource: &Arc<Node>, extension: &Mapping) -> Arc<Node> {
        let Some(mapping) = container(resource) else { return Arc::clone(resource) };
        let mut entries = mapping.entries.clone();
        for attribute in own_entries(extension) {
            let Some(name) = attribute.key.as_text() else { continue };
            let own = mapping.get(name);
            let value = match name {
                "Properties" => self.extended_properties(own.map(|own| &own.value), &attribute.value),
                _ if ATTRIBUTES.contains(&name) => Arc::clone(&attribute.value),
                _ => continue,
            };
            let key = own.map_or_else(|| Arc::clone(&attribute.key), |own| Arc::clone(&own.key));
            entries.retain(|entry| entry.key.as_text() != Some(name));
            entries.push(Entry { key, value });
        }
        mapping_node(resource, Mapping { entries, merged: mapping.merged.clone() })
    }

    fn extended_properties(&self, own: Option<&Arc<Node>>, extension: &Arc<Node>) -> Arc<Node> {
        let by = self.known(extension);
        let Some(own) = own else { return by };
        let own_value = self.known(own);
        if self.is_open(&by) || self.is_open(&own_value) {
            return Arc::clone(if self.is_open(&by) { extension } else { own });
        }
        let (Some(old), Some(new)) = (container(&own_value), container(&by)) else {
            return if is_null(&by) { Arc::clone(own) } else { by };
        };
        let names: HashSet<&str> = new.entries.iter().filter_map(|entry| entry.key.as_text()).collect();
        let is_kept = |entry: &&Entry| entry.key.as_text().is_none_or(|key| !names.contains(key));
        let entries = old.entries.iter().filter(is_kept).chain(&new.entries).cloned().collect();
        let merged = new.merged.iter().chain(&old.merged).cloned().collect();
        mapping_node(extension, Mapping { entries, merged })
    }
}

/// A key with its value in each of several mappings.
type Row = (Arc<Node>, Vec<Option<Arc<Node>>>);

/// The values of each key in the columns, in the order of the keys.
pub(super) fn by_key(columns: &[Option<Arc<Node>>]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (key, values) in present_by_key(columns.iter().map(Option::as_ref)) {
        let mut row = vec![None; columns.len()];
        for (column, value) in values {
            row.get_mut(column).into_iter().for_each(|own| *own = Some(Arc::clone(&value)));
        }
        rows.push((key, row));
    }
    rows
}

/// A key with its values, each with the index of its mapping.
type PresentRow = (Arc<Node>, Vec<(usize, Arc<Node>)>);

/// The values of each key in mappings, in the order of the keys. Of equal keys in one mapping, the last one counts, and
/// merge keys have the lowest precedence.
fn present_by_key<'n>(mappings: impl Iterator<Item = Option<&'n Arc<Node>>>) -> Vec<PresentRow> {
    let mut positions: HashMap<String, usize> = HashMap::new();
    let mut rows: Vec<PresentRow> = Vec::new();
    for (index, node) in mappings.enumerate() {
        let mapping = node.and_then(|node| node.as_mapping());
        for entry in mapping.into_iter().flat_map(own_entries) {
            let Some(name) = entry.key.as_text() else { continue };
            let next = rows.len();
            let row = *positions.entry(name.to_owned()).or_insert(next);
            if row == next {
                rows.push((Arc::clone(&entry.key), Vec::new()));
            }
            let Some((key, values)) = rows.get_mut(row) else { continue };
            *key = Arc::clone(&entry.key);
            if values.last().is_some_and(|(last, _)| *last == index) {
                values.pop();
            }
            values.push((index, Arc::clone(&entry.value)));
        }
    }
    rows
}

/// The entries of a mapping, those of merge keys first, because later ones override them. Recursion is bounded by the
/// depth limit of the parsers.
fn own_entries(mapping: &Mapping) -> Vec<&Entry> {
    let merged = mapping.merged.iter().rev().filter_map(|merged| merged.as_mapping());
    merged.flat_map(own_entries).chain(&mapping.entries).collect()
}

/// The template, section or resource with all properties unknown, because an unknown part may override them.
pub(super) fn clouded(node: &Arc<Node>, open: &Arc<Node>, level: Level) -> Arc<Node> {
    let Some(mapping) = container(node) else { return Arc::clone(node) };
    let mut entries = mapping.entries.clone();
    if level == Level::Resource {
        let own = entries.iter().find(|entry| entry.key.as_text() == Some(PROPERTIES));
        let key = own.map_or_else(|| scalar_at(node.target(), PROPERTIES), |own| Arc::clone(&own.key));
        entries.retain(|entry| entry.key.as_text() != Some(PROPERTIES));
        entries.push(Entry { key, value: Arc::clone(open) });
    } else {
        for entry in &mut entries {
            let below = level.below(entry.key.as_text());
            if matches!(below, Level::Resources | Level::Resource) {
                entry.value = clouded(&entry.value, open, below);
            }
        }
    }
    mapping_node(node, Mapping { entries, merged: mapping.merged.clone() })
}

/// A scalar in the place of another node.
pub(super) fn scalar_at(place: &Node, text: &str) -> Arc<Node> {
    let kind = NodeKind::Scalar(Scalar { text: text.to_owned(), style: ScalarStyle::Plain });
    Arc::new(Node { span: place.span, tag: None, kind })
}

/// The mapping in a node that isn't the argument of a function.
pub(super) fn container(node: &Node) -> Option<&Mapping> {
    node.as_mapping().filter(|_| node.target().tag.is_none())
}

fn is_container(node: &Node) -> bool {
    node.target().tag.is_none() && (node.as_mapping().is_some() || node.as_sequence().is_some())
}

fn is_mergeable(earlier: &Node, later: &Node) -> bool {
    is_container(earlier) && is_container(later) && earlier.as_mapping().is_some() == later.as_mapping().is_some()
}

/// A resource whose properties have no null in them.
fn with_properties(resource: &Arc<Node>) -> Arc<Node> {
    let Some(mapping) = resource.as_mapping().filter(|_| resource.tag.is_none()) else { return Arc::clone(resource) };
    let entry = |entry: &Entry| {
        let is_properties = entry.key.as_text() == Some("Properties");
        let value = if is_properties { without_null(&entry.value) } else { Arc::clone(&entry.value) };
        Entry { key: Arc::clone(&entry.key), value }
    };
    let entries: Vec<Entry> = mapping.entries.iter().map(entry).collect();
    let is_same = entries.iter().zip(&mapping.entries).all(|(new, old)| Arc::ptr_eq(&new.value, &old.value));
    if is_same {
        Arc::clone(resource)
    } else {
        mapping_node(resource, Mapping { entries, merged: mapping.merged.clone() })
    }
}

/// A value without the null values of mappings in it. Recursion is bounded by the depth limit of the parsers.
fn without_null(node: &Arc<Node>) -> Arc<Node> {
    if !has_null(node) {
        return Arc::clone(node);
    }
    let target = node.target();
    let kind = match &target.kind {
        NodeKind::Mapping(mapping) => {
            let kept = mapping.entries.iter().filter(|entry| !is_null(&entry.value));
            let kept = kept.map(|entry| Entry { key: Arc::clone(&entry.key), value: without_null(&entry.value) });
            let merged = mapping.merged.iter().map(without_null).collect();
            NodeKind::Mapping(Mapping { entries: kept.collect(), merged })
        }
        NodeKind::Sequence(items) => NodeKind::Sequence(items.iter().map(without_null).collect()),
        NodeKind::Scalar(_) | NodeKind::Alias(_) => return Arc::clone(node),
    };
    let tag = target.tag.as_ref().map(|tag| Tag { name: tag.name.clone(), span: tag.span });
    Arc::new(Node { span: target.span, tag, kind })
}

fn has_null(node: &Node) -> bool {
    match &node.target().kind {
        NodeKind::Mapping(mapping) => {
            let is_or_has_null = |entry: &Entry| is_null(&entry.value) || has_null(&entry.value);
            mapping.entries.iter().any(is_or_has_null) || mapping.merged.iter().any(|merged| has_null(merged))
        }
        NodeKind::Sequence(items) => items.iter().any(|item| has_null(item)),
        NodeKind::Scalar(_) | NodeKind::Alias(_) => false,
    }
}

/// True for a null that isn't the argument of a function.
pub(super) fn is_null(node: &Node) -> bool {
    let target = node.target();
    match &target.kind {
        NodeKind::Scalar(scalar) => target.tag.is_none() && target.meaning(scalar) == Meaning::Null,
        NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => false,
    }
}

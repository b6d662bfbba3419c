//! Merges the `resources` of a service as the Serverless Framework does.

use std::collections::HashMap;
use std::sync::Arc;

use crate::formats::cloudformation::project::includes::mapping_node;
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind, Tag};

/// The attributes of a resource that an extension replaces as a whole.
const ATTRIBUTES: [&str; 5] = ["Condition", "CreationPolicy", "DeletionPolicy", "UpdatePolicy", "UpdateReplacePolicy"];

/// Applies `extensions`, and removes the properties that are null.
pub(super) fn finished(resources: &Arc<Node>) -> Arc<Node> {
    let Some(template) = resources.as_mapping() else { return Arc::clone(resources) };
    let extensions = template.get("extensions").and_then(|entry| entry.value.as_mapping());
    let mut entries: Vec<Entry> =
        template.entries.iter().filter(|entry| entry.key.as_text() != Some("extensions")).cloned().collect();
    for section in entries.iter_mut().filter(|entry| entry.key.as_text() == Some("Resources")) {
        let Some(resources) = section.value.as_mapping() else { continue };
        let resource = |entry: &Entry| {
            let extension = extensions.and_then(|all| all.get(entry.key.as_text()?)?.value.as_mapping());
            let extended = extension.map_or_else(|| Arc::clone(&entry.value), |by| extended(&entry.value, by));
            Entry { key: Arc::clone(&entry.key), value: with_properties(&extended) }
        };
        let merged = resources.merged.clone();
        let resources = Mapping { entries: resources.entries.iter().map(resource).collect(), merged };
        section.value = mapping_node(&section.value, resources);
    }
    mapping_node(resources, Mapping { entries, merged: template.merged.clone() })
}

/// A resource with the attributes and the properties of an extension, each of which replaces that of the resource.
fn extended(resource: &Arc<Node>, extension: &Mapping) -> Arc<Node> {
    let Some(mapping) = resource.as_mapping() else { return Arc::clone(resource) };
    let mut entries = mapping.entries.clone();
    for attribute in &extension.entries {
        let Some(name) = attribute.key.as_text() else { continue };
        let own = mapping.get(name);
        let value = match (name, own.and_then(|own| own.value.as_mapping()), attribute.value.as_mapping()) {
            ("Properties", Some(own), Some(by)) => {
                let is_replaced = |entry: &&Entry| entry.key.as_text().is_some_and(|key| by.get(key).is_some());
                let kept = own.entries.iter().filter(|entry| !is_replaced(entry));
                let entries = kept.chain(&by.entries).cloned().collect();
                mapping_node(&attribute.value, Mapping { entries, merged: own.merged.clone() })
            }
            ("Properties", None, Some(_)) => Arc::clone(&attribute.value),
            _ if ATTRIBUTES.contains(&name) => Arc::clone(&attribute.value),
            _ => continue,
        };
        let key = own.map_or_else(|| Arc::clone(&attribute.key), |own| Arc::clone(&own.key));
        entries.retain(|entry| entry.key.as_text() != Some(name));
        entries.push(Entry { key, value });
    }
    mapping_node(resource, Mapping { entries, merged: mapping.merged.clone() })
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

/// Merges mappings by key and lists by index. Recursion is bounded by the depth limit of the parsers.
pub(super) fn merged(earlier: &Arc<Node>, later: &Arc<Node>) -> Arc<Node> {
    let is_tagged = earlier.target().tag.is_some() || later.target().tag.is_some();
    let kind = match (&earlier.target().kind, &later.target().kind) {
        _ if is_tagged => return Arc::clone(later),
        (NodeKind::Mapping(one), NodeKind::Mapping(other)) => NodeKind::Mapping(merge_mappings(one, other)),
        (NodeKind::Sequence(one), NodeKind::Sequence(other)) => {
            let pairs = one.iter().zip(other).map(|(one, other)| merged(one, other));
            let rest =
                if one.len() > other.len() { one.iter().skip(other.len()) } else { other.iter().skip(one.len()) };
            NodeKind::Sequence(pairs.chain(rest.cloned()).collect())
        }
        _ => return Arc::clone(later),
    };
    Arc::new(Node { span: later.span, tag: None, kind })
}

fn merge_mappings(earlier: &Mapping, later: &Mapping) -> Mapping {
    let mut entries = earlier.entries.clone();
    let keys = earlier.entries.iter().enumerate();
    let positions: HashMap<&str, usize> =
        keys.filter_map(|(index, entry)| Some((entry.key.as_text()?, index))).collect();
    for entry in &later.entries {
        let known = entry.key.as_text().and_then(|key| positions.get(key)).and_then(|index| entries.get_mut(*index));
        match known {
            Some(known) => *known = Entry { key: Arc::clone(&entry.key), value: merged(&known.value, &entry.value) },
            None => entries.push(entry.clone()),
        }
    }
    Mapping { entries, merged: later.merged.iter().chain(&earlier.merged).cloned().collect() }
}

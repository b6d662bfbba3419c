//! Parts of a template that a templating tool inserts or leaves out.
//!
//! The tree contains the content between all statements. A property between them becomes a call of `Fn::If` whose
//! condition is the statement, and the resources between them are listed with their conditions.

use std::collections::HashMap;
use std::sync::Arc;

use crate::formats::cloudformation::language::NOT;
use crate::source::{FileId, Span};
use crate::syntax::node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarStyle, Tag};
use crate::syntax::placeholders::{Mark, MarkKind, Statement};

/// The number of conditions of a part, and of alternatives of a value.
const MAX_STATEMENTS: usize = 32;

/// A condition of a templating tool, and the value for which a part exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guard {
    pub(super) condition: String,
    pub(super) holds: bool,
    /// The place of the statement.
    span: Span,
}

/// The conditions under which a part exists: all of them.
type Guards = Vec<Guard>;

/// The alternatives for which resources exist, by the places of their keys.
pub(super) type GuardedResources = HashMap<Span, Vec<Guards>>;

/// The parts of a text between statements.
pub(super) struct Arms {
    /// The offsets at which the conditions change, with the conditions from there on.
    starts: Vec<(usize, Guards)>,
}

/// The statements around a place while a text is read.
struct OpenStatement {
    /// The conditions of the current part.
    guards: Guards,
    /// True if the part after `else` was reached.
    is_last: bool,
}

/// A value with the conditions under which it is used, without those of its parent.
type Variant = (Guards, Arc<Node>);

/// The part of a template in which a mapping is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Top,
    Resources,
    /// Another section, whose entries can't depend on a condition.
    Section,
    Resource,
    Value,
}

impl Arms {
    /// The parts between the statements of a text that starts at an offset; `None` if they don't form a tree, or if one
    /// may insert any text.
    pub(super) fn of(marks: &[Mark], file: FileId, offset: usize) -> Option<Self> {
        let mut starts = Vec::new();
        let mut open: Vec<OpenStatement> = Vec::new();
        for mark in marks {
            let MarkKind::Statement(statement) = &mark.kind else { continue };
            if *statement == Statement::Other {
                return None;
            }
            if !mark.is_alone {
                continue;
            }
            let at = |at: usize| offset.saturating_add(at);
            let span = Span::new(file, at(mark.range.start), at(mark.range.end));
            let guard = |condition: &String, holds: bool| Guard { condition: condition.clone(), holds, span };
            match statement {
                Statement::If(condition, holds) => {
                    open.push(OpenStatement { guards: vec![guard(condition, *holds)], is_last: false });
                }
                Statement::Loop(text) => open.push(OpenStatement { guards: vec![guard(text, true)], is_last: false }),
                Statement::ElseIf(condition) => {
                    let statement = open.last_mut().filter(|statement| !statement.is_last)?;
                    statement.negate_last(span);
                    statement.guards.push(guard(condition, true));
                }
                Statement::Else => {
                    let statement = open.last_mut().filter(|statement| !statement.is_last)?;
                    statement.negate_last(span);
                    statement.is_last = true;
                }
                Statement::End => drop(open.pop()?),
                Statement::Other => return None,
            }
            let guards: Guards = open.iter().flat_map(|statement| statement.guards.iter().cloned()).collect();
            if guards.len() > MAX_STATEMENTS {
                return None;
            }
            starts.push((at(mark.range.end), guards));
        }
        open.is_empty().then_some(Self { starts })
    }

    fn at(&self, place: u32) -> &[Guard] {
        let index = self.starts.partition_point(|(start, _)| *start <= place as usize);
        let part = index.checked_sub(1).and_then(|index| self.starts.get(index));
        part.map_or(&[], |(_, guards)| guards)
    }

    /// The conditions at a place that aren't those of its parent; `None` if it is outside of the parent's part.
    fn below(&self, place: Span, parent: &[Guard]) -> Option<Guards> {
        let guards = self.at(place.start);
        let is_within = guards.get(..parent.len()).is_some_and(|outer| outer.iter().zip(parent).all(|(a, b)| a == b));
        is_within.then(|| guards.get(parent.len()..).unwrap_or_default().to_vec())
    }

    /// True if a place is in a part that depends on a condition.
    pub(super) fn is_conditional(&self, place: Span) -> bool {
        !self.at(place.start).is_empty()
    }

    /// A document with its alternatives as calls of `Fn::If`; `None` if the statements aren't between the parts of the
    /// document.
    pub(super) fn document(&self, root: &Arc<Node>, resources: &mut GuardedResources) -> Option<Arc<Node>> {
        let mut reading = Alternatives { arms: self, resources };
        let guards = self.at(root.span.start).to_vec();
        // The first entry may depend on a condition, but not the whole document.
        let parent = if root.as_mapping().is_some() { Vec::new() } else { guards };
        reading.node(root, &parent, Level::Top)
    }
}

impl OpenStatement {
    /// The conditions of the next part: none of the earlier ones holds.
    fn negate_last(&mut self, span: Span) {
        if let Some(last) = self.guards.last_mut() {
            *last = Guard { condition: last.condition.clone(), holds: !last.holds, span };
        }
    }
}

/// Converts the alternatives of a document.
struct Alternatives<'r> {
    arms: &'r Arms,
    resources: &'r mut GuardedResources,
}

impl Alternatives<'_> {
    /// A node whose conditions are `parent`. Recursion is bounded by the depth limit of the parsers.
    fn node(&mut self, node: &Arc<Node>, parent: &[Guard], level: Level) -> Option<Arc<Node>> {
        let kind = match &node.kind {
            NodeKind::Scalar(_) => return Some(Arc::clone(node)),
            // The anchored node has conditions of its own.
            NodeKind::Alias(target) => {
                let same = self.arms.at(target.span.start).iter().all(|guard| parent.contains(guard));
                return same.then(|| Arc::clone(node));
            }
            NodeKind::Sequence(items) => {
                let mut converted = Vec::new();
                for item in items {
                    let own = self.arms.below(item.whole(), parent)?;
                    let inner = self.node(item, &joined(parent, &own), Level::Value)?;
                    converted.push(chosen(&own, inner, &no_value(item.span)));
                }
                NodeKind::Sequence(converted)
            }
            NodeKind::Mapping(mapping) => NodeKind::Mapping(self.mapping(mapping, parent, level)?),
        };
        let tag = node.tag.as_ref().map(|tag| Tag { name: tag.name.clone(), span: tag.span });
        Some(Arc::new(Node { span: node.span, tag, kind }))
    }

    fn mapping(&mut self, mapping: &Mapping, parent: &[Guard], level: Level) -> Option<Mapping> {
        let mut keys: Vec<(Arc<Node>, Vec<Variant>)> = Vec::new();
        let mut positions: HashMap<String, usize> = HashMap::new();
        for entry in &mapping.entries {
            let own = self.arms.below(entry.key.whole(), parent)?;
            let inner = joined(parent, &own);
            let level = level.of(entry);
            // A value behind a statement may be the value of another key.
            let is_scalar = entry.value.as_mapping().is_none() && entry.value.as_sequence().is_none();
            if is_scalar && self.arms.below(entry.value.whole(), &inner)? != Guards::new() {
                return None;
            }
            let value = self.node(&entry.value, &inner, level)?;
            let name = entry.key.as_text().unwrap_or_default().to_owned();
            match positions.get(&name).and_then(|index| keys.get_mut(*index)).filter(|_| !name.is_empty()) {
                Some((_, variants)) => variants.push((own, value)),
                None => {
                    positions.insert(name, keys.len());
                    keys.push((Arc::clone(&entry.key), vec![(own, value)]));
                }
            }
        }
        let mut entries = Vec::new();
        for (key, variants) in keys {
            if variants.len() > MAX_STATEMENTS {
                return None;
            }
            let is_guarded = variants.iter().any(|(guards, _)| !guards.is_empty());
            let value = match (level, variants.as_slice()) {
                (_, [.., (_, last)]) if !is_guarded => Arc::clone(last),
                (Level::Top, [.., (_, last)]) => self.section(&key, &variants, last),
                (Level::Section, _) => {
                    entries.push(unread_entry(&key, &variants));
                    continue;
                }
                (Level::Resources, [.., (_, last)]) => {
                    let guards = variants.iter().map(|(guards, _)| guards.clone()).collect();
                    self.resources.insert(key.span, guards);
                    combined(&variants, last)
                }
                (Level::Resource, [.., (_, last)]) if key.as_text() != Some("Properties") => {
                    resource_attribute(&variants, last)
                }
                (_, [.., (_, last)]) => combined_or_absent(&variants, last),
                (_, []) => continue,
            };
            entries.push(Entry { key, value });
        }
        Some(Mapping { entries, merged: mapping.merged.clone() })
    }

    /// A section of which at least one part depends on a condition. Its resources have these conditions, and the
    /// entries of other sections are left out as unread.
    fn section(&mut self, key: &Node, variants: &[Variant], last: &Arc<Node>) -> Arc<Node> {
        let mut entries: Vec<Entry> = Vec::new();
        for (guards, node) in variants {
            let Some(mapping) = node.as_mapping() else { continue };
            if key.as_text() == Some("Resources") {
                for entry in &mapping.entries {
                    let own = self.resources.remove(&entry.key.span).unwrap_or_else(|| vec![Guards::new()]);
                    let all = own.into_iter().map(|own| joined(guards, &own)).collect();
                    self.resources.insert(entry.key.span, all);
                    entries.push(entry.clone());
                }
            } else if guards.is_empty() {
                entries.extend(mapping.entries.iter().cloned());
            } else {
                entries.push(unread_entry(key, variants));
            }
        }
        if last.as_mapping().is_none() {
            return Arc::clone(last);
        }
        Arc::new(Node { span: last.span, tag: None, kind: NodeKind::Mapping(Mapping { entries, merged: Vec::new() }) })
    }
}

impl Level {
    /// The level of the value of an entry at this level.
    fn of(self, entry: &Entry) -> Self {
        match self {
            Self::Top if entry.key.as_text() == Some("Resources") => Self::Resources,
            Self::Top => match entry.key.as_text() {
                Some("Parameters" | "Mappings" | "Conditions" | "Rules" | "Outputs") => Self::Section,
                _ => Self::Value,
            },
            Self::Resources => Self::Resource,
            Self::Section | Self::Resource | Self::Value => Self::Value,
        }
    }
}

fn joined(outer: &[Guard], inner: &[Guard]) -> Guards {
    outer.iter().chain(inner).cloned().collect()
}

/// The value of one of several variants, the last of which counts if there are several. In every world that matters, one
/// of them is used.
fn combined(variants: &[Variant], last: &Arc<Node>) -> Arc<Node> {
    let mappings: Option<Vec<(&Guards, &Mapping)>> =
        variants.iter().map(|(guards, node)| Some((guards, plain_mapping(node)?))).collect();
    if let Some(mappings) = mappings {
        return merged(&mappings, last);
    }
    let is_same = variants.iter().all(|(_, node)| node.tag.is_none() && last.tag.is_none() && same_text(node, last));
    if is_same { Arc::clone(last) } else { combined_or_absent(variants, last) }
}

/// The value of one of several variants, or `AWS::NoValue` if none is used.
fn combined_or_absent(variants: &[Variant], last: &Arc<Node>) -> Arc<Node> {
    let mut value =
        no_value(variants.first().and_then(|(guards, _)| guards.first()).map_or(last.span, |guard| guard.span));
    for (guards, node) in variants {
        value = chosen(guards, Arc::clone(node), &value);
    }
    value
}

/// The entries of several variants of a mapping.
fn merged(variants: &[(&Guards, &Mapping)], last: &Arc<Node>) -> Arc<Node> {
    let mut keys: Vec<(Arc<Node>, Vec<Variant>)> = Vec::new();
    let mut positions: HashMap<&str, usize> = HashMap::new();
    for (guards, mapping) in variants {
        for entry in &mapping.entries {
            let name = entry.key.as_text().unwrap_or_default();
            let variant = ((*guards).clone(), Arc::clone(&entry.value));
            match positions.get(name).and_then(|index| keys.get_mut(*index)) {
                Some((_, known)) => known.push(variant),
                None => {
                    positions.insert(name, keys.len());
                    keys.push((Arc::clone(&entry.key), vec![variant]));
                }
            }
        }
    }
    let entries = keys.into_iter().filter_map(|(key, known)| {
        let (_, last) = known.last()?;
        let is_complete = known.len() == variants.len();
        let value = if is_complete { combined(&known, last) } else { combined_or_absent(&known, last) };
        Some(Entry { key, value })
    });
    let mapping = Mapping { entries: entries.collect(), merged: Vec::new() };
    Arc::new(Node { span: last.span, tag: None, kind: NodeKind::Mapping(mapping) })
}

/// An attribute of a resource other than the properties, such as its type: unknown unless all variants are the same.
fn resource_attribute(variants: &[Variant], last: &Arc<Node>) -> Arc<Node> {
    if variants.iter().all(|(_, node)| same_text(node, last)) && variants.len() > 1 {
        return Arc::clone(last);
    }
    let text = variants.iter().flat_map(|(guards, _)| guards).map(|guard| guard.condition.clone()).next();
    scalar(text.unwrap_or_default(), last.span)
}

/// A mapping that isn't a call of a function.
fn plain_mapping(node: &Node) -> Option<&Mapping> {
    let mapping = node.as_mapping().filter(|mapping| node.tag.is_none() && mapping.merged.is_empty())?;
    let is_call = mapping
        .entries
        .iter()
        .any(|entry| entry.key.as_text().is_some_and(|key| key.starts_with("Fn::") || key == "Ref"));
    (!is_call).then_some(mapping)
}

fn same_text(one: &Node, other: &Node) -> bool {
    one.as_text().is_some() && one.as_text() == other.as_text()
}

/// `Fn::If` of several conditions: a value if all of them hold, or else another one.
fn chosen(guards: &[Guard], value: Arc<Node>, otherwise: &Arc<Node>) -> Arc<Node> {
    let Some(first) = guards.first() else { return value };
    let span = value.span;
    let condition = scalar(condition(guards), first.span);
    let tag = Some(Tag { name: "!If".to_owned(), span });
    Arc::new(Node { span, tag, kind: NodeKind::Sequence(vec![condition, value, Arc::clone(otherwise)]) })
}

/// The conditions as the name of one condition: a line for each.
pub(super) fn condition(guards: &[Guard]) -> String {
    let lines = guards.iter().map(|guard| match guard.holds {
        true => guard.condition.clone(),
        false => format!("{NOT}{}", guard.condition),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// An entry that stands for entries that aren't read, because they depend on a condition.
fn unread_entry(key: &Node, variants: &[Variant]) -> Entry {
    let guard = variants.iter().flat_map(|(guards, _)| guards).next();
    let (text, span) = guard.map_or(("{% %}", key.span), |guard| (guard.condition.as_str(), guard.span));
    Entry { key: scalar(text.to_owned(), span), value: no_value(span) }
}

fn no_value(span: Span) -> Arc<Node> {
    let text = Scalar { text: "AWS::NoValue".to_owned(), style: ScalarStyle::Plain };
    let tag = Some(Tag { name: "!Ref".to_owned(), span });
    Arc::new(Node { span, tag, kind: NodeKind::Scalar(text) })
}

fn scalar(text: String, span: Span) -> Arc<Node> {
    Arc::new(Node { span, tag: None, kind: NodeKind::Scalar(Scalar { text, style: ScalarStyle::Plain }) })
}

//! Finds references to undeclared conditions, for which CloudFormation rejects a template:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html>.

use std::collections::HashSet;

use super::call::{IntrinsicCall, plain_text};
use super::template::{Template, is_filled_in};
use crate::model::dialects;
use crate::named::closest;
use crate::source::Span;
use crate::syntax::node::{Mapping, Node, NodeKind};

/// The name of a condition and the place of the reference.
type UsedCondition<'n> = (&'n str, Span);

/// The first reference to each undeclared name, with the message; empty if a macro, a loop or an unread include may
/// declare it.
pub(super) fn errors(template: &Template) -> Vec<(Span, String)> {
    let mut met = HashSet::new();
    let used = used(template).into_iter().filter(|(name, _)| is_undeclared(template, name) && met.insert(*name));
    used.map(|(name, span)| (span, message(template, name))).collect()
}

/// The message for an undeclared name.
pub(super) fn message(template: &Template, name: &str) -> String {
    let meant = closest(name, template.conditions.names());
    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    format!("condition `{name}` isn't declared{meant}")
}

fn is_undeclared(template: &Template, name: &str) -> bool {
    let flat = &template.conditions.flat;
    let may_be_elsewhere = !template.macros.is_empty() || !flat.loops.is_empty() || flat.unread_reason().is_some();
    // A name with a brace is filled in by a loop or by another tool.
    !may_be_elsewhere && !name.contains('{') && template.conditions.get(name).is_none()
}

/// The references to conditions in a template, except the `Condition` of a trail, which is checked with the trail.
fn used(template: &Template) -> Vec<UsedCondition<'_>> {
    let mut used = Vec::new();
    for entry in &template.conditions.flat.entries {
        note_operands(&entry.value, &mut used);
    }
    for entry in &template.resources.flat.entries {
        note_own(&entry.value, &mut used);
        note_choices(&entry.value, &mut used);
    }
    let outputs = template.outputs.as_deref().and_then(Node::as_mapping);
    for entry in outputs.into_iter().flat_map(|outputs| &outputs.entries) {
        note_own(&entry.value, &mut used);
        note_choices(&entry.value, &mut used);
    }
    used
}

/// Collects the conditions that a condition refers to. Recursion is bounded by the depth limit of the parsers.
fn note_operands<'n>(node: &'n Node, used: &mut Vec<UsedCondition<'n>>) {
    let is_name = node.tag.as_ref().is_some_and(|tag| tag.name == "!Condition");
    match &node.kind {
        NodeKind::Scalar(_) if is_name => used.extend(node.as_text().map(|name| (name, node.span))),
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| note_operands(item, used)),
        NodeKind::Mapping(mapping) => match mapping.entries.as_slice() {
            [only] if only.key.as_text() == Some("Condition") => note(&only.value, used),
            entries => entries.iter().for_each(|entry| note_operands(&entry.value, used)),
        },
    }
}

/// Collects the `Condition` of a resource or of an output.
fn note_own<'n>(node: &'n Node, used: &mut Vec<UsedCondition<'n>>) {
    let Some(mapping) = node.as_mapping() else { return };
    if let Some(condition) = mapping.get("Condition").filter(|_| !is_trail(mapping)) {
        note(&condition.value, used);
    }
}

fn is_trail(mapping: &Mapping) -> bool {
    mapping.get("Type").and_then(|kind| plain_text(&kind.value)) == Some(dialects::CLOUDFORMATION.kind)
}

/// Collects the condition of each `Fn::If` in a node. Recursion is bounded by the depth limit of the parsers.
fn note_choices<'n>(node: &'n Node, used: &mut Vec<UsedCondition<'n>>) {
    if let Some(call) = IntrinsicCall::of(node).filter(|call| call.name == "If")
        && let Some([condition, _, _]) = call.argument.items()
    {
        note(condition, used);
    }
    match &node.kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| note_choices(item, used)),
        NodeKind::Mapping(mapping) => {
            mapping.entries.iter().for_each(|entry| note_choices(&entry.value, used));
        }
    }
}

/// Adds the name in a node, unless it is a function or a placeholder.
fn note<'n>(node: &'n Node, used: &mut Vec<UsedCondition<'n>>) {
    let name = plain_text(node).filter(|_| !is_filled_in(node));
    used.extend(name.map(|name| (name, node.span)));
}

//! Finds errors for which CloudFormation rejects a template, as far as they concern trails:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html>.

use std::collections::HashSet;

use super::macros::{self, LANGUAGE_EXTENSIONS};
use super::template::{Template, holds_trail};
use crate::formats::cloudformation::language::{IntrinsicCall, is_filled_in, loop_parts, plain, plain_text, text};
use crate::model::dialects;
use crate::named::closest;
use crate::source::Span;
use crate::syntax::Problem;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};

/// The name of a condition and the place of the reference.
type UsedCondition<'n> = (&'n str, Span);

impl Template {
    /// The errors in the declaration of trails and of what they depend on.
    pub(super) fn structural_errors(&self, written: &Entry) -> Vec<Problem> {
        let is_unread = self.variables.staged.of_open(&written.value).is_some();
        if written.value.as_mapping().is_none() && !macros::is_short_form(&written.value) && !is_unread {
            let message = "`Resources` must map logical ids to resources";
            return vec![Problem::rejected(written.key.span, message)];
        }
        let flat = &self.declared.resources.flat;
        let faults = flat.entries.iter().filter_map(|entry| self.structural_error(entry));
        let faults = faults.chain(flat.loops.iter().filter_map(|entry| self.loop_error(entry)));
        faults.chain(self.cycle_error()).map(|(span, message)| Problem::rejected(span, message)).collect()
    }

    /// The first reference to each undeclared condition; empty if a macro, a loop or an unread include may declare it.
    pub(super) fn undeclared_conditions(&self) -> Vec<Problem> {
        let mut met = HashSet::new();
        let used = used(self).into_iter().filter(|(name, _)| self.is_undeclared(name) && met.insert(*name));
        used.map(|(name, span)| Problem::rejected(span, self.undeclared_message(name))).collect()
    }

    /// True if nothing declares a condition of this name, and nothing that isn't read may declare it.
    fn is_undeclared(&self, name: &str) -> bool {
        let conditions = &self.declared.conditions;
        let may_be_elsewhere =
            self.is_rewritten() || !conditions.flat.loops.is_empty() || conditions.flat.unread_reason().is_some();
        // A name with a brace is filled in by a loop or by another tool.
        !may_be_elsewhere && !name.contains('{') && conditions.get(name).is_none()
    }

    fn undeclared_message(&self, name: &str) -> String {
        let meant = closest(name, self.declared.conditions.names());
        let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
        format!("condition `{name}` isn't declared{meant}")
    }

    /// True if a macro may add entries.
    fn is_rewritten(&self) -> bool {
        !self.macros.is_empty()
    }

    /// The first condition that depends on itself, unless the error is already reported at a trail with such a
    /// condition. The condition may be used by `Fn::If` only, or not at all.
    fn cycle_error(&self) -> Option<(Span, String)> {
        let is_circular = |name: &str| self.declared.is_circular(name);
        let conditions = self.declared.conditions.flat.entries.iter();
        let conditions = conditions.filter_map(|entry| Some((entry, entry.key.as_text()?)));
        let (entry, name) = conditions.filter(|_| !self.is_rewritten()).find(|(_, name)| is_circular(name))?;
        let resources = self.declared.resources.flat.entries.iter().filter_map(|entry| entry.value.as_mapping());
        let mut trails = resources.filter(|resource| is_trail(resource));
        let is_said = trails.any(|trail| text(trail, "Condition").is_some_and(is_circular));
        (!is_said).then(|| (entry.key.span, format!("the condition `{name}` depends on itself")))
    }

    fn loop_error(&self, entry: &Entry) -> Option<(Span, String)> {
        if !holds_trail(&entry.value) || self.is_rewritten() {
            return None;
        }
        if !self.declared.has_extensions {
            return Some((entry.key.span, format!("loops need `Transform: {LANGUAGE_EXTENSIONS}`")));
        }
        loop_parts(entry).is_none().then(|| (entry.key.span, "a loop takes a name, a list and a mapping".to_owned()))
    }

    /// The structural error of a resource that is or may be a trail.
    fn structural_error(&self, entry: &Entry) -> Option<(Span, String)> {
        let name = entry.key.as_text()?;
        let Some(resource) = entry.value.as_mapping() else {
            let is_trail = entry.value.as_text() == Some(dialects::CLOUDFORMATION.kind) || holds_trail(&entry.value);
            return is_trail.then(|| (entry.key.span, format!("resource `{name}` must be a mapping")));
        };
        if IntrinsicCall::of(entry.value.target()).is_some() && holds_trail(&entry.value) {
            return Some((entry.key.span, format!("resource `{name}` must be a mapping, not a function")));
        }
        let kind = resource.get("Type")?;
        let Some(text) = plain_text(&kind.value) else {
            return Some((kind.key.span, format!("the `Type` of resource `{name}` must be a string")));
        };
        if text != dialects::CLOUDFORMATION.kind {
            return None;
        }
        let condition = resource.get("Condition");
        let undeclared = condition.and_then(|condition| self.undeclared_condition(condition));
        undeclared.or_else(|| {
            let properties = resource.get("Properties")?;
            let is_mapping = properties.value.as_mapping().is_some() || plain(&properties.value).is_none();
            let is_fine = is_mapping || is_filled_in(&properties.value);
            (!is_fine).then(|| (properties.key.span, "`Properties` must be a mapping".to_owned()))
        })
    }

    fn undeclared_condition(&self, condition: &Entry) -> Option<(Span, String)> {
        let span = condition.value.span;
        if is_filled_in(&condition.value) {
            return None;
        }
        let Some(name) = plain_text(&condition.value) else {
            return Some((span, "the `Condition` of a resource must be the name of a condition".to_owned()));
        };
        let flat = &self.declared.conditions.flat;
        let is_declared = self.declared.conditions.get(name).is_some();
        if !is_declared && flat.loops.is_empty() && flat.unread_reason().is_none() {
            return (!self.is_rewritten()).then(|| (span, self.undeclared_message(name)));
        }
        self.declared.is_circular(name).then(|| (span, format!("the condition `{name}` depends on itself")))
    }
}

/// The references to conditions in a template, except the `Condition` of a trail, which is checked with the trail.
fn used(template: &Template) -> Vec<UsedCondition<'_>> {
    let mut used = Vec::new();
    for entry in &template.declared.conditions.flat.entries {
        note_operands(&entry.value, &mut used);
    }
    let outputs = template.outputs.as_deref().and_then(Node::as_mapping);
    let outputs = outputs.into_iter().flat_map(|outputs| &outputs.entries);
    for entry in template.declared.resources.flat.entries.iter().chain(outputs) {
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
    text(mapping, "Type") == Some(dialects::CLOUDFORMATION.kind)
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

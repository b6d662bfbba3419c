//! Finds the constraints and rules of templates that reject the values of their parameters.

use std::rc::Rc;

use super::call::IntrinsicCall;
use super::deployment::MAX_DEPTH;
use super::eval::TemplateEvaluator;
use super::library::TemplateLibrary;
use super::limits;
use super::loops::Member;
use super::merged_mapping;
use super::parameters::is_list;
use super::scope::{StackCall, TemplateScope};
use super::stacks::created;
use crate::formats::Rejection;
use crate::source::Span;
use crate::syntax::node::{Entry, Node};
use crate::value::budget::STEPS_OF_A_RESOURCE;
use crate::value::{Data, Hop, Known, Maybe, Reason, Unknown, World};

/// Constraints of a parameter, of which the first that is declared represents all.
const CONSTRAINTS: [&str; 6] = ["AllowedValues", "AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue"];

/// The parameters and rules of a template and its nested stacks that reject values, as far as the budget allows.
pub(super) fn rejected(library: &TemplateLibrary<'_>, root: &Rc<TemplateScope>, world: &World) -> Vec<Rejection> {
    let mut found = Vec::new();
    let mut pending = vec![(TemplateEvaluator::new(library, Rc::clone(root), world), 0_usize)];
    while let Some((evaluator, depth)) = pending.pop() {
        let template = Rc::clone(&evaluator.scope.template);
        found.extend(template.parameters.flat.entries.iter().filter_map(|entry| evaluator.rejection(entry)));
        found.extend(evaluator.broken_rules());
        let flat = &template.resources.flat;
        let looped = flat.loops.iter().filter_map(|entry| Some(evaluator.iterate(entry).ok()?.all));
        let members: Vec<Member> =
            flat.entries.iter().map(|entry| evaluator.member(entry)).chain(looped.flatten()).collect();
        for member in members {
            world.charge(STEPS_OF_A_RESOURCE);
            if depth >= MAX_DEPTH || !world.has_steps() {
                break;
            }
            let own = evaluator.with(member.names.clone());
            let entered = own.enter(&member, &created(member.key_span));
            pending.extend(entered.into_iter().map(|(_, inner, _)| (inner, depth.saturating_add(1))));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl TemplateEvaluator<'_> {
    /// The constraint of a parameter that rejects its value.
    fn rejection(&self, declared: &Entry) -> Option<Rejection> {
        let name = declared.key.as_text()?;
        let mapping = declared.value.as_mapping()?;
        let (value, hops) = self.parameter(name, declared);
        let is_refused = match value {
            Unknown(why) => why.is_failure(),
            Known(Data::String(text)) => {
                let kind = merged_mapping::text(mapping, "Type").unwrap_or("String");
                limits::broken(&text, mapping, is_list(kind)).is_some()
            }
            Known(_) => false,
        };
        let constraint = CONSTRAINTS.iter().find_map(|key| mapping.get(key).map(|entry| (*key, entry.key.span)));
        let (what, span) = constraint.unwrap_or(("Type", declared.key.span));
        is_refused.then(|| Rejection {
            span,
            name: format!("`{what}` of parameter `{name}`"),
            variable: Some(name.to_owned()),
            places: hops.iter().map(|hop| hop.span).collect(),
        })
    }

    /// The assertions of rules that don't hold.
    fn broken_rules(&self) -> Vec<Rejection> {
        let apart = Self { ignores_rules: true, ..self.clone() };
        let mut found = Vec::new();
        for entry in &self.scope.template.rules.flat.entries {
            let (Some(name), Some(rule)) = (entry.key.as_text(), entry.value.as_mapping()) else { continue };
            let condition = rule.get("RuleCondition");
            if condition.is_some_and(|condition| apart.asserted(&condition.value) != Known(true)) {
                continue;
            }
            let assertions = rule.get("Assertions").and_then(|entry| entry.value.as_sequence()).unwrap_or_default();
            let asserted = assertions.iter().filter_map(|item| Some(&item.as_mapping()?.get("Assert")?.value));
            let broken = asserted.filter(|assertion| apart.asserted(assertion) == Known(false));
            let name = format!("rule `{name}`");
            found.extend(broken.map(|assertion| Rejection {
                span: assertion.whole(),
                name: name.clone(),
                variable: None,
                places: Vec::new(),
            }));
        }
        found
    }

    /// The result of an assertion or the condition of a rule. Recursion is bounded by the depth limit of the parsers.
    fn asserted(&self, node: &Node) -> Maybe<bool> {
        let Some(call) = IntrinsicCall::of(node.target()) else { return Unknown(Reason::Unreadable) };
        match (call.name, call.argument.items()) {
            ("Not", Some([one])) => self.asserted(one).map(|holds| !holds),
            ("And", Some(items)) => items.iter().fold(Known(true), |all, item| all.and(self.asserted(item))),
            ("Or", Some(items)) => items.iter().fold(Known(false), |any, item| any.or(self.asserted(item))),
            ("Equals", Some(_)) => self.verdict(call),
            ("Contains", Some([list, value])) => self.contains(list, value),
            (name, _) => Unknown(Reason::NotEvaluated { construct: format!("the function `{name}`") }),
        }
    }

    /// `Fn::Contains`: true if a list of texts has a value.
    fn contains(&self, list: &Node, value: &Node) -> Maybe<bool> {
        let value = self.text_of(&self.eval(value).value);
        match self.eval(list).value {
            Known(Data::List(list)) => list.items.iter().fold(Known(false), |any, item| {
                let is_same = value.as_ref().and_then(|value| self.text_of(&item.value).map(|item| item == *value));
                any.or(is_same)
            }),
            Known(_) => Unknown(Reason::Unreadable),
            Unknown(why) => Unknown(why),
        }
    }

    /// The text of a value after the fixes that are tried.
    pub(super) fn tried_text(&self, span: Span, old: &str) -> Option<String> {
        let tried = self.library.context.tried.iter().find(|tried| tried.span == span && tried.key.is_none())?;
        tried.text(old)
    }

    /// The parameter that a tried fix adds to a stack.
    pub(super) fn added(&self, call: &StackCall, name: &str) -> Option<(Maybe<String>, Vec<Hop>)> {
        let mut tried = self.library.context.tried.iter();
        let added = tried.find(|tried| tried.span == call.header && tried.key.as_deref() == Some(name))?;
        Some((Known(added.text("")?), Vec::new()))
    }
}

//! Evaluates the `Rules` section, to find the values of a parameter that its assertions allow:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html>.

use std::sync::Arc;

use super::call::{self, IntrinsicCall};
use super::eval::Evaluator;
use super::limits::Allowed;
use super::lookup::Lookup;
use super::mapping::scalar_text;
use super::symbols::is_final;
use crate::syntax::node::{Mapping, Node};
use crate::value::{Data, Known, Maybe, Reason, Unknown};

impl<L: Lookup> Evaluator<'_, L> {
    /// The values that the rules allow for a parameter with an unknown value; `None` if no rule restricts it.
    pub(super) fn pinned(&self, name: &str, text: &Maybe<String>, allowed: &Allowed) -> Option<Allowed> {
        let is_open = matches!(text, Unknown(why) if !is_final(why));
        if !is_open || self.ignores_rules || self.lookup.declarations().rules.flat.entries.is_empty() {
            return None;
        }
        let assertions = self.assertions_about(name);
        let mut left = match allowed.values() {
            [] => assertions.iter().find_map(|assertion| allowed_values(assertion, name))?,
            values => values.to_vec(),
        };
        self.world.charge(left.len().saturating_mul(assertions.len()));
        left.retain(|value| assertions.iter().all(|one| holds_for(one, name, value) != Some(false)));
        (!left.is_empty() && left.len() != allowed.values().len()).then(|| Allowed::only(left))
    }

    /// The assertions that don't hold, each with the name of its rule.
    pub(crate) fn broken_assertions(&self) -> Vec<(&str, &Node)> {
        let apart = Self { ignores_rules: true, ..self.clone() };
        let mut found = Vec::new();
        for entry in &self.lookup.declarations().rules.flat.entries {
            let (Some(name), Some(rule)) = (entry.key.as_text(), entry.value.as_mapping()) else { continue };
            let condition = rule.get("RuleCondition");
            if condition.is_some_and(|condition| apart.asserted(&condition.value) != Known(true)) {
                continue;
            }
            let broken = assertions(rule).filter(|assertion| apart.asserted(assertion) == Known(false));
            found.extend(broken.map(|assertion| (name, assertion)));
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

    /// The assertions about a parameter, from the rules that apply in this world.
    fn assertions_about(&self, name: &str) -> Vec<&Node> {
        let apart = Self { ignores_rules: true, ..self.clone() };
        let mut found = Vec::new();
        for rule in self.lookup.declarations().rules.flat.entries.iter().filter_map(|entry| entry.value.as_mapping()) {
            self.world.charge(items(rule).len());
            let about: Vec<&Node> = assertions(rule).filter(|assertion| is_about(assertion, name)).collect();
            let condition = rule.get("RuleCondition").filter(|_| !about.is_empty());
            let applies = condition.is_none_or(|condition| match IntrinsicCall::of(condition.value.target()) {
                Some(call) => apart.verdict(call) == Known(true),
                None => false,
            });
            found.extend(about.into_iter().filter(|_| applies));
        }
        found
    }
}

fn items(rule: &Mapping) -> &[Arc<Node>] {
    rule.get("Assertions").and_then(|entry| entry.value.as_sequence()).unwrap_or_default()
}

/// The assertions of a rule.
fn assertions(rule: &Mapping) -> impl Iterator<Item = &Node> {
    items(rule).iter().filter_map(|item| Some(&*item.as_mapping()?.get("Assert")?.value))
}

/// The values that an assertion allows; `None` if it may allow others.
fn allowed_values(assertion: &Node, name: &str) -> Option<Vec<String>> {
    let call = IntrinsicCall::of(assertion.target())?;
    match (call.name, call.argument.items()?) {
        ("Equals", [left, right]) if is_reference(left, name) => Some(vec![literal(right)?]),
        ("Equals", [left, right]) if is_reference(right, name) => Some(vec![literal(left)?]),
        ("Contains", [list, value]) if is_reference(value, name) => literals(list),
        ("And", items) => items.iter().find_map(|item| allowed_values(item, name)),
        ("Or", items) => {
            let all: Option<Vec<Vec<String>>> = items.iter().map(|item| allowed_values(item, name)).collect();
            Some(all?.concat())
        }
        _ => None,
    }
}

/// The result of an assertion for a value of the parameter; `None` if it also depends on something else. Recursion is
/// bounded by the depth limit of the parsers.
fn holds_for(assertion: &Node, name: &str, value: &str) -> Option<bool> {
    let call = IntrinsicCall::of(assertion.target())?;
    match (call.name, call.argument.items()?) {
        ("Equals", [left, right]) if is_reference(left, name) => Some(literal(right)? == value),
        ("Equals", [left, right]) if is_reference(right, name) => Some(literal(left)? == value),
        ("Contains", [list, one]) if is_reference(one, name) => Some(literals(list)?.iter().any(|one| one == value)),
        ("Not", [one]) => holds_for(one, name, value).map(|holds| !holds),
        ("And", items) => kleene(items.iter().map(|item| holds_for(item, name, value)), false),
        ("Or", items) => kleene(items.iter().map(|item| holds_for(item, name, value)), true),
        _ => None,
    }
}

/// Three-valued logic: `decider` if an operand has this value, its opposite if all operands are known.
fn kleene(mut operands: impl Iterator<Item = Option<bool>>, decider: bool) -> Option<bool> {
    let mut all = Some(!decider);
    operands
        .find_map(|operand| {
            all = operand.and(all);
            operand.filter(|operand| *operand == decider)
        })
        .or(all)
}

/// True if an assertion refers to a parameter. Recursion is bounded by the depth limit of the parsers.
fn is_about(assertion: &Node, name: &str) -> bool {
    let items = IntrinsicCall::of(assertion.target()).and_then(|call| call.argument.items());
    is_reference(assertion, name) || items.unwrap_or_default().iter().any(|item| is_about(item, name))
}

fn is_reference(node: &Node, name: &str) -> bool {
    IntrinsicCall::of(node.target()).is_some_and(|call| call.name == "Ref" && call.argument.text() == Some(name))
}

fn literal(node: &Node) -> Option<String> {
    scalar_text(call::plain(node)?)
}

fn literals(list: &Node) -> Option<Vec<String>> {
    call::plain(list)?.as_sequence()?.iter().map(|item| literal(item)).collect()
}

//! Resolves the parameters that stacks and stack sets pass to their templates.

use std::collections::HashMap;
use std::sync::Arc;

use crate::formats::cloudformation::language::{IntrinsicCall, LoopEntries, plain_text};
use crate::formats::cloudformation::project::scope::{StackParameter, TemplateEvaluator};
use crate::syntax::node::Node;
use crate::value::{Known, Reason, Unknown};

/// The maximum depth of nested `Fn::If`s around parameters.
const MAX_CHOICES: usize = 100;

impl TemplateEvaluator<'_> {
    /// The parameters that a stack passes, and the reason why there may be more.
    pub(super) fn arguments(&self, properties: &LoopEntries) -> (HashMap<String, StackParameter>, Option<Reason>) {
        let mut passed = HashMap::new();
        let mut rest = properties.unread_reason.clone();
        if let Some(parameters) = properties.get("Parameters") {
            match self.chosen(&parameters.value) {
                Ok(Some(node)) => self.pass(node, &mut passed, &mut rest),
                Ok(None) => {}
                Err(why) => rest = rest.or(Some(why)),
            }
        }
        match self.overridden(properties) {
            Ok(overrides) => {
                for (name, value) in overrides {
                    passed.entry(name).or_insert(StackParameter { value, is_overridden: true }).is_overridden = true;
                }
            }
            Err(why) => {
                passed.values_mut().for_each(|passed| passed.is_overridden = true);
                rest = rest.or(Some(why));
            }
        }
        (passed, rest)
    }

    /// Reads the parameters from a mapping, or from the list of a stack set.
    fn pass(&self, parameters: &Node, passed: &mut HashMap<String, StackParameter>, rest: &mut Option<Reason>) {
        if let Some(mapping) = parameters.as_mapping() {
            let members = self.members(mapping);
            *rest = rest.take().or(members.unread_reason);
            for member in members.all {
                passed.insert(member.key, StackParameter { value: member.value, is_overridden: false });
            }
            return;
        }
        match self.listed(parameters) {
            Ok(items) => {
                for (name, value) in items {
                    passed.insert(name, StackParameter { value, is_overridden: false });
                }
            }
            Err(why) => *rest = rest.take().or(Some(why)),
        }
    }

    /// Reads the parameters from a list of `ParameterKey` and `ParameterValue`.
    fn listed(&self, list: &Node) -> Result<Vec<(String, Arc<Node>)>, Reason> {
        let mut parameters = Vec::new();
        for item in list.as_sequence().ok_or(Reason::Unreadable)? {
            let Some(item) = self.chosen(item)? else { continue };
            parameters.push(parameter(item).ok_or(Reason::Unreadable)?);
        }
        Ok(parameters)
    }

    /// The parameters that some instances of a stack set override.
    fn overridden(&self, properties: &LoopEntries) -> Result<Vec<(String, Arc<Node>)>, Reason> {
        let Some(groups) = properties.get("StackInstancesGroup") else { return Ok(Vec::new()) };
        let Some(groups) = self.chosen(&groups.value)? else { return Ok(Vec::new()) };
        let mut overridden = Vec::new();
        for group in groups.as_sequence().ok_or(Reason::Unreadable)? {
            let Some(group) = self.chosen(group)? else { continue };
            let overrides = group.as_mapping().ok_or(Reason::Unreadable)?.get("ParameterOverrides");
            let Some(overrides) = overrides.map(|entry| self.chosen(&entry.value)).transpose()?.flatten() else {
                continue;
            };
            overridden.extend(self.listed(overrides)?);
        }
        Ok(overridden)
    }

    /// The node that the conditions around it select in this world; `None` for `AWS::NoValue`.
    fn chosen<'n>(&self, node: &'n Node) -> Result<Option<&'n Node>, Reason> {
        let mut node = node.target();
        for _ in 0..MAX_CHOICES {
            let Some(call) = IntrinsicCall::of(node) else { return Ok(Some(node)) };
            match (call.name, call.argument.items(), call.argument.text()) {
                ("If", Some([name, then, otherwise]), _) => {
                    let name = plain_text(name).ok_or_else(|| not_evaluated(call.name))?;
                    node = match self.condition(&self.filled(name)) {
                        Known(true) => then.target(),
                        Known(false) => otherwise.target(),
                        Unknown(why) => return Err(why),
                    };
                }
                ("Ref", _, Some("AWS::NoValue")) => return Ok(None),
                _ => return Err(not_evaluated(call.name)),
            }
        }
        Err(Reason::OverLimit { limit: "nested conditions" })
    }
}

/// The name and the value of an item of a list of parameters.
fn parameter(item: &Node) -> Option<(String, Arc<Node>)> {
    let mapping = item.as_mapping()?;
    let name = plain_text(&mapping.get("ParameterKey")?.value)?.to_owned();
    Some((name, Arc::clone(&mapping.get("ParameterValue")?.value)))
}

fn not_evaluated(function: &str) -> Reason {
    Reason::NotEvaluated { construct: format!("`{function}` around parameters") }
}

//! Finds the constraints and rules of templates that reject the values of their parameters.

use std::rc::Rc;

use super::library::TemplateLibrary;
use super::scope::{TemplateEvaluator, TemplateScope};
use super::stacks::{MAX_DEPTH, created};
use crate::formats::Rejection;
use crate::formats::cloudformation::language::{Member, broken};
use crate::syntax::node::Entry;
use crate::value::budget::STEPS_OF_A_RESOURCE;
use crate::value::{Data, Known, Unknown, World};

/// Constraints of a parameter, of which the first that is declared represents all.
const CONSTRAINTS: [&str; 6] = ["AllowedValues", "AllowedPattern", "MinLength", "MaxLength", "MinValue", "MaxValue"];

/// The parameters and rules of a template and its nested stacks that reject values, as far as the budget allows.
pub(super) fn rejected(library: &TemplateLibrary<'_>, root: &Rc<TemplateScope>, world: &World) -> Vec<Rejection> {
    let mut found = Vec::new();
    let mut pending = vec![(TemplateEvaluator::of_root(library, root, world), 0_usize)];
    while let Some((evaluator, depth)) = pending.pop() {
        let declared = &evaluator.template().declared;
        found.extend(declared.parameters.flat.entries.iter().filter_map(|entry| evaluator.rejection(entry)));
        found.extend(evaluator.broken_assertions().into_iter().map(|(name, assertion)| Rejection {
            span: assertion.whole(),
            name: format!("rule `{name}`"),
            variable: None,
            places: Vec::new(),
        }));
        let flat = &declared.resources.flat;
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
            Known(Data::String(text)) => broken(&text, mapping).is_some(),
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
}

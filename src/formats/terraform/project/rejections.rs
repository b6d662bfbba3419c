//! Finds the conditions and types in a configuration that reject its values.

use std::rc::Rc;

use super::program::{ModuleEvaluator, Program};
use super::scope::ModuleScope;
use super::{expand, variables};
use crate::formats::Rejection;
use crate::model::SearchSubject;
use crate::syntax::hcl::Block;
use crate::value::World;

/// The cost of a module instance, in addition to the evaluation of its variables.
const STEPS_OF_A_MODULE: usize = 20;

impl Program<'_> {
    /// The variables that reject their values, and the preconditions of trails and outputs that aren't met, in all
    /// module instances that the budget allows.
    pub(super) fn rejected(&self) -> Vec<Rejection> {
        let world = World::open(&self.budget);
        self.enter_world();
        let mut found = Vec::new();
        let mut pending = vec![Rc::clone(&self.root)];
        while let Some(scope) = pending.pop() {
            world.charge(STEPS_OF_A_MODULE);
            if !world.has_steps() {
                break;
            }
            let evaluator = ModuleEvaluator::of(self, &scope, &world);
            for block in scope.module.blocks("variable").filter_map(|id| scope.module.block(id)) {
                found.extend(variables::rejection(&evaluator, block));
            }
            found.extend(unmet(&evaluator, &scope));
            for block in scope.module.blocks("module").filter_map(|id| scope.module.block(id)) {
                let Some(label) = block.labels.first() else { continue };
                pending.extend(self.created(&scope, &label.text, &world).iter().cloned());
            }
        }
        self.enter_world();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The preconditions of trails and outputs that aren't met.
fn unmet(evaluator: &ModuleEvaluator<'_>, scope: &Rc<ModuleScope>) -> Vec<Rejection> {
    let mut found = Vec::new();
    for block in scope.module.blocks("output").filter_map(|id| scope.module.block(id)) {
        found.extend(first_unmet(block, block, evaluator));
    }
    for block in scope.module.declared(SearchSubject::Trails).filter_map(|(id, _)| scope.module.block(id)) {
        for lifecycle in
            block.body.blocks("lifecycle").filter(|lifecycle| lifecycle.body.blocks("precondition").next().is_some())
        {
            for instance in expand::instances(block, evaluator) {
                found.extend(first_unmet(block, lifecycle, &evaluator.with(instance.names)));
            }
        }
    }
    found
}

/// The first precondition in the body of a block that isn't met.
fn first_unmet(block: &Block, body: &Block, evaluator: &ModuleEvaluator<'_>) -> Option<Rejection> {
    let conditions = body.body.blocks("precondition").filter_map(|one| one.body.attribute("condition"));
    let unmet =
        conditions.map(|condition| &condition.value).find(|condition| variables::is_refused(condition, evaluator))?;
    let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_str()).collect();
    let kind = if block.kind.text == "output" { "output." } else { "" };
    let name = format!("the precondition of `{kind}{}`", labels.join("."));
    Some(Rejection { span: unmet.span, name, variable: None, places: Vec::new() })
}

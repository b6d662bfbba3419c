//! Evaluates a deployment as if fixes were made, to find the declarations that would reject their values.

use std::rc::Rc;

use super::assign::Assignment;
use crate::formats::{Context, LoadedProject, Refusal};
use crate::model::TriedValue;
use crate::value::Budget;

/// The cost of opening a project again, in addition to its evaluation.
const STEPS_OF_A_TRIAL: usize = 1_000;

/// Returns the declarations that reject values once these are tried, but not without them. Once half of the remaining
/// budget doesn't suffice, none is found; `--fix` then rejects the fix.
pub(super) fn new_refusals(
    tried: &[TriedValue],
    opened: &dyn LoadedProject,
    assignment: &Assignment<'_>,
    context: Context<'_>,
    budget: &Budget,
) -> Vec<Refusal> {
    if budget.remaining() <= STEPS_OF_A_TRIAL {
        return Vec::new();
    }
    budget.charge(STEPS_OF_A_TRIAL);
    let part: Rc<Budget> = budget.half();
    let mut found = assignment.candidate.open(Context { tried, ..context }, &part).refusals();
    budget.charge(part.spent());
    if !found.is_empty() {
        let known = opened.refusals();
        found.retain(|refusal| !known.contains(refusal));
    }
    found
}

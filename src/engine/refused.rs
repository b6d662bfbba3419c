//! Evaluates a deployment as if fixes were made, to find the declarations that would reject their values.

use std::rc::Rc;

use super::assign::Assignment;
use crate::formats::{Context, LoadedProject, Refusal};
use crate::model::TriedValue;
use crate::value::Budget;

/// The cost of opening a project again, in addition to its evaluation.
const STEPS_OF_A_TRIAL: usize = 200;

/// Returns the declarations that reject values once these are tried, but not without them. If the budget is spent, none
/// is found; `--fix` then rejects the fix.
pub(super) fn new_refusals(
    tried: &[TriedValue],
    opened: &dyn LoadedProject,
    assignment: &Assignment<'_>,
    context: Context<'_>,
    budget: &Rc<Budget>,
) -> Vec<Refusal> {
    if !budget.pay(STEPS_OF_A_TRIAL) {
        return Vec::new();
    }
    let mut found = assignment.candidate.open(Context { tried, ..context }, budget).refusals();
    if !found.is_empty() {
        let known = opened.refusals();
        found.retain(|refusal| !known.contains(refusal));
    }
    found
}

//! Evaluates a deployment as if fixes were made, to find the declarations that would reject their values.

use std::rc::Rc;

use super::assign::Assignment;
use crate::formats::{Context, LoadedProject, Rejection};
use crate::model::TriedValue;
use crate::value::Budget;

/// The cost of opening a project again, in addition to its evaluation.
const STEPS_OF_A_TRIAL: usize = 200;

/// Returns the declarations that reject values once these are tried, but not without them. If the budget is spent, none
/// is found; `--fix` then rejects the fix.
pub(super) fn new_rejections(
    tried: &[TriedValue],
    opened: &dyn LoadedProject,
    assignment: &Assignment<'_>,
    context: Context<'_>,
    budget: &Rc<Budget>,
) -> Vec<Rejection> {
    if !budget.charge_ahead(STEPS_OF_A_TRIAL) {
        return Vec::new();
    }
    let mut found = assignment.candidate.open(Context { tried, ..context }, budget).rejections();
    if !found.is_empty() {
        let known = opened.rejections();
        found.retain(|rejection| !known.contains(rejection));
    }
    found
}

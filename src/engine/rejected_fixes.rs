//! Evaluates a deployment as if fixes were made, to find the declarations that would reject their values.

use std::rc::Rc;

use super::assign::Assignment;
use crate::formats::{Context, LoadedProject, Rejection};
use crate::model::TriedValue;
use crate::value::Budget;

/// The cost of opening a project again, in addition to its evaluation.
const STEPS_OF_A_TRIAL: usize = 200;

/// Returns the declarations that reject values once these are tried, but not without them; `None` if the budget is spent
/// before any is found.
pub(super) fn new_rejections(
    tried: &[TriedValue],
    opened: &dyn LoadedProject,
    assignment: &Assignment<'_>,
    context: Context<'_>,
    budget: &Rc<Budget>,
) -> Option<Vec<Rejection>> {
    if !budget.charge_ahead(STEPS_OF_A_TRIAL) {
        return None;
    }
    let mut found = assignment.candidate.open(Context { tried, ..context }, budget).rejections();
    if !found.is_empty() {
        let known = opened.rejections();
        let is_known = |rejection: &Rejection| {
            known.iter().any(|known| known.span == rejection.span && known.name == rejection.name)
        };
        found.retain(|rejection| !is_known(rejection));
    }
    // The trial may have ended early.
    if found.is_empty() && budget.remaining() == 0 {
        budget.exceed();
        return None;
    }
    Some(found)
}

//! The work that an evaluation may do.
//!
//! A file of a few kilobytes can describe an evaluation without end. Each deployment therefore has a budget, and what comes
//! after it is spent is [unknown](super::Why::OverLimit), with that reason.

use std::cell::Cell;
use std::rc::Rc;

/// The steps that remain for all evaluations of one deployment, in all worlds.
///
/// A step is the evaluation of an expression, or the copy of about eight values.
#[derive(Debug, PartialEq)]
pub struct Budget {
    steps: usize,
    spent: Cell<usize>,
    is_exceeded: Cell<bool>,
    /// The weight of the values that are kept for all worlds.
    kept: Cell<usize>,
}

/// The cost of a resource beside the evaluation of its arguments: the rules check it, and reports list it.
pub const STEPS_OF_A_RESOURCE: usize = 20;

/// The same for one of which rules only ask what it says of a trail.
pub const STEPS_OF_A_NEIGHBOUR: usize = 8;

/// The name of the limit, in messages.
pub const STEPS: &str = "evaluation steps";

/// The steps of a run, however small its files are.
pub const MAX_STEPS: usize = 500_000;

/// The bytes of files that add a step.
const BYTES_PER_STEP: usize = 2;

impl Budget {
    /// The steps that files of so many bytes are worth.
    pub fn steps_for(bytes: usize) -> usize {
        MAX_STEPS.saturating_add(bytes / BYTES_PER_STEP)
    }

    /// A budget of a number of steps.
    pub fn new(steps: usize) -> Rc<Self> {
        Rc::new(Self { steps, spent: Cell::new(0), is_exceeded: Cell::new(false), kept: Cell::new(0) })
    }

    /// Pays for work that was done.
    pub fn charge(&self, steps: usize) {
        self.spent.set(self.spent.get().saturating_add(steps));
    }

    /// Pays for work that is about to be done; false when the budget is spent, and the work is refused.
    pub fn pay(&self, steps: usize) -> bool {
        let allows = self.remaining() > 0;
        if allows {
            self.charge(steps);
        } else {
            self.exceed();
        }
        allows
    }

    /// A budget for a part of the work, which takes half of what remains.
    pub fn half(&self) -> Rc<Self> {
        Self::new(self.remaining() / 2)
    }

    /// Pays for the work that was paid from a part of this budget.
    pub fn include(&self, part: &Self) {
        self.charge(part.spent());
        if part.is_exceeded() {
            self.exceed();
        }
    }

    /// The weight of the values that are kept for all worlds.
    pub(super) fn kept(&self) -> &Cell<usize> {
        &self.kept
    }

    /// The steps that were spent.
    pub fn spent(&self) -> usize {
        self.spent.get()
    }

    /// The steps that remain.
    pub fn remaining(&self) -> usize {
        self.steps.saturating_sub(self.spent.get())
    }

    /// Notes that work was refused.
    pub fn exceed(&self) {
        self.is_exceeded.set(true);
    }

    /// True if work was refused, so that a larger budget may give another result.
    pub fn is_exceeded(&self) -> bool {
        self.is_exceeded.get()
    }
}

//! Limits the work of evaluating one deployment.
//!
//! A file of a few kilobytes can describe an endless evaluation. Each deployment therefore has a budget; once it is
//! spent, values are [unknown](super::Reason::OverLimit) for that reason.

use std::cell::Cell;
use std::rc::Rc;

/// The steps that all evaluations of one deployment share, in all worlds.
///
/// A step is the evaluation of an expression, or the copy of about eight values.
#[derive(Debug, PartialEq)]
pub struct Budget {
    steps: usize,
    spent: Cell<usize>,
    is_exceeded: Cell<bool>,
    /// The total weight of the values that are cached for all worlds.
    kept: Cell<usize>,
}

/// The cost of a resource, in addition to the evaluation of its arguments: the rules check it, and reports list it.
pub const STEPS_OF_A_RESOURCE: usize = 20;

/// The cost of a resource that is evaluated only because a trail may depend on it, such as a bucket or a policy.
pub const STEPS_OF_A_NEIGHBOUR: usize = 8;

/// The limit's name in messages.
pub const STEPS: &str = "evaluation steps";

/// The steps that any run has, however small its files are.
pub const MAX_STEPS: usize = 500_000;

/// The size of files, in bytes, that adds one step.
const BYTES_PER_STEP: usize = 2;

impl Budget {
    /// Returns the steps for files with this total size.
    pub fn steps_for(bytes: usize) -> usize {
        MAX_STEPS.saturating_add(bytes / BYTES_PER_STEP)
    }

    /// Creates a budget with this number of steps.
    pub fn new(steps: usize) -> Rc<Self> {
        Rc::new(Self { steps, spent: Cell::new(0), is_exceeded: Cell::new(false), kept: Cell::new(0) })
    }

    /// Charges for work that was done, even if the budget is already spent.
    pub fn charge(&self, steps: usize) {
        self.spent.set(self.spent.get().saturating_add(steps));
    }

    /// Charges for work that is about to be done. Returns false if the budget is spent; the work must not be done then.
    pub fn charge_ahead(&self, steps: usize) -> bool {
        let allows = self.remaining() > 0;
        if allows {
            self.charge(steps);
        } else {
            self.exceed();
        }
        allows
    }

    /// Creates a separate budget with half of the remaining steps, for a part of the work.
    pub fn half(&self) -> Rc<Self> {
        Self::new(self.remaining() / 2)
    }

    /// Charges for the work that was charged to a part of this budget.
    pub fn include(&self, part: &Self) {
        self.charge(part.spent());
        if part.is_exceeded() {
            self.exceed();
        }
    }

    /// The counter of the weight of the values that are cached for all worlds.
    pub(super) fn kept(&self) -> &Cell<usize> {
        &self.kept
    }

    pub fn spent(&self) -> usize {
        self.spent.get()
    }

    pub fn remaining(&self) -> usize {
        self.steps.saturating_sub(self.spent.get())
    }

    /// Records that work was refused.
    pub fn exceed(&self) {
        self.is_exceeded.set(true);
    }

    /// True if work was refused, so that a larger budget may give another result.
    pub fn is_exceeded(&self) -> bool {
        self.is_exceeded.get()
    }
}

//! Limits the work of an evaluation in one world: its steps, its depth, and the values that it keeps.

use std::cell::Cell;
use std::rc::Rc;

use super::World;
use crate::value::Budget;
use crate::value::budget::STEPS;

/// The limit on the total weight of cached values; beyond it, values are evaluated again at each use.
const MAX_KEPT: usize = 1 << 18;

/// Values up to this weight are always cached.
const LIGHT: usize = 64;

/// The work in a world so far, and its limits. It is independent of the world's decisions.
#[derive(Debug)]
pub(super) struct Work {
    steps: Cell<usize>,
    depth: Cell<usize>,
    /// The total weight of the values that are cached in this world.
    kept: Cell<usize>,
    /// The total weight of the elements of collections that are being evaluated.
    held: Cell<usize>,
    max_steps: usize,
    /// The budget of the deployment, which is charged in addition to this world's own limit.
    budget: Rc<Budget>,
}

impl Work {
    pub(super) fn new(max_steps: usize, budget: &Rc<Budget>) -> Self {
        let [steps, depth, kept, held] = [0; 4].map(Cell::new);
        Self { steps, depth, kept, held, max_steps, budget: Rc::clone(budget) }
    }

    pub(super) fn budget(&self) -> &Rc<Budget> {
        &self.budget
    }
}

impl World {
    /// Starts a step of the evaluation, one level deeper.
    ///
    /// # Errors
    ///
    /// The name of the limit, if all steps are taken or the evaluation is `max_depth` levels deep.
    pub fn enter(&self, max_depth: usize) -> Result<(), &'static str> {
        if !self.has_steps() {
            return Err(STEPS);
        }
        if self.work.depth.get() >= max_depth {
            return Err("nested expressions");
        }
        self.charge(1);
        self.work.depth.set(self.work.depth.get().saturating_add(1));
        Ok(())
    }

    /// Charges steps, such as the cost of copying a large value.
    pub fn charge(&self, steps: usize) {
        self.work.steps.set(self.work.steps.get().saturating_add(steps));
        self.work.budget.charge(steps);
    }

    /// Counts the weight of a value that is to be cached for this world or for all worlds. Returns false if the cache
    /// is full; the value is then evaluated again at its next use.
    pub fn charge_cached(&self, weight: usize, in_all: bool) -> bool {
        let kept = if in_all { self.work.budget.kept() } else { &self.work.kept };
        let all = kept.get().saturating_add(weight);
        let may_keep = weight <= LIGHT || all <= MAX_KEPT;
        if may_keep && weight > LIGHT {
            kept.set(all);
        }
        may_keep
    }

    /// Adds the weight of an element of a collection that is being evaluated. Returns false if the weight of all such
    /// elements exceeds `max`.
    pub fn charge_held(&self, weight: usize, max: usize) -> bool {
        self.work.held.set(self.work.held.get().saturating_add(weight));
        self.work.held.get() <= max
    }

    /// Subtracts the weight of the elements of a collection that is complete.
    pub fn release(&self, weight: usize) {
        self.work.held.set(self.work.held.get().saturating_sub(weight));
    }

    /// Ends a step of the evaluation and returns to the level above.
    pub fn leave(&self) {
        self.work.depth.set(self.work.depth.get().saturating_sub(1));
    }

    /// True if steps remain; otherwise the budget is marked as exceeded.
    pub fn has_steps(&self) -> bool {
        let has_steps = self.work.steps.get() < self.work.max_steps;
        if !has_steps {
            self.work.budget.exceed();
        }
        has_steps
    }

    /// The number of steps that were taken.
    pub fn steps(&self) -> usize {
        self.work.steps.get()
    }
}

//! Caches the values of references, and detects those that depend on themselves.

use std::cell::RefCell;
use std::rc::Rc;

use super::evaluator::ValuePath;
use super::size;
use crate::value::{Maybe, Memo, Reason, Unknown, World};

/// The values of the references in one scope.
#[derive(Debug, Default)]
pub(crate) struct ValueCache {
    values: Memo<String, Rc<ValuePath>>,
    /// The references that are being evaluated, to detect cycles.
    pending: RefCell<Vec<String>>,
}

impl ValueCache {
    /// A value that is evaluated at most once per world, and once for all worlds if it doesn't depend on them. `name`
    /// is the reference in messages.
    pub(crate) fn memoize(
        &self,
        reference: &str,
        world: &World,
        name: impl FnOnce() -> String,
        evaluate: impl FnOnce() -> ValuePath,
    ) -> Rc<ValuePath> {
        if let Some(way) = self.values.get(reference, world) {
            return way;
        }
        if self.pending.borrow().iter().any(|pending| pending == reference) {
            // The value depends on where the evaluation entered the cycle, so it isn't cached for all worlds.
            world.mark_dependent();
            return Rc::new((Unknown(Reason::Cycle { reference: name() }), Vec::new()));
        }
        self.pending.borrow_mut().push(reference.to_owned());
        let way = self.values.evaluate(reference.to_owned(), world, weight, || Rc::new(evaluate()));
        self.pending.borrow_mut().pop();
        way
    }

    /// Removes the values that depend on the world.
    pub(crate) fn enter_world(&self) {
        self.values.enter_world();
        self.pending.borrow_mut().clear();
    }
}

fn weight(way: &Rc<ValuePath>) -> usize {
    match &way.0 {
        Maybe::Known(data) => size::weight_of(data),
        Unknown(_) => 0,
    }
}

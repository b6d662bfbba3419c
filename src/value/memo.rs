//! Caches the values of an evaluation, for one world or for all worlds.

use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

use super::World;
use super::world::Tracked;

/// Values that are evaluated at most once per world, and once for all worlds if they don't depend on them.
#[derive(Debug)]
pub struct Memo<K, V> {
    /// Values that are the same in every world.
    stable: RefCell<HashMap<K, V>>,
    /// Values that depend on the decisions of the world that was used last.
    current: RefCell<HashMap<K, V>>,
    /// The identity of that world.
    world: RefCell<Rc<Cell<usize>>>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self { stable: RefCell::default(), current: RefCell::default(), world: RefCell::default() }
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    /// The cached value of a key.
    pub fn get<Q: ?Sized + Eq + Hash>(&self, key: &Q, world: &World) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some(value) = self.stable.borrow().get(key) {
            return Some(value.clone());
        }
        self.enter(world);
        let value = self.current.borrow().get(key)?.clone();
        world.mark_dependent();
        Some(value)
    }

    /// Evaluates the value of a key, and caches it unless the cache is full.
    pub fn evaluate(&self, key: K, world: &World, weigh: fn(&V) -> usize, evaluate: impl FnOnce() -> V) -> V {
        let Tracked { value, depends_on_world } = world.tracked(evaluate);
        // An evaluation that ran out of steps is incomplete.
        let is_stable = !depends_on_world && world.has_steps();
        self.enter(world);
        if world.charge_cached(weigh(&value), is_stable) {
            let values = if is_stable { &self.stable } else { &self.current };
            values.borrow_mut().insert(key, value.clone());
        }
        value
    }

    /// The cached value of a key, otherwise its value, whose size isn't limited.
    pub fn get_or_evaluate(&self, key: K, world: &World, evaluate: impl FnOnce() -> V) -> V {
        self.get(&key, world).unwrap_or_else(|| self.evaluate(key, world, |_| 0, evaluate))
    }

    /// Removes the values of another world.
    fn enter(&self, world: &World) {
        if !Rc::ptr_eq(&self.world.borrow(), world.identity()) {
            *self.world.borrow_mut() = Rc::clone(world.identity());
            self.current.borrow_mut().clear();
        }
    }

    /// Removes the values that depend on the world.
    pub fn enter_world(&self) {
        self.current.borrow_mut().clear();
    }

    /// Removes all values.
    pub fn clear(&self) {
        self.stable.borrow_mut().clear();
        self.enter_world();
    }
}

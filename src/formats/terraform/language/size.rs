//! Limits the size of values.
//!
//! Values are copied when they are used, so a few lines that double a value repeatedly would exhaust the memory. Each
//! step of the evaluation is also charged for its copies.

use crate::value::{Data, Field, Known, List, Maybe, Object, Traced, Unknown, World};

/// The maximum size of a value, counted in elements: a value of this size is about this many numbers.
pub(crate) const MAX_WEIGHT: usize = 1 << 17;

/// The cost of a value that is too large, which is detected only after the work is done.
pub(crate) const STEPS_OF_TOO_MUCH: usize = MAX_WEIGHT / 8;

/// The maximum depth of nested collections.
const MAX_NESTING: usize = 200;

/// The maximum number of elements in one list, set, map or object.
const MAX_ELEMENTS: usize = 65_536;

/// The bytes of text that count as one element.
const BYTES_PER_WEIGHT: usize = 32;

/// The size of the reason for an unknown value: a few texts.
const WEIGHT_OF_REASON: usize = 4;

/// The elements that are copied per step.
const WEIGHT_PER_STEP: usize = 8;

/// The steps for copying a value; 0 for an unknown value.
pub(crate) fn steps(value: &Maybe<Data>) -> usize {
    match value {
        Known(data) => Size::of(data).map_or(STEPS_OF_TOO_MUCH, Size::steps),
        Unknown(_) => 0,
    }
}

/// The size of data in elements; `usize::MAX` if it exceeds a limit.
pub(crate) fn weight_of(data: &Data) -> usize {
    Size::of(data).map_or(usize::MAX, Size::weight)
}

/// The size of a value that is within the limits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    weight: usize,
}

impl Size {
    /// The size of data, or the name of the limit that it exceeds.
    pub(crate) fn of(data: &Data) -> Result<Self, &'static str> {
        let mut size = Self::default();
        size.add(data, 0)?;
        Ok(size)
    }

    /// The size in elements.
    pub(crate) fn weight(self) -> usize {
        self.weight
    }

    /// The steps for making a copy.
    pub(crate) fn steps(self) -> usize {
        self.weight / WEIGHT_PER_STEP
    }

    /// The size with one more element.
    pub(crate) fn with(mut self, value: &Traced<Data>) -> Result<Self, &'static str> {
        self.add_traced(value, 0)?;
        Ok(self)
    }

    fn add(&mut self, data: &Data, nesting: usize) -> Result<(), &'static str> {
        if nesting > MAX_NESTING {
            return Err("nested collections");
        }
        let nesting = nesting.saturating_add(1);
        match data {
            Data::Null | Data::Bool(_) | Data::Number(_) => Ok(()),
            Data::String(text) => self.grow(text.len() / BYTES_PER_WEIGHT),
            Data::List(List { items, .. }) => {
                check_count(items.len())?;
                items.iter().try_for_each(|item| self.add_traced(item, nesting))
            }
            Data::Object(Object { fields, .. }) => {
                check_count(fields.len())?;
                fields.iter().try_for_each(|field| self.add_field(field, nesting))
            }
        }
    }

    fn add_field(&mut self, field: &Field, nesting: usize) -> Result<(), &'static str> {
        self.grow(field.key.len() / BYTES_PER_WEIGHT)?;
        self.add_traced(&field.value, nesting)
    }

    fn add_traced(&mut self, value: &Traced<Data>, nesting: usize) -> Result<(), &'static str> {
        self.grow(value.hops.len().saturating_add(1))?;
        match &value.value {
            Known(data) => self.add(data, nesting),
            Unknown(_) => self.grow(WEIGHT_OF_REASON),
        }
    }

    fn grow(&mut self, weight: usize) -> Result<(), &'static str> {
        self.weight = self.weight.saturating_add(weight);
        if self.weight > MAX_WEIGHT { Err("the size of a value") } else { Ok(()) }
    }
}

/// Counts the elements of a collection that is being evaluated. Together with those of the enclosing collections, they
/// must not exceed the size of one value.
pub(crate) struct CollectionSize<'w> {
    world: &'w World,
    size: Size,
}

impl<'w> CollectionSize<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, size: Size::default() }
    }

    /// Adds an element.
    ///
    /// # Errors
    ///
    /// Returns the name of the limit that it exceeds.
    pub(crate) fn add(&mut self, element: &Traced<Data>) -> Result<(), &'static str> {
        let larger = self.size.with(element)?;
        let more = larger.weight.saturating_sub(self.size.weight);
        self.size = larger;
        if self.world.charge_held(more, MAX_WEIGHT) { Ok(()) } else { Err("the size of a value") }
    }
}

impl Drop for CollectionSize<'_> {
    fn drop(&mut self) {
        self.world.release(self.size.weight);
    }
}

fn check_count(elements: usize) -> Result<(), &'static str> {
    if elements > MAX_ELEMENTS { Err("the elements of a collection") } else { Ok(()) }
}

//! How large values get before they are given up.
//!
//! Values are copied when they are used, so that a few lines which double a value over and over
//! would fill the memory; each step of the evaluation also pays for what it copies.

use crate::value::{Data, Field, Known, List, Maybe, Object, Traced, Unknown, World};

/// The largest weight of a value: about as many numbers.
pub(super) const MAX_WEIGHT: usize = 1 << 17;

/// The cost of a value that is too large: the work was done before that was known.
pub(super) const STEPS_OF_TOO_MUCH: usize = MAX_WEIGHT / 8;

/// Collections within collections, deeper than this.
const MAX_NESTING: usize = 200;

/// The elements of one list, set, map or object.
const MAX_ELEMENTS: usize = 65_536;

/// What weighs as much as one element.
const BYTES_PER_WEIGHT: usize = 32;

/// The weight of the reason why something isn't known: a few texts.
const WEIGHT_OF_REASON: usize = 4;

/// What is copied in the time of one step.
const WEIGHT_PER_STEP: usize = 8;

/// The steps that it takes to make a copy of a value; what isn't known takes none.
pub(super) fn steps(value: &Maybe<Data>) -> usize {
    match value {
        Known(data) => Size::of(data).map_or(STEPS_OF_TOO_MUCH, Size::steps),
        Unknown(_) => 0,
    }
}

/// The weight of data; over that of any value if it is too large.
pub(super) fn weight_of(data: &Data) -> usize {
    Size::of(data).map_or(usize::MAX, Size::weight)
}

/// The size of a value that is within the limits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    weight: usize,
}

impl Size {
    /// The size, or the name of the limit that the value exceeds.
    pub(super) fn of(data: &Data) -> Result<Self, &'static str> {
        let mut size = Self::default();
        size.add(data, 0)?;
        Ok(size)
    }

    /// The weight: about as many numbers.
    pub(super) fn weight(self) -> usize {
        self.weight
    }

    /// The steps that it takes to make a copy.
    pub(super) fn steps(self) -> usize {
        self.weight / WEIGHT_PER_STEP
    }

    /// The size with one more element.
    pub(super) fn with(mut self, value: &Traced<Data>) -> Result<Self, &'static str> {
        self.add_traced(value, 0)?;
        Ok(self)
    }

    fn add(&mut self, data: &Data, nesting: usize) -> Result<(), &'static str> {
        if nesting > MAX_NESTING {
            return Err("collections within collections");
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

/// The elements of a collection that is being evaluated: together with those of the collections around it, they weigh no
/// more than one value may.
pub(super) struct Held<'w> {
    world: &'w World,
    size: Size,
}

impl<'w> Held<'w> {
    /// No elements.
    pub(super) fn new(world: &'w World) -> Self {
        Self { world, size: Size::default() }
    }

    /// Adds an element.
    ///
    /// # Errors
    ///
    /// The name of the limit that is exceeded with it.
    pub(super) fn add(&mut self, element: &Traced<Data>) -> Result<(), &'static str> {
        let larger = self.size.with(element)?;
        let more = larger.weight.saturating_sub(self.size.weight);
        self.size = larger;
        if self.world.hold(more, MAX_WEIGHT) { Ok(()) } else { Err("the size of a value") }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.world.release(self.size.weight);
    }
}

fn check_count(elements: usize) -> Result<(), &'static str> {
    if elements > MAX_ELEMENTS { Err("the elements of a collection") } else { Ok(()) }
}

//! Values that may be unknown, each with its source location.
//!
//! Evaluation never fails. A value that can't be determined is [`Maybe::Unknown`] with its reason, and stays visible
//! until a rule decides its meaning.

pub mod alternatives;
pub mod budget;
mod choice;
mod data;
mod memo;
mod placeholder;
mod reason;
mod step_kind;
mod traced;
pub mod world;

pub use budget::Budget;
pub use choice::Choice;
pub use data::{Data, Field, List, ListKind, Object, cut, shown_number};
pub use memo::Memo;
pub use placeholder::{insertion_index, insertion_mark, placeholder};
pub use reason::Reason;
pub use step_kind::{StepKind, StepRole};
pub use traced::{Hop, HopKind, Origin, Traced, append_hops};
pub use world::World;

pub use Maybe::{Known, Unknown};

/// A known value, or the reason why it is unknown.
///
/// It has no default and no `unwrap`: "unknown" must not turn into "no" or "yes" by accident.
#[derive(Debug, Clone, PartialEq)]
pub enum Maybe<T> {
    /// The value that every run with this input has.
    Known(T),
    /// The input doesn't determine the value.
    Unknown(Reason),
}

impl<T> Maybe<T> {
    /// Converts the value, if it is known.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Maybe<U> {
        match self {
            Known(value) => Known(change(value)),
            Unknown(why) => Unknown(why),
        }
    }

    /// Converts the value, if it is known, to one that may be unknown.
    pub fn and_then<U>(self, change: impl FnOnce(T) -> Maybe<U>) -> Maybe<U> {
        match self {
            Known(value) => change(value),
            Unknown(why) => Unknown(why),
        }
    }

    /// Converts to a `Maybe` of a reference; the reason is cloned.
    pub fn as_ref(&self) -> Maybe<&T> {
        match self {
            Known(value) => Known(value),
            Unknown(why) => Unknown(why.clone()),
        }
    }
}

/// Kleene's three-valued logic: `false` decides "and", and `true` decides "or", even if the other operand is unknown.
impl Maybe<bool> {
    /// True if both are true; false if one is false.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Known(false), _) | (_, Known(false)) => Known(false),
            (Known(true), other) => other,
            (unknown @ Unknown(_), Known(true) | Unknown(_)) => unknown,
        }
    }

    /// True if one is true; false if both are false.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Known(true), _) | (_, Known(true)) => Known(true),
            (Known(false), other) => other,
            (unknown @ Unknown(_), Known(false) | Unknown(_)) => unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown() -> Maybe<bool> {
        Unknown(Reason::Unreadable)
    }

    #[test]
    fn a_known_false_decides_and() {
        assert_eq!(unknown().and(Known(false)), Known(false));
        assert_eq!(Known(false).and(unknown()), Known(false));
        assert_eq!(unknown().and(Known(true)), unknown());
        assert_eq!(Known(true).and(unknown()), unknown());
    }

    #[test]
    fn a_known_true_decides_or() {
        assert_eq!(unknown().or(Known(true)), Known(true));
        assert_eq!(Known(true).or(unknown()), Known(true));
        assert_eq!(unknown().or(Known(false)), unknown());
        assert_eq!(Known(false).or(unknown()), unknown());
    }
}

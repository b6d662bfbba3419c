//! One argument of a trail, read with its default and its place.

use super::Notation;
use crate::source::Span;
use crate::value::{Maybe, Traced};

/// What an argument says, or why no deployment accepts it.
pub type Read<T> = Result<T, Invalid>;

/// A value that the provider or the API rejects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// The argument is required and isn't written.
    Missing,
    /// The value converts to none that is allowed.
    Value {
        /// As the message shows it.
        found: String,
        /// What it should be: "a boolean", "`All`, `ReadOnly` or `WriteOnly`".
        expected: &'static str,
    },
    /// Its evaluation is an error.
    Failed {
        /// The error, as the text of a label.
        reason: String,
    },
    /// A list holds more than is allowed.
    TooMany {
        /// How many it holds.
        found: usize,
        /// How many it may hold.
        limit: usize,
    },
}

/// An argument of a trail: its meaning after defaults, its name and its place.
#[derive(Debug, Clone)]
pub struct Setting<T> {
    /// The argument's name as this dialect spells it.
    pub name: &'static str,
    /// How it is written.
    pub notation: Notation,
    /// Its meaning, and where that comes from.
    pub read: Traced<Read<T>>,
}

impl<T> Setting<T> {
    /// The meaning.
    pub fn value(&self) -> &Maybe<Read<T>> {
        &self.read.value
    }

    /// The place a finding points at: the value, or the header of the block that lacks it.
    pub fn span(&self) -> Span {
        self.read.origin.span()
    }
}

impl Invalid {
    /// What to do where no other value is certain to be meant, as one imperative sentence.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Invalid::Failed { .. } => Some("fix the expression"),
            Invalid::Missing | Invalid::Value { .. } | Invalid::TooMany { .. } => None,
        }
    }

    /// What to do about a list that isn't valid, as one imperative sentence.
    pub fn advise_list(&self, name: &str, items: &str) -> String {
        match self {
            Invalid::Failed { .. } => format!("fix the expression of `{name}`"),
            Invalid::Missing | Invalid::Value { .. } => format!("write `{name}` as a list of {items}"),
            Invalid::TooMany { limit, .. } => format!("keep at most {limit} {items} in `{name}`"),
        }
    }

    /// What is wrong, as the text of a label.
    pub fn describe(&self) -> String {
        match self {
            Invalid::Missing => "this argument is required".to_owned(),
            Invalid::Value { found, expected } => format!("{found} isn't {expected}"),
            Invalid::Failed { reason } => reason.clone(),
            Invalid::TooMany { found, limit } => format!("there are {found} of these, and CloudTrail takes {limit}"),
        }
    }
}

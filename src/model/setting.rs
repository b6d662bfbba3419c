//! An argument of a trail, with its default applied and its source location.

use super::{Contradiction, Notation};
use crate::source::Span;
use crate::value::{Known, Maybe, Traced, Unknown};

/// The converted value of an argument, or the reason why every deployment with it fails.
pub type SettingRead<T> = Result<T, Invalid>;

/// A value that the provider or the API rejects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalid {
    /// The argument is required and not set.
    Missing,
    /// The value can't be converted to an allowed one.
    Value {
        /// The value as the message shows it.
        found: String,
        /// The expected value: "a boolean", "`All`, `ReadOnly` or `WriteOnly`".
        expected: &'static str,
    },
    /// The evaluation of the value is an error.
    Failed {
        /// The error, as the text of a label.
        reason: String,
    },
    /// A list has more items than are allowed.
    TooMany {
        /// The number of items.
        found: usize,
        /// The maximum number of items.
        limit: usize,
    },
}

/// An argument of a trail: its effective value, its name and its location.
#[derive(Debug, Clone)]
pub struct TrailSetting<T> {
    /// The argument's name in this resource type.
    pub name: &'static str,
    /// The syntax of the file.
    pub notation: Notation,
    /// The effective value, with its location and the steps to it.
    pub read: Traced<SettingRead<T>>,
}

impl<T> TrailSetting<T> {
    /// The effective value: the default if the argument is not set.
    pub fn value(&self) -> &Maybe<SettingRead<T>> {
        &self.read.value
    }

    /// The span that a finding points at: the value, or the header of the block that doesn't set it.
    pub fn span(&self) -> Span {
        self.read.origin.span()
    }
}

impl<T> TrailSetting<T> {
    /// True if the argument and the same argument in a plan may have equal values.
    pub(super) fn may_equal(&self, planned: &Self, same: impl Fn(&T, &T) -> bool) -> bool {
        may_be_equal(self.value(), planned.value(), same)
    }

    /// Creates the contradiction of this argument with a plan; `planned` follows "the plan".
    pub(super) fn contradiction(&self, planned: String) -> Contradiction {
        Contradiction { span: self.span(), hops: self.read.hops.clone(), attribute: Some(self.name), planned }
    }

    /// The problem with an invalid value, in words that follow "trail `x`".
    pub fn problem(&self, invalid: &Invalid) -> String {
        match invalid {
            Invalid::Missing => format!("doesn't set the required `{}`", self.name),
            Invalid::Value { .. } | Invalid::Failed { .. } | Invalid::TooMany { .. } => {
                format!("has an invalid `{}`", self.name)
            }
        }
    }
}

impl Invalid {
    /// Describes the remedy as one imperative sentence, if it is the same whatever the value should be.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Invalid::Failed { .. } => Some("fix the expression"),
            Invalid::Missing | Invalid::Value { .. } | Invalid::TooMany { .. } => None,
        }
    }

    /// Describes the remedy for an invalid list as one imperative sentence.
    pub fn advise_list(&self, name: &str, items: &str) -> String {
        match self {
            Invalid::Failed { .. } => format!("fix the expression of `{name}`"),
            Invalid::Missing | Invalid::Value { .. } => format!("set `{name}` to a list of {items}"),
            Invalid::TooMany { limit, .. } => format!("keep at most {limit} {items} in `{name}`"),
        }
    }

    /// Describes the error as the text of a label.
    pub fn describe(&self) -> String {
        match self {
            Invalid::Missing => "this argument is required".to_owned(),
            Invalid::Value { found, expected } => format!("{found} isn't {expected}"),
            Invalid::Failed { reason } => reason.clone(),
            Invalid::TooMany { found, limit } => {
                format!("{found} are declared, but CloudTrail accepts at most {limit}")
            }
        }
    }
}

/// True if two values may be equal. An invalid value can't have been planned.
pub(super) fn may_be_equal<T>(
    own: &Maybe<SettingRead<T>>,
    planned: &Maybe<SettingRead<T>>,
    same: impl Fn(&T, &T) -> bool,
) -> bool {
    match (own, planned) {
        (Known(Ok(own)), Known(Ok(planned))) => same(own, planned),
        (Known(Err(_)), Known(Ok(_))) => false,
        (Known(_) | Unknown(_), _) => true,
    }
}

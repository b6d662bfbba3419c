//! The deployed trails that belong to a declared one, and the comparison of their settings.

use crate::model::facts::{Fact, FactKind, FactValue};
use crate::source::Span;

/// A deployed trail of the evidence that belongs to a declared trail.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedTrail {
    /// Its ARN; its name if the evidence has no ARN.
    pub address: String,
    /// The root of its deployment, such as `aws:111122223333`.
    pub root: String,
    /// The number of the account that owns it, if that is known.
    pub account: Option<String>,
    /// The location that represents it.
    pub header: Span,
    /// The settings, in the order of [`FactKind`].
    pub compared: Vec<ComparedSetting>,
}

/// A setting of a declared trail and of its deployed one.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedSetting {
    pub kind: FactKind,
    pub result: ComparisonResult,
    /// True if Terraform keeps the deployed value, because `ignore_changes` names the argument.
    pub is_ignored: bool,
    pub declared: ComparedValue,
    pub live: ComparedValue,
}

/// One side of a [`ComparedSetting`].
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedValue {
    /// The name of the argument in the language of this side.
    pub argument: &'static str,
    /// The value, as short text for people; `None` if it is unknown or sensitive.
    pub text: Option<String>,
    /// The location of the value; of the trail, if the value isn't set.
    pub span: Span,
}

/// The result of comparing two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComparisonResult {
    Same,
    /// One of the values is unknown, or they can't be compared, such as an alias and the ARN of a key.
    Unknown,
    Differs,
}

impl ComparisonResult {
    /// `same`, `differs` or `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            ComparisonResult::Same => "same",
            ComparisonResult::Unknown => "unknown",
            ComparisonResult::Differs => "differs",
        }
    }
}

impl ComparedSetting {
    /// Compares a declared setting with the deployed one; `None` if the deployed trail has no such setting.
    pub(crate) fn new(declared: &Fact, live: &Fact, is_ignored: bool) -> Self {
        let result = match declared.differs_from(live) {
            Some(true) => ComparisonResult::Differs,
            Some(false) => ComparisonResult::Same,
            None => ComparisonResult::Unknown,
        };
        Self {
            kind: declared.kind,
            result,
            is_ignored,
            declared: ComparedValue::of(declared),
            live: ComparedValue::of(live),
        }
    }
}

impl ComparedValue {
    fn of(fact: &Fact) -> Self {
        let text = fact.value.as_ref().and_then(FactValue::describe);
        Self { argument: fact.argument, text, span: fact.span }
    }
}

/// The results for a declared trail with all its deployed ones: a difference from any of them, else the first unknown.
pub fn combined(matched: &[MatchedTrail]) -> Vec<(FactKind, ComparisonResult)> {
    let mut results: Vec<(FactKind, ComparisonResult)> = Vec::new();
    for setting in matched.iter().flat_map(|trail| &trail.compared) {
        match results.iter_mut().find(|(kind, _)| *kind == setting.kind) {
            Some((_, result)) => *result = (*result).max(setting.result),
            None => results.push((setting.kind, setting.result)),
        }
    }
    results
}

//! Whether a condition holds in a request.

use super::glob::{Quantifier, Token, fits, literal, pattern};
use super::{Condition, Effect, Fact, Request, Text};
use crate::value::{Known, Maybe, Unknown, Why};

/// How an operator compares a key's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    /// Whether it holds when the value is none of those listed.
    pub(super) is_negative: bool,
    /// Whether `*` and `?` are wildcards.
    pub(super) has_wildcards: bool,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    TextInAnyCase,
    Arn,
    Address,
    Bool,
    /// Whether the key is absent.
    Null,
}

impl Condition {
    /// Whether it holds for all that is known of a request, for a statement of this effect.
    pub(super) fn holds(&self, request: &Request, effect: Effect) -> Maybe<bool> {
        let key = self.key.to_ascii_lowercase();
        let Some(operator) = self.operator() else { return Unknown(self.foreign()) };
        if let Some(fact) = request.facts.iter().find(|fact| fact.key == key) {
            return self.compare(operator, fact);
        }
        let is_assumed = effect == Effect::Allow && request.assumed.contains(&key.as_str()) && !self.values.is_empty();
        if is_assumed && operator.is_positive() { Known(true) } else { Unknown(self.foreign()) }
    }

    /// The operator; nothing for one that isn't known here, such as those on sets and dates.
    pub(super) fn operator(&self) -> Option<Operator> {
        let name = self.operator.strip_suffix("IfExists").unwrap_or(&self.operator);
        let (is_negative, has_wildcards, kind) = match name {
            "StringEquals" => (false, false, Kind::Text),
            "StringNotEquals" => (true, false, Kind::Text),
            "StringEqualsIgnoreCase" => (false, false, Kind::TextInAnyCase),
            "StringNotEqualsIgnoreCase" => (true, false, Kind::TextInAnyCase),
            "StringLike" => (false, true, Kind::Text),
            "StringNotLike" => (true, true, Kind::Text),
            // Both take wildcards.
            "ArnEquals" | "ArnLike" => (false, true, Kind::Arn),
            "ArnNotEquals" | "ArnNotLike" => (true, true, Kind::Arn),
            "IpAddress" => (false, false, Kind::Address),
            "NotIpAddress" => (true, false, Kind::Address),
            "Bool" => (false, false, Kind::Bool),
            "Null" => (false, false, Kind::Null),
            _ => return None,
        };
        Some(Operator { is_negative, has_wildcards, kind })
    }

    /// Why it isn't known whether it holds.
    pub(super) fn foreign(&self) -> Why {
        Why::NotEvaluated { construct: format!("the condition `{}` on `{}`", self.operator, self.key) }
    }

    fn compare(&self, operator: Operator, fact: &Fact) -> Maybe<bool> {
        let value = match operator.kind {
            Kind::Text | Kind::TextInAnyCase | Kind::Bool => fact.value,
            // The key is there.
            Kind::Null => "false",
            Kind::Arn | Kind::Address => return Unknown(self.foreign()),
        };
        let ignores_case = operator.kind != Kind::Text;
        let value = Text::exactly(&if ignores_case { value.to_lowercase() } else { value.to_owned() });
        let tokens: fn(&Text) -> Vec<Token<'_>> = if operator.has_wildcards { pattern } else { literal };
        let is_one = |listed: &Text| {
            let listed = if ignores_case { listed.lowercase() } else { listed.clone() };
            fits(&tokens(&listed), &literal(&value), [Quantifier::Each; 2], || listed.why())
        };
        let is_listed = self.values.iter().map(is_one).fold(Known(false), Maybe::or);
        is_listed.map(|is_listed| is_listed != operator.is_negative)
    }
}

impl Operator {
    /// Whether it demands that the key is there with a value that is listed, so that the value restricts.
    pub(super) fn is_positive(self) -> bool {
        !self.is_negative && self.kind != Kind::Null
    }
}

//! Evaluates the conditions of a policy for a request. The operators have the meaning that the IAM user guide
//! describes.

use super::glob::{Quantifier, Reading, Work, compare, literal, pattern};
use super::request::Key;
use super::{Condition, Request, Text};
use crate::value::{Known, Maybe, Unknown, Why};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    /// The prefix `ForAnyValue:` or `ForAllValues:`.
    pub(super) set: Option<Set>,
    /// True for the suffix `IfExists`: the condition holds for a request without the key.
    pub(super) if_exists: bool,
    /// True if the condition holds when the value is none of those listed.
    pub(super) is_negative: bool,
    /// True if `*` and `?` are wildcards.
    pub(super) has_wildcards: bool,
    pub(super) kind: Kind,
}

/// The operators for keys with several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    Any,
    All,
}

/// The type of the values that an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    TextInAnyCase,
    Arn,
    Bool,
    Number(Order),
    /// True if the key is absent.
    Null,
    /// IP addresses, dates and binary values.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// Parses an operator; `None` if IAM has no operator of this name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let sets = [("ForAnyValue:", Set::Any), ("ForAllValues:", Set::All)];
        let set = sets.into_iter().find_map(|(prefix, set)| Some((name.strip_prefix(prefix)?, set)));
        let (name, set) = set.map_or((name, None), |(name, set)| (name, Some(set)));
        let (name, if_exists) = name.strip_suffix("IfExists").map_or((name, false), |name| (name, true));
        let (is_negative, has_wildcards, kind) = match name {
            "StringEquals" => (false, false, Kind::Text),
            "StringNotEquals" => (true, false, Kind::Text),
            "StringEqualsIgnoreCase" => (false, false, Kind::TextInAnyCase),
            "StringNotEqualsIgnoreCase" => (true, false, Kind::TextInAnyCase),
            "StringLike" => (false, true, Kind::Text),
            "StringNotLike" => (true, true, Kind::Text),
            // Both accept wildcards.
            "ArnEquals" | "ArnLike" => (false, true, Kind::Arn),
            "ArnNotEquals" | "ArnNotLike" => (true, true, Kind::Arn),
            "Bool" => (false, false, Kind::Bool),
            "NumericEquals" => (false, false, Kind::Number(Order::Equal)),
            "NumericNotEquals" => (true, false, Kind::Number(Order::Equal)),
            "NumericLessThan" => (false, false, Kind::Number(Order::Less)),
            "NumericLessThanEquals" => (false, false, Kind::Number(Order::LessOrEqual)),
            "NumericGreaterThan" => (false, false, Kind::Number(Order::Greater)),
            "NumericGreaterThanEquals" => (false, false, Kind::Number(Order::GreaterOrEqual)),
            "Null" if !if_exists && set.is_none() => (false, false, Kind::Null),
            "IpAddress"
            | "BinaryEquals"
            | "DateEquals"
            | "DateLessThan"
            | "DateLessThanEquals"
            | "DateGreaterThan"
            | "DateGreaterThanEquals" => (false, false, Kind::Other),
            "NotIpAddress" | "DateNotEquals" => (true, false, Kind::Other),
            _ => return None,
        };
        Some(Self { set, if_exists, is_negative, has_wildcards, kind })
    }

    /// True if the condition requires the key to be present with one of the listed values, so that the values restrict
    /// access.
    pub(super) fn is_positive(self) -> bool {
        !self.is_negative && self.kind != Kind::Null && !self.if_exists && self.set != Some(Set::All)
    }

    /// True if the condition holds for a request without the key.
    fn holds_without_key(self) -> bool {
        match self.set {
            Some(Set::All) => true,
            Some(Set::Any) => self.if_exists,
            None => self.if_exists || self.is_negative,
        }
    }
}

impl Condition {
    /// Creates a condition that is entirely unknown.
    pub(super) fn open(why: &Why) -> Self {
        Self { operator: String::new(), key: String::new(), values: vec![Text::unknown(why)] }
    }

    /// True if the condition holds in a request.
    pub(super) fn holds(&self, request: &Request) -> Maybe<bool> {
        let key = request.key(&self.key.to_ascii_lowercase());
        match (self.operator(), key) {
            (None, _) | (_, None) => Unknown(self.foreign()),
            (Some(Operator { kind: Kind::Null, .. }), Some(key)) => self.is_null(*key == Key::Absent),
            (Some(operator), Some(Key::Absent)) => Known(operator.holds_without_key()),
            (Some(operator), Some(Key::Is(value))) => self.compare(operator, value, &request.work),
            (Some(operator), Some(Key::OneOf(values))) => {
                let mut answers =
                    values.iter().map(|value| self.compare(operator, &Text::exactly(value), &request.work));
                let first = answers.next().unwrap_or(Unknown(self.foreign()));
                if answers.all(|answer| answer == first) { first } else { Unknown(self.foreign()) }
            }
        }
    }

    /// The parsed operator; `None` if IAM has no such operator.
    pub(super) fn operator(&self) -> Option<Operator> {
        Operator::parse(&self.operator)
    }

    /// Returns the operator with wildcards under which a request would meet the condition, if that fixes it.
    pub fn wildcard_operator(&self, request: &Request) -> Option<String> {
        let operator = if self.key.eq_ignore_ascii_case("aws:SourceArn") { "ArnLike" } else { "StringLike" };
        let has_wildcard = self.values.iter().flat_map(Text::literals).any(|text| text.contains(['*', '?']));
        let name = self.operator.replace("StringEqualsIgnoreCase", operator).replace("StringEquals", operator);
        let changed = Self { operator: name, ..self.clone() };
        let helps = has_wildcard && changed.operator != self.operator && changed.holds(request) == Known(true);
        helps.then_some(changed.operator)
    }

    /// The reason why it is unknown whether the condition holds.
    pub(super) fn foreign(&self) -> Why {
        if let ("", [value]) = (self.operator.as_str(), self.values.as_slice()) {
            return value.why();
        }
        Why::NotEvaluated { construct: format!("the condition `{}` on `{}`", self.operator, self.key) }
    }

    /// The value `true` requires the key to be absent, `false` requires it to be present.
    fn is_null(&self, is_absent: bool) -> Maybe<bool> {
        let wanted = |value: &Text| match value.known() {
            Some(text) if text.eq_ignore_ascii_case("true") => Known(is_absent),
            Some(text) if text.eq_ignore_ascii_case("false") => Known(!is_absent),
            Some(_) => Known(false),
            None => Unknown(value.why()),
        };
        self.values.iter().map(wanted).fold(Known(false), Maybe::or)
    }

    fn compare(&self, operator: Operator, value: &Text, work: &Work) -> Maybe<bool> {
        let is_one = |listed: &Text| self.is_listed(operator, value, listed, work);
        let is_listed = self.values.iter().map(is_one).fold(Known(false), Maybe::or);
        is_listed.map(|is_listed| is_listed != operator.is_negative)
    }

    fn is_listed(&self, operator: Operator, value: &Text, listed: &Text, work: &Work) -> Maybe<bool> {
        match operator.kind {
            Kind::Text if operator.has_wildcards => matches(value, listed, pattern, work),
            Kind::Text => matches(value, listed, literal, work),
            Kind::TextInAnyCase | Kind::Bool => matches(&value.lowercase(), &listed.lowercase(), literal, work),
            Kind::Arn => matches_arn(value, listed, work),
            Kind::Number(order) => self.compares(order, value, listed),
            Kind::Null | Kind::Other => Unknown(self.foreign()),
        }
    }

    fn compares(&self, order: Order, value: &Text, listed: &Text) -> Maybe<bool> {
        let number = |text: &Text| text.known().and_then(|text| text.trim().parse::<f64>().ok());
        let (Some(value), Some(listed)) = (number(value), number(listed)) else { return Unknown(self.foreign()) };
        Known(match order {
            Order::Equal => value == listed,
            Order::Less => value < listed,
            Order::LessOrEqual => value <= listed,
            Order::Greater => value > listed,
            Order::GreaterOrEqual => value >= listed,
        })
    }
}

fn matches(value: &Text, listed: &Text, reading: Reading, work: &Work) -> Maybe<bool> {
    let why = || listed.doubt.clone().unwrap_or_else(|| value.why());
    compare([(listed, reading), (value, literal)], [Quantifier::Each; 2], why, work)
}

/// Matches an ARN with a pattern, field by field: a wildcard doesn't match across fields, except in the last one.
fn matches_arn(value: &Text, listed: &Text, work: &Work) -> Maybe<bool> {
    const FIELDS: usize = 6;
    let whole = matches(value, listed, pattern, work);
    if whole == Known(false) {
        return whole;
    }
    let split = |text: &Text| {
        let fields = text.split(':');
        let last = fields.iter().skip(FIELDS.saturating_sub(1)).cloned();
        let last = last.reduce(|before, field| before.then(&Text::exactly(":")).then(&field));
        fields.into_iter().take(FIELDS.saturating_sub(1)).chain(last).collect::<Vec<_>>()
    };
    let (fields, patterns) = (split(value), split(listed));
    match (fields.len(), patterns.len()) {
        (FIELDS, FIELDS) => {
            let pairs = fields.iter().zip(&patterns).map(|(field, pattern)| {
                // Any partition counts as the one in which the code is deployed.
                let is_partition =
                    |text: &Text| text.known().is_some_and(|text| super::glob::PARTITIONS.contains(&text));
                if is_partition(field) && is_partition(pattern) {
                    Known(true)
                } else {
                    matches(field, pattern, self::pattern, work)
                }
            });
            pairs.fold(whole, Maybe::and)
        }
        // The pattern has fewer fields; `*` alone is common.
        _ if listed.known() == Some("*") || listed.known().is_none() => whole,
        _ => whole.and_then(|matches| {
            let construct = "a pattern that isn't an ARN".to_owned();
            if matches { Unknown(Why::NotEvaluated { construct }) } else { Known(false) }
        }),
    }
}

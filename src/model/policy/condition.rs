//! Evaluates the conditions of a policy for a request. The operators have the meaning that the IAM user guide
//! describes.

use super::glob::{Interpretation, Quantifier, Work, compare, literal, pattern};
use super::request::ConditionKey;
use super::{Condition, PartialText, ServiceRequest};
use crate::value::{Known, Maybe, Reason, Unknown};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ConditionOperator {
    /// The prefix `ForAnyValue:` or `ForAllValues:`.
    pub(super) set: Option<Set>,
    /// True for the suffix `IfExists`: the condition holds for a request without the key.
    pub(super) if_exists: bool,
    /// True if the condition holds when the value is none of those listed.
    pub(super) is_negative: bool,
    /// True if `*` and `?` are wildcards.
    pub(super) has_wildcards: bool,
    pub(super) kind: OperatorKind,
}

/// The operators for keys with several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    Any,
    All,
}

/// The type of the values that an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OperatorKind {
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

impl ConditionOperator {
    /// Parses an operator; `None` if IAM has no operator of this name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let sets = [("ForAnyValue:", Set::Any), ("ForAllValues:", Set::All)];
        let set = sets.into_iter().find_map(|(prefix, set)| Some((name.strip_prefix(prefix)?, set)));
        let (name, set) = set.map_or((name, None), |(name, set)| (name, Some(set)));
        let (name, if_exists) = name.strip_suffix("IfExists").map_or((name, false), |name| (name, true));
        let (is_negative, has_wildcards, kind) = match name {
            "StringEquals" => (false, false, OperatorKind::Text),
            "StringNotEquals" => (true, false, OperatorKind::Text),
            "StringEqualsIgnoreCase" => (false, false, OperatorKind::TextInAnyCase),
            "StringNotEqualsIgnoreCase" => (true, false, OperatorKind::TextInAnyCase),
            "StringLike" => (false, true, OperatorKind::Text),
            "StringNotLike" => (true, true, OperatorKind::Text),
            // Both accept wildcards.
            "ArnEquals" | "ArnLike" => (false, true, OperatorKind::Arn),
            "ArnNotEquals" | "ArnNotLike" => (true, true, OperatorKind::Arn),
            "Bool" => (false, false, OperatorKind::Bool),
            "NumericEquals" => (false, false, OperatorKind::Number(Order::Equal)),
            "NumericNotEquals" => (true, false, OperatorKind::Number(Order::Equal)),
            "NumericLessThan" => (false, false, OperatorKind::Number(Order::Less)),
            "NumericLessThanEquals" => (false, false, OperatorKind::Number(Order::LessOrEqual)),
            "NumericGreaterThan" => (false, false, OperatorKind::Number(Order::Greater)),
            "NumericGreaterThanEquals" => (false, false, OperatorKind::Number(Order::GreaterOrEqual)),
            "Null" if !if_exists && set.is_none() => (false, false, OperatorKind::Null),
            "IpAddress"
            | "BinaryEquals"
            | "DateEquals"
            | "DateLessThan"
            | "DateLessThanEquals"
            | "DateGreaterThan"
            | "DateGreaterThanEquals" => (false, false, OperatorKind::Other),
            "NotIpAddress" | "DateNotEquals" => (true, false, OperatorKind::Other),
            _ => return None,
        };
        Some(Self { set, if_exists, is_negative, has_wildcards, kind })
    }

    /// True if the condition requires the key to be present with one of the listed values, so that the values restrict
    /// access.
    pub(super) fn is_positive(self) -> bool {
        !self.is_negative && self.kind != OperatorKind::Null && !self.if_exists && self.set != Some(Set::All)
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
    pub(super) fn entirely_unknown(why: &Reason) -> Self {
        Self { operator: String::new(), key: String::new(), values: vec![PartialText::unknown(why)] }
    }

    /// True if the condition holds in a request.
    pub(super) fn holds(&self, request: &ServiceRequest) -> Maybe<bool> {
        let key = request.key(&self.key.to_ascii_lowercase());
        match (self.operator(), key) {
            (None, _) | (_, None) => Unknown(self.unknown_reason()),
            (Some(ConditionOperator { kind: OperatorKind::Null, .. }), Some(key)) => {
                self.is_null(*key == ConditionKey::Absent)
            }
            (Some(operator), Some(ConditionKey::Absent)) => Known(operator.holds_without_key()),
            (Some(operator), Some(ConditionKey::Is(value))) => self.compare(operator, value, &request.work),
            (Some(operator), Some(ConditionKey::OneOf(values))) => {
                let mut answers =
                    values.iter().map(|value| self.compare(operator, &PartialText::exactly(value), &request.work));
                let first = answers.next().unwrap_or(Unknown(self.unknown_reason()));
                if answers.all(|answer| answer == first) { first } else { Unknown(self.unknown_reason()) }
            }
        }
    }

    /// The parsed operator; `None` if IAM has no such operator.
    pub(super) fn operator(&self) -> Option<ConditionOperator> {
        ConditionOperator::parse(&self.operator)
    }

    /// Returns the operator with wildcards under which a request would meet the condition, if that fixes it.
    pub fn wildcard_operator(&self, request: &ServiceRequest) -> Option<String> {
        let operator = if self.key.eq_ignore_ascii_case("aws:SourceArn") { "ArnLike" } else { "StringLike" };
        let has_wildcard = self.values.iter().flat_map(PartialText::literals).any(|text| text.contains(['*', '?']));
        let name = self.operator.replace("StringEqualsIgnoreCase", operator).replace("StringEquals", operator);
        let changed = Self { operator: name, ..self.clone() };
        let helps = has_wildcard && changed.operator != self.operator && changed.holds(request) == Known(true);
        helps.then_some(changed.operator)
    }

    /// The reason why it is unknown whether the condition holds.
    pub(super) fn unknown_reason(&self) -> Reason {
        if let ("", [value]) = (self.operator.as_str(), self.values.as_slice()) {
            return value.why();
        }
        Reason::NotEvaluated { construct: format!("the condition `{}` on `{}`", self.operator, self.key) }
    }

    /// The value `true` requires the key to be absent, `false` requires it to be present.
    fn is_null(&self, is_absent: bool) -> Maybe<bool> {
        let answers = self.values.iter().map(|value| match value.known() {
            Some(text) if text.eq_ignore_ascii_case("true") => Known(is_absent),
            Some(text) if text.eq_ignore_ascii_case("false") => Known(!is_absent),
            Some(_) => Known(false),
            None => Unknown(value.why()),
        });
        answers.fold(Known(false), Maybe::or)
    }

    fn compare(&self, operator: ConditionOperator, value: &PartialText, work: &Work) -> Maybe<bool> {
        let answers = self.values.iter().map(|listed| self.is_listed(operator, value, listed, work));
        let is_listed = answers.fold(Known(false), Maybe::or);
        is_listed.map(|is_listed| is_listed != operator.is_negative)
    }

    fn is_listed(
        &self,
        operator: ConditionOperator,
        value: &PartialText,
        listed: &PartialText,
        work: &Work,
    ) -> Maybe<bool> {
        match operator.kind {
            OperatorKind::Text if operator.has_wildcards => matches(value, listed, pattern, work),
            OperatorKind::Text => matches(value, listed, literal, work),
            OperatorKind::TextInAnyCase | OperatorKind::Bool => {
                matches(&value.lowercase(), &listed.lowercase(), literal, work)
            }
            OperatorKind::Arn => matches_arn(value, listed, work),
            OperatorKind::Number(order) => self.compares(order, value, listed),
            OperatorKind::Null | OperatorKind::Other => Unknown(self.unknown_reason()),
        }
    }

    fn compares(&self, order: Order, value: &PartialText, listed: &PartialText) -> Maybe<bool> {
        let (Some(value), Some(listed)) = (number(value), number(listed)) else {
            return Unknown(self.unknown_reason());
        };
        Known(match order {
            Order::Equal => value == listed,
            Order::Less => value < listed,
            Order::LessOrEqual => value <= listed,
            Order::Greater => value > listed,
            Order::GreaterOrEqual => value >= listed,
        })
    }
}

fn number(text: &PartialText) -> Option<f64> {
    text.known()?.trim().parse().ok()
}

fn matches(value: &PartialText, listed: &PartialText, reading: Interpretation, work: &Work) -> Maybe<bool> {
    compare(
        [(listed, reading), (value, literal)],
        [Quantifier::Each; 2],
        || listed.unknown_reason.clone().unwrap_or_else(|| value.why()),
        work,
    )
}

/// Matches an ARN with a pattern, field by field: a wildcard doesn't match across fields, except in the last one.
fn matches_arn(value: &PartialText, listed: &PartialText, work: &Work) -> Maybe<bool> {
    let whole = matches(value, listed, pattern, work);
    if whole == Known(false) {
        return whole;
    }
    let (fields, patterns) = (fields_of_arn(value), fields_of_arn(listed));
    match (fields.len(), patterns.len()) {
        (FIELDS, FIELDS) => {
            let pairs = fields.iter().zip(&patterns).map(|(field, pattern)| {
                // Any partition counts as the one in which the code is deployed.
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
            if matches { Unknown(Reason::NotEvaluated { construct }) } else { Known(false) }
        }),
    }
}

/// The number of fields in an ARN.
const FIELDS: usize = 6;

/// The fields of an ARN, of which the last one may contain colons.
fn fields_of_arn(text: &PartialText) -> Vec<PartialText> {
    let fields = text.split(':');
    let last = fields.iter().skip(FIELDS.saturating_sub(1)).cloned();
    let last = last.reduce(|before, field| before.then(&PartialText::exactly(":")).then(&field));
    fields.into_iter().take(FIELDS.saturating_sub(1)).chain(last).collect()
}

fn is_partition(text: &PartialText) -> bool {
    text.known().is_some_and(|text| super::glob::PARTITIONS.contains(&text))
}

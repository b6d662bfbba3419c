//! The values that the declaration of a parameter allows:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.

use std::collections::HashSet;

use regex::RegexBuilder;

use super::eval::is_filled_in;
use super::mapping::{self, scalar_text};
use super::symbols::is_final;
use crate::syntax::node::Mapping;
use crate::value::{Maybe, Reason, Unknown, alternatives};

/// The prefix of parameter types whose value is the name of a parameter in Systems Manager Parameter Store.
const STORED: &str = "AWS::SSM::Parameter::Value";

/// The values that a declaration allows.
#[derive(Default)]
pub(super) struct Allowed {
    /// In the order of the declaration, without duplicates; empty if all values are allowed.
    values: Vec<String>,
    known: HashSet<String>,
    /// True if `MinLength` or `AllowedPattern` excludes the empty text.
    is_never_empty: bool,
}

impl Allowed {
    /// Reads the allowed values of a declaration.
    pub(crate) fn of(declared: &Mapping) -> Self {
        let values = declared.get("AllowedValues").and_then(|entry| entry.value.as_sequence()).unwrap_or_default();
        let is_complete = !values.iter().any(|value| is_filled_in(value));
        let mut texts: Vec<String> =
            values.iter().filter(|_| is_complete).filter_map(|value| scalar_text(value)).collect();
        if texts.is_empty() {
            texts = matched(declared);
        }
        let accepted: Vec<String> = texts.iter().filter(|text| !is_over_limits(text, declared)).cloned().collect();
        // If the constraints reject all of them, no value can be deployed.
        Self {
            is_never_empty: refuses_empty(declared),
            ..Self::only(if accepted.is_empty() { texts } else { accepted })
        }
    }

    /// Allows these values only; allows any value if there are none.
    pub(crate) fn only(values: impl IntoIterator<Item = String>) -> Self {
        let mut known = HashSet::new();
        let values = values.into_iter().filter(|text| known.insert(text.clone())).collect();
        Self { values, known, is_never_empty: false }
    }

    /// The allowed values; empty if all values are allowed.
    pub(crate) fn values(&self) -> &[String] {
        &self.values
    }

    pub(super) fn is_any(&self) -> bool {
        self.values.is_empty()
    }

    /// True if a text is among the values.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.known.contains(text)
    }

    /// Marks an unknown text as not empty if the declaration excludes the empty text.
    pub(super) fn note_set(&self, text: Maybe<String>) -> Maybe<String> {
        match text {
            Unknown(why) if self.is_never_empty && !why.is_set() && !is_final(&why) => {
                Unknown(Reason::Composed { reference: why.symbol(), cause: Box::new(why) })
            }
            text => text,
        }
    }
}

/// The constraint that a value violates, as the start of a message that continues with `of` and the parameter's name.
pub(crate) fn broken(text: &str, declared: &Mapping) -> Option<String> {
    let is_list = is_list(kind(declared));
    let length = text.encode_utf16().count();
    if !is_list && limit(declared, "MinLength").is_some_and(|least: usize| length < least) {
        return Some("the value is shorter than the `MinLength`".to_owned());
    }
    if !is_list && limit(declared, "MaxLength").is_some_and(|most: usize| length > most) {
        return Some("the value is longer than the `MaxLength`".to_owned());
    }
    if let Ok(value) = text.trim().parse::<f64>() {
        if number(declared, "MinValue").is_some_and(|least| value < least) {
            return Some("the value is less than the `MinValue`".to_owned());
        }
        if number(declared, "MaxValue").is_some_and(|most| value > most) {
            return Some("the value is greater than the `MaxValue`".to_owned());
        }
    }
    let is_refused = !is_list && constraint(declared, "AllowedPattern").is_some_and(|pattern| is_other(text, &pattern));
    is_refused.then(|| "the value doesn't match the `AllowedPattern`".to_owned())
}

/// A value that a declaration without a default accepts, as an example; `None` if its constraints are too special.
pub(crate) fn example_value(declared: &Mapping) -> Option<String> {
    if let Some(first) = Allowed::of(declared).values().first() {
        return Some(first.clone());
    }
    if kind(declared) == "Number" {
        let least = constraint(declared, "MinValue").or_else(|| constraint(declared, "MaxValue"));
        return Some(least.unwrap_or_else(|| "1".to_owned()));
    }
    let has_constraints = ["MinLength", "MaxLength", "AllowedPattern"].iter().any(|key| declared.get(key).is_some());
    if !has_constraints {
        return None;
    }
    /// The longest text that an example has.
    const MAX_LENGTH: usize = 64;
    let least = limit(declared, "MinLength").unwrap_or(1).min(MAX_LENGTH);
    let most = limit(declared, "MaxLength").unwrap_or(MAX_LENGTH).max(1);
    let repeated = |text: &str| -> String { text.chars().cycle().take(least.max(text.len()).min(most)).collect() };
    let shown = EXAMPLES.iter().flat_map(|text| [(*text).to_owned(), repeated(text)]);
    shown.into_iter().find(|text| broken(text, declared).is_none())
}

/// Texts that the patterns of common parameters accept: names, account ids, ARNs, buckets and addresses.
const EXAMPLES: [&str; 9] = [
    "VALUE",
    "value",
    "value-1",
    "111122223333",
    "true",
    "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555",
    "arn:aws:s3:::value",
    "o-1111122222",
    "user@example.com",
];

fn limit(declared: &Mapping, key: &str) -> Option<usize> {
    constraint(declared, key)?.parse().ok()
}

fn number(declared: &Mapping, key: &str) -> Option<f64> {
    constraint(declared, key)?.trim().parse().ok()
}

/// The text of a constraint in the declaration of a parameter.
fn constraint(declared: &Mapping, key: &str) -> Option<String> {
    scalar_text(&declared.get(key)?.value)
}

/// True if a text certainly doesn't match a pattern. CloudFormation uses Java's regular expressions, in which named
/// character classes and line ends have other meanings than in this crate's.
fn is_other(text: &str, pattern: &str) -> bool {
    let is_same_in_java = text.chars().all(|c| c.is_ascii() && !c.is_ascii_control())
        && !["\\p", "\\P", "[:", "&&", "--", "~~"].iter().any(|other| pattern.contains(other));
    is_same_in_java && anchored(pattern).is_some_and(|pattern| !pattern.is_match(text))
}

/// The expression that matches whole texts only; `None` if it is too long or uses syntax that only Java supports.
fn anchored(pattern: &str) -> Option<regex::Regex> {
    const MAX_PATTERN: usize = 1_000;
    const MAX_SIZE: usize = 1 << 16;
    if pattern.len() > MAX_PATTERN {
        return None;
    }
    RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(MAX_SIZE).build().ok()
}

/// The `Type` of a parameter.
pub(super) fn kind(declared: &Mapping) -> &str {
    mapping::text(declared, "Type").unwrap_or("String")
}

/// True if the value of a parameter is the name of another in Parameter Store.
pub(crate) fn is_stored(declared: &Mapping) -> bool {
    kind(declared).starts_with(STORED)
}

pub(super) fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

/// True if a declaration excludes the empty text. A pattern must match the whole value.
fn refuses_empty(declared: &Mapping) -> bool {
    let length = constraint(declared, "MinLength").and_then(|length| length.parse::<u64>().ok());
    let has_length = length.is_some_and(|length| length > 0);
    let pattern = constraint(declared, "AllowedPattern").and_then(|pattern| anchored(&pattern));
    has_length || pattern.is_some_and(|pattern| !pattern.is_match(""))
}

/// True if a text violates the constraints of a declaration.
pub(super) fn is_over_limits(text: &str, declared: &Mapping) -> bool {
    let kind = kind(declared);
    let is_other = kind == "Number" && text.trim().parse::<f64>().is_err();
    !is_list(kind) && (is_other || broken(text, declared).is_some())
}

/// The texts that the pattern of a declaration matches, if it is a short list of alternatives.
fn matched(declared: &Mapping) -> Vec<String> {
    let pattern = constraint(declared, "AllowedPattern").filter(|pattern| anchored(pattern).is_some());
    let is_list = constraint(declared, "Type").is_some_and(|kind| is_list(&kind));
    let Some(pattern) = pattern.filter(|_| !is_list) else { return Vec::new() };
    let caches = [pattern.clone(), format!("^({pattern})$"), format!("^{pattern}$")];
    caches.iter().find_map(|pattern| alternatives::all(pattern)).unwrap_or_default()
}

//! Checks values against the constraints of a parameter, other than `AllowedValues`.
//!
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.

use regex::RegexBuilder;

use super::parameters::scalar_text;
use crate::syntax::node::Mapping;

/// The constraint that a value violates, as the start of a message that continues with `of` and the parameter's name.
pub(super) fn broken(text: &str, declared: &Mapping, is_list: bool) -> Option<String> {
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

fn limit(declared: &Mapping, key: &str) -> Option<usize> {
    constraint(declared, key)?.parse().ok()
}

fn number(declared: &Mapping, key: &str) -> Option<f64> {
    constraint(declared, key)?.trim().parse().ok()
}

/// The text of a constraint in the declaration of a parameter.
pub(super) fn constraint(declared: &Mapping, key: &str) -> Option<String> {
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
pub(super) fn anchored(pattern: &str) -> Option<regex::Regex> {
    const MAX_PATTERN: usize = 1_000;
    const MAX_SIZE: usize = 1 << 16;
    if pattern.len() > MAX_PATTERN {
        return None;
    }
    RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(MAX_SIZE).build().ok()
}

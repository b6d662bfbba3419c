//! Resolves the scalars of `yamldecode` as the module go-cty-yaml does.
//!
//! Source: <https://github.com/zclconf/go-cty-yaml>, and the results of `terraform console`.

use super::FunctionFailure;
use super::dates::CalendarDay;
use crate::formats::terraform::language::numbers::{LARGEST_EXACT, parse, show};
use crate::syntax::node::{Meaning, Scalar, ScalarStyle};
use crate::value::{Data, Known, Unknown};

/// The value of a scalar.
pub(super) fn scalar(scalar: &Scalar) -> Result<Data, FunctionFailure> {
    let text = scalar.text.as_str();
    match (scalar.meaning(), scalar.style) {
        (_, ScalarStyle::Quoted | ScalarStyle::Block) => Ok(Data::String(text.to_owned())),
        (Meaning::Null, ScalarStyle::Plain) => Ok(Data::Null),
        (Meaning::Bool(value), ScalarStyle::Plain) => Ok(Data::Bool(value)),
        (Meaning::Ambiguous, ScalarStyle::Plain) => Ok(Data::Bool(text.eq_ignore_ascii_case("y"))),
        (Meaning::Number(_) | Meaning::String, ScalarStyle::Plain) => plain(text),
    }
}

/// The key of a mapping as text; numbers and bools are converted.
pub(super) fn key(scalar: &Scalar) -> Result<String, FunctionFailure> {
    let text = scalar.text.as_str();
    if text == "<<" {
        return Err(FunctionFailure::not_evaluated("such a key"));
    }
    // An account id may have more digits than an exact number, and keeps all of them.
    let is_whole = scalar.style == ScalarStyle::Plain && !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    if is_whole {
        let significant = text.trim_start_matches('0');
        return Ok(if significant.is_empty() { "0" } else { significant }.to_owned());
    }
    match self::scalar(scalar)? {
        Data::String(text) => Ok(text),
        Data::Bool(value) => Ok(value.to_string()),
        Data::Number(number) => Ok(show(number)),
        Data::Null => Err(FunctionFailure::failed("a key of YAML must not be null")),
        Data::List(_) | Data::Object(_) => Err(FunctionFailure::not_evaluated("such a key")),
    }
}

/// A plain scalar that may be a number, a date or a string.
fn plain(text: &str) -> Result<Data, FunctionFailure> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Ok(Data::String(text.to_owned()));
    }
    if let Some(number) = of_other_base(text) {
        return Ok(Data::Number(number));
    }
    let is_long = text.len() > 12 && (text.starts_with("0x") || text.starts_with("0o"));
    if is_long {
        return Err(FunctionFailure::not_evaluated("such a number of YAML"));
    }
    if let Some((year, rest)) = text.split_once('-').filter(|(year, _)| year.len() == 4 && is_digits(year)) {
        return match rest.split_once('-').filter(|(month, day)| is_digits(month) && is_digits(day)) {
            Some((month, day)) => Ok(Data::String(date(text, year, month, day))),
            None if rest.contains([':', 'T', 't']) => Err(FunctionFailure::not_evaluated("such a time of YAML")),
            None => Ok(Data::String(text.to_owned())),
        };
    }
    let is_special = text.trim_start_matches(['+', '-']).trim_start_matches('.').to_ascii_lowercase();
    if matches!(is_special.as_str(), "inf" | "nan" | "infinity") {
        return Err(FunctionFailure::not_evaluated("such a number of YAML"));
    }
    match parse(text) {
        Some(_) => number(text),
        None => Ok(Data::String(text.to_owned())),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Converts a date to a timestamp at midnight. An invalid date remains a text.
fn date(text: &str, year: &str, month: &str, day: &str) -> String {
    let is_short = month.len() <= 2 && day.len() <= 2;
    calendar_day(year, month, day)
        .filter(|_| is_short)
        .map_or_else(|| text.to_owned(), |date| format!("{date}T00:00:00Z"))
}

fn calendar_day(year: &str, month: &str, day: &str) -> Option<CalendarDay> {
    CalendarDay::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// `0x1F` and `0o17`.
fn of_other_base(text: &str) -> Option<f64> {
    let (digits, base) = match (text.strip_prefix("0x"), text.strip_prefix("0o")) {
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) => (digits, 8),
        (None, None) => return None,
    };
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let number = u64::from_str_radix(digits, base).ok().filter(|_| is_plain)? as f64;
    Some(number).filter(|number| *number <= LARGEST_EXACT)
}

/// A decimal number, if it can be represented exactly.
pub(super) fn number(text: &str) -> Result<Data, FunctionFailure> {
    match parse(text) {
        Some(Known(number)) => Ok(Data::Number(number)),
        Some(Unknown(why)) => Err(why.into()),
        None => Err(FunctionFailure::not_evaluated("such a number")),
    }
}

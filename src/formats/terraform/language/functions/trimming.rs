//! Functions that remove characters from the ends of a string.

use super::{EvaluatedCall, FunctionOutcome, FunctionResult};

/// Removes any of the given characters from both ends.
pub(super) fn trim(call: &EvaluatedCall<'_>) -> FunctionResult {
    let (text, characters) = (call.string(0)?, call.string(1)?);
    FunctionOutcome::string(text.trim_matches(|c| characters.contains(c)))
}

/// Removes white space from both ends.
pub(super) fn trimspace(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::string(call.string(0)?.trim())
}

pub(super) fn trimprefix(call: &EvaluatedCall<'_>) -> FunctionResult {
    let (text, prefix) = (call.string(0)?, call.string(1)?);
    FunctionOutcome::string(text.strip_prefix(prefix.as_str()).unwrap_or(&text))
}

pub(super) fn trimsuffix(call: &EvaluatedCall<'_>) -> FunctionResult {
    let (text, suffix) = (call.string(0)?, call.string(1)?);
    FunctionOutcome::string(text.strip_suffix(suffix.as_str()).unwrap_or(&text))
}

/// Removes line ends from the end.
pub(super) fn chomp(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::string(call.string(0)?.trim_end_matches(['\r', '\n']))
}

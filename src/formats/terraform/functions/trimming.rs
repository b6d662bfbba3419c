//! Functions that take something off a string.

use super::{Call, Given, Outcome};

/// Without certain characters at either end.
pub(super) fn trim(call: &Call<'_>) -> Outcome {
    let (text, characters) = (call.string(0)?, call.string(1)?);
    Given::string(text.trim_matches(|c| characters.contains(c)))
}

/// Without white space at either end.
pub(super) fn trimspace(call: &Call<'_>) -> Outcome {
    Given::string(call.string(0)?.trim())
}

/// Without this beginning.
pub(super) fn trimprefix(call: &Call<'_>) -> Outcome {
    let (text, prefix) = (call.string(0)?, call.string(1)?);
    Given::string(text.strip_prefix(prefix.as_str()).unwrap_or(&text))
}

/// Without this end.
pub(super) fn trimsuffix(call: &Call<'_>) -> Outcome {
    let (text, suffix) = (call.string(0)?, call.string(1)?);
    Given::string(text.strip_suffix(suffix.as_str()).unwrap_or(&text))
}

/// Without line ends at the end.
pub(super) fn chomp(call: &Call<'_>) -> Outcome {
    Given::string(call.string(0)?.trim_end_matches(['\r', '\n']))
}

//! Functions that remove characters from the ends of a string.

use super::{Call, Given, Outcome};

/// Removes any of the given characters from both ends.
pub(super) fn trim(call: &Call<'_>) -> Outcome {
    let (text, characters) = (call.string(0)?, call.string(1)?);
    Given::string(text.trim_matches(|c| characters.contains(c)))
}

/// Removes white space from both ends.
pub(super) fn trimspace(call: &Call<'_>) -> Outcome {
    Given::string(call.string(0)?.trim())
}

pub(super) fn trimprefix(call: &Call<'_>) -> Outcome {
    let (text, prefix) = (call.string(0)?, call.string(1)?);
    Given::string(text.strip_prefix(prefix.as_str()).unwrap_or(&text))
}

pub(super) fn trimsuffix(call: &Call<'_>) -> Outcome {
    let (text, suffix) = (call.string(0)?, call.string(1)?);
    Given::string(text.strip_suffix(suffix.as_str()).unwrap_or(&text))
}

/// Removes line ends from the end.
pub(super) fn chomp(call: &Call<'_>) -> Outcome {
    Given::string(call.string(0)?.trim_end_matches(['\r', '\n']))
}

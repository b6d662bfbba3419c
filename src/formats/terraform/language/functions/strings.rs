//! Functions of strings and paths.

use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult, MAX_ELEMENTS, MAX_STRING};
use crate::value::ListKind;

/// The maximum indentation, in spaces.
const MAX_INDENT: usize = 1024;

pub(super) fn upper(call: &EvaluatedCall<'_>) -> FunctionResult {
    mapped(&call.string(0)?, upper_character)
}

pub(super) fn lower(call: &EvaluatedCall<'_>) -> FunctionResult {
    mapped(&call.string(0)?, |c| only(c.to_lowercase()))
}

/// Converts the first letter of each word to upper case.
pub(super) fn title(call: &EvaluatedCall<'_>) -> FunctionResult {
    let mut is_start = true;
    mapped(&call.string(0)?, |c| {
        let is_first = std::mem::replace(&mut is_start, !c.is_alphanumeric() && c != '_');
        // The word separators beyond ASCII are less certain.
        if !c.is_ascii() && !c.is_alphabetic() {
            return None;
        }
        if is_first { upper_character(c) } else { Some(c) }
    })
}

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

fn upper_character(c: char) -> Option<char> {
    // Go doesn't convert it.
    if c == 'ß' { Some(c) } else { only(c.to_uppercase()) }
}

fn only(mut characters: impl ExactSizeIterator<Item = char>) -> Option<char> {
    if characters.len() == 1 { characters.next() } else { None }
}

/// Maps each character to one character, as Go does. The result is unknown where Unicode maps a character to several.
fn mapped(text: &str, map: impl FnMut(char) -> Option<char>) -> FunctionResult {
    match text.chars().map(map).collect::<Option<String>>() {
        Some(text) => FunctionOutcome::string(text),
        None => Err(FunctionFailure::not_evaluated("the case of such characters")),
    }
}

/// The grapheme clusters of a text, which consist of one character each in the supported ranges of Unicode.
pub(super) fn characters(text: &str) -> Result<Vec<&str>, FunctionFailure> {
    if !text.chars().all(is_simple) {
        return Err(FunctionFailure::not_evaluated("the length of text with such characters"));
    }
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("\r\n") { 2 } else { first.len_utf8() };
        let Some((part, others)) = rest.split_at_checked(length) else { break };
        parts.push(part);
        rest = others;
    }
    Ok(parts)
}

fn is_simple(c: char) -> bool {
    c.is_ascii()
        || matches!(c, '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{370}'..='\u{482}')
        || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{1f400}'..='\u{1f64f}' | '\u{20000}'..='\u{2a6df}')
}

/// The characters in reverse order.
pub(super) fn strrev(call: &EvaluatedCall<'_>) -> FunctionResult {
    let text = call.string(0)?;
    FunctionOutcome::string(characters(&text)?.into_iter().rev().collect::<String>())
}

/// Characters by offset and length; a negative offset counts from the end.
pub(super) fn substr(call: &EvaluatedCall<'_>) -> FunctionResult {
    let text = call.string(0)?;
    let (offset, length) = (call.integer(1)?, call.integer(2)?);
    let characters = characters(&text)?;
    let count = i64::try_from(characters.len()).unwrap_or(i64::MAX);
    if offset < 0 && (length == 0 || offset.saturating_add(count) < 0) {
        return Err(FunctionFailure::not_evaluated("`substr` with such numbers"));
    }
    let start = if offset < 0 { offset.saturating_add(count) } else { offset };
    let after = characters.into_iter().skip(usize::try_from(start).unwrap_or(usize::MAX));
    // A negative length selects the rest of the text.
    FunctionOutcome::string(after.take(usize::try_from(length).unwrap_or(usize::MAX)).collect::<String>())
}

/// Inserts spaces after each line feed.
pub(super) fn indent(call: &EvaluatedCall<'_>) -> FunctionResult {
    let spaces =
        usize::try_from(call.integer(0)?).map_err(|_| FunctionFailure::failed("the indent must not be negative"))?;
    let text = call.string(1)?;
    let lines = text.matches('\n').count();
    if spaces > MAX_INDENT || lines.saturating_mul(spaces) > MAX_STRING {
        return Err(FunctionFailure::too_long());
    }
    FunctionOutcome::string(text.replace('\n', &format!("\n{}", " ".repeat(spaces))))
}

/// The strings of all lists, with a separator between them.
pub(super) fn join(call: &EvaluatedCall<'_>) -> FunctionResult {
    let separator = call.string(0)?;
    if call.arguments.len() < 2 {
        return Err(FunctionFailure::failed("a list is required"));
    }
    let mut texts = Vec::new();
    for at in 1..call.arguments.len() {
        for text in call.known_strings(at)? {
            texts.push(text.ok_or_else(|| FunctionFailure::failed("null can't be joined"))?);
        }
    }
    let length = texts.iter().map(|text| text.len().saturating_add(separator.len())).fold(0, usize::saturating_add);
    if length > MAX_STRING.saturating_add(separator.len()) {
        return Err(FunctionFailure::too_long());
    }
    FunctionOutcome::string(texts.join(&separator))
}

/// The parts between separators, or all characters if the separator is empty.
pub(super) fn split(call: &EvaluatedCall<'_>) -> FunctionResult {
    let (separator, text) = (call.string(0)?, call.string(1)?);
    let limit = MAX_ELEMENTS.saturating_add(1);
    let parts: Vec<String> = if separator.is_empty() {
        text.chars().take(limit).map(String::from).collect()
    } else {
        text.split(separator.as_str()).take(limit).map(str::to_owned).collect()
    };
    FunctionOutcome::list(ListKind::List, call.strings(parts))
}

pub(super) fn startswith(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::bool(call.string(0)?.starts_with(&call.string(1)?))
}

pub(super) fn endswith(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::bool(call.string(0)?.ends_with(&call.string(1)?))
}

pub(super) fn strcontains(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::bool(call.string(0)?.contains(&call.string(1)?))
}

/// The last element of a path, without trailing slashes.
pub(super) fn basename(call: &EvaluatedCall<'_>) -> FunctionResult {
    let path = call.string(0)?;
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit('/').next() {
        _ if path.is_empty() => FunctionOutcome::string("."),
        Some("") | None => FunctionOutcome::string("/"),
        Some(name) => FunctionOutcome::string(name),
    }
}

/// A path without its last element, and without `.` and redundant `..`.
pub(super) fn dirname(call: &EvaluatedCall<'_>) -> FunctionResult {
    let path = call.string(0)?;
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut elements: Vec<&str> = Vec::new();
    let is_absolute = path.starts_with('/');
    for element in directory.split('/').filter(|element| !matches!(*element, "" | ".")) {
        let can_go_up = elements.last().is_some_and(|last| *last != "..");
        match element {
            ".." if can_go_up => drop(elements.pop()),
            ".." if is_absolute => {}
            element => elements.push(element),
        }
    }
    let joined = elements.join("/");
    match (is_absolute, joined.is_empty()) {
        (true, _) => FunctionOutcome::string(format!("/{joined}")),
        (false, true) => FunctionOutcome::string("."),
        (false, false) => FunctionOutcome::string(joined),
    }
}

/// An absolute path without `.`, `..` and repeated slashes.
pub(super) fn abspath(call: &EvaluatedCall<'_>) -> FunctionResult {
    let path = call.string(0)?;
    if !path.starts_with('/') {
        return Err(FunctionFailure::not_evaluated("the directory in which Terraform runs"));
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    FunctionOutcome::string(format!("/{}", parts.join("/")))
}

/// An unchanged path, unless it begins with the home directory.
pub(super) fn pathexpand(call: &EvaluatedCall<'_>) -> FunctionResult {
    match call.string(0)? {
        path if path.starts_with('~') => Err(FunctionFailure::not_evaluated("the home directory")),
        path => FunctionOutcome::string(path),
    }
}

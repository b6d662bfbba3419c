//! Regular expressions, evaluated with the crate `regex`, which only this file uses.
//!
//! The crate's syntax differs from Go's in a few points; a pattern that uses them isn't evaluated.

use ::regex::{Captures, Regex, RegexBuilder};

use super::dialect::is_common;
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult, MAX_ELEMENTS, MAX_STRING};
use crate::value::{Data, List, ListKind, Object};

/// The maximum size of a compiled pattern, in bytes.
const MAX_PROGRAM: usize = 1024 * 1024;

/// The maximum product of the sizes of a compiled pattern and a text, which bounds the time of a match.
const MAX_WORK: usize = 1 << 31;

/// The size limits with which a pattern is compiled in turn, so that a small pattern is charged little.
const SIZES: [usize; 5] = [1 << 12, 1 << 14, 1 << 16, 1 << 18, MAX_PROGRAM];

/// The bytes of a compiled pattern that are compiled per step.
const BYTES_PER_STEP: usize = 64;

/// The product of the sizes of a compiled pattern and a text that is matched per step.
const WORK_PER_STEP: usize = 1 << 17;

/// The maximum length in bytes of a text in which all matches are searched, which may take quadratic time.
const MAX_TEXT: usize = 8 * 1024;

/// The first match: its text, or its captured groups.
pub(super) fn regex(call: &EvaluatedCall<'_>) -> FunctionResult {
    let text = call.string(1)?;
    let pattern = compile(call, &call.string(0)?, &text)?;
    let groups = Groups::of(&pattern)?;
    match pattern.captures(&text) {
        Some(captures) => Ok(FunctionOutcome::Computed(groups.data(call, &captures))),
        None => Err(FunctionFailure::failed("the pattern doesn't match")),
    }
}

/// All matches.
pub(super) fn regexall(call: &EvaluatedCall<'_>) -> FunctionResult {
    let text = call.string(1)?;
    let pattern = compile(call, &call.string(0)?, &text)?;
    let groups = Groups::of(&pattern)?;
    let mut items = Vec::new();
    check_length(&text)?;
    for captures in pattern.captures_iter(&text) {
        if items.len() >= MAX_ELEMENTS {
            return Err(FunctionFailure::too_many());
        }
        items.push(call.computed(groups.data(call, &captures)));
    }
    FunctionOutcome::list(ListKind::List, items)
}

/// Replaces every occurrence of a text, or of a pattern between slashes.
pub(super) fn replace(call: &EvaluatedCall<'_>) -> FunctionResult {
    let (text, wanted, replacement) = (call.string(0)?, call.string(1)?, call.string(2)?);
    let pattern_text = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern_text) = pattern_text else {
        let count = text.matches(wanted.as_str()).count();
        check_growth(&text, count, &replacement)?;
        return FunctionOutcome::string(text.replace(&wanted, &replacement));
    };
    let pattern = compile(call, pattern_text, &text)?;
    check_length(&text)?;
    check_growth(&text, pattern.find_iter(&text).count(), &replacement)?;
    // The texts of a reference are at most all the matches, which are parts of the text.
    check_growth(&text, replacement.matches('$').count(), &text)?;
    if !replacement.is_ascii() && replacement.contains('$') {
        return Err(FunctionFailure::not_evaluated("such a replacement"));
    }
    FunctionOutcome::string(pattern.replace_all(&text, replacement.as_str()).into_owned())
}

fn check_length(text: &str) -> Result<(), FunctionFailure> {
    if text.len() > MAX_TEXT { Err(FunctionFailure::too_long()) } else { Ok(()) }
}

fn check_growth(text: &str, count: usize, addition: &str) -> Result<(), FunctionFailure> {
    let length = count.saturating_mul(addition.len()).saturating_add(text.len());
    if length > MAX_STRING { Err(FunctionFailure::too_long()) } else { Ok(()) }
}

/// Compiles a Go pattern for a text.
fn compile(call: &EvaluatedCall<'_>, pattern: &str, text: &str) -> Result<Regex, FunctionFailure> {
    // In the crate, classes such as `\w` and case folding include non-ASCII characters, but not in Go.
    let is_ascii = text.is_ascii() && !text.contains('\u{b}');
    let needs_ascii = pattern.contains('\\') || pattern.contains("(?") || pattern.contains("[:");
    if !is_common(pattern) || (needs_ascii && !is_ascii) {
        return Err(not_evaluated());
    }
    let largest = MAX_WORK.checked_div(text.len()).map_or(MAX_PROGRAM, |size| size.min(MAX_PROGRAM));
    for size in SIZES.map(|size| size.min(largest)) {
        call.charge(size, BYTES_PER_STEP);
        if let Ok(built) = RegexBuilder::new(pattern).size_limit(size).dfa_size_limit(MAX_PROGRAM).build() {
            call.charge(size.saturating_mul(text.len()), WORK_PER_STEP);
            return Ok(built);
        }
    }
    // One of the two may accept a pattern that the other rejects.
    Err(not_evaluated())
}

fn not_evaluated() -> FunctionFailure {
    FunctionFailure::not_evaluated("such a regular expression")
}

/// The groups of a pattern, which are either all named or all unnamed.
enum Groups {
    /// No groups, so that the result is the whole match.
    None,
    Numbered,
    Named(Vec<String>),
}

impl Groups {
    fn of(pattern: &Regex) -> Result<Self, FunctionFailure> {
        let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
        if names.is_empty() {
            Ok(Self::None)
        } else if names.iter().all(Option::is_none) {
            Ok(Self::Numbered)
        } else {
            let names: Option<Vec<String>> = names.into_iter().map(|name| name.map(str::to_owned)).collect();
            names.map(Self::Named).ok_or_else(|| FunctionFailure::failed("either all groups have names or none"))
        }
    }

    fn data(&self, call: &EvaluatedCall<'_>, captures: &Captures<'_>) -> Data {
        let whole = captures.get(0).map_or("", |found| found.as_str());
        let mut groups = captures
            .iter()
            .skip(1)
            .map(|group| call.computed(group.map_or(Data::Null, |found| Data::String(found.as_str().to_owned()))));
        match self {
            Self::None => Data::String(whole.to_owned()),
            Self::Numbered => Data::List(List { kind: ListKind::Tuple, items: groups.collect() }),
            Self::Named(names) => {
                let mut fields = Vec::new();
                for name in names {
                    let group = groups.next().unwrap_or_else(|| call.computed(Data::Null));
                    fields.push(call.field(name.clone(), group));
                }
                Data::Object(Object::new(call.span, fields))
            }
        }
    }
}

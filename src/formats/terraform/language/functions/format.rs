//! `format` and `formatlist`.

use super::arguments::require_known;
use super::format_verbs::{FormatPiece, VerbArgument, pieces};
use super::json::json;
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult, MAX_ELEMENTS, MAX_STRING};
use crate::formats::terraform::language::unknowns::computed;
use crate::value::{Data, Known, List, ListKind, Traced, Unknown};

/// The maximum size of the JSON of a value that `formatlist` repeats, in bytes over all rows.
const MAX_REPEATED: usize = 16 * MAX_STRING;

/// The bytes of a format and of its result that are processed per step.
const BYTES_PER_STEP: usize = 128;

/// The fixed cost of a text in addition to its length, in bytes.
const BYTES_OF_ROW: usize = 128;

/// A format with its verbs replaced by the values.
pub(super) fn format(call: &EvaluatedCall<'_>) -> FunctionResult {
    let spec = call.string(0)?;
    let values: Vec<&Traced<Data>> = call.arguments.iter().skip(1).collect();
    FunctionOutcome::string(formatted(call, &spec, &values)?)
}

/// Like [`format()`], for each element of the lists; other values are repeated.
pub(super) fn formatlist(call: &EvaluatedCall<'_>) -> FunctionResult {
    let spec = call.string(0)?;
    let values = call.arguments.get(1..).unwrap_or_default();
    let Some(count) = common_length(values)? else {
        let all: Vec<&Traced<Data>> = values.iter().collect();
        return FunctionOutcome::list(ListKind::List, call.strings([formatted(call, &spec, &all)?]));
    };
    check_repeated(values, count)?;
    let mut texts = Vec::new();
    let mut length = 0_usize;
    for at in 0..count {
        let row: Vec<&Traced<Data>> = values.iter().filter_map(|value| element(value, at)).collect();
        let text = match formatted(call, &spec, &row) {
            Ok(text) => call.computed(Data::String(text)),
            Err(FunctionFailure::Unknown(why)) => {
                let why = computed(why, &spec, &row);
                Traced { value: Unknown(why), ..call.computed(Data::Null) }
            }
            Err(stop @ FunctionFailure::Failed(_)) => return Err(stop),
        };
        if let Known(Data::String(text)) = &text.value {
            length = length.saturating_add(text.len());
        }
        if length > MAX_STRING || texts.len() >= MAX_ELEMENTS {
            return Err(FunctionFailure::too_long());
        }
        texts.push(text);
    }
    FunctionOutcome::list(ListKind::List, texts)
}

/// The length of the lists among the values; `None` if there is no list.
fn common_length(values: &[Traced<Data>]) -> Result<Option<usize>, FunctionFailure> {
    let mut common = None;
    for value in values {
        let length = match &value.value {
            // It may be a list of any length.
            Unknown(why) => return Err(why.clone().into()),
            Known(Data::List(list)) => ordered_length(list)?,
            Known(_) => continue,
        };
        if common.is_some_and(|common| common != length) {
            return Err(FunctionFailure::failed("the lists differ in length"));
        }
        common = Some(length);
    }
    Ok(common)
}

/// Values that aren't lists are formatted again for each row.
fn check_repeated(values: &[Traced<Data>], count: usize) -> Result<(), FunctionFailure> {
    for value in values.iter().filter(|value| !matches!(value.value, Known(Data::List(_)))) {
        if json(value)?.len().saturating_mul(count) > MAX_REPEATED {
            return Err(FunctionFailure::too_long());
        }
    }
    Ok(())
}

fn ordered_length(list: &List) -> Result<usize, FunctionFailure> {
    if list.kind == ListKind::Set && list.items.len() > 1 {
        list.items.iter().try_for_each(require_known)?;
    }
    Ok(list.items.len())
}

fn element(value: &Traced<Data>, at: usize) -> Option<&Traced<Data>> {
    match &value.value {
        Known(Data::List(list)) => list.items.get(at),
        Known(_) | Unknown(_) => Some(value),
    }
}

fn formatted(call: &EvaluatedCall<'_>, spec: &str, values: &[&Traced<Data>]) -> Result<String, FunctionFailure> {
    values.iter().try_for_each(|value| require_known(value))?;
    let mut text = String::new();
    let (mut next, mut used) = (0_usize, 0_usize);
    for piece in pieces(spec)? {
        match piece {
            FormatPiece::Text(part) => text.push_str(part),
            FormatPiece::Verb(verb) => {
                let at = match verb.argument {
                    VerbArgument::Next => next,
                    VerbArgument::Numbered(at) => at,
                };
                let Some(value) = values.get(at) else {
                    return Err(FunctionFailure::failed("there are not enough arguments"));
                };
                text.push_str(&verb.show(value)?);
                next = at.saturating_add(1);
                used = used.max(next);
            }
        }
        if text.len() > MAX_STRING {
            return Err(FunctionFailure::too_long());
        }
    }
    call.charge(spec.len().saturating_add(text.len()).saturating_add(BYTES_OF_ROW), BYTES_PER_STEP);
    if used < values.len() { Err(FunctionFailure::failed("there are too many arguments")) } else { Ok(text) }
}

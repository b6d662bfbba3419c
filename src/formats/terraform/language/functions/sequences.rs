//! Functions that create, order and split lists.

use super::arguments::{require_known, text};
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};
use crate::formats::terraform::language::numbers;
use crate::formats::terraform::language::sets::KnownElements;
use crate::formats::terraform::language::types::{Type, convert, type_of, unify};
use crate::value::{Data, List, ListKind};

/// The maximum length of a `range`, the same as Terraform's.
const MAX_RANGE: usize = 1024;

/// The numbers from a start up to, but not including, an end.
pub(super) fn range(call: &EvaluatedCall<'_>) -> FunctionResult {
    let numbers: Vec<f64> = (0..call.arguments.len()).map(|at| call.number(at)).collect::<Result<_, _>>()?;
    let (start, end, step) = match numbers.as_slice() {
        [end] => (0.0, *end, if *end < 0.0 { -1.0 } else { 1.0 }),
        [start, end] => (*start, *end, if end < start { -1.0 } else { 1.0 }),
        [start, end, step] => (*start, *end, *step),
        _ => return Err(FunctionFailure::failed("one, two or three numbers are required")),
    };
    if (step < 0.0 && end > start) || (step >= 0.0 && end < start) {
        return Err(FunctionFailure::failed("the step doesn't lead from the start to the end"));
    }
    let steps = steps(start, end, step)?;
    FunctionOutcome::list(ListKind::List, steps.into_iter().map(|number| call.computed(Data::Number(number))).collect())
}

fn steps(start: f64, end: f64, step: f64) -> Result<Vec<f64>, FunctionFailure> {
    let mut steps = Vec::new();
    let mut number = start;
    while if step < 0.0 { number > end } else { number < end } {
        if steps.len() >= MAX_RANGE {
            return Err(FunctionFailure::failed("the range has more than 1024 numbers"));
        }
        steps.push(number);
        // With a step of zero, the loop ends at the limit.
        number =
            numbers::add(number, step).ok_or_else(|| FunctionFailure::not_evaluated("`range` with such numbers"))?;
    }
    Ok(steps)
}

pub(super) fn reverse(call: &EvaluatedCall<'_>) -> FunctionResult {
    let list = call.sequence(0)?;
    if list.kind == ListKind::Tuple {
        let mut items = call.members(0, &list.items)?;
        items.reverse();
        return FunctionOutcome::list(ListKind::Tuple, items);
    }
    let mut items = call.list(0, Type::Any)?;
    items.reverse();
    FunctionOutcome::list(ListKind::List, items)
}

/// The elements from a start index up to, but not including, an end index.
pub(super) fn slice(call: &EvaluatedCall<'_>) -> FunctionResult {
    let List { kind, items } = call.ordered(0)?;
    let (start, end) = (usize::try_from(call.integer(1)?), usize::try_from(call.integer(2)?));
    let items = call.members(0, items)?;
    match start.ok().zip(end.ok()).and_then(|(start, end)| items.get(start..end)) {
        Some(items) => FunctionOutcome::list(*kind, items.to_vec()),
        None => Err(FunctionFailure::failed("the list has too few elements")),
    }
}

/// Strings sorted by their code points.
pub(super) fn sort(call: &EvaluatedCall<'_>) -> FunctionResult {
    let mut keyed = Vec::new();
    for item in call.list(0, Type::String)? {
        let Some(text) = text(&item)? else { return Err(FunctionFailure::failed("null can't be sorted")) };
        keyed.push((text, item));
    }
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    FunctionOutcome::list(ListKind::List, keyed.into_iter().map(|(_, item)| item).collect())
}

/// Lists of the given size; the last one may be shorter.
pub(super) fn chunklist(call: &EvaluatedCall<'_>) -> FunctionResult {
    let items = call.list(0, Type::Any)?;
    let size =
        usize::try_from(call.integer(1)?).map_err(|_| FunctionFailure::failed("the size must not be negative"))?;
    let size = if size == 0 { items.len() } else { size };
    let chunks = items.chunks(size.max(1));
    let lists = chunks.map(|items| call.computed(Data::List(List { kind: ListKind::List, items: items.to_vec() })));
    FunctionOutcome::list(ListKind::List, lists.collect())
}

/// The values whose keys, at the same index, are in the third list.
pub(super) fn matchkeys(call: &EvaluatedCall<'_>) -> FunctionResult {
    let values = call.list(0, Type::Any)?;
    let keys = call.list(1, Type::Any)?;
    if values.len() != keys.len() {
        return Err(FunctionFailure::failed("there must be as many keys as values"));
    }
    let lists = [keys, call.list(2, Type::Any)?];
    let common = unify(lists.iter().flatten().map(type_of).collect())?;
    lists.iter().flatten().try_for_each(require_known)?;
    let [keys, wanted] = lists.map(|list| list.into_iter().map(|item| convert(item, &common)));
    let mut members = KnownElements::default();
    for item in wanted {
        members.insert(&item);
    }
    let matching = values.into_iter().zip(keys).filter(|(_, key)| members.contains(key));
    FunctionOutcome::list(ListKind::List, matching.map(|(value, _)| value).collect())
}

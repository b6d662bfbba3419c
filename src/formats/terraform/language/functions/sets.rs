//! Set functions.

use super::arguments::require_known;
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult, MAX_ELEMENTS};
use crate::formats::terraform::language::sets::{self, KnownElements};
use crate::formats::terraform::language::types::{Type, convert, type_of, unify};
use crate::value::{Data, List, ListKind, Traced};

/// The elements of any of the sets.
pub(super) fn setunion(call: &EvaluatedCall<'_>) -> FunctionResult {
    made(arguments(call)?.concat())
}

/// The elements of all of the sets.
pub(super) fn setintersection(call: &EvaluatedCall<'_>) -> FunctionResult {
    combined(call, |is_in_others| is_in_others.iter().all(|is_in| *is_in))
}

/// The elements of the first set that the second doesn't have.
pub(super) fn setsubtract(call: &EvaluatedCall<'_>) -> FunctionResult {
    combined(call, |is_in_others| !is_in_others.iter().any(|is_in| *is_in))
}

/// The elements of the first set for which `is_kept` returns true, given the membership in each other set.
fn combined(call: &EvaluatedCall<'_>, is_kept: impl Fn(&[bool]) -> bool) -> FunctionResult {
    let mut sets = arguments(call)?;
    sets.iter().flatten().try_for_each(require_known)?;
    let mut kept = sets.remove(0);
    let others: Vec<KnownElements> = sets.iter().map(|set| members(set)).collect();

    kept.retain(|item| is_kept(&others.iter().map(|other| other.contains(item)).collect::<Vec<_>>()));
    made(kept)
}

fn members(set: &[Traced<Data>]) -> KnownElements {
    let mut members = KnownElements::default();
    for item in set {
        members.insert(item);
    }
    members
}

/// The elements of each argument, converted to the common type of all.
fn arguments(call: &EvaluatedCall<'_>) -> Result<Vec<Vec<Traced<Data>>>, FunctionFailure> {
    let set = Type::Set(Box::new(Type::Any));
    let mut sets = Vec::new();
    for at in 0..call.arguments.len() {
        match call.converted(at, &set)? {
            Data::List(list) => sets.push(call.members(at, &list.items)?),
            _ => return Err(FunctionFailure::failed("a set is required")),
        }
    }
    let common = unify(sets.iter().flatten().map(type_of).collect())?;
    Ok(sets.into_iter().map(|set| set.into_iter().map(|item| convert(item, &common)).collect()).collect())
}

fn made(items: Vec<Traced<Data>>) -> FunctionResult {
    FunctionOutcome::list(ListKind::Set, sets::set(items)?)
}

/// All combinations of one element of each set, as tuples.
///
/// The element of the last set changes fastest. If all arguments are ordered, so is the result.
pub(super) fn setproduct(call: &EvaluatedCall<'_>) -> FunctionResult {
    if call.arguments.len() < 2 {
        return Err(FunctionFailure::failed("at least two sets are required"));
    }
    let mut rows: Vec<Vec<Traced<Data>>> = vec![Vec::new()];
    let mut is_ordered = true;
    for at in 0..call.arguments.len() {
        is_ordered &= call.sequence(at)?.kind != ListKind::Set;
        let items = factor(call, at)?;
        let size = rows.len().saturating_mul(items.len()).saturating_mul(at.saturating_add(1));
        if size > MAX_ELEMENTS {
            return Err(FunctionFailure::too_many());
        }
        rows = rows
            .iter()
            .flat_map(|row| items.iter().map(|item| [row.as_slice(), std::slice::from_ref(item)].concat()))
            .collect();
    }
    let tuples: Vec<Traced<Data>> = rows.into_iter().map(|row| call.computed(Data::tuple(row))).collect();
    if is_ordered { FunctionOutcome::list(ListKind::List, tuples) } else { made(tuples) }
}

/// The elements of one argument, converted to one type.
fn factor(call: &EvaluatedCall<'_>, at: usize) -> Result<Vec<Traced<Data>>, FunctionFailure> {
    let List { kind, items } = call.sequence(at)?;
    match kind {
        ListKind::Tuple => call.list(at, Type::Any),
        ListKind::List | ListKind::Set => call.members(at, items),
    }
}

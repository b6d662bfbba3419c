//! Functions that combine or filter lists.

use super::arguments::{require_known, text};
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult, MAX_ELEMENTS};
use crate::formats::terraform::language::sets;
use crate::formats::terraform::language::types::{Type, type_of, unify};
use crate::value::{Data, HopKind, Known, List, ListKind, Reason, Traced, Unknown};

/// The elements of all lists, as a list if all arguments are lists with a common type, otherwise as a tuple. If the
/// common type is unknown, the result is a list; only `==` distinguishes it from a tuple.
pub(super) fn concat(call: &EvaluatedCall<'_>) -> FunctionResult {
    let lists = (0..call.arguments.len()).map(|at| call.ordered(at)).collect::<Result<Vec<_>, _>>()?;
    if lists.is_empty() {
        return Err(FunctionFailure::failed("a list is required"));
    }
    let are_lists = lists.iter().all(|list| list.kind == ListKind::List);
    let common = if are_lists { common_type(call)? } else { None };
    let Some(common) = common else {
        let members = lists.into_iter().enumerate().map(|(at, list)| call.members(at, &list.items));
        return FunctionOutcome::list(ListKind::Tuple, members.collect::<Result<Vec<_>, _>>()?.concat());
    };
    let mut items = Vec::new();
    for at in 0..call.arguments.len() {
        if let Data::List(list) = call.converted(at, &common)? {
            items.extend(call.members(at, &list.items)?);
        }
    }
    FunctionOutcome::list(ListKind::List, items)
}

/// The common type of the arguments, if there is one.
fn common_type(call: &EvaluatedCall<'_>) -> Result<Option<Type>, FunctionFailure> {
    match unify(call.arguments.iter().map(type_of).collect()) {
        Ok(ty) => Ok(Some(ty)),
        Err(Reason::Failed { .. }) => Ok(None),
        Err(why) => Err(why.into()),
    }
}

/// The strings that are neither null nor empty.
pub(super) fn compact(call: &EvaluatedCall<'_>) -> FunctionResult {
    let mut kept = Vec::new();
    for item in call.list(0, Type::String)? {
        let is_kept = match &item.value {
            Unknown(why) if why.is_set() => true,
            Unknown(_) | Known(_) => text(&item)?.is_some_and(|text| !text.is_empty()),
        };
        if is_kept {
            kept.push(item);
        }
    }
    FunctionOutcome::list(ListKind::List, kept)
}

/// The elements without duplicates, in the order of their first occurrence.
pub(super) fn distinct(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::list(ListKind::List, sets::distinct(call.list(0, Type::Any)?)?)
}

/// The elements of nested lists at any depth.
pub(super) fn flatten(call: &EvaluatedCall<'_>) -> FunctionResult {
    let mut items = Vec::new();
    flatten_into(call.argument(0)?, call.sequence(0)?, &mut items)?;
    FunctionOutcome::list(ListKind::Tuple, items)
}

fn flatten_into(whole: &Traced<Data>, list: &List, items: &mut Vec<Traced<Data>>) -> Result<(), FunctionFailure> {
    // The position of an unknown element in a set is unknown.
    if list.kind == ListKind::Set && list.items.len() > 1 {
        list.items.iter().try_for_each(require_known)?;
    }
    for (index, item) in list.items.iter().enumerate() {
        match &item.value {
            // It may be a list of any length, unless it is a text.
            Unknown(why) if !is_text(why) => return Err(why.clone().into()),
            Known(Data::List(list)) => flatten_into(&whole.member(item, HopKind::Element(index)), list, items)?,
            _ if items.len() >= MAX_ELEMENTS => return Err(FunctionFailure::too_many()),
            Known(_) | Unknown(_) => items.push(whole.member(item, HopKind::Element(index))),
        }
    }
    Ok(())
}

/// True if an unknown value is certain to be a text: a template, or the ARN or id of a resource.
fn is_text(why: &Reason) -> bool {
    match why {
        Reason::Composed { reference, .. } => !reference.starts_with("coalesce("),
        Reason::AtDeployment { reference, is_set: true } => reference.ends_with(".arn") || reference.ends_with(".id"),
        _ => false,
    }
}

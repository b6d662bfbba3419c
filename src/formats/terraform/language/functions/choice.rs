//! Functions that select one of several values, or reduce them to a boolean.

use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};
use crate::formats::terraform::language::types::{Type, convert, type_of, unify};
use crate::value::{Data, HopKind, Known, List, Maybe, Traced, Unknown};

/// The first argument that is neither null nor an empty string, converted to the common type of all arguments.
pub(super) fn coalesce(call: &EvaluatedCall<'_>) -> FunctionResult {
    let types: Vec<Type> = call.arguments.iter().map(type_of).collect();
    let is_untyped = types.contains(&Type::Any);
    let common = match unify(types) {
        // A literal null has no type; with it, Terraform doesn't require a common type of the other arguments.
        Err(why) if is_untyped && why.is_failure() => Type::Any,
        unified => unified?,
    };
    for argument in call.arguments {
        match &argument.value {
            Unknown(why) if why.is_set() => return Ok(FunctionOutcome::chosen(argument.clone())),
            Unknown(why) => return Err(why.clone().into()),
            Known(Data::Null) => {}
            Known(Data::String(text)) if text.is_empty() => {}
            Known(_) => return picked(convert(argument.clone(), &common)),
        }
    }
    Err(FunctionFailure::failed("every argument is empty"))
}

fn picked(value: Traced<Data>) -> FunctionResult {
    match value.value {
        Known(_) => Ok(FunctionOutcome::chosen(value)),
        Unknown(why) => Err(why.into()),
    }
}

/// The first list or tuple that isn't empty. All arguments have to be lists or tuples.
pub(super) fn coalescelist(call: &EvaluatedCall<'_>) -> FunctionResult {
    let known = call.arguments.iter().take_while(|argument| matches!(argument.value, Known(_))).enumerate();
    for (at, _) in known {
        call.ordered(at)?;
    }
    for (at, argument) in call.arguments.iter().enumerate() {
        if !call.ordered(at)?.items.is_empty() {
            return Ok(FunctionOutcome::chosen(argument.clone()));
        }
    }
    Err(FunctionFailure::failed("every argument is empty"))
}

/// The only element, or null if there is none.
pub(super) fn one(call: &EvaluatedCall<'_>) -> FunctionResult {
    let List { items, .. } = call.sequence(0)?;
    match items.as_slice() {
        [] => Ok(FunctionOutcome::Computed(Data::Null)),
        [item] => Ok(FunctionOutcome::Selected(call.argument(0)?.member_value(item, HopKind::Element(0)))),
        [_, _, ..] => Err(FunctionFailure::failed("there must not be more than one element")),
    }
}

/// True if no element is false or null.
pub(super) fn alltrue(call: &EvaluatedCall<'_>) -> FunctionResult {
    let all = call.list(0, Type::Bool)?.iter().map(is_true).fold(Known(true), Maybe::and);
    decided(all)
}

/// True if an element is true.
pub(super) fn anytrue(call: &EvaluatedCall<'_>) -> FunctionResult {
    let any = call.list(0, Type::Bool)?.iter().map(is_true).fold(Known(false), Maybe::or);
    decided(any)
}

fn is_true(item: &Traced<Data>) -> Maybe<bool> {
    item.value.as_ref().map(|data| matches!(data, Data::Bool(true)))
}

fn decided(value: Maybe<bool>) -> FunctionResult {
    match value {
        Known(value) => FunctionOutcome::bool(value),
        Unknown(why) => Err(why.into()),
    }
}

/// Fails for `list` and `map`, which Terraform 0.15 and OpenTofu removed.
pub(super) fn removed(_: &EvaluatedCall<'_>) -> FunctionResult {
    Err(FunctionFailure::failed("Terraform no longer has this function"))
}

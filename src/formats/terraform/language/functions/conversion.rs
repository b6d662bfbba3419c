//! Type conversion functions, and functions that only mark a value.

use super::{EvaluatedCall, FunctionOutcome, FunctionResult};
use crate::formats::terraform::language::types::{Type, convert};
use crate::value::{Known, Unknown};

/// A bool, or a string that converts to one.
pub(super) fn tobool(call: &EvaluatedCall<'_>) -> FunctionResult {
    converted(call, &Type::Bool)
}

/// A number, or a string that converts to one.
pub(super) fn tonumber(call: &EvaluatedCall<'_>) -> FunctionResult {
    converted(call, &Type::Number)
}

/// A string, or the text of another primitive value.
pub(super) fn tostring(call: &EvaluatedCall<'_>) -> FunctionResult {
    converted(call, &Type::String)
}

/// A list, whose elements are converted to their common type.
pub(super) fn tolist(call: &EvaluatedCall<'_>) -> FunctionResult {
    converted(call, &Type::List(Box::new(Type::Any)))
}

/// A set, whose elements are converted to their common type.
pub(super) fn toset(call: &EvaluatedCall<'_>) -> FunctionResult {
    converted(call, &Type::Set(Box::new(Type::Any)))
}

/// A map, whose values are converted to their common type.
pub(super) fn tomap(call: &EvaluatedCall<'_>) -> FunctionResult {
    converted(call, &Type::Map(Box::new(Type::Any)))
}

/// `sensitive` and `nonsensitive`; the evaluator doesn't track these marks.
pub(super) fn unchanged(call: &EvaluatedCall<'_>) -> FunctionResult {
    Ok(FunctionOutcome::Selected(call.argument(0)?.clone()))
}

/// Null of any type stays null.
fn converted(call: &EvaluatedCall<'_>, ty: &Type) -> FunctionResult {
    let converted = convert(call.argument(0)?.clone(), ty);
    match converted.value {
        Known(_) => Ok(FunctionOutcome::Selected(converted)),
        Unknown(why) => Err(why.into()),
    }
}

//! Type conversion functions, and functions that only mark a value.

use super::{Call, Given, Outcome};
use crate::formats::terraform::types::{Type, convert};
use crate::value::{Known, Unknown};

/// A bool, or a string that converts to one.
pub(super) fn tobool(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Bool)
}

/// A number, or a string that converts to one.
pub(super) fn tonumber(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Number)
}

/// A string, or the text of another primitive value.
pub(super) fn tostring(call: &Call<'_>) -> Outcome {
    converted(call, &Type::String)
}

/// A list, whose elements are converted to their common type.
pub(super) fn tolist(call: &Call<'_>) -> Outcome {
    converted(call, &Type::List(Box::new(Type::Any)))
}

/// A set, whose elements are converted to their common type.
pub(super) fn toset(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Set(Box::new(Type::Any)))
}

/// A map, whose values are converted to their common type.
pub(super) fn tomap(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Map(Box::new(Type::Any)))
}

/// `sensitive` and `nonsensitive`; the evaluator doesn't track these marks.
pub(super) fn unchanged(call: &Call<'_>) -> Outcome {
    Ok(Given::Picked(call.argument(0)?.clone()))
}

/// Null of any type stays null.
fn converted(call: &Call<'_>, ty: &Type) -> Outcome {
    let converted = convert(call.argument(0)?.clone(), ty);
    match converted.value {
        Known(_) => Ok(Given::Picked(converted)),
        Unknown(why) => Err(why.into()),
    }
}

//! Functions that convert, and those that only mark a value.

use super::{Call, Given, Outcome};
use crate::formats::terraform::types::{Type, convert};
use crate::value::{Known, Unknown};

/// A bool, or a string that is one.
pub(super) fn tobool(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Bool)
}

/// A number, or a string that is one.
pub(super) fn tonumber(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Number)
}

/// A string, or the text of a primitive value.
pub(super) fn tostring(call: &Call<'_>) -> Outcome {
    converted(call, &Type::String)
}

/// A list, whose elements get the type that they have in common.
pub(super) fn tolist(call: &Call<'_>) -> Outcome {
    converted(call, &Type::List(Box::new(Type::Any)))
}

/// A set, whose elements get the type that they have in common.
pub(super) fn toset(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Set(Box::new(Type::Any)))
}

/// A map, whose values get the type that they have in common.
pub(super) fn tomap(call: &Call<'_>) -> Outcome {
    converted(call, &Type::Map(Box::new(Type::Any)))
}

/// `sensitive` and `nonsensitive`: what they mark isn't followed here.
pub(super) fn unchanged(call: &Call<'_>) -> Outcome {
    Ok(Given::Picked(call.argument(0)?.clone()))
}

/// Null stays null, of whatever type.
fn converted(call: &Call<'_>, ty: &Type) -> Outcome {
    let converted = convert(call.argument(0)?.clone(), ty);
    match converted.value {
        Known(_) => Ok(Given::Picked(converted)),
        Unknown(why) => Err(why.into()),
    }
}

//! Functions that search a collection.

use super::strings::characters;
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};
use crate::formats::terraform::language::equality::equal;
use crate::formats::terraform::language::placeholders;
use crate::formats::terraform::language::types::{Type, convert, type_of};
use crate::value::{Data, Field, HopKind, Known, Object, Reason, Traced, Unknown};

/// The number of elements of a collection, even if these are unknown, or of the characters of a string.
pub(super) fn length(call: &EvaluatedCall<'_>) -> FunctionResult {
    let length = match call.known(0)? {
        Data::String(text) => characters(text)?.len(),
        Data::List(list) => list.items.len(),
        Data::Object(object) => object.fields.len(),
        Data::Null | Data::Bool(_) | Data::Number(_) => {
            return Err(FunctionFailure::failed("a string or a collection is required"));
        }
    };
    count(length)
}

fn count(number: usize) -> FunctionResult {
    let number = u32::try_from(number).map_err(|_| FunctionFailure::too_many())?;
    FunctionOutcome::number(f64::from(number))
}

/// True if an element equals a value. One equal element decides, even if others are unknown.
pub(super) fn contains(call: &EvaluatedCall<'_>) -> FunctionResult {
    let list = call.sequence(0)?;
    let wanted = call.argument(1)?;
    if wanted.value == Known(Data::Null) {
        return Err(FunctionFailure::failed("the value must not be null"));
    }
    let mut unclear = None;
    for item in &list.items {
        match equal(item, wanted) {
            Known(true) => return FunctionOutcome::bool(true),
            Known(false) => {}
            Unknown(why) => unclear = unclear.or(Some(why)),
        }
    }
    match unclear {
        Some(why) => Err(why.into()),
        None => FunctionOutcome::bool(false),
    }
}

/// The index of the first element that equals a value.
pub(super) fn index(call: &EvaluatedCall<'_>) -> FunctionResult {
    let list = call.ordered(0)?;
    call.known(1)?;
    for (at, item) in list.items.iter().enumerate() {
        match equal(item, call.argument(1)?) {
            Known(true) => return count(at),
            Known(false) => {}
            Unknown(why) => return Err(why.into()),
        }
    }
    Err(FunctionFailure::failed("the item isn't in the list"))
}

/// The element at an index, modulo the length of the list.
pub(super) fn element(call: &EvaluatedCall<'_>) -> FunctionResult {
    let list = call.ordered(0)?;
    let at = call.integer(1)?;
    let Ok(at) = usize::try_from(at) else {
        // It is an error in older versions of Terraform, and counts from the end in newer ones.
        return Err(FunctionFailure::not_evaluated("`element` with a negative index"));
    };
    let at = at.checked_rem(list.items.len());
    match at.and_then(|at| Some((at, list.items.get(at)?))) {
        Some((at, item)) => Ok(FunctionOutcome::Selected(call.argument(0)?.member_value(item, HopKind::Element(at)))),
        None => Err(FunctionFailure::failed("an empty list has no elements")),
    }
}

/// The value of a key, even if it is null; otherwise the default.
pub(super) fn lookup(call: &EvaluatedCall<'_>) -> FunctionResult {
    let object = call.mapping(0)?;
    let key = call.string(1)?;
    let field = object.field(&key);
    match placeholders::missing_key(object, &key).filter(|_| field.is_none()) {
        Some(why) => Err(why.into()),
        None => found(call, &format!("`{key}`"), field),
    }
}

/// The value of the field that `lookup` has found; otherwise its default.
pub(crate) fn found(call: &EvaluatedCall<'_>, key: &str, field: Option<&Field>) -> FunctionResult {
    let object = call.mapping(0)?;
    let default = call.arguments.get(2).map(|default| converted_default(call, object, default)).transpose();
    match (field, default) {
        (_, Err(stop @ FunctionFailure::Failed(_))) => Err(stop),
        (Some(field), _) => Ok(FunctionOutcome::Selected(call.argument(0)?.taken_field(field, object.header))),
        (None, Ok(Some(default))) => Ok(FunctionOutcome::chosen(default)),
        (None, Ok(None)) => Err(FunctionFailure::failed(format!("there is no key {key}"))),
        (None, Err(stop)) => Err(stop),
    }
}

/// The default has to be convertible to the element type of a map, even if it isn't used.
fn converted_default(
    call: &EvaluatedCall<'_>,
    object: &Object,
    default: &Traced<Data>,
) -> Result<Traced<Data>, FunctionFailure> {
    match type_of(call.argument(0)?) {
        Type::Map(element) if object.is_map => match *element {
            // An unknown value in the map determines the type that the default is converted to.
            Type::Unclear(why) => Err(why.into()),
            element => {
                let converted = convert(default.clone(), &element);
                match converted.value {
                    Unknown(why @ Reason::Failed { .. }) => Err(why.into()),
                    Known(_) | Unknown(_) => Ok(converted),
                }
            }
        },
        _ => Ok(default.clone()),
    }
}

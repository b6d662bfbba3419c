//! Converts values as Terraform does for variables and for arguments of functions.
//!
//! This follows `convert.Convert` of go-cty, and the defaults of optional attributes as HCL applies them.

use super::unify::{type_of, type_of_data, unify};
use super::{ObjectAttribute, Type};
use crate::formats::terraform::language::size::{self, MAX_WEIGHT};
use crate::formats::terraform::language::unknowns::{computed, first_unknown};
use crate::formats::terraform::language::{numbers, placeholders, sets};
use crate::value::{Data, Field, Known, List, ListKind, Object, Origin, Reason, Traced, Unknown};

/// The values that are converted per step.
const VALUES_PER_STEP: usize = 8;

/// Converts a value. The value and each of its elements keep their hops.
///
/// An unknown value stays unknown for the same reason; a value that can't be converted becomes [`Reason::Failed`].
pub(crate) fn convert(value: Traced<Data>, ty: &Type) -> Traced<Data> {
    let depends = matches!(ty, Type::Unclear(_)) || first_unknown(&value).is_some();
    let before = depends.then(|| value.clone());
    value.map(|value| match value {
        Known(data) => convert_data(data, ty).map_or_else(|why| Unknown(because(why, before, ty)), Known),
        Unknown(why) => Unknown(why),
    })
}

/// The reason for an unknown result. If a part of the value is unknown, the result has its own identity.
fn because(why: Reason, before: Option<Traced<Data>>, ty: &Type) -> Reason {
    match (why, before) {
        (why @ Reason::Failed { .. }, _) | (why, None) => why,
        (why, Some(value)) => computed(why, &ty.outline(), &[&value]),
    }
}

/// The steps for a conversion. Returns the limit as an error if the result would be too large, for example with many
/// attributes in each of many elements.
pub(crate) fn cost(value: &Traced<Data>, ty: &Type) -> Result<usize, Reason> {
    match made(value, ty) {
        size if size > MAX_WEIGHT => Err(Reason::OverLimit { limit: "the size of a value" }),
        size => Ok(size / VALUES_PER_STEP),
    }
}

/// The approximate number of values in the result of a conversion.
fn made(value: &Traced<Data>, ty: &Type) -> usize {
    match (&value.value, ty) {
        (Known(Data::List(list)), Type::List(element) | Type::Set(element)) => {
            made_of_all(list.items.iter().map(|item| (item, &**element)))
        }
        (Known(Data::List(list)), Type::Tuple(types)) => made_of_all(list.items.iter().zip(types)),
        (Known(Data::Object(object)), Type::Map(element)) => {
            made_of_all(object.fields.iter().map(|field| (&field.value, &**element)))
        }
        (Known(Data::Object(object)), Type::Object(attributes)) => {
            let values = attributes.iter().filter_map(|attribute| {
                let written = object.field(&attribute.name).map(|field| &field.value);
                let value = written.filter(|value| !matches!(value.value, Known(Data::Null)));
                Some((value.or(attribute.default.as_ref())?, &attribute.ty))
            });
            made_of_all(values).saturating_add(attributes.len())
        }
        (Known(data), _) => size::weight_of(data),
        (Unknown(_), _) => 1,
    }
}

fn made_of_all<'a>(items: impl Iterator<Item = (&'a Traced<Data>, &'a Type)>) -> usize {
    let mut sum = 1_usize;
    for (item, ty) in items {
        if sum > MAX_WEIGHT {
            break;
        }
        sum = sum.saturating_add(made(item, ty));
    }
    sum
}

fn convert_data(data: Data, ty: &Type) -> Result<Data, Reason> {
    match (ty, data) {
        (_, Data::Null) => Ok(Data::Null),
        (Type::Any, data) => Ok(data),
        (Type::Unclear(why), data) => as_string_or_unknown(data, why),
        (Type::Bool, data) => to_bool(data),
        (Type::Number, data) => to_number(data),
        (Type::String, data) => to_string(data),
        (Type::List(element), Data::List(list)) => to_list(list, element),
        (Type::Set(element), Data::List(list)) => to_set(list, element),
        (Type::Tuple(types), Data::List(list)) => to_tuple(list, types),
        (Type::Map(element), Data::Object(object)) => to_map(object, element),
        (Type::Object(attributes), Data::Object(object)) => to_object(object, attributes),
        (Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Map(_) | Type::Object(_), data) => {
            Err(mismatch(ty, &data))
        }
    }
}

/// Strings stay unchanged, because any type that they are unified with is converted to string.
fn as_string_or_unknown(data: Data, why: &Reason) -> Result<Data, Reason> {
    match data {
        data @ (Data::Null | Data::String(_)) => Ok(data),
        Data::Bool(_) | Data::Number(_) | Data::List(_) | Data::Object(_) => Err(why.clone()),
    }
}

fn to_bool(data: Data) -> Result<Data, Reason> {
    match data {
        data @ Data::Bool(_) => Ok(data),
        Data::String(text) => match text.as_str() {
            "true" | "1" => Ok(Data::Bool(true)),
            "false" | "0" => Ok(Data::Bool(false)),
            other => Err(placeholders::of_text(other)
                .unwrap_or_else(|| failed("a bool is required, and this string isn't `true` or `false`".to_owned()))),
        },
        data => Err(mismatch(&Type::Bool, &data)),
    }
}

fn to_number(data: Data) -> Result<Data, Reason> {
    match data {
        data @ Data::Number(_) => Ok(data),
        Data::String(text) => match numbers::parse(&text) {
            Some(Known(number)) => Ok(Data::Number(number)),
            Some(Unknown(why)) => Err(why),
            None => Err(failed("a number is required, and this string isn't one".to_owned())),
        },
        data => Err(mismatch(&Type::Number, &data)),
    }
}

fn to_string(data: Data) -> Result<Data, Reason> {
    match data {
        data @ Data::String(_) => Ok(data),
        Data::Bool(value) => Ok(Data::String(value.to_string())),
        Data::Number(number) => Ok(Data::String(numbers::show(number))),
        data => Err(mismatch(&Type::String, &data)),
    }
}

fn to_list(list: List, element: &Type) -> Result<Data, Reason> {
    let has_order = list.kind != ListKind::Set || list.items.len() < 2;
    if let Some(why) = list.items.iter().find_map(first_unknown).filter(|_| !has_order) {
        return Err(why.clone());
    }
    let items = convert_elements(list.items, element)?;
    Ok(Data::List(List { kind: ListKind::List, items }))
}

fn to_set(list: List, element: &Type) -> Result<Data, Reason> {
    let items = sets::set(convert_elements(list.items, element)?)?;
    Ok(Data::List(List { kind: ListKind::Set, items }))
}

fn to_tuple(list: List, types: &[Type]) -> Result<Data, Reason> {
    if list.kind != ListKind::Tuple || list.items.len() != types.len() {
        return Err(failed(format!("a tuple of {} elements is required", types.len())));
    }
    let items = list.items.into_iter().zip(types).map(|(item, ty)| convert_element(item, ty));
    Ok(Data::tuple(items.collect::<Result<_, _>>()?))
}

fn to_map(object: Object, element: &Type) -> Result<Data, Reason> {
    let (keys, values): (Vec<_>, Vec<_>) =
        object.fields.into_iter().map(|field| ((field.key, field.key_span), field.value)).unzip();
    let values = convert_elements(values, element)?;
    let fields = keys.into_iter().zip(values).map(|((key, key_span), value)| Field { key, key_span, value }).collect();
    Ok(Data::Object(Object { is_map: true, header: object.header, fields, rest: None }))
}

fn to_object(object: Object, attributes: &[ObjectAttribute]) -> Result<Data, Reason> {
    let fields = attributes.iter().map(|attribute| to_attribute(&object, attribute)).collect::<Result<_, _>>()?;
    Ok(Data::Object(Object::new(object.header, fields)))
}

fn to_attribute(object: &Object, attribute: &ObjectAttribute) -> Result<Field, Reason> {
    let written = object.field(&attribute.name);
    let (key_span, value) = match (written, &attribute.default) {
        (Some(Field { value: Traced { value: Known(Data::Null), .. }, .. }) | None, Some(default)) => {
            (default.origin.span(), default.clone())
        }
        (Some(written), _) => (written.key_span, written.value.clone()),
        (None, None) if attribute.is_optional => (object.header, absent(object)),
        (None, None) => return Err(failed(format!("the attribute `{}` is required", attribute.name))),
    };
    Ok(Field { key: attribute.name.clone(), key_span, value: convert_element(value, &attribute.ty)? })
}

fn absent(object: &Object) -> Traced<Data> {
    Traced { value: Known(Data::Null), origin: Origin::Absent(object.header), hops: Vec::new() }
}

/// Converts the elements of a collection. If the constraint doesn't determine their type, they are also converted to
/// their common type.
fn convert_elements(elements: Vec<Traced<Data>>, ty: &Type) -> Result<Vec<Traced<Data>>, Reason> {
    let elements: Vec<_> = elements.into_iter().map(|item| convert_element(item, ty)).collect::<Result<_, _>>()?;
    if !ty.is_open() {
        return Ok(elements);
    }
    let common = unify(elements.iter().map(type_of).collect())?;
    elements.into_iter().map(|item| convert_element(item, &common)).collect()
}

/// Converts an element. A failure makes the whole conversion fail; an unknown element doesn't.
fn convert_element(element: Traced<Data>, ty: &Type) -> Result<Traced<Data>, Reason> {
    let converted = convert(element, ty);
    match &converted.value {
        Unknown(why @ Reason::Failed { .. }) => Err(why.clone()),
        Known(_) | Unknown(_) => Ok(converted),
    }
}

fn mismatch(wanted: &Type, data: &Data) -> Reason {
    failed(format!("{} is required, and this is {}", wanted.name(), type_of_data(data).name()))
}

fn failed(message: String) -> Reason {
    Reason::Failed { message }
}

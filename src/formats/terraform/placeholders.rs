//! Texts that another tool fills in before Terraform reads them.
//!
//! A text with a placeholder is a known text until something depends on it: then it isn't known. Two that are equal stay
//! equal. See [`placeholder`].

use crate::value::{Data, Field, Known, List, Object, Traced, Unknown, Why, placeholder};

/// Functions that keep a placeholder as it stands, or that take account of it themselves.
const KEEPING: [&str; 11] = [
    "contains",
    "format",
    "formatlist",
    "index",
    "join",
    "jsonencode",
    "lookup",
    "nonsensitive",
    "sensitive",
    "tostring",
    "yamlencode",
];

/// Functions that give elements of their arguments, or count them, without regard to their texts.
const PICKING: [&str; 17] = [
    "alltrue",
    "anytrue",
    "chunklist",
    "coalescelist",
    "concat",
    "element",
    "flatten",
    "keys",
    "length",
    "merge",
    "one",
    "reverse",
    "slice",
    "tolist",
    "tomap",
    "values",
    "zipmap",
];

/// The reason why a text that another tool fills in isn't known yet; nothing for any other value.
pub(super) fn filled_in(data: &Data) -> Option<Why> {
    match data {
        Data::String(text) => of_text(text),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::List(_) | Data::Object(_) => None,
    }
}

/// The reason why a text isn't known yet, such as the key of a map.
pub(super) fn of_text(text: &str) -> Option<Why> {
    placeholder(text, "Terraform")
}

/// The reason why it isn't known that an object lacks a key: another tool fills in the key, or one of the object's.
pub(super) fn missing_key(object: &Object, key: &str) -> Option<Why> {
    of_text(key).or_else(|| object.fields.iter().find_map(|field| of_text(&field.key)))
}

/// Leaves the fields unknown that a later one may replace: its key is filled in by another tool.
pub(super) fn replaced(fields: &mut [Field]) {
    let Some(last) = fields.iter().rposition(|field| of_text(&field.key).is_some()) else { return };
    let Some((later, earlier)) = fields.get_mut(..=last).and_then(|fields| fields.split_last_mut()) else { return };
    let why = of_text(&later.key);
    for field in earlier {
        if let Some(why) = &why {
            field.value.value = Unknown(why.clone());
        }
    }
}

/// The arguments of a function, where a text that another tool fills in isn't known. A function that compares or orders
/// the elements of an argument doesn't know these either.
pub(super) fn until_filled_in(function: &str, arguments: Vec<Traced<Data>>) -> Vec<Traced<Data>> {
    let function = function.strip_prefix("core::").unwrap_or(function);
    if KEEPING.contains(&function) {
        return arguments;
    }
    let is_picking = PICKING.contains(&function);
    let unknown = |argument: Traced<Data>| match &argument.value {
        Known(Data::List(_) | Data::Object(_)) if is_picking => argument,
        Known(data) if holds_placeholder(data) => without_placeholders(argument),
        Known(_) | Unknown(_) => argument,
    };
    arguments.into_iter().map(unknown).collect()
}

/// True if another tool fills in a value, or a text within it. Values have a limit of nesting, and so has this.
fn holds_placeholder(data: &Data) -> bool {
    let holds = |value: &Traced<Data>| matches!(&value.value, Known(data) if holds_placeholder(data));
    match data {
        Data::String(text) => of_text(text).is_some(),
        Data::Null | Data::Bool(_) | Data::Number(_) => false,
        Data::List(list) => list.items.iter().any(holds),
        Data::Object(object) => object.fields.iter().any(|field| holds(&field.value)),
    }
}

/// The value with each text within it unknown that another tool fills in.
fn without_placeholders(value: Traced<Data>) -> Traced<Data> {
    value.map(|value| match value {
        Known(Data::List(List { kind, items })) => {
            Known(Data::List(List { kind, items: items.into_iter().map(without_placeholders).collect() }))
        }
        Known(Data::Object(object)) => {
            let field = |field: &Field| Field { value: without_placeholders(field.value.clone()), ..field.clone() };
            let fields: Vec<Field> = object.fields.iter().map(field).collect();
            Known(Data::Object(Object { fields: fields.into(), ..object }))
        }
        Known(data) => filled_in(&data).map_or(Known(data), Unknown),
        Unknown(why) => Unknown(why),
    })
}

//! Texts with placeholders that another tool replaces before Terraform reads them.
//!
//! A text with a placeholder is known until a result depends on it; then it is unknown. Two equal texts remain equal.
//! See [`placeholder`].

use crate::value::{Data, Field, Known, List, Object, Reason, Traced, Unknown, placeholder};

/// Functions that preserve a placeholder, or handle it themselves.
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

/// Functions that select or count elements of their arguments, regardless of their texts.
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

/// The reason why a text with a placeholder is unknown; `None` for any other value.
pub(crate) fn filled_in(data: &Data) -> Option<Reason> {
    match data {
        Data::String(text) => of_text(text),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::List(_) | Data::Object(_) => None,
    }
}

/// The same for a text, such as the key of a map.
pub(crate) fn of_text(text: &str) -> Option<Reason> {
    placeholder(text, "Terraform")
}

/// The reason why an object may have a key that wasn't found: this key, or one of the object's, has a placeholder.
pub(crate) fn missing_key(object: &Object, key: &str) -> Option<Reason> {
    of_text(key).or_else(|| object.fields.iter().find_map(|field| of_text(&field.key)))
}

/// Makes the fields unknown that a later field with a placeholder in its key may replace.
pub(crate) fn replaced(fields: &mut [Field]) {
    let Some(last) = fields.iter().rposition(|field| of_text(&field.key).is_some()) else { return };
    let Some((later, earlier)) = fields.get_mut(..=last).and_then(|fields| fields.split_last_mut()) else { return };
    let why = of_text(&later.key);
    for field in earlier {
        if let Some(why) = &why {
            field.value.value = Unknown(why.clone());
        }
    }
}

/// The arguments of a function, in which texts with a placeholder are unknown, including those within an argument whose
/// elements the function compares or orders.
pub(crate) fn until_filled_in(function: &str, arguments: Vec<Traced<Data>>) -> Vec<Traced<Data>> {
    let function = function.strip_prefix("core::").unwrap_or(function);
    if KEEPING.contains(&function) {
        return arguments;
    }
    let is_picking = PICKING.contains(&function);
    arguments
        .into_iter()
        .map(|argument| match &argument.value {
            Known(Data::List(_) | Data::Object(_)) if is_picking => argument,
            Known(data) if holds_placeholder(data) => without_placeholders(argument),
            Known(_) | Unknown(_) => argument,
        })
        .collect()
}

/// True if a value contains a text with a placeholder. The nesting of values is limited, and so is this recursion.
fn holds_placeholder(data: &Data) -> bool {
    match data {
        Data::String(text) => of_text(text).is_some(),
        Data::Null | Data::Bool(_) | Data::Number(_) => false,
        Data::List(list) => list.items.iter().any(holds),
        Data::Object(object) => object.fields.iter().any(|field| holds(&field.value)),
    }
}

fn holds(value: &Traced<Data>) -> bool {
    matches!(&value.value, Known(data) if holds_placeholder(data))
}

/// The value, in which texts with a placeholder are unknown.
fn without_placeholders(value: Traced<Data>) -> Traced<Data> {
    value.map(|value| match value {
        Known(Data::List(List { kind, items })) => {
            Known(Data::List(List { kind, items: items.into_iter().map(without_placeholders).collect() }))
        }
        Known(Data::Object(object)) => {
            let fields: Vec<Field> = object
                .fields
                .iter()
                .map(|field| Field { value: without_placeholders(field.value.clone()), ..field.clone() })
                .collect();
            Known(Data::Object(Object { fields: fields.into(), ..object }))
        }
        Known(data) => filled_in(&data).map_or(Known(data), Unknown),
        Unknown(why) => Unknown(why),
    })
}

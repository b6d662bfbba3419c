//! Finds the unknown parts of values.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::value::{Data, Known, List, ListKind, Maybe, Object, Reason, Traced, Unknown};

/// The reason for the first unknown part of a value; `None` if all parts are known.
pub(crate) fn first_unknown(value: &Traced<Data>) -> Option<&Reason> {
    match &value.value {
        Unknown(why) => Some(why),
        Known(data) => first_unknown_in(data),
    }
}

/// The same for the parts of data.
pub(crate) fn first_unknown_in(data: &Data) -> Option<&Reason> {
    match data {
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => None,
        Data::List(List { items, .. }) => items.iter().find_map(first_unknown),
        Data::Object(Object { fields, .. }) => fields.iter().find_map(|field| first_unknown(&field.value)),
    }
}

/// The data of a value, or the reason for its first unknown part.
pub(crate) fn wholly_known(value: &Traced<Data>) -> Maybe<&Data> {
    match (first_unknown(value), &value.value) {
        (Some(why), _) | (None, Unknown(why)) => Unknown(why.clone()),
        (None, Known(data)) => Known(data),
    }
}

/// The reason for an unknown value that is computed from another unknown value.
///
/// Two of these are equal only if the same operation has computed them from equal parts.
pub(crate) fn computed(why: Reason, way: &str, parts: &[&Traced<Data>]) -> Reason {
    let mut expression = way.to_owned();
    for part in parts {
        expression.push(' ');
        outline(part, &mut expression);
    }
    Reason::Computed { expression: shortened(expression), cause: Box::new(why), atom: None }
}

/// Truncates a long text, and appends a digest to distinguish it from others.
pub(crate) fn shortened(text: String) -> String {
    const MAX_SHOWN: usize = 200;
    if text.len() <= MAX_SHOWN {
        return text;
    }
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let start: String = text.chars().take(MAX_SHOWN).collect();
    format!("{start}… #{:016x}", hasher.finish())
}

fn outline(value: &Traced<Data>, text: &mut String) {
    match &value.value {
        Unknown(Reason::Computed { expression, .. }) => text.push_str(expression),
        Unknown(why) => text.push_str(&why.blocker()),
        Known(Data::List(List { kind, items })) => {
            text.push_str(match kind {
                ListKind::Tuple => "[",
                ListKind::List => "list[",
                ListKind::Set => "set[",
            });
            items.iter().for_each(|item| outline_part(None, item, text));
            text.push(']');
        }
        Known(Data::Object(Object { is_map, fields, .. })) => {
            text.push_str(if *is_map { "map{" } else { "{" });
            fields.iter().for_each(|field| outline_part(Some(&field.key), &field.value, text));
            text.push('}');
        }
        Known(Data::String(string)) => text.push_str(&format!("{string:?}")),
        Known(data @ (Data::Null | Data::Bool(_) | Data::Number(_))) => text.push_str(&data.shown()),
    }
}

fn outline_part(key: Option<&str>, value: &Traced<Data>, text: &mut String) {
    if let Some(key) = key {
        text.push_str(&format!("{key:?} = "));
    }
    outline(value, text);
    text.push_str(", ");
}

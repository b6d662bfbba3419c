//! Normalizes strings to Unicode's normalization form C, as Terraform does with all strings, so that `==` compares them
//! as they appear.
//!
//! Source: `cty.NormalizeString` of go-cty. Only this file uses the crate `unicode-normalization`.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::value::{Data, Field, Known, List, Object, Traced};

/// The bytes of a text beyond ASCII that are normalized per step.
pub(crate) const BYTES_PER_STEP: usize = 64;

/// Normalizes a text.
pub(crate) fn of_text(text: String) -> String {
    if text.is_ascii() || is_nfc(&text) { text } else { text.nfc().collect() }
}

/// Normalizes all texts and keys in data.
pub(crate) fn of_data(data: Data) -> Data {
    if is_normal(&data) {
        return data;
    }
    match data {
        Data::String(text) => Data::String(of_text(text)),
        Data::List(List { kind, items }) => Data::List(List { kind, items: items.into_iter().map(of_value).collect() }),
        Data::Object(Object { is_map, header, fields, rest }) => {
            let fields = fields.into_iter();
            let fields = fields.map(|field| Field { key: of_text(field.key), value: of_value(field.value), ..field });
            Data::Object(Object { is_map, header, fields: fields.collect(), rest })
        }
        data @ (Data::Null | Data::Bool(_) | Data::Number(_)) => data,
    }
}

fn of_value(value: Traced<Data>) -> Traced<Data> {
    value.map(|value| value.map(of_data))
}

fn is_normal(data: &Data) -> bool {
    match data {
        Data::String(text) => is_normal_text(text),
        Data::List(list) => list.items.iter().all(is_normal_value),
        Data::Object(object) => {
            object.fields.iter().all(|field| is_normal_text(&field.key) && is_normal_value(&field.value))
        }
        Data::Null | Data::Bool(_) | Data::Number(_) => true,
    }
}

fn is_normal_text(text: &str) -> bool {
    text.is_ascii() || is_nfc(text)
}

fn is_normal_value(value: &Traced<Data>) -> bool {
    !matches!(&value.value, Known(data) if !is_normal(data))
}

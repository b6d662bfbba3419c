//! Encodes values as JSON, byte for byte as Terraform does.

use std::fmt::Write;

use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};
use crate::formats::terraform::language::numbers::show;
use crate::formats::terraform::language::unknowns::wholly_known;
use crate::value::{Data, Field, Known, Traced, Unknown};

/// JSON without spaces, with sorted keys.
pub(super) fn jsonencode(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::string(json(call.argument(0)?)?)
}

/// The JSON of a value that must be wholly known.
pub(super) fn json(value: &Traced<Data>) -> Result<String, FunctionFailure> {
    match wholly_known(value) {
        Known(data) => {
            let mut text = String::new();
            write_data(data, &mut text);
            Ok(text)
        }
        Unknown(why) => Err(why.into()),
    }
}

/// The JSON of data, with `"${…}"` in place of each unknown part.
pub(crate) fn template(data: &Data) -> String {
    let mut text = String::new();
    write_data(data, &mut text);
    text
}

fn write_data(data: &Data, text: &mut String) {
    match data {
        Data::Null => text.push_str("null"),
        Data::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Data::Number(number) => text.push_str(&show(*number)),
        Data::String(string) => write_string(string, text),
        Data::List(list) => {
            text.push('[');
            for (at, item) in list.items.iter().enumerate() {
                write_part(at, item, None, text);
            }
            text.push(']');
        }
        Data::Object(object) => {
            let mut fields: Vec<&Field> = object.fields.iter().collect();
            fields.sort_by(|a, b| a.key.cmp(&b.key));
            text.push('{');
            for (at, field) in fields.into_iter().enumerate() {
                write_part(at, &field.value, Some(&field.key), text);
            }
            text.push('}');
        }
    }
}

fn write_part(at: usize, value: &Traced<Data>, key: Option<&str>, text: &mut String) {
    if at > 0 {
        text.push(',');
    }
    if let Some(key) = key {
        write_string(key, text);
        text.push(':');
    }
    match &value.value {
        Known(data) => write_data(data, text),
        Unknown(why) => text.extend(["\"${", &why.symbol(), "}\""]),
    }
}

/// Writes a string with the escapes of Go's encoder, which also escapes the special characters of HTML.
pub(crate) fn write_string(string: &str, text: &mut String) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                write!(text, "\\u{:04x}", u32::from(c)).unwrap_or_default();
            }
            _ => text.push(c),
        }
    }
    text.push('"');
}

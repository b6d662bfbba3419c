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
        Known(data) => Ok(template(data)),
        Unknown(why) => Err(why.into()),
    }
}

/// The JSON of data, with `"${…}"` in place of each unknown part.
pub(crate) fn template(data: &Data) -> String {
    JsonWriter::default().written(data)
}

/// JSON in which the keys of objects up to a depth keep their order; indented unless `is_minified` is set.
pub(crate) fn ordered(data: &Data, ordered_depth: usize, is_minified: bool) -> String {
    JsonWriter { is_indented: !is_minified, ordered_depth, ..JsonWriter::default() }.written(data)
}

/// Writes JSON in the format of Go's encoder.
#[derive(Default)]
struct JsonWriter {
    text: String,
    is_indented: bool,
    /// The number of enclosing collections.
    depth: usize,
    /// The keys of objects at this depth and below are sorted.
    ordered_depth: usize,
}

impl JsonWriter {
    fn written(mut self, data: &Data) -> String {
        self.data(data);
        self.text
    }

    fn data(&mut self, data: &Data) {
        match data {
            Data::Null => self.text.push_str("null"),
            Data::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Data::Number(number) => self.text.push_str(&show(*number)),
            Data::String(string) => write_string(string, &mut self.text),
            Data::List(list) => self.collection(['[', ']'], list.items.iter().map(|item| (None, item))),
            Data::Object(object) => {
                let mut fields: Vec<&Field> = object.fields.iter().collect();
                if self.depth >= self.ordered_depth {
                    fields.sort_by(|a, b| a.key.cmp(&b.key));
                }
                self.collection(['{', '}'], fields.into_iter().map(|field| (Some(&field.key), &field.value)));
            }
        }
    }

    fn collection<'d>(
        &mut self,
        [open, close]: [char; 2],
        parts: impl ExactSizeIterator<Item = (Option<&'d String>, &'d Traced<Data>)>,
    ) {
        let is_empty = parts.len() == 0;
        self.text.push(open);
        self.depth = self.depth.saturating_add(1);
        for (at, (key, value)) in parts.enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            self.new_line();
            if let Some(key) = key {
                write_string(key, &mut self.text);
                self.text.push_str(if self.is_indented { ": " } else { ":" });
            }
            match &value.value {
                Known(data) => self.data(data),
                Unknown(why) => self.text.extend(["\"${", &why.symbol(), "}\""]),
            }
        }
        self.depth = self.depth.saturating_sub(1);
        if !is_empty {
            self.new_line();
        }
        self.text.push(close);
    }

    fn new_line(&mut self) {
        if self.is_indented {
            self.text.push('\n');
            self.text.push_str(&"  ".repeat(self.depth));
        }
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

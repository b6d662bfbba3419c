//! Encodes values as YAML, byte for byte as Terraform does.
//!
//! Source: the emitter of <https://github.com/zclconf/go-cty-yaml>, and the results of `terraform console`. Texts that
//! it folds, or whose form depends on their context, aren't evaluated.

use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};
use crate::formats::terraform::language::numbers::show;
use crate::formats::terraform::language::unknowns::wholly_known;
use crate::value::{Data, Field, Known, Traced, Unknown};

/// The emitter breaks longer lines at spaces.
const MAX_LINE: usize = 76;

/// The emitter writes longer keys in another form.
const MAX_KEY: usize = 100;

/// YAML in block style, with sorted keys and all texts in quotes.
pub(super) fn yamlencode(call: &EvaluatedCall<'_>) -> FunctionResult {
    let argument = call.argument(0)?;
    match wholly_known(argument) {
        Known(data) => {
            let mut writer = YamlWriter { text: String::new() };
            writer.value(data, 0, 0)?;
            // A document that is a plain scalar needs an end marker.
            let is_plain = matches!(data, Data::Null | Data::Bool(_) | Data::Number(_));
            writer.text.push_str(if is_plain { "\n...\n" } else { "\n" });
            FunctionOutcome::string(writer.text)
        }
        Unknown(why) => Err(why.into()),
    }
}

struct YamlWriter {
    text: String,
}

impl YamlWriter {
    /// Writes a value that begins on the current line; further lines have the given indentation.
    fn value(&mut self, data: &Data, indentation: usize, column: usize) -> Result<(), FunctionFailure> {
        match data {
            Data::Null => self.text.push_str("null"),
            Data::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Data::Number(number) => self.text.push_str(&show(*number)),
            Data::String(string) => self.text.push_str(&quoted(string, column)?),
            Data::List(list) if list.items.is_empty() => self.text.push_str("[]"),
            Data::Object(object) if object.fields.is_empty() => self.text.push_str("{}"),
            Data::List(list) => {
                for (at, item) in list.items.iter().enumerate() {
                    self.begin_line(at, indentation);
                    self.text.push_str("- ");
                    let inner = indentation.saturating_add(2);
                    self.value(known(item)?, inner, inner)?;
                }
            }
            Data::Object(object) => {
                let mut fields: Vec<&Field> = object.fields.iter().collect();
                fields.sort_by(|a, b| a.key.cmp(&b.key));
                for (at, field) in fields.into_iter().enumerate() {
                    self.begin_line(at, indentation);
                    self.field(field, indentation)?;
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, indentation: usize) -> Result<(), FunctionFailure> {
        let key = quoted(&field.key, indentation)?;
        if key.len() > MAX_KEY {
            return Err(FunctionFailure::not_evaluated("`yamlencode` of such a key"));
        }
        self.text.push_str(&key);
        self.text.push(':');
        let value = known(&field.value)?;
        if !is_block(value) {
            self.text.push(' ');
            return self.value(value, indentation, indentation.saturating_add(key.len()).saturating_add(2));
        }
        // The items of a list are below the key, while the fields of an object are indented.
        let inner = if matches!(value, Data::List(_)) { indentation } else { indentation.saturating_add(2) };
        self.begin_line(1, inner);
        self.value(value, inner, inner)
    }

    /// Begins a line, except for the first part of a value, which continues the line of its parent.
    fn begin_line(&mut self, at: usize, indentation: usize) {
        if at > 0 {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n(' ', indentation));
        }
    }
}

fn is_block(data: &Data) -> bool {
    match data {
        Data::List(list) => !list.items.is_empty(),
        Data::Object(object) => !object.fields.is_empty(),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => false,
    }
}

fn known(value: &Traced<Data>) -> Result<&Data, FunctionFailure> {
    match &value.value {
        Known(data) => Ok(data),
        Unknown(why) => Err(why.clone().into()),
    }
}

/// A text in double quotes. The emitter writes a text with line ends as a block, which isn't evaluated.
fn quoted(text: &str, column: usize) -> Result<String, FunctionFailure> {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' | '\u{a1}'..='\u{24f}' | '\u{4e00}'..='\u{9fff}' => quoted.push(c),
            _ => return Err(FunctionFailure::not_evaluated("`yamlencode` of such a text")),
        }
    }
    quoted.push('"');
    if quoted.contains(' ') && column.saturating_add(quoted.chars().count()) > MAX_LINE {
        return Err(FunctionFailure::not_evaluated("`yamlencode` of a long text"));
    }
    Ok(quoted)
}

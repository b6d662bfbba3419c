//! Evaluates functions that encode values: `Fn::Base64` and `Fn::ToJsonString`.

use super::call::FunctionArgument;
use super::eval::{Evaluator, is_absent};
use super::lookup::Lookup;
use super::symbols::{MAX_TEXT, computed, depends_on, symbol};
use crate::value::{Data, Known, Maybe, Reason, Unknown};

impl<L: Lookup> Evaluator<'_, L> {
    pub(super) fn base64(&self, argument: FunctionArgument<'_>) -> Maybe<Data> {
        let value = self.argument(argument).value;
        match self.text_of(&value) {
            Known(text) => Known(Data::String(base64(text.as_bytes()))),
            Unknown(_) => computed("Base64", &[&value], None),
        }
    }

    pub(super) fn to_json_string(&self, argument: FunctionArgument<'_>) -> Maybe<Data> {
        let value = self.argument(argument).value;
        let mut text = String::new();
        match write_json(&value, &mut text) {
            Ok(()) => Known(Data::String(text)),
            Err(why) => depends_on(format!("ToJsonString({})", symbol(&value)), why, None),
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << 3_usize.saturating_sub(chunk.len()).saturating_mul(8);
        for (place, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = DIGITS.get((bits >> shift & 63) as usize).copied().unwrap_or_default();
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// Writes a value as JSON without whitespace.
fn write_json(value: &Maybe<Data>, text: &mut String) -> Result<(), Reason> {
    if text.len() > MAX_TEXT {
        return Err(Reason::OverLimit { limit: "the length of a string" });
    }
    match value {
        Unknown(why) => return Err(why.clone()),
        Known(Data::Null) => text.push_str("null"),
        Known(data @ (Data::Bool(_) | Data::Number(_))) => text.push_str(&data.shown()),
        Known(Data::String(string)) => write_json_text(string, text),
        Known(Data::List(list)) => {
            text.push('[');
            for (index, item) in list.items.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                write_json(&item.value, text)?;
            }
            text.push(']');
        }
        Known(Data::Object(object)) => {
            text.push('{');
            let present = object.fields.iter().filter(|field| !is_absent(&field.value));
            for (index, field) in present.enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                write_json_text(&field.key, text);
                text.push(':');
                write_json(&field.value.value, text)?;
            }
            text.push('}');
            return object.rest.as_deref().cloned().map_or(Ok(()), Err);
        }
    }
    Ok(())
}

fn write_json_text(string: &str, text: &mut String) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            c if c.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        let encoded: Vec<String> = ["", "t", "tr", "tra", "trai"].iter().map(|text| base64(text.as_bytes())).collect();
        assert_eq!(encoded, ["", "dA==", "dHI=", "dHJh", "dHJhaQ=="]);
    }
}

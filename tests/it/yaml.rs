//! Writes templates as YAML with the short forms of functions, in block and in flow style.

use serde_json::Value;

/// The tag and the argument of a function.
fn call(value: &Value) -> Option<(String, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let (key, argument) = object.iter().next()?;
    let name = match key.as_str() {
        "Ref" | "Condition" => key.as_str(),
        key => key.strip_prefix("Fn::")?,
    };
    // A tag can't follow a tag.
    call(argument).is_none().then(|| (format!("!{name} "), argument))
}

/// A value in flow style. JSON's scalars are YAML's.
pub(crate) fn flow(value: &Value) -> String {
    if let Some((tag, argument)) = call(value) {
        return tag + &flow(argument);
    }
    match value {
        Value::Object(object) => {
            let entries: Vec<String> = object.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        scalar => scalar.to_string(),
    }
}

/// A value in block style.
pub(crate) fn block(value: &Value) -> String {
    let mut text = String::new();
    write_block(value, 0, &mut text);
    text.trim_start_matches('\n').to_owned()
}

fn write_block(value: &Value, depth: usize, text: &mut String) {
    let (tag, value) = call(value).unwrap_or((String::new(), value));
    text.push_str(&tag);
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (key, value) in object {
                text.push_str(&format!("\n{indent}{key}: "));
                write_block(value, depth + 1, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                text.push_str(&format!("\n{indent}- "));
                write_block(item, depth + 1, text);
            }
        }
        other => text.push_str(&flow(other)),
    }
}

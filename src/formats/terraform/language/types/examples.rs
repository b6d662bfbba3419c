//! Examples of values of a type, as expressions for the command line.

use super::Type;
use crate::formats::terraform::language::quoted;

/// The text that stands for any string.
const ANY_TEXT: &str = "VALUE";

/// The maximum depth of an example. Deeper values are null.
const MAX_DEPTH: usize = 16;

/// An expression of this type, in one line. At the path within the value, it has the given value.
pub(crate) fn example(ty: &Type, path: &[&str], value: Option<&str>) -> String {
    nested(ty, path, value, MAX_DEPTH)
}

fn nested(ty: &Type, path: &[&str], value: Option<&str>, depth: usize) -> String {
    if depth == 0 {
        return "null".to_owned();
    }
    let depth = depth.saturating_sub(1);
    match (ty, path) {
        (Type::Object(attributes), _) => {
            let key = path.first();
            let inner = path.get(1..).unwrap_or_default();
            let shown = attributes.iter().filter(|own| !own.is_optional || key == Some(&own.name.as_str()));
            let shown = shown.map(|own| {
                let is_on_path = key == Some(&own.name.as_str());
                let (path, value) = if is_on_path { (inner, value) } else { (&[][..], None) };
                format!("{} = {}", key_text(&own.name), nested(&own.ty, path, value, depth))
            });
            braced(&shown.collect::<Vec<_>>())
        }
        (Type::Map(element), [key, inner @ ..]) => {
            braced(&[format!("{} = {}", key_text(key), nested(element, inner, value, depth))])
        }
        (Type::Map(element), []) => braced(&[format!("KEY = {}", nested(element, &[], None, depth))]),
        (Type::List(element) | Type::Set(element), _) => format!("[{}]", nested(element, &[], None, depth)),
        (Type::Tuple(types), _) => {
            let items: Vec<String> = types.iter().map(|ty| nested(ty, &[], None, depth)).collect();
            format!("[{}]", items.join(", "))
        }
        (_, [key, inner @ ..]) => braced(&[format!("{} = {}", key_text(key), nested(&Type::Any, inner, value, depth))]),
        (Type::Bool, []) => value.unwrap_or("true").to_owned(),
        (Type::Number, []) => value.unwrap_or("1").to_owned(),
        (Type::String | Type::Any | Type::Unclear(_), []) => value.map_or_else(|| quoted(ANY_TEXT), str::to_owned),
    }
}

fn braced(items: &[String]) -> String {
    if items.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", items.join(", ")) }
}

fn key_text(key: &str) -> String {
    let is_plain = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain && !key.starts_with(|c: char| c.is_ascii_digit()) { key.to_owned() } else { quoted(key) }
}

//! Parses policies that are written as JSON in a string.

use std::path::PathBuf;
use std::sync::Arc;

use super::text::split_placeholder;
use crate::source::{SourceFile, Span};
use crate::syntax::json;
use crate::syntax::node::{Entry, Meaning, Node, NodeKind, Scalar};
use crate::value::{Data, Field, Known, Object, Reason, Traced, Unknown};

/// The limit on the length of the text, in bytes. AWS accepts 20 KB for a bucket's policy and 32 KB for a key's.
pub(super) const MAX_LENGTH: usize = 64 * 1024;

/// Parses JSON text; all of its values have the location `span`.
pub(crate) fn parse(text: String, span: Span) -> Result<Data, Reason> {
    PolicyReader { span, unknown_reason: None }.parse(text)
}

/// Parses JSON text in which each `${…}` is unknown for the given reason.
pub(super) fn parse_template(template: &str, why: &Reason, span: Span) -> Result<Data, Reason> {
    PolicyReader { span, unknown_reason: Some(why) }.parse(escaped(template)).map_err(|_| why.clone())
}

/// Converts the syntax tree of a text. The parser limits its depth.
struct PolicyReader<'a> {
    span: Span,
    /// The reason why placeholders are unknown; if there is none, they are policy variables.
    unknown_reason: Option<&'a Reason>,
}

impl PolicyReader<'_> {
    fn parse(&self, text: String) -> Result<Data, Reason> {
        if text.len() > MAX_LENGTH {
            return Err(Reason::OverLimit { limit: "the length of a policy" });
        }
        let tree = json::parse(self.span.file, &SourceFile::new(PathBuf::new(), String::new(), text.into_bytes()));
        match tree.documents.as_slice() {
            [document] if tree.problems.is_empty() => match self.value(document).value {
                Known(data) => Ok(data),
                Unknown(why) => Err(why),
            },
            _ => Err(Reason::Failed { message: "this policy isn't JSON".to_owned() }),
        }
    }

    fn value(&self, node: &Arc<Node>) -> Traced<Data> {
        let value = Traced::written(self.data(node), self.span);
        match (&value.value, self.unknown_reason) {
            (Known(Data::String(text)), Some(doubt)) if text.contains("${") => {
                let cause = Box::new(first_cause(text, doubt));
                let why = Reason::Computed { expression: format!("\"{text}\""), cause, atom: None };
                value.map(|_| Unknown(why))
            }
            (Known(Data::Object(object)), Some(doubt))
                if object.fields.iter().any(|field| field.key.contains("${")) =>
            {
                value.map(|_| Unknown(doubt.clone()))
            }
            _ => value,
        }
    }

    fn data(&self, node: &Node) -> Data {
        match &node.kind {
            NodeKind::Scalar(scalar) => scalar_data(scalar),
            NodeKind::Sequence(items) => Data::tuple(items.iter().map(|item| self.value(item)).collect()),
            NodeKind::Mapping(mapping) => {
                let fields = mapping.entries.iter().map(|entry| self.field(entry)).collect();
                Data::Object(Object::new(self.span, fields))
            }
            // JSON has no aliases.
            NodeKind::Alias(_) => Data::Null,
        }
    }

    fn field(&self, entry: &Entry) -> Field {
        let key = entry.key.as_text().unwrap_or_default().to_owned();
        Field { key, key_span: self.span, value: self.value(&entry.value) }
    }
}

/// The reason why the first placeholder of a text is unknown. The reason of the whole policy is about one of its
/// placeholders at most.
fn first_cause(text: &str, doubt: &Reason) -> Reason {
    let placeholder = text.split_once("${").and_then(|(_, after)| split_placeholder(after));
    let reference = placeholder.map_or(text, |(symbol, _)| symbol).to_owned();
    match doubt {
        Reason::Computed { cause, .. } if cause.symbol() == reference => Reason::clone(cause),
        _ if reference.starts_with("var.") => Reason::NoValue { reference },
        _ => Reason::AtDeployment { reference, is_set: false },
    }
}

fn scalar_data(scalar: &Scalar) -> Data {
    match scalar.meaning() {
        Meaning::Null => Data::Null,
        Meaning::Bool(value) => Data::Bool(value),
        // The id of an account must keep its leading zeros.
        Meaning::Number(_) | Meaning::String | Meaning::Ambiguous => Data::String(scalar.text.clone()),
    }
}

/// Escapes the placeholders of a template, so that each stays intact within a JSON string. A placeholder outside of a
/// string makes the JSON invalid.
fn escaped(template: &str) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let (inside, after) = split_placeholder(after).unwrap_or((after, ""));
        text.push_str(before);
        text.push_str("${");
        for character in inside.chars() {
            match character {
                '"' | '\\' => text.extend(['\\', character]),
                '\0'..='\x1f' => text.push(' '),
                _ => text.push(character),
            }
        }
        text.push('}');
        rest = after;
    }
    text.push_str(rest);
    text
}

//! Writes policies as the provider does: with a fixed order of names, and indented unless minified.

use std::collections::BTreeMap;

use super::{ConditionBlock, DataDocument, PrincipalsBlock, StatementBlock};
use crate::formats::terraform::language::functions::json::write_string;
use crate::formats::terraform::language::numbers::show;
use crate::value::{Data, Known, Traced, Unknown};

/// JSON with ordered fields.
enum Json {
    Text(String),
    /// Any value of an included JSON document.
    Data(Data),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// The text of a document.
pub(super) fn document(document: &DataDocument, is_minified: bool) -> String {
    let mut fields = Vec::new();
    push_text(&mut fields, "Version", &document.version);
    push_text(&mut fields, "Id", &document.id);
    if !document.statements.is_empty() {
        fields.push(("Statement".to_owned(), Json::List(document.statements.iter().map(statement).collect())));
    }
    let mut writer = PolicyWriter { text: String::new(), indent: (!is_minified).then_some(0) };
    writer.write(&Json::Object(fields));
    writer.text
}

fn statement(statement: &StatementBlock) -> Json {
    let mut fields = Vec::new();
    push_text(&mut fields, "Sid", &statement.sid);
    push_text(&mut fields, "Effect", &statement.effect);
    for (name, data) in ["Action", "NotAction", "Resource", "NotResource"].into_iter().zip(&statement.scopes) {
        fields.extend(data.clone().map(|data| (name.to_owned(), Json::Data(data))));
    }
    for (name, who) in [("Principal", &statement.principals), ("NotPrincipal", &statement.not_principals)] {
        if !who.is_empty() {
            fields.push((name.to_owned(), principals(who)));
        }
    }
    if !statement.conditions.is_empty() {
        fields.push(("Condition".to_owned(), conditions(&statement.conditions)));
    }
    Json::Object(fields)
}

fn push_text(fields: &mut Vec<(String, Json)>, name: &str, text: &str) {
    if !text.is_empty() {
        fields.push((name.to_owned(), Json::Text(text.to_owned())));
    }
}

/// Writes `*` if that is the only principal; otherwise, the principals grouped by type.
fn principals(all: &[PrincipalsBlock]) -> Json {
    if let [only] = all
        && only.kind == "*"
        && only.identifiers == ["*"]
    {
        return Json::Text("*".to_owned());
    }
    let mut kinds: BTreeMap<String, (Vec<String>, bool)> = BTreeMap::new();
    for principals in all {
        let is_second = kinds.contains_key(&principals.kind);
        let (identifiers, is_list) = kinds.entry(principals.kind.clone()).or_default();
        identifiers.extend(principals.identifiers.iter().cloned());
        *is_list |= principals.is_list || is_second;
    }
    Json::Object(kinds.into_iter().map(|(kind, (identifiers, is_list))| (kind, texts(identifiers, is_list))).collect())
}

fn conditions(all: &[ConditionBlock]) -> Json {
    let mut tests: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for condition in all {
        let variables = tests.entry(condition.test.clone()).or_default();
        variables.entry(condition.variable.clone()).or_default().extend(condition.values.iter().cloned());
    }
    Json::Object(tests.into_iter().map(|(test, variables)| (test, compared(variables))).collect())
}

/// The variables that a test compares, and their values.
fn compared(variables: BTreeMap<String, Vec<String>>) -> Json {
    let variables = variables.into_iter().map(|(name, values)| {
        let is_list = values.len() != 1;
        (name, texts(values, is_list))
    });
    Json::Object(variables.collect())
}

fn texts(mut texts: Vec<String>, is_list: bool) -> Json {
    if is_list {
        Json::List(texts.into_iter().map(Json::Text).collect())
    } else {
        Json::Text(texts.pop().unwrap_or_default())
    }
}

/// Writes text in the format of Go's encoder.
struct PolicyWriter {
    text: String,
    /// The depth of indentation; `None` if minified.
    indent: Option<usize>,
}

impl PolicyWriter {
    fn write(&mut self, json: &Json) {
        match json {
            Json::Text(text) => write_string(text, &mut self.text),
            Json::Data(data) => self.data(data),
            Json::List(items) => self.collection(['[', ']'], items, |writer, item| writer.write(item)),
            Json::Object(fields) => self.collection(['{', '}'], fields, |writer, (key, value)| {
                writer.key(key);
                writer.write(value);
            }),
        }
    }

    fn data(&mut self, data: &Data) {
        match data {
            Data::Null => self.text.push_str("null"),
            Data::Bool(value) => self.text.push_str(&value.to_string()),
            Data::Number(number) => self.text.push_str(&show(*number)),
            Data::String(text) => write_string(text, &mut self.text),
            Data::List(list) => self.collection(['[', ']'], &list.items, |writer, item| writer.traced(item)),
            Data::Object(object) => {
                let mut fields: Vec<_> = object.fields.iter().collect();
                fields.sort_by(|a, b| a.key.cmp(&b.key));
                self.collection(['{', '}'], &fields, |writer, field| {
                    writer.key(&field.key);
                    writer.traced(&field.value);
                });
            }
        }
    }

    fn traced(&mut self, value: &Traced<Data>) {
        match &value.value {
            Known(data) => self.data(data),
            // Values that are decoded from text have no unknown parts.
            Unknown(_) => self.text.push_str("null"),
        }
    }

    fn key(&mut self, key: &str) {
        write_string(key, &mut self.text);
        self.text.push_str(if self.indent.is_some() { ": " } else { ":" });
    }

    fn collection<T>(&mut self, [open, close]: [char; 2], items: &[T], write: impl Fn(&mut Self, &T)) {
        self.text.push(open);
        self.indent = self.indent.map(|depth| depth.saturating_add(1));
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            self.new_line();
            write(self, item);
        }
        self.indent = self.indent.map(|depth| depth.saturating_sub(1));
        if !items.is_empty() {
            self.new_line();
        }
        self.text.push(close);
    }

    fn new_line(&mut self) {
        if let Some(depth) = self.indent {
            self.text.push('\n');
            self.text.push_str(&"  ".repeat(depth));
        }
    }
}

//! Terraform's own syntax written in JSON.

use serde_json::{Map, Value};
use trailint::internal::syntax::hcl::{Block, Body, Expr, ExprKind, ObjectItem, ObjectKey};

use super::syntax::read;

/// A text as JSON.
pub(super) fn of(text: &str) -> String {
    let mut file = Map::new();
    for (block, _) in read(text).blocks {
        push(&mut file, &block, &Writer { text, is_literal: false });
    }
    Value::Object(file).to_string()
}

struct Writer<'a> {
    text: &'a str,
    /// Whether strings are no templates.
    is_literal: bool,
}

/// Adds a block to those of its type.
fn push(above: &mut Map<String, Value>, block: &Block, writer: &Writer<'_>) {
    let body = writer.body(&block.body, &block.kind.text);
    let labelled =
        block.labels.iter().rev().fold(body, |inner, label| serde_json::json!({ label.text.clone(): inner }));
    let blocks = above.entry(block.kind.text.clone()).or_insert_with(|| Value::Array(Vec::new()));
    blocks.as_array_mut().unwrap().push(labelled);
}

impl Writer<'_> {
    fn body(&self, body: &Body, kind: &str) -> Value {
        let mut object = Map::new();
        for attribute in &body.attributes {
            let name = attribute.name.text.as_str();
            let value = match (kind, name) {
                ("variable", "type") | (_, "iterator") => Value::from(self.slice(&attribute.value)),
                ("variable", "default") => Writer { is_literal: true, ..*self }.value(&attribute.value),
                _ => self.value(&attribute.value),
            };
            object.insert(name.to_owned(), value);
        }
        body.blocks.iter().for_each(|block| push(&mut object, block, self));
        Value::Object(object)
    }

    fn value(&self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Null => Value::Null,
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::Number(text) => serde_json::from_str(text).unwrap(),
            ExprKind::String(text) if self.is_literal => Value::from(text.clone()),
            ExprKind::String(text) => Value::from(text.replace("${", "$${").replace("%{", "%%{")),
            ExprKind::Tuple(items) => items.iter().map(|item| self.value(item)).collect(),
            ExprKind::Object(items) => match items.iter().map(|item| self.field(item)).collect::<Option<Map<_, _>>>() {
                Some(fields) => Value::Object(fields),
                None => self.interpolated(expr),
            },
            _ => self.interpolated(expr),
        }
    }

    fn field(&self, item: &ObjectItem) -> Option<(String, Value)> {
        let key = match &item.key {
            ObjectKey::Name(name) => name.text.clone(),
            ObjectKey::Expr(Expr { kind: ExprKind::String(text), .. }) => text.clone(),
            ObjectKey::Expr(_) => return None,
        };
        Some((key, self.value(&item.value)))
    }

    fn interpolated(&self, expr: &Expr) -> Value {
        Value::from(format!("${{{}}}", self.slice(expr)))
    }

    fn slice(&self, expr: &Expr) -> &str {
        &self.text[expr.span.range()]
    }
}

//! The expressions of a text and where they stand.

use std::ops::Range;
use std::path::Path;

use trailint::internal::source::Sources;
use trailint::internal::syntax::hcl::{self, Block, Body, Expr, ExprKind, ObjectKey, ParsedItem, TemplatePart};

/// A file that has been read.
pub(super) struct Text {
    /// Its top-level blocks, with the places of all that belongs to each.
    pub(super) blocks: Vec<(Block, Range<usize>)>,
}

/// Reads a file in the native syntax.
pub(super) fn read(text: &str) -> Text {
    let sources = Sources::new("/".into());
    let id = sources.add(Path::new("/main.tf"), text.as_bytes().to_vec());
    let file = sources.file(id);
    let outline = hcl::split(id, &file);
    let block = |item: &hcl::UnparsedItem| match hcl::parse(item, &file).0 {
        Some(ParsedItem::Block(block)) => Some((block, item.span.range())),
        Some(ParsedItem::Attribute(_)) | None => None,
    };
    Text { blocks: outline.items.iter().filter_map(block).collect() }
}

/// Arguments that Terraform reads without evaluating them, or evaluates before there are values.
const CONSTANT: [&str; 9] = [
    "source",
    "version",
    "iterator",
    "depends_on",
    "provider",
    "providers",
    "ignore_changes",
    "description",
    "sensitive",
];

/// The places of the expressions in a block that Terraform evaluates.
pub(super) fn expressions(block: &Block) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    if !matches!(block.kind.text.as_str(), "variable" | "terraform" | "provider") {
        in_body(&block.body, &mut places);
    }
    places
}

fn in_body(body: &Body, places: &mut Vec<Range<usize>>) {
    for attribute in &body.attributes {
        if !CONSTANT.contains(&attribute.name.text.as_str()) {
            in_expr(&attribute.value, places);
        }
    }
    body.blocks.iter().for_each(|block| in_body(&block.body, places));
}

fn in_expr(expr: &Expr, places: &mut Vec<Range<usize>>) {
    places.push(expr.span.range());
    match &expr.kind {
        ExprKind::Template(parts) => in_parts(parts, places),
        ExprKind::Tuple(items) => items.iter().for_each(|item| in_expr(item, places)),
        ExprKind::Object(items) => {
            for item in items {
                if let ObjectKey::Expr(key) = &item.key {
                    in_expr(key, places);
                }
                in_expr(&item.value, places);
            }
        }
        ExprKind::Index(base, key) => {
            in_base(base, places);
            in_expr(key, places);
        }
        ExprKind::GetAttr(base, _) => in_base(base, places),
        ExprKind::Splat(splat) => in_base(&splat.base, places),
        // Whether the argument of these fails is a part of its value.
        ExprKind::Call(call) if matches!(call.name.text.as_str(), "can" | "try") => {
            for argument in &call.arguments {
                let own = places.len();
                in_expr(argument, places);
                places.remove(own);
            }
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|argument| in_expr(argument, places)),
        ExprKind::Conditional(it) => {
            [&it.condition, &it.then, &it.otherwise].into_iter().for_each(|part| in_expr(part, places));
        }
        ExprKind::Unary(_, operand) => in_expr(operand, places),
        ExprKind::Binary(_, left, right) => [left, right].into_iter().for_each(|operand| in_expr(operand, places)),
        ExprKind::For(it) => {
            let parts = [Some(&it.collection), it.result_key.as_ref(), Some(&it.result), it.condition.as_ref()];
            parts.into_iter().flatten().for_each(|part| in_expr(part, places));
        }
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => {}
        ExprKind::Variable(_) | ExprKind::Unreadable => {}
    }
}

/// What stands before `.name`, `[key]` or `[*]`, unless it is a part of a reference.
fn in_base(base: &Expr, places: &mut Vec<Range<usize>>) {
    match &base.kind {
        ExprKind::Variable(_) => {}
        ExprKind::GetAttr(inner, _) if matches!(inner.kind, ExprKind::Variable(_)) => {}
        ExprKind::GetAttr(inner, _) => in_base(inner, places),
        _ => in_expr(base, places),
    }
}

fn in_parts(parts: &[TemplatePart], places: &mut Vec<Range<usize>>) {
    for part in parts {
        match part {
            TemplatePart::Literal(..) => {}
            TemplatePart::Interpolation(expr) => in_expr(expr, places),
            TemplatePart::If(directive) => {
                in_expr(&directive.condition, places);
                in_parts(&directive.then, places);
                in_parts(&directive.otherwise, places);
            }
            TemplatePart::For(directive) => {
                in_expr(&directive.collection, places);
                in_parts(&directive.body, places);
            }
        }
    }
}

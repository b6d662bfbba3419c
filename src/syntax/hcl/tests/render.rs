//! Renders HCL trees as S-expressions.

use super::super::{Attribute, Block, Body, Expr, ExprKind, ForExpr, Label, ObjectItem, ObjectKey, TemplatePart};
use crate::source::SourceFile;
use crate::syntax::Problem;

pub(super) fn render_problem(problem: &Problem, file: &SourceFile) -> String {
    let place = file.position(problem.span.start);
    format!("! {}:{} `{}` {}", place.line, place.column, file.slice(problem.span), problem.message)
}

pub(super) fn render_block(block: &Block, file: &SourceFile) -> String {
    assert!(file.slice(block.span).starts_with(file.slice(block.header)));
    assert!(file.slice(block.span).ends_with('}'));
    format!("[{}]{}", file.slice(block.header), render_body(&block.body, file))
}

fn render_body(body: &Body, file: &SourceFile) -> String {
    let attributes = body.attributes.iter().map(render_attribute);
    let blocks = body.blocks.iter().map(|block| render_block(block, file));
    format!("{{{}}}", attributes.chain(blocks).collect::<Vec<_>>().join(" "))
}

pub(super) fn render_attribute(attribute: &Attribute) -> String {
    format!("({} {})", attribute.name.text, render(&attribute.value))
}

pub(super) fn render(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(text) => text.clone(),
        ExprKind::String(text) => format!("{text:?}"),
        ExprKind::Template(parts) => format!("(template{})", render_parts(parts)),
        ExprKind::Tuple(items) => format!("[{}]", render_all(items)),
        ExprKind::Object(items) => {
            format!("{{{}}}", items.iter().map(render_item).collect::<Vec<_>>().join(" "))
        }
        ExprKind::Variable(name) if name.is_empty() => "_".to_owned(),
        ExprKind::Variable(name) => name.clone(),
        ExprKind::GetAttr(base, name) => format!("(get {} {})", render(base), name.text),
        ExprKind::Index(base, key) => format!("(index {} {})", render(base), render(key)),
        ExprKind::Splat(splat) => {
            let operator = if splat.full { "[*]" } else { ".*" };
            format!("({operator} {} {})", render(&splat.base), render(&splat.each))
        }
        ExprKind::Call(call) => {
            let dots = if call.expand_last { "..." } else { "" };
            format!("({}: {}{dots})", call.name.text, render_all(&call.arguments))
        }
        ExprKind::Conditional(it) => {
            format!("(? {} {} {})", render(&it.condition), render(&it.then), render(&it.otherwise))
        }
        ExprKind::Unary(operator, operand) => format!("({operator:?} {})", render(operand)),
        ExprKind::Binary(operator, left, right) => format!("({operator:?} {} {})", render(left), render(right)),
        ExprKind::For(it) => render_for(it),
        ExprKind::Unreadable => "unreadable".to_owned(),
    }
}

fn render_item(item: &ObjectItem) -> String {
    match &item.key {
        ObjectKey::Name(name) => format!("{}={}", name.text, render(&item.value)),
        ObjectKey::Expr(key) => format!("({})={}", render(key), render(&item.value)),
    }
}

fn render_all(exprs: &[Expr]) -> String {
    exprs.iter().map(render).collect::<Vec<_>>().join(" ")
}

fn render_for(it: &ForExpr) -> String {
    let key = it.result_key.as_ref().map_or_else(String::new, |key| format!("{} => ", render(key)));
    let group = if it.group { "..." } else { "" };
    let condition = it.condition.as_ref().map_or_else(String::new, |condition| format!(" if {}", render(condition)));
    let names = render_names(it.key.as_ref(), &it.value);
    format!("(for {names} in {}: {key}{}{group}{condition})", render(&it.collection), render(&it.result))
}

fn render_names(key: Option<&Label>, value: &Label) -> String {
    key.map_or_else(|| value.text.clone(), |key| format!("{},{}", key.text, value.text))
}

fn render_parts(parts: &[TemplatePart]) -> String {
    parts.iter().map(render_part).collect()
}

fn render_part(part: &TemplatePart) -> String {
    match part {
        TemplatePart::Literal(text, _) => format!(" {text:?}"),
        TemplatePart::Interpolation(expr) => format!(" {}", render(expr)),
        TemplatePart::If(it) => {
            let (then, otherwise) = (render_parts(&it.then), render_parts(&it.otherwise));
            format!(" (if {}{then} else{otherwise})", render(&it.condition))
        }
        TemplatePart::For(it) => {
            let names = render_names(it.key.as_ref(), &it.value);
            format!(" (for {names} in {}:{})", render(&it.collection), render_parts(&it.body))
        }
    }
}

/// The direct subexpressions, except object keys and expressions in directives.
pub(super) fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Tuple(items) => items.iter().collect(),
        ExprKind::Object(items) => items.iter().map(|item| &item.value).collect(),
        ExprKind::GetAttr(base, _) => vec![base],
        ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => vec![left, right],
        ExprKind::Splat(splat) => vec![&splat.base, &splat.each],
        ExprKind::Call(call) => call.arguments.iter().collect(),
        ExprKind::Conditional(it) => vec![&it.condition, &it.then, &it.otherwise],
        ExprKind::Unary(_, operand) => vec![operand],
        ExprKind::For(it) => vec![&it.collection, &it.result],
        ExprKind::Template(parts) => parts.iter().filter_map(interpolated).collect(),
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => Vec::new(),
        ExprKind::Variable(_) | ExprKind::Unreadable => Vec::new(),
    }
}

fn interpolated(part: &TemplatePart) -> Option<&Expr> {
    match part {
        TemplatePart::Interpolation(expr) => Some(expr),
        TemplatePart::Literal(..) | TemplatePart::If(_) | TemplatePart::For(_) => None,
    }
}

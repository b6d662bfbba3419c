//! Parses the expression that an option such as `--var` assigns to a variable.
//!
//! Terraform evaluates it outside of any module, so it may neither refer to objects nor call functions. Source:
//! <https://developer.hashicorp.com/terraform/language/values/variables#variables-on-the-command-line>.

use crate::source::Span;
use crate::syntax::hcl::{self, Expr, ExprKind, ObjectKey, TemplatePart};

/// Parses a text; the second item is the reason if Terraform rejects the expression.
pub(super) fn read(text: &str, span: Span) -> (Expr, Option<String>) {
    match hcl::parse_expr(text, |_| span) {
        Ok(expr) => {
            let refused = needed(&expr, &mut Vec::new());
            (expr, refused)
        }
        Err(problem) => {
            let reason = problem.message.trim_start_matches("can't be read: ");
            (Expr { span, kind: ExprKind::Unreadable }, Some(format!("invalid expression ({reason})")))
        }
    }
}

/// The first reference or function call that such an expression isn't allowed to contain, as the reason to reject it.
/// `bound` lists the names that an enclosing `for` declares. The parser limits the nesting of expressions.
fn needed(expr: &Expr, bound: &mut Vec<String>) -> Option<String> {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Unreadable => None,
        ExprKind::Variable(name) if name.is_empty() || bound.contains(name) => None,
        ExprKind::Variable(name) => Some(format!("it can't refer to `{name}`; put a string in quotes")),
        ExprKind::Call(call) => Some(format!("it can't call the function `{}`", call.name.text)),
        ExprKind::GetAttr(base, _) | ExprKind::Unary(_, base) => needed(base, bound),
        ExprKind::Index(base, key) | ExprKind::Binary(_, base, key) => {
            needed(base, bound).or_else(|| needed(key, bound))
        }
        ExprKind::Splat(splat) => needed(&splat.base, bound).or_else(|| needed(&splat.each, bound)),
        ExprKind::Tuple(items) => items.iter().find_map(|item| needed(item, bound)),
        ExprKind::Object(items) => items.iter().find_map(|item| {
            let of_key = match &item.key {
                ObjectKey::Name(_) => None,
                ObjectKey::Expr(key) => needed(key, bound),
            };
            of_key.or_else(|| needed(&item.value, bound))
        }),
        ExprKind::Conditional(choice) => {
            [&choice.condition, &choice.then, &choice.otherwise].into_iter().find_map(|part| needed(part, bound))
        }
        ExprKind::Template(parts) => needed_by_parts(parts, bound),
        ExprKind::For(each) => needed(&each.collection, bound).or_else(|| {
            let outer = bound.len();
            bound.extend(each.key.iter().chain([&each.value]).map(|name| name.text.clone()));
            let parts = each.result_key.iter().chain([&each.result]).chain(&each.condition);
            let found = parts.into_iter().find_map(|part| needed(part, bound));
            bound.truncate(outer);
            found
        }),
    }
}

fn needed_by_parts(parts: &[TemplatePart], bound: &mut Vec<String>) -> Option<String> {
    parts.iter().find_map(|part| match part {
        TemplatePart::Literal(..) => None,
        TemplatePart::Interpolation(expr) => needed(expr, bound),
        TemplatePart::If(choice) => needed(&choice.condition, bound)
            .or_else(|| needed_by_parts(&choice.then, bound))
            .or_else(|| needed_by_parts(&choice.otherwise, bound)),
        TemplatePart::For(each) => needed(&each.collection, bound).or_else(|| {
            let outer = bound.len();
            bound.extend(each.key.iter().chain([&each.value]).map(|name| name.text.clone()));
            let found = needed_by_parts(&each.body, bound);
            bound.truncate(outer);
            found
        }),
    })
}

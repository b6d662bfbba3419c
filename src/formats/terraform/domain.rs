//! The values that a variable without a value can have, when they are few.

use super::types::Type;
use crate::syntax::hcl::{BinaryOperator, Block, Call, Expr, ExprKind, UnaryOperator};
use crate::value::Data;

/// What a variable can be.
pub(super) enum Domain {
    /// Nothing is known about it.
    Anything,
    /// One of these.
    OneOf(Vec<Data>),
}

/// The domain that a variable's type and its validations leave.
pub(super) fn of(variable: &Block, name: &str, ty: Option<&Type>, is_nullable: bool) -> Domain {
    let conditions: Vec<&Expr> = variable
        .body
        .blocks("validation")
        .filter_map(|validation| Some(&validation.body.attribute("condition")?.value))
        .collect();
    let mut candidates = match ty {
        Some(Type::Bool) => vec![Data::Bool(true), Data::Bool(false)],
        _ => conditions.iter().filter_map(|condition| literals(condition, name)).flatten().collect(),
    };
    if ty == Some(&Type::Bool) && is_nullable {
        candidates.push(Data::Null);
    }
    // A value that no condition names must be ruled out, or there may be others than the named ones.
    let is_closed =
        ty == Some(&Type::Bool) || conditions.iter().any(|condition| holds(condition, name, None) == Some(false));
    candidates.retain(|value| conditions.iter().all(|condition| holds(condition, name, Some(value)) != Some(false)));
    let mut distinct: Vec<Data> = Vec::new();
    for value in candidates {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    if is_closed && !distinct.is_empty() { Domain::OneOf(distinct) } else { Domain::Anything }
}

/// Whether a condition holds for a value of the variable, or for one that it doesn't name;
/// nothing when the condition isn't of the simple forms.
fn holds(condition: &Expr, name: &str, value: Option<&Data>) -> Option<bool> {
    match &condition.kind {
        _ if is_variable(condition, name) => Some(value == Some(&Data::Bool(true))),
        ExprKind::Bool(value) => Some(*value),
        ExprKind::Unary(UnaryOperator::Not, inner) => holds(inner, name, value).map(|holds| !holds),
        ExprKind::Binary(BinaryOperator::And, a, b) => match (holds(a, name, value), holds(b, name, value)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (a, b) => Some(a? && b?),
        },
        ExprKind::Binary(BinaryOperator::Or, a, b) => match (holds(a, name, value), holds(b, name, value)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (a, b) => Some(a? || b?),
        },
        ExprKind::Binary(BinaryOperator::Equal, ..) | ExprKind::Call(_) => {
            let literals = literals(condition, name)?;
            Some(value.is_some_and(|value| literals.contains(value)))
        }
        ExprKind::Binary(BinaryOperator::NotEqual, ..) => {
            let literals = literals(condition, name)?;
            Some(!value.is_some_and(|value| literals.contains(value)))
        }
        _ => None,
    }
}

/// The literals with which a condition compares the variable; nothing when it does anything else with it.
fn literals(condition: &Expr, name: &str) -> Option<Vec<Data>> {
    match &condition.kind {
        ExprKind::Call(call) => contained(call, name),
        ExprKind::Binary(BinaryOperator::Equal | BinaryOperator::NotEqual, a, b) => {
            let other = if is_variable(a, name) { b } else { Some(a).filter(|_| is_variable(b, name))? };
            literal(other).map(|literal| vec![literal])
        }
        ExprKind::Binary(BinaryOperator::And | BinaryOperator::Or, a, b) => {
            let (a, b) = (literals(a, name).unwrap_or_default(), literals(b, name).unwrap_or_default());
            Some([a, b].concat())
        }
        ExprKind::Unary(UnaryOperator::Not, inner) => literals(inner, name),
        _ => None,
    }
}

/// The items of `contains([…], var.x)`.
fn contained(call: &Call, name: &str) -> Option<Vec<Data>> {
    match (call.name.text.as_str(), call.arguments.as_slice()) {
        ("contains", [Expr { kind: ExprKind::Tuple(items), .. }, value]) if is_variable(value, name) => {
            items.iter().map(literal).collect()
        }
        _ => None,
    }
}

fn is_variable(expr: &Expr, name: &str) -> bool {
    match &expr.kind {
        ExprKind::GetAttr(base, attribute) => {
            attribute.text == name && base.kind == ExprKind::Variable("var".to_owned())
        }
        _ => false,
    }
}

fn literal(expr: &Expr) -> Option<Data> {
    match &expr.kind {
        ExprKind::Bool(value) => Some(Data::Bool(*value)),
        ExprKind::String(text) => Some(Data::String(text.clone())),
        ExprKind::Number(text) => text.parse().ok().map(Data::Number),
        ExprKind::Null => Some(Data::Null),
        _ => None,
    }
}

//! The possible values of a variable without a value, if its type and validations leave few.

use std::rc::Rc;

use crate::formats::terraform::language::types::Type;
use crate::formats::terraform::language::{normal_form, numbers};
use crate::source::Span;
use crate::syntax::hcl::{BinaryOperator, Block, Expr, ExprKind, ForExpr, FunctionCall, UnaryOperator};
use crate::value::{Data, Memo, World, alternatives};

/// A domain with this many values or more counts as unlimited.
const MAX_VALUES: usize = 256;

/// The bytes of conditions that are compared with one value per step.
const BYTES_PER_STEP: usize = 64;

/// A cache of the domains of variables, by the variable's location, and true for a variable without a value.
pub(super) type Domains = Memo<(Span, bool), Rc<Domain>>;

/// The possible values of a variable.
pub(super) enum Domain {
    /// Unknown, or too many values to list.
    Anything,
    /// One of these values.
    OneOf(Vec<Data>),
}

/// The domain that a variable's type and validations allow.
pub(super) fn of(variable: &Block, name: &str, ty: Option<&Type>, is_nullable: bool, world: &World) -> Domain {
    if ty != Some(&Type::Bool) {
        return validated(variable, name, world);
    }
    let mut values = vec![Data::Bool(true), Data::Bool(false)];
    values.extend(is_nullable.then_some(Data::Null));
    accepted_values(values, &conditions(variable), name, world)
}

/// The domain that the validations of a variable allow, regardless of its type.
pub(super) fn validated(variable: &Block, name: &str, world: &World) -> Domain {
    let conditions = conditions(variable);
    // Unless some condition rejects all values that it doesn't name, other values are possible as well.
    if !conditions.iter().any(|condition| holds(condition, name, None) == Some(false)) {
        return Domain::Anything;
    }
    let values = conditions.iter().filter_map(|condition| literals(condition, name)).flatten().collect();
    accepted_values(values, &conditions, name, world)
}

/// True if a validation certainly rejects the value.
pub(super) fn rejects(variable: &Block, name: &str, value: &Data, world: &World) -> bool {
    refusing(variable, name, value, world).is_some()
}

/// The condition of a validation that certainly rejects the value.
pub(super) fn refusing<'v>(variable: &'v Block, name: &str, value: &Data, world: &World) -> Option<&'v Expr> {
    let conditions = conditions(variable);
    world.charge(steps(&conditions));
    conditions.into_iter().find(|condition| holds(condition, name, Some(value)) == Some(false))
}

/// True for a text that is neither a number nor a bool, so that it can't result from a type conversion.
pub(super) fn is_word(value: &Data) -> bool {
    matches!(value, Data::String(text) if !matches!(text.as_str(), "true" | "false") && numbers::parse(text).is_none())
}

pub(super) fn conditions(variable: &Block) -> Vec<&Expr> {
    let validations = variable.body.blocks("validation");
    validations.filter_map(|validation| Some(&validation.body.attribute("condition")?.value)).collect()
}

/// The distinct values that no condition rejects.
fn accepted_values(values: Vec<Data>, conditions: &[&Expr], name: &str, world: &World) -> Domain {
    let mut distinct: Vec<Data> = Vec::new();
    for value in values {
        if distinct.len() >= MAX_VALUES {
            break;
        }
        if distinct.contains(&value) {
            continue;
        }
        if !world.has_steps() {
            return Domain::Anything;
        }
        world.charge(steps(conditions));
        if conditions.iter().all(|condition| holds(condition, name, Some(&value)) != Some(false)) {
            distinct.push(value);
        }
    }
    let is_small = distinct.len() < MAX_VALUES && !distinct.is_empty();
    if is_small { Domain::OneOf(distinct) } else { Domain::Anything }
}

/// The steps that comparing one value with the conditions costs.
fn steps(conditions: &[&Expr]) -> usize {
    let bytes = conditions.iter().map(|condition| condition.span.end.saturating_sub(condition.span.start));
    bytes.fold(0, |sum: usize, bytes| sum.saturating_add(bytes as usize)) / BYTES_PER_STEP
}

/// True if a condition holds for a value of the variable, or, with `None`, for a value that the condition doesn't name.
/// Returns `None` if the condition isn't of a simple form.
fn holds(condition: &Expr, name: &str, value: Option<&Data>) -> Option<bool> {
    match &condition.kind {
        _ if is_variable(condition, name) => Some(value == Some(&Data::Bool(true))),
        ExprKind::Bool(value) => Some(*value),
        ExprKind::Unary(UnaryOperator::Not, inner) => holds(inner, name, value).map(|holds| !holds),
        ExprKind::Binary(BinaryOperator::And, a, b) => all([a, b].map(|operand| holds(operand, name, value))),
        ExprKind::Binary(BinaryOperator::Or, a, b) => any([a, b].map(|operand| holds(operand, name, value))),
        ExprKind::Conditional(conditional) => {
            let is_met = holds(&conditional.condition, name, value)?;
            holds(if is_met { &conditional.then } else { &conditional.otherwise }, name, value)
        }
        ExprKind::Binary(BinaryOperator::NotEqual, ..) => {
            let literals = compared(condition, name)?;
            Some(!value.is_some_and(|value| literals.contains(value)))
        }
        ExprKind::Call(call) => match (call.name.text.as_str(), call.arguments.as_slice()) {
            ("alltrue", [Expr { kind: ExprKind::Tuple(items), .. }]) => {
                all(items.iter().map(|item| holds(item, name, value)))
            }
            ("anytrue", [Expr { kind: ExprKind::Tuple(items), .. }]) => {
                any(items.iter().map(|item| holds(item, name, value)))
            }
            _ => holds_by_name(condition, name, value),
        },
        _ => holds_by_name(condition, name, value),
    }
}

/// Like [`holds`], for a condition that holds exactly for the values that it names.
fn holds_by_name(condition: &Expr, name: &str, value: Option<&Data>) -> Option<bool> {
    let literals = compared(condition, name)?;
    Some(value.is_some_and(|value| literals.contains(value)))
}

fn all(operands: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for operand in operands {
        match operand {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

fn any(operands: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    all(operands.into_iter().map(|operand| operand.map(|holds| !holds))).map(|holds| !holds)
}

/// All literals with which the parts of a condition compare the variable.
fn literals(condition: &Expr, name: &str) -> Option<Vec<Data>> {
    let parts: Vec<&Expr> = match &condition.kind {
        ExprKind::Binary(BinaryOperator::And | BinaryOperator::Or, a, b) => vec![a, b],
        ExprKind::Unary(UnaryOperator::Not, inner) => vec![inner],
        ExprKind::Conditional(conditional) => vec![&conditional.condition, &conditional.then, &conditional.otherwise],
        ExprKind::Call(call) => match (call.name.text.as_str(), call.arguments.as_slice()) {
            ("alltrue" | "anytrue", [Expr { kind: ExprKind::Tuple(items), .. }]) => items.iter().collect(),
            _ => return compared(condition, name),
        },
        _ => return compared(condition, name),
    };
    Some(parts.into_iter().filter_map(|part| literals(part, name)).flatten().collect())
}

/// The literals of one comparison; `None` if the condition uses the variable in any other way.
fn compared(condition: &Expr, name: &str) -> Option<Vec<Data>> {
    match &condition.kind {
        ExprKind::Call(call) => match (call.name.text.as_str(), call.arguments.as_slice()) {
            ("contains", [list, value]) if is_variable(value, name) => items(list)?.iter().map(literal).collect(),
            ("can", [Expr { kind: ExprKind::Call(call), .. }]) => matched(call, "regex", name),
            ("anytrue", [Expr { kind: ExprKind::For(each), .. }]) => compared_each(each, name),
            _ => None,
        },
        ExprKind::Binary(BinaryOperator::Greater, a, b) => match (&a.kind, &b.kind) {
            (ExprKind::Call(call), ExprKind::Number(zero)) if call.name.text == "length" && zero == "0" => {
                let [Expr { kind: ExprKind::Call(call), .. }] = call.arguments.as_slice() else { return None };
                matched(call, "regexall", name)
            }
            _ => None,
        },
        ExprKind::Binary(BinaryOperator::Equal | BinaryOperator::NotEqual, a, b) => {
            let other = if is_variable(a, name) { b } else { Some(a).filter(|_| is_variable(b, name))? };
            literal(other).map(|literal| vec![literal])
        }
        _ => None,
    }
}

/// The items of a literal list, also within `tolist` or `toset`.
fn items(list: &Expr) -> Option<&[Expr]> {
    match &list.kind {
        ExprKind::Tuple(items) => Some(items),
        ExprKind::Call(call) if matches!(call.name.text.as_str(), "tolist" | "toset") => items(call.arguments.first()?),
        _ => None,
    }
}

/// The texts that `regex("^(a|b)$", var.x)` matches.
fn matched(call: &FunctionCall, function: &str, name: &str) -> Option<Vec<Data>> {
    let [Expr { kind: ExprKind::String(pattern), .. }, value] = call.arguments.as_slice() else { return None };
    let is_match = call.name.text == function && is_variable(value, name);
    let texts = Some(pattern).filter(|_| is_match).and_then(|pattern| alternatives::all(pattern))?;
    Some(texts.into_iter().map(Data::String).collect())
}

/// The items of `[for item in […] : item == var.x]`.
fn compared_each(each: &ForExpr, name: &str) -> Option<Vec<Data>> {
    let is_plain = each.condition.is_none() && each.result_key.is_none();
    match &each.result.kind {
        ExprKind::Binary(BinaryOperator::Equal, a, b)
            if is_plain && (is_item(a, each) && is_variable(b, name) || is_item(b, each) && is_variable(a, name)) =>
        {
            items(&each.collection)?.iter().map(literal).collect()
        }
        _ => None,
    }
}

fn is_item(expr: &Expr, each: &ForExpr) -> bool {
    expr.kind == ExprKind::Variable(each.value.text.clone())
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
        ExprKind::String(text) => Some(Data::String(normal_form::of_text(text.clone()))),
        ExprKind::Number(text) => text.parse().ok().map(Data::Number),
        ExprKind::Null => Some(Data::Null),
        _ => None,
    }
}

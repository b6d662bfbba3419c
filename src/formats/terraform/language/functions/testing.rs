//! Evaluates expressions without references, for tests that need neither scope nor world.

use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, find};
use crate::formats::terraform::language::equality::equal;
use crate::formats::terraform::language::numbers;
use crate::source::{FileId, Span};
use crate::syntax::hcl::{BinaryOperator, Expr, ExprKind, ObjectItem, ObjectKey, UnaryOperator, parse_expr};
use crate::value::{Data, Field, Known, List, ListKind, Object, Reason, Traced, Unknown};

/// The value of an expression, in which the name `unknown` is an unknown value.
pub(crate) fn evaluate(text: &str) -> Result<Traced<Data>, FunctionFailure> {
    eval(&expression(text))
}

/// The syntax tree of an expression.
pub(crate) fn expression(text: &str) -> Expr {
    let file = file();
    parse_expr(text, |range| Span::new(file, range.start, range.end))
        .unwrap_or_else(|problem| panic!("{text}: {problem:?}"))
}

fn file() -> FileId {
    crate::source::Sources::new("/".into()).add(std::path::Path::new("/test.tf"), Vec::new())
}

pub(crate) fn eval(expr: &Expr) -> Result<Traced<Data>, FunctionFailure> {
    let made = |data| Ok(Traced::written(data, expr.span));
    match &expr.kind {
        ExprKind::Null => made(Data::Null),
        ExprKind::Bool(value) => made(Data::Bool(*value)),
        ExprKind::String(text) => made(Data::String(text.clone())),
        ExprKind::Number(text) => match numbers::parse(text) {
            Some(Known(number)) => made(Data::Number(number)),
            Some(Unknown(why)) => Err(why.into()),
            None => panic!("{text}"),
        },
        ExprKind::Tuple(items) => made(Data::tuple(items.iter().map(eval).collect::<Result<_, _>>()?)),
        ExprKind::Object(items) => made(Data::Object(object(items, expr.span)?)),
        ExprKind::Variable(name) if name == "unknown" => Ok(unknown(expr.span, "var.x", false)),
        ExprKind::Variable(name) if name == "arn" => Ok(unknown(expr.span, "aws_kms_key.a.arn", true)),
        ExprKind::Unary(UnaryOperator::Negate, operand) => match eval(operand)?.value {
            Known(Data::Number(number)) => {
                numbers::negate(number).map_or_else(|| Err(inexact()), |number| made(Data::Number(number)))
            }
            _ => panic!("a number"),
        },
        ExprKind::Binary(operator, a, b) => binary(*operator, &eval(a)?, &eval(b)?, expr.span),
        ExprKind::Call(call) => {
            let mut arguments: Vec<Traced<Data>> = call.arguments.iter().map(eval).collect::<Result<_, _>>()?;
            if call.expand_last
                && let Some(Traced { value: Known(Data::List(list)), .. }) = arguments.pop()
            {
                arguments.extend(list.items);
            }
            let function = find(&call.name.text).unwrap_or_else(|| panic!("no function `{}`", call.name.text));
            match function.call(&EvaluatedCall::new(expr.span, &arguments))? {
                FunctionOutcome::Computed(data) => made(data),
                FunctionOutcome::Selected(value) => Ok(value),
            }
        }
        other => panic!("{other:?}"),
    }
}

fn unknown(span: Span, reference: &str, is_set: bool) -> Traced<Data> {
    let why = Reason::AtDeployment { reference: reference.to_owned(), is_set };
    Traced { value: Unknown(why), ..Traced::written(Data::Null, span) }
}

fn inexact() -> FunctionFailure {
    FunctionFailure::Unknown(Reason::OverLimit { limit: "arithmetic" })
}

fn object(items: &[ObjectItem], span: Span) -> Result<Object, FunctionFailure> {
    let mut fields: Vec<Field> = Vec::new();
    for item in items {
        let key = match &item.key {
            ObjectKey::Name(name) => name.text.clone(),
            ObjectKey::Expr(Expr { kind: ExprKind::String(text) | ExprKind::Number(text), .. }) => text.clone(),
            ObjectKey::Expr(other) => panic!("{other:?}"),
        };
        fields.retain(|field| field.key != key);
        fields.push(Field { key, key_span: item.value.span, value: eval(&item.value)? });
    }
    Ok(Object::new(span, fields))
}

fn binary(
    operator: BinaryOperator,
    a: &Traced<Data>,
    b: &Traced<Data>,
    span: Span,
) -> Result<Traced<Data>, FunctionFailure> {
    if operator == BinaryOperator::Equal {
        return match equal(a, b) {
            Known(value) => Ok(Traced::written(Data::Bool(value), span)),
            Unknown(why) => Err(why.into()),
        };
    }
    let (Known(Data::Number(a)), Known(Data::Number(b))) = (&a.value, &b.value) else { panic!("numbers") };
    let result = match operator {
        BinaryOperator::Add => numbers::add(*a, *b),
        BinaryOperator::Subtract => numbers::subtract(*a, *b),
        BinaryOperator::Multiply => numbers::multiply(*a, *b),
        BinaryOperator::Divide => numbers::divide(*a, *b),
        BinaryOperator::Modulo => numbers::modulo(*a, *b),
        other => panic!("{other:?}"),
    };
    result.map(|number| Traced::written(Data::Number(number), span)).ok_or_else(inexact)
}

/// A value in the format of `terraform console`, in one line.
pub(crate) fn shown(value: &Traced<Data>) -> String {
    match &value.value {
        Unknown(_) => "?".to_owned(),
        Known(Data::List(List { kind, items })) => {
            let items = items.iter().map(shown).collect::<Vec<_>>().join(",");
            match kind {
                ListKind::Tuple => format!("[{items}]"),
                ListKind::List => format!("tolist([{items}])"),
                ListKind::Set => format!("toset([{items}])"),
            }
        }
        Known(Data::Object(object)) => {
            let mut fields: Vec<&Field> = object.fields.iter().collect();
            fields.sort_by(|a, b| a.key.cmp(&b.key));
            let fields = fields.into_iter().map(|field| format!("{:?}={}", field.key, shown(&field.value)));
            let fields = fields.collect::<Vec<_>>().join(",");
            if object.is_map { format!("tomap({{{fields}}})") } else { format!("{{{fields}}}") }
        }
        Known(Data::Null) => "null".to_owned(),
        Known(Data::Bool(value)) => value.to_string(),
        Known(Data::Number(number)) => numbers::show(*number),
        Known(Data::String(text)) => format!("{text:?}"),
    }
}

/// True if a concrete value is compatible with a partly unknown one.
pub(super) fn covers(claimed: &Traced<Data>, found: &Traced<Data>) -> bool {
    match (&claimed.value, &found.value) {
        (Unknown(_), _) => true,
        (Known(Data::List(a)), Known(Data::List(b))) => {
            let are_same = if a.kind == ListKind::Set {
                a.items.iter().all(|a| b.items.iter().any(|b| covers(a, b)))
            } else {
                a.items.iter().zip(&b.items).all(|(a, b)| covers(a, b))
            };
            a.kind == b.kind && a.items.len() == b.items.len() && are_same
        }
        (Known(Data::Object(a)), Known(Data::Object(b))) => {
            a.is_map == b.is_map
                && a.fields.len() == b.fields.len()
                && a.fields
                    .iter()
                    .all(|field| b.field(&field.key).is_some_and(|other| covers(&field.value, &other.value)))
        }
        (Known(a), Known(b)) => a == b,
        (Known(_), Unknown(_)) => false,
    }
}

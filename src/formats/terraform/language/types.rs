//! Terraform's types: parses constraints, finds the common type of values, and converts values.
//!
//! A value doesn't store its type. The type of a null, and of the elements of an empty collection, is unknown: it is
//! [`Type::Any`], which is compatible with every other. If the actual type is another one, Terraform's result differs
//! at most in the type of its primitives, or Terraform fails. Source:
//! <https://developer.hashicorp.com/terraform/language/expressions/type-constraints>.

mod convert;
mod examples;
mod unify;

pub(crate) use convert::{convert, cost};
pub(crate) use examples::example;
pub(crate) use unify::{type_of, unify};

use crate::syntax::hcl::{Expr, ExprKind, FunctionCall, ObjectItem, ObjectKey};
use crate::value::{Data, Reason, Traced};

/// A type, or a constraint on types.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    /// Any type; within a collection, any one type.
    Any,
    /// `bool`.
    Bool,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `list(…)`.
    List(Box<Type>),
    /// `set(…)`.
    Set(Box<Type>),
    /// `map(…)`.
    Map(Box<Type>),
    /// `tuple([…])`.
    Tuple(Vec<Type>),
    /// `object({…})`.
    Object(Vec<ObjectAttribute>),
    /// The type of an unknown value. Constraints don't contain it.
    Unclear(Reason),
}

/// An attribute of an object type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ObjectAttribute {
    pub(crate) name: String,
    pub(crate) ty: Type,
    /// True for `optional(…)`; a missing attribute is null.
    pub(crate) is_optional: bool,
    /// The value that replaces a missing value and null.
    pub(crate) default: Option<Traced<Data>>,
}

/// Evaluates the default of an optional attribute, which is a constant expression.
pub(crate) type DefaultEvaluator<'a> = &'a dyn Fn(&Expr) -> Traced<Data>;

impl Type {
    /// Parses a type constraint; `None` if the expression isn't one.
    pub(crate) fn parse(expr: &Expr, constant: DefaultEvaluator<'_>) -> Option<Self> {
        match &expr.kind {
            ExprKind::Variable(name) => Self::of_keyword(name),
            // Before Terraform 0.12, types were quoted.
            ExprKind::String(name) => match name.as_str() {
                "string" | "list" | "map" => Self::of_keyword(name),
                _ => None,
            },
            ExprKind::Call(call) => Self::of_call(call, constant),
            _ => None,
        }
    }

    fn of_keyword(name: &str) -> Option<Self> {
        match name {
            "any" => Some(Self::Any),
            "bool" => Some(Self::Bool),
            "number" => Some(Self::Number),
            "string" => Some(Self::String),
            "list" => Some(Self::List(Box::new(Self::Any))),
            "map" => Some(Self::Map(Box::new(Self::Any))),
            _ => None,
        }
    }

    fn of_call(call: &FunctionCall, constant: DefaultEvaluator<'_>) -> Option<Self> {
        let [argument] = call.arguments.as_slice() else { return None };
        match (call.name.text.as_str(), &argument.kind) {
            ("list", _) => Self::parse(argument, constant).map(Box::new).map(Self::List),
            ("set", _) => Self::parse(argument, constant).map(Box::new).map(Self::Set),
            ("map", _) => Self::parse(argument, constant).map(Box::new).map(Self::Map),
            ("tuple", ExprKind::Tuple(types)) => {
                types.iter().map(|ty| Self::parse(ty, constant)).collect::<Option<_>>().map(Self::Tuple)
            }
            ("object", ExprKind::Object(items)) => {
                items.iter().map(|item| ObjectAttribute::parse(item, constant)).collect::<Option<_>>().map(Self::Object)
            }
            _ => None,
        }
    }

    /// True if some part of the type is unknown or unconstrained.
    fn is_open(&self) -> bool {
        match self {
            Self::Any | Self::Unclear(_) => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.is_open(),
            Self::Tuple(types) => types.iter().any(Self::is_open),
            Self::Object(attributes) => attributes.iter().any(|attribute| attribute.ty.is_open()),
        }
    }

    /// A text that distinguishes a conversion to this type from others.
    fn outline(&self) -> String {
        match self {
            Self::Unclear(why) => format!("with {}:", why.blocker()),
            Self::List(element) | Self::Set(element) | Self::Map(element) => {
                format!("{} of {}", self.name(), element.outline())
            }
            Self::Any | Self::Bool | Self::Number | Self::String | Self::Tuple(_) | Self::Object(_) => {
                self.name().to_owned()
            }
        }
    }

    /// The type's name in a message, with an article.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Any | Self::Unclear(_) => "a value",
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }
}

impl ObjectAttribute {
    fn parse(item: &ObjectItem, constant: DefaultEvaluator<'_>) -> Option<Self> {
        let name = match &item.key {
            ObjectKey::Name(name) => name.text.clone(),
            ObjectKey::Expr(Expr { kind: ExprKind::String(text), .. }) => text.clone(),
            ObjectKey::Expr(_) => return None,
        };
        let (ty, is_optional, default) = match &item.value.kind {
            ExprKind::Call(call) => match (call.name.text.as_str(), call.arguments.as_slice()) {
                ("optional", [ty]) => (ty, true, None),
                ("optional", [ty, default]) => (ty, true, Some(constant(default))),
                _ => (&item.value, false, None),
            },
            _ => (&item.value, false, None),
        };
        Some(Self { name, ty: Type::parse(ty, constant)?, is_optional, default })
    }
}

#[cfg(test)]
pub(crate) mod tests;

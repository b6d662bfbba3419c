//! The interface through which expressions refer to the project that contains them.

use std::rc::Rc;

use super::evaluator::{Evaluator, ValuePath};
use super::types::Type;
use crate::model::TriedValue;
use crate::source::{Sources, Span};
use crate::syntax::hcl::{Expr, FunctionCall};
use crate::value::{Data, Reason, World};

/// The names that an expression can refer to without declaring them, in one scope.
pub(crate) trait Lookup: Copy {
    /// The value of `var.name`; the span is the location of the reference.
    fn variable(self, name: &str, span: Span, world: &World) -> Rc<ValuePath>;

    /// The value of `local.name`.
    fn local(self, name: &str, span: Span, world: &World) -> Rc<ValuePath>;

    /// The value of a reference to another object, such as `path.module`, an output of a module, or an attribute of a
    /// resource; `None` if the reference isn't to an object, so that its base has to be evaluated first.
    fn object(evaluator: &Evaluator<'_, Self>, reference: &Expr) -> Option<Rc<ValuePath>>;

    /// The result of a function that reads files or declarations; `None` for another function.
    fn call(evaluator: &Evaluator<'_, Self>, call: &FunctionCall, span: Span) -> Option<ValuePath>;

    /// True if an expression with this unknown value certainly doesn't fail.
    fn is_certain(evaluator: &Evaluator<'_, Self>, expr: &Expr, why: &Reason) -> bool;

    /// The data of an unknown text in JSON, as far as it is known.
    fn decoded(self, why: &Reason, world: &World) -> Option<Data>;

    /// True if the symbol of an unknown value is a variable, or a part of one, with this declared type.
    fn has_type(self, symbol: &str, wanted: &Type, world: &World) -> bool;

    /// True if the declaration of an unknown variable rejects this value.
    fn rejects(self, why: &Reason, value: &Data, world: &World) -> bool;

    /// The address of a name of this scope within the whole configuration.
    fn qualify(self, name: &str) -> String;

    /// The texts of the expressions.
    fn sources(&self) -> &Sources;

    /// The values that fixes would set.
    fn tried(&self) -> &[TriedValue];
}

//! Reads the arguments of functions: converts them to the parameter's type, and requires as much of them to be known as
//! the function needs.

use super::{EvaluatedCall, FunctionFailure};
use crate::formats::terraform::language::numbers::LARGEST_EXACT;
use crate::formats::terraform::language::types::{Type, convert};
use crate::formats::terraform::language::unknowns::{first_unknown, wholly_known};
use crate::source::Span;
use crate::value::{Data, Field, HopKind, Known, List, ListKind, Object, Traced, Unknown};

impl<'a> EvaluatedCall<'a> {
    /// An unconverted argument, which may be null.
    pub(super) fn argument(&self, at: usize) -> Result<&'a Traced<Data>, FunctionFailure> {
        self.arguments.get(at).ok_or_else(|| FunctionFailure::failed("there are not enough arguments"))
    }

    /// An argument that must not be null; its parts may be unknown.
    pub(super) fn known(&self, at: usize) -> Result<&'a Data, FunctionFailure> {
        match &self.argument(at)?.value {
            Unknown(why) => Err(why.clone().into()),
            Known(Data::Null) => Err(FunctionFailure::failed("an argument must not be null")),
            Known(data) => Ok(data),
        }
    }

    /// An argument that must not be null, converted to a type.
    pub(super) fn converted(&self, at: usize, ty: &Type) -> Result<Data, FunctionFailure> {
        self.known(at)?;
        match convert(self.argument(at)?.clone(), ty).value {
            Known(data) => Ok(data),
            Unknown(why) => Err(why.into()),
        }
    }

    /// A string, or a value that converts to one.
    pub(super) fn string(&self, at: usize) -> Result<String, FunctionFailure> {
        match self.converted(at, &Type::String)? {
            Data::String(text) => Ok(text),
            _ => Err(FunctionFailure::failed("a string is required")),
        }
    }

    /// A number, or a string that converts to one.
    pub(super) fn number(&self, at: usize) -> Result<f64, FunctionFailure> {
        match self.converted(at, &Type::Number)? {
            Data::Number(number) => Ok(number),
            _ => Err(FunctionFailure::failed("a number is required")),
        }
    }

    /// A number without a fraction.
    pub(super) fn integer(&self, at: usize) -> Result<i64, FunctionFailure> {
        whole(self.number(at)?).ok_or_else(|| FunctionFailure::failed("a whole number is required"))
    }

    /// The items of a list, tuple or set, converted to a list.
    pub(super) fn list(&self, at: usize, element: Type) -> Result<Vec<Traced<Data>>, FunctionFailure> {
        match self.converted(at, &Type::List(Box::new(element)))? {
            Data::List(list) => self.members(at, &list.items),
            _ => Err(FunctionFailure::failed("a list is required")),
        }
    }

    /// The items of an argument as elements of the function's result.
    pub(super) fn members(&self, at: usize, items: &[Traced<Data>]) -> Result<Vec<Traced<Data>>, FunctionFailure> {
        let argument = self.argument(at)?;
        Ok(items.iter().enumerate().map(|(index, item)| argument.member(item, HopKind::Element(index))).collect())
    }

    /// The value of an argument's field as an element of the function's result.
    pub(super) fn member(&self, at: usize, field: &Field, header: Span) -> Result<Traced<Data>, FunctionFailure> {
        Ok(self.argument(at)?.member(&field.value, HopKind::to(field, header)))
    }

    /// The items of a list, all of them known strings or null.
    pub(super) fn known_strings(&self, at: usize) -> Result<Vec<Option<String>>, FunctionFailure> {
        self.list(at, Type::String)?.iter().map(text).collect()
    }

    /// An unconverted list, tuple or set.
    pub(super) fn sequence(&self, at: usize) -> Result<&'a List, FunctionFailure> {
        match self.known(at)? {
            Data::List(list) => Ok(list),
            _ => Err(FunctionFailure::failed("a list, tuple or set is required")),
        }
    }

    /// An unconverted list or tuple.
    pub(super) fn ordered(&self, at: usize) -> Result<&'a List, FunctionFailure> {
        match self.sequence(at)? {
            List { kind: ListKind::Set, .. } => {
                Err(FunctionFailure::failed("a list or tuple is required, and this is a set"))
            }
            list => Ok(list),
        }
    }

    /// An unconverted map or object.
    pub(super) fn mapping(&self, at: usize) -> Result<&'a Object, FunctionFailure> {
        match self.known(at)? {
            Data::Object(object) => Ok(object),
            _ => Err(FunctionFailure::failed("a map or object is required")),
        }
    }

    /// Fails with the first argument that has an unknown part.
    pub(super) fn all_known(&self) -> Result<(), FunctionFailure> {
        self.arguments.iter().try_for_each(require_known)
    }
}

/// Fails if a value has an unknown part.
pub(super) fn require_known(value: &Traced<Data>) -> Result<(), FunctionFailure> {
    first_unknown(value).map_or(Ok(()), |why| Err(why.clone().into()))
}

/// The text of a known string; `None` for null.
pub(super) fn text(value: &Traced<Data>) -> Result<Option<String>, FunctionFailure> {
    match wholly_known(value) {
        Known(Data::Null) => Ok(None),
        Known(Data::String(text)) => Ok(Some(text.clone())),
        Known(_) => Err(FunctionFailure::failed("a string is required")),
        Unknown(why) => Err(why.into()),
    }
}

/// The number as an integer, if it is one.
pub(super) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= LARGEST_EXACT).then_some(number as i64)
}

//! Replaces values by those that fixes would set.

use super::evaluator::Evaluator;
use super::lookup::Lookup;
use crate::source::Span;
use crate::syntax::hcl::{Expr, ExprKind};
use crate::value::{Data, Field, Known, Object, Traced};

impl<L: Lookup> Evaluator<'_, L> {
    /// The value of an expression after the fixes that are tried.
    pub(crate) fn tried(&self, expr: &Expr, mut value: Traced<Data>) -> Traced<Data> {
        for tried in self.lookup.tried().iter().filter(|tried| tried.span == expr.span) {
            match (&tried.key, &value.value) {
                (None, _) => {
                    let old = match &expr.kind {
                        ExprKind::String(text) => Some(text.as_str()),
                        _ => None,
                    };
                    value = Traced::written(tried.in_place_of(old), expr.span);
                }
                (Some(key), Known(Data::Object(object))) => {
                    value.value = Known(Data::Object(with_member(object, key, tried.value.clone(), expr.span)));
                }
                (Some(_), _) => {}
            }
        }
        value
    }
}

fn with_member(object: &Object, key: &str, value: Data, span: Span) -> Object {
    let others = object.fields.iter().filter(|field| field.key != key).cloned();
    let added = Field { key: key.to_owned(), key_span: span, value: Traced::written(value, span) };
    Object { fields: others.chain([added]).collect::<Vec<_>>().into(), ..object.clone() }
}

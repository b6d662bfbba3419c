//! Lookups with an unknown key: each world selects one key of the map, or a key that the map doesn't have.

use super::evaluator::{Evaluator, ValuePath, at_use, computed, failed, picked, symbol_of};
use super::functions::{self, FunctionFailure, FunctionOutcome};
use super::lookup::Lookup;
use super::numbers;
use super::quoted;
use super::size::{STEPS_OF_TOO_MUCH, Size};
use super::types::Type;
use crate::source::Span;
use crate::value::world::Atom;
use crate::value::{Data, Field, HopKind, Known, List, Maybe, Object, Reason, Traced, Unknown};

/// The maximum number of keys for which separate worlds are created.
const MAX_KEYS: usize = 256;

/// The maximum number of list items for which separate worlds are created. In a longer list, membership is one
/// condition.
const MAX_ITEMS: usize = 16;

/// The field that an unknown key selects in a world.
enum LookupField<'a> {
    Field(&'a Field),
    /// No field: the map doesn't have the key.
    Other,
}

impl<L: Lookup> Evaluator<'_, L> {
    /// The field that an unknown key selects; `None` if the world doesn't decide.
    fn row<'o>(&self, object: &'o Object, key: &Reason) -> Option<LookupField<'o>> {
        if key.is_failure() || object.rest.is_some() || object.fields.len() > MAX_KEYS {
            return None;
        }
        let is_text = self.is_text(key);
        for field in object.fields.iter() {
            if is_text && self.lookup.rejects(key, &Data::String(field.key.clone()), self.world) {
                continue;
            }
            if self.world.decide(self.key_is(key, &field.key))? {
                return Some(LookupField::Field(field));
            }
        }
        Some(LookupField::Other)
    }

    /// Returns the element of a collection that an unknown key selects, with the step to it.
    ///
    /// # Errors
    ///
    /// The value of the expression if the collection doesn't have the key, or if the world doesn't decide.
    pub(crate) fn undecided_element<'o>(
        &self,
        collection: &'o Data,
        key: &Reason,
    ) -> Result<(&'o Traced<Data>, HopKind), Maybe<Data>> {
        if let Data::Object(object) = collection {
            match self.row(object, key) {
                Some(LookupField::Field(field)) => return Ok((&field.value, HopKind::to(field, object.header))),
                Some(LookupField::Other) => return Err(failed(format!("there is no element {}", key.symbol()))),
                None => {}
            }
        }
        // The symbol contains the whole collection.
        self.world.charge(Size::of(collection).map_or(STEPS_OF_TOO_MUCH, Size::steps));
        Err(computed(format!("{}[{}]", symbol_of(collection), key.symbol()), key, None))
    }

    /// The condition that an unknown key equals this text, identical to that of `==`. If the key may be a number or a
    /// bool that converts to the text, the condition is a different one.
    fn key_is(&self, key: &Reason, field: &str) -> Atom {
        let symbol = key.symbol();
        let is_number = numbers::parse(field).is_some() || matches!(field, "true" | "false");
        let subject = if is_number && !self.is_text(key) { format!("tostring({symbol})") } else { symbol };
        Atom::Is { subject, value: quoted(field) }
    }

    /// True if an unknown value is certainly a string.
    fn is_text(&self, why: &Reason) -> bool {
        match why {
            // A boolean or a number that is certainly not null.
            Reason::Composed { cause, .. }
                if matches!(**cause, Reason::NoValue { .. }) && why.symbol() == cause.symbol() =>
            {
                self.is_text(cause)
            }
            Reason::Composed { .. } => true,
            Reason::AtDeployment { reference, .. } => reference == "terraform.workspace",
            Reason::NoValue { reference } => self.lookup.has_type(reference, &Type::String, self.world),
            _ => false,
        }
    }

    /// Evaluates `lookup` with an unknown key; `None` if the function itself applies.
    pub(crate) fn undecided_lookup(&self, arguments: &[Traced<Data>], span: Span) -> Option<ValuePath> {
        let [Traced { value: Known(Data::Object(object)), .. }, Traced { value: Unknown(why), .. }, ..] = arguments
        else {
            return None;
        };
        let field = match self.row(object, why)? {
            LookupField::Field(field) => Some(field),
            LookupField::Other => None,
        };
        match functions::found(&functions::EvaluatedCall::new(span, arguments), &why.symbol(), field) {
            Ok(FunctionOutcome::Computed(data)) => Some(at_use(Known(data))),
            Ok(FunctionOutcome::Selected(value)) => Some(picked(value)),
            Err(FunctionFailure::Failed(message)) => Some(at_use(failed(format!("`lookup`: {message}")))),
            Err(FunctionFailure::Unknown(_)) => None,
        }
    }

    /// Evaluates `contains` for a list of primitive values and an unknown value, with the condition of `==` for each
    /// item; `None` if the world doesn't decide them.
    pub(crate) fn undecided_contains(&self, arguments: &[Traced<Data>]) -> Option<ValuePath> {
        let [Traced { value: Known(Data::List(List { items, .. })), .. }, wanted @ Traced { value: Unknown(_), .. }] =
            arguments
        else {
            return None;
        };
        let mut values = items.iter().map(|item| &item.value);
        let are_primitive = values.all(|item| matches!(item, Known(Data::String(_) | Data::Bool(_) | Data::Number(_))));
        if items.len() > MAX_ITEMS || !are_primitive {
            return None;
        }
        for item in items {
            if let Known(true) = self.condition(self.equal(item, wanted)) {
                return Some(at_use(Known(Data::Bool(true))));
            }
            let Known(false) = self.condition(self.equal(item, wanted)) else { return None };
        }
        Some(at_use(Known(Data::Bool(false))))
    }
}

//! Evaluates parameters: their texts are converted to their types, and restricted to the values that they allow.

use std::rc::Rc;

use super::eval::{Evaluator, TracedValue, weight_of_text};
use super::limits::{Allowed, broken, is_list, is_over_limits, is_stored, kind};
use super::lists::{EMPTY_LIST, MAX_ITEMS};
use super::lookup::{Lookup, ParameterText};
use super::symbols::{failed, is_final};
use crate::formats::cloudformation::steps;
use crate::source::Span;
use crate::syntax::node::Entry;
use crate::value::world::Atom;
use crate::value::{Data, Hop, Known, Maybe, Reason, Traced, Unknown};

impl<L: Lookup> Evaluator<'_, L> {
    /// The value of a parameter with its hops.
    pub(crate) fn parameter(&self, name: &str, declared: &Entry) -> TracedValue {
        let here = || vec![Hop { span: declared.key.span, step: steps::PARAMETER.of(name) }];
        let Some(mapping) = declared.value.as_mapping() else { return (Unknown(Reason::Unreadable), here()) };
        if is_stored(mapping) {
            // The value is stored under the given name, and a stored value can't be empty.
            let reference = self.lookup.qualify(name);
            return (Unknown(Reason::AtDeployment { reference, is_set: true }), here());
        }
        let found = L::parameter(self, name, mapping);
        let found = found.unwrap_or_else(|why| ParameterText { text: Unknown(why), hops: here(), option: None });
        if let Known(text) = &found.text {
            self.world.charge(weight_of_text(text));
        }
        let span = found.hops.last().map_or(declared.key.span, |hop| hop.span);
        let value = match (self.validated(name, declared, &found, span), &found.option) {
            // The option may be intended for another template.
            (Unknown(why), Some(option)) if why.is_failure() => {
                let setter = format!("`{option}`, whose value is invalid here");
                Unknown(Reason::SetElsewhere { reference: name.to_owned(), setter })
            }
            (value, _) => value,
        };
        (value, found.hops)
    }

    /// The value of a parameter with this text, or the error if the declaration rejects it.
    pub(crate) fn validated(&self, name: &str, declared: &Entry, given: &ParameterText, span: Span) -> Maybe<Data> {
        let Some(mapping) = declared.value.as_mapping() else { return Unknown(Reason::Unreadable) };
        if let (Known(text), Some(_)) = (&given.text, &given.option)
            && let Some(reason) = broken(text, mapping)
        {
            return failed(format!("{reason} of `{name}`"));
        }
        let (kind, text, allowed) = (kind(mapping), given.text.clone(), self.allowed(declared));
        if is_list(kind) {
            return text.and_then(|text| list(&text, kind, &allowed, name, span));
        }
        let text = match self.pinned(name, &text, &allowed) {
            Some(pinned) => self.restrict_to_allowed(text, &pinned, name),
            None if allowed.is_any() => allowed.note_set(text),
            None => self.restrict_to_allowed(text, &allowed, name),
        };
        text.and_then(|text| single(text, kind))
    }

    /// The values that a parameter's declaration allows.
    pub(super) fn allowed(&self, declared: &Entry) -> Rc<Allowed> {
        let allowed = &self.lookup.caches().allowed;
        allowed.get_or(declared.key.span, || Rc::new(declared.value.as_mapping().map(Allowed::of).unwrap_or_default()))
    }

    /// Restricts a text to the allowed values. A world in which it is none of them can't be deployed.
    pub(super) fn restrict_to_allowed(&self, text: Maybe<String>, allowed: &Allowed, name: &str) -> Maybe<String> {
        match text {
            Known(text) if allowed.contains(&text) => Known(text),
            Known(text) => failed(format!("\"{text}\" isn't among the allowed values of `{name}`")),
            Unknown(why) if is_final(&why) => Unknown(why),
            Unknown(why) => match self.one_of(&why.symbol(), allowed.values()) {
                Some(Some(index)) => {
                    Known(allowed.values().get(index).expect("the world chooses one of the values").clone())
                }
                Some(None) => failed(format!("`{name}` isn't among its allowed values")),
                None => Unknown(why),
            },
        }
    }

    /// True if an unknown text can't equal this one, because it is a parameter whose declaration rejects it.
    pub(super) fn is_rejected_value(&self, symbol: &str, text: &str) -> bool {
        self.lookup.parameters_of(symbol).iter().any(|declared| {
            // The constraints apply to the name under which the value is stored.
            let mapping = declared.value.as_mapping().filter(|mapping| !is_stored(mapping));
            mapping.is_some_and(|mapping| {
                let allowed = self.allowed(declared);
                !allowed.is_any() && !allowed.contains(text) || is_over_limits(text, mapping)
            })
        })
    }

    /// The index of the value that an unknown one equals in this world, if it can't have any other value. `Some(None)`
    /// if the world has excluded all of them, so that it can't be deployed; `None` if the world doesn't decide.
    pub(super) fn one_of(&self, subject: &str, values: &[String]) -> Option<Option<usize>> {
        let (last, others) = values.split_last()?;
        for (index, value) in others.iter().enumerate() {
            if self.world.decide(Atom::is(subject, value))? {
                return Some(Some(index));
            }
        }
        if self.world.decided(&Atom::is(subject, last)) == Some(false) {
            self.world.reject();
            return Some(None);
        }
        self.world.choose(subject, std::slice::from_ref(last))?;
        Some(Some(others.len()))
    }
}

/// The value of a parameter that isn't a list. A `Number` must be numeric, but stays a text.
fn single(text: String, kind: &str) -> Maybe<Data> {
    if kind == "Number" && text.trim().parse::<f64>().is_err() {
        return failed(format!("\"{text}\" isn't a number"));
    }
    Known(Data::String(text))
}

/// The value of a list parameter. Spaces around items are removed.
fn list(text: &str, kind: &str, allowed: &Allowed, name: &str, span: Span) -> Maybe<Data> {
    if text.is_empty() {
        return Unknown(Reason::NotEvaluated { construct: EMPTY_LIST.to_owned() });
    }
    if text.split(',').nth(MAX_ITEMS).is_some() {
        return Unknown(Reason::OverLimit { limit: "the items of a list" });
    }
    let items: Vec<String> = text.split(',').map(|item| item.trim().to_owned()).collect();
    if let Some(other) = items.iter().find(|item| !allowed.is_any() && !allowed.contains(item)) {
        return failed(format!("\"{other}\" isn't among the allowed values of `{name}`"));
    }
    if let Some(other) = items.iter().find(|item| kind == "List<Number>" && item.parse::<f64>().is_err()) {
        return failed(format!("\"{other}\" isn't a number, and `{name}` is a list of them"));
    }
    Known(Data::tuple(items.into_iter().map(|item| Traced::written(Data::String(item), span)).collect()))
}

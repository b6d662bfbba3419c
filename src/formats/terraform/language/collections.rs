//! Evaluates object constructors, `for` expressions and splats, and accesses the elements of collections.

use std::collections::BTreeMap;

use super::evaluator::{Evaluator, LocalNames, ValuePath, at_use, computed, failed, first_failure, picked, symbol};
use super::lookup::Lookup;
use super::normal_form;
use super::operators::text;
use super::placeholders::{self, filled_in};
use super::size::{self, CollectionSize};
use crate::source::Span;
use crate::syntax::hcl::{ForExpr, ObjectItem, ObjectKey, Splat};
use crate::value::{Data, Field, HopKind, Known, List, ListKind, Maybe, Object, Origin, Reason, Traced, Unknown};

/// The maximum number of elements; the value of a larger collection is unknown.
pub(crate) const MAX_ELEMENTS: usize = 65_536;

impl<L: Lookup> Evaluator<'_, L> {
    pub(crate) fn object(&self, items: &[ObjectItem], span: Span) -> Maybe<Data> {
        let mut held = CollectionSize::new(self.world);
        let mut fields = BTreeMap::new();
        for item in items {
            let (key, key_span) = match &item.key {
                ObjectKey::Name(name) => (Known(Data::String(normal_form::of_text(name.text.clone()))), name.span),
                ObjectKey::Expr(expr) => (self.eval(expr).value, expr.span),
            };
            let key = match key {
                Known(data) => match text(&data) {
                    Some(key) => key,
                    None => return failed("a key of an object isn't a string"),
                },
                Unknown(why) => return computed(self.at(&format!("{{({}) = …}}", why.symbol()), span), &why, None),
            };
            // The last of two equal keys wins.
            let value = self.eval(&item.value);
            if let Err(limit) = held.add(&value) {
                return Unknown(Reason::OverLimit { limit });
            }
            fields.insert(key, (key_span, value));
        }
        if let Some(why) = first_failure(fields.values().map(|(_, value)| value)) {
            return Unknown(why.clone());
        }
        let fields = fields.into_iter().map(|(key, (key_span, value))| Field { key, key_span, value });
        Known(Data::Object(Object::new(span, fields.collect())))
    }

    /// The element of a collection, by index or key.
    pub(crate) fn element(&self, base: Traced<Data>, key: &Maybe<Data>) -> ValuePath {
        match (&base.value, key) {
            (Known(_), Known(key)) => known_element(&base, key),
            (Known(collection), Unknown(why)) => match self.undecided_element(collection, why) {
                Ok((member, step)) => picked(base.member_value(member, step)),
                Err(value) => at_use(value),
            },
            // If the whole collection is unknown, so is the element, and it came by the same references.
            (Unknown(why), _) => {
                let element = computed(format!("{}[{}]", symbol(&base.value), symbol(key)), why, None);
                (element, base.hops)
            }
        }
    }

    /// `base.name` of a value.
    pub(crate) fn attribute(&self, base: Traced<Data>, name: &str) -> ValuePath {
        match &base.value {
            Known(Data::Object(_)) => self.element(base, &Known(Data::String(name.to_owned()))),
            // The legacy index syntax, such as `list.0`.
            Known(Data::List(_)) if name.parse::<usize>().is_ok() => {
                let index = name.parse().map(Data::Number).map_or_else(|_| failed("no index"), Known);
                self.element(base, &index)
            }
            Known(other) => at_use(failed(format!("{} has no attribute `{name}`", other.shown()))),
            // An instance of a resource.
            Unknown(Reason::AtDeployment { reference, is_set: true }) if reference.ends_with(']') => {
                let is_set = matches!(name, "arn" | "id");
                at_use(Unknown(Reason::AtDeployment { reference: format!("{reference}.{name}"), is_set }))
            }
            Unknown(why) => (computed(format!("{}.{name}", why.symbol()), why, None), base.hops),
        }
    }

    /// `base[*].each`. A value that isn't a list counts as a list of this value, and null as an empty list.
    pub(crate) fn splat(&self, splat: &Splat) -> ValuePath {
        let base = self.eval(&splat.base);
        let items = match &base.value {
            Known(Data::Null) => Vec::new(),
            Known(Data::List(list)) => list
                .items
                .iter()
                .enumerate()
                .map(|(index, item)| base.member_value(item, HopKind::Element(index)))
                .collect(),
            Known(_) => vec![base],
            Unknown(why) => {
                return at_use(computed(self.at(&format!("{}[*]", why.symbol()), splat.base.span), why, None));
            }
        };
        at_use(self.tuple(items.into_iter().map(|item| self.with(vec![(String::new(), item)]).eval(&splat.each))))
    }

    pub(crate) fn for_expr(&self, expr: &ForExpr, span: Span) -> Maybe<Data> {
        let collection = self.eval(&expr.collection);
        let key = expr.key.as_ref().map(|name| name.text.as_str());
        let rounds = match self.iterate(&collection, key, &expr.value.text) {
            Ok(rounds) => rounds,
            Err(why) => return computed(self.at(&format!("for over {}", why.symbol()), span), &why, None),
        };
        let mut held = CollectionSize::new(self.world);
        let mut results: Vec<(String, Traced<Data>)> = Vec::new();
        for names in rounds {
            let round = self.with(names);
            match expr.condition.as_ref().map_or(Known(true), |condition| self.condition(round.eval(condition).value)) {
                Known(false) => continue,
                Known(true) => {}
                Unknown(why) => return computed(self.at(&format!("for if {}", why.symbol()), span), &why, None),
            }
            let key = match expr.result_key.as_ref().map(|key| round.eval(key).value) {
                None => String::new(),
                Some(Known(data)) => match text(&data) {
                    Some(key) => key,
                    None => return failed("a key of an object isn't a string"),
                },
                Some(Unknown(why)) => {
                    return computed(self.at(&format!("for with key {}", why.symbol()), span), &why, None);
                }
            };
            let result = round.eval(&expr.result);
            if let Err(limit) = held.add(&result) {
                return Unknown(Reason::OverLimit { limit });
            }
            results.push((key, result));
        }
        if let Some(why) = first_failure(results.iter().map(|(_, value)| value)) {
            return Unknown(why.clone());
        }
        match (expr.result_key.is_some(), expr.group) {
            (false, _) => Known(Data::tuple(results.into_iter().map(|(_, value)| value).collect())),
            (true, is_grouped) => keyed(results, is_grouped, span),
        }
    }

    /// The names of a `for` with their values, one set for each iteration.
    pub(crate) fn iterate(
        &self,
        collection: &Traced<Data>,
        key: Option<&str>,
        value: &str,
    ) -> Result<Vec<LocalNames>, Reason> {
        // Each iteration has a copy of its element.
        self.world.charge(size::steps(&collection.value));
        let span = collection.origin.span();
        let mut rounds: Vec<LocalNames> = Vec::new();
        match &collection.value {
            Known(Data::List(list)) => {
                for (index, item) in list.items.iter().enumerate() {
                    let item = collection.member_value(item, HopKind::Element(index));
                    let of_key = match list.kind {
                        ListKind::Set => item.clone(),
                        ListKind::Tuple | ListKind::List => Traced::written(Data::Number(index as f64), span),
                    };
                    rounds.push(names(key, of_key, value, item));
                }
            }
            Known(Data::Object(object)) => {
                let mut fields: Vec<&Field> = object.fields.iter().collect();
                fields.sort_by(|a, b| a.key.cmp(&b.key));
                for field in fields {
                    let (of_key, of_value) = entry(collection, field, object);
                    rounds.push(names(key, of_key, value, of_value));
                }
            }
            Known(other) => {
                return Err(Reason::Failed { message: format!("`for` can't iterate over {}", other.shown()) });
            }
            Unknown(why) => return Err(why.clone()),
        }
        if rounds.len() > MAX_ELEMENTS {
            return Err(Reason::OverLimit { limit: "elements of a collection" });
        }
        Ok(rounds)
    }
}

fn names(key: Option<&str>, of_key: Traced<Data>, value: &str, of_value: Traced<Data>) -> LocalNames {
    let key = key.map(|key| (key.to_owned(), of_key));
    key.into_iter().chain([(value.to_owned(), of_value)]).collect()
}

/// The key and the value of a field of a map, with the hops from the expression that uses the map.
pub(crate) fn entry(collection: &Traced<Data>, field: &Field, map: &Object) -> Element {
    let key = Traced::written(Data::String(field.key.clone()), field.key_span);
    (collection.member_value(&key, HopKind::Key), collection.taken_field(field, map.header))
}

/// The key and the value of an element.
pub(crate) type Element = (Traced<Data>, Traced<Data>);

/// An object of `for` results. Equal keys are grouped with `...`, and are an error without it.
fn keyed(results: Vec<(String, Traced<Data>)>, is_grouped: bool, span: Span) -> Maybe<Data> {
    let mut fields: BTreeMap<String, Vec<Traced<Data>>> = BTreeMap::new();
    let unfilled = results.iter().find_map(|(key, _)| placeholders::of_text(key)).filter(|_| results.len() > 1);
    if let Some(why) = unfilled.filter(|_| is_grouped) {
        return computed("for with key".to_owned(), &why, None);
    }
    for (key, value) in results {
        fields.entry(key).or_default().push(value);
    }
    let mut object = Vec::with_capacity(fields.len());
    for (key, mut values) in fields {
        let value = if is_grouped {
            Traced { value: Known(Data::tuple(values)), origin: Origin::Written(span), hops: Vec::new() }
        } else {
            match (values.pop(), values.is_empty()) {
                (Some(value), true) => value,
                _ => return failed(format!("two elements have the key \"{key}\"")),
            }
        };
        object.push(Field { key, key_span: span, value });
    }
    Known(Data::Object(Object::new(span, object)))
}

fn known_element(base: &Traced<Data>, key: &Data) -> ValuePath {
    let Known(collection) = &base.value else { return at_use(base.value.clone()) };
    match collection {
        Data::List(List { kind: ListKind::Set, .. }) => at_use(failed("a set has no indexes")),
        Data::List(_) | Data::Object(_) => match find_element(collection, key) {
            Some((element, step)) => picked(base.member_value(element, step)),
            None => at_use(match missing_key(collection, key) {
                Some(why) => computed(format!("{}[{}]", symbol(&base.value), key.shown()), &why, None),
                None => failed(format!("there is no element {}", key.shown())),
            }),
        },
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
            at_use(failed(format!("{} has no elements", collection.shown())))
        }
    }
}

/// The reason if a collection may have a key that wasn't found.
fn missing_key(collection: &Data, key: &Data) -> Option<Reason> {
    match (collection, text(key)) {
        (Data::Object(object), Some(key)) => placeholders::missing_key(object, &key),
        _ => filled_in(key),
    }
}

/// The element of a collection with the step to it; `None` if there is no such element.
pub(crate) fn find_element<'a>(collection: &'a Data, key: &Data) -> Option<(&'a Traced<Data>, HopKind)> {
    match collection {
        Data::Object(object) => {
            object.field(&text(key)?).map(|field| (&field.value, HopKind::to(field, object.header)))
        }
        Data::List(List { kind: ListKind::Set, .. }) => None,
        Data::List(list) => {
            let index = match key {
                Data::Number(number) => Some(*number),
                Data::String(text) => text.parse::<f64>().ok(),
                Data::Null | Data::Bool(_) | Data::List(_) | Data::Object(_) => None,
            };
            let index = index.filter(|index| index.fract() == 0.0 && *index >= 0.0).map(|index| index as usize)?;
            Some((list.items.get(index)?, HopKind::Element(index)))
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => None,
    }
}

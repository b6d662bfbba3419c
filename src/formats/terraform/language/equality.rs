//! Terraform's `==`, which compares types as well as values.

use std::collections::HashMap;

use super::placeholders;
use crate::value::{Data, Field, Known, List, ListKind, Maybe, Object, Reason, Traced, Unknown};

/// Compares two values. A known difference in any part makes them unequal, even if other parts are unknown.
pub(crate) fn equal(a: &Traced<Data>, b: &Traced<Data>) -> Maybe<bool> {
    match (&a.value, &b.value) {
        (Known(Data::Null), Known(Data::Null)) => Known(true),
        _ => match compare(a, b) {
            Equality::Different => Known(false),
            Equality::Same => Known(true),
            Equality::SameIfTyped => Unknown(untyped()),
            Equality::Unclear(why) => Unknown(why),
        },
    }
}

/// Compares two elements of one collection, which certainly have the same type.
pub(crate) fn equal_elements(a: &Traced<Data>, b: &Traced<Data>) -> Maybe<bool> {
    match compare(a, b) {
        Equality::Different => Known(false),
        Equality::Same | Equality::SameIfTyped => Known(true),
        Equality::Unclear(why) => Unknown(why),
    }
}

fn untyped() -> Reason {
    Reason::NotEvaluated { construct: "a comparison of values with nulls or empty lists".to_owned() }
}

enum Equality {
    Different,
    Same,
    /// Both are null within a value, or empty, and their types may differ.
    SameIfTyped,
    Unclear(Reason),
}

fn compare(a: &Traced<Data>, b: &Traced<Data>) -> Equality {
    match (&a.value, &b.value) {
        (Known(a), Known(b)) => compare_data(a, b),
        (Unknown(why), Known(data)) | (Known(data), Unknown(why)) if is_blank(data) && why.is_set() => {
            Equality::Different
        }
        (Unknown(why), _) | (_, Unknown(why)) => Equality::Unclear(why.clone()),
    }
}

fn is_blank(data: &Data) -> bool {
    match data {
        Data::Null => true,
        Data::String(text) => text.is_empty(),
        Data::Bool(_) | Data::Number(_) | Data::List(_) | Data::Object(_) => false,
    }
}

fn compare_data(a: &Data, b: &Data) -> Equality {
    match (a, b) {
        (Data::Null, Data::Null) => Equality::SameIfTyped,
        (Data::Bool(a), Data::Bool(b)) => decided(a == b),
        (Data::Number(a), Data::Number(b)) => decided(a == b),
        (Data::String(a), Data::String(b)) if a != b => {
            let filled_in = placeholders::of_text(a).or_else(|| placeholders::of_text(b));
            filled_in.map_or(Equality::Different, Equality::Unclear)
        }
        (Data::String(_), Data::String(_)) => Equality::Same,
        (Data::List(a), Data::List(b)) => compare_lists(a, b),
        (Data::Object(a), Data::Object(b)) => compare_objects(a, b),
        (
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::List(_) | Data::Object(_),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::List(_) | Data::Object(_),
        ) => Equality::Different,
    }
}

fn decided(is_same: bool) -> Equality {
    if is_same { Equality::Same } else { Equality::Different }
}

fn compare_lists(a: &List, b: &List) -> Equality {
    if a.kind != b.kind || a.items.len() != b.items.len() {
        return Equality::Different;
    }
    let pairs = a.items.iter().zip(&b.items).map(|(a, b)| compare(a, b));
    match a.kind {
        ListKind::Tuple => all_same(pairs),
        ListKind::List => all_same_of_one_type(pairs),
        ListKind::Set => compare_sets(&a.items, &b.items),
    }
}

fn compare_objects(a: &Object, b: &Object) -> Equality {
    if a.is_map != b.is_map || a.fields.len() != b.fields.len() {
        return Equality::Different;
    }
    let others: HashMap<&str, &Field> = b.fields.iter().map(|field| (field.key.as_str(), field)).collect();
    let outcomes = a.fields.iter().map(|field| match others.get(field.key.as_str()) {
        Some(other) => compare(&field.value, &other.value),
        None => match placeholders::missing_key(b, &field.key) {
            Some(why) => Equality::Unclear(why),
            None => Equality::Different,
        },
    });
    if a.is_map { all_same_of_one_type(outcomes) } else { all_same(outcomes) }
}

/// Sets of equal size differ if one has an element that the other lacks.
fn compare_sets(a: &[Traced<Data>], b: &[Traced<Data>]) -> Equality {
    if a.iter().any(|item| lacks(b, item)) || b.iter().any(|item| lacks(a, item)) {
        return Equality::Different;
    }
    // Known elements are in the same order in both sets.
    all_same_of_one_type(a.iter().zip(b).map(|(a, b)| match compare(a, b) {
        Equality::Different => Equality::Unclear(untyped()),
        outcome => outcome,
    }))
}

fn lacks(set: &[Traced<Data>], item: &Traced<Data>) -> bool {
    set.iter().all(|other| matches!(compare(item, other), Equality::Different))
}

/// One difference decides; otherwise, an unclear outcome takes precedence.
fn all_same(outcomes: impl Iterator<Item = Equality>) -> Equality {
    let mut all = Equality::Same;
    for outcome in outcomes {
        match (outcome, &all) {
            (Equality::Different, _) => return Equality::Different,
            (Equality::Same, _) | (Equality::SameIfTyped, Equality::Unclear(_)) => {}
            (Equality::Unclear(_), Equality::Unclear(_)) => {}
            (outcome @ (Equality::SameIfTyped | Equality::Unclear(_)), _) => all = outcome,
        }
    }
    all
}

/// In a collection, one pair that is certainly the same shows that the element types are equal.
fn all_same_of_one_type(outcomes: impl ExactSizeIterator<Item = Equality>) -> Equality {
    if outcomes.len() == 0 {
        return Equality::SameIfTyped;
    }
    let mut has_same = false;
    let all = all_same(outcomes.inspect(|outcome| has_same |= matches!(outcome, Equality::Same)));
    match all {
        Equality::SameIfTyped if has_same => Equality::Same,
        all => all,
    }
}

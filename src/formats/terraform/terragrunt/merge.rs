//! Merges values as Terragrunt does with the strategy `deep`, and in its function `deep_merge`.
//!
//! Source: `mergo`, with the options of Terragrunt's `pkg/config/include.go`.

use crate::value::{Data, Field, Known, List, ListKind, Object, Reason, Traced, Unknown};

/// The value of an included file merged with the one that overrides it: objects by key, lists one after the other,
/// otherwise the overriding value.
pub(super) fn deep(parent: &Traced<Data>, child: &Traced<Data>) -> Traced<Data> {
    let made = |value| Traced { value, origin: child.origin, hops: Vec::new() };
    let (parent, child) = (parent.with_hops_on_members(), child.with_hops_on_members());
    match (&parent.value, &child.value) {
        (Known(Data::Object(parent)), Known(Data::Object(child))) => made(Known(Data::Object(objects(parent, child)))),
        (Known(Data::List(parent)), Known(Data::List(child))) => {
            let items = parent.items.iter().chain(&child.items).cloned().collect();
            made(Known(Data::List(List { kind: ListKind::Tuple, items })))
        }
        (Known(Data::Null), _) => child.into_owned(),
        // The result depends on the kind of the unknown value.
        (Unknown(why), Known(Data::Object(_) | Data::List(_))) => made(Unknown(why.clone())),
        (Known(_), Known(Data::Object(_) | Data::List(_))) => {
            let construct = "the deep merge of values of different types".to_owned();
            made(Unknown(Reason::NotEvaluated { construct }))
        }
        (Known(_) | Unknown(_), Known(_) | Unknown(_)) => child.into_owned(),
    }
}

/// Merges objects deeply. The nesting of values is limited, and so is this recursion.
pub(super) fn objects(parent: &Object, child: &Object) -> Object {
    let mut fields: Vec<Field> = Vec::new();
    for field in &parent.fields {
        match (child.field(&field.key), &child.rest) {
            (Some(own), _) => fields.push(Field { value: deep(&field.value, &own.value), ..own.clone() }),
            // It may be one of the unknown fields that override it.
            (None, Some(why)) => {
                let value = field.value.clone().map(|_| Unknown((**why).clone()));
                fields.push(Field { value, ..field.clone() });
            }
            (None, None) => fields.push(field.clone()),
        }
    }
    for field in child.fields.iter().filter(|field| parent.field(&field.key).is_none()) {
        let value = match (&parent.rest, &field.value.value) {
            (Some(why), Known(Data::Object(_) | Data::List(_))) => {
                field.value.clone().map(|_| Unknown((**why).clone()))
            }
            (_, Known(_) | Unknown(_)) => field.value.clone(),
        };
        fields.push(Field { value, ..field.clone() });
    }
    let rest = child.rest.clone().or_else(|| parent.rest.clone());
    Object { rest, ..Object::new(child.header, fields) }
}

/// The fields of an included file's object, replaced by those of the one that overrides it.
pub(super) fn shallow(parent: &Object, child: &Object) -> Object {
    // The unknown fields may be any of the parent's.
    let kept = parent.fields.iter().filter(|field| child.rest.is_none() && child.field(&field.key).is_none());
    let fields: Vec<Field> = kept.chain(&child.fields).cloned().collect();
    let rest = child.rest.clone().or_else(|| parent.rest.clone());
    Object { rest, ..Object::new(child.header, fields) }
}

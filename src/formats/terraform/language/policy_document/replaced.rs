//! Evaluates `replace` of a policy's text, on each text within the policy object.

use crate::value::{Data, Field, Known, List, Maybe, Object, Reason, Traced, Unknown};

/// The maximum length of a text in bytes; no policy is that long.
const MAX_LENGTH: usize = 64 * 1024;

const TOO_LONG: Reason = Reason::OverLimit { limit: "the length of a policy" };

/// Replaces a text in all parts of a policy; the replacement may be unknown.
pub(crate) fn replaced(policy: &Traced<Data>, search: &str, with: &Maybe<Data>) -> Traced<Data> {
    let value = match &policy.value {
        Known(Data::String(text)) if text.contains(search) => in_text(text, search, with),
        Known(Data::List(List { kind, items })) => {
            let items = items.iter().map(|item| replaced(item, search, with)).collect();
            Known(Data::List(List { kind: *kind, items }))
        }
        Known(Data::Object(object)) => Known(Data::Object(in_object(object, search, with))),
        Known(other) => Known(other.clone()),
        Unknown(why) => Unknown(in_symbol(why, search, with)),
    };
    Traced { value, origin: policy.origin, hops: policy.hops.clone() }
}

fn in_text(text: &str, search: &str, with: &Maybe<Data>) -> Maybe<Data> {
    match with {
        Known(Data::String(with)) => {
            let replaced = text.replace(search, with);
            if replaced.len() > MAX_LENGTH { Unknown(TOO_LONG) } else { Known(Data::String(replaced)) }
        }
        Known(other) => Unknown(Reason::Failed { message: format!("`replace` takes a string, not {}", other.shown()) }),
        Unknown(why) => {
            let reference = format!("\"{}\"", text.replace(search, &format!("${{{}}}", why.symbol())));
            Unknown(if reference.len() > MAX_LENGTH {
                TOO_LONG
            } else {
                Reason::AtDeployment { reference, is_set: true }
            })
        }
    }
}

fn in_object(object: &Object, search: &str, with: &Maybe<Data>) -> Object {
    let fields = object.fields.iter().map(|field| {
        let key = match with {
            Known(Data::String(with)) => field.key.replace(search, with),
            Known(_) | Unknown(_) => field.key.clone(),
        };
        Field { key, key_span: field.key_span, value: replaced(&field.value, search, with) }
    });
    Object { fields: fields.collect(), ..object.clone() }
}

/// A partly unknown text is a template, in whose known parts the text can be replaced.
fn in_symbol(why: &Reason, search: &str, with: &Maybe<Data>) -> Reason {
    let symbol = why.symbol();
    let with = match with {
        Known(Data::String(with)) => with.clone(),
        Known(_) => return why.clone(),
        Unknown(with) => format!("${{{}}}", with.symbol()),
    };
    if !symbol.starts_with('"') || !symbol.contains(search) {
        return why.clone();
    }
    let reference = symbol.replace(search, &with);
    if reference.len() > MAX_LENGTH { TOO_LONG } else { Reason::AtDeployment { reference, is_set: true } }
}

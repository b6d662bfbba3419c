//! Texts for values that aren't known: two of them are equal only if the values are.

use crate::value::world::Atom;
use crate::value::{Data, Known, Maybe, Unknown, Why};

/// Longer symbols would make a chain of calls quadratic.
pub(super) const MAX_SYMBOL: usize = 2_000;

/// A value that no deployment accepts.
pub(super) fn failed<T>(message: impl Into<String>) -> Maybe<T> {
    Unknown(Why::Failed { message: message.into() })
}

/// The value of a function of values that aren't all known.
pub(super) fn computed<T>(function: &str, parts: &[&Maybe<Data>], atom: Option<Atom>) -> Maybe<T> {
    let parts_shown: Vec<String> = parts.iter().map(|part| symbol(part)).collect();
    let expression = format!("{function}({})", parts_shown.join(", "));
    let cause = parts.iter().find_map(|part| first_unknown(part));
    because(expression, cause.unwrap_or(Why::Unreadable), atom)
}

/// A value that depends on one that isn't known.
pub(super) fn because<T>(expression: String, cause: Why, atom: Option<Atom>) -> Maybe<T> {
    if is_final(&cause) {
        return Unknown(cause);
    }
    if expression.len() > MAX_SYMBOL {
        return Unknown(Why::OverLimit { limit: "the length of an expression" });
    }
    // The cause of a chain is what stands at its beginning.
    let cause = match cause {
        Why::Computed { cause, .. } => cause,
        other => Box::new(other),
    };
    Unknown(Why::Computed { expression, cause, atom })
}

/// Whether a reason names no value of its own, so that nothing can be asked about it.
pub(super) fn is_final(why: &Why) -> bool {
    match why {
        Why::Failed { .. }
        | Why::Undeclared { .. }
        | Why::NoReference { .. }
        | Why::Cycle { .. }
        | Why::NotEvaluated { .. }
        | Why::NotHere { .. }
        | Why::Unreadable
        | Why::OverLimit { .. } => true,
        Why::NoValue { .. }
        | Why::AtDeployment { .. }
        | Why::AwsKey { .. }
        | Why::FromEnvironment { .. }
        | Why::SetElsewhere { .. }
        | Why::Computed { .. }
        | Why::Composed { .. }
        | Why::Ambiguous { .. }
        | Why::Placeholder { .. }
        | Why::Undocumented { .. } => false,
    }
}

/// Why a value isn't known in all its parts; nothing if it is.
pub(super) fn first_unknown(value: &Maybe<Data>) -> Option<Why> {
    match value {
        Unknown(why) => Some(why.clone()),
        Known(Data::List(list)) => list.items.iter().find_map(|item| first_unknown(&item.value)),
        Known(Data::Object(object)) => {
            let own = object.fields.iter().find_map(|field| first_unknown(&field.value.value));
            own.or_else(|| object.rest.as_deref().cloned())
        }
        Known(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) => None,
    }
}

/// True if the evaluation of a value or of a part of it is an error.
pub(super) fn has_failure(value: &Maybe<Data>) -> bool {
    match value {
        Unknown(why) => why.is_failure(),
        Known(Data::List(list)) => list.items.iter().any(|item| has_failure(&item.value)),
        Known(Data::Object(object)) => object.fields.iter().any(|field| has_failure(&field.value.value)),
        Known(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) => false,
    }
}

/// A value as it stands in a symbol.
pub(super) fn symbol(value: &Maybe<Data>) -> String {
    match value {
        Known(Data::String(text)) => format!("{text:?}"),
        Known(Data::List(list)) => {
            let items: Vec<String> = list.items.iter().map(|item| symbol(&item.value)).collect();
            format!("[{}]", items.join(", "))
        }
        Known(Data::Object(object)) => {
            let fields = object.fields.iter().map(|field| format!("{:?}: {}", field.key, symbol(&field.value.value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Known(data @ (Data::Null | Data::Bool(_) | Data::Number(_))) => data.shown(),
        Unknown(why) => why.symbol(),
    }
}

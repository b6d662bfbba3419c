//! Symbols: texts that represent unknown values. Equal symbols represent equal values.

use crate::value::world::Atom;
use crate::value::{Data, Known, Maybe, Reason, Unknown};

/// The maximum length of a symbol. Without it, a chain of calls takes quadratic time.
pub(super) const MAX_SYMBOL: usize = 2_000;

/// The maximum length of a text, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// The program that reads a template after other tools have filled in their placeholders.
pub(super) const READER: &str = "CloudFormation";

/// The value of an expression that no deployment accepts.
pub(crate) fn failed<T>(message: impl Into<String>) -> Maybe<T> {
    Unknown(Reason::Failed { message: message.into() })
}

/// The reason for a plain `y` or `n` in YAML.
pub(super) fn ambiguous_boolean(text: &str) -> Reason {
    Reason::Worded {
        subject: text.to_owned(),
        text: format!("`{text}` without quotes is a boolean for some YAML parsers and a string for others"),
        advice: "use `true` or `false`".into(),
    }
}

/// The value of a function with unknown arguments.
pub(super) fn computed<T>(function: &str, parts: &[&Maybe<Data>], atom: Option<Atom>) -> Maybe<T> {
    let parts_shown: Vec<String> = parts.iter().map(|part| symbol(part)).collect();
    let expression = format!("{function}({})", parts_shown.join(", "));
    let cause = parts.iter().find_map(|part| first_unknown(part));
    depends_on(expression, cause.unwrap_or(Reason::Unreadable), atom)
}

/// A value that depends on an unknown one.
pub(super) fn depends_on<T>(expression: String, cause: Reason, atom: Option<Atom>) -> Maybe<T> {
    if is_final(&cause) {
        return Unknown(cause);
    }
    if expression.len() > MAX_SYMBOL {
        return Unknown(Reason::OverLimit { limit: "the length of an expression" });
    }
    // The cause of a chain is the unknown value at its start.
    let cause = match cause {
        Reason::Computed { cause, .. } => cause,
        other => Box::new(other),
    };
    Unknown(Reason::Computed { expression, cause, atom })
}

/// True if a reason doesn't identify a value, so that no world can decide it.
pub(crate) fn is_final(why: &Reason) -> bool {
    match why {
        Reason::Failed { .. }
        | Reason::Undeclared { .. }
        | Reason::Cycle { .. }
        | Reason::NotEvaluated { .. }
        | Reason::NotHere { .. }
        | Reason::Unreadable
        | Reason::OverLimit { .. } => true,
        Reason::NoValue { .. }
        | Reason::AtDeployment { .. }
        | Reason::AwsKey { .. }
        | Reason::FromEnvironment { .. }
        | Reason::SetElsewhere { .. }
        | Reason::Computed { .. }
        | Reason::Composed { .. }
        | Reason::Placeholder { .. }
        | Reason::Worded { .. } => false,
    }
}

/// The reason why a value, or a part of it, is unknown; `None` if everything is known.
pub(super) fn first_unknown(value: &Maybe<Data>) -> Option<Reason> {
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
pub(crate) fn has_failure(value: &Maybe<Data>) -> bool {
    match value {
        Unknown(why) => why.is_failure(),
        Known(Data::List(list)) => list.items.iter().any(|item| has_failure(&item.value)),
        Known(Data::Object(object)) => object.fields.iter().any(|field| has_failure(&field.value.value)),
        Known(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) => false,
    }
}

/// The symbol of a value; known values are part of it in plain form.
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

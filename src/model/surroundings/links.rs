//! The names by which code refers to buckets and keys.
//!
//! References are matched to declarations by these names, because a bucket's ARN or a key's id is usually unknown
//! before the deployment.

use crate::model::policy::Text;
use crate::model::{Read, Resource, Setting};
use crate::value::{Known, Maybe, Unknown, Why};

/// A name of a bucket or key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Name {
    /// A known text.
    Literal(String),
    /// The symbol of an unknown value; equal symbols are the same value.
    Symbol(String),
}

/// The bucket or key that an argument refers to.
#[derive(Debug, Clone)]
pub(super) enum Named {
    /// None: the argument is not set or is invalid.
    Nothing,
    /// The one with this name, and the reason if the value is unknown.
    Name(Name, Maybe<()>),
    /// Possibly any one: the value is unknown and has no symbol that identifies it.
    Anything(Why),
}

impl Named {
    /// Converts the value of an argument.
    pub(super) fn by(setting: &Setting<String>) -> Self {
        match setting.value() {
            Known(Err(_)) => Named::Nothing,
            Known(Ok(text)) if text.is_empty() => Named::Nothing,
            Known(Ok(text)) => Named::Name(Name::Literal(text.clone()), Known(())),
            Unknown(why) if why.has_identity() => Named::Name(Name::Symbol(why.symbol()), Unknown(why.clone())),
            Unknown(why) => Named::Anything(why.clone()),
        }
    }

    pub(super) fn name(&self) -> Option<&Name> {
        match self {
            Named::Name(name, _) => Some(name),
            Named::Nothing | Named::Anything(_) => None,
        }
    }
}

impl Name {
    /// Converts the name to a text, which is unknown for a symbol.
    pub(super) fn text(&self) -> Text {
        match self {
            Name::Literal(text) => Text::exactly(text),
            Name::Symbol(symbol) => Text::unknown(&Why::AtDeployment { reference: symbol.clone(), is_set: true }),
        }
    }
}

/// The symbols to which references to a resource's attributes evaluate; `id` is the attribute of `Ref`.
pub(super) fn symbols(resource: &Resource, attributes: &[&str]) -> Vec<Name> {
    attributes.iter().map(|attribute| Name::Symbol(symbol(resource, attribute))).collect()
}

fn symbol(resource: &Resource, attribute: &str) -> String {
    let address = &resource.address;
    if !resource.kind.is_cloudformation() {
        return format!("{address}.{attribute}");
    }
    let (stacks, id) = address
        .rsplit_once('/')
        .map_or(("", address.as_str()), |(_, id)| (address.strip_suffix(id).unwrap_or_default(), id));
    match attribute {
        "id" => format!("{stacks}!Ref {id}"),
        other => format!("{stacks}!GetAtt {id}.{other}"),
    }
}

/// Converts a value to a name; `None` if it is empty, invalid, or unknown without a symbol that identifies it.
pub(super) fn of_value(value: &Maybe<Read<String>>) -> Option<Name> {
    match value {
        Known(Ok(text)) if !text.is_empty() => Some(Name::Literal(text.clone())),
        Known(_) => None,
        Unknown(why) => why.has_identity().then(|| Name::Symbol(why.symbol())),
    }
}

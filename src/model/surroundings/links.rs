//! Names by which code refers to buckets and keys.

use crate::model::policy::Text;
use crate::model::{Read, Resource, Setting};
use crate::value::{Known, Maybe, Unknown, Why};

/// A name of a bucket or a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Name {
    /// This text.
    Literal(String),
    /// A value that isn't known; two with one symbol are the same.
    Symbol(String),
}

/// What an argument names.
#[derive(Debug, Clone)]
pub(super) enum Named {
    /// Nothing: it isn't written, or isn't valid.
    Nothing,
    /// Something that has this name.
    Name(Name, Maybe<()>),
    /// Something that can't be told from anything else.
    Anything(Why),
}

impl Named {
    /// What an argument names.
    pub(super) fn by(setting: &Setting<String>) -> Self {
        match setting.value() {
            Known(Err(_)) => Named::Nothing,
            Known(Ok(text)) if text.is_empty() => Named::Nothing,
            Known(Ok(text)) => Named::Name(Name::Literal(text.clone()), Known(())),
            Unknown(why) if why.has_identity() => Named::Name(Name::Symbol(why.symbol()), Unknown(why.clone())),
            Unknown(why) => Named::Anything(why.clone()),
        }
    }

    /// The name, if there is one.
    pub(super) fn name(&self) -> Option<&Name> {
        match self {
            Named::Name(name, _) => Some(name),
            Named::Nothing | Named::Anything(_) => None,
        }
    }
}

impl Name {
    /// The name as a text of which parts may be unknown.
    pub(super) fn text(&self) -> Text {
        match self {
            Name::Literal(text) => Text::exactly(text),
            Name::Symbol(symbol) => Text::unknown(&Why::AtDeployment { reference: symbol.clone(), is_set: true }),
        }
    }
}

/// The symbols of a resource's attributes, as references to them evaluate to; `id` is what `Ref` gives.
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

/// A literal or unknown text as a name; nothing where no value is valid.
pub(super) fn of_value(value: &Maybe<Read<String>>) -> Option<Name> {
    match value {
        Known(Ok(text)) if !text.is_empty() => Some(Name::Literal(text.clone())),
        Known(_) => None,
        Unknown(why) => why.has_identity().then(|| Name::Symbol(why.symbol())),
    }
}

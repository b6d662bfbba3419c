//! The names by which code refers to buckets and keys.
//!
//! References are matched to declarations by these names, because a bucket's ARN or a key's id is usually unknown
//! before the deployment.

use crate::model::policy::PartialText;
use crate::model::{Resource, SettingRead, TrailSetting};
use crate::value::{Known, Maybe, Reason, Unknown};

/// A name of a bucket or key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum TargetName {
    /// A known text.
    Literal(String),
    /// The symbol of an unknown value; equal symbols are the same value.
    Symbol(String),
}

/// The bucket or key that an argument refers to.
#[derive(Debug, Clone)]
pub(super) enum NamedTarget {
    /// None: the argument is not set or is invalid.
    Nothing,
    /// The one with this name, and the reason if the value is unknown.
    Name(TargetName, Maybe<()>),
    /// Possibly any one: the value is unknown and has no symbol that identifies it.
    Anything(Reason),
}

impl NamedTarget {
    /// Converts the value of an argument.
    pub(super) fn from_setting(setting: &TrailSetting<String>) -> Self {
        Self::of(setting.value())
    }

    pub(super) fn of(value: &Maybe<SettingRead<String>>) -> Self {
        match value {
            Known(Err(_)) => NamedTarget::Nothing,
            Known(Ok(text)) if text.is_empty() => NamedTarget::Nothing,
            Known(Ok(text)) => NamedTarget::Name(TargetName::Literal(text.clone()), Known(())),
            Unknown(why) if why.has_identity() => {
                NamedTarget::Name(TargetName::Symbol(why.symbol()), Unknown(why.clone()))
            }
            Unknown(why) => NamedTarget::Anything(why.clone()),
        }
    }

    pub(super) fn name(&self) -> Option<&TargetName> {
        match self {
            NamedTarget::Name(name, _) => Some(name),
            NamedTarget::Nothing | NamedTarget::Anything(_) => None,
        }
    }
}

impl TargetName {
    /// Converts the name to a text, which is unknown for a symbol.
    pub(super) fn text(&self) -> PartialText {
        match self {
            TargetName::Literal(text) => PartialText::exactly(text),
            TargetName::Symbol(symbol) => {
                PartialText::unknown(&Reason::AtDeployment { reference: symbol.clone(), is_set: true })
            }
        }
    }
}

/// The symbols to which references to a resource's attributes evaluate; `id` is the attribute of `Ref`.
pub(super) fn symbols(resource: &Resource, attributes: &[&str]) -> Vec<TargetName> {
    attributes.iter().map(|attribute| TargetName::Symbol(symbol(resource, attribute))).collect()
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
pub(super) fn of_value(value: &Maybe<SettingRead<String>>) -> Option<TargetName> {
    match value {
        Known(Ok(text)) if !text.is_empty() => Some(TargetName::Literal(text.clone())),
        Known(_) => None,
        Unknown(why) => why.has_identity().then(|| TargetName::Symbol(why.symbol())),
    }
}

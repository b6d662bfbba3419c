//! The values that fixes would set, to evaluate the code as if the fixes were made.

use super::{Remedy, RemedyKind};
use crate::source::Span;
use crate::value::{Data, HopKind, StepKind, StepRole};

/// A value that a fix would set outside of the trail.
#[derive(Debug, Clone, PartialEq)]
pub struct TriedValue {
    /// The expression that gets the value; with a key, the object, module call or stack that gets an entry.
    pub span: Span,
    pub key: Option<String>,
    /// `true`, a text, or an empty list.
    pub value: Data,
}

impl TriedValue {
    /// Returns the value as a text, with the capitalization of the text that it replaces: YAML has three spellings of a
    /// boolean.
    pub fn text(&self, old: &str) -> Option<String> {
        match &self.value {
            Data::Bool(true) => Some(capitalized_like(old, "true").to_owned()),
            Data::String(text) => Some(text.clone()),
            Data::Null | Data::Bool(false) | Data::Number(_) | Data::List(_) | Data::Object(_) => None,
        }
    }

    /// Returns the value for an expression of Terraform's language: a quoted boolean stays quoted.
    pub fn in_place_of(&self, old: Option<&str>) -> Data {
        match (&self.value, old) {
            (Data::Bool(true), Some("true" | "false")) => Data::String("true".to_owned()),
            (value, _) => value.clone(),
        }
    }
}

/// Keeps the capitalization of an old value.
pub fn capitalized_like<'v>(old: &str, value: &'v str) -> &'v str {
    match (old.trim_matches(['"', '\'']), value) {
        ("False", "true") => "True",
        ("FALSE", "true") => "TRUE",
        _ => value,
    }
}

impl Remedy {
    /// Returns the value that the change sets outside of the trail; `None` if it changes only the trail.
    pub fn tried(&self) -> Option<TriedValue> {
        let value = match self.change {
            RemedyKind::Set { value: "true", .. } => Data::Bool(true),
            RemedyKind::Set { value, .. } => Data::String(value.to_owned()),
            RemedyKind::RemoveArgument { .. } => Data::tuple(Vec::new()),
            RemedyKind::RemoveField { .. }
            | RemedyKind::AddSelector(_)
            | RemedyKind::Rename { .. }
            | RemedyKind::RemoveIgnore { .. } => return None,
        };
        let last = self.steps().last()?;
        let (span, key) = match (self.unset_member(), &last.step) {
            (Some((object, key)), _) => (object, Some(key)),
            (None, HopKind::Declared { kind: StepKind { role: StepRole::Call, .. }, name, .. }) => {
                (last.span, Some(name.as_str()))
            }
            (None, _) => (last.span, None),
        };
        Some(TriedValue { span, key: key.map(str::to_owned), value })
    }
}

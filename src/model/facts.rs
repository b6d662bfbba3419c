//! The values of a trail that are compared between its code and its deployment.

use super::log_delivery::LogDelivery;
use super::selectors::Coverage;
use super::{IgnoredArgument, SettingRead, Trail, TrailSetting, selected};
use crate::source::Span;
use crate::value::{Known, Maybe, Reason, Unknown};

/// The compared values of a trail, as far as they are the same in all worlds.
#[derive(Debug, Clone, PartialEq)]
pub struct TrailFacts {
    /// The trail's name, if it is known.
    pub name: Option<String>,
    pub facts: Vec<Fact>,
    /// Arguments whose later changes aren't applied.
    pub ignored: Vec<String>,
}

/// A compared value.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub kind: FactKind,
    /// The value; `None` if it is unknown.
    pub value: Option<FactValue>,
    /// The argument's name.
    pub argument: &'static str,
    /// The location of the value, or the header if it isn't set.
    pub span: Span,
}

/// The compared properties of a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    IsMultiRegion,
    IsLogging,
    IncludesGlobalEvents,
    ValidatesLogFiles,
    IsOrganizationTrail,
    Selectors,
    Key,
    Bucket,
    Prefix,
}

/// A value of a [`Fact`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    Switch(bool),
    Coverage(Coverage),
    Text(String),
    /// A key is set; its ARN, if the value is the ARN of a key and not of an alias.
    Key(Option<String>),
    NoKey,
}

impl TrailFacts {
    /// The values of a trail in a world.
    pub fn of(trail: &Trail, delivery: Option<&LogDelivery>) -> Self {
        let attributes = &trail.attributes;
        let mut facts = vec![
            Fact::of(FactKind::IsMultiRegion, &attributes.is_multi_region, |value| FactValue::Switch(*value)),
            Fact::of(FactKind::IsLogging, &attributes.is_logging, |value| FactValue::Switch(*value)),
            Fact::of(FactKind::IncludesGlobalEvents, &attributes.includes_global_events, |value| {
                FactValue::Switch(*value)
            }),
            Fact::of(FactKind::ValidatesLogFiles, &attributes.validates_log_files, |value| FactValue::Switch(*value)),
            Fact::of(FactKind::IsOrganizationTrail, &attributes.is_organization_trail, |value| {
                FactValue::Switch(*value)
            }),
            Fact::of_selectors(trail),
            Fact::of_key(&attributes.kms_key),
        ];
        let settings = delivery.map(|delivery| &delivery.settings);
        if let Some(settings) = settings {
            let text = |value: &String| FactValue::Text(value.clone());
            facts.push(Fact::of(FactKind::Bucket, &settings.bucket, text));
            facts.push(Fact::of(FactKind::Prefix, &settings.prefix, text));
        }
        let name = settings.and_then(|settings| settings.name.known()).filter(|name| !name.is_empty());
        let ignored = trail.ignored_changes.iter().map(|IgnoredArgument { name, .. }| name.clone()).collect();
        Self { name: name.map(str::to_owned), facts, ignored }
    }

    /// The values that are the same in two worlds.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        if self.name != other.name {
            self.name = None;
        }
        for fact in &mut self.facts {
            let same = other.facts.iter().find(|other| other.kind == fact.kind);
            if same.is_none_or(|same| same.value != fact.value) {
                fact.value = None;
            }
        }
        self
    }

    pub fn fact(&self, kind: FactKind) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.kind == kind)
    }

    /// True if Terraform keeps a deployed value that differs from the code.
    pub fn ignores(&self, fact: &Fact) -> bool {
        self.ignored.iter().any(|name| name == "all" || name == fact.argument)
    }
}

impl Fact {
    fn of<T>(kind: FactKind, setting: &TrailSetting<T>, convert: impl Fn(&T) -> FactValue) -> Self {
        let value = match setting.value() {
            Known(Ok(value)) => Some(convert(value)),
            Known(Err(_)) | Unknown(_) => None,
        };
        let decider = setting.read.hops.last().map_or(setting.span(), |hop| hop.span);
        let span = if setting.read.hops.is_empty() { setting.span() } else { decider };
        Self { kind, value, argument: setting.name, span }
    }

    fn of_selectors(trail: &Trail) -> Self {
        let bounds = selected(&trail.selectors);
        let (basic, advanced) = (&trail.selectors.basic, &trail.selectors.advanced);
        let is_advanced = matches!(advanced.value(), Known(Ok(selectors)) if !selectors.is_empty());
        let (argument, span) = if is_advanced { (advanced.name, advanced.span()) } else { (basic.name, basic.span()) };
        let value = (bounds.least == bounds.most).then_some(FactValue::Coverage(bounds.least));
        Self { kind: FactKind::Selectors, value, argument, span }
    }

    fn of_key(setting: &TrailSetting<String>) -> Self {
        let value = key(setting.value());
        Self { value, ..Self::of(FactKind::Key, setting, |_| FactValue::NoKey) }
    }

    /// True if two known values differ; `None` if one is unknown, or if they can't be compared.
    pub fn differs_from(&self, other: &Self) -> Option<bool> {
        match (self.value.as_ref()?, other.value.as_ref()?) {
            (FactValue::Key(Some(own)), FactValue::Key(Some(other))) => Some(own != other),
            // An alias may be one of the key.
            (FactValue::Key(_), FactValue::Key(_)) => None,
            (own, other) => Some(own != other),
        }
    }
}

fn key(value: &Maybe<SettingRead<String>>) -> Option<FactValue> {
    match value {
        Known(Ok(key)) if key.is_empty() => Some(FactValue::NoKey),
        Known(Ok(key)) => Some(FactValue::Key(key.contains(":key/").then(|| key.clone()))),
        Known(Err(_)) => None,
        Unknown(why) => Reason::is_set(why).then_some(FactValue::Key(None)),
    }
}

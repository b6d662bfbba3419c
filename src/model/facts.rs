//! The values of a trail that are compared between its code and its deployment.

use super::log_delivery::LogDelivery;
use super::selectors::CoverageBounds;
use super::selectors::objects::{Direction, ObjectCoverage};
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
    /// The names of the two lists of selectors: basic and advanced ones.
    pub selector_lists: [&'static str; 2],
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    LogGroup,
    LogRole,
}

/// A value of a [`Fact`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    Switch(bool),
    Events(RecordedEvents),
    Text(String),
    /// A resource is set; its text, if that identifies it: the ARN of a key, but not an alias.
    Set(Option<String>),
    NotSet,
}

/// The events that the selectors of a trail record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedEvents {
    pub management: CoverageBounds,
    /// True if all object-level reads of S3 are recorded; `None` if that is unknown.
    pub object_reads: Option<bool>,
    /// True if all object-level writes of S3 are recorded; `None` if that is unknown.
    pub object_writes: Option<bool>,
    /// True for each of the two lists of selectors, basic and advanced ones, that may be set.
    pub has_list: [bool; 2],
}

impl FactKind {
    /// The name for programs.
    pub fn name(self) -> &'static str {
        match self {
            FactKind::IsMultiRegion => "single-region",
            FactKind::IsLogging => "stopped",
            FactKind::IncludesGlobalEvents => "global-events",
            FactKind::ValidatesLogFiles => "log-validation",
            FactKind::IsOrganizationTrail => "organization",
            FactKind::Selectors => "event-selectors",
            FactKind::Key => "kms-key",
            FactKind::Bucket => "bucket",
            FactKind::Prefix => "key-prefix",
            FactKind::LogGroup => "log-group",
            FactKind::LogRole => "log-role",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            FactKind::IsMultiRegion => "Multi-Region",
            FactKind::IsLogging => "Logging",
            FactKind::IncludesGlobalEvents => "Events of global services",
            FactKind::ValidatesLogFiles => "Log file validation",
            FactKind::IsOrganizationTrail => "Organization trail",
            FactKind::Selectors => "Recorded events",
            FactKind::Key => "KMS key",
            FactKind::Bucket => "Bucket",
            FactKind::Prefix => "Key prefix",
            FactKind::LogGroup => "CloudWatch log group",
            FactKind::LogRole => "CloudWatch role",
        }
    }
}

impl FactValue {
    /// A short text for people; `None` if it has none, as for the key of an unknown resource.
    pub fn describe(&self) -> Option<String> {
        Some(match self {
            FactValue::Switch(true) => "yes".to_owned(),
            FactValue::Switch(false) => "no".to_owned(),
            FactValue::Events(events) => return events.describe(),
            FactValue::Text(text) if text.is_empty() => "not set".to_owned(),
            FactValue::Text(text) => text.clone(),
            FactValue::Set(Some(arn)) => arn.clone(),
            FactValue::Set(None) => "set".to_owned(),
            FactValue::NotSet => "not set".to_owned(),
        })
    }
}

impl RecordedEvents {
    fn of(trail: &Trail) -> Self {
        let selectors = &trail.selectors;
        let is_recorded = |direction| match selectors.object_coverage(direction, &trail.region.value) {
            ObjectCoverage::Everything(_) => Some(true),
            ObjectCoverage::Incomplete(_) => Some(false),
            ObjectCoverage::Unknown(_) => None,
        };
        let is_empty = [
            matches!(selectors.basic.value(), Known(Ok(list)) if list.is_empty()),
            matches!(selectors.advanced.value(), Known(Ok(list)) if list.is_empty()),
        ];
        Self {
            management: selected(selectors),
            object_reads: is_recorded(Direction::Reads),
            object_writes: is_recorded(Direction::Writes),
            has_list: is_empty.map(|is_empty| !is_empty),
        }
    }

    /// The events if either of two applies.
    fn or(self, other: Self) -> Self {
        let same = |one: Option<bool>, other| one.filter(|_| one == other);
        let ([basic, advanced], [other_basic, other_advanced]) = (self.has_list, other.has_list);
        Self {
            management: self.management.or(other.management),
            object_reads: same(self.object_reads, other.object_reads),
            object_writes: same(self.object_writes, other.object_writes),
            has_list: [basic || other_basic, advanced || other_advanced],
        }
    }

    /// True if certainly other events are recorded; `None` if that is unknown.
    fn differs_from(self, other: Self) -> Option<bool> {
        let (own, others) = (self.management, other.management);
        if !others.most.includes(own.least) || !own.most.includes(others.least) {
            return Some(true);
        }
        let is_exact = own.least == own.most && others.least == others.most;
        let management = is_exact.then_some(false);
        let differs = |own: Option<bool>, other: Option<bool>| Some(own? != other?);
        let all = [
            management,
            differs(self.object_reads, other.object_reads),
            differs(self.object_writes, other.object_writes),
        ];
        if all.contains(&Some(true)) {
            return Some(true);
        }
        all.iter().all(Option::is_some).then_some(false)
    }

    fn describe(self) -> Option<String> {
        let CoverageBounds { least, most } = self.management;
        if least != most {
            return None;
        }
        let mut text = match least.lacks() {
            None => "all management events".to_owned(),
            Some(_) if least.is_empty() => "no management events".to_owned(),
            Some(lost) => format!("management events without {lost}"),
        };
        for (is_recorded, noun) in [(self.object_reads?, "reads"), (self.object_writes?, "writes")] {
            if is_recorded {
                text.push_str(&format!(", object-level {noun} of S3"));
            }
        }
        Some(text)
    }
}

impl TrailFacts {
    /// The values of a trail in a world.
    pub fn of(trail: &Trail, delivery: Option<&LogDelivery>, log_group: Option<&LogDelivery>) -> Self {
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
            facts.push(Fact::of_bucket(&settings.bucket));
            facts.push(Fact::of(FactKind::Prefix, &settings.prefix, text));
        }
        if let Some(settings) = log_group.map(|delivery| &delivery.settings) {
            facts.push(Fact::of_resource(FactKind::LogGroup, &settings.log_group));
            facts.push(Fact::of_resource(FactKind::LogRole, &settings.log_role));
        }
        let name = settings.and_then(|settings| settings.name.known()).filter(|name| !name.is_empty());
        let ignored = trail.ignored_changes.iter().map(|IgnoredArgument { name, .. }| name.clone()).collect();
        let selector_lists = [trail.selectors.basic.name, trail.selectors.advanced.name];
        Self { name: name.map(str::to_owned), facts, ignored, selector_lists }
    }

    /// The values that are the same in two worlds.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        if self.name != other.name {
            self.name = None;
        }
        for fact in &mut self.facts {
            let other = other.facts.iter().find(|other| other.kind == fact.kind);
            fact.value = match (fact.value.take(), other.and_then(|other| other.value.as_ref())) {
                (Some(FactValue::Events(own)), Some(FactValue::Events(other))) => {
                    Some(FactValue::Events(own.or(*other)))
                }
                (own, other) => own.filter(|own| Some(own) == other),
            };
        }
        self
    }

    pub fn fact(&self, kind: FactKind) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.kind == kind)
    }

    /// True if Terraform keeps a deployed value that differs from the code. For selectors, each list that is set on one
    /// of the sides has to be ignored.
    pub fn ignores(&self, fact: &Fact, live: &Fact) -> bool {
        let is_ignored = |argument: &str| self.ignored.iter().any(|name| name == "all" || name == argument);
        let (Some(FactValue::Events(own)), Some(FactValue::Events(other))) = (&fact.value, &live.value) else {
            return is_ignored(fact.argument);
        };
        let mut lists = self.selector_lists.iter().zip(own.has_list.iter().zip(&other.has_list));
        lists.all(|(name, (own, other))| is_ignored(name) || !own && !other)
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
        let (basic, advanced) = (&trail.selectors.basic, &trail.selectors.advanced);
        let is_advanced = matches!(advanced.value(), Known(Ok(selectors)) if !selectors.is_empty());
        let (argument, span) = if is_advanced { (advanced.name, advanced.span()) } else { (basic.name, basic.span()) };
        let value = FactValue::Events(RecordedEvents::of(trail));
        Self { kind: FactKind::Selectors, value: Some(value), argument, span }
    }

    fn of_key(setting: &TrailSetting<String>) -> Self {
        let value = key(setting.value());
        Self { value, ..Self::of(FactKind::Key, setting, |_| FactValue::NotSet) }
    }

    /// The bucket. Each trail has one, so that an output without it is incomplete.
    fn of_bucket(setting: &TrailSetting<String>) -> Self {
        let fact = Self::of(FactKind::Bucket, setting, |value| FactValue::Text(value.clone()));
        let is_empty = matches!(&fact.value, Some(FactValue::Text(text)) if text.is_empty());
        if is_empty { Self { value: None, ..fact } } else { fact }
    }

    /// The ARN of a log group or of its role. CloudTrail prints a log group's ARN with `:*`, which may be omitted in code.
    fn of_resource(kind: FactKind, setting: &TrailSetting<String>) -> Self {
        let value = match setting.value() {
            Known(Ok(text)) if text.is_empty() => Some(FactValue::NotSet),
            Known(Ok(text)) => Some(FactValue::Set(Some(text.strip_suffix(":*").unwrap_or(text).to_owned()))),
            Known(Err(_)) => None,
            Unknown(why) => Reason::is_set(why).then_some(FactValue::Set(None)),
        };
        Self { value, ..Self::of(kind, setting, |_| FactValue::NotSet) }
    }

    /// True if two known values differ; `None` if one is unknown, or if they can't be compared.
    pub fn differs_from(&self, other: &Self) -> Option<bool> {
        match (self.value.as_ref()?, other.value.as_ref()?) {
            (FactValue::Set(Some(own)), FactValue::Set(Some(other))) => Some(own != other),
            // An alias may be one of the key.
            (FactValue::Set(_), FactValue::Set(_)) => None,
            (FactValue::Events(own), FactValue::Events(other)) => own.differs_from(*other),
            (own, other) => Some(own != other),
        }
    }
}

fn key(value: &Maybe<SettingRead<String>>) -> Option<FactValue> {
    match value {
        Known(Ok(key)) if key.is_empty() => Some(FactValue::NotSet),
        Known(Ok(key)) => Some(FactValue::Set(key.contains(":key/").then(|| key.clone()))),
        Known(Err(_)) => None,
        Unknown(why) => Reason::is_set(why).then_some(FactValue::Set(None)),
    }
}

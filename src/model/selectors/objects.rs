//! The S3 object-level events that a trail's selectors record.
//!
//! The control requires the events of all current and future buckets, in one direction: writes or reads. So a list of
//! buckets never suffices. The selectors of one kind count together. Sources: the API reference of `DataResource` and
//! `AdvancedFieldSelector`, and AWS Config's rules `cloudtrail-all-write-s3-data-event-check` and
//! `cloudtrail-all-read-s3-data-event-check`.

mod advanced;
mod arn;
mod basic;
mod union;

pub use union::MAX_REPRESENTATIVES;

use super::{ReadWrite, SelectorSite, Selectors};
use crate::model::{SettingRead, TrailSetting};
use crate::source::Span;
use crate::value::{Known, Maybe, Reason, Unknown};
use arn::Partition;

/// The type of the resources whose events count; access points, directory buckets and others are different types.
const OBJECTS: &str = "AWS::S3::Object";

/// The two directions of object-level events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Reads,
    Writes,
}

/// The object-level events that selectors record in one direction.
#[derive(Debug, Clone)]
pub enum ObjectCoverage {
    /// Those of all objects, by selectors of which this is the first.
    Everything(Span),
    /// Not those of all objects, whatever the unknown values are.
    Incomplete(ObjectGap),
    /// It depends on an unknown value.
    Unknown(UnknownPart),
}

/// The cause of an incomplete coverage.
#[derive(Debug, Clone)]
pub struct ObjectGap {
    /// The events that are recorded nevertheless.
    pub recorded: RecordedObjects,
    /// The part of the selectors that excludes events; `None` if no selector is about S3 objects.
    pub site: Option<SelectorSite>,
    /// The effect of that part, as the text of a label.
    pub label: String,
    /// One imperative sentence, if the part suggests one.
    pub help: Option<String>,
}

/// The object-level events of one direction that an incomplete coverage includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordedObjects {
    Nothing,
    /// Only those of some API calls.
    SomeCalls,
    /// Only those of some buckets or objects.
    SomeBuckets,
}

/// An unknown value on which the coverage depends.
#[derive(Debug, Clone)]
pub struct UnknownPart {
    pub why: Reason,
    pub site: SelectorSite,
    /// A sentence that replaces the advice for the unknown value.
    pub help: Option<String>,
}

/// The coverage by the selectors of one kind.
enum KindCoverage {
    Everything(Span),
    Incomplete(Option<ObjectGap>),
    Unknown(UnknownPart),
}

impl Direction {
    /// `reads` or `writes`.
    pub fn noun(self) -> &'static str {
        match self {
            Direction::Reads => "reads",
            Direction::Writes => "writes",
        }
    }

    /// `read` or `write`.
    pub fn adjective(self) -> &'static str {
        match self {
            Direction::Reads => "read",
            Direction::Writes => "write",
        }
    }

    fn is_selected_by(self, kinds: ReadWrite) -> bool {
        match kinds {
            ReadWrite::All => true,
            ReadWrite::ReadOnly => self == Direction::Reads,
            ReadWrite::WriteOnly => self == Direction::Writes,
        }
    }
}

impl Selectors {
    /// Computes the coverage of object-level events in one direction. The Region is that of the trail: it determines the
    /// partition in the ARNs.
    pub fn object_coverage(&self, direction: Direction, region: &Maybe<String>) -> ObjectCoverage {
        let partition = Partition::of(region);
        let of_basic = basic::coverage(&self.basic, direction, partition);
        let of_advanced = advanced::coverage(&self.advanced, direction, partition);
        if let Some(rejected) = self.rejection() {
            return ObjectCoverage::Incomplete(rejected);
        }
        match (of_basic, of_advanced) {
            (KindCoverage::Everything(span), _) => self.unless_rejected(span, self.advanced_part()),
            (_, KindCoverage::Everything(span)) => self.unless_rejected(span, self.basic_part()),
            (KindCoverage::Unknown(part), _) | (_, KindCoverage::Unknown(part)) => ObjectCoverage::Unknown(part),
            (KindCoverage::Incomplete(first), KindCoverage::Incomplete(second)) => {
                ObjectCoverage::Incomplete(first.or(second).unwrap_or_else(ObjectGap::without_selector))
            }
        }
    }

    /// Returns the gap of selectors that CloudTrail rejects: both kinds, or a list that no deployment accepts.
    fn rejection(&self) -> Option<ObjectGap> {
        let both = match (self.basic.value(), self.advanced.value()) {
            (Known(Ok(basic)), Known(Ok(advanced))) => !basic.is_empty() && !advanced.is_empty(),
            _ => false,
        };
        if both {
            return Some(ObjectGap {
                label: "CloudTrail accepts only one kind of selectors".to_owned(),
                help: Some(format!("keep only `{}`", self.advanced.name)),
                ..ObjectGap::at(SelectorSite::new(&self.advanced.read, self.advanced.name))
            });
        }
        invalid_list(&self.basic).or_else(|| invalid_list(&self.advanced))
    }

    /// Returns complete coverage, unless it is unknown if the selectors of the other kind are set as well.
    fn unless_rejected(&self, span: Span, other: Option<UnknownPart>) -> ObjectCoverage {
        other.map_or(ObjectCoverage::Everything(span), ObjectCoverage::Unknown)
    }

    fn basic_part(&self) -> Option<UnknownPart> {
        unknown_list(&self.basic)
    }

    fn advanced_part(&self) -> Option<UnknownPart> {
        unknown_list(&self.advanced)
    }
}

fn invalid_list<T>(list: &TrailSetting<Vec<T>>) -> Option<ObjectGap> {
    match list.value() {
        Known(Err(invalid)) => Some(ObjectGap {
            label: format!("{}, so nothing is recorded", invalid.describe()),
            help: Some(invalid.advise_list(list.name, "selectors")),
            ..ObjectGap::at(SelectorSite::new(&list.read, list.name))
        }),
        Known(Ok(_)) | Unknown(_) => None,
    }
}

fn unknown_list<T>(list: &TrailSetting<T>) -> Option<UnknownPart> {
    match list.value() {
        Known(_) => None,
        Unknown(why) => Some(UnknownPart::of(why, SelectorSite::new(&list.read, list.name))),
    }
}

/// Returns a setting's value: `None` if it is invalid.
fn valid<T>(value: &Maybe<SettingRead<T>>) -> Maybe<Option<&T>> {
    value.as_ref().map(|read| read.as_ref().ok())
}

impl UnknownPart {
    fn of(why: &Reason, site: SelectorSite) -> Self {
        Self { why: why.clone(), site, help: None }
    }
}

impl ObjectGap {
    fn at(site: SelectorSite) -> Self {
        Self { recorded: RecordedObjects::Nothing, site: Some(site), label: String::new(), help: None }
    }

    fn without_selector() -> Self {
        Self {
            recorded: RecordedObjects::Nothing,
            site: None,
            label: "no selector is about S3 objects".to_owned(),
            help: None,
        }
    }
}

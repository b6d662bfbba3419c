//! Event selectors and the algebra of what they record.
//!
//! A selector records some of the kinds of management events; a trail records
//! what any of its selectors does. A trail without selectors records all
//! management events. Sources: the API reference of `PutEventSelectors`,
//! `EventSelector` and `AdvancedFieldSelector`.

mod advanced;
mod basic;
mod coverage;
pub mod loss;

pub use advanced::{AdvancedSelector, FieldSelector, Operator};
pub use basic::{BasicSelector, ReadWrite};
pub use coverage::{Bounds, Coverage};
pub use loss::Loss;

use serde::{Deserialize, Serialize};

use super::{Read, Setting, Wish};
use crate::source::Span;
use crate::value::{Hop, Known, Maybe, Traced, Unknown, Why};

/// The values of a list, each with its place.
pub type Texts = Vec<Traced<Read<String>>>;

/// The event selectors of a trail, of both kinds.
#[derive(Debug, Clone)]
pub struct Selectors {
    /// `event_selector`, `EventSelectors`.
    pub basic: Setting<Vec<BasicSelector>>,
    /// `advanced_event_selector`, `AdvancedEventSelectors`.
    pub advanced: Setting<Vec<AdvancedSelector>>,
}

/// What the selectors of a trail amount to.
#[derive(Debug)]
pub enum Recorded {
    /// No selector: all management events.
    Everything,
    /// Both kinds, which the API rejects.
    Conflict {
        /// The kind that comes first in the source.
        first: Span,
        /// The other.
        second: Span,
    },
    /// The selectors of one kind, in the order in which they are written.
    Selected(Vec<Assessment>),
}

/// What one selector records, at least and at most, and why not more.
#[derive(Debug)]
pub struct Assessment {
    /// The place that stands for the selector.
    pub header: Span,
    /// What it records of management events.
    pub bounds: Bounds,
    /// What it loses, and where that is written.
    pub gaps: Vec<Gap>,
    /// What isn't known about it.
    pub doubts: Vec<Doubt>,
}

/// A part of a selector that keeps management events from being recorded.
#[derive(Debug, Clone)]
pub struct Gap {
    /// What is lost through it.
    pub lost: Coverage,
    /// What it is.
    pub cause: Cause,
    /// Where it is.
    pub site: Site,
    /// How it is mended.
    pub mending: Mending,
}

/// How a gap is mended.
#[derive(Debug, Clone)]
pub struct Mending {
    /// In one imperative sentence.
    pub help: String,
    /// The change that does it; nothing where nobody can say what to write.
    pub wish: Option<Wish>,
}

/// A part of a selector that isn't known.
#[derive(Debug, Clone)]
pub struct Doubt {
    /// Why.
    pub why: Why,
    /// Where it is.
    pub site: Site,
    /// Whether single sources may be left out because of it.
    pub may_exclude: bool,
}

/// A place within a trail.
#[derive(Debug, Clone)]
pub struct Site {
    /// Where it is written.
    pub span: Span,
    /// The way its value came.
    pub hops: Vec<Hop>,
    /// The argument's path within the trail, such as `event_selector[0].read_write_type`.
    pub attribute: String,
}

/// The causes of a [`Gap`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A value or field that isn't valid, with the reason.
    Invalid(String),
    /// Only reads or only writes.
    OneSided,
    /// Sources that are left out.
    Excluded,
    /// Management events are switched off.
    Off,
    /// An advanced selector of another category.
    OtherCategory,
}

/// How selectors are held against the control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SelectorPolicy {
    /// Together they have to record everything, as CloudTrail does it.
    #[default]
    Coverage,
    /// One of them has to record everything, as the CIS audit reads.
    Literal,
}

impl Selectors {
    /// What the selectors amount to.
    pub fn recorded(&self) -> Recorded {
        match (self.basic.value(), self.advanced.value()) {
            (Known(Ok(basic)), Known(Ok(advanced))) if !basic.is_empty() && !advanced.is_empty() => self.conflict(),
            (Known(Ok(basic)), Known(Ok(advanced))) if basic.is_empty() && advanced.is_empty() => Recorded::Everything,
            _ => {
                let mut assessed = assess_kind(&self.basic, BasicSelector::assess);
                assessed.append(&mut assess_kind(&self.advanced, AdvancedSelector::assess));
                self.weigh_kinds(&mut assessed);
                Recorded::Selected(assessed)
            }
        }
    }

    /// What has to record everything under a policy: the union, or one of the selectors.
    pub fn candidates(assessed: &[Assessment], policy: SelectorPolicy) -> Vec<Bounds> {
        let each = assessed.iter().map(|assessment| assessment.bounds);
        match policy {
            SelectorPolicy::Coverage => vec![each.fold(Bounds::exactly(Coverage::NOTHING), Bounds::union)],
            SelectorPolicy::Literal => each.collect(),
        }
    }

    fn conflict(&self) -> Recorded {
        let (basic, advanced) = (self.basic.span(), self.advanced.span());
        Recorded::Conflict { first: basic.min(advanced), second: basic.max(advanced) }
    }

    /// A kind that isn't valid keeps the other one from being accepted; one that may or may not
    /// be there makes it uncertain what the other one records.
    fn weigh_kinds(&self, assessed: &mut [Assessment]) {
        let is_invalid = matches!(self.basic.value(), Known(Err(_))) || matches!(self.advanced.value(), Known(Err(_)));
        let is_open = matches!(self.basic.value(), Unknown(_)) || matches!(self.advanced.value(), Unknown(_));
        for assessment in assessed {
            if is_invalid {
                assessment.bounds = Bounds::exactly(Coverage::NOTHING);
            } else if is_open {
                assessment.bounds.least = Coverage::NOTHING;
            }
        }
    }
}

/// The assessments of one kind; a list that isn't known counts as one selector that may record anything.
fn assess_kind<S>(list: &Setting<Vec<S>>, assess: impl Fn(&S, &str) -> Assessment) -> Vec<Assessment> {
    let mut whole = Assessment::new(list.span());
    let help = match list.value() {
        Known(Err(invalid)) => invalid.advise_list(list.name, "selectors"),
        Known(Ok(_)) | Unknown(_) => String::new(),
    };
    match whole.known(list, list.name, help.as_str()) {
        Some(selectors) => selectors
            .iter()
            .enumerate()
            .map(|(index, selector)| assess(selector, &format!("{}[{index}]", list.name)))
            .collect(),
        None => vec![whole],
    }
}

impl Assessment {
    /// A selector that records everything, until something is lost.
    fn new(header: Span) -> Self {
        Self { header, bounds: Bounds::exactly(Coverage::EVERYTHING), gaps: Vec::new(), doubts: Vec::new() }
    }

    /// The value of a setting. If there is none, all may be lost or is lost, and that is noted.
    fn known<'a, T>(&mut self, setting: &'a Setting<T>, attribute: &str, mending: impl Into<Mending>) -> Option<&'a T> {
        let site = Site::new(&setting.read, attribute);
        self.known_read(setting.value(), site, mending)
    }

    /// The same for an item of a list.
    fn known_item<'a, T>(
        &mut self,
        item: &'a Traced<Read<T>>,
        attribute: &str,
        mending: impl Into<Mending>,
    ) -> Option<&'a T> {
        self.known_read(&item.value, Site::new(item, attribute), mending)
    }

    fn known_read<'a, T>(
        &mut self,
        value: &'a Maybe<Read<T>>,
        site: Site,
        mending: impl Into<Mending>,
    ) -> Option<&'a T> {
        match value {
            Known(Ok(value)) => Some(value),
            Known(Err(invalid)) => {
                let mending = invalid.remedy().map_or_else(|| mending.into(), Mending::from);
                self.lose(Coverage::EVERYTHING, Cause::Invalid(invalid.describe()), site, mending);
                None
            }
            Unknown(why) => {
                self.doubt(why.clone(), site);
                None
            }
        }
    }

    /// Takes `lost` away, because of what stands at `site`.
    fn lose(&mut self, lost: Coverage, cause: Cause, site: Site, mending: impl Into<Mending>) {
        self.bounds = self.bounds.without(lost);
        self.gaps.push(Gap { lost, cause, site, mending: mending.into() });
    }

    /// Whether single sources are left out, or may be.
    pub fn may_exclude(&self) -> bool {
        self.gaps.iter().any(|gap| gap.cause == Cause::Excluded) || self.doubts.iter().any(|doubt| doubt.may_exclude)
    }

    /// Notes that what isn't known so far only bears on all sources alike.
    fn excludes_nothing(&mut self) {
        self.doubts.iter_mut().for_each(|doubt| doubt.may_exclude = false);
    }

    /// Notes that what stands at `site` may take anything away.
    fn doubt(&mut self, why: Why, site: Site) {
        self.bounds.least = Coverage::NOTHING;
        self.doubts.push(Doubt { why, site, may_exclude: true });
    }
}

impl From<&str> for Mending {
    fn from(help: &str) -> Self {
        Self { help: help.to_owned(), wish: None }
    }
}

impl From<Wish> for Mending {
    fn from(wish: Wish) -> Self {
        Self { help: wish.advise(), wish: Some(wish) }
    }
}

impl Cause {
    /// How telling it is: of several gaps, the one with the lowest rank explains best what is missing.
    pub fn rank(&self) -> u8 {
        match self {
            Cause::Invalid(_) => 0,
            Cause::OneSided => 1,
            Cause::Excluded => 2,
            Cause::Off => 3,
            Cause::OtherCategory => 4,
        }
    }
}

impl Site {
    fn new<T>(traced: &Traced<T>, attribute: &str) -> Self {
        Self { span: traced.origin.span(), hops: traced.hops.clone(), attribute: attribute.to_owned() }
    }
}

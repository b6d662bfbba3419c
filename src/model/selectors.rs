//! Event selectors, and the management events that they record.
//!
//! A selector records some kinds of management events; a trail records the union of its selectors. A trail without
//! selectors records all management events. Sources: the API reference of `PutEventSelectors`, `EventSelector` and
//! `AdvancedFieldSelector`.

mod advanced;
mod basic;
mod coverage;
pub mod loss;
pub mod objects;

pub use advanced::{AdvancedSelector, FieldOperator, FieldSelector};
pub use basic::{BasicSelector, DataResource, ReadWrite};
pub use coverage::{Coverage, CoverageBounds};
pub use loss::EventLoss;

use serde::{Deserialize, Serialize};

use super::{Remedy, SettingRead, TrailSetting};
use crate::source::Span;
use crate::value::{Hop, Known, Maybe, Reason, Traced, Unknown};

/// The values of a list of strings.
pub type SelectorValues = Vec<Traced<SettingRead<String>>>;

/// The event selectors of a trail, of both kinds.
#[derive(Debug, Clone)]
pub struct Selectors {
    /// `event_selector`, `EventSelectors`.
    pub basic: TrailSetting<Vec<BasicSelector>>,
    /// `advanced_event_selector`, `AdvancedEventSelectors`.
    pub advanced: TrailSetting<Vec<AdvancedSelector>>,
}

/// The effect of a trail's selectors.
#[derive(Debug)]
pub enum SelectorsResult {
    /// The trail has no selector, so it records all management events.
    Everything,
    /// The trail has both kinds of selectors, which the API rejects.
    Conflict {
        /// The kind that comes first in the source.
        first: Span,
        second: Span,
    },
    /// The selectors of one kind, in source order.
    Selected(Vec<SelectorCoverage>),
}

/// The events that one selector records, and the reasons why it doesn't record all.
#[derive(Debug)]
pub struct SelectorCoverage {
    /// The span that findings about the selector point at.
    pub header: Span,
    /// The management events that it records.
    pub bounds: CoverageBounds,
    /// The parts that exclude events.
    pub gaps: Vec<Gap>,
    /// The parts that are unknown.
    pub unknown_parts: Vec<UnknownSelector>,
}

/// A part of a selector that excludes management events.
#[derive(Debug, Clone)]
pub struct Gap {
    /// The events that it excludes.
    pub lost: Coverage,
    pub cause: GapCause,
    pub site: SelectorSite,
    pub remedy: GapRemedy,
}

/// The remedy for a gap.
#[derive(Debug, Clone)]
pub struct GapRemedy {
    /// One imperative sentence.
    pub help: String,
    /// The change to the code; `None` if the right value isn't certain.
    pub remedy: Option<Remedy>,
}

/// A part of a selector that is unknown.
#[derive(Debug, Clone)]
pub struct UnknownSelector {
    pub why: Reason,
    pub site: SelectorSite,
    /// True if the part may exclude single event sources.
    pub may_exclude: bool,
}

/// A location within a trail.
#[derive(Debug, Clone)]
pub struct SelectorSite {
    pub span: Span,
    /// The steps to the expression that decides the value.
    pub hops: Vec<Hop>,
    /// The argument's path within the trail, such as `event_selector[0].read_write_type`.
    pub attribute: String,
}

/// The causes of a [`Gap`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GapCause {
    /// An invalid value or field, with the reason.
    Invalid(String),
    /// Only read events or only write events are selected.
    OneSided,
    /// Event sources are excluded.
    Excluded,
    /// Management events are disabled.
    Off,
    /// An advanced selector of another event category.
    OtherCategory,
}

/// The interpretation of the control for trails with several selectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SelectorPolicy {
    /// The selectors together have to record everything: the union is what CloudTrail records.
    #[default]
    Coverage,
    /// One of the selectors has to record everything: the literal text of the CIS audit.
    Literal,
}

impl Selectors {
    /// Computes the effect of the selectors.
    pub fn recorded(&self) -> SelectorsResult {
        match (self.basic.value(), self.advanced.value()) {
            (Known(Ok(basic)), Known(Ok(advanced))) if !basic.is_empty() && !advanced.is_empty() => self.conflict(),
            (Known(Ok(basic)), Known(Ok(advanced))) if basic.is_empty() && advanced.is_empty() => {
                SelectorsResult::Everything
            }
            _ => {
                let mut assessed = assess_kind(&self.basic, BasicSelector::assess);
                assessed.append(&mut assess_kind(&self.advanced, AdvancedSelector::assess));
                self.weigh_kinds(&mut assessed);
                SelectorsResult::Selected(assessed)
            }
        }
    }

    /// Returns the bounds of which one has to include everything under a policy: those of the union, or those of each
    /// selector.
    pub fn candidates(assessed: &[SelectorCoverage], policy: SelectorPolicy) -> Vec<CoverageBounds> {
        let each = assessed.iter().map(|assessment| assessment.bounds);
        match policy {
            SelectorPolicy::Coverage => {
                vec![each.fold(CoverageBounds::exactly(Coverage::NOTHING), CoverageBounds::union)]
            }
            SelectorPolicy::Literal => each.collect(),
        }
    }

    fn conflict(&self) -> SelectorsResult {
        let (basic, advanced) = (self.basic.span(), self.advanced.span());
        SelectorsResult::Conflict { first: basic.min(advanced), second: basic.max(advanced) }
    }

    /// Applies the effect of one kind on the other: an invalid kind prevents the deployment, and a kind that may or may
    /// not be set makes it uncertain whether the other one is accepted.
    fn weigh_kinds(&self, assessed: &mut [SelectorCoverage]) {
        let is_invalid = matches!(self.basic.value(), Known(Err(_))) || matches!(self.advanced.value(), Known(Err(_)));
        let is_open = matches!(self.basic.value(), Unknown(_)) || matches!(self.advanced.value(), Unknown(_));
        for assessment in assessed {
            if is_invalid {
                assessment.bounds = CoverageBounds::exactly(Coverage::NOTHING);
            } else if is_open {
                assessment.bounds.least = Coverage::NOTHING;
            }
        }
    }
}

/// Assesses the selectors of one kind; an unknown list counts as one selector that may record anything.
fn assess_kind<S>(list: &TrailSetting<Vec<S>>, assess: impl Fn(&S, &str) -> SelectorCoverage) -> Vec<SelectorCoverage> {
    let mut whole = SelectorCoverage::new(list.span());
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

impl SelectorCoverage {
    /// Creates the assessment of a selector that records everything, before its parts are applied.
    fn new(header: Span) -> Self {
        Self {
            header,
            bounds: CoverageBounds::exactly(Coverage::EVERYTHING),
            gaps: Vec::new(),
            unknown_parts: Vec::new(),
        }
    }

    /// Returns the value of a setting. If it is invalid or unknown, records that everything is or may be lost.
    fn known<'a, T>(
        &mut self,
        setting: &'a TrailSetting<T>,
        attribute: &str,
        gap_remedy: impl Into<GapRemedy>,
    ) -> Option<&'a T> {
        let site = SelectorSite::new(&setting.read, attribute);
        self.known_read(setting.value(), site, gap_remedy)
    }

    /// Returns the value of a list's item, as [`known`](Self::known) does for a setting.
    fn known_item<'a, T>(
        &mut self,
        item: &'a Traced<SettingRead<T>>,
        attribute: &str,
        gap_remedy: impl Into<GapRemedy>,
    ) -> Option<&'a T> {
        self.known_read(&item.value, SelectorSite::new(item, attribute), gap_remedy)
    }

    fn known_read<'a, T>(
        &mut self,
        value: &'a Maybe<SettingRead<T>>,
        site: SelectorSite,
        gap_remedy: impl Into<GapRemedy>,
    ) -> Option<&'a T> {
        match value {
            Known(Ok(value)) => Some(value),
            Known(Err(invalid)) => {
                let gap_remedy = invalid.remedy().map_or_else(|| gap_remedy.into(), GapRemedy::from);
                self.remove_events(Coverage::EVERYTHING, GapCause::Invalid(invalid.describe()), site, gap_remedy);
                None
            }
            Unknown(why) => {
                self.add_unknown_part(why.clone(), site);
                None
            }
        }
    }

    /// Removes `lost` from the recorded events, because of the part at `site`.
    fn remove_events(&mut self, lost: Coverage, cause: GapCause, site: SelectorSite, gap_remedy: impl Into<GapRemedy>) {
        self.bounds = self.bounds.without(lost);
        self.gaps.push(Gap { lost, cause, site, remedy: gap_remedy.into() });
    }

    /// True if single event sources are or may be excluded.
    pub fn may_exclude(&self) -> bool {
        self.gaps.iter().any(|gap| gap.cause == GapCause::Excluded)
            || self.unknown_parts.iter().any(|doubt| doubt.may_exclude)
    }

    /// Records that no unknown part so far excludes single event sources: each affects all sources alike.
    fn excludes_nothing(&mut self) {
        self.unknown_parts.iter_mut().for_each(|doubt| doubt.may_exclude = false);
    }

    /// Records that the unknown part at `site` may exclude any event.
    fn add_unknown_part(&mut self, why: Reason, site: SelectorSite) {
        self.bounds.least = Coverage::NOTHING;
        self.unknown_parts.push(UnknownSelector { why, site, may_exclude: true });
    }
}

impl From<&str> for GapRemedy {
    fn from(help: &str) -> Self {
        Self { help: help.to_owned(), remedy: None }
    }
}

impl From<Remedy> for GapRemedy {
    fn from(remedy: Remedy) -> Self {
        Self { help: remedy.advise(), remedy: Some(remedy) }
    }
}

impl GapCause {
    /// The rank of the cause as an explanation: of several gaps, the one with the lowest rank is reported.
    pub fn rank(&self) -> u8 {
        match self {
            GapCause::Invalid(_) => 0,
            GapCause::OneSided => 1,
            GapCause::Excluded => 2,
            GapCause::Off => 3,
            GapCause::OtherCategory => 4,
        }
    }
}

impl SelectorSite {
    fn new<T>(traced: &Traced<T>, attribute: &str) -> Self {
        Self { span: traced.origin.span(), hops: traced.hops.clone(), attribute: attribute.to_owned() }
    }
}

//! Why what a trail lacks is no more than worth knowing.

use super::sighting::Sighting;
use crate::finding::Finding;
use crate::report::Outcome;
use crate::rules::{self, Rule};

/// The help of a finding that needs no change.
const NO_ACTION: &str = "no action needed for CIS 3.1";

/// The reason why findings about the conditions of the control are notes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Excuse {
    /// Another trail satisfies them.
    AnotherTrail,
    /// One trail or another meets them, whichever is created.
    OneOrAnother,
    /// Trails of single Regions meet them together.
    EachRegion,
    /// Trails of single Regions may do so.
    PerhapsEachRegion,
}

impl Excuse {
    /// The excuse that a verdict on a deployment is, if it is one.
    pub(super) fn of(verdict: Outcome, is_by_region: bool, sightings: &[Sighting]) -> Option<Self> {
        match (verdict, is_by_region) {
            (Outcome::Pass, false) if sightings.iter().any(Sighting::satisfies) => Some(Excuse::AnotherTrail),
            (Outcome::Pass, false) => Some(Excuse::OneOrAnother),
            (Outcome::Pass, true) => Some(Excuse::EachRegion),
            (Outcome::Unknown, true) => Some(Excuse::PerhapsEachRegion),
            (Outcome::Unknown, false) | (Outcome::Fail, _) => None,
        }
    }

    /// True if the reason applies to findings of the rule about this trail.
    pub(super) fn covers(self, rule: &Rule, sighting: &Sighting) -> bool {
        match self {
            Excuse::AnotherTrail => rule.is_condition || (rule.is_for_needed && !sighting.satisfies()),
            Excuse::OneOrAnother => rule.is_condition || (rule.is_for_needed && sighting.misses()),
            Excuse::EachRegion => rule.is_condition,
            // Findings of other rules have to be fixed in any case.
            Excuse::PerhapsEachRegion => std::ptr::eq(rule, rules::multi_region()),
        }
    }

    /// The finding as a note. Where the control is satisfied, there is nothing to change.
    pub(super) fn apply(self, finding: Finding) -> Finding {
        let mut finding = finding.note(self.describe());
        if !matches!(self, Excuse::PerhapsEachRegion) {
            finding.wishes.clear();
            finding.help = Some(NO_ACTION.to_owned());
        }
        finding
    }

    fn describe(self) -> &'static str {
        match self {
            Excuse::AnotherTrail | Excuse::OneOrAnother => "another trail satisfies the control",
            Excuse::EachRegion => "each required Region has a trail that records it",
            Excuse::PerhapsEachRegion => "it is unknown if the deployment satisfies the control without this trail",
        }
    }
}

//! Downgrades findings to notes where other trails satisfy the control.

use super::trail_instance::TrailInstance;
use crate::finding::Finding;
use crate::report::{Outcome, TrailExistence};
use crate::rules::{self, Rule};

/// The help of a finding that needs no change.
const NO_ACTION: &str = "no action needed for CIS 3.1";

/// The reason why findings about the conditions of the control are notes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Downgrade {
    /// Another trail satisfies them.
    AnotherTrail,
    /// One trail or another meets them, whichever is created.
    OneOrAnother,
    /// Trails of single Regions meet them together.
    EachRegion,
    /// Trails of single Regions may meet them together.
    PerhapsEachRegion,
}

/// The reasons for downgrades in a deployment.
pub(super) struct Excuses {
    /// The reason for findings about the conditions of the control.
    pub(super) of_conditions: Option<Downgrade>,
    /// The ids of the rules that require one trail only, and have one.
    pub(super) satisfied: Vec<&'static str>,
}

/// The reason why findings of a rule that requires one trail only are notes.
const SATISFIED: &str = "another trail satisfies the control";

/// True if a trail that is always created passes a rule.
pub(super) fn has_one(rule: &Rule, instances: &[TrailInstance]) -> bool {
    let always = instances.iter().filter(|instance| instance.exists == TrailExistence::Always);
    outcomes(rule, always).any(|outcome| outcome == Outcome::Pass)
}

/// The number of trails that pass a rule in some world.
pub(super) fn candidates(rule: &Rule, instances: &[TrailInstance]) -> usize {
    outcomes(rule, instances.iter()).filter(|outcome| *outcome != Outcome::Fail).count()
}

fn outcomes<'i>(rule: &Rule, instances: impl Iterator<Item = &'i TrailInstance>) -> impl Iterator<Item = Outcome> {
    let results = instances.flat_map(|instance| &instance.results);
    results.filter(move |result| std::ptr::eq(result.rule, rule)).map(|result| result.outcome)
}

/// Returns a finding of such a rule as a note.
pub(super) fn satisfied(finding: Finding) -> Finding {
    let mut finding = finding.with_note(SATISFIED);
    finding.remedies.clear();
    finding.help = Some("no action needed".to_owned());
    finding
}

impl Downgrade {
    /// Returns the reason for a downgrade that follows from the verdict on a deployment, if one does.
    pub(super) fn of(verdict: Outcome, is_by_region: bool, instances: &[TrailInstance]) -> Option<Self> {
        match (verdict, is_by_region) {
            (Outcome::Pass, false) if instances.iter().any(TrailInstance::satisfies) => Some(Downgrade::AnotherTrail),
            (Outcome::Pass, false) => Some(Downgrade::OneOrAnother),
            (Outcome::Pass, true) => Some(Downgrade::EachRegion),
            (Outcome::Unknown, true) => Some(Downgrade::PerhapsEachRegion),
            (Outcome::Unknown, false) | (Outcome::Fail, _) => None,
        }
    }

    /// True if the reason applies to findings of the rule about this trail.
    pub(super) fn covers(self, rule: &Rule, instance: &TrailInstance) -> bool {
        match self {
            Downgrade::AnotherTrail => rule.is_condition || (rule.is_for_required_trails && !instance.satisfies()),
            Downgrade::OneOrAnother => rule.is_condition || (rule.is_for_required_trails && instance.violates()),
            Downgrade::EachRegion => rule.is_condition,
            // Findings of other rules have to be fixed in any case.
            Downgrade::PerhapsEachRegion => std::ptr::eq(rule, rules::multi_region()),
        }
    }

    /// Returns the finding as a note. Its help states that no change is needed if the control is satisfied.
    pub(super) fn apply(self, finding: Finding) -> Finding {
        let mut finding = finding.with_note(self.describe());
        if !matches!(self, Downgrade::PerhapsEachRegion) {
            finding.remedies.clear();
            finding.help = Some(NO_ACTION.to_owned());
        }
        finding
    }

    fn describe(self) -> &'static str {
        match self {
            Downgrade::AnotherTrail | Downgrade::OneOrAnother => SATISFIED,
            Downgrade::EachRegion => "each required Region has a trail that records it",
            Downgrade::PerhapsEachRegion => "it is unknown if the deployment satisfies the control without this trail",
        }
    }
}

//! Reports selectors that CloudTrail rejects, or that select no events.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::Finding;
use crate::model::Trail;
use crate::model::selectors::{GapCause, SelectorsResult};
use crate::value::Known;

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/invalid-selector.md")), Check::Advice(check));

fn check(trail: &Trail, _: &Strictness) -> Option<Finding> {
    let SelectorsResult::Selected(assessed) = trail.selectors.recorded() else { return None };
    let invalid = assessed.iter().flat_map(|assessment| &assessment.gaps).find_map(|gap| match &gap.cause {
        GapCause::Invalid(reason) => Some(Finding::of_gap(gap, "has a selector that CloudTrail rejects", reason)),
        GapCause::OneSided | GapCause::Excluded | GapCause::Off | GapCause::OtherCategory => None,
    });
    invalid.or_else(|| selects_nothing(trail))
}

/// Returns a finding for a basic selector without any events, because of which CloudTrail rejects all selectors of the
/// trail.
fn selects_nothing(trail: &Trail) -> Option<Finding> {
    let Known(Ok(selectors)) = trail.selectors.basic.value() else { return None };
    let (index, empty) = selectors.iter().enumerate().find(|(_, selector)| selector.selects_nothing())?;
    let switch = &empty.include_management_events;
    let label = "this selector has no data resources either, and CloudTrail rejects a selector without events";
    let finding =
        Finding::at(switch.span(), "has a selector that selects no events", label).with_hops(&switch.read.hops);
    let help = format!("remove the selector, or add `{}` to it", empty.data_resources.name);
    Some(finding.for_argument(format!("{}[{index}].{}", trail.selectors.basic.name, switch.name)).help(help))
}

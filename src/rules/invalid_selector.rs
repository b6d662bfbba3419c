//! A selector that CloudTrail doesn't accept on a trail records nothing, beside others that do.

use super::{Check, Page, Policy, Rule};
use crate::finding::Finding;
use crate::model::Trail;
use crate::model::selectors::{Cause, Recorded};

pub(super) static RULE: Rule =
    Rule::new(|| Page::parse(include_str!("../../rules/invalid-selector.md")), Check::Advice(check));

fn check(trail: &Trail, _: &Policy) -> Option<Finding> {
    let Recorded::Selected(assessed) = trail.selectors.recorded() else { return None };
    assessed.iter().flat_map(|assessment| &assessment.gaps).find_map(|gap| match &gap.cause {
        Cause::Invalid(reason) => Some(Finding::of_gap(gap, "has a selector that isn't valid for a trail", reason)),
        Cause::OneSided | Cause::Excluded | Cause::Off | Cause::OtherCategory => None,
    })
}

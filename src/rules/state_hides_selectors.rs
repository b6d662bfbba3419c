//! Reports trails whose event selectors a Terraform state may not show.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::Finding;
use crate::model::selectors::SelectorsResult;
use crate::model::{HIDDEN_SELECTORS, Trail, dialects};
use crate::value::Origin;

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/state-hides-selectors.md")), Check::Advice(check));

fn check(trail: &Trail, _: &Strictness) -> Option<Finding> {
    let is_absent = matches!(trail.selectors.basic.read.origin, Origin::Absent(_));
    let is_hidden = trail.is_deployed && trail.kind == dialects::AWS.kind && is_absent;
    let SelectorsResult::Everything = trail.selectors.recorded() else { return None };
    is_hidden.then(|| {
        let message = "has no event selectors in the state, which doesn't show all of them";
        Finding::at(trail.header, message, "evaluated as the default selectors").for_argument(HIDDEN_SELECTORS)
    })
}

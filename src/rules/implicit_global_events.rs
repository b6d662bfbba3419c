//! Reports multi-Region trails in stacks that don't set `IncludeGlobalServiceEvents`, since deployments of such stacks
//! are reported to fail.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::Finding;
use crate::model::Trail;
use crate::value::{Known, Origin};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/implicit-global-events.md")), Check::Advice(check));

fn check(trail: &Trail, _: &Strictness) -> Option<Finding> {
    let global_events = &trail.attributes.includes_global_events;
    let is_implicit = matches!(global_events.read.origin, Origin::Absent(_) | Origin::Null(_))
        && matches!(global_events.value(), Known(Ok(true)));
    match trail.attributes.is_multi_region.value() {
        Known(Ok(true)) if trail.uses_cloudformation_handler && is_implicit && !trail.is_deployed => {
            let message = format!("is multi-Region but doesn't set `{}`", global_events.name);
            let label = format!("`{}` is not set", global_events.name);
            Some(
                Finding::at(trail.attributes.is_multi_region.span(), message, label)
                    .for_argument(global_events.name)
                    .with_note("stacks are reported to fail without this property")
                    .with_remedy(global_events.set_to("true")),
            )
        }
        _ => None,
    }
}

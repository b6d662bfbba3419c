//! Reports trails without global service events, such as those of IAM.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::{Label, Verdict};
use crate::model::Trail;
use crate::value::{Known, Unknown};

pub(super) static RULE: Rule =
    Rule::condition(|| RulePage::parse(include_str!("../../rules/missing-global-events.md")), Check::Trail(check))
        .resting_on(|trail| Label::of(&trail.attributes.includes_global_events));

fn check(trail: &Trail, _: &Strictness) -> Verdict {
    let global_events = &trail.attributes.includes_global_events;
    match global_events.value() {
        Known(Ok(true)) => Verdict::Pass,
        Known(Ok(false)) => {
            Verdict::wrong_value(global_events, &false, "excludes the events of global services", "true")
                .map_finding(|finding| finding.with_note(consequence(trail)))
        }
        Known(Err(invalid)) => Verdict::invalid(global_events, invalid, &global_events.problem(invalid), "true"),
        Unknown(why) => {
            let verdict = Verdict::unknown(global_events, why, "may exclude the events of global services");
            verdict.with_reference_values(why, "= false", "= true")
        }
    }
}

/// The effect, which depends on whether the trail is multi-Region.
fn consequence(trail: &Trail) -> &'static str {
    match trail.attributes.is_multi_region.value() {
        Known(Ok(true)) => "CloudTrail rejects a multi-Region trail without global service events",
        Known(Ok(false) | Err(_)) | Unknown(_) => "such a trail doesn't record the events of IAM and CloudFront",
    }
}

//! Reports trails that aren't multi-Region and so miss the events of other Regions.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::{Label, Verdict};
use crate::model::Trail;
use crate::value::{Known, Unknown};

pub(super) static RULE: Rule =
    Rule::condition(|| RulePage::parse(include_str!("../../rules/single-region-trail.md")), Check::Trail(check))
        .resting_on(|trail| Label::of(&trail.attributes.is_multi_region));

pub(super) fn check(trail: &Trail, _: &Strictness) -> Verdict {
    let multi_region = &trail.attributes.is_multi_region;
    match multi_region.value() {
        Known(Ok(true)) => Verdict::Pass,
        Known(Ok(false)) => Verdict::wrong_value(multi_region, &false, "records one Region only", "true"),
        Known(Err(invalid)) => Verdict::invalid(multi_region, invalid, &multi_region.problem(invalid), "true"),
        Unknown(why) => Verdict::unknown(multi_region, why, "may record one Region only")
            .with_reference_values(why, "= false", "= true"),
    }
}

//! Reports trails that aren't logging.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::{Label, Verdict};
use crate::model::Trail;
use crate::value::{Known, Unknown};

pub(super) static RULE: Rule =
    Rule::condition(|| RulePage::parse(include_str!("../../rules/stopped-trail.md")), Check::Trail(check))
        .resting_on(|trail| Label::of(&trail.attributes.is_logging));

pub(super) fn check(trail: &Trail, _: &Strictness) -> Verdict {
    let logging = &trail.attributes.is_logging;
    match logging.value() {
        Known(Ok(true)) => Verdict::Pass,
        Known(Ok(false)) => Verdict::wrong_value(logging, &false, "is stopped", "true"),
        Known(Err(invalid)) => Verdict::invalid(logging, invalid, &logging.problem(invalid), "true"),
        Unknown(why) => {
            Verdict::unknown(logging, why, "may be stopped").with_reference_values(why, "= false", "= true")
        }
    }
}

//! Reports trails without log file validation, which detects changed and deleted log files.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::{Label, Verdict};
use crate::model::Trail;
use crate::value::{Known, Unknown};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unvalidated-logs.md")), Check::Trail(check))
        .for_declared()
        .resting_on(|trail| Label::of(&trail.attributes.validates_log_files));

fn check(trail: &Trail, _: &Strictness) -> Verdict {
    let validation = &trail.attributes.validates_log_files;
    match validation.value() {
        Known(Ok(true)) => Verdict::Pass,
        Known(Ok(false)) => Verdict::wrong_value(validation, &false, "doesn't validate its log files", "true"),
        Known(Err(invalid)) => Verdict::invalid(validation, invalid, &validation.problem(invalid), "true"),
        Unknown(why) => Verdict::unknown(validation, why, "may not validate its log files")
            .with_reference_values(why, "= false", "= true"),
    }
}

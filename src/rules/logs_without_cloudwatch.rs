//! Reports trails that don't send their events to CloudWatch Logs, where they can be searched and raise alarms.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::{Finding, Verdict};
use crate::model::TrailSetting;
use crate::model::log_delivery::LogDelivery;
use crate::value::{Known, Origin, Unknown, cut};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/logs-without-cloudwatch.md")), Check::LogGroup(check))
        .for_needed();

const FAILS: &str = "doesn't send its events to CloudWatch Logs";
const MAY_FAIL: &str = "may not send its events to CloudWatch Logs";

fn check(delivery: &LogDelivery, _: &Strictness) -> Option<Verdict> {
    let settings = &delivery.settings;
    let (group, role) = (&settings.log_group, &settings.log_role);
    let names = [group.name, role.name];
    let both = [is_set(group, names), is_set(role, names)];
    let unset = both.into_iter().reduce(worse)?;
    Some(match unset {
        Verdict::Pass => observed(delivery).unwrap_or(Verdict::Pass),
        other => other,
    })
}

/// Returns the first failure, else the first unknown.
fn worse(one: Verdict, other: Verdict) -> Verdict {
    match (&one, &other) {
        (Verdict::Fail(_), _) | (_, Verdict::Pass) | (Verdict::Unknown(_), Verdict::Unknown(_)) => one,
        (_, Verdict::Fail(_)) | (Verdict::Pass, Verdict::Unknown(_)) => other,
    }
}

/// A pass if the argument is neither null nor empty.
fn is_set(setting: &TrailSetting<String>, [group, role]: [&str; 2]) -> Verdict {
    match setting.value() {
        Known(Ok(value)) if !value.is_empty() => Verdict::Pass,
        Known(Ok(_)) => {
            let label = match setting.read.origin {
                Origin::Absent(_) => format!("`{}` is not set", setting.name),
                Origin::Written(_) | Origin::Null(_) => "the value is empty".to_owned(),
            };
            Verdict::Fail(unset(setting, label).help(format!("set `{group}` and `{role}`")))
        }
        Known(Err(invalid)) => Verdict::Fail(unset(setting, invalid.describe())),
        Unknown(why) if why.is_set() => Verdict::Pass,
        Unknown(why) => {
            let verdict = Verdict::unknown(setting, why, MAY_FAIL);
            verdict.with_reference_values(why, "is null or empty", "is set")
        }
    }
}

fn unset(setting: &TrailSetting<String>, label: String) -> Finding {
    Finding::at(setting.span(), FAILS, label).for_argument(setting.name).with_hops(&setting.read.hops)
}

/// Returns the failure of a deployed trail whose last delivery had an error.
fn observed(delivery: &LogDelivery) -> Option<Verdict> {
    let observed = delivery.settings.observed_by_logs.as_ref()?;
    let error = observed.error()?;
    let label = format!("CloudTrail can't deliver: `{}`", cut(error));
    let finding = Finding::at(observed.error.span(), FAILS, label).for_argument(observed.error.name);
    Some(Verdict::Fail(finding))
}

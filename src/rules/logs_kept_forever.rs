//! Reports log buckets without a lifecycle rule that deletes old logs, and those that delete logs too early.

use super::{Check, Rule, RulePage, Strictness, bucket_policy_blocks_delivery, log_delivery};
use crate::finding::{Finding, Verdict};
use crate::model::log_delivery::{Dependency, Expiration, LogDelivery, TargetSetting};
use crate::model::policy::{PartialText, may_begin};
use crate::value::{Known, Unknown};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/logs-kept-forever.md")), Check::LogDelivery(check))
        .for_needed();

fn check(delivery: &LogDelivery, policy: &Strictness) -> Option<Verdict> {
    let messages = ["writes to a bucket that keeps logs forever", "may write to a bucket that keeps logs forever"];
    let Some(bucket) = &delivery.bucket else {
        return log_delivery::over_limit(delivery, &delivery.settings.bucket, messages[1]);
    };
    let verdict = match log_delivery::presence(
        bucket,
        TargetSetting::lifecycle,
        |finding| without_lifecycle(finding, bucket),
        messages,
    ) {
        Verdict::Pass => retention(bucket, delivery, policy.min_retention_days),
        other => other,
    };
    Some(log_delivery::with_trail_argument(
        verdict,
        bucket,
        &delivery.settings.bucket,
        "the trail delivers its logs to this bucket",
    ))
}

fn without_lifecycle(finding: Finding, bucket: &Dependency) -> Finding {
    let advice = bucket.declared.kind.advice().map(|advice| advice.lifecycle).unwrap_or_default();
    finding.with_primary_label("no lifecycle rule is enabled").help(format!("expire or archive old logs: add {advice}"))
}

/// Checks that no rule deletes logs younger than `min_days` days.
fn retention(bucket: &Dependency, delivery: &LogDelivery, min_days: u32) -> Verdict {
    let account = "?".repeat(12);
    let folder = |owner: &str| {
        let path = format!("AWSLogs/{owner}{account}/CloudTrail");
        bucket_policy_blocks_delivery::folder(delivery).then(&PartialText::exactly(&path))
    };
    let (own, members) = (folder(""), folder("o-??????????/"));
    let mut verdict = Verdict::Pass;
    for (attached, expiration) in bucket.all(TargetSetting::expiration) {
        let Expiration { is_effective, days, prefix, span, hops } = expiration;
        let is_of_members =
            delivery.settings.is_organization_trail.clone().and(may_begin(&members, prefix, &delivery.work));
        let is_of_logs = may_begin(&own, prefix, &delivery.work).or(is_of_members);
        let is_early = days.as_ref().map(|days| *days < min_days);
        match log_delivery::all([attached.applies.clone(), is_effective.clone(), is_of_logs, is_early]) {
            Known(true) => {
                let label = match days {
                    Known(days) => format!("this deletes logs after {days} day{}", if *days == 1 { "" } else { "s" }),
                    Unknown(why) => why.describe(),
                };
                let finding =
                    Finding::at(*span, "writes to a bucket that deletes logs too early", label).with_hops(hops);
                let help = format!("keep logs for at least {min_days} days, or set `min-retention-days`");
                return Verdict::Fail(finding.help(help));
            }
            Known(false) => {}
            Unknown(why) => {
                let message = "may write to a bucket that deletes logs too early";
                let finding = Finding::at(*span, message, why.describe()).with_hops(hops);
                verdict = Verdict::Unknown(finding.with_cause(&why).blocked(&why));
            }
        }
    }
    verdict
}

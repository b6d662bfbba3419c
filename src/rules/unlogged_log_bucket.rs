//! Reports log buckets without access logging: reading the logs leaves no trace.

use super::{Check, Rule, RulePage, log_delivery};
use crate::finding::{Finding, Verdict};
use crate::model::log_delivery::{Dependency, LogDelivery, TargetSetting};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unlogged-log-bucket.md")), Check::LogDelivery(check))
        .for_needed();

fn check(delivery: &LogDelivery, _: &super::Strictness) -> Option<Verdict> {
    let messages = ["writes to a bucket whose access isn't logged", "may write to a bucket whose access isn't logged"];
    let Some(bucket) = &delivery.bucket else {
        return log_delivery::over_limit(delivery, &delivery.settings.bucket, messages[1]);
    };
    let verdict =
        log_delivery::presence(bucket, TargetSetting::logging, |finding| without_logging(finding, bucket), messages);
    Some(log_delivery::with_trail_argument(
        verdict,
        bucket,
        &delivery.settings.bucket,
        "the trail delivers its logs to this bucket",
    ))
}

fn without_logging(finding: Finding, bucket: &Dependency) -> Finding {
    let advice = bucket.declared.kind.advice().map(|advice| advice.logging).unwrap_or_default();
    finding
        .with_primary_label("access to this bucket isn't logged")
        .help(format!("send access logs to another bucket: add {advice}"))
}

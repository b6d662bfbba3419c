//! Reports log buckets without access logging: reading the logs leaves no trace.

use super::{Check, Rule, RulePage, around};
use crate::finding::{Finding, Verdict};
use crate::model::surroundings::{Dependency, LogDelivery, TargetSetting};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unlogged-log-bucket.md")), Check::Surroundings(check))
        .for_needed();

fn check(around: &LogDelivery, _: &super::Strictness) -> Option<Verdict> {
    let messages = ["writes to a bucket whose access isn't logged", "may write to a bucket whose access isn't logged"];
    let Some(bucket) = &around.bucket else {
        return around::missed(around, &around.delivery.bucket, messages[1]);
    };
    let verdict =
        around::presence(bucket, TargetSetting::logging, |finding| without_logging(finding, bucket), messages);
    Some(around::tied(verdict, bucket, &around.delivery.bucket, "the trail delivers its logs to this bucket"))
}

fn without_logging(finding: Finding, bucket: &Dependency) -> Finding {
    let advice = bucket.declared.kind.advice().map(|advice| advice.logging).unwrap_or_default();
    finding
        .because("access to this bucket isn't logged")
        .help(format!("send access logs to another bucket: add {advice}"))
}

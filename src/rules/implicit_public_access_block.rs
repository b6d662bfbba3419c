//! Reports buckets that rely on the default public access block.

use super::{Check, Rule, RulePage};
use crate::finding::Finding;
use crate::model::log_delivery::{LogDelivery, TargetSetting};
use crate::value::Known;

pub(super) static RULE: Rule = Rule::new(
    || RulePage::parse(include_str!("../../rules/implicit-public-access-block.md")),
    Check::LogDeliveryAdvice(check),
);

fn check(delivery: &LogDelivery) -> Option<Finding> {
    let bucket = delivery.bucket.as_ref().filter(|bucket| bucket.unread_companion.is_none())?;
    if bucket.all(TargetSetting::access_block).any(|(attached, _)| attached.applies != Known(false)) {
        return None;
    }
    let advice = bucket.declared.kind.advice().map(|advice| advice.access_block).unwrap_or_default();
    let label = "only the defaults of S3 and the account block public access to this bucket";
    let finding = Finding::at(bucket.declared.header, "relies on defaults to block public access to its bucket", label);
    Some(finding.with_resource(bucket.declared.header).help(format!("add {advice} with all four flags set to `true`")))
}

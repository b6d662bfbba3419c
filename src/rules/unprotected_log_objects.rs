//! Reports log buckets without versioning or object lock: overwritten or deleted logs can then not be restored.

use super::{Check, Rule, RulePage};
use crate::finding::Finding;
use crate::model::log_delivery::{LogDelivery, TargetSetting};
use crate::value::Known;

pub(super) static RULE: Rule = Rule::new(
    || RulePage::parse(include_str!("../../rules/unprotected-log-objects.md")),
    Check::LogDeliveryAdvice(check),
);

fn check(delivery: &LogDelivery) -> Option<Finding> {
    let bucket = delivery.bucket.as_ref().filter(|bucket| bucket.unread_companion.is_none())?;
    let may_protect = bucket
        .all(TargetSetting::protection)
        .any(|(attached, presence)| attached.applies.clone().and(presence.is_enabled.clone()) != Known(false));
    if may_protect {
        return None;
    }
    let advice = bucket.declared.kind.advice().map(|advice| advice.protection).unwrap_or_default();
    let label = "neither versioning nor Object Lock is enabled";
    let finding =
        Finding::at(bucket.declared.header, "writes to a bucket that keeps no old versions of its logs", label);
    Some(finding.with_resource(bucket.declared.header).help(format!("enable versioning: add {advice}")))
}

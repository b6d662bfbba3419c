//! Reports trails without a customer managed KMS key: anyone who may read the bucket may then read the logs.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::{Finding, Label, Verdict};
use crate::model::{Trail, TrailSetting, names_aws_key};
use crate::value::{Known, Origin, Unknown};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/logs-without-kms.md")), Check::Trail(check))
        .resting_on(|trail| Label::of(&trail.attributes.kms_key));

fn check(trail: &Trail, _: &Strictness) -> Verdict {
    let key = &trail.attributes.kms_key;
    match key.value() {
        Known(Ok(id)) if id.is_empty() => Verdict::Fail(no_key(key)),
        _ if is_aws_managed(key) => Verdict::Fail(no_key(key).with_primary_label("this is an AWS managed key")),
        Known(Ok(_)) => Verdict::Pass,
        Known(Err(invalid)) => {
            let finding = no_key(key).with_primary_label(invalid.describe());
            Verdict::Fail(match invalid.remedy() {
                Some(remedy) => Finding { remedies: Vec::new(), ..finding.help(remedy) },
                None => finding,
            })
        }
        // The key is unknown but certainly set.
        Unknown(why) if why.is_set() => Verdict::Pass,
        Unknown(why) => {
            let verdict = Verdict::unknown(key, why, "may not encrypt its log files with a KMS key");
            verdict.with_reference_values(why, "is null or empty", "is set")
        }
    }
}

/// True if the key is an AWS managed key.
pub(super) fn is_aws_managed(key: &TrailSetting<String>) -> bool {
    match key.value() {
        Known(Ok(id)) => names_aws_key(&Known(id)),
        Known(Err(_)) => false,
        Unknown(why) => names_aws_key(&Unknown(why.clone())),
    }
}

fn no_key(key: &TrailSetting<String>) -> Finding {
    let label = match key.read.origin {
        Origin::Absent(_) => format!("`{}` is not set", key.name),
        Origin::Written(_) | Origin::Null(_) => "the value is empty".to_owned(),
    };
    let finding = Finding::at(key.span(), "doesn't encrypt its log files with a KMS key", label)
        .for_argument(key.name)
        .with_hops(&key.read.hops);
    match key.renaming() {
        Some(remedy) => finding.with_remedy(remedy),
        // No fix: the code doesn't determine which key to use.
        None => finding.help(format!("set `{}` to the ARN of a customer managed KMS key", key.name)),
    }
}

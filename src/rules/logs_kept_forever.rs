//! Logs that nobody deletes cost more each month.

use super::{Check, Page, Rule, around};
use crate::finding::{Finding, Verdict};
use crate::model::surroundings::{Said, Surroundings};

pub(super) static RULE: Rule =
    Rule::new(|| Page::parse(include_str!("../../rules/logs-kept-forever.md")), Check::Surroundings(check))
        .for_needed();

fn check(around: &Surroundings) -> Option<Verdict> {
    let messages =
        ["writes to a bucket that keeps everything forever", "may write to a bucket that keeps everything forever"];
    let Some(bucket) = &around.bucket else {
        return around::missed(around, &around.delivery.bucket, messages[1]);
    };
    let absent = |finding: Finding| {
        let advice = bucket.declared.kind.advice().map(|advice| advice.lifecycle).unwrap_or_default();
        finding.because("no lifecycle rule is switched on").help(format!("expire or archive old logs: add {advice}"))
    };
    let verdict = around::presence(bucket, Said::lifecycle, absent, messages);
    Some(around::tied(verdict, bucket, &around.delivery.bucket, "the trail writes to it"))
}

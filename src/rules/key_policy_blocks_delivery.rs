//! Reports keys that CloudTrail can't use: logs that can't be encrypted aren't delivered.

use super::grants::{Grants, Messages, RequiredRequest};
use super::log_delivery::{self, Policies};
use super::{Check, Rule, RulePage, logs_without_kms};
use crate::finding::{Finding, Level, Verdict};
use crate::model::TrailSetting;
use crate::model::kinds::ResourceRole;
use crate::model::log_delivery::{Dependency, LogDelivery, TargetSetting};
use crate::model::policy::ServiceRequest;
use crate::value::{Known, Unknown, cut};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/key-policy-blocks-delivery.md")), Check::LogDelivery(check))
        .for_needed();

const FAILS: &str = "can't encrypt its logs with its KMS key, so none are delivered";
const MAY_FAIL: &str = "may not be able to encrypt its logs with its KMS key";
const UNCHECKED: &str = "names a KMS key whose policy isn't checked";

/// The messages if only `kms:DescribeKey` is missing. No documentation states that delivery stops without it.
const DESCRIBES: Messages = [
    "encrypts with a key whose policy is incomplete: the documented policy also allows `kms:DescribeKey`",
    "may encrypt with a key whose policy is incomplete: the documented policy also allows `kms:DescribeKey`",
];

fn check(delivery: &LogDelivery, _: &super::Strictness) -> Option<Verdict> {
    // AWS writes the policy of this key; another rule reports that such a key is used.
    if logs_without_kms::is_aws_managed(&delivery.settings.key) {
        return None;
    }
    if let Some(verdict) = observed(delivery) {
        return Some(verdict);
    }
    let Some(key) = &delivery.key else {
        return log_delivery::undeclared(delivery, &delivery.settings.key, "key", [MAY_FAIL, UNCHECKED]);
    };
    let verdict = match log_delivery::policies(key, MAY_FAIL) {
        Policies::None => Verdict::Fail(without_policy(key)),
        Policies::Unknown(finding) => Verdict::Unknown(*finding),
        Policies::All(policies) => {
            let grants = Grants { policies, dependency: key, delivery, messages: [FAILS, MAY_FAIL] };
            grants.evaluate(|assumption| {
                let data_key = ServiceRequest::data_key(&key.arns, assumption);
                let describe =
                    RequiredRequest::new(ServiceRequest::describe_key(&key.arns, assumption), "`kms:DescribeKey`");
                vec![
                    RequiredRequest::new(data_key, "`kms:GenerateDataKey*`"),
                    RequiredRequest { downgraded: Some((Level::Note, DESCRIBES)), ..describe },
                ]
            })
        }
    };
    let verdict = match (verdict, disabled(key)) {
        (Verdict::Fail(note), Some(Verdict::Fail(disabled))) if note.level.is_some() => Verdict::Fail(disabled),
        (Verdict::Fail(finding), _) => Verdict::Fail(finding),
        (verdict, disabled) => disabled.unwrap_or(verdict),
    };
    Some(log_delivery::with_trail_argument(
        verdict,
        key,
        &delivery.settings.key,
        "the trail encrypts its logs with this key",
    ))
}

/// Returns the verdict on a deployed trail with a key, if the result of its last delivery decides it.
fn observed(delivery: &LogDelivery) -> Option<Verdict> {
    let observed = delivery.settings.observed.as_ref()?;
    let Known(Ok(key)) = delivery.settings.key.value() else { return None };
    if key.is_empty() {
        return None;
    }
    if observed.is_about_key() {
        let label = format!("CloudTrail can't deliver: `{}`", cut(observed.error().unwrap_or_default()));
        let finding = Finding::at(observed.error.span(), FAILS, label).for_argument(observed.error.name);
        return Some(Verdict::Fail(finding));
    }
    observed.has_succeeded().then_some(Verdict::Pass)
}

/// Returns the verdict on a key that is disabled, or may be.
fn disabled(key: &Dependency) -> Option<Verdict> {
    key.all(TargetSetting::enabled).find_map(|(_, enabled)| enabled_verdict(enabled))
}

fn enabled_verdict(enabled: &TrailSetting<bool>) -> Option<Verdict> {
    match enabled.value() {
        Known(Ok(true)) => None,
        Known(Ok(false)) => Some(Verdict::Fail(disabled_key(enabled, "this key is disabled".to_owned()))),
        Known(Err(invalid)) => Some(Verdict::Fail(disabled_key(enabled, invalid.describe()))),
        Unknown(why) => Some(Verdict::unknown(enabled, why, MAY_FAIL)),
    }
}

/// Returns the finding about a disabled key. It has no fix: the key may have other users, and the reason for disabling
/// it isn't in the code.
fn disabled_key(enabled: &TrailSetting<bool>, label: String) -> Finding {
    let finding = Finding::at(enabled.span(), FAILS, label).for_argument(enabled.name).with_hops(&enabled.read.hops);
    finding.help(format!("set `{}` to `true`, or use another key", enabled.name))
}

fn without_policy(key: &Dependency) -> Finding {
    let argument = match key.declared.kind.role {
        ResourceRole::Key { policy, .. } => policy,
        _ => "policy",
    };
    Finding::at(key.declared.header, FAILS, "the default key policy doesn't allow CloudTrail to use this key").help(
        format!(
            "set `{argument}` to a policy that allows `kms:GenerateDataKey*` and `kms:DescribeKey` for `cloudtrail.amazonaws.com`"
        ),
    )
}

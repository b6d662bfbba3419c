//! Reports log buckets whose logs another account can delete or change, so that these prove nothing.

use super::log_delivery::{self, Policies};
use super::{Check, Rule, RulePage, bucket_policy_blocks_delivery, public_log_bucket};
use crate::finding::{Finding, Verdict};
use crate::model::log_delivery::LogDelivery;
use crate::model::policy::{OpenGrant, OutsidePrincipal, PolicyDocument, tampering};
use crate::value::{Known, Reason, Unknown};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/tamperable-log-bucket.md")), Check::LogDelivery(check));

const ON_LOGS: &str = "writes to a bucket in which others can delete or overwrite logs";
const ON_BUCKET: &str = "writes to a bucket whose protection others can change";
const MAY_FAIL: &str = "may write to a bucket in which others can delete or overwrite logs";

/// Unknown policies aren't reported here, but by the rules on delivery and on public access.
fn check(delivery: &LogDelivery, _: &super::Strictness) -> Option<Verdict> {
    let Some(bucket) = &delivery.bucket else {
        return log_delivery::over_limit(delivery, &delivery.settings.bucket, MAY_FAIL);
    };
    let policies = match log_delivery::policies(bucket, MAY_FAIL) {
        Policies::None => return Some(Verdict::Pass),
        Policies::Unknown(_) => return None,
        Policies::All(policies) => policies,
    };
    let documents: Vec<&PolicyDocument> = policies.iter().filter_map(|policy| policy.document.as_ref().ok()).collect();
    let folder = bucket_policy_blocks_delivery::folder(delivery);
    let is_shut = public_log_bucket::refuses_public_policies(bucket);
    let verdict = match tampering(&documents, &bucket.arns, &folder, &is_shut, &delivery.work) {
        Known(None) => Verdict::Pass,
        Known(Some(opening)) => Verdict::Fail(finding(&opening)),
        Unknown(why @ Reason::OverLimit { .. }) => {
            let place = policies.first().map_or(bucket.declared.header, |policy| policy.span);
            Verdict::Unknown(Finding::at(place, MAY_FAIL, why.describe()).with_cause(&why).blocked(&why))
        }
        Unknown(_) => return None,
    };
    Some(log_delivery::with_trail_argument(
        verdict,
        bucket,
        &delivery.settings.bucket,
        "the trail delivers its logs to this bucket",
    ))
}

fn finding(opening: &OpenGrant<'_>) -> Finding {
    let OpenGrant { statement, action, is_on_bucket, principal } = opening;
    let message = if *is_on_bucket { ON_BUCKET } else { ON_LOGS };
    let who = match principal {
        OutsidePrincipal::Everybody => "everyone".to_owned(),
        OutsidePrincipal::Account(account) => format!("account `{account}`"),
        OutsidePrincipal::CanonicalUser(id) => format!("the account of the canonical user `{id}`"),
    };
    Finding::at(statement.span, message, format!("this allows `{action}` for {who}"))
        .with_hops(&statement.hops)
        .help("restrict the principal to the log archive's administrators")
}

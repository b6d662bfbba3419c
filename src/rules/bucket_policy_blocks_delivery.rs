//! Logs that the bucket's policy doesn't let in are lost.

use super::around::{self, Need, Policies};
use super::{Check, Page, Rule};
use crate::finding::{Finding, Verdict};
use crate::model::policy::{Request, Text};
use crate::model::surroundings::{Dependency, Surroundings};
use crate::value::{Known, Unknown};

pub(super) static RULE: Rule =
    Rule::new(|| Page::parse(include_str!("../../rules/bucket-policy-blocks-delivery.md")), Check::Surroundings(check));

const FAILS: &str = "can't write its logs to its bucket";
const MAY_FAIL: &str = "may not be able to write its logs to its bucket";

fn check(around: &Surroundings) -> Option<Verdict> {
    let Some(bucket) = &around.bucket else {
        return around::undeclared(&around.delivery.bucket, "bucket", MAY_FAIL);
    };
    let verdict = match around::policies(bucket, MAY_FAIL) {
        Policies::None => Verdict::Fail(without_policy(bucket)),
        Policies::Unknown(finding) => Verdict::Unknown(*finding),
        Policies::All(policies) => {
            let prefix = prefix(around);
            let logs = format!("`s3:PutObject` on {}", folder(prefix.as_ref()));
            let needs = [
                Need { request: Request::bucket_acl(bucket.arns.clone()), what: "`s3:GetBucketAcl` on the bucket" },
                Need { request: Request::write_logs(&bucket.arns, prefix.as_ref()), what: &logs },
            ];
            around::grants(&policies, &needs, bucket, [FAILS, MAY_FAIL])
        }
    };
    Some(around::tied(verdict, bucket, &around.delivery.bucket, "the trail writes to it"))
}

fn without_policy(bucket: &Dependency) -> Finding {
    let advice = bucket.declared.kind.advice().map(|advice| advice.policy).unwrap_or_default();
    let actions = "`s3:GetBucketAcl` and `s3:PutObject`";
    Finding::at(bucket.declared.header, FAILS, "no policy lets CloudTrail write to this bucket")
        .help(format!("add {advice} that allows `cloudtrail.amazonaws.com` {actions}"))
}

/// The folder in the bucket, if there may be one.
fn prefix(around: &Surroundings) -> Option<Text> {
    match around.delivery.prefix.value() {
        Known(Ok(prefix)) if !prefix.is_empty() => Some(Text::exactly(prefix)),
        Known(_) => None,
        Unknown(why) => Some(Text::unknown(why)),
    }
}

/// Where CloudTrail writes, as it is shown.
fn folder(prefix: Option<&Text>) -> String {
    match prefix.map(Text::known) {
        None => "`AWSLogs/*`".to_owned(),
        Some(Some(prefix)) => format!("`{prefix}/AWSLogs/*`"),
        Some(None) => "`AWSLogs/*` below its prefix".to_owned(),
    }
}

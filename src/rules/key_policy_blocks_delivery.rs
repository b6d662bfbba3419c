//! Logs that can't be encrypted aren't delivered.

use super::around::{self, Need, Policies};
use super::{Check, Page, Rule};
use crate::finding::{Finding, Verdict};
use crate::model::kinds::Role;
use crate::model::policy::Request;
use crate::model::surroundings::{Dependency, Surroundings};

pub(super) static RULE: Rule =
    Rule::new(|| Page::parse(include_str!("../../rules/key-policy-blocks-delivery.md")), Check::Surroundings(check));

const FAILS: &str = "can't encrypt its logs with its key, so they aren't delivered";
const MAY_FAIL: &str = "may not be able to encrypt its logs with its key";

fn check(around: &Surroundings) -> Option<Verdict> {
    let Some(key) = &around.key else {
        return around::undeclared(&around.delivery.key, "key", MAY_FAIL);
    };
    let verdict = match around::policies(key, MAY_FAIL) {
        Policies::None => Verdict::Fail(without_policy(key)),
        Policies::Unknown(finding) => Verdict::Unknown(*finding),
        Policies::All(policies) => {
            let needs = [
                Need { request: Request::data_keys(key.arns.clone()), what: "`kms:GenerateDataKey*`" },
                Need { request: Request::describe_key(key.arns.clone()), what: "`kms:DescribeKey`" },
            ];
            around::grants(&policies, &needs, key, [FAILS, MAY_FAIL])
        }
    };
    Some(around::tied(verdict, key, &around.delivery.key, "the trail encrypts with it"))
}

fn without_policy(key: &Dependency) -> Finding {
    let argument = match key.declared.kind.role {
        Role::Key { policy } => policy,
        _ => "policy",
    };
    Finding::at(key.declared.header, FAILS, "its default policy doesn't let CloudTrail use it").help(format!(
        "add `{argument}` that allows `cloudtrail.amazonaws.com` `kms:GenerateDataKey*` and `kms:DescribeKey`"
    ))
}

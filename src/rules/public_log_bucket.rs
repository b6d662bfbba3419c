//! Reports log buckets that the public can read.

use super::{Check, Rule, RulePage, log_delivery};
use crate::finding::{Finding, Level, Verdict};
use crate::model::TrailSetting;
use crate::model::log_delivery::{AccessBlock, Acl, AttachedPolicy, Dependency, LogDelivery, TargetSetting};
use crate::model::policy::{PolicyDocument, Publicity, Work, publicity};
use crate::value::{Known, Maybe, Unknown};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/public-log-bucket.md")), Check::LogDelivery(check));

const FAILS: &str = "writes to a bucket that allows public access";
const MAY_FAIL: &str = "may write to a bucket that allows public access";
const UNCHECKED: &str = "names a bucket whose public access isn't checked";
const WEAK: &str = "writes to a bucket that doesn't block all public access";

/// Reports public access before a missing public access block, and that before an unknown.
fn check(delivery: &LogDelivery, _: &super::Strictness) -> Option<Verdict> {
    let Some(bucket) = &delivery.bucket else {
        return log_delivery::undeclared(delivery, &delivery.settings.bucket, "bucket", [MAY_FAIL, UNCHECKED]);
    };
    let openings = || acls(bucket).chain(policies(bucket, &delivery.work));
    let flags = || {
        blocks(bucket)
            .filter(|(_, block)| block.is_of_bucket)
            .flat_map(|(applies, block)| disabled_flags(applies, block))
    };
    let failing = openings().find(is_fail).or_else(|| flags().find(is_fail));
    let doubt = bucket.unread_companion.as_ref().map(|doubt| {
        Verdict::Unknown(
            Finding::at(doubt.span, MAY_FAIL, doubt.why.describe()).with_cause(&doubt.why).blocked(&doubt.why),
        )
    });
    let verdict = failing.or_else(|| openings().chain(flags()).next()).or(doubt).unwrap_or(Verdict::Pass);
    Some(log_delivery::with_trail_argument(
        verdict,
        bucket,
        &delivery.settings.bucket,
        "the trail delivers its logs to this bucket",
    ))
}

fn is_fail(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Fail(_))
}

fn blocks(bucket: &Dependency) -> impl Iterator<Item = (&Maybe<bool>, &AccessBlock)> {
    bucket.all(TargetSetting::access_block).map(|(attached, block)| (&attached.applies, block))
}

/// True if one of the flags that `pick` selects is enabled in any block.
fn blocks_public_access(bucket: &Dependency, pick: fn(&AccessBlock) -> [&TrailSetting<bool>; 2]) -> Maybe<bool> {
    let mut is_shut = Known(false);
    for (applies, block) in blocks(bucket) {
        let flags = pick(block).map(|flag| flag.value().as_ref().map(|read| *read == Ok(true)));
        let is_on = flags.into_iter().fold(Known(false), Maybe::or);
        is_shut = is_shut.or(applies.clone().and(is_on));
    }
    is_shut
}

/// True if public policies have no effect on the bucket.
pub(super) fn refuses_public_policies(bucket: &Dependency) -> Maybe<bool> {
    blocks_public_access(bucket, |block| [&block.restrict, &block.block_policy])
}

/// The verdicts on access control lists that are public, or may be.
fn acls(bucket: &Dependency) -> impl Iterator<Item = Verdict> {
    let is_shut = blocks_public_access(bucket, |block| [&block.ignore_acls, &block.block_acls]);
    let mut is_disabled = Known(false);
    for (attached, presence) in bucket.all(TargetSetting::disables_acls) {
        is_disabled = is_disabled.or(log_delivery::all([attached.applies.clone(), presence.is_enabled.clone()]));
    }
    let is_open = is_shut.or(is_disabled).map(|is_closed| !is_closed);
    bucket.all(TargetSetting::acl).filter_map(move |(attached, acl)| of_acl(acl, &attached.applies, &is_open))
}

fn of_acl(acl: &Acl, applies: &Maybe<bool>, is_open: &Maybe<bool>) -> Option<Verdict> {
    let Acl { is_public, display_value, span, hops } = acl;
    let label = format!("`{display_value}` grants public access");
    match log_delivery::all([applies.clone(), is_public.clone(), is_open.clone()]) {
        Known(true) => Some(public_verdict(Finding::at(*span, FAILS, label).with_hops(hops), "make the ACL private")),
        Known(false) => None,
        Unknown(why) => Some(Verdict::Unknown(
            Finding::at(*span, MAY_FAIL, why.describe()).with_hops(hops).with_cause(&why).blocked(&why),
        )),
    }
}

/// The verdicts on policies that are public, or may be. A policy in a separate resource replaces the one in the
/// bucket's body.
fn policies<'a>(bucket: &'a Dependency, work: &'a Work) -> impl Iterator<Item = Verdict> + 'a {
    let is_open = refuses_public_policies(bucket).map(|is_shut| !is_shut);
    let apart = bucket.all(TargetSetting::policy).filter(|(attached, _)| attached.is_separate);
    let stays = apart.map(|(attached, _)| attached.applies.clone()).fold(Known(false), Maybe::or).map(|is| !is);
    bucket.all(TargetSetting::policy).filter_map(move |(attached, policy)| {
        let stays = if attached.is_separate { Known(true) } else { stays.clone() };
        of_policy(&log_delivery::all([attached.applies.clone(), is_open.clone(), stays]), policy, work)
    })
}

fn of_policy(applies: &Maybe<bool>, policy: &AttachedPolicy, work: &Work) -> Option<Verdict> {
    if *applies == Known(false) {
        return None;
    }
    let documents: &[PolicyDocument] = match &policy.document {
        Ok(document) => std::slice::from_ref(document),
        Err(why) => {
            let finding = Finding::at(policy.span, MAY_FAIL, why.describe()).with_hops(&policy.hops);
            return Some(Verdict::Unknown(finding.with_cause(why).blocked(why)));
        }
    };
    let (statement, why) = match (publicity(documents, work), applies) {
        (Publicity::Closed, _) => return None,
        (Publicity::Public { statement }, Known(_)) => {
            let finding =
                Finding::at(statement.span, FAILS, "this statement allows public access").with_hops(&statement.hops);
            return Some(public_verdict(finding, "restrict the principals"));
        }
        (Publicity::Public { statement }, Unknown(why)) => (statement, why.clone()),
        (Publicity::Unknown { why, statement }, _) => (statement, why),
    };
    let finding = Finding::at(statement.span, MAY_FAIL, why.describe()).with_hops(&statement.hops);
    Some(Verdict::Unknown(finding.with_cause(&why).blocked(&why)))
}

fn public_verdict(finding: Finding, help: &str) -> Verdict {
    Verdict::Fail(finding.with_level(Level::Error).help(format!("{help}, and block public access to the bucket")))
}

/// The verdicts on flags of a block that aren't enabled.
fn disabled_flags(applies: &Maybe<bool>, block: &AccessBlock) -> Vec<Verdict> {
    let verdict =
        |flag: &&TrailSetting<bool>| match applies.clone().and(flag.value().as_ref().map(|read| *read != Ok(true))) {
            Known(true) => Some(match flag.value() {
                Known(Ok(found)) => Verdict::wrong_value(flag, found, WEAK, "true"),
                Known(Err(invalid)) => Verdict::invalid(flag, invalid, WEAK, "true"),
                Unknown(why) => Verdict::unknown(flag, why, WEAK),
            }),
            Known(false) => None,
            Unknown(why) => {
                Some(Verdict::unknown(flag, &why, "may write to a bucket that doesn't block all public access"))
            }
        };
    block.flags().iter().filter_map(verdict).collect()
}

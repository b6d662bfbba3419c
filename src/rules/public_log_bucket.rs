//! Reports log buckets that the public can read.

use super::{Check, Rule, RulePage, around};
use crate::finding::{Finding, Level, Verdict};
use crate::model::TrailSetting;
use crate::model::policy::{PolicyDocument, Publicity, Work, publicity};
use crate::model::surroundings::{AccessBlock, Acl, AttachedPolicy, Dependency, LogDelivery, TargetSetting};
use crate::value::{Known, Maybe, Unknown};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/public-log-bucket.md")), Check::Surroundings(check));

const FAILS: &str = "writes to a bucket that allows public access";
const MAY_FAIL: &str = "may write to a bucket that allows public access";
const WEAK: &str = "writes to a bucket that doesn't block all public access";

/// Reports public access before a missing public access block, and that before an unknown.
fn check(around: &LogDelivery, _: &super::Strictness) -> Option<Verdict> {
    let Some(bucket) = &around.bucket else {
        return around::undeclared(around, &around.delivery.bucket, "bucket", MAY_FAIL);
    };
    let openings = || acls(bucket).chain(policies(bucket, &around.work));
    let flags =
        || blocks(bucket).filter(|(_, block)| block.is_of_bucket).flat_map(|(applies, block)| weak(applies, block));
    let failing = openings().find(is_fail).or_else(|| flags().find(is_fail));
    let doubt = bucket.doubt.as_ref().map(|doubt| {
        Verdict::Unknown(
            Finding::at(doubt.span, MAY_FAIL, doubt.why.describe()).help(doubt.why.advice()).blocked(&doubt.why),
        )
    });
    let verdict = failing.or_else(|| openings().chain(flags()).next()).or(doubt).unwrap_or(Verdict::Pass);
    Some(around::tied(verdict, bucket, &around.delivery.bucket, "the trail delivers its logs to this bucket"))
}

fn is_fail(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Fail(_))
}

fn blocks(bucket: &Dependency) -> impl Iterator<Item = (&Maybe<bool>, &AccessBlock)> {
    bucket.all(TargetSetting::access_block).map(|(attached, block)| (&attached.applies, block))
}

/// True if one of the flags that `pick` selects is enabled in any block.
fn is_shut(bucket: &Dependency, pick: fn(&AccessBlock) -> [&TrailSetting<bool>; 2]) -> Maybe<bool> {
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
    is_shut(bucket, |block| [&block.restrict, &block.block_policy])
}

/// The verdicts on access control lists that are public, or may be.
fn acls(bucket: &Dependency) -> impl Iterator<Item = Verdict> {
    let is_shut = is_shut(bucket, |block| [&block.ignore_acls, &block.block_acls]);
    let mut is_disabled = Known(false);
    for (attached, presence) in bucket.all(TargetSetting::disables_acls) {
        is_disabled = is_disabled.or(around::all([attached.applies.clone(), presence.is_there.clone()]));
    }
    let is_open = is_shut.or(is_disabled).map(|is_closed| !is_closed);
    bucket.all(TargetSetting::acl).filter_map(move |(attached, acl)| of_acl(acl, &attached.applies, &is_open))
}

fn of_acl(acl: &Acl, applies: &Maybe<bool>, is_open: &Maybe<bool>) -> Option<Verdict> {
    let Acl { is_public, shown, span, hops } = acl;
    let label = format!("`{shown}` grants public access");
    match around::all([applies.clone(), is_public.clone(), is_open.clone()]) {
        Known(true) => Some(open(Finding::at(*span, FAILS, label).via(hops), "make the ACL private")),
        Known(false) => None,
        Unknown(why) => Some(Verdict::Unknown(
            Finding::at(*span, MAY_FAIL, why.describe()).via(hops).help(why.advice()).blocked(&why),
        )),
    }
}

/// The verdicts on policies that are public, or may be. A policy in a separate resource replaces the one in the
/// bucket's body.
fn policies<'a>(bucket: &'a Dependency, work: &'a Work) -> impl Iterator<Item = Verdict> + 'a {
    let is_open = refuses_public_policies(bucket).map(|is_shut| !is_shut);
    let apart = bucket.all(TargetSetting::policy).filter(|(attached, _)| attached.is_apart);
    let stays = apart.map(|(attached, _)| attached.applies.clone()).fold(Known(false), Maybe::or).map(|is| !is);
    bucket.all(TargetSetting::policy).filter_map(move |(attached, policy)| {
        let stays = if attached.is_apart { Known(true) } else { stays.clone() };
        of_policy(&around::all([attached.applies.clone(), is_open.clone(), stays]), policy, work)
    })
}

fn of_policy(applies: &Maybe<bool>, policy: &AttachedPolicy, work: &Work) -> Option<Verdict> {
    if *applies == Known(false) {
        return None;
    }
    let documents: &[PolicyDocument] = match &policy.document {
        Ok(document) => std::slice::from_ref(document),
        Err(why) => {
            let finding = Finding::at(policy.span, MAY_FAIL, why.describe()).via(&policy.hops);
            return Some(Verdict::Unknown(finding.help(why.advice()).blocked(why)));
        }
    };
    let (statement, why) = match (publicity(documents, work), applies) {
        (Publicity::Closed, _) => return None,
        (Publicity::Public { statement }, Known(_)) => {
            let finding =
                Finding::at(statement.span, FAILS, "this statement allows public access").via(&statement.hops);
            return Some(open(finding, "restrict the principals"));
        }
        (Publicity::Public { statement }, Unknown(why)) => (statement, why.clone()),
        (Publicity::Unknown { why, statement }, _) => (statement, why),
    };
    let finding = Finding::at(statement.span, MAY_FAIL, why.describe()).via(&statement.hops);
    Some(Verdict::Unknown(finding.help(why.advice()).blocked(&why)))
}

fn open(finding: Finding, help: &str) -> Verdict {
    Verdict::Fail(finding.weighing(Level::Error).help(format!("{help}, and block public access to the bucket")))
}

/// The verdicts on flags of a block that aren't enabled.
fn weak(applies: &Maybe<bool>, block: &AccessBlock) -> Vec<Verdict> {
    let verdict =
        |flag: &&TrailSetting<bool>| match applies.clone().and(flag.value().as_ref().map(|read| *read != Ok(true))) {
            Known(true) => Some(match flag.value() {
                Known(Ok(found)) => Verdict::wrong(flag, found, WEAK, "true"),
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

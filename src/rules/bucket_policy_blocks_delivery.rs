//! Reports bucket policies that don't allow CloudTrail to deliver logs, so that these are lost.

use super::grants::{Grants, RequiredRequest};
use super::log_delivery::{self, Policies};
use super::{Check, Rule, RulePage};
use crate::finding::{Finding, Verdict};
use crate::model::log_delivery::{Dependency, LogDelivery};
use crate::model::policy::{Assumption, File, LogPrefix, PartialText, ServiceRequest};
use crate::value::{Known, Maybe, Unknown, cut};

pub(super) static RULE: Rule = Rule::new(
    || RulePage::parse(include_str!("../../rules/bucket-policy-blocks-delivery.md")),
    Check::LogDelivery(check),
)
.for_needed();

const FAILS: &str = "can't deliver its logs to its bucket";
const MAY_FAIL: &str = "may not be able to deliver its logs to its bucket";
const UNCHECKED: &str = "names a bucket whose policy isn't checked";

fn check(delivery: &LogDelivery, _: &super::Strictness) -> Option<Verdict> {
    if let Some(verdict) = observed(delivery) {
        return Some(verdict);
    }
    let Some(bucket) = &delivery.bucket else {
        return log_delivery::undeclared(delivery, &delivery.settings.bucket, "bucket", [MAY_FAIL, UNCHECKED]);
    };
    let verdict = match log_delivery::policies(bucket, MAY_FAIL) {
        Policies::None => Verdict::Fail(without_policy(bucket)),
        Policies::Unknown(finding) => Verdict::Unknown(*finding),
        Policies::All(policies) => {
            granted(&Grants { policies, dependency: bucket, delivery, messages: [FAILS, MAY_FAIL] })
        }
    };
    Some(log_delivery::with_trail_argument(
        verdict,
        bucket,
        &delivery.settings.bucket,
        "the trail delivers its logs to this bucket",
    ))
}

/// Returns the verdict on a deployed trail, if the result of its last delivery decides it.
fn observed(delivery: &LogDelivery) -> Option<Verdict> {
    let observed = delivery.settings.observed.as_ref()?;
    match observed.error() {
        Some(error) if !observed.is_about_key() => {
            let label = format!("CloudTrail can't deliver: `{}`", cut(error));
            let finding = Finding::at(observed.error.span(), FAILS, label).for_argument(observed.error.name);
            Some(Verdict::Fail(finding))
        }
        Some(_) => None,
        None => observed.has_succeeded().then_some(Verdict::Pass),
    }
}

fn without_policy(bucket: &Dependency) -> Finding {
    let advice = bucket.declared.kind.advice().map(|advice| advice.policy).unwrap_or_default();
    let actions = "`s3:GetBucketAcl` and `s3:PutObject`";
    Finding::at(bucket.declared.header, FAILS, "no policy allows CloudTrail to write to this bucket")
        .help(format!("add {advice} that allows {actions} for `cloudtrail.amazonaws.com`"))
}

/// Returns the verdict on existing policies. An unknown prefix is assumed to be set if the policies allow requests
/// below it, since they name it then.
fn granted(grants: &Grants<'_>) -> Verdict {
    let Some(prefix) = prefix(grants.delivery) else {
        return grants.evaluate(|assumption| required_requests(grants, assumption, &PartialText::default()));
    };
    let set = grants.evaluate(|assumption| required_requests(grants, assumption, &prefix.as_folder()));
    if set.passes() == Some(true) || !prefix.may_be_empty() {
        return set;
    }
    let empty = grants.evaluate(|assumption| required_requests(grants, assumption, &PartialText::default()));
    match (set.passes(), empty.passes()) {
        (Some(false), Some(false)) => set,
        (None, _) => set,
        (_, None) => empty,
        (Some(_), Some(_)) => match grants.delivery.settings.prefix.value() {
            Unknown(why) => Verdict::unknown(&grants.delivery.settings.prefix, why, MAY_FAIL),
            Known(_) => set,
        },
    }
}

/// The requests of CloudTrail that the policies have to allow for the trail.
fn required_requests(grants: &Grants<'_>, assumption: &Assumption, folder: &PartialText) -> Vec<RequiredRequest> {
    let delivery = &grants.delivery.settings;
    let bucket = &grants.dependency.arns;
    let mut needs =
        vec![RequiredRequest::new(ServiceRequest::bucket_acl(bucket, assumption), "`s3:GetBucketAcl` on the bucket")];
    let files = [(File::Log, Known(true)), (File::Digest, delivery.writes_digests.clone())];
    for (file, is_written) in files {
        for owner in owners(assumption, &delivery.is_organization_trail) {
            for region in regions(assumption, &delivery.is_multi_region) {
                let place = LogPrefix { region: region.name, ..owner.place.clone() };
                let is_sent = log_delivery::all([is_written.clone(), owner.is_sent.clone(), region.is_sent]);
                let what = format!("`s3:PutObject` on {}", shown(folder, file, owner.place.organization.is_some()));
                let request = ServiceRequest::write(bucket, folder, file, &place, assumption);
                let optional_reason = owner.may_be_spared.or(region.may_be_spared);
                needs.push(RequiredRequest { is_sent, optional_reason, ..RequiredRequest::new(request, what) });
            }
        }
    }
    needs
}

/// An owner of files that a trail writes.
struct LogOwner {
    place: LogPrefix,
    is_sent: Maybe<bool>,
    may_be_spared: Option<&'static str>,
}

/// The trail's own account, and for an organization trail each account of the organization.
fn owners(assumption: &Assumption, is_of_organization: &Maybe<bool>) -> Vec<LogOwner> {
    let organization = Some(&assumption.organization);
    let has_list = assumption.accounts.len() > 1;
    let of = |account, may_be_spared| LogOwner {
        place: log_prefix(assumption, organization, account),
        is_sent: is_of_organization.clone(),
        may_be_spared,
    };
    vec![
        LogOwner {
            place: log_prefix(assumption, None, &assumption.account),
            is_sent: Known(true),
            may_be_spared: None,
        },
        of(&assumption.account, None),
        of(&assumption.member, has_list.then_some("a list of the organization's accounts")),
    ]
}

fn log_prefix(assumption: &Assumption, organization: Option<&String>, account: &str) -> LogPrefix {
    LogPrefix { organization: organization.cloned(), account: account.to_owned(), region: assumption.region.clone() }
}

/// A Region for which a trail writes files.
struct LogRegion {
    name: String,
    is_sent: Maybe<bool>,
    may_be_spared: Option<&'static str>,
}

/// The trail's own Region, and for one that records each Region all others.
fn regions(assumption: &Assumption, is_multi_region: &Maybe<bool>) -> Vec<LogRegion> {
    let has_list = assumption.regions.len() > 1;
    let of = |name: &String, may_be_spared| LogRegion {
        name: name.clone(),
        is_sent: is_multi_region.clone(),
        may_be_spared,
    };
    let own = LogRegion { is_sent: Known(true), ..of(&assumption.region, None) };
    let others = assumption.regions.iter().filter(|name| **name != assumption.region).map(|name| of(name, None));
    let elsewhere = of(&assumption.other_region, has_list.then_some("a list of Regions"));
    std::iter::once(own).chain(others).chain([elsewhere]).collect()
}

/// The folder in the bucket, if there may be one.
fn prefix(delivery: &LogDelivery) -> Option<PartialText> {
    match delivery.settings.prefix.value() {
        Known(Ok(prefix)) if !prefix.is_empty() => Some(PartialText::exactly(prefix)),
        Known(_) => None,
        Unknown(why) => Some(PartialText::unknown(why)),
    }
}

/// The folder in the bucket, with its slash; empty if there is none.
pub(super) fn folder(delivery: &LogDelivery) -> PartialText {
    prefix(delivery).map_or_else(PartialText::default, |prefix| prefix.as_folder())
}

/// Formats the path to which CloudTrail writes, for messages.
fn shown(folder: &PartialText, file: File, is_of_organization: bool) -> String {
    let owner = if is_of_organization { "<organization>/" } else { "" };
    let rest = match file {
        File::Log => "*",
        File::Digest => "<account>/CloudTrail-Digest/*",
    };
    match folder.known() {
        Some(folder) => format!("`{folder}AWSLogs/{owner}{rest}`"),
        None => format!("`AWSLogs/{owner}{rest}` below its prefix"),
    }
}

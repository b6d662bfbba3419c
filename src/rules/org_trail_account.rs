//! Reports organization trails, which can only be created in one of two accounts, although code doesn't show the
//! account.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::Finding;
use crate::model::Trail;
use crate::value::{Known, Origin};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/org-trail-account.md")), Check::Advice(check))
        .for_declared();

fn check(trail: &Trail, _: &Strictness) -> Option<Finding> {
    // A deployed trail was created in one of these accounts.
    if trail.is_deployed {
        return None;
    }
    let organization = &trail.attributes.is_organization_trail;
    let Known(Ok(true)) = organization.value() else { return None };
    // A tool whose default is an organization trail deploys it in the right account.
    if matches!(organization.read.origin, Origin::Absent(_)) {
        return None;
    }
    let message = "is an organization trail, which most accounts can't create";
    Some(
        Finding::at(organization.span(), message, "applies to all accounts of the organization")
            .for_argument(organization.name)
            .with_hops(&organization.read.hops)
            .help("deploy it in the management account or in the delegated administrator account of CloudTrail"),
    )
}

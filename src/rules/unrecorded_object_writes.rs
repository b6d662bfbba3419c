//! Reports trails that don't record the write events of all S3 objects.

use super::{Check, Rule, RulePage, Strictness, object_events};
use crate::finding::Verdict;
use crate::model::Trail;
use crate::model::selectors::objects::Direction;

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unrecorded-object-writes.md")), Check::Trail(check))
        .for_one_trail()
        .resting_on(|trail| object_events::evidence(trail, Direction::Writes));

fn check(trail: &Trail, policy: &Strictness) -> Verdict {
    object_events::check(trail, policy, Direction::Writes)
}

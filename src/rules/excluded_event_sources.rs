//! Reports trails that exclude the events of AWS KMS or the RDS Data API.

use super::{Check, Rule, RulePage, Strictness, events};
use crate::finding::Verdict;
use crate::model::Trail;
use crate::model::selectors::{
    Coverage, CoverageBounds, EventLoss, SelectorCoverage, SelectorPolicy, Selectors, SelectorsResult,
};

pub(crate) static RULE: Rule =
    Rule::condition(|| RulePage::parse(include_str!("../../rules/excluded-event-sources.md")), Check::Trail(check))
        .resting_on(events::evidence)
        .losing(EventLoss::beside_ordinary);

fn check(trail: &Trail, policy: &Strictness) -> Verdict {
    match trail.selectors.recorded() {
        SelectorsResult::Everything | SelectorsResult::Conflict { .. } => Verdict::Pass,
        SelectorsResult::Selected(assessed) if !assessed.iter().any(SelectorCoverage::may_exclude) => Verdict::Pass,
        SelectorsResult::Selected(assessed) => evaluate(trail, &assessed, policy.selectors),
    }
}

fn evaluate(trail: &Trail, assessed: &[SelectorCoverage], policy: SelectorPolicy) -> Verdict {
    let candidates = Selectors::candidates(assessed, policy);
    let is_gapless = match policy {
        SelectorPolicy::Coverage => candidates.iter().copied().find_map(is_gapless),
        SelectorPolicy::Literal => is_one_gapless(candidates),
    };
    match is_gapless {
        Some(true) => Verdict::Pass,
        Some(false) => fail(trail, assessed),
        None => {
            let verdict = events::unknown(trail, assessed, "may exclude the events of a source");
            events::with_reference_values(verdict, assessed, reference_values)
        }
    }
}

fn reference_values(argument: &str) -> Option<(&'static str, &'static str)> {
    (argument == "excludemanagementeventsources").then_some(("contains \"kms.amazonaws.com\"", "is empty"))
}

fn fail(trail: &Trail, assessed: &[SelectorCoverage]) -> Verdict {
    let union = assessed.iter().fold(CoverageBounds::exactly(Coverage::NOTHING), |sum, one| sum.union(one.bounds));
    let excluded = Coverage::KMS.union(Coverage::RDS_DATA);
    let rows = [union.least, union.most].map(rows_of_ordinary);
    let missing = rows.map(|rows| rows.intersection(excluded).without(union.most));
    let missing = missing.into_iter().find(|missing| !missing.is_empty()).unwrap_or(Coverage::NOTHING);
    if missing.is_empty() {
        // All events are recorded, but the policy requires a single selector that does it.
        events::fail(trail, assessed, excluded, "has no single selector that includes every source")
    } else {
        events::fail(trail, assessed, missing, &format!("excludes {}", events::sources(missing)))
    }
}

/// True if one of the selectors that record all ordinary events certainly records the events of every source. If no
/// selector records all ordinary events, another rule reports that, and no source is excluded in particular.
fn is_one_gapless(mut candidates: Vec<CoverageBounds>) -> Option<bool> {
    candidates.retain(|bounds| bounds.most.includes(Coverage::ORDINARY));
    if candidates.is_empty() { Some(true) } else { events::recorded(&candidates, Coverage::EVERYTHING) }
}

/// True if the events of every source are recorded, for reads and for writes, wherever ordinary events are. A source
/// that is excluded at best is excluded in every case.
fn is_gapless(bounds: CoverageBounds) -> Option<bool> {
    if bounds.least.includes(rows_of_ordinary(bounds.most)) {
        Some(true)
    } else if bounds.most.includes(rows_of_ordinary(bounds.most)) {
        None
    } else {
        Some(false)
    }
}

/// All sources, in the directions in which `coverage` has ordinary events.
fn rows_of_ordinary(coverage: Coverage) -> Coverage {
    [Coverage::READS, Coverage::WRITES]
        .into_iter()
        .filter(|&row| !coverage.intersection(row).intersection(Coverage::ORDINARY).is_empty())
        .fold(Coverage::NOTHING, Coverage::union)
}

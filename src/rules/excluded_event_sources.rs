//! A trail may leave out the events of KMS and of the RDS Data API, and shouldn't.

use super::{Check, Page, Policy, Rule, events};
use crate::finding::Verdict;
use crate::model::Trail;
use crate::model::selectors::{Assessment, Bounds, Coverage, Recorded, Selectors};

pub(super) static RULE: Rule =
    Rule::new(|| Page::parse(include_str!("../../rules/excluded-event-sources.md")), Check::Trail(check));

fn check(trail: &Trail, policy: &Policy) -> Verdict {
    match trail.selectors.recorded() {
        Recorded::Everything | Recorded::Conflict { .. } => Verdict::Pass,
        Recorded::Selected(assessed) => {
            let mut candidates = Selectors::candidates(&assessed, policy.selectors);
            // What records no ordinary events either leaves out no source in particular.
            candidates.retain(|bounds| !bounds.most.intersection(Coverage::ORDINARY).is_empty());
            judge(trail, &candidates, &assessed)
        }
    }
}

fn judge(trail: &Trail, candidates: &[Bounds], assessed: &[Assessment]) -> Verdict {
    let outcomes: Vec<Option<bool>> = candidates.iter().map(|&bounds| is_gapless(bounds)).collect();
    if candidates.is_empty() || outcomes.contains(&Some(true)) {
        return Verdict::Pass;
    }
    if outcomes.contains(&None) {
        return events::unknown(trail, assessed, "may leave out the events of a source");
    }
    let union = candidates.iter().copied().fold(Bounds::exactly(Coverage::NOTHING), Bounds::union);
    let excluded = Coverage::KMS.union(Coverage::RDS_DATA);
    let missing = rows_of_ordinary(union.least).intersection(excluded).without(union.most);
    if missing.is_empty() {
        // All is recorded, but the policy wants one selector to do it.
        events::fail(trail, assessed, excluded, "has no single selector that leaves out no source")
    } else {
        events::fail(trail, assessed, missing, &format!("leaves out {}", events::sources(missing)))
    }
}

/// Whether, in each direction in which ordinary events are recorded, all sources are; if that is certain.
fn is_gapless(bounds: Bounds) -> Option<bool> {
    if bounds.least.includes(rows_of_ordinary(bounds.most)) {
        Some(true)
    } else if bounds.most.includes(rows_of_ordinary(bounds.least)) {
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

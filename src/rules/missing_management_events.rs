//! Reports trails that don't record both read and write management events of every ordinary event source.

use super::{Check, Rule, RulePage, Strictness, events};
use crate::finding::{Finding, Verdict};
use crate::model::Trail;
use crate::model::selectors::{Coverage, EventLoss, SelectorCoverage, Selectors, SelectorsResult};
use crate::source::Span;

pub(crate) static RULE: Rule =
    Rule::condition(|| RulePage::parse(include_str!("../../rules/missing-management-events.md")), Check::Trail(check))
        .resting_on(events::evidence)
        .losing(EventLoss::with_ordinary);

fn check(trail: &Trail, policy: &Strictness) -> Verdict {
    match trail.selectors.recorded() {
        SelectorsResult::Everything => Verdict::Pass,
        SelectorsResult::Conflict { first, second } => conflict(trail, first, second),
        SelectorsResult::Selected(assessed) => {
            let candidates = Selectors::candidates(&assessed, policy.selectors);
            match events::recorded(&candidates, Coverage::ORDINARY) {
                Some(true) => Verdict::Pass,
                Some(false) => missing(trail, &assessed),
                None => {
                    let verdict = events::unknown(trail, &assessed, "may not record all management events");
                    events::with_reference_values(verdict, &assessed, reference_values)
                }
            }
        }
    }
}

fn reference_values(argument: &str) -> Option<(&'static str, &'static str)> {
    match argument {
        "includemanagementevents" => Some(("= false", "= true")),
        "readwritetype" => Some(("= \"ReadOnly\"", "= \"All\"")),
        _ => None,
    }
}

fn missing(trail: &Trail, assessed: &[SelectorCoverage]) -> Verdict {
    let recorded = assessed.iter().fold(Coverage::NOTHING, |sum, assessment| sum.union(assessment.bounds.most));
    let missing = Coverage::ORDINARY.without(recorded);
    let (reads, writes) = (missing.intersection(Coverage::READS), missing.intersection(Coverage::WRITES));
    let (missing, message) = match (reads.is_empty(), writes.is_empty()) {
        (false, false) => (missing, "doesn't record management events"),
        (false, true) => (missing, "doesn't record read management events"),
        (true, false) => (missing, "doesn't record write management events"),
        // All events are recorded, but the policy requires a single selector that does it.
        (true, true) => (Coverage::ORDINARY, "has no single selector that records all management events"),
    };
    events::fail(trail, assessed, missing, message)
}

fn conflict(trail: &Trail, first: Span, second: Span) -> Verdict {
    let finding =
        Finding::at(second, "has both basic and advanced event selectors", "CloudTrail accepts only one kind")
            .for_argument(trail.selectors.advanced.name)
            .with_label(first, "the other selectors")
            .help(format!("keep only `{}`", trail.selectors.advanced.name));
    Verdict::Fail(finding)
}

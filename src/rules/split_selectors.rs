//! Reports complete coverage by several selectors, which CloudTrail accepts but some audits don't recognize.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::Finding;
use crate::model::Trail;
use crate::model::selectors::{Coverage, CoverageBounds, SelectorPolicy, Selectors, SelectorsResult};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/split-selectors.md")), Check::Advice(check));

fn check(trail: &Trail, _: &Strictness) -> Option<Finding> {
    let SelectorsResult::Selected(assessed) = trail.selectors.recorded() else { return None };
    let together = Selectors::candidates(&assessed, SelectorPolicy::Coverage).iter().any(is_complete);
    let alone = Selectors::candidates(&assessed, SelectorPolicy::Literal).iter().any(is_complete);
    let first = assessed.first()?;
    (together && !alone).then(|| {
        let message = "records all management events only with several selectors together";
        let finding = Finding::at(first.header, message, "no single selector records all of them");
        finding
            .help("record all management events with one selector, as audits that check each selector by itself expect")
    })
}

fn is_complete(bounds: &CoverageBounds) -> bool {
    bounds.least == Coverage::EVERYTHING
}

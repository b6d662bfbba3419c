//! Reports a plan that contradicts the code.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::Finding;
use crate::model::{Contradiction, Trail};

pub(crate) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/stale-plan.md")), Check::Advice(check));

fn check(trail: &Trail, _: &Strictness) -> Option<Finding> {
    let (first, others) = trail.contradictions.split_first()?;
    let finding = advise(first).with_hops(&first.hops);
    let mut finding = others
        .iter()
        .fold(finding, |finding, other| finding.with_label(other.span, format!("the plan {}", other.planned)));
    finding.attribute = first.attribute.map(str::to_owned);
    Some(finding)
}

fn advise(contradiction: &Contradiction) -> Finding {
    Finding::at(contradiction.span, "differs from the plan", format!("the plan {}", contradiction.planned))
        .with_note("the verdict is based on the code; the plan supplies only values that are unknown in the code")
        .help("create the plan again: the code has changed since, or the plan was made with other values")
}

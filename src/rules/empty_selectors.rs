//! Reports an empty list of selectors, which selects the default events although it looks like none.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::Finding;
use crate::model::selectors::SelectorsResult;
use crate::model::{Trail, TrailSetting};
use crate::value::{Known, Origin};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/empty-selectors.md")), Check::Advice(check));

fn check(trail: &Trail, _: &Strictness) -> Option<Finding> {
    let SelectorsResult::Everything = trail.selectors.recorded() else { return None };
    if trail.is_synthesized || trail.is_deployed {
        return None;
    }
    advise(&trail.selectors.basic).or_else(|| advise(&trail.selectors.advanced))
}

fn advise<T>(list: &TrailSetting<Vec<T>>) -> Option<Finding> {
    match (list.value(), list.read.origin) {
        (Known(Ok(_)), Origin::Written(span)) => {
            let message = "has an empty list of event selectors";
            let finding = Finding::at(span, message, "equivalent to no selectors: all management events are recorded");
            Some(
                finding
                    .for_argument(list.name)
                    .with_hops(&list.read.hops)
                    .help(format!("remove `{}`, or add a selector to it", list.name)),
            )
        }
        _ => None,
    }
}

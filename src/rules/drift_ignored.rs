//! Reports `ignore_changes` on arguments of a trail: Terraform doesn't revert a change made outside of it.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::Finding;
use crate::model::{IgnoredArgument, Trail};

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/drift-ignored.md")), Check::Advice(check));

fn check(trail: &Trail, _: &Strictness) -> Option<Finding> {
    let watched = [
        "all",
        trail.attributes.is_multi_region.name,
        trail.attributes.is_logging.name,
        trail.attributes.includes_global_events.name,
        trail.selectors.basic.name,
        trail.selectors.advanced.name,
    ];
    let ignored = trail.ignored_changes.iter().find(|ignored| watched.contains(&ignored.name.as_str()))?;
    Some(advise(ignored))
}

fn advise(IgnoredArgument { name, span }: &IgnoredArgument) -> Finding {
    let message = "keeps changes that are made outside of Terraform";
    let what = if name == "all" { "every argument".to_owned() } else { format!("`{name}`") };
    Finding::at(*span, message, format!("Terraform doesn't revert manual changes of {what}"))
        .help(format!("remove `{name}` from `ignore_changes`"))
}

//! Reports templates with a macro, whose output isn't part of the template.

use super::{Check, Rule, RulePage, Strictness};
use crate::finding::Finding;
use crate::model::Trail;

pub(super) static RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/macro-may-rewrite.md")), Check::Advice(check));

fn check(trail: &Trail, _: &Strictness) -> Option<Finding> {
    let first = trail.macros.first()?;
    let message = format!("may be rewritten by the macro `{}`", first.name);
    Some(
        Finding::at(first.span, message, "this macro runs before the resources are created")
            .with_label(trail.header, "the trail is checked as declared here")
            .help("check the template that the macro returns: `aws cloudformation get-template --template-stage Processed`"),
    )
}

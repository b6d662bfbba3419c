//! Determines if a role lets CloudTrail deliver to CloudWatch Logs: its trust policy and its permissions.
//!
//! Conditions of statements that allow are assumed to hold. Source: the CloudTrail user guide on the role's policy.

use super::glob::Work;
use super::permission::{any_action, any_name};
use super::request::CLOUDTRAIL;
use super::{Effect, PartialText, PolicyDocument, Reason, StatementTerms};
use crate::value::{Known, Maybe, Unknown};

/// The action with which a service assumes a role.
const ASSUME: &str = "sts:AssumeRole";

/// True if a trust policy lets CloudTrail assume the role.
pub fn trusts_cloudtrail(document: &PolicyDocument, work: &Work) -> Maybe<bool> {
    let applies = |terms: &StatementTerms| {
        let principal = terms.principal.applies(|principals| principals.include(CLOUDTRAIL, work));
        principal.and(terms.action.applies(|patterns| any_action(patterns, ASSUME, work)))
    };
    let allowed = any(document, Effect::Allow, applies);
    // A denial with conditions may be about other requests.
    let denied = any(document, Effect::Deny, |terms| applies(terms).and(is_unconditional(terms)));
    allowed.and(denied.map(|denied| !denied))
}

/// True if one of the policies allows an action on the streams of a log group, and none denies it. `group` is its name; `None` if the name
/// is unknown.
pub fn may_deliver(
    documents: &[&PolicyDocument],
    action: &str,
    group: Option<&PartialText>,
    work: &Work,
) -> Maybe<bool> {
    let names_stream = |pattern: &PartialText| any_name(std::slice::from_ref(pattern), &[stream(pattern, group)], work);
    let allows = |terms: &StatementTerms| {
        let action = terms.action.applies(|patterns| any_action(patterns, action, work));
        let resource =
            terms.resource.applies(|patterns| patterns.iter().map(names_stream).fold(Known(false), Maybe::or));
        action.and(resource)
    };
    let allowed = documents.iter().map(|document| any(document, Effect::Allow, allows)).fold(Known(false), Maybe::or);
    // A denial for one Region or account may be about other log groups, and one with conditions about other requests.
    let denies = |terms: &StatementTerms| {
        let is_wide = terms.resource.applies(|patterns| Known(patterns.iter().any(is_in_any_region)));
        allows(terms).and(is_wide).and(is_unconditional(terms))
    };
    let denied = documents.iter().map(|document| any(document, Effect::Deny, denies)).fold(Known(false), Maybe::or);
    allowed.and(denied.map(|denied| !denied))
}

/// True if a pattern names no Region and no account.
fn is_in_any_region(pattern: &PartialText) -> bool {
    let Some(text) = pattern.known() else { return false };
    text.split(':').skip(3).take(2).all(|field| field == "*")
}

/// The ARN of a log stream to which CloudTrail writes, in the Region and the account of a pattern.
fn stream(pattern: &PartialText, group: Option<&PartialText>) -> PartialText {
    let unknown = |part: &str| {
        PartialText::unknown(&Reason::AtDeployment { reference: format!("{part} of the log stream"), is_set: true })
    };
    let fields = pattern.split(':');
    let separator = PartialText::exactly(":");
    PartialText::exactly("arn:aws:logs:")
        .then(&instance(fields.get(3), "us-east-1"))
        .then(&separator)
        .then(&instance(fields.get(4), "111122223333"))
        .then(&PartialText::exactly(":log-group:"))
        .then(&group.cloned().unwrap_or_else(|| unknown("group")))
        .then(&PartialText::exactly(":log-stream:"))
        .then(&unknown("name"))
}

/// Returns a text that matches a field of a pattern.
fn instance(field: Option<&PartialText>, default: &str) -> PartialText {
    match field.map(|field| (field, field.known())) {
        Some((_, Some(text))) => {
            let text = text.replace('*', "").replace('?', "a");
            PartialText::exactly(if text.is_empty() { default } else { &text })
        }
        Some((field, None)) => field.clone(),
        None => PartialText::exactly(default),
    }
}

/// True if a statement with an effect applies.
fn any(document: &PolicyDocument, effect: Effect, applies: impl Fn(&StatementTerms) -> Maybe<bool>) -> Maybe<bool> {
    let statements = document.statements.iter().map(|statement| {
        statement.terms.as_ref().and_then(|terms| {
            let is_of = terms.effect.value.as_ref().map(|own| *own == Some(effect));
            if is_of == Known(false) { Known(false) } else { is_of.and(applies(terms)) }
        })
    });
    statements.fold(Known(false), Maybe::or)
}

fn is_unconditional(terms: &StatementTerms) -> Maybe<bool> {
    match &terms.conditions.value {
        Known(conditions) => Known(conditions.as_ref().is_some_and(Vec::is_empty)),
        Unknown(why) => Unknown(why.clone()),
    }
}

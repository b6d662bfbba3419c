//! Determines whether policies allow or deny a request of CloudTrail.

use super::glob::{Quantifier, Work, compare, literal, pattern};
use super::request::CLOUDTRAIL;
use super::{
    Condition, Effect, PartialText, PolicyDocument, Principals, ServiceRequest, Statement, StatementClause,
    StatementScope, StatementTerms,
};
use crate::source::Span;
use crate::value::{Known, Maybe, Reason, Unknown};

use Quantifier::Each;

/// The answer to a [`ServiceRequest`].
#[derive(Debug, Clone, PartialEq)]
pub enum Permission<'a> {
    /// A statement allows the request, and none denies it.
    Granted,
    /// No statement allows the request.
    Missing {
        /// A statement that would allow it except for one element, if there is one.
        nearest: Option<Shortfall<'a>>,
    },
    /// A statement denies the request.
    Denied { statement: &'a Statement },
    Unknown {
        why: Reason,
        /// The statement that doesn't decide the question.
        statement: &'a Statement,
    },
}

/// A statement that would allow a request except for one element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shortfall<'a> {
    pub statement: &'a Statement,
    /// The element that doesn't match.
    pub part: StatementPart,
    /// The location of the element, or of the statement that lacks it.
    pub span: Span,
}

/// The elements of a statement, in descending likelihood that a mismatch is a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatementPart {
    /// The effect is neither `Allow` nor `Deny`.
    Effect,
    /// A condition is invalid or doesn't hold for CloudTrail's request.
    Condition,
    /// The statement is about other resources.
    Resource,
    /// The statement is about other actions.
    Action,
    /// The statement is about other principals.
    Principal,
}

/// Evaluates a request with the statements of all documents together.
pub fn permission<'a>(documents: &'a [PolicyDocument], request: &ServiceRequest) -> Permission<'a> {
    let statements = documents.iter().flat_map(|document| &document.statements);
    let mut doubt = None;
    for statement in statements.clone() {
        match statement.denies(request) {
            Known(true) => return Permission::Denied { statement },
            Known(false) => {}
            Unknown(why) => drop(doubt.get_or_insert((why, statement))),
        }
    }
    // A request that no statement allows has the answer "missing", even if a statement may deny it.
    match (allowed_by(statements, request), doubt) {
        (Permission::Granted, Some((why, statement))) => Permission::Unknown { why, statement },
        (allowance, _) => allowance,
    }
}

/// Evaluates a request with the statements that allow it; the answer is granted, missing or unknown.
fn allowed_by<'a>(statements: impl Iterator<Item = &'a Statement>, request: &ServiceRequest) -> Permission<'a> {
    let mut doubt = None;
    let mut lacks = Vec::new();
    for statement in statements {
        let parts = StatementMatch::of(statement, request, Effect::Allow);
        if let Known(parts) = &parts {
            lacks.extend(parts.only_lack(statement));
        }
        match parts.and_then(|parts| parts.all()) {
            Known(true) => return Permission::Granted,
            Known(false) => {}
            Unknown(why) => drop(doubt.get_or_insert(Permission::Unknown { why, statement })),
        }
    }
    let nearest = lacks.into_iter().min_by_key(|lack| lack.part);
    doubt.unwrap_or(Permission::Missing { nearest })
}

impl Statement {
    /// True if the statement denies a request.
    fn denies(&self, request: &ServiceRequest) -> Maybe<bool> {
        match self.is_of(Effect::Deny) {
            Known(false) => Known(false),
            // The other elements are compared only if they matter.
            Known(true) | Unknown(_) => StatementMatch::of(self, request, Effect::Deny).and_then(|parts| parts.all()),
        }
    }

    /// Returns the first condition that doesn't hold for a request.
    pub fn first_unmet(&self, request: &ServiceRequest) -> Option<&Condition> {
        let Known(StatementTerms { conditions: StatementClause { value: Known(Some(conditions)), .. }, .. }) =
            &self.terms
        else {
            return None;
        };
        conditions.iter().find(|condition| condition.holds(request) == Known(false))
    }

    /// True if the statement has this effect.
    fn is_of(&self, effect: Effect) -> Maybe<bool> {
        self.terms.as_ref().and_then(|terms| terms.effect.value.as_ref().map(|own| *own == Some(effect)))
    }
}

/// The elements of a statement, and whether each of them matches a request.
struct StatementMatch([(StatementPart, Maybe<bool>, Span); 5]);

impl StatementMatch {
    /// Compares the elements of a statement with a request and an effect; unknown if the whole statement is unknown.
    fn of(statement: &Statement, request: &ServiceRequest, effect: Effect) -> Maybe<Self> {
        statement.terms.as_ref().map(|terms| {
            let StatementTerms { effect: own, principal, action: actions, resource, conditions } = terms;
            Self([
                (StatementPart::Effect, own.value.as_ref().map(|own| *own == Some(effect)), own.span),
                (
                    StatementPart::Principal,
                    principal.applies(|principals| principals.include(CLOUDTRAIL, &request.work)),
                    principal.span,
                ),
                (
                    StatementPart::Action,
                    actions.applies(|patterns| any_action(patterns, request.action, &request.work)),
                    actions.span,
                ),
                (
                    StatementPart::Resource,
                    resource.applies(|patterns| any_name(patterns, &request.resource, &request.work)),
                    resource.span,
                ),
                (StatementPart::Condition, terms.conditions_hold(request), conditions.span),
            ])
        })
    }

    fn all(self) -> Maybe<bool> {
        self.0.into_iter().map(|(_, fits, _)| fits).fold(Known(true), Maybe::and)
    }

    /// Returns the element that doesn't match, if there is exactly one. A statement that denies isn't a mistaken
    /// permission.
    fn only_lack<'a>(&self, statement: &'a Statement) -> Option<Shortfall<'a>> {
        let is_denial = matches!(&statement.terms, Known(terms) if terms.effect.value == Known(Some(Effect::Deny)));
        let mut lacks = self.0.iter().filter(|(_, fits, _)| *fits == Known(false));
        match (lacks.next(), lacks.next()) {
            (Some(&(part, _, span)), None) if !is_denial => Some(Shortfall { statement, part, span }),
            _ => None,
        }
    }
}

impl<T> StatementClause<Option<StatementScope<T>>> {
    /// True if the element applies, given whether the listed values do. An invalid element applies to nothing.
    pub(super) fn applies(&self, is_listed: impl Fn(&T) -> Maybe<bool>) -> Maybe<bool> {
        self.value.as_ref().and_then(|scope| match scope {
            None => Known(false),
            Some(scope) => is_listed(&scope.listed).map(|is_listed| is_listed != scope.is_negated),
        })
    }
}

impl Principals {
    /// True if the service is among the principals. `*` includes services.
    pub(super) fn include(&self, service: &str, work: &Work) -> Maybe<bool> {
        let service = PartialText::exactly(service);
        let is_it =
            |listed: &PartialText| compare([(listed, literal), (&service, literal)], [Each; 2], || listed.why(), work);
        let is_listed = self.services.iter().map(is_it).fold(self.everyone.clone(), Maybe::or);
        match &self.unknown_part {
            Some(why) => is_listed.or(Unknown(why.clone())),
            None => is_listed,
        }
    }
}

impl StatementTerms {
    fn conditions_hold(&self, request: &ServiceRequest) -> Maybe<bool> {
        self.conditions.value.as_ref().and_then(|conditions| match conditions {
            None => Known(false),
            Some(conditions) => {
                conditions.iter().map(|condition| condition.holds(request)).fold(Known(true), Maybe::and)
            }
        })
    }
}

/// True if one of the patterns matches an action; actions are case-insensitive.
pub(super) fn any_action(patterns: &[PartialText], action: &str, work: &Work) -> Maybe<bool> {
    let action = PartialText::exactly(&action.to_lowercase());
    let answers = patterns.iter().map(|listed| {
        let listed = listed.lowercase();
        compare([(&listed, pattern), (&action, literal)], [Each; 2], || listed.why(), work)
    });
    answers.fold(Known(false), Maybe::or)
}

/// True if one of the patterns matches one of the names of a resource. All names are of the same resource, so any known
/// answer for a name is the answer.
pub(super) fn any_name(patterns: &[PartialText], names: &[PartialText], work: &Work) -> Maybe<bool> {
    patterns.iter().map(|listed| matches_any(listed, names, work)).fold(Known(false), Maybe::or)
}

fn matches_any(listed: &PartialText, names: &[PartialText], work: &Work) -> Maybe<bool> {
    let mut answers = Vec::new();
    for name in names {
        answers.push(compare([(listed, pattern), (name, literal)], [Each; 2], || clearer_reason(listed, name), work));
    }
    let known = [Known(true), Known(false)].into_iter().find(|known| answers.contains(known));
    known.or(answers.into_iter().next()).unwrap_or(Unknown(Reason::Unreadable))
}

fn clearer_reason(one: &PartialText, other: &PartialText) -> Reason {
    one.unknown_reason
        .iter()
        .chain(&other.unknown_reason)
        .cloned()
        .reduce(Reason::more_actionable)
        .unwrap_or(Reason::Unreadable)
}

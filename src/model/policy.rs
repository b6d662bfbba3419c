//! IAM policy documents, and the access to a bucket or key that they give CloudTrail and others.
//!
//! This isn't a simulator of IAM. It answers the questions that the delivery of logs raises ([`permission()`]), whether
//! a policy allows public access ([`publicity`]), and whether another account may tamper with logs ([`tampering()`]). A
//! question that a document doesn't decide stays unknown. Sources: the IAM user guide's grammar of the policy language
//! and reference of its elements.

mod assumption;
mod condition;
mod glob;
mod json;
mod permission;
mod public;
mod read;
mod request;
mod role;
mod tampering;
mod text;

pub use assumption::{Assumption, Sender, assumptions};
pub use glob::{Work, may_begin};
pub(crate) use json::parse as parse_json;
pub use permission::{Permission, Shortfall, StatementPart, permission};
pub use public::{Publicity, publicity};
pub use request::{File, LogPrefix, ServiceRequest};
pub use role::{may_deliver, trusts_cloudtrail};
pub use tampering::{OpenGrant, OutsidePrincipal, tampering};
pub use text::{PartialText, TextPiece};

use crate::source::Span;
use crate::value::{Hop, Known, Maybe, Reason, Unknown};

/// The policy of a bucket or key.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyDocument {
    /// The statements, in source order.
    pub statements: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The location of the statement's object, or of the whole document if that is JSON in a string.
    pub span: Span,
    /// The steps to the expression that contains the object.
    pub hops: Vec<Hop>,
    /// The `Sid`, if it is set and known.
    pub sid: Option<String>,
    /// The elements of the statement, or the reason why they are unknown.
    pub terms: Maybe<StatementTerms>,
}

/// The elements of a statement. One that is missing or invalid is `Known(None)`: the statement applies to nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementTerms {
    pub effect: StatementClause<Option<Effect>>,
    /// `Principal` or `NotPrincipal`.
    pub principal: StatementClause<Option<StatementScope<Principals>>>,
    /// `Action` or `NotAction`.
    pub action: StatementClause<Option<StatementScope<Vec<PartialText>>>>,
    /// `Resource` or `NotResource`.
    pub resource: StatementClause<Option<StatementScope<Vec<PartialText>>>>,
    /// `Condition`: all of them have to hold.
    pub conditions: StatementClause<Option<Vec<Condition>>>,
}

/// An element of a statement and its location: that of its value, or of the statement that lacks the element.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementClause<T> {
    pub value: Maybe<T>,
    pub span: Span,
}

/// The effects of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

/// The principals, actions or resources to which a statement applies.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementScope<T> {
    /// True if the statement applies to all except the listed ones, as with `NotAction`.
    pub is_negated: bool,
    pub listed: T,
}

/// The principals that a statement lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Principals {
    /// True if `*`, which is everyone, is listed.
    pub everyone: Maybe<bool>,
    /// The ids or ARNs of accounts, users and roles.
    pub accounts: Vec<PartialText>,
    /// Canonical users and identity providers: their ids, names or ARNs.
    pub others: Vec<PartialText>,
    /// The service principals.
    pub services: Vec<PartialText>,
    /// The reason why there may be further principals.
    pub unknown_part: Option<Reason>,
}

/// One condition: the key's value has to match one of the values, or none of them if the operator is negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The operator as written in the policy: `StringEquals`, `ArnLikeIfExists`; empty if the condition is unknown.
    pub operator: String,
    /// The condition key as written in the policy; it is case-insensitive.
    pub key: String,
    pub values: Vec<PartialText>,
}

impl PolicyDocument {
    /// The total length of the texts with which a request is compared, in bytes, and a base cost for each statement.
    pub fn weight(&self) -> usize {
        self.statements.iter().map(Statement::weight).sum()
    }

    /// Returns a copy in which `change` is applied to each text.
    fn with_texts(&self, change: impl Fn(&PartialText) -> PartialText) -> Self {
        Self { statements: self.statements.iter().map(|statement| statement.with_texts(&change)).collect() }
    }
}

impl Statement {
    fn with_texts(&self, change: &impl Fn(&PartialText) -> PartialText) -> Self {
        let terms = self.terms.as_ref().map(|terms| {
            let mut terms = terms.clone();
            let scopes = [&mut terms.action, &mut terms.resource].into_iter();
            let listed = scopes.filter_map(|clause| match &mut clause.value {
                Known(Some(scope)) => Some(&mut scope.listed),
                Known(None) | Unknown(_) => None,
            });
            listed.flatten().for_each(|text| *text = change(text));
            if let Known(Some(scope)) = &mut terms.principal.value {
                let Principals { accounts, others, services, .. } = &mut scope.listed;
                accounts.iter_mut().chain(others).chain(services).for_each(|text| *text = change(text));
            }
            if let Known(Some(conditions)) = &mut terms.conditions.value {
                conditions.iter_mut().flat_map(|one| &mut one.values).for_each(|text| *text = change(text));
            }
            terms
        });
        Self { terms, ..self.clone() }
    }

    fn weight(&self) -> usize {
        /// The cost of a statement without any text.
        const BASE: usize = 32;
        let Known(terms) = &self.terms else { return BASE };
        let principals = match &terms.principal.value {
            Known(Some(StatementScope { listed: Principals { accounts, others, services, .. }, .. })) => {
                accounts.iter().chain(others).chain(services).map(PartialText::weight).sum()
            }
            Known(None) | Unknown(_) => 0_usize,
        };
        let conditions = match &terms.conditions.value {
            Known(Some(conditions)) => conditions.iter().flat_map(|one| &one.values).map(PartialText::weight).sum(),
            Known(None) | Unknown(_) => 0_usize,
        };
        BASE.saturating_add(principals)
            .saturating_add(conditions)
            .saturating_add(weight_of(&terms.action))
            .saturating_add(weight_of(&terms.resource))
    }
}

fn weight_of(clause: &StatementClause<Option<StatementScope<Vec<PartialText>>>>) -> usize {
    match &clause.value {
        Known(Some(scope)) => scope.listed.iter().map(PartialText::weight).sum(),
        Known(None) | Unknown(_) => 0,
    }
}

#[cfg(test)]
mod tests;

//! Policy documents of IAM, and what they let CloudTrail do with a bucket or a key.
//!
//! This isn't a simulator of IAM: it answers the questions that the delivery of logs raises
//! ([`permission()`]), and whether everyone is let in ([`publicity`]). What a document leaves open stays
//! unknown. Sources: the IAM user guide's grammar of the policy language and reference of its elements.

mod assumption;
mod condition;
mod glob;
mod json;
mod permission;
mod public;
mod read;
mod request;
mod tampering;
mod text;

pub use assumption::{Assumption, Sender, assumptions};
pub use glob::{Work, may_begin};
pub use permission::{Lack, Part, Permission, permission};
pub use public::{Publicity, publicity};
pub use request::{File, Place, Request};
pub use tampering::{Opening, Who, tampering};
pub use text::{Piece, Text};

use crate::source::Span;
use crate::value::{Hop, Known, Maybe, Unknown, Why};

/// The policy of a bucket or a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its statements, in the order in which they are written.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Where its object is written; the whole document, when that is JSON in a string.
    pub span: Span,
    /// The way the object came.
    pub hops: Vec<Hop>,
    /// Its name, if it has one that is known.
    pub sid: Option<String>,
    /// What it says, or why that isn't known.
    pub terms: Maybe<Terms>,
}

/// What a statement says. A part that is missing or isn't valid is `Known(None)`: it applies to nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// `Effect`.
    pub effect: Clause<Option<Effect>>,
    /// `Principal` or `NotPrincipal`.
    pub principal: Clause<Option<Scope<Principals>>>,
    /// `Action` or `NotAction`.
    pub action: Clause<Option<Scope<Vec<Text>>>>,
    /// `Resource` or `NotResource`.
    pub resource: Clause<Option<Scope<Vec<Text>>>>,
    /// `Condition`: all of them have to hold.
    pub conditions: Clause<Option<Vec<Condition>>>,
}

/// A part of a statement and its place: its value, or the statement that lacks it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause<T> {
    /// What it says.
    pub value: Maybe<T>,
    /// Where it is.
    pub span: Span,
}

/// The effects of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
}

/// What a part of a statement applies to.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope<T> {
    /// Whether it applies to all but these, as `NotAction` does.
    pub is_negated: bool,
    /// What is listed.
    pub listed: T,
}

/// The principals that a statement lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Principals {
    /// Whether `*` stands for everyone.
    pub everyone: Maybe<bool>,
    /// The accounts, users and roles: their ids or ARNs.
    pub accounts: Vec<Text>,
    /// The services.
    pub services: Vec<Text>,
    /// Why there may be more of them than can be known.
    pub doubt: Option<Why>,
}

/// One condition: the key's value compares with one of these, or with none for a negative operator.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// As it is written: `StringEquals`, `ArnLikeIfExists`; empty if nothing is known of the condition.
    pub operator: String,
    /// As it is written; case doesn't matter.
    pub key: String,
    /// The values.
    pub values: Vec<Text>,
}

impl Document {
    /// How long the texts are together that a request is compared with, in bytes.
    pub fn weight(&self) -> usize {
        self.statements.iter().map(Statement::weight).sum()
    }

    /// The same with other texts.
    fn with_texts(&self, change: impl Fn(&Text) -> Text) -> Self {
        Self { statements: self.statements.iter().map(|statement| statement.with_texts(&change)).collect() }
    }
}

impl Statement {
    fn with_texts(&self, change: &impl Fn(&Text) -> Text) -> Self {
        let terms = self.terms.as_ref().map(|terms| {
            let mut terms = terms.clone();
            let scopes = [&mut terms.action, &mut terms.resource].into_iter();
            let listed = scopes.filter_map(|clause| match &mut clause.value {
                Known(Some(scope)) => Some(&mut scope.listed),
                Known(None) | Unknown(_) => None,
            });
            listed.flatten().for_each(|text| *text = change(text));
            if let Known(Some(scope)) = &mut terms.principal.value {
                let Principals { accounts, services, .. } = &mut scope.listed;
                accounts.iter_mut().chain(services).for_each(|text| *text = change(text));
            }
            if let Known(Some(conditions)) = &mut terms.conditions.value {
                conditions.iter_mut().flat_map(|one| &mut one.values).for_each(|text| *text = change(text));
            }
            terms
        });
        Self { terms, ..self.clone() }
    }

    fn weight(&self) -> usize {
        /// What a statement costs without any text.
        const BASE: usize = 32;
        let Known(terms) = &self.terms else { return BASE };
        let listed = |clause: &Clause<Option<Scope<Vec<Text>>>>| match &clause.value {
            Known(Some(scope)) => scope.listed.iter().map(Text::weight).sum(),
            Known(None) | Unknown(_) => 0_usize,
        };
        let principals = match &terms.principal.value {
            Known(Some(Scope { listed: Principals { accounts, services, .. }, .. })) => {
                accounts.iter().chain(services).map(Text::weight).sum()
            }
            Known(None) | Unknown(_) => 0_usize,
        };
        let conditions = match &terms.conditions.value {
            Known(Some(conditions)) => conditions.iter().flat_map(|one| &one.values).map(Text::weight).sum(),
            Known(None) | Unknown(_) => 0_usize,
        };
        BASE.saturating_add(principals)
            .saturating_add(conditions)
            .saturating_add(listed(&terms.action))
            .saturating_add(listed(&terms.resource))
    }
}

#[cfg(test)]
mod tests;

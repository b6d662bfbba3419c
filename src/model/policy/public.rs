//! Determines whether policies allow public access.
//!
//! The conditions that make a statement non-public are those in the S3 user guide on "the meaning of public".

use std::net::IpAddr;

use super::glob::{Quantifier, Work, compare, pattern};
use super::{
    Condition, Effect, PartialText, PolicyDocument, Statement, StatementClause, StatementScope, StatementTerms,
    TextPiece,
};
use crate::value::{Known, Maybe, Reason, Unknown};

use Quantifier::{AtLeastOne, Each};

/// Condition keys that identify the requester, in lower case: a condition on a fixed value of one excludes others. A
/// statement with conditions on other keys only is still public.
const RESTRICTING: [&str; 15] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

/// The shortest prefix lengths of IPv4 and IPv6 ranges that aren't treated as public.
const MIN_PREFIX_V4: u8 = 8;
const MIN_PREFIX_V6: u8 = 32;

/// The answer to the question whether policies allow public access.
#[derive(Debug, Clone, PartialEq)]
pub enum Publicity<'a> {
    /// No statement allows public access.
    Closed,
    /// A statement allows public access, and no other one can deny it.
    Public { statement: &'a Statement },
    Unknown {
        why: Reason,
        /// The statement that doesn't decide the question.
        statement: &'a Statement,
    },
}

/// Determines whether the statements of all documents together allow everyone an action.
pub fn publicity<'a>(documents: &'a [PolicyDocument], work: &Work) -> Publicity<'a> {
    let statements = documents.iter().flat_map(|document| &document.statements);
    let denials: Vec<_> = statements.clone().filter(|statement| may_keep_everyone_out(statement)).collect();
    let is_any_open = denials.iter().any(|denial| matches!(denial.terms, Unknown(_)));
    let weight = denials.iter().map(|denial| denial.weight()).sum();
    let mut doubt = Publicity::Closed;
    for statement in statements {
        let opens = statement.terms.as_ref().and_then(|terms| match terms.allow_everyone() {
            Known(true) => match work.charge(weight) {
                Ok(()) if is_any_open || terms.may_be_undone(&denials, work) => Unknown(Reason::NotEvaluated {
                    construct: "a `Deny` statement together with a public statement".to_owned(),
                }),
                Ok(()) => Known(true),
                Err(limit) => Unknown(Reason::OverLimit { limit }),
            },
            opens => opens,
        });
        match opens {
            Known(true) => return Publicity::Public { statement },
            Unknown(why) if doubt == Publicity::Closed => doubt = Publicity::Unknown { why, statement },
            Known(false) | Unknown(_) => {}
        }
    }
    doubt
}

impl StatementTerms {
    fn allow_everyone(&self) -> Maybe<bool> {
        let is_allowed = self.effect.value.as_ref().map(|effect| *effect == Some(Effect::Allow));
        let is_everyone = self.principal.applies(|principals| principals.everyone.clone());
        let is_valid = self.action.is_valid().and(self.resource.is_valid());
        is_allowed.and(is_everyone).and(is_valid).and(self.restrict().map(|restrict| !restrict))
    }

    /// True if a condition excludes others. An invalid condition makes the statement allow nothing.
    fn restrict(&self) -> Maybe<bool> {
        self.conditions.value.as_ref().and_then(|conditions| match conditions {
            None => Known(true),
            Some(conditions) => conditions.iter().map(Condition::restricts).fold(Known(false), Maybe::or),
        })
    }

    /// True if denials, each of which may cover a part, may cover everything that this statement allows.
    fn may_be_undone(&self, denials: &[&Statement], work: &Work) -> bool {
        let (mut actions, mut resources) = (Vec::new(), Vec::new());
        for denial in denials {
            if let Known(terms) = &denial.terms {
                actions.push(&terms.action);
                resources.push(&terms.resource);
            }
        }
        may_cover(&actions, &self.action, work) && may_cover(&resources, &self.resource, work)
    }
}

type Patterns = StatementClause<Option<StatementScope<Vec<PartialText>>>>;

impl Patterns {
    fn is_valid(&self) -> Maybe<bool> {
        self.value.as_ref().map(|scope| scope.is_some())
    }

    /// The listed patterns; `None` if they are negated or unknown.
    fn listed(&self) -> Option<&[PartialText]> {
        match &self.value {
            Known(Some(StatementScope { is_negated: false, listed })) => Some(listed),
            Known(None) => Some(&[]),
            Known(Some(StatementScope { is_negated: true, .. })) | Unknown(_) => None,
        }
    }
}

/// True if the statement may be a denial that applies to everyone's secure requests.
fn may_keep_everyone_out(statement: &Statement) -> bool {
    let Known(terms) = &statement.terms else { return true };
    let is_denial = terms.effect.value.as_ref().map(|effect| *effect == Some(Effect::Deny));
    let is_everyone = terms.principal.applies(|principals| principals.everyone.clone());
    let spares_the_secure = match &terms.conditions.value {
        Known(None) => true,
        Known(Some(conditions)) => conditions.iter().any(Condition::is_of_insecure),
        Unknown(_) => false,
    };
    is_denial.and(is_everyone) != Known(false) && !spares_the_secure
}

/// True if all allowed patterns may be denied. Two patterns may each deny a part of one.
fn may_cover(denied: &[&Patterns], allowed: &Patterns, work: &Work) -> bool {
    let denied: Option<Vec<&[PartialText]>> = denied.iter().map(|clause| clause.listed()).collect();
    let (Some(denied), Some(allowed)) = (denied, allowed.listed()) else { return true };
    let denied: Vec<PartialText> = denied.into_iter().flatten().map(PartialText::lowercase).collect();
    allowed.iter().all(|allowed| {
        let allowed = allowed.lowercase();
        denied.iter().filter(|denied| may_match(denied, &allowed, AtLeastOne, work)).count() > 1
            || denied.iter().any(|denied| may_match(denied, &allowed, Each, work))
    })
}

fn may_match(denied: &PartialText, allowed: &PartialText, possible: Quantifier, work: &Work) -> bool {
    compare([(denied, pattern), (allowed, pattern)], [Each, possible], || denied.why(), work) != Known(false)
}

impl Condition {
    /// True if the condition holds only for requests without TLS or with an old version of it.
    pub(super) fn is_of_insecure(&self) -> bool {
        match (self.key.to_ascii_lowercase().as_str(), self.operator.as_str()) {
            ("aws:securetransport", "Bool") => self.values.iter().all(|value| value.known() == Some("false")),
            ("s3:tlsversion", "NumericLessThan") => true,
            _ => false,
        }
    }

    /// True if the condition excludes everyone without one of its fixed values.
    fn restricts(&self) -> Maybe<bool> {
        let key = self.key.to_ascii_lowercase();
        let Some(operator) = self.operator() else { return Unknown(self.unknown_reason()) };
        if !RESTRICTING.contains(&key.as_str()) || !operator.is_positive() {
            return Known(false);
        }
        let answers = self.values.iter().map(|value| match key.as_str() {
            "aws:sourceip" => is_narrow_address(value),
            _ if value.has_variable() => Known(false),
            _ if operator.has_wildcards => is_narrow_pattern(&key, value),
            _ => Known(true),
        });
        match answers.fold(Known(true), Maybe::and) {
            Unknown(_) => Unknown(self.unknown_reason()),
            known => known,
        }
    }
}

/// True if an address range is small enough to be non-public.
fn is_narrow_address(range: &PartialText) -> Maybe<bool> {
    let Some(text) = range.known() else { return Unknown(range.why()) };
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, prefix.parse::<u8>().ok()),
        None => (text, Some(u8::MAX)),
    };
    match (address.parse(), prefix) {
        (Ok(IpAddr::V4(_)), Some(prefix)) => Known(prefix >= MIN_PREFIX_V4),
        (Ok(IpAddr::V6(_)), Some(prefix)) => Known(prefix >= MIN_PREFIX_V6),
        (Ok(_), None) | (Err(_), _) => Unknown(Reason::Unreadable),
    }
}

/// True if a pattern identifies principals: it has no wildcard, or its account or organization is fixed.
pub(super) fn is_narrow_pattern(key: &str, value: &PartialText) -> Maybe<bool> {
    let [TextPiece::Literal(text)] = value.pieces.as_slice() else { return Unknown(value.why()) };
    if !is_any(text) {
        return Known(true);
    }
    let fixed = match key {
        "aws:principalorgpaths" | "aws:sourceorgpaths" => text.split('/').next().filter(|_| text.contains('/')),
        "aws:userid" => text.split(':').next().filter(|_| text.contains(':')),
        _ => text.split(':').nth(4),
    };
    Known(fixed.is_some_and(|fixed| !fixed.is_empty() && !is_any(fixed)))
}

fn is_any(text: &str) -> bool {
    text.contains(['*', '?'])
}

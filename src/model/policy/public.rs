//! Whether policies let everyone in.
//!
//! What keeps a statement from being public is what the S3 user guide says on "the meaning of public".

use std::net::IpAddr;

use super::glob::{Quantifier, Work, compare, pattern};
use super::{Clause, Condition, Document, Effect, Piece, Scope, Statement, Terms, Text};
use crate::value::{Known, Maybe, Unknown, Why};

use Quantifier::{AtLeastOne, Each};

/// Keys that tell who is asking, in lower case: a condition on a fixed value of one keeps others out. A condition on
/// any other key leaves the statement public.
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

/// The shortest prefixes of addresses that aren't taken for everyone's, of IPv4 and IPv6.
const MIN_PREFIX_V4: u8 = 8;
const MIN_PREFIX_V6: u8 = 32;

/// Whether policies let everyone in.
#[derive(Debug, Clone, PartialEq)]
pub enum Publicity<'a> {
    /// No statement does.
    Closed,
    /// A statement does, and no other can undo it.
    Public {
        /// The statement.
        statement: &'a Statement,
    },
    /// It can't be told.
    Unknown {
        /// Why.
        why: Why,
        /// The statement that leaves it open.
        statement: &'a Statement,
    },
}

/// Whether the statements of all documents together let everyone do something.
pub fn publicity<'a>(documents: &'a [Document], work: &Work) -> Publicity<'a> {
    let statements = || documents.iter().flat_map(|document| &document.statements);
    let denials: Vec<_> = statements().filter(|statement| may_keep_everyone_out(statement)).collect();
    let is_any_open = denials.iter().any(|denial| matches!(denial.terms, Unknown(_)));
    let weight = denials.iter().map(|denial| denial.weight()).sum();
    let mut doubt = Publicity::Closed;
    for statement in statements() {
        let opens = statement.terms.as_ref().and_then(|terms| match terms.let_everyone_in() {
            Known(true) => match work.charge(weight) {
                Ok(()) if is_any_open || terms.may_be_undone(&denials, work) => {
                    Unknown(Why::NotEvaluated { construct: "a denial beside a public statement".to_owned() })
                }
                Ok(()) => Known(true),
                Err(limit) => Unknown(Why::OverLimit { limit }),
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

impl Terms {
    fn let_everyone_in(&self) -> Maybe<bool> {
        let is_allowed = self.effect.value.as_ref().map(|effect| *effect == Some(Effect::Allow));
        let is_everyone = self.principal.applies(|principals| principals.everyone.clone());
        let is_valid = self.action.is_valid().and(self.resource.is_valid());
        is_allowed.and(is_everyone).and(is_valid).and(self.restrict().map(|restrict| !restrict))
    }

    /// Whether a condition keeps others out. One that isn't valid makes the statement allow nothing.
    fn restrict(&self) -> Maybe<bool> {
        self.conditions.value.as_ref().and_then(|conditions| match conditions {
            None => Known(true),
            Some(conditions) => conditions.iter().map(Condition::restricts).fold(Known(false), Maybe::or),
        })
    }

    /// Whether denials may take back all that this allows, each perhaps a part.
    fn may_be_undone(&self, denials: &[&Statement], work: &Work) -> bool {
        let clauses = |of: fn(&Terms) -> &Patterns| {
            let terms = denials.iter().filter_map(|denial| match &denial.terms {
                Known(terms) => Some(of(terms)),
                Unknown(_) => None,
            });
            terms.collect::<Vec<_>>()
        };
        may_cover(&clauses(|terms| &terms.action), &self.action, work)
            && may_cover(&clauses(|terms| &terms.resource), &self.resource, work)
    }
}

type Patterns = Clause<Option<Scope<Vec<Text>>>>;

impl Patterns {
    fn is_valid(&self) -> Maybe<bool> {
        self.value.as_ref().map(|scope| scope.is_some())
    }

    /// What is listed, unless it is an exception or isn't known.
    fn listed(&self) -> Option<&[Text]> {
        match &self.value {
            Known(Some(Scope { is_negated: false, listed })) => Some(listed),
            Known(None) => Some(&[]),
            Known(Some(Scope { is_negated: true, .. })) | Unknown(_) => None,
        }
    }
}

/// Whether a denial may be there that everyone can run into when asking as one should.
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

/// Whether all that is allowed may be denied. Two patterns may each deny a part.
fn may_cover(denied: &[&Patterns], allowed: &Patterns, work: &Work) -> bool {
    let denied: Option<Vec<&[Text]>> = denied.iter().map(|clause| clause.listed()).collect();
    let (Some(denied), Some(allowed)) = (denied, allowed.listed()) else { return true };
    let denied: Vec<Text> = denied.into_iter().flatten().map(Text::lowercase).collect();
    let is_covered = |allowed: &Text| {
        let allowed = allowed.lowercase();
        let may = |denied: &&Text, possible| {
            compare([(denied, pattern), (&allowed, pattern)], [Each, possible], || denied.why(), work) != Known(false)
        };
        denied.iter().filter(|denied| may(denied, AtLeastOne)).count() > 1
            || denied.iter().any(|denied| may(&denied, Each))
    };
    allowed.iter().all(is_covered)
}

impl Condition {
    /// Whether only requests over old or no TLS meet it.
    pub(super) fn is_of_insecure(&self) -> bool {
        let is_false = |value: &Text| value.known() == Some("false");
        match (self.key.to_ascii_lowercase().as_str(), self.operator.as_str()) {
            ("aws:securetransport", "Bool") => self.values.iter().all(is_false),
            ("s3:tlsversion", "NumericLessThan") => true,
            _ => false,
        }
    }

    /// Whether it keeps out whoever has none of its values, which are fixed.
    fn restricts(&self) -> Maybe<bool> {
        let key = self.key.to_ascii_lowercase();
        let Some(operator) = self.operator() else { return Unknown(self.foreign()) };
        if !RESTRICTING.contains(&key.as_str()) || !operator.is_positive() {
            return Known(false);
        }
        let is_narrow = |value: &Text| match key.as_str() {
            "aws:sourceip" => is_narrow_address(value),
            _ if value.has_variable() => Known(false),
            _ if operator.has_wildcards => is_narrow_pattern(&key, value),
            _ => Known(true),
        };
        match self.values.iter().map(is_narrow).fold(Known(true), Maybe::and) {
            Unknown(_) => Unknown(self.foreign()),
            known => known,
        }
    }
}

/// Whether a range of addresses is small enough for not being everyone's.
fn is_narrow_address(range: &Text) -> Maybe<bool> {
    let Some(text) = range.known() else { return Unknown(range.why()) };
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, prefix.parse::<u8>().ok()),
        None => (text, Some(u8::MAX)),
    };
    match (address.parse(), prefix) {
        (Ok(IpAddr::V4(_)), Some(prefix)) => Known(prefix >= MIN_PREFIX_V4),
        (Ok(IpAddr::V6(_)), Some(prefix)) => Known(prefix >= MIN_PREFIX_V6),
        (Ok(_), None) | (Err(_), _) => Unknown(Why::Unreadable),
    }
}

/// Whether a pattern says who it is: it has no wildcard, or fixes the account or the organization.
pub(super) fn is_narrow_pattern(key: &str, value: &Text) -> Maybe<bool> {
    let is_wild = |text: &str| text.contains(['*', '?']);
    let [Piece::Literal(text)] = value.pieces.as_slice() else { return Unknown(value.why()) };
    if !is_wild(text) {
        return Known(true);
    }
    let fixed = match key {
        "aws:principalorgpaths" | "aws:sourceorgpaths" => text.split('/').next().filter(|_| text.contains('/')),
        "aws:userid" => text.split(':').next().filter(|_| text.contains(':')),
        _ => text.split(':').nth(4),
    };
    Known(fixed.is_some_and(|fixed| !fixed.is_empty() && !is_wild(fixed)))
}

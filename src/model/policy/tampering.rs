//! Determines whether a bucket's policy lets another account delete or overwrite logs, or change their protection.
//!
//! Sources: the S3 user guide on actions and on access from other accounts; for the accounts of AWS, the Elastic Load
//! Balancing user guides and the data source `aws_cloudtrail_service_account`.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::assumption::{is_account, is_account_symbol, is_arn_of_resource};
use super::glob::{Quantifier, Work, compare, pattern};
use super::permission::any_action;
use super::public::is_narrow_pattern;
use super::{
    Condition, Effect, PartialText, PolicyDocument, Statement, StatementClause, StatementScope, StatementTerms,
    TextPiece,
};
use crate::value::{Known, Maybe, Reason, Unknown};

use Quantifier::{AtLeastOne, Each};

/// Actions on objects that delete or overwrite logs, or end their protection.
const ON_OBJECTS: [&str; 12] = [
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectRetention",
    "s3:PutObjectLegalHold",
    "s3:BypassGovernanceRetention",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersionTagging",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionTagging",
];

/// Actions on a bucket that change the protection of its objects.
const ON_BUCKET: [&str; 5] = [
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketVersioning",
    "s3:PutLifecycleConfiguration",
    "s3:PutBucketObjectLockConfiguration",
];

/// Condition keys for the organization, the account or the principal of a request, in lower case.
const OF_PRINCIPALS: [&str; 15] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

/// Accounts of AWS that older policies use for services: Elastic Load Balancing, then CloudTrail.
const OF_AWS: &str = "
    127311923021 033677994240 027434742980 797873946194 098369216593 754344448648 589379963580 718504428378
    383597477331 600734575887 114774131450 783225319266 582318560864 985666609251 054676820928 156460612806
    652711504416 635631232127 009996457667 897822967062 076674570225 507241528517 048591011584 190560391635
    638102146993 037604701340 216624486486 492519147666 765225791966 977081816279 903692715234 284668455005
    819402241893 193415116832 681348832753 035351147821 829690693026 669305197877 859597730677 282025262664
    262312530599 034638983726 814480443879 086441151436 475085895292 608710470296 388731089494 113285607260
";

/// The canonical user that S3 uses to deliver access logs.
const LOG_DELIVERY: &str = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0";

/// The length of a canonical user id, in hexadecimal digits.
const ID_LENGTH: usize = 64;

/// The cost of evaluating one action, in cells of a comparison.
const COST_OF_ACTION: usize = 32;

/// A statement that lets another account tamper with logs.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenGrant<'a> {
    pub statement: &'a Statement,
    pub action: &'static str,
    /// True for an action on the bucket, false for one on logs.
    pub is_on_bucket: bool,
    /// The principal that is allowed to do it.
    pub principal: OutsidePrincipal,
}

/// A principal outside of the bucket's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutsidePrincipal {
    Everybody,
    /// The account with this id.
    Account(String),
    /// The account with this canonical user id.
    CanonicalUser(String),
}

/// Returns the first statement that lets another account tamper with logs or with their protection, if there is one.
///
/// `bucket` contains the bucket's ARNs, and `folder` is the trail's key prefix with a slash. `is_shut` is true if
/// policies for everyone have no effect.
///
/// The account in statements for services is assumed to be the bucket's own one: the trail and its bucket are deployed
/// together. Any other literal account id is that of another account.
pub fn tampering<'a>(
    documents: &[&'a PolicyDocument],
    bucket: &[PartialText],
    folder: &PartialText,
    is_shut: &Maybe<bool>,
    work: &Rc<Work>,
) -> Maybe<Option<OpenGrant<'a>>> {
    let statements: Vec<&Statement> = documents.iter().flat_map(|document| &document.statements).collect();
    let folder = PartialText::exactly("/").then(folder);
    let logs = paths().into_iter().map(|path| {
        let path = folder.clone().then(&PartialText::exactly(&path));
        bucket.iter().map(|arn| arn.clone().then(&path)).collect()
    });
    let target = TamperTarget {
        logs: logs.collect(),
        bucket: vec![bucket.to_vec()],
        own: own_accounts(&statements),
        blocks_public_access: is_shut.clone(),
        work: Rc::clone(work),
    };
    let mut doubt = None;
    for statement in &statements {
        match target.opening(statement, &statements) {
            Known(Some(opening)) => return Known(Some(opening)),
            Known(None) => {}
            Unknown(why) => drop(doubt.get_or_insert(why)),
        }
    }
    doubt.map_or(Known(None), Unknown)
}

/// The names of one resource.
type ResourceNames = Vec<PartialText>;

/// The paths of logs as patterns, without `*`, which would match across folders. Region names have nine to fourteen
/// characters.
fn paths() -> Vec<String> {
    let (account, mut paths) = ("?".repeat(12), Vec::new());
    for region in (9..=14).map(|length| "?".repeat(length)) {
        for organization in ["", "o-??????????/"] {
            paths.push(format!(
                "AWSLogs/{organization}{account}/CloudTrail/{region}/????/??/??/\
                 {account}_CloudTrail_{region}_????????T????Z_????????????????.json.gz"
            ));
        }
    }
    paths
}

/// The resources with which statements are compared.
struct TamperTarget {
    /// The bucket's ARNs.
    bucket: Vec<ResourceNames>,
    /// The ARNs of the logs, for each form of path.
    logs: Vec<ResourceNames>,
    /// The accounts that the policies contain as the trail's own.
    own: BTreeSet<String>,
    blocks_public_access: Maybe<bool>,
    work: Rc<Work>,
}

impl TamperTarget {
    /// Returns the action that a statement allows another account, unless another statement denies it.
    fn opening<'a>(&self, statement: &'a Statement, all: &[&Statement]) -> Maybe<Option<OpenGrant<'a>>> {
        let terms = match &statement.terms {
            Known(terms) => terms,
            Unknown(why) => return Unknown(why.clone()),
        };
        if terms.effect.value.as_ref().map(|effect| *effect == Some(Effect::Allow)) == Known(false) {
            return Known(None);
        }
        // Most statements are for principals of the same account or for services, so this is checked before the
        // actions.
        let outsider = self.outsider(terms);
        if outsider == Known(None) {
            return Known(None);
        }
        let mut doubt = None;
        let actions =
            ON_OBJECTS.map(|action| (action, false)).into_iter().chain(ON_BUCKET.map(|action| (action, true)));
        for (action, is_on_bucket) in actions {
            if let Err(limit) = self.work.charge(COST_OF_ACTION) {
                return Unknown(Reason::OverLimit { limit });
            }
            let resources = if is_on_bucket { &self.bucket } else { &self.logs };
            let allows = self.covers(terms, action, resources, AtLeastOne);
            if allows == Known(false) {
                continue;
            }
            let who = match &outsider {
                Known(Some(who)) => who,
                Known(None) => return Known(None),
                Unknown(why) => return Unknown(why.clone()),
            };
            let denials = all.iter().map(|other| self.denies(other, action, resources, who));
            let is_denied = denials.fold(Known(false), Maybe::or);
            match allows.and(terms.is_of(Effect::Allow)).and(terms.is_unlimited()).and(is_denied.map(|is| !is)) {
                Known(true) => {
                    return Known(Some(OpenGrant { statement, action, is_on_bucket, principal: who.clone() }));
                }
                Known(false) => {}
                Unknown(why) => drop(doubt.get_or_insert(why)),
            }
        }
        doubt.map_or(Known(None), Unknown)
    }

    /// True if a statement is about an action on at least one or each of these resources.
    fn covers(
        &self,
        terms: &StatementTerms,
        action: &str,
        resources: &[ResourceNames],
        which: Quantifier,
    ) -> Maybe<bool> {
        let is_action = terms.action.applies(|patterns| any_action(patterns, action, &self.work));
        if is_action == Known(false) {
            return is_action;
        }
        let covered = resources.iter().map(|names| self.covers_one(terms, names, which));
        is_action.and(match which {
            AtLeastOne => covered.fold(Known(false), Maybe::or),
            Each => covered.fold(Known(true), Maybe::and),
        })
    }

    /// True if a statement is about at least one or each of the resources that match one pattern.
    fn covers_one(&self, terms: &StatementTerms, names: &ResourceNames, which: Quantifier) -> Maybe<bool> {
        // `NotResource` excludes a pattern's resources only if it covers all of them.
        let is_negated = matches!(&terms.resource.value, Known(Some(StatementScope { is_negated: true, .. })));
        let which = match (which, is_negated) {
            (Each, true) => AtLeastOne,
            (AtLeastOne, true) => Each,
            (which, false) => which,
        };
        terms.resource.applies(|patterns| {
            let answers: Vec<_> = names.iter().map(|name| self.is_matched(name, patterns, which)).collect();
            // All are names of the same resource, so any known answer is the answer.
            let known = [Known(true), Known(false)].into_iter().find(|known| answers.contains(known));
            known.or(answers.into_iter().next()).unwrap_or(Unknown(Reason::Unreadable))
        })
    }

    fn is_matched(&self, name: &PartialText, patterns: &[PartialText], which: Quantifier) -> Maybe<bool> {
        let answers = patterns.iter().map(|listed| {
            compare([(listed, pattern), (name, pattern)], [which; 2], || listed.clone().then(name).why(), &self.work)
        });
        answers.fold(Known(false), Maybe::or)
    }

    /// Returns the first principal of a statement outside of the bucket's account, regardless of conditions.
    fn outsider(&self, terms: &StatementTerms) -> Maybe<Option<OutsidePrincipal>> {
        let scope = match &terms.principal.value {
            Known(Some(scope)) => scope,
            Known(None) => return Known(None),
            Unknown(why) => return Unknown(why.clone()),
        };
        let everyone = if scope.is_negated { Known(true) } else { scope.listed.everyone.clone() };
        match everyone.and(self.blocks_public_access.clone().map(|is_shut| !is_shut)) {
            Known(true) => return Known(Some(OutsidePrincipal::Everybody)),
            Known(false) => {}
            Unknown(why) => return Unknown(why),
        }
        // The accounts that `NotPrincipal` lists are excluded.
        if scope.is_negated {
            return Known(None);
        }
        let mut doubt = None;
        for account in &scope.listed.accounts {
            match self.is_other(account) {
                Known(Some(account)) => return Known(Some(OutsidePrincipal::Account(account))),
                Known(None) => {}
                Unknown(why) => drop(doubt.get_or_insert(why)),
            }
        }
        for other in &scope.listed.others {
            match self.is_outside(other) {
                Known(Some(who)) => return Known(Some(who)),
                Known(None) => {}
                Unknown(why) => drop(doubt.get_or_insert(why)),
            }
        }
        doubt.map_or(Known(None), Unknown)
    }

    /// Returns the owner of a canonical user id or of an identity provider, if that is another account; unknown for a
    /// public provider such as `accounts.google.com`, which anyone may use.
    fn is_outside(&self, principal: &PartialText) -> Maybe<Option<OutsidePrincipal>> {
        match principal.pieces.as_slice() {
            [TextPiece::Literal(id)] if id == LOG_DELIVERY => Known(None),
            [TextPiece::Literal(id)] if is_id(id) => Known(Some(OutsidePrincipal::CanonicalUser(id.clone()))),
            [TextPiece::Unknown(symbol)] if is_canonical_user(symbol) || is_arn_of_resource(symbol) => Known(None),
            _ if principal.split(':').len() > 4 => {
                self.is_other(principal).map(|other| other.map(OutsidePrincipal::Account))
            }
            _ => Unknown(principal.why()),
        }
    }

    /// Returns the account of a principal, if it isn't the bucket's own.
    fn is_other(&self, principal: &PartialText) -> Maybe<Option<String>> {
        let parts = principal.split(':');
        let account = match parts.as_slice() {
            [whole] => whole,
            [_, _, _, _, account, ..] => account,
            _ => return Unknown(principal.why()),
        };
        match account.pieces.as_slice() {
            [TextPiece::Literal(account)] if !is_account(account) || OF_AWS.contains(account) => Known(None),
            [TextPiece::Literal(account)] if self.own.contains(account) => match self.own.len() {
                1 => Known(None),
                _ => Unknown(Reason::NotEvaluated {
                    construct: "the choice of the account that owns the bucket".to_owned(),
                }),
            },
            [TextPiece::Literal(account)] => Known(Some(account.clone())),
            [TextPiece::Unknown(symbol)] if is_account_symbol(symbol) || is_arn_of_resource(symbol) => Known(None),
            _ => Unknown(account.why()),
        }
    }

    /// True if a statement denies the principal an action on all of the resources.
    fn denies(
        &self,
        statement: &Statement,
        action: &str,
        resources: &[ResourceNames],
        who: &OutsidePrincipal,
    ) -> Maybe<bool> {
        let Known(terms) = &statement.terms else { return statement.terms.as_ref().map(|_| false) };
        let is_denial = terms.is_of(Effect::Deny);
        if is_denial == Known(false) || self.covers(terms, action, resources, AtLeastOne) == Known(false) {
            return Known(false);
        }
        let is_meant = terms.principal.applies(|principals| {
            let accounts = principals.accounts.iter().map(|listed| match (who, self.is_other(listed)) {
                (OutsidePrincipal::Account(account), Known(Some(other))) => Known(*account == other),
                (_, Known(_)) => Known(false),
                (_, Unknown(why)) => Unknown(why),
            });
            let others = principals.others.iter().map(|listed| match self.is_outside(listed) {
                Known(other) => Known(other.as_ref() == Some(who)),
                Unknown(why) => Unknown(why),
            });
            accounts.chain(others).fold(principals.everyone.clone(), Maybe::or)
        });
        is_denial.and(is_meant).and(self.covers(terms, action, resources, Each)).and(terms.denies_others())
    }
}

/// True for the ID of a canonical user.
fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl StatementTerms {
    /// True if the statement has this effect.
    fn is_of(&self, effect: Effect) -> Maybe<bool> {
        self.effect.value.as_ref().map(|own| *own == Some(effect))
    }

    /// True if no condition limits the principals. An invalid condition makes the statement allow nothing.
    fn is_unlimited(&self) -> Maybe<bool> {
        self.conditions.value.as_ref().and_then(|conditions| match conditions {
            None => Known(false),
            Some(conditions) => conditions
                .iter()
                .map(Condition::limits_principals)
                .fold(Known(false), Maybe::or)
                .map(|says_who| !says_who),
        })
    }

    /// True if the conditions of a denial hold for anyone outside of the account or the organization.
    fn denies_others(&self) -> Maybe<bool> {
        self.conditions.value.as_ref().and_then(|conditions| match conditions {
            None => Known(false),
            Some(conditions) => conditions.iter().map(Condition::is_met_by_others).fold(Known(true), Maybe::and),
        })
    }
}

impl Condition {
    /// True if the condition limits the principals.
    fn limits_principals(&self) -> Maybe<bool> {
        let Some(operator) = self.operator() else { return Unknown(self.unknown_reason()) };
        if !self.is_about_principals() || !operator.is_positive() {
            return Known(false);
        }
        let key = self.key.to_ascii_lowercase();
        let is_narrow =
            |value: &PartialText| if operator.has_wildcards { is_narrow_pattern(&key, value) } else { Known(true) };
        self.values.iter().map(is_narrow).fold(Known(true), Maybe::and)
    }

    /// True if the condition holds for all principals that it doesn't list.
    fn is_met_by_others(&self) -> Maybe<bool> {
        let Some(operator) = self.operator() else { return Unknown(self.unknown_reason()) };
        if self.is_of_insecure() {
            return Known(false);
        }
        if self.is_about_principals() && operator.is_negative { Known(true) } else { Unknown(self.unknown_reason()) }
    }

    fn is_about_principals(&self) -> bool {
        OF_PRINCIPALS.contains(&self.key.to_ascii_lowercase().as_str())
    }
}

/// True for the canonical user id of the current account, and for that of a CloudFront identity, which belongs to AWS.
fn is_canonical_user(symbol: &str) -> bool {
    const ENDS: [&str; 3] = [".S3CanonicalUserId", ".s3_canonical_user_id", ".cloudfront_access_identity_path"];
    symbol.contains("aws_canonical_user_id.") || ENDS.iter().any(|end| symbol.ends_with(end))
}

/// Returns the account ids in statements for services: in the paths of logs and in conditions on the source.
fn own_accounts(statements: &[&Statement]) -> BTreeSet<String> {
    let mut own = BTreeSet::new();
    for statement in statements {
        let Known(terms) = &statement.terms else { continue };
        let names_service = matches!(&terms.principal.value, Known(Some(scope)) if !scope.listed.services.is_empty());
        if !names_service {
            continue;
        }
        if let Known(Some(StatementScope { is_negated: false, listed })) = &terms.resource.value {
            let paths = listed.iter().flat_map(PartialText::literals).filter_map(|text| text.split_once("AWSLogs/"));
            own.extend(
                paths.flat_map(|(_, path)| path.split('/').take(2)).filter(|part| is_account(part)).map(str::to_owned),
            );
        }
        let StatementClause { value: Known(Some(conditions)), .. } = &terms.conditions else { continue };
        for condition in conditions {
            let accounts = condition.values.iter().filter_map(PartialText::known).filter_map(|value| {
                match condition.key.to_ascii_lowercase().as_str() {
                    "aws:sourceaccount" => Some(value),
                    "aws:sourcearn" => value.split(':').nth(4),
                    _ => None,
                }
            });
            own.extend(accounts.filter(|account| is_account(account)).map(str::to_owned));
        }
    }
    own
}

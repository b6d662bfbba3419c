//! Assumes concrete values for the account, the organization and the Region of a trail, which code seldom contains.
//!
//! An account in a policy is assumed to be the trail's own one: `AWSLogs/111122223333/*` is the path of that account,
//! and so is `AWSLogs/${var.account}/*`. A policy allows a request if it does so under one of the assumptions that its
//! texts suggest. All values of an assumption are concrete, so patterns are compared with known texts.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::condition::ConditionOperator;
use super::request::CONTEXT_ARN;
use super::{
    Condition, Effect, PartialText, PolicyDocument, Statement, StatementClause, StatementScope, TextPiece, Work,
};
use crate::model::region;
use crate::value::{Known, Unknown};

/// The limit on the number of assumptions.
const MAX_ASSUMPTIONS: usize = 256;

/// The limit on the number of Regions in the policies, beyond which there are no assumptions. No partition has as many
/// Regions.
const MAX_REGIONS: usize = 64;

/// The limit on the number of open symbols: each is tried as an account and as an organization. Further ones stay
/// unknown.
const MAX_OPEN: usize = 3;

/// Partitions that have few Regions, so that a policy may cover all of them with one pattern; by the prefix of their
/// Region names.
const SMALL_PARTITIONS: [(&str, [&str; 2]); 2] =
    [("us-gov-", ["us-gov-east-1", "us-gov-west-1"]), ("cn-", ["cn-north-1", "cn-northwest-1"])];

/// The trail as the sender of requests.
#[derive(Debug, Clone, PartialEq)]
pub struct Sender {
    pub name: PartialText,
    /// The symbols of references to the trail's ARN.
    pub arns: Vec<String>,
    /// The trail's home Region, if it is known.
    pub region: Option<String>,
    /// False only if the trail is certain to be the trail of one account.
    pub may_be_of_organization: bool,
    /// The comparisons so far.
    pub work: Rc<Work>,
}

/// Assumed values for everything that the requests of a trail depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumption {
    /// The trail's account.
    pub account: String,
    /// The trail's organization.
    pub organization: String,
    /// The trail's home Region.
    pub region: String,
    /// Another account of the organization.
    pub member: String,
    /// Another Region.
    pub other_region: String,
    /// The Regions in the policies.
    pub regions: Rc<BTreeSet<String>>,
    /// The accounts in the policies.
    pub accounts: Rc<BTreeSet<String>>,
    name: PartialText,
    symbols: HashMap<String, PartialText>,
    pub(super) work: Rc<Work>,
}

/// The kind of value that a symbol has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SymbolRole {
    Account,
    Organization,
    Region,
    Name,
    /// The ARN of the trail.
    Trail,
    /// The ARN of another resource.
    Other,
    /// Either the account or the organization.
    Owner,
}

/// The values and symbols in the policies.
#[derive(Debug, Default)]
struct NamedTexts {
    accounts: BTreeSet<String>,
    organizations: BTreeSet<String>,
    /// The Regions in trail ARNs.
    homes: BTreeSet<String>,
    /// The Regions in object paths.
    regions: BTreeSet<String>,
    roles: HashMap<String, SymbolRole>,
    /// The symbols of an account or an organization, in source order.
    open: Vec<String>,
}

/// Returns the assumptions that policies suggest, those with values from the policies first; the bool is true if the
/// list is complete.
pub fn assumptions(documents: &[&PolicyDocument], sender: &Sender) -> (Vec<Assumption>, bool) {
    let mut named = NamedTexts::default();
    for statement in documents.iter().flat_map(|document| &document.statements) {
        named.read(statement, sender);
    }
    if named.regions.len() > MAX_REGIONS {
        return (Vec::new(), false);
    }
    let accounts = values(&named.accounts, |number| format!("{}", 100_000_000_000_u64.saturating_add(number)));
    let organizations = values(&named.organizations, |number| format!("o-zq{number:08}"));
    let homes = match &sender.region {
        Some(region) => vec![region.clone()],
        None => values(&named.homes.union(&named.regions).cloned().collect(), |number| format!("xx-home-{number}")),
    };
    let owners = named.owners(sender);
    let shared = [&named.regions, &named.accounts].map(|names| Rc::new(names.clone()));
    let mut all = Vec::new();
    for account in &accounts {
        for organization in &organizations {
            for region in &homes {
                for owners in &owners {
                    if all.len() == MAX_ASSUMPTIONS {
                        return (all, false);
                    }
                    all.push(named.assume(sender, [account, organization, region], owners, &shared));
                }
            }
        }
    }
    (all, true)
}

/// Returns the values from the policies, and a fresh one that isn't in them.
fn values(named: &BTreeSet<String>, fresh: impl Fn(u64) -> String) -> Vec<String> {
    let fresh = (1..).map(fresh).find(|value| !named.contains(value));
    named.iter().cloned().chain(fresh).collect()
}

impl NamedTexts {
    /// Returns each combination of roles for the open symbols: account or organization.
    fn owners(&self, sender: &Sender) -> Vec<Vec<SymbolRole>> {
        let mut ways = vec![Vec::new()];
        for _ in self.open.iter().take(MAX_OPEN) {
            let roles: &[SymbolRole] = if sender.may_be_of_organization {
                &[SymbolRole::Account, SymbolRole::Organization]
            } else {
                &[SymbolRole::Account]
            };
            ways = ways.iter().flat_map(|way| roles.iter().map(|role| [way.as_slice(), &[*role]].concat())).collect();
        }
        ways
    }

    fn assume(
        &self,
        sender: &Sender,
        [account, organization, region]: [&String; 3],
        owners: &[SymbolRole],
        [regions, accounts]: &[Rc<BTreeSet<String>>; 2],
    ) -> Assumption {
        let mut fresh = (1..).map(|number: u64| format!("{}", 200_000_000_000_u64.saturating_add(number)));
        let member = fresh.find(|value| !self.accounts.contains(value)).unwrap_or_default();
        let elsewhere = (1..).map(|number| format!("xx-elsewhere-{number}")).find(|name| !self.regions.contains(name));
        let mut assumption = Assumption {
            account: account.clone(),
            organization: organization.clone(),
            region: region.clone(),
            member,
            other_region: elsewhere.unwrap_or_default(),
            regions: Rc::clone(regions),
            accounts: Rc::clone(accounts),
            name: PartialText::default(),
            symbols: HashMap::new(),
            work: Rc::clone(&sender.work),
        };
        let roles = self.roles.iter().map(|(symbol, role)| (symbol, *role));
        let roles: Vec<_> = roles
            .filter(|(_, role)| *role != SymbolRole::Owner)
            .chain(self.open.iter().zip(owners.iter().copied()))
            .collect();
        for (symbol, role) in roles.iter().filter(|(_, role)| is_early(*role)) {
            assumption.bind(symbol, *role);
        }
        assumption.name = assumption.bound(&sender.name);
        for (symbol, role) in roles.iter().filter(|(_, role)| !is_early(*role)) {
            assumption.bind(symbol, *role);
        }
        for symbol in &sender.arns {
            assumption.bind(symbol, SymbolRole::Trail);
        }
        assumption
    }

    fn read(&mut self, statement: &Statement, sender: &Sender) {
        let Known(terms) = &statement.terms else { return };
        let effect = match &terms.effect.value {
            Known(Some(effect)) => Some(*effect),
            Known(None) | Unknown(_) => None,
        };
        let (patterns, is_negated) = match &terms.resource.value {
            Known(Some(StatementScope { is_negated, listed })) => (listed.as_slice(), *is_negated),
            Known(None) | Unknown(_) => (&[][..], false),
        };
        let means_it = effect == Some(if is_negated { Effect::Deny } else { Effect::Allow });
        for pattern in patterns {
            self.read_text(pattern);
            self.read_path(pattern, means_it);
        }
        if let StatementClause { value: Known(Some(conditions)), .. } = &terms.conditions {
            for condition in conditions {
                self.read_condition(condition, effect, sender);
            }
        }
    }

    /// Collects the accounts, organizations and symbols in a text whose kind is evident without context.
    fn read_text(&mut self, text: &PartialText) {
        for piece in &text.pieces {
            match piece {
                TextPiece::Literal(literal) => {
                    let words = literal.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '?' | '*'));
                    for word in words {
                        self.accounts.extend(accounts_in(word));
                        self.organizations.extend(Some(word).filter(|word| is_organization(word)).map(str::to_owned));
                    }
                }
                TextPiece::Unknown(symbol) => {
                    if let Some(role) = role_by_name(symbol) {
                        self.roles.insert(symbol.clone(), role);
                    }
                }
            }
        }
    }

    /// Collects the owner of the logs and the Regions in an object path.
    fn read_path(&mut self, pattern: &PartialText, means_it: bool) {
        for segment in pattern.literals().flat_map(|literal| literal.split('/')) {
            self.regions.extend(Some(segment).filter(|segment| region::is_name(segment)).map(str::to_owned));
            // The pattern may match all Regions of a partition with few Regions.
            let few = SMALL_PARTITIONS.iter().filter(|(start, _)| segment.contains('*') && segment.starts_with(start));
            self.regions.extend(few.flat_map(|(_, regions)| *regions).map(|region| (*region).to_owned()));
        }
        let mut before = "";
        for (at, piece) in pattern.pieces.iter().enumerate() {
            let after = at.checked_add(1).and_then(|next| pattern.pieces.get(next));
            let is_segment = match after {
                None => true,
                Some(TextPiece::Literal(text)) => text.starts_with('/'),
                Some(TextPiece::Unknown(_)) => false,
            };
            match piece {
                TextPiece::Literal(text) => before = text,
                TextPiece::Unknown(symbol) if before.ends_with("AWSLogs/") && is_segment && means_it => {
                    if !self.roles.contains_key(symbol) {
                        self.roles.insert(symbol.clone(), SymbolRole::Owner);
                        self.open.push(symbol.clone());
                    }
                    before = "";
                }
                TextPiece::Unknown(_) => before = "",
            }
        }
    }

    fn read_condition(&mut self, condition: &Condition, effect: Option<Effect>, sender: &Sender) {
        let key = condition.key.to_ascii_lowercase();
        let is_negative = ConditionOperator::parse(&condition.operator).is_some_and(|operator| operator.is_negative);
        let means_it = effect == Some(if is_negative { Effect::Deny } else { Effect::Allow });
        for value in &condition.values {
            self.read_text(value);
            match key.as_str() {
                "aws:sourceaccount" if means_it => self.assign_role(value, SymbolRole::Account),
                "aws:sourceorgid" if means_it => self.assign_role(value, SymbolRole::Organization),
                "aws:sourcearn" | CONTEXT_ARN => self.read_arn(value, means_it, sender),
                _ => {}
            }
        }
    }

    /// Collects the values in the fields of a trail ARN.
    fn read_arn(&mut self, arn: &PartialText, means_it: bool, sender: &Sender) {
        if let [TextPiece::Unknown(symbol)] = arn.pieces.as_slice() {
            if sender.arns.contains(symbol) {
                return;
            }
            match is_arn_of_resource(symbol) {
                true => drop(self.roles.insert(symbol.clone(), SymbolRole::Other)),
                false if means_it => self.assign_role(arn, SymbolRole::Trail),
                false => {}
            }
            return;
        }
        let fields = arn.split(':');
        if let Some(home) = fields.get(3) {
            self.homes.extend(home.known().filter(|home| !home.is_empty() && *home != "*").map(concrete_region));
        }
        let [Some(home), Some(account), Some(trail)] = [3, 4, 5].map(|at| fields.get(at)) else { return };
        if means_it {
            self.assign_role(home, SymbolRole::Region);
            self.assign_role(account, SymbolRole::Account);
            if let [TextPiece::Literal(start), TextPiece::Unknown(symbol)] = trail.pieces.as_slice()
                && start == "trail/"
                && !matches!(sender.name.pieces.as_slice(), [TextPiece::Unknown(own)] if own == symbol)
            {
                self.roles.entry(symbol.clone()).or_insert(SymbolRole::Name);
            }
        }
    }

    /// Assigns a role to a text that consists of one symbol, if the symbol has no role or an open one.
    fn assign_role(&mut self, text: &PartialText, role: SymbolRole) {
        let [TextPiece::Unknown(symbol)] = text.pieces.as_slice() else { return };
        match self.roles.get(symbol) {
            Some(SymbolRole::Owner) => self.open.retain(|open| open != symbol),
            Some(_) => return,
            None => {}
        }
        self.roles.insert(symbol.clone(), role);
    }
}

/// True for the roles that are bound first, because the name of the trail may contain their symbols.
fn is_early(role: SymbolRole) -> bool {
    matches!(role, SymbolRole::Account | SymbolRole::Organization | SymbolRole::Region)
}

impl Assumption {
    /// The trail's ARN.
    pub(super) fn trail(&self) -> PartialText {
        PartialText::exactly(&format!("arn:aws:cloudtrail:{}:{}:trail/", self.region, self.account)).then(&self.name)
    }

    fn bind(&mut self, symbol: &str, role: SymbolRole) {
        let value = match role {
            SymbolRole::Account => PartialText::exactly(&self.account),
            SymbolRole::Organization => PartialText::exactly(&self.organization),
            SymbolRole::Region => PartialText::exactly(&self.region),
            SymbolRole::Name => self.name.clone(),
            SymbolRole::Trail => self.trail(),
            SymbolRole::Other => PartialText::exactly("arn:aws:other:::resource"),
            SymbolRole::Owner => return,
        };
        self.symbols.insert(symbol.to_owned(), value);
    }

    /// Returns the text with symbols replaced by their assumed values.
    pub(super) fn bound(&self, text: &PartialText) -> PartialText {
        let mut bound = PartialText::default();
        for piece in &text.pieces {
            bound = match piece {
                TextPiece::Unknown(symbol) if self.symbols.contains_key(symbol) => match self.symbols.get(symbol) {
                    Some(value) => bound.then(value),
                    None => bound,
                },
                piece => bound.then(&PartialText { pieces: vec![piece.clone()], unknown_reason: None }),
            };
        }
        let is_open = bound.pieces.iter().any(|piece| matches!(piece, TextPiece::Unknown(_)));
        bound.unknown_reason =
            if is_open { bound.unknown_reason.or_else(|| text.unknown_reason.clone()) } else { None };
        bound
    }

    /// Returns the documents with symbols replaced by their assumed values.
    pub fn apply(&self, documents: &[&PolicyDocument]) -> Vec<PolicyDocument> {
        documents.iter().map(|document| document.with_texts(|text| self.bound(text))).collect()
    }
}

/// The role that is evident from a symbol's name.
fn role_by_name(symbol: &str) -> Option<SymbolRole> {
    let variable = symbol.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if let Some(variable) = variable {
        return match variable.to_ascii_lowercase().as_str() {
            "aws:sourceaccount" => Some(SymbolRole::Account),
            "aws:sourceorgid" => Some(SymbolRole::Organization),
            "aws:sourcearn" => Some(SymbolRole::Trail),
            _ => None,
        };
    }
    let attribute = symbol.rsplit('.').next().unwrap_or_default();
    match attribute {
        "AWS::AccountId" => Some(SymbolRole::Account),
        "AWS::Region" => Some(SymbolRole::Region),
        "account_id" | "id" if is_of(symbol, "data.aws_caller_identity.") => Some(SymbolRole::Account),
        "name" | "region" | "id" if is_of(symbol, "data.aws_region.") => Some(SymbolRole::Region),
        "id" if is_of(symbol, "data.aws_organizations_organization.")
            || is_of(symbol, "aws_organizations_organization.") =>
        {
            Some(SymbolRole::Organization)
        }
        _ => None,
    }
}

fn is_of(symbol: &str, kind: &str) -> bool {
    symbol.starts_with(kind) || symbol.contains(&format!(".{kind}"))
}

/// True for a symbol of the account in which the code is deployed.
pub(super) fn is_account_symbol(symbol: &str) -> bool {
    role_by_name(symbol) == Some(SymbolRole::Account)
}

/// The number of digits in an account id.
const DIGITS: usize = 12;

/// True for an account id.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for a reference to the ARN of a declared resource: `aws_kms_key.x.arn`, `!GetAtt Key.Arn`.
pub(super) fn is_arn_of_resource(symbol: &str) -> bool {
    let is_attribute = symbol.contains("!GetAtt ") && symbol.ends_with(".Arn") && !symbol.contains(".Outputs.");
    is_attribute || super::read::is_arn_of_resource(symbol)
}

/// Returns the account ids in a word: those with twelve digits, and an example for a pattern with digits.
fn accounts_in(word: &str) -> Vec<String> {
    let numbers = word.split(|c: char| !c.is_ascii_digit());
    let mut found: Vec<String> = numbers.filter(|part| is_account(part)).map(str::to_owned).collect();
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    if has_digit && word.contains(['*', '?']) && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'*' | b'?')) {
        let digits = word.replace('?', "0");
        let zeros = DIGITS.saturating_sub(digits.replace('*', "").len());
        let filled = digits.replacen('*', &"0".repeat(zeros), 1).replace('*', "");
        found.extend(Some(filled).filter(|account| account.len() == DIGITS));
    }
    found
}

/// True for an organization id: `o-` and 10 to 32 lower-case letters and digits.
fn is_organization(word: &str) -> bool {
    let id = word.strip_prefix("o-").unwrap_or_default();
    (10..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Returns an example of a Region name that a pattern matches.
fn concrete_region(pattern: &str) -> String {
    pattern.replace('*', "x").replace('?', "1")
}

//! Combines the documents of all files: the accounts, their trails, and what belongs to each trail.
//!
//! The ARN of a trail names the account that owns it, which may differ from the account that was queried: a member of an
//! organization sees the organization's trail. So accounts are determined for each file, and trails by their ARN.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents::{DeniedCall, Documents};
use super::paths::{EvidencePath, TrailArn, is_account};
use super::recognition::{Recognized, TrailList, recognize, text_of};
use super::state::State;
use crate::source::{FileId, Span};
use crate::syntax::Problem;
use crate::syntax::node::Node;

/// The most trails of a run.
pub(super) const MAX_TRAILS: usize = 10_000;

/// The most accounts of a run.
pub(super) const MAX_ACCOUNTS: usize = 1_000;

/// The most documents of a file.
pub(super) const MAX_DOCUMENTS: usize = 10_000;

/// The accounts and trails of a run.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) files: Vec<EvidenceFile>,
    pub(super) trails: Vec<LiveTrail>,
    pub(super) accounts: Vec<Account>,
}

/// The active accounts of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedAccounts {
    /// The number of active accounts.
    pub expected: usize,
    /// The numbers of those without evidence.
    pub missing: Vec<String>,
}

/// A file of documents.
#[derive(Debug)]
pub(super) struct EvidenceFile {
    pub(super) id: FileId,
    pub(super) path: EvidencePath,
    pub(super) problems: Vec<Problem>,
    /// The states, each with its number in the file.
    pub(super) states: Vec<(usize, State)>,
    facts: Vec<Recognized>,
    denied: Vec<DeniedCall>,
}

/// A trail with all documents about it.
#[derive(Debug, Default)]
pub(super) struct LiveTrail {
    /// The ARN; `None` for a description without one.
    pub(super) arn: Option<String>,
    pub(super) name: String,
    /// The descriptions; those of `list-trails` contain only names.
    pub(super) descriptions: Vec<Description>,
    /// The statuses, each with the index of its file.
    pub(super) statuses: Vec<(usize, Arc<Node>)>,
    pub(super) selectors: Vec<Arc<Node>>,
    pub(super) denied: Vec<DeniedCall>,
}

/// A description of a trail.
#[derive(Debug)]
pub(super) struct Description {
    pub(super) file: usize,
    pub(super) node: Arc<Node>,
    /// True if it has all fields that are set.
    pub(super) is_full: bool,
}

/// An account that was queried.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) key: AccountKey,
    /// The partition, such as `aws`.
    pub(super) partition: String,
    /// The location that represents it.
    pub(super) header: Span,
    /// The trails that its lists and documents contain.
    pub(super) trails: Vec<usize>,
    /// The reason why the list of trails isn't complete, and its location; `None` if it is complete.
    pub(super) gap: Option<(Span, ListGap)>,
    /// Documents that are about no described trail.
    pub(super) unmatched: Vec<Span>,
    /// The files that are about it.
    pub(super) files: BTreeSet<usize>,
}

/// The reason why the list of an account's trails may be incomplete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ListGap {
    /// `describe-trails` was denied, with this error.
    Denied(String),
    /// A page is missing.
    Cut,
    /// Only `list-trails` or `get-trail` was run, or neither.
    NotDescribed,
}

/// The identity of an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AccountKey {
    Number(String),
    /// The directory of files about an account whose number is unknown.
    Directory(PathBuf),
}

/// The identity of a trail: its ARN, or the directory and the name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum TrailKey {
    Arn(String),
    Name(PathBuf, String),
}

/// A document that is about a trail and doesn't name it.
#[derive(Debug, Clone)]
struct Unnamed {
    file: usize,
    span: Span,
    content: UnnamedContent,
}

#[derive(Debug, Clone)]
enum UnnamedContent {
    Status(Arc<Node>),
    Selectors(Arc<Node>),
    Denied(DeniedCall),
}

/// The trails of candidates by their names.
type NamesOfCandidates = BTreeMap<Candidates, BTreeMap<String, Vec<usize>>>;

/// The trails that a document may be about: those of an account, or those described in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Candidates {
    Account(AccountKey),
    Directory(PathBuf),
    None(PathBuf),
}

impl EvidenceFile {
    pub(super) fn new(id: FileId, path: EvidencePath, documents: Documents) -> Self {
        let mut facts: Vec<Recognized> =
            documents.documents.iter().flat_map(|(_, document)| recognize(document)).collect();
        let Documents { mut problems, mut denied, states, .. } = documents;
        let last = facts.get(MAX_DOCUMENTS.saturating_sub(1)).and_then(Recognized::span);
        if let Some(span) = last.filter(|_| facts.len() > MAX_DOCUMENTS) {
            facts.truncate(MAX_DOCUMENTS);
            let span = Span { start: span.end.saturating_sub(1), ..span };
            problems.push(Problem::limit(span, format!("the file has more than {MAX_DOCUMENTS} documents")));
        }
        denied.truncate(MAX_DOCUMENTS);
        Self { id, path, problems, states, facts, denied }
    }

    /// The account that a caller identity in this file names for the documents at a position.
    fn identity_at(&self, position: u32) -> Option<(&str, Option<&str>)> {
        let mut identities = self.identities().peekable();
        let first = identities.peek().map(|(node, ..)| node.span.start);
        let before = identities.take_while(|(node, ..)| node.span.start <= position || Some(node.span.start) == first);
        before.last().map(|(_, account, partition)| (account, partition))
    }

    /// The caller identities, each with its account and partition.
    fn identities(&self) -> impl Iterator<Item = (&Arc<Node>, &str, Option<&str>)> {
        self.facts.iter().filter_map(|fact| match fact {
            Recognized::Identity(node) => {
                let account = text_of(node, "Account").filter(|account| is_account(account))?;
                let partition = text_of(node, "Arn").and_then(|arn| arn.split(':').nth(1));
                Some((node, account, partition))
            }
            _ => None,
        })
    }

    /// The descriptions of trails, each with true if it is a full one.
    fn descriptions(&self) -> impl Iterator<Item = (&Arc<Node>, bool)> {
        self.facts.iter().flat_map(|fact| match fact {
            Recognized::Described(list) => list.trails.iter().map(|trail| (trail, true)).collect(),
            Recognized::Listed(list) => list.trails.iter().map(|trail| (trail, false)).collect(),
            Recognized::Trail(trail) => vec![(trail, true)],
            Recognized::Status(_)
            | Recognized::Selectors(_)
            | Recognized::Identity(_)
            | Recognized::Accounts(_)
            | Recognized::Ignored => Vec::new(),
        })
    }

    fn trail_key(&self, trail: &Node) -> TrailKey {
        match text_of(trail, "TrailARN").filter(|arn| !arn.is_empty()) {
            Some(arn) => TrailKey::Arn(arn.to_owned()),
            None => {
                let name = text_of(trail, "Name").unwrap_or_default().to_owned();
                TrailKey::Name(self.path.directory().to_owned(), name)
            }
        }
    }
}

impl Survey {
    /// The numbers of the organization's active accounts, if the evidence lists them, and of those without evidence.
    pub(super) fn expected_accounts(&self) -> Option<ExpectedAccounts> {
        let mut active = BTreeSet::new();
        for fact in self.files.iter().flat_map(|file| &file.facts) {
            let Recognized::Accounts(accounts) = fact else { continue };
            let is_active = |account: &&Arc<Node>| text_of(account, "Status").is_none_or(|status| status == "ACTIVE");
            active.extend(accounts.iter().filter(is_active).filter_map(|account| text_of(account, "Id")));
        }
        let known: BTreeSet<&str> = self.accounts.iter().filter_map(Account::number).collect();
        let missing = active.iter().filter(|id| !known.contains(**id)).map(|id| (*id).to_owned()).collect();
        (!active.is_empty()).then_some(ExpectedAccounts { expected: active.len(), missing })
    }

    pub(super) fn new(files: Vec<EvidenceFile>) -> Self {
        let mut surveyor = Surveyor::new(files);
        surveyor.add_descriptions();
        surveyor.add_lists();
        let mut unnamed = surveyor.add_selectors();
        unnamed.extend(surveyor.statuses());
        surveyor.pair(unnamed);
        surveyor.add_broken();
        surveyor.finish()
    }
}

/// The state of building a [`Survey`].
#[derive(Default)]
struct Surveyor {
    survey: Survey,
    by_key: BTreeMap<TrailKey, usize>,
    accounts: BTreeMap<AccountKey, AccountParts>,
    /// The caller identities in the files of each directory.
    identities: BTreeMap<PathBuf, BTreeSet<(String, Option<String>)>>,
    /// The owners of the trails that each file describes, except for organization trails.
    owners: Vec<BTreeSet<String>>,
    /// The trails that files in or below each directory describe.
    described: BTreeMap<PathBuf, BTreeSet<usize>>,
}

/// The parts of an [`Account`] that were found so far.
#[derive(Default)]
struct AccountParts {
    partition: Option<String>,
    trails: BTreeSet<usize>,
    complete_lists: Vec<Span>,
    gaps: Vec<(Span, ListGap)>,
    others: Vec<Span>,
    unmatched: Vec<Span>,
    files: BTreeSet<usize>,
}

impl AccountParts {
    /// The location that represents the account.
    fn first(&self) -> Option<Span> {
        let gap = self.gaps.first().map(|(span, _)| span);
        self.complete_lists.first().or(gap).or(self.others.first()).copied()
    }
}

impl Surveyor {
    fn new(files: Vec<EvidenceFile>) -> Self {
        let mut surveyor = Self::default();
        for file in &files {
            let own =
                file.identities().map(|(_, account, partition)| (account.to_owned(), partition.map(str::to_owned)));
            let own: Vec<_> = own.collect();
            if !own.is_empty() {
                surveyor.identities.entry(file.path.directory().to_owned()).or_default().extend(own);
            }
            let described = file.descriptions().filter(|(trail, _)| !is_of_organization(trail));
            let arns = described.filter_map(|(trail, _)| TrailArn::parse(text_of(trail, "TrailARN")?));
            surveyor.owners.push(arns.map(|arn| arn.account.to_owned()).collect());
        }
        surveyor.survey.files = files;
        surveyor
    }

    /// The account that a file names, for the documents at a position: that of a caller identity, or that in its path.
    fn named_account(&self, file: usize, position: u32) -> Option<(String, Option<String>)> {
        let own = self.survey.files.get(file)?;
        let owned = |(account, partition): (&str, Option<&str>)| (account.to_owned(), partition.map(str::to_owned));
        if let Some(identity) = own.identity_at(position) {
            return Some(owned(identity));
        }
        for directory in own.path.directories() {
            let Some(identities) = self.identities.get(directory) else { continue };
            match (identities.first(), identities.len()) {
                (Some(only), 1) => return Some(only.clone()),
                _ => break,
            }
        }
        own.path.account().map(|account| (account, None))
    }

    fn account(&mut self, key: AccountKey, partition: Option<&str>, file: usize) -> &mut AccountParts {
        let parts = self.accounts.entry(key).or_default();
        if parts.partition.is_none() {
            parts.partition = partition.map(str::to_owned);
        }
        parts.files.insert(file);
        parts
    }

    /// The accounts to which a description belongs.
    fn accounts_of_description(&self, file: usize, trail: &Node) -> Vec<(AccountKey, Option<String>)> {
        let arn = text_of(trail, "TrailARN").and_then(TrailArn::parse);
        let own_partition = arn.map(|arn| arn.partition.to_owned());
        if let Some((account, partition)) = self.named_account(file, trail.span.start) {
            return vec![(AccountKey::Number(account), partition.or(own_partition))];
        }
        let Some(own) = self.survey.files.get(file) else { return Vec::new() };
        let none = BTreeSet::new();
        let own_accounts = self.owners.get(file).unwrap_or(&none);
        match arn {
            Some(arn) if !is_of_organization(trail) => {
                vec![(AccountKey::Number(arn.account.to_owned()), own_partition)]
            }
            Some(_) if !own_accounts.is_empty() => own_accounts
                .iter()
                .map(|account| (AccountKey::Number(account.clone()), own_partition.clone()))
                .collect(),
            Some(arn) => vec![(AccountKey::Number(arn.account.to_owned()), own_partition)],
            None => match own_accounts.first() {
                Some(only) if own_accounts.len() == 1 => vec![(AccountKey::Number(only.clone()), None)],
                _ => vec![(AccountKey::Directory(own.path.directory().to_owned()), None)],
            },
        }
    }

    /// Returns the trail with this key, which is new if there is none; `None` if there are too many trails.
    fn trail(&mut self, key: TrailKey) -> Option<usize> {
        if let Some(known) = self.by_key.get(&key) {
            return Some(*known);
        }
        let index = self.survey.trails.len();
        if index >= MAX_TRAILS {
            return None;
        }
        let trail = match &key {
            TrailKey::Arn(arn) => LiveTrail {
                name: arn.rsplit('/').next().unwrap_or(arn).to_owned(),
                arn: Some(arn.clone()),
                ..LiveTrail::default()
            },
            TrailKey::Name(_, name) => LiveTrail { name: name.clone(), ..LiveTrail::default() },
        };
        self.survey.trails.push(trail);
        self.by_key.insert(key, index);
        Some(index)
    }

    fn add_descriptions(&mut self) {
        for file in 0..self.survey.files.len() {
            let Some(own) = self.survey.files.get(file) else { continue };
            let descriptions: Vec<(Arc<Node>, bool, TrailKey)> =
                own.descriptions().map(|(trail, is_full)| (Arc::clone(trail), is_full, own.trail_key(trail))).collect();
            for (node, is_full, key) in descriptions {
                let accounts = self.accounts_of_description(file, &node);
                let Some(index) = self.trail(key) else {
                    self.report_limit(file, &node, "trails", MAX_TRAILS);
                    break;
                };
                for (account, partition) in accounts {
                    let parts = self.account(account, partition.as_deref(), file);
                    parts.trails.insert(index);
                    parts.others.push(node.span);
                }
                if let Some(trail) = self.survey.trails.get_mut(index) {
                    if let Some(name) = text_of(&node, "Name").filter(|name| !name.is_empty()) {
                        trail.name = name.to_owned();
                    }
                    trail.descriptions.push(Description { file, node, is_full });
                }
                let directories = self.survey.files.get(file).into_iter().flat_map(|own| own.path.directories());
                for directory in directories.map(Path::to_owned).collect::<Vec<_>>() {
                    self.described.entry(directory).or_default().insert(index);
                }
            }
        }
    }

    fn report_limit(&mut self, file: usize, node: &Node, what: &str, limit: usize) {
        if let Some(own) = self.survey.files.get_mut(file) {
            let span = Span { end: node.span.start.saturating_add(1), ..node.span };
            own.problems.push(Problem::limit(span, format!("the evidence has more than {limit} {what}")));
        }
    }

    /// Records for each account if the list of its trails is complete.
    fn add_lists(&mut self) {
        for file in 0..self.survey.files.len() {
            let Some(own) = self.survey.files.get(file) else { continue };
            let mut lists: Vec<(Span, Vec<Arc<Node>>, Option<ListGap>)> = Vec::new();
            for fact in &own.facts {
                match fact {
                    Recognized::Described(TrailList { list, trails, is_cut }) => {
                        lists.push((list.span, trails.clone(), is_cut.then_some(ListGap::Cut)));
                    }
                    Recognized::Listed(TrailList { list, trails, .. }) => {
                        lists.push((list.span, trails.clone(), Some(ListGap::NotDescribed)));
                    }
                    Recognized::Trail(trail) => {
                        lists.push((trail.span, vec![Arc::clone(trail)], Some(ListGap::NotDescribed)));
                    }
                    Recognized::Status(_)
                    | Recognized::Accounts(_)
                    | Recognized::Selectors(_)
                    | Recognized::Identity(_)
                    | Recognized::Ignored => {}
                }
            }
            for denied in own.denied.iter().filter(|denied| denied.operation == "DescribeTrails") {
                lists.push((denied.span, Vec::new(), Some(ListGap::Denied(denied.error.clone()))));
            }
            for (span, trails, gap) in lists {
                for (account, partition) in self.accounts_of_list(file, span, &trails) {
                    let parts = self.account(account, partition.as_deref(), file);
                    match &gap {
                        Some(gap) => parts.gaps.push((span, gap.clone())),
                        None => parts.complete_lists.push(span),
                    }
                }
            }
        }
    }

    /// The accounts to which a list of trails belongs.
    fn accounts_of_list(&self, file: usize, span: Span, trails: &[Arc<Node>]) -> Vec<(AccountKey, Option<String>)> {
        if let Some((account, partition)) = self.named_account(file, span.start) {
            return vec![(AccountKey::Number(account), partition)];
        }
        let mut accounts: Vec<(AccountKey, Option<String>)> = Vec::new();
        for trail in trails {
            for account in self.accounts_of_description(file, trail) {
                if !accounts.iter().any(|(key, _)| *key == account.0) {
                    accounts.push(account);
                }
            }
        }
        if accounts.is_empty() {
            accounts.extend(self.directory_of(file).map(|directory| (directory, None)));
        }
        accounts
    }

    fn directory_of(&self, file: usize) -> Option<AccountKey> {
        let own = self.survey.files.get(file)?;
        Some(AccountKey::Directory(own.path.directory().to_owned()))
    }

    /// Adds selectors to the trails that they name. Returns those that name none.
    fn add_selectors(&mut self) -> Vec<Unnamed> {
        let mut unnamed = Vec::new();
        for file in 0..self.survey.files.len() {
            let Some(own) = self.survey.files.get(file) else { continue };
            let selectors: Vec<Arc<Node>> = own
                .facts
                .iter()
                .filter_map(|fact| match fact {
                    Recognized::Selectors(node) => Some(Arc::clone(node)),
                    _ => None,
                })
                .collect();
            for node in selectors {
                let Some(arn) = text_of(&node, "TrailARN").filter(|arn| !arn.is_empty()).map(str::to_owned) else {
                    unnamed.push(Unnamed { file, span: node.span, content: UnnamedContent::Selectors(node) });
                    continue;
                };
                let is_known = self.by_key.contains_key(&TrailKey::Arn(arn.clone()));
                let Some(index) = self.trail(TrailKey::Arn(arn.clone())) else {
                    self.report_limit(file, &node, "trails", MAX_TRAILS);
                    continue;
                };
                let arn = TrailArn::parse(&arn);
                let named = self.named_account(file, node.span.start).map(|(account, _)| AccountKey::Number(account));
                let owner = arn.map(|arn| AccountKey::Number(arn.account.to_owned()));
                if let Some(account) = named.or(owner).or_else(|| self.directory_of(file)).filter(|_| !is_known) {
                    let parts = self.account(account, arn.map(|arn| arn.partition), file);
                    parts.trails.insert(index);
                    parts.others.push(node.span);
                }
                if let Some(trail) = self.survey.trails.get_mut(index) {
                    trail.selectors.push(node);
                }
            }
        }
        unnamed
    }

    /// Adds the statuses whose file shows the trail. Returns the other statuses, and denied calls.
    fn statuses(&mut self) -> Vec<Unnamed> {
        let mut unnamed = Vec::new();
        for file in 0..self.survey.files.len() {
            let Some(own) = self.survey.files.get(file) else { continue };
            let keys = trails_of_statuses(own);
            let statuses = own.facts.iter().filter_map(|fact| match fact {
                Recognized::Status(node) => Some(Arc::clone(node)),
                _ => None,
            });
            let statuses: Vec<(usize, Arc<Node>)> = statuses.enumerate().collect();
            for denied in own.denied.clone() {
                if denied.operation != "DescribeTrails" {
                    unnamed.push(Unnamed { file, span: denied.span, content: UnnamedContent::Denied(denied) });
                }
            }
            for (number, node) in statuses {
                let index = keys.get(number).and_then(|key| self.by_key.get(key));
                match index.and_then(|index| self.survey.trails.get_mut(*index)) {
                    Some(trail) => trail.statuses.push((file, node)),
                    None => unnamed.push(Unnamed { file, span: node.span, content: UnnamedContent::Status(node) }),
                }
            }
        }
        unnamed
    }

    /// Pairs documents that name no trail with those of their account, by their path or because there is only one.
    fn pair(&mut self, unnamed: Vec<Unnamed>) {
        let mut left: BTreeMap<Candidates, Vec<Unnamed>> = BTreeMap::new();
        // The documents of a file that are about the same account have the same candidates.
        let mut known: BTreeMap<(usize, Option<String>), (Candidates, Option<usize>)> = BTreeMap::new();
        let mut names = NamesOfCandidates::new();
        for document in unnamed {
            let account = self.named_account(document.file, document.span.start).map(|(account, _)| account);
            let (candidates, named) = known.entry((document.file, account)).or_insert_with(|| {
                let candidates = self.candidates(&document);
                if !names.contains_key(&candidates) {
                    names.insert(candidates.clone(), self.by_name(&candidates));
                }
                let named = names.get(&candidates).and_then(|names| self.named_in_path(&document, names));
                (candidates, named)
            });
            match *named {
                Some(index) => give(&mut self.survey.trails, index, document),
                None => left.entry(candidates.clone()).or_default().push(document),
            }
        }
        for (candidates, documents) in left {
            for kind in 0..3 {
                let alike: Vec<&Unnamed> = documents.iter().filter(|document| document.kind() == kind).collect();
                let Some(first) = alike.first() else { continue };
                let trails = self.trails_of(&self.candidates(first));
                let is_free = |index: &usize| {
                    let trail = self.survey.trails.get(*index);
                    trail.is_some_and(|trail| match kind {
                        0 => trail.statuses.is_empty(),
                        _ => true,
                    })
                };
                match trails.as_slice() {
                    [only] if alike.len() == 1 && is_free(only) || kind == 2 => {
                        alike.into_iter().for_each(|document| give(&mut self.survey.trails, *only, document.clone()));
                    }
                    _ => alike.into_iter().for_each(|document| self.leave(&candidates, document)),
                }
            }
        }
    }

    /// The account or the directory in which the trail of a document is.
    fn candidates(&self, document: &Unnamed) -> Candidates {
        let Some(own) = self.survey.files.get(document.file) else { return Candidates::None(PathBuf::new()) };
        if let Some((account, _)) = self.named_account(document.file, document.span.start) {
            return Candidates::Account(AccountKey::Number(account));
        }
        let described = own.path.directories().find(|directory| self.described.contains_key(*directory));
        match described {
            Some(directory) => Candidates::Directory(directory.to_owned()),
            None => Candidates::None(own.path.directory().to_owned()),
        }
    }

    fn trails_of(&self, candidates: &Candidates) -> Vec<usize> {
        let trails = match candidates {
            Candidates::Account(key) => self.accounts.get(key).map(|parts| &parts.trails),
            Candidates::Directory(directory) => self.described.get(directory),
            Candidates::None(_) => None,
        };
        trails.into_iter().flatten().copied().collect()
    }

    fn by_name(&self, candidates: &Candidates) -> BTreeMap<String, Vec<usize>> {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for index in self.trails_of(candidates) {
            let Some(trail) = self.survey.trails.get(index) else { continue };
            by_name.entry(trail.name.clone()).or_default().push(index);
        }
        by_name
    }

    /// The trail whose name is in the path of a document.
    fn named_in_path(&self, document: &Unnamed, by_name: &BTreeMap<String, Vec<usize>>) -> Option<usize> {
        let path = &self.survey.files.get(document.file)?.path;
        let words = path.words();
        let named: Vec<(&String, &Vec<usize>)> = words.iter().filter_map(|word| by_name.get_key_value(word)).collect();
        let longest = named.iter().map(|(name, _)| name.len()).max()?;
        let longest = named.iter().filter(|(name, _)| name.len() == longest).flat_map(|(_, trails)| *trails);
        let of_name: Vec<(usize, &LiveTrail)> =
            longest.filter_map(|index| Some((*index, self.survey.trails.get(*index)?))).collect();
        let of_name: Vec<&(usize, &LiveTrail)> = of_name.iter().collect();
        let only = |trails: &[&(usize, &LiveTrail)]| match trails {
            [(index, _)] => Some(*index),
            _ => None,
        };
        only(&of_name).or_else(|| {
            let is_precise = |trail: &LiveTrail| {
                let arn = trail.arn.as_deref().and_then(TrailArn::parse);
                arn.is_some_and(|arn| path.names(arn.region) || path.names(&format!("{}@{}", trail.name, arn.account)))
            };
            let precise: Vec<&(usize, &LiveTrail)> =
                of_name.iter().copied().filter(|(_, trail)| is_precise(trail)).collect();
            only(&precise)
        })
    }

    /// Records a document that is about no described trail.
    fn leave(&mut self, candidates: &Candidates, document: &Unnamed) {
        let key = match candidates {
            Candidates::Account(key) => key.clone(),
            Candidates::Directory(directory) => self.account_below(directory, document.file),
            Candidates::None(directory) => AccountKey::Directory(directory.clone()),
        };
        let parts = self.account(key, None, document.file);
        parts.others.push(document.span);
        if !matches!(document.content, UnnamedContent::Denied(_)) {
            parts.unmatched.push(document.span);
        }
    }

    /// Adds the files that can't be parsed and in which nothing was recognized.
    fn add_broken(&mut self) {
        for file in 0..self.survey.files.len() {
            let Some(own) = self.survey.files.get(file) else { continue };
            let Some(problem) = own.problems.first().filter(|_| own.facts.is_empty() && own.states.is_empty()) else {
                continue;
            };
            let (span, directory) = (problem.span, own.path.directory().to_owned());
            let key = match self.named_account(file, span.start) {
                Some((account, _)) => AccountKey::Number(account),
                None => self.account_below(&directory, file),
            };
            self.account(key, None, file).others.push(span);
        }
    }

    /// The only account with descriptions below a directory, else the directory of a file.
    fn account_below(&self, directory: &Path, file: usize) -> AccountKey {
        let is_below = |parts: &AccountParts| {
            let mut files = parts.files.iter().filter_map(|file| self.survey.files.get(*file));
            files.any(|file| file.path.path.starts_with(directory))
        };
        let mut below = self.accounts.iter().filter(|(_, parts)| is_below(parts));
        match (below.next(), below.next()) {
            (Some((only, _)), None) => only.clone(),
            _ => self.directory_of(file).unwrap_or_else(|| AccountKey::Directory(directory.to_owned())),
        }
    }

    fn finish(mut self) -> Survey {
        if self.accounts.len() > MAX_ACCOUNTS {
            let more = self.accounts.values().nth(MAX_ACCOUNTS);
            let first = more.and_then(|parts| Some((*parts.files.first()?, parts.first()?)));
            if let Some((file, span)) = first
                && let Some(own) = self.survey.files.get_mut(file)
            {
                let span = Span { end: span.start.saturating_add(1), ..span };
                own.problems.push(Problem::limit(span, format!("the evidence has more than {MAX_ACCOUNTS} accounts")));
            }
        }
        for (key, parts) in self.accounts.into_iter().take(MAX_ACCOUNTS) {
            let Some(header) = parts.first() else { continue };
            let gap = parts.gaps.first().cloned();
            let is_complete = !parts.complete_lists.is_empty();
            self.survey.accounts.push(Account {
                key,
                partition: parts.partition.unwrap_or_else(|| "aws".to_owned()),
                header,
                trails: parts.trails.into_iter().collect(),
                gap: (!is_complete).then(|| gap.unwrap_or((header, ListGap::NotDescribed))),
                unmatched: parts.unmatched,
                files: parts.files,
            });
        }
        self.survey
    }
}

/// Adds a document to its trail.
fn give(trails: &mut [LiveTrail], index: usize, document: Unnamed) {
    let Some(trail) = trails.get_mut(index) else { return };
    match document.content {
        UnnamedContent::Status(node) => trail.statuses.push((document.file, node)),
        UnnamedContent::Selectors(node) => trail.selectors.push(node),
        UnnamedContent::Denied(denied) => trail.denied.push(denied),
    }
}

impl Unnamed {
    fn kind(&self) -> usize {
        match self.content {
            UnnamedContent::Status(_) => 0,
            UnnamedContent::Selectors(_) => 1,
            UnnamedContent::Denied(_) => 2,
        }
    }
}

/// The trails of a file's statuses, in their order: those of the selectors with which they alternate, or the only trail
/// that the file is about.
fn trails_of_statuses(file: &EvidenceFile) -> Vec<TrailKey> {
    let order: Vec<Option<TrailKey>> = file
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Recognized::Status(_) => Some(None),
            Recognized::Selectors(node) => Some(Some(file.trail_key(node))),
            _ => None,
        })
        .collect();
    let statuses = order.iter().filter(|key| key.is_none()).count();
    let selectors: Vec<TrailKey> = order.iter().flatten().cloned().collect();
    let alternates = order.iter().zip(order.iter().skip(1)).all(|(one, next)| one.is_none() != next.is_none());
    if statuses > 0 && statuses == selectors.len() && alternates {
        return selectors;
    }
    let described: BTreeSet<TrailKey> =
        file.descriptions().map(|(trail, _)| file.trail_key(trail)).chain(selectors).collect();
    match described.into_iter().collect::<Vec<_>>().as_slice() {
        [only] => vec![only.clone(); statuses],
        _ => Vec::new(),
    }
}

/// True for the description of an organization trail.
pub(super) fn is_of_organization(trail: &Node) -> bool {
    let entry = trail.as_mapping().and_then(|trail| trail.get("IsOrganizationTrail"));
    entry.and_then(|entry| super::recognition::boolean(&entry.value)) == Some(true)
}

impl Account {
    /// The name of its deployment. `directory` is the name of a directory in reports.
    pub(super) fn root(&self, directory: impl Fn(&Path) -> String) -> String {
        match &self.key {
            AccountKey::Number(number) => format!("{}:{number}", self.partition),
            AccountKey::Directory(path) => directory(path),
        }
    }

    /// The number, if it is known.
    pub(super) fn number(&self) -> Option<&str> {
        match &self.key {
            AccountKey::Number(number) => Some(number),
            AccountKey::Directory(_) => None,
        }
    }
}

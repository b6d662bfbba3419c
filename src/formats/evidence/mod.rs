//! Evidence: the saved output of AWS CLI commands, from which the deployed trails of accounts are evaluated.
//!
//! Files are used only if the user names them, or the directory that contains them. Each account is a deployment, and
//! each of its trails a resource of the type `cloudtrail-trail`. trailint runs none of the commands.
//!
//! Source: the service model of CloudTrail in botocore, `cloudtrail/2013-11-01/service-2.json`.

mod deployed;
mod documents;
mod json_parts;
mod options;
mod paths;
mod pointer;
mod recognition;
mod state;
mod survey;
mod trail;
mod values;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

use super::{CandidateFile, Context, InputFormat, LinkedFile, Links, LoadedProject, Project, Relevance};
use crate::model::{HIDDEN_SELECTORS, Resource, SearchSubject, TrailHint, UnreadPart, shell_quoted};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::Problem;
use crate::value::{Budget, Field, Unknown, World};
use documents::Documents;
use paths::EvidencePath;
use recognition::{Recognized, recognize};
use state::{State, StateGap, StateResource};
use survey::{Account, EvidenceFile, ListGap, Survey};
use trail::TrailReader;

pub use options::EvidenceArgs;
pub use pointer::Pointers;
pub use survey::ExpectedAccounts;
pub use trail::TrailDocuments;

/// The format for the output of the AWS CLI.
#[derive(Debug)]
pub struct Evidence;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountId {
    /// The partition, such as `aws`.
    pub partition: String,
    pub id: String,
}

/// Keys and words of which each recognized document has at least one.
static WORDS: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
    const WORDS: [&str; 17] = [
        "trailList",
        "TrailARN",
        "Trails",
        "Trail",
        "IsLogging",
        "EventSelectors",
        "UserId",
        "ResourceTagList",
        "InsightSelectors",
        "InsightsDestination",
        "Regions",
        "An error occurred (",
        "Accounts",
        "format_version",
        "lineage",
        "serial",
        "encrypted_data",
    ];
    WORDS.iter().map(Finder::new).collect()
});

/// The relevance of a text as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Relevant,
    /// Only the identities of accounts, which are used together with other documents.
    Identity,
    /// Only outputs without information about trails.
    Ignored,
    None,
}

impl Content {
    fn of(text: &[u8]) -> Self {
        if !WORDS.iter().any(|word| word.find(text).is_some()) {
            return Content::None;
        }
        let sources = Sources::new(PathBuf::new());
        let id = sources.add(Path::new("evidence"), text.to_vec());
        let documents = Documents::read(id, &sources.file(id));
        let facts: Vec<Recognized> = documents.documents.iter().flat_map(|(_, document)| recognize(document)).collect();
        let is_context = |fact: &Recognized| matches!(fact, Recognized::Identity(_) | Recognized::Accounts(_));
        let is_relevant = |fact: &Recognized| !matches!(fact, Recognized::Ignored) && !is_context(fact);
        if !documents.denied.is_empty() || !documents.states.is_empty() || facts.iter().any(is_relevant) {
            return Content::Relevant;
        }
        // A text that can't be parsed may contain anything.
        if documents.problems.iter().any(|problem| problem.kind.loses_text()) && begins_like_output(text) {
            return Content::Relevant;
        }
        match facts.iter().any(is_context) {
            true => Content::Identity,
            false if facts.is_empty() => Content::None,
            false => Content::Ignored,
        }
    }
}

/// True if a text that can't be parsed begins like the output of one of the commands.
fn begins_like_output(text: &[u8]) -> bool {
    const KEYS: [&str; 6] = ["trailList", "Trails", "Trail", "IsLogging", "TrailARN", "EventSelectors"];
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text).trim_ascii_start();
    let rest = text.strip_prefix(b"{").or_else(|| text.strip_prefix(b"[")).unwrap_or(text).trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    KEYS.iter().any(|key| rest.starts_with(key.as_bytes()))
}

impl InputFormat for Evidence {
    fn name(&self) -> &'static str {
        super::ACCOUNT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &[]
    }

    fn reads(&self, _file_name: &str) -> bool {
        false
    }

    fn is_only_named(&self) -> bool {
        true
    }

    fn recognizes(&self, text: &[u8]) -> bool {
        matches!(Content::of(text), Content::Relevant | Content::Identity)
    }

    fn ignores(&self, text: &[u8]) -> bool {
        matches!(Content::of(text), Content::Identity | Content::Ignored)
    }

    fn without_secrets(&self, text: Vec<u8>) -> Vec<u8> {
        state::without_secrets(text)
    }

    fn relevance(&self, _bytes: &[u8]) -> Relevance {
        Relevance::None
    }

    fn links(&self, _kept: CandidateFile, _context: Context<'_>) -> Links {
        Links::default()
    }

    fn projects(&self, linked: &[LinkedFile], context: Context<'_>) -> Vec<Box<dyn Project>> {
        if linked.is_empty() {
            return Vec::new();
        }
        let files = linked.iter().map(|linked| read(linked.candidate.file, context)).collect();
        let survey = Arc::new(Survey::new(files));
        let accounts = 0..survey.accounts.len();
        let of_account = |index| AccountProject::new(Arc::clone(&survey), index, context.sources);
        let accounts = accounts.filter_map(of_account).map(|project| Box::new(project) as Box<dyn Project>);
        let states = StateProject::all(&survey, context.sources).into_iter();
        accounts.chain(states.map(|project| Box::new(project) as Box<dyn Project>)).collect()
    }
}

fn read(id: FileId, context: Context<'_>) -> EvidenceFile {
    let file = context.sources.file(id);
    let roots = context.options.evidence.iter().filter(|root| file.path.starts_with(root) && **root != file.path);
    let root = roots.max_by_key(|root| root.components().count()).map_or(file.directory(), PathBuf::as_path);
    let path = EvidencePath { path: file.path.clone(), root: root.to_owned() };
    EvidenceFile::new(id, path, Documents::read(id, &file))
}

/// An account with its trails.
struct AccountProject {
    survey: Arc<Survey>,
    index: usize,
    root: String,
}

impl AccountProject {
    fn new(survey: Arc<Survey>, index: usize, sources: &Sources) -> Option<Self> {
        let root = survey.accounts.get(index)?.root(|directory| sources.name(directory));
        Some(Self { survey, index, root })
    }
}

impl Project for AccountProject {
    fn root(&self) -> String {
        self.root.clone()
    }

    fn declares_trail(&self, _context: Context<'_>) -> bool {
        true
    }

    fn place_of(&self, file: &SourceFile) -> PathBuf {
        file.path.clone()
    }

    fn open<'a>(&'a self, context: Context<'a>, _: &Rc<Budget>) -> Box<dyn LoadedProject + 'a> {
        // The deployment depends on all files, since any of them may be about one of its trails.
        self.survey.files.iter().for_each(|file| drop(context.sources.file(file.id)));
        let account = self.survey.accounts.get(self.index).expect("a project has the index of its account");
        Box::new(LoadedAccount::new(&self.survey, account, &self.root, self.index == 0))
    }
}

/// A state.
struct StateProject {
    survey: Arc<Survey>,
    file: usize,
    index: usize,
    root: String,
    /// True if no account reports the problems of the files.
    is_first: bool,
}

impl StateProject {
    fn all(survey: &Arc<Survey>, sources: &Sources) -> Vec<Self> {
        let mut projects = Vec::new();
        for (file, own) in survey.files.iter().enumerate() {
            let name = &sources.file(own.id).name;
            for (index, (number, _)) in own.states.iter().enumerate() {
                let root = if *number == 1 { name.clone() } else { format!("{name}#{number}") };
                let is_first = survey.accounts.is_empty() && projects.is_empty();
                projects.push(Self { survey: Arc::clone(survey), file, index, root, is_first });
            }
        }
        projects
    }
}

impl Project for StateProject {
    fn root(&self) -> String {
        self.root.clone()
    }

    fn format(&self) -> Option<&'static str> {
        Some(super::STATE)
    }

    fn is_output(&self) -> bool {
        true
    }

    fn declares_trail(&self, _context: Context<'_>) -> bool {
        true
    }

    fn place_of(&self, file: &SourceFile) -> PathBuf {
        file.path.clone()
    }

    fn open<'a>(&'a self, context: Context<'a>, _: &Rc<Budget>) -> Box<dyn LoadedProject + 'a> {
        self.survey.files.iter().for_each(|file| drop(context.sources.file(file.id)));
        let states = self.survey.files.get(self.file).map(|file| file.states.as_slice()).unwrap_or_default();
        let (_, state) = states.get(self.index).expect("a project has the index of its state");
        let mut problems = state.problems.clone();
        if self.is_first {
            problems.extend(self.survey.files.iter().flat_map(|file| file.problems.iter().cloned()));
        }
        let selectors = known_selectors(&self.survey);
        let resources = deployed::resources(&state.resources, &selectors);
        Box::new(LoadedState { state, root: &self.root, problems, selectors, resources })
    }
}

/// The selectors of the trails that accounts show, by ARN.
fn known_selectors(survey: &Survey) -> HashMap<String, Vec<Field>> {
    let mut known = HashMap::new();
    for account in &survey.accounts {
        for trail in account.trails.iter().filter_map(|index| survey.trails.get(*index)) {
            let Some(arn) = trail.arn.clone().filter(|arn| !known.contains_key(arn)) else { continue };
            let reader = TrailReader { survey, account, trail };
            let (header, mut selectors) = reader.known_selectors();
            if selectors.iter().any(|field| matches!(field.value.value, Unknown(_))) {
                continue;
            }
            if selectors.is_empty() {
                selectors.push(deployed::no_selectors(header));
            }
            known.insert(arn, selectors);
        }
    }
    known
}

struct LoadedState<'a> {
    state: &'a State,
    root: &'a str,
    problems: Vec<Problem>,
    /// The selectors that accounts show, by ARN.
    selectors: HashMap<String, Vec<Field>>,
    resources: Vec<(SearchSubject, Resource)>,
}

impl LoadedState<'_> {
    fn instance(&self, address: &str) -> Option<&StateResource> {
        self.state.resources.iter().find(|own| own.address == address)
    }
}

impl LoadedProject for LoadedState<'_> {
    fn header(&self) -> Option<Span> {
        Some(self.state.header)
    }

    fn sites(&self, subject: SearchSubject) -> usize {
        self.resources.iter().filter(|(own, _)| *own == subject).count()
    }

    fn resources(&self, subject: SearchSubject, site: usize, _: &World) -> Vec<Resource> {
        let mut resources = self.resources.iter().filter(|(own, _)| *own == subject);
        resources.nth(site).map(|(_, resource)| resource.clone()).into_iter().collect()
    }

    fn unread_parts(&self, subject: SearchSubject) -> Vec<UnreadPart> {
        let (SearchSubject::Trails, Some(gap)) = (subject, self.state.gap) else { return Vec::new() };
        let (reason, help) = match gap {
            StateGap::OneResource => (
                "this is the output for one resource, so there may be other trails",
                "pass the output of `terraform show -json` instead",
            ),
            StateGap::Encrypted => ("this state is encrypted", "pass the output of `tofu show -json` instead"),
            StateGap::Version => (
                "this version of Terraform's state isn't supported",
                "pass the output of `terraform show -json` instead",
            ),
        };
        vec![UnreadPart {
            header: self.state.header,
            description: format!("the state `{}`", self.root),
            reason: reason.to_owned(),
            help: help.to_owned(),
            hint: Some(TrailHint::Content),
            limit: None,
            missing: None,
        }]
    }

    fn problems(&self) -> Vec<Problem> {
        self.problems.clone()
    }

    fn documents(&self, address: &str) -> Option<TrailDocuments> {
        let instance = self.instance(address)?;
        let selectors = instance.text("arn").and_then(|arn| self.selectors.get(arn));
        let selectors = selectors.and_then(|fields| Some(fields.first()?.value.origin.span()));
        Some(TrailDocuments { description: Some(instance.attributes.span), status: None, selectors })
    }

    fn arn(&self, address: &str) -> Option<String> {
        self.instance(address)?.text("arn").map(str::to_owned)
    }

    fn correction(&self, address: &str, attribute: &str) -> Option<String> {
        let instance = self.instance(address).filter(|own| deployed::may_hide_selectors(own))?;
        let arn = instance.text("arn")?;
        (attribute == HIDDEN_SELECTORS).then(|| {
            let arn = shell_quoted(arn);
            format!("run `aws cloudtrail get-event-selectors --trail-name {arn}`, and add its output with `--evidence`")
        })
    }
}

struct LoadedAccount<'a> {
    survey: &'a Survey,
    account: &'a Account,
    root: &'a str,
    /// True for one account, which reports the problems of all files.
    is_first: bool,
    by_address: HashMap<String, usize>,
}

impl<'a> LoadedAccount<'a> {
    fn new(survey: &'a Survey, account: &'a Account, root: &'a str, is_first: bool) -> Self {
        let mut loaded = Self { survey, account, root, is_first, by_address: HashMap::new() };
        let readers = (0..account.trails.len()).filter_map(|index| Some((loaded.reader(index)?.address(), index)));
        loaded.by_address = readers.collect();
        loaded
    }

    fn reader(&self, index: usize) -> Option<TrailReader<'a>> {
        let trail = self.survey.trails.get(*self.account.trails.get(index)?)?;
        Some(TrailReader { survey: self.survey, account: self.account, trail })
    }

    fn reader_of(&self, address: &str) -> Option<TrailReader<'a>> {
        self.reader(*self.by_address.get(address)?)
    }
}

impl LoadedProject for LoadedAccount<'_> {
    fn header(&self) -> Option<Span> {
        Some(self.account.header)
    }

    fn sites(&self, _: SearchSubject) -> usize {
        self.account.trails.len()
    }

    fn resources(&self, subject: SearchSubject, site: usize, _: &World) -> Vec<Resource> {
        self.reader(site).and_then(|reader| reader.resource(subject)).into_iter().collect()
    }

    fn unread_parts(&self, subject: SearchSubject) -> Vec<UnreadPart> {
        let (SearchSubject::Trails, Some((span, gap))) = (subject, &self.account.gap) else { return Vec::new() };
        let reason = match gap {
            ListGap::Denied(error) => format!("`describe-trails` was denied ({error}), so there may be other trails"),
            ListGap::Cut => "a page of this list is missing, so there may be other trails".to_owned(),
            ListGap::NotDescribed => "there is no output of `describe-trails`, so there may be other trails".to_owned(),
        };
        let help = match gap {
            ListGap::Denied(_) => {
                "run `aws cloudtrail describe-trails` with the permission `cloudtrail:DescribeTrails`"
            }
            ListGap::Cut | ListGap::NotDescribed => "add the output of `aws cloudtrail describe-trails`",
        };
        vec![UnreadPart {
            header: *span,
            description: format!("the list of trails of `{}`", self.root),
            reason,
            help: help.to_owned(),
            hint: Some(TrailHint::Content),
            limit: None,
            missing: None,
        }]
    }

    fn problems(&self) -> Vec<Problem> {
        if !self.is_first {
            return Vec::new();
        }
        self.survey.files.iter().flat_map(|file| file.problems.iter().cloned()).collect()
    }

    fn is_audited(&self) -> bool {
        true
    }

    fn expected_accounts(&self) -> Option<ExpectedAccounts> {
        self.survey.expected_accounts().filter(|_| self.is_first)
    }

    fn account(&self) -> Option<AccountId> {
        let id = self.account.number()?.to_owned();
        Some(AccountId { partition: self.account.partition.clone(), id })
    }

    fn subject(&self, address: &str) -> Option<String> {
        Some(self.reader_of(address)?.subject())
    }

    fn documents(&self, address: &str) -> Option<TrailDocuments> {
        Some(self.reader_of(address)?.documents())
    }

    fn correction(&self, address: &str, attribute: &str) -> Option<String> {
        self.reader_of(address)?.correction(attribute)
    }

    fn unmatched_documents(&self) -> Vec<Span> {
        self.account.unmatched.clone()
    }
}

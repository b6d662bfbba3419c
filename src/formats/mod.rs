//! The input formats: Terraform, Terraform plans, CloudFormation and evidence, which don't depend on each other.
//!
//! A [`InputFormat`] determines which files it reads, which of them are relevant, and which of those belong together. It
//! turns them into [`Project`]s; a project evaluates to [`Resource`]s in a [`World`]. To add a format, add a folder
//! here, a line in [`FORMATS`], and a spelling in each of `testdata/equivalent`.

mod called_code;
pub mod cloudformation;
mod embedded;
pub mod evidence;
pub mod landing_zone_accelerator;
mod option_reader;
mod options;
pub mod plan;
pub mod terraform;
mod values_files;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

pub use called_code::{BaseFiles, CalledCode};
pub use embedded::{EmbeddedStack, Insertion, StackArgument, StackEvaluator, stack_evaluator};
pub use evidence::{AccountId, ExpectedAccounts, Pointers, TrailDocuments};
pub use option_reader::{OptionError, OptionReader, Variables};
pub use options::{FormatArgs, Options, ParameterPolicy, ValueFiles};
pub use plan::{InstanceKey, Plan, PlannedTrail};
use terraform::{PolicyDocument, region_from_environment};
pub use values_files::ValuesCache;

use crate::model::{MovedBlock, Resolution, Resource, SearchSubject, TriedValue, UnknownValues, UnreadPart, dialects};
use crate::source::{FileId, Fs, SourceFile, Sources, Span, has_escaped};
use crate::syntax::Problem;
use crate::syntax::node::Tree;
use crate::value::{Budget, Reason, Traced, World};

/// All formats. A file belongs to the first one that reads its name and finds its text relevant.
pub static FORMATS: &[&dyn InputFormat] = &[
    &terraform::Terraform,
    &plan::TerraformPlan,
    // Its files have names of templates.
    &landing_zone_accelerator::LandingZoneAccelerator,
    &cloudformation::CloudFormation,
    &evidence::Evidence,
];

/// The name of the format of accounts in reports.
pub const ACCOUNT: &str = "aws-account";

/// The name of the format of Terraform states in reports.
pub const STATE: &str = "terraform-state";

/// The languages of the formats, in messages about other files.
pub const LANGUAGES: &str = "Terraform or CloudFormation";

/// The reason why a file in another language isn't read, worded to follow the file's name.
pub const NEITHER: &str = "mentions a trail but is neither Terraform nor CloudFormation";

/// The type names of trails in all formats.
static TRAILS: LazyLock<Vec<Finder<'static>>> =
    LazyLock::new(|| dialects::DIALECTS.iter().map(|dialect| Finder::new(dialect.kind)).collect());

/// True if a text contains the type of a trail, including in escaped form.
pub fn mentions_trail(text: &[u8]) -> bool {
    has_escaped(text, |text| TRAILS.iter().any(|trail| trail.find(text).is_some()))
}

/// True if a text contains the key of the output of `describe-trails`.
pub fn lists_trails(text: &[u8]) -> bool {
    static KEY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"trailList\""));
    KEY.find(text).is_some()
}

/// A language, or a family of languages, that declares trails.
pub trait InputFormat: Sync {
    /// The format's name in reports.
    fn name(&self) -> &'static str;

    /// The extensions of the names of its files.
    fn extensions(&self) -> &'static [&'static str];

    /// True if files of this name are in this format.
    fn reads(&self, file_name: &str) -> bool;

    /// True if a file of this name is relevant whatever its text is, because it deploys other code.
    fn is_deployment_file(&self, _file_name: &str) -> bool {
        false
    }

    /// True if the program that deploys works without a file of this name, so that a broken link isn't an error.
    fn is_optional_file(&self, _file_name: &str) -> bool {
        false
    }

    /// True if the files of a directory make up one program, so that none of them can be evaluated without the others.
    fn takes_directories(&self) -> bool {
        false
    }

    /// True if a text is in this format; called for files whose name doesn't determine the format.
    fn recognizes(&self, text: &[u8]) -> bool;

    /// True if files in this format are used only if the user names them, whatever their names are.
    fn is_only_named(&self) -> bool {
        false
    }

    /// True if a text that [`recognizes`](Self::recognizes) accepts, or another text in this format, has no relevant
    /// content by itself.
    fn ignores(&self, _text: &[u8]) -> bool {
        false
    }

    /// Removes the parts of a text that no output may contain. All positions stay the same.
    fn without_secrets(&self, text: Vec<u8>) -> Vec<u8> {
        text
    }

    /// True if only the text of a file shows that it is in this format, and no file name does.
    fn needs_content(&self) -> bool {
        false
    }

    /// A file name for a document of an editor without one, in this language of the editor; `None` if the format doesn't
    /// have the language.
    fn untitled(&self, _language: &str) -> Option<&'static str> {
        None
    }

    /// The reason why a file of this format that mentions a trail isn't read, worded to follow the file's name; `None`
    /// if the file may be of another format.
    fn reason_unread(&self, _bytes: &[u8]) -> Option<&'static str> {
        None
    }

    /// The relevance of a file, determined by its bytes alone. This runs on every file, so it must be as fast as a
    /// search.
    fn relevance(&self, bytes: &[u8]) -> Relevance;

    /// The part of a kept file's content that determines which projects there are.
    fn links(&self, kept: CandidateFile, context: Context<'_>) -> Links;

    /// An evaluator of stacks that the code of another format deploys; `None` if the format has no templates.
    fn stack_evaluator<'a>(&self, _context: Context<'a>, _budget: &Rc<Budget>) -> Option<Box<dyn StackEvaluator + 'a>> {
        None
    }

    /// The projects that contain the kept files, in the order of their roots, including projects that others call.
    fn projects(&self, linked: &[LinkedFile], context: Context<'_>) -> Vec<Box<dyn Project>>;
}

/// The relevance of a file, known before anything is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relevance {
    /// It mentions a trail.
    Trail,
    /// It may pass values to code that does.
    Module,
    /// It is irrelevant.
    None,
}

/// A file that may be relevant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandidateFile {
    pub file: FileId,
    /// The reason for keeping it.
    pub relevance: Relevance,
}

/// The references of a file to others. As long as these stay the same for all files, so do the projects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The directories or the files that it calls, other than its own.
    pub calls: BTreeSet<PathBuf>,
    /// The subset of `calls` that becomes a part of the file itself, and so isn't deployed by itself.
    pub included: BTreeSet<PathBuf>,
    /// True if a call may contribute a trail although the file mentions none.
    pub may_bring_trail: bool,
    /// True if it may deploy a template of another format.
    pub deploys_templates: bool,
    /// True if an expression determines a call's source, so that only an evaluation shows the directory.
    pub has_computed_calls: bool,
    /// The indices of the documents that may each be deployed by themselves, in formats with several documents in a
    /// file.
    pub documents: Vec<usize>,
    /// The digest of its text, if any change of it may change the projects.
    pub text: Option<u64>,
    /// The names under which its documents export values to others, with the indices of the documents.
    pub exports: BTreeSet<(String, usize)>,
}

/// A kept file with its references to others.
#[derive(Debug, Clone)]
pub struct LinkedFile {
    pub candidate: CandidateFile,
    pub links: Links,
}

/// The inputs of reading: the file system, the files read so far, and the options.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The disk or a substitute.
    pub fs: &'a dyn Fs,
    pub sources: &'a Sources,
    /// Parsed content of those files that several projects may share.
    pub caches: &'a Caches,
    pub options: &'a Options,
    /// The plan of the project that is read, if there is one.
    pub plan: Option<&'a Plan>,
    /// Values that replace those of the code, to evaluate it as if some fixes were made.
    pub tried: &'a [TriedValue],
}

/// Content that a format keeps for a whole run.
#[derive(Debug, Default)]
pub struct Caches {
    pub cloudformation: cloudformation::FileCache,
    pub values: ValuesCache,
}

/// A value that an option assigns to a variable or a parameter, and the declaration's response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionValue {
    /// The file of the option, or its text.
    pub option: FileId,
    /// The name of the variable or the parameter.
    pub name: String,
    pub option_use: OptionUse,
}

/// The response of a deployment's declarations to a value from an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionUse {
    /// No declaration has the name.
    Undeclared,
    Accepted,
    /// The declaration rejects it, for this reason.
    Refused(String),
}

/// A declaration that rejects a value, so that the code can't be deployed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rejection {
    /// The condition or the constraint.
    pub span: Span,
    /// The same as a noun phrase: "the validation of variable `x`".
    pub name: String,
    /// The variable or parameter, if the declaration concerns the value of one.
    pub variable: Option<String>,
    /// The expressions, calls and stacks from which that value comes.
    pub places: Vec<Span>,
}

/// Files that together make one deployment.
pub trait Project: Send + Sync {
    /// The directory of the root module, or the template, as displayed.
    fn root(&self) -> String;

    /// The name of its format in reports, if it isn't that of the format that found it.
    fn format(&self) -> Option<&'static str> {
        None
    }

    /// True if a program generates its files from other sources, as Terraform does with plans and states.
    fn is_output(&self) -> bool {
        false
    }

    /// The calls of other projects to this one. It is deployed by itself only if none of them creates its trail.
    fn called(&self) -> Option<&CalledCode> {
        None
    }

    /// The name of the deployment in the code, if it is one of several of its root.
    fn deployment(&self) -> Option<&str> {
        None
    }

    /// True if it may deploy templates of another format.
    fn deploys_templates(&self) -> bool {
        false
    }

    /// The file that is its template, if code of another format may deploy it.
    fn template(&self) -> Option<PathBuf> {
        None
    }

    /// True if the project itself declares a trail, not only the code that it calls.
    fn declares_trail(&self, context: Context<'_>) -> bool;

    /// The module directory or template of the project that contains a file.
    fn place_of(&self, file: &SourceFile) -> PathBuf;

    /// Compares the project's declarations with those of a plan, to determine if the plan is one of this project.
    fn match_plan(&self, _plan: &Plan, _context: Context<'_>) -> PlanMatch {
        PlanMatch::NeverPlanned
    }

    /// Discards cached content of a file that has changed.
    fn forget(&self, _changed: &Path) {}

    /// Reads the files that the evaluation needs, within a budget.
    fn open<'a>(&'a self, context: Context<'a>, budget: &Rc<Budget>) -> Box<dyn LoadedProject + 'a>;
}

/// The result of comparing a project with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanMatch {
    /// The plan has the same declarations.
    Same,
    /// The plan has other declarations; the text is the first difference, as a sentence fragment.
    Other(String),
    /// Projects of this format have no plans.
    NeverPlanned,
}

/// A project that has been read, as far as its trails need it.
pub trait LoadedProject {
    /// The location for findings about the whole project when it has no trail; `None` if it isn't deployed by itself.
    fn header(&self) -> Option<Span>;

    /// The number of declarations, each of which may have any number of instances.
    fn sites(&self, subject: SearchSubject) -> usize;

    /// The instances of one declaration in a world.
    fn resources(&self, subject: SearchSubject, site: usize, world: &World) -> Vec<Resource>;

    /// Parts of the deployment that couldn't be read and may declare a trail or, depending on the subject, a resource
    /// on which trails depend. Resources that are [unread](crate::model::kinds::ResourceRole::Unread) aren't included.
    fn unread_parts(&self, subject: SearchSubject) -> Vec<UnreadPart>;

    /// The value that keeps the deployment from creating any of its trails, if no instance of a declaration contains
    /// it.
    fn uncreated(&self) -> Option<Traced<bool>> {
        None
    }

    /// The declarations that reject the values of this deployment, such as the validations of variables. Rules and
    /// worlds don't matter.
    fn rejections(&self) -> Vec<Rejection> {
        Vec::new()
    }

    /// Syntax that couldn't be read in files that mention a trail.
    fn problems(&self) -> Vec<Problem>;

    /// The code that is deployed, if it isn't in the root: a directory or a source.
    fn code(&self) -> Option<String> {
        None
    }

    /// Parts of the configuration that have no effect on the verdicts, each as a clause about the deployment.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// The values of options, and the root's response to them.
    fn option_values(&self) -> Vec<OptionValue> {
        Vec::new()
    }

    /// Renamed addresses of resources and modules, as the code declares them.
    fn moves(&self) -> Vec<MovedBlock> {
        Vec::new()
    }

    /// The names to which options may assign values.
    fn declared(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns how to make unknown values known.
    fn resolution(&self, unknown: &UnknownValues<'_>) -> Resolution {
        Resolution { help: unknown.cause.and_then(Reason::advice), steps: Vec::new() }
    }

    /// The reason why no part of a file that mentions a trail is read as code, worded to follow the file's name.
    fn unread(&self) -> Option<String> {
        None
    }

    /// The file that isn't read, if it may be of another format by its name.
    fn unread_file(&self) -> Option<FileId> {
        None
    }

    /// True for an account whose trails were listed: it fails if it has none.
    fn is_audited(&self) -> bool {
        false
    }

    /// The accounts that should have evidence, if the project is the first account of it.
    fn expected_accounts(&self) -> Option<ExpectedAccounts> {
        None
    }

    /// The account, if the project is one and its number is known.
    fn account(&self) -> Option<AccountId> {
        None
    }

    /// The ARN of a deployed trail, if it is known.
    fn arn(&self, _address: &str) -> Option<String> {
        None
    }

    /// The first words of messages about a trail, if they aren't its address.
    fn subject(&self, _address: &str) -> Option<String> {
        None
    }

    /// The documents from which the verdicts on a trail come, if it isn't declared by code.
    fn documents(&self, _address: &str) -> Option<TrailDocuments> {
        None
    }

    /// How to correct an attribute of a trail that isn't declared by code, as one imperative sentence.
    fn correction(&self, _address: &str, _attribute: &str) -> Option<String> {
        None
    }

    /// Documents that are about no known trail.
    fn unmatched_documents(&self) -> Vec<Span> {
        Vec::new()
    }

    /// The content of a YAML or JSON file, if it was parsed as one.
    fn tree(&self, _file: FileId) -> Option<Arc<Tree>> {
        None
    }
}

impl std::fmt::Debug for dyn InputFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

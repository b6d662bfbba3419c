//! The input formats: equals that don't know each other.
//!
//! A [`Format`] says which files it reads, which of them are worth keeping, and
//! which of those belong together. What it makes of them are [`Project`]s, and
//! what a project evaluates to, in a [`World`], are [`Resource`]s. To add one: a folder here, a
//! line in [`FORMATS`], and a spelling in each of `testdata/twins`.

mod called;
pub mod cloudformation;
pub mod plan;
pub mod terraform;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};

pub use called::{BaseFiles, Called};
pub use cloudformation::Readings;
pub use plan::{Key, Plan, PlannedTrail};

use crate::model::{Elsewhere, Moved, Resource, Subject, dialects};
use crate::source::{FileId, Fs, SourceFile, Sources, Span, has_escaped};
use crate::syntax::Problem;
use crate::syntax::node::Tree;
use crate::value::{Budget, Traced, World};

/// All formats; a file belongs to the first that reads its name and finds it worth something.
pub static FORMATS: [&dyn Format; 3] = [&terraform::Terraform, &plan::TerraformPlan, &cloudformation::CloudFormation];

/// The types of trails, as all formats spell them.
static TRAILS: LazyLock<[Finder<'static>; 3]> = LazyLock::new(|| {
    [&dialects::AWS, &dialects::AWSCC, &dialects::CLOUDFORMATION].map(|dialect| Finder::new(dialect.kind))
});

/// Whether a text has the type of a trail in it, also in escapes.
pub fn mentions_trail(text: &[u8]) -> bool {
    has_escaped(text, |text| TRAILS.iter().any(|trail| trail.find(text).is_some()))
}

/// A language, or a family of languages, in which trails are declared.
pub trait Format: Sync {
    /// As reports name it.
    fn name(&self) -> &'static str;

    /// Whether files of this name are written in it.
    fn reads(&self, file_name: &str) -> bool;

    /// True if the program that deploys does without a file of this name: a link that leads nowhere is then no fault.
    fn can_lack(&self, _file_name: &str) -> bool {
        false
    }

    /// True if the files of a directory make up one program, so that none of them can be evaluated without the others.
    fn takes_directories(&self) -> bool {
        false
    }

    /// Whether a text is written in it, for files whose name says nothing.
    fn recognizes(&self, text: &[u8]) -> bool;

    /// Whether only the text of a file tells that it is written in it, and no name does.
    fn is_told_by_content(&self) -> bool {
        false
    }

    /// Why a file of this format that mentions a trail isn't read, to follow the file's name; nothing if it may be of
    /// another format.
    fn reason_unread(&self, _bytes: &[u8]) -> Option<&'static str> {
        None
    }

    /// What a file is worth, by its bytes alone. This runs on every file, so it must be as fast as a search.
    fn interest(&self, bytes: &[u8]) -> Interest;

    /// What of a kept file decides which projects there are.
    fn links(&self, kept: Kept, context: Context<'_>) -> Links;

    /// The projects that the kept files are part of, in the order of their roots, also those that others call.
    fn projects(&self, linked: &[Linked], context: Context<'_>) -> Vec<Box<dyn Project>>;
}

/// What is known of a file before anything is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// It mentions a trail.
    Mentions,
    /// It may pass values to code that does.
    Refers,
    /// It can't matter.
    None,
}

/// A file that may matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The file.
    pub file: FileId,
    /// Why it was kept.
    pub interest: Interest,
}

/// What a file brings in. As long as this stays the same for all files, so do the projects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The directories or the files that it calls, other than its own.
    pub calls: BTreeSet<PathBuf>,
    /// Those of these that become a part of the file itself, and so are no deployment by themselves.
    pub included: BTreeSet<PathBuf>,
    /// Whether a trail may come in by a call, though the file mentions none.
    pub may_bring_trail: bool,
    /// True if it calls code by an expression, so that only an evaluation shows the directory.
    pub has_computed_calls: bool,
    /// The numbers of its documents of which each may be a deployment by itself, where files have several.
    pub documents: Vec<usize>,
    /// The names under which its documents export values to others, with the numbers of the documents.
    pub exports: BTreeSet<(String, usize)>,
}

/// A file that may matter, and what it brings in.
#[derive(Debug, Clone)]
pub struct Linked {
    /// The file.
    pub kept: Kept,
    /// What it brings in.
    pub links: Links,
}

/// Where files come from, and how they are to be read.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The disk, or what stands for it.
    pub fs: &'a dyn Fs,
    /// The files of this run.
    pub sources: &'a Sources,
    /// What was read in those files that several projects may share.
    pub readings: &'a Readings,
    /// What the user says of the code.
    pub options: &'a Options,
    /// The plan of the project that is read, if there is one.
    pub plan: Option<&'a Plan>,
}

/// What the user says of the code, beside the code.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Directories and templates that are deployed by themselves, also if something else calls them.
    pub roots: Vec<PathBuf>,
    /// The files with which these are compared.
    pub base: Option<Arc<BaseFiles>>,
    /// Values of Terraform's root variables, in the order in which they were given; later ones win.
    pub variables: Vec<Variables>,
    /// Values of Terraform's root variables that every other source overrules.
    pub environment: Vec<FileId>,
    /// Whether `terraform.tfvars` and its like are left out.
    pub no_automatic_variables: bool,
    /// True if defaults of Terraform's root variables don't count, so that each may have any value that it allows.
    pub no_defaults: bool,
    /// Terraform's workspace.
    pub workspace: Option<String>,
    /// Which program reads the files; by default the files say.
    pub engine: Option<Engine>,
    /// Which module calls are followed.
    pub modules: Modules,
    /// Values of the parameters of CloudFormation's root templates, in the order in which they were given.
    pub parameters: Vec<Variables>,
    /// Whether the defaults of these parameters count.
    pub parameter_policy: ParameterPolicy,
    /// The Region in which CloudFormation's stacks are deployed.
    pub region: Option<String>,
    /// A plan of one of Terraform's root modules.
    pub plan: Option<Arc<Plan>>,
}

/// Whether the defaults of CloudFormation's parameters count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ParameterPolicy {
    /// They do.
    #[default]
    Defaults,
    /// A parameter without a given value may be anything that it allows.
    Any,
}

/// A source of values for variables or parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variables {
    /// A file in the syntax of `.tfvars` or `.tfvars.json`, or of parameters in one of the forms of AWS's tools.
    File(FileId),
    /// A text of the form `NAME=VALUE`.
    Assignment(FileId),
}

/// A value that an option gives a variable or a parameter, and how a deployment takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The file of the option, or its text.
    pub option: FileId,
    /// The variable or the parameter.
    pub name: String,
    /// How its declaration takes the value.
    pub taken: Taken,
}

/// How a deployment takes a value that an option gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// No declaration has the name.
    Undeclared,
    /// The declaration accepts it.
    Accepted,
    /// The declaration refuses it, with the reason.
    Refused(String),
}

/// A program that reads Terraform's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    Terraform,
    #[value(name = "opentofu")]
    OpenTofu,
}

/// Which module calls are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Modules {
    /// None.
    None,
    /// Those with a local source.
    Local,
    /// Those that `terraform init` has installed, too.
    #[default]
    Installed,
}

/// Files that make one deployment together.
pub trait Project: Send + Sync {
    /// The directory of the root module, or the template, as it is named to people.
    fn root(&self) -> String;

    /// True if a program writes its files from other sources, as Terraform does with plans and states.
    fn is_output(&self) -> bool {
        false
    }

    /// How others call it; it is deployed by itself only if none of these calls creates its trail.
    fn called(&self) -> Option<&Called> {
        None
    }

    /// True if the project itself declares a trail, and not only what it calls.
    fn declares_trail(&self, context: Context<'_>) -> bool;

    /// The place of the project to which a file belongs: the directory of a module, or a template.
    fn place_of(&self, file: &SourceFile) -> PathBuf;

    /// Whether a plan is one of it, by what both declare.
    fn fit(&self, _plan: &Plan, _context: Context<'_>) -> Fit {
        Fit::NeverPlanned
    }

    /// Throws away what was kept of a file, which has changed.
    fn forget(&self, _changed: &Path) {}

    /// Reads what is needed to evaluate it, which is paid from a budget.
    fn open<'a>(&'a self, context: Context<'a>, budget: &Rc<Budget>) -> Box<dyn Opened + 'a>;
}

/// Whether a plan is one of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// It declares the same.
    Same,
    /// It doesn't, with the first difference as a sentence fragment.
    Other(String),
    /// No plan is made of such a project.
    NeverPlanned,
}

/// A project that has been read, as far as its trails need it.
pub trait Opened {
    /// The place that stands for the whole when there is no trail in it; nothing when it isn't
    /// something that is deployed by itself.
    fn header(&self) -> Option<Span>;

    /// How many declarations there are, each of which may have any number of instances.
    fn sites(&self, subject: Subject) -> usize;

    /// The instances of one declaration in a world.
    fn resources(&self, subject: Subject, site: usize, world: &World) -> Vec<Resource>;

    /// Parts of the deployment that couldn't be read and may declare a trail; or, beside those that are
    /// [unread](crate::model::kinds::Role::Unread) resources, anything on which trails depend.
    fn elsewhere(&self, subject: Subject) -> Vec<Elsewhere>;

    /// The value that keeps the deployment from creating any of its trails, where nothing of a declaration is left that
    /// says so.
    fn uncreated(&self) -> Option<Traced<bool>> {
        None
    }

    /// What couldn't be understood in files that mention a trail.
    fn problems(&self) -> Vec<Problem>;

    /// The values that options give, and how the root takes them.
    fn received(&self) -> Vec<Received> {
        Vec::new()
    }

    /// Where the code says that resources and modules were moved.
    fn moves(&self) -> Vec<Moved> {
        Vec::new()
    }

    /// The names to which options may give values.
    fn declared(&self) -> Vec<String> {
        Vec::new()
    }

    /// Why nothing in a file that mentions a trail is read as code, to follow the file's name.
    fn unread(&self) -> Option<String> {
        None
    }

    /// The file of which nothing is read, if it may be of another format by its name.
    fn unread_file(&self) -> Option<FileId> {
        None
    }

    /// What a file in YAML or JSON holds, if it was read as one.
    fn tree(&self, _file: FileId) -> Option<Arc<Tree>> {
        None
    }
}

impl std::fmt::Debug for dyn Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

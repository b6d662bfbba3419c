//! The input formats: equals that don't know each other.
//!
//! A [`Format`] says which files it reads, which of them are worth keeping, and
//! which of those belong together. What it makes of them are [`Project`]s, and
//! what a project evaluates to are [`Resource`]s. To add one: a folder here, a
//! line in [`FORMATS`], and a spelling in each of `testdata/twins`.

pub mod cloudformation;
pub mod terraform;

use crate::model::Resource;
use crate::source::{FileId, Fs, Sources, Span};
use crate::syntax::Problem;

/// All formats; the first that claims a file has it.
pub static FORMATS: [&dyn Format; 2] = [&terraform::Terraform, &cloudformation::CloudFormation];

/// A language, or a family of languages, in which trails are declared.
pub trait Format: Sync {
    /// As reports name it.
    fn name(&self) -> &'static str;

    /// Whether files of this name are written in it.
    fn reads(&self, file_name: &str) -> bool;

    /// Whether a text is written in it, for files whose name says nothing.
    fn recognizes(&self, text: &[u8]) -> bool;

    /// What a file is worth, by its bytes alone. This runs on every file, so it must be as fast as a search.
    fn interest(&self, bytes: &[u8]) -> Interest;

    /// The projects that the kept files are part of, in the order of their roots.
    fn projects(&self, kept: &[Kept], context: Context<'_>) -> Vec<Box<dyn Project>>;
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

/// Where files come from, and those that were read.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The disk, or what stands for it.
    pub fs: &'a dyn Fs,
    /// The files of this run.
    pub sources: &'a Sources,
}

/// Files that make one deployment together.
pub trait Project: Send + Sync {
    /// The directory of the root module, or the template, as it is named to people.
    fn root(&self) -> String;

    /// The resources that matter, and what couldn't be understood.
    fn evaluate(&self, context: Context<'_>) -> Evaluated;
}

/// What a project comes to.
#[derive(Debug)]
pub struct Evaluated {
    /// The place that stands for the whole when there is no trail in it; nothing when it isn't
    /// something that is deployed by itself.
    pub header: Option<Span>,
    /// The trails it declares, in the order of their places.
    pub resources: Vec<Resource>,
    /// What couldn't be understood in files that mention a trail.
    pub problems: Vec<Problem>,
}

impl std::fmt::Debug for dyn Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

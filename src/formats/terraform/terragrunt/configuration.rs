//! A configuration: a file, and the files that it includes.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::ConfigurationFile;
use crate::formats::terraform::language::ValueCache;
use crate::source::Span;
use crate::syntax::hcl::{Block, Expr};
use crate::value::{Data, Reason, Traced};

/// The configuration of a unit, or one that another configuration reads.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// The directory of the unit, or of the file that is read: `get_terragrunt_dir()`.
    pub(super) directory: PathBuf,
    /// The number of configurations that lead to it by reading each other.
    pub(super) depth: usize,
    /// Its own file.
    pub(super) main: Part,
    /// The files that it includes, found at the first use.
    pub(super) includes: OnceCell<Vec<Include>>,
    /// The value of `values`, read at the first use.
    pub(super) values: OnceCell<Traced<Data>>,
}

/// A file of a configuration, in the scope of which its expressions are evaluated.
#[derive(Debug)]
pub(crate) struct Part {
    pub(super) file: Arc<ConfigurationFile>,
    /// The directory that contains the file, to which the paths of `file` and similar functions are relative.
    pub(super) directory: PathBuf,
    pub(super) cache: ValueCache,
}

/// An included file.
#[derive(Debug)]
pub(super) struct Include {
    /// Empty for a block without a label.
    pub(super) label: String,
    /// The file, or the reason why it is unknown.
    pub(super) part: Result<Part, Reason>,
    /// The way in which its settings are merged, or the reason why it is unknown.
    pub(super) strategy: Result<MergeStrategy, Reason>,
    /// True if expressions may refer to its settings.
    pub(super) is_exposed: bool,
    /// The header of the block.
    pub(super) header: Span,
}

/// The way in which the settings of an included file are merged with those that override them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MergeStrategy {
    /// An input, a block with a label or an attribute replaces one of the same name.
    Shallow,
    /// Inputs that are objects are merged, and lists are concatenated.
    Deep,
    /// Its settings are only exposed.
    None,
}

impl Part {
    pub(super) fn new(file: Arc<ConfigurationFile>, path: &Path) -> Self {
        let directory = path.parent().unwrap_or(path).to_owned();
        Self { file, directory, cache: ValueCache::default() }
    }

    /// The expression of a top-level attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&Expr> {
        self.file.body.attribute(name).map(|attribute| &attribute.value)
    }

    /// The first block of a kind without labels.
    pub(super) fn block(&self, kind: &str) -> Option<&Block> {
        self.file.body.blocks.iter().find(|block| block.kind.text == kind)
    }
}

impl Configuration {
    pub(super) fn new(main: Part, directory: PathBuf, depth: usize) -> Self {
        Self { directory, depth, main, includes: OnceCell::new(), values: OnceCell::new() }
    }
}

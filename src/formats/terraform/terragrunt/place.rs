//! The places of units and stacks, in the tree or where Terragrunt generates them.

use std::path::PathBuf;
use std::sync::Arc;

use super::names;
use crate::formats::terraform::files::CopiedDirectories;

/// The place of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnitPlace {
    /// Its configuration.
    pub(crate) file: PathBuf,
    /// The directory in which Terragrunt runs.
    pub(crate) directory: PathBuf,
    /// The generated directories in which it lies.
    pub(crate) copied: CopiedDirectories,
    /// The block of a stack that generates it.
    pub(crate) block: Option<Arc<StackBlock>>,
    /// The reason why it isn't read.
    pub(crate) gap: Option<StackGap>,
    /// True if Terragrunt excludes it from `apply`, so that it deploys nothing.
    pub(crate) is_excluded: bool,
}

impl UnitPlace {
    /// The place of a configuration that no stack generates.
    pub(crate) fn of_file(file: PathBuf, directory: PathBuf) -> Self {
        Self { file, directory, copied: CopiedDirectories::default(), block: None, gap: None, is_excluded: false }
    }

    /// The path that identifies it, which may not exist.
    pub(crate) fn key(&self) -> PathBuf {
        if self.block.is_some() { self.directory.join(names::UNIT[0]) } else { self.file.clone() }
    }

    /// The directory that contains its files.
    pub(crate) fn files_directory(&self) -> PathBuf {
        self.copied.original(&self.directory)
    }
}

/// A block of a stack, or one element of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StackBlock {
    /// The stack that contains it.
    pub(super) stack: UnitPlace,
    /// The index among the blocks of the stack's file.
    pub(super) index: usize,
    pub(super) element: Option<Element>,
}

/// An element of the `expansion` of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    /// A key of `for_each`.
    Key(String),
    /// A value of `count.index`.
    Index(usize),
}

/// The reason why a unit or stack isn't read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StackGap {
    /// The label of the block.
    pub(crate) label: String,
    /// The source, if it is known.
    pub(crate) text: Option<String>,
    pub(crate) reason: String,
    /// True if the code is here, and only its values and the number of the units are unknown.
    pub(crate) is_here: bool,
    /// The name of the limit that prevented reading it, if one did.
    pub(crate) limit: Option<&'static str>,
}

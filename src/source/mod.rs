//! Files as they are written: text, spans, positions, and the one door to the disk.
//!
//! A [`Span`] is all that the layers above keep of a place. Lines and columns
//! are worked out by the outputs, when a person or a program wants to read them.

mod asked;
mod columns;
mod disk;
mod escapes;
mod exclusions;
mod file;
mod git;
mod ignored;
mod large;
mod listed;
mod memory;
mod names;
mod open;
mod overlay;
mod replacement;
mod seen;
mod sources;
mod stand_in;
mod wide;

use std::path::{Component, Path, PathBuf};

pub use asked::{Dependencies, TrackingFs};
pub use columns::{ColumnUnit, Columns};
pub use disk::{Disk, StagedFile};
pub use escapes::{has_escaped, unescaped};
pub use exclusions::Exclusions;
pub use file::{FileId, Position, SourceFile, Span};
pub use git::{Commit, Git, GitError, GitIndex, Snapshot};
pub use ignored::IgnoreFiles;
pub use large::{check_size, read as read_sized};
pub use memory::Memory;
pub use names::{bytes_of, from_bytes, is_in, is_outside, named};
pub use open::real_path;
pub use overlay::Overlay;
pub use replacement::Replacement;
pub use seen::FileStates;
pub use sources::Sources;
pub use stand_in::stand_in;
pub use wide::from_wide;

/// The largest file that is read, in bytes, unless it is a [plan](check_size).
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

/// Directories that never hold a user's own code.
const SKIPPED: [&str; 4] = [".git", ".terraform", ".terragrunt-cache", "node_modules"];

/// Directories into which other programs install code.
const INSTALLED: [&str; 2] = [".terraform", ".terragrunt-cache"];

/// Where files come from: the disk, or a map in memory for tests and editors.
///
/// Paths are absolute and free of `.` and `..`.
pub trait Fs: Send + Sync {
    /// The kind of the entry at `path`, after following links.
    fn kind(&self, path: &Path) -> Result<PathKind, ReadError>;

    /// Reads the file at `path`, which the user named. Links may lead out of the checked tree.
    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError>;

    /// The bytes of a file to which a file of the tree refers: no link may lead out of the tree.
    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError>;

    /// The path of a directory without links, as far as they stay within the tree.
    fn without_links(&self, directory: &Path) -> PathBuf {
        directory.to_owned()
    }

    /// All but the directories that lie directly in `directory`, in the byte order of their names.
    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError>;

    /// The directories that lie directly in `directory`, in the byte order of their names. A link to one isn't among them.
    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError>;

    /// Reads each file below `directory` that `wanted` accepts and hands it to `visit`,
    /// in any order and from several threads.
    ///
    /// Version control, installed modules and packages (`.git`, `.terraform`, `.terragrunt-cache`,
    /// `node_modules`) and what ignore files name are left out.
    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>);

    /// The files and directories that walks have left out since ignore files name them, in the order of their paths.
    fn ignored(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Walks below a path that was left out, as if no ignore file named it.
    fn walk_ignored(&self, _path: &Path, _wanted: PathFilter<'_>, _visit: FileVisitor<'_>) {}

    /// How many of the wanted files below paths that were left out `is_counted` accepts; at most `limit` entries are looked at.
    fn search_ignored(&self, _limit: usize, _wanted: PathFilter<'_>, _is_counted: FileFilter<'_>) -> FileCount {
        FileCount::default()
    }
}

/// A number of files, or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileCount {
    /// The files that were counted.
    pub files: usize,
    /// True if there may be more.
    pub is_cut: bool,
}

/// Chooses files by their path, and by their bytes if it asks for them.
pub type FileFilter<'a> = &'a dyn Fn(&Path, &dyn Fn() -> Result<Vec<u8>, ReadError>) -> bool;

/// Chooses files by their path.
pub type PathFilter<'a> = &'a (dyn Fn(&Path) -> bool + Sync);

/// Takes a file's path and its bytes, which are gone after the call.
pub type FileVisitor<'a> = &'a (dyn Fn(&Path, Result<&[u8], ReadError>) + Sync);

/// The kind of a file system entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    File,
    Directory,
}

/// Why a file's bytes can't be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is nothing at the path.
    #[error("no such file or directory")]
    Missing,
    /// It holds more than [`MAX_FILE_BYTES`].
    #[error("larger than 16 MB")]
    TooLarge,
    /// It is a plan, and larger than plans may be.
    #[error("a plan larger than 512 MB; check the code without it, or plans of its parts")]
    LargePlan,
    /// An ignore file, of which each line is held against each path below it.
    #[error("larger than 1 MB, which is too much for an ignore file")]
    LongIgnoreFile,
    /// A pipe, a socket, a device, or a link to one.
    #[error("not a regular file")]
    NotAFile,
    /// A link that leads out of the tree that is checked.
    #[error("a link that leads out of the checked tree")]
    OutsideTree,
    /// Something else was put in its place while it was opened.
    #[error("it changed while it was read")]
    Swapped,
    /// Text whose characters have two or four bytes each.
    #[error("written in UTF-16 or UTF-32; save it as UTF-8")]
    Wide,
    /// The operating system refused, in its words.
    #[error("{0}")]
    Refused(String),
    /// Git has it, and doesn't give it.
    #[error("{0}")]
    Git(&'static str),
}

/// True if walks skip a directory of this path, which is relative to the start of the walk.
pub fn is_skipped(below: &Path) -> bool {
    below.components().any(|part| SKIPPED.iter().any(|name| part.as_os_str() == *name))
}

/// Checks that a file contains text in a supported encoding.
///
/// # Errors
///
/// The file is a pointer to content that is stored elsewhere, or has another encoding.
pub fn check_text(bytes: &[u8]) -> Result<(), ReadError> {
    match stand_in(bytes) {
        Some(error) => Err(error),
        None if from_wide(bytes).is_some() => Err(ReadError::Wide),
        None => Ok(()),
    }
}

/// True if the path lies in a directory in which `terraform init` or Terragrunt installs modules.
pub fn is_installed(path: &Path) -> bool {
    path.components().any(|part| INSTALLED.iter().any(|name| part.as_os_str() == *name))
}

/// Directories that tools write from other sources.
const GENERATED: [&str; 5] = [".terraform", ".terragrunt-cache", "cdk.out", "cdktf.out", ".serverless"];

/// True if a path lies in the output of a tool, which the next run overwrites.
pub fn is_generated(path: &Path) -> bool {
    let parts = || path.components().map(|part| part.as_os_str());
    let is_built_by_sam = || parts().zip(parts().skip(1)).any(|pair| pair == (".aws-sam".as_ref(), "build".as_ref()));
    parts().any(|part| GENERATED.iter().any(|name| part == *name)) || is_built_by_sam()
}

/// The path without `.` and `..`; links aren't followed.
pub fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => normal.push(part),
        }
    }
    normal
}

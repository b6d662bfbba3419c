//! Files: text, spans, positions, and the only access to the disk.
//!
//! Other layers store locations as a [`Span`]. Outputs convert these to lines and columns when they are displayed.

mod columns;
mod disk;
mod escapes;
mod exclusions;
mod file;
mod file_states;
mod git;
mod ignored;
mod memory;
mod names;
mod open;
mod overlay;
mod pointer_file;
mod replacement;
mod size_limits;
mod sources;
mod tracking;
mod walk_ignores;
mod wide_text;

use std::path::{Component, Path, PathBuf};

pub use columns::{ColumnUnit, Columns};
pub use disk::{Disk, StagedFile};
pub use escapes::{has_escaped, unescaped};
pub use exclusions::Exclusions;
pub use file::{FileId, LineWithin, Position, SourceFile, Span};
pub use file_states::FileStates;
pub use git::{Commit, Git, GitError, GitIndex, Snapshot, StagedChange};
pub use ignored::IgnoreFiles;
pub use memory::Memory;
pub use names::{bytes_of, format_path, from_bytes, is_in, is_outside};
pub use open::real_path;
pub use overlay::Overlay;
pub use pointer_file::stand_in;
pub use replacement::Replacement;
pub use size_limits::{check_size, read as read_sized};
pub use sources::Sources;
pub use tracking::{Dependencies, TrackingFs};
pub use wide_text::from_wide;

/// The size limit of a file in bytes, unless it is a [plan](check_size).
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

/// Directories that never contain the user's own code.
const SKIPPED: [&str; 4] = [".git", ".terraform", ".terragrunt-cache", "node_modules"];

/// Directories into which other programs install code.
const INSTALLED: [&str; 2] = [".terraform", ".terragrunt-cache"];

/// A file system: the disk, a state of a git repository, or a map in memory.
///
/// Paths are absolute, without `.` and `..`.
pub trait Fs: Send + Sync {
    /// The kind of the entry at `path`, after following links.
    fn kind(&self, path: &Path) -> Result<PathKind, ReadError>;

    /// Reads the file at `path`, which the user named. Links may lead out of the checked tree.
    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError>;

    /// Reads a file that a file of the tree refers to. Links out of the checked tree aren't followed.
    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError>;

    /// Returns the path of a directory without links, if these stay within the tree.
    fn without_links(&self, directory: &Path) -> PathBuf {
        directory.to_owned()
    }

    /// True if a directory is the root of a git repository.
    fn is_repository(&self, directory: &Path) -> bool {
        self.kind(&directory.join(".git")).is_ok()
    }

    /// Returns the entries directly in `directory` except for directories, in the byte order of their names.
    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError>;

    /// Returns the directories directly in `directory`, in the byte order of their names, without links.
    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError>;

    /// Records that a result depends on a file that was read before.
    fn note_read(&self, _path: &Path) {}

    /// Records that a result depends on the entries of a directory that was listed before.
    fn note_listed(&self, _directory: &Path) {}

    /// Reads each file below `directory` that `wanted` accepts and passes it to `visit`, in any order and from several
    /// threads.
    ///
    /// Version control, installed modules and packages (`.git`, `.terraform`, `.terragrunt-cache`, `node_modules`) and
    /// files that ignore files match are skipped.
    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>);

    /// The files and directories that walks skipped because of ignore files, ordered by path.
    fn ignored(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Walks below a path that was skipped because of an ignore file.
    fn walk_ignored(&self, _path: &Path, _wanted: PathFilter<'_>, _visit: FileVisitor<'_>) {}

    /// Counts the wanted files below skipped paths that `is_counted` accepts; visits at most `limit` entries.
    fn search_ignored(&self, _limit: usize, _wanted: PathFilter<'_>, _is_counted: FileFilter<'_>) -> FileCount {
        FileCount::default()
    }
}

/// A number of files, which may be incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileCount {
    /// The number of counted files.
    pub files: usize,
    /// True if there may be more.
    pub is_cut: bool,
}

/// Selects files by path, and by content if it requests the content.
pub type FileFilter<'a> = &'a dyn Fn(&Path, &dyn Fn() -> Result<Vec<u8>, ReadError>) -> bool;

/// Selects files by path.
pub type PathFilter<'a> = &'a (dyn Fn(&Path) -> bool + Sync);

/// Receives a file's path and content. The content is only valid during the call.
pub type FileVisitor<'a> = &'a (dyn Fn(&Path, Result<&[u8], ReadError>) + Sync);

/// The kind of a file system entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    File,
    Directory,
}

/// The reason why a file can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The path doesn't exist.
    #[error("no such file or directory")]
    Missing,
    /// The file is larger than [`MAX_FILE_BYTES`].
    #[error("larger than 16 MB")]
    TooLarge,
    /// The file is a plan over the size limit of plans.
    #[error("a plan larger than 512 MB; check the code without it, or plans of its parts")]
    LargePlan,
    /// An ignore file over its size limit: each of its lines is matched against each path below it.
    #[error("larger than 1 MB, which is too much for an ignore file")]
    LongIgnoreFile,
    /// A pipe, a socket, a device, or a link to one.
    #[error("not a regular file")]
    NotAFile,
    /// A link that leads out of the checked tree.
    #[error("a link that leads out of the checked tree")]
    OutsideTree,
    /// The file was replaced while it was opened.
    #[error("it changed while it was read")]
    Swapped,
    /// The text is encoded in UTF-16 or UTF-32.
    #[error("written in UTF-16 or UTF-32; save it as UTF-8")]
    Wide,
    /// An error of the operating system, with its message.
    #[error("{0}")]
    Refused(String),
    /// Git has the object but can't read it.
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

/// The directory of the texts that represent modules which aren't installed. It exists on no disk.
pub const KNOWN_INTERFACES: &str = "known-interface:";

/// True for a text that represents a module which isn't installed.
pub fn is_known_interface(path: &Path) -> bool {
    path.starts_with(KNOWN_INTERFACES)
}

/// Directories that tools generate from other sources.
const GENERATED: [&str; 6] =
    [".terraform", ".terragrunt-cache", ".terragrunt-stack", "cdk.out", "cdktf.out", ".serverless"];

/// True if a path lies in the output of a tool, which the next run overwrites.
pub fn is_generated(path: &Path) -> bool {
    let mut before = None;
    for part in path.components().map(|part| part.as_os_str()) {
        let is_built_by_sam = part == "build" && before == Some(".aws-sam".as_ref());
        if is_built_by_sam || GENERATED.iter().any(|name| part == *name) {
            return true;
        }
        before = Some(part);
    }
    false
}

/// Returns the path without `.` and `..`, without following links.
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

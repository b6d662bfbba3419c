//! Applies the ignore files of a tree that isn't on the disk, with the same result as a walk of the disk.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf, is_separator};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Names of the ignore files, in descending order of precedence.
pub(super) const IGNORE_FILES: [&str; 2] = [".ignore", ".gitignore"];

/// The maximum size of an ignore file in bytes: each of its lines is matched against each path. On the disk, a larger
/// file is an error. In a commit, which can't be edited, it is ignored, so that more files are read.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// The index of `.ignore`, which git doesn't respect.
const OWN: usize = 0;

/// The number of files with patterns that a directory can have: the ignore files, and `info/exclude` at the root of the
/// repository.
const FILES: usize = IGNORE_FILES.len() + 1;

/// The ignore files of a tree, each with its directory.
#[derive(Debug, Clone, Default)]
pub struct IgnoreFiles {
    /// By the bytes of the directory.
    by_directory: HashMap<Vec<u8>, DirectoryIgnores>,
    /// The lengths of the directories that have ignore files. Every path of a walk is looked up, and most directories
    /// have none.
    lengths: BTreeSet<usize>,
    /// Results for directories.
    known: HashMap<PathBuf, bool>,
}

/// The patterns of one directory.
#[derive(Debug, Clone, Default)]
struct DirectoryIgnores {
    /// In the order of [`IGNORE_FILES`].
    patterns: [Option<Gitignore>; FILES],
    /// `.gitignore` files apply only within their own repository.
    is_repository: bool,
}

impl IgnoreFiles {
    /// Adds an ignore file; invalid lines have no effect, as for git. A `.gitignore` counts only in a repository that
    /// was added before.
    pub(super) fn add(&mut self, path: &Path, bytes: &[u8]) {
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return };
        let Some(index) = IGNORE_FILES.iter().position(|known| name == *known) else { return };
        if index == OWN || self.above(path).any(|said| said.is_repository) {
            self.put(directory, index, bytes);
        }
    }

    /// Adds the root of a repository.
    pub(super) fn add_repository(&mut self, root: &Path) {
        self.ignores_of(root).is_repository = true;
    }

    /// Adds the repository's `info/exclude`, which has the lowest precedence.
    pub(super) fn add_excluded(&mut self, root: &Path, bytes: &[u8]) {
        self.put(root, IGNORE_FILES.len(), bytes);
    }

    fn put(&mut self, directory: &Path, index: usize, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let mut builder = GitignoreBuilder::new(directory);
        for line in text.strip_prefix('\u{feff}').unwrap_or(&text).lines() {
            let _ = builder.add_line(None, line);
        }
        if let (Some(slot), Ok(patterns)) = (self.ignores_of(directory).patterns.get_mut(index), builder.build()) {
            *slot = Some(patterns);
        }
    }

    fn ignores_of(&mut self, directory: &Path) -> &mut DirectoryIgnores {
        let bytes = bytes_of(directory);
        // Only the file system's root ends with a slash.
        let bytes = bytes.strip_suffix(b"/").unwrap_or(bytes);
        self.lengths.insert(bytes.len());
        self.by_directory.entry(bytes.to_owned()).or_default()
    }

    /// The patterns of the directories above a path, the nearest first.
    fn above(&self, path: &Path) -> impl Iterator<Item = &DirectoryIgnores> {
        self.lengths.iter().rev().filter_map(|length| {
            let (directory, rest) = bytes_of(path).split_at_checked(*length)?;
            rest.first().filter(|byte| is_separator(char::from(**byte)))?;
            self.by_directory.get(directory)
        })
    }

    /// True if a walk from `start` doesn't reach the file.
    pub(super) fn ignores(&mut self, file: &Path, start: &Path) -> bool {
        let mut above = file.ancestors().skip(1).take_while(|directory| *directory != start);
        above.any(|directory| self.knows(directory)) || self.names(file, false)
    }

    fn knows(&mut self, directory: &Path) -> bool {
        if let Some(known) = self.known.get(directory) {
            return *known;
        }
        let is_ignored = self.names(directory, true);
        self.known.insert(directory.to_owned(), is_ignored);
        is_ignored
    }

    /// True if the patterns ignore this path itself. The nearest file that matches decides.
    pub(super) fn names(&self, path: &Path, is_directory: bool) -> bool {
        let mut nearest = [const { None }; FILES];
        let mut is_beyond = false;
        for said in self.above(path) {
            for (index, (nearest, patterns)) in nearest.iter_mut().zip(&said.patterns).enumerate() {
                let counts = nearest.is_none() && (index == OWN || !is_beyond);
                if let Some(patterns) = patterns.as_ref().filter(|_| counts) {
                    *nearest = is_ignored(patterns, path, is_directory);
                }
            }
            is_beyond |= said.is_repository;
        }
        nearest.into_iter().flatten().next().unwrap_or(false)
    }
}

fn bytes_of(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// True if the patterns ignore the path, false if they re-include it, `None` if none matches.
fn is_ignored(patterns: &Gitignore, path: &Path, is_directory: bool) -> Option<bool> {
    match patterns.matched(path, is_directory) {
        Match::None => None,
        Match::Ignore(_) => Some(true),
        Match::Whitelist(_) => Some(false),
    }
}

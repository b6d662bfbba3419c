//! What the ignore files of a tree leave out of a walk, as on a disk.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf, is_separator};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Files that tell a walk what to leave out; the first has the last word.
pub(super) const IGNORE_FILES: [&str; 2] = [".ignore", ".gitignore"];

/// A larger one is no small list any more, and each line is held against each path. On the disk that is an error; of a commit,
/// which nobody can mend, more is read then.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// The one of them that git doesn't know.
const OWN: usize = 0;

/// How many files may say something of a directory: these, and `info/exclude` of the repository at its root.
const FILES: usize = IGNORE_FILES.len() + 1;

/// The ignore files of a tree, each read where it lies.
#[derive(Debug, Clone, Default)]
pub struct Ignored {
    /// By the bytes of the directory.
    said: HashMap<Vec<u8>, Said>,
    /// How long these are. Every path of a walk is looked up, and most directories have nothing to say.
    lengths: BTreeSet<usize>,
    /// What is known of directories.
    known: HashMap<PathBuf, bool>,
}

/// What is said in a directory of what lies below it.
#[derive(Debug, Clone, Default)]
struct Said {
    /// In the order of [`IGNORE_FILES`].
    patterns: [Option<Gitignore>; FILES],
    /// Git's files count only in their own repository.
    is_repository: bool,
}

impl Ignored {
    /// Takes the text of an ignore file; a line that is no pattern is nothing, as for git. Those of git count only in a
    /// repository that was added before.
    pub(super) fn add(&mut self, path: &Path, bytes: &[u8]) {
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return };
        let Some(index) = IGNORE_FILES.iter().position(|known| name == *known) else { return };
        if index == OWN || self.above(path).any(|said| said.is_repository) {
            self.put(directory, index, bytes);
        }
    }

    /// Takes that a directory is the root of a repository.
    pub(super) fn add_repository(&mut self, root: &Path) {
        self.said_in(root).is_repository = true;
    }

    /// Takes what the repository at a directory leaves out, which nobody commits; every other file has the last word.
    pub(super) fn add_excluded(&mut self, root: &Path, bytes: &[u8]) {
        self.put(root, IGNORE_FILES.len(), bytes);
    }

    fn put(&mut self, directory: &Path, index: usize, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let mut builder = GitignoreBuilder::new(directory);
        for line in text.strip_prefix('\u{feff}').unwrap_or(&text).lines() {
            let _ = builder.add_line(None, line);
        }
        if let (Some(slot), Ok(patterns)) = (self.said_in(directory).patterns.get_mut(index), builder.build()) {
            *slot = Some(patterns);
        }
    }

    fn said_in(&mut self, directory: &Path) -> &mut Said {
        let bytes = bytes_of(directory);
        // Only the root of all ends with what stands between it and the next.
        let bytes = bytes.strip_suffix(b"/").unwrap_or(bytes);
        self.lengths.insert(bytes.len());
        self.said.entry(bytes.to_owned()).or_default()
    }

    /// What is said in the directories above a path, the nearest first.
    fn above(&self, path: &Path) -> impl Iterator<Item = &Said> {
        self.lengths.iter().rev().filter_map(|length| {
            let (directory, rest) = bytes_of(path).split_at_checked(*length)?;
            rest.first().filter(|byte| is_separator(char::from(**byte)))?;
            self.said.get(directory)
        })
    }

    /// Whether a file isn't met by a walk that starts at a directory above it.
    pub(super) fn has(&mut self, file: &Path, start: &Path) -> bool {
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

    /// Whether this very path is named: by the nearest file that says something of it.
    pub(super) fn names(&self, path: &Path, is_directory: bool) -> bool {
        let mut nearest = [const { None }; FILES];
        let mut is_beyond = false;
        for said in self.above(path) {
            for (index, (nearest, patterns)) in nearest.iter_mut().zip(&said.patterns).enumerate() {
                let counts = nearest.is_none() && (index == OWN || !is_beyond);
                if let Some(patterns) = patterns.as_ref().filter(|_| counts) {
                    *nearest = is_left_out(patterns, path, is_directory);
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

/// Whether a file leaves a path out or wants it, if it says something of it.
fn is_left_out(patterns: &Gitignore, path: &Path, is_directory: bool) -> Option<bool> {
    match patterns.matched(path, is_directory) {
        Match::None => None,
        Match::Ignore(_) => Some(true),
        Match::Whitelist(_) => Some(false),
    }
}

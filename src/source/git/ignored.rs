//! What the ignore files of a tree leave out of a walk, as on a disk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Files that tell a walk what to leave out; the first has the last word.
pub(super) const IGNORE_FILES: [&str; 2] = [".ignore", ".gitignore"];

/// How many files may say something of a directory: these, and `info/exclude` of the repository at its root.
const FILES: usize = IGNORE_FILES.len() + 1;

/// The ignore files of a tree, each read where it lies.
#[derive(Debug, Clone, Default)]
pub struct Ignored {
    /// By directory, in the order of [`IGNORE_FILES`].
    patterns: HashMap<PathBuf, [Option<Gitignore>; FILES]>,
    /// What is known of directories.
    known: HashMap<PathBuf, bool>,
}

impl Ignored {
    /// Takes the text of an ignore file; a line that is no pattern is nothing, as for git.
    pub(super) fn add(&mut self, path: &Path, bytes: &[u8]) {
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return };
        if let Some(index) = IGNORE_FILES.iter().position(|known| name == *known) {
            self.put(directory, index, bytes);
        }
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
        let slots = self.patterns.entry(directory.to_owned()).or_default();
        if let (Some(slot), Ok(patterns)) = (slots.get_mut(index), builder.build()) {
            *slot = Some(patterns);
        }
    }

    /// Whether a file isn't met by a walk that starts at a directory above it.
    pub(super) fn has(&mut self, file: &Path, start: &Path) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
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
    pub(crate) fn names(&self, path: &Path, is_directory: bool) -> bool {
        let said = |index: usize| {
            let files =
                path.ancestors().skip(1).filter_map(|directory| self.patterns.get(directory)?.get(index)?.as_ref());
            files.map(|patterns| patterns.matched(path, is_directory)).find(|said| !said.is_none())
        };
        (0..FILES).find_map(said).is_some_and(|said| matches!(said, Match::Ignore(_)))
    }
}

//! Reads the lists of files that git keeps for a commit and for the index.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::command::{Commit, Git, GitError};
use crate::source::from_bytes;

/// An entry of a tree, with the id of its object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TreeEntry {
    File(String),
    /// The object contains the target of the link.
    Link(String),
    /// A submodule, with its commit.
    Repository(String),
}

/// The files of a tree by their absolute paths.
pub(super) type TreeEntries = BTreeMap<PathBuf, TreeEntry>;

/// The files of the index.
#[derive(Debug, Clone, Default)]
pub struct GitIndex {
    pub(super) entries: Arc<TreeEntries>,
    /// Files that a sparse checkout doesn't write to the working tree.
    pub(super) absent: Arc<BTreeSet<PathBuf>>,
}

impl GitIndex {
    /// Lists the index of a repository.
    ///
    /// # Errors
    ///
    /// [`GitError::Conflict`] if a merge has unresolved conflicts, or the git command failed.
    pub fn read(git: &Git) -> Result<Self, GitError> {
        let (mut entries, mut absent) = (Vec::new(), BTreeSet::new());
        for line in lines(&git.read(&["ls-files", "-t", "--stage", "--full-name", "-z"])?) {
            let Some((words, path)) = split(line) else { continue };
            let path = git.root.join(path);
            let [tag, mode, name, stage] = words.as_slice() else { continue };
            if *stage != "0" {
                return Err(GitError::Conflict(path));
            }
            if *tag == "S" {
                absent.insert(path.clone());
            }
            entries.extend(TreeEntry::of(mode, name).map(|entry| (path, entry)));
        }
        // Collecting the sorted list is faster than inserting each entry.
        Ok(Self { entries: Arc::new(entries.into_iter().collect()), absent: Arc::new(absent) })
    }
}

/// Lists the files of a commit.
pub(super) fn of_commit(git: &Git, commit: &Commit) -> Result<TreeEntries, GitError> {
    let listed = git.read(&["ls-tree", "-r", "-z", "--full-tree", &commit.0])?;
    let entries = lines(&listed).filter_map(|line| {
        let (words, path) = split(line)?;
        let [mode, _, name] = words.as_slice() else { return None };
        Some((git.root.join(path), TreeEntry::of(mode, name)?))
    });
    Ok(entries.collect())
}

impl TreeEntry {
    fn of(mode: &str, name: &str) -> Option<Self> {
        match mode {
            "100644" | "100755" | "100664" => Some(TreeEntry::File(name.to_owned())),
            "120000" => Some(TreeEntry::Link(name.to_owned())),
            "160000" => Some(TreeEntry::Repository(name.to_owned())),
            _ => None,
        }
    }
}

pub(super) fn lines(listed: &[u8]) -> impl Iterator<Item = &[u8]> {
    listed.split(|byte| *byte == 0).filter(|line| !line.is_empty())
}

/// The words before a tab, and the path after it.
pub(super) fn split(line: &[u8]) -> Option<(Vec<&str>, PathBuf)> {
    let tab = memchr::memchr(b'\t', line)?;
    let (words, path) = line.split_at_checked(tab)?;
    let words = std::str::from_utf8(words).ok()?.split(' ').collect();
    Some((words, from_bytes(path.get(1..)?)))
}

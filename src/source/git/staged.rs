//! Lists the staged changes, and compares single files with the index.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::batch::CatFile;
use super::command::{Git, GitError};
use super::entries::{lines, split};
use super::objects::object_name;
use crate::source::{ReadError, from_bytes};

/// The modes of regular files, and that of a missing one.
const FILES: [&str; 3] = ["100644", "100755", "000000"];

/// The mode of links.
const LINK: &str = "120000";

/// The object id that stands for a missing file.
const NO_OBJECT: char = '0';

/// A path that differs between `HEAD` and the index.
#[derive(Debug)]
pub struct StagedChange {
    pub path: PathBuf,
    /// True if a regular file was added, changed or deleted; false for links, submodules and conflicts.
    pub is_file: bool,
    /// The objects of the file before and after the change, if it exists there.
    objects: Vec<String>,
}

impl Git {
    /// Returns the differences between `HEAD` and the index. A renamed file is a deleted and an added one.
    ///
    /// # Errors
    ///
    /// There is no commit, or the git command failed.
    pub fn staged_changes(&self) -> Result<Vec<StagedChange>, GitError> {
        let listed = self.read(&[
            "diff-index",
            "--cached",
            "--raw",
            "--no-abbrev",
            "--no-ext-diff",
            "--no-renames",
            "--ignore-submodules=none",
            "-z",
            "HEAD",
        ])?;
        let mut fields = lines(&listed);
        let mut changes = Vec::new();
        while let (Some(state), Some(path)) = (fields.next(), fields.next()) {
            let state = String::from_utf8_lossy(state);
            let words: Vec<&str> = state.trim_start_matches(':').split(' ').collect();
            let (is_file, objects) = match words.as_slice() {
                [old, new, before, after, "A" | "M" | "D"] => {
                    (FILES.contains(old) && FILES.contains(new), vec![*before, *after])
                }
                _ => (false, Vec::new()),
            };
            let objects = objects.into_iter().filter(|name| !name.chars().all(|c| c == NO_OBJECT));
            let objects = objects.map(str::to_owned).collect();
            changes.push(StagedChange { path: self.root.join(from_bytes(path)), is_file, objects });
        }
        Ok(changes)
    }

    /// True if `holds` is true for the content of all given files, before and after their changes.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn all_contents(
        &self,
        changes: &[StagedChange],
        holds: impl Fn(Result<&[u8], ReadError>) -> bool,
    ) -> Result<bool, GitError> {
        let names: Vec<&str> = changes.iter().flat_map(|change| &change.objects).map(String::as_str).collect();
        if names.is_empty() {
            return Ok(true);
        }
        let mut all = true;
        CatFile::start(self)?.read(&names, |_, read| all &= holds(read));
        Ok(all)
    }

    /// True if the index has each of the files with the given content, and no link whose name may be that of a file which is
    /// read: it may lead to a file with any name. Files that git doesn't track are accepted; a file without content isn't on the disk.
    ///
    /// # Errors
    ///
    /// The git command failed.
    pub fn has_in_index(
        &self,
        files: &[(PathBuf, Option<Vec<u8>>)],
        may_be_read: impl Fn(&Path) -> bool,
    ) -> Result<bool, GitError> {
        let below =
            files.iter().filter_map(|(path, text)| Some((path.strip_prefix(&self.root).ok()?, text.as_deref())));
        let expected: HashMap<&Path, Option<&[u8]>> = below.collect();
        let listed = self.read(&["ls-files", "--stage", "--full-name", "-z"])?;
        Ok(lines(&listed).all(|line| {
            let Some((words, path)) = split(line) else { return false };
            match (words.as_slice(), expected.get(path.as_path())) {
                ([mode, name, ..], Some(Some(text))) => FILES.contains(mode) && *name == object_name(text),
                (_, Some(None)) => false,
                ([mode, ..], None) => *mode != LINK || !may_be_read(&path),
                ([], _) | ([_], Some(Some(_))) => false,
            }
        }))
    }
}

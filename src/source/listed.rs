//! The files that tell a walk what to leave out, and which of them can be trusted to be such files.
//!
//! The walk reads them by itself, so what would harm it has to be found before it comes to their directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ReadError;
use super::disk::refused;

/// Files that tell a walk what to leave out.
pub(super) const IGNORE_FILES: [&str; 2] = [".gitignore", ".ignore"];

/// A larger one is no small list any more.
const MAX_BYTES: u64 = 1 << 20;

/// Where ignore files may lie.
#[derive(Debug, Clone)]
pub(super) struct IgnoreFiles {
    pub(super) trees: Arc<[PathBuf]>,
}

impl IgnoreFiles {
    /// The ignore file of a directory that can't be read, and why: a pipe or a device would be read without end, and what lies
    /// outside of the trees isn't ours to read.
    pub(super) fn fault_in(&self, directory: &Path) -> Option<(PathBuf, ReadError)> {
        // Every directory is asked, so one path serves for all names.
        let mut path = directory.join("name");
        for name in IGNORE_FILES {
            path.set_file_name(name);
            if let Some(error) = self.fault(&path) {
                return Some((path, error));
            }
        }
        None
    }

    fn fault(&self, path: &Path) -> Option<ReadError> {
        let found = fs::symlink_metadata(path).ok()?;
        let is_link = found.is_symlink();
        let found = if is_link { fs::metadata(path).ok()? } else { found };
        if !found.is_file() {
            return Some(ReadError::NotAFile);
        }
        if found.len() >= MAX_BYTES {
            return Some(ReadError::LongIgnoreFile);
        }
        if is_link { check_inside(path, &self.trees).err() } else { None }
    }

    /// A directory and those above it in its tree, of which the ignore files count; the directory alone if something above
    /// the tree has such files, which have no say in it.
    pub(super) fn counting_for<'p>(&self, directory: &'p Path) -> Vec<&'p Path> {
        let place = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
        let tree = self.trees.iter().find(|tree| place.starts_with(tree));
        let depth = tree.and_then(|tree| place.strip_prefix(tree).ok()).map_or(0, |below| below.components().count());
        let has_ignore_file = |above: &Path| IGNORE_FILES.iter().any(|name| above.join(name).exists());
        let is_alone = tree.is_some_and(|tree| tree.ancestors().skip(1).any(has_ignore_file));
        directory.ancestors().take(if is_alone { 1 } else { depth.saturating_add(1) }).collect()
    }
}

/// A link may name anything in the trees, and nothing else.
pub(super) fn check_inside(path: &Path, trees: &[PathBuf]) -> Result<(), ReadError> {
    let target = fs::canonicalize(path).map_err(refused)?;
    let is_inside = trees.iter().any(|tree| target.starts_with(tree));
    if is_inside { Ok(()) } else { Err(ReadError::OutsideTree) }
}

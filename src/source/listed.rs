//! The ignore files that a walk comes by.
//!
//! They are read like any other file of the tree, with its limits: a pipe or a device would be read without end, and what
//! lies outside of the tree isn't ours to read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::ReadError;
use super::disk::read_at_most;
use super::ignored::{IGNORE_FILES, IgnoreFiles, MAX_BYTES};
use super::open::TreeRoots;

/// The ignore files that apply in a directory of a walk.
#[derive(Debug)]
pub(super) struct WalkIgnores {
    trees: Arc<TreeRoots>,
    ignored: RwLock<IgnoreFiles>,
    faults: Mutex<Vec<IgnoreFileError>>,
}

/// An ignore file that can't be read, and why.
pub(super) type IgnoreFileError = (PathBuf, ReadError);

impl WalkIgnores {
    /// The ignore files of the directory and of those above it in its tree.
    ///
    /// # Errors
    ///
    /// One of them can't be read.
    pub(super) fn at(directory: &Path, trees: &Arc<TreeRoots>) -> Result<Self, IgnoreFileError> {
        let listed = Self { trees: Arc::clone(trees), ignored: RwLock::default(), faults: Mutex::default() };
        trees.down_to(directory).into_iter().try_for_each(|directory| listed.enter(directory))?;
        Ok(listed)
    }

    /// True if the walk skips this entry.
    pub(super) fn leaves_out(&self, path: &Path, is_directory: bool) -> bool {
        if self.ignored.read().unwrap_or_else(PoisonError::into_inner).names(path, is_directory) {
            return true;
        }
        let Err(fault) = (if is_directory { self.enter(path) } else { Ok(()) }) else { return false };
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
        true
    }

    /// The ignore files that couldn't be read; their directories were left out.
    pub(super) fn faults(&self) -> Vec<IgnoreFileError> {
        std::mem::take(&mut self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn enter(&self, directory: &Path) -> Result<(), IgnoreFileError> {
        let ignored = || self.ignored.write().unwrap_or_else(PoisonError::into_inner);
        let repository = directory.join(".git");
        // Every directory is asked, so what isn't there isn't opened.
        if exists(&repository) {
            ignored().add_repository(directory);
            let bytes = self.read(&repository.join("info/exclude"))?;
            bytes.inspect(|bytes| ignored().add_excluded(directory, bytes));
        }
        for path in IGNORE_FILES.map(|name| directory.join(name)) {
            if exists(&path) {
                self.read(&path)?.inspect(|bytes| ignored().add(&path, bytes));
            }
        }
        Ok(())
    }

    /// The text of an ignore file. Where none can be had, nothing is left out.
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, IgnoreFileError> {
        let mut bytes = Vec::new();
        match self.trees.open(path).and_then(|file| read_at_most(file, MAX_BYTES, &mut bytes)) {
            Ok(()) => Ok(Some(bytes)),
            Err(ReadError::Missing | ReadError::Refused(_)) => Ok(None),
            Err(ReadError::TooLarge) => Err((path.to_owned(), ReadError::LongIgnoreFile)),
            Err(error) => Err((path.to_owned(), error)),
        }
    }
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

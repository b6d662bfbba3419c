//! The ignore files on the disk that apply to a walk.
//!
//! They are read like any other file of the tree, with its limits: a pipe or a device could be read without end, and
//! files outside of the tree must not be read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockWriteGuard};

use super::ReadError;
use super::disk::read_at_most;
use super::ignored::{IGNORE_FILES, IgnoreFiles, MAX_BYTES};
use super::open::TreeRoots;

/// The ignore files that apply in a directory of a walk.
#[derive(Debug)]
pub(super) struct WalkIgnores {
    trees: Arc<TreeRoots>,
    ignored: RwLock<IgnoreFiles>,
    errors: Mutex<Vec<IgnoreFileError>>,
}

/// An ignore file that can't be read, with the error.
pub(super) type IgnoreFileError = (PathBuf, ReadError);

impl WalkIgnores {
    /// Reads the ignore files of the directory and of its parent directories in the tree.
    ///
    /// # Errors
    ///
    /// One of them can't be read.
    pub(super) fn at(directory: &Path, trees: &Arc<TreeRoots>) -> Result<Self, IgnoreFileError> {
        let listed = Self { trees: Arc::clone(trees), ignored: RwLock::default(), errors: Mutex::default() };
        trees.directories_to(directory).into_iter().try_for_each(|directory| listed.enter(directory))?;
        Ok(listed)
    }

    /// True if the walk skips this entry.
    pub(super) fn skips(&self, path: &Path, is_directory: bool) -> bool {
        if self.ignored.read().unwrap_or_else(PoisonError::into_inner).names(path, is_directory) {
            return true;
        }
        let Err(fault) = (if is_directory { self.enter(path) } else { Ok(()) }) else { return false };
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
        true
    }

    /// The ignore files that couldn't be read. Their directories were skipped.
    pub(super) fn errors(&self) -> Vec<IgnoreFileError> {
        std::mem::take(&mut self.errors.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn enter(&self, directory: &Path) -> Result<(), IgnoreFileError> {
        let repository = directory.join(".git");
        // The check for existence is cheaper than an attempt to open the file.
        if exists(&repository) {
            self.ignore_files().add_repository(directory);
            let bytes = self.read(&repository.join("info/exclude"))?;
            bytes.inspect(|bytes| self.ignore_files().add_excluded(directory, bytes));
        }
        for path in IGNORE_FILES.map(|name| directory.join(name)) {
            if exists(&path) {
                self.read(&path)?.inspect(|bytes| self.ignore_files().add(&path, bytes));
            }
        }
        Ok(())
    }

    fn ignore_files(&self) -> RwLockWriteGuard<'_, IgnoreFiles> {
        self.ignored.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the text of an ignore file; `None` if it doesn't exist or the system refuses, and then it excludes
    /// nothing.
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

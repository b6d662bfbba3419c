//! Records the files that a computation read and the paths that it looked up, so that a later change can invalidate it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{FileId, FileVisitor, Fs, PathFilter, PathKind, ReadError};

/// The files that were read and the paths that were looked up, including those that don't exist.
#[derive(Debug, Default)]
pub struct Dependencies {
    files: Mutex<HashSet<FileId>>,
    looked_up: Mutex<HashSet<PathBuf>>,
    listed: Mutex<HashSet<PathBuf>>,
}

impl Dependencies {
    /// True if the file was read.
    pub fn has_file(&self, id: FileId) -> bool {
        locked(&self.files).contains(&id)
    }

    /// True if the path was looked up or, for a directory, listed. A path that was looked up as a file may be a
    /// directory by now, and the change then names only a path below it.
    pub fn has_path(&self, path: &Path) -> bool {
        let sought = locked(&self.looked_up);
        path.ancestors().any(|path| sought.contains(path)) || locked(&self.listed).contains(path)
    }

    /// The files that were read.
    pub fn files(&self) -> Vec<FileId> {
        locked(&self.files).iter().copied().collect()
    }

    pub(super) fn note_file(&self, id: FileId) {
        locked(&self.files).insert(id);
    }

    pub(super) fn note_path(&self, path: &Path) {
        note(&self.looked_up, path);
    }
}

fn note(paths: &Mutex<HashSet<PathBuf>>, path: &Path) {
    let mut paths = locked(paths);
    if !paths.contains(path) {
        paths.insert(path.to_owned());
    }
}

fn locked<T>(set: &Mutex<HashSet<T>>) -> MutexGuard<'_, HashSet<T>> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file system that records which files and paths are requested.
#[derive(Clone, Copy)]
pub struct TrackingFs<'a> {
    fs: &'a dyn Fs,
    dependencies: &'a Dependencies,
}

impl<'a> TrackingFs<'a> {
    /// Records requests to `fs` in `dependencies`.
    pub fn new(fs: &'a dyn Fs, dependencies: &'a Dependencies) -> Self {
        Self { fs, dependencies }
    }
}

impl Fs for TrackingFs<'_> {
    fn kind(&self, path: &Path) -> Result<PathKind, ReadError> {
        self.dependencies.note_path(path);
        self.fs.kind(path)
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.dependencies.note_path(path);
        self.fs.read(path)
    }

    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.dependencies.note_path(path);
        self.fs.read_inside(path)
    }

    fn without_links(&self, directory: &Path) -> PathBuf {
        self.dependencies.note_path(directory);
        self.fs.without_links(directory)
    }

    fn is_repository(&self, directory: &Path) -> bool {
        self.dependencies.note_path(&directory.join(".git"));
        self.fs.is_repository(directory)
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        note(&self.dependencies.listed, directory);
        self.fs.list(directory)
    }

    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        // A new file anywhere below may add a new directory.
        self.dependencies.note_path(directory);
        self.fs.directories(directory)
    }

    fn note_read(&self, path: &Path) {
        self.dependencies.note_path(path);
    }

    fn note_listed(&self, directory: &Path) {
        note(&self.dependencies.listed, directory);
        self.dependencies.note_path(directory);
    }

    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        self.fs.walk(directory, wanted, visit);
    }
}

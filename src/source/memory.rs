//! Files in memory, for tests and for standard input.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{FileVisitor, Fs, PathFilter, PathKind, ReadError, is_skipped};

/// A tree of files that doesn't exist on the disk.
#[derive(Debug, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Memory {
    /// Creates a tree of files. Relative paths are made absolute from `/`.
    pub fn new<P: AsRef<Path>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        let files = files.into_iter();
        Self { files: files.map(|(path, bytes)| (Path::new("/").join(path), bytes.into())).collect() }
    }

    /// The files below a directory, in the order of their paths.
    fn below(&self, directory: &Path) -> impl Iterator<Item = (&PathBuf, &Vec<u8>)> {
        self.files.range(directory.to_owned()..).take_while(move |(path, _)| path.starts_with(directory))
    }
}

impl Fs for Memory {
    fn kind(&self, path: &Path) -> Result<PathKind, ReadError> {
        if self.files.contains_key(path) {
            Ok(PathKind::File)
        } else if path == Path::new("/") || self.below(path).next().is_some() {
            Ok(PathKind::Directory)
        } else {
            Err(ReadError::Missing)
        }
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        match (self.files.get(path), self.kind(path)) {
            (Some(bytes), _) => Ok(bytes.clone()),
            (None, Ok(_)) => Err(ReadError::NotAFile),
            (None, Err(why)) => Err(why),
        }
    }

    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.read(path)
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let files = self.below(directory).map(|(path, _)| path);
        Ok(files.filter(|file| file.parent() == Some(directory)).cloned().collect())
    }

    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let mut directories: Vec<PathBuf> = Vec::new();
        for (path, _) in self.below(directory) {
            let Ok(below) = path.strip_prefix(directory) else { continue };
            let mut parts = below.components();
            if let (Some(first), Some(_)) = (parts.next(), parts.next()) {
                directories.push(directory.join(first));
            }
        }
        directories.sort_unstable();
        directories.dedup();
        Ok(directories)
    }

    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        for (path, bytes) in self.below(directory) {
            let is_walked = path.strip_prefix(directory).is_ok_and(|below| !is_skipped(below));
            if is_walked && wanted(path) {
                visit(path, Ok(bytes));
            }
        }
    }
}

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
        let is_below = move |file: &Path| file.starts_with(directory);
        self.files.range(directory.to_owned()..).take_while(move |(path, _)| is_below(path))
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
        self.files.get(path).cloned().ok_or(ReadError::Missing)
    }

    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.read(path)
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let inside = |file: &&PathBuf| file.parent() == Some(directory);
        Ok(self.below(directory).map(|(path, _)| path).filter(inside).cloned().collect())
    }

    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let first = |path: &PathBuf| {
            let mut parts = path.strip_prefix(directory).ok()?.components();
            let (first, _) = (parts.next()?, parts.next()?);
            Some(directory.join(first))
        };
        let mut directories: Vec<PathBuf> = self.below(directory).filter_map(|(path, _)| first(path)).collect();
        directories.sort_unstable();
        directories.dedup();
        Ok(directories)
    }

    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        let is_walked = |path: &Path| path.strip_prefix(directory).is_ok_and(|below| !is_skipped(below));
        for (path, bytes) in self.below(directory).filter(|(path, _)| is_walked(path) && wanted(path)) {
            visit(path, Ok(bytes));
        }
    }
}

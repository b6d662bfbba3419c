//! The unsaved texts of an editor, in place of the files on the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Disk, Exclusions, FileVisitor, Fs, PathFilter, PathKind, ReadError, check_size, is_skipped};

/// The disk, overlaid by unsaved texts.
#[derive(Debug)]
pub struct Overlay {
    disk: Disk,
    texts: BTreeMap<PathBuf, Arc<str>>,
}

impl Overlay {
    pub fn new(disk: Disk) -> Self {
        Self { disk, texts: BTreeMap::new() }
    }

    /// Sets the text of a path, which may not exist on the disk.
    pub fn set_text(&mut self, path: &Path, text: Arc<str>) {
        self.texts.insert(path.to_owned(), text);
    }

    /// Removes the text of a path, so that the disk's file counts again.
    pub fn remove(&mut self, path: &Path) {
        self.texts.remove(path);
    }

    /// Excludes matching paths from walks.
    pub fn excludes(&mut self, exclusions: Exclusions) {
        self.disk.excludes(exclusions);
    }

    /// Makes walks include the files that ignore files match.
    pub fn walks_ignored(&mut self) {
        self.disk.walks_ignored();
    }

    /// True if an open text is the only content at or below the path.
    fn has_text_below(&self, path: &Path) -> bool {
        self.texts.range(path.to_owned()..).next().is_some_and(|(own, _)| own.starts_with(path))
    }

    /// True if a walk from `start` would reach the text's file if it existed.
    fn is_walked(&self, path: &Path, start: &Path) -> bool {
        let Ok(below) = path.strip_prefix(start) else { return false };
        !is_skipped(below) && !self.disk.has_excluded(path, start)
    }
}

impl Fs for Overlay {
    fn kind(&self, path: &Path) -> Result<PathKind, ReadError> {
        match self.disk.kind(path) {
            _ if self.texts.contains_key(path) => Ok(PathKind::File),
            Err(ReadError::Missing) if self.has_text_below(path) => Ok(PathKind::Directory),
            kind => kind,
        }
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.texts.get(path).map_or_else(|| self.disk.read(path), |text| bytes(text))
    }

    /// An open text doesn't permit a link out of the tree.
    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        match (self.texts.get(path), self.disk.read_inside(path)) {
            (None, read) | (Some(_), read @ Err(ReadError::OutsideTree)) => read,
            (Some(text), _) => bytes(text),
        }
    }

    fn without_links(&self, directory: &Path) -> PathBuf {
        // Links may change while an editor is open.
        self.disk.without_links_now(directory)
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let mut files = match self.disk.list(directory) {
            Err(ReadError::Missing) if self.has_text_below(directory) => Vec::new(),
            listed => listed?,
        };
        let own = self.texts.keys().filter(|path| path.parent() == Some(directory));
        let new: Vec<PathBuf> = own.filter(|path| !files.contains(path)).cloned().collect();
        files.extend(new);
        files.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
        Ok(files)
    }

    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let mut directories = match self.disk.directories(directory) {
            Err(ReadError::Missing) if self.has_text_below(directory) => Vec::new(),
            directories => directories?,
        };
        for path in self.texts.keys() {
            let above = path.ancestors().skip(1).find(|above| above.parent() == Some(directory));
            directories.extend(above.map(Path::to_owned));
        }
        directories.sort_unstable();
        directories.dedup();
        Ok(directories)
    }

    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        self.disk.walk(directory, wanted, &|path, read| match (self.texts.get(path), read) {
            // A directory that doesn't exist on the disk may contain unsaved files.
            (None, Err(ReadError::Missing)) if path == directory && self.has_text_below(directory) => {}
            (None, read) | (Some(_), read @ Err(ReadError::OutsideTree | ReadError::NotAFile)) => visit(path, read),
            (Some(text), _) => visit_text(path, text, visit),
        });
        for (path, text) in self.texts.iter().filter(|(path, _)| self.is_walked(path, directory) && wanted(path)) {
            if self.disk.kind(path) == Err(ReadError::Missing) {
                visit_text(path, text, visit);
            }
        }
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, ReadError> {
    check_size(text.as_bytes()).map(|()| text.as_bytes().to_vec())
}

fn visit_text(path: &Path, text: &str, visit: FileVisitor<'_>) {
    visit(path, check_size(text.as_bytes()).map(|()| text.as_bytes()));
}

//! The files of one run, each read once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::{FileId, Fs, ReadError, SourceFile};

/// All files that were kept, by [`FileId`] and by path.
///
/// Files are only ever added, so a [`Span`](super::Span) stays good for the whole run.
#[derive(Debug, Default)]
pub struct Sources {
    base: PathBuf,
    read_roots: Vec<PathBuf>,
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    files: Vec<Arc<SourceFile>>,
    by_path: HashMap<PathBuf, FileId>,
    unlisted: Vec<PathBuf>,
}

impl Sources {
    /// No files yet. Names are given relative to `base`, and files may refer to others below it.
    pub fn new(base: PathBuf) -> Self {
        Self { read_roots: vec![base.clone()], base, kept: RwLock::default() }
    }

    /// Lets files refer to others below more directories.
    pub fn below(mut self, read_roots: impl IntoIterator<Item = PathBuf>) -> Self {
        self.read_roots.extend(read_roots);
        self
    }

    /// The same files, of which some have new texts or are known already by them.
    pub fn with<'f>(&self, texts: impl Iterator<Item = (&'f SourceFile, &'f str)>) -> Self {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (files, by_path, unlisted) = (kept.files.clone(), kept.by_path.clone(), kept.unlisted.clone());
        let copy = Kept { files, by_path, unlisted };
        drop(kept);
        let copy = Self { base: self.base.clone(), read_roots: self.read_roots.clone(), kept: RwLock::new(copy) };
        texts.for_each(|(file, text)| copy.renew(file, text));
        copy
    }

    fn renew(&self, file: &SourceFile, text: &str) {
        let new = Arc::new(SourceFile::new(file.path.clone(), file.name.clone(), text.as_bytes().to_vec()));
        match self.known(&file.path) {
            Some(id) => {
                let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
                if let Some(old) = kept.files.get_mut(id.0 as usize) {
                    *old = new;
                }
            }
            None => {
                self.add_as(&file.path, file.name.clone(), text.as_bytes().to_vec());
            }
        }
    }

    /// Keeps a file that was read elsewhere; the first text of a path wins.
    pub fn add(&self, path: &Path, bytes: Vec<u8>) -> FileId {
        self.add_as(path, self.name(path), bytes)
    }

    /// Keeps a file under a name of its own.
    pub fn add_as(&self, path: &Path, name: String, bytes: Vec<u8>) -> FileId {
        let file = Arc::new(SourceFile::new(path.to_owned(), name, bytes));
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(&id) = kept.by_path.get(path) {
            return id;
        }
        let id = FileId(u32::try_from(kept.files.len()).unwrap_or(u32::MAX));
        kept.files.push(file);
        kept.by_path.insert(path.to_owned(), id);
        id
    }

    /// Reads a file that another one refers to, unless it is kept already.
    pub fn load(&self, fs: &dyn Fs, path: &Path) -> Result<FileId, ReadError> {
        match self.known(path) {
            Some(id) => Ok(id),
            None => Ok(self.add(path, fs.read_inside(path)?)),
        }
    }

    /// Reads a file that the user named, unless it is kept already.
    pub fn load_named(&self, fs: &dyn Fs, path: &Path) -> Result<FileId, ReadError> {
        match self.known(path) {
            Some(id) => Ok(id),
            None => Ok(self.add(path, fs.read(path)?)),
        }
    }

    fn known(&self, path: &Path) -> Option<FileId> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).by_path.get(path).copied()
    }

    /// The file with this id.
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.files.get(id.0 as usize).expect("a FileId comes from these Sources"))
    }

    /// All files that were kept.
    pub fn all(&self) -> Vec<(FileId, Arc<SourceFile>)> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let id = |index: usize| FileId(u32::try_from(index).unwrap_or(u32::MAX));
        kept.files.iter().enumerate().map(|(index, file)| (id(index), Arc::clone(file))).collect()
    }

    /// Whether a path lies where files may refer to; nothing else is read unless it is named.
    pub fn may_read(&self, path: &Path) -> bool {
        self.read_roots.iter().any(|root| path.starts_with(root))
    }

    /// Notes a path that no listing of its directory need show: text from standard input stands for it.
    pub fn note_unlisted(&self, path: &Path) {
        self.kept.write().unwrap_or_else(PoisonError::into_inner).unlisted.push(path.to_owned());
    }

    /// The noted paths in a directory.
    pub fn unlisted_in(&self, directory: &Path) -> Vec<PathBuf> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.unlisted.iter().filter(|path| path.parent() == Some(directory)).cloned().collect()
    }

    /// How a path is named to people: relative to the base, with `/`; the base itself is `.`.
    pub fn name(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.base).unwrap_or(path);
        if relative.as_os_str().is_empty() {
            return ".".to_owned();
        }
        let name = relative.to_string_lossy();
        if std::path::MAIN_SEPARATOR == '/' { name.into_owned() } else { name.replace('\\', "/") }
    }
}

//! The files of one run, each read once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::{Dependencies, FileId, Fs, LineWithin, ReadError, SourceFile, Span, check_text, names, normalize};

/// All files of a run, by [`FileId`] and by path.
///
/// Files are only added, so a [`Span`] is valid for the whole run. In an editor, a file can get [another
/// text](Self::renew); the results for its old text are then discarded.
#[derive(Debug, Default)]
pub struct Sources {
    base: PathBuf,
    /// The name of the working directory, if it isn't the base.
    working_directory: Option<String>,
    read_roots: Vec<PathBuf>,
    stored: Arc<RwLock<StoredFile>>,
    /// The record of the files and paths that a computation depends on.
    dependencies: Option<Arc<Dependencies>>,
}

#[derive(Debug, Default)]
struct StoredFile {
    files: Vec<Arc<SourceFile>>,
    by_path: HashMap<PathBuf, FileId>,
    unlisted: Vec<PathBuf>,
}

impl StoredFile {
    fn push(&mut self, path: &Path, file: Arc<SourceFile>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(file);
        self.by_path.insert(path.to_owned(), id);
        id
    }
}

impl Sources {
    /// Creates an empty store. Names are relative to `base`, and files may refer to other files below it.
    pub fn new(base: PathBuf) -> Self {
        Self {
            read_roots: vec![base.clone()],
            base,
            working_directory: None,
            stored: Arc::default(),
            dependencies: None,
        }
    }

    /// Returns another handle to the same files.
    pub fn share(&self) -> Self {
        let (base, working_directory, read_roots) =
            (self.base.clone(), self.working_directory.clone(), self.read_roots.clone());
        Self { base, working_directory, read_roots, stored: Arc::clone(&self.stored), dependencies: None }
    }

    /// Returns another handle to the same files, which records in `dependencies` the files that are read through it.
    pub fn tracking(&self, dependencies: Arc<Dependencies>) -> Self {
        Self { dependencies: Some(dependencies), ..self.share() }
    }

    /// Records a dependency on a path that another component has looked up.
    pub fn track_path(&self, path: &Path) {
        self.dependencies.iter().for_each(|dependencies| dependencies.note_path(path));
    }

    /// Records a dependency on a file that another component has read.
    pub fn track_file(&self, id: FileId) {
        self.dependencies.iter().for_each(|dependencies| dependencies.note_file(id));
    }

    /// Allows files to refer to others below further directories.
    pub fn below(mut self, read_roots: impl IntoIterator<Item = PathBuf>) -> Self {
        self.read_roots.extend(read_roots);
        self
    }

    /// Sets the directory to which names are relative, and the working directory `here`, to which displayed names are
    /// relative.
    pub fn named_from(mut self, base: PathBuf, here: &Path) -> Self {
        self.working_directory = (here != base).then(|| names::relative(here, &base));
        self.base = base;
        self
    }

    /// Returns a copy with new texts for some files, or with these files added.
    pub fn with<'f>(&self, texts: impl Iterator<Item = (&'f SourceFile, &'f str)>) -> Self {
        let kept = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        let (files, by_path, unlisted) = (kept.files.clone(), kept.by_path.clone(), kept.unlisted.clone());
        let copy = StoredFile { files, by_path, unlisted };
        drop(kept);
        let copy = Self { stored: Arc::new(RwLock::new(copy)), ..self.share() };
        for (file, text) in texts {
            copy.replace(&file.path, file.name.clone(), text.as_bytes().to_vec());
        }
        copy
    }

    fn replace(&self, path: &Path, name: String, bytes: Vec<u8>) -> FileId {
        let Some(id) = self.known(path) else { return self.add_as(path, name, bytes) };
        let file = Arc::new(SourceFile::new(path.to_owned(), name, bytes));
        let mut kept = self.stored.write().unwrap_or_else(PoisonError::into_inner);
        *kept.files.get_mut(id.0 as usize).expect("a FileId comes from these Sources") = file;
        id
    }

    /// Adds a file that was read elsewhere. If the path has a text already, that text is kept.
    pub fn add(&self, path: &Path, bytes: Vec<u8>) -> FileId {
        self.add_as(path, self.name(path), bytes)
    }

    /// Adds a file under a separate name.
    pub fn add_as(&self, path: &Path, name: String, bytes: Vec<u8>) -> FileId {
        let file = Arc::new(SourceFile::new(path.to_owned(), name, bytes));
        let mut kept = self.stored.write().unwrap_or_else(PoisonError::into_inner);
        let id = match kept.by_path.get(path) {
            Some(&id) => id,
            None => kept.push(path, file),
        };
        drop(kept);
        self.track_file(id);
        id
    }

    /// Adds a text that is a string in another file. If an editor has changed that file, the same path gets a new file.
    pub fn add_within(&self, path: &Path, name: String, text: &str, place: Span) -> FileId {
        self.add_lines_within(path, name, text, place, Vec::new())
    }

    /// Does the same for a text whose lines have locations of their own.
    pub fn add_lines_within(
        &self,
        path: &Path,
        name: String,
        text: &str,
        place: Span,
        lines: Vec<Option<LineWithin>>,
    ) -> FileId {
        let mut file = SourceFile::new(path.to_owned(), name, text.as_bytes().to_vec());
        (file.within, file.lines_within) = (Some(place), lines);
        if let Some(id) = self.known(path) {
            let known = self.file(id);
            if known.text == text && known.within == Some(place) && known.lines_within == file.lines_within {
                return id;
            }
        }
        self.stored.write().unwrap_or_else(PoisonError::into_inner).push(path, Arc::new(file))
    }

    /// The location in the file on the disk: for a span in a text that is a string of another file, the location of
    /// that string.
    pub fn outermost(&self, span: Span) -> Span {
        let mut span = span;
        // This ends: a text is added after the file that contains it.
        while let Some(outer) = self.file(span.file).outer(span) {
            span = outer;
        }
        span
    }

    /// Returns the path of the file with this name.
    pub fn path_of(&self, name: &str) -> PathBuf {
        normalize(&self.base.join(names::path_of(name)))
    }

    /// Replaces the text of a path; its [`FileId`] stays the same.
    pub fn renew(&self, path: &Path, bytes: Vec<u8>) -> FileId {
        self.replace(path, self.name(path), bytes)
    }

    /// Removes the file at a path, so that the next query reads it again.
    pub fn remove(&self, path: &Path) {
        self.stored.write().unwrap_or_else(PoisonError::into_inner).by_path.remove(path);
    }

    /// Reads a file that another file refers to, unless it has been read already.
    pub fn load(&self, fs: &dyn Fs, path: &Path) -> Result<FileId, ReadError> {
        match self.known(path) {
            Some(id) => Ok(self.tracked(id)),
            None => {
                let bytes = fs.read_inside(path)?;
                check_text(&bytes)?;
                Ok(self.add(path, bytes))
            }
        }
    }

    /// Reads a file that the user named, unless it has been read already.
    pub fn load_named(&self, fs: &dyn Fs, path: &Path) -> Result<FileId, ReadError> {
        match self.known(path) {
            Some(id) => Ok(self.tracked(id)),
            None => Ok(self.add(path, fs.read(path)?)),
        }
    }

    fn tracked(&self, id: FileId) -> FileId {
        self.track_file(id);
        id
    }

    /// The file at a path, if it has been read.
    pub fn known(&self, path: &Path) -> Option<FileId> {
        self.stored.read().unwrap_or_else(PoisonError::into_inner).by_path.get(path).copied()
    }

    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        self.track_file(id);
        let kept = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.files.get(id.0 as usize).expect("a FileId comes from these Sources"))
    }

    /// All files that have been read.
    pub fn all(&self) -> Vec<(FileId, Arc<SourceFile>)> {
        let kept = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        let files = kept.files.iter().enumerate();
        files.map(|(index, file)| (FileId(u32::try_from(index).unwrap_or(u32::MAX)), Arc::clone(file))).collect()
    }

    /// True if code may read the path. Other paths are only read if the user names them.
    pub fn may_read(&self, path: &Path) -> bool {
        self.read_roots.iter().any(|root| path.starts_with(root))
    }

    /// True if the path lies below a checked directory, so that its last component doesn't depend on where that
    /// directory lies.
    pub fn is_below_root(&self, path: &Path) -> bool {
        self.read_roots.iter().any(|root| path != root && path.starts_with(root))
    }

    /// Records a path for text from standard input, which listings of its directory don't contain.
    pub fn note_unlisted(&self, path: &Path) {
        self.stored.write().unwrap_or_else(PoisonError::into_inner).unlisted.push(path.to_owned());
    }

    /// The recorded paths in a directory.
    pub fn unlisted_in(&self, directory: &Path) -> Vec<PathBuf> {
        let kept = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        kept.unlisted.iter().filter(|path| path.parent() == Some(directory)).cloned().collect()
    }

    /// The name of a path in reports: relative to the base, with `/`; the base itself is `.`.
    pub fn name(&self, path: &Path) -> String {
        names::relative(path, &self.base)
    }

    /// Converts a name to the displayed name, relative to the working directory.
    pub fn display_name(&self, name: &str) -> String {
        match &self.working_directory {
            Some(here) => names::relative_name(name, here),
            None => name.to_owned(),
        }
    }

    /// The displayed name of a file. A text without a file, such as an option's value, keeps its name.
    pub fn file_display_name(&self, file: &SourceFile) -> String {
        if file.path.is_absolute() { self.display_name(&file.name) } else { file.name.clone() }
    }

    /// The displayed name of a path.
    pub fn path_display_name(&self, path: &Path) -> String {
        self.display_name(&self.name(path))
    }
}

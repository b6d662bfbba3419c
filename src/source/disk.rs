//! The file system of this machine. No other module walks directories.

use std::collections::HashMap;
use std::fs::{self, File, FileType};
use std::io::{ErrorKind, Read};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::ignored::IGNORE_FILES;
use super::open::{TreeRoots, open};
use super::size_limits;
use super::walk_ignores::{IgnoreFileError, WalkIgnores};
use super::{
    Exclusions, FileCount, FileFilter, FileStates, FileVisitor, Fs, IgnoreFiles, PathFilter, PathKind, ReadError,
    Replacement, SKIPPED,
};

/// The limit of threads for a walk: more threads would only wait for the disk.
const MAX_WALKERS: usize = 12;

/// The files of this machine that lie below the given directories or that the user names.
#[derive(Debug)]
pub struct Disk {
    trees: Arc<TreeRoots>,
    exclusions: Exclusions,
    skips_ignored: bool,
    /// Ignore files that apply instead of those on the disk.
    ignore_override: Option<Arc<IgnoreFiles>>,
    walkers: usize,
    file_states: Option<Arc<FileStates>>,
    /// A cache of directories that lie in one of the trees, with their paths without links.
    inside: Box<Mutex<HashMap<PathBuf, PathBuf>>>,
    /// Paths that walks skipped because an ignore file matches them.
    ignored: Arc<Mutex<Vec<PathBuf>>>,
}

/// New content of a file, written to a temporary file beside it.
#[derive(Debug)]
#[must_use = "bytes that don't take the place are removed"]
pub struct StagedFile<'a> {
    path: &'a Path,
    old: &'a [u8],
    new: &'a [u8],
    replacement: Replacement,
}

impl Disk {
    /// Follows links only to files below one of `trees`.
    pub fn new(trees: &[PathBuf]) -> Self {
        Self {
            trees: Arc::new(TreeRoots::new(trees)),
            exclusions: Exclusions::default(),
            skips_ignored: true,
            ignore_override: None,
            walkers: MAX_WALKERS,
            file_states: None,
            inside: Box::default(),
            ignored: Arc::default(),
        }
    }

    /// Follows links only to files below one of `trees`.
    pub fn set_trees(&mut self, trees: &[PathBuf]) {
        self.trees = Arc::new(TreeRoots::new(trees));
    }

    /// Excludes matching paths from walks.
    pub fn excludes(&mut self, exclusions: Exclusions) {
        self.exclusions = exclusions;
    }

    /// Makes walks include the files that ignore files match.
    pub fn walks_ignored(&mut self) {
        self.skips_ignored = false;
    }

    /// Uses these ignore files instead of those on the disk.
    pub fn override_ignore_files(&mut self, ignored: IgnoreFiles) {
        self.ignore_override = Some(Arc::new(ignored));
    }

    /// The ignore files that replace those on the disk.
    pub(super) fn ignore_override(&self) -> Option<&IgnoreFiles> {
        self.ignore_override.as_deref()
    }

    /// True if a walk from `start` skips the file because of the user's `exclude` patterns.
    pub(super) fn has_excluded(&self, file: &Path, start: &Path) -> bool {
        let mut above = file.ancestors().skip(1).take_while(|directory| *directory != start);
        self.exclusions.has(file, false) || above.any(|directory| self.exclusions.has(directory, true))
    }

    /// True if an exclusion matches the file or a directory above it.
    pub fn is_excluded(&self, file: &Path) -> bool {
        self.exclusions.has_or_holds(file)
    }

    /// True if walks respect ignore files.
    pub(super) fn skips_ignored(&self) -> bool {
        self.skips_ignored
    }

    /// The number of threads that read files.
    pub(super) fn threads(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from).min(self.walkers)
    }

    /// Replaces the buffer's contents by those of a regular file in the trees.
    pub(super) fn read_regular(&self, path: &Path, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
        size_limits::read(&mut self.trees.open(path)?, buffer)
    }

    /// Limits the number of threads of a walk.
    pub fn limit_threads(&mut self, threads: NonZeroUsize) {
        self.walkers = threads.get().min(MAX_WALKERS);
    }

    /// Records in `seen` the files and directories that are read from now on.
    pub fn record_in(&mut self, seen: Arc<FileStates>) {
        self.file_states = Some(seen);
    }

    fn record(&self, path: &Path) {
        if let Some(seen) = &self.file_states {
            seen.record(path);
        }
    }

    /// True if the path leads to a regular file inside the trees, after following links.
    pub fn holds(&self, path: &Path) -> bool {
        self.trees.check(path).is_ok() && matches!(self.kind(path), Ok(PathKind::File))
    }

    /// Replaces the content of a file atomically.
    ///
    /// # Errors
    ///
    /// As for [`Self::stage`] and [`StagedFile::commit`].
    pub fn replace(&self, path: &Path, old: &[u8], new: &[u8]) -> Result<(), ReadError> {
        self.stage(path, old, new)?.commit(self)
    }

    /// Writes new content to a temporary file beside the target.
    ///
    /// # Errors
    ///
    /// The target isn't a regular file of the trees any more, its content isn't `old`, or the system refuses.
    pub fn stage<'a>(&self, path: &'a Path, old: &'a [u8], new: &'a [u8]) -> Result<StagedFile<'a>, ReadError> {
        self.check_unchanged(path, old)?;
        // If the path is a link, its target is replaced and the link stays. The target must be within the trees.
        let target = fs::canonicalize(path).map_err(refused)?;
        self.trees.check(&target)?;
        Ok(StagedFile { path, old, new, replacement: Replacement::new(target, new).map_err(refused)? })
    }

    fn check_unchanged(&self, path: &Path, old: &[u8]) -> Result<(), ReadError> {
        let mut now = Vec::new();
        size_limits::read(&mut self.trees.open(path)?, &mut now)?;
        if now == old { Ok(()) } else { Err(ReadError::Refused("it changed in the meantime".to_owned())) }
    }

    /// Checks that a directory lies in one of the trees, and returns its path without links. The result is cached,
    /// since many files are read from it.
    fn check_directory(&self, directory: &Path) -> Result<PathBuf, ReadError> {
        if let Some(known) = self.known_directories().get(directory) {
            return Ok(known.clone());
        }
        let place = self.trees.without_links(directory)?;
        self.known_directories().insert(directory.to_owned(), place.clone());
        Ok(place)
    }

    fn known_directories(&self) -> MutexGuard<'_, HashMap<PathBuf, PathBuf>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the path of a directory without links, bypassing the cache.
    pub(super) fn without_links_now(&self, directory: &Path) -> PathBuf {
        self.trees.without_links(directory).unwrap_or_else(|_| directory.to_owned())
    }

    fn read_entry(&self, path: &Path, found: FileType, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
        // The target of a link is checked when it is opened.
        if !found.is_symlink() {
            check_regular(&found)?;
        }
        size_limits::read(&mut self.trees.open(path)?, buffer)
    }
}

impl StagedFile<'_> {
    /// Replaces the old content by the new.
    ///
    /// # Errors
    ///
    /// The file has changed since, or the system refuses. The file is unchanged then.
    pub fn commit(self, disk: &Disk) -> Result<(), ReadError> {
        // Another path of the same file may have been written: a link, or its target.
        if disk.check_unchanged(self.path, self.new).is_ok() {
            return Ok(());
        }
        disk.check_unchanged(self.path, self.old)?;
        self.replacement.commit().map_err(refused)
    }
}

impl Fs for Disk {
    fn kind(&self, path: &Path) -> Result<PathKind, ReadError> {
        self.record(path);
        let found = fs::metadata(path).map_err(refused)?.file_type();
        if found.is_dir() {
            return Ok(PathKind::Directory);
        }
        check_regular(&found).map(|()| PathKind::File)
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.record(path);
        check_regular(&fs::metadata(path).map_err(refused)?.file_type())?;
        let mut buffer = Vec::new();
        size_limits::read(&mut open(path)?, &mut buffer)?;
        Ok(buffer)
    }

    fn read_inside(&self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.record(path);
        let found = fs::symlink_metadata(path).map_err(refused)?.file_type();
        self.check_directory(path.parent().unwrap_or(path))?;
        let mut buffer = Vec::new();
        self.read_entry(path, found, &mut buffer)?;
        Ok(buffer)
    }

    fn without_links(&self, directory: &Path) -> PathBuf {
        self.check_directory(directory).unwrap_or_else(|_| directory.to_owned())
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        // The list contains pipes, too, although they are never read.
        self.entries(directory, |found| !found.is_dir())
    }

    fn directories(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        self.entries(directory, fs::FileType::is_dir)
    }

    fn walk(&self, directory: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        if let Err(error) = self.trees.check(directory) {
            return visit(directory, Err(error));
        }
        let listed = match self.listed(directory) {
            Ok(listed) => listed.map(Arc::new),
            Err((path, error)) => return visit(&path, Err(error)),
        };
        let leaves_out = self.skip_filter(listed.clone());
        self.walk_all(directory, leaves_out, wanted, visit);
        for (path, error) in listed.iter().flat_map(|listed| listed.errors()) {
            visit(&path, Err(error));
        }
    }

    fn ignored(&self) -> Vec<PathBuf> {
        let mut ignored = self.ignored.lock().unwrap_or_else(PoisonError::into_inner).clone();
        ignored.sort_unstable();
        ignored.dedup();
        ignored
    }

    fn walk_ignored(&self, path: &Path, wanted: PathFilter<'_>, visit: FileVisitor<'_>) {
        if self.trees.check(path).is_ok() {
            self.walk_all(path, self.exclusion_filter(), wanted, visit);
        }
    }

    fn search_ignored(&self, limit: usize, wanted: PathFilter<'_>, is_counted: FileFilter<'_>) -> FileCount {
        let entries = self.ignored().into_iter().flat_map(|path| {
            let leaves_out = self.exclusion_filter();
            WalkBuilder::new(path).standard_filters(false).filter_entry(move |entry| !leaves_out(entry)).build()
        });
        let mut counted = FileCount::default();
        for (seen, entry) in entries.filter_map(Result::ok).enumerate() {
            counted.is_cut = seen >= limit;
            if counted.is_cut {
                break;
            }
            let path = entry.path();
            let is_file = entry.file_type().is_some_and(|found| !found.is_dir());
            if is_file && wanted(path) && is_counted(path, &|| self.read_inside(path)) {
                counted.files = counted.files.saturating_add(1);
            }
        }
        counted
    }
}

impl Disk {
    /// Returns the entries of a directory with a wanted type.
    fn entries(&self, directory: &Path, wanted: fn(&fs::FileType) -> bool) -> Result<Vec<PathBuf>, ReadError> {
        self.record(directory);
        self.check_directory(directory)?;
        let mut entries = Vec::new();
        for entry in fs::read_dir(directory).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            if wanted(&entry.file_type().map_err(refused)?) {
                entries.push(entry.path());
            }
        }
        entries.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
        Ok(entries)
    }

    fn walk_all(
        &self,
        start: &Path,
        leaves_out: impl Fn(&DirEntry) -> bool + Send + Sync + 'static,
        wanted: PathFilter<'_>,
        visit: FileVisitor<'_>,
    ) {
        let walk = WalkBuilder::new(start)
            .standard_filters(false)
            .threads(walkers(start).min(self.walkers))
            .filter_entry(move |entry| !leaves_out(entry))
            .build_parallel();
        walk.run(|| {
            let mut buffer = Vec::new();
            Box::new(move |entry| match entry {
                Ok(entry) => self.visit_entry(&entry, wanted, visit, &mut buffer),
                Err(error) => {
                    visit(&place_of(&error, start), Err(ReadError::Refused(cause_of(&error))));
                    WalkState::Continue
                }
            })
        });
    }

    /// Returns the ignore files for a walk; `None` if others replace them or walks don't respect them.
    fn listed(&self, directory: &Path) -> Result<Option<WalkIgnores>, IgnoreFileError> {
        let heeds_files = self.skips_ignored && self.ignore_override.is_none();
        heeds_files.then(|| WalkIgnores::at(directory, &self.trees)).transpose()
    }

    /// The filter of a walk: true for entries to skip. The start of a walk is never skipped.
    fn skip_filter(&self, listed: Option<Arc<WalkIgnores>>) -> impl Fn(&DirEntry) -> bool + Send + Sync + 'static {
        let is_excluded = self.exclusion_filter();
        let heeded = self.ignore_override.clone().filter(|_| self.skips_ignored);
        let ignored = Arc::clone(&self.ignored);
        move |entry| {
            if is_excluded(entry) {
                return true;
            }
            if entry.depth() == 0 {
                return false;
            }
            let path = entry.path();
            let is_directory = is_directory(entry);
            let is_ignored = heeded.as_ref().is_some_and(|ignored| ignored.names(path, is_directory))
                || listed.as_ref().is_some_and(|listed| listed.skips(path, is_directory));
            if is_ignored {
                ignored.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
            }
            is_ignored
        }
    }

    /// The filter of a walk that doesn't respect ignore files.
    fn exclusion_filter(&self) -> impl Fn(&DirEntry) -> bool + Send + Sync + 'static {
        let exclusions = self.exclusions.clone();
        move |entry| {
            let is_directory = is_directory(entry);
            let is_skipped = is_directory && SKIPPED.iter().any(|name| entry.file_name() == *name);
            is_skipped || entry.depth() > 0 && exclusions.has(entry.path(), is_directory)
        }
    }

    fn visit_entry(
        &self,
        entry: &DirEntry,
        wanted: PathFilter<'_>,
        visit: FileVisitor<'_>,
        buffer: &mut Vec<u8>,
    ) -> WalkState {
        let Some(found) = entry.file_type() else { return WalkState::Continue };
        let path = entry.path();
        if found.is_dir() {
            self.record(path);
            if self.file_states.is_some() {
                IGNORE_FILES.iter().for_each(|name| self.record(&path.join(name)));
            }
            return WalkState::Continue;
        }
        if wanted(path) {
            self.record(path);
            match self.read_entry(path, found, buffer) {
                Ok(()) => visit(path, Ok(buffer)),
                Err(error) => visit(path, Err(error)),
            }
        }
        WalkState::Continue
    }
}

fn is_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|found| found.is_dir())
}

/// The number of threads for a walk: one for a directory without subdirectories.
fn walkers(directory: &Path) -> usize {
    let is_deep = fs::read_dir(directory)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_type().is_ok_and(|found| found.is_dir())));
    if !is_deep {
        return 1;
    }
    std::thread::available_parallelism().map_or(1, usize::from).min(MAX_WALKERS)
}

fn check_regular(found: &FileType) -> Result<(), ReadError> {
    if found.is_file() { Ok(()) } else { Err(ReadError::NotAFile) }
}

/// Replaces the buffer's contents by the file's, up to a limit.
pub(super) fn read_at_most(file: File, limit: usize, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
    buffer.clear();
    file.take((limit as u64).saturating_add(1)).read_to_end(buffer).map_err(refused)?;
    if buffer.len() > limit { Err(ReadError::TooLarge) } else { Ok(()) }
}

pub(super) fn refused(error: std::io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound => ReadError::Missing,
        ErrorKind::PermissionDenied => ReadError::Refused("permission denied".to_owned()),
        _ => ReadError::Refused(error.to_string()),
    }
}

/// The path of a walk's error.
fn place_of(error: &ignore::Error, directory: &Path) -> PathBuf {
    match error {
        ignore::Error::WithPath { path, .. } => path.clone(),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place_of(err, directory),
        _ => directory.to_owned(),
    }
}

/// The message of an error, without the path.
fn cause_of(error: &ignore::Error) -> String {
    match error.io_error() {
        Some(error) if error.kind() == ErrorKind::PermissionDenied => "permission denied".to_owned(),
        Some(error) => error.kind().to_string(),
        None => error.to_string(),
    }
}

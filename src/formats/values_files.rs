//! Searches for files of values that belong to a project but that no option names.
//!
//! The search runs only for a project with an unknown value that such a file may set.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::Context;
use crate::model::shown_option;
use crate::named::listed;
use crate::source::{Fs, is_skipped};

/// The maximum number of directories that are searched for one project.
const MAX_DIRECTORIES: usize = 64;

/// The maximum number of files that are found for one project.
const MAX_FILES: usize = 256;

/// The maximum size of a file of values that is read without a request, in bytes.
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// The number of files of values that a sentence names.
pub(super) const MAX_NAMED: usize = 3;

/// The directories and files that the searches of a run share: the directories around projects are often the same.
#[derive(Debug, Default)]
pub struct ValuesCache {
    listings: Mutex<HashMap<PathBuf, Arc<Listing>>>,
    parameters: Mutex<HashMap<PathBuf, ParameterTexts>>,
}

/// The texts in a file of parameters by name; `None` for another file.
pub(super) type ParameterTexts = Option<Arc<HashMap<String, String>>>;

/// The entries of a directory. A directory that can't be listed has none.
#[derive(Debug)]
struct Listing {
    files: Option<Vec<PathBuf>>,
    directories: OnceLock<Vec<PathBuf>>,
}

impl ValuesCache {
    /// Returns the parameters of a file, which `read` determines at its first use.
    pub(super) fn parameters(&self, path: &Path, fs: &dyn Fs, read: impl FnOnce() -> ParameterTexts) -> ParameterTexts {
        if let Some(known) = locked(&self.parameters).get(path) {
            fs.note_read(path);
            return known.clone();
        }
        let texts = read();
        locked(&self.parameters).insert(path.to_owned(), texts.clone());
        texts
    }

    /// Discards what depends on a path that has changed.
    pub fn forget(&self, changed: &Path) {
        let is_affected = |path: &PathBuf| path.starts_with(changed) || changed.starts_with(path);
        locked(&self.listings).retain(|path, _| !is_affected(path));
        locked(&self.parameters).retain(|path, _| !is_affected(path));
    }

    fn listing(&self, directory: &Path, fs: &dyn Fs) -> Arc<Listing> {
        if let Some(known) = locked(&self.listings).get(directory) {
            fs.note_listed(directory);
            return Arc::clone(known);
        }
        let listing = Arc::new(Listing { files: fs.list(directory).ok(), directories: OnceLock::new() });
        locked(&self.listings).insert(directory.to_owned(), Arc::clone(&listing));
        listing
    }
}

fn locked<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The files to search for, by name.
#[derive(Clone, Copy)]
pub(super) struct WantedFiles {
    pub(super) is_wanted: fn(&str) -> bool,
    /// True for a file that makes its directory a project of its own, which isn't searched.
    pub(super) is_code: fn(&str) -> bool,
}

/// Returns the wanted files below a directory, then those beside and below the directories around it, up to the root
/// of the tree. A directory with code of its own isn't searched, because its values are those of its own project.
pub(super) fn find(directory: &Path, wanted: WantedFiles, context: Context<'_>) -> Vec<PathBuf> {
    let mut search = Search { wanted, context, searched: HashSet::new(), found: Vec::new() };
    for start in directory.ancestors().take_while(|start| context.sources.may_read(start)) {
        search.search_below(start);
    }
    search.found.truncate(MAX_FILES);
    search.found
}

/// Describes that an option with one of the files sets the named variables or parameters; `None` without a file.
pub(super) fn describe(files: &[String], names: &str, option: &str) -> Option<String> {
    if let [file] = files {
        let with_file = shown_option(option, file);
        return Some(format!("`{file}` sets {names}: add `{with_file}`, or a `[[root]]` entry in `trailint.toml`"));
    }
    let quoted = files.iter().map(|file| format!("`{file}`")).collect();
    let files = listed(quoted, MAX_NAMED)?;
    Some(format!(
        "{files} set {names}: add one of them with `{option}`, or a `[[root]]` entry in `trailint.toml` for each"
    ))
}

struct Search<'a> {
    wanted: WantedFiles,
    context: Context<'a>,
    /// The directories that were listed.
    searched: HashSet<PathBuf>,
    found: Vec<PathBuf>,
}

impl Search<'_> {
    fn search_below(&mut self, start: &Path) {
        let mut pending = VecDeque::from([start.to_owned()]);
        while let Some(directory) = pending.pop_front() {
            if self.searched.len() >= MAX_DIRECTORIES || self.found.len() >= MAX_FILES {
                return;
            }
            if !self.searched.insert(directory.clone()) {
                continue;
            }
            let listing = self.context.caches.values.listing(&directory, self.context.fs);
            let Some(files) = &listing.files else { continue };
            if directory != start && files.iter().any(|file| (self.wanted.is_code)(&name_of(file))) {
                continue;
            }
            self.found.extend(files.iter().filter(|file| (self.wanted.is_wanted)(&name_of(file))).cloned());
            let directories =
                listing.directories.get_or_init(|| self.context.fs.directories(&directory).unwrap_or_default());
            pending.extend(directories.iter().filter(|path| !is_hidden(path)).cloned());
        }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_hidden(directory: &Path) -> bool {
    let name = name_of(directory);
    name.starts_with('.') || is_skipped(Path::new(&name))
}

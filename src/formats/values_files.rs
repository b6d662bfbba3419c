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
    parameters: Mutex<HashMap<PathBuf, ParameterFile>>,
}

/// The texts in a file of parameters by name; `None` for another file.
pub(super) type ParameterTexts = Option<Arc<HashMap<String, String>>>;

/// A file that may set parameters.
#[derive(Debug, Clone)]
enum ParameterFile {
    /// The first key of its mapping. If it is no parameter, the file isn't one of the stack.
    FirstName(Box<str>),
    Parsed(ParameterTexts),
}

/// The entries of a directory. A directory that can't be listed has none.
#[derive(Debug)]
struct Listing {
    files: Option<Vec<PathBuf>>,
    directories: OnceLock<Vec<PathBuf>>,
}

impl ValuesCache {
    /// Returns the parameters of a file, which `read` determines at their first use. A file whose first name
    /// `is_declared` rejects isn't parsed.
    pub(super) fn parameters(
        &self,
        path: &Path,
        fs: &dyn Fs,
        is_declared: impl Fn(&str) -> bool,
        read: impl FnOnce(Vec<u8>) -> ParameterTexts,
    ) -> ParameterTexts {
        let known = locked(&self.parameters).get(path).cloned();
        let bytes = || fs.read_inside(path).ok().filter(|bytes| bytes.len() <= MAX_BYTES);
        let texts = match known {
            Some(ParameterFile::FirstName(name)) if is_declared(&name) => bytes().and_then(read),
            Some(ParameterFile::FirstName(_)) => {
                fs.note_read(path);
                return None;
            }
            Some(ParameterFile::Parsed(texts)) => {
                fs.note_read(path);
                return texts;
            }
            None => match bytes() {
                Some(bytes) => match first_name(&bytes).filter(|name| !is_declared(name)) {
                    Some(name) => {
                        locked(&self.parameters).insert(path.to_owned(), ParameterFile::FirstName(name.into()));
                        return None;
                    }
                    None => read(bytes),
                },
                None => None,
            },
        };
        locked(&self.parameters).insert(path.to_owned(), ParameterFile::Parsed(texts.clone()));
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

/// The first key of a mapping in YAML or JSON; `None` if the text may be another list of parameters, or if only a parser
/// can tell.
fn first_name(text: &[u8]) -> Option<&str> {
    // Parameters may be below such a key, which an escape may hide.
    let has_section = memchr::memmem::find(text, b"arameters").is_some() || memchr::memchr(b'\\', text).is_some();
    let text = std::str::from_utf8(text).ok().filter(|_| !has_section)?;
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty() || line.starts_with('#') || *line == "---");
    let first = lines.next()?;
    if let Some(rest) = first.strip_prefix('{') {
        let rest = rest.trim_start();
        let rest = if rest.is_empty() { lines.next()?.trim_start() } else { rest };
        let (name, after) = rest.strip_prefix('"')?.split_once('"')?;
        return Some(name).filter(|name| is_word(name) && after.trim_start().starts_with(':'));
    }
    let (name, after) = first.split_once(':')?;
    Some(name).filter(|name| is_word(name) && (after.is_empty() || after.starts_with(' ')))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_is_only_known_where_no_parser_is_needed() {
        let table = [
            ("apiVersion: v1\n", Some("apiVersion")),
            ("# A comment\n---\nStage: prod\n", Some("Stage")),
            ("{ \"name\": \"app\" }", Some("name")),
            ("{\n  \"name\": 1\n}", Some("name")),
            ("name:value", None),
            ("\"Stage\": prod", None),
            ("- ParameterKey: Stage\n", None),
            ("[\"Stage=prod\"]", None),
            ("<<: *all\n", None),
            ("template: x.yaml\nparameters:\n  Stage: prod\n", None),
            ("{\"a\": 1, \"P\\u0061rameters\": {}}", None),
            ("a\n", None),
            ("", None),
        ];
        for (text, name) in table {
            assert_eq!(first_name(text.as_bytes()), name, "{text}");
        }
    }
}

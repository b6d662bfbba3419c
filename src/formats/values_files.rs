//! Searches for files of values that belong to a project but that no option names.
//!
//! The search runs only for a project with an unknown value that such a file may set.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use super::Context;
use crate::model::shown_option;
use crate::named::listed;
use crate::source::is_skipped;

/// The maximum number of directories that are searched for one project.
const MAX_DIRECTORIES: usize = 64;

/// The maximum number of files that are found for one project.
const MAX_FILES: usize = 256;

/// The maximum size of a file of values that is read without a request, in bytes.
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// The number of files of values that a sentence names.
pub(super) const MAX_NAMED: usize = 3;

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
            let Ok(files) = self.context.fs.list(&directory) else { continue };
            if directory != start && files.iter().any(|file| (self.wanted.is_code)(&name_of(file))) {
                continue;
            }
            self.found.extend(files.into_iter().filter(|file| (self.wanted.is_wanted)(&name_of(file))));
            let below = self.context.fs.directories(&directory).unwrap_or_default();
            pending.extend(below.into_iter().filter(|path| !is_hidden(path)));
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

//! Which directories are root modules: those that no scanned module calls, and that lead to a trail.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::calls::{self, Manifest};
use super::library::Library;
use super::{Root, TRAILS, file_name, names};
use crate::formats::{Context, Interest, Kept};

/// What is known of the scanned directories before any is read in full.
#[derive(Debug, Default)]
struct Directories {
    all: BTreeMap<PathBuf, Directory>,
}

/// A scanned directory.
#[derive(Debug, Default)]
struct Directory {
    mentions_trail: bool,
    /// Whether it calls a module whose name has to do with CloudTrail.
    calls_trail: bool,
    /// The directories that it calls.
    calls: BTreeSet<PathBuf>,
}

/// The root modules among the kept files.
pub(super) fn find(kept: &[Kept], context: Context<'_>) -> Vec<Root> {
    let mut directories = Directories::default();
    let mut roots = Vec::new();
    let library = Arc::new(Library::default());
    let root = |path: &Path, directory: &Path, only, is_called| {
        let (directory, name) = (directory.to_owned(), context.sources.name(path));
        Root { directory, name, only, library: Arc::clone(&library), is_called }
    };
    for kept in kept {
        let file = context.sources.file(kept.file);
        let name = file_name(&file.path);
        if names::is_variable_values(&name) {
            continue;
        }
        if !names::is_configuration(&name) {
            if kept.interest == Interest::Mentions {
                roots.push(root(&file.path, file.directory(), Some(kept.file), false));
            }
            continue;
        }
        directories.add(kept, context);
    }
    let called: BTreeSet<&PathBuf> = directories.all.values().flat_map(|directory| &directory.calls).collect();
    let mut reached: BTreeSet<PathBuf> = BTreeSet::new();
    let is_root = |path: &&PathBuf| !called.contains(path) || context.options.roots.contains(path);
    for path in directories.all.keys().filter(is_root) {
        let reachable = directories.reachable(path);
        if reachable.iter().any(|path| directories.may_hold_trail(path, context)) {
            reached.extend(reachable);
            roots.push(root(path, path, None, false));
        }
    }
    // Modules that call each other in a circle have no root; they are judged all the same.
    for (path, directory) in &directories.all {
        if directory.mentions_trail && !reached.contains(path) {
            reached.extend(directories.reachable(path));
            roots.push(root(path, path, None, called.contains(path)));
        }
    }
    roots.sort_by(|a, b| a.name.cmp(&b.name));
    roots
}

impl Directories {
    fn add(&mut self, kept: &Kept, context: Context<'_>) {
        let file = context.sources.file(kept.file);
        let directory = self.all.entry(file.directory().to_owned()).or_default();
        directory.mentions_trail |= kept.interest == Interest::Mentions;
        for call in calls::found::in_file(kept.file, &file) {
            directory.calls_trail |= call.names_trail;
            directory.calls.extend(call.local.filter(|called| called != file.directory()));
        }
    }

    /// A directory and all that it calls, directly or not.
    fn reachable(&self, path: &Path) -> BTreeSet<PathBuf> {
        let mut reachable = BTreeSet::new();
        let mut pending = vec![path];
        while let Some(path) = pending.pop() {
            if reachable.insert(path.to_owned())
                && let Some(directory) = self.all.get(path)
            {
                pending.extend(directory.calls.iter().map(PathBuf::as_path));
            }
        }
        reachable
    }

    /// Whether a directory, or what is installed beside it, mentions a trail or something named like one.
    fn may_hold_trail(&self, path: &Path, context: Context<'_>) -> bool {
        match self.all.get(path) {
            Some(directory) => directory.mentions_trail || directory.calls_trail || installed_mention(path, context),
            // A called directory may lie where the walk doesn't go.
            None => mentions_trail(path, context),
        }
    }
}

/// Whether a module that is installed beside a root mentions a trail.
fn installed_mention(root: &Path, context: Context<'_>) -> bool {
    let manifest = Manifest::read(root, context);
    manifest.directories().any(|directory| mentions_trail(directory, context))
}

fn mentions_trail(directory: &Path, context: Context<'_>) -> bool {
    if !context.sources.may_read(directory) {
        return false;
    }
    let files = context.fs.list(directory).unwrap_or_default();
    let mentions = |path: &PathBuf| {
        context.fs.read_inside(path).is_ok_and(|bytes| TRAILS.iter().any(|needle| needle.find(&bytes).is_some()))
    };
    files.iter().filter(|path| names::is_configuration(&file_name(path))).any(mentions)
}

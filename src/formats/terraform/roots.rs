//! Which directories are root modules: those that no scanned module calls, and that lead to a trail.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::calls::{self, Manifest};
use super::library::Library;
use super::{Root, file_name, names};
use crate::formats::{Context, Interest, Kept, Linked, Links};
use crate::source::ReadError;

/// What is known of the scanned directories, and of those that they call, before any is read in full.
#[derive(Debug, Default)]
struct Directories {
    all: Vec<Directory>,
    /// The places in the list by path.
    places: HashMap<PathBuf, usize>,
}

/// A directory.
#[derive(Debug, Default)]
struct Directory {
    path: PathBuf,
    /// Whether a file in it was kept; the walk doesn't go to all that is called.
    is_scanned: bool,
    mentions_trail: bool,
    /// Whether it calls a module whose name has to do with CloudTrail.
    calls_trail: bool,
    /// The directories that it calls, and those that call it.
    calls: Vec<usize>,
    callers: Vec<usize>,
}

/// The modules that a file calls, if it is a part of one.
pub(super) fn links(kept: Kept, context: Context<'_>) -> Links {
    let file = context.sources.file(kept.file);
    let name = file_name(&file.path);
    let mut links = Links::default();
    if names::is_configuration(&name) && !names::is_variable_values(&name) {
        for call in calls::found::in_file(kept.file, &file) {
            links.may_bring_trail |= call.names_trail;
            links.calls.extend(call.local.filter(|called| called != file.directory()));
        }
    }
    links
}

/// The root modules among the kept files.
pub(super) fn find(linked: &[Linked], context: Context<'_>) -> Vec<Root> {
    let mut directories = Directories::default();
    let mut roots = Vec::new();
    let library = Arc::new(Library::default());
    let root = |path: &Path, directory: &Path, only, is_called| {
        let (directory, name) = (directory.to_owned(), context.sources.name(path));
        Root { directory, name, only, library: Arc::clone(&library), is_called }
    };
    for linked in linked {
        let kept = linked.kept;
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
        directories.add(linked, file.directory());
    }
    let found = directories.roots(context).into_iter();
    roots.extend(found.map(|(directory, is_called)| root(&directory.path, &directory.path, None, is_called)));
    roots.sort_by(|a, b| a.name.cmp(&b.name));
    roots
}

fn is_in(set: &[bool], place: usize) -> bool {
    set.get(place).copied().unwrap_or(false)
}

impl Directories {
    fn add(&mut self, linked: &Linked, path: &Path) {
        let own = self.place(path);
        let called: Vec<usize> = linked.links.calls.iter().map(|called| self.place(called)).collect();
        for &called in &called {
            self.all.get_mut(called).into_iter().for_each(|directory| directory.callers.push(own));
        }
        if let Some(directory) = self.all.get_mut(own) {
            directory.is_scanned = true;
            directory.mentions_trail |= linked.kept.interest == Interest::Mentions;
            directory.calls_trail |= linked.links.may_bring_trail;
            directory.calls.extend(called);
        }
    }

    /// The directories that are deployed by themselves, and whether something calls them all the same.
    fn roots(&self, context: Context<'_>) -> Vec<(&Directory, bool)> {
        let leads = self.leading_to_trails(context);
        let mut reached = vec![false; self.all.len()];
        let mut roots = Vec::new();
        for (place, directory) in self.all.iter().enumerate() {
            let is_root = directory.callers.is_empty() || context.options.roots.contains(&directory.path);
            if directory.is_scanned && is_root && is_in(&leads, place) {
                self.spread(&mut reached, place, |directory| &directory.calls);
                roots.push((directory, false));
            }
        }
        // Modules that call each other in a circle have no root; they are judged all the same.
        let is_left = |(place, directory): &(usize, &Directory)| directory.mentions_trail && !is_in(&reached, *place);
        let mut left: Vec<(usize, &Directory)> = self.all.iter().enumerate().filter(is_left).collect();
        left.sort_by_key(|(_, directory)| &directory.path);
        for (place, directory) in left {
            if !is_in(&reached, place) {
                self.spread(&mut reached, place, |directory| &directory.calls);
                roots.push((directory, !directory.callers.is_empty()));
            }
        }
        roots
    }

    /// The place of a directory in the list.
    fn place(&mut self, path: &Path) -> usize {
        if let Some(&place) = self.places.get(path) {
            return place;
        }
        let place = self.all.len();
        self.all.push(Directory { path: path.to_owned(), ..Directory::default() });
        self.places.insert(path.to_owned(), place);
        place
    }

    /// The directories that may hold a trail, and those that call them, directly or not.
    fn leading_to_trails(&self, context: Context<'_>) -> Vec<bool> {
        let mut leading = vec![false; self.all.len()];
        for (place, directory) in self.all.iter().enumerate() {
            if !is_in(&leading, place) && directory.may_hold_trail(context) {
                self.spread(&mut leading, place, |directory| &directory.callers);
            }
        }
        leading
    }

    /// Puts a directory into a set, and all to which steps lead from it.
    fn spread(&self, set: &mut [bool], start: usize, steps: impl Fn(&Directory) -> &[usize]) {
        let mut pending = vec![start];
        while let Some(place) = pending.pop() {
            if let (Some(is_in @ false), Some(directory)) = (set.get_mut(place), self.all.get(place)) {
                *is_in = true;
                pending.extend(steps(directory));
            }
        }
    }
}

impl Directory {
    /// Whether a directory, or what is installed beside it, mentions a trail or something named like one.
    fn may_hold_trail(&self, context: Context<'_>) -> bool {
        let Self { path, is_scanned, mentions_trail: mentions, calls_trail, .. } = self;
        if *is_scanned {
            *mentions || *calls_trail || installed_mention(path, context)
        } else {
            mentions_trail(path, context)
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
    // What can't be read may mention one.
    let files = match context.fs.list(directory) {
        Err(ReadError::Missing) => return false,
        Err(_) => return true,
        Ok(files) => files,
    };
    let mentions = |path: &PathBuf| match context.fs.read_inside(path) {
        Ok(bytes) => super::mentions_trail(&bytes),
        Err(_) => true,
    };
    files.iter().filter(|path| names::is_configuration(&file_name(path))).any(mentions)
}

//! Which templates are deployed by themselves: those that no stack of another one deploys.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use super::deployment::{Deployment, called};
use super::document::Shared;
use super::library::Library;
use super::stacks;
use crate::formats::{Context, Interest, Kept, Linked, Links, Opened, Project};
use crate::source::FileId;

/// A file that may hold a template, or one of the documents of such a file.
pub(super) struct Root {
    pub(super) file: FileId,
    /// The number of its document.
    pub(super) number: usize,
    /// Whether no other root lies before it in its file.
    pub(super) is_first: bool,
    /// What it has in common with the others in its file.
    pub(super) shared: Option<Arc<Shared>>,
    name: String,
}

impl Project for Root {
    fn root(&self) -> String {
        self.name.clone()
    }

    fn open<'a>(&'a self, context: Context<'a>) -> Box<dyn Opened + 'a> {
        Box::new(Deployment::open(self, context))
    }
}

/// What a file deploys with itself, if there are templates in it.
pub(super) fn links(kept: Kept, context: Context<'_>) -> Links {
    let library = LazyCell::new(|| Library::new(context));
    let called = calls_of(kept.file, context, &library);
    let may_be_root = kept.interest == Interest::Mentions || called.is_some();
    let is_other = |id: &FileId| *id != kept.file;
    let path = |id: FileId| context.sources.file(id).path.clone();
    Links {
        may_bring_trail: called.is_some(),
        calls: called.into_iter().flatten().filter(is_other).map(path).collect(),
        documents: if may_be_root { documents(kept.file, context, &library) } else { Vec::new() },
    }
}

/// The documents of a file that may be templates. CloudFormation reads one, so several are several deployments: a second
/// one must not hide.
fn documents<'a>(file: FileId, context: Context<'a>, library: &impl Deref<Target = Library<'a>>) -> Vec<usize> {
    let text = context.sources.file(file);
    let starts_line = |at: usize| text.text.get(..at).is_some_and(|before| before.ends_with(['\n', '\r']));
    let may_hold_several =
        ["---", "..."].iter().any(|mark| text.text.match_indices(mark).any(|(at, _)| starts_line(at)));
    if !may_hold_several {
        return vec![0];
    }
    let numbers: Vec<usize> = library.templates(&library.document(file)).map(|(number, _)| number).collect();
    if numbers.is_empty() { vec![0] } else { numbers }
}

/// The roots among the kept files.
pub(super) fn find(linked: &[Linked], context: Context<'_>) -> Vec<Root> {
    let files: HashMap<PathBuf, FileId> =
        linked.iter().map(|linked| (context.sources.file(linked.kept.file).path.clone(), linked.kept.file)).collect();
    let is_candidate = |linked: &&Linked| linked.kept.interest == Interest::Mentions || linked.links.may_bring_trail;
    let candidates: BTreeMap<FileId, &Links> =
        linked.iter().filter(is_candidate).map(|linked| (linked.kept.file, &linked.links)).collect();
    let called = |links: &Links| links.calls.iter().filter_map(|path| files.get(path).copied()).collect();
    let calls: BTreeMap<FileId, Vec<FileId>> = candidates.iter().map(|(file, links)| (*file, called(links))).collect();
    let called: BTreeSet<FileId> = calls.values().flatten().copied().collect();
    let is_named = |file: &FileId| context.options.roots.contains(&context.sources.file(*file).path);
    let is_root = |file: &FileId| !called.contains(file) || is_named(file);
    let mut roots: Vec<FileId> = candidates.keys().copied().filter(is_root).collect();
    let mut reached = BTreeSet::new();
    roots.iter().for_each(|root| reach(*root, &calls, &mut reached));
    // Templates that deploy each other are reached from no root, and must not be lost.
    for file in candidates.keys() {
        if !reached.contains(file) {
            roots.push(*file);
            reach(*file, &calls, &mut reached);
        }
    }
    roots.sort();
    let numbers = |file: &FileId| candidates.get(file).map_or(&[][..], |links| &links.documents);
    roots.iter().flat_map(|file| of_file(*file, numbers(file), &context.sources.file(*file).name)).collect()
}

/// The roots in a file, by the numbers of their documents.
fn of_file(file: FileId, numbers: &[usize], name: &str) -> Vec<Root> {
    let shared = (numbers.len() > 1).then(|| Arc::new(Shared::new(numbers.len())));
    let root = |(index, number): (usize, &usize)| Root {
        file,
        number: *number,
        is_first: index == 0,
        shared: shared.clone(),
        name: numbered(name.to_owned(), index),
    };
    numbers.iter().enumerate().map(root).collect()
}

/// The name of one of the documents of a file.
fn numbered(name: String, index: usize) -> String {
    if index == 0 { name } else { format!("{name}#{}", index.saturating_add(1)) }
}

/// The files that a template's stacks deploy; nothing for a file without templates or stacks.
fn calls_of<'a>(file: FileId, context: Context<'a>, library: &impl Deref<Target = Library<'a>>) -> Option<Vec<FileId>> {
    let text = context.sources.file(file);
    if !stacks::NEEDLES.iter().chain(&[super::macros::INCLUDE]).any(|needle| text.text.contains(needle)) {
        return None;
    }
    let document = library.document(file);
    let templates: Vec<_> = library.templates(&document).map(|(_, template)| template).collect();
    let called = templates.iter().flat_map(|template| called(library, template));
    (!templates.is_empty()).then(|| called.collect())
}

fn reach(root: FileId, calls: &BTreeMap<FileId, Vec<FileId>>, reached: &mut BTreeSet<FileId>) {
    let mut pending = vec![root];
    while let Some(file) = pending.pop() {
        if reached.insert(file) {
            pending.extend(calls.get(&file).into_iter().flatten());
        }
    }
}

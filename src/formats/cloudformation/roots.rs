//! Which templates are deployed by themselves: those that no stack of another one deploys.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Deref;
use std::path::PathBuf;

use super::deployment::{Deployment, called};
use super::library::Library;
use super::stacks;
use crate::formats::{Context, Interest, Kept, Linked, Links, Opened, Project};
use crate::source::FileId;

/// A file that may hold a template, or one of the documents of such a file.
pub(super) struct Root {
    file: FileId,
    document: usize,
    name: String,
}

impl Project for Root {
    fn root(&self) -> String {
        self.name.clone()
    }

    fn open<'a>(&'a self, context: Context<'a>) -> Box<dyn Opened + 'a> {
        Box::new(Deployment::open(self.file, self.document, context))
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
        documents: if may_be_root { documents(kept.file, context, &library) } else { 0 },
    }
}

/// CloudFormation reads one document, so several in a file are several deployments.
fn documents<'a>(file: FileId, context: Context<'a>, library: &impl Deref<Target = Library<'a>>) -> usize {
    let text = context.sources.file(file);
    let starts_line = |at: usize| text.text.get(..at).is_some_and(|before| before.ends_with(['\n', '\r']));
    let may_hold_several =
        ["---", "..."].iter().any(|mark| text.text.match_indices(mark).any(|(at, _)| starts_line(at)));
    if may_hold_several { library.templates(&library.document(file)).len().max(1) } else { 1 }
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
    let documents = |file: FileId| candidates.get(&file).map_or(0, |links| links.documents);
    let name = |file: FileId| context.sources.file(file).name.clone();
    roots
        .into_iter()
        .flat_map(|file| (0..documents(file)).map(move |document| (file, document)))
        .map(|(file, document)| Root { file, document, name: numbered(name(file), document) })
        .collect()
}

/// The name of one of the documents of a file.
fn numbered(name: String, document: usize) -> String {
    if document == 0 { name } else { format!("{name}#{}", document.saturating_add(1)) }
}

/// The files that a template's stacks deploy; nothing for a file without templates or stacks.
fn calls_of<'a>(file: FileId, context: Context<'a>, library: &impl Deref<Target = Library<'a>>) -> Option<Vec<FileId>> {
    let text = context.sources.file(file);
    if !stacks::NEEDLES.iter().chain(&[super::macros::INCLUDE]).any(|needle| text.text.contains(needle)) {
        return None;
    }
    let templates = library.templates(&library.document(file));
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

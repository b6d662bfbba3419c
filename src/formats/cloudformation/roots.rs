//! Which templates are deployed by themselves: those that no stack of another one deploys.

use std::collections::{BTreeMap, BTreeSet};

use super::deployment::{Deployment, called};
use super::library::Library;
use super::stacks;
use crate::formats::{Context, Interest, Kept, Opened, Project};
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

/// The roots among the kept files.
pub(super) fn find(kept: &[Kept], context: Context<'_>) -> Vec<Root> {
    let library = Library::new(context);
    let calls: BTreeMap<FileId, Vec<FileId>> =
        kept.iter().map(|kept| kept.file).filter_map(|file| Some((file, calls_of(file, &library)?))).collect();
    let is_candidate = |kept: &&Kept| kept.interest == Interest::Mentions || calls.contains_key(&kept.file);
    let candidates: Vec<FileId> = kept.iter().filter(is_candidate).map(|kept| kept.file).collect();
    let called: BTreeSet<FileId> =
        calls.iter().flat_map(|(own, called)| called.iter().filter(move |id| *id != own)).copied().collect();
    let is_named = |file: &FileId| context.options.roots.contains(&context.sources.file(*file).path);
    let is_root = |file: &&FileId| !called.contains(file) || is_named(file);
    let mut roots: Vec<FileId> = candidates.iter().filter(is_root).copied().collect();
    let mut reached = BTreeSet::new();
    roots.iter().for_each(|root| reach(*root, &calls, &mut reached));
    // Templates that deploy each other are reached from no root, and must not be lost.
    for file in &candidates {
        if !reached.contains(file) {
            roots.push(*file);
            reach(*file, &calls, &mut reached);
        }
    }
    roots.sort();
    roots.into_iter().flat_map(|file| documents(file, &library)).collect()
}

/// CloudFormation reads one document, so several in a file are several deployments.
fn documents(file: FileId, library: &Library<'_>) -> Vec<Root> {
    let text = library.context.sources.file(file);
    let count = if text.text.contains("\n---") { library.templates(&library.document(file)).len().max(1) } else { 1 };
    let name = |document: usize| match document {
        0 => text.name.clone(),
        later => format!("{}#{}", text.name, later.saturating_add(1)),
    };
    (0..count).map(|document| Root { file, document, name: name(document) }).collect()
}

/// The files that a template's stacks deploy; nothing for a file without templates or stacks.
fn calls_of(file: FileId, library: &Library<'_>) -> Option<Vec<FileId>> {
    let text = library.context.sources.file(file);
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

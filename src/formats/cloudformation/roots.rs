//! Which templates are deployed by themselves: those that no stack of another one deploys.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::deployment::{self, Deployment};
use super::exports::{self, Exports};
use super::library::Library;
use super::{may_export, mentions_template};
use crate::formats::{Context, Interest, Kept, Linked, Links, Opened, Project};
use crate::source::FileId;

/// More templates than this aren't judged in one file.
pub(super) const MAX_TEMPLATES: usize = 4_096;

/// A file that may hold a template, or one of the documents of such a file.
pub(super) struct Root {
    pub(super) file: FileId,
    /// The number of its document.
    pub(super) number: usize,
    /// Whether no other root lies before it in its file.
    pub(super) is_first: bool,
    /// The number of the first document in its file that is a template over the limit; only the first root tells.
    pub(super) left_out: Option<usize>,
    name: String,
    /// The values that it may import from other templates.
    pub(super) exports: Arc<Exports>,
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
    let text = context.sources.file(kept.file);
    let may_call = mentions_template(&text.text);
    let (mut documents, mut called, mut is_cut) = (Vec::new(), BTreeSet::new(), false);
    let exports = if may_export(text.text.as_bytes()) {
        exports::names_in(&context.readings.read(kept.file, &text).tree)
    } else {
        BTreeSet::new()
    };
    if may_call || may_hold_several(&text.text) {
        let library = Library::new(context);
        let document = library.document(kept.file);
        is_cut = document.is_cut();
        // One at a time, since each may include as much as a file may hold; the first over the limit is told.
        for (number, template) in library.recognize(&document).take(MAX_TEMPLATES.saturating_add(1)) {
            documents.push(number);
            if may_call {
                called.extend(deployment::called(&library, &Rc::new(template)));
            }
        }
        called.extend(library.included());
    }
    let may_bring_trail = may_call && (is_cut || !documents.is_empty());
    if documents.is_empty() {
        documents.push(0);
    }
    if kept.interest != Interest::Mentions && !may_bring_trail {
        documents.clear();
    }
    called.remove(&kept.file);
    let calls = called.into_iter().map(|file| context.sources.file(file).path.clone()).collect();
    Links { calls, may_bring_trail, documents, exports, ..Links::default() }
}

/// Whether a text may be several documents. CloudFormation reads one, so several are several deployments: a second one must
/// not hide.
fn may_hold_several(text: &str) -> bool {
    let starts_line = |at: usize| text.get(..at).is_some_and(|before| before.ends_with(['\n', '\r']));
    ["---", "..."].iter().any(|mark| text.match_indices(mark).any(|(at, _)| starts_line(at)))
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
    roots.sort_unstable();
    let numbers = |file: &FileId| candidates.get(file).map_or(&[][..], |links| &links.documents);
    let exports = exports::of(linked);
    roots.iter().flat_map(|file| of_file(*file, numbers(file), &context.sources.file(*file).name, &exports)).collect()
}

/// The roots in a file, by the numbers of their documents.
fn of_file(file: FileId, numbers: &[usize], name: &str, exports: &Arc<Exports>) -> Vec<Root> {
    let root = |(index, number): (usize, &usize)| Root {
        file,
        number: *number,
        is_first: index == 0,
        left_out: numbers.get(MAX_TEMPLATES).filter(|_| index == 0).copied(),
        name: numbered(name.to_owned(), index),
        exports: Arc::clone(exports),
    };
    numbers.iter().take(MAX_TEMPLATES).enumerate().map(root).collect()
}

/// The name of one of the documents of a file.
fn numbered(name: String, index: usize) -> String {
    if index == 0 { name } else { format!("{name}#{}", index.saturating_add(1)) }
}

fn reach(root: FileId, calls: &BTreeMap<FileId, Vec<FileId>>, reached: &mut BTreeSet<FileId>) {
    let mut pending = vec![root];
    while let Some(file) = pending.pop() {
        if reached.insert(file) {
            pending.extend(calls.get(&file).into_iter().flatten());
        }
    }
}

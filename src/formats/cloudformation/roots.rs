//! Determines which templates are deployed by themselves: those that no stack of another template deploys, and those
//! whose trail none of these stacks creates.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::deployment::{self, LoadedStack};
use super::exports::{self, Exports};
use super::library::TemplateLibrary;
use super::{may_export, mentions_template};
use crate::formats::{CalledCode, CandidateFile, Context, LinkedFile, Links, LoadedProject, Project, Relevance};
use crate::source::{FileId, SourceFile};
use crate::value::Budget;

/// The maximum number of templates that are checked in one file.
pub(super) const MAX_TEMPLATES: usize = 4_096;

/// A file that may be a template, or one document of such a file.
pub(super) struct TemplateRoot {
    pub(super) file: FileId,
    /// The number of the document in the file.
    pub(super) number: usize,
    /// True for the first root in its file.
    pub(super) is_first: bool,
    /// The number of the first document that is a template over the limit. It is set in the first root of a file only,
    /// so that it is reported once.
    pub(super) over_limit: Option<usize>,
    name: String,
    /// The values that the template may import from others.
    pub(super) exports: Arc<Exports>,
    /// Set if other templates deploy this one. It is then a root only if they create no trail of it.
    called: Option<CalledCode>,
}

impl Project for TemplateRoot {
    fn root(&self) -> String {
        self.name.clone()
    }

    fn called(&self) -> Option<&CalledCode> {
        self.called.as_ref()
    }

    fn declares_trail(&self, context: Context<'_>) -> bool {
        let library = TemplateLibrary::new(context);
        let template = library.template(&library.document(self.file), self.number);
        template.is_some_and(|template| template.declares_trail())
    }

    fn place_of(&self, file: &SourceFile) -> PathBuf {
        file.path.clone()
    }

    fn open<'a>(&'a self, context: Context<'a>, budget: &Rc<Budget>) -> Box<dyn LoadedProject + 'a> {
        Box::new(LoadedStack::open(self, context, budget))
    }
}

/// The files that the templates in a file deploy or include, and the documents that may be roots.
pub(super) fn links(kept: CandidateFile, context: Context<'_>) -> Links {
    let text = context.sources.file(kept.file);
    let may_call = mentions_template(&text.text);
    // An included file may contain exports, too.
    let may_export = may_call || may_export(text.text.as_bytes());
    let (mut documents, mut called, mut is_cut) = (Vec::new(), BTreeSet::new(), false);
    let (mut exports, mut included) = (BTreeSet::new(), BTreeSet::new());
    if may_export || may_hold_several(&text.text) {
        let (library, budget) = (TemplateLibrary::new(context), Budget::new(text.text.len()));
        let document = library.document(kept.file);
        is_cut = document.is_cut();
        // Templates are recognized one at a time, because each may include as many entries as a file may contain. The
        // first one over the limit is recorded, so that it can be reported.
        for (number, template) in library.recognize(&document).take(MAX_TEMPLATES.saturating_add(1)) {
            documents.push(number);
            if may_export {
                exports.extend(template.exports(&library).keys().map(|name| (name.clone(), number)));
            }
            if may_call {
                called.extend(deployment::called(&library, &Rc::new(template), &budget));
            }
        }
        included.extend(library.included());
        called.extend(&included);
    }
    let may_bring_trail = may_call && (is_cut || !documents.is_empty());
    if documents.is_empty() {
        documents.push(0);
    }
    if kept.relevance != Relevance::Trail && !may_bring_trail {
        documents.clear();
    }
    called.remove(&kept.file);
    let paths =
        |files: BTreeSet<FileId>| files.into_iter().map(|file| context.sources.file(file).path.clone()).collect();
    let (calls, included) = (paths(called), paths(included));
    Links { calls, included, may_bring_trail, documents, exports, ..Links::default() }
}

/// True if a text may contain several documents. CloudFormation reads one document, so each one is a separate
/// deployment, and a trail in the second document must not be missed.
fn may_hold_several(text: &str) -> bool {
    let mut marks = ["---", "..."].iter().flat_map(|mark| text.match_indices(mark));
    marks.any(|(at, _)| text.get(..at).is_some_and(|before| before.ends_with(['\n', '\r'])))
}

/// The roots among the candidate files, including templates that are roots only if no call creates their trail.
pub(super) fn find(linked: &[LinkedFile], context: Context<'_>) -> Vec<TemplateRoot> {
    let files = by_place(linked, context);
    let mut candidates: BTreeMap<FileId, &Links> = BTreeMap::new();
    let mut calls: BTreeMap<FileId, Vec<FileId>> = BTreeMap::new();
    for LinkedFile { candidate, links } in linked {
        if candidate.relevance == Relevance::Trail || links.may_bring_trail {
            candidates.insert(candidate.file, links);
            calls.insert(candidate.file, links.calls.iter().flat_map(|path| at(path, &files, context)).collect());
        }
    }
    let roots = uncalled(&calls, context);
    let turns = turns_of(&calls, &roots);
    let included = linked.iter().flat_map(|linked| &linked.links.included);
    let included: HashSet<FileId> = included.flat_map(|path| at(path, &files, context)).collect();
    let exports = exports::of(linked, &included.iter().filter(|file| !roots.contains(file)).copied().collect());
    let mut found = Vec::new();
    for (file, links) in &candidates {
        let source = context.sources.file(*file);
        if included.contains(file) && !roots.contains(file) {
            continue;
        }
        let called = turns.get(file).map(|turn| CalledCode { place: source.path.clone(), turn: *turn });
        found.extend(of_file(*file, &links.documents, &source.name, &exports, called));
    }
    found
}

/// The files by their resolved paths. A template may be referenced through a symbolic link, and a file may be found
/// under several names.
fn by_place(linked: &[LinkedFile], context: Context<'_>) -> HashMap<PathBuf, Vec<FileId>> {
    let mut files: HashMap<PathBuf, Vec<FileId>> = HashMap::new();
    for linked in linked {
        let place = context.fs.without_links(&context.sources.file(linked.candidate.file).path);
        files.entry(place).or_default().push(linked.candidate.file);
    }
    files
}

/// The files at a path, in the order of reading.
fn at(path: &Path, files: &HashMap<PathBuf, Vec<FileId>>, context: Context<'_>) -> Vec<FileId> {
    files.get(&context.fs.without_links(path)).cloned().unwrap_or_default()
}

/// The files that no other file deploys, the files that are declared as roots, and the first file of each cycle.
fn uncalled(calls: &BTreeMap<FileId, Vec<FileId>>, context: Context<'_>) -> BTreeSet<FileId> {
    let called: BTreeSet<FileId> = calls.values().flatten().copied().collect();
    let mut roots: BTreeSet<FileId> = calls.keys().copied().collect();
    roots.retain(|file| !called.contains(file) || is_root_all_the_same(*file, context));
    let mut reached = BTreeSet::new();
    roots.iter().for_each(|root| add_reachable(*root, calls, &mut reached));
    // Templates in a cycle are reachable from no root, and must not be missed. The order of their paths decides,
    // because file ids depend on the order of reading: a file that is open in an editor or changed by a fix is read
    // earlier.
    let mut by_path: Vec<FileId> = calls.keys().copied().collect();
    by_path.sort_by_cached_key(|file| context.sources.file(*file).path.clone());
    for file in by_path {
        if !reached.contains(&file) {
            roots.insert(file);
            add_reachable(file, calls, &mut reached);
        }
    }
    roots
}

fn is_root_all_the_same(file: FileId, context: Context<'_>) -> bool {
    let path = &context.sources.file(file).path;
    context.options.roots.contains(path) || context.options.base.as_ref().is_some_and(|base| base.is_root(path))
}

/// The turns of the files that aren't roots: their place in the order of evaluation, callers first.
fn turns_of(calls: &BTreeMap<FileId, Vec<FileId>>, roots: &BTreeSet<FileId>) -> BTreeMap<FileId, usize> {
    let files: Vec<FileId> = calls.keys().filter(|file| !roots.contains(file)).copied().collect();
    let indices: HashMap<FileId, usize> = files.iter().enumerate().map(|(index, file)| (*file, index)).collect();
    let mut called: Vec<Vec<usize>> = Vec::new();
    for file in &files {
        let callees = calls.get(file).into_iter().flatten();
        called.push(callees.filter_map(|callee| indices.get(callee).copied()).collect());
    }
    let turns = CalledCode::turns(&called);
    files.into_iter().zip(turns).collect()
}

/// The roots in a file, by the numbers of their documents. A stack that deploys the file deploys the first document.
fn of_file(
    file: FileId,
    numbers: &[usize],
    name: &str,
    exports: &Arc<Exports>,
    called: Option<CalledCode>,
) -> Vec<TemplateRoot> {
    let roots = numbers.iter().take(MAX_TEMPLATES).enumerate().map(|(index, number)| TemplateRoot {
        file,
        number: *number,
        is_first: index == 0,
        over_limit: numbers.get(MAX_TEMPLATES).filter(|_| index == 0).copied(),
        name: numbered(name.to_owned(), index),
        exports: Arc::clone(exports),
        called: called.clone().filter(|_| index == 0),
    });
    roots.collect()
}

/// The name of a document in a file: `NAME` or `NAME#2`.
fn numbered(name: String, index: usize) -> String {
    if index == 0 { name } else { format!("{name}#{}", index.saturating_add(1)) }
}

fn add_reachable(root: FileId, calls: &BTreeMap<FileId, Vec<FileId>>, reached: &mut BTreeSet<FileId>) {
    let mut pending = vec![root];
    while let Some(file) = pending.pop() {
        if reached.insert(file) {
            pending.extend(calls.get(&file).into_iter().flatten());
        }
    }
}

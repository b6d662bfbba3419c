//! Determines which templates are deployed by themselves: those that no stack of another template deploys, and those
//! whose trail none of these stacks creates.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::deployment::{MAX_TEMPLATES, TemplateRoot};
use super::library::{Export, Exports, TemplateLibrary};
use super::needles::{may_export, mentions_template};
use super::scope::{TemplateEvaluator, TemplateScope};
use super::stacks::StackContent;
use super::template::Template;
use crate::formats::{CalledCode, CandidateFile, Context, LinkedFile, Links, Project, Relevance};
use crate::source::FileId;
use crate::value::{Budget, Reason, World};

/// The files that the templates in a file deploy or include, and the documents that may be roots.
pub(crate) fn links(kept: CandidateFile, context: Context<'_>) -> Links {
    let text = context.sources.file(kept.file);
    let may_call = mentions_template(&text.text);
    // An included file may contain exports, too.
    let may_export = may_call || may_export(text.text.as_bytes());
    let (mut documents, mut called, mut is_cut) = (Vec::new(), BTreeSet::new(), false);
    let (mut exports, mut included) = (BTreeSet::new(), BTreeSet::new());
    if may_export || may_hold_several(&text.text) {
        let (library, budget) = (TemplateLibrary::new(context, &Arc::default()), Budget::new(text.text.len()));
        let document = library.files.document(kept.file);
        is_cut = document.is_cut();
        // Templates are recognized one at a time, because each may include as many entries as a file may contain. The
        // first one over the limit is recorded, so that it can be reported.
        let recognized = document.tree.documents.iter().enumerate();
        let recognized = recognized
            .filter_map(|(number, root)| Some((number, Template::recognize(root, &document, &library.files)?)));
        for (number, template) in recognized.take(MAX_TEMPLATES.saturating_add(1)) {
            documents.push(number);
            if may_export {
                exports.extend(template.exports(&library.files).keys().map(|name| (name.clone(), number)));
            }
            if may_call {
                called.extend(called_files(&library, template, &budget));
            }
        }
        included.extend(library.files.included());
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
pub(crate) fn projects(linked: &[LinkedFile], context: Context<'_>) -> Vec<Box<dyn Project>> {
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
    let exports = exports_of(linked, &included.iter().filter(|file| !roots.contains(file)).copied().collect());
    let mut found: Vec<Box<dyn Project>> = Vec::new();
    for (file, links) in &candidates {
        let source = context.sources.file(*file);
        if included.contains(file) && !roots.contains(file) {
            continue;
        }
        for (index, number) in links.documents.iter().take(MAX_TEMPLATES).enumerate() {
            // A stack that deploys the file deploys the first document.
            let is_first = index == 0;
            let turn = turns.get(file).filter(|_| is_first);
            found.push(Box::new(TemplateRoot {
                path: source.path.clone(),
                file: *file,
                number: *number,
                is_first,
                over_limit: links.documents.get(MAX_TEMPLATES).filter(|_| is_first).copied(),
                name: if is_first {
                    source.name.clone()
                } else {
                    format!("{}#{}", source.name, index.saturating_add(1))
                },
                exports: Arc::clone(&exports),
                called: turn.map(|turn| CalledCode { place: source.path.clone(), turn: *turn }),
            }));
        }
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

fn add_reachable(root: FileId, calls: &BTreeMap<FileId, Vec<FileId>>, reached: &mut BTreeSet<FileId>) {
    let mut pending = vec![root];
    while let Some(file) = pending.pop() {
        if reached.insert(file) {
            pending.extend(calls.get(&file).into_iter().flatten());
        }
    }
}

/// Returns the names that exactly one document of the run exports. The exports of `included` files belong to the
/// templates that include them.
fn exports_of(linked: &[LinkedFile], included: &HashSet<FileId>) -> Arc<Exports> {
    let mut found: HashMap<&str, Vec<Export>> = HashMap::new();
    for LinkedFile { candidate, links } in linked.iter().filter(|linked| !included.contains(&linked.candidate.file)) {
        for (name, number) in &links.exports {
            found.entry(name).or_default().push(Export { file: candidate.file, number: *number });
        }
    }
    let only = found.into_iter().filter_map(|(name, exports)| match exports.as_slice() {
        [one] => Some((name.to_owned(), *one)),
        _ => None,
    });
    Arc::new(only.collect())
}

/// The files that the nested stacks of a template deploy, including stacks that loops generate.
fn called_files(library: &TemplateLibrary<'_>, template: Template, budget: &Rc<Budget>) -> Vec<FileId> {
    let world = World::open(budget);
    let scope = Rc::new(TemplateScope::new(Rc::new(template), String::new()));
    let evaluator = TemplateEvaluator::of_root(library, &scope, &world);
    let flat = &evaluator.template().declared.resources.flat;
    let looped = flat.loops.iter().flat_map(|entry| evaluator.unknown_iteration(entry, &Reason::Unreadable));
    let members = flat.entries.iter().map(|entry| evaluator.member(entry)).chain(looped);
    members
        .filter_map(|member| Some(evaluator.deployed(&member)?.0))
        .flat_map(|deployed| match deployed {
            StackContent::Template(template) => vec![template.file],
            StackContent::OneOf { templates, .. } => templates.iter().map(|template| template.file).collect(),
            // The address doesn't lead to one local file, so a file that is named in it remains a deployment of its
            // own.
            StackContent::Unread { .. } => Vec::new(),
        })
        .collect()
}

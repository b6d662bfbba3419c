//! The places in a root module, and in all that it calls, where something is declared.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::calls::Called;
use super::module::{BlockId, Module};
use super::tree::Tree;
use crate::model::{Elsewhere, Kind, Subject, kinds};
use crate::source::Span;

/// Modules that call each other deeper than this are given up.
const MAX_DEPTH: usize = 10;

/// More declarations than this, through all calls, are given up.
const MAX_SITES: usize = 4096;

/// More calls than this, through all calls, are given up.
const MAX_CALLS: usize = 65_536;

/// What a search has found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The declarations.
    pub(super) sites: Vec<Site>,
    /// Parts that couldn't be searched.
    pub(super) elsewhere: Vec<Elsewhere>,
    /// The steps that the evaluation of all of them has taken.
    pub(super) steps: Cell<usize>,
}

/// A declaration, by the calls that lead to it.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// From the root inwards.
    pub(super) calls: Vec<SiteCall>,
    /// The module that holds it.
    pub(super) module: Arc<Module>,
    /// The block.
    pub(super) block: BlockId,
    /// Its type.
    pub(super) kind: &'static Kind,
    /// Its address without keys.
    pub(super) address: String,
}

/// A call on the way to a [`Site`].
#[derive(Debug, Clone)]
pub(super) struct SiteCall {
    /// The `module` block.
    pub(super) block: BlockId,
    /// What it calls.
    pub(super) module: Arc<Module>,
    /// Whether that was installed and can't be edited.
    pub(super) is_vendored: bool,
}

/// A search through all modules of a tree.
pub(super) struct Search<'t, 'a> {
    tree: &'t Tree<'a>,
    subject: Subject,
    /// Whether a module or what it calls may declare what is searched for.
    known: HashMap<PathBuf, bool>,
    /// How many calls have been followed.
    followed: usize,
    found: Found,
}

/// The way from the root to the module that is being searched.
struct Way<'w> {
    calls: &'w [SiteCall],
    /// Its key in the manifest of installed modules.
    key: &'w str,
}

impl<'t, 'a> Search<'t, 'a> {
    /// A search for one kind of declarations.
    pub(super) fn new(tree: &'t Tree<'a>, subject: Subject) -> Self {
        Self { tree, subject, known: HashMap::new(), followed: 0, found: Found::default() }
    }

    /// Searches the root module and what it calls.
    pub(super) fn run(mut self, root: &Arc<Module>) -> Found {
        self.look_in(root, Way { calls: &[], key: "" });
        self.found
    }

    fn look_in(&mut self, module: &Arc<Module>, way: Way<'_>) {
        for (block, kind) in module.declared(self.subject) {
            if self.found.sites.len() >= MAX_SITES {
                return self.give_up(module);
            }
            self.note(module, &way, block, kind);
        }
        self.found.elsewhere.extend(module.unreadable.iter().map(|(id, error)| {
            let name = &self.tree.context.sources.file(*id).name;
            let help = format!("make `{name}` readable, so that what it declares is known: {error}");
            Elsewhere { header: Span::new(*id, 0, 0), what: format!("file `{name}`"), help }
        }));
        for id in module.blocks("module") {
            self.follow(module, &way, id);
        }
    }

    fn note(&mut self, module: &Arc<Module>, way: &Way<'_>, block: BlockId, kind: &'static Kind) {
        let address = address(module, block, way.key);
        let site = Site { calls: way.calls.to_vec(), module: Arc::clone(module), block, kind, address };
        self.found.sites.push(site);
    }

    fn follow(&mut self, module: &Arc<Module>, way: &Way<'_>, id: BlockId) {
        if self.tree.plainly_called(module, id).is_some_and(|called| !self.may_declare(&called)) {
            return;
        }
        let Some(block) = module.block(id) else { return };
        let Some(label) = block.labels.first() else { return };
        let key = if way.key.is_empty() { label.text.clone() } else { format!("{}.{}", way.key, label.text) };
        match self.tree.resolve(block, module, &key) {
            Called::Directory { directory, is_vendored } => {
                let called = self.tree.module(&directory);
                if !self.may_declare(&called) {
                    return;
                }
                self.followed = self.followed.saturating_add(1);
                if way.calls.len() >= MAX_DEPTH || self.followed > MAX_CALLS {
                    return self.give_up(module);
                }
                let call = SiteCall { block: id, module: Arc::clone(&called), is_vendored };
                let calls: Vec<SiteCall> = way.calls.iter().cloned().chain([call]).collect();
                self.look_in(&called, Way { calls: &calls, key: &key });
            }
            // What isn't read may be about the buckets and keys that it is given.
            Called::Elsewhere(_) | Called::Nothing if self.subject == Subject::Surroundings => {
                if self.found.sites.len() < MAX_SITES {
                    self.note(module, way, id, &kinds::UNREAD_MODULE);
                }
            }
            Called::Elsewhere(elsewhere) => self.found.elsewhere.push(elsewhere),
            Called::Nothing => {}
        }
    }

    /// Notes that there may be more than was searched for in what a module calls.
    fn give_up(&mut self, module: &Module) {
        let Some(header) = module.header() else { return };
        let what = format!("what `{}` calls", self.tree.context.sources.name(&module.directory));
        if !self.found.elsewhere.iter().any(|elsewhere| elsewhere.what == what) {
            let help = "check the called modules by themselves: there are too many calls here".to_owned();
            self.found.elsewhere.push(Elsewhere { header, what, help });
        }
    }

    /// Whether a module or one that it calls has such declarations, or calls what can't be read.
    fn may_declare(&mut self, module: &Arc<Module>) -> bool {
        if let Some(&known) = self.known.get(&module.directory) {
            return known;
        }
        let mut met = HashSet::new();
        let is_found = self.finds_any(module, &mut met);
        // Where nothing was found, none of all that was met has anything either.
        self.known.extend(met.into_iter().filter(|_| !is_found).map(|directory| (directory, false)));
        self.known.insert(module.directory.clone(), is_found);
        is_found
    }

    fn finds_any(&self, module: &Arc<Module>, met: &mut HashSet<PathBuf>) -> bool {
        let mut pending = vec![Arc::clone(module)];
        while let Some(module) = pending.pop() {
            if !met.insert(module.directory.clone()) {
                continue;
            }
            if module.declared(self.subject).next().is_some() || !module.unreadable.is_empty() {
                return true;
            }
            for id in module.blocks("module") {
                if let Some(called) = self.tree.plainly_called(&module, id) {
                    pending.push(called);
                    continue;
                }
                let Some(block) = module.block(id) else { continue };
                match self.tree.resolve(block, &module, "") {
                    Called::Directory { directory, .. } => pending.push(self.tree.module(&directory)),
                    Called::Elsewhere(_) => return true,
                    Called::Nothing if self.subject == Subject::Surroundings => return true,
                    Called::Nothing if !self.tree.manifest.is_empty() => return true,
                    Called::Nothing => {}
                }
            }
        }
        false
    }
}

/// The address of a declaration without keys, by the names of the calls that lead to it.
fn address(module: &Module, block: BlockId, calls: &str) -> String {
    let labels = module.block(block).into_iter().flat_map(|block| &block.labels).map(|label| label.text.clone());
    let calls = calls.split('.').filter(|call| !call.is_empty()).map(|call| format!("module.{call}"));
    calls.chain(labels).collect::<Vec<_>>().join(".")
}

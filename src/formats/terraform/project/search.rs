//! Finds the declarations of a subject in a root module and in all modules that it calls.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::calls::{self, CalledModule, CodeOrigin};
use super::module::{BlockId, Module};
use super::program::{Program, UnitVersions};
use super::scope::{DeclarationCall, ModuleScope};
use super::stack_types::StackType;
use crate::formats::terraform::known::{KnownCode, KnownUse};
use crate::model::kinds::ResourceRole;
use crate::model::{ResourceKind, SearchSubject, TrailHint, UnreadPart};
use crate::source::{Span, is_known_interface};
use crate::syntax::hcl::Block;
use crate::value::budget::STEPS;
use crate::value::world::VERSION_OF;
use crate::value::{Budget, Reason, World};

/// The maximum depth of nested module calls.
const MAX_DEPTH: usize = 10;

/// A call of a module that isn't read; all its arguments are evaluated.
static UNREAD_MODULE: ResourceKind = ResourceKind {
    name: "module",
    shape: &[],
    role: ResourceRole::Unread {
        help: "run `terraform init`, or check a directory that contains the module's code as well",
    },
};

/// The cost of a declaration that is found through a chain of calls.
const STEPS_OF_A_SITE: usize = 40;

/// The cost of following a call.
const STEPS_OF_A_CALL: usize = 4;

/// The result of a search.
#[derive(Debug, Default)]
pub(super) struct SearchResult {
    pub(super) sites: Vec<DeclarationSite>,
    /// Parts that couldn't be searched.
    pub(super) unread_parts: Vec<UnreadPart>,
}

impl SearchResult {
    /// True if declarations depend on the version of a known module, by the address of its call without keys.
    pub(super) fn depends_on_version(&self, call: &str) -> bool {
        let mut conditions = self.sites.iter().filter_map(|site| site.choice.as_ref()).flat_map(|own| &own.conditions);
        conditions.any(|condition| {
            let of = condition.strip_prefix(VERSION_OF).and_then(|of| of.split_once(" < "));
            of.is_some_and(|(part, _)| part.replace(' ', ".") == call)
        })
    }
}

/// A declaration, with the calls that lead to it.
#[derive(Debug, Clone)]
pub(super) struct DeclarationSite {
    /// The root module's instance from which the calls lead to it.
    pub(super) root: Rc<ModuleScope>,
    /// The calls from the root to the module.
    pub(super) calls: Vec<DeclarationCall>,
    /// The module that contains it.
    pub(super) module: Arc<Module>,
    pub(super) block: BlockId,
    pub(super) kind: SiteKind,
    /// Its address without keys.
    pub(super) address: String,
    /// The part of its address in a known module.
    pub(super) suffix: String,
    /// The declarations in the versions of a known module that a call may select; this is the one of the newest.
    pub(super) choice: Option<Rc<VersionChoice>>,
}

/// The choice of a known module's version, which is an unknown value of the call.
#[derive(Debug)]
pub(super) struct VersionChoice {
    /// The conditions, in ascending order: the version is below the first version of the next variant.
    pub(super) conditions: Vec<String>,
    /// The declarations, from the oldest version to the newest.
    pub(super) variants: Vec<DeclarationSite>,
    /// The reason why a value is unknown if the version is.
    pub(super) reason: Reason,
}

/// The kind of a declaration.
#[derive(Debug, Clone, Copy)]
pub(super) enum SiteKind {
    /// A resource of the subject.
    Resource(&'static ResourceKind),
    /// A stack, whose template may declare resources of the subject.
    Stack(&'static StackType),
}

/// A search through all modules of a project.
pub(super) struct ModuleSearch<'t, 'a> {
    tree: &'t Program<'a>,
    subject: SearchSubject,
    /// The results of `may_declare`, by the module's directory.
    known: HashMap<PathBuf, bool>,
    /// Half of the project's steps; the rest is for evaluating the declarations.
    budget: Rc<Budget>,
    found: SearchResult,
    /// A world without decisions, for expressions that have to be evaluated during the search.
    world: World,
}

/// The path from the root to the module that is being searched.
struct ModuleChain<'w> {
    root: &'w Rc<ModuleScope>,
    calls: &'w [DeclarationCall],
    /// Its key in the manifest of installed modules.
    key: &'w str,
}

impl<'t, 'a> ModuleSearch<'t, 'a> {
    /// A search for the declarations of a subject.
    pub(super) fn new(tree: &'t Program<'a>, subject: SearchSubject) -> Self {
        let budget = tree.budget.half();
        let world = World::open(&budget);
        Self { tree, subject, known: HashMap::new(), budget, found: SearchResult::default(), world }
    }

    /// Searches the root module and the modules that it calls.
    pub(super) fn run(mut self) -> SearchResult {
        let root = &self.tree.root;
        match &self.tree.versions {
            Some(versions) => self.search_versions(versions),
            None => self.search_module(&root.module, ModuleChain { root, calls: &[], key: "" }),
        }
        self.tree.enter_world();
        self.tree.budget.include(&self.budget);
        self.found
    }

    fn search_module(&mut self, module: &Arc<Module>, way: ModuleChain<'_>) {
        for (block, kind) in module.declared(self.subject) {
            if !self.pay(STEPS_OF_A_SITE) {
                return self.add_limit(module, STEPS);
            }
            self.note(module, &way, block, SiteKind::Resource(kind));
        }
        for (block, kind) in module.stacks() {
            if !self.pay(STEPS_OF_A_SITE) {
                return self.add_limit(module, STEPS);
            }
            self.note(module, &way, *block, SiteKind::Stack(kind));
        }
        self.found.unread_parts.extend(module.unreadable.iter().map(|(id, error)| {
            let name = &self.tree.context.sources.file(*id).name;
            let help = format!("make `{name}` readable: {error}");
            let (header, reason) = (Span::new(*id, 0, 0), "it can't be read".to_owned());
            let (description, hint) = (format!("file `{name}`"), Some(TrailHint::Content));
            UnreadPart { header, description, reason, help, hint, limit: None, missing: None }
        }));
        for id in module.blocks("module") {
            self.follow(module, &way, id);
        }
    }

    fn note(&mut self, module: &Arc<Module>, way: &ModuleChain<'_>, block: BlockId, kind: SiteKind) {
        let address = address(module, block, way.key);
        let suffix = self.known_suffix(module, way, block);
        let (calls, module) = (way.calls.to_vec(), Arc::clone(module));
        let root = Rc::clone(way.root);
        let site = DeclarationSite { root, calls, module, block, kind, address, suffix, choice: None };
        self.found.sites.push(site);
    }

    fn follow(&mut self, module: &Arc<Module>, way: &ModuleChain<'_>, id: BlockId) {
        if self.tree.plainly_called(module, id).is_some_and(|called| !self.may_declare(&called)) {
            return;
        }
        let Some(block) = module.block(id) else { return };
        let Some(label) = block.labels.first() else { return };
        let key = if way.key.is_empty() { label.text.clone() } else { format!("{}.{}", way.key, label.text) };
        match self.resolve(block, module, way, &key) {
            CalledModule::Directory { directory, origin } => {
                let called = self.tree.module(&directory);
                if !self.may_declare(&called) {
                    return;
                }
                if way.calls.len() >= MAX_DEPTH {
                    return self.add_limit(module, "nested modules");
                }
                if !self.pay(STEPS_OF_A_CALL) {
                    return self.add_limit(module, STEPS);
                }
                let call = DeclarationCall { block: id, module: called, origin, known: None };
                self.search_call(way, &key, call);
            }
            CalledModule::Known(code) => self.search_known(way, id, &key, block.header, &code),
            // It may configure the buckets and keys that are passed to it.
            CalledModule::Unread { .. } if self.subject.is_related() => {
                if self.pay(STEPS_OF_A_SITE) {
                    self.note(module, way, id, SiteKind::Resource(&UNREAD_MODULE));
                } else {
                    self.add_limit(module, STEPS);
                }
            }
            CalledModule::Unread { mut part, other } => {
                if part.hint.is_none()
                    && other.as_deref().is_some_and(|directory| self.may_declare(&self.tree.module(directory)))
                {
                    part.hint = Some(TrailHint::Content);
                }
                self.note_unread(part, way, id);
            }
        }
    }

    fn search_call(&mut self, way: &ModuleChain<'_>, key: &str, call: DeclarationCall) {
        let module = Arc::clone(&call.module);
        let calls: Vec<DeclarationCall> = way.calls.iter().cloned().chain([call]).collect();
        self.search_module(&module, ModuleChain { root: way.root, calls: &calls, key });
    }

    /// Searches the known interface of a module. Of the declarations in several versions, one site remains.
    fn search_known(&mut self, way: &ModuleChain<'_>, id: BlockId, key: &str, header: Span, code: &KnownCode) {
        let used = KnownUse::Call(key);
        let interface = Arc::new(code.interface(used));
        let first = self.found.sites.len();
        for stub in &code.stubs {
            let module = self.tree.known_module(stub.path, header);
            let known = Some(Arc::clone(&interface));
            self.search_call(way, key, DeclarationCall { block: id, module, origin: CodeOrigin::Known, known });
        }
        self.choose_among(first, code, used);
    }

    /// Replaces the sites from an index, which are those of the versions, by one site.
    fn choose_among(&mut self, first: usize, code: &KnownCode, used: KnownUse<'_>) {
        let variants = self.found.sites.split_off(first);
        match variants.as_slice() {
            [] => {}
            [newest] => self.found.sites.push(newest.clone()),
            [_, .., newest] => {
                let choice = Some(Rc::new(VersionChoice {
                    conditions: code.conditions(used),
                    variants: variants.clone(),
                    reason: code.unknown_version(used),
                }));
                self.found.sites.push(DeclarationSite { choice, ..newest.clone() });
            }
        }
    }

    /// Searches the known interface of the code that a unit deploys. The unit's own files are the same for all versions.
    fn search_versions(&mut self, versions: &UnitVersions) {
        let is_known = |site: &DeclarationSite| {
            let header = site.module.block(site.block).map(|block| block.header);
            header.is_none_or(|header| is_known_interface(&self.tree.context.sources.file(header.file).path))
        };
        let (mut known, mut found) = (Vec::new(), SearchResult::default());
        for root in &versions.roots {
            // The parts that aren't read are those of the newest version.
            self.found = SearchResult::default();
            self.search_module(&root.module, ModuleChain { root, calls: &[], key: "" });
            let (of_known, own) = std::mem::take(&mut self.found.sites).into_iter().partition(is_known);
            known.extend::<Vec<_>>(of_known);
            found.sites = own;
            found.unread_parts = std::mem::take(&mut self.found.unread_parts);
        }
        self.found = found;
        let first = self.found.sites.len();
        self.found.sites.extend(known);
        self.choose_among(first, &versions.code, KnownUse::Unit(&versions.name));
    }

    /// The part of an address in a known module, in which `count` has at most one instance.
    fn known_suffix(&self, module: &Module, way: &ModuleChain<'_>, block: BlockId) -> String {
        let known = way.calls.iter().position(|call| call.origin == CodeOrigin::Known);
        let first = match (&way.root.known, known) {
            (Some(_), _) => 0,
            (None, Some(index)) => index.saturating_add(1),
            (None, None) => return String::new(),
        };
        let mut blocks = Vec::new();
        let mut caller = &way.root.module;
        for (index, call) in way.calls.iter().enumerate() {
            blocks.extend(caller.block(call.block).filter(|_| index >= first).map(|block| ("module.", block)));
            caller = &call.module;
        }
        blocks.extend(module.block(block).map(|block| ("", block)));
        let mut suffix = String::new();
        for (prefix, block) in blocks {
            let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_str()).collect();
            let key = if block.body.attribute("count").is_some() { "[0]" } else { "" };
            suffix.push_str(&format!(".{prefix}{}{key}", labels.join(".")));
        }
        suffix
    }

    fn resolve(&self, block: &Block, module: &Module, way: &ModuleChain<'_>, key: &str) -> CalledModule {
        if calls::literal_source(block).is_some() {
            return self.tree.resolve(block, module, key, None);
        }
        let scopes = self.tree.scopes(way.root, way.calls, &self.world);
        self.tree.resolve(block, module, key, scopes.first())
    }

    /// Adds a part that isn't read, unless it is certain that none of it is created.
    fn note_unread(&mut self, part: UnreadPart, way: &ModuleChain<'_>, block: BlockId) {
        if self.tree.may_create(way.root, way.calls, block, &self.world) {
            self.found.unread_parts.push(part);
        }
    }

    /// Charges a part of the search to the budget; false if the budget is exhausted.
    fn pay(&self, steps: usize) -> bool {
        self.budget.charge_ahead(steps)
    }

    /// Adds the calls of a module as a part that couldn't be searched because of a limit.
    fn add_limit(&mut self, module: &Module, limit: &'static str) {
        let Some(header) = module.header() else { return };
        let description = format!("the modules that `{}` calls", self.tree.context.sources.name(&module.directory));
        if !self.found.unread_parts.iter().any(|elsewhere| elsewhere.description == description) {
            let help = "check the called modules separately: there are too many calls".to_owned();
            let (reason, hint) = (Reason::OverLimit { limit }.describe(), Some(TrailHint::Content));
            self.found.unread_parts.push(UnreadPart {
                header,
                description,
                reason,
                help,
                hint,
                limit: Some(limit),
                missing: None,
            });
        }
    }

    /// True if a module or one that it calls has declarations of the subject, or calls code that can't be read.
    fn may_declare(&mut self, module: &Arc<Module>) -> bool {
        if let Some(&known) = self.known.get(&module.directory) {
            return known;
        }
        let mut met = HashSet::new();
        let is_found = self.finds_any(module, &mut met);
        // If the search finds nothing, the result is the same for all modules that it visited.
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
            let has_any = module.declared(self.subject).next().is_some() || !module.stacks().is_empty();

            if has_any || !module.unreadable.is_empty() {
                return true;
            }
            for id in module.blocks("module") {
                if let Some(called) = self.tree.plainly_called(&module, id) {
                    pending.push(called);
                    continue;
                }
                let Some(block) = module.block(id) else { continue };
                match self.tree.resolve(block, &module, "", None) {
                    CalledModule::Directory { directory, .. } => pending.push(self.tree.module(&directory)),
                    CalledModule::Known(code) if !code.has_trail() => {}
                    // Its key, or the values of its arguments, may lead to code.
                    CalledModule::Known(_) | CalledModule::Unread { .. } => return true,
                }
            }
        }
        false
    }
}

/// The address of a declaration without keys, with the names of the calls that lead to it.
fn address(module: &Module, block: BlockId, calls: &str) -> String {
    let labels = module.block(block).into_iter().flat_map(|block| &block.labels).map(|label| label.text.clone());
    let calls = calls.split('.').filter(|call| !call.is_empty()).map(|call| format!("module.{call}"));
    calls.chain(labels).collect::<Vec<_>>().join(".")
}

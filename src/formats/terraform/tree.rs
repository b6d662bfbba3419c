//! A root module with all that it calls, and the places in it where trails are declared.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::calls::{self, Called, Manifest};
use super::eval::Evaluator;
use super::expand::{self, Instance, MAX_INSTANCES};
use super::library::Library;
use super::module::{BlockId, Module};
use super::scope::{Call, Scope};
use super::values::RootValues;
use super::{Root, body};
use crate::formats::{Context, Opened};
use crate::model::{Dialect, Elsewhere, Resource};
use crate::source::Span;
use crate::syntax::Problem;
use crate::syntax::hcl::Block;
use crate::value::{World, world};

/// Modules that call each other deeper than this are given up.
const MAX_DEPTH: usize = 10;

/// More declarations than this, through all calls, are given up.
const MAX_SITES: usize = 4096;

/// More calls than this, through all calls, are given up.
const MAX_CALLS: usize = 65_536;

/// The steps that the evaluations of all declarations may take together; what comes later isn't evaluated.
const MAX_STEPS: usize = 8 * world::MAX_STEPS;

/// A root module that has been read.
pub(super) struct Tree<'a> {
    /// Where files come from.
    pub(super) context: Context<'a>,
    /// The values that are given to the variables of the root.
    pub(super) values: RootValues,
    /// The root module's only instance.
    pub(super) root: Rc<Scope>,
    library: &'a Library,
    /// The modules that were reached.
    modules: RefCell<HashMap<PathBuf, Arc<Module>>>,
    manifest: Manifest,
    is_called: bool,
    /// Whether a module or what it calls may declare trails, as far as somebody has asked.
    searched: RefCell<HashMap<PathBuf, bool>>,
    /// The steps that have been taken.
    steps: Cell<usize>,
    /// How many calls have been followed.
    followed: usize,
    sites: Vec<Site>,
    elsewhere: Vec<Elsewhere>,
}

/// A declaration of a trail, by the calls that lead to it.
#[derive(Debug, Clone)]
struct Site {
    calls: Vec<SiteCall>,
    module: Arc<Module>,
    block: BlockId,
    dialect: &'static Dialect,
}

/// A call on the way to a [`Site`].
#[derive(Debug, Clone)]
struct SiteCall {
    block: BlockId,
    module: Arc<Module>,
    is_vendored: bool,
}

/// The modules on the way from the root to the one that is being searched.
struct Path_<'a> {
    calls: &'a [SiteCall],
    key: &'a str,
}

impl<'a> Tree<'a> {
    /// Reads a root module and what it calls, as far as trails may be in it.
    pub(super) fn open(root: &'a Root, context: Context<'a>) -> Self {
        let module = match root.only {
            Some(file) => Arc::new(Module::of_files(&root.directory, &[file], context)),
            None => root.library.module(&root.directory, context),
        };
        let mut tree = Self {
            context,
            values: RootValues::read(&root.directory, root.only.is_none(), context),
            root: Rc::new(Scope::root(Arc::clone(&module))),
            library: &root.library,
            modules: RefCell::default(),
            manifest: Manifest::read(&root.directory, context),
            is_called: root.is_called,
            searched: RefCell::default(),
            steps: Cell::new(0),
            followed: 0,
            sites: Vec::new(),
            elsewhere: Vec::new(),
        };
        tree.search(&module, Path_ { calls: &[], key: "" });
        tree
    }

    /// Finds the declarations in a module and in those that it calls.
    fn search(&mut self, module: &Arc<Module>, path: Path_<'_>) {
        for (block, dialect) in module.trails() {
            if self.sites.len() >= MAX_SITES {
                return self.give_up(module);
            }
            let site = Site { calls: path.calls.to_vec(), module: Arc::clone(module), block, dialect };
            self.sites.push(site);
        }
        self.elsewhere.extend(module.unreadable.iter().map(|(id, error)| {
            let name = &self.context.sources.file(*id).name;
            let help = format!("make `{name}` readable, so that what it declares is known: {error}");
            Elsewhere { header: Span::new(*id, 0, 0), what: format!("file `{name}`"), help }
        }));
        let calls: Vec<BlockId> = module.blocks("module").collect();
        for id in calls {
            let Some(block) = module.block(id) else { continue };
            let Some(label) = block.labels.first() else { continue };
            let key = if path.key.is_empty() { label.text.clone() } else { format!("{}.{}", path.key, label.text) };
            match self.resolve(block, module, &key) {
                Called::Directory { directory, is_vendored } => {
                    let called = self.module(&directory);
                    if !self.may_declare_trails(&called) {
                        continue;
                    }
                    self.followed = self.followed.saturating_add(1);
                    if path.calls.len() >= MAX_DEPTH || self.followed > MAX_CALLS {
                        self.give_up(module);
                        continue;
                    }
                    let call = SiteCall { block: id, module: Arc::clone(&called), is_vendored };
                    let calls: Vec<SiteCall> = path.calls.iter().cloned().chain([call]).collect();
                    self.search(&called, Path_ { calls: &calls, key: &key });
                }
                Called::Elsewhere(elsewhere) => self.elsewhere.push(elsewhere),
                Called::Nothing => {}
            }
        }
    }

    /// Notes that there may be more trails than were searched for in what a module calls.
    fn give_up(&mut self, module: &Module) {
        let Some(header) = module.header() else { return };
        let what = format!("what `{}` calls", self.context.sources.name(&module.directory));
        if !self.elsewhere.iter().any(|elsewhere| elsewhere.what == what) {
            let help = "check the called modules by themselves: there are too many calls here".to_owned();
            self.elsewhere.push(Elsewhere { header, what, help });
        }
    }

    fn resolve(&self, block: &Block, module: &Module, key: &str) -> Called {
        let is_read = |directory: &Path| self.modules.borrow().contains_key(directory);
        calls::resolve(block, &module.directory, key, &self.manifest, &is_read, self.context)
    }

    /// The module in a directory.
    pub(super) fn module(&self, directory: &Path) -> Arc<Module> {
        if let Some(module) = self.modules.borrow().get(directory) {
            return Arc::clone(module);
        }
        let module = self.library.module(directory, self.context);
        self.modules.borrow_mut().insert(directory.to_owned(), Arc::clone(&module));
        module
    }

    /// Whether a module or one that it calls declares a trail, or calls what can't be read.
    fn may_declare_trails(&self, module: &Arc<Module>) -> bool {
        if let Some(&known) = self.searched.borrow().get(&module.directory) {
            return known;
        }
        let found = self.finds_trails(module);
        self.searched.borrow_mut().insert(module.directory.clone(), found);
        found
    }

    fn finds_trails(&self, module: &Arc<Module>) -> bool {
        let mut met = HashSet::new();
        let mut pending = vec![Arc::clone(module)];
        while let Some(module) = pending.pop() {
            if !met.insert(module.directory.clone()) {
                continue;
            }
            if module.trails().next().is_some() || !module.unreadable.is_empty() {
                return true;
            }
            for block in module.blocks("module").filter_map(|id| module.block(id)) {
                match self.resolve(block, &module, "") {
                    Called::Directory { directory, .. } => pending.push(self.module(&directory)),
                    Called::Elsewhere(_) => return true,
                    Called::Nothing if !self.manifest.is_empty() => return true,
                    Called::Nothing => {}
                }
            }
        }
        false
    }

    /// The scopes to which a chain of calls leads in a world, and one more than may be if there are too many.
    fn scopes(&self, calls: &[SiteCall], world: &World) -> Vec<Rc<Scope>> {
        calls.iter().fold(vec![Rc::clone(&self.root)], |scopes, call| {
            let instances = scopes.iter().flat_map(|scope| self.instances(scope, call, world).to_vec());
            instances.take(MAX_INSTANCES.saturating_add(1)).collect()
        })
    }

    fn instances(&self, caller: &Rc<Scope>, call: &SiteCall, world: &World) -> Rc<[Rc<Scope>]> {
        caller.remember_called(call.block, world, || {
            let Some(block) = caller.module.block(call.block) else { return Vec::new() };
            let name = block.labels.first().map(|label| label.text.as_str()).unwrap_or_default();
            let instances = expand::instances(block, &Evaluator::new(self, caller, world));
            let created = instances.into_iter().filter(|instance| !instance.never_exists());
            created.map(|instance| Self::called(caller, call, name, instance)).collect()
        })
    }

    fn called(caller: &Rc<Scope>, call: &SiteCall, name: &str, instance: Instance) -> Rc<Scope> {
        let Instance { key, names, exists } = instance;
        let address = caller.qualify(&format!("module.{name}{key}"));
        let made = Call { caller: Rc::clone(caller), block: call.block, names };
        Rc::new(Scope::called(Arc::clone(&call.module), address, made, call.is_vendored, exists))
    }

    /// The instance of a call that a reference such as `module.audit["a"]` names.
    pub(super) fn called_scope(&self, caller: &Rc<Scope>, name: &str, key: &str, world: &World) -> Option<Rc<Scope>> {
        let call = self.call(caller, name)?;
        let address = caller.qualify(&format!("module.{name}{key}"));
        self.instances(caller, &call, world).iter().find(|scope| scope.address == address).cloned()
    }

    /// All instances of a call with their keys; nothing if it isn't certain which there are.
    pub(super) fn called_scopes(
        &self,
        caller: &Rc<Scope>,
        name: &str,
        world: &World,
    ) -> Option<Vec<(String, Rc<Scope>)>> {
        let call = self.call(caller, name)?;
        let instances = expand::instances(caller.module.block(call.block)?, &Evaluator::new(self, caller, world));
        if !instances.iter().all(Instance::is_certain) {
            return None;
        }
        let created = instances.into_iter().filter(|instance| !instance.never_exists());
        let scope = |instance: Instance| (instance.key.clone(), Self::called(caller, &call, name, instance));
        Some(created.map(scope).collect())
    }

    /// Whether the module that the call of this name calls is here.
    pub(super) fn calls(&self, caller: &Rc<Scope>, name: &str) -> bool {
        self.call(caller, name).is_some()
    }

    fn call(&self, caller: &Rc<Scope>, name: &str) -> Option<SiteCall> {
        let is_named =
            |id: &BlockId| caller.module.block(*id).is_some_and(|block| block.labels.iter().any(|l| l.text == name));
        let id = caller.module.blocks("module").find(is_named)?;
        let block = caller.module.block(id)?;
        let Called::Directory { directory, is_vendored } =
            self.resolve(block, &caller.module, &self.key_of(caller, name))
        else {
            return None;
        };
        Some(SiteCall { block: id, module: self.module(&directory), is_vendored })
    }

    /// The key of a call in the manifest of installed modules.
    fn key_of(&self, caller: &Scope, name: &str) -> String {
        let mut names = vec![name.to_owned()];
        let mut scope = caller;
        while let Some(call) = &scope.call {
            names.extend(scope.call_block().and_then(|block| block.labels.first()).map(|label| label.text.clone()));
            scope = &call.caller;
        }
        names.reverse();
        names.join(".")
    }
}

impl Drop for Tree<'_> {
    fn drop(&mut self) {
        // The instances of modules and their callers hold on to each other.
        self.root.enter_world();
    }
}

impl Opened for Tree<'_> {
    fn header(&self) -> Option<Span> {
        // A module that is called is deployed by its caller.
        self.root.module.header().filter(|_| !self.is_called)
    }

    fn sites(&self) -> usize {
        self.sites.len()
    }

    fn resources(&self, site: usize, world: &World) -> Vec<Resource> {
        let Some(site) = self.sites.get(site) else { return Vec::new() };
        self.root.enter_world();
        if self.steps.get() > MAX_STEPS {
            world.charge(world::MAX_STEPS);
        }
        let before = world.steps();
        let Some(block) = site.module.block(site.block) else { return Vec::new() };
        let notation = site.module.notation(site.block);
        let mut resources = Vec::new();
        for scope in self.scopes(&site.calls, world) {
            resources.extend(body::resources(block, site.dialect, notation, &Evaluator::new(self, &scope, world)));
            if resources.len() > MAX_INSTANCES {
                resources.truncate(1);
                resources.iter_mut().for_each(body::give_up);
                break;
            }
        }
        self.steps.set(self.steps.get().saturating_add(world.steps().saturating_sub(before)));
        resources
    }

    fn elsewhere(&self) -> Vec<Elsewhere> {
        self.elsewhere.clone()
    }

    fn problems(&self) -> Vec<Problem> {
        let called = self.modules.borrow();
        let mut modules: Vec<&Arc<Module>> = called.values().collect();
        modules.sort_by(|a, b| a.directory.cmp(&b.directory));
        let of_modules = std::iter::once(&self.root.module).chain(modules).flat_map(|module| module.problems());
        of_modules.chain(self.values.problems().iter().cloned()).collect()
    }
}

//! A root module with all modules that it calls, and the declarations in them.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::calls::{self, CalledModule, Manifest, ModuleCall};
use super::domain::Domains;
use super::expand::{self, BlockInstance, MAX_INSTANCES};
use super::library::ModuleLibrary;
use super::module::{BlockId, Module};
use super::planned::{self, TrailDeclaration};
use super::scope::{ModuleCallInstance, ModuleEvaluator, ModuleScope};
use super::search::{DeclarationCall, DeclarationSite, ModuleSearch, SearchResult};
use super::values::RootValues;
use super::{body, moved, variables};
use crate::formats::{CalledCode, Context, Engine, LoadedProject, OptionValue, Plan, Rejection};
use crate::model::{Contradiction, MovedBlock, Resource, SearchSubject, UnreadPart};
use crate::source::{FileId, Span};
use crate::syntax::Problem;
use crate::syntax::hcl::Block;
use crate::value::{Budget, Data, Maybe, Memo, Traced, World};

/// A directory, or a file, that is deployed by itself.
#[derive(Debug)]
pub(crate) struct RootModule {
    pub(super) directory: PathBuf,
    /// The displayed name: the directory, or the one file.
    pub(super) name: String,
    /// The one file, if it has a name that excludes it from the directory's module.
    pub(super) only: Option<FileId>,
    /// The modules that all roots share.
    pub(super) library: Arc<ModuleLibrary>,
    /// True if another module calls it: in a cycle of calls, or if `called` is set.
    pub(super) is_called: bool,
    /// The calls of other modules, if it is a root only in case that none of them creates a trail.
    pub(super) called: Option<CalledCode>,
}

impl RootModule {
    pub(super) fn module(&self, context: Context<'_>) -> Arc<Module> {
        match self.only {
            Some(file) => Arc::new(Module::of_files(&self.directory, &[file], context)),
            None if self.is_called => self.library.module(&self.directory, context),
            // No other module calls it, so it needn't be cached.
            None => Arc::new(Module::load(&self.directory, context)),
        }
    }
}

/// A root module that has been read.
pub(super) struct Program<'a> {
    /// The file system and the options.
    pub(super) context: Context<'a>,
    /// The plan of the root, if it was made with the same values of variables.
    pub(super) plan: Option<&'a Plan>,
    /// The variable whose value differs from that of the plan.
    overridden_variable: Option<Span>,
    /// The given values of the root's variables.
    pub(super) values: RootValues,
    /// The root module's only instance.
    pub(super) root: Rc<ModuleScope>,
    /// The instances of module calls, by the id of the calling instance.
    called: Memo<(usize, BlockId), Rc<[Rc<ModuleScope>]>>,
    /// The id of the last module instance.
    last_id: Cell<usize>,
    library: &'a ModuleLibrary,
    /// The budget that all evaluations of the project share.
    pub(super) budget: Rc<Budget>,
    /// The modules that have been reached, by directory.
    modules: RefCell<HashMap<PathBuf, Arc<Module>>>,
    /// A cache of the modules of calls whose text has a plain local source.
    plain_calls: RefCell<HashMap<BlockPlace, Option<Arc<Module>>>>,
    /// The modules that `terraform init` has installed.
    pub(super) manifest: Manifest,
    is_called: bool,
    /// False if the project consists of one file that belongs to no module.
    is_directory: bool,
    /// The references to undeclared variables and locals, by location.
    undeclared: RefCell<BTreeMap<(FileId, u32), (Span, String)>>,
    trails: OnceCell<SearchResult>,
    surroundings: OnceCell<SearchResult>,
    /// A cache of the domains of variables, by the variable's location.
    pub(super) domains: Domains,
}

/// A block, identified by its module, which the tree keeps alive.
type BlockPlace = (*const Module, BlockId);

impl<'a> Program<'a> {
    /// Reads a root module. The modules that it calls are read when their declarations are needed.
    pub(super) fn open(root: &'a RootModule, context: Context<'a>, budget: &Rc<Budget>) -> Self {
        let module = root.module(context);
        let mut tree = Self {
            context,
            plan: context.plan,
            overridden_variable: None,
            values: RootValues::read(&root.directory, root.only.is_none(), &root.library, context),
            root: Rc::new(ModuleScope::root(Arc::clone(&module))),
            called: Memo::default(),
            last_id: Cell::new(0),
            library: &root.library,
            budget: Rc::clone(budget),
            modules: RefCell::default(),
            plain_calls: RefCell::default(),
            manifest: Manifest::read(&root.directory, context),
            is_called: root.is_called,
            is_directory: root.only.is_none(),
            undeclared: RefCell::default(),
            trails: OnceCell::new(),
            surroundings: OnceCell::new(),
            domains: Domains::default(),
        };
        tree.overridden_variable = tree.overridden_variable();
        tree.plan = context.plan.filter(|_| tree.overridden_variable.is_none());
        tree
    }

    /// The first variable whose value differs from that of the plan.
    fn overridden_variable(&self) -> Option<Span> {
        let world = World::open(&self.budget);
        let variable =
            variables::overridden_variable(&ModuleEvaluator::of(self, &self.root, &world), self.context.plan?)?;
        Some(variable.header)
    }

    /// The declarations of a subject, searched at the first use.
    fn found(&self, subject: SearchSubject) -> &SearchResult {
        let found = match subject {
            SearchSubject::Trails => &self.trails,
            SearchSubject::Related => &self.surroundings,
        };
        found.get_or_init(|| ModuleSearch::new(self, subject).run(&self.root.module))
    }

    /// The directories of the modules that a search for trails reaches.
    pub(super) fn reached(&self) -> Vec<PathBuf> {
        self.found(SearchSubject::Trails);
        self.modules.borrow().keys().cloned().collect()
    }

    /// A call whose code isn't read, by its name; `None` if it is read or there is no such call.
    pub(super) fn unread(&self, caller: &Rc<ModuleScope>, name: &str) -> Option<UnreadPart> {
        let block = caller.module.find("module", &[name])?;
        match self.resolve(block, &caller.module, &self.key_of(caller, name), Some(caller)) {
            CalledModule::Unread { part, .. } => Some(part),
            CalledModule::Directory { .. } => None,
        }
    }

    /// Records a reference to an undeclared variable or local, which is an error in Terraform. A single file is exempt,
    /// because the rest of its module may declare it.
    pub(super) fn note_undeclared(&self, reference: String, span: Span) {
        if self.is_directory {
            self.undeclared.borrow_mut().entry((span.file, span.start)).or_insert((span, reference));
        }
    }

    /// Finds the code of a call; `key` is the call's key in the manifest of installed modules. The source may be an
    /// expression, which OpenTofu evaluates early, in the instance of the calling module.
    pub(super) fn resolve(
        &self,
        block: &Block,
        module: &Module,
        key: &str,
        caller: Option<&Rc<ModuleScope>>,
    ) -> CalledModule {
        let literal = calls::literal_source(block);
        let computed = if literal.is_none() { Some(self.computed_source(block, caller)) } else { None };
        let source = match (literal, &computed) {
            (Some(source), _) => Ok(source),
            (None, Some(computed)) => computed.as_deref().map_err(String::as_str),
            (None, None) => Err("it has no `source`"),
        };
        let caller = ModuleCall { block, directory: &module.directory, key, source };
        calls::resolve(caller, &self.manifest, &|directory| self.is_read(directory), self.context)
    }

    /// The value of a source that isn't a plain string, or the reason why it is unknown.
    fn computed_source(&self, block: &Block, caller: Option<&Rc<ModuleScope>>) -> Result<String, String> {
        let Some(source) = block.body.attribute("source") else { return Err("it has no `source`".to_owned()) };
        let is_evaluated = self.context.options.engine != Some(Engine::Terraform);
        let Some(scope) = caller.filter(|_| is_evaluated) else {
            return Err("its `source` is an expression".to_owned());
        };
        match ModuleEvaluator::of(self, scope, &World::open(&self.budget)).eval(&source.value).value {
            Maybe::Known(Data::String(source)) => Ok(source),
            Maybe::Known(_) => Err("its `source` isn't a string".to_owned()),
            Maybe::Unknown(why) => Err(format!("its `source` is unknown: {}", why.describe())),
        }
    }

    /// False if a call, on this path of calls, creates nothing in any world.
    pub(super) fn may_create(&self, calls: &[DeclarationCall], call: BlockId, world: &World) -> bool {
        self.scopes(calls, world).iter().any(|scope| {
            let Some(block) = scope.module.block(call) else { return true };
            let mut instances = expand::each_instance(block, &ModuleEvaluator::of(self, scope, world));
            instances.any(|instance| !instance.never_exists())
        })
    }

    /// The existence of the first instances on a path of calls that are never created.
    fn absence(&self, calls: &[DeclarationCall], world: &World) -> Option<Traced<bool>> {
        let mut scopes = vec![Rc::clone(&self.root)];
        for call in calls {
            for scope in &scopes {
                let block = scope.module.block(call.block)?;
                let mut instances = expand::each_instance(block, &ModuleEvaluator::of(self, scope, world));
                if let Some(absent) = instances.find(BlockInstance::never_exists) {
                    return Some(absent.exists);
                }
            }
            let called = scopes.iter().flat_map(|scope| self.instances(scope, call, world).to_vec());
            scopes = called.take(MAX_INSTANCES).collect();
        }
        None
    }

    /// The module of a call whose text has a plain local source, so that the block needn't be parsed.
    pub(super) fn plainly_called(&self, module: &Arc<Module>, call: BlockId) -> Option<Arc<Module>> {
        let place = (Arc::as_ptr(module), call);
        if let Some(known) = self.plain_calls.borrow().get(&place) {
            return known.clone();
        }
        let directory = module.plain_source(call);
        let directory = directory.filter(|path| calls::leads_to(path, &|path| self.is_read(path), self.context));
        let called = directory.map(|directory| self.module(&directory));
        self.plain_calls.borrow_mut().insert(place, called.clone());
        called
    }

    /// True if a module has been read, so that its directory exists.
    fn is_read(&self, directory: &Path) -> bool {
        self.modules.borrow().contains_key(directory) || self.library.has(directory)
    }

    /// The module in a directory, read at the first use.
    pub(super) fn module(&self, directory: &Path) -> Arc<Module> {
        if let Some(module) = self.modules.borrow().get(directory) {
            return Arc::clone(module);
        }
        let module = self.library.module(directory, self.context);
        self.modules.borrow_mut().insert(directory.to_owned(), Arc::clone(&module));
        module
    }

    /// The module instances at the end of a path of calls in a world; one more than the limit if there are too many.
    pub(super) fn scopes(&self, calls: &[DeclarationCall], world: &World) -> Vec<Rc<ModuleScope>> {
        calls.iter().fold(vec![Rc::clone(&self.root)], |scopes, call| {
            let instances = scopes.iter().flat_map(|scope| self.instances(scope, call, world).to_vec());
            instances.take(MAX_INSTANCES.saturating_add(1)).collect()
        })
    }

    /// The instances of a call that may be created, evaluated once per world, so that the values in them are evaluated
    /// only once.
    fn instances(&self, caller: &Rc<ModuleScope>, call: &DeclarationCall, world: &World) -> Rc<[Rc<ModuleScope>]> {
        self.called.get_or_evaluate((caller.id, call.block), world, || {
            let Some(block) = caller.module.block(call.block) else { return Rc::from([]) };
            let name = block.labels.first().map(|label| label.text.as_str()).unwrap_or_default();
            let instances = expand::instances(block, &ModuleEvaluator::of(self, caller, world));
            world.charge(instances.len());
            let created = instances.into_iter().filter(|instance| !instance.never_exists());
            created.map(|instance| self.called(caller, call, name, instance)).collect()
        })
    }

    fn called(
        &self,
        caller: &Rc<ModuleScope>,
        call: &DeclarationCall,
        name: &str,
        instance: BlockInstance,
    ) -> Rc<ModuleScope> {
        let BlockInstance { key, names, exists } = instance;
        let address = caller.qualify(&format!("module.{name}{key}"));
        let made = ModuleCallInstance { caller: Rc::clone(caller), block: call.block, names };
        let id = self.last_id.get().saturating_add(1);
        self.last_id.set(id);
        Rc::new(ModuleScope::called(id, Arc::clone(&call.module), address, made, call.is_vendored, exists))
    }

    /// Removes the cached values that depend on the world, and the module instances.
    pub(super) fn enter_world(&self) {
        self.root.enter_world();
        self.called.clear();
    }

    /// The instance of a call that a reference such as `module.audit["a"]` names.
    pub(super) fn called_scope(
        &self,
        caller: &Rc<ModuleScope>,
        name: &str,
        key: &str,
        world: &World,
    ) -> Option<Rc<ModuleScope>> {
        let call = self.call(caller, name)?;
        let address = caller.qualify(&format!("module.{name}{key}"));
        self.instances(caller, &call, world).iter().find(|scope| scope.address == address).cloned()
    }

    /// The instances of a call that may be created; none if its code can't be read.
    pub(super) fn created(&self, caller: &Rc<ModuleScope>, name: &str, world: &World) -> Rc<[Rc<ModuleScope>]> {
        self.call(caller, name).map_or_else(|| Rc::from([]), |call| self.instances(caller, &call, world))
    }

    /// All instances of a call with their keys; `None` if they aren't certain.
    pub(super) fn called_scopes(
        &self,
        caller: &Rc<ModuleScope>,
        name: &str,
        world: &World,
    ) -> Option<Vec<(String, Rc<ModuleScope>)>> {
        let call = self.call(caller, name)?;
        let instances = expand::instances(caller.module.block(call.block)?, &ModuleEvaluator::of(self, caller, world));
        if !instances.iter().all(BlockInstance::is_certain) {
            return None;
        }
        let created = instances.into_iter().filter(|instance| !instance.never_exists());
        Some(created.map(|instance| (instance.key.clone(), self.called(caller, &call, name, instance))).collect())
    }

    /// True if the code of the call with this name can be read.
    pub(super) fn calls(&self, caller: &Rc<ModuleScope>, name: &str) -> bool {
        self.call(caller, name).is_some()
    }

    fn call(&self, caller: &Rc<ModuleScope>, name: &str) -> Option<DeclarationCall> {
        let id = caller.module.find_id("module", &[name])?;
        let block = caller.module.block(id)?;
        let CalledModule::Directory { directory, is_vendored } =
            self.resolve(block, &caller.module, &self.key_of(caller, name), Some(caller))
        else {
            return None;
        };
        Some(DeclarationCall { block: id, module: self.module(&directory), is_vendored })
    }

    /// The key of a call in the manifest of installed modules.
    fn key_of(&self, caller: &ModuleScope, name: &str) -> String {
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

impl Program<'_> {
    /// The resources of a declaration in a world.
    fn instances_of(&self, site: &DeclarationSite, world: &World) -> Vec<Resource> {
        let block = site.module.block(site.block).expect("the search for sites has parsed the block");
        let notation = site.module.notation(site.block);
        let mut resources = Vec::new();
        for scope in self.scopes(&site.calls, world) {
            let evaluator = ModuleEvaluator::of(self, &scope, world);
            resources.extend(body::resources(block, site.kind, notation, &evaluator));
            if resources.len() > MAX_INSTANCES {
                resources.truncate(1);
                resources.iter_mut().for_each(|resource| body::mark_over_limit(resource, expand::INSTANCES));
                break;
            }
            if !world.has_steps() {
                break;
            }
        }
        resources
    }

    /// Compares the instances of a trail's declaration with the plan.
    fn fill_from_plan(&self, resources: &mut Vec<Resource>, site: &DeclarationSite, world: &World, is_decided: bool) {
        if let Some(variable) = self.overridden_variable {
            resources.iter_mut().for_each(|own| own.contradictions.push(Contradiction::overridden_variable(variable)));
        }
        if let (Some(plan), Some(block)) = (self.plan, site.module.block(site.block)) {
            let declared = TrailDeclaration { address: &site.address, header: block.header };
            planned::fill_from_plan(resources, declared, plan, world, is_decided);
        }
    }
}

impl LoadedProject for Program<'_> {
    fn header(&self) -> Option<Span> {
        // A module that is called is deployed by its caller.
        self.root.module.header().filter(|_| !self.is_called)
    }

    fn uncreated(&self) -> Option<Traced<bool>> {
        let world = World::open(&self.budget);
        self.found(SearchSubject::Trails).sites.iter().find_map(|site| self.absence(&site.calls, &world))
    }

    fn option_values(&self) -> Vec<OptionValue> {
        let world = World::open(&self.budget);
        variables::option_values(&ModuleEvaluator::of(self, &self.root, &world))
    }

    fn moves(&self) -> Vec<MovedBlock> {
        let mut modules: BTreeMap<Vec<String>, &Arc<Module>> = BTreeMap::from([(Vec::new(), &self.root.module)]);
        for site in &self.found(SearchSubject::Trails).sites {
            let mut caller = &self.root.module;
            let mut path = Vec::new();
            for call in &site.calls {
                let Some(label) = caller.block(call.block).and_then(|block| block.labels.first()) else { break };
                path.push(format!("module.{}", label.text));
                caller = &call.module;
                modules.entry(path.clone()).or_insert(caller);
            }
        }
        modules.into_iter().flat_map(|(path, module)| moved::in_module(&path, module, self.context.sources)).collect()
    }

    fn declared(&self) -> Vec<String> {
        let module = &self.root.module;
        let variables = module.blocks("variable").filter_map(|id| module.block(id));
        variables.filter_map(|block| block.labels.first()).map(|label| label.text.clone()).collect()
    }

    fn sites(&self, subject: SearchSubject) -> usize {
        self.found(subject).sites.len()
    }

    fn resources(&self, subject: SearchSubject, site: usize, world: &World) -> Vec<Resource> {
        let found = self.found(subject);
        let site = found.sites.get(site).expect("the engine asks for the sites that were counted");
        self.enter_world();
        let mut resources = world.tracked(|| self.instances_of(site, world));
        if subject == SearchSubject::Trails {
            self.fill_from_plan(&mut resources.value, site, world, !resources.depends_on_world);
        }
        resources.value
    }

    fn unread_parts(&self, subject: SearchSubject) -> Vec<UnreadPart> {
        let found = self.found(subject);
        let mut elsewhere = found.unread_parts.clone();
        if let (Some(plan), SearchSubject::Trails) = (self.plan, subject) {
            planned::add_undeclared(&mut elsewhere, &found.sites, plan, &self.root.module);
        }
        elsewhere
    }

    fn rejections(&self) -> Vec<Rejection> {
        self.rejected()
    }

    fn problems(&self) -> Vec<Problem> {
        let called = self.modules.borrow();
        let mut modules: Vec<&Arc<Module>> = called.values().collect();
        modules.sort_by(|a, b| a.directory.cmp(&b.directory));
        let of_modules = std::iter::once(&self.root.module).chain(modules).flat_map(|module| module.problems());
        let undeclared = self.undeclared.borrow();
        let undeclared = undeclared
            .values()
            .map(|(span, reference)| Problem::syntax(*span, format!("`{reference}` isn't declared in this module")));
        of_modules.chain(self.values.problems().cloned()).chain(undeclared).collect()
    }
}

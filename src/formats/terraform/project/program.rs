//! The data of a root module and of the modules that it calls.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::calls::{self, Manifest};
use super::deployments::LoadedDeployment;
use super::domain::Domains;
use super::library::ModuleLibrary;
use super::module::{BlockId, Module};
use super::scope::{ModuleCallInstance, ModuleScope};
use super::units::LoadedUnit;
use super::values::RootValues;
use super::written_text::WrittenText;
use crate::formats::terraform::known::{self, KnownCode, KnownUse};
use crate::formats::terraform::language::Evaluator;
use crate::formats::{Context, Plan, StackEvaluator};
use crate::source::{FileId, Span, is_known_interface};
use crate::value::{Budget, Memo, World};

/// A root module and the modules that it calls, which are read at the first use.
pub(super) struct Program<'a> {
    /// The file system and the options.
    pub(super) context: Context<'a>,
    /// The plan of the root, if it was made with the same values of variables.
    pub(super) plan: Option<&'a Plan>,
    /// The given values of the root's variables.
    pub(super) values: RootValues,
    /// The Terragrunt unit that deploys the root module, if one does.
    pub(super) unit: Option<LoadedUnit<'a>>,
    /// The deployment of a Terraform Stack, if the root module is one.
    pub(super) deployment: Option<LoadedDeployment>,
    /// The root module's only instance.
    pub(super) root: Rc<ModuleScope>,
    /// The versions of the code that a unit deploys, if only its interface is known. The root is the newest.
    pub(super) versions: Option<UnitVersions>,
    /// The instances of module calls.
    pub(super) called: Memo<ModuleCallKey, Rc<[Rc<ModuleScope>]>>,
    /// The id of the last module instance.
    pub(super) last_id: Cell<usize>,
    pub(super) library: &'a ModuleLibrary,
    /// The budget that all evaluations of the project share.
    pub(super) budget: Rc<Budget>,
    /// The modules that have been reached, by directory.
    pub(super) modules: RefCell<HashMap<PathBuf, Arc<Module>>>,
    /// The headers of calls whose modules known interfaces represent, by the directories of these.
    pub(super) known_calls: RefCell<HashMap<PathBuf, Span>>,
    /// A cache of the modules of calls whose text has a plain local source.
    pub(super) plain_calls: RefCell<HashMap<BlockPlace, Option<Arc<Module>>>>,
    /// The modules that `terraform init` has installed.
    pub(super) manifest: Manifest,
    /// False if the project consists of one file that belongs to no module.
    pub(super) is_directory: bool,
    /// Evaluates the stacks that the project deploys; `None` if no format has templates.
    pub(super) stacks: Option<Box<dyn StackEvaluator + 'a>>,
    /// The files for the templates of stacks that the code contains or computes, by their place and text.
    pub(super) stack_texts: RefCell<HashMap<(Span, String), FileId>>,
    /// The references to undeclared variables and locals, by location.
    pub(super) undeclared: RefCell<BTreeMap<(FileId, u32), (Span, String)>>,
    /// A cache of the domains of variables, by the variable's location.
    pub(super) domains: Domains,
}

/// The id of the calling instance, the block of the call, and the called module.
type ModuleCallKey = (usize, BlockId, *const Module);

/// A block, identified by its module, which the tree keeps alive.
type BlockPlace = (*const Module, BlockId);

/// The versions of the code that a Terragrunt unit deploys, of which only the interface is known.
pub(super) struct UnitVersions {
    pub(super) code: KnownCode,
    /// The displayed name of the unit.
    pub(super) name: String,
    /// The root module in each range of versions, from the oldest to the newest.
    pub(super) roots: Vec<Rc<ModuleScope>>,
}

impl<'a> Program<'a> {
    /// Reads the known interface of the code that the unit deploys, if it has one.
    pub(super) fn open_versions(&mut self, name: &str) {
        let Some((code, source)) = self.unit.as_ref().and_then(LoadedUnit::known) else { return };
        let code = code.clone();
        let interface = Arc::new(code.interface(KnownUse::Unit(name)));
        let own = Arc::clone(&self.root.module);
        let mut roots = Vec::new();
        for stub in &code.stubs {
            let id = self.last_id.get().saturating_add(1);
            self.last_id.set(id);
            let path = self.known_path(stub.path, source);
            let Some((text, header)) = self.known_text(&path) else { continue };
            let module = Arc::new(Module::of_known_unit(&path, text, header, &own, self.context));
            roots.push(Rc::new(ModuleScope::known_root(id, module, Arc::clone(&interface), header)));
        }
        if let Some(newest) = roots.last() {
            self.root = Rc::clone(newest);
            self.versions = Some(UnitVersions { code, name: name.to_owned(), roots });
        }
    }

    /// Records a reference to an undeclared variable or local, which is an error in Terraform. A single file is exempt,
    /// because the rest of its module may declare it.
    pub(super) fn note_undeclared(&self, reference: String, span: Span) {
        if self.is_directory {
            self.undeclared.borrow_mut().entry((span.file, span.start)).or_insert((span, reference));
        }
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
    pub(super) fn is_read(&self, directory: &Path) -> bool {
        self.modules.borrow().contains_key(directory) || self.library.has(directory)
    }

    /// The module in a directory, read at the first use.
    pub(super) fn module(&self, directory: &Path) -> Arc<Module> {
        if let Some(module) = self.modules.borrow().get(directory) {
            return Arc::clone(module);
        }
        let module = match self.known_text(directory) {
            Some((text, header)) => Arc::new(Module::of_known(directory, text, header, self.context)),
            None => self.library.module(directory, self.context),
        };
        self.modules.borrow_mut().insert(directory.to_owned(), Arc::clone(&module));
        module
    }

    /// The text of the known interface at a path, and the header of the call whose module it represents.
    fn known_text(&self, path: &Path) -> Option<(&'static str, Span)> {
        if !is_known_interface(path) {
            return None;
        }
        let place: PathBuf = path.components().take(2).collect();
        let header = self.known_calls.borrow().get(&place).copied()?;
        let stub = path.strip_prefix(&place).ok()?.to_str()?;
        Some((known::text(stub)?, header))
    }

    /// The file for a text that the code contains or computes.
    pub(super) fn stack_text_file(&self, written: &WrittenText) -> FileId {
        let key = (written.place, written.text.clone());
        let known = self.stack_texts.borrow().len();
        *self.stack_texts.borrow_mut().entry(key).or_insert_with(|| {
            let sources = self.context.sources;
            let outer = sources.file(written.place.file);
            let position = outer.position(written.place.start);
            let name = format!("{}#{}:{}", outer.name, position.line, position.column);
            let path = outer.path.with_file_name(format!("{name}.{known}.template"));
            sources.add_lines_within(&path, name, &written.text, written.place, written.places(sources))
        })
    }

    /// Removes the cached values that depend on the world, and the module instances.
    pub(super) fn enter_world(&self) {
        self.root.enter_world();
        self.versions.iter().flat_map(|versions| &versions.roots).for_each(|root| root.enter_world());
        self.unit.iter().for_each(LoadedUnit::enter_world);
        self.deployment.iter().for_each(|deployment| deployment.scope.enter_world());
        self.called.clear();
    }
}

/// Evaluates the expressions of a module instance.
pub(super) type ModuleEvaluator<'a> = Evaluator<'a, InstanceLookup<'a>>;

/// The declarations of a module instance.
#[derive(Clone, Copy)]
pub(super) struct InstanceLookup<'a> {
    /// The project.
    pub(super) tree: &'a Program<'a>,
    pub(super) scope: &'a Rc<ModuleScope>,
}

impl<'a> ModuleEvaluator<'a> {
    /// An evaluator for a module instance.
    pub(super) fn of(tree: &'a Program<'a>, scope: &'a Rc<ModuleScope>, world: &'a World) -> Self {
        Self::new(InstanceLookup { tree, scope }, world)
    }

    /// An evaluator for the arguments of the call that creates a scope.
    pub(super) fn of_call(call: &'a ModuleCallInstance, tree: &'a Program<'a>, world: &'a World) -> Self {
        Self::of(tree, &call.caller, world).with(call.names.clone())
    }
}

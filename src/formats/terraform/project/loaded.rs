//! A root module that has been read: its declarations, found in all modules that it calls, and their instances.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::calls::Manifest;
use super::deployments::StackPlace;
use super::domain::Domains;
use super::expand::{self, MAX_INSTANCES};
use super::library::ModuleLibrary;
use super::module::Module;
use super::planned::{self, TrailDeclaration};
use super::program::{ModuleEvaluator, Program};
use super::resolution::UnusedFile;
use super::scope::ModuleScope;
use super::search::{DeclarationSite, ModuleSearch, SearchResult, SiteKind, VersionChoice};
use super::stacks::{self, DeployedStack};
use super::units::LoadedUnit;
use super::values::RootValues;
use super::{body, mentions, variables};
use crate::formats::terraform::terragrunt::UnitPlace;
use crate::formats::{CalledCode, Context, LoadedProject, OptionValue, Rejection, StackEvaluator, stack_evaluator};
use crate::model::kinds::{CLOUDFORMATION_TRAIL, ResourceRole};
use crate::model::{
    Contradiction, MovedBlock, Notation, Resolution, Resource, ResourceKind, SearchSubject, UnknownValues, UnreadPart,
};
use crate::source::{FileId, Sources, Span, is_known_interface};
use crate::syntax::Problem;
use crate::syntax::hcl::{Block, Expr};
use crate::syntax::node::Tree;
use crate::value::budget::STEPS;
use crate::value::world::explore;
use crate::value::{Budget, Memo, Traced, World};

/// A directory, or a file, that is deployed by itself.
#[derive(Debug)]
pub(crate) struct RootModule {
    pub(super) directory: PathBuf,
    /// The displayed name: the directory, or the one file.
    pub(super) name: String,
    /// The Terragrunt unit that deploys the module, if one does. The directory is then that of the unit.
    pub(super) unit: Option<UnitPlace>,
    /// The deployment of a Terraform Stack, if its components make up the module.
    pub(super) stack: Option<StackPlace>,
    /// The one file, if it has a name that excludes it from the directory's module.
    pub(super) only: Option<FileId>,
    /// The modules that all roots share.
    pub(super) library: Arc<ModuleLibrary>,
    /// True if another module calls it: in a cycle of calls, or if `called` is set.
    pub(super) is_called: bool,
    /// The calls of other modules, if it is a root only in case that none of them creates a trail.
    pub(super) called: Option<CalledCode>,
    /// True if a file of the run may deploy a template of another format.
    pub(super) deploys_templates: bool,
}

impl RootModule {
    pub(super) fn module(&self, context: Context<'_>) -> Arc<Module> {
        if let Some(unit) = self.loaded_unit(context, &Budget::new(Budget::steps_for(0))) {
            return Arc::new(unit.module(context));
        }
        if let Some(stack) = &self.stack {
            return Arc::new(stack.module(&self.directory, context));
        }
        match self.only {
            Some(file) => Arc::new(Module::of_files(&self.directory, &[file], context)),
            None if self.is_called => self.library.module(&self.directory, context),
            // No other module calls it, so it needn't be cached.
            None => Arc::new(Module::load(&self.directory, context)),
        }
    }
}

impl RootModule {
    /// The unit that deploys the module; `None` if there is none, or if its configuration can't be read.
    fn loaded_unit<'a>(&'a self, context: Context<'a>, budget: &Rc<Budget>) -> Option<LoadedUnit<'a>> {
        LoadedUnit::open(self.unit.as_ref()?, &self.library, context, budget).ok()
    }
}

/// A stack whose template isn't read; all its arguments are evaluated.
static UNREAD_STACK: ResourceKind = ResourceKind {
    name: "stack",
    shape: &[],
    role: ResourceRole::Unread { help: "set `template_body` to text or a file that can be read" },
};

/// A root module that has been read.
pub(super) struct LoadedRoot<'a> {
    pub(super) program: Program<'a>,
    /// The variable whose value differs from that of the plan.
    overridden_variable: Option<Span>,
    is_called: bool,
    trails: OnceCell<SearchResult>,
    surroundings: OnceCell<SearchResult>,
    log_groups: OnceCell<SearchResult>,
    /// The files of values in the tree that aren't used, searched at the first use.
    pub(super) unused_files: OnceCell<Vec<UnusedFile>>,
}

impl<'a> LoadedRoot<'a> {
    /// Reads a root module. The modules that it calls are read when their declarations are needed.
    pub(super) fn open(root: &'a RootModule, context: Context<'a>, budget: &Rc<Budget>) -> Self {
        let unit = root.loaded_unit(context, budget);
        let module = match &unit {
            Some(unit) => Arc::new(unit.module(context)),
            None => root.module(context),
        };
        let values = match &unit {
            Some(unit) => unit.values(&root.library, context),
            None => {
                let has_values = root.only.is_none() && root.stack.is_none();
                RootValues::read(&root.directory, has_values, &root.library.options, context)
            }
        };
        let manifest = Manifest::read(&module.directory, context);
        let is_directory = root.only.is_none() && unit.as_ref().is_none_or(LoadedUnit::is_read);
        let mut program = Program {
            context,
            plan: context.plan,
            values,
            unit,
            deployment: root.stack.as_ref().and_then(|stack| stack.load(&root.directory, context)),
            root: Rc::new(ModuleScope::root(Arc::clone(&module))),
            versions: None,
            called: Memo::default(),
            last_id: Cell::new(0),
            library: &root.library,
            budget: Rc::clone(budget),
            modules: RefCell::default(),
            known_calls: RefCell::default(),
            plain_calls: RefCell::default(),
            manifest,
            is_directory,
            undeclared: RefCell::default(),
            domains: Domains::default(),
            stacks: stack_evaluator(context, budget),
            stack_texts: RefCell::default(),
        };
        program.open_versions(&root.name);
        let overridden_variable = overridden_variable(&program);
        program.plan = context.plan.filter(|_| overridden_variable.is_none());
        let (trails, surroundings, log_groups) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        let unused_files = OnceCell::new();
        Self { program, overridden_variable, is_called: root.is_called, trails, surroundings, log_groups, unused_files }
    }

    /// The declarations of a subject, searched at the first use.
    pub(super) fn found(&self, subject: SearchSubject) -> &SearchResult {
        let found = match subject {
            SearchSubject::Trails => &self.trails,
            SearchSubject::Related => &self.surroundings,
            SearchSubject::LogGroups => &self.log_groups,
        };
        found.get_or_init(|| ModuleSearch::new(&self.program, subject).run())
    }

    /// The directories of the modules that a search for trails reaches.
    pub(super) fn reached(&self) -> Vec<PathBuf> {
        self.found(SearchSubject::Trails);
        let modules = self.program.modules.borrow();
        modules.keys().filter(|directory| !is_known_interface(directory)).cloned().collect()
    }
}

impl LoadedRoot<'_> {
    /// The resources of a declaration in a world.
    fn instances_of(&self, site: &DeclarationSite, subject: SearchSubject, world: &World) -> Vec<Resource> {
        let mut resources = match &site.choice {
            Some(choice) => self.instances_of_choice(site, choice, subject, world),
            None => self.instances_at(site, subject, world),
        };
        if let Some(doubt) = self.program.unit.as_ref().and_then(LoadedUnit::doubt_of_resources) {
            resources.iter_mut().for_each(|resource| body::mark_unknown(resource, &doubt));
        }
        resources
    }

    /// The resources of a declaration that depends on the version of a known module, with the addresses of the newest
    /// version.
    fn instances_of_choice(
        &self,
        site: &DeclarationSite,
        choice: &VersionChoice,
        subject: SearchSubject,
        world: &World,
    ) -> Vec<Resource> {
        let chosen = world.choose_below(&choice.conditions);
        let variant = chosen.and_then(|index| choice.variants.get(index));
        let mut resources = self.instances_at(variant.unwrap_or(site), subject, world);
        for resource in &mut resources {
            if let Some(variant) = variant {
                resource.address = with_suffix(&resource.address, &variant.suffix, &site.suffix);
            }
            if variant.is_none() {
                body::mark_unknown(resource, &choice.reason);
            }
        }
        resources
    }

    fn instances_at(&self, site: &DeclarationSite, subject: SearchSubject, world: &World) -> Vec<Resource> {
        let block = site.module.block(site.block).expect("the search for sites has parsed the block");
        let notation = site.module.notation(site.block);
        let mut resources = Vec::new();
        for scope in self.program.scopes(&site.root, &site.calls, world) {
            let evaluator = ModuleEvaluator::of(&self.program, &scope, world);
            resources.extend(match site.kind {
                SiteKind::Resource(kind) => body::resources(block, kind, notation, &evaluator),
                SiteKind::Stack(kind) => {
                    let deployed = stacks::deployed(block, kind, subject, &evaluator).into_iter();
                    deployed.flat_map(|own| resources_of_stack(own, block, notation, subject, &evaluator)).collect()
                }
            });
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

    /// Adds the parts of stacks that can't be read in one of the worlds.
    fn add_unread_stacks(&self, sites: &[DeclarationSite], subject: SearchSubject, parts: &mut Vec<UnreadPart>) {
        for site in sites {
            let (SiteKind::Stack(kind), Some(block)) = (site.kind, site.module.block(site.block)) else { continue };
            let budget = self.program.budget.half();
            let found = explore(&budget, |world| {
                self.program.enter_world();
                let mut found = Vec::new();
                for scope in self.program.scopes(&site.root, &site.calls, world) {
                    let evaluator = ModuleEvaluator::of(&self.program, &scope, world);
                    found.extend(stacks::unread_parts(block, kind, subject, &evaluator));
                }
                found
            });
            self.program.budget.include(&budget);
            let all_fail = found.iter().all(|(_, world)| world.has_failed());
            for (part, _) in found.into_iter().filter(|(_, world)| all_fail || !world.has_failed()) {
                for part in part {
                    let is_known =
                        parts.iter().any(|known| known.header == part.header && known.description == part.description);
                    if !is_known {
                        parts.push(part);
                    }
                }
            }
        }
    }

    /// Compares the instances of a trail's declaration with the plan.
    fn fill_from_plan(&self, resources: &mut Vec<Resource>, site: &DeclarationSite, world: &World, is_decided: bool) {
        if let Some(variable) = self.overridden_variable {
            resources.iter_mut().for_each(|own| own.contradictions.push(Contradiction::overridden_variable(variable)));
        }
        if let (Some(plan), Some(block)) = (self.program.plan, site.module.block(site.block)) {
            let declared = TrailDeclaration { address: &site.address, header: block.header };
            planned::fill_from_plan(resources, declared, plan, world, is_decided);
        }
    }
}

/// The resources that represent an instance of a stack. If its template isn't read, trails in it are a part that isn't
/// read, unless the steps ran out; the stack is itself a related resource, because it may configure the buckets and keys
/// that are passed to it.
fn resources_of_stack(
    deployed: DeployedStack,
    block: &Block,
    notation: Notation,
    subject: SearchSubject,
    evaluator: &ModuleEvaluator<'_>,
) -> Vec<Resource> {
    let instance = match deployed {
        DeployedStack::Resources(resources) => return resources,
        DeployedStack::Unread(instance) => instance,
    };
    match subject {
        SearchSubject::Related | SearchSubject::LogGroups => {
            vec![body::resource(block, &UNREAD_STACK, notation, instance, evaluator)]
        }
        SearchSubject::Trails if evaluator.world.has_steps() => Vec::new(),
        SearchSubject::Trails => {
            let mut rest = body::resource(block, &CLOUDFORMATION_TRAIL, notation, instance, evaluator);
            body::mark_over_limit(&mut rest, STEPS);
            vec![rest]
        }
    }
}

impl LoadedProject for LoadedRoot<'_> {
    fn header(&self) -> Option<Span> {
        // A module that is called is deployed by its caller.
        let header = self.program.root.module.header();
        header
            .or_else(|| Some(self.program.unit.as_ref()?.header()))
            .filter(|_| !self.is_called && !self.program.unit.as_ref().is_some_and(LoadedUnit::is_excluded))
    }

    fn uncreated(&self) -> Option<Traced<bool>> {
        let world = World::open(&self.program.budget);
        self.found(SearchSubject::Trails).sites.iter().find_map(|site| self.program.absence(site, &world))
    }

    fn resolution(&self, unknown: &UnknownValues<'_>) -> Resolution {
        self.find_resolution(unknown)
    }

    fn option_values(&self) -> Vec<OptionValue> {
        let world = World::open(&self.program.budget);
        variables::option_values(&ModuleEvaluator::of(&self.program, &self.program.root, &world))
    }

    fn moves(&self) -> Vec<MovedBlock> {
        let mut modules: BTreeMap<Vec<String>, &Arc<Module>> =
            BTreeMap::from([(Vec::new(), &self.program.root.module)]);
        for site in &self.found(SearchSubject::Trails).sites {
            let mut caller = &self.program.root.module;
            let mut path = Vec::new();
            for call in &site.calls {
                let Some(label) = caller.block(call.block).and_then(|block| block.labels.first()) else { break };
                path.push(format!("module.{}", label.text));
                caller = &call.module;
                modules.entry(path.clone()).or_insert(caller);
            }
        }
        modules
            .into_iter()
            .flat_map(|(path, module)| moved_blocks(&path, module, self.program.context.sources))
            .collect()
    }

    fn declared(&self) -> Vec<String> {
        let module = &self.program.root.module;
        let variables = module.blocks("variable").filter_map(|id| module.block(id));
        variables.filter_map(|block| block.labels.first()).map(|label| label.text.clone()).collect()
    }

    fn sites(&self, subject: SearchSubject) -> usize {
        self.found(subject).sites.len()
    }

    fn resources(&self, subject: SearchSubject, site: usize, world: &World) -> Vec<Resource> {
        let found = self.found(subject);
        let site = found.sites.get(site).expect("the engine asks for the sites that were counted");
        self.program.enter_world();
        let mut resources = world.tracked(|| self.instances_of(site, subject, world));
        if subject == SearchSubject::Trails && matches!(site.kind, SiteKind::Resource(_)) {
            self.fill_from_plan(&mut resources.value, site, world, !resources.depends_on_world);
        }
        resources.value
    }

    fn unread_parts(&self, subject: SearchSubject) -> Vec<UnreadPart> {
        let found = self.found(subject);
        let mut elsewhere = found.unread_parts.clone();
        self.add_unread_stacks(&found.sites, subject, &mut elsewhere);
        elsewhere.extend(self.program.unit.iter().flat_map(|unit| unit.unread(self.program.context)));
        if let (Some(plan), SearchSubject::Trails) = (self.program.plan, subject) {
            planned::add_undeclared(&mut elsewhere, &found.sites, plan, &self.program.root.module);
        }
        elsewhere
    }

    fn code(&self) -> Option<String> {
        self.program.unit.as_ref()?.code(self.program.context)
    }

    fn notes(&self) -> Vec<String> {
        self.program.unit.as_ref().map(LoadedUnit::notes).unwrap_or_default()
    }

    fn rejections(&self) -> Vec<Rejection> {
        self.program.rejected()
    }

    fn tree(&self, file: FileId) -> Option<Arc<Tree>> {
        self.program.stacks.as_deref()?.tree(file)
    }

    fn problems(&self) -> Vec<Problem> {
        let called = self.program.modules.borrow();
        let mut modules: Vec<&Arc<Module>> = called.values().collect();
        modules.sort_by(|a, b| a.directory.cmp(&b.directory));
        let of_modules = std::iter::once(&self.program.root.module).chain(modules).flat_map(|module| module.problems());
        // The files of a unit complete code that may not be here.
        let is_read = self.program.unit.as_ref().is_none_or(LoadedUnit::is_read);
        let of_modules = of_modules.filter(|problem| is_read || problem.kind.loses_text());
        let undeclared = self.program.undeclared.borrow();
        let undeclared = undeclared
            .values()
            .map(|(span, reference)| Problem::rejected(*span, format!("`{reference}` isn't declared in this module")));
        let of_unit = self.program.unit.iter().flat_map(LoadedUnit::problems);
        let of_values = self.program.values.problems().cloned().chain(undeclared).chain(of_unit);
        let mentions_trail = |problem: &Problem| {
            mentions::mentions_trail(self.program.context.sources.file(problem.span.file).text.as_bytes())
        };
        let sites = &self.found(SearchSubject::Trails).sites;
        let may_create_trail = sites.iter().any(|site| matches!(site.kind, SiteKind::Resource(_)))
            || self.unread_parts(SearchSubject::Trails).iter().any(|part| part.hint.is_some())
            || self.program.stacks.as_deref().is_some_and(StackEvaluator::mentions_trail);
        // The values of a root that creates no trail don't matter.
        let of_values = of_values.filter(|problem| may_create_trail || mentions_trail(problem));
        let of_stacks = self.program.stacks.as_deref().map(StackEvaluator::problems).unwrap_or_default();
        of_modules.chain(of_values).chain(of_stacks).collect()
    }
}

/// Replaces the part of an address that follows the call of a known module.
fn with_suffix(address: &str, own: &str, newest: &str) -> String {
    match address.strip_suffix(own) {
        // The interface is that of the root module.
        None if own.strip_prefix('.') == Some(address) => newest.trim_start_matches('.').to_owned(),
        Some(call) => format!("{call}{newest}"),
        // A resource that isn't created has no key.
        None => address.to_owned(),
    }
}

/// The first variable whose value differs from that of the plan.
fn overridden_variable(program: &Program<'_>) -> Option<Span> {
    let world = World::open(&program.budget);
    let evaluator = ModuleEvaluator::of(program, &program.root, &world);
    Some(variables::overridden_variable(&evaluator, program.context.plan?)?.header)
}

/// The `moved` blocks of a module at this path of calls.
fn moved_blocks(calls: &[String], module: &Module, sources: &Sources) -> Vec<MovedBlock> {
    let blocks = module.blocks("moved").filter_map(|id| module.block(id));
    let moved = blocks.filter_map(|block| {
        let [from, to] = ["from", "to"].map(|name| Some(moved_address(&block.body.attribute(name)?.value, sources)));
        MovedBlock::new(calls.to_vec(), &from?, &to?)
    });
    moved.collect()
}

fn moved_address(expr: &Expr, sources: &Sources) -> String {
    let text: String = sources.file(expr.span.file).slice(expr.span).split_whitespace().collect();
    // In the JSON syntax, the address is a string.
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(text) => text.replace("\\\"", "\""),
        None => text,
    }
}

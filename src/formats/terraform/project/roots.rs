//! Finds the root modules: directories that lead to a trail and that no scanned module calls, or whose trails no call
//! creates.

mod deployments;
mod directories;
mod stacks;
mod units;
mod unscanned;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::calls::found_calls::links_in;
use super::library::ModuleLibrary;
use super::loaded::{LoadedRoot, RootModule};
use crate::formats::terraform::names::{self, file_name};
use crate::formats::terraform::sources::MappedModule;
use crate::formats::terraform::{Modules, terragrunt};
use crate::formats::{
    CalledCode, CandidateFile, Context, LinkedFile, Links, LoadedProject, Plan, PlanMatch, Project, Relevance,
};
use crate::model::SearchSubject;
use crate::source::SourceFile;
use crate::value::Budget;
use directories::Directories;
use units::FoundUnit;

impl Project for RootModule {
    fn root(&self) -> String {
        self.name.clone()
    }

    fn format(&self) -> Option<&'static str> {
        match (&self.unit, &self.stack) {
            (Some(_), _) => Some("terragrunt"),
            (None, Some(_)) => Some("terraform-stack"),
            (None, None) => None,
        }
    }

    fn called(&self) -> Option<&CalledCode> {
        self.called.as_ref()
    }

    fn declares_trail(&self, context: Context<'_>) -> bool {
        self.module(context).declared(SearchSubject::Trails).next().is_some()
    }

    fn deployment(&self) -> Option<&str> {
        self.stack.as_ref()?.deployment.as_deref()
    }

    fn deploys_templates(&self) -> bool {
        self.deploys_templates
    }

    fn place_of(&self, file: &SourceFile) -> PathBuf {
        let name = file_name(&file.path);
        // A template that a stack deploys isn't a part of a module.
        let is_code = names::is_configuration(&name)
            || names::is_stack_file(&name)
            || terragrunt::names::is_unit(&name)
            || self.only.is_some();
        if is_code { file.directory().to_owned() } else { file.path.clone() }
    }

    fn match_plan(&self, plan: &Plan, context: Context<'_>) -> PlanMatch {
        let own = self.module(context).names();
        if let Some(name) = plan.declared.difference(&own).next() {
            return PlanMatch::Other(format!("`{}` doesn't declare `{name}`", self.name));
        }
        if let Some(name) = own.difference(&plan.declared).next() {
            return PlanMatch::Other(format!("`{}` declares `{name}`, and the plan doesn't", self.name));
        }
        PlanMatch::Same
    }

    fn forget(&self, changed: &Path) {
        self.library.forget(changed);
    }

    fn open<'a>(&'a self, context: Context<'a>, budget: &Rc<Budget>) -> Box<dyn LoadedProject + 'a> {
        Box::new(LoadedRoot::open(self, context, budget))
    }
}

/// The modules that a file calls, if it is part of a module.
pub(crate) fn links(kept: CandidateFile, context: Context<'_>) -> Links {
    let file = context.sources.file(kept.file);
    let name = file_name(&file.path);
    if names::is_configuration(&name) && !names::is_variable_values(&name) {
        links_in(kept.file, &file, mapped_modules(context))
    } else if terragrunt::names::is_deployment(&name) || names::is_stack_file(&name) {
        let mut hasher = DefaultHasher::new();
        file.text.hash(&mut hasher);
        let calls = if names::is_component(&name) {
            links_in(kept.file, &file, mapped_modules(context))
        } else {
            Links::default()
        };
        Links { text: Some(hasher.finish()), ..calls }
    } else {
        Links::default()
    }
}

/// The configured directories of modules, if calls are followed.
fn mapped_modules(context: Context<'_>) -> &[Arc<MappedModule>] {
    let options = &context.options.terraform;
    if options.modules == Modules::None { &[] } else { &options.mapped }
}

/// The root modules among the kept files.
pub(crate) fn find(linked: &[LinkedFile], context: Context<'_>) -> Vec<RootModule> {
    let mut directories = Directories::default();
    let mut roots = Vec::new();
    let library = Arc::new(ModuleLibrary::default());
    let root = |path: &Path, directory: &Path, only| RootModule {
        name: context.sources.name(path),
        only,
        ..root(directory, &library, context)
    };
    for linked in linked {
        let kept = linked.candidate;
        let file = context.sources.file(kept.file);
        let name = file_name(&file.path);
        let is_deployment = terragrunt::names::is_deployment(&name) || names::is_stack_file(&name);
        if names::is_variable_values(&name) || is_deployment {
            continue;
        }
        if !names::is_configuration(&name) {
            if kept.relevance == Relevance::Trail {
                roots.push(root(&file.path, file.directory(), Some(kept.file)));
            }
            continue;
        }
        directories.add(linked, file.directory(), context);
    }
    let units = units::find(linked, &library, context);
    units.iter().for_each(|unit| directories.add_unit(unit, context));
    let stacks = deployments::find(linked, context);
    stacks.iter().for_each(|stack| directories.add_stack(stack, context));
    // All roots share one budget for evaluating the sources of their calls.
    let budget = Budget::new(Budget::steps_for(0));
    directories.follow_computed(|path| LoadedRoot::open(&root(path, path, None), context, &budget).reached(), context);
    let leads = directories.leading_to_trails(context);
    let found = directories.roots(&leads, context);
    let units: HashMap<PathBuf, &FoundUnit> = units.iter().map(|unit| (unit.place.key(), unit)).collect();
    let own = |place: &usize| {
        let path = directories.path(*place)?;
        Some(match units.get(path) {
            Some(unit) => {
                let directory = &unit.place.directory;
                RootModule { unit: Some(unit.place.clone()), ..root(directory, directory, None) }
            }
            None => root(path, path, None),
        })
    };
    roots.extend(found.uncalled.iter().filter_map(own));
    roots.extend(found.cycle_roots.iter().filter_map(own).map(|root| RootModule { is_called: true, ..root }));
    let mut deployed = Vec::new();
    for root in std::mem::take(&mut roots) {
        match stacks.iter().find(|stack| stack.key == root.directory) {
            Some(stack) => deployed.extend(
                stack
                    .places(context)
                    .into_iter()
                    .map(|place| RootModule { stack: Some(place), ..self::root(&stack.directory, &library, context) }),
            ),
            None => deployed.push(root),
        }
    }
    roots = deployed;
    let called = directories.called(&leads, &found);
    roots.extend(called.into_iter().filter_map(|(place, turn)| {
        let own = own(&place)?;
        let stack = stacks.iter().find(|stack| stack.key == own.directory);
        let own = match stack {
            Some(stack) => RootModule {
                stack: stack.places(context).into_iter().next(),
                ..self::root(&stack.directory, &library, context)
            },
            None => own,
        };
        let path = stack.map_or(directories.path(place)?, |stack| &stack.directory);
        let called = CalledCode { place: path.to_owned(), turn };
        Some(RootModule { is_called: true, called: Some(called), ..own })
    }));
    for root in &mut roots {
        root.deploys_templates = directories.deploys_templates;
    }
    roots.sort_by(|a, b| (&a.name, a.deployment()).cmp(&(&b.name, b.deployment())));
    roots
}

/// The root module in a directory.
fn root(directory: &Path, library: &Arc<ModuleLibrary>, context: Context<'_>) -> RootModule {
    RootModule {
        directory: directory.to_owned(),
        name: context.sources.name(directory),
        unit: None,
        stack: None,
        only: None,
        library: Arc::clone(library),
        is_called: false,
        called: None,
        deploys_templates: false,
    }
}

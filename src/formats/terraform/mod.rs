//! Terraform and OpenTofu: a directory is a module, and a root module is one that no scanned module calls.

mod assignment;
mod body;
mod calls;
mod domain;
mod equality;
mod eval;
mod expand;
mod functions;
mod json;
mod library;
mod lifecycle;
mod lookup;
mod module;
mod moved;
pub(crate) mod names;
mod normal_form;
mod numbers;
mod placeholders;
mod planned;
mod policy_document;
mod program;
mod providers;
mod rejections;
mod roots;
mod scope;
mod search;
mod sets;
mod size;
mod types;
mod unknowns;
mod values;
mod variables;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

use super::{
    CalledCode, CandidateFile, Context, InputFormat, LinkedFile, Links, LoadedProject, Plan, PlanMatch, Project,
    Relevance,
};
use crate::model::{SearchSubject, dialects};
use crate::source::{FileId, SourceFile, has_escaped};
use crate::value::Budget;
use library::ModuleLibrary;
use module::Module;
pub(super) use policy_document::PolicyDocument;
use program::Program;

/// The format of Terraform and OpenTofu configurations.
#[derive(Debug)]
pub struct Terraform;

#[derive(Debug)]
struct RootModule {
    directory: PathBuf,
    /// The displayed name: the directory, or the one file.
    name: String,
    /// The one file, if it has a name that excludes it from the directory's module.
    only: Option<FileId>,
    /// The modules that all roots share.
    library: Arc<ModuleLibrary>,
    /// True if another module calls it: in a cycle of calls, or if `called` is set.
    is_called: bool,
    /// The calls of other modules, if it is a root only in case that none of them creates a trail.
    called: Option<CalledCode>,
}

static TRAILS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new(dialects::AWS.kind), Finder::new("awscc_cloudtrail")]);
/// The common part of these words. Most files don't contain it, so they are searched only once.
static COMMON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("_cloudtrail"));
/// AWS Control Tower may create an organization trail for it.
const LANDING_ZONE: &str = "aws_controltower_landing_zone";
static ZONE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(LANDING_ZONE));
/// The common part of the resource types that deploy a template, including stack sets and those of the `awscc`
/// provider.
static STACK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("_cloudformation_stack"));
static MODULE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("module"));

impl InputFormat for Terraform {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn reads(&self, file_name: &str) -> bool {
        names::is_configuration(file_name) || names::is_variable_values(file_name)
    }

    fn is_optional_file(&self, file_name: &str) -> bool {
        names::can_lack(file_name)
    }

    fn takes_directories(&self) -> bool {
        true
    }

    fn recognizes(&self, text: &[u8]) -> bool {
        let text = String::from_utf8_lossy(text);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('{') {
            // JSON of other formats may have such keys, but doesn't contain the type of a trail.
            return text.contains("\"resource\"") && names_trail(text.as_bytes());
        }
        const STARTS: [&str; 6] = ["resource \"", "data \"", "module \"", "variable \"", "locals {", "terraform {"];
        text.lines().any(|line| STARTS.iter().any(|start| line.trim_start().starts_with(start)))
    }

    fn reason_unread(&self, bytes: &[u8]) -> Option<&'static str> {
        Some(if has_escaped(bytes, |text| STACK.find(text).is_some()) {
            "mentions a trail and deploys a template within Terraform, which isn't evaluated"
        } else {
            "mentions a trail but declares none"
        })
    }

    fn relevance(&self, bytes: &[u8]) -> Relevance {
        if names_trail(bytes) {
            Relevance::Trail
        } else if names_module(bytes) || ZONE.find(bytes).is_some() {
            Relevance::Module
        } else {
            Relevance::None
        }
    }

    fn links(&self, kept: CandidateFile, context: Context<'_>) -> Links {
        roots::links(kept, context)
    }

    fn projects(&self, linked: &[LinkedFile], context: Context<'_>) -> Vec<Box<dyn Project>> {
        roots::find(linked, context).into_iter().map(|root| Box::new(root) as Box<dyn Project>).collect()
    }
}

impl RootModule {
    fn module(&self, context: Context<'_>) -> Arc<Module> {
        match self.only {
            Some(file) => Arc::new(Module::of_files(&self.directory, &[file], context)),
            None if self.is_called => self.library.module(&self.directory, context),
            // No other module calls it, so it needn't be cached.
            None => Arc::new(Module::load(&self.directory, context)),
        }
    }
}

impl Project for RootModule {
    fn root(&self) -> String {
        self.name.clone()
    }

    fn called(&self) -> Option<&CalledCode> {
        self.called.as_ref()
    }

    fn declares_trail(&self, context: Context<'_>) -> bool {
        self.module(context).declared(SearchSubject::Trails).next().is_some()
    }

    fn place_of(&self, file: &SourceFile) -> PathBuf {
        file.directory().to_owned()
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
        Box::new(Program::open(self, context, budget))
    }
}

/// True if a text contains one of the words that every declaration of a trail contains.
fn names_trail(text: &[u8]) -> bool {
    COMMON.find(text).is_some() && TRAILS.iter().any(|needle| needle.find(text).is_some())
}

fn names_module(text: &[u8]) -> bool {
    MODULE.find(text).is_some()
}

fn names_landing_zone(text: &[u8]) -> bool {
    has_escaped(text, |text| ZONE.find(text).is_some())
}

/// Like [`names_trail`], including escaped forms.
fn mentions_trail(text: &[u8]) -> bool {
    has_escaped(text, names_trail)
}

/// True if a text may call a module.
fn mentions_module(text: &[u8]) -> bool {
    has_escaped(text, names_module)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;

/// True if a file is in the JSON syntax: by its name or, for other extensions, by its first character.
fn is_json(file: &SourceFile) -> bool {
    let is_native = [".tf", ".tofu", ".tfvars"].iter().any(|extension| file.name.ends_with(extension));
    file.name.ends_with(".json") || !is_native && file.body().1.trim_start().starts_with('{')
}

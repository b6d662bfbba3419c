//! Terraform and OpenTofu: a directory is a module, and a root module is one that no scanned module calls.

mod body;
mod calls;
mod eval;
mod json;
mod module;
mod names;
mod variables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{Context, Evaluated, Format, Interest, Kept, Project};
use crate::model::dialects;
use crate::source::{FileId, Span};
use module::Module;

/// The format.
#[derive(Debug)]
pub struct Terraform;

/// A module that is judged.
#[derive(Debug)]
struct Root {
    directory: PathBuf,
    /// As it is named to people: the directory, or the one file.
    name: String,
    /// The one file, when its name says that it belongs to no module.
    only: Option<FileId>,
    /// The files that mention a trail.
    mentioning: Vec<FileId>,
    /// A file that calls the module, as it is named to people.
    caller: Option<String>,
}

static TRAILS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new(dialects::AWS.kind), Finder::new("awscc_cloudtrail")]);
static MODULE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("module"));

impl Format for Terraform {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn reads(&self, file_name: &str) -> bool {
        const NAMES: [&str; 6] = [".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json"];
        NAMES.iter().any(|name| file_name.ends_with(name))
    }

    fn recognizes(&self, text: &[u8]) -> bool {
        const STARTS: [&str; 4] = ["resource \"", "module \"", "variable \"", "terraform {"];
        let text = String::from_utf8_lossy(text);
        text.lines().any(|line| STARTS.iter().any(|start| line.starts_with(start)))
    }

    fn interest(&self, bytes: &[u8]) -> Interest {
        if TRAILS.iter().any(|needle| needle.find(bytes).is_some()) {
            Interest::Mentions
        } else if MODULE.find(bytes).is_some() {
            Interest::Refers
        } else {
            Interest::None
        }
    }

    fn projects(&self, kept: &[Kept], context: Context<'_>) -> Vec<Box<dyn Project>> {
        let mut roots: BTreeMap<PathBuf, Root> = BTreeMap::new();
        for kept in kept.iter().filter(|kept| kept.interest == Interest::Mentions) {
            let file = context.sources.file(kept.file);
            let name = file_name(&file.path);
            if names::is_variable_values(&name) {
                continue;
            }
            let only = (!names::is_configuration(&name)).then_some(kept.file);
            let path = if only.is_some() { &file.path } else { file.directory() };
            let root = roots.entry(path.to_owned()).or_insert_with(|| Root {
                directory: file.directory().to_owned(),
                name: context.sources.name(path),
                only,
                mentioning: Vec::new(),
                caller: None,
            });
            root.mentioning.push(kept.file);
        }
        if !roots.is_empty() {
            note_callers(&mut roots, kept, context);
        }
        roots.into_values().map(|root| Box::new(root) as Box<dyn Project>).collect()
    }
}

fn note_callers(roots: &mut BTreeMap<PathBuf, Root>, kept: &[Kept], context: Context<'_>) {
    for kept in kept {
        let file = context.sources.file(kept.file);
        for called in calls::local_sources(kept.file, &file) {
            if let Some(root) = roots.get_mut(&called) {
                root.caller.get_or_insert_with(|| file.name.clone());
            }
        }
    }
}

impl Project for Root {
    fn root(&self) -> String {
        self.name.clone()
    }

    fn evaluate(&self, context: Context<'_>) -> Evaluated {
        let module = Module::load(self, context);
        let first = self.mentioning.first().map(|&file| Span::new(file, 0, 0));
        Evaluated {
            // A module that is called is deployed by its caller.
            header: module.first_header().or(first).filter(|_| self.caller.is_none()),
            resources: module.trails(),
            problems: module.into_problems(),
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

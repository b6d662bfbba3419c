//! Where the code of a called module lies.

pub(super) mod found;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::formats::{Context, Modules};
use crate::model::Elsewhere;
use crate::source::{ReadError, normalize};
use crate::syntax::hcl::{Block, Expr, ExprKind, Part};
use crate::syntax::json as json_syntax;
use crate::syntax::node::Node;

/// Where `terraform init` notes what it has installed, relative to the root module.
const MANIFEST: &str = ".terraform/modules/modules.json";

/// What a module call leads to.
#[derive(Debug)]
pub(super) enum Called {
    /// Code that can be read.
    Directory {
        /// Where it lies.
        directory: PathBuf,
        /// Whether it was installed, and so can't be edited.
        is_vendored: bool,
    },
    /// Code that isn't here and may declare a trail.
    Elsewhere(Elsewhere),
    /// Code that isn't here, and nothing says that it has to do with trails.
    Nothing,
}

/// The modules that `terraform init` has installed.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// By the keys of their calls.
    modules: BTreeMap<String, InstalledModule>,
}

/// A module that `terraform init` has installed.
#[derive(Debug)]
struct InstalledModule {
    source: String,
    directory: PathBuf,
}

impl Manifest {
    /// The manifest beside a root module, as far as it can be read.
    pub(super) fn read(root: &Path, context: Context<'_>) -> Self {
        let path = root.join(MANIFEST);
        let Ok(id) = context.sources.load(context.fs, &path) else { return Self::default() };
        let tree = json_syntax::parse(id, &context.sources.file(id));
        let entries = tree.documents.first().and_then(|document| document.as_mapping()?.get("Modules"));
        let entries = entries.and_then(|entry| entry.value.as_sequence()).unwrap_or_default();
        let module = |node: &Node| {
            let text = |key: &str| Some(node.as_mapping()?.get(key)?.value.as_text()?.to_owned());
            let (source, directory) = (text("Source").unwrap_or_default(), normalize(&root.join(text("Dir")?)));
            Some((text("Key")?, InstalledModule { source, directory }))
        };
        let mut modules = BTreeMap::new();
        for (key, module) in entries.iter().filter_map(|node| module(node)) {
            modules.entry(key).or_insert(module);
        }
        Self { modules }
    }

    /// Whether nothing is installed.
    pub(super) fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// The directories of the modules that aren't the root.
    pub(super) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.modules.iter().filter(|(key, _)| !key.is_empty()).map(|(_, module)| module.directory.as_path())
    }

    /// The directory of a call, if what was installed is what the call asks for.
    fn find(&self, key: &str, source: &str) -> Option<&Path> {
        let InstalledModule { source: installed, directory } = self.modules.get(key)?;
        let is_same = installed == source
            || installed.strip_prefix("registry.terraform.io/") == Some(source)
            || installed.strip_prefix("registry.opentofu.org/") == Some(source);
        is_same.then_some(directory)
    }
}

/// What a `module` block calls, from a module in `directory`; `key` is the call's name in the manifest.
///
/// A directory that `is_read` already is there.
pub(super) fn resolve(
    block: &Block,
    directory: &Path,
    key: &str,
    manifest: &Manifest,
    is_read: &dyn Fn(&Path) -> bool,
    context: Context<'_>,
) -> Called {
    let source = source_of(block);
    if let Some(local) = source.and_then(|source| local(source, directory)) {
        if leads_to(&local, is_read, context) {
            return Called::Directory { directory: local, is_vendored: false };
        }
    } else if let Some(installed) = source.and_then(|source| manifest.find(key, source))
        && context.options.modules == Modules::Installed
        && (is_read(installed) || may_hold_files(installed, context))
    {
        return Called::Directory { directory: installed.to_owned(), is_vendored: true };
    }
    elsewhere(block, source)
}

/// Whether a call with a local source is followed to its directory.
pub(super) fn leads_to(local: &Path, is_read: &dyn Fn(&Path) -> bool, context: Context<'_>) -> bool {
    // A missing directory is as unknown as a module that isn't installed.
    context.options.modules != Modules::None
        && context.sources.may_read(local)
        && (is_read(local) || may_hold_files(local, context))
}

/// Whether a directory holds anything, or can't be looked into, which the module that is read from it says.
fn may_hold_files(directory: &Path, context: Context<'_>) -> bool {
    match context.fs.list(directory) {
        Ok(files) => !files.is_empty(),
        Err(ReadError::Missing) => false,
        Err(_) => true,
    }
}

fn source_of(block: &Block) -> Option<&str> {
    match &block.body.attribute("source")?.value.kind {
        ExprKind::String(source) => Some(source),
        _ => None,
    }
}

/// A source that begins with `./` or `../` is a directory beside the caller's.
fn local(source: &str, directory: &Path) -> Option<PathBuf> {
    is_local(source).then(|| normalize(&directory.join(source)))
}

fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../")
}

/// Code that isn't here may declare a trail if its name says so.
fn elsewhere(block: &Block, source: Option<&str>) -> Called {
    if !is_named_like_trail(block) {
        return Called::Nothing;
    }
    let label = block.labels.first().map(|label| label.text.as_str()).unwrap_or_default();
    Called::Elsewhere(Elsewhere { header: block.header, what: format!("module `{label}`"), help: help(source) })
}

/// What makes the code of a call readable, by its source.
fn help(source: Option<&str>) -> String {
    match source {
        None => "write the module's `source` as a plain string, so that its code can be found".to_owned(),
        Some(source) if is_local(source) => {
            format!(
                "check a directory that holds `{source}` as well: it isn't here, or lies outside of what is checked"
            )
        }
        Some(_) => "run `terraform init`, so that the module's code can be read".to_owned(),
    }
}

/// Whether the name of a call or any part of its source has to do with CloudTrail.
fn is_named_like_trail(block: &Block) -> bool {
    let source = block.body.attribute("source").map(|attribute| &attribute.value);
    block.labels.first().is_some_and(|label| Elsewhere::is_named_in(&label.text)) || source.is_some_and(mentions)
}

/// Whether a source mentions CloudTrail in its text or in the names that it refers to.
fn mentions(source: &Expr) -> bool {
    match &source.kind {
        ExprKind::String(text) | ExprKind::Variable(text) => Elsewhere::is_named_in(text),
        ExprKind::GetAttr(base, name) => Elsewhere::is_named_in(&name.text) || mentions(base),
        ExprKind::Index(base, key) => mentions(base) || mentions(key),
        ExprKind::Template(parts) => parts.iter().any(|part| match part {
            Part::Literal(text) => Elsewhere::is_named_in(text),
            Part::Interpolation(expr) => mentions(expr),
            Part::If(_) | Part::For(_) => false,
        }),
        ExprKind::Conditional(conditional) => mentions(&conditional.then) || mentions(&conditional.otherwise),
        ExprKind::Call(call) => call.arguments.iter().any(mentions),
        _ => false,
    }
}

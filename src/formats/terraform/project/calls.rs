//! Finds the directory of a called module.

pub(super) mod found_calls;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::formats::Context;
use crate::formats::terraform::known::{self, KnownCode};
use crate::formats::terraform::sources::{self, Address, is_local};
use crate::formats::terraform::{Modules, version};
use crate::model::{TrailHint, UnreadPart, dialects};
use crate::source::{ReadError, is_known_interface, normalize};
use crate::syntax::hcl::{Attribute, Block, Expr, ExprKind, TemplatePart};
use crate::syntax::json as json_syntax;
use crate::syntax::node::Node;

/// The manifest of the modules that `terraform init` has installed, relative to the root module.
const MANIFEST: &str = ".terraform/modules/modules.json";

/// Arguments of a call that Terraform doesn't pass to the module.
const META_ARGUMENTS: [&str; 6] = ["source", "version", "count", "for_each", "providers", "depends_on"];

/// The code of a called module.
#[derive(Debug)]
pub(super) enum CalledModule {
    /// Code that can be read.
    Directory { directory: PathBuf, origin: CodeOrigin },
    /// Code that isn't read, and whose interface is known.
    Known(KnownCode),
    /// Code that isn't read.
    Unread {
        /// The call, and the hints that its names give about the code.
        part: UnreadPart,
        /// The directory of another version that is installed.
        other: Option<PathBuf>,
    },
}

/// The origin of the code of a called module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeOrigin {
    /// The directory that the call names.
    Local,
    /// `terraform init`, so that the code can't be edited.
    Installed,
    /// The configuration.
    Mapped,
    /// The known interface of a module that isn't installed.
    Known,
}

impl CalledModule {
    fn unread(caller: ModuleCall<'_>, reason: &str, other: Option<PathBuf>) -> Self {
        Self::Unread { part: unread(caller, reason), other }
    }
}

/// A `module` block with its context.
#[derive(Clone, Copy)]
pub(super) struct ModuleCall<'c> {
    pub(super) block: &'c Block,
    /// The directory of the calling module.
    pub(super) directory: &'c Path,
    /// The key of the call in the manifest.
    pub(super) key: &'c str,
    /// The value of its source, or the reason why it is unknown.
    pub(super) source: Result<&'c str, &'c str>,
    /// The value of its `version`; `None` if there is none or it is unknown.
    pub(super) version: Option<&'c str>,
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
    version: String,
    directory: PathBuf,
}

impl Manifest {
    /// Reads the manifest of a root module. A manifest or an entry that can't be read counts as missing.
    pub(super) fn read(root: &Path, context: Context<'_>) -> Self {
        let path = root.join(MANIFEST);
        let Ok(id) = context.sources.load(context.fs, &path) else { return Self::default() };
        let tree = json_syntax::parse(id, &context.sources.file(id));
        let entries = tree.documents.first().and_then(|document| document.as_mapping()?.get("Modules"));
        let entries = entries.and_then(|entry| entry.value.as_sequence()).unwrap_or_default();
        let mut modules = BTreeMap::new();
        for (key, module) in entries.iter().filter_map(|node| InstalledModule::read(node, root)) {
            modules.entry(key).or_insert(module);
        }
        Self { modules }
    }

    /// The directories of all modules except the root.
    pub(super) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.modules.iter().filter(|(key, _)| !key.is_empty()).map(|(_, module)| module.directory.as_path())
    }
}

impl InstalledModule {
    /// The key of an entry of the manifest, and its module.
    fn read(entry: &Node, root: &Path) -> Option<(String, Self)> {
        let source = text(entry, "Source").unwrap_or_default();
        let version = text(entry, "Version").unwrap_or_default();
        let directory = normalize(&root.join(text(entry, "Dir")?));
        Some((text(entry, "Key")?, Self { source, version, directory }))
    }

    /// The reason why this isn't the code of a call's source; `None` if it is.
    fn other_source(&self, source: &str) -> Option<String> {
        let is_other = Address::parse(&self.source) != Address::parse(source);
        is_other.then(|| format!("`{}` is installed instead", quoted_text(&self.source)))
    }

    /// The reason why this version doesn't meet a call's constraint; `None` if it may.
    fn other_version(&self, block: &Block) -> Option<String> {
        let constraint = literal(block, "version").filter(|constraint| version::breaks(&self.version, constraint))?;
        Some(format!(
            "version {} is installed, but this call requires `{}`",
            quoted_text(&self.version),
            quoted_text(constraint)
        ))
    }
}

fn text(entry: &Node, key: &str) -> Option<String> {
    Some(entry.as_mapping()?.get(key)?.value.as_text()?.to_owned())
}

/// Finds the code that a `module` block calls. A directory for which `is_read` is true is known to exist.
pub(super) fn resolve(
    caller: ModuleCall<'_>,
    manifest: &Manifest,
    is_read: &dyn Fn(&Path) -> bool,
    context: Context<'_>,
) -> CalledModule {
    let source = match caller.source {
        Ok(source) => source,
        Err(reason) => {
            let unread = CalledModule::unread(caller, reason, None);
            return match source_before_query(caller.block) {
                Some(source) => known_or(unread, caller, source, context),
                None => unread,
            };
        }
    };
    if let Some(local) = local(source, caller.directory) {
        if leads_to(&local, is_read, context) {
            return CalledModule::Directory { directory: local, origin: CodeOrigin::Local };
        }
        let part = match (context.sources.may_read(&local), context.fs.kind(&local)) {
            (false, _) => Some(absent_directory(caller, source, "is outside of the checked directory")),
            (true, Err(ReadError::Missing)) => Some(absent_directory(caller, source, "doesn't exist")),
            (true, _) => None,
        };
        if let Some(part) = part {
            return CalledModule::Unread { part, other: None };
        }
        return CalledModule::unread(caller, "its code isn't available", None);
    }
    let installed = installed(caller, source, manifest, is_read, context);
    if let CalledModule::Unread { .. } = installed
        && context.options.terraform.modules != Modules::None
        && let Some(directory) = sources::directory_of(source, &context.options.terraform.mapped)
    {
        return CalledModule::Directory { directory: directory.to_owned(), origin: CodeOrigin::Mapped };
    }
    known_or(installed, caller, source, context)
}

/// The known interface of a call whose code isn't read, or the reason why there is none.
fn known_or(called: CalledModule, caller: ModuleCall<'_>, source: &str, context: Context<'_>) -> CalledModule {
    let CalledModule::Unread { part, other } = called else { return called };
    if context.options.terraform.modules != Modules::Installed {
        return CalledModule::Unread { part, other };
    }
    let names = caller.block.body.attributes.iter().map(|attribute| attribute.name.text.as_str());
    let arguments: Vec<&str> = names.filter(|name| !META_ARGUMENTS.contains(name)).collect();
    match known::look_up(source, caller.version, &arguments) {
        known::Lookup::Known(code) => CalledModule::Known(code),
        known::Lookup::NoVersion { reason, has_trail } => {
            let hint = if has_trail { Some(TrailHint::Content) } else { part.hint };
            CalledModule::Unread { part: UnreadPart { hint, ..unread(caller, &reason) }, other }
        }
        known::Lookup::NoModule => {
            let help = "correct `source`: no such module is known; `terraform init` will tell".to_owned();
            CalledModule::Unread { part: UnreadPart { help, ..part }, other }
        }
        known::Lookup::Unknown => CalledModule::Unread { part, other },
    }
}

/// The source up to its parameters, if only these aren't literal.
fn source_before_query(block: &Block) -> Option<&str> {
    let ExprKind::Template(parts) = &block.body.attribute("source")?.value.kind else { return None };
    match parts.first()? {
        TemplatePart::Literal(text, _) => text.split_once('?').map(|(source, _)| source),
        TemplatePart::Interpolation(_) | TemplatePart::If(_) | TemplatePart::For(_) => None,
    }
}

/// Finds the code that `terraform init` has installed for a call.
fn installed(
    caller: ModuleCall<'_>,
    source: &str,
    manifest: &Manifest,
    is_read: &dyn Fn(&Path) -> bool,
    context: Context<'_>,
) -> CalledModule {
    let Some(installed) =
        manifest.modules.get(caller.key).filter(|_| context.options.terraform.modules == Modules::Installed)
    else {
        return CalledModule::unread(caller, "its code isn't available", None);
    };
    if let Some(reason) = installed.other_source(source) {
        return CalledModule::unread(caller, &reason, None);
    }
    if let Some(reason) = installed.other_version(caller.block) {
        return CalledModule::unread(caller, &reason, Some(installed.directory.clone()));
    }
    if is_read(&installed.directory) || may_hold_files(&installed.directory, context) {
        return CalledModule::Directory { directory: installed.directory.clone(), origin: CodeOrigin::Installed };
    }
    CalledModule::unread(caller, "its code isn't available", None)
}

/// True if a call with a local source is followed to its directory.
pub(super) fn leads_to(local: &Path, is_read: &dyn Fn(&Path) -> bool, context: Context<'_>) -> bool {
    // A missing directory is as unknown as a module that isn't installed.
    context.options.terraform.modules != Modules::None
        && (is_known_interface(local)
            || context.sources.may_read(local) && (is_read(local) || may_hold_files(local, context)))
}

/// True if a directory contains anything or can't be listed; the module that is read from it reports the error.
fn may_hold_files(directory: &Path, context: Context<'_>) -> bool {
    match context.fs.list(directory) {
        Ok(files) => !files.is_empty(),
        Err(ReadError::Missing) => false,
        Err(_) => true,
    }
}

/// The source of a call, if it is a plain string.
pub(super) fn literal_source(block: &Block) -> Option<&str> {
    literal(block, "source")
}

pub(super) fn literal<'b>(block: &'b Block, argument: &str) -> Option<&'b str> {
    match &block.body.attribute(argument)?.value.kind {
        ExprKind::String(text) => Some(text),
        _ => None,
    }
}

/// The directory of a local source, which is relative to the caller's directory.
pub(super) fn local(source: &str, directory: &Path) -> Option<PathBuf> {
    is_local(source).then(|| normalize(&directory.join(source.replace('\\', "/"))))
}

/// A call whose code isn't read.
pub(super) fn unread(caller: ModuleCall<'_>, reason: &str) -> UnreadPart {
    let label = caller.block.labels.first().map(|label| label.text.as_str()).unwrap_or_default();
    let words = caller.block.body.attribute("source").map(|source| words(&source.value)).unwrap_or_default();
    let names: Vec<String> = match caller.source {
        Ok(source) => vec![Address::parse(source).last_name().to_owned()],
        Err(_) => words,
    };
    UnreadPart {
        header: caller.block.header,
        description: format!("{} `{label}`", caller.block.kind.text),
        reason: format!("{reason}{}", settings(caller.block)),
        help: help(caller.source.ok()),
        hint: TrailHint::of(names.iter().map(String::as_str), label),
        limit: None,
        missing: None,
    }
}

/// A call of a directory that doesn't exist or isn't read; `state` says which.
fn absent_directory(caller: ModuleCall<'_>, source: &str, state: &str) -> UnreadPart {
    let directory = quoted_text(source);
    UnreadPart {
        help: format!("correct `source`, or check a directory that contains `{directory}` as well"),
        missing: Some(directory.clone()),
        ..unread(caller, &format!("the directory `{directory}` {state}"))
    }
}

/// The arguments of a call that have names of a trail's settings, worded to follow the reason.
fn settings(block: &Block) -> String {
    const SHOWN: usize = 4;
    let named = block.body.attributes.iter().filter(|attribute| {
        let name = attribute.name.text.as_str();
        !META_ARGUMENTS.contains(&name) && dialects::names_setting(name)
    });
    let shown: Vec<String> = named.filter_map(shown_setting).take(SHOWN).collect();
    if shown.is_empty() { String::new() } else { format!("; the call sets {}", shown.join(", ")) }
}

/// An argument with its value, if the value is a bool or a plain string.
fn shown_setting(attribute: &Attribute) -> Option<String> {
    let value = match &attribute.value.kind {
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::String(text) => format!("{:?}", quoted_text(text)),
        _ => return None,
    };
    Some(format!("`{} = {value}`", attribute.name.text))
}

/// A text for a message, truncated if it is long.
fn quoted_text(text: &str) -> String {
    const SHOWN: usize = 80;
    let start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

/// The help for a call whose code can't be read, by its source.
fn help(source: Option<&str>) -> String {
    match source {
        None => "set `source` to a literal string so that the module's code can be found".to_owned(),
        Some(source) if is_local(source) => {
            format!(
                "check a directory that contains `{source}` as well: it doesn't exist, or is outside of the checked directory"
            )
        }
        Some(_) => "run `terraform init` so that the module's code can be read".to_owned(),
    }
}

/// The texts and names in a source that isn't a plain string, the last one first.
fn words(source: &Expr) -> Vec<String> {
    let mut words = Vec::new();
    collect_words(source, &mut words);
    words.reverse();
    words
}

fn collect_words(source: &Expr, words: &mut Vec<String>) {
    match &source.kind {
        ExprKind::String(text) => words.push(Address::parse(text).last_name().to_owned()),
        ExprKind::Variable(text) => words.push(text.clone()),
        ExprKind::GetAttr(base, name) => {
            collect_words(base, words);
            words.push(name.text.clone());
        }
        ExprKind::Index(base, key) => {
            collect_words(base, words);
            collect_words(key, words);
        }
        ExprKind::Template(parts) => {
            for part in parts {
                match part {
                    TemplatePart::Literal(text, _) => words.push(Address::parse(text).last_name().to_owned()),
                    TemplatePart::Interpolation(expr) => collect_words(expr, words),
                    TemplatePart::If(_) | TemplatePart::For(_) => {}
                }
            }
        }
        ExprKind::Conditional(conditional) => {
            collect_words(&conditional.then, words);
            collect_words(&conditional.otherwise, words);
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|argument| collect_words(argument, words)),
        _ => {}
    }
}

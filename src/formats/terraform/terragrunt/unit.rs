//! The settings of a unit: the root module that it deploys, and the values of its variables.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::lookup::ConfigurationEvaluator;
use super::reader::Reader;
use super::source::{local_path, registry_source};
use crate::formats::Context;
use crate::formats::terraform::files::path_of_text;
use crate::formats::terraform::known::{self, KnownCode};
use crate::formats::terraform::names::{file_name, is_configuration};
use crate::formats::terraform::{Modules, sources};
use crate::model::dialects;
use crate::source::{PathKind, Span};
use crate::syntax::hcl::{Attribute, Block};
use crate::value::{Data, Field, Known, Maybe, Reason, Traced, Unknown, World};

/// The code that a unit deploys.
#[derive(Debug, Clone)]
pub(crate) enum UnitSource {
    /// The files in the directory of the unit.
    Own,
    /// The files in another directory, together with those of the unit.
    Local(PathBuf),
    /// Code that isn't read, and whose interface is known.
    Known { code: KnownCode, span: Span },
    /// Code that isn't read.
    Unread {
        /// The source, if it is known.
        text: Option<String>,
        reason: String,
        /// True if the code is known to declare a trail.
        has_trail: bool,
        span: Span,
    },
}

/// The commands of Terraform for which a unit may be excluded.
const EXCLUDING: [&str; 3] = ["apply", "all", "all_except_output"];

/// The blocks whose commands aren't run.
const HOOKS: [&str; 3] = ["before_hook", "after_hook", "error_hook"];

/// The settings of a unit.
pub(crate) struct Unit<'r, 'a> {
    pub(crate) reader: &'r Reader<'a>,
}

impl<'r, 'a> Unit<'r, 'a> {
    /// The code that it deploys.
    pub(crate) fn source(&self, world: &World) -> UnitSource {
        for part in self.reader.merged_parts(&self.reader.main) {
            let (include, part) = match part {
                Ok(part) => part,
                Err((why, span)) => return unread(None, format!("its `source` may be in {}", of_reason(why)), span),
            };
            let blocks = part.file.body.blocks("terraform");
            let source = blocks.filter_map(|block| block.body.attribute("source")).next();
            let Some(source) = source else { continue };
            let evaluator = self.reader.evaluator(&self.reader.main, include, part, world);
            return self.source_of(source, &evaluator);
        }
        UnitSource::Own
    }

    fn source_of(&self, source: &Attribute, evaluator: &ConfigurationEvaluator<'_>) -> UnitSource {
        let span = source.value.span;
        match evaluator.eval(&source.value).value {
            Known(Data::String(text)) if text.is_empty() => UnitSource::Own,
            Known(Data::String(text)) => self.source_of_text(text, span),
            Known(Data::Null) => UnitSource::Own,
            Known(_) => unread(None, "its `source` isn't a string".to_owned(), span),
            Unknown(why) => unread(None, format!("its `source` is unknown: {}", why.describe()), span),
        }
    }

    fn source_of_text(&self, text: String, span: Span) -> UnitSource {
        let Context { fs, sources, options, .. } = self.reader.context;
        let Some(path) = local_path(&text) else { return self.remote_source(text, span) };
        let directory = self.reader.copied.original(&path_of_text(&path, &self.reader.directory, sources));
        let own = self.reader.copied.original(&self.reader.directory);
        // Functions return absolute paths, which depend on the place of the tree.
        let text = if path.starts_with('/') { sources.name(&directory) } else { text };
        if options.terraform.modules == Modules::None {
            return unread(Some(text), "modules aren't read".to_owned(), span);
        }
        if !sources.may_read(&directory) {
            return unread(Some(text), "it is outside of the checked tree".to_owned(), span);
        }
        match fs.kind(&directory) {
            Ok(PathKind::Directory) if directory == own => UnitSource::Own,
            Ok(PathKind::Directory) => UnitSource::Local(directory),
            Ok(PathKind::File) => unread(Some(text), "it isn't a directory".to_owned(), span),
            Err(_) => unread(Some(text), "the directory doesn't exist".to_owned(), span),
        }
    }

    /// The code of a source in a registry, a repository or an archive: a directory of the configuration, or a known
    /// interface.
    fn remote_source(&self, text: String, span: Span) -> UnitSource {
        let options = &self.reader.context.options.terraform;
        let (source, version) = registry_source(&text).unwrap_or((text.clone(), None));
        if options.modules == Modules::None {
            return unread(Some(text), "modules aren't read".to_owned(), span);
        }
        let mapped = sources::directory_of(&text, &options.mapped);
        if let Some(directory) = mapped.or_else(|| sources::directory_of(&source, &options.mapped)) {
            return UnitSource::Local(directory.to_owned());
        }
        let found = match options.modules {
            // A version ignores the inputs that it doesn't declare.
            Modules::Installed => known::look_up(&source, version.as_deref(), &[]),
            Modules::Local | Modules::None => known::Lookup::Unknown,
        };
        match found {
            known::Lookup::Known(code) if self.may_replace_code() => UnitSource::Unread {
                text: Some(text),
                reason: "files of the unit may replace some of its code".to_owned(),
                has_trail: code.has_trail(),
                span,
            },
            known::Lookup::Known(code) => UnitSource::Known { code, span },
            known::Lookup::NoVersion { reason, has_trail } => {
                UnitSource::Unread { text: Some(text), reason, has_trail, span }
            }
            known::Lookup::NoModule => unread(Some(text), "no such module is known".to_owned(), span),
            known::Lookup::Unknown => unread(Some(text), "its code isn't here".to_owned(), span),
        }
    }

    /// True if a file of the unit, or one that it generates, may have the name of one that declares a trail.
    fn may_replace_code(&self) -> bool {
        let own = self.reader.context.fs.list(&self.reader.copied.original(&self.reader.directory)).unwrap_or_default();
        let own = own.iter().map(|path| file_name(path));
        let generated = self.reader.generated(&self.reader.open_world()).into_iter().map(|file| file.name);
        own.chain(generated).filter(|name| is_configuration(name)).any(|name| {
            let stem = name.split('.').next().unwrap_or_default();
            stem == "main"
                || stem == "variables"
                || stem == "override"
                || stem.ends_with("_override")
                || stem.contains("cloudtrail")
        })
    }

    /// The hooks, which may change files, and the arguments that have no effect on a deployment, each as a clause.
    pub(crate) fn notes(&self, world: &World) -> Vec<String> {
        let mut notes = Vec::new();
        for (_, part) in self.reader.merged_parts(&self.reader.main).into_iter().flatten() {
            let blocks = part.file.body.blocks("terraform").flat_map(|block| &block.body.blocks);
            for block in blocks.filter(|block| HOOKS.contains(&block.kind.text.as_str())) {
                let label = block.labels.first().map(|label| label.text.as_str()).unwrap_or_default();
                notes.push(format!("`{}.{label}` may change files", block.kind.text));
            }
        }
        notes.extend(self.reader.extra_arguments(world).notes);
        notes
    }

    /// The inputs that have names of a trail's settings, each with its value if that is a bool or a string.
    pub(crate) fn settings(&self, world: &World) -> Vec<String> {
        let main = &self.reader.main;
        let inputs = self.reader.inputs(self.reader.evaluator(main, None, &main.main, world).lookup, world);
        let Known(Data::Object(inputs)) = &inputs.0 else { return Vec::new() };
        let named = inputs.fields.iter().filter(|field| dialects::names_setting(&field.key));
        let shown = named.filter_map(|field| match &field.value.value {
            Known(value @ (Data::Bool(_) | Data::String(_))) => Some(format!("`{} = {}`", field.key, value.shown())),
            Known(_) | Unknown(_) => None,
        });
        shown.collect()
    }

    /// The configurations that it and the files that it includes read in their locals and inputs.
    pub(crate) fn read_files(&self) -> BTreeSet<PathBuf> {
        let (reader, world) = (self.reader, self.reader.open_world());
        for (include, part) in reader.merged_parts(&reader.main).into_iter().flatten() {
            reader.part_value(reader.evaluator(&reader.main, include, part, &world).lookup, &world);
        }
        reader.read_files()
    }

    /// True if Terragrunt excludes the unit from `apply`.
    pub(crate) fn is_excluded(&self, world: &World) -> bool {
        for (include, part) in self.reader.merged_parts(&self.reader.main).into_iter().flatten() {
            let evaluator = self.reader.evaluator(&self.reader.main, include, part, world);
            if let Some(exclude) = part.block("exclude") {
                return excludes(exclude, &evaluator);
            }
            // It applies only to the file that sets it.
            if let Some(skip) = part.attribute("skip").filter(|_| include.is_none()) {
                return is_true(&evaluator.eval(skip).value);
            }
        }
        false
    }

    /// The value that an input gives to a variable; `None` if none does.
    pub(crate) fn input(&self, name: &str, world: &World) -> Option<Traced<Data>> {
        let main = &self.reader.main;
        let lookup = self.reader.evaluator(main, None, &main.main, world).lookup;
        let inputs = self.reader.inputs(lookup, world);
        let Known(Data::Object(inputs)) = &inputs.0 else { return None };
        let field: Option<&Field> = inputs.field(name);
        let of_rest = || {
            let why: &Reason = inputs.rest.as_ref()?;
            Some(Traced { value: Unknown(why.clone()), ..Traced::written(Data::Null, inputs.header) })
        };
        field.map(|field| field.value.clone()).or_else(of_rest).map(|value| without_failures(value, name))
    }
}

/// A value in which each expression that fails is unknown: Terragrunt refuses the configuration, so that nothing is
/// deployed. The nesting of values is limited, and so is this recursion.
fn without_failures(value: Traced<Data>, name: &str) -> Traced<Data> {
    let Traced { value, origin, hops } = value;
    let value = match value {
        Unknown(why) if why.is_failure() => {
            let text = format!("Terragrunt refuses this: {}", why.describe());
            let advice = "fix the expression so that it can be evaluated".into();
            Unknown(Reason::Worded { subject: format!("inputs.{name}"), text, advice })
        }
        Known(Data::List(mut list)) => {
            list.items = list.items.into_iter().map(|item| without_failures(item, name)).collect();
            Known(Data::List(list))
        }
        Known(Data::Object(mut object)) => {
            for field in &mut object.fields {
                field.value = without_failures(field.value.clone(), name);
            }
            Known(Data::Object(object))
        }
        Known(Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_)) | Unknown(_) => value,
    };
    Traced { value, origin, hops }
}

fn excludes(block: &Block, evaluator: &ConfigurationEvaluator<'_>) -> bool {
    let value = |name: &str| block.body.attribute(name).map(|attribute| evaluator.eval(&attribute.value).value);
    let names_apply = match value("actions") {
        Some(Known(Data::List(actions))) => actions.items.iter().any(|action| match &action.value {
            Known(Data::String(action)) => EXCLUDING.contains(&action.as_str()),
            Known(_) | Unknown(_) => false,
        }),
        _ => false,
    };
    names_apply && value("if").is_some_and(|value| is_true(&value))
}

fn is_true(value: &Maybe<Data>) -> bool {
    match value {
        Known(Data::Bool(value)) => *value,
        Known(Data::String(text)) => text == "true",
        Known(_) | Unknown(_) => false,
    }
}

fn unread(text: Option<String>, reason: String, span: Span) -> UnitSource {
    UnitSource::Unread { text, reason, has_trail: false, span }
}

fn of_reason(why: &Reason) -> String {
    format!("an included file that isn't read: {}", why.describe())
}

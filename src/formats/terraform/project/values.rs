//! The given values of the variables of a root module.
//!
//! Later ones win, without merging: the environment, `terraform.tfvars`, `terraform.tfvars.json`, then `*.auto.tfvars`
//! and `*.auto.tfvars.json` in the byte order of all their names, then the options of the command line. The values of a
//! plan come after the automatically loaded files, which may differ from those that the plan was made with, and before
//! the command line. Source:
//! <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::assignment;
use crate::formats::terraform::files::path_of_text;
use crate::formats::terraform::files::values::read_values;
use crate::formats::terraform::names::{self, file_name};
use crate::formats::terraform::terragrunt::{ExtraArguments, GivenKind, GivenValue};
use crate::formats::{Context, Plan, Variables};
use crate::named::{HasName, NameIndex};
use crate::source::{FileId, PathKind, ReadError, SourceFile, Span};
use crate::syntax::Problem;
use crate::syntax::hcl::{Expr, ExprKind};
use crate::value::{Data, Reason, Traced, Unknown};

/// The values by source, in increasing precedence.
#[derive(Debug, Default)]
pub(super) struct RootValues {
    layers: Vec<Layer>,
    /// The number of layers that come before the values of a plan.
    before_plan: usize,
}

/// A source of values.
#[derive(Debug)]
enum Layer {
    /// A file or an option.
    Values(Arc<VariableLayer>),
    /// The inputs of a Terragrunt unit.
    Inputs(InputLayer),
    /// Unknown values of one variable, or of any.
    Unknown {
        name: Option<String>,
        /// The construct that may set it; completes "may be set by …".
        setter: String,
        span: Span,
    },
}

/// The inputs of a Terragrunt unit that have the same precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InputLayer {
    /// All inputs. Those that are null aren't passed in the environment.
    All,
    /// The inputs that are null, which Terragrunt writes to a file of values.
    Null,
}

/// Finds the value that the inputs of a unit give to a variable.
pub(super) type InputValues<'f> = &'f dyn Fn(InputLayer, &str) -> Option<Traced<Data>>;

/// The values of one file or option.
#[derive(Debug, Default)]
pub(super) struct VariableLayer {
    values: NameIndex<VariableValue>,
    /// The name of the file, if part of it can't be read, so that it may set any variable.
    unreadable: Option<String>,
    problems: Vec<Problem>,
    /// The option that names it; `None` for a file that Terraform loads automatically.
    option: Option<FileId>,
}

/// The value with the highest precedence for a variable.
pub(super) enum VariableSetting<'a> {
    Value(&'a VariableValue),
    /// The value of the plan.
    Planned(&'a Traced<Data>),
    /// A file that can't be read and may set the variable.
    Unreadable(&'a str),
    /// The input of a Terragrunt unit.
    Input(Traced<Data>),
}

/// A value for a variable.
#[derive(Debug)]
pub(super) struct VariableValue {
    name: String,
    /// The expression, which is outside of any module, so it can't refer to objects.
    pub(super) expr: Expr,
    /// The reason why Terraform rejects the expression on the command line.
    pub(super) refused: Option<String>,
    /// The value as plain text, if the variable's type determines whether it is an expression.
    pub(super) text: Option<Expr>,
}

/// A cache of the values of options, which several roots may use.
#[derive(Debug, Default)]
pub(super) struct OptionCache(Mutex<HashMap<FileId, ParsedOption>>);

/// The values of an option, with the text that they were read from.
#[derive(Debug)]
struct ParsedOption {
    text: Arc<SourceFile>,
    layer: Arc<VariableLayer>,
}

impl OptionCache {
    /// The values of an option.
    fn layer(&self, variables: Variables, context: Context<'_>) -> Arc<VariableLayer> {
        let (Variables::File(id) | Variables::Assignment(id)) = variables;
        let text = context.sources.file(id);
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match values.get(&id) {
            // An editor may have changed the text of the file.
            Some(given) if Arc::ptr_eq(&given.text, &text) => Arc::clone(&given.layer),
            Some(_) | None => {
                let layer = Arc::new(VariableLayer::read(variables, &text));
                values.insert(id, ParsedOption { text, layer: Arc::clone(&layer) });
                layer
            }
        }
    }
}

/// The files of a Terragrunt unit.
#[derive(Clone, Copy)]
pub(super) struct UnitFiles<'a> {
    /// The directories with the code and the files of values; the last one with a file of a name is used.
    pub(super) directories: &'a [PathBuf],
    /// The generated files, also those of code.
    pub(super) generated: &'a [PathBuf],
    /// The expressions of the unknown contents of generated files of values.
    pub(super) unknown: &'a [Span],
    /// True if Terraform runs in a copy of the directories, which has nothing of the directories around them.
    pub(super) is_copied: bool,
}

impl RootValues {
    /// Reads the automatically loaded files of a root module, and the values of options.
    pub(super) fn read(root: &Path, is_directory: bool, options: &OptionCache, context: Context<'_>) -> Self {
        let mut values = Self::default();
        values.add_environment(options, context);
        if is_directory && !context.options.terraform.no_automatic_variables {
            let layers = automatic_layers(&[root.to_owned()], &[], context).into_iter();
            values.layers.extend(layers.map(|(_, layer)| Layer::Values(Arc::new(layer))));
        }
        values.with_options(options, context)
    }

    /// Does the same for a Terragrunt unit with inputs, whose files of values lie in several directories.
    pub(super) fn read_unit(
        files: UnitFiles<'_>,
        arguments: &ExtraArguments,
        options: &OptionCache,
        context: Context<'_>,
    ) -> Self {
        let mut values = Self { layers: vec![Layer::Inputs(InputLayer::All)], before_plan: 0 };
        values.add_environment(options, context);
        arguments.environment.iter().for_each(|given| values.add_given(given, files, context));
        let mut layers = match context.options.terraform.no_automatic_variables {
            true => Vec::new(),
            false => automatic_layers(files.directories, files.generated, context),
        };
        let of_auto = layers.partition_point(|(name, _)| FIRST_VALUES.contains(&name.as_str()));
        let auto = layers.split_off(of_auto);
        let layer = |(_, layer)| Layer::Values(Arc::new(layer));
        values.layers.extend(layers.into_iter().map(layer));
        values.layers.push(Layer::Inputs(InputLayer::Null));
        values.layers.extend(auto.into_iter().map(layer));
        let unknown = |span: &Span| Layer::Unknown { name: None, setter: "a generated file".to_owned(), span: *span };
        values.layers.extend(files.unknown.iter().map(unknown));
        arguments.command_line.iter().for_each(|given| values.add_given(given, files, context));
        values.with_options(options, context)
    }

    /// Adds the values of an argument of the command line, or of the environment. The path of a file is relative to the
    /// directory in which Terraform runs.
    fn add_given(&mut self, given: &GivenValue, files: UnitFiles<'_>, context: Context<'_>) {
        let GivenValue { kind, span, doubt } = given;
        let unknown = |name: Option<String>, setter: String| Layer::Unknown { name, setter, span: *span };
        let layer = match kind {
            GivenKind::Text { name, text } => VariableLayer::of_text(name, text, *span),
            GivenKind::Unknown { name } => {
                let setter = doubt.clone().unwrap_or_else(|| "an argument that is unknown".to_owned());
                return self.layers.push(unknown(name.clone(), setter));
            }
            GivenKind::File { path, is_required } => match file_of_values(path, files, context) {
                Ok(id) => VariableLayer::of_file(id, &context.sources.file(id)),
                Err(ReadError::Missing) if !is_required => return,
                Err(_) => {
                    let setter = doubt.clone().unwrap_or_else(|| format!("`{path}`, which isn't here"));
                    return self.layers.push(unknown(None, setter));
                }
            },
        };
        match doubt {
            None => self.layers.push(Layer::Values(Arc::new(layer))),
            Some(setter) => {
                let names = layer.values.iter().map(|value| Some(value.name.clone()));
                let any = layer.unreadable.as_ref().map(|_| None);
                self.layers.extend(names.chain(any).map(|name| unknown(name, setter.clone())));
            }
        }
    }

    fn add_environment(&mut self, options: &OptionCache, context: Context<'_>) {
        let environment = context.options.terraform.environment.iter();
        self.layers.extend(environment.map(|id| Layer::Values(options.layer(Variables::Assignment(*id), context))));
    }

    fn with_options(mut self, options: &OptionCache, context: Context<'_>) -> Self {
        self.before_plan = self.layers.len();
        let variables = context.options.terraform.variables.iter();
        self.layers.extend(variables.map(|variables| Layer::Values(options.layer(*variables, context))));
        self
    }

    /// The value with the highest precedence.
    pub(super) fn find<'a>(
        &'a self,
        name: &str,
        plan: Option<&'a Plan>,
        inputs: InputValues<'_>,
    ) -> Option<VariableSetting<'a>> {
        let (beside, named) = self.layers.split_at_checked(self.before_plan)?;
        winner(named, name, inputs)
            .or_else(|| plan?.variable(name).map(VariableSetting::Planned))
            .or_else(|| winner(beside, name, inputs))
    }

    /// The names of the variables that the command line sets.
    pub(super) fn overruling(&self) -> impl Iterator<Item = &str> {
        let named = self.layers.iter().skip(self.before_plan);
        named.filter_map(Layer::values).flat_map(|layer| &layer.values).map(|value| value.name.as_str())
    }

    /// The names of the variables that options set, each with the last such option.
    pub(super) fn of_options(&self) -> BTreeMap<&str, FileId> {
        let mut names = BTreeMap::new();
        for layer in self.layers.iter().filter_map(Layer::values) {
            let Some(option) = layer.option else { continue };
            names.extend(layer.values.iter().map(|value| (value.name.as_str(), option)));
        }
        names
    }

    /// The option that sets a variable; `None` if its value has another source.
    pub(super) fn option_of(&self, name: &str, plan: Option<&Plan>) -> Option<FileId> {
        let (beside, named) = self.layers.split_at_checked(self.before_plan)?;
        match (last_option(named, name), plan.and_then(|plan| plan.variable(name))) {
            (Some(option), _) => option,
            (None, Some(_)) => None,
            (None, None) => last_option(beside, name).flatten(),
        }
    }

    /// The syntax errors in the files.
    pub(super) fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.layers.iter().filter_map(Layer::values).flat_map(|layer| &layer.problems)
    }
}

impl Layer {
    fn values(&self) -> Option<&VariableLayer> {
        match self {
            Self::Values(layer) => Some(layer),
            Self::Inputs(_) | Self::Unknown { .. } => None,
        }
    }
}

/// The option of the last layer that sets the variable.
fn last_option(layers: &[Layer], name: &str) -> Option<Option<FileId>> {
    let mut layers = layers.iter().rev().filter_map(Layer::values);
    let layer = layers.find(|layer| layer.unreadable.is_some() || layer.values.last_named(name).is_some());
    layer.map(|layer| layer.option)
}

/// The value in the last layer that sets, or may set, a variable.
fn winner<'a>(layers: &'a [Layer], name: &str, inputs: InputValues<'_>) -> Option<VariableSetting<'a>> {
    layers.iter().rev().find_map(|layer| match layer {
        Layer::Inputs(layer) => inputs(*layer, name).map(VariableSetting::Input),
        Layer::Unknown { name: own, setter, span } => {
            let is_set = own.as_ref().is_none_or(|own| own == name);
            let why = Reason::SetElsewhere { reference: format!("var.{name}"), setter: setter.clone() };
            let unknown = Traced { value: Unknown(why), ..Traced::written(Data::Null, *span) };
            is_set.then(|| VariableSetting::Input(unknown))
        }
        Layer::Values(layer) => match (layer.values.last_named(name), &layer.unreadable) {
            (Some(value), _) => Some(VariableSetting::Value(value)),
            (None, Some(file)) => Some(VariableSetting::Unreadable(file)),
            (None, None) => None,
        },
    })
}

impl HasName for VariableValue {
    fn name(&self) -> &str {
        &self.name
    }
}

impl VariableLayer {
    /// Reads the file or the text of an option.
    pub(super) fn read(variables: Variables, file: &SourceFile) -> Self {
        let (option, layer) = match variables {
            Variables::File(id) => (id, Self::of_file(id, file)),
            Variables::Assignment(id) => (id, Self::of_assignment(id, file)),
        };
        Self { option: Some(option), ..layer }
    }

    /// The value of a variable.
    pub(super) fn value(&self, name: &str) -> Option<&VariableValue> {
        self.values.last_named(name)
    }

    /// The names of the variables that it sets.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|value| value.name.as_str())
    }

    /// True if the whole file can be read.
    pub(super) fn is_complete(&self) -> bool {
        self.unreadable.is_none() && self.problems.is_empty()
    }

    fn unreadable(name: String) -> Self {
        Self { unreadable: Some(name), ..Self::default() }
    }

    fn of_file(id: FileId, file: &SourceFile) -> Self {
        let (attributes, problems) = read_values(id, file);
        // Lost text may have set any variable, unless it is within a value, which is then unknown.
        let is_lost = problems.iter().any(|problem| {
            problem.kind.loses_text()
                && !attributes.iter().any(|attribute| is_inside(problem.span, attribute.value.span))
        });
        let is_unreadable = !file.replaced.is_empty() || is_lost;
        let values = attributes.into_iter().map(|attribute| VariableValue {
            name: attribute.name.text,
            expr: attribute.value,
            refused: None,
            text: None,
        });
        Self { values: values.collect(), unreadable: is_unreadable.then(|| file.name.clone()), problems, option: None }
    }

    /// Reads `NAME=VALUE` of the command line: an expression, or plain text for a variable that is a string.
    fn of_assignment(id: FileId, file: &SourceFile) -> Self {
        let Some((name, text)) = file.text.split_once('=') else { return Self::default() };
        let start = name.len().saturating_add(1);
        Self::of_text(name.trim(), text, Span::new(id, start, file.text.len()))
    }

    /// A text that sets a variable: an expression, or plain text for a variable that is a string.
    fn of_text(name: &str, text: &str, span: Span) -> Self {
        let (expr, refused) = assignment::read(text, span);
        let text = Some(Expr { span, kind: ExprKind::String(text.to_owned()) });
        let value = VariableValue { name: name.to_owned(), expr, refused, text };
        Self { values: NameIndex::from(vec![value]), ..Self::default() }
    }
}

fn is_inside(span: Span, value: Span) -> bool {
    value.start <= span.start && span.end <= value.end
}

/// The file of values at a path that is relative to the directory in which Terraform runs.
fn file_of_values(path: &str, files: UnitFiles<'_>, context: Context<'_>) -> Result<FileId, ReadError> {
    let mut result = Err(ReadError::Missing);
    for directory in files.directories.iter().rev() {
        let is_relative = Path::new(path).is_relative();
        let path = path_of_text(path, directory, context.sources);
        if files.is_copied && is_relative && !path.starts_with(directory) {
            return Err(ReadError::OutsideTree);
        }
        if !context.sources.may_read(&path) {
            return Err(ReadError::OutsideTree);
        }
        result = context.sources.load(context.fs, &path);
        if result != Err(ReadError::Missing) {
            break;
        }
    }
    result
}

/// The files that Terraform loads before all others, in their order.
const FIRST_VALUES: [&str; 2] = ["terraform.tfvars", "terraform.tfvars.json"];

/// The values of the files that Terraform loads automatically, with the names of the files. A file replaces those of the
/// same name in the directories before, and a generated one replaces all of these.
fn automatic_layers(
    directories: &[PathBuf],
    generated: &[PathBuf],
    context: Context<'_>,
) -> Vec<(String, VariableLayer)> {
    let files = match automatic_files(directories, generated, context) {
        Ok(files) => files,
        Err(directory) => {
            let name = FIRST_VALUES.map(str::to_owned).into_iter().next().unwrap_or_default();
            return vec![(name, VariableLayer::unreadable(context.sources.name(directory)))];
        }
    };
    let mut layers = Vec::new();
    for (name, path) in files {
        match context.sources.load(context.fs, &path) {
            Ok(id) => layers.push((name, VariableLayer::of_file(id, &context.sources.file(id)))),
            Err(ReadError::Missing) if names::can_lack(&name) => {}
            Err(_) => layers.push((name, VariableLayer::unreadable(context.sources.name(&path)))),
        }
    }
    layers
}

/// The files that Terraform loads automatically, in their order, with their names; or the directory that can't be read.
fn automatic_files<'d>(
    directories: &'d [PathBuf],
    generated: &[PathBuf],
    context: Context<'_>,
) -> Result<Vec<(String, PathBuf)>, &'d Path> {
    let mut by_name: BTreeMap<String, PathBuf> = BTreeMap::new();
    for directory in directories {
        let paths = match context.fs.list(directory) {
            Err(ReadError::Missing) => Vec::new(),
            Err(_) => return Err(directory),
            Ok(listed) => listed,
        };
        let named = paths.into_iter().map(|path| (file_name(&path), path));
        by_name.extend(named.filter(|(name, _)| names::is_automatic_values(name)));
        // Terraform fails if one of these names is a directory.
        for name in FIRST_VALUES {
            let path = directory.join(name);
            if context.fs.kind(&path) == Ok(PathKind::Directory) {
                by_name.insert(name.to_owned(), path);
            }
        }
    }
    let generated = generated.iter().map(|path| (file_name(path), path.clone()));
    by_name.extend(generated.filter(|(name, _)| names::is_automatic_values(name)));
    let mut files: Vec<(String, PathBuf)> = by_name.into_iter().collect();
    files.sort_by_key(|(name, _)| {
        let rank = FIRST_VALUES.iter().position(|first| first == name);
        (rank.unwrap_or(usize::MAX), name.clone())
    });
    Ok(files)
}

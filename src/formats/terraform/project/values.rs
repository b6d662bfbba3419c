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
use super::names::{self, file_name, is_json};
use crate::formats::terraform::language::json;
use crate::formats::{Context, Plan, Variables};
use crate::named::{HasName, NameIndex};
use crate::source::{FileId, PathKind, ReadError, SourceFile, Span};
use crate::syntax::hcl::{self, Attribute, Expr, ExprKind, ParsedItem};
use crate::syntax::{Problem, json as json_syntax};
use crate::value::{Data, Traced};

/// The values by source, in increasing precedence.
#[derive(Debug, Default)]
pub(super) struct RootValues {
    layers: Vec<Arc<VariableLayer>>,
    /// The number of layers that come before the values of a plan.
    before_plan: usize,
}

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

impl RootValues {
    /// Reads the automatically loaded files of a root module, and the values of options.
    pub(super) fn read(root: &Path, is_directory: bool, options: &OptionCache, context: Context<'_>) -> Self {
        let mut layers: Vec<Arc<VariableLayer>> = Vec::new();
        let environment = context.options.terraform.environment.iter();
        layers.extend(environment.map(|id| options.layer(Variables::Assignment(*id), context)));
        if is_directory && !context.options.terraform.no_automatic_variables {
            layers.extend(automatic_layers(root, context).into_iter().map(Arc::new));
        }
        let before_plan = layers.len();
        layers.extend(context.options.terraform.variables.iter().map(|variables| options.layer(*variables, context)));
        Self { layers, before_plan }
    }

    /// The value with the highest precedence.
    pub(super) fn find<'a>(&'a self, name: &str, plan: Option<&'a Plan>) -> Option<VariableSetting<'a>> {
        let (beside, named) = self.layers.split_at_checked(self.before_plan)?;
        winner(named, name)
            .or_else(|| plan?.variable(name).map(VariableSetting::Planned))
            .or_else(|| winner(beside, name))
    }

    /// The names of the variables that the command line sets.
    pub(super) fn overruling(&self) -> impl Iterator<Item = &str> {
        let named = self.layers.iter().skip(self.before_plan);
        named.flat_map(|layer| &layer.values).map(|value| value.name.as_str())
    }

    /// The names of the variables that options set, each with the last such option.
    pub(super) fn of_options(&self) -> BTreeMap<&str, FileId> {
        let mut names = BTreeMap::new();
        for layer in &self.layers {
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
        self.layers.iter().flat_map(|layer| &layer.problems)
    }
}

/// The option of the last layer that sets the variable.
fn last_option(layers: &[Arc<VariableLayer>], name: &str) -> Option<Option<FileId>> {
    let layer = layers.iter().rfind(|layer| layer.unreadable.is_some() || layer.values.last_named(name).is_some());
    layer.map(|layer| layer.option)
}

/// The value in the last layer that sets, or may set, a variable.
fn winner<'a>(layers: &'a [Arc<VariableLayer>], name: &str) -> Option<VariableSetting<'a>> {
    layers.iter().rev().find_map(|layer| match (layer.values.last_named(name), &layer.unreadable) {
        (Some(value), _) => Some(VariableSetting::Value(value)),
        (None, Some(file)) => Some(VariableSetting::Unreadable(file)),
        (None, None) => None,
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
        let span = Span::new(id, start, file.text.len());
        let (expr, refused) = assignment::read(text, span);
        let value = VariableValue {
            name: name.trim().to_owned(),
            expr,
            refused,
            text: Some(Expr { span, kind: ExprKind::String(text.to_owned()) }),
        };
        Self { values: NameIndex::from(vec![value]), ..Self::default() }
    }
}

fn is_inside(span: Span, value: Span) -> bool {
    value.start <= span.start && span.end <= value.end
}

/// The attributes of a variable definitions file, and its syntax errors.
fn read_values(id: FileId, file: &SourceFile) -> (Vec<Attribute>, Vec<Problem>) {
    if is_json(file) {
        let tree = json_syntax::parse(id, file);
        return (json::values(&tree, file), tree.problems);
    }
    let outline = hcl::split(id, file);
    let (mut attributes, mut problems) = (Vec::new(), outline.problems);
    for item in &outline.items {
        let (parsed, met) = hcl::parse(item, file);
        problems.extend(met);
        if let Some(ParsedItem::Attribute(attribute)) = parsed {
            attributes.push(attribute);
        }
    }
    (attributes, problems)
}

/// The values of the files that Terraform loads automatically.
fn automatic_layers(root: &Path, context: Context<'_>) -> Vec<VariableLayer> {
    let Ok(files) = automatic_files(root, context) else {
        return vec![VariableLayer::unreadable(context.sources.name(root))];
    };
    let mut layers = Vec::new();
    for path in files {
        match context.sources.load(context.fs, &path) {
            Ok(id) => layers.push(VariableLayer::of_file(id, &context.sources.file(id))),
            Err(ReadError::Missing) if names::can_lack(&file_name(&path)) => {}
            Err(_) => layers.push(VariableLayer::unreadable(context.sources.name(&path))),
        }
    }
    layers
}

/// The files that Terraform loads automatically, in their order.
fn automatic_files(root: &Path, context: Context<'_>) -> Result<Vec<PathBuf>, ReadError> {
    const FIRST: [&str; 2] = ["terraform.tfvars", "terraform.tfvars.json"];
    let mut paths = match context.fs.list(root) {
        Err(ReadError::Missing) => Vec::new(),
        listed => listed?,
    };
    paths.retain(|path| names::is_automatic_values(&file_name(path)));
    // Terraform fails if one of these names is a directory.
    paths.extend(
        FIRST.map(|name| root.join(name)).into_iter().filter(|path| context.fs.kind(path) == Ok(PathKind::Directory)),
    );
    paths.sort_by_key(|path| {
        let name = file_name(path);
        let rank = FIRST.iter().position(|first| *first == name);
        (rank.unwrap_or(usize::MAX), name)
    });
    Ok(paths)
}

//! Determines how to make the unknown values of a stack known: which parameters need a value, the parameter files in
//! the tree that set them, and the Region.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::deployment::{LoadedStack, render_advice};
use super::lookup::{OF_REGION, REGION};
use super::parameter_values::texts_of_file;
use super::scope::TemplateEvaluator;
use crate::formats::cloudformation::language::example_value;
use crate::formats::values_files::{self, MAX_NAMED, WantedFiles};
use crate::model::{Resolution, ResolvingStep, UnknownValues, shown_option};
use crate::named::listed;
use crate::source::{FileId, SourceFile};
use crate::syntax::node::Entry;
use crate::value::{Reason, World};

/// The files that may contain the values of parameters. Templates and their parameter files share directories.
const VALUES: WantedFiles = WantedFiles { is_wanted: is_parameter_file, is_code: |_| false };

/// The text that stands for any value.
const PLACEHOLDER: &str = "VALUE";

/// A parameter file that no option names.
#[derive(Debug)]
pub(super) struct UnusedFile {
    /// The displayed name.
    name: String,
    /// The texts by the name of the parameter.
    texts: Arc<HashMap<String, String>>,
}

/// A parameter of the root template without a value.
struct MissingParameter {
    name: String,
    /// The value in an example.
    example: String,
    /// True if the example only stands for a value.
    is_placeholder: bool,
    /// The names of the unused files that set it.
    files: Vec<String>,
}

impl LoadedStack<'_> {
    /// Returns how to make unknown values known.
    pub(super) fn find_resolution(&self, unknown: &UnknownValues<'_>) -> Resolution {
        let cause = unknown.cause.map(Reason::root);
        let mut names: Vec<&str> = Vec::new();
        if let Some(
            Reason::NoValue { reference }
            | Reason::SetElsewhere { reference, .. }
            | Reason::AtDeployment { reference, .. },
        ) = cause
        {
            names.push(reference);
        }
        names.extend(unknown.subjects.iter().flat_map(|subject| words(subject)));
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(*name));
        let parameters: Vec<MissingParameter> = names.iter().filter_map(|name| self.missing(name, unknown)).collect();
        let (mut sentences, mut steps) = (Vec::new(), Vec::new());
        describe_parameters(&parameters, &mut sentences, &mut steps);
        if names.iter().any(|name| OF_REGION.contains(name)) {
            let region = unknown.passing_value(REGION).unwrap_or("us-east-1");
            sentences.push(format!("pass the Region of the stack, for example `{}`", shown_option("--region", region)));
            steps.push(ResolvingStep::option("--region", region));
        }
        if steps.is_empty() {
            sentences.extend(cause.and_then(|cause| match cause {
                Reason::Placeholder { .. } => self.root.as_ref().map(|root| {
                    let file = self.library.files.context.sources.file(root.template.file);
                    render_advice(&file.name)
                }),
                other => advice(other),
            }));
        }
        Resolution { help: (!sentences.is_empty()).then(|| sentences.join("; ")), steps }
    }

    /// The parameter of this name, if the root template declares it and it has no valid value.
    fn missing(&self, name: &str, unknown: &UnknownValues<'_>) -> Option<MissingParameter> {
        let root = self.root.as_ref()?;
        let declared: &Entry = root.template.declared.parameters.get(name)?;
        let world = World::open(&self.budget);
        let evaluator = TemplateEvaluator::of_root(&self.library, root, &world);
        if !evaluator.lacks_value(name, declared) {
            return None;
        }
        let files = self
            .unused_files()
            .iter()
            .filter(|file| file.texts.get(name).is_some_and(|text| evaluator.accepts(name, declared, text)));
        let files = files.map(|file| file.name.clone()).collect();
        let passing = unknown.passing_value(name).filter(|value| !value.is_empty());
        let example = passing.map(str::to_owned).or_else(|| declared.value.as_mapping().and_then(example_value));
        let is_placeholder = example.is_none();
        Some(MissingParameter {
            name: name.to_owned(),
            example: example.unwrap_or_else(|| PLACEHOLDER.to_owned()),
            is_placeholder,
            files,
        })
    }

    /// The parameter files in the tree that set only parameters of the root template, and that aren't used.
    fn unused_files(&self) -> &[UnusedFile] {
        self.unused_files.get_or_init(|| {
            let Some(root) = &self.root else { return Vec::new() };
            let context = self.library.files.context;
            let template = context.sources.file(root.template.header.file);
            let Some(directory) = template.path.parent() else { return Vec::new() };
            let declared: HashSet<&str> = root.template.declared.parameters.names().collect();
            let paths = values_files::find(directory, VALUES, context).into_iter();
            let files =
                paths.filter(|path| *path != template.path).filter_map(|path| self.read_unused(path, &declared));
            files.filter(|file| file.texts.keys().all(|name| declared.contains(name.as_str()))).collect()
        })
    }

    fn read_unused(&self, path: PathBuf, declared: &HashSet<&str>) -> Option<UnusedFile> {
        let context = self.library.files.context;
        // Spans in the file aren't used, so any id will do.
        let id: FileId = self.root.as_ref()?.template.header.file;
        let read = |bytes| texts_of_file(id, &SourceFile::new(path.clone(), String::new(), bytes)).map(Arc::new);
        let texts = context.caches.values.parameters(&path, context.fs, |name| declared.contains(name), read)?;
        Some(UnusedFile { name: context.sources.path_display_name(&path), texts })
    }
}

/// Describes how to set parameters, those together that the same files set.
fn describe_parameters(parameters: &[MissingParameter], sentences: &mut Vec<String>, steps: &mut Vec<ResolvingStep>) {
    let mut in_files: Vec<(Vec<String>, Vec<&MissingParameter>)> = Vec::new();
    for parameter in parameters {
        match in_files.iter_mut().find(|(files, _)| *files == parameter.files) {
            Some((_, group)) => group.push(parameter),
            None => in_files.push((parameter.files.clone(), vec![parameter])),
        }
    }
    for (files, group) in in_files {
        let names = group.iter().map(|own| format!("`{}`", own.name)).collect();
        let Some(names) = listed(names, MAX_NAMED) else { continue };
        let in_files = values_files::describe(&files, &names, "--parameter-file");
        sentences.push(in_files.unwrap_or_else(|| ask_for_values(&names, &group)));
        if files.is_empty() {
            steps.extend(group.iter().map(|own| ResolvingStep::option("--parameter", own.assignment())));
        } else {
            steps.push(ResolvingStep::Option { name: "--parameter-file", values: files });
        }
    }
}

impl MissingParameter {
    fn assignment(&self) -> String {
        format!("{}={}", self.name, self.example)
    }
}

fn is_parameter_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| ["json", "yaml", "yml"].iter().any(|own| end == *own))
}

/// The advice for a reason that no option resolves.
fn advice(cause: &Reason) -> Option<String> {
    match cause {
        // A reference with a dot is one in a nested stack, whose template is another file.
        Reason::Undeclared { reference, .. } if !reference.contains('.') => {
            Some(format!("declare `{reference}` in this template"))
        }
        Reason::NotEvaluated { construct } if construct.starts_with("the function") => {
            Some("set a literal value here so that it can be checked".to_owned())
        }
        other => other.advice(),
    }
}

/// Asks for values that the template doesn't contain. A value is an example, since only the user knows the right one.
fn ask_for_values(names: &str, parameters: &[&MissingParameter]) -> String {
    let options: Vec<String> = parameters.iter().map(|own| shown_option("--parameter", &own.assignment())).collect();
    let (values, options) = (if parameters.len() == 1 { "value" } else { "values" }, options.join(" "));
    let is_placeholder = parameters.iter().all(|own| own.is_placeholder);
    let how = if is_placeholder { " with" } else { ", for example" };
    format!("pass the {values} of {names}{how} `{options}`")
}

/// The words in the text of a condition, which may be names of parameters.
fn words(condition: &str) -> impl Iterator<Item = &str> {
    condition.split(|c: char| !(c.is_alphanumeric() || c == ':')).filter(|word| !word.is_empty())
}

//! Determines how to make the unknown values of a root module known: which variables need a value, the files of values
//! in the tree that set them, and the other options and commands that provide values.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::loaded::LoadedRoot;
use super::program::ModuleEvaluator;
use super::units::LoadedUnit;
use super::values::VariableLayer;
use super::variables::RootVariable;
use crate::formats::Variables;
use crate::formats::terraform::known::PIN_VERSION;
use crate::formats::terraform::{Engine, Modules, names};
use crate::formats::values_files::{self, MAX_BYTES, MAX_NAMED, WantedFiles};
use crate::model::{Resolution, ResolvingStep, SearchSubject, UnknownValues, shell_quoted, shown_option};
use crate::named::listed;
use crate::source::SourceFile;
use crate::value::{Reason, World};

/// The file that the command for a plan writes.
const PLAN_FILE: &str = "planned.json";

/// The variable definition files that aren't loaded automatically.
const VALUES: WantedFiles = WantedFiles { is_wanted: names::is_variable_values, is_code: names::is_configuration };

/// A file of values that neither Terraform loads nor an option names.
#[derive(Debug)]
pub(super) struct UnusedFile {
    /// The displayed name.
    name: String,
    layer: VariableLayer,
    relation: FileRelation,
}

/// The relation of a file of values to a root, the closest one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum FileRelation {
    /// The file is in the root's directory or below it.
    Inside,
    /// The file or its directory has the name of the root's directory.
    Named,
    /// It sets only variables that the root declares.
    OnlyDeclared,
    Other,
}

/// The sources of the values that aren't known.
#[derive(Debug, Default)]
struct MissingSources {
    variables: Vec<MissingVariable>,
    needs_workspace: bool,
    needs_region: bool,
    needs_plan: bool,
    /// The help for a module that isn't installed.
    uninstalled: Option<String>,
    /// Other help, which names no option.
    other: Option<String>,
}

/// A root variable without a value.
#[derive(Debug)]
struct MissingVariable {
    name: String,
    /// The value of the option in an example.
    example: Example,
    /// The indices of the unused files that set it.
    files: Vec<usize>,
}

/// A text for the value of an option.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) text: String,
    /// True if the text only stands for a value.
    pub(super) is_placeholder: bool,
}

impl LoadedRoot<'_> {
    /// Returns how to make unknown values known.
    pub(super) fn find_resolution(&self, unknown: &UnknownValues<'_>) -> Resolution {
        let mut missing = MissingSources::default();
        if let Some(cause) = unknown.cause {
            self.add_cause(cause.root(), unknown, &mut missing);
        }
        for subject in unknown.subjects {
            for reference in references_in(subject) {
                self.add_reference(&reference, unknown, &mut missing);
            }
        }
        // A plan contains the results of functions.
        missing.needs_plan |= missing.is_empty() && unknown.subjects.iter().any(|subject| subject.contains('('));
        self.describe(&missing, unknown)
    }

    fn add_cause(&self, cause: &Reason, unknown: &UnknownValues<'_>, missing: &mut MissingSources) {
        match cause {
            Reason::NoValue { reference }
            | Reason::SetElsewhere { reference, .. }
            | Reason::AtDeployment { reference, .. }
            | Reason::AwsKey { reference } => self.add_reference(reference, unknown, missing),
            Reason::FromEnvironment { .. } => missing.needs_region = true,
            Reason::NotHere { help, .. } => missing.add_unread(help, self.installs_modules()),
            // A plan contains the results of functions.
            Reason::NotEvaluated { construct } if construct.starts_with("the function") => missing.needs_plan = true,
            other => {
                if let Some(advice) = other.advice() {
                    missing.add_unread(&advice, self.installs_modules());
                }
            }
        }
    }

    /// Adds the source of the value of a reference, such as `var.name.attribute`.
    fn add_reference(&self, reference: &str, unknown: &UnknownValues<'_>, missing: &mut MissingSources) {
        let mut parts = reference.split('.').map(|part| part.split('[').next().unwrap_or_default());
        match (parts.next(), parts.next()) {
            (Some("terraform"), Some("workspace")) => missing.needs_workspace = true,
            (Some("var"), Some(name)) => self.add_variable(name, reference, unknown, missing),
            (Some("module"), Some(name)) => match self.unread_module(name, reference) {
                Some(help) => missing.add_unread(&help, self.installs_modules()),
                None => missing.needs_plan |= !reference.contains(".var."),
            },
            (Some("data"), Some(_)) => missing.needs_plan = true,
            // The type of a resource begins with its provider's name and `_`.
            (Some(kind), Some(_)) => missing.needs_plan |= kind.contains('_'),
            (_, _) => {}
        }
    }

    fn add_variable(&self, name: &str, reference: &str, unknown: &UnknownValues<'_>, missing: &mut MissingSources) {
        if missing.variables.iter().any(|own| own.name == name) {
            return;
        }
        let world = World::open(&self.program.budget);
        let evaluator = ModuleEvaluator::of(&self.program, &self.program.root, &world);
        let Some(variable) = RootVariable::without_value(&evaluator, name) else { return };
        let path: Vec<&str> = reference.split('.').skip(2).collect();
        let converted = ["tobool", "tonumber", "tostring"].map(|function| format!("{function}({reference})"));
        let passing = std::iter::once(reference).chain(converted.iter().map(String::as_str));
        let passing = passing.filter_map(|own| unknown.passing_value(own)).find(|value| *value != "null");
        let files = self.unused_files().iter().enumerate();
        let files = files.filter(|(_, file)| file.layer.value(name).is_some_and(|value| variable.accepts(value)));
        let closest = files.clone().map(|(_, file)| file.relation).min();
        let files = files.filter(|(_, file)| Some(file.relation) == closest).map(|(index, _)| index).collect();
        missing.variables.push(MissingVariable {
            name: name.to_owned(),
            example: variable.example(&path, passing),
            files,
        });
    }

    /// The help for a module whose code isn't available, or whose version isn't known.
    fn unread_module(&self, name: &str, reference: &str) -> Option<String> {
        let description = format!("module `{name}`");
        let subjects = [SearchSubject::Trails, SearchSubject::Related, SearchSubject::LogGroups];
        if subjects.into_iter().any(|subject| self.found(subject).depends_on_version(reference)) {
            return Some(PIN_VERSION.to_owned());
        }
        let parts = subjects.into_iter().flat_map(|subject| &self.found(subject).unread_parts);
        parts.into_iter().find(|part| part.description == description).map(|part| part.help.clone())
    }

    fn installs_modules(&self) -> bool {
        self.program.context.options.terraform.modules == Modules::Installed
    }

    /// The files of values in the tree that may belong to the root, and that aren't used.
    fn unused_files(&self) -> &[UnusedFile] {
        self.unused_files.get_or_init(|| {
            let context = self.program.context;
            let root = &self.program.root.module.directory;
            let is_unused = |path: &PathBuf| {
                let is_beside = path.parent() == Some(root.as_path()) && self.program.is_directory;
                !is_beside
                    || !names::is_automatic_values(&names::file_name(path))
                    || context.options.terraform.no_automatic_variables
            };
            let paths = values_files::find(root, VALUES, context).into_iter().filter(is_unused);
            paths.filter_map(|path| self.read_unused(path)).collect()
        })
    }

    fn read_unused(&self, path: PathBuf) -> Option<UnusedFile> {
        let context = self.program.context;
        let bytes = context.fs.read_inside(&path).ok().filter(|bytes| bytes.len() <= MAX_BYTES)?;
        let name = context.sources.path_display_name(&path);
        // Spans in the file aren't used, so any id will do.
        let id = self.program.root.module.files.first().copied()?;
        let module = &self.program.root.module;
        let is_inside = path.starts_with(&module.directory);
        let is_named = is_named_after(&path, &module.directory);
        let layer = VariableLayer::read(Variables::File(id), &SourceFile::new(path, name.clone(), bytes));
        let relation = if is_inside {
            FileRelation::Inside
        } else if is_named {
            FileRelation::Named
        } else if layer.names().all(|name| module.may_declare("variable", &[name])) {
            FileRelation::OnlyDeclared
        } else {
            FileRelation::Other
        };
        layer.is_complete().then_some(UnusedFile { name, layer, relation })
    }

    fn describe(&self, missing: &MissingSources, unknown: &UnknownValues<'_>) -> Resolution {
        let mut sentences = Vec::new();
        let mut steps = Vec::new();
        for variables in missing.by_files() {
            self.describe_variables(&variables, &mut sentences, &mut steps);
        }
        if missing.needs_workspace {
            let passing = unknown.passing_value("terraform.workspace").unwrap_or("default").trim_matches('"');
            let option = ResolvingStep::option("--workspace", passing);
            sentences.push(format!("pass the workspace, for example `{}`", shown_option("--workspace", passing)));
            steps.push(option);
        }
        if missing.needs_region {
            sentences.push("set `region` in the provider's configuration, or pass `--region`".to_owned());
            steps.push(ResolvingStep::option("--region", "us-east-1"));
        }
        if let Some(help) = &missing.uninstalled {
            sentences.push(help.clone());
            steps.push(ResolvingStep::Before(format!("{} init", self.terraform())));
        }
        if missing.needs_plan {
            self.describe_plan(&mut sentences, &mut steps);
        }
        if steps.is_empty() {
            sentences.extend(missing.other.clone());
        } else if let Some(plan) = self.program.context.plan {
            steps.push(ResolvingStep::option("--plan", plan.name.as_str()));
        }
        Resolution { help: (!sentences.is_empty()).then(|| sentences.join("; ")), steps }
    }

    /// Describes how to set variables that the same files set.
    fn describe_variables(
        &self,
        variables: &[&MissingVariable],
        sentences: &mut Vec<String>,
        steps: &mut Vec<ResolvingStep>,
    ) {
        let names = variables.iter().map(|own| format!("`{}`", own.name)).collect();
        let (Some(names), Some(first)) = (listed(names, MAX_NAMED), variables.first()) else { return };
        let files = self.unused_files().iter().enumerate().filter(|(index, _)| first.files.contains(index));
        let files: Vec<String> = files.map(|(_, file)| file.name.clone()).collect();
        let in_files = values_files::describe(&files, &names, "--var-file");
        sentences.push(in_files.unwrap_or_else(|| ask_for_values(&names, variables, "--var")));
        if files.is_empty() {
            steps.extend(variables.iter().map(|own| ResolvingStep::option("--var", own.assignment())));
        } else {
            steps.push(ResolvingStep::Option { name: "--var-file", values: files });
        }
    }

    fn describe_plan(&self, sentences: &mut Vec<String>, steps: &mut Vec<ResolvingStep>) {
        if self.program.context.plan.is_some() {
            sentences.push("create the plan again after the next `apply`, since this one lacks the value".to_owned());
        } else if self.program.is_directory {
            sentences.push("create a plan and pass it with `--plan FILE`".to_owned());
            // Terraform alone would plan the module without the inputs of the unit.
            let program = self.program.unit.as_ref().map_or_else(|| self.terraform(), |unit| self.terragrunt(unit));
            steps.push(ResolvingStep::Before(format!("{program} plan -out=planned")));
            steps.push(ResolvingStep::Before(format!("{program} show -json planned > {PLAN_FILE}")));
            steps.push(ResolvingStep::option("--plan", PLAN_FILE));
        }
    }

    /// The command that runs Terragrunt in a unit. Source: <https://terragrunt.gruntwork.io/docs/reference/cli/>.
    fn terragrunt(&self, unit: &LoadedUnit<'_>) -> String {
        match self.program.context.sources.path_display_name(unit.directory()).as_str() {
            "." => "terragrunt".to_owned(),
            directory => format!("terragrunt --working-dir {}", shell_quoted(directory)),
        }
    }

    /// The command that runs Terraform in the root module.
    fn terraform(&self) -> String {
        let context = self.program.context;
        let module = &self.program.root.module;
        let is_tofu = context.options.terraform.engine == Some(Engine::OpenTofu)
            || module.files.iter().any(|file| names::is_tofu(&context.sources.file(*file).name));
        let program = if is_tofu { "tofu" } else { "terraform" };
        match context.sources.path_display_name(&module.directory).as_str() {
            "." => program.to_owned(),
            directory => format!("{program} {}", shell_quoted(&format!("-chdir={directory}"))),
        }
    }
}

impl MissingSources {
    fn is_empty(&self) -> bool {
        let Self { variables, needs_workspace, needs_region, needs_plan, uninstalled, other } = self;
        let needs_value = !variables.is_empty() || *needs_workspace || *needs_region || *needs_plan;
        !needs_value && uninstalled.is_none() && other.is_none()
    }

    fn add_unread(&mut self, help: &str, installs_modules: bool) {
        if help.contains("run `terraform init`") && installs_modules {
            self.uninstalled = Some(help.to_owned());
        } else {
            self.other = Some(help.to_owned());
        }
    }

    /// The variables, together with those that the same files set.
    fn by_files(&self) -> Vec<Vec<&MissingVariable>> {
        let mut groups: Vec<Vec<&MissingVariable>> = Vec::new();
        for variable in &self.variables {
            match groups.iter_mut().find(|group| group.first().is_some_and(|first| first.files == variable.files)) {
                Some(group) => group.push(variable),
                None => groups.push(vec![variable]),
            }
        }
        groups
    }
}

impl MissingVariable {
    fn assignment(&self) -> String {
        format!("{}={}", self.name, self.example.text)
    }
}

/// True if a file or its directory has the name of a root's directory, as `vars/prod.tfvars` has that of `envs/prod`.
fn is_named_after(file: &Path, root: &Path) -> bool {
    let stem = names::file_name(file).split('.').next().map(OsString::from);
    let directory = file.parent().and_then(Path::file_name).map(OsString::from);
    root.file_name().is_some_and(|name| [stem, directory].iter().flatten().any(|own| own == name))
}

/// Asks for values that the code can't contain. A value is an example, since only the user knows the right one.
fn ask_for_values(names: &str, variables: &[&MissingVariable], option: &str) -> String {
    let options: Vec<String> = variables.iter().map(|own| shown_option(option, &own.assignment())).collect();
    let (values, options) = (if variables.len() == 1 { "value" } else { "values" }, options.join(" "));
    let how = if variables.iter().all(|own| own.example.is_placeholder) { "with" } else { "for example" };
    let comma = if how == "with" { "" } else { "," };
    format!("pass the {values} of {names}{comma} {how} `{options}`")
}

/// The references in the text of an expression, without those in strings.
fn references_in(expression: &str) -> Vec<String> {
    let code: String = expression.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    let words = code.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-')));
    words.map(|word| word.trim_matches('.')).filter(|word| word.contains('.')).map(str::to_owned).collect()
}

//! The options of Terraform: values of variables, the workspace, and the modules that are evaluated.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::sources::MappedModule;
use crate::formats::{OptionError, OptionReader, Variables};
use crate::source::FileId;

/// The options on the command line.
#[derive(Debug, Args)]
pub struct TerraformArgs {
    /// Set a variable of the Terraform root module.
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Evaluation", env = "TRAILINT_VAR")]
    pub var: Vec<String>,
    /// Read values of Terraform variables from a `.tfvars` file.
    #[arg(long, value_name = "FILE", help_heading = "Evaluation", env = "TRAILINT_VAR_FILE")]
    pub var_file: Vec<PathBuf>,
    /// Don't read `terraform.tfvars` and `*.auto.tfvars`.
    #[arg(long, help_heading = "Evaluation")]
    pub no_auto_var_files: bool,
    /// Read `TF_VAR_…` and `TF_WORKSPACE` from the environment.
    #[arg(long, help_heading = "Evaluation")]
    pub use_env: bool,
    /// The Terraform workspace.
    #[arg(long, value_name = "NAME", help_heading = "Evaluation", env = "TRAILINT_WORKSPACE")]
    pub workspace: Option<String>,
    /// Evaluate the files as Terraform or as OpenTofu; detected from the files by default.
    #[arg(long, value_enum, value_name = "ENGINE", help_heading = "Evaluation", env = "TRAILINT_ENGINE")]
    pub engine: Option<Engine>,
    /// The modules to evaluate.
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "MODULES",
        help_heading = "Evaluation",
        env = "TRAILINT_MODULES"
    )]
    pub modules: Modules,
}

/// The options of an evaluation.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Values of the root variables, in the order of the command line; later ones win.
    pub variables: Vec<Variables>,
    /// Values of the root variables that every other source overrides.
    pub environment: Vec<FileId>,
    /// All variables of the environment, if it is read.
    pub process_environment: Option<Arc<HashMap<String, String>>>,
    /// True if `terraform.tfvars` and other automatically loaded files are ignored.
    pub no_automatic_variables: bool,
    /// True if defaults of the root variables are ignored, so that each variable may have any value that it allows.
    pub no_defaults: bool,
    pub workspace: Option<String>,
    /// The program that reads the files; by default, the files determine it.
    pub engine: Option<Engine>,
    /// The module calls that are followed.
    pub modules: Modules,
    /// Directories with the code of modules that aren't installed, in the order of precedence.
    pub mapped: Vec<Arc<MappedModule>>,
}

/// A program that reads Terraform's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    Terraform,
    #[value(name = "opentofu")]
    OpenTofu,
}

/// The module calls that are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Modules {
    /// No modules.
    None,
    /// Modules with a local source.
    Local,
    /// Modules with a local source, and modules installed by `terraform init`.
    #[default]
    Installed,
}

impl TerraformArgs {
    /// True if an option is set.
    pub fn is_any_set(&self) -> bool {
        let has_values = !self.var.is_empty() || !self.var_file.is_empty() || self.no_auto_var_files || self.use_env;
        has_values || self.workspace.is_some() || self.engine.is_some() || self.modules != Modules::Installed
    }
}

impl Options {
    /// The option that names a file of values.
    pub const FILE_OPTION: &str = "--var-file";

    /// Reads the files that the options name, and keeps their texts so that findings can refer to them.
    ///
    /// # Errors
    ///
    /// A file or a value can't be read.
    pub fn read(args: &TerraformArgs, reader: &OptionReader<'_>) -> Result<Self, OptionError> {
        let mut options = Self {
            variables: reader.variables(("--var", &args.var), (Self::FILE_OPTION, &args.var_file))?,
            environment: Vec::new(),
            process_environment: None,
            no_automatic_variables: args.no_auto_var_files,
            no_defaults: false,
            workspace: args.workspace.clone(),
            engine: args.engine,
            modules: args.modules,
            mapped: Vec::new(),
        };
        if args.use_env {
            options.use_environment(reader);
        }
        Ok(options)
    }

    /// The options with values from variable files, which those of this run override.
    #[must_use]
    pub fn with_files(&self, files: &[FileId]) -> Self {
        Self { variables: Variables::combined(files, &self.variables), ..self.clone() }
    }

    /// The options of an evaluation without any values.
    pub fn without_values(modules: Modules) -> Self {
        Self { no_automatic_variables: true, no_defaults: true, modules, ..Self::default() }
    }

    /// Reads `TF_VAR_name` and `TF_WORKSPACE` as Terraform does, and the variables of `get_env`.
    fn use_environment(&mut self, reader: &OptionReader<'_>) {
        let mut variables: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        variables.sort_unstable();
        self.process_environment = Some(Arc::new(variables.iter().cloned().collect()));
        for (name, value) in variables {
            if let Some(variable) = name.strip_prefix("TF_VAR_") {
                let text = format!("{variable}={value}");
                self.environment.push(reader.sources.add_as(Path::new(&name), name.clone(), text.into_bytes()));
            } else if name == "TF_WORKSPACE" && self.workspace.is_none() {
                self.workspace = Some(value);
            }
        }
    }
}

//! The options of the formats: on the command line, and as an evaluation uses them.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::option_reader::OptionError;
use super::option_reader::Variables;
use super::{BaseFiles, Plan, cloudformation, evidence, plan, terraform};
use crate::source::{FileId, Sources};

/// The options that add information to the code. Each format declares its own.
#[derive(Debug, Args)]
pub struct FormatArgs {
    #[command(flatten)]
    pub terraform: terraform::TerraformArgs,
    #[command(flatten)]
    pub plan: plan::PlanArgs,
    #[command(flatten)]
    pub cloudformation: cloudformation::CloudFormationArgs,
    #[command(flatten)]
    pub evidence: evidence::EvidenceArgs,
    /// The Region of CloudFormation stacks, and of Terraform providers without `region`.
    #[arg(long, value_name = "REGION", help_heading = "Evaluation", env = "TRAILINT_REGION")]
    pub region: Option<String>,
}

/// The treatment of defaults that a deployment may override without a change of the code: those of CloudFormation's
/// parameters, of Terragrunt's `get_env` and `feature`, and the fallbacks of Serverless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ParameterPolicy {
    /// Defaults are used.
    #[default]
    Defaults,
    /// A value that isn't given may be any that is allowed.
    Any,
}

/// Information that the user provides in addition to the code.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Directories and templates that are deployed by themselves, even if other code calls them.
    pub roots: Vec<PathBuf>,
    /// The files of the base of a comparison.
    pub base: Option<Arc<BaseFiles>>,
    /// The Region of the deployment.
    pub region: Option<String>,
    pub terraform: terraform::Options,
    pub cloudformation: cloudformation::Options,
    pub parameter_policy: ParameterPolicy,
    /// The files and directories with evidence that the user named.
    pub evidence: Vec<PathBuf>,
    /// A plan of one of Terraform's root modules.
    pub plan: Option<Arc<Plan>>,
}

/// The files that give a deployment of the configuration its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueFiles {
    pub terraform: Vec<FileId>,
    pub cloudformation: Vec<FileId>,
}

impl FormatArgs {
    /// The option that sets the Region.
    pub const REGION: &str = "--region";

    /// True if an option is set that changes the values of an evaluation.
    pub fn is_any_set(&self) -> bool {
        // Evidence is about other deployments than the code.
        let Self { terraform, plan, cloudformation, region, evidence: _ } = self;
        terraform.is_any_set() || plan.plan.is_some() || cloudformation.is_any_set() || region.is_some()
    }
}

impl Options {
    /// The options of an evaluation without any values, of the same roots and modules.
    #[must_use]
    pub fn without_values(&self, modules: terraform::Modules) -> Self {
        Self {
            roots: self.roots.clone(),
            terraform: terraform::Options {
                mapped: self.terraform.mapped.clone(),
                ..terraform::Options::without_values(modules)
            },
            parameter_policy: ParameterPolicy::Any,
            ..Self::default()
        }
    }

    /// The options with values from files, which those of this run override.
    ///
    /// # Errors
    ///
    /// A file isn't one of values.
    pub fn with_files(&self, files: &ValueFiles, sources: &Sources) -> Result<Self, OptionError> {
        Ok(Self {
            terraform: self.terraform.with_files(&files.terraform),
            cloudformation: self.cloudformation.with_files(&files.cloudformation, sources)?,
            ..self.clone()
        })
    }

    /// True if defaults that a deployment may override count.
    pub fn uses_defaults(&self) -> bool {
        self.parameter_policy == ParameterPolicy::Defaults
    }

    /// The files that are valid whatever their text is.
    pub fn lenient_files(&self) -> impl Iterator<Item = FileId> {
        self.terraform.variables.iter().filter_map(|variables| match variables {
            Variables::File(id) => Some(*id),
            Variables::Assignment(_) => None,
        })
    }

    /// The values that options assign to variables and parameters.
    pub fn values(&self) -> impl Iterator<Item = &Variables> {
        self.terraform.variables.iter().chain(&self.cloudformation.parameters)
    }

    /// True if variables of the environment are used.
    pub fn has_environment(&self) -> bool {
        self.terraform.process_environment.is_some()
    }

    /// The value of a variable of the environment, if the environment is used.
    pub fn environment_variable(&self, name: &str) -> Option<&str> {
        self.terraform.process_environment.as_ref()?.get(name).map(String::as_str)
    }

    /// The option that names a file of values; `None` for another file.
    pub fn file_option(&self, file: FileId) -> Option<&'static str> {
        let given = Variables::File(file);
        let is_of_terraform = self.terraform.variables.contains(&given);
        let is_of_cloudformation = self.cloudformation.parameters.contains(&given);
        let of_terraform = is_of_terraform.then_some(terraform::Options::FILE_OPTION);
        of_terraform.or(is_of_cloudformation.then_some(cloudformation::Options::FILE_OPTION))
    }
}

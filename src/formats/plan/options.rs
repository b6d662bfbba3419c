//! The option that names a plan.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::Plan;
use crate::formats::{OptionError, OptionReader};
use crate::source::format_path;

/// The options on the command line.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Take values that are unknown in the Terraform files from a plan, as printed by `terraform show -json PLANFILE`.
    #[arg(long, value_name = "FILE", help_heading = "Evaluation", env = "TRAILINT_PLAN")]
    pub plan: Option<PathBuf>,
}

impl PlanArgs {
    /// Reads the plan that the option names. The user named it, so an error in it ends the run.
    ///
    /// # Errors
    ///
    /// The file can't be read, or isn't a plan.
    pub fn read(&self, reader: &OptionReader<'_>) -> Result<Option<Arc<Plan>>, OptionError> {
        let Some(name) = &self.plan else { return Ok(None) };
        let (id, path) = (reader.file("--plan", name)?, format_path(name));
        let plan = Plan::read(id, &path, &reader.sources.file(id));
        plan.map(|plan| Some(Arc::new(plan))).map_err(|cause| OptionError::Plan { path, cause })
    }
}

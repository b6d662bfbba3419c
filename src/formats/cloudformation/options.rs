//! The options of CloudFormation: values of parameters.

use std::path::PathBuf;

use clap::Args;

use super::project::check_parameter_file;
use crate::formats::{OptionError, OptionReader, Variables};
use crate::source::{FileId, Sources, format_path};

/// The options on the command line.
#[derive(Debug, Args)]
pub struct CloudFormationArgs {
    /// Set a parameter of the CloudFormation templates.
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Evaluation", env = "TRAILINT_PARAMETER")]
    pub parameter: Vec<String>,
    /// Read values of CloudFormation parameters from a file.
    #[arg(long, value_name = "FILE", help_heading = "Evaluation", env = "TRAILINT_PARAMETER_FILE")]
    pub parameter_file: Vec<PathBuf>,
}

/// The options of an evaluation.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Values of the parameters of root templates, in the order of the command line.
    pub parameters: Vec<Variables>,
}

impl CloudFormationArgs {
    /// True if an option is set.
    pub fn is_any_set(&self) -> bool {
        !self.parameter.is_empty() || !self.parameter_file.is_empty()
    }
}

impl Options {
    /// The option that names a file of values.
    pub const FILE_OPTION: &str = "--parameter-file";

    /// Reads the files that the options name, and keeps their texts so that findings can refer to them. The user named
    /// them, so an error in one ends the run.
    ///
    /// # Errors
    ///
    /// A file or a value can't be read.
    pub fn read(args: &CloudFormationArgs, reader: &OptionReader<'_>) -> Result<Self, OptionError> {
        for name in &args.parameter_file {
            let id = reader.file(Self::FILE_OPTION, name)?;
            check_parameter_file(id, &reader.sources.file(id)).map_err(|cause| {
                let option = format!("{} {}", Self::FILE_OPTION, format_path(name));
                OptionError::Invalid { option, cause }
            })?;
        }
        let files = (Self::FILE_OPTION, args.parameter_file.as_slice());
        Ok(Self { parameters: reader.variables(("--parameter", &args.parameter), files)? })
    }

    /// The options with values from parameter files, which those of this run override.
    ///
    /// # Errors
    ///
    /// A file isn't one of parameters.
    pub fn with_files(&self, files: &[FileId], sources: &Sources) -> Result<Self, OptionError> {
        for id in files {
            let file = sources.file(*id);
            check_parameter_file(*id, &file).map_err(|cause| {
                let option = format!("parameter-files: {}", sources.file_display_name(&file));
                OptionError::Invalid { option, cause }
            })?;
        }
        Ok(Self { parameters: Variables::combined(files, &self.parameters) })
    }
}

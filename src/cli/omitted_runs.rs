//! The options that narrow a run, so that another run on the same code may have other findings.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::inputs::{Files, NamedInputs};
use super::{CheckArgs, config, inputs};
use crate::config::is_setting;
use crate::engine::OmittedRuns;

/// Returns the parts of a complete run that the options exclude or change.
pub(super) fn of(args: &CheckArgs, matches: &ArgMatches, named_inputs: &NamedInputs) -> OmittedRuns {
    let is_given =
        |option| matches!(matches.value_source(option), Some(ValueSource::CommandLine | ValueSource::EnvVariable));
    let has_values = args.evaluation.is_any_set() || is_given("regions");
    let has_settings = args.config.no_config || args.config.config.iter().any(|text| is_setting(text));
    let is_compared = args.diff_base.is_some() || args.locked || matches!(named_inputs.files, Files::Snapshot(_));
    OmittedRuns {
        values: has_values || has_settings,
        files: is_compared || !is_whole_tree(named_inputs) || is_given("exclude"),
        excludes: is_given("exclude"),
        rules: is_given("select") || is_given("ignore"),
    }
}

/// True if the whole tree is checked: the repository, or without one the working directory.
fn is_whole_tree(named_inputs: &NamedInputs) -> bool {
    let root = inputs::read_root(&config::common_directory(named_inputs), &named_inputs.working_directory);
    let is_deep = named_inputs.inputs.text.is_none() && !named_inputs.inputs.is_shallow;
    is_deep && named_inputs.inputs.paths.iter().any(|input| root.starts_with(&input.path))
}

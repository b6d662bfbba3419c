//! `trailint trace`: prints the steps that lead to a trail's values.

use clap::ArgMatches;

use super::{TraceArgs, config, evaluation, inputs};
use crate::engine::{self, EngineSettings};
use crate::error::Error;
use crate::output;

/// Returns the steps of the requested values as text.
pub(super) fn run(args: &TraceArgs, matches: &ArgMatches) -> Result<String, Error> {
    let mut given = inputs::read(&args.inputs, matches)?;
    let config = config::load(&args.config, &given, given.files.fs(), &given.sources)?;
    given.files.excludes(config.exclusions()?);
    let mut evaluation = evaluation::options(&args.evaluation, &config, matches, &given)?;
    let deployments = evaluation::deployments(&config, &mut evaluation, &given)?;
    let settings = EngineSettings { evaluation, deployments, ..EngineSettings::default() };
    let trace = engine::trace(given.files.fs(), &given.inputs, given.sources, &settings, &args.question)?;
    Ok(output::trace(&trace))
}

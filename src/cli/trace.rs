//! `trailint trace`: prints the steps that lead to a trail's values.

use clap::ArgMatches;

use super::{TraceArgs, config, evaluation, inputs};
use crate::engine::{self, EngineSettings};
use crate::error::Error;
use crate::output;

/// Returns the steps of the requested values as text.
pub(super) fn run(args: &TraceArgs, matches: &ArgMatches) -> Result<String, Error> {
    let mut named_inputs = inputs::read(&args.inputs, matches)?;
    let config = config::load(&args.config, &named_inputs, named_inputs.files.fs(), &named_inputs.sources)?;
    named_inputs.files.excludes(config.exclusions()?);
    let mut evaluation = evaluation::options(&args.evaluation, &config, matches, &named_inputs)?;
    let deployments = evaluation::deployments(&config, &mut evaluation, &named_inputs)?;
    let settings = EngineSettings { evaluation, deployments, ..EngineSettings::default() };
    let trace =
        engine::trace(named_inputs.files.fs(), &named_inputs.inputs, named_inputs.sources, &settings, &args.question)?;
    Ok(output::trace(&trace, output::Stream::Out.width()))
}

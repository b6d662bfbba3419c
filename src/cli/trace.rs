//! `trailint trace`.

use clap::ArgMatches;

use super::{TraceArgs, evaluation, inputs};
use crate::config::Config;
use crate::engine::{self, Settings};
use crate::error::Error;
use crate::output;

/// The ways in which the values came that are asked for, as text.
pub(super) fn run(args: &TraceArgs, matches: &ArgMatches) -> Result<String, Error> {
    let config = Config::from_lines(&args.config.config)?;
    let given = inputs::read(&args.inputs, matches)?;
    let evaluation = evaluation::options(&args.evaluation, &config, matches, &given)?;
    let settings = Settings { evaluation, ..Settings::default() };
    let trace = engine::trace(&given.disk, &given.inputs, given.sources, &settings, &args.question)?;
    Ok(output::trace(&trace))
}

//! `trailint server`.

use std::collections::HashSet;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::FromArgMatches;

use super::baseline::Place;
use super::check::{self, Job};
use super::inputs;
use super::{CheckArgs, baseline, config};
use crate::engine::Settings;
use crate::error::Error;
use crate::fix;
use crate::formats::Variables;
use crate::lsp;
use crate::source::{FileId, Sources};

/// The status of a server whose editor goes away without a word.
const ABANDONED: u8 = 1;

/// Serves an editor on the standard streams.
pub(super) fn run() -> Result<ExitCode, Error> {
    let is_in_order = lsp::serve(BufReader::new(io::stdin()), io::stdout().lock(), &prepare).map_err(Error::Output)?;
    Ok(if is_in_order { ExitCode::SUCCESS } else { ExitCode::from(ABANDONED) })
}

/// What `trailint check` in a directory would do, if the open texts were saved.
fn prepare(directory: &Path, texts: &[(PathBuf, Arc<str>)]) -> Result<lsp::Job, Error> {
    let failed = |error: clap::Error| Error::Environment(error.to_string());
    let given = inputs::open(directory, texts);
    let spoken = CheckArgs::from_arg_matches(&config::unspoken(None)?).map_err(failed)?;
    let config = config::load(&spoken.config, &given, given.files.fs(), &given.sources)?;
    let matches = config::unspoken(Some(&config))?;
    let args = CheckArgs::from_arg_matches(&matches).map_err(failed)?;
    let place = Place { fs: given.files.fs(), sources: &given.sources };
    let accepted = baseline::read(&args, &config, &given, place)?;
    let Job { args, config, given, settings } = check::job_of(args, &matches, config, given)?;
    let configuration = configuration(&settings, &given.sources);
    let enforced = settings.selection.enforced.clone();
    let finish = move |report: &mut crate::report::Report| {
        if let Some(accepted) = &accepted {
            report.stale_entries = accepted.accept(report, &enforced).len();
        }
        fix::spare_accepted(report);
        check::present(report, &args, &config);
    };
    Ok(lsp::Job {
        fs: given.files.into_open().expect("the files are those that were opened above"),
        inputs: given.inputs,
        sources: given.sources,
        settings,
        configuration,
        finish: Box::new(finish),
    })
}

/// The files that were read so far, but for values of variables, which any text can give.
fn configuration(settings: &Settings, sources: &Sources) -> Vec<PathBuf> {
    let evaluations = settings.deployments.iter().map(|named| &named.evaluation).chain([&settings.evaluation]);
    let values: HashSet<FileId> = evaluations
        .flat_map(|evaluation| &evaluation.variables)
        .filter_map(|variables| match variables {
            Variables::File(id) => Some(*id),
            Variables::Assignment(_) => None,
        })
        .collect();
    let others = sources.all().into_iter().filter(|(id, _)| !values.contains(id));
    others.map(|(_, file)| file.path.clone()).collect()
}

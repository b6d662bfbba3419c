//! Runs a check: from files to a report.

mod assemble;
mod assign;
mod deployment_check;
mod downgrade;
mod drift;
mod evaluation;
mod evaluation_order;
mod file_findings;
mod findings;
mod incremental;
mod option_use;
mod other_runs;
mod related;
mod settings;
mod shares;
mod threads;
mod trace;
mod trail_instance;
mod witness;

pub use assemble::add;
pub use incremental::{CheckUpdate, IncrementalCheck, Setup};
pub use settings::{EngineSettings, NamedDeployment, OmittedRuns, Selection};
#[cfg(not(target_family = "wasm"))]
pub(crate) use threads::STACK;
pub use trace::{Trace, TracePath, TracedArgument};

use std::path::PathBuf;

use crate::error::Error;
use crate::fix;
use crate::formats::BaseFiles;
use crate::report::Report;
use crate::scan::{self, Scan, ScanInputs};
use crate::source::{Fs, ReadError, Sources};
use assign::LinkedFiles;
use threads::with_large_stack;

/// Checks files.
///
/// # Errors
///
/// See [`scan::scan`]; [`Error::RefusedValue`] for the value of an option. Problems within a file are part of the
/// report.
pub fn check(fs: &dyn Fs, inputs: &ScanInputs, sources: Sources, settings: &EngineSettings) -> Result<Report, Error> {
    with_large_stack(|| {
        let (mut report, ..) = check_once(fs, inputs, sources, settings)?;
        report.hidden = scan::count_hidden(fs);
        report.rejected_option.take().map_or(Ok(report), Err)
    })?
}

/// Checks the base of a comparison, and also returns the facts about the base that the check of the head needs.
///
/// # Errors
///
/// Those of [`check`].
pub fn check_base(
    fs: &dyn Fs,
    inputs: &ScanInputs,
    sources: Sources,
    settings: &EngineSettings,
) -> Result<(Report, BaseFiles), Error> {
    with_large_stack(|| {
        let (report, scan, linked) = check_once(fs, inputs, sources, settings)?;
        // An unreadable file of the base is an error: otherwise the removal of its trail would go unnoticed.
        if let Some((path, cause)) = scan.unreadable.iter().find(|(_, cause)| matches!(cause, ReadError::Git(_))) {
            return Err(Error::Base { path: report.sources.name(path), cause: cause.clone() });
        }
        // Code of another format may deploy a template.
        let trails = report.deployments.iter().filter(|judged| judged.format != "cloudformation");
        let owners = trails.flat_map(|judged| &judged.trails).flat_map(|trail| &trail.owners);
        let owners: Vec<PathBuf> = owners.map(|owner| report.sources.file(*owner).path.clone()).collect();
        let called = linked.into_iter().flatten().flat_map(|linked| linked.links.calls).chain(owners);
        Ok((report, BaseFiles::new(scan.found_paths, called)))
    })?
}

/// Follows the values of all trails that `question` names: `ADDRESS` or `ADDRESS.ATTRIBUTE`.
///
/// # Errors
///
/// Those of [`check`]; no trail of this address; no argument of this name.
pub fn trace(
    fs: &dyn Fs,
    inputs: &ScanInputs,
    sources: Sources,
    settings: &EngineSettings,
    question: &str,
) -> Result<Trace, Error> {
    let setup = Setup { fs, inputs, settings };
    with_large_stack(|| IncrementalCheck::find(sources, setup)?.trace(question, setup))?
}

/// Runs one pass of a check.
fn check_once(
    fs: &dyn Fs,
    inputs: &ScanInputs,
    sources: Sources,
    settings: &EngineSettings,
) -> Result<(Report, Scan, LinkedFiles), Error> {
    let check = IncrementalCheck::check(sources, Setup { fs, inputs, settings })?;
    let (mut report, scan, linked) = check.finish(settings);
    fix::update_safety(&mut report, fs, |file| fix::is_checked(file, inputs, fs));
    if report.trails() == 0 && report.findings.is_empty() {
        report.ignored = scan::count_ignored(fs);
    }
    if let Some(nothing_checked) = file_findings::nothing_checked(&report, settings) {
        report.findings.push(nothing_checked);
        report.name_findings();
    }
    Ok((report, scan, linked))
}

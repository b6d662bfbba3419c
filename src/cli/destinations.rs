//! Where reports are written: each to a file of its own, and never over what was checked.

use std::collections::HashSet;
use std::path::Path;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::CheckArgs;
use super::inputs::Given;
use crate::baseline;
use crate::config::is_configuration;
use crate::error::Error;
use crate::formats::{Format as _, terraform::Terraform};
use crate::output::{Destination, Destinations, Format};
use crate::report::{Place, Report};
use crate::source::{Disk, FileId, Fs, Sources, named, normalize};
use crate::syntax::json;

/// The format of what is printed, and the reports in files. Nothing is named twice.
pub(super) fn of(args: &CheckArgs, matches: &ArgMatches) -> Result<(Format, Vec<Destination>), Error> {
    let all = args.output.iter().flat_map(|Destinations(named)| named.iter().cloned());
    let (printed, files): (Vec<Destination>, Vec<Destination>) = all.partition(Destination::is_standard_output);
    let mut targets = HashSet::new();
    let twice = printed.get(1).or_else(|| files.iter().find(|to| !targets.insert(to.target())));
    if let Some(twice) = twice {
        return Err(Error::OutputTwice { path: named(&twice.path) });
    }
    let Some(printed) = printed.first() else { return Ok((args.format, files)) };
    let other = match (args.diff, matches.value_source("format")) {
        (true, _) => Some("--diff"),
        (false, Some(ValueSource::CommandLine)) => Some("--format"),
        (false, _) => None,
    };
    match other {
        Some(other) => Err(Error::PrintedTwice { other }),
        None => Ok((printed.format, files)),
    }
}

/// Before anything is written: what was checked is somebody's code, and settings, baselines and values are the user's. A
/// report of an earlier run isn't, though it may have been read. `users` are the files that options and settings name.
pub(super) fn spare(
    destinations: &[Destination],
    report: &Report,
    given: &Given,
    users: &Sources,
) -> Result<(), Error> {
    let is_checked = |to: &&Destination| {
        let path = normalize(&given.here.join(&to.path));
        [to.target(), path].iter().any(|path| {
            users.known(path).is_some() || is_of_user(path) || is_written_code(path) || is_code(path, report, given)
        })
    };
    match destinations.iter().find(is_checked) {
        Some(to) => Err(Error::OutputOverSource { path: named(&to.path) }),
        None => Ok(()),
    }
}

/// Leaves reports that this run writes again out of the files that mention a trail and aren't read.
pub(super) fn forget(destinations: &[Destination], report: &mut Report, given: &Given) {
    let written: HashSet<String> =
        destinations.iter().map(|to| report.sources.name(&normalize(&given.here.join(&to.path)))).collect();
    report.unread_files.retain(|file| !written.contains(&file.name));
}

/// True for a configuration or a baseline, also one that isn't used.
fn is_of_user(path: &Path) -> bool {
    is_configuration(path) || path.file_name().is_some_and(|name| name == baseline::NAME)
}

/// True for a file that is there and that is code, whether a run reads it or not.
fn is_written_code(path: &Path) -> bool {
    if !path.is_file() {
        return false;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    Terraform.reads(&name) || is_yaml || Disk::new(&[]).read(path).is_ok_and(is_template)
}

/// True for a template in JSON.
fn is_template(bytes: Vec<u8>) -> bool {
    let sources = Sources::default();
    let id = sources.add(Path::new("template.json"), bytes);
    let tree = json::parse(id, &sources.file(id));
    let documents = tree.documents.iter().filter_map(|document| document.as_mapping());
    documents.into_iter().any(|document| document.get("Resources").is_some())
}

fn is_code(path: &Path, report: &Report, given: &Given) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_named = given.paths().any(|named| named == path && path.is_file());
    let read = report.sources.all().into_iter().find(|(_, file)| file.path == path);
    is_named || read.is_some_and(|(id, file)| Terraform.reads(&name) || is_judged(id, &file.name, report))
}

/// Whether a file is a template or a plan, or has to do with a trail.
fn is_judged(id: FileId, name: &str, report: &Report) -> bool {
    let is_found = |place: &Place| matches!(place, Place::Text(label) if label.span.file == id);
    report
        .deployments
        .iter()
        .any(|judged| judged.root == name || judged.trails.iter().any(|trail| trail.header.file == id))
        || report.findings.iter().any(|finding| is_found(&finding.place))
}

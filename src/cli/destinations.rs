//! The files to which reports are written, and the check that none of them overwrites a checked file.

use std::collections::HashSet;
use std::path::Path;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::CheckArgs;
use super::inputs::NamedInputs;
use crate::config::{BASELINE, is_configuration};
use crate::error::Error;
use crate::finding::FindingTarget;
use crate::output::{self, Destination, Destinations, OutputFormat};
use crate::report::Report;
use crate::scan::is_program_file;
use crate::source::{Disk, FileId, Fs, Sources, format_path, is_installed, normalize};
use crate::syntax::json;

/// Returns the format of standard output, and the reports that are written to files. No destination may be named twice.
pub(super) fn of(args: &CheckArgs, matches: &ArgMatches) -> Result<(OutputFormat, Vec<Destination>), Error> {
    let all = args.output.iter().flat_map(|Destinations(parse_region)| parse_region.iter().cloned());
    let (printed, files): (Vec<Destination>, Vec<Destination>) = all.partition(Destination::is_standard_output);
    let mut targets = HashSet::new();
    let twice = printed.get(1).or_else(|| files.iter().find(|to| !targets.insert(to.target())));
    if let Some(twice) = twice {
        return Err(Error::OutputTwice { path: format_path(&twice.path) });
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

/// Refuses, before anything is written, to overwrite a file that the run read, and the user's settings, baselines,
/// values and git files. A report of an earlier run may be overwritten even if this run read it. `users` are the files
/// that options and settings name.
pub(super) fn check_destinations(
    destinations: &[Destination],
    args: &CheckArgs,
    report: &Report,
    named_inputs: &NamedInputs,
    users: &Sources,
) -> Result<(), Error> {
    let list = args.inputs.files_from.as_ref().map(|list| normalize(&named_inputs.working_directory.join(list)));
    let is_spared = |path: &Path| {
        users.known(path).is_some()
            || list.as_deref() == Some(path)
            || is_of_user(path)
            || is_of_git(path)
            || is_written_code(path)
            || is_code(path, report, named_inputs)
            || is_read(path, report)
    };
    for to in destinations {
        let path = normalize(&named_inputs.working_directory.join(&to.path));
        if is_spared(&to.target()) || is_spared(&path) {
            return Err(Error::OutputOverSource { path: format_path(&to.path) });
        }
    }
    Ok(())
}

/// Removes the reports that this run overwrites from the list of files that mention a trail and aren't read.
pub(super) fn drop_own_reports(destinations: &[Destination], report: &mut Report, named_inputs: &NamedInputs) {
    let written: HashSet<String> = destinations
        .iter()
        .map(|to| report.sources.name(&normalize(&named_inputs.working_directory.join(&to.path))))
        .collect();
    report.unread_files.retain(|file| !written.contains(&file.name));
}

/// True for a configuration or a baseline, even if the run doesn't use it.
fn is_of_user(path: &Path) -> bool {
    is_configuration(path) || path.file_name().is_some_and(|name| name == BASELINE)
}

/// True for a file that git reads or maintains, and for one that `terraform init` installed.
fn is_of_git(path: &Path) -> bool {
    const NAMES: [&str; 4] = [".gitignore", ".ignore", ".gitattributes", ".gitmodules"];
    let is_named = path.file_name().is_some_and(|name| NAMES.iter().any(|known| name == *known));
    is_named || is_installed(path) || path.components().any(|part| part.as_os_str() == ".git")
}

/// True for a file on which a result of the run may depend, such as one that `file()` reads. This excludes files that
/// mention a trail but aren't code.
fn is_read(path: &Path, report: &Report) -> bool {
    let Ok(real) = path.canonicalize() else { return false };
    report.sources.all().iter().any(|(_, file)| {
        file.path.file_name() == path.file_name()
            && (file.path == path || file.path.canonicalize().is_ok_and(|other| other == real))
            && !report.unread_files.iter().any(|unread| unread.name == file.name)
    })
}

/// True for an existing file that is code, a plan or a state, even if no run reads it.
fn is_written_code(path: &Path) -> bool {
    const EXTENSIONS: [&str; 5] = ["yaml", "yml", "hcl", "toml", "tfstate"];
    if !path.is_file() {
        return false;
    }
    let is_text = path.extension().is_some_and(|end| EXTENSIONS.iter().any(|known| end == *known));
    is_program_file(path) || is_text || begins_as_plan(path) || Disk::new(&[]).read(path).is_ok_and(is_document)
}

/// True for a file that begins like a plan or state of Terraform. Such a file may be too large to be parsed here.
fn begins_as_plan(path: &Path) -> bool {
    output::head(path).contains("\"terraform_version\"")
}

/// True for a template, a plan or a state in JSON.
fn is_document(bytes: Vec<u8>) -> bool {
    const KEYS: [&str; 3] = ["Resources", "terraform_version", "resource_changes"];
    let sources = Sources::default();
    let id = sources.add(Path::new("document.json"), bytes);
    let tree = json::parse(id, &sources.file(id));
    let documents = tree.documents.iter().filter_map(|document| document.as_mapping());
    documents.into_iter().any(|document| KEYS.iter().any(|key| document.get(key).is_some()))
}

fn is_code(path: &Path, report: &Report, named_inputs: &NamedInputs) -> bool {
    let is_named = named_inputs.paths().any(|named| named == path && path.is_file());
    let read = report.sources.all().into_iter().find(|(_, file)| file.path == path);
    is_named || read.is_some_and(|(id, file)| is_program_file(path) || is_evaluated(id, &file.name, report))
}

/// True if the file is a template or a plan, contains a trail, or has a finding.
fn is_evaluated(id: FileId, name: &str, report: &Report) -> bool {
    report
        .deployments
        .iter()
        .any(|judged| judged.root == name || judged.trails.iter().any(|trail| trail.header.file == id))
        || report
            .findings
            .iter()
            .any(|diagnostic| matches!(&diagnostic.finding.place, FindingTarget::Text(label) if label.span.file == id))
}

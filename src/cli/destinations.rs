//! Where reports are written: each to a file of its own, and never over what was checked.

use std::collections::HashSet;
use std::path::Path;

use super::inputs::Given;
use crate::error::Error;
use crate::formats::{Format, terraform::Terraform};
use crate::output::Destination;
use crate::report::{Place, Report};
use crate::source::{FileId, normalize};

/// Before anything is checked.
pub(super) fn check(destinations: &[Destination]) -> Result<(), Error> {
    let mut paths = HashSet::new();
    match destinations.iter().find(|to| !paths.insert(&to.path)) {
        Some(twice) => Err(Error::OutputTwice { path: twice.path.display().to_string() }),
        None => Ok(()),
    }
}

/// Before anything is written: what was checked is somebody's code. A report of an earlier run isn't, though it may have
/// been read.
pub(super) fn spare(destinations: &[Destination], report: &Report, given: &Given) -> Result<(), Error> {
    let is_checked = |to: &&Destination| {
        let path = normalize(&given.here.join(&to.path));
        [to.target(), path].iter().any(|path| is_code(path, report, given))
    };
    match destinations.iter().find(is_checked) {
        Some(to) => Err(Error::OutputOverSource { path: to.path.display().to_string() }),
        None => Ok(()),
    }
}

/// Leaves reports that this run writes again out of the files that mention a trail and aren't read.
pub(super) fn forget(destinations: &[Destination], report: &mut Report, given: &Given) {
    let written: HashSet<String> =
        destinations.iter().map(|to| report.sources.name(&normalize(&given.here.join(&to.path)))).collect();
    report.unread_files.retain(|file| !written.contains(&file.name));
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

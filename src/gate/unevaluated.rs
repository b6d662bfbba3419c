//! Finds the deployments of a baseline that a run doesn't evaluate although their code exists.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::CheckedFiles;
use super::baseline::Baseline;
use crate::finding::FindingTarget;
use crate::report::Report;
use crate::rules::Check;
use crate::scan::{ScanInputs, is_program_file};
use crate::source::{Fs, PathKind, ReadError, Sources};

/// Returns the deployments of a baseline whose code exists but which the run doesn't evaluate, so their trails may not
/// have moved. A module that other projects call isn't among them, since it is evaluated as a part of its callers.
pub(super) fn unevaluated(baseline: &Baseline, report: &Report, files: CheckedFiles<'_>) -> HashSet<String> {
    let CheckedFiles { fs, inputs } = files;
    let sources = &report.sources;
    let evaluated: HashSet<&str> = report.deployments.iter().map(|judged| judged.root.as_str()).collect();
    let subjects: HashSet<&str> = baseline.entries.iter().map(|entry| entry.subject.as_str()).collect();
    let mut left: HashMap<PathBuf, Vec<&str>> = HashMap::new();
    for subject in subjects.difference(&evaluated) {
        if let Some(path) = place_of(subject, fs, sources) {
            left.entry(path).or_default().push(subject);
        }
    }
    if left.is_empty() {
        return HashSet::new();
    }
    let searched = searched(&left.keys().map(PathBuf::as_path).collect(), fs, inputs);
    let unreadable = unreadable(report);
    left.retain(|path, _| !searched.contains(path) || unreadable.iter().any(|file| file.starts_with(path)));
    left.into_values().flatten().map(str::to_owned).collect()
}

/// Returns the path of a deployment's code, if it exists.
fn place_of(subject: &str, fs: &dyn Fs, sources: &Sources) -> Option<PathBuf> {
    // In a file with several templates, `#` and a mark follow the name of the file, which may itself contain `#`.
    existing_path(subject, fs, sources)
        .or_else(|| subject.rsplit_once('#').and_then(|(name, _)| existing_path(name, fs, sources)))
}

fn existing_path(name: &str, fs: &dyn Fs, sources: &Sources) -> Option<PathBuf> {
    let path = sources.path_of(name);
    let is_there = match fs.kind(&path) {
        Ok(PathKind::Directory) => fs.list(&path).is_ok_and(|files| files.iter().any(|file| is_program_file(file))),
        Ok(PathKind::File) => true,
        Err(error) => error != ReadError::Missing,
    };
    is_there.then_some(path)
}

/// Returns the given templates and program directories that a search of the inputs reaches.
fn searched(places: &HashSet<&Path>, fs: &dyn Fs, inputs: &ScanInputs) -> HashSet<PathBuf> {
    let met: Mutex<HashSet<PathBuf>> = Mutex::default();
    let meet = |path: &Path| met.lock().unwrap_or_else(PoisonError::into_inner).extend(place_among(places, path));
    for path in inputs.paths.iter().map(|input| input.path.as_path()) {
        match fs.kind(path) {
            Ok(PathKind::Directory) if !inputs.is_shallow => {
                fs.walk(path, &|path| place_among(places, path).is_some(), &|path, read| {
                    if read.is_ok() {
                        meet(path);
                    }
                });
            }
            Ok(_) | Err(_) => meet(path),
        }
    }
    inputs.text.iter().for_each(|(path, _)| meet(path));
    met.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn place_among(places: &HashSet<&Path>, path: &Path) -> Option<PathBuf> {
    let own = std::iter::once(path).chain(path.parent().filter(|_| is_program_file(path)));
    own.into_iter().find(|path| places.contains(path)).map(Path::to_owned)
}

/// Returns the files that can't be read, or not completely.
fn unreadable(report: &Report) -> Vec<PathBuf> {
    let findings = report.findings.iter().filter(|diagnostic| matches!(diagnostic.rule.check, Check::Reading));
    findings
        .filter_map(|diagnostic| match &diagnostic.finding.place {
            FindingTarget::Text(label) => Some(report.sources.file(label.span.file).path.clone()),
            FindingTarget::File(name) => Some(report.sources.path_of(name)),
            FindingTarget::Run => None,
        })
        .collect()
}

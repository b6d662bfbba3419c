//! A folder that is checked as a unit, with the state of its incremental check.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::capabilities::ClientSupport;
use super::diagnostics::{FileDiagnostics, ReportPositions};
use super::documents::Documents;
use super::settings::EditorSetting;
use crate::edit::{Fix, Safety};
use crate::engine::{self, CheckUpdate, EngineSettings, IncrementalCheck, Setup, TracedArgument};
use crate::error::Error;
use crate::fix::{self, ChangedFile};
use crate::gate::baseline::Baseline;
use crate::gate::{self, CheckedFiles};
use crate::report::{Diagnostic, Report, View};
use crate::scan::{self, ScanInputs};
use crate::source::{Disk, FileId, Fs, Overlay, PathKind, ReadError, SourceFile, Sources, is_generated, is_installed};

/// Files that configure a check, so that a change of one requires a new scan.
pub(super) const DECIDING: [&str; 5] =
    ["trailint.toml", ".trailint.toml", ".trailint-baseline.json", ".gitignore", ".ignore"];

/// A unit that is checked, with its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckTarget {
    /// The directory, with symbolic links resolved.
    pub directory: PathBuf,
    /// The part of the directory that is checked.
    pub extent: CheckExtent,
    /// The options from the editor's settings.
    pub settings: Vec<EditorSetting>,
}

/// The part of a directory that is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckExtent {
    /// The whole tree, because the directory is an open folder.
    Tree,
    /// The program whose files are directly in the directory, because one of them is open outside of all open folders.
    Program,
    /// A single open file.
    File(PathBuf),
}

/// The inputs of a check.
pub struct FolderJob {
    /// The file system, in which the open documents replace the files on the disk.
    pub fs: Overlay,
    pub inputs: ScanInputs,
    /// The files that the settings refer to.
    pub sources: Sources,
    /// The settings of the check.
    pub settings: EngineSettings,
    /// Files whose changes require a new job.
    pub configuration: Vec<PathBuf>,
    /// The presentation of reports.
    pub view: View,
    /// The accepted findings.
    pub baseline: Option<Baseline>,
    /// The files on the disk, in which the code of accepted findings is searched.
    pub disk: Disk,
}

/// Prepares a check of a target with some open documents, in the same way as the command line does.
pub type Prepare = fn(&CheckTarget, &[(PathBuf, Arc<str>)]) -> Result<FolderJob, Error>;

/// A unit that is checked, with its diagnostics.
pub(super) struct Folder {
    pub(super) target: CheckTarget,
    /// True after the first check, even if it failed.
    pub(super) has_run: bool,
    /// True if a check is necessary even if no file has changed.
    pub(super) needs_check: bool,
    state: Option<FolderState>,
    /// The diagnostics by file.
    pub(super) diagnostics: FileDiagnostics,
    /// The error that prevents the check.
    pub(super) failure: Option<Error>,
    /// The error for an option's value that every root rejects. Everything that doesn't depend on it is checked.
    pub(super) rejected_option: Option<Error>,
}

struct FolderState {
    job: FolderJob,
    check: IncrementalCheck,
}

impl Folder {
    /// Creates a folder that isn't checked yet.
    pub(super) fn new(target: CheckTarget) -> Self {
        Self {
            target,
            has_run: false,
            needs_check: true,
            state: None,
            diagnostics: FileDiagnostics::new(),
            failure: None,
            rejected_option: None,
        }
    }

    /// Replaces the settings. A difference requires a new check.
    pub(super) fn set(&mut self, settings: Vec<EditorSetting>) {
        if self.target.settings != settings {
            self.target.settings = settings;
            self.needs_check = true;
        }
    }

    /// Updates the check and the diagnostics after changes of some paths, and returns the files whose diagnostics may
    /// differ.
    pub(super) fn update(
        &mut self,
        changed: &[PathBuf],
        documents: &Documents,
        client_support: ClientSupport,
        prepare: Prepare,
    ) -> BTreeSet<PathBuf> {
        let is_due = std::mem::take(&mut self.needs_check);
        self.has_run = true;
        // If a directory is deleted, the editor may not report the deletion of its files.
        let gone = self.state.as_ref().map(FolderState::deleted_files).unwrap_or_default();
        let changed: &[PathBuf] =
            &changed.iter().cloned().chain(gone).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        let outcome = match &mut self.state {
            Some(state) if !is_due && !changed.iter().any(|path| state.is_decided_by(path)) => {
                state.update(changed, documents)
            }
            Some(_) | None => Ok(CheckUpdate::Rescan),
        };
        match outcome {
            Ok(CheckUpdate::None) => BTreeSet::new(),
            Ok(CheckUpdate::Evaluated) => self.update_diagnostics(documents, client_support),
            Ok(CheckUpdate::Rescan) => match self.check(changed, documents, prepare) {
                Ok(()) => self.update_all_diagnostics(documents, client_support),
                Err(error) => self.fail(error, changed),
            },
            Err(error) => self.fail(error, changed),
        }
    }

    /// Updates the diagnostics of the affected files.
    fn update_diagnostics(&mut self, documents: &Documents, client_support: ClientSupport) -> BTreeSet<PathBuf> {
        let Some(FolderState { job, check }) = &mut self.state else { return BTreeSet::new() };
        let touched = check.take_changed_files();
        let paths: BTreeSet<PathBuf> = touched.iter().map(|id| job.sources.file(*id).path.clone()).collect();
        let mut report = check.report_on(&touched, &job.settings);
        job.suppress(&mut report);
        report.merge_findings();
        let mut all = FileDiagnostics::new();
        ReportPositions::new(&report.sources, documents, client_support).add(&report, &job.view, &mut all);
        for path in &paths {
            match all.remove(path) {
                Some(own) => drop(self.diagnostics.insert(path.clone(), own)),
                None => drop(self.diagnostics.remove(path)),
            }
        }
        paths
    }

    fn update_all_diagnostics(&mut self, documents: &Documents, client_support: ClientSupport) -> BTreeSet<PathBuf> {
        let mut paths: BTreeSet<PathBuf> = std::mem::take(&mut self.diagnostics).into_keys().collect();
        paths.extend(self.error_path());
        self.failure = None;
        if let Some(state) = &mut self.state {
            state.check.take_changed_files();
        }
        if let Some((mut report, view)) = self.report() {
            report.merge_findings();
            let mut all = FileDiagnostics::new();
            ReportPositions::new(&report.sources, documents, client_support).add(&report, view, &mut all);
            self.rejected_option = report.rejected_option.take();
            self.diagnostics = all;
        }
        paths.extend(self.diagnostics.keys().cloned());
        paths
    }

    /// Records an error. The next update will check everything again. Existing diagnostics are kept if only
    /// configuration files have changed, because the user is probably editing them; after other changes, their
    /// positions may be wrong.
    fn fail(&mut self, error: Error, changed: &[PathBuf]) -> BTreeSet<PathBuf> {
        let mut paths: BTreeSet<PathBuf> = self.error_path().into_iter().collect();
        self.state = None;
        self.failure = Some(error);
        paths.extend(self.error_path());
        if !changed.iter().all(|path| is_settings_file(path) || self.error_path().as_ref() == Some(path)) {
            paths.extend(std::mem::take(&mut self.diagnostics).into_keys());
        }
        paths
    }

    /// The file at which the error is reported as a diagnostic.
    fn error_path(&self) -> Option<PathBuf> {
        match &self.failure {
            Some(Error::Configuration { place, .. } | Error::Baseline { place, .. }) => Some(place.path.clone()),
            Some(_) | None => None,
        }
    }

    /// The full report, with the fixes that an editor may apply, and its presentation.
    pub(super) fn report(&self) -> Option<(Report, &View)> {
        let FolderState { job, check } = self.state.as_ref()?;
        let mut report = check.report(&job.settings);
        fix::update_safety(&mut report, &job.fs, |file| self.may_change(file));
        job.suppress(&mut report);
        Some((report, &job.view))
    }

    /// Runs a complete check.
    fn check(&mut self, changed: &[PathBuf], documents: &Documents, prepare: Prepare) -> Result<(), Error> {
        let texts: Vec<(PathBuf, Arc<str>)> =
            documents.all().filter_map(|own| Some((own.path.clone()?, Arc::clone(&own.text)))).collect();
        let job = prepare(&self.target, &texts)?;
        let mut check = IncrementalCheck::new(job.sources.share(), job.setup())?;
        let ignores_differ = changed.iter().any(|path| is_settings_file(path));
        let known: HashSet<PathBuf> = match self.state.take() {
            Some(state) if !ignores_differ => state.check.unscanned(),
            Some(_) | None => HashSet::new(),
        };
        check.set_unscanned(known.into_iter().chain(files_of(changed, &job.fs)), &job.fs);
        self.state = Some(FolderState { job, check });
        Ok(())
    }

    /// True if a path is in the directory.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.target.directory)
    }

    /// True if the check has read a file, inside or outside of the directory.
    pub(super) fn includes(&self, path: &Path) -> bool {
        self.state.as_ref().is_some_and(|state| state.check.includes(path))
    }

    /// True if the scan has found a file to check below a directory.
    pub(super) fn searches(&self, directory: &Path) -> bool {
        self.state.as_ref().is_some_and(|state| state.check.has_file_below(directory))
    }

    /// The files that were read, and the possible configuration files in the directories above.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let Some(sources) = self.sources() else { return Vec::new() };
        let files = sources.all().into_iter().filter(|(_, file)| file.within.is_none() && file.path.is_absolute());
        let above = self.target.directory.ancestors().skip(1).take_while(|directory| sources.may_read(directory));
        let deciding = above.flat_map(|directory| DECIDING.map(|name| directory.join(name)));
        files.map(|(_, file)| file.path.clone()).chain(deciding).collect()
    }

    /// The arguments whose values are determined at a place of a file, or pass through it.
    pub(super) fn arguments_at(&self, path: &Path, offset: u32) -> Vec<TracedArgument> {
        let Some(FolderState { job, check }) = &self.state else { return Vec::new() };
        job.sources.known(path).map(|file| check.arguments_at(file, offset, job.setup())).unwrap_or_default()
    }

    /// The text of a file after all safe fixes that change only this file. Each fix is verified by a check.
    pub(super) fn fixed_text(&self, path: &Path) -> Option<ChangedFile> {
        let FolderState { job, .. } = self.state.as_ref()?;
        let fixed = fix::apply_fixes(
            check(job, &[]).ok()?,
            |finding: &Diagnostic, fix: &Fix, report: &Report| {
                job.view.is_visible(finding) && fix::is_allowed(fix, Safety::Safe, report, |file| file.path == path)
            },
            |changed| check(job, changed),
        )
        .ok()?;
        fixed.files.into_iter().next()
    }

    /// True if the editor may change a file: it is in the directory, isn't generated, and isn't embedded in another
    /// file.
    pub(super) fn may_change(&self, file: &SourceFile) -> bool {
        self.holds(&file.path) && !is_generated(&file.path) && file.replaced.is_empty() && file.within.is_none()
    }

    /// The files of the check.
    pub(super) fn sources(&self) -> Option<&Sources> {
        self.state.as_ref().map(|state| &state.job.sources)
    }

    /// The rules that can't be suppressed.
    pub(super) fn enforced(&self) -> &[&'static str] {
        self.state.as_ref().map(|state| state.job.settings.selection.enforced.as_slice()).unwrap_or_default()
    }

    /// The id of a file, if the check has read it.
    pub(super) fn file(&self, path: &Path) -> Option<FileId> {
        self.state.as_ref()?.job.sources.known(path)
    }
}

fn check(job: &FolderJob, changed: &[ChangedFile]) -> Result<Report, Error> {
    let sources = job.sources.with(changed.iter().map(|one| (one.file.as_ref(), one.text.as_str())));
    let mut report = engine::check(&job.fs, &job.inputs, sources, &job.settings)?;
    job.suppress(&mut report);
    Ok(report)
}

impl FolderState {
    fn update(&mut self, changed: &[PathBuf], documents: &Documents) -> Result<CheckUpdate, Error> {
        for path in changed {
            match documents.at(path) {
                Some(document) => self.job.fs.set_text(path, Arc::clone(&document.text)),
                None => self.job.fs.remove(path),
            }
        }
        self.check.change(&files_of(changed, &self.job.fs), self.job.setup())
    }

    /// Returns the files that were read and have been deleted since.
    fn deleted_files(&self) -> Vec<PathBuf> {
        let files =
            self.job.sources.all().into_iter().filter(|(_, file)| file.within.is_none() && file.path.is_absolute());
        let files = files.filter(|(id, file)| self.job.sources.known(&file.path) == Some(*id));
        files
            .map(|(_, file)| file.path.clone())
            .filter(|path| self.job.fs.kind(path) == Err(ReadError::Missing))
            .collect()
    }

    fn is_decided_by(&self, path: &Path) -> bool {
        is_settings_file(path) || is_installed(path) || self.job.configuration.iter().any(|own| own == path)
    }
}

/// The files that a list of changed paths may affect: for a directory, the files below it; for a missing path, also its
/// missing parent directories.
fn files_of(changed: &[PathBuf], fs: &Overlay) -> Vec<PathBuf> {
    let mut files: BTreeSet<PathBuf> = changed.iter().cloned().collect();
    for path in changed {
        match fs.kind(path) {
            Ok(PathKind::Directory) => {
                let found = Mutex::new(Vec::new());
                fs.walk(path, &scan::is_checked, &|path, _| {
                    found.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
                });
                files.extend(found.into_inner().unwrap_or_else(PoisonError::into_inner));
            }
            Err(ReadError::Missing) => {
                files.extend(
                    path.ancestors().take_while(|path| fs.kind(path) == Err(ReadError::Missing)).map(Path::to_owned),
                );
            }
            Ok(PathKind::File) | Err(_) => {}
        }
    }
    files.into_iter().collect()
}

impl FolderJob {
    /// Runs the check once, and suppresses the findings that don't count.
    ///
    /// # Errors
    ///
    /// The check can't be run with these inputs and settings.
    pub fn check(&self) -> Result<Report, Error> {
        check(self, &[])
    }

    /// Suppresses the findings that don't count.
    fn suppress(&self, report: &mut Report) {
        let files = CheckedFiles { fs: &self.disk, inputs: &self.inputs };
        gate::apply(report, None, self.baseline.as_ref(), &self.settings, files);
    }

    fn setup(&self) -> Setup<'_> {
        Setup { fs: &self.fs, inputs: &self.inputs, settings: &self.settings }
    }
}

pub(super) fn is_settings_file(path: &Path) -> bool {
    path.file_name().and_then(OsStr::to_str).is_some_and(|name| DECIDING.contains(&name))
}

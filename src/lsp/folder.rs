//! A folder that is checked, and the check that is kept of it.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::capabilities::Abilities;
use super::diagnostics::{All, Places};
use super::documents::Documents;
use super::settings::Setting;
use crate::engine::{self, Change, Settings, Setup, Standing};
use crate::error::Error;
use crate::fix::{self, Changed, Fix, Safety};
use crate::report::{Argument, Report, Reported};
use crate::scan::{self, Inputs};
use crate::source::{FileId, Fs, Overlay, PathKind, ReadError, SourceFile, Sources, is_generated, is_installed};

/// A change of one of these changes what is searched, or what is asked.
pub(super) const DECIDING: [&str; 5] =
    ["trailint.toml", ".trailint.toml", ".trailint-baseline.json", ".gitignore", ".ignore"];

/// What is checked as a whole, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The directory, without links.
    pub directory: PathBuf,
    /// As much of it as is checked.
    pub extent: Extent,
    /// The options that the editor sets.
    pub settings: Vec<Setting>,
}

/// As much of a directory as is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// All that lies below it: the editor has opened it.
    Tree,
    /// The program whose files lie directly in it: one of them is open, and no folder.
    Program,
    /// One file of it, which is open.
    File(PathBuf),
}

/// A check of a directory that is about to be done.
pub struct Job {
    /// The files, with the open texts over them.
    pub fs: Overlay,
    /// What is searched.
    pub inputs: Inputs,
    /// The files that the settings name.
    pub sources: Sources,
    /// How it is judged.
    pub settings: Settings,
    /// Files of which any change means other settings.
    pub configuration: Vec<PathBuf>,
    /// Puts into a report what isn't judged: what is accepted, and what is shown.
    pub finish: Box<dyn Fn(&mut Report) + Send>,
}

/// Says how something is checked with some texts open, as the command line would.
pub type Prepare = fn(&Target, &[(PathBuf, Arc<str>)]) -> Result<Job, Error>;

/// Something that is checked as a whole.
pub(super) struct Folder {
    pub(super) target: Target,
    /// True after the first check, even if that couldn't be done.
    pub(super) has_run: bool,
    /// True if it has to be checked even though no file has changed.
    pub(super) is_due: bool,
    state: Option<State>,
    /// The diagnostics of its files.
    pub(super) said: All,
    /// Why it can't be checked at present.
    pub(super) failure: Option<Error>,
    /// A value of an option that every root refuses; everything that doesn't depend on it is checked.
    pub(super) refused: Option<Error>,
}

struct State {
    job: Job,
    standing: Standing,
}

impl Folder {
    /// Not checked yet.
    pub(super) fn new(target: Target) -> Self {
        Self { target, has_run: false, is_due: true, state: None, said: All::new(), failure: None, refused: None }
    }

    /// Takes other settings, with which everything is to be checked again.
    pub(super) fn set(&mut self, settings: Vec<Setting>) {
        if self.target.settings != settings {
            self.target.settings = settings;
            self.is_due = true;
        }
    }

    /// Brings what is said up to date after changes of some paths; returns the files of which something else may be said.
    pub(super) fn update(
        &mut self,
        changed: &[PathBuf],
        documents: &Documents,
        abilities: Abilities,
        prepare: Prepare,
    ) -> BTreeSet<PathBuf> {
        let is_due = std::mem::take(&mut self.is_due);
        self.has_run = true;
        // An editor may report no change of files that go with their directory.
        let gone = self.state.as_ref().map(State::gone).unwrap_or_default();
        let changed: &[PathBuf] =
            &changed.iter().cloned().chain(gone).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        let outcome = match &mut self.state {
            Some(state) if !is_due && !changed.iter().any(|path| state.is_decided_by(path)) => {
                state.update(changed, documents)
            }
            Some(_) | None => Ok(Change::Rescan),
        };
        match outcome {
            Ok(Change::None) => BTreeSet::new(),
            Ok(Change::Judged) => self.say(documents, abilities),
            Ok(Change::Rescan) => match self.check(changed, documents, prepare) {
                Ok(()) => self.say_all(documents, abilities),
                Err(error) => self.fail(error, changed),
            },
            Err(error) => self.fail(error, changed),
        }
    }

    /// Says of the files that are concerned what there is to say.
    fn say(&mut self, documents: &Documents, abilities: Abilities) -> BTreeSet<PathBuf> {
        let Some(State { job, standing }) = &mut self.state else { return BTreeSet::new() };
        let touched = standing.take_touched();
        let paths: BTreeSet<PathBuf> = touched.iter().map(|id| job.sources.file(*id).path.clone()).collect();
        let mut report = standing.report_on(&touched, &job.settings);
        (job.finish)(&mut report);
        let mut all = All::new();
        Places::new(&report.sources, documents, abilities).add(&report, &mut all);
        for path in &paths {
            match all.remove(path) {
                Some(own) => drop(self.said.insert(path.clone(), own)),
                None => drop(self.said.remove(path)),
            }
        }
        paths
    }

    fn say_all(&mut self, documents: &Documents, abilities: Abilities) -> BTreeSet<PathBuf> {
        let mut paths: BTreeSet<PathBuf> = std::mem::take(&mut self.said).into_keys().collect();
        paths.extend(self.complaint_path());
        self.failure = None;
        if let Some(state) = &mut self.state {
            state.standing.take_touched();
        }
        if let Some(mut report) = self.report() {
            self.refused = report.refused.take();
            Places::new(&report.sources, documents, abilities).add(&report, &mut self.said);
        }
        paths.extend(self.said.keys().cloned());
        paths
    }

    /// Whatever comes next, everything is to be looked at again. Findings stay while only settings are typed; after any other
    /// change, nobody knows where they would be.
    fn fail(&mut self, error: Error, changed: &[PathBuf]) -> BTreeSet<PathBuf> {
        let mut paths: BTreeSet<PathBuf> = self.complaint_path().into_iter().collect();
        self.state = None;
        self.failure = Some(error);
        paths.extend(self.complaint_path());
        if !changed.iter().all(|path| is_deciding(path) || self.complaint_path().as_ref() == Some(path)) {
            paths.extend(std::mem::take(&mut self.said).into_keys());
        }
        paths
    }

    /// The file in which it is written why nothing can be checked.
    fn complaint_path(&self) -> Option<PathBuf> {
        match &self.failure {
            Some(Error::Configuration { place, .. } | Error::Baseline { place, .. }) => Some(place.path.clone()),
            Some(_) | None => None,
        }
    }

    /// The report on everything, with the fixes that an editor may make.
    pub(super) fn report(&self) -> Option<Report> {
        let State { job, standing } = self.state.as_ref()?;
        let mut report = standing.report(&job.settings);
        fix::settle(&mut report, &job.fs, |file| self.may_change(file));
        (job.finish)(&mut report);
        Some(report)
    }

    /// Searches and judges everything.
    fn check(&mut self, changed: &[PathBuf], documents: &Documents, prepare: Prepare) -> Result<(), Error> {
        let texts: Vec<(PathBuf, Arc<str>)> =
            documents.all().filter_map(|own| Some((own.path.clone()?, Arc::clone(&own.text)))).collect();
        let job = prepare(&self.target, &texts)?;
        let mut standing = Standing::new(job.sources.share(), job.setup())?;
        let ignores_differ = changed.iter().any(|path| is_deciding(path));
        let known: HashSet<PathBuf> = match self.state.take() {
            Some(state) if !ignores_differ => state.standing.passed_over(),
            Some(_) | None => HashSet::new(),
        };
        standing.pass_over(known.into_iter().chain(files_of(changed, &job.fs)), &job.fs);
        self.state = Some(State { job, standing });
        Ok(())
    }

    /// True if a path lies in its directory.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.target.directory)
    }

    /// True if its check includes a file: it was read, whether it lies in the directory or not.
    pub(super) fn includes(&self, path: &Path) -> bool {
        self.state.as_ref().is_some_and(|state| state.standing.includes(path))
    }

    /// True if its check has searched a directory in which there is something to check.
    pub(super) fn searches(&self, directory: &Path) -> bool {
        self.state.as_ref().is_some_and(|state| state.standing.has_met_below(directory))
    }

    /// The files that were read, and those above the directory that would decide how it is checked.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let Some(sources) = self.sources() else { return Vec::new() };
        let files = sources.all().into_iter().filter(|(_, file)| file.within.is_none() && file.path.is_absolute());
        let above = self.target.directory.ancestors().skip(1).take_while(|directory| sources.may_read(directory));
        let deciding = above.flat_map(|directory| DECIDING.map(|name| directory.join(name)));
        files.map(|(_, file)| file.path.clone()).chain(deciding).collect()
    }

    /// The values that come about at a place of a file, or pass through there.
    pub(super) fn ways(&self, path: &Path, offset: u32) -> Vec<Argument> {
        let Some(State { job, standing }) = &self.state else { return Vec::new() };
        job.sources.known(path).map(|file| standing.ways(file, offset, job.setup())).unwrap_or_default()
    }

    /// A file as all fixes make it that are safe and change nothing else; each is tried and judged.
    pub(super) fn mended(&self, path: &Path) -> Option<Changed> {
        let State { job, .. } = self.state.as_ref()?;
        let judge = |changed: &[Changed]| -> Result<Report, Error> {
            let sources = job.sources.with(changed.iter().map(|one| (one.file.as_ref(), one.text.as_str())));
            let mut report = engine::check(&job.fs, &job.inputs, sources, &job.settings)?;
            (job.finish)(&mut report);
            Ok(report)
        };
        let is_wanted = |finding: &Reported, fix: &Fix, report: &Report| {
            report.tells(finding) && fix::is_allowed(fix, Safety::Safe, report, |file| file.path == path)
        };
        let mended = fix::mend(judge(&[]).ok()?, is_wanted, judge).ok()?;
        mended.files.into_iter().next()
    }

    /// Whether an editor may be told to change a file: one that is checked, and neither generated nor a part of another.
    pub(super) fn may_change(&self, file: &SourceFile) -> bool {
        self.holds(&file.path) && !is_generated(&file.path) && file.replaced.is_empty() && file.within.is_none()
    }

    /// All files that are known.
    pub(super) fn sources(&self) -> Option<&Sources> {
        self.state.as_ref().map(|state| &state.job.sources)
    }

    /// The rules that nothing suppresses.
    pub(super) fn enforced(&self) -> &[&'static str] {
        self.state.as_ref().map(|state| state.job.settings.selection.enforced.as_slice()).unwrap_or_default()
    }

    /// The file of this path, if it is one of those that were looked at.
    pub(super) fn file(&self, path: &Path) -> Option<FileId> {
        self.state.as_ref()?.job.sources.known(path)
    }
}

impl State {
    fn update(&mut self, changed: &[PathBuf], documents: &Documents) -> Result<Change, Error> {
        for path in changed {
            match documents.at(path) {
                Some(document) => self.job.fs.put(path, Arc::clone(&document.text)),
                None => self.job.fs.remove(path),
            }
        }
        self.standing.change(&files_of(changed, &self.job.fs), self.job.setup())
    }

    /// The files that were read and aren't there any more.
    fn gone(&self) -> Vec<PathBuf> {
        let is_known = |file: &SourceFile| file.within.is_none() && file.path.is_absolute();
        let files = self.job.sources.all().into_iter().filter(|(_, file)| is_known(file));
        let files = files.filter(|(id, file)| self.job.sources.known(&file.path) == Some(*id));
        let is_gone = |path: &PathBuf| self.job.fs.kind(path) == Err(ReadError::Missing);
        files.map(|(_, file)| file.path.clone()).filter(is_gone).collect()
    }

    fn is_decided_by(&self, path: &Path) -> bool {
        is_deciding(path) || is_installed(path) || self.job.configuration.iter().any(|own| own == path)
    }
}

/// The changed files: a directory stands for the files below it, and what is gone may be gone with its directory.
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
                let is_gone = |path: &&Path| fs.kind(path) == Err(ReadError::Missing);
                files.extend(path.ancestors().take_while(is_gone).map(Path::to_owned));
            }
            Ok(PathKind::File) | Err(_) => {}
        }
    }
    files.into_iter().collect()
}

impl Job {
    fn setup(&self) -> Setup<'_> {
        Setup { fs: &self.fs, inputs: &self.inputs, settings: &self.settings }
    }
}

pub(super) fn is_deciding(path: &Path) -> bool {
    path.file_name().and_then(OsStr::to_str).is_some_and(|name| DECIDING.contains(&name))
}

//! The check: its stages, and their results. An editor owns a check: after a change, only the deployments that depend on
//! it are evaluated again. [`check`](super::check) is one pass of it.
//!
//! Each deployment records the files that it read and the paths that it looked up. The files that each file brings into
//! a project are kept, too; as long as they don't change, the projects don't change either. The report equals the one
//! of [`check`](super::check) on the same files.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::assemble;
use super::assign::{self, Assignment, CandidateProject, LinkedFiles, link, projects};
use super::deployment_check::DeploymentVerdicts;
use super::drift::{self, Drift};
use super::evaluation::evaluate;
use super::evaluation_order::{CreatedTrails, evaluate_in_order};
use super::other_runs::{OtherRun, OtherRuns};
use super::settings::EngineSettings;
use super::shares::{BudgetShares, PaidWork};
use super::threads::with_large_stack;
use crate::error::Error;
use crate::formats::{Caches, Context, FORMATS};
use crate::report::Report;
use crate::scan::{self, Scan, ScanInputs};
use crate::source::{Dependencies, FileId, Fs, ReadError, Sources, TrackingFs, check_size, check_text};
use crate::suppress::{FileSuppressions, StaleSuppression, Suppressions, UsedSuppression};
use crate::value::Budget;

/// The inputs and settings of a check.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// The files as they are now.
    pub fs: &'a dyn Fs,
    pub inputs: &'a ScanInputs,
    pub settings: &'a EngineSettings,
}

/// An incremental check: the results of the last check with their dependencies.
pub struct IncrementalCheck {
    pub(super) sources: Sources,
    /// The files that the settings name.
    settings_files: HashSet<FileId>,
    pub(super) caches: Caches,
    pub(super) scan: Scan,
    linked: LinkedFiles,
    pub(super) projects: Vec<CandidateProject>,
    /// The dependencies of the projects besides the linked files.
    project_dependencies: Arc<Dependencies>,
    /// The deployments, in the order of the report.
    pub(super) deployments: Vec<(DeploymentKey, PaidWork<CachedDeployment>)>,
    ignored: Arc<FileSuppressions>,
    /// The results of other runs, which decide if a suppression is unused.
    others: OtherRuns,
    /// The files whose findings may have changed since [`Self::take_changed_files`] was called last.
    changed_files: HashSet<FileId>,
    /// Existing files that no scan finds.
    unscanned: HashSet<PathBuf>,
}

/// A deployment: its format, its root, its name in the configuration, and if other projects call its code.
pub(super) type DeploymentKey = (&'static str, String, Option<String>, bool);

/// The results of a deployment and their dependencies.
pub(super) struct CachedDeployment {
    verdicts: DeploymentVerdicts,
    pub(super) dependencies: Arc<Dependencies>,
    used: UsedSuppression,
}

/// The effect of a change on an [`IncrementalCheck`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "it may be that only a new scan can tell"]
pub enum CheckUpdate {
    /// The check doesn't depend on the change.
    None,
    /// The affected deployments have been evaluated again.
    Evaluated,
    /// The files have to be scanned again.
    Rescan,
}

/// The parts of a check that changes affect.
#[derive(Default)]
struct ChangeReach {
    paths: Vec<PathBuf>,
    files: Vec<FileId>,
    /// True if the set of projects may have changed.
    changes_projects: bool,
}

impl IncrementalCheck {
    /// Runs a complete check.
    ///
    /// # Errors
    ///
    /// Those of [`check`](super::check).
    pub fn new(sources: Sources, setup: Setup<'_>) -> Result<Self, Error> {
        with_large_stack(|| Self::check(sources, setup))?
    }

    pub(super) fn check(sources: Sources, setup: Setup<'_>) -> Result<Self, Error> {
        let mut check = Self::find(sources, setup)?;
        check.evaluate_affected(setup, &ChangeReach::default());
        Ok(check)
    }

    /// Finds the candidates and the projects, without evaluating any.
    pub(super) fn find(sources: Sources, setup: Setup<'_>) -> Result<Self, Error> {
        let settings_files = sources.all().into_iter().map(|(id, _)| id).collect();
        let scan = scan::scan(setup.fs, setup.inputs, &sources, &setup.settings.progress)?;
        let caches = Caches::default();
        let linked = link(&scan, setup.context(&sources, &caches));
        let mut check = Self {
            settings_files,
            linked,
            scan,
            projects: Vec::new(),
            project_dependencies: Arc::default(),
            deployments: Vec::new(),
            ignored: Arc::default(),
            others: OtherRuns::default(),
            changed_files: HashSet::new(),
            unscanned: HashSet::new(),
            sources,
            caches,
        };
        check.find_projects(setup)?;
        Ok(check)
    }

    /// Ends the check with the report on all files. Also returns the scan and the files that the candidates refer to.
    pub(super) fn finish(self, settings: &EngineSettings) -> (Report, Scan, LinkedFiles) {
        let stale = self.stale(settings, |_| true);
        let drift = self.drift(settings).0;
        let Self { scan, linked, deployments, sources, .. } = self;
        let verdicts = deployments.into_iter().map(|(_, paid)| paid.outcome.verdicts).collect();
        (assemble::report(&scan, verdicts, stale, drift, settings, sources), scan, linked)
    }

    /// Records existing files that the scan doesn't find. Missing files aren't recorded, since the next scan may find
    /// them.
    pub fn set_unscanned(&mut self, paths: impl Iterator<Item = PathBuf>, fs: &dyn Fs) {
        self.unscanned = paths
            .filter(|path| !self.scan.found_paths.contains(path) && fs.read_inside(path) != Err(ReadError::Missing))
            .collect();
    }

    /// The existing files that no scan finds.
    pub fn unscanned(self) -> HashSet<PathBuf> {
        self.unscanned
    }

    /// True if a file is a part of the current check: the scan has found it, or an evaluation has read it.
    pub fn includes(&self, path: &Path) -> bool {
        self.scan.found_paths.contains(path)
            || self.sources.known(path).is_some_and(|id| {
                self.settings_files.contains(&id)
                    || self.project_dependencies.has_file(id)
                    || self.deployments().any(|deployment| deployment.dependencies.has_file(id))
            })
    }

    /// True if the scan has found a file at or below a path.
    pub fn has_file_below(&self, path: &Path) -> bool {
        self.scan.found_paths.iter().any(|met| met.starts_with(path))
    }

    /// The files whose findings may have changed since the last call.
    pub fn take_changed_files(&mut self) -> HashSet<FileId> {
        // Suppressions in the settings may have become used or unused.
        std::mem::take(&mut self.changed_files).into_iter().chain(self.settings_files.iter().copied()).collect()
    }

    /// The report on all files.
    pub fn report(&self, settings: &EngineSettings) -> Report {
        let kept = self.scan.candidates.iter().flatten().map(|kept| kept.file);
        let dependencies = self.deployments().flat_map(|deployment| deployment.dependencies.files());
        let current = self.settings_files.iter().copied().chain(kept).chain(dependencies).collect();
        self.report_of(self.deployments(), &current, settings)
    }

    fn is_current(&self, file: FileId) -> bool {
        self.settings_files.contains(&file)
            || self.scan.candidates.iter().flatten().any(|kept| kept.file == file)
            || self.deployments().any(|deployment| deployment.dependencies.has_file(file))
    }

    /// The report on some files. It may contain a part of the findings in others.
    pub fn report_on(&self, files: &HashSet<FileId>, settings: &EngineSettings) -> Report {
        let current = files.iter().copied().filter(|file| self.is_current(*file)).collect();
        let deployments = self.deployments().filter(|deployment| deployment.has_location_in(files));
        self.report_of(deployments, &current, settings)
    }

    fn deployments(&self) -> impl Iterator<Item = &CachedDeployment> {
        self.deployments.iter().map(|(_, paid)| &paid.outcome)
    }

    fn report_of<'h>(
        &self,
        deployments: impl Iterator<Item = &'h CachedDeployment>,
        current: &HashSet<FileId>,
        settings: &EngineSettings,
    ) -> Report {
        let stale = self.stale(settings, |file| current.contains(&file));
        let judged = deployments.map(|deployment| deployment.verdicts.clone()).collect();
        let drift = self.drift(settings).0;
        assemble::report(&self.scan, judged, stale, drift, settings, self.sources.share())
    }

    /// Returns the suppressions without an effect in the files that `counts` selects.
    fn stale(&self, settings: &EngineSettings, counts: impl Fn(FileId) -> bool) -> Vec<StaleSuppression> {
        let mut stale = self.all_stale(settings, counts);
        stale.retain(|stale| !self.others.may_need(stale));
        stale
    }

    /// Does the same, also for suppressions that other runs may need.
    fn all_stale(&self, settings: &EngineSettings, counts: impl Fn(FileId) -> bool) -> Vec<StaleSuppression> {
        let suppressions = Suppressions::with_cache(Arc::clone(&self.ignored), &settings.suppress, &self.sources);
        self.deployments().for_each(|deployment| suppressions.add_used(&deployment.used));
        suppressions.add_used(&self.drift(settings).1);
        suppressions.stale(|rule| settings.selection.is_selected(rule), counts)
    }

    /// Compares the declared trails with the deployed ones. Also returns the suppressions that are used.
    fn drift(&self, settings: &EngineSettings) -> (Drift, UsedSuppression) {
        let suppressions = Suppressions::with_cache(Arc::clone(&self.ignored), &settings.suppress, &self.sources);
        let verdicts: Vec<&DeploymentVerdicts> = self.deployments().map(|deployment| &deployment.verdicts).collect();
        let drift = drift::compare(&verdicts, &suppressions, settings);
        (drift, suppressions.used())
    }

    /// Evaluates the deployments again that depend on changed paths.
    ///
    /// # Errors
    ///
    /// Those of [`check`](super::check).
    pub fn change(&mut self, paths: &[PathBuf], setup: Setup<'_>) -> Result<CheckUpdate, Error> {
        with_large_stack(|| self.check_again(paths, setup))?
    }

    fn check_again(&mut self, paths: &[PathBuf], setup: Setup<'_>) -> Result<CheckUpdate, Error> {
        let mut reach = ChangeReach::default();
        for path in paths {
            if !self.renew(path, setup, &mut reach) {
                return Ok(CheckUpdate::Rescan);
            }
        }
        if reach.paths.is_empty() {
            return Ok(CheckUpdate::None);
        }
        if reach.changes_projects {
            self.find_projects(setup)?;
        }
        self.evaluate_affected(setup, &reach);
        Ok(CheckUpdate::Evaluated)
    }

    /// Updates one path. False if its effect can't be determined without a new scan.
    fn renew(&mut self, path: &Path, setup: Setup<'_>, reach: &mut ChangeReach) -> bool {
        let (read, known) = (setup.fs.read_inside(path), self.sources.known(path));
        let is_met = self.scan.found_paths.contains(path);
        let is_gone = read == Err(ReadError::Missing);
        let is_new = !is_met && !is_gone && scan::is_checked(path) && !self.unscanned.contains(path);
        let is_directory = is_gone && !is_met && self.scan.found_paths.iter().any(|met| met.starts_with(path));
        let is_readable = match &read {
            Ok(bytes) => check_text(bytes).and(check_size(bytes)).is_ok(),
            Err(error) => *error == ReadError::Missing,
        };
        let was_readable = !self.scan.unreadable.iter().any(|(unreadable, _)| unreadable == path);
        // A finding about an unreadable file has no text, so a change of that state needs a new scan.
        let turns = (is_met || known.is_some()) && !(is_readable && was_readable);
        // A directory starts to exist with its first file.
        let mut missing = self.scan.unreadable.iter().filter(|(_, error)| *error == ReadError::Missing);
        let appears = !is_gone && missing.any(|(above, _)| path.starts_with(above));
        if is_new || is_directory || turns || appears {
            return false;
        }
        let is_same = known.is_some_and(|id| {
            let file = self.sources.file(id);
            file.replaced.is_empty() && read.as_deref().is_ok_and(|bytes| bytes == file.text.as_bytes())
        });
        if is_same {
            return true;
        }
        match &read {
            Ok(bytes) if known.is_some() => drop(self.sources.renew(path, bytes.clone())),
            Ok(_) => {}
            Err(_) => self.sources.remove(path),
        }
        if is_gone || known.is_none() && !is_met {
            reach.paths.extend(path.parent().map(Path::to_owned));
        }
        // Deleting a file may leave its directory empty, which counts as missing.
        reach.changes_projects |= (is_gone || !is_met) && self.affects_projects(path, known) || self.computes_calls();
        if is_met {
            reach.changes_projects |= self.relink(path, read, known, setup);
        }
        self.projects.iter().for_each(|candidate| candidate.project.forget(path));
        self.caches.values.forget(path);
        reach.files.extend(known);
        self.changed_files.extend(known.or_else(|| self.sources.known(path)));
        reach.paths.push(path.to_owned());
        true
    }

    /// True if the set of projects depends on the path, its directory or the file that had this path.
    fn affects_projects(&self, path: &Path, known: Option<FileId>) -> bool {
        path.ancestors().take(2).any(|path| self.project_dependencies.has_path(path))
            || known.is_some_and(|id| self.project_dependencies.has_file(id))
    }

    /// True if a file contains a call whose target is an expression, so that any file may decide it.
    fn computes_calls(&self) -> bool {
        self.linked.iter().flatten().any(|linked| linked.links.has_computed_calls)
    }

    /// Updates the links of a file; true if the set of projects may have changed.
    fn relink(
        &mut self,
        path: &Path,
        read: Result<Vec<u8>, ReadError>,
        known: Option<FileId>,
        setup: Setup<'_>,
    ) -> bool {
        let old = known.and_then(|id| self.linked.iter().flatten().find(|linked| linked.candidate.file == id).cloned());
        let kept = self.scan.renew(path, read, known, &self.sources, setup.inputs.keep_all);
        let context = setup.context(&self.sources, &self.caches);
        let new = kept.map(|(index, kept)| {
            let format = FORMATS.get(index).expect("a scan returns an index of the list of formats");
            (index, assign::link_file(*format, kept, context))
        });
        self.linked.iter_mut().for_each(|linked| linked.retain(|linked| Some(linked.candidate.file) != known));
        let essence = |linked: &crate::formats::LinkedFile| (linked.candidate, linked.links.clone());
        let relinks = old.as_ref().map(essence) != new.as_ref().map(|(_, linked)| essence(linked));
        if let Some((format, linked)) = new {
            let all = self.linked.get_mut(format).expect("there is a list for each format");
            let place = all.partition_point(|other| self.sources.file(other.candidate.file).path.as_path() < path);
            all.insert(place, linked);
        }
        relinks
    }

    fn find_projects(&mut self, setup: Setup<'_>) -> Result<(), Error> {
        let dependencies = Arc::new(Dependencies::default());
        let (fs, sources) =
            (TrackingFs::new(setup.fs, &dependencies), self.sources.tracking(Arc::clone(&dependencies)));
        self.projects = projects(&self.linked, Context { fs: &fs, ..setup.context(&sources, &self.caches) })?;
        self.project_dependencies = dependencies;
        Ok(())
    }

    /// Evaluates new deployments and those that the changes affect.
    fn evaluate_affected(&mut self, setup: Setup<'_>, reach: &ChangeReach) {
        let context = setup.context(&self.sources, &self.caches);
        let mut shares = BudgetShares::new(self.scan.bytes(&self.sources), self.projects.len());
        let (good, bad): (Vec<_>, Vec<_>) = std::mem::take(&mut self.deployments).into_iter().partition(|(_, paid)| {
            context.options.plan.is_none() && shares.is_sufficient(paid) && !reach.affects(&paid.outcome)
        });
        let mut old: HashMap<DeploymentKey, PaidWork<CachedDeployment>> = good.into_iter().collect();
        let mut touched: HashSet<FileId> = bad.iter().flat_map(|(_, paid)| paid.outcome.dependencies.files()).collect();
        let hold_all = |assignments: Vec<Assignment<'_>>| {
            setup.settings.progress.expect(assignments.len());
            let keys: Vec<DeploymentKey> = assignments.iter().map(key).collect();
            let known: Vec<Option<PaidWork<CachedDeployment>>> = keys.iter().map(|key| old.remove(key)).collect();
            let is_new: Vec<bool> = known.iter().map(Option::is_none).collect();
            let deployments = shares.spend(&assignments, known, setup.settings.jobs, |assignment, budget| {
                self.evaluate_cached(assignment, budget, setup.settings)
            });
            for (assignment, _) in assignments.iter().zip(&deployments).filter(|(_, paid)| paid.is_cut) {
                setup.settings.progress.out_of_steps(assignment.candidate.project.root());
            }
            let judged = deployments.iter().zip(is_new).filter_map(|(paid, is_new)| is_new.then_some(paid));
            touched.extend(judged.flat_map(|paid| paid.outcome.dependencies.files()));
            keys.into_iter().zip(deployments).collect()
        };
        let deployments = evaluate_in_order(&self.projects, context, setup.settings, hold_all, created);
        touched.extend(old.values().flat_map(|paid| paid.outcome.dependencies.files()));
        self.changed_files.extend(touched);
        self.deployments = deployments;
        self.find_others(setup);
    }

    /// Determines again which unused suppressions other runs may need. These may be in any file.
    fn find_others(&mut self, setup: Setup<'_>) {
        let settings = setup.settings;
        let stale = self.all_stale(settings, |_| true);
        let context = setup.context(&self.sources, &self.caches);
        let (bytes, has_unreadable) = (self.scan.bytes(&self.sources), !self.scan.unreadable.is_empty());
        let run = OtherRun { projects: &self.projects, context, settings, bytes, has_unreadable };
        let judged: Vec<&DeploymentVerdicts> = self.deployments().map(|deployment| &deployment.verdicts).collect();
        let others = OtherRuns::of(&stale, &judged, run);
        self.changed_files.extend(stale.iter().map(|stale| stale.span.file));
        self.others = others;
    }

    fn evaluate_cached(
        &self,
        assignment: &Assignment<'_>,
        budget: &Rc<Budget>,
        settings: &EngineSettings,
    ) -> CachedDeployment {
        let dependencies = Arc::new(Dependencies::default());
        let sources = assignment.context.sources.tracking(Arc::clone(&dependencies));
        let fs = TrackingFs::new(assignment.context.fs, &dependencies);
        let context = Context { fs: &fs, sources: &sources, ..assignment.context };
        let suppressions = Suppressions::with_cache(Arc::clone(&self.ignored), &settings.suppress, &sources);
        let verdicts = evaluate(assignment, budget, context, settings, &suppressions, !self.scan.evidence().is_empty());
        let used = suppressions.used();
        CachedDeployment { verdicts, dependencies: Arc::clone(&dependencies), used }
    }
}

impl CachedDeployment {
    /// True if one of the files contains the location of a finding or a hop to it.
    fn has_location_in(&self, files: &HashSet<FileId>) -> bool {
        self.verdicts.findings.iter().any(|diagnostic| {
            let mut labels = diagnostic.finding.labels().map(|label| label.span);
            labels.any(|span| files.contains(&span.file))
                || diagnostic.finding.set_at.iter().any(|span| files.contains(&span.file))
        })
    }
}

impl<'a> Setup<'a> {
    pub(super) fn context(self, sources: &'a Sources, caches: &'a Caches) -> Context<'a> {
        Context { fs: self.fs, sources, caches, options: &self.settings.evaluation, plan: None, tried: &[] }
    }
}

impl ChangeReach {
    /// True if the deployment depends on a change.
    fn affects(&self, deployment: &CachedDeployment) -> bool {
        self.files.iter().any(|file| deployment.dependencies.has_file(*file))
            || self.paths.iter().any(|path| deployment.dependencies.has_path(path))
    }
}

fn created((_, paid): &(DeploymentKey, PaidWork<CachedDeployment>)) -> &CreatedTrails {
    &paid.outcome.verdicts.created
}

pub(super) fn key(assignment: &Assignment<'_>) -> DeploymentKey {
    let candidate = assignment.candidate;
    let project = candidate.project.as_ref();
    (candidate.reported_format(), project.root(), assignment.name.map(str::to_owned), project.called().is_some())
}

//! An incremental check for an editor: after a change, only the deployments that depend on it are evaluated again.
//!
//! Each deployment records the files that it read and the paths that it looked up. The files that each file brings into
//! a project are kept, too; as long as they don't change, the projects don't change either. The report equals the one
//! of [`check`](super::check) on the same files.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::assign::{self, Assignment, CandidateProject, LinkedFiles, link, projects};
use super::judge::DeploymentVerdicts;
use super::other_runs::{OtherRun, OtherRuns};
use super::shares::{BudgetShares, PaidWork};
use super::turns::{CreatedTrails, in_turn};
use super::{EngineSettings, assemble, judge, with_room};
use crate::error::Error;
use crate::formats::{Context, FORMATS, FileCache};
use crate::report::{FindingTarget, Report};
use crate::scan::{self, Scan, ScanInputs};
use crate::source::{Dependencies, FileId, Fs, ReadError, Sources, TrackingFs, check_size, check_text};
use crate::suppress::{FileSuppressions, Suppressions, UsedSuppression};
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
    given: HashSet<FileId>,
    pub(super) readings: FileCache,
    scan: Scan,
    linked: LinkedFiles,
    pub(super) projects: Vec<CandidateProject>,
    /// The dependencies of the projects besides the linked files.
    sought: Arc<Dependencies>,
    /// The deployments, in the order of the report.
    pub(super) held: Vec<(DeploymentKey, PaidWork<CachedDeployment>)>,
    ignored: Arc<FileSuppressions>,
    /// The results of other runs, which decide if a suppression is unused.
    others: OtherRuns,
    /// The files whose findings may have changed since [`Self::take_touched`] was called last.
    touched: HashSet<FileId>,
    /// Existing files that no scan finds.
    passed_over: HashSet<PathBuf>,
}

/// A deployment: its format, its root, its name in the configuration, and if other projects call its code.
pub(super) type DeploymentKey = (&'static str, String, Option<String>, bool);

/// The results of a deployment and their dependencies.
pub(super) struct CachedDeployment {
    judgement: DeploymentVerdicts,
    pub(super) asked: Arc<Dependencies>,
    used: UsedSuppression,
}

/// The effect of a change on a [`IncrementalCheck`] check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "it may be that only a new scan can tell"]
pub enum CheckUpdate {
    /// The check doesn't depend on the change.
    None,
    /// The affected deployments have been evaluated again.
    Judged,
    /// The files have to be scanned again.
    Rescan,
}

/// The parts of a check that changes affect.
#[derive(Default)]
struct ChangeReach {
    paths: Vec<PathBuf>,
    files: Vec<FileId>,
    /// True if the set of projects may have changed.
    relinks: bool,
}

impl IncrementalCheck {
    /// Runs a complete check.
    ///
    /// # Errors
    ///
    /// Those of [`check`](super::check).
    pub fn new(sources: Sources, setup: Setup<'_>) -> Result<Self, Error> {
        with_room(|| Self::check(sources, setup))?
    }

    fn check(sources: Sources, setup: Setup<'_>) -> Result<Self, Error> {
        let given = sources.all().into_iter().map(|(id, _)| id).collect();
        let scan = scan::scan(setup.fs, setup.inputs, &sources, &setup.settings.progress)?;
        let readings = FileCache::default();
        let linked = link(&scan, setup.context(&sources, &readings));
        let mut standing = Self {
            given,
            linked,
            scan,
            projects: Vec::new(),
            sought: Arc::default(),
            held: Vec::new(),
            ignored: Arc::default(),
            others: OtherRuns::default(),
            touched: HashSet::new(),
            passed_over: HashSet::new(),
            sources,
            readings,
        };
        standing.find_projects(setup)?;
        standing.judge(setup, &ChangeReach::default());
        Ok(standing)
    }

    /// Records existing files that the scan doesn't find. Missing files aren't recorded, since the next scan may find
    /// them.
    pub fn pass_over(&mut self, paths: impl Iterator<Item = PathBuf>, fs: &dyn Fs) {
        self.passed_over = paths
            .filter(|path| !self.scan.met.contains(path) && fs.read_inside(path) != Err(ReadError::Missing))
            .collect();
    }

    /// The existing files that no scan finds.
    pub fn passed_over(self) -> HashSet<PathBuf> {
        self.passed_over
    }

    /// True if a file is a part of the current check: the scan has found it, or an evaluation has read it.
    pub fn includes(&self, path: &Path) -> bool {
        self.scan.met.contains(path)
            || self.sources.known(path).is_some_and(|id| {
                self.given.contains(&id) || self.sought.has_file(id) || self.held().any(|held| held.asked.has_file(id))
            })
    }

    /// True if the scan has found a file at or below a path.
    pub fn has_met_below(&self, path: &Path) -> bool {
        self.scan.met.iter().any(|met| met.starts_with(path))
    }

    /// The files whose findings may have changed since the last call.
    pub fn take_touched(&mut self) -> HashSet<FileId> {
        // Suppressions in the settings may have become used or unused.
        std::mem::take(&mut self.touched).into_iter().chain(self.given.iter().copied()).collect()
    }

    /// The report on all files.
    pub fn report(&self, settings: &EngineSettings) -> Report {
        let kept = self.scan.kept.iter().flatten().map(|kept| kept.file);
        let asked = self.held().flat_map(|held| held.asked.files());
        let current = self.given.iter().copied().chain(kept).chain(asked).collect();
        self.report_of(self.held(), &current, settings)
    }

    fn is_current(&self, file: FileId) -> bool {
        self.given.contains(&file)
            || self.scan.kept.iter().flatten().any(|kept| kept.file == file)
            || self.held().any(|held| held.asked.has_file(file))
    }

    /// The report on some files. It may contain a part of the findings in others.
    pub fn report_on(&self, files: &HashSet<FileId>, settings: &EngineSettings) -> Report {
        let current = files.iter().copied().filter(|file| self.is_current(*file)).collect();
        let held = self.held().filter(|held| held.says_something_of(files));
        self.report_of(held, &current, settings)
    }

    fn held(&self) -> impl Iterator<Item = &CachedDeployment> {
        self.held.iter().map(|(_, paid)| &paid.outcome)
    }

    fn report_of<'h>(
        &self,
        held: impl Iterator<Item = &'h CachedDeployment>,
        current: &HashSet<FileId>,
        settings: &EngineSettings,
    ) -> Report {
        let suppressions = Suppressions::among(Arc::clone(&self.ignored), &settings.suppress, &self.sources);
        self.held().for_each(|held| suppressions.add_used(&held.used));
        let mut stale = suppressions.stale(|rule| settings.selection.has(rule), |file| current.contains(&file));
        stale.retain(|stale| !self.others.may_need(stale));
        let judged = held.map(|held| held.judgement.clone()).collect();
        assemble::report(&self.scan, judged, stale, settings, self.sources.share())
    }

    /// Evaluates the deployments again that depend on changed paths.
    ///
    /// # Errors
    ///
    /// Those of [`check`](super::check).
    pub fn change(&mut self, paths: &[PathBuf], setup: Setup<'_>) -> Result<CheckUpdate, Error> {
        with_room(|| self.check_again(paths, setup))?
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
        if reach.relinks {
            self.find_projects(setup)?;
        }
        self.judge(setup, &reach);
        Ok(CheckUpdate::Judged)
    }

    /// Updates one path. False if its effect can't be determined without a new scan.
    fn renew(&mut self, path: &Path, setup: Setup<'_>, reach: &mut ChangeReach) -> bool {
        let (read, known) = (setup.fs.read_inside(path), self.sources.known(path));
        let is_met = self.scan.met.contains(path);
        let is_gone = read == Err(ReadError::Missing);
        let is_new = !is_met && !is_gone && scan::is_checked(path) && !self.passed_over.contains(path);
        let is_directory = is_gone && !is_met && self.scan.met.iter().any(|met| met.starts_with(path));
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
            Err(_) => self.sources.forget(path),
        }
        if is_gone || known.is_none() && !is_met {
            reach.paths.extend(path.parent().map(Path::to_owned));
        }
        // Deleting a file may leave its directory empty, which counts as missing.
        reach.relinks |= (is_gone || !is_met) && self.is_sought(path, known) || self.computes_calls();
        if is_met {
            reach.relinks |= self.relink(path, read, known, setup);
        }
        self.projects.iter().for_each(|candidate| candidate.project.forget(path));
        reach.files.extend(known);
        self.touched.extend(known.or_else(|| self.sources.known(path)));
        reach.paths.push(path.to_owned());
        true
    }

    /// True if the set of projects depends on the path, its directory or the file that had this path.
    fn is_sought(&self, path: &Path, known: Option<FileId>) -> bool {
        path.ancestors().take(2).any(|path| self.sought.has_path(path))
            || known.is_some_and(|id| self.sought.has_file(id))
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
        let old = known.and_then(|id| self.linked.iter().flatten().find(|linked| linked.kept.file == id).cloned());
        let kept = self.scan.renew(path, read, known, &self.sources, setup.inputs.keep_all);
        let context = setup.context(&self.sources, &self.readings);
        let new = kept.map(|(index, kept)| {
            let format = FORMATS.get(index).expect("a scan returns an index of the list of formats");
            (index, assign::link_file(*format, kept, context))
        });
        self.linked.iter_mut().for_each(|linked| linked.retain(|linked| Some(linked.kept.file) != known));
        let essence = |linked: &crate::formats::LinkedFile| (linked.kept, linked.links.clone());
        let relinks = old.as_ref().map(essence) != new.as_ref().map(|(_, linked)| essence(linked));
        if let Some((format, linked)) = new
            && let Some(all) = self.linked.get_mut(format)
        {
            let place = all.partition_point(|other| self.sources.file(other.kept.file).path.as_path() < path);
            all.insert(place, linked);
        }
        relinks
    }

    fn find_projects(&mut self, setup: Setup<'_>) -> Result<(), Error> {
        let asked = Arc::new(Dependencies::default());
        let (fs, sources) = (TrackingFs::new(setup.fs, &asked), self.sources.noting(Arc::clone(&asked)));
        self.projects = projects(&self.linked, Context { fs: &fs, ..setup.context(&sources, &self.readings) })?;
        self.sought = asked;
        Ok(())
    }

    /// Evaluates new deployments and those that the changes affect.
    fn judge(&mut self, setup: Setup<'_>, reach: &ChangeReach) {
        let context = setup.context(&self.sources, &self.readings);
        let mut shares = BudgetShares::new(self.scan.bytes(&self.sources), self.projects.len());
        let (good, bad): (Vec<_>, Vec<_>) = std::mem::take(&mut self.held).into_iter().partition(|(_, paid)| {
            context.options.plan.is_none() && shares.suffice_for(paid) && !reach.reaches(&paid.outcome)
        });
        let mut old: HashMap<DeploymentKey, PaidWork<CachedDeployment>> = good.into_iter().collect();
        let mut touched: HashSet<FileId> = bad.iter().flat_map(|(_, paid)| paid.outcome.asked.files()).collect();
        let hold_all = |assignments: Vec<Assignment<'_>>| {
            let keys: Vec<DeploymentKey> = assignments.iter().map(key).collect();
            let known: Vec<Option<PaidWork<CachedDeployment>>> = keys.iter().map(|key| old.remove(key)).collect();
            let is_new: Vec<bool> = known.iter().map(Option::is_none).collect();
            let held = shares.spend(&assignments, known, setup.settings.jobs, |assignment, budget| {
                self.hold(assignment, budget, setup.settings)
            });
            let judged = held.iter().zip(is_new).filter_map(|(paid, is_new)| is_new.then_some(paid));
            touched.extend(judged.flat_map(|paid| paid.outcome.asked.files()));
            keys.into_iter().zip(held).collect()
        };
        let held = in_turn(&self.projects, context, setup.settings, hold_all, created_of);
        touched.extend(old.values().flat_map(|paid| paid.outcome.asked.files()));
        self.touched.extend(touched);
        self.held = held;
        self.find_others(setup);
    }

    /// Determines again which unused suppressions other runs may need. These may be in any file.
    fn find_others(&mut self, setup: Setup<'_>) {
        let settings = setup.settings;
        let suppressions = Suppressions::among(Arc::clone(&self.ignored), &settings.suppress, &self.sources);
        self.held().for_each(|held| suppressions.add_used(&held.used));
        let stale = suppressions.stale(|rule| settings.selection.has(rule), |_| true);
        let context = setup.context(&self.sources, &self.readings);
        let (bytes, has_unreadable) = (self.scan.bytes(&self.sources), !self.scan.unreadable.is_empty());
        let run = OtherRun { projects: &self.projects, context, settings, bytes, has_unreadable };
        let judged: Vec<&DeploymentVerdicts> = self.held().map(|held| &held.judgement).collect();
        let others = OtherRuns::of(&stale, &judged, run);
        self.touched.extend(stale.iter().map(|stale| stale.span.file));
        self.others = others;
    }

    fn hold(&self, assignment: &Assignment<'_>, budget: &Rc<Budget>, settings: &EngineSettings) -> CachedDeployment {
        let asked = Arc::new(Dependencies::default());
        let sources = assignment.context.sources.noting(Arc::clone(&asked));
        let fs = TrackingFs::new(assignment.context.fs, &asked);
        let context = Context { fs: &fs, sources: &sources, ..assignment.context };
        let suppressions = Suppressions::among(Arc::clone(&self.ignored), &settings.suppress, &sources);
        let judgement = judge(assignment, budget, context, settings, &suppressions);
        let used = suppressions.used();
        CachedDeployment { judgement, asked: Arc::clone(&asked), used }
    }
}

impl CachedDeployment {
    /// True if one of the files contains the location of a finding or a hop to it.
    fn says_something_of(&self, files: &HashSet<FileId>) -> bool {
        self.judgement.findings.iter().any(|finding| {
            let primary = match &finding.place {
                FindingTarget::Text(label) => Some(label),
                FindingTarget::File(_) | FindingTarget::Run => None,
            };
            let labels = primary.into_iter().chain(&finding.related).map(|label| label.span);
            labels.chain(finding.setters.iter().copied()).any(|span| files.contains(&span.file))
        })
    }
}

impl<'a> Setup<'a> {
    pub(super) fn context(self, sources: &'a Sources, readings: &'a FileCache) -> Context<'a> {
        Context { fs: self.fs, sources, readings, options: &self.settings.evaluation, plan: None, tried: &[] }
    }
}

impl ChangeReach {
    /// True if the deployment depends on a change.
    fn reaches(&self, held: &CachedDeployment) -> bool {
        self.files.iter().any(|file| held.asked.has_file(*file))
            || self.paths.iter().any(|path| held.asked.has_path(path))
    }
}

fn created_of((_, paid): &(DeploymentKey, PaidWork<CachedDeployment>)) -> &CreatedTrails {
    &paid.outcome.judgement.created
}

pub(super) fn key(assignment: &Assignment<'_>) -> DeploymentKey {
    let candidate = assignment.candidate;
    let project = candidate.project.as_ref();
    (candidate.format, project.root(), assignment.name.map(str::to_owned), project.called().is_some())
}

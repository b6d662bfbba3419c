//! `--scope` and `--diff-base`: the state of the files that is checked, and the state that it is compared with.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use clap::{FromArgMatches, ValueEnum};

use super::baseline::{self, BaselineLocation};
use super::inputs::{Files, NamedInputs};
use super::job::{self, CheckJob};
use super::{CheckArgs, config};
use crate::config::Config;
use crate::engine::{self, EngineSettings};
use crate::error::Error;
use crate::formats::BaseFiles;
use crate::gate;
use crate::gate::baseline::Baseline;
use crate::gate::comparison::{Base, BaseReport};
use crate::gate::relaxation::{GateSettings, Relaxation, RelaxationPolicy, Searched};
use crate::report::{self, Diagnostic, Report, View};
use crate::scan::{Input, ScanInputs};
use crate::source::{Commit, Disk, Fs, Git, GitError, GitIndex, ReadError, Snapshot, Sources, format_path};

/// The environment variables in which pre-commit passes the range of commits that is pushed.
const PUSHED: [&str; 2] = ["PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"];

/// The state of the files to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum CheckScope {
    /// The working tree.
    #[default]
    All,
    /// Staged changes, compared with `HEAD`.
    Staged,
    /// The range that pre-commit passes, else staged changes if there are any, else the working tree.
    Auto,
}

/// The files of the state that the run compares with.
pub(super) struct BaseState {
    pub(super) named_inputs: NamedInputs,
    /// The files of the other parents, if a merge is in progress.
    other_parents: Vec<NamedInputs>,
    /// The revision as the user wrote it.
    pub(super) name: String,
    /// True if the index is compared with `HEAD`: the change that a commit makes.
    is_commit: bool,
}

/// The two states of a repository that are compared.
struct ComparedStates {
    git: Git,
    head_state: RepositoryState,
    base_state: RepositoryState,
    /// The other parents, if a merge is in progress.
    merged: Vec<Commit>,
    name: String,
    is_commit: bool,
}

enum RepositoryState {
    WorkTree,
    Staged,
    Commit(Commit),
    /// The empty tree, before the first commit.
    Nothing,
}

/// Makes the requested state the one that is checked, and returns the files of the state that it is compared with.
pub(super) fn compare(args: &CheckArgs, named_inputs: &mut NamedInputs) -> Result<Option<BaseState>, Error> {
    let Some(change) = change(args, named_inputs)? else { return Ok(None) };
    let ComparedStates { git, head_state, base_state, merged, name, is_commit } = change;
    if let Some(path) = named_inputs.paths().find(|path| !path.starts_with(&git.root)) {
        return Err(GitError::NoRepository(path.to_owned()).into());
    }
    let index = GitIndex::read(&git)?;
    let is_work_tree = matches!(head_state, RepositoryState::WorkTree);
    let snapshot = |state| -> Result<Snapshot, GitError> {
        let mut disk = Disk::new(&named_inputs.read_roots);
        args.jobs.into_iter().for_each(|jobs| disk.limit_threads(jobs));
        match state {
            RepositoryState::Commit(commit) if is_work_tree => {
                Snapshot::beside_work_tree(&git, &commit, index.clone(), disk)
            }
            RepositoryState::Commit(commit) => Snapshot::of_commit(&git, &commit, index.clone(), disk),
            RepositoryState::Staged => Snapshot::of_index(&git, index.clone(), disk),
            RepositoryState::WorkTree | RepositoryState::Nothing => Snapshot::empty(&git, index.clone(), disk),
        }
    };
    let others: Result<Vec<NamedInputs>, GitError> = merged
        .into_iter()
        .map(|commit| Ok(inputs_at(named_inputs, snapshot(RepositoryState::Commit(commit))?)))
        .collect();
    let before = BaseState {
        named_inputs: inputs_at(named_inputs, snapshot(base_state)?),
        other_parents: others?,
        name,
        is_commit,
    };
    if !is_work_tree {
        let now = snapshot(head_state)?;
        named_inputs.files = Files::Snapshot(Box::new(now));
    }
    let was_there: HashSet<&Path> = before.named_inputs.inputs.paths.iter().map(|input| input.path.as_path()).collect();
    let is_gone = |path: &&Path| {
        was_there.contains(path) && matches!(named_inputs.files.fs().kind(path), Err(ReadError::Missing))
    };
    let gone = named_inputs
        .inputs
        .paths
        .iter()
        .map(|input| input.path.as_path())
        .filter(is_gone)
        .map(Path::to_owned)
        .collect();
    named_inputs.inputs.removed_paths = gone;
    Ok(Some(before))
}

/// Returns the same paths in another state, without those that didn't exist there.
fn inputs_at(named_inputs: &NamedInputs, snapshot: Snapshot) -> NamedInputs {
    let paths = named_inputs
        .paths()
        .filter(|path| !matches!(snapshot.kind(path), Err(ReadError::Missing)))
        .map(|path| Input { given: format_path(path), path: path.to_owned() })
        .collect();
    NamedInputs {
        inputs: ScanInputs {
            paths,
            keep_all: named_inputs.inputs.keep_all,
            records_paths: true,
            ..ScanInputs::default()
        },
        files: Files::Snapshot(Box::new(snapshot)),
        sources: named_inputs.no_sources(),
        working_directory: named_inputs.working_directory.clone(),
        base: named_inputs.base.clone(),
        read_roots: named_inputs.read_roots.clone(),
        is_before: true,
    }
}

fn change(args: &CheckArgs, named_inputs: &NamedInputs) -> Result<Option<ComparedStates>, Error> {
    let disk = Disk::new(&named_inputs.read_roots);
    let base = args.diff_base.as_deref();
    match (args.scope, base) {
        (CheckScope::All, None) => Ok(None),
        (CheckScope::All, Some(base)) => of_work_tree(repository(named_inputs)?, base, &disk).map(Some),
        (CheckScope::Staged, base) => staged(repository(named_inputs)?, base, &disk).map(Some),
        (CheckScope::Auto, base) => default_scope(repository(named_inputs), base, &disk),
    }
}

fn repository(named_inputs: &NamedInputs) -> Result<Git, GitError> {
    Git::around(&config::common_directory(named_inputs))
}

fn default_scope(git: Result<Git, GitError>, base: Option<&str>, disk: &Disk) -> Result<Option<ComparedStates>, Error> {
    let git = match (git, base) {
        (Err(GitError::NoRepository(_)), None) => return Ok(None),
        (git, _) => git?,
    };
    if let Some([from, to]) = pushed_commits() {
        return pushed_range(git, base.unwrap_or(&from), &to).map(Some);
    }
    match (git.has_staged_changes(), base) {
        // An empty commit has no new findings.
        (Ok(false), base) if git.is_in_commit() => staged(git, base, disk).map(Some),
        // Without a state to compare with, every finding counts.
        (Err(GitError::NotInstalled), None) | (Ok(false), None) => Ok(None),
        (Ok(false), Some(base)) => of_work_tree(git, base, disk).map(Some),
        (has_changes, base) => has_changes.map_err(Error::from).and_then(|_| staged(git, base, disk)).map(Some),
    }
}

/// Returns the range of commits that pre-commit passes.
pub(super) fn pushed_commits() -> Option<[String; 2]> {
    let [from, to] = PUSHED.map(|name| std::env::var(name).ok().filter(|text| !text.is_empty()));
    Some([from?, to?])
}

/// Compares the working tree with its merge base with a revision.
fn of_work_tree(git: Git, base: &str, disk: &Disk) -> Result<ComparedStates, Error> {
    let (base_state, merged) = merge_base_of(&git, base, disk)?;
    Ok(ComparedStates {
        git,
        head_state: RepositoryState::WorkTree,
        base_state,
        merged,
        name: base.to_owned(),
        is_commit: false,
    })
}

fn staged(git: Git, base: Option<&str>, disk: &Disk) -> Result<ComparedStates, Error> {
    let (base_state, merged) = match base {
        None if git.is_unborn()? => (RepositoryState::Nothing, Vec::new()),
        base => merge_base_of(&git, base.unwrap_or("HEAD"), disk)?,
    };
    Ok(ComparedStates {
        git,
        head_state: RepositoryState::Staged,
        base_state,
        merged,
        name: base.unwrap_or("HEAD").to_owned(),
        is_commit: base.is_none(),
    })
}

/// Returns the commit at which the change since a revision begins. If the revision is `HEAD` and a merge is in
/// progress, the result is compared with the other parents as well; with any other revision, the merged commits are a
/// part of the change.
fn merge_base_of(git: &Git, base: &str, disk: &Disk) -> Result<(RepositoryState, Vec<Commit>), Error> {
    let merged = git.merged(disk)?;
    if git.commit(base)? == git.commit("HEAD")? {
        return Ok((RepositoryState::Commit(git.commit("HEAD")?), merged));
    }
    Ok((RepositoryState::Commit(git.merge_base(base, "HEAD", &merged)?), Vec::new()))
}

fn pushed_range(git: Git, from: &str, to: &str) -> Result<ComparedStates, Error> {
    // Git passes an id of zeros if the branch doesn't exist on the remote.
    let is_nothing = from.bytes().all(|byte| byte == b'0');
    let base_state =
        if is_nothing { RepositoryState::Nothing } else { RepositoryState::Commit(git.merge_base(from, to, &[])?) };
    let head_state = RepositoryState::Commit(git.commit(to)?);
    Ok(ComparedStates { git, head_state, base_state, merged: Vec::new(), name: from.to_owned(), is_commit: false })
}

/// The results of a run on the earlier state, and its gates.
pub(super) struct BaseRun {
    pub(super) base: Base,
    /// The gates of the base's states, in the order of its reports.
    base_gates: Vec<GateBefore>,
    /// The facts about the earlier files that the check of the current files depends on.
    pub(super) files: Arc<BaseFiles>,
    /// The settings and the baseline of the checked tree if it is untrusted: this run ignores them, but they would
    /// apply once the change is merged.
    own_gate: Option<(Config, Option<Baseline>)>,
    is_commit: bool,
}

/// The settings, the baseline and the searched files of one earlier state.
struct GateBefore {
    config: Config,
    baseline: Baseline,
    files: Files,
}

/// A check whose report is compared with the report on an earlier state.
#[derive(Clone, Copy)]
pub(super) struct HeadRun<'a> {
    pub(super) args: &'a CheckArgs,
    pub(super) config: &'a Config,
    pub(super) baseline: Option<&'a Baseline>,
    pub(super) settings: &'a EngineSettings,
    pub(super) named_inputs: &'a NamedInputs,
}

impl CheckArgs {
    /// True if settings, ignore files and the baseline come from the state that the run compares with.
    pub(super) fn uses_base(&self) -> bool {
        self.config_from_base || self.locked
    }
}

impl HeadRun<'_> {
    /// Checks the earlier files with the same settings, so that the reports differ only by the change.
    pub(super) fn check_base(&self, before: BaseState) -> Result<BaseRun, Error> {
        let BaseState { named_inputs, other_parents, name, is_commit } = before;
        let (report, gate, files) = self.check_base_state(named_inputs)?;
        let (mut reports, mut base_gates) = (vec![report], vec![gate]);
        for other in other_parents {
            let (report, gate, _) = self.check_base_state(other)?;
            reports.push(report);
            base_gates.push(gate);
        }
        let apart = self.named_inputs.no_sources();
        let own_gate = self.args.locked.then(|| self.gate_at(self.named_inputs, &apart)).transpose()?;
        Ok(BaseRun { base: Base { reports, name }, base_gates, files: Arc::new(files), own_gate, is_commit })
    }

    fn check_base_state(&self, earlier: NamedInputs) -> Result<(BaseReport, GateBefore, BaseFiles), Error> {
        let kept = earlier.no_sources();
        let (config, baseline) = self.gate_at(&earlier, &kept)?;
        let fs = if self.args.uses_base() { earlier.files.fs() } else { self.named_inputs.files.fs() };
        let same = config::load(&self.args.config, &earlier, fs, &earlier.sources)?;
        let CheckJob { named_inputs: mut earlier, settings, .. } = job::job(same, earlier, &["check"])?;
        let sources = std::mem::take(&mut earlier.sources);
        let (report, base) = engine::check_base(earlier.files.fs(), &earlier.inputs, sources, &settings)?;
        let gate = GateBefore { config, baseline: baseline.unwrap_or_default(), files: earlier.files };
        Ok((BaseReport::new(report), gate, base))
    }

    /// Returns the findings about a gate that is laxer than in every earlier state: a setting that one parent of a
    /// merge already has isn't part of the change.
    pub(super) fn relaxations(&self, was: &BaseRun, report: &Report) -> Vec<Diagnostic> {
        let none = Baseline::default();
        let (config, baseline) = match &was.own_gate {
            Some((config, baseline)) => (config, baseline.as_ref()),
            None => (self.config, self.baseline),
        };
        let now = GateSettings { config, baseline: baseline.unwrap_or(&none), is_separate: was.own_gate.is_some() };
        let mut all: Option<Relaxation<'_>> = None;
        for (before, GateBefore { config, baseline, files }) in was.base.reports.iter().zip(&was.base_gates) {
            let then = GateSettings { config, baseline, is_separate: false };
            let searched = Searched {
                fs: self.named_inputs.files.fs(),
                hidden: &files.newly_ignored(&self.named_inputs.files, &self.named_inputs.inputs),
                reached_in_base: &|paths| files.reachable(&self.named_inputs.inputs, paths),
            };
            let weakened = Relaxation::compare(report, before, now, then, searched);
            all = Some(match all {
                None => weakened,
                Some(all) => all.and(&weakened),
            });
        }
        let policy = self.relaxation_policy(was);
        all.map(|weakened| weakened.into_findings(report, now, policy)).unwrap_or_default()
    }

    fn relaxation_policy(&self, was: &BaseRun) -> RelaxationPolicy {
        match (self.args.allow_relaxed, was.is_commit) {
            (true, _) => RelaxationPolicy::Allowed,
            (false, true) => RelaxationPolicy::AllowedInCommit,
            (false, false) => RelaxationPolicy::Fails,
        }
    }

    /// Returns the settings and the baseline of the earlier state. Invalid ones had no effect then, so the defaults
    /// replace them.
    fn gate_at(&self, earlier: &NamedInputs, kept: &Sources) -> Result<(Config, Option<Baseline>), Error> {
        let fs = earlier.files.fs();
        let config = match config::load(&self.args.config, earlier, fs, kept) {
            Err(Error::Configuration { .. }) => config::none(earlier, kept)?,
            config => config?,
        };
        let baseline = match baseline::read(self.args, &config, earlier, BaselineLocation { fs, sources: kept }) {
            Err(Error::Baseline { .. } | Error::Path { .. }) => None,
            baseline => baseline?,
        };
        Ok((config, baseline))
    }
}

/// The state that a report is compared with, and the presentation of the report.
pub(super) struct Comparison<'a> {
    pub(super) head: HeadRun<'a>,
    pub(super) view: &'a View,
    pub(super) base_run: Option<BaseRun>,
}

impl Comparison<'_> {
    /// Suppresses the findings that don't count in a report, and returns the gate that it has to pass.
    pub(super) fn apply_comparison(&mut self, report: &mut Report) -> report::Gate {
        let HeadRun { args, config, baseline, settings, named_inputs } = self.head;
        let mut gate = gate_of(args);
        let base = self.base_run.as_mut().map(|base_run| &mut base_run.base);
        let without_finding = gate::apply(report, base, baseline, settings, named_inputs.checked_files());
        if let Some(base_run) = &self.base_run {
            engine::add(report, self.head.relaxations(base_run, report));
            gate.allows_relaxed = self.head.relaxation_policy(base_run).is_lenient();
            if !gate.allows_relaxed {
                gate = gate.stricter(base_run.gate());
            }
        }
        report.stale_entries = baseline::count_stale(without_finding, report, settings, named_inputs);
        if !job::looks_for_configuration(args) {
            report.unused_configurations.clear();
        }
        report.renamed = job::renamed(args, config);
        report.renamed.extend(baseline.into_iter().flat_map(|own| baseline::renamed(own, args)));
        gate
    }
}

impl BaseRun {
    /// Returns the gate of the earlier state: the laxest of several.
    pub(super) fn gate(&self) -> report::Gate {
        let nothing = report::Gate { fail_on: None, unknown_fails: false, allows_relaxed: true };
        self.base_gates.iter().map(|gate| fails(&gate.config)).reduce(report::Gate::laxer).unwrap_or(nothing)
    }
}

/// Returns the gate of these settings: the results that fail a run.
fn fails(config: &Config) -> report::Gate {
    let args = CheckArgs::from_arg_matches(&config::complete(config, &["check"]));
    let args = args.unwrap_or_else(|error| super::end(&error));
    gate_of(&args)
}

fn gate_of(args: &CheckArgs) -> report::Gate {
    report::Gate {
        fail_on: args.fail_on.level(),
        unknown_fails: args.unknown == report::OnUnknown::Fail,
        allows_relaxed: false,
    }
}

//! Runs a check: from files to a report.

mod arguments_at;
mod assemble;
mod assign;
mod deployment_check;
mod digest;
mod downgrade;
mod editable_location;
mod evaluation_order;
mod file_findings;
mod findings;
mod incremental;
mod option_use;
mod other_runs;
mod plan_match;
mod rejected_fixes;
mod related;
mod shares;
mod trace;
mod trail_instance;
mod witness;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;
use crate::finding::Level;
use crate::fix;
use crate::formats::{self, BaseFiles, Caches, Context};
use crate::model::TriedValue;
use crate::progress::Progress;
use crate::report::{Diagnostic, Report, UnreadFile};
use crate::rules::{Check, Rule, Strictness};
use crate::scan::{self, Scan, ScanInputs};
use crate::source::{Fs, ReadError, Sources};
use crate::suppress::{self, Suppressions};
use crate::value::Budget;
pub use assemble::add;
use assign::{Assignment, CandidateProject, LinkedFiles, link, projects};
use deployment_check::{DeploymentCheck, DeploymentVerdicts};
pub use incremental::{CheckUpdate, IncrementalCheck, Setup};
use option_use::RootOptionUse;
use other_runs::{OtherRun, OtherRuns};
use shares::BudgetShares;
pub use trace::trace;

/// The minimum number of projects that are evaluated on several threads.
const WORTH_THREADS: usize = 3;

/// Stack size in bytes of the threads that parse and evaluate: several times the maximum that the limits on nesting
/// allow. The caller's thread may have less.
pub(crate) const STACK: usize = 16 << 20;

/// The settings of a check that don't depend on its files.
#[derive(Debug, Default)]
pub struct EngineSettings {
    /// The strictness of the control's interpretation.
    pub policy: Strictness,
    /// The rules that run.
    pub selection: Selection,
    /// Values and options for the evaluation.
    pub evaluation: formats::Options,
    /// Levels of rules that differ from their pages.
    pub levels: BTreeMap<&'static str, Level>,
    /// The suppressions that are respected.
    pub suppress: suppress::SuppressionPolicy,
    /// The deployments of the configuration.
    pub deployments: Vec<NamedDeployment>,
    /// The number of threads; `None` for the number of processors.
    pub jobs: Option<NonZeroUsize>,
    /// Receives the progress of the check.
    pub progress: Arc<Progress>,
    /// The parts that this run excludes and other runs may include.
    pub omitted: OmittedRuns,
}

/// The other runs on the same code whose results this run can't know because of its options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OmittedRuns {
    /// True if options give values, or decide how expressions are evaluated.
    pub values: bool,
    /// True if a part of the tree is checked, or another state of it.
    pub files: bool,
    /// True if an option excludes files.
    pub excludes: bool,
    /// True if options select rules.
    pub rules: bool,
}

/// A deployment of the configuration, with its own values. The same code may be deployed several times.
#[derive(Debug, Default)]
pub struct NamedDeployment {
    /// The name in reports.
    pub name: Option<String>,
    /// The directory of the root module, or the template.
    pub path: PathBuf,
    /// Values and options of this deployment.
    pub evaluation: formats::Options,
}

/// The rules that a run enables.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// `None` enables all rules except those that are enabled only on request.
    pub selected: Option<Vec<&'static str>>,
    /// Rules that are disabled even if they are selected.
    pub ignored: Vec<&'static str>,
    /// Rules that always run, and whose findings can't be suppressed.
    pub enforced: Vec<&'static str>,
}

/// Checks files.
///
/// # Errors
///
/// See [`scan::scan`]; [`Error::RefusedValue`] for the value of an option. Problems within a file are part of the
/// report.
pub fn check(fs: &dyn Fs, inputs: &ScanInputs, sources: Sources, settings: &EngineSettings) -> Result<Report, Error> {
    with_large_stack(|| {
        let (mut report, ..) = check_here(fs, inputs, sources, settings)?;
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
        let (report, scan, linked) = check_here(fs, inputs, sources, settings)?;
        // An unreadable file of the base is an error: otherwise the removal of its trail would go unnoticed.
        if let Some((path, cause)) = scan.unreadable.iter().find(|(_, cause)| matches!(cause, ReadError::Git(_))) {
            return Err(Error::Base { path: report.sources.name(path), cause: cause.clone() });
        }
        let called = linked.into_iter().flatten().flat_map(|linked| linked.links.calls);
        Ok((report, BaseFiles::new(scan.found_paths, called)))
    })?
}

fn check_here(
    fs: &dyn Fs,
    inputs: &ScanInputs,
    sources: Sources,
    settings: &EngineSettings,
) -> Result<(Report, Scan, LinkedFiles), Error> {
    let scan = scan::scan(fs, inputs, &sources, &settings.progress)?;
    let caches = Caches::default();
    let context =
        Context { fs, sources: &sources, caches: &caches, options: &settings.evaluation, plan: None, tried: &[] };
    let suppressions = Suppressions::new(&settings.suppress, &sources);
    let linked = link(&scan, context);
    let projects = projects(&linked, context)?;
    let shares = BudgetShares::new(scan.bytes(&sources), projects.len());
    let judged = evaluate_projects(&projects, shares, context, settings, &suppressions);
    let mut stale = suppressions.stale(|rule| settings.selection.is_selected(rule), |_| true);
    let (bytes, has_unreadable) = (scan.bytes(&sources), !scan.unreadable.is_empty());
    let run = OtherRun { projects: &projects, context, settings, bytes, has_unreadable };
    let others = OtherRuns::of(&stale, &judged.iter().collect::<Vec<_>>(), run);
    stale.retain(|stale| !others.may_need(stale));
    drop(projects);
    let mut report = assemble::report(&scan, judged, stale, settings, sources);
    fix::update_safety(&mut report, fs, |file| fix::is_checked(file, inputs, fs));
    if report.trails() == 0 && report.findings.is_empty() {
        report.ignored = scan::count_ignored(fs);
    }
    let nothing_checked: Vec<Diagnostic> = file_findings::nothing_checked(&report, settings).into_iter().collect();
    if !nothing_checked.is_empty() {
        report.findings.extend(nothing_checked);
        report.name_findings();
    }
    Ok((report, scan, linked))
}

fn evaluate_projects<'a>(
    projects: &'a [CandidateProject],
    mut shares: BudgetShares,
    context: Context<'a>,
    settings: &'a EngineSettings,
    suppressions: &Suppressions<'_>,
) -> Vec<DeploymentVerdicts> {
    let judge_all = |assignments: Vec<Assignment<'a>>| {
        settings.progress.expect(assignments.len());
        let known = assignments.iter().map(|_| None).collect();
        let judged =
            shares.spend(&assignments, known, settings.jobs, |assignment: &Assignment<'_>, budget: &Rc<Budget>| {
                evaluate(assignment, budget, assignment.context, settings, suppressions)
            });
        let cut = assignments.iter().zip(&judged).filter(|(_, paid)| paid.is_cut);
        cut.for_each(|(assignment, _)| settings.progress.out_of_steps(assignment.candidate.project.root()));
        judged.into_iter().map(|paid| paid.outcome).collect()
    };
    evaluation_order::evaluate_in_order(projects, context, settings, judge_all, |judgement: &DeploymentVerdicts| {
        &judgement.created
    })
}

/// Evaluates one deployment, and reports the problems of the files from which it was loaded.
fn evaluate(
    assignment: &Assignment<'_>,
    budget: &Rc<Budget>,
    context: Context<'_>,
    settings: &EngineSettings,
    suppressions: &Suppressions<'_>,
) -> DeploymentVerdicts {
    let Assignment { candidate, name, .. } = *assignment;
    let opened = candidate.open(context, budget);
    let (root, format) = (candidate.project.root(), candidate.format);
    let (project, opened_project) = (candidate.project.as_ref(), opened.as_ref());
    let sources = context.sources;
    let case = DeploymentCheck {
        root,
        name,
        format,
        project,
        opened: opened_project,
        budget,
        settings,
        suppressions,
        sources,
    };
    let mut judgement = case.evaluate();
    // Called code that creates no trail without a call gets its values from its callers.
    if project.called().is_none() || judgement.deployment.is_some() {
        judgement.option_use = RootOptionUse::of(candidate.project.root(), opened.as_ref());
    }
    judgement.unread = opened.unread().map(|reason| {
        let by_name = opened.unread_file().and_then(|file| scan::reason_by_name(&context.sources.file(file)));
        UnreadFile { name: candidate.project.root(), reason: by_name.map_or(reason, str::to_owned) }
    });
    let known = |file| opened.tree(file);
    let texts = fix::ParsedFiles::new(context.sources, context.fs, &known);
    fix::propose(&mut judgement.findings, &texts, candidate.project.is_output());
    let rejections =
        |tried: &[TriedValue]| rejected_fixes::new_rejections(tried, opened_project, assignment, context, budget);
    fix::drop_rejected_values(&mut judgement.findings, &rejections);
    judgement.findings.extend(file_findings::syntax_errors(opened.problems()));
    settings.progress.evaluated();
    settings.progress.spent(budget.spent());
    judgement
}

/// The thread pool that evaluates deployments; `None` if the work is done on the current thread.
struct Threads(Option<ThreadPool>);

impl Threads {
    /// Creates as many threads as the items and `--jobs` allow; none for a few items, or if the system has no more
    /// threads.
    fn new(items: usize, jobs: Option<NonZeroUsize>) -> Self {
        let jobs = jobs.map_or(0, |jobs| jobs.get().min(items));
        if items < WORTH_THREADS {
            return Self(None);
        }
        Self(ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK).build().ok())
    }

    /// Applies `work` to each item. The results have the order of the items.
    fn map<I: Sync, O: Send>(&self, items: &[I], work: impl Fn(&I) -> O + Sync) -> Vec<O> {
        match &self.0 {
            Some(pool) => pool.install(|| items.par_iter().map(&work).collect()),
            None => items.iter().map(work).collect(),
        }
    }
}

/// Does work on a thread whose stack is large enough for it.
fn with_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).map_err(Error::Thread)?;
        Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

impl EngineSettings {
    /// The level of a rule's findings. Settings can't lower the level of an enforced rule.
    pub fn level(&self, rule: &Rule, own: Level) -> Level {
        let id = rule.id();
        let said = self.levels.get(id).copied().unwrap_or(own);
        if self.selection.enforced.contains(&id) { said.max(own) } else { said }
    }
}

impl Selection {
    /// True if the rule can report a finding: it is selected, or it reports files that can't be read.
    pub fn can_report(&self, rule: &Rule) -> bool {
        matches!(rule.check, Check::Reading | Check::Comparing) || self.is_selected(rule)
    }

    /// True if the rule is selected.
    pub fn is_selected(&self, rule: &Rule) -> bool {
        let id = rule.id();
        let is_selected = match &self.selected {
            Some(selected) => selected.contains(&id),
            None => !rule.page.is_on_request,
        };
        self.enforced.contains(&id) || is_selected && !self.ignored.contains(&id)
    }
}

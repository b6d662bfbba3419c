//! Finds the suppressions that no run on the same code needs, so that they can be removed.
//!
//! A comment that suppresses nothing in this run may be needed in another one: with other values, on a part of the
//! tree, before `terraform init`. So each project, including each called one, is evaluated once more on its own, as if
//! no value were given and no default applied, with the policy of this run and with the strictest one that settings
//! allow. If a rule is unknown then, or has a finding that this run doesn't have, another run may have a finding of
//! this rule; comments for it are kept in the files of that project. If this run excludes part of the code or of the
//! rules, all comments are kept.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::assign::CandidateProject;
use super::deployment_check::{DeploymentCheck, DeploymentVerdicts};
use super::settings::{EngineSettings, Selection};
use super::shares::BudgetShares;
use crate::formats::Context;
use crate::formats::terraform::Modules;
use crate::model::selectors::SelectorPolicy;
use crate::report::{Diagnostic, Outcome};
use crate::rules::{Check, RULES, Rule, Strictness};
use crate::source::{Dependencies, FileId, Span, TrackingFs, is_installed, is_known_interface};
use crate::suppress::{self, StaleSuppression, Suppressions};
use crate::value::Budget;

/// A run whose suppressions are checked.
#[derive(Clone, Copy)]
pub(super) struct OtherRun<'a> {
    pub(super) projects: &'a [CandidateProject],
    pub(super) context: Context<'a>,
    pub(super) settings: &'a EngineSettings,
    /// The size of the relevant files, in bytes.
    pub(super) bytes: usize,
    /// True if a file couldn't be read.
    pub(super) has_unreadable: bool,
}

/// The findings that other runs may have.
#[derive(Debug, Default)]
pub(super) struct OtherRuns {
    /// True if this run excludes too much to decide.
    is_partial: bool,
    projects: Vec<OpenRules>,
}

/// The rules that may have other findings in a project.
#[derive(Debug)]
struct OpenRules {
    /// The files that the evaluation of the project read.
    dependencies: Arc<Dependencies>,
    rules: HashSet<&'static str>,
}

/// A rule, and the places of one of its findings.
type Key = (&'static str, Vec<Span>);

/// The results of this run.
#[derive(Debug, Default)]
struct FindingPlaces<'a> {
    findings: HashSet<Key>,
    /// The roots of the deployments that fail as a whole.
    failed: HashSet<&'a str>,
}

impl OtherRuns {
    /// Determines the findings that other runs may have, unless no suppression is unused.
    pub(super) fn of(stale: &[StaleSuppression], judged: &[&DeploymentVerdicts], run: OtherRun<'_>) -> Self {
        if !stale.iter().any(StaleSuppression::is_unneeded) {
            return Self::default();
        }
        if is_partial(judged, run) {
            return Self { is_partial: true, projects: Vec::new() };
        }
        let findings = judged.iter().flat_map(|verdicts| &verdicts.findings).map(key).collect();
        let deployments = judged.iter().filter_map(|verdicts| verdicts.deployment.as_ref());
        let failed = deployments.filter(|judged| judged.verdict == Some(Outcome::Fail));
        let found = FindingPlaces { findings, failed: failed.map(|judged| judged.root.as_str()).collect() };
        Self { is_partial: false, projects: evaluate(run, &found) }
    }

    /// True if another run may need a suppression that is unused in this one.
    pub(super) fn may_need(&self, stale: &StaleSuppression) -> bool {
        let Some(rule) = stale.unused.filter(|_| stale.is_unneeded()) else { return false };
        // A file that no project reads may contain values, and an entry of the settings may apply to any file.
        if self.is_partial {
            return true;
        }
        let is_of_all = stale.is_of_settings() || !self.has_file(stale.span.file);
        let mut open = self.projects.iter().filter(|project| project.rules.contains(rule));
        open.any(|project| is_of_all || project.dependencies.has_file(stale.span.file))
    }

    fn has_file(&self, file: FileId) -> bool {
        self.projects.iter().any(|project| project.dependencies.has_file(file))
    }
}

/// True if a run excludes a part of what other runs may evaluate. This is the only place that decides it.
fn is_partial(judged: &[&DeploymentVerdicts], run: OtherRun<'_>) -> bool {
    let narrowed = run.settings.omitted;
    narrowed.values
        || narrowed.files
        || narrowed.rules
        || run.settings.evaluation.base.is_some()
        || run.settings.evaluation.plan.is_some()
        || run.has_unreadable
        || judged
            .iter()
            .any(|verdicts| verdicts.findings.iter().any(|diagnostic| matches!(diagnostic.rule.check, Check::Reading)))
}

/// Evaluates each project on its own, without any values.
fn evaluate(run: OtherRun<'_>, found: &FindingPlaces<'_>) -> Vec<OpenRules> {
    let policies = [run.settings.policy.clone(), STRICTEST];
    let [installed, local] = [Modules::Installed, Modules::Local]
        .map(|modules| policies.each_ref().map(|policy| without_values(run.settings, policy, modules)));
    let mut shares = BudgetShares::new(run.bytes, run.projects.len());
    let known = run.projects.iter().map(|_| None).collect();
    let work = |candidate: &CandidateProject, budget: &Rc<Budget>| {
        let dependencies = Arc::new(Dependencies::default());
        let (mut rules, mut has_unread) = (HashSet::new(), false);
        for settings in &installed {
            let verdicts = evaluate_bare(candidate, settings, run.context, &dependencies, budget);
            has_unread |= verdicts.deployment.as_ref().is_some_and(|judged| !judged.unread.is_empty());
            rules.extend(undecided(&verdicts, found));
        }
        let mut paths = dependencies.files().into_iter().map(|file| run.context.sources.file(file).path.clone());
        if paths.any(|path| is_installed(&path) || is_known_interface(&path)) {
            for settings in &local {
                rules.extend(undecided(&evaluate_bare(candidate, settings, run.context, &dependencies, budget), found));
            }
        }
        (OpenRules { dependencies, rules }, has_unread)
    };
    let evaluated = shares.spend(run.projects, known, run.settings.jobs, work).into_iter();
    evaluated
        .map(|paid| {
            let (mut undecided, has_unread) = paid.outcome;
            if has_unread || paid.is_cut {
                undecided.rules = RULES.iter().copied().map(|rule| rule.id()).collect();
            }
            undecided
        })
        .collect()
}

fn evaluate_bare(
    candidate: &CandidateProject,
    settings: &EngineSettings,
    context: Context<'_>,
    dependencies: &Arc<Dependencies>,
    budget: &Rc<Budget>,
) -> DeploymentVerdicts {
    let sources = context.sources.tracking(Arc::clone(dependencies));
    let fs = TrackingFs::new(context.fs, dependencies);
    let context = Context { fs: &fs, sources: &sources, options: &settings.evaluation, plan: None, ..context };
    let suppressions = Suppressions::new(&settings.suppress, &sources);
    let opened = candidate.project.open(context, budget);
    let case = DeploymentCheck {
        root: candidate.project.root(),
        name: None,
        format: candidate.format,
        project: candidate.project.as_ref(),
        opened: opened.as_ref(),
        budget,
        settings,
        suppressions: &suppressions,
        sources: &sources,
        is_compared: false,
    };
    case.evaluate()
}

/// Returns the rules whose result may differ in another run.
fn undecided(verdicts: &DeploymentVerdicts, found: &FindingPlaces<'_>) -> HashSet<&'static str> {
    let of_findings = verdicts
        .findings
        .iter()
        .filter(|diagnostic| diagnostic.outcome == Outcome::Unknown || !found.findings.contains(&key(diagnostic)))
        .map(|diagnostic| diagnostic.rule.id());
    let trails = verdicts.deployment.iter().flat_map(|judged| &judged.trails);
    let results = trails.flat_map(|trail| &trail.rules);
    let of_trails = results.filter(|(_, outcome)| *outcome == Outcome::Unknown).map(|(rule, _)| rule.id());
    // The failure of a whole deployment is a finding only if no other finding covers it.
    let is_other_whole = verdicts.deployment.iter().any(|judged| match judged.verdict {
        Some(Outcome::Unknown) => true,
        Some(Outcome::Fail) => !found.failed.contains(judged.root.as_str()),
        Some(Outcome::Pass) | None => false,
    });
    let whole = RULES.iter().copied().filter(|rule| is_other_whole && matches!(rule.check, Check::Deployment(_)));
    of_findings.chain(of_trails).chain(whole.map(|rule| rule.id())).collect()
}

fn key(diagnostic: &Diagnostic) -> Key {
    (diagnostic.rule.id(), diagnostic.finding.labels().map(|label| label.span).collect())
}

/// The policy with the most findings.
const STRICTEST: Strictness = Strictness {
    selectors: SelectorPolicy::Literal,
    require_trail: true,
    every_trail: true,
    regions: Vec::new(),
    min_retention_days: u32::MAX,
};

/// Returns the settings of a run without any values and with all rules enabled.
fn without_values(settings: &EngineSettings, policy: &Strictness, modules: Modules) -> EngineSettings {
    let all = RULES.iter().copied().map(Rule::id).collect();
    EngineSettings {
        policy: Strictness { require_trail: true, ..policy.clone() },
        selection: Selection { selected: Some(all), ..Selection::default() },
        evaluation: settings.evaluation.without_values(modules),
        suppress: suppress::SuppressionPolicy { is_disabled: true, ..suppress::SuppressionPolicy::default() },
        jobs: settings.jobs,
        ..EngineSettings::default()
    }
}

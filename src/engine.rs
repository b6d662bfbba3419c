//! From files to verdicts.

mod assign;
mod excuse;
mod findings;
mod judge;
mod neighbours;
mod place;
mod planned;
mod reading;
mod sighting;
mod trace;
mod witness;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use crate::config::Benchmark;
use crate::error::Error;
use crate::finding::Level;
use crate::fix;
use crate::formats::{self, Context};
use crate::progress::Progress;
use crate::report::{Place, Report, Reported};
use crate::rules::{self, Check, Policy, RULES, Rule};
use crate::scan::{self, Inputs};
use crate::source::{Fs, Sources};
use crate::suppress::{self, Suppressions};
use assign::{Assignment, Candidate, assignments, projects};
use judge::{Case, Judgement};
pub use trace::trace;

/// Fewer projects than this are judged without starting threads.
const WORTH_THREADS: usize = 3;

/// How files are judged.
#[derive(Debug, Default)]
pub struct Settings {
    /// How strictly the control is read.
    pub policy: Policy,
    /// Which rules are asked.
    pub selection: Selection,
    /// What the user says of the code, beside the code.
    pub evaluation: formats::Options,
    /// What the findings of a rule weigh, where it isn't what the rule's page says.
    pub levels: BTreeMap<&'static str, Level>,
    /// What may suppress findings.
    pub suppress: suppress::Policy,
    /// Deployments with values of their own.
    pub deployments: Vec<Named>,
    /// How many threads judge; as many as the machine runs at once if nothing is said.
    pub jobs: Option<NonZeroUsize>,
    /// Told how far the check is.
    pub progress: Arc<Progress>,
}

/// A deployment with values of its own. The same code may be deployed several times.
#[derive(Debug, Default)]
pub struct Named {
    /// How reports name it.
    pub name: Option<String>,
    /// The directory of the root module, or the template.
    pub path: PathBuf,
    /// What the user says of it, beside the code.
    pub evaluation: formats::Options,
}

/// The rules that are asked; all of them unless some are named.
#[derive(Debug, Default)]
pub struct Selection {
    /// Nothing means all.
    pub selected: Option<Vec<&'static str>>,
    /// These aren't asked even if they are selected.
    pub ignored: Vec<&'static str>,
    /// These are asked whatever else is said, and nothing suppresses what they find.
    pub enforced: Vec<&'static str>,
}

/// Checks files.
///
/// # Errors
///
/// See [`scan::scan`]. What is wrong within a file is in the report.
pub fn check(fs: &dyn Fs, inputs: &Inputs, sources: Sources, settings: &Settings) -> Result<Report, Error> {
    let scan = scan::scan(fs, inputs, &sources, &settings.progress)?;
    let context = Context { fs, sources: &sources, options: &settings.evaluation, plan: None };
    let suppressions = Suppressions::new(&settings.suppress, &sources);
    let judged = judge_projects(&projects(&scan, context)?, context, settings, &suppressions);
    let stale = suppressions.stale(|rule| settings.selection.has(rule));
    let mut report = Report {
        files: scan.files,
        deployments: Vec::new(),
        findings: Vec::new(),
        hides_unresolved: false,
        is_verbose: false,
        shows_suppressed: false,
        cited: Benchmark::default().0,
        rules: RULES.into_iter().filter(|rule| settings.selection.asks(rule)).collect(),
        min_level: None,
        shows_passed: false,
        stale_entries: 0,
        benchmark: None,
        sources,
    };
    for judgement in judged {
        report.deployments.extend(judgement.deployment);
        report.findings.extend(judgement.findings);
    }
    let unreadable =
        scan.unreadable.iter().map(|(path, error)| reading::of_unreadable(report.sources.name(path), error));
    report.findings.extend(unreadable);
    report.findings.extend(stale.into_iter().filter_map(|stale| reading::of_stale(stale, settings)));
    report.deployments.sort_by(|a, b| a.root.cmp(&b.root));
    clip_to_lines(&mut report);
    sort_findings(&mut report);
    drop_repeats(&mut report);
    report.name_findings();
    fix::attach(&mut report, inputs, fs);
    Ok(report)
}

/// Puts more findings in their places among those of a report.
pub fn add(report: &mut Report, findings: Vec<Reported>) {
    report.findings.extend(findings);
    sort_findings(report);
    report.name_findings();
}

fn judge_projects(
    projects: &[Candidate],
    context: Context<'_>,
    settings: &Settings,
    suppressions: &Suppressions<'_>,
) -> Vec<Judgement> {
    let judge = |assignment: &Assignment<'_>| {
        let Assignment { candidate, name, context } = *assignment;
        let opened = assignment.open();
        let (root, format) = (candidate.project.root(), candidate.format);
        let case =
            Case { root, name, format, opened: opened.as_ref(), settings, suppressions, sources: context.sources };
        let mut judgement = case.judge();
        judgement.findings.extend(reading::of_problems(opened.problems()));
        settings.progress.judged();
        judgement
    };
    let assignments = assignments(projects, context, settings);
    settings.progress.expect(assignments.len());
    on_threads(&assignments, settings.jobs, judge)
}

/// What `work` makes of each item, in their order.
fn on_threads<I: Sync, O: Send>(items: &[I], jobs: Option<NonZeroUsize>, work: impl Fn(&I) -> O + Sync) -> Vec<O> {
    if items.len() < WORTH_THREADS {
        return items.iter().map(work).collect();
    }
    let Some(jobs) = jobs else { return items.par_iter().map(&work).collect() };
    match ThreadPoolBuilder::new().num_threads(jobs.get().min(items.len())).build() {
        Ok(pool) => pool.install(|| items.par_iter().map(&work).collect()),
        // The machine has no more threads to give.
        Err(_) => items.iter().map(work).collect(),
    }
}

/// In the order in which a reader meets them: by file, place and rule.
fn sort_findings(report: &mut Report) {
    let sources = &report.sources;
    report.findings.sort_by_cached_key(|finding| {
        let (name, start) = match &finding.place {
            Place::Text(label) => (sources.file(label.span.file).name.clone(), label.span.start),
            Place::File(name) => (name.clone(), 0),
        };
        (name, start, rules::position(finding.rule), finding.message.clone())
    });
}

/// What is wrong with a file that several projects read is said once.
fn drop_repeats(report: &mut Report) {
    report.findings.dedup_by(|later, earlier| match (&later.place, &earlier.place) {
        (Place::Text(own), Place::Text(other)) => {
            later.deployment.is_none() && own == other && later.message == earlier.message
        }
        (Place::Text(_) | Place::File(_), _) => false,
    });
}

/// A place is shown, and annotated on a pull request, as a part of one line.
fn clip_to_lines(report: &mut Report) {
    for finding in &mut report.findings {
        if let Place::Text(label) = &mut finding.place {
            place::clip(label, &report.sources);
        }
        finding.related.iter_mut().for_each(|label| place::clip(label, &report.sources));
    }
    let trails = report.deployments.iter_mut().flat_map(|deployment| &mut deployment.trails);
    let grounds = trails.flat_map(|trail| &mut trail.grounds);
    grounds.flat_map(|(_, labels)| labels).for_each(|label| place::clip(label, &report.sources));
}

impl Settings {
    /// What a rule's findings weigh; one that is enforced can only gain weight.
    pub fn level(&self, rule: &Rule, own: Level) -> Level {
        let id = rule.id();
        let said = self.levels.get(id).copied().unwrap_or(own);
        if self.selection.enforced.contains(&id) { said.max(own) } else { said }
    }
}

impl Selection {
    /// Whether a rule can find something; what stands for files that can't be read always can.
    pub fn asks(&self, rule: &Rule) -> bool {
        matches!(rule.check, Check::Reading | Check::Comparing) || self.has(rule)
    }

    /// Whether a rule is asked.
    pub fn has(&self, rule: &Rule) -> bool {
        let id = rule.id();
        let is_selected = self.selected.as_ref().is_none_or(|selected| selected.contains(&id));
        self.enforced.contains(&id) || is_selected && !self.ignored.contains(&id)
    }
}

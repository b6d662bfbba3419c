//! From files to verdicts.

mod excuse;
mod judge;
mod neighbours;
mod place;
mod planned;
mod sighting;
mod trace;
mod witness;

use rayon::prelude::*;

use crate::error::Error;
use crate::finding::{Label, Level};
use crate::formats::{self, Context, FORMATS, Format, Kept, Opened, Project};
use crate::report::{Outcome, Place, Report, Reported};
use crate::rules::{self, Check, Policy, RULES, Rule};
use crate::scan::{self, Inputs, Scan};
use crate::source::{Fs, ReadError, Sources};
use crate::syntax::Problem;
use judge::{Case, Judgement};
pub use trace::trace;

/// Fewer projects than this are judged without starting threads.
const WORTH_THREADS: usize = 8;

/// How files are judged.
#[derive(Debug, Default)]
pub struct Settings {
    /// How strictly the control is read.
    pub policy: Policy,
    /// Which rules are asked.
    pub selection: Selection,
    /// What the user says of the code, beside the code.
    pub evaluation: formats::Options,
}

/// The rules that are asked; all of them unless some are named.
#[derive(Debug, Default)]
pub struct Selection {
    /// Nothing means all.
    pub selected: Option<Vec<&'static str>>,
    /// These aren't asked even if they are selected.
    pub ignored: Vec<&'static str>,
}

/// Checks files.
///
/// # Errors
///
/// See [`scan::scan`]. What is wrong within a file is in the report.
pub fn check(fs: &dyn Fs, inputs: &Inputs, sources: Sources, settings: &Settings) -> Result<Report, Error> {
    let scan = scan::scan(fs, inputs, &sources)?;
    let context = Context { fs, sources: &sources, options: &settings.evaluation, plan: None };
    let judged = judge_projects(&projects(&scan, context)?, context, settings);
    let mut report = Report {
        files: scan.files,
        deployments: Vec::new(),
        findings: Vec::new(),
        hides_unresolved: false,
        is_verbose: false,
        rules: RULES.into_iter().filter(|rule| settings.selection.asks(rule)).collect(),
        min_level: None,
        shows_passed: false,
        benchmark: None,
        sources,
    };
    for judgement in judged {
        report.deployments.extend(judgement.deployment);
        report.findings.extend(judgement.findings);
    }
    let unreadable = scan.unreadable.iter().map(|(path, error)| of_unreadable(report.sources.name(path), error));
    report.findings.extend(unreadable);
    report.deployments.sort_by(|a, b| a.root.cmp(&b.root));
    clip_to_lines(&mut report);
    sort_findings(&mut report);
    drop_repeats(&mut report);
    report.name_findings();
    Ok(report)
}

/// A project of a format.
struct Candidate {
    format: &'static str,
    project: Box<dyn Project>,
    /// Whether the plan that the user named is one of it.
    is_planned: bool,
}

impl Candidate {
    fn open<'a>(&'a self, context: Context<'a>) -> Box<dyn Opened + 'a> {
        let plan = context.options.plan.as_ref().filter(|_| self.is_planned);
        self.project.open(Context { plan, ..context })
    }
}

/// The projects of all formats.
fn projects(scan: &Scan, context: Context<'_>) -> Result<Vec<Candidate>, Error> {
    let of_format = |(format, kept): (&&'static dyn Format, &Vec<Kept>)| {
        let name = format.name();
        let projects = format.projects(kept, context).into_iter();
        projects.map(move |project| Candidate { format: name, project, is_planned: false })
    };
    let mut candidates: Vec<Candidate> = FORMATS.iter().zip(&scan.kept).flat_map(of_format).collect();
    planned::assign(&mut candidates, context)?;
    Ok(candidates)
}

fn judge_projects(projects: &[Candidate], context: Context<'_>, settings: &Settings) -> Vec<Judgement> {
    let judge = |candidate: &Candidate| {
        let opened = candidate.open(context);
        let root = candidate.project.root();
        let case = Case { root, format: candidate.format, opened: opened.as_ref(), settings, sources: context.sources };
        let mut judgement = case.judge();
        judgement.findings.extend(of_problems(opened.problems()));
        judgement
    };
    if projects.len() < WORTH_THREADS {
        projects.iter().map(judge).collect()
    } else {
        projects.par_iter().map(judge).collect()
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

/// A hostile file may hold any number of problems; the first ones say enough.
fn of_problems(mut problems: Vec<Problem>) -> impl Iterator<Item = Reported> {
    const MAX_SHOWN: usize = 50;
    let hidden = problems.len().saturating_sub(MAX_SHOWN);
    problems.truncate(MAX_SHOWN);
    if let (1.., Some(last)) = (hidden, problems.last_mut()) {
        last.message = format!("{}, and {hidden} more problems follow", last.message);
    }
    problems.into_iter().map(|problem| {
        let label = Label { span: problem.span, text: "here".to_owned() };
        let help = "mend the text: what can't be read can't be judged".to_owned();
        Reported { help: Some(help), ..of_reading(&rules::SYNTAX_ERROR, problem.message, Place::Text(label)) }
    })
}

fn of_unreadable(name: String, error: &ReadError) -> Reported {
    of_reading(&rules::UNREADABLE_FILE, format!("`{name}` can't be read: {error}"), Place::File(name))
}

fn of_reading(rule: &'static Rule, message: String, place: Place) -> Reported {
    Reported {
        rule,
        fingerprint: String::new(),
        level: Level::Error,
        outcome: Outcome::Fail,
        message,
        address: None,
        attribute: None,
        deployment: None,
        place,
        related: Vec::new(),
        notes: Vec::new(),
        help: None,
        blocked_by: Vec::new(),
        fails_when: Vec::new(),
        passes_when: Vec::new(),
        is_aside: false,
    }
}

impl Selection {
    /// Whether a rule can find something; what stands for files that can't be read always can.
    pub fn asks(&self, rule: &Rule) -> bool {
        matches!(rule.check, Check::Reading) || self.has(rule)
    }

    /// Whether a rule is asked.
    pub fn has(&self, rule: &Rule) -> bool {
        let id = rule.id();
        self.selected.as_ref().is_none_or(|selected| selected.contains(&id)) && !self.ignored.contains(&id)
    }
}

//! Determines the projects of a run, and the deployments of each.

use std::rc::Rc;

use super::settings::EngineSettings;
use crate::error::Error;
use crate::formats::{self, CandidateFile, Context, FORMATS, InputFormat, LoadedProject, PlanMatch, Project};
use crate::scan::Scan;
use crate::value::Budget;

/// A project of a format.
pub(super) struct CandidateProject {
    pub(super) format: &'static str,
    pub(super) project: Box<dyn Project>,
    /// True if the plan that the user named belongs to this project.
    pub(super) is_planned: bool,
}

impl CandidateProject {
    /// The name of the project's format in reports.
    pub(super) fn reported_format(&self) -> &'static str {
        self.project.format().unwrap_or(self.format)
    }

    pub(super) fn open<'a>(&'a self, context: Context<'a>, budget: &Rc<Budget>) -> Box<dyn LoadedProject + 'a> {
        let plan = context.options.plan.as_deref().filter(|_| self.is_planned);
        self.project.open(Context { plan, ..context }, budget)
    }
}

/// The files of each format, with the files that they refer to.
pub(super) type LinkedFiles = [Vec<formats::LinkedFile>; FORMATS.len()];

/// Finds the files that the scanned files refer to, such as the modules that they call.
pub(super) fn link(scan: &Scan, context: Context<'_>) -> LinkedFiles {
    std::array::from_fn(|index| {
        let format = FORMATS.get(index).expect("the lists of a scan are those of the formats");
        let kept = scan.candidates.get(index).into_iter().flatten();
        kept.map(|kept| link_file(*format, *kept, context)).collect()
    })
}

/// Finds the files that one file refers to.
pub(super) fn link_file(
    format: &dyn InputFormat,
    candidate: CandidateFile,
    context: Context<'_>,
) -> formats::LinkedFile {
    formats::LinkedFile { candidate, links: format.links(candidate, context) }
}

/// The projects of all formats.
pub(super) fn projects(linked: &LinkedFiles, context: Context<'_>) -> Result<Vec<CandidateProject>, Error> {
    let mut candidates: Vec<CandidateProject> = FORMATS
        .iter()
        .zip(linked)
        .flat_map(|(format, linked)| {
            let name = format.name();
            let projects = format.projects(linked, context).into_iter();
            projects.map(move |project| CandidateProject { format: name, project, is_planned: false })
        })
        .collect();
    assign_plan(&mut candidates, context)?;
    Ok(candidates)
}

/// Gives the plan that the user named to its project.
///
/// # Errors
///
/// [`Error::Plan`] when it fits none of the projects, or more than one.
fn assign_plan(candidates: &mut [CandidateProject], context: Context<'_>) -> Result<(), Error> {
    let Some(plan) = &context.options.plan else { return Ok(()) };
    let mut roots: Vec<&mut CandidateProject> =
        candidates.iter_mut().filter(|candidate| candidate.project.called().is_none()).collect();
    let fits: Vec<PlanMatch> = roots.iter().map(|candidate| candidate.project.match_plan(plan, context)).collect();
    let mut same = roots.iter_mut().zip(&fits).filter(|(_, fit)| **fit == PlanMatch::Same).map(|(own, _)| own);
    match (same.next(), same.next()) {
        (Some(only), None) => {
            only.is_planned = true;
            Ok(())
        }
        (Some(first), Some(second)) => {
            let (first, second) = (first.project.root(), second.project.root());
            refused(plan, format!("it matches `{first}` and `{second}`; check only the directory in which it was made"))
        }
        (None, _) => plan.mismatch(fits.iter().find_map(difference)).map_or(Ok(()), |cause| refused(plan, cause)),
    }
}

fn refused(plan: &formats::Plan, cause: String) -> Result<(), Error> {
    Err(Error::Plan { path: plan.name.clone(), cause })
}

fn difference(fit: &PlanMatch) -> Option<&str> {
    match fit {
        PlanMatch::Other(difference) => Some(difference),
        PlanMatch::Same | PlanMatch::NeverPlanned => None,
    }
}

/// One deployment of a project: with the values for all deployments, or with those of a configured deployment.
pub(super) struct Assignment<'a> {
    pub(super) candidate: &'a CandidateProject,
    pub(super) name: Option<&'a str>,
    pub(super) context: Context<'a>,
}

impl<'a> Assignment<'a> {
    pub(super) fn open(&self, budget: &Rc<Budget>) -> Box<dyn LoadedProject + 'a> {
        self.candidate.open(self.context, budget)
    }
}

/// Returns the deployments of each project.
pub(super) fn assignments<'a>(
    candidate: &'a CandidateProject,
    context: Context<'a>,
    settings: &'a EngineSettings,
) -> Vec<Assignment<'a>> {
    let root = candidate.project.root();
    let own = settings.deployments.iter().filter(|named| is_part_of(&root, &context.sources.name(&named.path)));
    let named: Vec<Assignment<'_>> = own
        .map(|named| {
            let context = Context { options: &named.evaluation, ..context };
            Assignment { candidate, name: named.name.as_deref(), context }
        })
        .collect();
    let name = candidate.project.deployment();
    if named.is_empty() || name.is_some() { vec![Assignment { candidate, name, context }] } else { named }
}

/// True if a root is the named one, or one of several documents in the named file.
pub(super) fn is_part_of(root: &str, name: &str) -> bool {
    root.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
}

//! Determines the project of a plan: a plan names no directory, so the resources that both declare decide.

use super::assign::CandidateProject;
use crate::error::Error;
use crate::formats::{self, Context, PlanMatch};

/// Gives the plan that the user named to its project.
///
/// # Errors
///
/// [`Error::Plan`] when it fits none of the projects, or more than one.
pub(super) fn assign(candidates: &mut [CandidateProject], context: Context<'_>) -> Result<(), Error> {
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
        (None, _) => match fits.iter().find_map(difference) {
            Some(difference) => refused(plan, format!(
                "it matches no checked root module: {difference}; check the directory in which it was made, or create the plan again"
            )),
            None if plan.has_trails() => refused(plan, "it has trails, but no checked root module declares any; run `terraform init` and check the directory in which it was made, or check the plan by itself".to_owned()),
            // The plan has no trail, so there is nothing to fill.
            None => Ok(()),
        },
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

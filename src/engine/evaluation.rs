//! Evaluates one deployment: loads its project, checks its trails, and proposes fixes that no declaration rejects.

use std::rc::Rc;

use super::assign::Assignment;
use super::deployment_check::{DeploymentCheck, DeploymentVerdicts};
use super::file_findings;
use super::option_use::RootOptionUse;
use super::settings::EngineSettings;
use crate::fix;
use crate::formats::{Context, LoadedProject, Rejection};
use crate::model::TriedValue;
use crate::report::UnreadFile;
use crate::scan;
use crate::suppress::Suppressions;
use crate::value::Budget;

/// The cost of opening a project again, in addition to its evaluation.
const STEPS_OF_A_TRIAL: usize = 200;

/// Evaluates one deployment, whose trails may be compared with deployed ones, and reports the problems of the files from which it was loaded.
pub(super) fn evaluate(
    assignment: &Assignment<'_>,
    budget: &Rc<Budget>,
    context: Context<'_>,
    settings: &EngineSettings,
    suppressions: &Suppressions<'_>,
    is_compared: bool,
) -> DeploymentVerdicts {
    let Assignment { candidate, name, .. } = *assignment;
    let opened = candidate.open(context, budget);
    let (root, format) = (candidate.project.root(), candidate.reported_format());
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
        is_compared,
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
    let problems = opened.problems();
    fix::drop_fixes_of_invalid_files(&mut judgement.findings, &problems);
    let rejections = |tried: &[TriedValue]| new_rejections(tried, opened_project, assignment, context, budget);
    fix::drop_rejected_values(&mut judgement.findings, &rejections);
    judgement.findings.extend(file_findings::syntax_errors(problems));
    settings.progress.evaluated();
    settings.progress.spent(budget.spent());
    judgement
}

/// Returns the declarations that reject values once these are tried, but not without them; `None` if the budget is spent
/// before any is found.
fn new_rejections(
    tried: &[TriedValue],
    opened: &dyn LoadedProject,
    assignment: &Assignment<'_>,
    context: Context<'_>,
    budget: &Rc<Budget>,
) -> Option<Vec<Rejection>> {
    if !budget.charge_ahead(STEPS_OF_A_TRIAL) {
        return None;
    }
    let mut found = assignment.candidate.open(Context { tried, ..context }, budget).rejections();
    if !found.is_empty() {
        let known = opened.rejections();
        let is_known = |rejection: &Rejection| {
            known.iter().any(|known| known.span == rejection.span && known.name == rejection.name)
        };
        found.retain(|rejection| !is_known(rejection));
    }
    // The trial may have ended early.
    if found.is_empty() && budget.remaining() == 0 {
        budget.exceed();
        return None;
    }
    Some(found)
}

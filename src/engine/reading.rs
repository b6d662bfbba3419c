//! Findings about what was read, and not about what was judged.

use super::Settings;
use crate::finding::{Label, Level};
use crate::model::{Change, Notation, Wish};
use crate::report::{Place, Report, Reported};
use crate::rules;
use crate::source::ReadError;
use crate::suppress::{Stale, StaleKind};
use crate::syntax::Problem;

/// Reports the first problems of a file; a hostile file may have any number.
pub(super) fn of_problems(mut problems: Vec<Problem>) -> impl Iterator<Item = Reported> {
    const MAX_SHOWN: usize = 50;
    let hidden = problems.len().saturating_sub(MAX_SHOWN);
    problems.truncate(MAX_SHOWN);
    if let (1.., Some(last)) = (hidden, problems.last_mut()) {
        last.message = format!("{}, and {hidden} more problems follow", last.message);
    }
    problems.into_iter().map(|problem| {
        let label = Label { span: problem.span, text: "here".to_owned() };
        let help = "fix the syntax; a file that can't be parsed isn't checked".to_owned();
        Reported { help: Some(help), ..Reported::new(&rules::SYNTAX_ERROR, problem.message, Place::Text(label)) }
    })
}

/// The finding for a run that evaluated no trail although one is required.
pub(super) fn of_nothing(report: &Report, settings: &Settings) -> Option<Reported> {
    let is_asked = settings.policy.require_trail && settings.selection.has(&rules::NO_COMPLIANT_TRAIL);
    let is_nothing = report.deployments.is_empty() && report.findings.is_empty();
    let message = match report.files {
        0 => "nothing was checked: there is no Terraform or CloudFormation file here".to_owned(),
        _ => "nothing was checked: no file here is a root module or a template".to_owned(),
    };
    let reported = Reported {
        level: settings.level(&rules::NO_COMPLIANT_TRAIL, rules::NO_COMPLIANT_TRAIL.page.level),
        help: Some("check the directory that declares the trail".to_owned()),
        ..Reported::new(&rules::NO_COMPLIANT_TRAIL, message, Place::Run)
    };
    (is_asked && is_nothing).then_some(reported)
}

pub(super) fn of_unreadable(name: String, error: &ReadError) -> Reported {
    Reported::new(&rules::UNREADABLE_FILE, format!("`{name}` can't be read: {error}"), Place::File(name))
}

/// The finding for a suppression that has no effect, if its rule is selected.
pub(super) fn of_stale(stale: Stale, settings: &Settings) -> Option<Reported> {
    let (rule, label, help) = match stale.kind {
        StaleKind::Unused => {
            (&rules::UNUSED_IGNORE, "this has no effect", "remove it, or move it to the location of the finding")
        }
        StaleKind::Idle => (&rules::UNUSED_IGNORE, "this has no effect", "remove it, or correct its rule and address"),
        StaleKind::Expired => {
            (&rules::EXPIRED_IGNORE, "this has expired", "fix the finding, or set a later `until` date")
        }
        StaleKind::UnknownRule => (&rules::UNKNOWN_RULE, "named here", "use an id that `trailint rules` lists"),
        StaleKind::FormerId => (&rules::UNKNOWN_RULE, "still accepted", "use the new id"),
    };
    let place = Place::Text(Label { span: stale.span, text: label.to_owned() });
    let removal = |rule| Wish::at(stale.span, Notation::Hcl, Change::RemoveIgnore { rule });
    let removed = stale.unused.filter(|_| stale.kind == StaleKind::Unused);
    let wishes = removed.map(removal).into_iter().collect();
    let reported = Reported { help: Some(help.to_owned()), wishes, ..Reported::new(rule, stale.message, place) };
    let level = match stale.kind {
        StaleKind::FormerId => Level::Note,
        _ => settings.level(rule, rule.page.level),
    };
    settings.selection.has(rule).then_some(Reported { level, ..reported })
}

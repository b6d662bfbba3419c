//! Findings about files that can't be read or suppressions without effect, rather than about trails.

use super::settings::EngineSettings;
use crate::finding::{Finding, FindingTarget, Level};
use crate::formats::LANGUAGES;
use crate::model::{Notation, Remedy, RemedyKind};
use crate::named::quoted;
use crate::report::{Diagnostic, Report};
use crate::rules;
use crate::source::ReadError;
use crate::suppress::{StaleKind, StaleSuppression};
use crate::syntax::{Problem, ProblemKind};

/// Reports the first problems of a file; a hostile file may have any number.
pub(super) fn syntax_errors(mut problems: Vec<Problem>) -> impl Iterator<Item = Diagnostic> {
    const MAX_SHOWN: usize = 50;
    let hidden = problems.len().saturating_sub(MAX_SHOWN);
    problems.truncate(MAX_SHOWN);
    if let (1.., Some(last)) = (hidden, problems.last_mut()) {
        last.message = format!("{}, and {hidden} more problems follow", last.message);
    }
    problems.into_iter().map(|problem| {
        let help = match problem.kind {
            ProblemKind::Syntax => "fix the syntax; what can't be parsed isn't evaluated",
            ProblemKind::Limit => "simplify this part; it isn't evaluated",
            ProblemKind::DuplicateKey => "remove all but one of these entries",
            ProblemKind::Rejected => "correct this code, which can't be deployed as it is",
        };
        Diagnostic::new(&rules::SYNTAX_ERROR, Finding::at(problem.span, problem.message, "").help(help))
    })
}

/// The finding for a run that evaluated no trail although one is required.
pub(super) fn nothing_checked(report: &Report, settings: &EngineSettings) -> Option<Diagnostic> {
    let is_asked = settings.policy.require_trail && settings.selection.is_selected(&rules::NO_COMPLIANT_TRAIL);
    let is_nothing = report.deployments.is_empty() && report.findings.is_empty();
    let message = match report.files {
        0 => format!("nothing was checked: there is no {LANGUAGES} file here"),
        _ => "nothing was checked: no file here is a root module or a template".to_owned(),
    };
    let reported = Diagnostic {
        level: settings.level(&rules::NO_COMPLIANT_TRAIL, rules::NO_COMPLIANT_TRAIL.page.level),
        ..Diagnostic::new(
            &rules::NO_COMPLIANT_TRAIL,
            Finding::about(FindingTarget::Run, message).help("check the directory that declares the trail"),
        )
    };
    (is_asked && is_nothing).then_some(reported)
}

pub(super) fn unreadable_file(name: String, error: &ReadError) -> Diagnostic {
    let message = format!("{} can't be read: {error}", quoted(&name));
    Diagnostic::new(&rules::UNREADABLE_FILE, Finding::about(FindingTarget::File(name), message))
}

/// The finding for a suppression that has no effect, if its rule is selected.
pub(super) fn stale_suppression(stale: StaleSuppression, settings: &EngineSettings) -> Option<Diagnostic> {
    let (rule, label, help) = match stale.kind {
        StaleKind::Invalid => (&rules::UNUSED_IGNORE, "suppresses nothing", "correct it, or remove it"),
        StaleKind::Unused => {
            (&rules::UNUSED_IGNORE, "suppresses nothing", "remove it, or move it to the location of the finding")
        }
        StaleKind::Idle => (&rules::UNUSED_IGNORE, "suppresses nothing", "remove it, or correct its rule and address"),
        StaleKind::Expired => {
            (&rules::EXPIRED_IGNORE, "this has expired", "fix the finding, or set a later `until` date")
        }
        StaleKind::UnknownRule => (&rules::UNKNOWN_RULE, "named here", "use an id that `trailint rules` lists"),
        StaleKind::OldId => (&rules::UNKNOWN_RULE, "still accepted", "use the new id"),
    };
    let removed = stale.unused.filter(|_| stale.kind == StaleKind::Unused);
    let remedies = removed
        .map(|rule| Remedy::at(stale.span, Notation::Hcl, RemedyKind::RemoveIgnore { rule }))
        .into_iter()
        .collect();
    let finding = Finding { remedies, ..Finding::at(stale.span, stale.message, label).help(help) };
    let level = match stale.kind {
        StaleKind::OldId => Level::Note,
        _ => settings.level(rule, rule.page.level),
    };
    settings.selection.is_selected(rule).then_some(Diagnostic { level, ..Diagnostic::new(rule, finding) })
}

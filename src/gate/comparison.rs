//! Compares a report with the reports on earlier states.
//!
//! No rule reports a removed trail, so this module does: a deployment that satisfied the control and has no trail any
//! more.

use std::collections::{HashMap, HashSet};

use super::changed_lines;
use super::earlier::{EarlierFinding, EarlierFindings};
use super::moves::{Moves, PlacedTrail, TrailName};
use crate::engine::{self, EngineSettings};
use crate::finding::{Finding, FindingTarget};
use crate::named::quoted;
use crate::report::{DeploymentResult, Diagnostic, Outcome, Report, TrailExistence, TrailResult};
use crate::rules::{self, Check};

/// The state with which a run is compared.
#[derive(Debug)]
pub struct Base {
    /// One report, or one for each parent if a merge is in progress.
    pub reports: Vec<BaseReport>,
    /// The revision as the user wrote it.
    pub name: String,
}

/// The report on an earlier state, and the new places of its trails.
#[derive(Debug)]
pub struct BaseReport {
    pub report: Report,
    /// The current places of its trails.
    pub moves: Moves,
}

impl BaseReport {
    /// Wraps a report, without any moves yet.
    pub fn new(report: Report) -> Self {
        Self { report, moves: Moves::default() }
    }
}

impl Base {
    /// Returns the findings of the reports that count, or those that are suppressed, at the current places of their
    /// trails.
    pub(super) fn findings(&self, are_suppressed: bool) -> EarlierFindings {
        let mut findings = EarlierFindings::default();
        for BaseReport { report, moves } in &self.reports {
            let chosen = report.findings.iter().filter(|diagnostic| diagnostic.suppressed.is_some() == are_suppressed);
            findings.add(EarlierFinding::of(chosen), moves);
        }
        findings
    }
}

/// Finds the moves of trails since the base, marks the lines that the change touches, and adds findings for trails that
/// were removed since each of the base's states.
pub(super) fn compare(report: &mut Report, base: &mut Base, settings: &EngineSettings) {
    let Base { reports: before, name } = base;
    let placed: Vec<Vec<PlacedTrail>> = before.iter().map(|before| PlacedTrail::of(&before.report)).collect();
    let all = placed.concat();
    for (before, placed) in before.iter_mut().zip(&placed) {
        before.moves = Moves::find(placed, &all, report, &|_| false);
        before.moves.follow_files(&before.report.sources, &report.sources);
    }
    report.base = Some(name.clone());
    if let Some(before) = before.first() {
        changed_lines::mark(report, &before.report);
    }
    let was_there: HashSet<TrailName> = all.into_iter().map(|placed| placed.place).collect();
    let was_passing: HashSet<TrailName> = before.iter().flat_map(|before| passing(&before.report)).collect();
    let arrived = Arrived::of(report, &was_there, &was_passing);
    let gone = before.iter().map(|before| removed_trails(before, report, &arrived, name, settings));
    // A trail that one of the states lacks was removed in that state, not by this change.
    let gone = gone.reduce(|gone, others| {
        gone.into_iter().filter(|own| others.iter().any(|other| is_same_loss(own, other))).collect()
    });
    engine::add(report, gone.unwrap_or_default());
}

/// True for a finding about a removed trail, which no state has.
pub(super) fn is_removal(diagnostic: &Diagnostic) -> bool {
    matches!((diagnostic.rule.check, &diagnostic.finding.place), (Check::Deployment(_), FindingTarget::File(_)))
}

/// Returns the findings about deployments that satisfied the control, or may have, and have no trail any more. A
/// deployment isn't reported if its trail now belongs to a deployment that didn't satisfy the control before.
fn removed_trails(
    before: &BaseReport,
    report: &Report,
    arrived: &Arrived,
    name: &str,
    settings: &EngineSettings,
) -> Vec<Diagnostic> {
    let mut taken = HashSet::new();
    let mut gone = Vec::new();
    for was in &before.report.deployments {
        if matches!(was.verdict, None | Some(Outcome::Fail)) || has_trail(report, was, &before.moves) {
            continue;
        }
        match arrived.replacement_of(was, before, &taken) {
            Some(number) => drop(taken.insert(number)),
            None => gone.extend(vanished(was, &before.report, name, settings)),
        }
    }
    gone
}

/// Returns the places of the deployments that satisfy the control.
fn passing(report: &Report) -> impl Iterator<Item = TrailName> {
    report.deployments.iter().filter(|judged| judged.verdict == Some(Outcome::Pass)).map(TrailName::of)
}

fn is_same_loss(one: &Diagnostic, other: &Diagnostic) -> bool {
    (&one.deployment, &one.deployment_name) == (&other.deployment, &other.deployment_name)
}

/// True if a deployment still creates a trail, or may.
fn has_trail(report: &Report, was: &DeploymentResult, moves: &Moves) -> bool {
    let (own, moved) = (TrailName::of(was), moves.of_deployment(was));
    for now in report.deployments.iter().filter(|now| now.verdict.is_some() && now.format == was.format) {
        let place = TrailName::of(now);
        if place == own || Some(&place) == moved {
            return true;
        }
    }
    false
}

/// The new trails of deployments that satisfy the control and didn't before. Each can replace one removed trail.
struct Arrived {
    places: Vec<TrailName>,
    /// The indices of the trails in `places`, by their marks.
    by_digest: HashMap<(String, String), Vec<usize>>,
}

impl Arrived {
    fn of(report: &Report, was_there: &HashSet<TrailName>, was_passing: &HashSet<TrailName>) -> Self {
        let mut arrived = Self { places: Vec::new(), by_digest: HashMap::new() };
        for judged in report.deployments.iter().filter(|judged| judged.verdict == Some(Outcome::Pass)) {
            let whole = TrailName::of(judged);
            for trail in judged.trails.iter().filter(|trail| trail.exists != TrailExistence::Never) {
                let place = whole.with(trail);
                if was_there.contains(&place) || was_passing.contains(&whole) {
                    continue;
                }
                for mark in digests_of(trail, report) {
                    arrived.by_digest.entry(mark).or_default().push(arrived.places.len());
                }
                arrived.places.push(place);
            }
        }
        arrived
    }

    /// Returns the index of a trail that replaces one of a deployment's earlier trails: the one that it has moved to,
    /// or else one with the same declaration or file that isn't the target of another move.
    fn replacement_of(&self, was: &DeploymentResult, before: &BaseReport, taken: &HashSet<usize>) -> Option<usize> {
        if self.places.is_empty() {
            return None;
        }
        let whole = TrailName::of(was);
        for trail in &was.trails {
            let moved = before.moves.of_trail(&whole.with(trail));
            let at = moved.and_then(|moved| self.places.iter().position(|place| place == moved));
            if let Some(at) = at.filter(|at| !taken.contains(at)) {
                return Some(at);
            }
            for mark in digests_of(trail, &before.report) {
                let same = self.by_digest.get(&mark).into_iter().flatten();
                for at in same.copied().filter(|at| !taken.contains(at)) {
                    if self.places.get(at).is_some_and(|place| !before.moves.has_target(place)) {
                        return Some(at);
                    }
                }
            }
        }
        None
    }
}

/// Returns the marks by which a moved trail is recognized: its name, with its declaration or with its file.
fn digests_of(trail: &TrailResult, report: &Report) -> [(String, String); 2] {
    let name = local_name(trail);
    [(trail.digest.clone(), name.clone()), (report.sources.file(trail.header.file).name.clone(), name)]
}

/// Returns the address of a trail without the modules or stacks that lead to it.
fn local_name(trail: &TrailResult) -> String {
    let address = trail.address.rsplit_once('/').map_or(trail.address.as_str(), |(_, name)| name);
    let kind = address.rfind(trail.kind).unwrap_or_default();
    address.get(kind..).unwrap_or(address).to_owned()
}

/// Returns the finding about a deployment that satisfied the control, or may have, and has no trail any more.
fn vanished(was: &DeploymentResult, before: &Report, name: &str, settings: &EngineSettings) -> Option<Diagnostic> {
    let rule = rules::RULES.iter().copied().find(|rule| matches!(rule.check, Check::Deployment(_)))?;
    let trail = was.trails.first().filter(|_| settings.selection.is_selected(rule))?;
    let (outcome, did) = match was.verdict? {
        Outcome::Pass => (Outcome::Fail, "it had one that meets every condition"),
        Outcome::Unknown => (Outcome::Unknown, "it may have had one that meets every condition"),
        Outcome::Fail => return None,
    };
    let file = before.sources.file(trail.header.file);
    let line = file.position(trail.header.start).line;
    let message = format!("deployment {} no longer has a trail; at `{name}`, {did}", quoted(&was.root));
    let finding = Finding::about(FindingTarget::File(file.name.clone()), message)
        .with_note(format!("`{}` was declared in line {line} of `{}`", trail.address, file.name))
        .help("restore the trail, unless this code is no longer deployed");
    let accepted = settings.suppress.configured.iter().filter(|accepted| accepted.covers(rule.id(), None));
    let suppression =
        accepted.map(|accepted| &accepted.suppression).find(|own| !own.is_expired(settings.suppress.today));
    let is_enforced = settings.selection.enforced.contains(&rule.id());
    Some(Diagnostic {
        level: settings.level(rule, rule.page.level),
        outcome,
        deployment: Some(was.root.clone()),
        deployment_name: was.name.clone(),
        suppressed: suppression.filter(|_| !is_enforced && !settings.suppress.is_disabled).cloned(),
        ..Diagnostic::new(rule, finding)
    })
}

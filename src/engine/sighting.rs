//! A declared trail over all worlds: where it exists, and what every rule says of it there.

use std::collections::HashMap;

use super::Settings;
use super::witness::{self, Witness};
use crate::finding::{Finding, Verdict};
use crate::formats::Opened;
use crate::model::{Reach, Trail, dialects};
use crate::report::{Exists, Outcome};
use crate::rules::{Check, RULES, Rule};
use crate::value::World;
use crate::value::world::explore;
use crate::value::{Known, Unknown};

/// An instance of a trail.
#[derive(Debug)]
pub(super) struct Sighting {
    /// As it is in the first world in which it is created.
    pub(super) trail: Trail,
    pub(super) exists: Exists,
    /// What it records in all worlds, and what in any.
    pub(super) reach: Reach,
    /// What was said of it; nothing for a trail that is never created.
    pub(super) answers: Vec<Answer>,
}

/// What a rule says of a trail over all worlds.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) rule: &'static Rule,
    pub(super) outcome: Outcome,
    /// What it found, unless the outcome is a pass.
    pub(super) finding: Option<Finding>,
    pub(super) witness: Witness,
}

/// A run of the evaluation: the instances in a world.
type Run = (Vec<Trail>, World);

/// An instance in a world.
type Seen<'a> = (&'a Trail, &'a World);

/// The instances that a declaration has in any world.
pub(super) fn sight(opened: &dyn Opened, site: usize, settings: &Settings) -> Vec<Sighting> {
    let runs = runs(|world| read(opened, site, world));
    let instances = by_address(&runs);
    if instances.is_empty() {
        let never = runs.iter().flat_map(|(trails, _)| trails).next();
        return never.map(absent).into_iter().collect();
    }
    instances.iter().filter_map(|seen| combine(seen, runs.len(), settings)).collect()
}

/// An evaluation in all worlds in which something can be deployed.
pub(super) fn runs<T>(evaluate: impl FnMut(&World) -> T) -> Vec<(T, World)> {
    let (usable, rejected): (Vec<_>, Vec<_>) =
        explore(evaluate).into_iter().partition(|(_, world)| !world.is_rejected());
    // Where nothing at all can be deployed, what was seen is better than nothing.
    if usable.is_empty() { rejected } else { usable }
}

/// The created instances, each with all the worlds in which it is created.
fn by_address(runs: &[Run]) -> Vec<Vec<Seen<'_>>> {
    let mut instances: Vec<Vec<Seen<'_>>> = Vec::new();
    let mut positions: HashMap<&str, usize> = HashMap::new();
    for (trails, world) in runs {
        for trail in trails.iter().filter(|trail| !trail.never_exists()) {
            let position = *positions.entry(&trail.address).or_insert(instances.len());
            match instances.get_mut(position) {
                Some(seen) => seen.push((trail, world)),
                None => instances.push(vec![(trail, world)]),
            }
        }
    }
    instances
}

/// The trails of one declaration in a world.
pub(super) fn read(opened: &dyn Opened, site: usize, world: &World) -> Vec<Trail> {
    opened.resources(site, world).into_iter().map(dialects::read).collect()
}

fn absent(trail: &Trail) -> Sighting {
    Sighting { trail: trail.clone(), exists: Exists::Never, reach: Reach::NOTHING, answers: Vec::new() }
}

fn combine(seen: &[Seen<'_>], worlds: usize, settings: &Settings) -> Option<Sighting> {
    let (first, _) = seen.first()?;
    let is_always = seen.len() == worlds && seen.iter().all(|(trail, _)| trail.exists.value == Known(true));
    let exists = if is_always { Exists::Always } else { Exists::Sometimes };
    let answers = RULES.into_iter().filter_map(|rule| answer(rule, seen, settings)).collect();
    Some(Sighting { trail: (*first).clone(), exists, reach: reach(seen, worlds), answers })
}

/// In a world in which it isn't created, it records nothing.
fn reach(seen: &[Seen<'_>], worlds: usize) -> Reach {
    let absent = (seen.len() < worlds).then_some(Reach::NOTHING);
    let created = seen.iter().map(|(trail, _)| Reach::of(trail));
    created.chain(absent).reduce(Reach::or).unwrap_or(Reach::NOTHING)
}

/// What a rule says, if it is a rule on trails.
fn answer(rule: &'static Rule, seen: &[Seen<'_>], settings: &Settings) -> Option<Answer> {
    match rule.check {
        Check::Trail(check) => {
            let verdicts =
                seen.iter().map(|(trail, world)| (admit_absence(check(trail, &settings.policy), trail), *world));
            let (outcome, finding, witness) = witness::combine(verdicts.collect());
            Some(Answer { rule, outcome, finding, witness })
        }
        Check::Advice(check) => {
            let finding = seen.iter().find_map(|(trail, _)| check(trail, &settings.policy))?;
            Some(Answer { rule, outcome: Outcome::Fail, finding: Some(finding), witness: Witness::default() })
        }
        Check::Deployment(_) | Check::Reading => None,
    }
}

/// A trail that may never be created can't fail for certain.
fn admit_absence(verdict: Verdict, trail: &Trail) -> Verdict {
    match verdict {
        Verdict::Fail(finding) if trail.may_never_exist() => {
            let place = trail.exists.origin.span();
            Verdict::Unknown(finding.also(place, "it isn't known whether this ever creates the trail"))
        }
        Verdict::Pass | Verdict::Fail(_) | Verdict::Unknown(_) => verdict,
    }
}

impl Sighting {
    /// Whether the trail satisfies the control by itself, for certain.
    pub(super) fn satisfies(&self) -> bool {
        self.exists == Exists::Always && self.conditions().all(|answer| answer.outcome == Outcome::Pass)
    }

    /// Whether one condition is missed in every world.
    pub(super) fn misses(&self) -> bool {
        self.conditions().any(|answer| answer.outcome == Outcome::Fail)
    }

    /// The conditions of the control.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|answer| answer.rule.is_condition)
    }

    /// Whether it is known that it isn't created.
    pub(super) fn is_absent(&self) -> bool {
        self.exists == Exists::Never
    }

    /// Whether what decides its existence was evaluated.
    pub(super) fn may_never_exist(&self) -> bool {
        matches!(self.trail.exists.value, Unknown(_)) && self.trail.may_never_exist()
    }
}

//! Evaluates one declared trail over all worlds: where it exists, and the result of each rule.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::related::{AllRelated, RelatedResources};
use super::settings::EngineSettings;
use super::witness::{self, Witness};
use crate::finding::{Finding, Verdict};
use crate::formats::LoadedProject;
use crate::model::facts::TrailFacts;
use crate::model::log_delivery::{LogDelivery, RelatedIndex};
use crate::model::selectors::CoverageBounds;
use crate::model::{EventCoverage, SearchSubject, Trail, dialects, selected};
use crate::report::{Outcome, TrailExistence};
use crate::rules::{self, Check, RULES, Rule};
use crate::source::{FileId, Span};
use crate::value::world::explore;
use crate::value::{Budget, World};
use crate::value::{Known, Unknown};

/// An instance of a trail.
#[derive(Debug)]
pub(super) struct TrailInstance {
    /// As it is in the first world in which it is created.
    pub(super) trail: Trail,
    /// Its declarations in the worlds that create it, each with the files that lead to it: a condition may choose one of
    /// several templates.
    pub(super) declarations: Vec<(Span, Vec<FileId>)>,
    pub(super) exists: TrailExistence,
    /// The events that it records in all worlds, and in any world.
    pub(super) coverage: EventCoverage,
    /// The events that its selectors record where the trail exists, in all worlds and in any world.
    pub(super) recorded: CoverageBounds,
    /// The Region in which it is created in all worlds.
    pub(super) region: Option<String>,
    /// The number of the account in which its provider creates it in all worlds.
    pub(super) account: Option<String>,
    /// The values that are compared with those of the deployed trail.
    pub(super) facts: TrailFacts,
    /// The results of the rules.
    pub(super) results: Vec<RuleResult>,
}

/// The result of a rule for a trail over all worlds.
#[derive(Debug)]
pub(super) struct RuleResult {
    pub(super) rule: &'static Rule,
    pub(super) outcome: Outcome,
    /// The finding, unless the outcome is a pass.
    pub(super) finding: Option<Box<Finding>>,
    pub(super) witness: Witness,
}

/// The instances in a world, with the related resources of the world.
struct WorldRun {
    trails: Vec<Trail>,
    world: World,
    delivery: Rc<RelatedIndex>,
    log_groups: Rc<RelatedIndex>,
}

/// The related resources of a trail in a world that decides more than the trail's own.
type InnerWorld = (Option<Rc<LogDelivery>>, World);

/// An instance in a world.
struct InstanceInWorld<'a> {
    trail: &'a Trail,
    world: &'a World,
    delivery: RelatedInWorld,
    log_group: RelatedInWorld,
}

/// The related resources of an instance in a world.
#[derive(Default)]
struct RelatedInWorld {
    /// `None` if no rule checks them.
    delivery: Option<Rc<LogDelivery>>,
    /// The related resources in each of the worlds within this one; `None` if there are too many.
    inner_worlds: OnceCell<Option<Vec<InnerWorld>>>,
}

impl RelatedInWorld {
    fn of(trail: &Trail, index: &RelatedIndex) -> Self {
        let delivery = index.of(&trail.address);
        let delivery = delivery.or_else(|| LogDelivery::over_limit(trail, index.limit()?).map(Rc::new));
        Self { delivery, inner_worlds: OnceCell::new() }
    }
}

/// The instances that a declaration has in any world.
pub(super) fn trail_instances(related: &AllRelated<'_>, site: usize, settings: &EngineSettings) -> Vec<TrailInstance> {
    let RelatedResources { opened, budget, .. } = related.delivery;
    let runs = runs(budget, |world| read(opened, site, world));
    if !runs.iter().flat_map(|(trails, _)| trails).any(|trail| !trail.never_exists()) {
        let never = runs.iter().flat_map(|(trails, _)| trails).next();
        return never.map(|trail| absent(trail, budget, settings)).into_iter().collect();
    }
    let runs: Vec<WorldRun> = without_needless_failures(runs)
        .into_iter()
        .map(|(trails, world)| WorldRun {
            delivery: related.delivery.of(&trails, &world),
            log_groups: related.log_groups.of(&trails, &world),
            trails,
            world,
        })
        .collect();
    let instances = by_address(&runs).into_iter().map(|seen| deployable(seen, &runs));
    instances.filter_map(|(seen, worlds)| combine(&seen, worlds, related, settings)).collect()
}

/// An evaluation in all possible worlds.
pub(super) fn runs<T>(budget: &Rc<Budget>, evaluate: impl FnMut(&World) -> T) -> Vec<(T, World)> {
    let (possible, rejected): (Vec<_>, Vec<_>) =
        explore(budget, evaluate).into_iter().partition(|(_, world)| !world.is_rejected());
    // If no world is certainly possible, the rejected ones are used.
    if possible.is_empty() { rejected } else { possible }
}

/// Removes the worlds in which an evaluation fails, since nothing is deployed in them. A world is kept if it is the
/// only one that creates an instance: an error never removes an instance.
pub(super) fn without_needless_failures(runs: Vec<(Vec<Trail>, World)>) -> Vec<(Vec<Trail>, World)> {
    if runs.iter().all(|(_, world)| world.has_failed()) {
        return runs;
    }
    let deployable = runs.iter().filter(|(_, world)| !world.has_failed());
    let seen: HashSet<String> = deployable.flat_map(|(trails, _)| created(trails)).collect();
    runs.into_iter().filter(|(trails, world)| !world.has_failed() || !created(trails).is_subset(&seen)).collect()
}

fn created(trails: &[Trail]) -> HashSet<String> {
    trails.iter().filter(|trail| !trail.never_exists()).map(|trail| trail.address.clone()).collect()
}

/// Returns the worlds that count for an instance, and their number including those in which it isn't created. Worlds in
/// which an evaluation fails count only if no other world creates the instance.
fn deployable<'r>(mut seen: Vec<InstanceInWorld<'r>>, runs: &[WorldRun]) -> (Vec<InstanceInWorld<'r>>, usize) {
    if seen.iter().all(|seen| seen.world.has_failed()) {
        return (seen, runs.len());
    }
    seen.retain(|seen| !seen.world.has_failed());
    (seen, runs.iter().filter(|run| !run.world.has_failed()).count())
}

/// The created instances, each with all the worlds in which it is created.
fn by_address(runs: &[WorldRun]) -> Vec<Vec<InstanceInWorld<'_>>> {
    let mut instances: Vec<Vec<InstanceInWorld<'_>>> = Vec::new();
    let mut positions: HashMap<&str, usize> = HashMap::new();
    for WorldRun { trails, world, delivery, log_groups } in runs {
        for trail in trails.iter().filter(|trail| !trail.never_exists()) {
            let position = *positions.entry(&trail.address).or_insert(instances.len());
            let delivery = RelatedInWorld::of(trail, delivery);
            let seen = InstanceInWorld { trail, world, delivery, log_group: RelatedInWorld::of(trail, log_groups) };
            match instances.get_mut(position) {
                Some(others) => others.push(seen),
                None => instances.push(vec![seen]),
            }
        }
    }
    instances
}

/// The trails of one declaration in a world.
pub(super) fn read(opened: &dyn LoadedProject, site: usize, world: &World) -> Vec<Trail> {
    opened.resources(SearchSubject::Trails, site, world).into_iter().filter_map(dialects::read).collect()
}

/// The instance of a trail that isn't created. Only a contradicting plan is reported for it.
fn absent(trail: &Trail, budget: &Rc<Budget>, settings: &EngineSettings) -> TrailInstance {
    let (delivery, log_group) = (RelatedInWorld::default(), RelatedInWorld::default());
    let seen = [InstanceInWorld { trail, world: &World::open(budget), delivery, log_group }];
    let results = rule_result(&rules::STALE_PLAN, &seen, None, settings).into_iter().collect();
    TrailInstance {
        declarations: Vec::new(),
        trail: trail.clone(),
        exists: TrailExistence::Never,
        coverage: EventCoverage::NOTHING,
        recorded: selected(&trail.selectors),
        region: None,
        account: None,
        facts: TrailFacts::of(trail, None, None),
        results,
    }
}

fn combine(
    seen: &[InstanceInWorld<'_>],
    worlds: usize,
    related: &AllRelated<'_>,
    settings: &EngineSettings,
) -> Option<TrailInstance> {
    let first = seen.first()?.trail;
    let is_always = seen.len() == worlds && seen.iter().all(|seen| seen.trail.exists.value == Known(true));
    let exists = if is_always { TrailExistence::Always } else { TrailExistence::Sometimes };
    let results = RULES.iter().copied().filter_map(|rule| rule_result(rule, seen, Some(related), settings)).collect();
    let region = region(seen);
    let is_in_one_account = seen.iter().all(|seen| seen.trail.account == first.account);
    let account = first.account.clone().filter(|_| is_in_one_account);
    let facts_in = |seen: &InstanceInWorld<'_>| {
        let (delivery, log_group) = (seen.delivery.delivery.as_deref(), seen.log_group.delivery.as_deref());
        TrailFacts::of(seen.trail, delivery, log_group)
    };
    let facts = seen.iter().map(facts_in).reduce(|facts, other| facts.or(&other))?;
    let recorded = seen.iter().map(|seen| selected(&seen.trail.selectors)).reduce(CoverageBounds::or)?;
    let mut declarations: Vec<(Span, Vec<FileId>)> = Vec::new();
    for InstanceInWorld { trail, .. } in seen {
        if declarations.iter().all(|(header, _)| *header != trail.header) {
            declarations.push((trail.header, trail.owners.clone()));
        }
    }
    let coverage = coverage(seen, worlds);
    Some(TrailInstance {
        trail: first.clone(),
        declarations,
        exists,
        coverage,
        recorded,
        region,
        account,
        facts,
        results,
    })
}

/// Returns the recorded events. In a world in which the trail isn't created, it records none.
fn coverage(seen: &[InstanceInWorld<'_>], worlds: usize) -> EventCoverage {
    let absent = (seen.len() < worlds).then_some(EventCoverage::NOTHING);
    let created = seen.iter().map(|seen| EventCoverage::of(seen.trail));
    created.chain(absent).reduce(EventCoverage::or).unwrap_or(EventCoverage::NOTHING)
}

/// Returns the Region, if it is the same in every world that creates the trail.
fn region(seen: &[InstanceInWorld<'_>]) -> Option<String> {
    let mut regions = seen.iter().map(|seen| match &seen.trail.region.value {
        Known(region) => Some(region),
        Unknown(_) => None,
    });
    let first = regions.next()??;
    regions.all(|region| region == Some(first)).then(|| first.clone())
}

/// The result of a rule on trails; `None` if the rule isn't one or doesn't apply.
fn rule_result(
    rule: &'static Rule,
    seen: &[InstanceInWorld<'_>],
    related: Option<&AllRelated<'_>>,
    settings: &EngineSettings,
) -> Option<RuleResult> {
    if seen.iter().any(|seen| !(rule.applies)(seen.trail)) {
        return None;
    }
    match rule.check {
        Check::Trail(check) => Some(combine_verdicts(
            rule,
            seen.iter().map(|seen| (check(seen.trail, &settings.policy), seen.trail, seen.world)),
        )),
        Check::LogDelivery(check) => {
            let search = RelatedSearch { related: &related?.delivery, pick: |seen| &seen.delivery };
            related_result(rule, &|delivery| check(delivery, &settings.policy), seen, &search)
        }
        Check::LogGroup(check) => {
            let search = RelatedSearch { related: &related?.log_groups, pick: |seen| &seen.log_group };
            related_result(rule, &|delivery| check(delivery, &settings.policy), seen, &search)
        }
        Check::Advice(check) => advice(rule, seen.iter().find_map(|seen| check(seen.trail, &settings.policy))),
        Check::LogDeliveryAdvice(check) => {
            advice(rule, seen.iter().find_map(|seen| check(seen.delivery.delivery.as_ref()?)))
        }
        Check::Deployment(_) | Check::Reading | Check::Evidence | Check::Ignoring | Check::Comparing => None,
    }
}

/// One of the searches for related resources, and its results for an instance.
struct RelatedSearch<'a> {
    related: &'a RelatedResources<'a>,
    pick: for<'s> fn(&'s InstanceInWorld<'_>) -> &'s RelatedInWorld,
}

/// The result of a rule on related resources. Worlds with the same related resources are evaluated once.
fn related_result(
    rule: &'static Rule,
    check: &dyn Fn(&LogDelivery) -> Option<Verdict>,
    seen: &[InstanceInWorld<'_>],
    search: &RelatedSearch<'_>,
) -> Option<RuleResult> {
    let mut judged: HashMap<*const LogDelivery, Option<Verdict>> = HashMap::new();
    let mut judge =
        |delivery: &Rc<LogDelivery>| judged.entry(Rc::as_ptr(delivery)).or_insert_with(|| check(delivery)).clone();
    let verdicts: Vec<Option<Verdict>> =
        seen.iter().map(|seen| judge((search.pick)(seen).delivery.as_ref()?)).collect();
    let is_judged = verdicts.iter().all(Option::is_some)
        || verdicts.iter().flatten().any(|verdict| !matches!(verdict, Verdict::Pass));
    if !is_judged {
        return None;
    }
    // If the rule doesn't apply in some worlds, these count as a pass, but don't make the result a pass in all worlds.
    let verdicts = verdicts.into_iter().map(|verdict| verdict.unwrap_or(Verdict::Pass));
    let mut told: Vec<(Verdict, &Trail, &World)> = Vec::new();
    let mut undeployable = Vec::new();
    for (verdict, seen) in verdicts.zip(seen) {
        match inner_verdicts(&verdict, check, seen, search) {
            Some(within) if within.is_empty() => undeployable.push((verdict, seen.trail, seen.world)),
            Some(within) => told.extend(within.into_iter().map(|(verdict, world)| (verdict, seen.trail, world))),
            None => told.push((verdict, seen.trail, seen.world)),
        }
    }
    Some(combine_verdicts(rule, if told.is_empty() { undeployable } else { told }.into_iter()))
}

/// Returns the verdicts in the worlds within one whose verdict is unknown, if all of them are known; empty if an
/// evaluation fails in each.
fn inner_verdicts<'s>(
    verdict: &Verdict,
    check: &dyn Fn(&LogDelivery) -> Option<Verdict>,
    seen: &'s InstanceInWorld<'_>,
    search: &RelatedSearch<'_>,
) -> Option<Vec<(Verdict, &'s World)>> {
    let Verdict::Unknown(Finding { is_declared_elsewhere: false, .. }) = verdict else { return None };
    let inner_worlds = &(search.pick)(seen).inner_worlds;
    let within = inner_worlds.get_or_init(|| search.related.within(seen.trail, seen.world)).as_ref()?;
    within
        .iter()
        .map(|(delivery, world)| {
            let verdict = check(delivery.as_ref()?)?;
            verdict.passes().map(|_| (verdict, world))
        })
        .collect()
}

/// Combines the verdicts of all worlds.
fn combine_verdicts<'s>(
    rule: &'static Rule,
    verdicts: impl Iterator<Item = (Verdict, &'s Trail, &'s World)>,
) -> RuleResult {
    let verdicts = verdicts.map(|(verdict, trail, world)| (unknown_if_absent(verdict, trail), world));
    let (outcome, finding, witness) = witness::combine(verdicts.collect());
    RuleResult { rule, outcome, finding: finding.map(Box::new), witness }
}

fn advice(rule: &'static Rule, finding: Option<Finding>) -> Option<RuleResult> {
    Some(RuleResult { rule, outcome: Outcome::Fail, finding: Some(Box::new(finding?)), witness: Witness::default() })
}

/// Makes a failure unknown if the trail may not exist.
fn unknown_if_absent(verdict: Verdict, trail: &Trail) -> Verdict {
    match verdict {
        Verdict::Fail(finding) if trail.may_never_exist() => {
            let place = trail.exists.origin.span();
            Verdict::Unknown(finding.with_label(place, "it is unknown if the trail is created"))
        }
        Verdict::Pass | Verdict::Fail(_) | Verdict::Unknown(_) => verdict,
    }
}

impl TrailInstance {
    /// True if the trail certainly satisfies the control alone.
    pub(super) fn satisfies(&self) -> bool {
        self.exists == TrailExistence::Always && self.conditions().all(|answer| answer.outcome == Outcome::Pass)
    }

    /// True if one condition of the control fails in every world.
    pub(super) fn violates(&self) -> bool {
        self.conditions().any(|answer| answer.outcome == Outcome::Fail)
    }

    /// The conditions of the control.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &RuleResult> {
        self.results.iter().filter(|answer| answer.rule.is_condition)
    }

    /// True if the trail is certainly not created.
    pub(super) fn is_absent(&self) -> bool {
        self.exists == TrailExistence::Never
    }

    /// True if the condition of its existence could be evaluated.
    pub(super) fn may_never_exist(&self) -> bool {
        matches!(self.trail.exists.value, Unknown(_)) && self.trail.may_never_exist()
    }
}

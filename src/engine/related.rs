//! Finds the resources that are related to trails (buckets, keys and their policies) in the trails' worlds.
//!
//! Related resources decide nothing: a value on which no trail depends stays undecided, so that a bucket never
//! multiplies the worlds. Only where a verdict is unknown because of that, the trail's own related resources are
//! evaluated in the worlds within the trail's world.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::settings::EngineSettings;
use crate::formats::LoadedProject;
use crate::model::log_delivery::{
    self, LogDelivery, PolicyWork, RelatedIndex, RelatedResource, SourceId, UnreadCompanion,
};
use crate::model::{SearchSubject, Trail, UnreadPart};
use crate::rules::{self, Check, RULES};
use crate::value::budget::STEPS;
use crate::value::world::Decision;
use crate::value::{Budget, Reason, World};

/// The limit of worlds within a world of a trail. Beyond it, verdicts on its related resources stay unknown.
const MAX_WORLDS_WITHIN: usize = 32;

/// The limit of such worlds for all trails of a deployment.
const MAX_TRIED: usize = 2_048;

/// The number of bytes of policies that are counted as one step.
const BYTES_PER_STEP: usize = 32;

/// All related resources of a deployment's trails.
pub(super) struct AllRelated<'a> {
    /// Those on which the delivery of log files depends.
    pub(super) delivery: RelatedResources<'a>,
    /// Those on which the delivery to CloudWatch Logs depends.
    pub(super) log_groups: RelatedResources<'a>,
}

impl<'a> AllRelated<'a> {
    /// The resources that the selected rules need. `is_compared` is true if the trails are compared with deployed ones.
    pub(super) fn new(
        opened: &'a dyn LoadedProject,
        budget: &'a Rc<Budget>,
        settings: &EngineSettings,
        is_compared: bool,
    ) -> Self {
        let is_selected = |is_of: fn(Check) -> bool| {
            RULES.iter().copied().any(|rule| is_of(rule.check) && settings.selection.is_selected(rule))
        };
        let is_delivery = is_selected(|check| check.is_log_delivery() || matches!(check, Check::Evidence));
        let is_log_group = is_selected(|check| matches!(check, Check::LogGroup(_)))
            || is_compared && settings.selection.is_selected(&rules::DRIFTED_TRAIL);
        let new = |subject, is_needed| RelatedResources::new(opened, budget, subject, is_needed);
        Self {
            delivery: new(SearchSubject::Related, is_delivery),
            log_groups: new(SearchSubject::LogGroups, is_log_group),
        }
    }
}

/// The related resources of a deployment's trails for one search.
pub(super) struct RelatedResources<'a> {
    subject: SearchSubject,
    pub(super) opened: &'a dyn LoadedProject,
    pub(super) budget: &'a Rc<Budget>,
    /// True if a selected rule needs related resources.
    is_needed: bool,
    undecided: OnceCell<UndecidedRelated>,
    /// The work on policies, in all worlds.
    spent: Rc<PolicyWork>,
    /// The number of worlds that were evaluated within those of trails.
    worlds_tried: Cell<usize>,
}

/// The related resources before any unknown value is decided.
struct UndecidedRelated {
    /// The related resources of each declaration.
    sites: Vec<Vec<RelatedResource>>,
    /// The declarations that depend on an undecided value, except for those that only name the log target of a trail.
    by_subject: HashMap<String, Vec<usize>>,
    deliveries: DeliveryIndex,
    /// All other declarations.
    others: Vec<usize>,
    unread_companion: Option<UnreadCompanion>,
    index: Rc<RelatedIndex>,
    /// The declarations that depend on any undecided value.
    undecided_sites: BTreeSet<usize>,
    /// The declarations that aren't deliveries, by the value on which they depend.
    by_source: HashMap<SourceId, usize>,
}

/// The declarations that only name the log target of a trail. They are relevant to that trail alone.
#[derive(Default)]
struct DeliveryIndex {
    by_trail: HashMap<String, usize>,
    /// Those that depend on an undecided value.
    by_subject: HashMap<String, BTreeSet<usize>>,
}

impl<'a> RelatedResources<'a> {
    fn new(opened: &'a dyn LoadedProject, budget: &'a Rc<Budget>, subject: SearchSubject, is_needed: bool) -> Self {
        Self {
            subject,
            opened,
            budget,
            is_needed,
            undecided: OnceCell::new(),
            spent: Rc::new(PolicyWork::new(budget)),
            worlds_tried: Cell::new(0),
        }
    }

    /// Returns the related resources, with the values that the world decides.
    pub(super) fn of(&self, trails: &[Trail], world: &World) -> Rc<RelatedIndex> {
        if !self.is_needed {
            return Rc::default();
        }
        let still = self.undecided.get_or_init(|| self.read());
        let decisions = world.decisions();
        let all: Vec<&[usize]> = decisions
            .iter()
            .filter_map(|decision| still.by_subject.get(decision.atom.subject()).map(Vec::as_slice))
            .collect();
        let own = still.deliveries.of(trails);
        let moved = own.iter().copied().filter(|site| still.deliveries.depends(*site, &decisions));
        let moved: Vec<usize> = moved.collect();
        let count = all.iter().fold(moved.len(), |count, sites| count.saturating_add(sites.len()));
        if count == 0 || !self.spent.may_reindex(still.others.len(), count) {
            return Rc::clone(&still.index);
        }
        let sites: BTreeSet<usize> = all.into_iter().flatten().copied().chain(moved).collect();
        let again: BTreeMap<usize, Vec<RelatedResource>> =
            sites.into_iter().map(|site| (site, self.resources_of(site, &world.frozen()))).collect();
        let delivery = still.others.iter().chain(&own);
        let related = delivery.filter_map(|site| again.get(site).or_else(|| still.sites.get(*site))).flatten();
        Rc::new(RelatedIndex::new(related, still.unread_companion.clone(), Rc::clone(&self.spent)))
    }

    /// The trail's related resources in each world within `world` that decides what is undecided about them, if there
    /// are few such worlds. Worlds in which an evaluation fails are excluded.
    pub(super) fn within(&self, trail: &Trail, world: &World) -> Option<Vec<(Option<Rc<LogDelivery>>, World)>> {
        let still = self.undecided.get().filter(|_| self.worlds_tried.get() < MAX_TRIED)?;
        let sites = still.undecided_around(trail);
        if sites.is_empty() {
            return None;
        }
        let worlds = world.explore_within(MAX_WORLDS_WITHIN, |world| {
            self.worlds_tried.set(self.worlds_tried.get().saturating_add(1));
            sites.iter().for_each(|site| drop(self.resources_of(*site, world)));
        });
        let worlds = worlds?.into_iter().map(|(_, world)| world).filter(|world| !world.is_rejected());
        let mut within = Vec::new();
        for world in worlds.filter(|world| !world.has_failed()) {
            within.push((self.of(std::slice::from_ref(trail), &world).of(&trail.address), world));
        }
        Some(within)
    }

    fn read(&self) -> UndecidedRelated {
        let mut undecided_sites = BTreeSet::new();
        let mut by_subject: HashMap<String, Vec<usize>> = HashMap::new();
        let (mut deliveries, mut others) = (DeliveryIndex::default(), Vec::new());
        let mut sites: Vec<Vec<RelatedResource>> = Vec::new();
        for site in 0..self.opened.sites(self.subject) {
            let world = World::recording(self.budget);
            let made = self.resources_of(site, &world);
            let heard = world.recorded();
            if !heard.is_empty() {
                undecided_sites.insert(site);
            }
            if deliveries.note(site, &made) {
                heard.into_iter().for_each(|subject| deliveries.depend(site, subject));
            } else {
                others.push(site);
                heard.into_iter().for_each(|subject| by_subject.entry(subject).or_default().push(site));
            }
            sites.push(made);
        }
        let mut unread = self.opened.unread_parts(self.subject);
        // A search that reached a limit may have missed anything, so it comes first.
        unread.sort_by_key(|part| part.limit.is_none());
        let unread_companion = unread.into_iter().next().map(unread_companion).or_else(|| self.spent_budget());
        let index =
            Rc::new(RelatedIndex::new(sites.iter().flatten(), unread_companion.clone(), Rc::clone(&self.spent)));
        let by_source = sites.iter().enumerate().filter(|(site, _)| undecided_sites.contains(site));
        let by_source =
            by_source.flat_map(|(site, made)| made.iter().flat_map(RelatedResource::sources).map(move |of| (of, site)));
        let by_source = by_source.collect();
        UndecidedRelated { sites, by_subject, deliveries, others, unread_companion, index, undecided_sites, by_source }
    }

    /// Returns the reason for an unknown verdict if the budget is exceeded.
    fn spent_budget(&self) -> Option<UnreadCompanion> {
        let span = self.opened.header().filter(|_| self.budget.is_exceeded())?;
        Some(UnreadCompanion { span, why: Reason::OverLimit { limit: STEPS } })
    }

    fn resources_of(&self, site: usize, world: &World) -> Vec<RelatedResource> {
        let resources = self.opened.resources(self.subject, site, world);
        let mut made: Vec<RelatedResource> = resources.into_iter().filter_map(log_delivery::read).collect();
        // The resources of all declarations are kept until the last trail has been evaluated.
        made.shrink_to_fit();
        world.charge(made.iter().map(RelatedResource::length).sum::<usize>() / BYTES_PER_STEP);
        made
    }
}

impl UndecidedRelated {
    /// Returns the declarations around a trail that depend on an undecided value.
    fn undecided_around(&self, trail: &Trail) -> BTreeSet<usize> {
        let own = self.deliveries.of(std::slice::from_ref(trail));
        let delivery = self.index.of(&trail.address);
        let sources = delivery.iter().flat_map(|delivery| delivery.sources());
        let others: Vec<usize> = sources.filter_map(|source| self.by_source.get(&source)).copied().collect();
        own.into_iter().filter(|site| self.undecided_sites.contains(site)).chain(others).collect()
    }
}

impl DeliveryIndex {
    /// Records a declaration that only names where trails deliver; false for any other.
    fn note(&mut self, site: usize, made: &[RelatedResource]) -> bool {
        let trails: Option<Vec<&str>> = made.iter().map(trail_of).collect();
        let trails = trails.unwrap_or_default();
        self.by_trail.extend(trails.iter().map(|trail| ((*trail).to_owned(), site)));
        !trails.is_empty()
    }

    fn depend(&mut self, site: usize, subject: String) {
        self.by_subject.entry(subject).or_default().insert(site);
    }

    /// The declarations of these trails.
    fn of(&self, trails: &[Trail]) -> BTreeSet<usize> {
        trails.iter().filter_map(|trail| self.by_trail.get(&trail.address)).copied().collect()
    }

    /// True if the declaration depends on one of the decisions.
    fn depends(&self, site: usize, decisions: &[Decision]) -> bool {
        let mut depending = decisions.iter().filter_map(|decision| self.by_subject.get(decision.atom.subject()));
        depending.any(|sites| sites.contains(&site))
    }
}

/// The address of the trail whose delivery this is, if it is nothing else. `None` for instances of a loop over an
/// unknown value.
fn trail_of(resource: &RelatedResource) -> Option<&str> {
    match resource {
        RelatedResource::Delivery(delivery) => Some(&*delivery.trail).filter(|trail| !trail.contains("${")),
        _ => None,
    }
}

fn unread_companion(part: UnreadPart) -> UnreadCompanion {
    let span = part.header;
    let why = part.limit.map_or_else(|| part.absence(), |limit| Reason::OverLimit { limit });
    UnreadCompanion { span, why }
}

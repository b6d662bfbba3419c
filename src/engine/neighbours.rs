//! What is declared around trails, in the worlds that trails live in.
//!
//! Neighbours decide nothing: what no trail has asked stays open, so that a bucket never multiplies the worlds.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::Settings;
use crate::formats::Opened;
use crate::model::surroundings::{self, Doubt, Neighbour, Neighbourhood, Spent};
use crate::model::{Elsewhere, Subject, Trail};
use crate::rules::RULES;
use crate::value::world::Decision;
use crate::value::{Budget, Why, World};

/// The neighbours of a deployment's trails.
pub(super) struct Neighbours<'a> {
    pub(super) opened: &'a dyn Opened,
    pub(super) budget: &'a Rc<Budget>,
    /// Whether a rule wants to know.
    is_asked: bool,
    still: OnceCell<Still>,
    /// What has been done, in all worlds.
    spent: Rc<Spent>,
}

/// The neighbours as they are before anything is decided.
struct Still {
    /// What each declaration makes.
    sites: Vec<Vec<Neighbour>>,
    /// The declarations that depend on a question, but for those that say no more than where trails deliver.
    depending: HashMap<String, Vec<usize>>,
    deliveries: Deliveries,
    /// All other declarations.
    others: Vec<usize>,
    doubt: Option<Doubt>,
    whole: Rc<Neighbourhood>,
}

/// The declarations that say no more than where trails deliver. To each trail, those of all others are nothing.
#[derive(Default)]
struct Deliveries {
    by_trail: HashMap<String, usize>,
    /// Those that depend on a question.
    depending: HashMap<String, BTreeSet<usize>>,
}

impl<'a> Neighbours<'a> {
    pub(super) fn new(opened: &'a dyn Opened, budget: &'a Rc<Budget>, settings: &Settings) -> Self {
        let is_asked = RULES.into_iter().any(|rule| rule.check.is_around() && settings.selection.has(rule));
        Self { opened, budget, is_asked, still: OnceCell::new(), spent: Rc::default() }
    }

    /// What is declared around trails in a world, as far as it is decided.
    pub(super) fn of(&self, trails: &[Trail], world: &World) -> Rc<Neighbourhood> {
        if !self.is_asked {
            return Rc::default();
        }
        let still = self.still.get_or_init(|| self.read());
        let decisions = world.decisions();
        let depending = |decision: &Decision| still.depending.get(decision.atom.subject()).map(Vec::as_slice);
        let all: Vec<&[usize]> = decisions.iter().filter_map(depending).collect();
        let own = still.deliveries.of(trails);
        let moved = own.iter().copied().filter(|site| still.deliveries.depends(*site, &decisions));
        let moved: Vec<usize> = moved.collect();
        let count = all.iter().fold(moved.len(), |count, sites| count.saturating_add(sites.len()));
        if count == 0 || !self.spent.may_gather(still.others.len(), count) {
            return Rc::clone(&still.whole);
        }
        let sites: BTreeSet<usize> = all.into_iter().flatten().copied().chain(moved).collect();
        let again: BTreeMap<usize, Vec<Neighbour>> =
            sites.into_iter().map(|site| (site, self.made(site, &world.frozen()))).collect();
        let around = still.others.iter().chain(&own);
        let neighbours = around.filter_map(|site| again.get(site).or_else(|| still.sites.get(*site))).flatten();
        Rc::new(Neighbourhood::new(neighbours, still.doubt.clone(), Rc::clone(&self.spent)))
    }

    fn read(&self) -> Still {
        let mut depending: HashMap<String, Vec<usize>> = HashMap::new();
        let (mut deliveries, mut others) = (Deliveries::default(), Vec::new());
        let mut make = |site| {
            let world = World::listening(self.budget);
            let made = self.made(site, &world);
            if deliveries.note(site, &made) {
                world.heard().into_iter().for_each(|subject| deliveries.depend(site, subject));
            } else {
                others.push(site);
                world.heard().into_iter().for_each(|subject| depending.entry(subject).or_default().push(site));
            }
            made
        };
        let sites: Vec<Vec<Neighbour>> = (0..self.opened.sites(Subject::Surroundings)).map(&mut make).collect();
        let doubt = self.opened.elsewhere(Subject::Surroundings).into_iter().next().map(doubt);
        let whole = Rc::new(Neighbourhood::new(sites.iter().flatten(), doubt.clone(), Rc::clone(&self.spent)));
        Still { sites, depending, deliveries, others, doubt, whole }
    }

    fn made(&self, site: usize, world: &World) -> Vec<Neighbour> {
        let resources = self.opened.resources(Subject::Surroundings, site, world);
        resources.into_iter().filter_map(surroundings::read).collect()
    }
}

impl Deliveries {
    /// Whether a declaration says no more than where trails deliver.
    fn note(&mut self, site: usize, made: &[Neighbour]) -> bool {
        let trails: Option<Vec<&str>> = made.iter().map(trail_of).collect();
        let trails = trails.unwrap_or_default();
        self.by_trail.extend(trails.iter().map(|trail| ((*trail).to_owned(), site)));
        !trails.is_empty()
    }

    fn depend(&mut self, site: usize, subject: String) {
        self.depending.entry(subject).or_default().insert(site);
    }

    /// The declarations of these trails.
    fn of(&self, trails: &[Trail]) -> BTreeSet<usize> {
        trails.iter().filter_map(|trail| self.by_trail.get(&trail.address)).copied().collect()
    }

    /// Whether a declaration depends on what is decided.
    fn depends(&self, site: usize, decisions: &[Decision]) -> bool {
        let mut depending = decisions.iter().filter_map(|decision| self.depending.get(decision.atom.subject()));
        depending.any(|sites| sites.contains(&site))
    }
}

/// The trail of which a neighbour is no more than the delivery. What a loop makes of what isn't known may become anything.
fn trail_of(neighbour: &Neighbour) -> Option<&str> {
    match neighbour {
        Neighbour::Delivery(delivery) => Some(&*delivery.trail).filter(|trail| !trail.contains("${")),
        _ => None,
    }
}

fn doubt(Elsewhere { header, what, help, .. }: Elsewhere) -> Doubt {
    Doubt { span: header, why: Why::NotHere { part: what, help } }
}

//! What is declared around trails, in the worlds that trails live in.
//!
//! Neighbours decide nothing: what no trail has asked stays open, so that a bucket never multiplies the worlds.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::Settings;
use crate::formats::Opened;
use crate::model::surroundings::{self, Doubt, Neighbour, Neighbourhood};
use crate::model::{Elsewhere, Subject};
use crate::rules::RULES;
use crate::value::{Why, World};

/// The neighbours of a deployment's trails.
pub(super) struct Neighbours<'a> {
    pub(super) opened: &'a dyn Opened,
    /// Whether a rule wants to know.
    is_asked: bool,
    still: OnceCell<Still>,
    /// How much text of policies has been weighed, in all worlds.
    weighed: Rc<Cell<usize>>,
}

/// The neighbours as they are before anything is decided.
struct Still {
    /// What each declaration makes.
    sites: Vec<Vec<Neighbour>>,
    /// The declarations that depend on a question.
    depending: HashMap<String, Vec<usize>>,
    doubts: Vec<Doubt>,
    whole: Rc<Neighbourhood>,
}

impl<'a> Neighbours<'a> {
    pub(super) fn new(opened: &'a dyn Opened, settings: &Settings) -> Self {
        let is_asked = RULES.into_iter().any(|rule| rule.check.is_around() && settings.selection.has(rule));
        Self { opened, is_asked, still: OnceCell::new(), weighed: Rc::default() }
    }

    /// What is declared in a world, as far as it is decided.
    pub(super) fn of(&self, world: &World) -> Rc<Neighbourhood> {
        if !self.is_asked {
            return Rc::default();
        }
        let still = self.still.get_or_init(|| self.read());
        let depending = |subject: &str| still.depending.get(subject).into_iter().flatten().copied();
        let decisions = world.decisions();
        let sites: BTreeSet<usize> = decisions.iter().flat_map(|decision| depending(decision.atom.subject())).collect();
        if sites.is_empty() {
            return Rc::clone(&still.whole);
        }
        let again: BTreeMap<usize, Vec<Neighbour>> =
            sites.into_iter().map(|site| (site, self.made(site, &world.frozen()))).collect();
        let neighbours = still.sites.iter().enumerate().flat_map(|(site, made)| again.get(&site).unwrap_or(made));
        Rc::new(Neighbourhood::new(neighbours, still.doubts.clone(), Rc::clone(&self.weighed)))
    }

    fn read(&self) -> Still {
        let mut depending: HashMap<String, Vec<usize>> = HashMap::new();
        let make = |site| {
            let world = World::listening();
            let made = self.made(site, &world);
            world.heard().into_iter().for_each(|subject| depending.entry(subject).or_default().push(site));
            made
        };
        let sites: Vec<Vec<Neighbour>> = (0..self.opened.sites(Subject::Surroundings)).map(make).collect();
        let doubts: Vec<Doubt> = self.opened.elsewhere(Subject::Surroundings).into_iter().map(doubt).collect();
        let whole = Rc::new(Neighbourhood::new(sites.iter().flatten(), doubts.clone(), Rc::clone(&self.weighed)));
        Still { sites, depending, doubts, whole }
    }

    fn made(&self, site: usize, world: &World) -> Vec<Neighbour> {
        let resources = self.opened.resources(Subject::Surroundings, site, world);
        resources.into_iter().filter_map(surroundings::read).collect()
    }
}

fn doubt(Elsewhere { header, what, help }: Elsewhere) -> Doubt {
    Doubt { span: header, why: Why::NotHere { part: what, help } }
}

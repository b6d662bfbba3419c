//! What is declared around trails, in the worlds that trails live in.
//!
//! Neighbours decide nothing: what no trail has asked stays open, so that a bucket never multiplies the worlds.

use std::cell::{Cell, OnceCell};
use std::collections::HashSet;
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
    /// What each declaration makes, and the questions on which that depends.
    sites: Vec<(Vec<Neighbour>, HashSet<String>)>,
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
        let decisions = world.decisions();
        let depends =
            |heard: &HashSet<String>| decisions.iter().any(|decision| heard.contains(decision.atom.subject()));
        if !still.sites.iter().any(|(_, heard)| depends(heard)) {
            return Rc::clone(&still.whole);
        }
        let again = |(site, (_, heard)): (usize, &(_, HashSet<String>))| {
            depends(heard).then(|| self.made(site, &world.frozen()))
        };
        let again: Vec<Option<Vec<Neighbour>>> = still.sites.iter().enumerate().map(again).collect();
        let neighbours = still.sites.iter().zip(&again).flat_map(|((still, _), again)| again.as_ref().unwrap_or(still));
        Rc::new(Neighbourhood::new(neighbours, still.doubts.clone(), Rc::clone(&self.weighed)))
    }

    fn read(&self) -> Still {
        let site = |site| {
            let world = World::listening();
            let made = self.made(site, &world);
            (made, world.heard())
        };
        let sites: Vec<_> = (0..self.opened.sites(Subject::Surroundings)).map(site).collect();
        let doubts: Vec<Doubt> = self.opened.elsewhere(Subject::Surroundings).into_iter().map(doubt).collect();
        let neighbours = sites.iter().flat_map(|(neighbours, _)| neighbours);
        let whole = Rc::new(Neighbourhood::new(neighbours, doubts.clone(), Rc::clone(&self.weighed)));
        Still { sites, doubts, whole }
    }

    fn made(&self, site: usize, world: &World) -> Vec<Neighbour> {
        let resources = self.opened.resources(Subject::Surroundings, site, world);
        resources.into_iter().filter_map(surroundings::read).collect()
    }
}

fn doubt(Elsewhere { header, what, help }: Elsewhere) -> Doubt {
    Doubt { span: header, why: Why::NotHere { part: what, help } }
}

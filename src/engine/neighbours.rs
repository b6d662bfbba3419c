//! What is declared around trails, in the worlds that trails live in.
//!
//! Neighbours decide nothing: what no trail has asked stays open, so that a bucket never multiplies the worlds.

use std::cell::OnceCell;
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
}

/// The neighbours as they are before anything is decided.
struct Still {
    /// What each declaration makes, and whether that depends on decisions.
    sites: Vec<(Vec<Neighbour>, bool)>,
    doubts: Vec<Doubt>,
    whole: Rc<Neighbourhood>,
}

impl<'a> Neighbours<'a> {
    pub(super) fn new(opened: &'a dyn Opened, settings: &Settings) -> Self {
        let is_asked = RULES.into_iter().any(|rule| rule.check.is_around() && settings.selection.has(rule));
        Self { opened, is_asked, still: OnceCell::new() }
    }

    /// What is declared in a world, as far as it is decided.
    pub(super) fn of(&self, world: &World) -> Rc<Neighbourhood> {
        if !self.is_asked {
            return Rc::default();
        }
        let still = self.still.get_or_init(|| self.read());
        if world.decisions().is_empty() || still.sites.iter().all(|(_, depends)| !depends) {
            return Rc::clone(&still.whole);
        }
        let mut again: Vec<Option<Vec<Neighbour>>> = Vec::new();
        for (site, (_, depends)) in still.sites.iter().enumerate() {
            again.push(depends.then(|| self.made(site, &world.frozen())));
        }
        let neighbours = still.sites.iter().zip(&again).flat_map(|((still, _), again)| again.as_ref().unwrap_or(still));
        Rc::new(Neighbourhood::new(neighbours, still.doubts.clone()))
    }

    fn read(&self) -> Still {
        let site = |site| {
            let world = World::open();
            let made = self.made(site, &world);
            (made, world.asked() > 0)
        };
        let sites: Vec<(Vec<Neighbour>, bool)> = (0..self.opened.sites(Subject::Surroundings)).map(site).collect();
        let doubts: Vec<Doubt> = self.opened.elsewhere(Subject::Surroundings).into_iter().map(doubt).collect();
        let neighbours = sites.iter().flat_map(|(neighbours, _)| neighbours);
        let whole = Rc::new(Neighbourhood::new(neighbours, doubts.clone()));
        Still { sites, doubts, whole }
    }

    fn made(&self, site: usize, world: &World) -> Vec<Neighbour> {
        let resources = self.opened.resources(Subject::Surroundings, site, world);
        resources.into_iter().filter_map(surroundings::read).collect()
    }
}

fn doubt(Elsewhere { header, what, .. }: Elsewhere) -> Doubt {
    Doubt { span: header, why: Why::NotEvaluated { construct: what } }
}

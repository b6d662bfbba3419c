//! What a trail puts on record, in its own Region and in the others.

use super::selectors::{Bounds, Coverage, Recorded, Selectors};
use super::{Setting, Trail};
use crate::value::{Known, Unknown};

/// The management events that a trail records, at least and at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// In the Region that it is created in.
    pub own_region: Bounds,
    /// In every other Region of the account.
    pub other_regions: Bounds,
}

impl Reach {
    /// Of a trail that isn't created.
    pub const NOTHING: Self = Self {
        own_region: Bounds { least: Coverage::NOTHING, most: Coverage::NOTHING },
        other_regions: Bounds { least: Coverage::NOTHING, most: Coverage::NOTHING },
    };

    /// Of a trail in its world: what its selectors record, as far as it exists, is logging, and is multi-Region.
    pub fn of(trail: &Trail) -> Self {
        let exists = match trail.exists.value {
            Known(exists) => Some(exists),
            Unknown(_) => None,
        };
        let own_region = when(exists, when(is_on(&trail.is_logging), selected(&trail.selectors)));
        Self { own_region, other_regions: when(is_on(&trail.is_multi_region), own_region) }
    }

    /// In one world or another.
    pub fn or(self, other: Self) -> Self {
        Self {
            own_region: self.own_region.or(other.own_region),
            other_regions: self.other_regions.or(other.other_regions),
        }
    }
}

/// Whether a switch is on, if that is known. With a value that isn't valid nothing is deployed.
fn is_on(switch: &Setting<bool>) -> Option<bool> {
    match switch.value() {
        Known(Ok(is_on)) => Some(*is_on),
        Known(Err(_)) => Some(false),
        Unknown(_) => None,
    }
}

/// What is recorded under a condition, which may be unknown.
fn when(condition: Option<bool>, bounds: Bounds) -> Bounds {
    let nothing = Bounds::exactly(Coverage::NOTHING);
    match condition {
        Some(true) => bounds,
        Some(false) => nothing,
        None => bounds.or(nothing),
    }
}

/// What selectors record together. CloudTrail rejects both kinds at once, and then nothing is.
pub fn selected(selectors: &Selectors) -> Bounds {
    let nothing = Bounds::exactly(Coverage::NOTHING);
    match selectors.recorded() {
        Recorded::Everything => Bounds::exactly(Coverage::EVERYTHING),
        Recorded::Conflict { .. } => nothing,
        Recorded::Selected(assessed) => assessed.iter().map(|one| one.bounds).fold(nothing, Bounds::union),
    }
}

//! The management events that a trail records, in its own Region and in others.

use super::selectors::{Coverage, CoverageBounds, Selectors, SelectorsResult};
use super::{Trail, TrailSetting};
use crate::value::{Known, Unknown};

/// Bounds for the management events that a trail records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventCoverage {
    /// In the trail's home Region.
    pub own_region: CoverageBounds,
    /// In every other Region of the account.
    pub other_regions: CoverageBounds,
}

impl EventCoverage {
    /// The reach of a trail that isn't created.
    pub const NOTHING: Self = Self {
        own_region: CoverageBounds { least: Coverage::NOTHING, most: Coverage::NOTHING },
        other_regions: CoverageBounds { least: Coverage::NOTHING, most: Coverage::NOTHING },
    };

    /// Computes the reach of a trail in its world: the events that its selectors record, provided that the trail is
    /// created and logging, and for other Regions that it is multi-Region.
    pub fn of(trail: &Trail) -> Self {
        let exists = match trail.exists.value {
            Known(exists) => Some(exists),
            Unknown(_) => None,
        };
        let own_region = when(exists, when(is_on(&trail.attributes.is_logging), selected(&trail.selectors)));
        Self { own_region, other_regions: when(is_on(&trail.attributes.is_multi_region), own_region) }
    }

    /// Combines the reach in two worlds, of which either may be the actual one.
    pub fn or(self, other: Self) -> Self {
        Self {
            own_region: self.own_region.or(other.own_region),
            other_regions: self.other_regions.or(other.other_regions),
        }
    }
}

/// The value of a switch, if it is known. An invalid value prevents the deployment, so it counts as off.
fn is_on(switch: &TrailSetting<bool>) -> Option<bool> {
    match switch.value() {
        Known(Ok(is_on)) => Some(*is_on),
        Known(Err(_)) => Some(false),
        Unknown(_) => None,
    }
}

/// Limits bounds by a condition that may be unknown.
fn when(condition: Option<bool>, bounds: CoverageBounds) -> CoverageBounds {
    let nothing = CoverageBounds::exactly(Coverage::NOTHING);
    match condition {
        Some(true) => bounds,
        Some(false) => nothing,
        None => bounds.or(nothing),
    }
}

/// Returns the events that all selectors together record. CloudTrail rejects a trail with both kinds, which then
/// records nothing.
pub fn selected(selectors: &Selectors) -> CoverageBounds {
    let nothing = CoverageBounds::exactly(Coverage::NOTHING);
    match selectors.recorded() {
        SelectorsResult::Everything => CoverageBounds::exactly(Coverage::EVERYTHING),
        SelectorsResult::Conflict { .. } => nothing,
        SelectorsResult::Selected(assessed) => {
            assessed.iter().map(|one| one.bounds).fold(nothing, CoverageBounds::union)
        }
    }
}

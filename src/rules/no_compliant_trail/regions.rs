//! The alternative to a multi-Region trail: a separate trail in each required Region.
//!
//! Each has to be logging and to record all management events. Single-Region trails receive the events of global
//! services only in their partition's leader Region, so there has to be one there that includes them.

use std::collections::BTreeSet;

use super::{NO_TRAIL, TrailEvaluation};
use crate::finding::Finding;
use crate::model::{Trail, TrailSetting, region};
use crate::rules::{Rule, missing_global_events, single_region_trail};
use crate::value::{Known, Reason, Unknown};

/// The coverage of the required Regions by the deployment's trails.
pub(super) enum Spread {
    /// All of them are certainly covered.
    Complete,
    /// All of them may be covered; the text describes the missing trails, and follows "may have".
    Open(String),
    /// Some are certainly not covered; the text describes the missing trails, and follows "has".
    Incomplete(String),
}

/// True if the condition is about the Regions of a trail and therefore doesn't apply to its home Region alone.
pub(in crate::internal::rules) fn decides_about_regions(rule: &Rule) -> bool {
    [&single_region_trail::RULE, &missing_global_events::RULE].into_iter().any(|own| std::ptr::eq(own, rule))
}

/// The trail's coverage of its home Region. Its fields are `None` if that is unknown.
pub(super) struct HomeRole {
    /// True if it is created and records all management events.
    pub(super) records: Option<bool>,
    /// True if it includes global service events.
    is_global: Option<bool>,
}

impl HomeRole {
    /// The part of a trail that `is_whole` in all that doesn't depend on other Regions: it exists, is logging, and
    /// leaves out no management events.
    pub(super) fn of(trail: &Trail, is_whole: Option<bool>) -> Self {
        let (multi_region, global) =
            (switch(&trail.attributes.is_multi_region), switch(&trail.attributes.includes_global_events));
        // CloudTrail rejects a multi-Region trail without global services, and Terraform what is no boolean.
        let is_accepted = match (&multi_region, &global) {
            (RegionSwitch::Invalid, _) | (_, RegionSwitch::Invalid) => Some(false),
            (RegionSwitch::On, RegionSwitch::Off) => Some(false),
            (RegionSwitch::Off, _) | (_, RegionSwitch::On) => Some(true),
            (RegionSwitch::On | RegionSwitch::Open, RegionSwitch::Open | RegionSwitch::Off) => None,
        };
        let records = and(is_whole, is_accepted);
        let includes = match global {
            RegionSwitch::On => Some(true),
            RegionSwitch::Off | RegionSwitch::Invalid => Some(false),
            RegionSwitch::Open => None,
        };
        Self { records, is_global: and(records, includes) }
    }
}

enum RegionSwitch {
    On,
    Off,
    Open,
    Invalid,
}

fn switch(setting: &TrailSetting<bool>) -> RegionSwitch {
    match setting.value() {
        Known(Ok(true)) => RegionSwitch::On,
        Known(Ok(false)) => RegionSwitch::Off,
        Known(Err(_)) => RegionSwitch::Invalid,
        Unknown(_) => RegionSwitch::Open,
    }
}

/// Three-valued conjunction.
pub(super) fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), other) => other,
        (None, Some(true) | None) => None,
    }
}

/// Compares trails with the required Regions.
pub(super) fn spread(evaluations: &[TrailEvaluation<'_>], regions: &[String]) -> Spread {
    let leader = regions.first().map_or("", |first| region::leader(first));
    let needs = RegionNeeds { evaluations, leader };
    let wanted: BTreeSet<&str> = regions.iter().map(String::as_str).chain([leader]).collect();
    let missing = |is_met: &dyn Fn(Option<bool>) -> bool| -> Vec<&str> {
        wanted.iter().copied().filter(|region| !needs.roles_in(region).any(is_met)).collect()
    };
    let uncertain = missing(&|role| role == Some(true));
    if uncertain.is_empty() {
        return Spread::Complete;
    }
    let lacking = missing(&|role| role != Some(false));
    let (all, global) = (needs.places(|role| role.records), needs.places(|role| role.is_global));
    if lacking.len() <= all && (global > 0 || !lacking.contains(&leader)) {
        Spread::Open(needs.describe(&uncertain))
    } else if lacking.len() > all && all > 0 {
        Spread::Incomplete(format!("{NO_TRAIL}, and too few trails for {}", listed(&lacking)))
    } else {
        Spread::Incomplete(needs.describe(&lacking))
    }
}

/// The requirements of one Region, and the trails that may satisfy them.
struct RegionNeeds<'a> {
    evaluations: &'a [TrailEvaluation<'a>],
    leader: &'a str,
}

impl RegionNeeds<'_> {
    /// For each trail that is certainly in the Region: true if it satisfies the requirements.
    fn roles_in(&self, region: &str) -> impl Iterator<Item = Option<bool>> {
        let is_leader = region == self.leader;
        let inside = self.evaluations.iter().filter(move |evaluation| known(evaluation) == Some(region));
        inside.map(move |TrailEvaluation { role, .. }| if is_leader { role.is_global } else { role.records })
    }

    /// The number of unknown Regions in which there may be trails of a role.
    fn places(&self, role: impl Fn(&HomeRole) -> Option<bool>) -> usize {
        let useful = self.evaluations.iter().filter(|evaluation| role(&evaluation.role) != Some(false));
        let doubts = useful.filter_map(|evaluation| match &evaluation.trail.region.value {
            Unknown(why) => Some(one_region(evaluation.trail, why)),
            Known(_) => None,
        });
        // Trails with the same unknown value as their Region are in the same Region.
        doubts.collect::<Option<BTreeSet<String>>>().map_or(usize::MAX, |regions| regions.len())
    }

    fn has_trail(&self, region: &str) -> bool {
        self.evaluations
            .iter()
            .any(|evaluation| known(evaluation) == Some(region) && evaluation.role.records != Some(false))
    }

    /// Describes the missing trails: one that meets every condition, and one in each of the Regions without a trail, or
    /// in the Region that lacks only global service events.
    fn describe(&self, missing: &[&str]) -> String {
        let (global, unrecorded): (Vec<&str>, Vec<&str>) =
            missing.iter().copied().partition(|region| *region == self.leader && self.has_trail(region));
        let unrecorded = match *unrecorded {
            [] => None,
            [one] => Some(format!(" nor a trail in `{one}`")),
            _ => Some(format!(" nor a trail in each of {}", listed(&unrecorded))),
        };
        let global = global.first().map(|leader| format!(" nor a trail in `{leader}` that includes global services"));
        let missing: String = unrecorded.into_iter().chain(global).collect();
        format!("neither a trail that meets every condition{missing}")
    }
}

/// The name of the trail's unknown Region. `None` if it may represent several trails in several Regions.
fn one_region(trail: &Trail, why: &Reason) -> Option<String> {
    let is_one = match why {
        Reason::NoValue { .. }
        | Reason::AtDeployment { .. }
        | Reason::AwsKey { .. }
        | Reason::Undeclared { .. }
        | Reason::Composed { .. }
        | Reason::FromEnvironment { .. } => matches!(trail.exists.value, Known(_)) && !trail.may_be_several(),
        _ => false,
    };
    is_one.then(|| why.symbol())
}

fn known<'a>(evaluation: &'a TrailEvaluation<'_>) -> Option<&'a str> {
    match &evaluation.trail.region.value {
        Known(region) => Some(region),
        Unknown(_) => None,
    }
}

/// Names in a sentence: `a`, `b` and `c`.
fn listed(regions: &[&str]) -> String {
    let quoted: Vec<String> = regions.iter().map(|region| format!("`{region}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Adds labels about the unknown Regions of trails that may satisfy the control, and the hops to these values.
pub(super) fn with_unknown_regions(finding: Finding, evaluation: &TrailEvaluation<'_>) -> Finding {
    let region = &evaluation.trail.region;
    let Unknown(why) = &region.value else { return finding };
    let message = format!("is in an unknown Region: {}", why.describe());
    let doubt = Finding::at(region.origin.span(), message, "").blocked(why);
    let finding = finding.with_trail_finding(std::iter::once((evaluation.trail, &doubt)));
    let way = Finding::at(evaluation.trail.header, "", "").with_hops(&region.hops).related;
    way.into_iter().fold(finding, |finding, label| {
        if finding.related.contains(&label) { finding } else { finding.with_label(label.span, label.text) }
    })
}

/// The reason why a relevant Region is unknown.
pub(super) fn unknown_region<'a>(evaluation: &TrailEvaluation<'a>) -> Option<&'a Reason> {
    match &evaluation.trail.region.value {
        Unknown(why) if evaluation.role.records != Some(false) => Some(why),
        Known(_) | Unknown(_) => None,
    }
}

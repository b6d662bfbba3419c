//! Verdicts on generated trails are those that come of trying every value of every variable.

use std::collections::BTreeMap;

use super::verdict;
use crate::random::Random;

const PROJECTS: u64 = 400;

/// The Regions that may be asked for, and one that never is. The first is the leader of their partition.
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-south-1"];
const OTHER: &str = "sa-east-1";

/// A boolean argument.
#[derive(Clone, Copy)]
enum Flag {
    Is(bool),
    /// The value of a variable.
    Follows(usize),
}

/// Where a trail lies.
#[derive(Clone, Copy)]
enum Place {
    Literal(&'static str),
    /// One of the Regions, as a variable with a validation says.
    Chosen,
    /// A variable that may be any text.
    Free(usize),
    /// Nobody says it; it is the same for all trails of the provider.
    Environment,
}

struct Trail {
    exists: Flag,
    place: Place,
    multi_region: Flag,
    logging: Flag,
    records_reads: Flag,
    global: Flag,
}

/// A value for each variable.
struct World {
    flags: [bool; 2],
    chosen: &'static str,
    /// Those of the variables, and that of the environment.
    free: [&'static str; 3],
}

#[test]
fn verdicts_are_those_of_every_value() {
    let mut verdicts = BTreeMap::new();
    for seed in 0..PROJECTS {
        let random = &mut Random::new(seed);
        let trails: Vec<Trail> = (0..random.pick(&[1, 3, 4, 6])).map(|_| Trail::generate(random)).collect();
        let wanted: Vec<&str> = REGIONS.into_iter().filter(|_| !random.chance(30)).collect();
        let wanted = if wanted.is_empty() { vec![REGIONS[1]] } else { wanted };
        let expected = enumerate(&trails, &wanted);
        let text = write(&trails);
        assert_eq!(verdict(&text, &wanted), expected, "project {seed} for {wanted:?}:\n{text}");
        *verdicts.entry(expected).or_insert(0) += 1;
    }
    assert!(verdicts.values().all(|count| *count > 20) && verdicts.len() == 3, "{verdicts:?}");
}

impl Trail {
    fn generate(random: &mut Random) -> Self {
        let mut flag = |usual: bool| match random.below(12) {
            0 => Flag::Is(!usual),
            1 => Flag::Follows(0),
            2 => Flag::Follows(1),
            _ => Flag::Is(usual),
        };
        let (multi_region, logging, records_reads, global) = (flag(false), flag(true), flag(true), flag(true));
        let exists = match flag(true) {
            Flag::Is(_) => Flag::Is(true),
            follows => follows,
        };
        let literal = Place::Literal(random.pick(&REGIONS));
        let place = random.pick(&[
            literal,
            literal,
            literal,
            Place::Chosen,
            Place::Free(0),
            Place::Free(1),
            Place::Environment,
        ]);
        Self { exists, place, multi_region, logging, records_reads, global }
    }

    fn write(&self, index: usize) -> String {
        let flag = |flag: Flag, yes: &str, no: &str| match flag {
            Flag::Is(is) => (if is { yes } else { no }).to_owned(),
            Flag::Follows(variable) => format!("var.b{variable} ? {yes} : {no}"),
        };
        let region = match self.place {
            Place::Literal(region) => format!("  region = \"{region}\"\n"),
            Place::Chosen => "  region = var.chosen\n".to_owned(),
            Place::Free(variable) => format!("  region = var.r{variable}\n"),
            Place::Environment => String::new(),
        };
        let count = match self.exists {
            Flag::Is(_) => String::new(),
            follows => format!("  count = {}\n", flag(follows, "1", "0")),
        };
        format!(
            "resource \"aws_cloudtrail\" \"t{index}\" {{\n{count}{region}  is_multi_region_trail = {}\n  enable_logging = {}\n  \
             include_global_service_events = {}\n  event_selector {{\n    read_write_type = {}\n  }}\n}}\n",
            flag(self.multi_region, "true", "false"),
            flag(self.logging, "true", "false"),
            flag(self.global, "true", "false"),
            flag(self.records_reads, "\"All\"", "\"WriteOnly\""),
        )
    }
}

fn write(trails: &[Trail]) -> String {
    let flags = (0..2).map(|n| format!("variable \"b{n}\" {{\n  type = bool\n  nullable = false\n}}\n"));
    let regions = (0..2).map(|n| format!("variable \"r{n}\" {{\n}}\n"));
    let chosen = format!(
        "variable \"chosen\" {{\n  type = string\n  validation {{\n    condition = contains({REGIONS:?}, var.chosen)\n  }}\n}}\n"
    );
    let trails = trails.iter().enumerate().map(|(index, trail)| trail.write(index));
    flags.chain(regions).chain([chosen]).chain(trails).collect()
}

impl World {
    fn is(&self, flag: Flag) -> bool {
        match flag {
            Flag::Is(is) => is,
            Flag::Follows(variable) => self.flags[variable],
        }
    }

    fn region(&self, trail: &Trail) -> &'static str {
        match trail.place {
            Place::Literal(region) => region,
            Place::Chosen => self.chosen,
            Place::Free(variable) => self.free[variable],
            Place::Environment => self.free[2],
        }
    }

    /// Whether what the control asks for is there: CloudTrail rejects a multi-Region trail without global services.
    fn complies(&self, trails: &[Trail], wanted: &[&str]) -> bool {
        let whole: Vec<&Trail> = trails
            .iter()
            .filter(|trail| self.is(trail.exists) && self.is(trail.logging) && self.is(trail.records_reads))
            .filter(|trail| !self.is(trail.multi_region) || self.is(trail.global))
            .collect();
        let lies_in = |trail: &Trail, region: &str| self.region(trail) == region;
        let is_recorded = |region: &&str| whole.iter().any(|trail| lies_in(trail, region));
        let is_global = whole.iter().any(|trail| lies_in(trail, REGIONS[0]) && self.is(trail.global));
        whole.iter().any(|trail| self.is(trail.multi_region)) || wanted.iter().all(is_recorded) && is_global
    }
}

/// The verdict over all worlds.
fn enumerate(trails: &[Trail], wanted: &[&str]) -> &'static str {
    let flags = [[false, false], [false, true], [true, false], [true, true]];
    let any = || REGIONS.into_iter().chain([OTHER]);
    let free = || any().flat_map(move |a| any().flat_map(move |b| any().map(move |c| [a, b, c])));
    let worlds = flags.into_iter().flat_map(|flags| REGIONS.map(|chosen| (flags, chosen)));
    let worlds = worlds.flat_map(|(flags, chosen)| free().map(move |free| World { flags, chosen, free }));
    let complies: Vec<bool> = worlds.map(|world| world.complies(trails, wanted)).collect();
    match (complies.iter().all(|complies| *complies), complies.iter().any(|complies| *complies)) {
        (true, _) => "pass",
        (false, true) => "unknown",
        (false, false) => "fail",
    }
}

//! What holds whatever comes in. Each fuzz target asks for one of these properties, and so do the tests of the package,
//! on the seeds of the target and on changes of them.

pub mod configuration;
pub mod evaluation;
pub mod fix;
pub mod hcl;
pub mod incremental;
pub mod json;
pub mod rendering;
pub mod runners;
pub mod session;
pub mod yaml;

mod places;
mod tree;

use std::path::Path;

use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::report::{Gate, Report};
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{Memory, Sources};
use trailint::internal::suppress;

/// What fails a run of which nothing else is said.
const GATE: Gate =
    Gate { fail_on: Some(trailint::internal::finding::Level::Error), unknown_fails: false, allows_relaxed: false };

/// The report on files that lie in no directory of this machine.
fn check<'t>(files: impl IntoIterator<Item = (impl AsRef<Path>, &'t [u8])>) -> Report {
    let suppress = suppress::SuppressionPolicy {
        today: "2026-01-01".parse().expect("a day"),
        ..suppress::SuppressionPolicy::default()
    };
    let settings = EngineSettings { suppress, ..EngineSettings::default() };
    engine::check(&Memory::new(files), &everything(), Sources::new("/".into()), &settings).expect("`/` is there")
}

/// All files, wherever they lie.
fn everything() -> ScanInputs {
    ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() }
}

/// What is said of each trail: its address, and the verdicts of the rules.
fn verdicts(report: &Report) -> Vec<String> {
    let trails = report.deployments.iter().flat_map(|deployment| &deployment.trails);
    let all = trails.map(|trail| {
        let rules = trail.rules.iter().map(|(rule, outcome)| format!(" {} {outcome:?}", rule.id()));
        format!("{} {:?}{}", trail.address, trail.exists, rules.collect::<String>())
    });
    all.collect()
}

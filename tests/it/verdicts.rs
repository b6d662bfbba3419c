//! Small projects and the verdicts that follow from the semantics, written by hand.

use std::collections::BTreeMap;

use trailint::internal::engine::{EngineSettings, Selection};
use trailint::internal::report::{Report, TrailExistence};
use trailint::internal::rules::RULES;

use super::support::{check_with, projects_in, word};

#[test]
fn projects_get_the_verdicts_that_are_written_for_them() {
    compare(&["testdata/verdicts.txt", "testdata/template-verdicts.txt"], EngineSettings::default);
}

/// The rules that run only if they are selected.
#[test]
fn projects_get_the_verdicts_of_the_rules_for_audits() {
    compare(&["testdata/audit-verdicts.txt"], || EngineSettings {
        selection: Selection { selected: Some(RULES.iter().map(|rule| rule.id()).collect()), ..Selection::default() },
        ..EngineSettings::default()
    });
}

fn compare(texts: &[&str], settings: impl Fn() -> EngineSettings) {
    let mut different = String::new();
    for (name, mut files) in texts.iter().flat_map(|text| projects_in(text)) {
        let (_, expected) = files.pop().unwrap();
        let said = said(&check_with(files, settings()));
        for line in expected.lines() {
            let (about, verdict) = line.rsplit_once(' ').unwrap_or(("", line));
            let said = said.get(about).copied().unwrap_or("nothing");
            if said != verdict {
                different.push_str(&format!("{name}: {about} {verdict}, and we say {said}\n"));
            }
        }
    }
    assert!(different.is_empty(), "{different}");
}

/// The verdicts by trail and rule, and that on the one deployment.
fn said(report: &Report) -> BTreeMap<String, &'static str> {
    let mut said = BTreeMap::new();
    // On a disk, hidden directories aren't searched.
    for deployment in report.deployments.iter().filter(|deployment| !deployment.root.starts_with(".terraform")) {
        said.insert(String::new(), deployment.verdict.map_or("nothing", word));
        for trail in deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never) {
            let verdict = |(rule, outcome): &(&'static trailint::internal::rules::Rule, _)| {
                (format!("{} {}", trail.address, rule.id()), word(*outcome))
            };
            said.extend(trail.rules.iter().map(verdict));
        }
    }
    said
}

//! Verdicts on generated templates are those that come of trying every value of every parameter.
//!
//! A template is made as a tree, written in several notations and checked; the tree is evaluated
//! here once more, by a reader that knows nothing of worlds: one plain value for each parameter.

mod generate;
mod template;
mod worlds;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;
use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::formats::ParameterPolicy;
use trailint::internal::formats::Variables;
use trailint::internal::report::{Report, TrailExistence, TrailResult};
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{Memory, Sources};

use super::random::Random;
use super::support::{quick_or_long, word};
use super::yaml::{block, flow};
use generate::generate;
use template::Template;

#[test]
fn verdicts_are_those_of_every_world() {
    let mut verdicts = BTreeMap::new();
    for seed in 0..quick_or_long(40, 120) {
        let template = generate(&mut Random::new(seed));
        let policy = if seed % 4 == 0 { ParameterPolicy::Any } else { ParameterPolicy::Defaults };
        let expected = template.enumerate(policy);
        let written = template.write();
        for (name, text) in notations(&written) {
            let report = check(name, &text, &template, policy);
            assert_eq!(said(&report, template.trails.len()), expected, "template {seed} in {name}:\n{text}");
            for diagnostic in &report.findings {
                template.check_witness(diagnostic, policy);
            }
        }
        for verdict in expected {
            *verdicts.entry(verdict).or_insert(0) += 1;
        }
    }
    // A generator that makes one kind of template only would prove little.
    for verdict in ["deployment pass", "deployment fail", "deployment unknown"] {
        assert!(verdicts.get(verdict).is_some_and(|count| *count > quick_or_long(3, 10)), "{verdicts:?}");
    }
}

fn notations(written: &Json) -> [(&'static str, String); 6] {
    let pretty = serde_json::to_string_pretty(written).unwrap();
    let text = block(written);
    [
        ("long.json", pretty),
        ("flow.yaml", flow(written)),
        ("windows.yml", text.replace('\n', "\r\n")),
        ("marked.template", format!("\u{feff}{text}")),
        ("indented.yaml", text.lines().map(|line| format!("   {line}\n")).collect()),
        ("block.yaml", text),
    ]
}

fn check(name: &str, text: &str, template: &Template, policy: ParameterPolicy) -> Report {
    let sources = Sources::new("/".into());
    let mut settings = EngineSettings::default();
    settings.evaluation.parameter_policy = policy;
    for (index, parameter) in template.parameters.iter().enumerate() {
        if let Some(given) = parameter.given {
            let text = format!("P{index}={given}").into_bytes();
            let file = sources.add_as(Path::new(&format!("--parameter {index}")), "--parameter".to_owned(), text);
            settings.evaluation.cloudformation.parameters.push(Variables::Assignment(file));
        }
    }
    let inputs = ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() };
    engine::check(&Memory::new([(name, text.to_owned())]), &inputs, sources, &settings).unwrap()
}

/// The verdicts of a report, one text each.
fn said(report: &Report, trails: usize) -> Vec<String> {
    assert_eq!(report.findings.iter().filter(|diagnostic| diagnostic.rule.id() == "syntax-error").count(), 0);
    let judged = &report.deployments[0];
    let mut said: Vec<String> = (0..trails)
        .flat_map(|index| {
            let trail = judged.trails.iter().find(|trail| trail.address == format!("T{index}"));
            of_trail(trail.unwrap_or_else(|| panic!("T{index} isn't there")))
        })
        .collect();
    said.push(format!("deployment {}", judged.verdict.map_or("not-applicable", word)));
    said
}

fn of_trail(trail: &TrailResult) -> Vec<String> {
    let exists = match trail.exists {
        TrailExistence::Always => "always",
        TrailExistence::Sometimes => "sometimes",
        TrailExistence::Never => return vec!["never".to_owned()],
    };
    let verdict = |id: &str| {
        let (_, outcome) = trail.rules.iter().find(|(rule, _)| rule.id() == id).unwrap();
        format!("{id} {}", word(*outcome))
    };
    vec![
        exists.to_owned(),
        verdict("single-region-trail"),
        verdict("stopped-trail"),
        verdict("missing-management-events"),
    ]
}

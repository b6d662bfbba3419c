//! The values that a report names for an unknown verdict lead to that verdict, and some deployment has them.

use std::path::Path;

use trailint::engine::{self, Settings};
use trailint::formats::Variables;
use trailint::report::{Outcome, Report, Reported};
use trailint::scan::{Input, Inputs};
use trailint::source::{Memory, Sources};

use super::random::Random;

const PROGRAMS: u64 = 80;

/// A variable: its name, its declaration, some of its values, and conditions on it.
struct Variable {
    name: &'static str,
    body: &'static str,
    values: &'static [&'static str],
    conditions: &'static [&'static str],
}

const VARIABLES: [Variable; 5] = [
    Variable {
        name: "on",
        body: "type = bool\n  nullable = false",
        values: &["true", "false"],
        conditions: &["var.on", "var.on == false", "tostring(var.on) == \"true\""],
    },
    Variable {
        name: "env",
        body: "type = string\n  validation {\n    condition = contains([\"dev\", \"prod\"], var.env)\n    error_message = \"E\"\n  }",
        values: &["dev", "prod"],
        conditions: &["var.env == \"dev\"", "var.env == \"prod\"", "var.env == \"test\"", "startswith(var.env, \"d\")"],
    },
    Variable {
        name: "n",
        body: "type = number\n  nullable = false",
        values: &["1", "4", "6"],
        conditions: &["var.n > 2", "var.n > 5", "var.n <= 4", "var.n == 4", "var.n + 1 > 5"],
    },
    Variable {
        name: "s",
        body: "type = string\n  nullable = false",
        values: &["", "dev", "prod", "debug", "data", "d", "other", "x", "DEV"],
        conditions: &[
            "var.s == \"dev\"",
            "var.s == \"prod\"",
            "var.s != \"\"",
            "startswith(var.s, \"d\")",
            "length(var.s) > 3",
            "contains([\"dev\", \"debug\"], var.s)",
            "lookup({ dev = true, prod = false }, var.s, false)",
            "upper(var.s) == \"DEV\"",
        ],
    },
    Variable {
        name: "a",
        body: "type = any\n  nullable = false",
        values: &["true", "false", "\"true\""],
        conditions: &["var.a", "var.a == true", "var.a == false", "var.a == \"true\""],
    },
];

#[test]
fn named_values_lead_to_the_verdict() {
    let mut compared = 0;
    for seed in 0..PROGRAMS {
        let mut random = Random::new(seed);
        let first = random.below(VARIABLES.len());
        let second = (first + 1 + random.below(VARIABLES.len() - 1)) % VARIABLES.len();
        let own = [&VARIABLES[first], &VARIABLES[second]];
        let program = format!("{}{}", declared(&own), trail(&own, &mut random));
        let report = check(&program, &[]);
        for finding in report.findings.iter().filter(|finding| finding.outcome == Outcome::Unknown) {
            for (decisions, expected) in [(&finding.fails_when, Outcome::Fail), (&finding.passes_when, Outcome::Pass)] {
                if !decisions.is_empty() {
                    compare(&own, &program, finding, decisions, expected);
                    compared += 1;
                }
            }
        }
    }
    // A generator of verdicts that are always known, or of no witnesses, would prove little.
    assert!(compared > 100, "{compared}");
}

/// Tries all values: those that the decisions allow lead to the verdict, and there are some.
fn compare(own: &[&Variable], program: &str, finding: &Reported, decisions: &[String], expected: Outcome) {
    let condition: Vec<String> = decisions.iter().map(|decision| format!("({})", expression(decision))).collect();
    let condition = condition.join(" && ");
    let probe = format!("{}resource \"aws_cloudtrail\" \"t\" {{\n  enable_logging = {condition}\n}}\n", declared(own));
    let mut found = 0;
    for assignment in assignments(own) {
        if outcome(&check(&probe, &assignment), "stopped-trail") != Some(Outcome::Pass) {
            continue;
        }
        let report = check(program, &assignment);
        let outcome = outcome(&report, finding.rule.id());
        // Where it isn't created, it has no verdict.
        if let Some(outcome) = outcome {
            assert_eq!(outcome, expected, "{} with {assignment:?} by {decisions:?} of\n{program}", finding.rule.id());
            found += 1;
        }
    }
    assert!(found > 0, "no values have {decisions:?} for {} of\n{program}", finding.rule.id());
}

/// A decision as an expression of Terraform.
fn expression(decision: &str) -> String {
    match (decision.strip_prefix("not "), decision.split_once(" = ")) {
        (Some(condition), _) => format!("!{condition}"),
        (None, Some((subject, value))) => format!("{subject} == {value}"),
        (None, None) => decision.to_owned(),
    }
}

fn outcome(report: &Report, rule: &str) -> Option<Outcome> {
    let deployment = report.deployments.first()?;
    if rule == "no-compliant-trail" {
        // Where no trail is created, none satisfies the control.
        return Some(deployment.verdict.unwrap_or(Outcome::Fail));
    }
    let trail = deployment.trails.first()?;
    trail.rules.iter().find(|(own, _)| own.id() == rule).map(|(_, outcome)| *outcome)
}

fn declared(own: &[&Variable]) -> String {
    own.iter().map(|variable| format!("variable \"{}\" {{\n  {}\n}}\n", variable.name, variable.body)).collect()
}

fn trail(own: &[&Variable], random: &mut Random) -> String {
    let count =
        if random.one_in(3) { format!("  count = {} ? 1 : 0\n", condition(own, random, 1)) } else { String::new() };
    let [multi_region, logging] = [flag(own, random), flag(own, random)];
    format!(
        "resource \"aws_cloudtrail\" \"t\" {{\n{count}  name = \"t\"\n  s3_bucket_name = \"b\"\n  \
         is_multi_region_trail = {multi_region}\n  enable_logging = {logging}\n}}\n"
    )
}

fn flag(own: &[&Variable], random: &mut Random) -> String {
    match random.below(4) {
        0 => "true".to_owned(),
        1 => format!("{} ? true : {}", condition(own, random, 1), condition(own, random, 0)),
        _ => condition(own, random, 2),
    }
}

fn condition(own: &[&Variable], random: &mut Random, depth: usize) -> String {
    match random.below(if depth == 0 { 2 } else { 6 }) {
        0 | 1 => {
            let conditions = own[random.below(own.len())].conditions;
            random.pick(conditions).to_owned()
        }
        2 => format!("!({})", condition(own, random, depth - 1)),
        3 | 4 => format!("({} && {})", condition(own, random, depth - 1), condition(own, random, depth - 1)),
        _ => format!("({} || {})", condition(own, random, depth - 1), condition(own, random, depth - 1)),
    }
}

fn assignments(own: &[&Variable]) -> Vec<Vec<String>> {
    own.iter().fold(vec![Vec::new()], |all: Vec<Vec<String>>, variable| {
        let with = |value: &&str| format!("{}={value}", variable.name);
        let values: Vec<String> = variable.values.iter().map(with).collect();
        all.iter()
            .flat_map(|before| values.iter().map(move |value| [&before[..], std::slice::from_ref(value)].concat()))
            .collect()
    })
}

fn check(program: &str, assignment: &[String]) -> Report {
    let sources = Sources::new("/".into());
    let mut settings = Settings::default();
    for (index, text) in assignment.iter().enumerate() {
        let path = format!("--var {index}");
        let file = sources.add_as(Path::new(&path), "--var".to_owned(), text.clone().into_bytes());
        settings.evaluation.variables.push(Variables::Assignment(file));
    }
    let inputs = Inputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..Inputs::default() };
    engine::check(&Memory::new([("main.tf", program.to_owned())]), &inputs, sources, &settings).unwrap()
}

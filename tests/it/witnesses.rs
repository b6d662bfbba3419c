//! The values that a report names for an unknown verdict lead to that verdict, and some deployment has them.

use std::path::Path;

use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::formats::Variables;
use trailint::internal::report::{Diagnostic, Outcome, Report};
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{Memory, Sources};

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
        for diagnostic in report.findings.iter().filter(|diagnostic| diagnostic.outcome == Outcome::Unknown) {
            for (decisions, expected) in
                [(&diagnostic.fails_when, Outcome::Fail), (&diagnostic.passes_when, Outcome::Pass)]
            {
                if !decisions.is_empty() {
                    compare(&own, &program, diagnostic, decisions, expected);
                    compared += 1;
                }
            }
        }
    }
    // A generator of verdicts that are always known, or of no witnesses, would prove little.
    assert!(compared > 100, "{compared}");
}

/// Variables of the root, whose values are passed to a module.
const PASSED: [Variable; 7] = [
    Variable { name: "x", body: "type = bool", values: &["true", "false"], conditions: &["var.x", "!var.x"] },
    Variable {
        name: "x",
        body: "type = bool\n  nullable = false",
        values: &["true", "false"],
        conditions: &["var.x", "!var.x", "var.x == true", "tostring(var.x) == \"true\""],
    },
    Variable {
        name: "x",
        body: "type = any",
        values: &["true", "false", "null", "\"dev\"", "\"test\"", "1", "4"],
        conditions: &["var.x", "var.x == \"dev\"", "var.x > 3", "contains([\"dev\", \"test\"], var.x)"],
    },
    Variable {
        name: "x",
        body: "type = string",
        values: &["", "true", "false", "dev", "prod", "test", "other"],
        conditions: &["var.x", "var.x != \"dev\"", "contains([\"dev\", \"test\"], var.x)", "startswith(var.x, \"d\")"],
    },
    Variable {
        name: "x",
        body: "type = string\n  validation {\n    condition = contains([\"dev\", \"prod\"], var.x)\n    error_message = \"E\"\n  }",
        values: &["dev", "prod"],
        conditions: &[
            "contains([\"a\", \"b\"], var.x)",
            "contains([\"a\", \"dev\"], var.x)",
            "contains([\"dev\", \"prod\"], var.x)",
            "!contains([\"test\", \"prod\"], var.x)",
            "var.x == \"test\"",
            "lookup({ test = true, prod = true }, var.x, false)",
        ],
    },
    Variable {
        name: "x",
        body: "type = string\n  validation {\n    condition = var.x != \"dev\" && length(var.x) < 5\n    error_message = \"E\"\n  }",
        values: &["a", "b", "prod", "test"],
        conditions: &[
            "contains([\"dev\", \"b\"], var.x)",
            "contains([\"dev\", \"other\"], var.x)",
            "var.x == \"prod\"",
        ],
    },
    Variable {
        name: "x",
        body: "type = number",
        values: &["1", "4", "7"],
        conditions: &["var.x > 3", "contains([\"1\", \"4\"], var.x)", "contains([1, 4], var.x)"],
    },
];

/// Declarations of a module's variable, and uses of it.
const DECLARED: [&str; 4] = [
    "type = bool",
    "type = bool\n  nullable = false\n  default = false",
    "default = null",
    "type = bool\n  validation {\n    condition = !var.v\n    error_message = \"E\"\n  }",
];
const USES: [&str; 9] = [
    "var.v",
    "!var.v",
    "var.v == true",
    "var.v ? true : false",
    "var.v && true",
    "var.v != null",
    "tobool(var.v)",
    "contains([true], var.v)",
    "try(var.v, false)",
];

#[test]
fn named_values_lead_to_the_verdict_through_modules() {
    let (mut compared, mut plain) = (0, 0);
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let own = [&PASSED[random.below(PASSED.len())]];
        let passed = random.pick(own[0].conditions);
        let (declaration, usage) = (random.pick(&DECLARED), random.pick(&USES));
        let root = format!("{}module \"m\" {{\n  source = \"./m\"\n  v = {passed}\n}}\n", declared(&own));
        let with = |usage: &str| {
            let module = format!(
                "variable \"v\" {{\n  {declaration}\n}}\nresource \"aws_cloudtrail\" \"t\" {{\n  name = \"t\"\n  \
                 s3_bucket_name = \"b\"\n  is_multi_region_trail = {usage}\n}}\n"
            );
            [("main.tf", root.clone()), ("m/main.tf", module)]
        };
        let (program, any) = (with(usage), with("var.v == null || var.v != null"));
        // A value that the module doesn't take is never deployed.
        let is_taken = |assignment: &[String]| {
            outcome(&check_files(&any, assignment), "single-region-trail") == Some(Outcome::Pass)
        };
        let report = check_files(&program, &[]);
        let is_own = |diagnostic: &&Diagnostic| diagnostic.rule.id() == "single-region-trail";
        for diagnostic in
            report.findings.iter().filter(|diagnostic| diagnostic.outcome == Outcome::Unknown).filter(is_own)
        {
            for (decisions, expected) in
                [(&diagnostic.fails_when, Outcome::Fail), (&diagnostic.passes_when, Outcome::Pass)]
            {
                if !decisions.is_empty() {
                    compare_files(&own, &program, diagnostic, decisions, (expected, &is_taken));
                    compared += 1;
                }
            }
            // A variable that is true or false fails in one case and passes in the other.
            if own[0].body.starts_with("type = bool") && usage != "var.v != null" {
                let is_empty = diagnostic.fails_when.is_empty() || diagnostic.passes_when.is_empty();
                assert!(!is_empty, "{diagnostic:#?} of {program:?}");
                plain += 1;
            }
        }
    }
    assert!(compared > 100 && plain > 20, "{compared}, {plain}");
}

/// Whether a deployment may have some values.
type IsTaken<'a> = &'a dyn Fn(&[String]) -> bool;

/// Tries all values: those that the decisions allow lead to the verdict, and there are some.
fn compare(own: &[&Variable], program: &str, diagnostic: &Diagnostic, decisions: &[String], expected: Outcome) {
    compare_files(own, &[("main.tf", program.to_owned())], diagnostic, decisions, (expected, &|_| true));
}

fn compare_files(
    own: &[&Variable],
    program: &[(&str, String)],
    diagnostic: &Diagnostic,
    decisions: &[String],
    (expected, is_taken): (Outcome, IsTaken<'_>),
) {
    let condition: Vec<String> =
        decisions.iter().map(|decision| format!("(({}) ? true : false)", expression(decision, own))).collect();
    let condition = condition.join(" && ");
    let probe = format!("{}resource \"aws_cloudtrail\" \"t\" {{\n  enable_logging = {condition}\n}}\n", declared(own));
    let mut found = 0;
    for assignment in assignments(own) {
        if outcome(&check(&probe, &assignment), "stopped-trail") != Some(Outcome::Pass) || !is_taken(&assignment) {
            continue;
        }
        let report = check_files(program, &assignment);
        let outcome = outcome(&report, diagnostic.rule.id());
        let about = || format!("{} by {decisions:?} of\n{program:#?}", diagnostic.rule.id());
        // Where it isn't created, it has no verdict.
        if let Some(outcome) = outcome {
            assert_eq!(outcome, expected, "with {assignment:?} {}", about());
            found += 1;
        }
    }
    // On the command line, only a variable of any type takes null.
    let is_null = decisions.iter().any(|decision| decision.ends_with(" = null"));
    let takes_null = own.iter().any(|one| one.values.contains(&"null"));
    assert!(
        found > 0 || is_null && !takes_null,
        "no values lead to {} by {decisions:?} of\n{program:#?}",
        diagnostic.rule.id()
    );
}

/// A decision as an expression of Terraform.
fn expression(decision: &str, own: &[&Variable]) -> String {
    let is_text = |subject: &str| {
        own.iter().any(|one| subject == format!("var.{}", one.name) && one.body.starts_with("type = string"))
    };
    match (decision.strip_prefix("not "), decision.split_once(" = ")) {
        (Some(condition), _) => format!("!{condition}"),
        // On the command line, a text that is a boolean is written as one.
        (None, Some((subject, value @ ("true" | "false")))) if is_text(subject) => format!("{subject} == \"{value}\""),
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
    check_files(&[("main.tf", program.to_owned())], assignment)
}

fn check_files(program: &[(&str, String)], assignment: &[String]) -> Report {
    let sources = Sources::new("/".into());
    let mut settings = EngineSettings::default();
    for (index, text) in assignment.iter().enumerate() {
        let path = format!("--var {index}");
        let file = sources.add_as(Path::new(&path), "--var".to_owned(), text.clone().into_bytes());
        settings.evaluation.terraform.variables.push(Variables::Assignment(file));
    }
    let inputs = ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() };
    engine::check(&Memory::new(program.to_vec()), &inputs, sources, &settings).unwrap()
}

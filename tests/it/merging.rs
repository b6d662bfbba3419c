//! Findings that are the same in several deployments are one.

use std::collections::HashSet;

use trailint::internal::output::{OutputFormat, summary};
use trailint::internal::report::{Report, View};

use super::scenarios::{files_of, scenarios};
use super::support::check;

/// A module with a trail that takes one setting from its caller.
const MODULE: &str = r#"
variable "multi_region" { default = true }
resource "aws_cloudtrail" "t" {
  name                  = "t"
  s3_bucket_name        = "b"
  is_multi_region_trail = var.multi_region
  enable_logging        = false
}
"#;

fn report(roots: &[(&str, &str)]) -> Report {
    let roots = roots.iter().map(|(path, code)| (format!("{path}/main.tf"), (*code).to_owned()));
    check(roots.chain([("modules/trail/main.tf".to_owned(), MODULE.to_owned())]))
}

fn concise(report: &Report) -> String {
    OutputFormat::Concise.render_plain(report, &View::default())
}

/// The errors of a report, without their locations.
fn errors(report: &Report) -> Vec<String> {
    let text = concise(report);
    let errors = text.lines().filter_map(|line| line.split_once("error["));
    errors.map(|(_, error)| error.to_owned()).filter(|error| !error.starts_with("no-compliant-trail")).collect()
}

#[test]
fn a_finding_names_its_deployments() {
    let call = "module \"audit\" { source = \"../../modules/trail\" }\n";
    let of = |roots: &[&str]| report(&roots.iter().map(|root| (*root, call)).collect::<Vec<_>>());
    let stopped = "stopped-trail] trail `module.audit.aws_cloudtrail.t` is stopped";
    assert_eq!(errors(&of(&["envs/dev"])), [stopped]);
    assert_eq!(errors(&of(&["envs/dev", "envs/prod"])), [format!("{stopped}, in `envs/dev` and `envs/prod`")]);
    let four = of(&["envs/dev", "envs/prod", "envs/qa", "envs/test"]);
    assert_eq!(errors(&four), [format!("{stopped}, in `envs/dev`, `envs/prod` and 2 more")]);
    // All of them count once, and all have a fingerprint.
    let json = OutputFormat::Json.render_plain(&four, &View::default());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let findings = json["findings"].as_array().unwrap();
    let merged = findings.iter().find(|finding| finding["rule"] == "stopped-trail").unwrap();
    let deployments = merged["deployments"].as_array().unwrap();
    let roots: Vec<&str> = deployments.iter().map(|own| own["root"].as_str().unwrap()).collect();
    assert_eq!(roots, ["envs/dev", "envs/prod", "envs/qa", "envs/test"]);
    let names: HashSet<&str> = deployments.iter().map(|own| own["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 4);
    let errors = findings.iter().filter(|finding| finding["level"] == "error" && finding["outcome"] == "fail").count();
    assert_eq!(json["summary"]["errors"], errors);
    assert!(summary(&four, &View::default()).contains(&format!("Found {errors} error")));
}

#[test]
fn addresses_may_differ() {
    let call = |name: &str| format!("module \"{name}\" {{ source = \"../../modules/trail\" }}\n");
    let found = report(&[("envs/dev", &call("a")), ("envs/prod", &call("b"))]);
    let expected =
        "stopped-trail] trail `module.a.aws_cloudtrail.t` (and 1 more) is stopped, in `envs/dev` and `envs/prod`";
    assert_eq!(errors(&found), [expected]);
}

#[test]
fn findings_with_other_flows_stay_apart_and_name_their_deployment() {
    let call = "module \"audit\" {\n  source = \"../../modules/trail\"\n  multi_region = false\n}\n";
    let found = report(&[("envs/dev", call), ("envs/prod", call)]);
    let single = "single-region-trail] trail `module.audit.aws_cloudtrail.t` records one Region only";
    let own: Vec<String> = errors(&found).into_iter().filter(|error| error.starts_with("single")).collect();
    assert_eq!(own, [format!("{single}, in `envs/dev`"), format!("{single}, in `envs/prod`")]);
}

#[test]
fn a_finding_that_reads_like_another_names_its_deployment() {
    let call =
        |name: &str| format!("module \"{name}\" {{\n  source = \"../../modules/trail\"\n  multi_region = false\n}}\n");
    let (z, c) = (call("z"), call("c"));
    let own = |roots: &[(&str, &str)]| {
        let errors = errors(&report(roots)).into_iter();
        errors.filter(|error| error.starts_with("single")).collect::<Vec<String>>()
    };
    let found = own(&[("envs/a", &z), ("envs/b", &c)]);
    assert_eq!(found.iter().filter(|error| error.ends_with(", in `envs/a`")).count(), 1, "{found:?}");
    assert_eq!(found.iter().filter(|error| error.ends_with(", in `envs/b`")).count(), 1, "{found:?}");
    assert!(own(&[("envs/a", &z)]).iter().all(|error| !error.contains(", in ")));
}

#[test]
fn deployments_are_named_in_their_order() {
    let call = |name: &str| format!("module \"{name}\" {{ source = \"../../modules/trail\" }}\n");
    let found = report(&[("envs/a", &call("z")), ("envs/b", &call("c"))]);
    assert!(errors(&found).iter().any(|error| error.ends_with("in `envs/a` and `envs/b`")), "{:?}", errors(&found));
    let names = ["a", "b", "c", "d", "e"].map(|name| format!("envs/{name}"));
    let all = call("t");
    let roots: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), all.as_str())).collect();
    let own = "resource \"aws_cloudtrail\" \"own\" {\n  name = \"o\"\n  s3_bucket_name = \"b\"\n}\n";
    let roots: Vec<(&str, &str)> = roots.into_iter().chain([("apart", own)]).collect();
    let text = OutputFormat::Full.render_plain(&report(&roots), &View::default());
    assert!(text.contains("In `envs/a`, `envs/b`, `envs/c`, `envs/d` and `envs/e`:\n"), "{text}");
}

#[test]
fn a_group_of_deployments_has_a_heading() {
    let call = "module \"audit\" { source = \"../../modules/trail\" }\n";
    let text = |roots: &[(&str, &str)]| OutputFormat::Full.render_plain(&report(roots), &View::default());
    assert!(!text(&[("envs/dev", call)]).contains("In `"));
    let own = "resource \"aws_cloudtrail\" \"own\" {\n  name = \"o\"\n  s3_bucket_name = \"b\"\n}\n";
    let two = text(&[("envs/dev", call), ("envs/prod", call), ("apart", own)]);
    for heading in ["In `envs/dev` and `envs/prod`:", "In `apart`:"] {
        assert_eq!(two.matches(heading).count(), 1, "{two}");
    }
}

/// Also over all scenarios: errors come before warnings, unknowns and notes in each group.
#[test]
fn no_two_findings_look_the_same() {
    for (name, directory) in scenarios() {
        let report = check(files_of(&directory));
        let mut seen = HashSet::new();
        let everything = View { shows_not_evaluated: true, shows_passed: true, ..View::default() };
        for line in OutputFormat::Concise.render_plain(&report, &everything).lines() {
            assert!(seen.insert(line.to_owned()), "{name}: {line}");
        }
    }
}

#[test]
fn errors_come_first_and_notes_take_one_line() {
    for (name, directory) in scenarios() {
        let report = check(files_of(&directory));
        let text = OutputFormat::Full.render_plain(&report, &View::default());
        let mut last = 0;
        for line in text.lines() {
            if line.starts_with("In `") || line == "Files:" {
                last = 0;
            }
            let words = ["error[", "warning[", "unknown["];
            let drawn = words.iter().position(|word| line.starts_with(word));
            let rank = drawn.or_else(|| line.contains(": note[").then_some(words.len()));
            assert!(!line.starts_with("note["), "{name}: {line}");
            assert!(rank.is_none_or(|rank| rank >= last), "{name}: {line}");
            last = rank.unwrap_or(last);
        }
        let everything = View { is_verbose: true, ..View::default() };
        let notes = concise(&report).lines().filter(|line| line.contains(": note[")).count();
        let all = OutputFormat::Full.render_plain(&report, &everything);
        assert_eq!(all.lines().filter(|line| line.starts_with("note[")).count(), notes, "{name}");
    }
}

//! Small trees whose code deploys templates of another format, and the verdicts that follow from their semantics, written
//! by hand.

use std::collections::BTreeSet;

use trailint::internal::report::{Diagnostic, Report, TrailExistence};
use trailint::internal::source::Span;

use super::support::{check, projects_in, word};

/// The rules whose verdicts and findings are listed, because the trails decide them alone.
const RULES: &[&str] = &["single-region-trail", "stopped-trail"];

/// The same for trails of landing zones.
const RULES_OF_ZONES: &[&str] = &[
    "single-region-trail",
    "stopped-trail",
    "missing-management-events",
    "missing-global-events",
    "unvalidated-logs",
    "logs-without-kms",
    "bucket-policy-blocks-delivery",
];

#[test]
fn stacks_get_the_verdicts_that_are_written_for_them() {
    compare("testdata/stacks.txt", RULES);
}

#[test]
fn landing_zones_get_the_verdicts_that_are_written_for_them() {
    compare("testdata/landing-zones.txt", RULES_OF_ZONES);
}

#[test]
fn deployments_of_stacks_get_the_verdicts_that_are_written_for_them() {
    compare("testdata/deployments.txt", RULES);
}

/// The module of the components, in each tree of Terraform Stacks that has no file of this name.
const MODULE: &str = r#"variable "everywhere" {
  type    = bool
  default = false
}

resource "aws_cloudtrail" "audit" {
  s3_bucket_name        = "logs"
  is_multi_region_trail = var.everywhere
}
"#;

fn compare(list: &str, rules: &[&str]) {
    let mut different = String::new();
    for (name, mut files) in projects_in(list) {
        let (_, expected) = files.pop().unwrap();
        if list.ends_with("deployments.txt") {
            files.push(("modules/trail/main.tf".to_owned(), MODULE.to_owned()));
        }
        let said = said(&check(files), rules);
        if said != expected.trim_end() {
            different.push_str(&format!("=== {name}\n--- expected\n{expected}--- said\n{said}\n"));
        }
    }
    assert!(different.is_empty(), "{different}");
}

/// The verdicts on the deployments, their trails with the verdicts of the rules, the parts that aren't read, and then the
/// findings: the rule, its location, and the location that decides.
fn said(report: &Report, rules: &[&str]) -> String {
    let mut lines = Vec::new();
    for deployment in &report.deployments {
        let name = deployment.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        lines.push(format!("{}{name} {}", deployment.root, deployment.verdict.map_or("nothing", word)));
        for trail in deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never) {
            let own = trail.rules.iter().filter(|(rule, _)| rules.contains(&rule.id()));
            let own: Vec<&str> = own.map(|(_, outcome)| word(*outcome)).collect();
            let doubt = if trail.exists == TrailExistence::Always { "" } else { " sometimes" };
            lines.push(format!("  {} {}{doubt}", trail.address, own.join(" ")));
        }
        lines.extend(deployment.unread.iter().map(|part| format!("  unread {part}")));
    }
    lines.extend(report.unread_files.iter().map(|file| format!("unread file {}", file.name)));
    let found: BTreeSet<String> = report.findings.iter().filter_map(|finding| line(finding, report, rules)).collect();
    lines.extend(found);
    lines.join("\n")
}

fn line(diagnostic: &Diagnostic, report: &Report, rules: &[&str]) -> Option<String> {
    let rule = diagnostic.rule.id();
    let place = diagnostic.finding.place.label().filter(|_| rules.contains(&rule) || rule == "syntax-error")?;
    let decider = diagnostic.finding.related.last().map_or(place.span, |label| label.span);
    let place_of = |span: Span| {
        let file = report.sources.file(span.file);
        format!("{}:{}", file.name, file.line(span.start))
    };
    let (place, decider) = (place_of(place.span), place_of(decider));
    let decided = if place == decider { String::new() } else { format!(" <- {decider}") };
    Some(format!("{rule} {place}{decided}"))
}

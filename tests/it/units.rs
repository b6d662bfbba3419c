//! Small trees of other deployment tools, such as Terragrunt, and the verdicts that follow from their semantics, written
//! by hand.

use std::collections::BTreeSet;

use trailint::internal::report::{Diagnostic, Report};
use trailint::internal::source::Span;

use super::support::{check, projects_in, word};

/// The module that units deploy, in each tree that has no file of this name.
const MODULE: &str = r#"variable "everywhere" {
  type    = bool
  default = false
}

resource "aws_cloudtrail" "audit" {
  s3_bucket_name        = "logs"
  is_multi_region_trail = var.everywhere
}
"#;

/// The rules whose findings are listed, because the trails decide them alone.
const RULES: [&str; 2] = ["single-region-trail", "stopped-trail"];

#[test]
fn units_get_the_verdicts_that_are_written_for_them() {
    check_all("testdata/units.txt", &[("modules/trail/main.tf", MODULE)]);
}

#[test]
fn services_get_the_verdicts_that_are_written_for_them() {
    check_all("testdata/services.txt", &[]);
}

/// Compares the verdicts on the trees in a file, to each of which the files are added that it doesn't have.
fn check_all(name: &str, added: &[(&str, &str)]) {
    let mut different = String::new();
    for (name, mut files) in projects_in(name) {
        let (_, expected) = files.pop().unwrap();
        for (path, text) in added {
            if !files.iter().any(|(own, _)| own == path) {
                files.push(((*path).to_owned(), (*text).to_owned()));
            }
        }
        let said = said(&check(files));
        if said != expected.trim_end() {
            different.push_str(&format!("=== {name}\n--- expected\n{expected}--- said\n{said}\n"));
        }
    }
    assert!(different.is_empty(), "{different}");
}

/// The verdicts on the deployments, then the findings: the rule, its location, and the location that decides.
fn said(report: &Report) -> String {
    let judged = report.deployments.iter();
    let verdicts = judged.filter_map(|deployment| Some(format!("{} {}", deployment.root, word(deployment.verdict?))));
    let mut lines: Vec<String> = verdicts.collect();
    lines.sort();
    let found: BTreeSet<String> = report.findings.iter().filter_map(|finding| line(finding, report)).collect();
    lines.extend(found);
    lines.join("\n")
}

fn line(diagnostic: &Diagnostic, report: &Report) -> Option<String> {
    let rule = diagnostic.rule.id();
    let place = diagnostic.finding.place.label().filter(|_| RULES.contains(&rule))?;
    let decider = diagnostic.finding.related.last().map_or(place.span, |label| label.span);
    let place_of = |span: Span| {
        let file = report.sources.file(span.file);
        format!("{}:{}", file.name, file.line(span.start))
    };
    Some(format!("{rule} {} <- {}", place_of(place.span), place_of(decider)))
}

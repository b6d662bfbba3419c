//! One compliant trail is what the control asks for, so one makes the verdict, and without one there is none.

use std::collections::BTreeMap;

use trailint::internal::report::{Outcome, Report, TrailExistence};

use super::{Files, corpus};
use crate::support::{cases_in, check, files_below, projects_in, quick_or_long};

const TERRAFORM: &str = r#"
resource "aws_cloudtrail" "added_by_the_test" {
  name                  = "added"
  s3_bucket_name        = "example-logs"
  is_multi_region_trail = true
}
"#;

const CLOUDFORMATION: &str = "  AddedByTheTest:
    Type: AWS::CloudTrail::Trail
    Properties: { S3BucketName: example-logs, IsLogging: true, IsMultiRegionTrail: true }
";

/// The verdict of each deployment.
fn verdicts(report: &Report) -> BTreeMap<String, Option<Outcome>> {
    report.deployments.iter().map(|deployment| (deployment.root.clone(), deployment.verdict)).collect()
}

fn judge(files: &Files) -> Report {
    check(files.iter().map(|(path, text)| (path, text.as_str())))
}

/// Templates in YAML in which each resource is indented by two spaces.
fn templates() -> Vec<(String, Files)> {
    let written = projects_in("testdata/verdicts.txt").into_iter();
    let folders = cases_in("testdata/cloudformation").into_iter().map(|directory| {
        let files = files_below(&directory).into_iter();
        let text = |(path, bytes): (std::path::PathBuf, Vec<u8>)| {
            (path.to_str().unwrap().to_owned(), String::from_utf8_lossy(&bytes).into_owned())
        };
        (directory.display().to_string(), files.map(text).collect::<Files>())
    });
    let is_plain =
        |text: &String| text.matches("\nResources:\n  ").count() + usize::from(text.starts_with("Resources:\n  ")) == 1;
    let only = |(name, files): (String, Files)| {
        let files: Files = files.into_iter().filter(|(path, text)| path.ends_with(".yaml") && is_plain(text)).collect();
        (name, files)
    };
    written.chain(folders).map(only).filter(|(_, files)| !files.is_empty()).collect()
}

#[test]
fn adding_a_compliant_trail_makes_every_deployment_pass() {
    let mut seen = 0;
    for (name, files) in corpus() {
        let is_directory = |root: &String| !files.iter().any(|(path, _)| path == root);
        for root in verdicts(&judge(&files)).into_keys().filter(is_directory) {
            let mut more = files.clone();
            let folder = if root == "." { String::new() } else { format!("{root}/") };
            more.push((format!("{folder}added_by_the_test.tf"), TERRAFORM.to_owned()));
            // A module that is called is judged as a part of its caller once the call creates a trail.
            let Some(after) = verdicts(&judge(&more)).remove(&root) else { continue };
            assert_eq!(after, Some(Outcome::Pass), "{name}: {root}");
            seen += 1;
        }
    }
    for (name, files) in templates() {
        for (index, (path, text)) in files.iter().enumerate() {
            let mut more = files.clone();
            more[index].1 = text.replacen("Resources:\n", &format!("Resources:\n{CLOUDFORMATION}"), 1);
            let after = verdicts(&judge(&more));
            // A template that a stack deploys is judged as a part of that stack's.
            let Some(after) = after.get(path) else { continue };
            assert_eq!(*after, Some(Outcome::Pass), "{name}: {path}");
            seen += 1;
        }
    }
    assert!(seen > quick_or_long(100, 250), "only {seen} deployments were tried");
}

#[test]
fn without_its_compliant_trails_no_deployment_passes() {
    let mut seen = 0;
    // In the JSON syntax the type stands before the place of the trail.
    let is_json = |files: &Files| files.iter().any(|(path, _)| path.ends_with(".json"));
    for (name, files) in corpus().into_iter().chain(templates()).filter(|(_, files)| !is_json(files)) {
        let before = judge(&files);
        let passing = before.deployments.iter().filter(|deployment| deployment.verdict == Some(Outcome::Pass));
        for deployment in passing {
            let may_satisfy = deployment.trails.iter().filter(|trail| trail.exists != TrailExistence::Never);
            let mut spans: Vec<_> = may_satisfy.map(|trail| trail.header).collect();
            spans.sort_by_key(|span| std::cmp::Reverse(span.start));
            spans.dedup();
            let mut fewer = files.clone();
            for span in spans {
                let file = before.sources.file(span.file);
                let Some((_, text)) = fewer.iter_mut().find(|(path, _)| *path == file.name) else { continue };
                remove(text, span.start as usize);
            }
            let after = verdicts(&judge(&fewer));
            let after = after.get(&deployment.root).copied().flatten();
            assert_ne!(after, Some(Outcome::Pass), "{name}: {}", deployment.root);
            seen += 1;
        }
    }
    assert!(seen > quick_or_long(20, 80), "only {seen} deployments were tried");
}

/// Gives the resource that begins at an offset another type.
fn remove(text: &mut String, at: usize) {
    let kinds = [
        ("aws_cloudtrail", "aws_glue_trigger"),
        ("awscc_cloudtrail_trail", "awscc_glue_trigger"),
        ("AWS::CloudTrail::Trail", "AWS::Glue::Trigger"),
    ];
    let first = |(kind, other): &(&'static str, &'static str)| Some((at + text.get(at..)?.find(kind)?, *kind, *other));
    let after = kinds.iter().filter_map(first).min();
    if let Some((start, kind, other)) = after {
        text.replace_range(start..start + kind.len(), other);
    }
}

//! The public API, which nothing but a new version may change.

use trailint::{Code, Severity, check};

use super::cli::{Scratch, out};

const FILES: [(&str, &str); 2] = [
    (
        "a/main.tf",
        "locals {\n  all = false\n}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = local.all\n}\n",
    ),
    ("trail.yaml", "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n"),
];

#[test]
fn a_directory_and_files_in_memory_have_the_same_problems() {
    let scratch = Scratch::new("api", &FILES);
    let in_memory = check(Code::Files(&FILES)).unwrap();
    let on_disk = check(Code::Directory(&scratch.path(""))).unwrap();
    assert_eq!((in_memory.trails(), on_disk.trails()), (2, 2));
    assert_eq!(in_memory.problems(), on_disk.problems());
    let problems = in_memory.problems();
    let first = problems.iter().find(|problem| problem.rule == "single-region-trail").unwrap();
    assert_eq!((first.severity, first.is_unknown), (Severity::Error, false));
    assert_eq!((first.path.as_deref(), first.line), (Some("a/main.tf"), Some(5)));
    assert_eq!(first.address.as_deref(), Some("aws_cloudtrail.t"));
    assert!(first.help.as_ref().unwrap().contains("`true`"), "{first:?}");
    let printed: serde_json::Value =
        serde_json::from_str(&out(&scratch.run(&["check", "--format", "json", "--no-config"]))).unwrap();
    let told: serde_json::Value = serde_json::from_str(&in_memory.to_json()).unwrap();
    assert_eq!(printed["findings"], told["findings"]);
    assert!(in_memory.to_html().starts_with("<!doctype html>"));
}

#[test]
fn a_directory_that_is_missing_is_an_error() {
    let scratch = Scratch::new("api-missing", &[]);
    let error = check(Code::Directory(&scratch.path("missing"))).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}

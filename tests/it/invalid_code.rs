//! Code that Terraform or CloudFormation rejects: which problems are reported, and that such files aren't fixed.

use crate::cli::{Scratch, out};

const TRAIL: &str = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"t\"\n  s3_bucket_name = \"example-logs\"\n}\n";

/// The findings of a directory with these files, a line for each.
fn findings(files: &[(&str, &str)], arguments: &[&str]) -> String {
    let scratch = Scratch::new("invalid", files);
    out(&scratch.run(&[&["check", "-f", "concise", "--select", "single-region-trail"], arguments].concat()))
}

#[test]
fn only_values_that_a_trail_may_depend_on_are_checked() {
    let undeclared = "resource \"aws_vpc\" \"v\" {\n  count = local.none\n}\n";
    let called = "module \"vpc\" {\n  source = \"./vpc\"\n  count = local.none\n}\n";
    let values = ("terraform.tfvars", "a = \n");
    let without_trail = [("main.tf", called), ("vpc/main.tf", undeclared), values];
    assert_eq!(findings(&without_trail, &[]), "");
    let main = format!("{TRAIL}locals {{\n  a = 1\n}}\n");
    let with_trail = [("main.tf", main.as_str()), values];
    assert!(findings(&with_trail, &[]).contains("terraform.tfvars:1:"), "{}", findings(&with_trail, &[]));
    // A module that isn't installed may declare the trail.
    let unread = [("main.tf", "module \"cloudtrail\" {\n  source = \"example/cloudtrail/aws\"\n}\n"), values];
    assert!(findings(&unread, &[]).contains("terraform.tfvars:1:"), "{}", findings(&unread, &[]));
}

#[test]
fn a_file_that_cannot_be_parsed_completely_is_not_fixed() {
    let broken = format!("{TRAIL}locals {{\n  a = \n}}\n");
    let template = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      S3BucketName: example-logs\n      IsLogging: true\n";
    let cases = [
        // The file, its text, and whether it is fixed.
        ("main.tf", TRAIL.to_owned(), true),
        ("main.tf", broken, false),
        // Rejected by Terraform, but understood.
        ("main.tf", format!("{TRAIL}resource \"aws_s3_bucket\" {{}}\n"), true),
        ("template.yaml", template.to_owned(), true),
        ("template.yaml", format!("{template}Outputs:\n  - [\n"), false),
    ];
    for (name, text, is_fixed) in cases {
        let scratch = Scratch::new("invalid", &[(name, &text)]);
        let report = out(&scratch.run(&["check", "-f", "concise", "--fix", "--select", "single-region-trail"]));
        let after = std::fs::read_to_string(scratch.0.join(name)).unwrap();
        assert_eq!(after != text, is_fixed, "{name}\n{text}\n{report}");
        assert!(is_fixed || report.contains("error[syntax-error]"), "{report}");
    }
}

#[test]
fn the_help_names_the_kind_of_problem() {
    let undeclared = TRAIL.replace("\"t\"\n", "\"t\"\n  is_multi_region_trail = local.none\n");
    let template = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n      IsLogging: false\n";
    let cases = [
        ("main.tf", format!("{TRAIL}locals {{\n  a = \n}}\n"), "fix the syntax; what can't be parsed isn't evaluated"),
        ("main.tf", undeclared, "correct this code, which can't be deployed as it is"),
        ("template.yaml", template.to_owned(), "remove all but one of these entries"),
    ];
    for (name, text, help) in cases {
        let scratch = Scratch::new("invalid", &[(name, &text)]);
        let report = out(&scratch.run(&["check"]));
        assert!(report.contains("error[syntax-error]") && report.contains(&format!("  help: {help}\n")), "{report}");
    }
}

#[test]
fn a_local_module_outside_of_the_checked_directory_is_not_called_uninstalled() {
    let scratch = Scratch::new(
        "invalid",
        &[
            ("a/main.tf", "module \"cloudtrail\" {\n  source = \"../modules/cloudtrail\"\n}\n"),
            ("modules/cloudtrail/main.tf", TRAIL),
        ],
    );
    let mut check = scratch.command(&["check", "."]);
    check.current_dir(scratch.0.join("a"));
    let text = out(&check.output().unwrap());
    assert!(!text.contains("terraform init"), "{text}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("`../modules/cloudtrail` is outside of the checked"), "{text}");
}

//! Findings for Security Hub have the required fields and lengths, and botocore's model accepts them.

use serde_json::Value;
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Report, View};

use super::hostile::reports;
use crate::cli::{Scratch, err, out, status};
use crate::support::{check, files_below, package, skipped};

/// Validates an array of findings against the model of `BatchImportFindings`.
const VALIDATE: &str = "
import json, sys, botocore.session, botocore.validate
model = botocore.session.get_session().get_service_model('securityhub')
shape = model.operation_model('BatchImportFindings').input_shape
findings = json.load(sys.stdin)
for start in range(0, len(findings), 100):
    report = botocore.validate.ParamValidator().validate({'Findings': findings[start:start + 100]}, shape)
    assert not report.has_errors(), report.generate_report()
known = set(model.shape_for('AwsSecurityFinding').members)
assert all(set(finding) <= known for finding in findings)
";

/// A view with the options that the format needs.
pub(super) fn view() -> View {
    View {
        date: Some("2027-01-31".parse().unwrap()),
        account: Some("111122223333".to_owned()),
        region: Some("eu-west-1".to_owned()),
        repository: Some("https://example.com/infra.git".to_owned()),
        shows_passed: true,
        benchmark: Some("cis-aws-3.0".to_owned()),
        ..View::default()
    }
}

fn findings(report: &Report) -> Vec<Value> {
    serde_json::from_str(&OutputFormat::Asff.render_plain(report, &view())).unwrap()
}

#[test]
fn findings_for_security_hub_keep_its_limits() {
    let demo = check(files_below(&package("testdata/demo")));
    let account = check(files_below(&package("testdata/audit")));
    let mut count = 0;
    for report in reports().map(|(_, report)| report).chain([demo, account]) {
        for finding in findings(&report) {
            check_limits(&finding);
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

fn check_limits(finding: &Value) {
    let text = |pointer: &str| finding.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let limits = [
        ("/SchemaVersion", 10),
        ("/Id", 512),
        ("/ProductArn", 512),
        ("/GeneratorId", 512),
        ("/AwsAccountId", 12),
        ("/CreatedAt", 20),
        ("/UpdatedAt", 20),
        ("/Title", 256),
        ("/Description", 1024),
        ("/Resources/0/Type", 256),
        ("/Resources/0/Id", 512),
        ("/FindingProviderFields/Severity/Label", 13),
        ("/FindingProviderFields/Types/0", 512),
        ("/Compliance/Status", 13),
    ];
    for (pointer, limit) in limits {
        let text = text(pointer).unwrap_or_else(|| panic!("no {pointer} in {finding}"));
        assert!((1..=limit).contains(&text.chars().count()) && !text.trim().is_empty(), "{pointer} in {finding}");
    }
    for pointer in ["/Remediation/Recommendation/Text", "/Note/Text", "/Compliance/RelatedRequirements/0"] {
        assert!(text(pointer).is_none_or(|text| (1..=512).contains(&text.chars().count())), "{finding}");
    }
    assert!(text("/AwsAccountId").unwrap().bytes().all(|byte| byte.is_ascii_digit()));
}

#[test]
fn findings_for_security_hub_agree_with_botocore() {
    let python = std::env::var("TRAILINT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_botocore = std::process::Command::new(&python).args(["-c", "import botocore"]).output();
    if !has_botocore.is_ok_and(|output| output.status.success()) {
        return skipped("findings_for_security_hub_agree_with_botocore", "botocore isn't installed");
    }
    let all: Vec<Value> = ["testdata/demo", "testdata/audit"]
        .iter()
        .flat_map(|directory| findings(&check(files_below(&package(directory)))))
        .chain(reports().flat_map(|(_, report)| findings(&report)))
        .collect();
    let scratch = Scratch::new("asff", &[("findings.json", &serde_json::to_string(&all).unwrap())]);
    let input = std::fs::File::open(scratch.path("findings.json")).unwrap();
    let output = std::process::Command::new(python).args(["-c", VALIDATE]).stdin(input).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_missing_option_is_named() {
    let code = "resource \"aws_cloudtrail\" \"t\" {\n  enable_logging = false\n}\n";
    let scratch = Scratch::new("asff-options", &[("a.tf", code)]);
    let run = |arguments: &[&str]| scratch.run(&[&["check", "-q", "-f", "asff"], arguments].concat());
    for (arguments, missing) in [
        (&[][..], "`--date`"),
        (&["--date", "2027-01-31"], "`--region`"),
        (&["--date", "2027-01-31", "--region", "eu-west-1"], "`--account`"),
    ] {
        let output = run(arguments);
        assert_eq!((status(&output), out(&output).as_str()), (2, ""), "{arguments:?}");
        assert!(err(&output).contains(missing), "{}", err(&output));
    }
    let output = run(&["--date", "2027-01-31", "--region", "cn-north-1", "--account", "111122223333"]);
    assert_eq!(status(&output), 1, "{}", err(&output));
    let findings: Vec<Value> = serde_json::from_str(&out(&output)).unwrap();
    assert!(findings[0]["ProductArn"].as_str().unwrap().starts_with("arn:aws-cn:securityhub:cn-north-1:111122223333:"));
    assert!(findings.iter().any(|finding| finding["Compliance"]["Status"] == "FAILED"));
    assert_eq!(findings[0]["Resources"][0]["Type"], "Other");
    let output = scratch.run(&["check", "-q", "-f", "concise", "-o", "asff=f.json"]);
    assert_eq!((status(&output), scratch.path("f.json").exists()), (2, false));
}

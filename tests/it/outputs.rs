//! Each format as it is written, byte for byte.

use trailint::output::Format;

use super::support::{check, expect_file, files_below, package};

#[test]
fn the_demo_in_each_format() {
    let report = check(files_below(&package("testdata/demo")));
    for (format, name) in [(Format::Concise, "concise.txt"), (Format::Json, "json.json")] {
        let text = anstream::adapter::strip_str(&format.render(&report)).to_string();
        expect_file(&package("testdata/outputs").join(name), &text);
    }
}

#[test]
fn json_has_a_place_for_everything() {
    let report = check(files_below(&package("testdata/demo")));
    let json: serde_json::Value = serde_json::from_str(&Format::Json.render(&report)).unwrap();
    assert_eq!(json["version"], 1);
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&json), "deployments findings summary tool version");
    assert_eq!(keys(&json["summary"]), "deployments errors files notes suppressed trails unresolved warnings");
    assert_eq!(keys(&json["deployments"][0]), "format name root trails verdict");
    assert_eq!(keys(&json["deployments"][0]["trails"][0]), "address advisories exists kind location region rules");
    assert_eq!(
        keys(&json["findings"][0]),
        "address attribute controls deployment deployment_name fingerprint fix flow level location message outcome rule suppressed worlds"
    );
}

#[test]
fn the_demo_against_a_benchmark() {
    let mut report = check(files_below(&package("testdata/demo")));
    report.benchmark = Some("cis-aws-7.0".to_owned());
    let text = anstream::adapter::strip_str(&Format::Concise.render(&report)).to_string();
    let (_, statements) = text.split_once("\ncis-aws-7.0").unwrap();
    expect_file(&package("testdata/outputs/compliance.txt"), &format!("cis-aws-7.0{statements}"));
    let json: serde_json::Value = serde_json::from_str(&Format::Json.render(&report)).unwrap();
    let statuses =
        json["compliance"].as_array().unwrap().iter().map(|one| one["controls"][0]["status"].as_str().unwrap());
    let statuses: Vec<&str> = statuses.collect();
    assert!(
        ["compliant", "not-compliant", "unresolved"].iter().all(|status| statuses.contains(status)),
        "{statuses:?}"
    );
}

#[test]
fn fingerprints_do_not_depend_on_lines() {
    let text = "resource \"aws_cloudtrail\" \"t\" {\n  enable_logging = false\n}\n";
    let fingerprints = |text: &str| {
        let report = check([("a:b/main.tf", text)]);
        report.findings.iter().map(|finding| finding.fingerprint()).collect::<Vec<_>>()
    };
    let expected = fingerprints(text);
    assert!(expected.contains(&"v1:stopped-trail:a%3Ab:aws_cloudtrail.t:enable_logging".to_owned()), "{expected:?}");
    assert_eq!(fingerprints(&format!("# moved\n\n{text}")), expected);
}

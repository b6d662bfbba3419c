//! Each format as it is written, byte for byte, and as others read it.

mod asff;
pub(crate) mod hostile;
mod readers;
mod report_schema;
mod schemas;
mod xsd;

use clap::ValueEnum;
use trailint::internal::finding::{FindingTarget, Level};
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Diagnostic, Outcome, Report, View};

use super::support::{check, expect_file, files_below, package};

#[test]
fn the_demo_in_each_format() {
    let report = check(files_below(&package("testdata/demo")));
    // The one differs from `sarif` in the results, of which there is a test.
    for format in OutputFormat::value_variants().iter().filter(|format| **format != OutputFormat::SarifAlerts) {
        let view = if *format == OutputFormat::Asff { asff::view() } else { View::default() };
        let text = anstream::adapter::strip_str(&format.render(&report, &view)).to_string();
        expect_file(&package("testdata/outputs").join(file_name(*format)), &text);
    }
}

/// The file that shows a format.
fn file_name(format: OutputFormat) -> String {
    let name = format.to_possible_value().unwrap().get_name().to_owned();
    let extension = match format {
        OutputFormat::Full | OutputFormat::Concise | OutputFormat::Github | OutputFormat::Azure => "txt",
        OutputFormat::Json | OutputFormat::Gitlab | OutputFormat::Rdjson | OutputFormat::Asff => "json",
        OutputFormat::JsonLines => "jsonl",
        OutputFormat::Sarif | OutputFormat::SarifAlerts => "sarif",
        OutputFormat::Junit | OutputFormat::Checkstyle => "xml",
        OutputFormat::Markdown => "md",
        OutputFormat::Html => "html",
    };
    format!("{name}.{extension}")
}

#[test]
fn findings_beyond_the_limit_take_one_line() {
    let trail = |n| format!("  T{n}:\n    Type: AWS::CloudTrail::Trail\n    Properties: {{IsLogging: false}}\n");
    let template = |count| format!("Resources:\n{}", (0..count).map(trail).collect::<String>());
    let report = |count| check([("t.yaml", template(count))]);
    let view = View { width: 10_000, ..View::default() };
    let full = |report: &Report| OutputFormat::Full.render_plain(report, &view);
    let drawn = |text: &str| text.matches("╭─[").count();
    // A note takes one line.
    let is_drawn = |diagnostic: &&Diagnostic| diagnostic.outcome == Outcome::Unknown || diagnostic.level > Level::Note;
    let lines = |report: &Report| {
        let drawn = view.visible(report).filter(is_drawn);
        drawn.map(|diagnostic| 1 + diagnostic.finding.related.len()).sum::<usize>()
    };
    let few = report(100);
    assert_eq!((drawn(&full(&few)), full(&few).contains("isn't shown")), (lines(&few), false));
    let mut many = report(1000);
    let (text, omitted) = (full(&many), lines(&many) - 2000);
    assert_eq!(drawn(&text), 2000);
    let end = format!("{omitted} excerpts of the code aren't shown (`-v` shows them).\n");
    assert!(text.ends_with(&end), "{text}");
    // Each finding has its own line.
    let concise = OutputFormat::Concise.render_plain(&many, &View::default());
    let is_line = |line: &&str| text.contains(&format!("\n{line}\n"));
    let short = concise.lines().filter(is_line).count();
    assert!((1000..concise.lines().count()).contains(&short), "{short}");
    let everything = View { is_verbose: true, shows_not_evaluated: true, ..view.clone() };
    assert_eq!(
        drawn(&OutputFormat::Full.render_plain(&many, &everything)),
        everything.visible(&many).map(|diagnostic| 1 + diagnostic.finding.related.len()).sum::<usize>()
    );
    // A finding may have more source lines than are shown.
    let FindingTarget::Text(label) = &many.findings[0].finding.place else { panic!("it has no place") };
    let related = vec![label.clone(); 3000];
    let mut long = many.findings[0].clone();
    long.finding.related = related;
    many.findings = vec![long];
    many.merge_findings();
    assert_eq!(drawn(&full(&many)), 2000);
    assert!(full(&many).ends_with("1001 excerpts of the code aren't shown (`-v` shows them).\n"));
}

#[test]
fn json_has_a_place_for_everything() {
    let report = check(files_below(&package("testdata/demo")));
    let json: serde_json::Value = serde_json::from_str(&OutputFormat::Json.render(&report, &View::default())).unwrap();
    assert_eq!(json["version"], 1);
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&json), "deployments findings summary tool version");
    assert_eq!(
        keys(&json["summary"]),
        "declared_elsewhere deployments errors files notes suppressed trails unknown warnings"
    );
    assert_eq!(keys(&json["deployments"][0]), "format name resolve root trails verdict");
    assert_eq!(keys(&json["deployments"][0]["trails"][0]), "address advisories exists kind location region rules");
    assert_eq!(
        keys(&json["findings"][0]),
        "address attribute controls deployment deployment_name deployments fingerprint fix flow help level location message outcome reason rule suppressed worlds"
    );
}

#[test]
fn the_demo_against_a_benchmark() {
    let report = check(files_below(&package("testdata/demo")));
    let view = View { benchmark: Some("cis-aws-7.0".to_owned()), ..View::default() };
    let text = anstream::adapter::strip_str(&OutputFormat::Concise.render(&report, &view)).to_string();
    let (_, statements) = text.split_once("\ncis-aws-7.0").unwrap();
    expect_file(&package("testdata/outputs/compliance.txt"), &format!("cis-aws-7.0{statements}"));
    let json: serde_json::Value = serde_json::from_str(&OutputFormat::Json.render(&report, &view)).unwrap();
    let statuses =
        json["compliance"].as_array().unwrap().iter().map(|one| one["controls"][0]["status"].as_str().unwrap());
    let statuses: Vec<&str> = statuses.collect();
    assert!(["compliant", "not-compliant", "unknown"].iter().all(|status| statuses.contains(status)), "{statuses:?}");
}

#[test]
fn fingerprints_do_not_depend_on_lines() {
    let text = "resource \"aws_cloudtrail\" \"t\" {\n  enable_logging = false\n}\n";
    let expected = fingerprints(&[("a:b/main.tf", text)]);
    assert!(expected.contains(&"v1:stopped-trail:a%3Ab:aws_cloudtrail.t:enable_logging".to_owned()), "{expected:?}");
    assert_eq!(fingerprints(&[("a:b/main.tf", &format!("# moved\n\n{text}"))]), expected);
}

#[test]
fn no_two_findings_share_a_fingerprint() {
    let module = "resource \"aws_cloudtrail\" \"t\" {\n  event_selector {\n    read_write_type = \"x\"\n  }\n  \
                  event_selector {\n    read_write_type = \"y\"\n  }\n}\n";
    let calls = "module \"a\" {\n  source = \"../trail\"\n}\nmodule \"b\" {\n  source = \"../trail\"\n}\n";
    let broken =
        "resource \"aws_cloudtrail\" \"t\" {\n  a = = 1\n}\nresource \"aws_cloudtrail\" \"u\" {\n  b = = 1\n}\n";
    let files = [
        ("one/main.tf", calls),
        ("two/main.tf", calls),
        ("trail/main.tf", module),
        ("x.tf", broken),
        ("y/y.tf", broken),
    ];
    let mut names = fingerprints(&files);
    let wanted = ["v1:syntax-error:x.tf::", "v1:syntax-error:x.tf:::2", "v1:syntax-error:y/y.tf::"];
    assert!(wanted.iter().all(|name| names.contains(&(*name).to_owned())), "{names:?}");
    assert!(names.iter().any(|name| name.contains(":two:module.a.aws_cloudtrail.t:")), "{names:?}");
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "{names:?}");
}

fn fingerprints(files: &[(&str, &str)]) -> Vec<String> {
    let report = check(files.iter().copied());
    report.findings.iter().map(|diagnostic| diagnostic.fingerprint.clone()).collect()
}

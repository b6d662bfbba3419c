//! Reports have the shape that their readers document.

use std::collections::HashSet;

use serde_json::Value;
use trailint::internal::finding::Level;
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{MergedFindings, Outcome, Report, View};
use trailint::internal::rules::ADDRESSES;

use super::hostile;
use crate::html::reports;
use crate::support::{check, package};

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn sarif(report: &Report) -> Value {
    parse(&OutputFormat::Sarif.render(report, &View::default()))
}

/// The schema as it is published, and what Errata 01 asks for beyond it: a region says where it begins.
fn sarif_schema() -> Value {
    let schema = std::fs::read_to_string(package("testdata/schemas/sarif-2.1.0.json")).unwrap();
    // One of its patterns has a bracket that is never opened, which Errata 01 mends.
    let mut schema = parse(&schema.replace("|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "(-[a-zA-Z]{2})?$"));
    let starts = ["startLine", "charOffset", "byteOffset"].map(|start| serde_json::json!({ "required": [start] }));
    schema["definitions"]["region"]["anyOf"] = starts.to_vec().into();
    schema
}

#[test]
fn sarif_is_valid() {
    let validator = jsonschema::options().should_validate_formats(true).build(&sarif_schema()).unwrap();
    assert!(
        !validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })),
        "the schema allows anything"
    );
    let scenarios = reports().into_iter().map(|(name, report)| (name.display().to_string(), report));
    let harmful = hostile::reports().map(|(seed, report)| (format!("seed {seed}"), report));
    let view = View { shows_passed: true, ..View::default() };
    for (name, report) in scenarios.chain(harmful) {
        for format in [OutputFormat::Sarif, OutputFormat::SarifAlerts] {
            let log = parse(&format.render(&report, &view));
            let errors: Vec<String> =
                validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert_eq!(errors, Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn sarif_refers_to_its_own_parts() {
    for (name, report) in reports() {
        let log = sarif(&report);
        let run = &log["runs"][0];
        let driver = &run["tool"]["driver"];
        for result in run["results"].as_array().unwrap() {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(driver["rules"][index]["id"], result["ruleId"], "{}", name.display());
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert!(region.get("endLine").is_none(), "{}: {region}", name.display());
            let is_open = result["kind"] == "open";
            assert_eq!(is_open, result["level"] == "none", "{}: {result}", name.display());
        }
        for rule in driver["rules"].as_array().unwrap() {
            assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# "), "{rule}");
            assert!(rule["properties"]["security-severity"].as_str().unwrap().parse::<f32>().unwrap() > 0.0, "{rule}");
            for relationship in rule["relationships"].as_array().into_iter().flatten() {
                let target = &relationship["target"];
                let place = target["toolComponent"]["index"].as_u64().unwrap() as usize;
                let taxonomy = &run["taxonomies"][place];
                assert_eq!(taxonomy["name"], target["toolComponent"]["name"]);
                assert_eq!(driver["supportedTaxonomies"][place]["name"], taxonomy["name"]);
                assert_eq!(taxonomy["taxa"][target["index"].as_u64().unwrap() as usize]["id"], target["id"]);
            }
        }
    }
}

#[test]
fn sarif_says_what_could_not_be_read() {
    let report = check([("a/main.tf", "resource \"aws_cloudtrail\" \"t\" {\n  a = = 1\n"), ("b/main.tf", "\u{0}")]);
    let log = sarif(&report);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), report.findings.len());
    assert_eq!(notifications[0]["associatedRule"]["id"], "syntax-error");
    assert_eq!(notifications[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a/main.tf");
}

#[test]
fn sarif_shows_the_way_of_a_value() {
    let text = "locals {\n  l = false\n}\nresource \"aws_cloudtrail\" \"t\" {\n  enable_logging = local.l\n}\n";
    let log = sarif(&check([("a b/main.tf", text)]));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let stopped = results.iter().find(|result| result["ruleId"] == "stopped-trail").unwrap();
    let steps = stopped["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let line = |location: &Value| location["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
    let lines: Vec<u64> = steps.iter().map(|step| line(&step["location"])).collect();
    assert_eq!(lines, [2, 5]);
    assert_eq!(line(&stopped["relatedLocations"][0]), 2);
    let artifact = &stopped["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(artifact, &serde_json::json!({ "uri": "a%20b/main.tf", "uriBaseId": "%SRCROOT%" }));
    assert_eq!(stopped["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "aws_cloudtrail.t");
    let fingerprints = &stopped["partialFingerprints"];
    assert_eq!(fingerprints["trailint/v1"], "v1:stopped-trail:a%20b:aws_cloudtrail.t:enable_logging");
    assert!(fingerprints["primaryLocationLineHash"].as_str().unwrap().ends_with(":1"));
}

#[test]
fn columns_count_what_each_format_says() {
    let text = "resource \"aws_cloudtrail\" \"t\" {\n  /* é😀 */ enable_logging = false\n}\n";
    let report = check([("main.tf", text)]);
    let diagnostic = |list: &Value, key: &str| -> Value {
        let list = list.as_array().unwrap().iter();
        list.clone().find(|entry| entry.pointer(key).unwrap() == "stopped-trail").unwrap().clone()
    };
    let json = diagnostic(&parse(&OutputFormat::Json.render(&report, &View::default()))["findings"], "/rule");
    assert_eq!((&json["location"]["start"]["column"], &json["location"]["end"]["column"]), (&29.into(), &34.into()));
    let region = diagnostic(&sarif(&report)["runs"][0]["results"], "/ruleId");
    let region = &region["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startColumn"], &region["endColumn"]), (&30.into(), &35.into()));
    let range =
        diagnostic(&parse(&OutputFormat::Rdjson.render(&report, &View::default()))["diagnostics"], "/code/value");
    let range = &range["location"]["range"];
    assert_eq!((&range["start"]["column"], &range["end"]["column"]), (&33.into(), &38.into()));
}

#[test]
fn a_report_of_code_quality_has_what_gitlab_reads() {
    for (name, report) in reports() {
        let violations = parse(&OutputFormat::Gitlab.render(&report, &View::default()));
        let mut fingerprints = HashSet::new();
        for violation in violations.as_array().unwrap() {
            assert!(["info", "minor", "major", "critical"].contains(&violation["severity"].as_str().unwrap()));
            assert!(fingerprints.insert(violation["fingerprint"].as_str().unwrap().to_owned()), "{}", name.display());
            assert!(!violation["location"]["path"].as_str().unwrap().starts_with("./"));
            assert!(violation["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
            assert!(violation["check_name"].is_string() && violation["description"].is_string());
        }
    }
}

/// The elements of the schema by which Jenkins' xUnit plugin reads JUnit's reports, as far as we use them:
/// the name, the attributes, and those inside.
const JUNIT: [(&str, &[&str], &[&str]); 7] = [
    ("testsuites", &["name", "tests", "failures", "errors"], &["testsuite"]),
    ("testsuite", &["name", "tests", "failures", "errors", "skipped"], &["testcase"]),
    ("testcase", &["name", "classname"], &["skipped", "error", "failure", "system-out"]),
    ("skipped", &["message"], &[]),
    ("error", &["message"], &[]),
    ("failure", &["message"], &[]),
    ("system-out", &[], &[]),
];

#[test]
fn junit_has_the_elements_of_its_schema() {
    for (name, report) in reports() {
        let text = OutputFormat::Junit.render(&report, &View::default());
        let document = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(document.root_element().tag_name().name(), "testsuites");
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let (tag, attributes, inside) = JUNIT.iter().find(|(tag, ..)| node.has_tag_name(*tag)).unwrap();
            let own: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
            assert_eq!(own, *attributes, "{}: {tag}", name.display());
            let mut children = node.children().filter(roxmltree::Node::is_element);
            assert!(children.all(|child| inside.contains(&child.tag_name().name())), "{}: {tag}", name.display());
        }
    }
}

#[test]
fn junit_counts_its_tests() {
    for (name, report) in reports() {
        let text = OutputFormat::Junit.render(&report, &View::default());
        let document = roxmltree::Document::parse(&text).unwrap();
        for suite in document.descendants().filter(|node| node.has_attribute("tests")) {
            let tests: Vec<_> = suite.descendants().filter(|node| node.has_tag_name("testcase")).collect();
            let with =
                |tag: &str| tests.iter().filter(|test| test.children().any(|node| node.has_tag_name(tag))).count();
            let counts = [("tests", tests.len()), ("failures", with("failure")), ("errors", with("error"))];
            for (attribute, count) in counts.into_iter().chain([("skipped", with("skipped"))]) {
                let told = suite.attribute(attribute).unwrap_or_default();
                let is_root = suite.has_tag_name("testsuites") && attribute == "skipped";
                assert!(is_root || told == count.to_string(), "{}: {attribute}", name.display());
            }
        }
    }
}

#[test]
fn checkstyle_has_files_and_errors() {
    for (name, report) in reports() {
        let text = OutputFormat::Checkstyle.render(&report, &View::default());
        let document = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(document.root_element().tag_name().name(), "checkstyle");
        let files: Vec<_> = document.descendants().filter(|node| node.has_tag_name("file")).collect();
        let names: HashSet<_> = files.iter().map(|file| file.attribute("name").unwrap()).collect();
        assert_eq!(names.len(), files.len(), "{} names a file twice", name.display());
        for error in files.iter().flat_map(|file| file.children()).filter(roxmltree::Node::is_element) {
            assert!(["error", "warning", "info"].contains(&error.attribute("severity").unwrap()));
            assert!(error.attribute("line").unwrap().parse::<u32>().unwrap() >= 1);
            assert!(error.attribute("source").unwrap().starts_with("trailint."));
        }
    }
}

#[test]
fn github_shows_the_worst_and_counts_the_rest() {
    let trail =
        |index: usize| format!("resource \"aws_cloudtrail\" \"t{index:02}\" {{\n  enable_logging = var.l{index}\n}}\n");
    let text: String = (0..12).map(trail).collect();
    let text = OutputFormat::Github.render(&check([("main.tf", text)]), &View::default());
    let lines: Vec<&str> = text.lines().collect();
    let count = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!((count("::error "), count("::warning ")), (10, 10), "{text}");
    // Warnings are worse than what isn't resolved.
    assert!(!text.contains("::unknown: "), "{text}");
    let rest = lines.last().unwrap();
    assert!(rest.starts_with("Not annotated, because GitHub shows 10 of a kind: "), "{rest}");
    assert!(lines[0].starts_with("::error ") && lines[10].starts_with("::warning "), "{text}");
}

#[test]
fn markdown_stays_within_what_github_takes() {
    let trail = |index: usize| format!("resource \"aws_cloudtrail\" \"t{index}\" {{}}\n");
    let text =
        OutputFormat::Markdown.render(&check([("main.tf", (0..400).map(trail).collect::<String>())]), &View::default());
    assert!(text.ends_with("\n\n700 more aren't listed.\n"), "{}", &text[text.len() - 300..]);
    assert!(text.len() < 1 << 20);
}

/// The results of a report, and the messages about what isn't in it.
fn results(report: &Report, format: OutputFormat) -> (Vec<Value>, Vec<String>) {
    let mut log = parse(&format.render(report, &View { shows_passed: true, ..View::default() }));
    let run = log["runs"][0].take();
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().iter();
    let texts = notifications.map(|one| one["message"]["text"].as_str().unwrap().to_owned());
    (run["results"].as_array().unwrap().clone(), texts.collect())
}

#[test]
fn github_gets_what_fails_and_no_more_than_it_takes() {
    let text = "variable \"m\" {}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n  \
                enable_logging = false\n  # trailint: ignore[logs-without-kms] elsewhere\n  kms_key_id = \"\"\n}\n";
    let mut report = check([("main.tf", text)]);
    let (all, _) = results(&report, OutputFormat::Sarif);
    assert!(["pass", "open", "fail"].iter().all(|kind| all.iter().any(|result| result["kind"] == *kind)));
    assert!(all.iter().all(|result| result["partialFingerprints"]["primaryLocationLineHash"].is_string()));
    let names: HashSet<&str> =
        all.iter().map(|result| result["partialFingerprints"]["trailint/v1"].as_str().unwrap()).collect();
    assert_eq!(names.len(), all.len());
    let (alerts, _) = results(&report, OutputFormat::SarifAlerts);
    assert!(!alerts.is_empty());
    assert!(alerts.iter().all(|result| result["kind"] == "fail" && result.get("suppressions").is_none()), "{alerts:?}");

    // The few errors come last, and stay.
    let of_level = |level: Level| {
        let mut diagnostic =
            report.findings.iter().find(|diagnostic| diagnostic.outcome == Outcome::Fail).unwrap().clone();
        (diagnostic.level, diagnostic.suppressed) = (level, None);
        diagnostic
    };
    let (note, error) = (of_level(Level::Note), of_level(Level::Error));
    report.findings = std::iter::repeat_n(note, 24_999).chain(std::iter::repeat_n(error, 2)).collect();
    report.merged = MergedFindings::default();
    for (format, limit) in [(OutputFormat::Sarif, 25_000), (OutputFormat::SarifAlerts, 5_000)] {
        let passes =
            if format == OutputFormat::Sarif { all.iter().filter(|one| one["kind"] == "pass").count() } else { 0 };
        let (kept, notifications) = results(&report, format);
        assert_eq!(kept.len(), limit);
        assert!(kept[..2].iter().all(|result| result["level"] == "error"));
        let left_out = 25_001 + passes - limit;
        let plural = if left_out == 1 { "" } else { "s" };
        let expected = format!(
            "Not in this report, because GitHub accepts no more: {left_out} result{plural}, none of them more severe than those in it."
        );
        assert_eq!(notifications, [expected]);
    }
}

#[test]
fn rules_have_names() {
    let report = check([("main.tf", "")]);
    let log = sarif(&report);
    let driver = &log["runs"][0]["tool"]["driver"];
    for rule in driver["rules"].as_array().unwrap() {
        let (id, name) = (rule["id"].as_str().unwrap(), rule["name"].as_str().unwrap());
        assert_eq!(name.to_lowercase(), id.replace('-', ""));
        assert!(name.starts_with(char::is_uppercase));
        assert_eq!(rule["helpUri"].as_str(), ADDRESSES.rule(id).as_deref());
        assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 20, "GitHub takes no more tags: {rule}");
    }
    assert_eq!(driver["informationUri"].as_str(), ADDRESSES.project());
}

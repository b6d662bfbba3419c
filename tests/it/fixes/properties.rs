//! Each setting of a trail, absent, false, null in each spelling and without a value, in each format: the fix is safe, and
//! writes one line.

use std::path::PathBuf;

use trailint::internal::edit::Safety;
use trailint::internal::engine;
use trailint::internal::report::Outcome;

use super::super::support::{everything, given};
use super::{Files, after, fixed};

/// A setting that has to be true: its name in Terraform, whether it is false if absent there, and its CloudFormation name.
const SETTINGS: [(&str, bool, &str); 4] = [
    ("is_multi_region_trail", true, "IsMultiRegionTrail"),
    ("enable_logging", false, "IsLogging"),
    ("enable_log_file_validation", true, "EnableLogFileValidation"),
    ("include_global_service_events", false, "IncludeGlobalServiceEvents"),
];

/// Templates with a place for the other settings (`@others`) and for the one that changes (`@own`).
const TEMPLATES: [(&str, &str, &str); 10] = [
    ("at the end", "t.yaml", "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n@others@own"),
    (
        "before a resource",
        "t.yaml",
        "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n@others@own\n  # The topic.\n  U:\n    Type: AWS::SNS::Topic\n",
    ),
    (
        "before an attribute",
        "t.yaml",
        "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n@others@own    DependsOn: U\n  U:\n    Type: AWS::SNS::Topic\n",
    ),
    (
        "behind an attribute",
        "t.yaml",
        "Resources:\n  T:\n    DependsOn: U\n    Properties:\n@others@own    Type: AWS::CloudTrail::Trail\n  U:\n    Type: AWS::SNS::Topic\n",
    ),
    (
        "before a list",
        "t.yaml",
        "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n@others@own      Tags:\n        - Key: a\n          Value: b\n",
    ),
    (
        "with a comment",
        "t.yaml",
        "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n@others@own      # The end of the trail.\nOutputs:\n  A:\n    Value: a\n",
    ),
    ("in flow style", "t.yaml", "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties: {@flow}\n"),
    (
        "on lines",
        "t.json",
        "{\n  \"Resources\": {\n    \"T\": {\n      \"Type\": \"AWS::CloudTrail::Trail\",\n      \"Properties\": {\n@lines\n      }\n    }\n  }\n}\n",
    ),
    (
        "on one line",
        "t.json",
        "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {@quoted}}}}\n",
    ),
    (
        "as JSON in YAML",
        "t.yaml",
        "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {@quoted}}}}\n",
    ),
];

/// The spellings of null and false in YAML; those that begin with a line break are for block style.
const YAML_VALUES: [&str; 12] = [
    " !Ref AWS::NoValue",
    " false",
    " ~",
    " null",
    "",
    " no",
    "\n        Ref: AWS::NoValue",
    "\n        !Ref AWS::NoValue",
    "\n        !Ref\n          AWS::NoValue",
    "\n        Ref:\n          AWS::NoValue",
    " # Nothing yet.",
    "\n        Ref: \"AWS::NoValue\"",
];

const FLOW_VALUES: [&str; 7] = [
    " !Ref AWS::NoValue",
    " {Ref: AWS::NoValue}",
    " false",
    " ~",
    " null",
    "",
    " {\n        Ref: AWS::NoValue\n      }",
];

/// What JSON has for null and false; words are YAML's.
const JSON_VALUES: [&str; 4] = [
    " {\"Ref\": \"AWS::NoValue\"}",
    " {\n          \"Ref\": \"AWS::NoValue\"\n        }",
    " {\n\n  \"Ref\"\n:\n\"AWS::NoValue\" }",
    " false",
];

const WORDS: [&str; 3] = [" no", " null", " off"];

const JSON: &str = "{\n  \"resource\": {\n    \"aws_cloudtrail\": {\n      \"t\": {\n@lines\n      }\n    }\n  }\n}\n";

/// The settings in the notation that a template asks for, the last one being the one that changes.
fn template(text: &str, settings: &[(&str, &str)]) -> String {
    let Some((own, others)) = settings.split_last() else { return text.to_owned() };
    let line = |(name, value): &(&str, &str)| format!("      {name}: {value}\n");
    let joined = |quote: &str, before: &str, between: &str| {
        let one = |(name, value): &(&str, &str)| format!("{before}{quote}{name}{quote}: {value}");
        settings.iter().map(one).collect::<Vec<_>>().join(between)
    };
    text.replace("@others", &others.iter().map(line).collect::<String>())
        .replace("@own", &line(own))
        .replace("@flow", &joined("", "", ", "))
        .replace("@quoted", &joined("\"", "", ", "))
        .replace("@lines", &joined("\"", "        ", ",\n"))
}

fn hcl(settings: &[(&str, &str)]) -> String {
    let width = settings.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, value): &(&str, &str)| format!("  {name:width$} = {value}\n");
    format!("resource \"aws_cloudtrail\" \"t\" {{\n{}}}\n", settings.iter().map(line).collect::<String>())
}

/// A file with a setting that is absent or has a value, and as it has to be.
struct Case {
    name: String,
    path: &'static str,
    before: String,
    after: String,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (index, (terraform, absent_is_false, cloudformation)) in SETTINGS.into_iter().enumerate() {
        let others = |name: fn(&(&'static str, bool, &'static str)) -> &'static str| {
            let rest = SETTINGS.iter().enumerate().filter(move |(at, _)| *at != index);
            rest.map(move |(_, setting)| (name(setting), "true")).collect::<Vec<_>>()
        };
        let with = |others: &[(&'static str, &'static str)], name: &'static str, value: Option<&'static str>| {
            others.iter().copied().chain(value.map(|value| (name, value))).collect::<Vec<_>>()
        };
        let in_terraform = others(|setting| setting.0);
        for value in [None, Some("null"), Some("false")] {
            if value != Some("false") && !absent_is_false {
                continue;
            }
            let (old, new) = (with(&in_terraform, terraform, value), with(&in_terraform, terraform, Some("true")));
            let name = format!("{terraform}: {}", value.unwrap_or("absent"));
            cases.push(Case { name: name.clone(), path: "main.tf", before: hcl(&old), after: hcl(&new) });
            let (before, after) = (template(JSON, &old), template(JSON, &new));
            cases.push(Case { name, path: "main.tf.json", before, after });
        }
        let in_cloudformation = others(|setting| setting.2);
        for (layout, path, text) in TEMPLATES {
            let values: Vec<&str> = match layout {
                "on lines" | "on one line" => JSON_VALUES.to_vec(),
                "as JSON in YAML" => [&JSON_VALUES[..], &WORDS].concat(),
                "in flow style" => FLOW_VALUES.to_vec(),
                _ => YAML_VALUES.to_vec(),
            };
            for value in values.into_iter().map(Some).chain([None]) {
                let name = format!("{cloudformation} {layout}: {}", value.unwrap_or("absent"));
                let written = template(text, &with(&in_cloudformation, cloudformation, Some("@value")));
                let comment = value.filter(|value| value.starts_with(" #")).unwrap_or_default();
                let after = written.replace("@value", &format!("true{comment}"));
                let before = match value {
                    Some(value) => written.replace(" @value", value),
                    None => after
                        .replace(&format!("      {cloudformation}: true\n"), "")
                        .replace(&format!(", {cloudformation}: true"), "")
                        .replace(&format!(", \"{cloudformation}\": true"), "")
                        .replace(&format!(",\n        \"{cloudformation}\": true"), ""),
                };
                cases.push(Case { name, path, before, after });
            }
        }
    }
    cases
}

/// A trail that sets nothing has a safe fix for what is false by default.
#[test]
fn a_setting_is_inserted_safely_into_an_empty_body() {
    let cases = [
        ("main.tf", "resource \"aws_cloudtrail\" \"t\" {}\n"),
        ("main.tf", "resource \"aws_cloudtrail\" \"t\" {\n}\n"),
        ("main.tf.json", "{\"resource\": {\"aws_cloudtrail\": {\"t\": {}}}}\n"),
        ("main.tf.json", "{\"resource\": {\"aws_cloudtrail\": {\"t\": [{ }]}}}\n"),
        ("main.tf.json", "{\"resource\": {\"aws_cloudtrail\": {\"t\": {\n}}}}\n"),
        ("t.json", "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {}}}}\n"),
        ("t.yaml", "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties: {}\n"),
        ("t.yaml", "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {}}}}\n"),
    ];
    for (path, text) in cases {
        let files: Files = vec![(PathBuf::from(path), text.as_bytes().to_vec())];
        let found = after(&files, &fixed(&files, Safety::Safe));
        let (fs, sources, settings) = given(found.clone(), engine::EngineSettings::default());
        let report = engine::check(&fs, &everything(), sources, &settings).unwrap();
        let failing: Vec<&str> = report.findings.iter().map(|diagnostic| diagnostic.rule.id()).collect();
        for rule in ["single-region-trail", "unvalidated-logs", "stopped-trail"] {
            assert!(!failing.contains(&rule), "{text} {}", String::from_utf8_lossy(&found[0].1));
        }
    }
}

#[test]
fn a_setting_that_is_absent_false_or_null_has_a_safe_fix_in_each_format() {
    let cases = cases();
    assert!(cases.len() > 120, "{}", cases.len());
    for Case { name, path, before, after: expected } in cases {
        let files: Files = vec![(PathBuf::from(path), before.clone().into_bytes())];
        let found = after(&files, &fixed(&files, Safety::Safe));
        assert_eq!(String::from_utf8_lossy(&found[0].1), expected, "{path}, {name}");
        let (fs, sources, settings) = given(found, engine::EngineSettings::default());
        let report = engine::check(&fs, &everything(), sources, &settings).unwrap();
        let is_failing = |rule: &str| {
            report.findings.iter().any(|diagnostic| diagnostic.rule.id() == rule && diagnostic.outcome == Outcome::Fail)
        };
        for rule in ["single-region-trail", "stopped-trail", "unvalidated-logs", "missing-global-events"] {
            assert!(!is_failing(rule), "{path}, {name}: {rule}");
        }
    }
}

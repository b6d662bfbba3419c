//! Saved output of AWS CLI commands, and the verdicts that follow from the semantics, written by hand.

mod states;

use std::path::Path;

use clap::ValueEnum;
use trailint::internal::engine::{EngineSettings, NamedDeployment};
use trailint::internal::finding::Level;
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{ComparisonResult, Diagnostic, Outcome, Report, View};
use trailint::internal::rules::{Check, Strictness};

use super::cli::Scratch;
use super::support::{check, check_with, projects_in, word};

/// The rules in the listed verdicts, each with its letter.
const LETTERS: [(&str, char); 9] = [
    ("single-region-trail", 'M'),
    ("stopped-trail", 'L'),
    ("missing-management-events", 'E'),
    ("excluded-event-sources", 'X'),
    ("missing-global-events", 'G'),
    ("unvalidated-logs", 'V'),
    ("logs-without-kms", 'K'),
    ("bucket-policy-blocks-delivery", 'B'),
    ("key-policy-blocks-delivery", 'P'),
];

#[test]
fn evidence_gets_the_verdicts_that_are_written_for_it() {
    let mut different = String::new();
    let name = "testdata/evidence.txt";
    let is_update = std::env::var_os("UPDATE").is_some();
    let mut updated = std::fs::read_to_string(super::support::package(name)).unwrap();
    for (name, mut files) in projects_in(name) {
        let (_, expected) = files.pop().unwrap();
        let said = said(&check(files));
        if said != expected.trim_end() {
            different.push_str(&format!("=== {name}\n--- expected\n{expected}--- said\n{said}\n"));
            let start = updated.find(&format!("=== {name}\n")).unwrap();
            let start = start + updated[start..].find("--- verdicts\n").unwrap() + "--- verdicts\n".len();
            updated.replace_range(start..start + expected.trim_end().len(), &said);
        }
    }
    if is_update {
        std::fs::write(super::support::package(name), updated).unwrap();
        return;
    }
    assert!(different.is_empty(), "{different}");
}

/// Code and deployed trails, and the differences that follow from the semantics, written by hand.
#[test]
fn declared_trails_are_compared_with_deployed_ones() {
    let mut different = String::new();
    for (name, mut files) in projects_in("testdata/drift.txt") {
        let (_, expected) = files.pop().unwrap();
        let files: Vec<(String, String)> = files.into_iter().flat_map(|(path, text)| expanded(&path, text)).collect();
        let compared = compared(&check(files));
        if compared != expected.trim_end() {
            different.push_str(&format!("=== {name}\n--- expected\n{expected}--- said\n{compared}\n"));
        }
    }
    assert!(different.is_empty(), "{different}");
}

/// `trail` contains arguments of a trail, and `live` deployed trails: account, Region, name, and fields that differ from
/// those of a trail with the provider's defaults.
fn expanded(path: &str, text: String) -> Vec<(String, String)> {
    match path {
        "trail" => {
            let head = "resource \"aws_cloudtrail\" \"t\" {\nname = \"main\"\ns3_bucket_name = \"logs\"\n";
            vec![("main.tf".to_owned(), format!("{head}{text}}}\n"))]
        }
        "live" => text.lines().flat_map(live).collect(),
        _ => vec![(path.to_owned(), text)],
    }
}

fn live(line: &str) -> Vec<(String, String)> {
    let mut parts = line.splitn(4, ' ');
    let (account, region, name) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let changes: serde_json::Value = serde_json::from_str(parts.next().unwrap_or("{}")).unwrap();
    let arn = format!("arn:aws:cloudtrail:{region}:{account}:trail/{name}");
    let mut trail = serde_json::json!({"Name": name, "TrailARN": arn, "HomeRegion": region, "S3BucketName": "logs",
        "IncludeGlobalServiceEvents": true, "IsMultiRegionTrail": false, "LogFileValidationEnabled": false,
        "HasCustomEventSelectors": false, "IsOrganizationTrail": false});
    let (mut status, mut selectors) =
        (serde_json::json!({"IsLogging": true}), serde_json::json!({"TrailARN": arn, "EventSelectors": []}));
    let mut has_selectors = false;
    for (key, value) in changes.as_object().unwrap() {
        let target = match key.as_str() {
            "IsLogging" => &mut status,
            "EventSelectors" | "AdvancedEventSelectors" => {
                (has_selectors, trail["HasCustomEventSelectors"]) = (true, true.into());
                &mut selectors
            }
            _ => &mut trail,
        };
        match value {
            serde_json::Value::Null => drop(target.as_object_mut().unwrap().remove(key)),
            value => target[key] = value.clone(),
        }
    }
    let directory = format!("evidence/{account}");
    let mut files =
        vec![(format!("{directory}/list-{name}.json"), serde_json::json!({"trailList": [trail]}).to_string())];
    if status != serde_json::json!({}) {
        files.push((format!("{directory}/{name}/status.json"), status.to_string()));
    }
    if has_selectors {
        files.push((format!("{directory}/{name}/selectors.json"), selectors.to_string()));
    }
    files
}

/// The deployed trails of each declared one with the settings that aren't the same, and the trails on one side.
fn compared(report: &Report) -> String {
    let mut lines = Vec::new();
    let trails = report.deployments.iter().filter(|own| own.format != "terraform-state").flat_map(|own| &own.trails);
    for trail in trails {
        for matched in &trail.matched {
            let of = |result: ComparisonResult, is_ignored: bool| {
                let settings = matched.compared.iter().filter(|own| own.result == result);
                settings.filter(|own| own.is_ignored == is_ignored).map(|own| own.kind.name()).collect::<Vec<_>>()
            };
            let unknown = [of(ComparisonResult::Unknown, false), of(ComparisonResult::Unknown, true)].concat();
            let (differs, ignored) = (of(ComparisonResult::Differs, false), of(ComparisonResult::Differs, true));
            let mut line = format!("{} = {}", trail.address, matched.account.as_deref().unwrap_or_default());
            for (word, settings) in [("differs", &differs), ("ignored", &ignored), ("unknown", &unknown)] {
                if !settings.is_empty() {
                    line.push_str(&format!("; {word}: {}", settings.join(", ")));
                }
            }
            lines.push(line);
            let findings = report.findings.iter().filter(|own| {
                let is_about = own.live.as_ref().is_some_and(|live| live.address == matched.address);
                is_about && own.address.as_ref() == Some(&trail.address)
            });
            let levels: Vec<bool> = findings.map(|own| own.level == Level::Note).collect();
            assert_eq!(levels.iter().filter(|is_note| **is_note).count(), ignored.len(), "{lines:?}");
            assert_eq!(levels.iter().filter(|is_note| !**is_note).count(), differs.len(), "{lines:?}");
        }
    }
    for (word, id) in [("undeclared", "undeclared-trail"), ("undeployed", "undeployed-trail")] {
        for finding in report.findings.iter().filter(|own| own.rule.id() == id) {
            let address = finding.address.as_deref().unwrap_or_default();
            lines.push(format!("{word} {}", address.rsplit_once(":trail/").map_or(address, |(_, name)| name)));
        }
    }
    if report.matches_nothing {
        lines.push("no match".to_owned());
    }
    lines.join("\n")
}

#[test]
fn evidence_that_is_only_found_is_named_on_request() {
    let code = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"main\"\n}\n";
    let state = r#"{"version": 4, "serial": 1, "lineage": "x", "resources": []}"#;
    let files = [("main.tf", code), ("terraform.tfstate", state), ("trails.json", r#"{"trailList": []}"#)];
    let scratch = Scratch::new("found-evidence", &files);
    let run = |args: &[&str]| {
        let output = scratch.run(&[&["check", "--format", "concise"], args].concat());
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    let named = [
        "`terraform.tfstate` is a state; to check it, name it with `--evidence`.",
        "`trails.json` is the output of AWS CLI commands; to check it, name it with `--evidence`.",
    ];
    for line in named {
        assert!(run(&["-v", "."]).contains(line), "{}", run(&["-v", "."]));
        assert!(!run(&["."]).contains(line));
    }
    let text = run(&["-v", "--evidence", "terraform.tfstate", "."]);
    assert!(!text.contains(named[0]) && text.contains(named[1]), "{text}");
}

#[test]
fn trace_shows_the_places_in_the_evidence() {
    let list = r#"{"trailList": [{"Name": "main", "HomeRegion": "us-east-1", "TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main",
"IsMultiRegionTrail": false}]}"#;
    let state = r#"{"version": 4, "serial": 1, "lineage": "x", "resources": [{"mode": "managed", "type": "aws_cloudtrail", "name": "t",
"instances": [{"attributes": {"name": "main", "is_multi_region_trail": false, "arn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"}}]}]}"#;
    let scratch = Scratch::new("traced-evidence", &[("a/t.json", list), ("b/terraform.tfstate", state)]);
    let cases = [
        ("arn:aws:cloudtrail:us-east-1:111122223333:trail/main", "a/t.json", ["a/t.json:2:23", "a/t.json:1:47"]),
        ("aws_cloudtrail.t", "b/terraform.tfstate", ["b/terraform.tfstate:2:72", "b/terraform.tfstate:2:86"]),
    ];
    for (address, path, places) in cases {
        let output = scratch.run(&["trace", address, path]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !text.contains("--region`"), "{text}");
        for place in places {
            assert!(text.contains(place), "{place} {text}");
        }
    }
}

#[test]
fn a_configured_account_is_compared_with_its_evidence_only() {
    let code = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"main\"\n  is_multi_region_trail = true\n}\n";
    let list = |account: &str| {
        let arn = format!("arn:aws:cloudtrail:us-east-1:{account}:trail/main");
        (
            format!("evidence/{account}/t.json"),
            format!(
                "{{\"trailList\": [{{\"Name\": \"main\", \"TrailARN\": \"{arn}\", \"IsMultiRegionTrail\": false}}]}}"
            ),
        )
    };
    let files = [("envs/app/main.tf".to_owned(), code.to_owned()), list("111122223333"), list("444455556666")];
    let report = |account: Option<&str>| {
        let named = NamedDeployment {
            name: None,
            path: "/envs/app".into(),
            account: account.map(str::to_owned),
            ..NamedDeployment::default()
        };
        check_with(files.clone(), EngineSettings { deployments: vec![named], ..EngineSettings::default() })
    };
    let drifts = |report: &Report| {
        let all = report.findings.iter().filter(|finding| finding.rule.id() == "drifted-trail");
        all.filter(|finding| finding.finding.message.contains("multi-Region")).count()
    };
    assert_eq!(drifts(&report(None)), 2);
    assert_eq!(drifts(&report(Some("444455556666"))), 1);
    assert_eq!(drifts(&report(Some("777788889999"))), 0);
}

/// The accounts with which a trail of this code is compared, of two that have a trail of its name.
fn compared_accounts(files: &[(&str, &str)]) -> Vec<&'static str> {
    const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
    let mut all: Vec<(String, String)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    for account in ACCOUNTS {
        let arn = format!("arn:aws:cloudtrail:us-east-1:{account}:trail/main");
        let list = format!(
            "{{\"trailList\": [{{\"Name\": \"main\", \"TrailARN\": \"{arn}\", \"IsMultiRegionTrail\": false}}]}}"
        );
        all.push((format!("evidence/{account}/t.json"), list));
    }
    let report = check(all);
    let drifts: Vec<&Diagnostic> =
        report.findings.iter().filter(|finding| finding.rule.id() == "drifted-trail").collect();
    let is_compared = |account: &&str| drifts.iter().any(|finding| finding.finding.message.contains(*account));
    ACCOUNTS.into_iter().filter(is_compared).collect()
}

#[test]
fn the_provider_determines_the_account() {
    const TRAIL: &str = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"main\"\n  is_multi_region_trail = true\n}\n";
    const SECOND: &[&str] = &["444455556666"];
    const BOTH: &[&str] = &["111122223333", "444455556666"];
    let role = |account: &str| format!("assume_role {{\n role_arn = \"arn:aws:iam::{account}:role/ci\"\n}}");
    let (first, second) = (role("111122223333"), role("444455556666"));
    let provider = |body: &str| format!("provider \"aws\" {{\n{body}\n}}\n");
    let allowed = "allowed_account_ids = [\"444455556666\"]";
    let choice = |condition: &str| {
        let arn = |account: &str| format!("\"arn:aws:iam::{account}:role/ci\"");
        format!(
            "variable \"p\" {{ type = bool }}\nprovider \"aws\" {{\n assume_role {{\n role_arn = {condition} ? {} : {}\n}}\n}}\n",
            arn("444455556666"),
            arn("111122223333")
        )
    };
    let cases: Vec<(&str, String, &[&str])> = vec![
        ("no provider", String::new(), BOTH),
        ("a role", provider(&second), SECOND),
        ("a role in China", provider(&second.replace("arn:aws:", "arn:aws-cn:")), SECOND),
        ("an account without a trail", provider(&role("777788889999")), &[]),
        ("the last of two roles", provider(&format!("{first}\n{second}")), SECOND),
        ("the only account", provider(allowed), SECOND),
        ("one account twice", provider(&allowed.replace("[", "[\"444455556666\", ")), SECOND),
        ("two accounts", provider(&allowed.replace("[", "[\"111122223333\", ")), BOTH),
        ("a role and the only account", provider(&format!("{second}\n{allowed}")), SECOND),
        ("a contradiction", provider(&format!("{first}\n{allowed}")), BOTH),
        ("no account", provider(&role("x")), BOTH),
        (
            "a variable",
            format!("variable \"a\" {{ default = \"444455556666\" }}\n{}", provider(&role("${var.a}"))),
            SECOND,
        ),
        ("a variable without a value", format!("variable \"a\" {{}}\n{}", provider(&role("${var.a}"))), BOTH),
        ("an unknown condition", choice("var.p"), BOTH),
        ("a known condition", choice("false == false"), SECOND),
    ];
    for (name, code, expected) in cases {
        let code = format!("{code}{TRAIL}");
        assert_eq!(compared_accounts(&[("main.tf", &code)]), expected, "{name}");
    }
    let aliases = provider(&first) + &provider(&format!("alias = \"b\"\n{second}"));
    let named = TRAIL.replace("{\n", "{\n  provider = aws.b\n");
    assert_eq!(compared_accounts(&[("main.tf", &format!("{aliases}{named}"))]), SECOND, "an alias");
    for (providers, expected) in [("", ["111122223333"]), ("providers = { aws = aws.b }", ["444455556666"])] {
        let call = format!("{aliases}module \"m\" {{\n source = \"./m\"\n {providers}\n}}\n");
        assert_eq!(compared_accounts(&[("main.tf", &call), ("m/main.tf", TRAIL)]), expected, "{providers}");
    }
    let json = format!(
        "{{\"provider\": {{\"aws\": {{\"assume_role\": {{\"role_arn\": \"arn:aws:iam::{}:role/ci\"}}}}}}}}",
        SECOND[0]
    );
    assert_eq!(compared_accounts(&[("main.tf", TRAIL), ("p.tf.json", &json)]), SECOND, "the JSON syntax");
    let optional = TRAIL.replace("{\n", "{\n  count = var.p ? 1 : 0\n");
    let code = format!("{}{optional}", choice("var.p"));
    assert_eq!(compared_accounts(&[("main.tf", &code)]), SECOND, "a condition that the trail's existence decides");
}

#[test]
fn programs_get_both_sides_of_a_comparison() {
    let code = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"main\"\n  is_multi_region_trail = true\n}\n";
    let list = r#"{"trailList": [{"Name": "main", "TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main", "IsMultiRegionTrail": false}]}"#;
    let report = check([("main.tf", code), ("evidence/t.json", list)]);
    let json = OutputFormat::Json.render_plain(&report, &View::default());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
    let trail = &json["deployments"][0]["trails"][0];
    assert_eq!(trail["compared"]["single-region"], "differs");
    assert_eq!(trail["compared"]["stopped"], "unknown");
    assert_eq!(trail["live"][0]["arn"], arn);
    let setting = &trail["live"][0]["compared"]["single-region"];
    assert_eq!(setting["declared"]["value"], "yes");
    assert_eq!(setting["declared"]["location"]["start"]["line"], 3);
    assert_eq!(setting["live"]["value"], "no");
    assert_eq!(setting["live"]["location"]["pointer"], "/trailList/0/IsMultiRegionTrail");
    let mut findings = json["findings"].as_array().unwrap().iter();
    let drift = findings.find(|finding| finding["rule"] == "drifted-trail").unwrap();
    let live = serde_json::json!({"arn": arn, "path": "evidence/t.json", "pointer": "/trailList/0/IsMultiRegionTrail"});
    assert_eq!(drift["live"], live);
}

#[test]
fn accounts_without_evidence_are_counted() {
    let accounts = r#"{"Accounts": [{"Id": "111122223333", "Status": "ACTIVE"}, {"Id": "444455556666", "Status": "ACTIVE"},
        {"Id": "777788889999", "Status": "SUSPENDED"}]}"#;
    let files = [("evidence/111122223333/t.json", r#"{"trailList": []}"#), ("evidence/accounts.json", accounts)];
    let summary = trailint::internal::output::summary(&check(files), &View::default());
    assert!(summary.contains("1 of 2 active accounts has no evidence: 444455556666."), "{summary}");
    let json = OutputFormat::Json.render_plain(&check(files), &View::default());
    assert!(json.contains("\"missing_accounts\": [\n    \"444455556666\"\n  ]"), "{json}");
    let policy = Strictness { require_trail: true, ..Strictness::default() };
    let required = check_with(files, EngineSettings { policy, ..EngineSettings::default() });
    let unknown =
        required.findings.iter().filter(|finding| finding.outcome == Outcome::Unknown && finding.counts_unknown);
    assert_eq!(unknown.count(), 1);
}

/// A program that answers like `aws`, and denies the selectors of one trail.
const FAKE_AWS: &str = r#"#!/bin/sh
trail() { echo "{\"Name\": \"$1\", \"S3BucketName\": \"b\", \"IsMultiRegionTrail\": true, \"IncludeGlobalServiceEvents\": true, \"LogFileValidationEnabled\": true, \"KmsKeyId\": \"arn:aws:kms:us-east-1:111122223333:key/1\", \"HomeRegion\": \"us-east-1\", \"HasCustomEventSelectors\": true, \"TrailARN\": \"arn:aws:cloudtrail:us-east-1:111122223333:trail/$1\"}"; }
case "$*" in
  "sts get-caller-identity --query Account --output text") echo 111122223333 ;;
  "cloudtrail describe-trails --output json") echo "{\"trailList\": [$(trail main), $(trail data)]}" ;;
  "cloudtrail describe-trails --query "*)
    for name in main data; do printf 'arn:aws:cloudtrail:us-east-1:111122223333:trail/%s\tus-east-1\t%s\n' $name $name; done ;;
  "cloudtrail get-trail-status --name arn:aws:cloudtrail:us-east-1:111122223333:trail/"*" --region us-east-1 --output json")
    echo '{"IsLogging": true}' ;;
  *trail/data" --region us-east-1 --output json")
    echo "An error occurred (AccessDeniedException) when calling the GetEventSelectors operation: no" >&2; exit 254 ;;
  "cloudtrail get-event-selectors --trail-name "*" --region us-east-1 --output json")
    echo "{\"TrailARN\": \"$4\", \"EventSelectors\": [{\"ReadWriteType\": \"All\", \"IncludeManagementEvents\": true}]}" ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
"#;

#[cfg(unix)]
#[test]
fn the_script_collects_what_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new("collected-evidence", &[("bin/aws", FAKE_AWS), ("code/README.md", "")]);
    let aws = scratch.path("bin/aws");
    std::fs::set_permissions(&aws, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", aws.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let script = super::support::package("docs/collect-cloudtrail-evidence.sh");
    let output = std::process::Command::new("sh").arg(script).current_dir(scratch.path(".")).env("PATH", path).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = scratch.run(&["check", "--evidence", "cloudtrail-evidence", "code", "--format", "concise"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("get-event-selectors") == text.contains("denied"), "{text}");
    let output = scratch.run(&["check", "--evidence", "cloudtrail-evidence", "code", "--format", "json"]);
    let text = String::from_utf8_lossy(&output.stdout);
    for expected in ["\"aws:111122223333\"", "\"verdict\": \"pass\"", "\"missing-management-events\": \"unknown\""] {
        assert!(text.contains(expected), "{expected} {text}");
    }
}

/// Trails of moto, a model of AWS, with the outputs of boto3.
#[test]
fn trails_of_moto_get_the_verdicts_of_another_evaluation() {
    let python = std::env::var("TRAILINT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_moto = std::process::Command::new(&python).args(["-c", "import moto, boto3"]).output();
    if !has_moto.is_ok_and(|output| output.status.success()) {
        return super::support::skipped("trails_of_moto", "moto and boto3 aren't installed");
    }
    let script = super::support::package("tests/it/evidence/with_moto.py");
    let mut command = std::process::Command::new(python);
    command.arg(script).arg(env!("CARGO_BIN_EXE_trailint"));
    for proxy in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"] {
        command.env_remove(proxy);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

/// The script passes its linter, if that is installed.
#[test]
fn the_script_has_no_warnings() {
    let script = super::support::package("docs/collect-cloudtrail-evidence.sh");
    match std::process::Command::new("shellcheck").arg(script).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(_) => super::support::skipped("the_collector", "shellcheck isn't installed"),
    }
}

/// What is in a state and no output may contain.
const SECRETS: [&str; 7] = [
    "in-an-output",
    "in-a-password",
    "in-a-tag",
    "in-a-data-source",
    "in-a-sensitive-name",
    "31337",
    "in-a-dependency",
];

#[test]
fn secrets_of_a_state_are_never_printed() {
    let state = r#"{"version": 4, "serial": 1, "lineage": "x", "outputs": {"a": {"value": "in-an-output"}}, "resources": [
        {"mode": "managed", "type": "aws_db_instance", "name": "d", "instances": [{"attributes": {"password": "in-a-password"}}]},
        {"mode": "data", "type": "aws_cloudtrail", "name": "d", "instances": [{"attributes": {"name": "in-a-data-source"}}]},
        {"mode": "managed", "type": "aws_cloudtrail", "name": "t", "instances": [{"attributes": {"is_multi_region_trail": false,
        "s3_bucket_name": "in-a-sensitive-name", "kms_key_id": "", "tags": {"a": "in-a-tag", "b": 31337}},
        "sensitive_attributes": [[{"type": "get_attr", "value": "s3_bucket_name"}]], "dependencies": ["in-a-dependency"]}]}]}"#;
    let indented = serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(state).unwrap()).unwrap();
    for text in [state.to_owned(), state.replace('\n', ""), indented] {
        let report = check([("evidence/terraform.tfstate", text)]);
        assert!(report.findings.iter().any(|finding| finding.rule.id() == "single-region-trail"));
        let view = View { is_verbose: true, shows_not_evaluated: true, shows_passed: true, ..View::default() };
        for format in OutputFormat::value_variants() {
            let text = format.render_plain(&report, &view);
            let found: Vec<&&str> = SECRETS.iter().filter(|secret| text.contains(**secret)).collect();
            assert!(found.is_empty(), "{format:?} contains {found:?}");
        }
    }
}

#[test]
fn a_sensitive_attribute_of_a_state_has_no_text() {
    let state = r#"{"version": 4, "serial": 1, "lineage": "x", "resources": [{"mode": "managed", "type": "aws_cloudtrail", "name": "t",
        "instances": [{"attributes": {"name": "main", "home_region": "us-east-1", "arn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"},
        "sensitive_attributes": [[{"type": "get_attr", "value": "home_region"}], [{"type": "get_attr", "value": "arn"}]]}]}]}"#;
    let report = check([("evidence/terraform.tfstate", state)]);
    let trail = &report.deployments[0].trails[0];
    assert_eq!((&trail.region, &trail.arn), (&None, &None));
}

#[test]
fn evidence_over_the_limits_is_reported() {
    let trail = |number: usize| {
        format!(
            "{{\"TrailARN\": \"arn:aws:cloudtrail:us-east-1:111122223333:trail/t{number}\", \"S3BucketName\": \"b\"}}"
        )
    };
    let trails: Vec<String> = (0..10_001).map(trail).collect();
    let (first, second) = trails.split_at(5_000);
    let list = |trails: &[String]| format!("{{\"trailList\": [{}]}}", trails.join(","));
    let account = |number: usize| (format!("evidence/{:012}/t.json", number), "{\"trailList\": []}".to_owned());
    let cases = [
        (
            vec![("evidence/a.json".to_owned(), list(first)), ("evidence/b.json".to_owned(), list(second))],
            "10000 trails",
        ),
        ((0..1_001).map(account).collect(), "1000 accounts"),
        (vec![("evidence/a.json".to_owned(), "{\"IsLogging\": true}".repeat(10_001))], "10000 documents"),
    ];
    for (files, limit) in cases {
        let report = check(files);
        let mut messages = report.findings.iter().map(|finding| &finding.finding.message);
        assert!(messages.any(|message| message.ends_with(&format!("has more than {limit}"))), "{limit}");
    }
}

#[test]
fn hostile_evidence_is_evaluated() {
    let deep = format!("{{\"trailList\": {}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let trail = "{\"trailList\": [{\"TrailARN\": \"arn:aws:cloudtrail:us-east-1:111122223333:trail/a\\u001b[31m\\nb\", \"Name\": \"\\u0007\"}]}";
    let aliases = "a: &a [x, x]\nb: &b [*a, *a]\ntrailList: [*b, *b]";
    for text in [deep.as_str(), trail, aliases, "{\"trailList\": [1, null, [], \"x\", {}]}", "{\"IsLogging\": true"] {
        let report = check([("evidence/111122223333/a.json", text)]);
        for format in OutputFormat::value_variants() {
            let text = format.render_plain(&report, &View::default());
            assert!(!text.contains(['\u{1b}', '\u{7}']), "{format:?} {text}");
        }
        assert!(report.deployments.iter().all(|deployment| deployment.verdict != Some(Outcome::Pass)));
    }
}

/// The deployments with their trails, then the findings: the failures, and those about a whole deployment.
fn said(report: &Report) -> String {
    let mut lines = Vec::new();
    for deployment in &report.deployments {
        lines.push(format!("{} {}", deployment.root, deployment.verdict.map_or("nothing", word)));
        for trail in &deployment.trails {
            let verdicts = LETTERS.iter().filter_map(|(id, letter)| {
                let (_, outcome) = trail.rules.iter().find(|(rule, _)| rule.id() == *id)?;
                let sign = match outcome {
                    Outcome::Pass => '+',
                    Outcome::Fail => '-',
                    Outcome::Unknown => '?',
                };
                Some(format!("{letter}{sign}"))
            });
            let advice: Vec<&str> = trail.advisories.iter().map(|rule| rule.id()).collect();
            let verdicts: Vec<String> = verdicts.chain(advice.into_iter().map(str::to_owned)).collect();
            let name = trail.address.rsplit_once(":trail/").map_or(trail.address.as_str(), |(_, name)| name);
            lines.push(format!("  {name} {}", verdicts.join(" ")));
        }
    }
    lines.extend(report.findings.iter().filter_map(|finding| line(finding, report)));
    lines.join("\n")
}

fn line(diagnostic: &Diagnostic, report: &Report) -> Option<String> {
    let is_whole = matches!(diagnostic.rule.check, Check::Deployment(_));
    let place = diagnostic.finding.place.label().filter(|_| is_whole || diagnostic.outcome == Outcome::Fail)?;
    let file = report.sources.file(place.span.file);
    let pointer = report.pointers.of(place.span).map_or(String::new(), |(number, pointer)| match number {
        1 if pointer.is_empty() => pointer,
        1 => format!(" {pointer}"),
        _ => format!(" {number}#{pointer}"),
    });
    let name = Path::new(&file.name).strip_prefix("evidence").unwrap_or(Path::new(&file.name)).display().to_string();
    let rule = diagnostic.rule.id();
    let suppressed = if diagnostic.suppressed.is_some() { " suppressed" } else { "" };
    let is_note = diagnostic.level == Level::Note && diagnostic.rule.page.level != Level::Note;
    let level = if is_note { " note" } else { "" };
    let subject = if matches!(diagnostic.rule.check, Check::Evidence) {
        let address = diagnostic.address.as_deref().unwrap_or_default();
        format!(" {}", address.rsplit_once(":trail/").map_or(address, |(_, name)| name))
    } else {
        String::new()
    };
    let line = format!("{rule} {name}:{}{pointer}{subject}{level}{suppressed}", file.line(place.span.start));
    Some(line.trim_end().to_owned())
}

//! The layout of text for readers: wrapped lines, blocks, and one screen for a run that passes.

use std::collections::BTreeMap;

use trailint::internal::engine::EngineSettings;
use trailint::internal::finding::Level;
use trailint::internal::output::{OutputFormat, summary};
use trailint::internal::report::{Report, View};

use super::cli::{Scratch, err, out, status};
use super::scenarios::{files_of, scenarios};
use super::support::{check, check_with};

/// A trail that satisfies every rule on trails, and its bucket.
const TRAIL: &str = r#"
resource "aws_cloudtrail" "main" {
  name                       = "main"
  s3_bucket_name             = aws_s3_bucket.logs.id
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
"#;

/// A policy of the bucket that allows the delivery of logs, with another statement.
fn policy(statement: &str) -> String {
    format!(
        r#"
resource "aws_s3_bucket_policy" "logs" {{
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({{
    Statement = [
      {{
        Effect    = "Allow"
        Principal = {{ Service = "cloudtrail.amazonaws.com" }}
        Action    = ["s3:GetBucketAcl", "s3:PutObject"]
        Resource  = ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]
      }},
      {statement}
    ]
  }})
}}
"#
    )
}

fn full(report: &Report, view: &View) -> String {
    OutputFormat::Full.render_plain(report, view)
}

fn verbose() -> View {
    View { is_verbose: true, shows_not_evaluated: true, ..View::default() }
}

fn drawn(text: &str) -> usize {
    text.matches("╭─[").count()
}

#[test]
fn findings_about_one_bucket_are_one_block() {
    let public = r#"{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::222233334444:root" }, Action = "s3:DeleteObject", Resource = "arn:aws:s3:::logs/*" }"#;
    let report = check([("main.tf", format!("{TRAIL}{}", policy(public)))]);
    let text = full(&report, &View::default());
    assert_eq!(drawn(&text), 1, "{text}");
    for rule in ["tamperable-log-bucket", "unlogged-log-bucket", "logs-kept-forever"] {
        assert_eq!(text.matches(&format!("[{rule}]: ")).count(), 1, "{rule}: {text}");
    }
    // The location is named if it isn't that of the first finding, and a warning keeps its help.
    let words =
        "writes to a bucket in which others can delete\n    or overwrite logs (main.tf:23:7)\n    help: restrict";
    assert!(text.contains(&format!("\n  warning[tamperable-log-bucket]: {words}")), "{text}");
    assert!(text.contains("\n  note[logs-kept-forever]: writes to a bucket that keeps logs forever\n"), "{text}");
    assert!(drawn(&full(&report, &verbose())) > 4);
}

#[test]
fn an_unknown_that_nothing_resolves_is_counted() {
    let condition = r#"{ Effect = "Deny", Principal = "*", Action = "s3:PutObject", Resource = "arn:aws:s3:::logs/*", Condition = { Null = { "s3:x-amz-server-side-encryption" = "true" } } }"#;
    let report = check([("main.tf", format!("{TRAIL}{}", policy(condition)))]);
    let rule = "unknown[bucket-policy-blocks-delivery]";
    for format in [OutputFormat::Full, OutputFormat::Concise] {
        assert!(!format.render_plain(&report, &View::default()).contains(rule));
        assert!(format.render_plain(&report, &verbose()).contains(rule));
    }
    for format in [OutputFormat::Json, OutputFormat::Sarif, OutputFormat::Gitlab, OutputFormat::Checkstyle] {
        assert!(format.render_plain(&report, &View::default()).contains("bucket-policy-blocks-delivery"), "{format:?}");
    }
    let counted = "1 unknown (no option gives its value; `-v` lists it)";
    let wide = View { width: 1000, ..View::default() };
    assert!(summary(&report, &wide).contains(counted), "{}", summary(&report, &wide));
    let all = summary(&report, &View { width: 1000, ..verbose() });
    assert!(all.contains(": 1 unknown;") && !all.contains("`-v`"), "{all}");
    // A result that may fail the run is shown.
    let scratch = Scratch::new("layout-unknown", &[("main.tf", &format!("{TRAIL}{}", policy(condition)))]);
    assert!(!out(&scratch.run(&["check"])).contains(rule));
    let failing = scratch.run(&["check", "--unknown", "fail", "--fail-on", "warning"]);
    assert!(status(&failing) == 1 && out(&failing).contains(rule), "{}", out(&failing));
}

#[test]
fn an_unknown_of_the_control_that_nothing_resolves_takes_one_line() {
    let code = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      \
                IsMultiRegionTrail: \"{{resolve:ssm:/multi}}\"\n";
    let text = full(&check([("t.yaml", code)]), &View { width: 1000, ..View::default() });
    let line = "t.yaml:5:27: unknown[single-region-trail] trail `T` may record one Region only: ";
    assert!(text.lines().any(|own| own.starts_with(line)), "{text}");
}

#[test]
fn a_run_that_passes_fits_on_a_screen() {
    let trail = |n: usize| TRAIL.replace("main", &format!("t{n}")).replace("logs", &format!("logs{n}"));
    let report = |count: usize| check((0..count).map(|n| (format!("root{n}/main.tf"), trail(n))));
    let brief = View { is_brief: true, ..View::default() };
    for count in 1..12 {
        let report = report(count);
        let all = full(&report, &View::default());
        let text = full(&report, &brief);
        let lines = text.lines().count() + summary(&report, &brief).lines().count();
        let findings = |text: &str, word: &str| text.matches(&format!("{word}[")).count();
        assert!(count == 1 || all.lines().count() > 24);
        // Each warning has a line of its own, even if they take more than a screen.
        let warnings = findings(&all, "warning");
        assert_eq!(findings(&text, "warning"), warnings, "{text}");
        assert!(lines <= 24.max(3 * warnings + 7), "{count}: {lines}\n{text}");
        let notes = findings(&all, "note") - findings(&text, "note");
        assert_eq!(text.contains("aren't shown (`-v`") || text.contains("isn't shown (`-v`"), count > 1, "{text}");
        let hidden = [format!("{notes} notes aren't shown (`-v`"), "1 note isn't shown (`-v`".to_owned()];
        assert!(notes == 0 || hidden.iter().any(|line| text.contains(line)), "{notes} {text}");
    }
    // The program decides by the result.
    let files: Vec<(String, String)> = (0..2).map(|n| (format!("root{n}/main.tf"), trail(n))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let scratch = Scratch::new("layout-screen", &files);
    let lines = |arguments: &[&str]| {
        let output = scratch.command(arguments).env("COLUMNS", "80").output().unwrap();
        out(&output).lines().count() + err(&output).lines().count()
    };
    assert!(lines(&["check"]) <= 24);
    for more in [&["check", "-v"][..], &["check", "--fail-on", "warning"]] {
        assert!(lines(more) > 24, "{more:?}");
    }
}

/// Only a word that is too long by itself makes a line longer, and the source line above a label its position.
#[test]
fn text_is_wrapped() {
    for (name, directory) in scenarios() {
        let report = check(files_of(&directory));
        for view in [View::default(), verbose()] {
            let text = full(&report, &view) + &summary(&report, &view);
            // A command is one line, so that it can be copied.
            let is_text = |line: &&str| line.is_ascii() && !line.starts_with("To resolve: ");
            for line in text.lines().filter(|line| line.chars().count() > 80).filter(is_text) {
                let start = line.trim_end().rfind([' ', '`']).unwrap_or(0);
                assert!(start <= 80, "{name}: {line}");
            }
        }
    }
    let scratch = Scratch::new("layout-width", &[("main.tf", TRAIL)]);
    let widest = |columns: &str, arguments: &[&str]| {
        let output = scratch.command(arguments).env("COLUMNS", columns).output().unwrap();
        let text = out(&output) + &err(&output);
        text.lines().map(|line| line.chars().count()).max().unwrap()
    };
    for arguments in [&["check"][..], &["check", "-v"], &["check", "--help"], &["--help"], &["rules"]] {
        assert!((60..=80).contains(&widest("80", arguments)), "{arguments:?}");
        assert_eq!(widest("80", arguments), widest("20", arguments), "{arguments:?}");
        assert!(widest("300", arguments) > 80 || arguments == ["--help"], "{arguments:?}");
    }
    // The content of a file doesn't depend on the terminal.
    scratch.command(&["check", "-o", "full=wide.txt"]).env("COLUMNS", "300").output().unwrap();
    scratch.command(&["check", "-o", "full=narrow.txt"]).env("COLUMNS", "80").output().unwrap();
    let read = |name: &str| std::fs::read_to_string(scratch.path(name)).unwrap();
    assert_eq!(read("wide.txt"), read("narrow.txt"));
}

#[test]
fn a_level_of_the_user_applies_to_trails_that_are_not_required() {
    let other = "resource \"aws_cloudtrail\" \"other\" {\n  name = \"o\"\n  s3_bucket_name = aws_s3_bucket.o.id\n}\n\
                 resource \"aws_s3_bucket\" \"o\" {\n  bucket = \"o\"\n}\n";
    let levels = |levels: BTreeMap<&'static str, Level>| {
        let settings = EngineSettings { levels, ..EngineSettings::default() };
        let report = check_with([("main.tf", format!("{TRAIL}{other}"))], settings);
        let own = report.findings.iter().filter(|own| own.address.as_deref() == Some("aws_cloudtrail.other"));
        own.map(|own| (own.rule.id(), own.level)).collect::<BTreeMap<_, _>>()
    };
    let own = levels(BTreeMap::new());
    let minor = ["unlogged-log-bucket", "bucket-policy-blocks-delivery", "logs-kept-forever", "single-region-trail"];
    assert!(minor.iter().all(|rule| own[rule] == Level::Note), "{own:?}");
    assert_eq!((own["logs-without-kms"], own["unvalidated-logs"]), (Level::Warning, Level::Warning));
    let set = levels(BTreeMap::from([("unlogged-log-bucket", Level::Error), ("single-region-trail", Level::Error)]));
    assert_eq!((set["unlogged-log-bucket"], set["single-region-trail"]), (Level::Error, Level::Note));
}

#[test]
fn backticks_in_names_are_escaped() {
    let call = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"t\"\n  s3_bucket_name = \"b\"\n}\n";
    let report = check([("a`b/main.tf", call), ("c/main.tf", call)]);
    let text = full(&report, &View::default());
    assert!(text.contains("In `a\\u{60}b`:\n") && !text.contains("`a`b`"), "{text}");
}

#[test]
fn passed_rules_name_their_deployments() {
    let call = "module \"audit\" { source = \"../../modules/trail\" }\n";
    let module = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"t\"\n  s3_bucket_name = \"b\"\n}\n";
    let report = check([("envs/a/main.tf", call), ("envs/b/main.tf", call), ("modules/trail/main.tf", module)]);
    let view = View { shows_passed: true, ..View::default() };
    let text = OutputFormat::Concise.render_plain(&report, &view);
    let passed: Vec<&str> = text.lines().filter(|line| line.contains("pass[stopped-trail]")).collect();
    let expected = "modules/trail/main.tf:1:1: pass[stopped-trail] trail `module.audit.aws_cloudtrail.t` passes, in \
                    `envs/a` and `envs/b`";
    assert_eq!(passed, [expected]);
    assert_eq!(full(&report, &view).matches("pass[stopped-trail]").count(), 1);
}

#[test]
fn a_deployment_of_the_configuration_is_named_in_one_form() {
    let config = "[[root]]\nname = \"dev\"\npath = \"app\"\nvar-files = [\"app/dev.tfvars\"]\n\
                  [[root]]\nname = \"prod\"\npath = \"app\"\n";
    let code = "variable \"on\" { default = true }\nresource \"aws_cloudtrail\" \"t\" {\n  name = \"t\"\n  \
                s3_bucket_name = \"b\"\n  is_multi_region_trail = true\n  enable_logging = var.on\n}\n";
    let scratch = Scratch::new(
        "layout-roots",
        &[("trailint.toml", config), ("app/main.tf", code), ("app/dev.tfvars", "on = false\n")],
    );
    let text = out(&scratch.run(&["check", "-f", "concise"]));
    assert!(text.contains("trail `aws_cloudtrail.t` is stopped, in `app` (`dev`)\n"), "{text}");
    let merged = "trail `aws_cloudtrail.t` doesn't validate its log files, in `app` (`dev`) and `app` (`prod`)\n";
    assert!(text.contains(merged), "{text}");
}

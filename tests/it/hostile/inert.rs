//! What people are told besides reports: no text acts on whatever shows it, wherever it comes from.

use std::process::Output;

use crate::cli::{BAD, Scratch, err, out};

/// Colours, the title of a terminal, a way back to the start of the line, an order of letters, and a command to a runner.
const HARM: &str = "x\u{1b}[31m\u{1b}]0;t\u{7}\r\u{9b}2J\u{202e}\n::error::y\n##vso[task.complete]z";

fn assert_inert(output: &Output, context: &str) {
    let printed = out(output) + &err(output);
    let is_active = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!printed.chars().any(is_active), "{context}: {printed:?}");
    let commands = printed.lines().filter(|line| line.starts_with("::") || line.starts_with("##"));
    assert_eq!(commands.count(), 0, "{context}: {printed}");
    assert!(!printed.is_empty(), "{context}");
}

#[test]
fn arguments_are_repeated_without_harm() {
    let scratch = Scratch::new("inert-arguments", &[("main.tf", BAD)]);
    let setting = |name: &str| format!("{name}={HARM}");
    let (config, level, output, until) =
        (setting("fail-on"), setting("stopped-trail"), format!("json=gone/{HARM}"), setting("x"));
    for arguments in [
        &["explain", HARM][..],
        &["trace", HARM],
        &["check", HARM],
        &["check", "--select", HARM],
        &["check", "--ignore", HARM],
        &["check", "--level", HARM],
        &["check", "--level", &level],
        &["check", "--config", HARM],
        &["check", "--config", &config],
        &["check", "--baseline", HARM],
        &["check", "--output", HARM],
        &["check", "--output", &output],
        &["check", "--format", HARM],
        &["check", "--compliance", HARM],
        &["check", "--var", HARM],
        &["check", "--var", &until],
        &["check", "--var-file", HARM],
        &["check", "--plan", HARM],
        &["check", "--parameter", HARM],
        &["check", "--diff-base", HARM],
        &["check", "--files-from", HARM],
        &["check", "--stdin-filename", HARM],
        &["check", "--add-ignore", HARM],
        &["check", "--regions", HARM],
        &["completions", HARM],
        &["man", HARM],
        &["baseline", HARM],
        &[HARM],
    ] {
        let output = scratch.run(arguments);
        assert_inert(&output, arguments[0]);
        assert_ne!(output.status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn the_environment_is_repeated_without_harm() {
    let scratch = Scratch::new("inert-environment", &[("main.tf", BAD)]);
    for name in ["TRAILINT_FORMAT", "TRAILINT_FAIL_ON", "TRAILINT_COLOR", "TRAILINT_CONFIG"] {
        assert_inert(&scratch.command(&["check"]).env(name, HARM).output().unwrap(), name);
    }
}

#[test]
fn files_are_told_of_without_harm() {
    let quoted =
        HARM.replace('\u{1b}', "\\u001b").replace('\u{7}', "\\u0007").replace('\r', "\\r").replace('\n', "\\n");
    let quoted = quoted.replace('\u{9b}', "\\u009b");
    let name = "n\u{1b}]0;t\u{7}\r\u{202e}\n::error::y";
    let trail = format!("resource \"aws_cloudtrail\" \"{quoted}\" {{\n  is_multi_region_trail = var.{name}\n}}\n");
    let files = [
        (format!("{name}/main.tf"), trail),
        (
            format!("{name}.yaml"),
            format!("Resources:\n  \"{quoted}\":\n    Type: AWS::CloudTrail::Trail\n    {name}: 1\n"),
        ),
        ("trailint.toml".to_owned(), String::new()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let scratch = Scratch::new("inert-files", &files);
    for arguments in [
        &["check", "--verbose", "--statistics"][..],
        &["check", "--fix", "--unsafe-fixes"],
        &["check", "--diff", "--unsafe-fixes"],
        &["check", "--show-passed", "--compliance", "cis-aws-7.0"],
        &["trace", "aws_cloudtrail.none"],
        &["trace", "T"],
        &["check", "--add-ignore=why"],
        &["baseline", "create"],
    ] {
        assert_inert(&scratch.run(arguments), &arguments.join(" "));
    }
    for config in [
        format!("\"{quoted}\" = 1\n"),
        format!("ignore = [\"{quoted}\"]\n"),
        format!("extend = \"{quoted}\"\n"),
        format!("{name}\n"),
    ] {
        std::fs::write(scratch.path("trailint.toml"), config).unwrap();
        assert_inert(&scratch.run(&["check"]), "trailint.toml");
    }
    std::fs::write(scratch.path("trailint.toml"), "").unwrap();
    std::fs::write(scratch.path(".trailint-baseline.json"), format!("{{\"version\": \"{quoted}\", {name}")).unwrap();
    assert_inert(&scratch.run(&["check"]), "a baseline");
}

//! What the program ends with, whatever becomes of those who listen to it, and what it says wherever it runs.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use crate::cli::{BAD, GOOD, Scratch, err, out, status};
use crate::support::{files_below, package, skipped};

#[test]
fn a_full_disk_is_no_pass() {
    let scratch = Scratch::new("full", &[("a.tf", GOOD), ("b/b.tf", BAD)]);
    for (redirections, expected) in [("> /dev/full", 2), ("2> /dev/full", 2), ("-o json=/dev/full", 2)] {
        for path in ["a.tf", "b"] {
            let line = format!("'{}' check {path} {redirections}", env!("CARGO_BIN_EXE_trailint"));
            let output = Command::new("sh").args(["-c", &line]).current_dir(&scratch.0).output().unwrap();
            assert_eq!(status(&output), expected, "{line}: {}", err(&output));
        }
    }
    let others = [
        "trace aws_cloudtrail.t",
        "explain single-region-trail",
        "rules",
        "config show",
        "config schema",
        "completions bash",
        "man",
        "--version",
        "--help",
    ];
    for command in others {
        let line = format!("'{}' {command} > /dev/full", env!("CARGO_BIN_EXE_trailint"));
        let output = Command::new("sh").args(["-c", &line]).current_dir(scratch.path("b")).output().unwrap();
        assert_eq!(status(&output), 2, "{line}: {}", err(&output));
        assert!(err(&output).contains("can't write the report"), "{line}: {}", err(&output));
    }
}

#[test]
fn streams_that_are_closed_change_no_status() {
    let scratch = Scratch::new("closed", &[("a.tf", GOOD), ("b/b.tf", BAD)]);
    for (path, expected) in [("a.tf", 0), ("b", 1), ("gone", 2)] {
        for redirection in [">&-", "2>&-", "<&-", ">&- 2>&- <&-", "| true"] {
            let program = env!("CARGO_BIN_EXE_trailint");
            let _ = std::fs::remove_file(scratch.path("status"));
            let line = format!("{{ '{program}' check {path}; echo $? > status; }} {redirection}");
            Command::new("sh").args(["-c", &line]).current_dir(&scratch.0).output().unwrap();
            let said = std::fs::read_to_string(scratch.path("status")).unwrap();
            assert_eq!(said.trim(), expected.to_string(), "{line}");
        }
    }
}

#[test]
fn a_signal_is_no_status() {
    let scratch = Scratch::new("signal", &[]);
    let mut command = scratch.command(&["check", "-", "-o", "json=report.json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(BAD.as_bytes()).unwrap();
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.status.signal()), (None, Some(15)));
    assert_eq!(files_below(&scratch.0), []);
    assert_eq!(out(&output), "");
}

#[test]
fn a_small_stack_is_enough() {
    let deep = |text: &str, count: usize| text.repeat(count);
    let chain: String = (0..1000).map(|n| format!("  a{} = local.a{n}\n", n + 1)).collect();
    let trail = |value: &str| format!("resource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = {value}\n}}\n");
    let files = [
        ("chain/main.tf", format!("locals {{\n  a0 = true\n{chain}}}\n{}", trail("local.a1000"))),
        ("deep/main.tf", trail(&format!("{}true{}", deep("[", 190), deep("]", 190)))),
        ("calls/main.tf", trail(&format!("{}true{}", deep("try(", 90), deep(")", 90)))),
        (
            "t.json",
            format!(
                "{{\"Resources\": {{\"T\": {{\"Type\": \"AWS::CloudTrail::Trail\", \"X\": {}{}}}}}}}",
                deep("[", 190),
                deep("]", 190)
            ),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let scratch = Scratch::new("stack", &files);
    for options in ["-j 1", "-j 8", "--format json", "--format html"] {
        let line = format!("ulimit -s 1024 && exec '{}' check {options}", env!("CARGO_BIN_EXE_trailint"));
        let output = Command::new("sh").args(["-c", &line]).current_dir(&scratch.0).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{options}: {}", err(&output));
    }
}

#[test]
fn the_report_is_the_same_wherever_it_is_made() {
    let demo = files_below(&package("testdata/demo"));
    let made = |name: &str, backwards: bool, environment: &[(&str, &str)]| {
        let scratch = Scratch::new(name, &[]);
        let mut files: Vec<_> = demo.iter().collect();
        if backwards {
            files.reverse();
        }
        for (path, bytes) in files {
            let path = scratch.0.join("in/it").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let mut command = scratch.command(&["check", "--format", "json"]);
        let output = command.current_dir(scratch.0.join("in/it")).envs(environment.iter().copied()).output().unwrap();
        assert_eq!(status(&output), 1);
        out(&output)
    };
    let plain = made("here", false, &[]);
    assert_eq!(made("there-with-a-longer-name", true, &[]), plain);
    let environment =
        [("LC_ALL", "tr_TR.UTF-8"), ("LANG", "C"), ("TZ", "Pacific/Kiritimati"), ("RAYON_NUM_THREADS", "7")];
    assert_eq!(made("elsewhere", true, &environment), plain);
}

#[test]
fn a_program_that_lies_in_the_tree_is_not_run() {
    use std::os::unix::fs::PermissionsExt;
    let Some(repository) = crate::repository::Repository::new("own-git") else { return skipped("own-git", "no git") };
    repository.write("a.tf", GOOD).commit();
    let ran = repository.root.join("ran");
    for place in ["git", "bin/git"] {
        repository.write(place, format!("#!/bin/sh\n: > '{}'\n", ran.display()));
        std::fs::set_permissions(repository.root.join(place), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    for first in [repository.root.join("bin").display().to_string(), "bin".to_owned(), String::new()] {
        let mut command = repository.command(&["check", "--diff-base", "HEAD"]);
        let output = command.env("PATH", format!("{first}:{path}")).output().unwrap();
        assert_eq!(status(&output), 0, "{}", err(&output));
        assert!(!ran.exists(), "{first}");
    }
    let mut command = repository.command(&["check", "--diff-base", "HEAD"]);
    let output = command.env("PATH", repository.root.join("bin")).output().unwrap();
    assert_eq!(status(&output), 2);
    assert!(err(&output).contains("`git` isn't installed") && !ran.exists(), "{}", err(&output));
}

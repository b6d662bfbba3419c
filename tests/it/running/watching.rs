//! `--watch` in a directory that changes.

use std::io::{BufRead, BufReader};
#[cfg(target_os = "linux")]
use std::process::Command;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use super::super::cli::{BAD, GOOD, Scratch, err, status};
#[cfg(target_os = "linux")]
use super::skipped;

/// Longer than any check takes, also on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than it takes to see that something has changed.
const QUIET: Duration = Duration::from_millis(1500);

/// A program that watches, and the last line of each of its checks.
struct Watching {
    child: Child,
    said: Receiver<String>,
}

impl Watching {
    fn start(scratch: &Scratch, arguments: &[&str]) -> Self {
        let arguments = [&["check", "--watch", "--format", "concise"], arguments].concat();
        let mut child = scratch.command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let (say, said) = mpsc::channel();
        let is_summary = |line: &String| !line.contains("For details");
        std::thread::spawn(move || lines.filter(is_summary).try_for_each(|line| say.send(line)));
        Self { child, said }
    }

    fn next(&self) -> String {
        self.said.recv_timeout(PATIENCE).unwrap()
    }

    fn is_quiet(&self) -> bool {
        self.said.recv_timeout(QUIET).is_err()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_changes_is_checked_again() {
    let scratch = Scratch::new("watch", &[("app/main.tf", BAD), ("app/empty/README", "")]);
    let write = |name: &str, text: &str| std::fs::write(scratch.path(name), text).unwrap();
    let watching = Watching::start(&scratch, &["app", "--select", "single-region-trail"]);
    assert_eq!(watching.next(), "Found 1 error in 1 trail (1 file).");
    write("app/main.tf", GOOD);
    assert_eq!(watching.next(), "All checks passed for 1 trail (1 file).");
    write("app/empty/new.tf", BAD);
    assert_eq!(watching.next(), "Found 1 error in 2 trails (2 files).");
    write(
        "app/main.tf",
        "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n}\nvariable \"m\" {}\n",
    );
    assert!(watching.next().contains("1 unknown"));
    write("app/terraform.tfvars", "m = true\n");
    assert_eq!(watching.next(), "Found 1 error in 2 trails (3 files).");
    std::fs::remove_file(scratch.path("app/empty/new.tf")).unwrap();
    assert_eq!(watching.next(), "All checks passed for 1 trail (2 files).");
    write("beside.tf", BAD);
    assert!(watching.is_quiet());
}

#[test]
fn a_check_that_cannot_be_done_is_told_and_tried_again() {
    let scratch = Scratch::new("watch-error", &[("a.tf", GOOD), ("values.tfvars", "")]);
    let watching = Watching::start(&scratch, &["--var-file", "values.tfvars"]);
    assert!(watching.next().contains("1 trail"));
    std::fs::remove_file(scratch.path("values.tfvars")).unwrap();
    assert_eq!(watching.next(), "error: can't read `values.tfvars`, named by `--var-file`: no such file or directory");
    std::fs::write(scratch.path("values.tfvars"), "").unwrap();
    assert!(watching.next().contains("1 trail"));
}

#[test]
fn its_own_reports_are_no_change() {
    let scratch = Scratch::new("watch-report", &[("a.tf", BAD), ("reports/old.json", "{}")]);
    let watching = Watching::start(&scratch, &["--output", "json=reports/trailint.json", "--output", "sarif=s.json"]);
    assert!(watching.next().contains("1 trail"));
    assert!(watching.is_quiet());
    std::fs::write(scratch.path("a.tf"), GOOD).unwrap();
    assert!(watching.next().contains("1 trail"));
    assert!(watching.is_quiet());
}

#[test]
fn a_first_check_that_cannot_be_done_ends_it() {
    let scratch = Scratch::new("watch-nothing", &[]);
    for (arguments, expected) in [
        (&["missing"][..], "can't read `missing`: no such file or directory"),
        (&["-"], "`--watch` can't be used with standard input"),
        (&["--files-from", "-"], "`--watch` can't be used with standard input"),
    ] {
        let output = scratch.run(&[&["check", "-w"], arguments].concat());
        assert_eq!((status(&output), err(&output)), (2, format!("error: {expected}\n")));
    }
}

#[test]
fn it_ends_when_nobody_reads_its_reports() {
    let scratch = Scratch::new("watch-unread", &[("a.tf", BAD)]);
    let mut command = scratch.command(&["check", "--watch", "--format", "concise"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut report = BufReader::new(child.stdout.take().unwrap());
    report.read_line(&mut String::new()).unwrap();
    drop(report);
    let (say, said) = mpsc::channel();
    std::thread::spawn(move || say.send(child.wait_with_output().unwrap()));
    // What was read is over; what has changed finds no reader.
    std::thread::sleep(QUIET);
    std::fs::write(scratch.path("a.tf"), format!("{BAD}\n")).unwrap();
    let output = said.recv_timeout(PATIENCE).unwrap();
    assert_eq!(status(&output), 1, "{}", err(&output));
}

#[test]
fn what_is_staged_is_not_watched() {
    let scratch = Scratch::new("watch-staged", &[("a.tf", BAD)]);
    let output = scratch.run(&["check", "--watch", "--scope", "staged"]);
    assert_eq!(status(&output), 2);
    assert!(err(&output).contains("'--watch' cannot be used with '--scope <SCOPE>'"), "{}", err(&output));
}

/// A shell calls a program that this signal has ended one with status 130.
#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_ends_it() {
    use std::os::unix::process::ExitStatusExt;
    const INTERRUPT: i32 = 2;
    let scratch = Scratch::new("watch-interrupt", &[("a.tf", GOOD)]);
    let mut watching = Watching::start(&scratch, &[]);
    assert!(watching.next().contains("1 trail"));
    let process = watching.child.id().to_string();
    if is_ignored(INTERRUPT, &process) {
        return skipped("ctrl_c_ends_it", "whoever runs this has made the signal one to ignore");
    }
    assert!(Command::new("kill").args(["-INT", &process]).status().unwrap().success());
    assert_eq!(watching.child.wait().unwrap().signal(), Some(INTERRUPT));
}

/// Programs in the background of a shell without job control inherit that.
#[cfg(target_os = "linux")]
fn is_ignored(signal: i32, process: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap() >> (signal - 1) & 1 == 1
}

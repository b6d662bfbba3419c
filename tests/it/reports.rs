//! Reports in files, and what is shown of them on a terminal.

mod paths;

use super::cli::{Scratch, err, out, status};

const BAD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  enable_logging = data.a_b.c.m\n}\n";

/// The files of a directory, with hidden ones.
fn names(scratch: &Scratch, directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(scratch.path(directory)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn several_reports_come_from_one_run() {
    let scratch = Scratch::new("several", &[("in/a.tf", BAD), ("out/old.json", "old")]);
    let output = scratch.run(&[
        "check",
        "in",
        "-f",
        "concise",
        "-o",
        "json=out/old.json",
        "--output",
        "full=out/full.txt",
        "-osarif=out/a=b.sarif",
        "--color=always",
    ]);
    assert_eq!(status(&output), 1, "{}", err(&output));
    let read = |name: &str| std::fs::read_to_string(scratch.path(name)).unwrap();
    // A file is wrapped as without a terminal.
    let alone =
        |format: &str| out(&scratch.command(&["check", "in", "-f", format]).env("COLUMNS", "80").output().unwrap());
    assert_eq!(read("out/old.json"), alone("json"));
    assert_eq!(read("out/full.txt"), alone("full"));
    assert_eq!(read("out/a=b.sarif"), alone("sarif"));
    assert!(out(&output).contains("in/a.tf"), "{}", out(&output));
    assert_eq!(names(&scratch, "out"), ["a=b.sarif", "full.txt", "old.json"]);
}

#[test]
fn a_report_that_cannot_be_written_leaves_all_as_it_was() {
    let scratch = Scratch::new("unwritten", &[("in/a.tf", BAD), ("out/old.json", "old"), ("out/file", "x")]);
    let cases = [
        ("sarif=missing/a.sarif", "error: can't write the report to `missing/a.sarif`: "),
        ("sarif=out", "error: can't write the report to `out`: is a directory\n"),
        ("sarif=out/file/a.sarif", "error: can't write the report to `out/file/a.sarif`: "),
        ("sarif=out/..", "error: can't write the report to `out/..`: is a directory\n"),
        ("sarif=out/old.json", "error: `--output` names `out/old.json` more than once\n"),
    ];
    for (destination, said) in cases {
        let output = scratch.run(&["check", "in", "-o", "json=out/old.json", "-o", destination]);
        assert_eq!((status(&output), out(&output).as_str()), (2, ""), "{destination}");
        assert!(err(&output).starts_with(said) && err(&output).lines().count() == 1, "{}", err(&output));
        assert_eq!(std::fs::read_to_string(scratch.path("out/old.json")).unwrap(), "old");
        assert_eq!(names(&scratch, "out"), ["file", "old.json"], "{destination}");
    }
    for (destination, said) in [
        ("sarif", "expected FORMAT=PATH"),
        ("sarif=", "expected FORMAT=PATH"),
        ("sarf=a", "unknown format `sarf`: expected full, concise, "),
    ] {
        let output = scratch.run(&["check", "in", "-o", destination]);
        assert_eq!(status(&output), 2);
        assert!(err(&output).contains(said), "{}", err(&output));
    }
}

#[test]
fn a_report_is_never_written_over_what_is_checked() {
    let template = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n";
    let files = [("in/a.tf", BAD), ("in/t.yaml", template), ("in/plain.tfvars", "m = true\n"), ("in/old.txt", "x")];
    let scratch = Scratch::new("over-source", &files);
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.tf", scratch.path("in/link.json")).unwrap();
    for (paths, destination) in [
        (&["in"][..], "in/a.tf"),
        (&["in"], "in/../in/t.yaml"),
        (&["in/plain.tfvars", "in/a.tf"], "in/plain.tfvars"),
        (&["in"], "in/link.json"),
    ] {
        let output = scratch.run(&[&["check"], paths, &["-o", &format!("json={destination}")]].concat());
        let expected = format!(
            "error: `--output` would overwrite `{destination}`, which isn't a report\n\n  tip: write the report to another file\n"
        );
        assert_eq!((status(&output), out(&output).as_str(), err(&output)), (2, "", expected));
    }
    for (path, text) in files {
        assert_eq!(std::fs::read_to_string(scratch.path(path)).unwrap(), text);
    }
    assert_eq!(status(&scratch.run(&["check", "in", "-o", "json=in/old.txt"])), 1);
}

#[test]
fn our_own_reports_are_not_findings() {
    let scratch = Scratch::new("own-reports", &[("in/a.tf", BAD)]);
    let formats = super::cli::FORMATS.map(|format| format!("{format}=in/{format}.json"));
    let mut arguments = vec!["check", "in", "-f", "concise"];
    arguments.extend(formats.iter().flat_map(|format| ["-o", format.as_str()]));
    let first = out(&scratch.run(&arguments));
    assert_eq!(out(&scratch.run(&arguments)), first);
    assert_eq!(names(&scratch, "in").len(), formats.len() + 1);
}

#[test]
fn reports_are_the_same_wherever_the_checkout_lies() {
    let files = [
        (".git/HEAD", ""),
        ("envs/prod/a.tf", BAD),
        ("b.yaml", "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n"),
    ];
    let (here, there) = (Scratch::new("here", &files), Scratch::new("there é", &files));
    for format in super::cli::FORMATS {
        let run = |scratch: &Scratch| out(&scratch.run(&["check", "--format", format, "--show-passed"]));
        assert_eq!(run(&here), run(&there), "{format}");
    }
}

#[test]
#[cfg(unix)]
fn links_pipes_and_permissions_stay() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let scratch = Scratch::new("stay", &[("in/a.tf", BAD), ("real.json", "old")]);
    std::fs::set_permissions(scratch.path("real.json"), PermissionsExt::from_mode(0o640)).unwrap();
    symlink("real.json", scratch.path("link.json")).unwrap();
    assert_eq!(status(&scratch.run(&["check", "in", "-o", "json=link.json"])), 1);
    assert!(std::fs::symlink_metadata(scratch.path("link.json")).unwrap().is_symlink());
    let real = std::fs::metadata(scratch.path("real.json")).unwrap();
    assert_eq!((real.permissions().mode() & 0o777, real.len() > 100), (0o640, true));
    if !std::process::Command::new("mkfifo").arg(scratch.path("pipe")).status().is_ok_and(|status| status.success()) {
        return;
    }
    let pipe = scratch.path("pipe");
    let reader = std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap());
    assert_eq!(status(&scratch.run(&["check", "in", "-o", "json=pipe"])), 1);
    assert!(reader.join().unwrap().starts_with("{\n  \"version\": 1,"));
    assert!(std::fs::metadata(scratch.path("pipe")).unwrap().file_type().is_fifo());
}

#[test]
fn minor_findings_are_counted_and_not_shown() {
    let scratch = Scratch::new("minor", &[("a.tf", BAD)]);
    let output = scratch.run(&["check", "-f", "concise", "--min-level", "error"]);
    assert!(!out(&output).contains("warning["), "{}", out(&output));
    assert!(
        err(&output)
            .starts_with("Found 1 error and 2 warnings in 1 trail (1 file): 1 unknown, 2 below `--min-level`.\n")
    );
    let status_with = |level| status(&scratch.run(&["check", "--fail-on", level, "--min-level", "error"]));
    assert_eq!((status_with("warning"), status_with("never")), (1, 0));
    let junit = out(&scratch.run(&["check", "-f", "junit", "--min-level", "error"]));
    assert!(junit.contains("failures=\"2\" errors=\"0\" skipped=\"3\""), "{junit}");
}

#[test]
fn passes_are_shown_on_request() {
    let scratch = Scratch::new("passes", &[("a.tf", BAD)]);
    let run = |format: &str| out(&scratch.run(&["check", "--show-passed", "-f", format]));
    assert!(run("concise").contains("a.tf:1:1: pass[missing-management-events] trail `aws_cloudtrail.t` passes\n"));
    assert!(
        run("full").contains("pass[missing-management-events]: trail `aws_cloudtrail.t` passes\n   ╭─[a.tf:1:1]\n")
    );
    assert!(run("sarif").contains("\"kind\": \"pass\""));
    assert!(run("markdown").contains("| `missing-management-events` |"), "{}", run("markdown"));
    assert!(!out(&scratch.run(&["check", "-f", "sarif"])).contains("\"kind\": \"pass\""));
}

#[test]
fn statistics_count_the_findings_of_each_rule() {
    let two = format!("{BAD}{}", BAD.replace("\"t\"", "\"u\""));
    let scratch = Scratch::new("statistics", &[("a.tf", &two)]);
    let output = scratch.run(&["check", "-q", "-f", "json", "--statistics"]);
    let expected = "    2  error          single-region-trail\n    2  unknown        stopped-trail\n    \
                    2  warning        unvalidated-logs\n    2  warning        logs-without-kms\n";
    assert_eq!(err(&output), expected);
    assert!(out(&output).starts_with("{\n"));
}

#[test]
fn places_lead_to_their_files() {
    let scratch = Scratch::new("links é", &[("a.tf", BAD)]);
    let address = scratch.path("a.tf").to_str().unwrap().replace(' ', "%20").replace('é', "%C3%A9");
    let link = format!("\u{1b}]8;;file://{address}\u{1b}\\a.tf:1:1\u{1b}]8;;\u{1b}\\");
    for format in ["full", "concise"] {
        let run = |look: &[&str]| out(&scratch.run(&[&["check", "-f", format], look].concat()));
        let linked = run(&["--links", "always"]);
        assert!(linked.contains(&link), "{linked}");
        assert!(!linked.contains("\u{1b}["), "{linked}");
        assert!(run(&["--links", "always", "--color", "always"]).contains("\u{1b}["));
        assert!(!run(&["--links", "never", "--color", "always"]).contains("\u{1b}]"));
        let plain = linked.replace(&format!("\u{1b}]8;;file://{address}\u{1b}\\"), "");
        assert_eq!(run(&["--links", "auto"]), plain.replace("\u{1b}]8;;\u{1b}\\", ""));
    }
    assert!(out(&scratch.run(&["trace", "aws_cloudtrail.t", "--links", "always"])).contains(&link));
}

#[test]
fn a_report_is_printed_where_its_path_is_a_dash() {
    let scratch = Scratch::new("printed", &[("in/a.tf", BAD)]);
    let alone = out(&scratch.run(&["check", "in", "-f", "sarif"]));
    for destination in ["sarif=-", "sarif=/dev/stdout"] {
        let printed = scratch.run(&["check", "in", "-o", destination, "-o", "json=a.json"]);
        assert_eq!((status(&printed), out(&printed)), (1, alone.clone()), "{destination}: {}", err(&printed));
        assert!(scratch.path("a.json").exists() && !scratch.path("-").exists());
    }
    let mut command = scratch.command(&["check", "in", "-o", "sarif=-"]);
    assert_eq!(out(&command.env("TRAILINT_FORMAT", "github").output().unwrap()), alone);
    let taken = |other| {
        format!("error: `--output` and `{other}` both print to standard output\n\n  tip: write the report to a file\n")
    };
    for (arguments, said) in [
        (&["-f", "full", "-o", "sarif=-"][..], taken("--format")),
        (&["--diff", "-o", "sarif=-"], taken("--diff")),
        (&["-o", "json=-", "-o", "sarif=-"], "error: `--output` names `-` more than once\n".to_owned()),
        (
            &["-o", "json=a.json", "-o", "sarif=./a.json"],
            "error: `--output` names `./a.json` more than once\n".to_owned(),
        ),
    ] {
        let output = scratch.run(&[&["check", "in"], arguments].concat());
        assert_eq!((status(&output), out(&output).as_str(), err(&output)), (2, "", said), "{arguments:?}");
    }
}

#[test]
fn one_variable_names_several_reports() {
    let scratch = Scratch::new("variable", &[("in/a.tf", BAD)]);
    let run = |value: &str| scratch.command(&["check", "in", "-q"]).env("TRAILINT_OUTPUT", value).output().unwrap();
    let several = run("sarif=a.sarif, json=b c.json\ngitlab=d.json,junit=e,f.xml");
    assert_eq!(status(&several), 1, "{}", err(&several));
    assert_eq!(names(&scratch, "."), ["a.sarif", "b c.json", "d.json", "e,f.xml", "in"]);
    let read = |name: &str| std::fs::read_to_string(scratch.path(name)).unwrap();
    assert!(read("a.sarif").contains("sarif-2.1.0") && read("b c.json").contains("\"version\": 1"));
    let misspelt = run("sarif=a.sarif,jsn=b.json");
    assert_eq!(status(&misspelt), 2);
    assert!(err(&misspelt).contains("; did you mean `json`?"), "{}", err(&misspelt));
    assert_eq!(names(&scratch, ".").len(), 5);
}

#[test]
#[cfg(unix)]
fn a_link_to_nothing_stays_a_link() {
    let scratch = Scratch::new("dangling", &[("in/a.tf", BAD), ("out/x", "")]);
    let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, scratch.path(name)).unwrap();
    link("out/new.json", "first.json");
    link("first.json", "link.json");
    link("missing/new.json", "lost.json");
    assert_eq!(status(&scratch.run(&["check", "in", "-o", "json=link.json"])), 1);
    assert!(std::fs::symlink_metadata(scratch.path("link.json")).unwrap().is_symlink());
    assert!(std::fs::symlink_metadata(scratch.path("first.json")).unwrap().is_symlink());
    assert!(std::fs::read_to_string(scratch.path("out/new.json")).unwrap().starts_with('{'));
    let lost = scratch.run(&["check", "in", "-o", "json=lost.json"]);
    assert_eq!((status(&lost), out(&lost).as_str()), (2, ""), "{}", err(&lost));
    let both = scratch.run(&["check", "in", "-o", "json=link.json", "-o", "sarif=out/new.json"]);
    assert_eq!((status(&both), err(&both).contains("more than once")), (2, true), "{}", err(&both));
}

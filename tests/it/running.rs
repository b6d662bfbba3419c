//! What surrounds a check: threads, lists of paths, a bar that shows how far it is, and doing it again.

mod watching;

use std::io::Write;
use std::process::{Command, Stdio};

use trailint::internal::source::{Disk, FileCount, Fs};

use super::cli::{BAD, GOOD, Scratch, err, out, status};
use super::support::{package, skipped};

#[test]
fn threads_do_not_change_the_report() {
    for format in ["full", "json"] {
        let run = |jobs: &[&str]| {
            let arguments = ["check", "testdata/demo", "testdata/equivalent", "--format", format];
            let output = Command::new(env!("CARGO_BIN_EXE_trailint"))
                .args([&arguments[..], jobs].concat())
                .current_dir(package(""))
                .output()
                .unwrap();
            assert_eq!(status(&output), 1, "{}", err(&output));
            output.stdout
        };
        let alone = run(&["-j", "1"]);
        assert!(alone == run(&["--jobs", "16"]) && alone == run(&[]), "{format}");
    }
}

#[test]
fn a_number_of_threads_is_one_or_more() {
    let scratch = Scratch::new("jobs", &[("a.tf", GOOD)]);
    for (number, expected) in [("1", 0), ("100000", 0), ("0", 2), ("-1", 2), ("many", 2)] {
        assert_eq!(status(&scratch.run(&["check", &format!("-j{number}")])), expected, "{number}");
    }
}

#[test]
fn a_list_names_the_files() {
    let files = ["a/a.tf", "b/b.tf", "c/c d.tf", "d/line\nbreak.tf", "e/left-out.tf"].map(|name| (name, BAD));
    let scratch = Scratch::new("files-from", &files);
    for (list, expected) in [
        ("a/a.tf\nb/b.tf\r\n\nc/c d.tf", &["a/a.tf", "b/b.tf", "c/c d.tf"][..]),
        ("b", &["b/b.tf"]),
        ("a/a.tf\0d/line\nbreak.tf\0", &["a/a.tf", "d/line\\u{a}break.tf"]),
        ("a/a.tf\na/a.tf\n./a/a.tf\n", &["a/a.tf"]),
    ] {
        std::fs::write(scratch.path("list"), list).unwrap();
        let check = ["check", "--format", "concise", "--select", "single-region-trail", "--files-from"];
        let output = scratch.run(&[&check[..], &["list"]].concat());
        let piped = piped(&scratch, &[&check[..], &["-"]].concat(), list);
        assert_eq!(out(&output), out(&piped));
        let places =
            out(&output).lines().map(|line| line.split(":1:1:").next().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(places, expected, "{list:?}");
    }
}

#[test]
fn a_list_and_paths_are_checked_together() {
    let scratch = Scratch::new("both", &[("a.tf", BAD), ("b.tf", BAD), ("list", "a.tf")]);
    let output = scratch.run(&["check", "b.tf", "--files-from", "list"]);
    assert!(err(&output).contains("in 2 trails (2 files)"), "{}", err(&output));
}

#[test]
fn an_empty_list_names_nothing() {
    let scratch = Scratch::new("empty-list", &[("a.tf", BAD), ("list", "\n")]);
    let output = scratch.run(&["check", "--files-from", "list"]);
    assert_eq!(status(&output), 0);
    assert!(err(&output).contains("nothing was checked"), "{}", err(&output));
    assert_eq!(status(&scratch.run(&["check", "--files-from", "list", "--require-inputs"])), 2);
}

#[test]
fn a_list_that_leads_nowhere_ends_the_run() {
    let scratch = Scratch::new("bad-list", &[("a.tf", GOOD), ("list", "a.tf\nmissing.tf\n")]);
    let large = format!("a.tf\n{}", "\n".repeat(16 << 20));
    std::fs::write(scratch.path("large"), large).unwrap();
    for (list, expected) in [
        ("list", "can't read `missing.tf`: no such file or directory"),
        ("none", "can't read `none`: no such file or directory"),
        ("large", "can't read `large`: larger than 16 MB"),
    ] {
        let output = scratch.run(&["check", "--files-from", list]);
        assert_eq!((status(&output), err(&output)), (2, format!("error: {expected}\n")));
    }
    let twice = piped(&scratch, &["check", "-", "--files-from", "-"], "a.tf");
    assert_eq!(status(&twice), 2);
    assert!(err(&twice).contains("only once"), "{}", err(&twice));
}

#[test]
fn a_large_plan_is_read_from_standard_input() {
    let scratch = Scratch::new("large-plan", &[]);
    let output = piped(&scratch, &["check", "-", "--format", "concise"], &super::mentions::large_plan());
    assert_eq!(status(&output), 1, "{}", err(&output));
    assert!(out(&output).contains("error[single-region-trail]"), "{}", out(&output));
}

#[test]
fn counting_ignored_files_ends_and_says_so() {
    let files: Vec<(String, &str)> = (0..5).map(|number| (format!("out/{number}.tf"), BAD)).collect();
    let files = files.iter().map(|(name, text)| (name.as_str(), *text)).chain([(".ignore", "out/\n")]);
    let scratch = Scratch::new("ignored", &files.collect::<Vec<_>>());
    let disk = Disk::new(&[scratch.path("")]);
    disk.walk(&scratch.path(""), &|_| true, &|_, _| {});
    let count = |limit| disk.search_ignored(limit, &|_| true, &|_, _| true);
    assert_eq!(count(100), FileCount { files: 5, is_cut: false });
    assert!(count(3).is_cut && count(3).files <= 3, "{:?}", count(3));
    let output = scratch.run(&["check"]);
    assert!(err(&output).contains("5 files are ignored"), "{}", err(&output));
    assert!(err(&output).contains("5 ignored files mention a trail"), "{}", err(&output));
}

/// A run that reads `text` from standard input.
fn piped(scratch: &Scratch, arguments: &[&str], text: &str) -> std::process::Output {
    let mut command = scratch.command(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_long_check_shows_on_a_terminal_how_far_it_is() {
    let test = "a_long_check_shows_on_a_terminal_how_far_it_is";
    let long = long_project();
    let names: Vec<String> = (0..1000).map(|index| format!("p{index}/main.tf")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), long.as_str())).collect();
    let scratch = Scratch::new("progress", &files);
    let on_terminal = |arguments: &str| {
        let program = env!("CARGO_BIN_EXE_trailint");
        // On a terminal, the streams are one; what is on standard output goes elsewhere.
        let line = format!("'{program}' check -j 1 {arguments} > /dev/null");
        let script = Command::new("script").args(["-qec", &line, "/dev/null"]).current_dir(scratch.path("")).output();
        script.ok().map(|output| out(&output))
    };
    let Some(shown) = on_terminal("") else { return skipped(test, "there is no `script`") };
    assert!(shown.contains("Evaluating") && shown.contains("/1000"), "{shown:.2000}");
    assert!(shown.find("Evaluating") < shown.find("Found 2000 warnings"), "{shown:.2000}");
    assert!(!on_terminal("--no-progress").unwrap().contains("Evaluating"));
}

/// A trail that is looked at in thousands of worlds.
fn long_project() -> String {
    let variables: String = (0..10).map(|index| format!("variable \"v{index}\" {{\n  type = bool\n}}\n")).collect();
    let sources: Vec<String> = (0..10).map(|index| format!("var.v{index} ? \"a{index}\" : \"b{index}\"")).collect();
    let text = sources.join(", ");
    format!(
        "{variables}resource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = join(\"\", [{text}]) == \"\"\n}}\n"
    )
}

//! What comments and metadata suppress: each folder is checked as a user would check it.

use std::process::Command;

use trailint::internal::suppress::FOREIGN;

use super::cli::{Scratch, UNWRAPPED};
use super::support::{cases_in, expect_file, files_below, package};

#[test]
fn suppressed_findings_stay_on_record() {
    for folder in cases_in("testdata/suppressing") {
        let files = files_below(&folder);
        let texts = files.iter().filter_map(|(path, bytes)| Some((path.to_str()?, std::str::from_utf8(bytes).ok()?)));
        let texts: Vec<(&str, &str)> = texts.filter(|(path, _)| *path != "expected.txt").collect();
        // Outside of the repository, the folder is the whole tree.
        let scratch = Scratch::new("suppressing", &texts);
        let output = scratch.run(&["check", "--format", "full", "--show-suppressed"]);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        // Where a finding is, whether it counts, and why it doesn't.
        let words = ["error", "warning", "note[", "unknown", "suppressed", "Found", "All", "    ╭─", "   ╭─"];
        let lines =
            text.lines().filter(|line| words.iter().any(|word| line.trim_start().starts_with(word.trim_start())));
        let lines: Vec<String> = lines.map(|line| line.replace(&format!("{}/", folder.display()), "")).collect();
        expect_file(&folder.join("expected.txt"), &format!("{}\n", lines.join("\n")));
    }
}

#[test]
fn the_documentation_lists_the_rules_of_other_tools() {
    let path = package("docs/suppressing.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, _) = page.split_once("`UPDATE=1 cargo test`. -->\n").unwrap();
    let rows = FOREIGN.iter().map(|(tool, theirs, own)| format!("| {} | `{theirs}` | `{own}` |\n", tool.name()));
    let table = format!("| tool | its rule | ours |\n| --- | --- | --- |\n{}", rows.collect::<String>());
    expect_file(&path, &format!("{before}`UPDATE=1 cargo test`. -->\n\n{table}"));
    for (_, theirs, own) in FOREIGN {
        assert!(trailint::internal::rules::find(own).is_some(), "{theirs}");
    }
}

#[test]
fn everything_counts_without_ignores() {
    let check = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_trailint"));
        program
            .args(["check", "testdata/suppressing/the-deployment"])
            .args(arguments)
            .current_dir(package(""))
            .env("COLUMNS", UNWRAPPED);
        let output = program.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    assert_eq!(
        check(&[]),
        (
            0,
            "No findings in 2 trails (1 file): 3 suppressed; 2 not evaluated (declared elsewhere; `-v` lists them).\n"
                .to_owned()
        )
    );
    let (status, text) = check(&["--no-ignores"]);
    assert!(status == 1 && text.contains("Found 3 errors in 2 trails (1 file)"), "{text}");
    let (status, text) = check(&["--enforce", "stopped-trail"]);
    assert!(
        status == 1 && text.contains("note: this rule is enforced, so its findings can't be suppressed\n"),
        "{text}"
    );
    // What isn't asked leaves its comments alone.
    let (status, text) = check(&["--select", "unused-ignore,single-region-trail"]);
    assert!(status == 0 && (text.contains("All checks passed") || text.contains("No findings")), "{text}");
}

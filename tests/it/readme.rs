//! What the README shows is what the program prints.

use std::process::Command;

use super::support::{expect_file, package};

/// The text that a fenced block of commands begins with.
const FENCE: &str = "```console\n$ ";

#[test]
fn commands_print_what_is_shown() {
    let path = package("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let mut blocks = readme.split(FENCE);
    let mut updated = blocks.next().unwrap().to_owned();
    let mut shown = 0;
    for block in blocks {
        let (command, rest) = block.split_once('\n').unwrap();
        let (_, after) = rest.split_once("```\n").unwrap();
        updated.push_str(&format!("{FENCE}{command}\n{}```\n{after}", output_of(command)));
        shown += 1;
    }
    assert!(shown >= 1, "the README shows no command");
    expect_file(&path, &updated);
}

/// Both streams of a command that begins with `trailint`, run at the package's root.
fn output_of(command: &str) -> String {
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("trailint"), "{command}");
    let mut program = Command::new(env!("CARGO_BIN_EXE_trailint"));
    let output = program.args(words).current_dir(package("")).output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

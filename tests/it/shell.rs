//! Completion scripts and manual pages.

use std::process::Command;

use super::cli::{Scratch, err, out, status};
use super::support::skipped;

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

const COMMANDS: [&str; 8] = ["check", "trace", "baseline", "config", "explain", "rules", "completions", "man"];

#[test]
fn every_shell_has_its_script() {
    let scratch = Scratch::new("completions", &[]);
    for shell in SHELLS {
        let output = scratch.run(&["completions", shell]);
        assert_eq!((status(&output), err(&output)), (0, String::new()), "{shell}");
        for word in COMMANDS.iter().chain(&["unknown", "stdin-filename"]) {
            assert!(out(&output).contains(word), "{shell} knows no `{word}`");
        }
    }
    assert_eq!(status(&scratch.run(&["completions", "cmd"])), 2);
}

#[test]
fn bash_completes_options_and_their_values() {
    let scratch = Scratch::new("completing", &[]);
    std::fs::write(scratch.path("script"), out(&scratch.run(&["completions", "bash"]))).unwrap();
    let complete = |line: &str| {
        let ask = format!(
            "source ./script; COMP_WORDS=({line}); COMP_CWORD=$(({} - 1)); \
             _trailint trailint \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\"; echo \"${{COMPREPLY[@]}}\"",
            line.split(' ').count()
        );
        let bash = Command::new("bash").args(["--norc", "-c", &ask]).current_dir(scratch.path("")).output();
        bash.ok().map(|output| out(&output))
    };
    let Some(options) = complete("trailint check --unk") else {
        return skipped("bash_completes_options_and_their_values", "there is no bash");
    };
    assert_eq!(options, "--unknown\n");
    assert_eq!(complete("trailint check --unknown f").unwrap(), "fail\n");
    assert_eq!(complete("trailint exp").unwrap(), "explain\n");
}

#[test]
fn the_manual_says_what_the_help_says() {
    let scratch = Scratch::new("manual", &[]);
    let page = out(&scratch.run(&["man"]));
    assert!(page.contains(".TH trailint 1"), "{page}");
    for command in COMMANDS {
        assert!(page.contains(&format!("trailint\\-{command}(1)")), "{command}\n{page}");
        let own = out(&scratch.run(&["man", command]));
        assert!(own.contains(&format!(".TH trailint-{command} 1")), "{own}");
        let help = out(&scratch.run(&[command, "--help"]));
        for option in help.split([' ', ',', '\n', '[']).filter(|word| word.starts_with("--") && word.len() > 2) {
            assert!(own.replace('\\', "").contains(option), "{command} {option}");
        }
    }
}

#[test]
fn the_manual_has_no_page_about_what_is_not_there() {
    let scratch = Scratch::new("no-manual", &[]);
    let output = scratch.run(&["man", "chekc"]);
    let expected = "error: unknown command `chekc`\n\n  tip: did you mean `check`?\n";
    assert_eq!((status(&output), err(&output).as_str()), (2, expected));
}

#[test]
fn a_path_in_the_place_of_a_command_is_told_how_to_be_checked() {
    let scratch = Scratch::new("path-as-command", &[("live/a.tf", "")]);
    let output = scratch.run(&["live"]);
    let expected = "error: unrecognized subcommand 'live'\n\n  tip: to check it, run `trailint check live`\n";
    assert!(status(&output) == 2 && err(&output).starts_with(expected), "{}", err(&output));
    assert!(!err(&scratch.run(&["nowhere"])).contains("trailint check"));
}

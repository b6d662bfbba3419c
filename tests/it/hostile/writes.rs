//! Each write fails once: there is a word about it, the exit status is 2, and no file is half of what it should be.

use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::cli::{BAD, Scratch, err, status};
use crate::support::{files_below, quick_or_long};

/// What is written to a file, and the exit status when it is.
const WRITES: [(&str, i32); 8] = [
    ("check -o json=new.json", 1),
    ("check -o sarif=old.json", 1),
    ("check -o html=new.html -o json=old.json", 1),
    ("check --fix", 0),
    ("check --add-ignore=why", 0),
    ("baseline create", 0),
    ("baseline update --baseline more.json", 0),
    ("baseline prune --baseline more.json", 0),
];

/// How much further each attempt gets, in blocks of 512 bytes.
fn step() -> usize {
    quick_or_long(11, 3)
}

/// A trail, and a baseline that accepts what is wrong with it and with ten others that are gone.
fn scratch(name: &str) -> Scratch {
    let text =
        format!("{}{BAD}", "# It is long.\n".repeat(200)).replace("  kms", "  is_multi_region_trail = false\n  kms");
    static ACCEPTED: OnceLock<Vec<u8>> = OnceLock::new();
    let others: String = (0..10).map(|number| BAD.replace("\"t\"", &format!("\"t{number}\""))).collect();
    let accepted = ACCEPTED.get_or_init(|| {
        let scratch = Scratch::new("writes-accepted", &[("main.tf", &format!("{text}{others}"))]);
        assert_eq!(status(&scratch.run(&["baseline", "create", "--baseline", "more.json"])), 0);
        std::fs::read(scratch.path("more.json")).unwrap()
    });
    let scratch = Scratch::new(&format!("writes-{name}"), &[("main.tf", &text), ("old.json", "{}")]);
    std::fs::write(scratch.path("more.json"), accepted).unwrap();
    scratch
}

/// Runs the program where no file may be larger than some blocks, as on a disk that is full then.
fn with_room(scratch: &Scratch, arguments: &str, blocks: usize) -> Output {
    let program = env!("CARGO_BIN_EXE_trailint");
    let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec '{program}' {arguments}");
    Command::new("sh").args(["-c", &line]).current_dir(&scratch.0).env_clear().output().unwrap()
}

#[test]
fn a_write_that_fails_is_told_and_leaves_no_half_of_a_file() {
    for (arguments, expected) in WRITES {
        let mut blocks = 0;
        loop {
            let scratch = scratch("files");
            let before = files_below(&scratch.0);
            let output = with_room(&scratch, arguments, blocks);
            let context = format!("{arguments} with {blocks} blocks: {}", err(&output));
            if status(&output) == expected {
                assert!(blocks > 0 && files_below(&scratch.0) != before, "{context}");
                break;
            }
            assert_eq!(status(&output), 2, "{context}");
            assert!(err(&output).contains("can't "), "{context}");
            assert_eq!(files_below(&scratch.0), before, "{context}");
            blocks += step();
        }
    }
}

#[test]
fn a_stream_that_fails_is_told() {
    for format in ["json", "full", "html"] {
        let mut blocks = 0;
        loop {
            let scratch = scratch("streams");
            let output = with_room(&scratch, &format!("check --format {format} > report"), blocks);
            match status(&output) {
                1 => break,
                other => assert_eq!(other, 2, "{format} with {blocks} blocks"),
            }
            assert!(err(&output).contains("can't write the report"), "{}", err(&output));
            blocks += step();
        }
        assert!(blocks > 0, "{format}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let scratch = scratch("places");
    std::fs::create_dir(scratch.path("directory")).unwrap();
    let before = files_below(&scratch.0);
    for place in ["directory", "gone/report", "main.tf/report", "/proc/report", "/dev/full"] {
        let output = scratch.run(&["check", "-o", "json=new.json", "-o", &format!("sarif={place}")]);
        assert_eq!(status(&output), 2, "{place}: {}", err(&output));
        assert!(err(&output).contains(&format!("can't write the report to `{place}`")), "{}", err(&output));
        if place != "/dev/full" {
            assert_eq!(files_below(&scratch.0), before, "{place}");
        }
    }
}

//! What `SECURITY.md` promises has tests, and says the limits that there are.

use std::collections::BTreeSet;

use trailint::source::MAX_FILE_BYTES;
use trailint::syntax::{MAX_DEPTH, MAX_NAME, MAX_NODES};
use trailint::value::world::{MAX_STEPS, MAX_WORLDS};

use crate::support::{files_below, package};

fn page() -> String {
    std::fs::read_to_string(package("SECURITY.md")).unwrap()
}

#[test]
fn each_promise_names_tests_that_are_there() {
    let files = [files_below(&package("tests")), files_below(&package("src"))].concat();
    let code: String = files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    let page = page();
    let promises: Vec<&str> = page.split("\n## ").filter(|section| section.starts_with(char::is_numeric)).collect();
    assert_eq!(promises.len(), 11);
    let mut names = BTreeSet::new();
    for promise in promises {
        let tests = promise.split_once("Tests: ").unwrap_or_else(|| panic!("{promise} names no test")).1;
        for name in tests.split('`').skip(1).step_by(2) {
            assert!(code.contains(&format!("fn {name}()")), "there is no test `{name}`");
            names.insert(name);
        }
    }
    assert!(names.len() >= 20);
}

#[test]
fn the_limits_are_those_that_are_promised() {
    let megabytes = |bytes: usize| format!("{} MB", bytes >> 20);
    let grouped = |number: usize| match number {
        0..=9_999 => number.to_string(),
        _ => format!("{},{:03}", number / 1000, number % 1000),
    };
    for (what, limit) in [
        ("a file", megabytes(MAX_FILE_BYTES)),
        ("collections within collections", grouped(MAX_DEPTH)),
        ("values in a file", grouped(MAX_NODES)),
        ("a name", format!("{} bytes", grouped(MAX_NAME))),
        ("steps of the evaluation", grouped(MAX_STEPS)),
        ("worlds", grouped(MAX_WORLDS)),
    ] {
        let rows = page();
        let row = rows.lines().find(|line| line.starts_with(&format!("| {what}"))).unwrap_or_else(|| panic!("{what}"));
        assert!(row.contains(&limit), "{row}: {limit}");
    }
}

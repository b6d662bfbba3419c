//! `fileset`: its limit, and directories that a search leaves out.

use super::support::{check, verdict};

const TRAIL: &str =
    "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = length(fileset(\".\", \"d/**\")) == 2\n}\n";

fn verdict_with(files: impl IntoIterator<Item = String>) -> &'static str {
    let files = files.into_iter().map(|path| (path, "x"));
    let report = check(std::iter::once(("main.tf".to_owned(), TRAIL)).chain(files));
    verdict(&report, "single-region-trail")
}

#[test]
fn fileset_looks_at_so_many_files() {
    assert_eq!(verdict_with((0..19_000).map(|number| format!("d/{number}.txt"))), "fail");
    assert_eq!(verdict_with((0..20_001).map(|number| format!("d/{number}.txt"))), "unknown");
}

#[test]
fn fileset_finds_nothing_in_directories_that_a_fresh_checkout_lacks() {
    let files = ["d/a.txt", "d/.hidden/b.txt", "d/.terraform/modules/c.txt", "d/e/.git/config"];
    assert_eq!(verdict_with(files.map(str::to_owned)), "pass");
}

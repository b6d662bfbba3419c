//! A tree that somebody changes while it is searched.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use trailint::engine;
use trailint::output::Format;
use trailint::scan::{Input, Inputs};
use trailint::source::{Disk, Sources};

use super::settings;
use crate::cli::Scratch;

/// What lies outside of the tree, and what is printed of nothing within it.
const SECRET: &str = "resource \"aws_cloudtrail\" \"secret\" {}\n";

/// What this process has open, and the pages that it uses; nothing where nobody tells.
fn used() -> Option<(usize, usize)> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    Some((fs::read_dir("/proc/self/fd").ok()?.count(), pages))
}

#[test]
fn a_tree_may_change_while_it_is_searched() {
    let long: Option<u64> = std::env::var("TRAILINT_SOAK").ok().and_then(|seconds| seconds.parse().ok());
    let time = long.map_or(Duration::from_millis(500), Duration::from_secs);
    let scratch = Scratch::new("soak", &[("outside.tf", SECRET), ("elsewhere/main.tf", SECRET)]);
    let tree = scratch.path("tree");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0.. {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                change(&tree, round);
            }
        });
        let start = Instant::now();
        let mut first = None;
        for round in 0.. {
            let said = check(&tree);
            assert!(!said.contains("secret"), "{said}");
            if round == 50 {
                first = used();
            }
            if start.elapsed() > time {
                break;
            }
        }
        is_over.store(true, Ordering::Relaxed);
        // Other tests of the suite use this process, too.
        if let (Some(_), Some((files, pages)), Some((files_now, pages_now))) = (long, first, used()) {
            assert!(
                files_now <= files + 2 && pages_now <= pages + pages / 2,
                "{files} {files_now} {pages} {pages_now}"
            );
        }
    });
}

/// Puts something else at each of some paths.
fn change(tree: &Path, round: usize) {
    for (index, name) in ["a/main.tf", "b", "c/t.yaml", "terraform.tfvars", ".ignore"].into_iter().enumerate() {
        let path = tree.join(name);
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
        let _ = fs::create_dir_all(path.parent().unwrap());
        // Others may be as fast as we are; what can't be made is left out.
        let _ = match (round + index) % 7 {
            0 => symlink("../../outside.tf", &path),
            1 => symlink("../outside.tf", &path),
            2 => symlink("../elsewhere", &path),
            3 => fs::create_dir_all(&path),
            4 => Command::new("mkfifo").arg(&path).status().map(drop),
            5 => fs::write(&path, "resource \"aws_cloudtrail\" \"t\" {"),
            _ => fs::write(
                &path,
                "resource \"aws_cloudtrail\" \"t\" {}\nmodule \"cloudtrail\" {\n  source = \"../b\"\n}\n",
            ),
        };
    }
}

fn check(tree: &Path) -> String {
    let inputs = Inputs { paths: vec![Input { given: ".".into(), path: tree.to_owned() }], ..Inputs::default() };
    let disk = Disk::new(&[tree.to_owned()]);
    match engine::check(&disk, &inputs, Sources::new(tree.to_owned()), &settings()) {
        Ok(report) => Format::Full.render_plain(&report),
        Err(error) => error.to_string(),
    }
}

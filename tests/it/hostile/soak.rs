//! A tree that somebody changes while it is searched.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use trailint::internal::engine;
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Report, View};
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{Disk, Sources};

use super::settings;
use crate::cli::Scratch;

/// What lies outside of the tree, and what is printed of nothing within it.
const SECRET: &str = "resource \"aws_cloudtrail\" \"secret\" {}\n";

/// What this process has open, and the pages that it uses; nothing where nobody tells.
fn used() -> Option<(usize, usize)> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    Some((fs::read_dir("/proc/self/fd").ok()?.count(), pages))
}

/// Ends what others do when whoever holds it has ended, in whichever way.
struct Bell<'a>(&'a AtomicBool);

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
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
        let _bell = Bell(&is_over);
        let start = Instant::now();
        let (mut judged, mut first) = (0, None);
        for round in 0.. {
            if let Some(report) = check(&tree) {
                let said = OutputFormat::Full.render_plain(&report, &View::default());
                assert!(!said.contains("secret"), "{said}");
                judged += usize::from(report.deployments.iter().any(|judged| !judged.trails.is_empty()));
            }
            if round == 50 {
                first = used();
            }
            // A slow machine needs longer to meet a tree that is whole.
            let most = if judged == 0 { time + Duration::from_secs(60) } else { time };
            if start.elapsed() > most {
                break;
            }
        }
        assert!(judged > 0);
        // Other tests of the suite use this process, too.
        if long.is_some() && cfg!(target_os = "linux") {
            let ((files, pages), (files_now, pages_now)) = (first.unwrap(), used().unwrap());
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

/// Nothing when there is no tree at this very moment.
fn check(tree: &Path) -> Option<Report> {
    let inputs =
        ScanInputs { paths: vec![Input { given: ".".into(), path: tree.to_owned() }], ..ScanInputs::default() };
    let disk = Disk::new(&[tree.to_owned()]);
    engine::check(&disk, &inputs, Sources::new(tree.to_owned()), &settings()).ok()
}

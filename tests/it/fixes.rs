//! `--fix`: what is found is gone afterwards, nothing new has come, and nothing but the edits has changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use rayon::prelude::*;

use trailint::engine::{self, Settings};
use trailint::error::Error;
use trailint::fix::{Changed, Mended, Safety, mend};

use super::cli::{Scratch, err, out, status};
use super::pages;
use super::support::{directories_in, everything, expect_file, files_below, given, package, projects_in, skipped};

type Files = Vec<(PathBuf, Vec<u8>)>;

/// What becomes of a project in memory.
fn fixed(files: &Files, allowed: Safety) -> Mended {
    let (fs, sources, settings) = given(files.clone(), Settings::default());
    let judge = |changed: &[Changed]| {
        let sources = sources.with(changed.iter().map(|one| (one.file.as_ref(), one.text.as_str())));
        engine::check(&fs, &everything(), sources, &settings)
    };
    let report = judge(&[]).unwrap();
    mend::<Error>(report, |_, fix, _| fix.safety <= allowed, judge).unwrap()
}

/// The files as a fix leaves them.
fn after(files: &Files, mended: &Mended) -> Files {
    let text = |path: &Path| mended.files.iter().find(|one| one.file.path == Path::new("/").join(path));
    let new = |(path, old): &(PathBuf, Vec<u8>)| {
        (path.clone(), text(path).map_or(old.clone(), |one| one.text.clone().into_bytes()))
    };
    files.iter().map(new).collect()
}

/// Every project of the repository.
fn projects() -> Vec<(String, Files)> {
    let mut projects = Vec::new();
    // Of many worlds, a single check takes seconds.
    for group in directories_in(&package("testdata")).into_iter().filter(|group| !group.ends_with("limits")) {
        for folder in directories_in(&group) {
            let files = files_below(&folder).into_iter().filter(|(path, _)| path.to_str() != Some("expected.txt"));
            let name = folder.strip_prefix(package("testdata")).unwrap().display().to_string();
            match group.ends_with("twins") {
                // Each of them is the whole project.
                true => projects.extend(files.map(|file| (format!("{name}/{}", file.0.display()), vec![file]))),
                false => projects.push((name, files.collect())),
            }
        }
    }
    for list in ["regions.txt", "verdicts.txt", "oracle/projects.txt"] {
        projects.extend(projects_in(&format!("testdata/{list}")).into_iter().map(|(name, files)| (name, bytes(files))));
    }
    for (name, files) in pages::projects() {
        projects.push((name, bytes(files)));
    }
    projects
}

fn bytes(files: Vec<(String, String)>) -> Files {
    files.into_iter().map(|(path, text)| (path.into(), text.into_bytes())).collect()
}

/// The projects, each with what becomes of it.
static FIXED: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let case = |(name, files): (String, Files)| {
        [Safety::Safe, Safety::Unsafe].map(|allowed| {
            let mended = fixed(&files, allowed);
            Case {
                name: format!("{name}, {}", allowed.word()),
                after: after(&files, &mended),
                allowed,
                mended,
                files: files.clone(),
            }
        })
    };
    projects().into_par_iter().flat_map_iter(case).collect()
});

struct Case {
    name: String,
    allowed: Safety,
    files: Files,
    after: Files,
    mended: Mended,
}

/// Fixes after which more would be found, and why.
const REFUSED: [(&str, &str); 2] = [
    ("planned/", "the plan is no longer one of the code"),
    ("an unknown list of exclusions without management events", "whether a source is left out isn't known"),
];

#[test]
fn nothing_is_left_to_fix_after_a_fix() {
    for Case { name, allowed, after, mended, .. } in FIXED.iter() {
        let again = fixed(after, *allowed);
        assert_eq!((again.findings, again.files.len()), (0, 0), "{name}");
        let may_refuse = REFUSED.iter().any(|(start, _)| name.starts_with(start));
        assert!(mended.refused == 0 || may_refuse, "{name} {:#?}", mended.report.findings);
    }
    let total: usize = FIXED.iter().map(|case| case.mended.findings).sum();
    assert!(total > 1000, "{total}");
}

#[test]
fn formatted_files_stay_formatted() {
    let unformatted = |scratch: &Scratch| {
        let mut terraform = Command::new("terraform");
        let output = terraform.args(["fmt", "-check", "-recursive"]).current_dir(&scratch.0).output().ok()?;
        Some(out(&output).lines().map(str::to_owned).collect::<BTreeSet<_>>())
    };
    let (old, new) = (Scratch::new("unformatted", &[]), Scratch::new("formatted", &[]));
    let mut count = 0;
    for (index, case) in FIXED.iter().enumerate() {
        for (scratch, files) in [(&old, &case.files), (&new, &case.after)] {
            for (path, bytes) in files.iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "tf")) {
                let path = scratch.0.join(index.to_string()).join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
                count += 1;
            }
        }
    }
    assert!(count > 2000, "{count}");
    let (Some(before), Some(after)) = (unformatted(&old), unformatted(&new)) else {
        return skipped("formatted_files_stay_formatted", "there is no terraform");
    };
    assert_eq!(after.difference(&before).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn each_place_is_changed_as_expected() {
    for folder in directories_in(&package("testdata/fixing")) {
        let files = files_below(&folder);
        let texts: Vec<(&str, &str)> = files
            .iter()
            .filter(|(path, _)| path.to_str() != Some("expected.txt"))
            .map(|(path, bytes)| (path.to_str().unwrap(), std::str::from_utf8(bytes).unwrap()))
            .collect();
        let scratch = Scratch::new("places", &texts);
        let diff = |arguments: &[&str]| out(&scratch.run(&[&["check", "--diff"], arguments].concat()));
        let text = format!("{}=== with --unsafe-fixes\n{}", diff(&[]), diff(&["--unsafe-fixes"]));
        expect_file(&folder.join("expected.txt"), &text);
    }
}

const BAD: &str = "resource \"aws_cloudtrail\" \"t\" {\r\n  kms_key_id                 = \"k\"\r\n  enable_log_file_validation = false\r\n  is_multi_region_trail      = true\r\n}";

#[test]
fn a_diff_writes_nothing_and_a_fix_writes_it() {
    let scratch = Scratch::new("fixing", &[("a.tf", BAD)]);
    let read = || std::fs::read_to_string(scratch.path("a.tf")).unwrap();
    let output = scratch.run(&["check", "--diff", "--exit-non-zero-on-fix"]);
    let lines: Vec<String> = out(&output).lines().map(str::to_owned).collect();
    assert_eq!(lines[..2], ["--- a/a.tf", "+++ b/a.tf"]);
    assert!(lines.iter().any(|line| line.ends_with("No newline at end of file")), "{lines:?}");
    assert_eq!((status(&output), read()), (1, BAD.to_owned()));
    assert!(err(&output).starts_with("Would fix 1 finding in 1 file.\n"), "{}", err(&output));
    let output = scratch.run(&["check", "--fix", "--exit-non-zero-on-fix"]);
    assert_eq!((status(&output), read()), (1, BAD.replace("false", "true")));
    assert!(err(&output).starts_with("Fixed 1 finding in 1 file.\nAll checks passed"), "{}", err(&output));
    let output = scratch.run(&["check", "--fix", "--exit-non-zero-on-fix"]);
    assert_eq!((status(&output), out(&output)), (0, String::new()));
}

#[test]
#[cfg(unix)]
fn only_what_is_checked_is_written() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let values = "multi = false\n";
    let code = "variable \"multi\" {}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.multi\n}\n";
    let scratch = Scratch::new(
        "outside",
        &[("in/main.tf", code), ("out.tfvars", values), ("real.tf", BAD), ("linked/x.txt", "")],
    );
    symlink(scratch.path("real.tf"), scratch.path("linked/main.tf")).unwrap();
    scratch.run(&["check", "in", "--var-file=out.tfvars", "--fix", "--unsafe-fixes"]);
    assert_eq!(std::fs::read_to_string(scratch.path("out.tfvars")).unwrap(), values);
    scratch.run(&["check", "linked", "--fix", "--unsafe-fixes"]);
    assert_eq!(std::fs::read_to_string(scratch.path("real.tf")).unwrap(), BAD);
    let main = scratch.path("in/main.tf");
    std::fs::set_permissions(&main, std::fs::Permissions::from_mode(0o600)).unwrap();
    scratch.run(&["check", "--fix", "in"]);
    assert_eq!(std::fs::metadata(&main).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read_to_string(&main).unwrap().contains("enable_log_file_validation = true"));
    assert_eq!(std::fs::read_dir(scratch.path("in")).unwrap().count(), 1);
}

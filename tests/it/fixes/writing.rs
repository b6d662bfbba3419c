//! What `--fix` writes, and what becomes of files when it can't.

use super::super::cli::{Scratch, err, out, status};
use super::super::support::files_below;
#[cfg(unix)]
use super::super::support::skipped;
use trailint::internal::source::Disk;

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

/// Several roots may be links to one file, which is changed once.
#[test]
#[cfg(unix)]
fn a_file_is_fixed_once_for_all_links_to_it() {
    let scratch = Scratch::new("linked-roots", &[("shared/main.tf", BAD), ("dev/a.txt", ""), ("prod/a.txt", "")]);
    for root in ["dev", "prod"] {
        std::os::unix::fs::symlink("../shared/main.tf", scratch.path(&format!("{root}/main.tf"))).unwrap();
    }
    let output = scratch.run(&["check", "--fix"]);
    assert_eq!((status(&output), err(&output).contains("error:")), (0, false), "{}", err(&output));
    assert_eq!(std::fs::read_to_string(scratch.path("shared/main.tf")).unwrap(), BAD.replace("false", "true"));
    assert!(std::fs::symlink_metadata(scratch.path("prod/main.tf")).unwrap().is_symlink());
}

/// A comment and a baseline accept, and so does what was there before a change.
#[test]
fn what_is_accepted_is_not_fixed() {
    let bad = "resource \"aws_cloudtrail\" \"t\" {\n  kms_key_id = \"k\"\n}\n";
    let commented = format!("# trailint: ignore[single-region-trail, unvalidated-logs] accepted\n{bad}");
    let scratch = Scratch::new("accepted", &[("a/a.tf", bad), ("b/b.tf", &commented)]);
    let read = |name: &str| std::fs::read_to_string(scratch.path(name)).unwrap();
    scratch.run(&["check", "b", "--fix", "--unsafe-fixes"]);
    assert_eq!(read("b/b.tf"), commented);
    scratch.run(&["baseline", "create", "a"]);
    let output = scratch.run(&["check", "a", "--fix", "--unsafe-fixes"]);
    assert_eq!((read("a/a.tf"), err(&output).contains("fixable")), (bad.to_owned(), false), "{}", err(&output));
    scratch.run(&["check", "a", "--fix", "--no-baseline", "--min-level", "error"]);
    assert_eq!(
        read("a/a.tf"),
        bad.replace("\"k\"", "\"k\"\n  is_multi_region_trail = true").replace("key_id ", "key_id            ")
    );
}

/// Hooks name files. A link that leads out of the tree is refused, by whatever name.
#[test]
#[cfg(unix)]
fn a_named_file_is_written_and_no_other() {
    let hcl = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = false\n}\n";
    let json = "{\"resource\": {\"aws_cloudtrail\": {\"j\": {\"is_multi_region_trail\": false}}}}\n";
    let yaml = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n      IsMultiRegionTrail: false\n";
    let template = "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {\"IsLogging\": true, \"IsMultiRegionTrail\": false}}}}\n";
    let files = [("a/main.tf", hcl), ("b/main.tf.json", json), ("c/d/t.yaml", yaml), ("c/t.json", template)];
    for (name, text) in files {
        let lists = [("list", name), ("out/x.txt", "")];
        let scratch = Scratch::new("named", &[&files[..], &lists[..]].concat());
        let below = name.split_once('/').unwrap();
        let (absolute, dotted) = (scratch.path(name).display().to_string(), format!("./{name}"));
        for (directory, arguments) in [
            ("", vec![name]),
            ("", vec![&dotted]),
            ("out", vec![&absolute]),
            (below.0, vec![below.1]),
            ("", vec!["--files-from", "list"]),
        ] {
            std::fs::write(scratch.path(name), text).unwrap();
            let mut command = scratch.command(&["check", "--fix", "--select", "single-region-trail"]);
            let output = command.args(&arguments).current_dir(scratch.path(directory)).output().unwrap();
            assert_eq!(status(&output), 0, "{name} {arguments:?} {}", err(&output));
            for (other, old) in files {
                let expected = if other == name { old.replace("false", "true") } else { old.to_owned() };
                assert_eq!(std::fs::read_to_string(scratch.path(other)).unwrap(), expected, "{name} {arguments:?}");
            }
        }
    }
    let scratch = Scratch::new("named-link", &[("in/x.txt", ""), ("real.tf", hcl)]);
    std::os::unix::fs::symlink(scratch.path("real.tf"), scratch.path("in/main.tf")).unwrap();
    let fix = |directory: &str, path: &str| {
        let mut command = scratch.command(&["check", "--fix", "--select", "single-region-trail", path]);
        status(&command.current_dir(scratch.path(directory)).output().unwrap())
    };
    assert_ne!(fix("in", "main.tf"), 0);
    assert_eq!(std::fs::read_to_string(scratch.path("real.tf")).unwrap(), hcl);
    assert_eq!(fix("", "in/main.tf"), 0, "the tree has both");
    assert_eq!(std::fs::read_to_string(scratch.path("real.tf")).unwrap(), hcl.replace("false", "true"));
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

/// Two files with something to mend, each larger than what a process may write.
#[cfg(unix)]
fn large(name: &str) -> Scratch {
    let text =
        |name: &str| format!("{}{}", "# It is long.\n".repeat(1_000), BAD.replace("\"t\"", &format!("\"{name}\"")));
    Scratch::new(name, &[("one.tf", &text("one")), ("other.tf", &text("other"))])
}

#[cfg(unix)]
fn texts(scratch: &Scratch) -> Vec<String> {
    ["one.tf", "other.tf"].map(|name| std::fs::read_to_string(scratch.path(name)).unwrap()).to_vec()
}

#[cfg(unix)]
fn names(scratch: &Scratch) -> usize {
    std::fs::read_dir(&scratch.0).unwrap().count()
}

/// A limit for the sizes of files stands for a full disk; who doesn't ignore its signal is ended while writing.
#[test]
#[cfg(unix)]
fn a_full_disk_or_an_end_by_force_leaves_the_old_files() {
    let scratch = large("full");
    let old = texts(&scratch);
    let limited = |first: &str| {
        let script = format!("{first} ulimit -f 4; exec \"$0\" check --fix -q -f concise");
        let program = env!("CARGO_BIN_EXE_trailint");
        std::process::Command::new("sh").args(["-c", &script, program]).current_dir(&scratch.0).output().unwrap()
    };
    let output = limited("trap '' XFSZ;");
    assert_eq!((texts(&scratch), names(&scratch), status(&output)), (old.clone(), 2, 2));
    assert!(err(&output).contains("can't write `one.tf`") && err(&output).contains("can't write `other.tf`"));
    let output = limited("");
    assert_eq!((texts(&scratch), output.status.code()), (old.clone(), None));
    // What is left of a draft is no file of anybody, and in nobody's way.
    assert_eq!(status(&scratch.run(&["check", "--fix"])), 0);
    assert_eq!(texts(&scratch), old.iter().map(|text| text.replace("false", "true")).collect::<Vec<_>>());
}

#[test]
#[cfg(unix)]
fn an_end_at_any_time_leaves_old_files_or_new_ones() {
    let scratch = large("killed");
    let old = texts(&scratch);
    let new: Vec<String> = old.iter().map(|text| text.replace("false", "true")).collect();
    for pause in 0..20 {
        let mut child = scratch.command(&["check", "--fix", "-q"]).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(pause * 5));
        // It may have ended already.
        let _ = child.kill();
        child.wait().unwrap();
        let now = texts(&scratch);
        assert!(now.iter().zip(old.iter().zip(&new)).all(|(now, (old, new))| now == old || now == new), "{pause}");
        for (name, text) in ["one.tf", "other.tf"].iter().zip(&old) {
            std::fs::write(scratch.path(name), text).unwrap();
        }
    }
}

#[test]
#[cfg(unix)]
fn a_directory_that_is_read_only_keeps_its_files() {
    use std::os::unix::fs::PermissionsExt;
    const TEST: &str = "a_directory_that_is_read_only_keeps_its_files";
    let scratch = large("read-only");
    let old = texts(&scratch);
    std::fs::set_permissions(&scratch.0, std::fs::Permissions::from_mode(0o555)).unwrap();
    // To the superuser, nothing is read-only.
    let output = match std::fs::write(scratch.path("probe"), "") {
        Ok(()) => {
            std::fs::remove_file(scratch.path("probe")).unwrap();
            let mut command = std::process::Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_trailint")]);
            command.args(["check", "--fix"]).current_dir(&scratch.0).output()
        }
        Err(_) => Ok(scratch.run(&["check", "--fix"])),
    };
    std::fs::set_permissions(&scratch.0, std::fs::Permissions::from_mode(0o755)).unwrap();
    let Some(output) = output.ok().filter(|output| err(output).contains("one.tf")) else {
        return skipped(TEST, "there is nobody but the superuser");
    };
    assert_eq!((texts(&scratch), names(&scratch), status(&output)), (old, 2, 2));
    assert!(err(&output).contains("can't write `one.tf`: permission denied"), "{}", err(&output));
}

#[test]
fn a_file_that_has_changed_meanwhile_stays() {
    let scratch = Scratch::new("meanwhile", &[("a.tf", "old")]);
    let (disk, path) = (Disk::new(std::slice::from_ref(&scratch.0)), scratch.path("a.tf"));
    assert!(disk.stage(&path, b"older", b"new").is_err());
    let staged = disk.stage(&path, b"old", b"new").unwrap();
    std::fs::write(&path, "edited").unwrap();
    assert_eq!(staged.commit(&disk).unwrap_err().to_string(), "it changed in the meantime");
    assert_eq!(files_below(&scratch.0), [("a.tf".into(), b"edited".to_vec())]);
    disk.stage(&path, b"edited", b"new").unwrap().commit(&disk).unwrap();
    assert_eq!(files_below(&scratch.0), [("a.tf".into(), b"new".to_vec())]);
}

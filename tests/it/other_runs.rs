//! What a run writes, to sources or to a baseline, leaves what other runs find as it is.

use super::cli::{Scratch, err, out, status};
use super::random::Random;

/// The runs whose results stay.
const RUNS: [&[&str]; 13] = [
    &["check"],
    &["check", "--var", "multi=false", "--parameter", "Multi=false"],
    &["check", "--var", "multi=true", "--parameter", "Multi=true"],
    &["check", "modules/trail"],
    &["check", "main.tf", "t.yaml"],
    &["check", "--modules", "none"],
    &["check", "--select", "no-compliant-trail"],
    &["check", "--workspace", "prod", "--require-trail"],
    &["check", "-c", "selector-policy=\"literal\""],
    &["check", "-c", "every-trail=true", "-c", "min-retention-days=4000"],
    &["check", "--exclude", "modules"],
    &["check", "--exclude", "*.tf"],
    &["check", "--exclude", "t.yaml", "--exclude", "/main.tf"],
];

fn run(scratch: &Scratch, arguments: &[&str]) -> std::process::Output {
    scratch.run(&[arguments, &["-q", "-f", "concise", "--unknown", "fail", "--fail-on", "note"]].concat())
}

/// The lines about comments that are unused.
fn unused(scratch: &Scratch, arguments: &[&str]) -> Vec<String> {
    let lines = out(&run(scratch, arguments));
    lines.lines().filter(|line| line.contains("[unused-ignore]")).map(str::to_owned).collect()
}

const COMMENT: &str = "# trailint: ignore[single-region-trail] accepted";

#[test]
fn a_comment_that_another_run_needs_is_kept() {
    let trail = |value: &str| {
        format!("resource \"aws_cloudtrail\" \"t\" {{\n  {COMMENT}\n  is_multi_region_trail = {value}\n}}\n")
    };
    let with = |declaration: &str, value: &str| format!("{declaration}\n{}", trail(value));
    let installed = "{\"Modules\":[{\"Key\":\"a\",\"Source\":\"git::https://example.com/a.git\",\"Dir\":\".terraform/modules/a\"}]}";
    let call = "module \"a\" {\n  source = \"git::https://example.com/a.git\"\n}\n";
    let template = |value: &str| {
        format!(
            "Parameters:\n  Multi:\n    Type: String\n    Default: 'true'\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    \
            Properties:\n      IsLogging: true\n      {COMMENT}\n      IsMultiRegionTrail: {value}\n"
        )
    };
    // Whether the comment is needed by no run.
    let cases: Vec<(Vec<(&str, String)>, bool)> = vec![
        (vec![("main.tf", trail("true"))], true),
        (vec![("main.tf", with("variable \"name\" {}", "true"))], true),
        (vec![("main.tf", with("variable \"multi\" {\n  default = true\n}", "var.multi"))], false),
        (
            vec![
                ("main.tf", with("variable \"multi\" {}", "var.multi")),
                ("terraform.tfvars", "multi = true\n".into()),
            ],
            false,
        ),
        (vec![("main.tf", with("", "terraform.workspace != \"x\" ? true : false"))], false),
        (
            vec![
                ("main.tf", trail("true")),
                (".terraform/modules/modules.json", "{\"Modules\":[]}".into()),
                ("b.tf", call.into()),
            ],
            false,
        ),
        (
            vec![
                ("main.tf", trail("true")),
                ("b.tf", call.into()),
                (".terraform/modules/modules.json", installed.into()),
                (".terraform/modules/a/main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n".into()),
            ],
            true,
        ),
        (
            vec![
                ("main.tf", "module \"t\" {\n  source = \"./modules/trail\"\n  multi = true\n}\n".into()),
                ("modules/trail/main.tf", with("variable \"multi\" {\n  default = false\n}", "var.multi")),
            ],
            false,
        ),
        (vec![("t.yaml", template("true"))], true),
        (vec![("t.yaml", template("!Ref Multi"))], false),
        (vec![("main.tf", trail("true")), ("b.tf", "resource \"aws_cloudtrail\" \"broken\" {".into())], false),
    ];
    for (files, is_unused) in cases {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let scratch = Scratch::new("needed", &files);
        assert_eq!(unused(&scratch, &["check"]).len(), usize::from(is_unused), "{files:?}");
        // A run that leaves something out can't tell.
        for narrowed in [
            &["check", "--var", "name=x"][..],
            &["check", "--workspace", "prod"],
            &["check", "--select", "cis-3.1", "--extend-select", "unused-ignore"],
            &["check", "--modules", "none"],
            &["check", files[0].0],
            &["check", "--no-config"],
        ] {
            assert_eq!(unused(&scratch, narrowed), Vec::<String>::new(), "{narrowed:?} {files:?}");
        }
    }
}

#[test]
fn an_entry_of_the_settings_that_another_run_needs_is_kept() {
    let settings = "[[ignore]]\nrule = \"single-region-trail\"\n";
    let main = "variable \"multi\" {\n  default = true\n}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.multi\n}\n";
    let scratch = Scratch::new("entries", &[("main.tf", main), ("trailint.toml", settings)]);
    assert_eq!(unused(&scratch, &["check"]), Vec::<String>::new());
    std::fs::write(scratch.path("main.tf"), main.replace("var.multi", "true")).unwrap();
    assert_eq!(unused(&scratch, &["check"]).len(), 1);
    assert_eq!(unused(&scratch, &["check", "--var", "multi=true"]), Vec::<String>::new());
}

#[test]
fn a_comment_that_other_settings_need_is_kept() {
    let selector = |read_write: &str, before: &str| {
        format!(
            "{before}  event_selector {{\n    read_write_type = \"{read_write}\"\n    include_management_events = true\n  }}\n"
        )
    };
    let rules = "  # trailint: ignore[split-selectors,missing-management-events] accepted\n";
    let trail = |selectors: &str| format!("resource \"aws_cloudtrail\" \"t\" {{\n{selectors}}}\n");
    let (split, whole) = (selector("ReadOnly", rules) + &selector("WriteOnly", ""), selector("All", rules));
    let bucket = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\nresource \"aws_cloudtrail\" \"t\" {\n  \
        s3_bucket_name = aws_s3_bucket.b.id\n}\n";
    let lifecycle = |rule: &str| {
        format!(
            "{bucket}# trailint: ignore[logs-kept-forever] accepted\nresource \"aws_s3_bucket_lifecycle_configuration\" \"l\" {{\n  \
            bucket = aws_s3_bucket.b.id\n  rule {{\n    id     = \"r\"\n    status = \"Enabled\"\n    filter {{}}\n{rule}  }}\n}}\n"
        )
    };
    let literal = "selector-policy=\"literal\"";
    let cases = [
        (trail(&split), literal, "--select=missing-management-events", 0),
        (trail(&whole), literal, "--select=missing-management-events", 2),
        (
            lifecycle("    expiration {\n      days = 400\n    }\n"),
            "min-retention-days=500",
            "--select=logs-kept-forever",
            0,
        ),
    ];
    for (text, setting, select, expected) in cases {
        let scratch = Scratch::new("other-settings", &[("main.tf", &text)]);
        assert_eq!(unused(&scratch, &["check"]).len(), expected, "{text}");
        let other: &[&str] = &["check", "-c", setting, select];
        assert_eq!(status(&run(&scratch, other)), 0, "{text}");
        scratch.run(&["check", "--fix"]);
        assert_eq!(status(&run(&scratch, other)), 0, "{text}");
    }
}

#[test]
fn entries_of_what_an_option_excludes_are_kept() {
    const FILE: &str = ".trailint-baseline.json";
    let bad = "resource \"aws_cloudtrail\" \"t\" {}\n";
    let call = "module \"t\" {\n  source = \"../modules/trail\"\n}\n";
    let files = [
        ("a/main.tf", bad),
        ("b/main.tf", bad),
        ("c/main.tf", call),
        ("modules/trail/main.tf", bad),
        ("x/t.yaml", "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n"),
    ];
    let scratch = Scratch::new("excluded-entries", &files);
    scratch.run(&["baseline", "create"]);
    let before = std::fs::read_to_string(scratch.path(FILE)).unwrap();
    let settings = scratch.path("trailint.toml");
    for excluded in ["a", "/a/", "a/main.tf", "*.tf", "modules", "x", "*.yaml", "c"] {
        for is_setting in [false, true] {
            let options: &[&str] = if is_setting { &[] } else { &["--exclude", excluded] };
            if is_setting {
                std::fs::write(&settings, format!("exclude = [\"{excluded}\"]\n")).unwrap();
            }
            let checked = err(&scratch.run(&[&["check"], options].concat()));
            assert!(!checked.contains("baseline prune"), "{excluded} {checked}");
            for command in ["prune", "update"] {
                scratch.run(&[&["baseline", command], options].concat());
                let after = std::fs::read_to_string(scratch.path(FILE)).unwrap();
                let entries = before.lines().filter(|line| line.contains("fingerprint"));
                for entry in entries.map(|line| line.trim().trim_end_matches(',')) {
                    assert!(after.contains(entry), "{command} {excluded} {is_setting} {entry}");
                }
                std::fs::write(scratch.path(FILE), &before).unwrap();
            }
            let _ = std::fs::remove_file(&settings);
        }
    }
    // The trail of a deployment that was searched is gone.
    std::fs::write(scratch.path("b/main.tf"), "").unwrap();
    std::fs::write(&settings, "exclude = [\"a\"]\n").unwrap();
    scratch.run(&["baseline", "prune"]);
    let after = std::fs::read_to_string(scratch.path(FILE)).unwrap();
    let has = |root: &str| after.contains(&format!("\"subject\":\"{root}\""));
    assert_eq!(["a", "b", "c", "x/t.yaml"].map(has), [true, false, true, true]);
}

/// A project in which values come by many ways, with comments wherever they may be.
fn project(random: &mut Random) -> Vec<(String, String)> {
    const RULES: [&str; 4] = ["single-region-trail", "unvalidated-logs", "no-compliant-trail", "logs-without-kms"];
    let mut comment = |indent: &str| match random.chance(45) {
        true => format!("{indent}# trailint: ignore[{}] accepted\n", RULES[random.below(RULES.len())]),
        false => String::new(),
    };
    let mut comments = || [comment(""), comment("  "), comment("  ")];
    let (a, b, c, d) = (comments(), comments(), comments(), comments());
    let value = |random: &mut Random| ["true", "false", "var.multi", "local.multi"][random.below(4)];
    let default = ["", "  default = true\n", "  default = false\n"][random.below(3)];
    let passed = ["", "  multi = true\n", "  multi = var.multi\n"][random.below(3)];
    let (one, other) = (value(random), value(random));
    let main = format!(
        "{}variable \"multi\" {{\n{default}}}\nlocals {{\n{}  multi = var.multi\n}}\n{}module \"t\" {{\n  source = \"./modules/trail\"\n{passed}}}\n\
        {}resource \"aws_cloudtrail\" \"t\" {{\n{}  is_multi_region_trail = {one}\n{}  enable_log_file_validation = true\n}}\n",
        a[0], a[1], b[0], c[0], c[1], c[2]
    );
    let module = format!(
        "variable \"multi\" {{\n  default = true\n}}\nlocals {{\n  multi = var.multi\n}}\n{}resource \"aws_cloudtrail\" \"m\" {{\n{}  is_multi_region_trail = {other}\n}}\n",
        d[0], d[1]
    );
    let property = ["true", "false", "!Ref Multi"][random.below(3)];
    let template = format!(
        "Parameters:\n  Multi:\n    Type: String\n    Default: 'true'\nResources:\n{}  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      \
        IsLogging: true\n      IsMultiRegionTrail: {property}\n",
        d[2]
    );
    let files = [("main.tf", main), ("modules/trail/main.tf", module), ("t.yaml", template)];
    files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
}

fn scratch(files: &[(String, String)]) -> Scratch {
    Scratch::new("other-runs", &files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>())
}

#[test]
fn comments_and_their_removal_fail_no_other_run() {
    let mut random = Random::new(18);
    let mut removed = 0;
    for _ in 0..6 {
        let files = project(&mut random);
        let before = scratch(&files);
        let passed: Vec<bool> = RUNS.iter().map(|arguments| status(&run(&before, arguments)) == 0).collect();
        removed += unused(&before, &["check"]).len();
        let writers = [
            &["check", "--fix", "--select", "all"][..],
            &["check", "--fix"],
            &["check", "--add-ignore=now", "--var", "multi=false"],
            &["check", "--add-ignore=now"],
        ];
        for writer in writers {
            let after = scratch(&files);
            run(&after, writer);
            let texts: Vec<String> =
                files.iter().map(|(path, _)| std::fs::read_to_string(after.path(path)).unwrap()).collect();
            for (arguments, passed) in RUNS.iter().zip(&passed) {
                let output = run(&after, arguments);
                let context = || format!("{writer:?} {arguments:?}\n{files:?}\n{}\n{}", texts.join("\n"), out(&output));
                assert!(!passed || status(&output) == 0, "{}", context());
            }
        }
    }
    assert!(removed > 0);
}

#[test]
fn pruning_never_changes_the_report_of_a_full_run() {
    const FILE: &str = ".trailint-baseline.json";
    let mut random = Random::new(81);
    for _ in 0..4 {
        let files = project(&mut random);
        let scratch = scratch(&files);
        scratch.run(&["baseline", "create"]);
        // An update may add entries, so that those of others move.
        let report = |command: &str| {
            let format = if command == "prune" { "json" } else { "concise" };
            out(&scratch.run(&["check", "-f", format, "--show-suppressed"]))
        };
        let before = std::fs::read_to_string(scratch.path(FILE)).unwrap();
        let reports = ["prune", "update"].map(report);
        for arguments in RUNS.iter().filter(|arguments| arguments.len() > 1) {
            for (command, expected) in ["prune", "update"].into_iter().zip(&reports) {
                let arguments = [&["baseline", command, "--baseline", FILE], &arguments[1..]].concat();
                assert_eq!(status(&scratch.run(&arguments)), 0, "{arguments:?}");
                assert_eq!(report(command), *expected, "{arguments:?}");
                std::fs::write(scratch.path(FILE), &before).unwrap();
                let checked = err(&scratch.run(&[&["check", "--baseline", FILE], &arguments[4..]].concat()));
                assert!(!checked.contains("baseline prune"), "{arguments:?} {checked}");
            }
        }
    }
}

#[test]
fn entries_of_modules_that_are_not_installed_are_kept() {
    const FILE: &str = ".trailint-baseline.json";
    let bad = "resource \"aws_cloudtrail\" \"t\" {}\n";
    let installed = "{\"Modules\":[{\"Key\":\"a\",\"Source\":\"git::https://example.com/a.git\",\"Dir\":\".terraform/modules/a\"}]}";
    let files = [
        ("main.tf", "module \"a\" {\n  source = \"git::https://example.com/a.git\"\n}\n"),
        (".terraform/modules/modules.json", installed),
        (".terraform/modules/a/main.tf", bad),
    ];
    let scratch = Scratch::new("entries-of-modules", &files);
    assert!(err(&scratch.run(&["baseline", "create"])).contains("new"));
    let before = std::fs::read_to_string(scratch.path(FILE)).unwrap();
    assert!(before.contains("module.a.aws_cloudtrail.t"));
    std::fs::rename(scratch.path(".terraform"), scratch.path("elsewhere")).unwrap();
    std::fs::remove_dir_all(scratch.path("elsewhere")).unwrap();
    assert!(!err(&scratch.run(&["check"])).contains("baseline prune"));
    for command in ["prune", "update"] {
        let said = err(&scratch.run(&["baseline", command]));
        assert!(said.contains("are kept, because this run didn't evaluate"), "{said}");
        assert_eq!(std::fs::read_to_string(scratch.path(FILE)).unwrap(), before);
    }
}

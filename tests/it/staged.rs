//! `--scope staged`: which staged changes need a complete check, and what the others cost.

use super::cli::{err, out, status};
use super::repository::Repository;

const SUMMARY: &str = "can't affect a trail";

fn trail(argument: &str) -> String {
    format!("resource \"aws_cloudtrail\" \"t\" {{\n  name = \"t\"\n  s3_bucket_name = \"b\"\n  {argument}\n}}\n")
}

/// Checks the staged change: the exit status, and true if the complete check wasn't necessary.
fn check(repository: &Repository, arguments: &[&str]) -> (i32, bool) {
    let output = repository.run(&[&["check", "--scope", "staged", "--min-level", "error"], arguments].concat());
    let is_short = [SUMMARY, "can affect a trail", "no file is staged"].iter().any(|text| err(&output).contains(text));
    assert!(!is_short || out(&output).is_empty(), "{}", out(&output));
    assert_ne!(status(&output), 2, "{}", err(&output));
    (status(&output), is_short)
}

/// Stages all changes and checks them.
fn staged(repository: &Repository) -> (i32, bool) {
    repository.git(["add", "--all"]);
    check(repository, &[])
}

#[test]
fn files_that_an_expression_reads_are_evaluated() {
    let reading = [
        ("multi.txt", "is_multi_region_trail = file(\"multi.txt\") == \"yes\"", "yes", "no"),
        ("multi.tpl", "is_multi_region_trail = templatefile(\"multi.tpl\", {}) == \"yes\"", "yes", "no"),
        ("m.auto.tfvars", "is_multi_region_trail = var.m", "m = true\n", "m = false\n"),
        ("m.html", "is_multi_region_trail = file(\"m.html\") == \"yes\"", "yes", "no"),
        ("m.sh", "is_multi_region_trail = file(\"m.sh\") == \"yes\"", "yes", "no"),
        ("m", "is_multi_region_trail = file(\"m\") == \"yes\"", "yes", "no"),
    ];
    for (name, argument, good, bad) in reading {
        let Some(repository) = Repository::new(&format!("staged-{name}")) else { return };
        let text = format!("variable \"m\" {{\n  default = true\n}}\n{}", trail(argument));
        repository.write("main.tf", text).write(name, good).write("app/main.go", "package main\n").commit();
        assert_eq!(check(&repository, &[]), (0, true), "{name}: nothing is staged");
        repository.write("app/main.go", "package other\n");
        assert_eq!(staged(&repository), (0, true), "{name}: source code");
        repository.write(name, bad);
        assert_eq!(staged(&repository), (1, false), "{name}");
    }
}

#[test]
fn included_templates_are_evaluated() {
    let Some(repository) = Repository::new("staged-include") else { return };
    let template = "Resources:\n  Fn::Transform:\n    Name: AWS::Include\n    Parameters:\n      Location: trail.inc\n";
    let part = |multi: &str| {
        format!(
            "T:\n  Type: AWS::CloudTrail::Trail\n  Properties:\n    S3BucketName: b\n    IsLogging: true\n    IsMultiRegionTrail: {multi}\n"
        )
    };
    repository.write("t.yaml", template).write("trail.inc", part("true")).commit();
    repository.write("trail.inc", part("false"));
    assert_eq!(staged(&repository), (1, false));
}

#[test]
fn changes_of_other_kinds_than_contents_are_evaluated() {
    let Some(repository) = Repository::new("staged-kinds") else { return };
    let call = "module \"m\" {\n  source = \"./m\"\n}\n";
    let module = "locals {\n  m = true\n}\n";
    let own = trail("is_multi_region_trail = local.m");
    repository.write("main.tf", call).write("m/main.tf", &own).write("m/locals.tf", module).commit();
    let base = || {
        repository.git(["reset", "--quiet", "--hard"]);
        repository.git(["clean", "--quiet", "-fdx"]);
    };
    // A deleted file of a module.
    repository.remove("m/main.tf");
    assert_eq!(staged(&repository), (1, false), "the trail is removed");
    base();
    // A file that is renamed to another kind, and back.
    repository.git(["mv", "m/main.tf", "m/main.md"]);
    assert_eq!(check(&repository, &[]), (1, false), "the trail is renamed");
    base();
    repository.git(["mv", "m/locals.tf", "m/locals.go"]);
    assert!(!check(&repository, &[]).1, "the locals are renamed");
    base();
    repository.git(["update-index", "--chmod=+x", "m/main.tf"]);
    assert_eq!(check(&repository, &[]), (0, false), "the mode of a file that is evaluated");
    base();
    #[cfg(unix)]
    {
        repository.write("note.md", "x");
        std::os::unix::fs::symlink("m", repository.root.join("link.md")).unwrap();
        assert_eq!(staged(&repository), (0, false), "a link");
        base();
    }
    // A repository within this one becomes a submodule.
    repository.write("inner.go/x.md", "x");
    let inner = repository.root.join("inner.go");
    repository.git_in(&inner, ["init", "--quiet"]);
    repository.git_in(&inner, ["add", "--all"]);
    repository.git_in(&inner, ["commit", "--quiet", "--message", "x"]);
    assert_eq!(staged(&repository), (0, false), "a submodule");
}

#[test]
fn settings_and_suppressions_are_evaluated() {
    let Some(repository) = Repository::new("staged-settings") else { return };
    let bad = trail("enable_logging = true");
    let comment = "# trailint: ignore[single-region-trail] reason=\"a test\"\n";
    let settings = "require-trail = false\n";
    repository.write("main.tf", format!("{comment}{bad}")).write("trailint.toml", settings);
    repository
        .write(".gitignore", "ignored/\n")
        .write(".trailint-baseline.json", "{\"version\": 1, \"findings\": []}\n");
    repository.write("ignored/main.tf", &bad).write("a.md", "x").commit();
    let base = || drop(repository.git(["reset", "--quiet", "--hard"]));
    repository.write("a.md", "y");
    assert_eq!(staged(&repository), (0, true));
    base();
    for (name, text) in [
        ("main.tf", bad.as_str()),
        ("trailint.toml", "every-trail = true\n"),
        (".gitignore", "other/\n"),
        (".trailint-baseline.json", "{\"version\": 1, \"findings\": [] }\n"),
    ] {
        repository.write(name, text);
        repository.git(["add", name]);
        assert!(!check(&repository, &[]).1, "{name}");
        base();
    }
    // The settings of the index count, whatever the working tree has.
    repository.write("a.md", "y");
    repository.git(["add", "a.md"]);
    repository.write("trailint.toml", "every-trail = true\n");
    assert_eq!(check(&repository, &[]), (0, false));
    repository.remove("trailint.toml");
    assert_eq!(check(&repository, &[]), (0, false));
}

#[test]
fn a_document_that_the_settings_name_is_evaluated() {
    let Some(repository) = Repository::new("staged-named") else { return };
    let code = format!("variable \"m\" {{}}\n{}", trail("is_multi_region_trail = var.m"));
    repository.write("main.tf", code).write("values.md", "m = true\n");
    repository.write("trailint.toml", "[[root]]\npath = \".\"\nvar-files = [\"values.md\"]\n").commit();
    repository.write("values.md", "m = false\n");
    assert_eq!(staged(&repository), (1, false));
}

#[test]
fn a_lock_file_that_mentions_a_trail_is_evaluated() {
    let Some(repository) = Repository::new("staged-lock") else { return };
    let template = "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {\"S3BucketName\": \"b\", \"IsLogging\": true}}}}\n";
    repository.write("main.tf", trail("is_multi_region_trail = true")).write("package-lock.json", "{}\n").commit();
    repository.write("package-lock.json", "{\"name\": \"app\"}\n").write("go.sum", "x\n");
    assert_eq!(staged(&repository), (0, true));
    repository.write("package-lock.json", template);
    assert_eq!(staged(&repository), (1, false));
}

/// The name of a file with code may be that of a document: of the target of a link, or of a template.
#[test]
#[cfg(unix)]
fn code_with_the_name_of_a_document_is_evaluated() {
    use std::os::unix::fs::symlink;
    let good = trail("is_multi_region_trail = true");
    let template = |on: bool| {
        format!(
            "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties: {{S3BucketName: b, IsLogging: true, \
             IsMultiRegionTrail: {on}}}\n"
        )
    };
    let stack = "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ./child.md}\n";
    let by_variable = trail("is_multi_region_trail = var.m") + "variable \"m\" {\n  type = bool\n}\n";
    let files = [
        vec![("good.md", good)],
        vec![("parent.yaml", stack.to_owned()), ("child.md", template(true))],
        vec![("main.tf", by_variable), ("v.md", "m = true\n".to_owned())],
    ];
    let cases = [
        (Some("main.tf"), "good.md", trail("")),
        (None, "child.md", template(false)),
        (Some("terraform.tfvars"), "v.md", "m = false\n".to_owned()),
    ];
    for (index, ((link, changed, text), files)) in cases.into_iter().zip(files).enumerate() {
        let Some(repository) = Repository::new(&format!("staged-names-{index}")) else { return };
        for (name, text) in files {
            repository.write(name, text);
        }
        if let Some(link) = link {
            symlink(changed, repository.root.join(link)).unwrap();
        }
        repository.commit();
        repository.write(changed, text);
        repository.git(["add", "--all"]);
        assert_eq!(check(&repository, &[]), (1, false), "{changed}");
    }
}

/// A settings file names a document through a link to its directory, and an option names a value that nothing accepts.
#[test]
#[cfg(unix)]
fn documents_behind_links_and_values_of_options_are_evaluated() {
    let Some(repository) = Repository::new("staged-links") else { return };
    repository.write("main.tf", trail("is_multi_region_trail = var.m") + "variable \"m\" {\n  type = bool\n}\n");
    repository.write("trailint.toml", "[[root]]\npath = \".\"\nvar-files = [\"envs/v.md\"]\n");
    repository.write("real/v.md", "m = true\n").write("other.md", "x");
    std::os::unix::fs::symlink("real", repository.root.join("envs")).unwrap();
    repository.commit();
    repository.write("other.md", "y");
    repository.git(["add", "--all"]);
    assert_eq!(check(&repository, &[]), (0, true));
    let refused = repository.run(&["check", "--scope", "staged", "--region", "nowhere"]);
    assert_eq!(status(&refused), 2, "{}", err(&refused));
    repository.write("real/v.md", "m = false\n");
    repository.git(["add", "--all"]);
    assert_eq!(check(&repository, &[]), (1, false));
}

#[test]
fn reports_with_all_results_are_complete() {
    let Some(repository) = Repository::new("staged-formats") else { return };
    repository.write("main.tf", trail("enable_logging = true")).write("a.md", "x").commit();
    repository.write("a.md", "y");
    assert_eq!(staged(&repository), (0, true));
    let options: [&[&str]; 7] = [
        &["--format", "json"],
        &["--output", "sarif=report.sarif"],
        &["--verbose"],
        &["--show-suppressed"],
        &["--diff-base", "HEAD"],
        &["main.tf"],
        &["--locked"],
    ];
    for options in options {
        let output = repository.run(&[&["check", "--scope", "staged"], options].concat());
        assert!(status(&output) == 0 && !err(&output).contains("affect a trail"), "{options:?}: {}", err(&output));
    }
    let quiet = repository.run(&["check", "--scope", "staged", "--quiet"]);
    assert_eq!((status(&quiet), out(&quiet), err(&quiet)), (0, String::new(), String::new()));
}

/// The git commands of a check with these arguments.
#[cfg(unix)]
fn commands(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt;
    let place = repository.root.with_extension("bin");
    std::fs::create_dir_all(&place).unwrap();
    let (program, log) = (place.join("git"), place.join("log"));
    let path = std::env::var_os("PATH").unwrap();
    let git = std::env::split_paths(&path).map(|place| place.join("git")).find(|git| git.is_file()).unwrap();
    let script = format!("#!/bin/sh\necho \"$@\" >> '{}'\nexec '{}' \"$@\"\n", log.display(), git.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let paths = std::iter::once(place.clone()).chain(std::env::split_paths(&path));
    let output = repository.command(arguments).env("PATH", std::env::join_paths(paths).unwrap()).output().unwrap();
    assert_ne!(status(&output), 2, "{}", err(&output));
    let logged = std::fs::read_to_string(&log).unwrap_or_default();
    std::fs::remove_dir_all(place).unwrap();
    let known = ["diff-index", "ls-files", "ls-tree", "cat-file", "rev-parse", "merge-base", "diff-files"];
    let command = |line: &str| line.split(' ').find(|word| known.contains(word)).unwrap_or(line).to_owned();
    let mut commands: Vec<String> = logged.lines().map(command).collect();
    commands.sort();
    commands
}

#[test]
#[cfg(unix)]
fn a_change_without_an_effect_runs_three_commands_of_git() {
    let Some(repository) = Repository::new("staged-count") else { return };
    repository.write("main.tf", trail("is_multi_region_trail = true")).write("a.md", "x").commit();
    repository.write("a.md", "y");
    repository.git(["add", "--all"]);
    for scope in ["staged", "auto"] {
        assert_eq!(
            commands(&repository, &["check", "--scope", scope]),
            ["cat-file", "diff-index", "ls-files"],
            "{scope}"
        );
    }
}

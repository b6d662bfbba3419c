//! States of a repository in which a change is compared: merges, hooks, submodules, and repositories that the environment
//! names.

use std::path::Path;
use std::process::Output;

use super::super::cli::{err, out, status};
use super::super::repository::Repository;
use super::BAD;

const GOOD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = true\n}\n";
const CHECK: [&str; 7] = ["check", "-f", "concise", "--min-level", "error", "--scope", "auto"];

/// The errors that count, each as `rule path`.
fn lines(output: &Output) -> Vec<String> {
    assert_ne!(status(output), 2, "{}", err(output));
    let line = |line: &str| {
        let (place, rest) = line.split_once(": ").unwrap();
        format!("{} {}", rest.split(['[', ']']).nth(1).unwrap(), place.split(':').next().unwrap())
    };
    out(output).lines().map(line).collect()
}

/// A repository with a branch that is to be merged into `main`, both of which have trails that fail, and settings that the
/// branch relaxes.
fn branches(name: &str) -> Option<Repository> {
    let repository = Repository::new(name)?;
    repository.write("a.tf", GOOD).write("old/main.tf", GOOD).commit();
    repository.git(["checkout", "--quiet", "-b", "topic"]);
    repository.write("theirs/main.tf", BAD).write("trailint.toml", "fail-on = \"error\"\nhonor = [\"checkov\"]\n");
    repository.remove("old/main.tf").commit();
    repository.git(["checkout", "--quiet", "main"]);
    repository.write("ours/main.tf", BAD).commit();
    Some(repository)
}

#[test]
fn what_either_parent_of_a_merge_has_is_known() {
    let Some(repository) = branches("merge") else { return };
    repository.git(["merge", "--quiet", "--no-commit", "topic"]);
    for arguments in [&CHECK[..], &["check", "-f", "concise", "--min-level", "error", "--scope", "staged"]] {
        assert_eq!(lines(&repository.run(arguments)), Vec::<String>::new());
    }
    // An explicit base that is the first parent changes nothing.
    for base in ["HEAD", "main"] {
        for scope in ["all", "staged", "auto"] {
            let check = ["check", "-f", "concise", "--min-level", "error", "--scope", scope, "--diff-base", base];
            assert_eq!(lines(&repository.run(&check)), Vec::<String>::new(), "{scope} {base}");
        }
    }
    let base = ["check", "-f", "concise", "--min-level", "error", "--diff-base", "topic"];
    assert_eq!(lines(&repository.run(&base)), ["single-region-trail ours/main.tf"]);
    // What the merge itself brings is new, and so is what it takes away.
    repository.write("both/main.tf", BAD).remove("a.tf").git(["add", "--all"]);
    let new = ["no-compliant-trail a.tf", "single-region-trail both/main.tf"];
    assert_eq!(lines(&repository.run(&CHECK)), new);
}

#[cfg(unix)]
#[test]
fn hooks_of_merges_and_of_empty_commits_pass() {
    use std::os::unix::fs::PermissionsExt;
    let Some(repository) = branches("hooked") else { return };
    let log = repository.root.join(".git/log");
    let program = env!("CARGO_BIN_EXE_trailint");
    let script = format!("#!/bin/sh\n\"{program}\" {} > \"{}\" 2>&1\n", CHECK.join(" "), log.display());
    for hook in ["pre-commit", "pre-merge-commit"] {
        let path = repository.root.join(".git/hooks").join(hook);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let passes = |arguments: &[&str]| {
        let _ = std::fs::remove_file(&log);
        repository.git(arguments);
        let said = std::fs::read_to_string(&log).unwrap();
        assert!(!said.contains("error["), "{arguments:?}: {said}");
    };
    passes(&["merge", "--quiet", "--no-ff", "topic", "-m", "merged"]);
    assert_eq!(status(&repository.run(&["check"])), 1);
    passes(&["commit", "--quiet", "--allow-empty", "-m", "empty"]);
    passes(&["commit", "--quiet", "--amend", "--allow-empty", "-m", "amended"]);
    // In a work tree of its own, git names the repository in the environment.
    repository.git(["worktree", "add", "--quiet", "linked", "-b", "linked"]);
    passes(&["-C", "linked", "commit", "--quiet", "--allow-empty", "-m", "empty"]);
    // Nothing is committed, so everything counts.
    assert_eq!(lines(&repository.run(&CHECK)).len(), 4);
}

#[test]
fn a_submodule_at_another_commit_is_compared_with_what_it_was() {
    let Some(other) = Repository::new("submodule-other") else { return };
    let Some(repository) = Repository::new("submodule") else { return };
    other.write("old/main.tf", BAD).commit();
    let source = other.root.to_str().unwrap();
    repository.git(["submodule", "--quiet", "add", source, "vendor"]);
    repository.write("a.tf", GOOD).commit();
    other.write("README", "").write("new/main.tf", BAD).commit();
    let vendor = repository.root.join("vendor");
    repository.git_in(&vendor, ["pull", "--quiet"]);
    repository.git(["add", "vendor"]);
    assert_eq!(lines(&repository.run(&CHECK)), ["single-region-trail vendor/new/main.tf"]);
    repository.commit();
    assert_eq!(lines(&repository.run(&[&CHECK[..5], &["--diff-base", "HEAD"]].concat())), Vec::<String>::new());
    // It gets another place.
    repository.git(["mv", "vendor", "third-party"]);
    assert_eq!(lines(&repository.run(&CHECK)), Vec::<String>::new());
}

#[test]
fn a_submodule_that_is_not_staged_is_compared_with_its_commit() {
    let Some(other) = Repository::new("submodule-unstaged-other") else { return };
    let Some(repository) = Repository::new("submodule-unstaged") else { return };
    other.write("main.tf", GOOD).commit();
    let good = other.git(["rev-parse", "HEAD"]);
    other.write("main.tf", BAD).commit();
    repository.git(["submodule", "--quiet", "add", other.root.to_str().unwrap(), "lib"]);
    let lib = repository.root.join("lib");
    repository.git_in(&lib, ["checkout", "--quiet", &good]);
    repository.write("main.tf", "module \"lib\" {\n  source = \"./lib\"\n}\n").commit();
    let check = |scope: &str| {
        let check = [&CHECK[..5], &["--scope", scope, "--diff-base", "HEAD"]].concat();
        let told = lines(&repository.run(&check));
        assert_eq!(lines(&repository.run(&[&check[..], &["--locked"]].concat())), told);
        told
    };
    let (nothing, new) = (Vec::<String>::new(), ["single-region-trail lib/main.tf"]);
    assert_eq!(check("all"), nothing);
    repository.git_in(&lib, ["checkout", "--quiet", "main"]);
    assert_eq!(check("all"), new);
    assert_eq!(check("staged"), nothing);
    repository.git(["add", "lib"]);
    assert_eq!(check("all"), new);
    assert_eq!(check("staged"), new);
    // What is staged is what will be committed, whatever is checked out.
    repository.git_in(&lib, ["checkout", "--quiet", &good]);
    assert_eq!(check("all"), nothing);
    assert_eq!(check("staged"), new);
    repository.git(["add", "lib"]);
    // Nothing is committed in the submodule, or known to git.
    repository.write("lib/main.tf", BAD);
    assert_eq!(check("all"), new);
    repository.write("lib/main.tf", GOOD).write("lib/more/main.tf", BAD);
    assert_eq!(check("all"), ["single-region-trail lib/more/main.tf"]);
    assert_eq!(check("staged"), nothing);
}

#[test]
fn a_submodule_without_the_commit_of_before_had_nothing() {
    let Some(other) = Repository::new("submodule-bumped") else { return };
    let Some(repository) = Repository::new("submodule-lacks") else { return };
    other.write("same/main.tf", BAD).commit();
    repository.write("a.tf", GOOD);
    for name in ["bumped", "kept"] {
        repository.git(["submodule", "--quiet", "add", other.root.to_str().unwrap(), name]);
    }
    // The commit that is recorded is nowhere.
    let lost = "0123456789abcdef0123456789abcdef01234567";
    repository.git(["update-index", "--cacheinfo", &format!("160000,{lost},bumped")]);
    repository.git(["commit", "--quiet", "-m", "lost"]);
    repository.git(["add", "bumped"]);
    for locked in [&[][..], &["--locked"]] {
        let output = repository.run(&[&CHECK[..], locked].concat());
        assert_eq!(lines(&output), ["single-region-trail bumped/same/main.tf"]);
    }
    // What is at the commit that is recorded is the same.
    repository.git(["commit", "--quiet", "-m", "found"]);
    let output = repository.run(&[&CHECK[..5], &["--diff-base", "HEAD"]].concat());
    assert_eq!(lines(&output), Vec::<String>::new());
}

#[test]
fn submodules_over_the_limit_had_nothing() {
    let Some(other) = Repository::new("submodule-many") else { return };
    let Some(repository) = Repository::new("submodules") else { return };
    other.write("main.tf", BAD).commit();
    let name = |number: usize| format!("m{number:02}");
    let record = |commit: &str| {
        for number in 0..65 {
            let entry = format!("160000,{commit},{}", name(number));
            repository.git(["update-index", "--add", "--cacheinfo", &entry]);
        }
    };
    for number in 0..65 {
        let objects = format!("gitdir: {}\n", other.root.join(".git").display());
        repository.write(format!("{}/main.tf", name(number)), BAD).write(format!("{}/.git", name(number)), objects);
    }
    record(&other.git(["rev-parse", "HEAD"]));
    repository.git(["commit", "--quiet", "-m", "as they were"]);
    other.write("README", "").commit();
    record(&other.git(["rev-parse", "HEAD"]));
    assert_eq!(lines(&repository.run(&CHECK)), ["single-region-trail m64/main.tf"]);
}

#[test]
fn the_repository_of_the_environment_is_the_one_that_is_compared() {
    let Some(repository) = Repository::new("environment") else { return };
    let Some(other) = Repository::new("environment-other") else { return };
    repository.write("a.tf", BAD).commit();
    other.write("a.tf", BAD).commit();
    // Its objects lie elsewhere.
    let apart = repository.root.join("apart");
    std::fs::rename(repository.root.join(".git"), &apart).unwrap();
    std::fs::create_dir(repository.root.join("tree")).unwrap();
    std::fs::rename(repository.root.join("a.tf"), repository.root.join("tree/a.tf")).unwrap();
    let tree = repository.root.join("tree");
    let run = |at: &Path, variables: &[(&str, &Path)], arguments: &[&str]| {
        let mut command = repository.command(&[&CHECK[..5], arguments].concat());
        command.current_dir(at).envs(variables.iter().copied()).output().unwrap()
    };
    let base = ["--diff-base", "HEAD"];
    assert_eq!(status(&run(&tree, &[], &base)), 2);
    let (directory, named) = (("GIT_DIR", apart.as_path()), ("GIT_WORK_TREE", tree.as_path()));
    assert_eq!(lines(&run(&tree, &[directory], &base)), Vec::<String>::new());
    assert_eq!(
        lines(&run(&repository.root, &[directory, named], &["tree", "--diff-base", "HEAD"])),
        Vec::<String>::new()
    );
    // The index of one repository is none of another's.
    std::fs::write(tree.join("a.tf"), GOOD).unwrap();
    let index = apart.join("index");
    let there = other.root.to_str().unwrap();
    for variables in
        [&[directory, named, ("GIT_INDEX_FILE", index.as_path())][..], &[("GIT_INDEX_FILE", index.as_path())]]
    {
        let output = run(&tree, variables, &[there, "--scope", "staged"]);
        assert_eq!(lines(&output), Vec::<String>::new());
    }
    other.write("b/main.tf", BAD).git(["add", "--all"]);
    let output = run(&tree, &[("GIT_INDEX_FILE", index.as_path())], &[there, "--scope", "auto"]);
    let lines = lines(&output);
    assert!(matches!(lines.as_slice(), [line] if line.ends_with("environment-other/b/main.tf")), "{lines:?}");
}

#[test]
fn a_path_that_is_gone_is_told_as_the_trail_that_was_there() {
    let Some(repository) = Repository::new("named-gone") else { return };
    repository.write("prod/trail.tf", GOOD).write("prod/main.tf", "").write("stack/main.tf", GOOD).write("a.tf", BAD);
    repository.commit().remove("prod/trail.tf").remove("stack/main.tf").git(["add", "--all"]);
    std::fs::remove_dir(repository.root.join("stack")).unwrap();
    let check = |scope: &[&str], path: &str| lines(&repository.run(&[&CHECK[..5], scope, &[path]].concat()));
    for scope in [&["--diff-base", "HEAD"][..], &["--scope", "staged"], &["--scope", "auto"]] {
        assert_eq!(check(scope, "prod/trail.tf"), ["no-compliant-trail prod/trail.tf"]);
        assert_eq!(check(scope, "stack"), ["no-compliant-trail stack/main.tf"]);
        assert_eq!(check(&[scope, &["--require-inputs"]].concat(), "stack"), ["no-compliant-trail stack/main.tf"]);
    }
    // What was never there is as missing as without a comparison.
    assert_eq!(status(&repository.run(&["check", "--diff-base", "HEAD", "nowhere"])), 2);
    assert_eq!(status(&repository.run(&["check", "prod/trail.tf"])), 2);
    // The trail is in another file of the module.
    repository.write("prod/main.tf", GOOD);
    assert_eq!(check(&["--diff-base", "HEAD"], "prod/trail.tf"), Vec::<String>::new());
}

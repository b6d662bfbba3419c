//! The hooks, run by the real pre-commit in repositories of their own.

use std::path::Path;
use std::process::{Command, Output};

use super::super::cli::{BAD, GOOD, Scratch, err, out, status};
use super::super::support::{package, skipped};
use super::documents;

#[test]
fn hooks_see_what_no_name_of_a_file_says() {
    let hooks = documents(".pre-commit-hooks.yaml").remove(0);
    let hooks = hooks.as_array().unwrap();
    let ids: Vec<(&str, &str)> =
        hooks.iter().map(|hook| (hook["id"].as_str().unwrap(), hook["language"].as_str().unwrap())).collect();
    assert_eq!(ids, [("trailint", "rust"), ("trailint-system", "system")]);
    for hook in hooks {
        assert_eq!(hook["entry"], "trailint check --scope auto");
        assert_eq!((&hook["pass_filenames"], &hook["always_run"]), (&false.into(), &true.into()));
        assert_eq!(hook["require_serial"], true);
    }
}

#[test]
fn pre_commit_takes_the_manifest() {
    let run = Command::new("pre-commit").arg("validate-manifest").arg(package(".pre-commit-hooks.yaml")).output();
    let Ok(output) = run else { return skipped("pre_commit_takes_the_manifest", "there is no pre-commit") };
    assert_eq!(status(&output), 0, "{}{}", out(&output), err(&output));
}

/// A repository with the hook of the program that these tests are about.
struct Repository {
    scratch: Scratch,
}

impl Repository {
    /// Nothing where a program is missing.
    fn new(name: &str, rule: &str, files: &[(&str, &str)]) -> Option<Self> {
        let manifest = std::fs::read_to_string(package(".pre-commit-hooks.yaml")).unwrap();
        let scratch = Scratch::new(name, &[("hooks/.pre-commit-hooks.yaml", &manifest)]);
        let repository = Self { scratch };
        repository.runs("pre-commit", &["--version"]).then_some(())?;
        repository.begin("hooks");
        repository.git("hooks", &["commit", "--quiet", "--message", "hooks"]);
        let revision = repository.git("hooks", &["rev-parse", "HEAD"]);
        let hooks = repository.scratch.path("hooks");
        let (hooks, revision) = (hooks.display(), out(&revision));
        let config = format!(
            "repos:\n- repo: {hooks}\n  rev: {revision}  hooks:\n  - id: trailint-system\n    args: [--select, {rule}]\n"
        );
        repository.write(".pre-commit-config.yaml", &config);
        files.iter().for_each(|(path, text)| repository.write(path, text));
        repository.begin("work");
        assert_eq!(status(&repository.run("pre-commit", "work", &["install"])), 0);
        repository.git("work", &["commit", "--quiet", "--no-verify", "--message", "begin"]);
        Some(repository)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.scratch.path("work").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn begin(&self, directory: &str) {
        self.git(directory, &["init", "--quiet"]);
        self.git(directory, &["add", "--all"]);
    }

    fn git(&self, directory: &str, arguments: &[&str]) -> Output {
        let output = self.run("git", directory, arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", err(&output));
        output
    }

    /// Whether a commit of everything goes through, and what was said.
    fn commit(&self) -> (bool, String) {
        self.git("work", &["add", "--all"]);
        let output = self.run("git", "work", &["commit", "--quiet", "--message", "change"]);
        (output.status.success(), out(&output) + &err(&output))
    }

    /// Whether the hook passes for all commits since `main`, as CI runs it, and what was said.
    fn passes_review(&self, is_allowed: bool) -> (bool, String) {
        let run = ["run", "--verbose", "--from-ref", "main", "--to-ref", "HEAD"];
        let mut command = self.command("pre-commit", "work", &run);
        let output = command.env("TRAILINT_ALLOW_RELAXED", is_allowed.to_string()).output().unwrap();
        (output.status.success(), out(&output) + &err(&output))
    }

    fn runs(&self, program: &str, arguments: &[&str]) -> bool {
        self.command(program, "", arguments).output().is_ok_and(|output| output.status.success())
    }

    fn run(&self, program: &str, directory: &str, arguments: &[&str]) -> Output {
        self.command(program, directory, arguments).output().unwrap()
    }

    /// With a home of its own, so that nobody's settings matter.
    fn command(&self, program: &str, directory: &str, arguments: &[&str]) -> Command {
        let trailint = Path::new(env!("CARGO_BIN_EXE_trailint")).parent().unwrap().to_owned();
        let before = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([trailint].into_iter().chain(std::env::split_paths(&before))).unwrap();
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.scratch.path(directory)).env_clear().env("PATH", path);
        command.env("HOME", self.scratch.path("")).env("PRE_COMMIT_HOME", self.scratch.path("cache"));
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "a").env(format!("GIT_{role}_EMAIL"), "a@example.com");
        }
        command
    }
}

/// A good trail whose reach a file of values decides.
const DECIDED: &str =
    "variable \"m\" {\n  default = false\n}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n}\n";

#[test]
fn commits_are_stopped_when_no_trail_is_left_that_is_good() {
    let test = "commits_are_stopped_when_no_trail_is_left_that_is_good";
    let files = [("main.tf", GOOD), ("app/main.tf", DECIDED), ("app/terraform.tfvars", "m = true\n")];
    let Some(repository) = Repository::new("pre-commit", "no-compliant-trail", &files) else {
        return skipped(test, "there is no pre-commit");
    };
    repository.write("README.md", "words");
    let (passes, said) = repository.commit();
    assert!(passes, "{said}");
    repository.write("main.tf", BAD);
    let (passes, said) = repository.commit();
    assert!(!passes && said.contains("no-compliant-trail"), "{said}");
    repository.write("main.tf", GOOD);
    let remove = |path: &str| std::fs::remove_file(repository.scratch.path("work").join(path)).unwrap();
    remove("app/terraform.tfvars");
    let (passes, said) = repository.commit();
    assert!(!passes && said.contains("no-compliant-trail"), "{said}");
    repository.write("app/terraform.tfvars", "m = true\n");
    remove("main.tf");
    let (passes, said) = repository.commit();
    assert!(!passes, "{said}");
}

#[test]
fn everything_is_checked_when_nothing_is_staged() {
    let test = "everything_is_checked_when_nothing_is_staged";
    let files = [("main.tf", BAD), ("other/main.tf", GOOD)];
    let Some(repository) = Repository::new("pre-commit-all", "no-compliant-trail", &files) else {
        return skipped(test, "there is no pre-commit");
    };
    let output = repository.run("pre-commit", "work", &["run", "--all-files"]);
    assert_eq!(status(&output), 1, "{}", out(&output));
    assert!(out(&output).contains("no-compliant-trail"), "{}", out(&output));
    repository.write("main.tf", GOOD);
    repository.git("work", &["commit", "--all", "--quiet", "--no-verify", "--message", "mend"]);
    let output = repository.run("pre-commit", "work", &["run", "--all-files"]);
    assert_eq!(status(&output), 0, "{}", out(&output));
}

/// The ways to accept the finding in `main.tf`, each as the arguments of a command, or else a file and its text.
const ACCEPTING: [(&[&str], &str, &str); 3] = [
    (&["check", "--select", "single-region-trail", "--add-ignore=planned"], "", ""),
    (&["baseline", "create", "--select", "single-region-trail"], "", ""),
    (&[], "trailint.toml", "[[ignore]]\nrule = \"single-region-trail\"\nreason = \"planned\"\n"),
];

#[test]
fn what_is_accepted_is_committed_reviewed_and_merged() {
    let test = "what_is_accepted_is_committed_reviewed_and_merged";
    for (number, (arguments, path, text)) in ACCEPTING.into_iter().enumerate() {
        let name = format!("pre-commit-accept-{number}");
        let Some(repository) = Repository::new(&name, "single-region-trail", &[("README.md", "words")]) else {
            return skipped(test, "there is no pre-commit");
        };
        repository.git("work", &["branch", "--move", "main"]);
        repository.git("work", &["checkout", "--quiet", "-b", "topic"]);
        repository.write("main.tf", BAD);
        let (passes, said) = repository.commit();
        assert!(!passes && said.contains("error[single-region-trail]"), "{said}");
        // Accept: nothing but the hook itself has to let the commit pass.
        match arguments {
            [] => repository.write(path, text),
            arguments => drop(repository.run("trailint", "work", arguments)),
        }
        let (passes, said) = repository.commit();
        assert!(passes, "{said}");
        // Review.
        let (passes, said) = repository.passes_review(false);
        assert!(!passes && said.contains("error[weakened-gate]"), "{said}");
        assert!(said.contains("TRAILINT_ALLOW_RELAXED=1"), "{said}");
        let (passes, said) = repository.passes_review(true);
        assert!(passes && said.contains("warning[weakened-gate]"), "{said}");
        // Merge.
        repository.git("work", &["checkout", "--quiet", "main"]);
        repository.git("work", &["merge", "--quiet", "--no-ff", "--message", "merge", "topic"]);
        repository.git("work", &["checkout", "--quiet", "-b", "later"]);
        repository.write("README.md", "more words");
        let (passes, said) = repository.commit();
        assert!(passes, "{said}");
        let (passes, said) = repository.passes_review(false);
        assert!(passes && !said.contains("weakened-gate"), "{said}");
    }
}

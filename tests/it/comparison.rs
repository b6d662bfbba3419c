//! What a change brings: stories in repositories.

use std::process::Output;

use super::cli::{Scratch, err, out, status};
use super::repository::Repository;

const GOOD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = true\n}\n";
const BAD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"t\"\n}\n";

/// What errors a check tells, each as `rule path`, and with which status it ends.
fn told(repository: &Repository, arguments: &[&str]) -> (i32, Vec<String>) {
    let output = repository.run(&[&["check", "-f", "concise", "--min-level", "error"], arguments].concat());
    (status(&output), lines(&output))
}

fn lines(output: &Output) -> Vec<String> {
    let rule = |line: &str| {
        let (place, rest) = line.split_once(": ").unwrap();
        let rule = rest.split(['[', ']']).nth(1).unwrap().to_owned();
        format!("{rule} {}", place.split(':').next().unwrap())
    };
    assert_ne!(status(output), 2, "{}", err(output));
    out(output).lines().map(rule).collect()
}

fn nothing() -> (i32, Vec<String>) {
    (0, Vec::new())
}

fn only(diagnostic: &str) -> (i32, Vec<String>) {
    (1, vec![diagnostic.to_owned()])
}

#[test]
fn the_module_of_a_unit_that_exists_in_the_base_is_no_root() {
    let Some(repository) = Repository::new("unit-base") else { return };
    let module = "variable \"on\" {\n  default = false\n}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.on\n}\n";
    let unit = |on: &str| format!("terraform {{\n  source = \"../mod\"\n}}\ninputs = {{\n  on = {on}\n}}\n");
    repository.write("mod/main.tf", module).write("prod/terragrunt.hcl", unit("true")).commit();
    repository.write("prod/terragrunt.hcl", format!("{}# Changed.\n", unit("true")));
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), nothing());
    repository.write("prod/terragrunt.hcl", unit("false"));
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), only("single-region-trail mod/main.tf"));
    // A unit that the change adds doesn't hide a root.
    let Some(repository) = Repository::new("unit-new") else { return };
    repository.write("mod/main.tf", GOOD).commit();
    repository.write("mod/main.tf", module).write("prod/terragrunt.hcl", unit("true"));
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), only("single-region-trail mod/main.tf"));
}

#[test]
fn only_what_is_new_counts() {
    let Some(repository) = Repository::new("new") else { return };
    repository.write("old/main.tf", BAD).commit();
    assert_eq!(told(&repository, &[]), only("single-region-trail old/main.tf"));
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), nothing());
    repository.write("old/main.tf", format!("# moved\n\n{BAD}")).write("new/main.tf", BAD);
    let output = repository.run(&["check", "--diff-base", "main", "-f", "concise"]);
    assert_eq!((status(&output), lines(&output).len()), (1, lines(&output).len()));
    assert_eq!(told(&repository, &["--diff-base", "main"]), only("single-region-trail new/main.tf"));
    assert!(err(&output).contains("(already at `main`)"), "{}", err(&output));
    let shown = repository.run(&["check", "--diff-base", "main", "--show-suppressed"]);
    assert!(out(&shown).contains("suppressed: already at `main`"), "{}", out(&shown));
    // It is as new when it is named, though git doesn't track it.
    assert_eq!(told(&repository, &["new/main.tf", "--diff-base", "main"]), only("single-region-trail new/main.tf"));
    assert_eq!(told(&repository, &["--diff-base", "main", "--enforce", "single-region-trail"]).1.len(), 2);
}

#[test]
fn a_result_that_is_not_evaluated_is_no_existing_finding() {
    let Some(repository) = Repository::new("not-evaluated") else { return };
    repository.write("main.tf", "resource \"aws_cloudtrail\" \"t\" {\n  s3_bucket_name = \"logs\"\n}\n").commit();
    let compared = ["check", "--diff-base", "HEAD", "--select", "bucket-policy-blocks-delivery"];
    assert_eq!(
        err(&repository.run(&compared)),
        "All checks passed for 1 trail (1 file); 1 not evaluated (declared elsewhere; `-v` lists it).\n"
    );
    let compared = ["check", "--diff-base", "HEAD"];
    let said = err(&repository.run(&compared));
    assert!(said.starts_with("No new findings in 1 trail (1 file): "), "{said}");
}

#[test]
fn a_trail_that_goes_is_missed_where_it_was() {
    let Some(repository) = Repository::new("gone") else { return };
    repository.write("prod/trail.tf", GOOD).write("prod/main.tf", "").write("test/main.tf", BAD).commit();
    repository.remove("prod/trail.tf");
    let output = repository.run(&["check", "--diff-base", "HEAD", "-f", "concise", "--min-level", "error"]);
    let expected = "prod/trail.tf: error[no-compliant-trail] deployment `prod` no longer has a trail; at `HEAD`, it had one \
                    that meets every condition\n";
    assert_eq!((status(&output), out(&output)), (1, expected.to_owned()));
    repository.write("prod/trail.tf", GOOD.replace("{\n", "{\n  count = 0\n"));
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), only("no-compliant-trail prod/trail.tf"));
    repository.write("trailint.toml", "[[ignore]]\nrule = \"no-compliant-trail\"\nreason = \"closed\"\n").commit();
    repository.write("prod/trail.tf", GOOD).commit().remove("prod/trail.tf");
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), nothing());
    // A trail that broke the control is no loss.
    repository.write("trailint.toml", "").write("prod/trail.tf", GOOD).commit().remove("test/main.tf");
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), nothing());
    repository.git(["rm", "-r", "--quiet", "--cached", "."]);
    assert_eq!(told(&repository, &["--scope", "staged"]).1, ["no-compliant-trail prod/trail.tf"]);
}

#[test]
fn a_copy_of_a_trail_that_goes_takes_no_place() {
    let template = "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n      \
                    S3BucketName: logs\n      IsMultiRegionTrail: true\n      IncludeGlobalServiceEvents: true\n";
    let call = "module \"t\" {\n  source = \"../modules/t\"\n}\n";
    let root = |name: &'static str, text: &'static str| (format!("{name}/main.tf"), text);
    let cases = [
        [root("prod", GOOD), root("dev", GOOD)],
        [root("prod", call), root("dev", call)],
        [root("prod", GOOD), ("dev/tests/fixtures/main.tf".to_owned(), GOOD)],
        [("prod.yaml".to_owned(), template), ("dev.yaml".to_owned(), template)],
    ];
    for [(path, text), (copy, _)] in cases {
        let Some(repository) = Repository::new("copies") else { return };
        let declared = if text == call { "modules/t/main.tf" } else { path.as_str() };
        let gone = only(&format!("no-compliant-trail {declared}"));
        let each = [&["--diff-base", "HEAD"][..], &["--diff-base", "HEAD", "--locked"]];
        repository.write("modules/t/main.tf", if text == call { GOOD } else { "" });
        repository.write("prod/more.tf", "locals {}").write(&path, text).write(&copy, text).commit();
        repository.remove(&path);
        for arguments in each {
            assert_eq!(told(&repository, arguments), gone, "{path}");
        }
        repository.git(["add", "--all"]);
        assert_eq!(told(&repository, &["--scope", "staged"]), gone, "{path}");
        if text == GOOD {
            repository.write(&path, GOOD.replace("{\n", "{\n  count = 0\n"));
            assert_eq!(told(&repository, &["--diff-base", "HEAD"]), gone, "{path}");
            repository.remove(&path);
        }
        // It has moved if there is a new one, which takes the place of one.
        let new = if path.ends_with(".yaml") { "new.yaml" } else { "new/main.tf" };
        repository.write(new, text);
        for arguments in each {
            assert_eq!(told(&repository, arguments), nothing(), "{path}");
        }
        repository.remove(&copy);
        let (status, lines) = told(&repository, &["--diff-base", "HEAD"]);
        assert_eq!((status, lines.len()), (1, 1), "{path}: {lines:?}");
        let again = if path.ends_with(".yaml") { "again.yaml" } else { "again/main.tf" };
        repository.write(again, text);
        assert_eq!(told(&repository, &["--diff-base", "HEAD"]), nothing(), "{path}");
    }
}

#[test]
fn a_deployment_that_satisfied_the_control_already_takes_no_place() {
    let Some(repository) = Repository::new("merged-roots") else { return };
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"../modules/t\"\n}}\n");
    repository
        .write("modules/t/main.tf", GOOD)
        .write("prod/main.tf", call("t"))
        .write("dev/main.tf", call("t"))
        .commit();
    repository.remove("prod/main.tf").write("dev/main.tf", call("t") + &call("u"));
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), only("no-compliant-trail modules/t/main.tf"));
    // One without a trail does.
    repository.write("prod/main.tf", call("t")).write("dev/main.tf", "locals {}").commit();
    repository.remove("prod/main.tf").write("dev/main.tf", call("u"));
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), nothing());
}

#[test]
fn what_decides_a_value_is_seen_wherever_it_is() {
    let module =
        "variable \"m\" { default = true }\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n}\n";
    let root = "variable \"wide\" {}\nmodule \"trail\" {\n  source = \"../modules/trail\"\n  m = var.wide\n}\n";
    let Some(repository) = Repository::new("values") else { return };
    repository.write("modules/trail/main.tf", module).write("prod/main.tf", root);
    repository.write("prod/terraform.tfvars", "wide = true\n").write("vars/prod.tfvars", "wide = true\n").commit();
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), nothing());
    repository.write("prod/terraform.tfvars", "wide = false\n");
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), only("single-region-trail modules/trail/main.tf"));
    // Where annotations stand beside changed lines, that is where it shows.
    for (format, place) in [("github", "file=prod/terraform.tfvars,line=1,"), ("rdjson", "prod/terraform.tfvars")] {
        let arguments = ["check", "--diff-base", "HEAD", "-f", format, "--select", "single-region-trail"];
        let text = String::from_utf8(repository.run(&arguments).stdout).unwrap();
        let shown = text.find(place).unwrap_or_else(|| panic!("{format}: {text}"));
        assert!(text.find("modules/trail/main.tf").is_none_or(|elsewhere| shown < elsewhere), "{format}: {text}");
    }
    repository.write("prod/terraform.tfvars", "wide = true\n").write("vars/prod.tfvars", "wide = false\n");
    let given = ["prod", "--diff-base", "HEAD", "--var-file", "vars/prod.tfvars"];
    assert_eq!(told(&repository, &given), only("single-region-trail modules/trail/main.tf"));
    // What isn't tracked is the same, now and then.
    repository.write("local.tfvars", "wide = false\n");
    assert_eq!(told(&repository, &["prod", "--diff-base", "HEAD", "--var-file", "local.tfvars"]), nothing());
    repository.git(["add", "local.tfvars"]);
    let given = ["prod", "--diff-base", "HEAD", "--var-file", "local.tfvars"];
    assert_eq!(told(&repository, &given), only("single-region-trail modules/trail/main.tf"));
    // Another module takes the place of the first.
    repository.write("vars/prod.tfvars", "wide = true\n");
    repository.write("modules/other/main.tf", module.replace("var.m", "false"));
    repository.write("prod/main.tf", root.replace("modules/trail", "modules/other"));
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), only("single-region-trail modules/other/main.tf"));
}

#[test]
fn what_another_trail_excused_counts_when_that_goes() {
    let Some(repository) = Repository::new("excused") else { return };
    repository.write("a.tf", BAD).write("b.tf", GOOD.replace("\"t\"", "\"wide\"")).commit();
    assert_eq!(told(&repository, &[]), nothing());
    repository.remove("b.tf");
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), only("single-region-trail a.tf"));
}

#[test]
fn a_deployment_that_moves_as_it_is_stays_what_it_was() {
    let Some(repository) = Repository::new("renamed") else { return };
    repository.write("bad/main.tf", BAD).write("good/main.tf", GOOD.replace("\"t\"", "\"other\"")).commit();
    repository.git(["mv", "bad", "worse"]);
    repository.git(["mv", "good", "better"]);
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), nothing());
    assert_eq!(told(&repository, &["--scope", "staged"]), nothing());
    // A copy is new.
    repository.write("copy/main.tf", BAD);
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]).1.len(), 1);
}

#[test]
fn a_branch_is_not_blamed_for_what_it_lacks() {
    let Some(repository) = Repository::new("base") else { return };
    repository.write("a.tf", BAD).commit();
    repository.git(["checkout", "--quiet", "-b", "topic"]);
    repository.write("README", "").commit();
    repository.git(["checkout", "--quiet", "main"]);
    repository.write("a.tf", GOOD).commit();
    repository.git(["checkout", "--quiet", "topic"]);
    assert_eq!(told(&repository, &["--diff-base", "main"]), nothing());
}

#[test]
fn a_suppression_that_goes_leaves_its_finding() {
    let Some(repository) = Repository::new("unsuppressed") else { return };
    repository.write("a.tf", format!("# trailint: ignore[single-region-trail] for now\n{BAD}")).commit();
    assert_eq!(told(&repository, &[]), nothing());
    repository.write("a.tf", BAD);
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), only("single-region-trail a.tf"));
}

#[test]
fn staged_is_what_will_be_committed() {
    let Some(repository) = Repository::new("scope") else { return };
    repository.write("a.tf", GOOD);
    // There is no commit yet.
    repository.git(["add", "a.tf"]);
    repository.write("a.tf", BAD);
    assert_eq!(told(&repository, &["--scope", "staged"]), nothing());
    repository.git(["add", "a.tf"]);
    assert_eq!(told(&repository, &["--scope", "staged"]), only("single-region-trail a.tf"));
    assert_eq!(told(&repository, &["--scope", "auto"]), only("single-region-trail a.tf"));
    repository.commit().write("b/main.tf", BAD);
    assert_eq!(told(&repository, &["--scope", "staged"]), nothing());
    // Nothing is staged, so everything counts.
    assert_eq!(told(&repository, &["--scope", "auto"]).1.len(), 2);
    repository.git(["add", "b"]);
    assert_eq!(told(&repository, &["--scope", "auto"]), only("single-region-trail b/main.tf"));
    assert_eq!(told(&repository, &["--scope", "auto", "--diff-base", "HEAD"]), only("single-region-trail b/main.tf"));
    // A hook of `git commit FILE` is given an index of its own.
    let mut command = repository.command(&["check", "--scope", "auto"]);
    std::fs::copy(repository.root.join(".git/index"), repository.root.join(".git/other")).unwrap();
    repository.git(["reset", "--quiet"]);
    let output = command.env("GIT_INDEX_FILE", repository.root.join(".git/other")).output().unwrap();
    assert_eq!(status(&output), 1, "{}", err(&output));
}

#[test]
fn what_is_pushed_is_compared_with_what_is_there() {
    let Some(repository) = Repository::new("pushed") else { return };
    repository.write("a.tf", BAD).commit().write("b/main.tf", BAD).commit().write("c/main.tf", BAD).commit();
    let push = |from: &str, to: &str| {
        let mut command = repository.command(&["check", "-f", "concise", "--min-level", "error", "--scope", "auto"]);
        lines(&command.env("PRE_COMMIT_FROM_REF", from).env("PRE_COMMIT_TO_REF", to).output().unwrap())
    };
    assert_eq!(push("HEAD~2", "HEAD~1"), ["single-region-trail b/main.tf"]);
    assert_eq!(push("HEAD~1", "HEAD"), ["single-region-trail c/main.tf"]);
    assert_eq!(push(&"0".repeat(40), "HEAD~1").len(), 2);
}

#[test]
fn line_endings_and_linked_work_trees_change_nothing() {
    let Some(repository) = Repository::new("endings") else { return };
    repository.write(".gitattributes", "*.tf text eol=crlf\n").write("a.tf", BAD).commit();
    repository.git(["worktree", "add", "--quiet", "linked", "-b", "topic"]);
    let text = std::fs::read_to_string(repository.root.join("linked/a.tf")).unwrap();
    assert!(text.contains("\r\n"));
    let check = |more: &[&str]| {
        let mut command = repository.command(&[&["check", "--min-level", "error", "-f", "concise"], more].concat());
        lines(&command.current_dir(repository.root.join("linked")).output().unwrap())
    };
    assert_eq!(check(&["--diff-base", "main"]), Vec::<String>::new());
    assert_eq!(check(&["--diff-base", "main", "a.tf"]), Vec::<String>::new());
    repository.git(["-C", "linked", "mv", "a.tf", "b.tf"]);
    assert_eq!(check(&["--scope", "staged"]), Vec::<String>::new());
    repository.write("linked/inner/main.tf", BAD);
    assert_eq!(check(&["--diff-base", "main"]), ["single-region-trail inner/main.tf"]);
}

#[test]
fn a_root_of_the_base_stays_one_below_a_new_caller() {
    let Some(repository) = Repository::new("callers") else { return };
    let template = |everywhere: &str| {
        format!(
            "Parameters:\n  Everywhere: {{ Type: String, Default: '{everywhere}' }}\nResources:\n  Audit:\n    \
             Type: AWS::CloudTrail::Trail\n    Properties:\n      S3BucketName: logs\n      IsLogging: true\n      \
             IsMultiRegionTrail: !Ref Everywhere\n      IncludeGlobalServiceEvents: true\n"
        )
    };
    let bucket = "Resources:\n  Logs:\n    Type: AWS::S3::Bucket\n";
    repository.write("good.yaml", template("true")).write("moved.yaml", template("true"));
    repository.write("new.yaml", bucket).write("module/main.tf", GOOD).write("late/main.tf", "").commit();
    let caller = |name: &str| {
        format!(
            "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    \
             Properties: {{ TemplateURL: {name}, Parameters: {{ Everywhere: 'true' }} }}\n"
        )
    };
    // A new caller takes nothing away, and a file that moves below its caller keeps its trail.
    repository.write("of-good.yaml", caller("good.yaml"));
    repository.remove("moved.yaml").write("child/moved.yaml", template("true"));
    repository.write("of-moved.yaml", caller("child/moved.yaml"));
    repository.write("main.tf", "module \"m\" {\n  source = \"./module\"\n}\n");
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), nothing());
    assert_eq!(told(&repository, &["--locked", "--diff-base", "HEAD"]), nothing());
    // Nor does one hide what fails without it.
    repository.write("new.yaml", template("false")).write("of-new.yaml", caller("new.yaml"));
    let late = "variable \"m\" {\n  default = false\n}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n}\n";
    repository.write("late/main.tf", late);
    repository.write("of-late.tf", "module \"late\" {\n  source = \"./late\"\n  m      = true\n}\n");
    let found = ["single-region-trail late/main.tf", "single-region-trail new.yaml"].map(str::to_owned);
    assert_eq!(told(&repository, &["--locked", "--diff-base", "HEAD"]), (1, found.to_vec()));
    // What the base doesn't have is a part of its caller.
    assert_eq!(told(&repository, &[]), nothing());
}

#[test]
fn named_deployments_are_compared_by_name() {
    let Some(repository) = Repository::new("roots") else { return };
    let app = "variable \"m\" {}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n}\n";
    let roots = "[[root]]\nname = \"a\"\npath = \"app\"\nvar-files = [\"a.tfvars\"]\n\
                 [[root]]\nname = \"b\"\npath = \"app\"\nvar-files = [\"b.tfvars\"]\n";
    repository.write("app/main.tf", app).write("trailint.toml", roots);
    repository.write("a.tfvars", "m = false").write("b.tfvars", "m = true").commit();
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), nothing());
    repository.write("b.tfvars", "m = false");
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), only("single-region-trail app/main.tf"));
    repository.commit().write("c.tfvars", "m = false");
    let more = format!("{roots}[[root]]\nname = \"c\"\npath = \"app\"\nvar-files = [\"c.tfvars\"]\n");
    repository.write("trailint.toml", more).git(["add", "c.tfvars"]);
    let found = ["single-region-trail app/main.tf", "weakened-gate trailint.toml"].map(str::to_owned);
    assert_eq!(told(&repository, &["--diff-base", "HEAD"]), (1, found.to_vec()));
}

#[test]
fn what_cannot_be_compared_ends_the_run_with_a_sentence() {
    let Some(repository) = Repository::new("sentences") else { return };
    repository.write("a.tf", GOOD).commit();
    let root = repository.root.display().to_string();
    let complaint = |arguments: &[&str]| {
        let output = repository.run(&[&["check"], arguments].concat());
        assert_eq!((status(&output), out(&output)), (2, String::new()), "{arguments:?}");
        err(&output)
    };
    let expected = format!("error: unknown revision `nowhere` in the repository at `{root}`\n");
    assert_eq!(complaint(&["--diff-base", "nowhere"]), expected);
    assert!(complaint(&["--diff-base=--output=x"]).contains("unknown revision"));
    assert!(complaint(&["--scope", "staged", "--add-ignore"]).contains("working tree"));
    let outside = Scratch::new("outside-git", &[("a.tf", GOOD)]);
    let there = outside.path("a.tf").display().to_string();
    assert!(complaint(&["--diff-base", "HEAD", ".", &there]).contains("isn't in a git repository"));
    let output = repository.command(&["check", "--diff-base", "HEAD"]).env("PATH", "/nowhere").output().unwrap();
    assert_eq!(status(&output), 2);
    assert!(err(&output).starts_with("error: `git` isn't installed"), "{}", err(&output));
    let output = outside.run(&["check", "--scope", "auto"]);
    assert_eq!(status(&output), 0, "{}", err(&output));
}

#[test]
fn a_bare_repository_among_the_files_is_none() {
    let Some(repository) = Repository::new("bare") else { return };
    repository.write("a.tf", GOOD).commit();
    repository.git(["init", "--quiet", "--bare", "inner"]);
    repository.write("inner/main.tf", BAD);
    assert_eq!(told(&repository, &["inner", "--diff-base", "HEAD"]), only("single-region-trail inner/main.tf"));
}

#[test]
fn a_text_that_git_has_elsewhere_is_not_passed_over() {
    let Some(repository) = Repository::new("pointers") else { return };
    repository.write("a.tf", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    repository.git(["add", "a.tf"]);
    assert_eq!(told(&repository, &["--scope", "staged"]), only("unreadable-file a.tf"));
}

/// A file of the base that can't be read might have had a trail.
#[test]
fn a_base_that_a_partial_clone_lacks_is_an_error() {
    let Some(origin) = Repository::new("whole-clone") else { return };
    origin.write("a.tf", GOOD).write("b.tf", "").commit().remove("a.tf").commit();
    origin.git(["config", "uploadpack.allowFilter", "true"]);
    let Some(clone) = Repository::new("partial-clone") else { return };
    let url = format!("file://{}", origin.root.display());
    clone.git(["clone", "--quiet", "--filter=blob:none", &url, "partial"]);
    let output = clone.run(&["check", "partial", "--diff-base", "HEAD~1"]);
    assert_eq!(status(&output), 2, "{}", out(&output));
    assert!(err(&output).contains("a.tf` in the base: it is missing in the clone"), "{}", err(&output));
}

/// A program in the place of git whose lines don't end is no git.
#[cfg(unix)]
#[test]
fn a_long_line_of_git_ends_the_check() {
    use std::os::unix::fs::PermissionsExt;

    let Some(repository) = Repository::new("long-line") else { return };
    repository.write("a.tf", GOOD).commit();
    let path = std::env::var("PATH").unwrap();
    let script = |digits: usize| {
        format!(
            "#!/bin/sh\nPATH='{path}'\ncase \"$*\" in\n  *cat-file*)\n    read -r name\n    \
             printf '%s blob %0{digits}d\\n\\n' \"$name\" 0\n    ;;\n  *) exec git \"$@\" ;;\nesac\n"
        )
    };
    let name = repository.git(["rev-parse", "HEAD:a.tf"]);
    // The working tree has another content, so that the object is read.
    repository.write("a.tf", format!("{GOOD}# Changed.\n"));
    let most = 256 - name.len() - " blob \n".len();
    for (digits, is_too_long) in [(most, false), (most + 1, true)] {
        let scratch = Scratch::new("long-line", &[("git", &script(digits))]);
        std::fs::set_permissions(scratch.path("git"), std::fs::Permissions::from_mode(0o755)).unwrap();
        let programs = scratch.path("").display().to_string();
        let output = repository.command(&["check", "--diff-base", "HEAD"]).env("PATH", &programs).output().unwrap();
        let is_refused = err(&output).contains("unexpected output of git");
        assert_eq!((is_refused, status(&output) == 2), (is_too_long, is_too_long), "{}", err(&output));
    }
}

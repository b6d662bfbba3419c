//! A change can't switch off the gate that it has to pass without being seen.

use super::cli::{err, out, status};
use super::repository::Repository;

const GOOD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = true\n}\n";
const BAD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"t\"\n}\n";

/// What is said of the gate, each as `path:line what`, and whether that fails the run.
fn weakened(repository: &Repository, arguments: &[&str]) -> (i32, Vec<String>) {
    let base: &[&str] = if arguments.contains(&"--diff-base") { &[] } else { &["--diff-base", "HEAD"] };
    let output = repository.run(&[&["check", "-f", "concise"], base, arguments].concat());
    assert_ne!(status(&output), 2, "{}", err(&output));
    let said = out(&output);
    let said = said.lines().filter_map(|line| {
        let (place, what) = line.split_once(": error[weakened-gate] this change ")?;
        Some(format!("{} {what}", place.split(':').take(2).collect::<Vec<_>>().join(":")))
    });
    (status(&output), said.collect())
}

fn only(diagnostic: &str) -> (i32, Vec<String>) {
    (1, vec![diagnostic.to_owned()])
}

#[test]
fn each_setting_that_asks_for_less_is_told() {
    let Some(repository) = Repository::new("settings") else { return };
    repository.write("a.tf", GOOD).write("app/main.tf", "");
    let cases = [
        ("", "select = [\"no-compliant-trail\", \"stopped-trail\"]", "disables `single-region-trail`"),
        ("", "ignore = [\"stopped-trail\"]", "disables `stopped-trail`"),
        (
            "select = [\"stopped-trail\"]\nextend-select = [\"split-selectors\"]",
            "select = [\"stopped-trail\"]",
            "disables `split-selectors`",
        ),
        ("", "levels = { stopped-trail = \"note\" }", "lowers the level of `stopped-trail`"),
        ("levels = { split-selectors = \"error\" }", "", "lowers the level of `split-selectors`"),
        ("", "fail-on = \"never\"", "relaxes `fail-on`"),
        ("fail-on = \"note\"", "fail-on = \"warning\"", "relaxes `fail-on`"),
        ("", "unknown = \"ignore\"", "relaxes `unknown`"),
        ("unknown = \"fail\"", "", "relaxes `unknown`"),
        ("require-trail = true", "", "relaxes `require-trail`"),
        ("every-trail = true", "every-trail = false", "relaxes `every-trail`"),
        ("selector-policy = \"literal\"", "", "relaxes `selector-policy`"),
        ("parameter-policy = \"any\"", "", "relaxes `parameter-policy`"),
        ("", "parameter-policy = \"any\"", "relaxes `parameter-policy`"),
        ("", "regions = [\"eu-west-1\"]", "relaxes `regions`"),
        ("regions = [\"eu-west-1\", \"us-east-1\"]", "regions = [\"eu-west-1\"]", "relaxes `regions`"),
        ("", "exclude = [\"examples/**\"]", "excludes `examples/**`"),
        ("", "honor = [\"checkov\"]", "honors the comments of Checkov"),
        ("enforce = [\"stopped-trail\"]", "", "allows findings of `stopped-trail` to be suppressed"),
        ("[[root]]\nname = \"x\"\npath = \"app\"", "", "removes the deployment `x`"),
        ("", "[[module]]\nsource = \"a/b/aws\"\npath = \"app\"", "reads the module `a/b/aws` from `app`"),
        (
            "[[module]]\nsource = \"a/b/aws\"\npath = \".\"",
            "[[module]]\nsource = \"a/b/aws\"\npath = \"app\"",
            "reads the module `a/b/aws` from `app`",
        ),
        ("", "[[ignore]]\nrule = \"stopped-trail\"", "suppresses findings of `stopped-trail`"),
        (
            "[[ignore]]\nrule = \"stopped-trail\"\nuntil = 2999-01-31",
            "[[ignore]]\nrule = \"stopped-trail\"\nuntil = 2999-02-01",
            "suppresses findings of `stopped-trail`",
        ),
    ];
    for (before, after, expected) in cases {
        repository.write("trailint.toml", before).commit();
        assert_eq!(weakened(&repository, &[]), (0, Vec::new()), "{before}");
        repository.write("trailint.toml", after);
        let (status, said) = weakened(&repository, &[]);
        let has = said.iter().any(|line| line.starts_with("trailint.toml") && line.ends_with(expected));
        assert!(status == 1 && has, "{before} -> {after}: {status} {said:?}");
        // The other way round, nothing asks for less.
        repository.commit().write("trailint.toml", before);
        let is_stricter = !expected.contains("parameter-policy") && !before.contains("[[module]]");
        assert!(!is_stricter || weakened(&repository, &[]).1.is_empty(), "{after} -> {before}");
    }
}

#[test]
fn a_setting_is_told_where_it_is_and_a_removed_one_in_its_file() {
    let Some(repository) = Repository::new("places") else { return };
    repository.write("a.tf", GOOD).write("trailint.toml", "# all\nenforce = [\"stopped-trail\"]\n").commit();
    repository.write("trailint.toml", "# all\nfail-on = \"never\"\n");
    let expected =
        ["trailint.toml allows findings of `stopped-trail` to be suppressed", "trailint.toml:2 relaxes `fail-on`"];
    assert_eq!(weakened(&repository, &[]), (1, expected.map(str::to_owned).to_vec()));
    // Nobody need be asked about what the command line says.
    assert_eq!(weakened(&repository, &["--fail-on", "never"]).0, 0);
    repository.remove("trailint.toml");
    assert_eq!(weakened(&repository, &[]), only("trailint.toml allows findings of `stopped-trail` to be suppressed"));
}

#[test]
fn a_setting_without_a_say_is_told_in_the_file_that_has_it() {
    let Some(repository) = Repository::new("apart") else { return };
    repository.write("a.tf", GOOD).commit();
    repository.write(".trailint.toml", "fail-on = \"never\"\n");
    assert_eq!(weakened(&repository, &["--locked"]), only(".trailint.toml relaxes `fail-on`"));
    repository.write(".trailint.toml", "extend = \"base.toml\"\n").write("base.toml", "fail-on = \"never\"\n");
    assert_eq!(weakened(&repository, &["--locked"]), only("base.toml relaxes `fail-on`"));
}

#[test]
fn a_comment_that_suppresses_more_is_told() {
    let Some(repository) = Repository::new("comments") else { return };
    repository.write("a.tf", BAD).commit();
    repository.write("a.tf", format!("# trailint: ignore[single-region-trail] fine\n{BAD}"));
    assert_eq!(weakened(&repository, &[]), only("a.tf:1 suppresses a finding of `single-region-trail`"));
    assert_eq!(weakened(&repository, &["--no-ignores"]), (0, Vec::new()));
    repository
        .commit()
        .write("b/main.tf", "")
        .write("a.tf", format!("# moved\n# trailint: ignore[single-region-trail] fine\n{BAD}"));
    assert_eq!(weakened(&repository, &[]), (0, Vec::new()));
}

#[test]
fn a_comment_that_goes_to_another_call_is_told() {
    let Some(repository) = Repository::new("moved-comment") else { return };
    let trail = "variable \"multi\" {}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.multi\n}\n";
    let code = |accepted: &str| {
        let call = |name: &str| {
            let comment = if name == accepted { "# trailint: ignore[single-region-trail] fine\n" } else { "" };
            let multi = name != accepted;
            format!("{comment}module \"{name}\" {{\n  source = \"./trail\"\n  multi  = {multi}\n}}\n")
        };
        ["dev", "prod"].map(call).concat()
    };
    repository.write("trail/main.tf", trail).write("main.tf", code("dev")).commit();
    assert_eq!(weakened(&repository, &[]), (0, Vec::new()));
    repository.write("main.tf", code("prod"));
    let told = only("main.tf:5 suppresses a finding of `single-region-trail`");
    assert_eq!(weakened(&repository, &[]), told);
    assert_eq!(weakened(&repository, &["--locked", "--config", "every-trail=true"]), (1, Vec::new()));
    repository.write("main.tf", format!("# a line more\n{}", code("dev")));
    assert_eq!(weakened(&repository, &[]), (0, Vec::new()));
}

#[test]
fn an_old_comment_accepts_no_new_instance() {
    let module = "variable \"wide\" {\n  default = false\n}\nresource \"aws_cloudtrail\" \"t\" {\n  \
                  is_multi_region_trail = var.wide\n}\n";
    let call = |arguments: &str| {
        format!(
            "module \"x\" {{ # trailint: ignore[single-region-trail] dev is accepted\n  source = \"./m\"\n{arguments}}}\n"
        )
    };
    let own = |arguments: &str| {
        format!("resource \"aws_cloudtrail\" \"t\" {{ # trailint: ignore[single-region-trail] dev\n{arguments}}}\n")
    };
    let values = |prod: &str| format!("  for_each = {{ dev = false, prod = {prod} }}\n");
    let wide = |prod: &str| values(prod) + "  wide = each.value\n";
    let each = |keys: &str| format!("  for_each = toset([{keys}])\n");
    let own_wide = |prod: &str| values(prod) + "  is_multi_region_trail = each.value\n";
    let count = |count: &str| format!("  count = {count}\n");
    let cases = [
        (call(&wide("true")), call(&wide("false"))),
        (call(&each("\"a\"")), call(&each("\"a\", \"b\""))),
        (call(&count("1")), call(&count("2"))),
        (call(""), call(&count("2"))),
        (own(&own_wide("true")), own(&own_wide("false"))),
        (own(&each("\"a\"")), own(&each("\"a\", \"b\""))),
        (own(""), own(&count("2"))),
    ];
    let every = ["--config", "every-trail=true"];
    for (before, after) in cases {
        let Some(repository) = Repository::new("instances") else { return };
        repository.write("m/main.tf", module).write("main.tf", &before).commit();
        assert_eq!(weakened(&repository, &every).0, 0, "{before}");
        repository.write("main.tf", &after);
        assert_eq!(
            weakened(&repository, &every),
            only("main.tf:1 suppresses a finding of `single-region-trail`"),
            "{after}"
        );
        repository.git(["add", "--all"]);
        let staged = level_with(&repository, &[], &[&every[..], &["--scope", "staged"]].concat());
        assert_eq!(staged, (0, Some("warning".to_owned())), "{after}");
        assert_eq!(weakened(&repository, &[&every[..], &["--locked"]].concat()), (1, Vec::new()), "{after}");
        // Fewer are none that is new.
        repository.commit().write("main.tf", &before);
        for locked in [&[][..], &["--locked"]] {
            assert_eq!(weakened(&repository, &[&every[..], locked].concat()).0, 0, "{after} -> {before}");
        }
    }
}

#[test]
fn an_old_comment_at_a_call_accepts_nothing_of_another_deployment() {
    let Some(repository) = Repository::new("shared-call") else { return };
    let accepted = "module \"t\" { # trailint: ignore[single-region-trail] fine\n  source = \"../t\"\n}\n";
    let call = "module \"wrap\" {\n  source = \"../wrap\"\n}\n";
    repository.write("t/main.tf", BAD).write("wrap/main.tf", accepted).write("dev/main.tf", call).commit();
    assert_eq!(weakened(&repository, &[]), (0, Vec::new()));
    repository.write("prod/main.tf", call);
    assert_eq!(weakened(&repository, &[]), only("wrap/main.tf:1 suppresses a finding of `single-region-trail`"));
    assert_eq!(weakened(&repository, &["--locked"]), (1, Vec::new()));
}

#[test]
fn a_worse_result_under_an_old_comment_counts_if_comments_are_locked() {
    let selector = |body: &str| {
        format!(
            "resource \"aws_cloudtrail\" \"t\" {{\n  is_multi_region_trail = true\n  event_selector {{ \
             # trailint: ignore[missing-management-events,excluded-event-sources] x\n    {body}\n  }}\n}}\n"
        )
    };
    let template = |body: &str| {
        format!(
            "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Metadata:\n      trailint:\n        ignore:\n          \
             - {{ rule: missing-management-events, reason: x }}\n          - {{ rule: excluded-event-sources, reason: x }}\n    \
             Properties:\n      IsLogging: true\n      S3BucketName: logs\n      IsMultiRegionTrail: true\n      \
             IncludeGlobalServiceEvents: true\n      EventSelectors: [{{ {body} }}]\n"
        )
    };
    let (reads, nothing) = ("read_write_type = \"ReadOnly\"", "include_management_events = false");
    let exclude = |sources: &str| format!("exclude_management_event_sources = [{sources}]");
    let (kms, both) = (exclude("\"kms.amazonaws.com\""), exclude("\"kms.amazonaws.com\", \"rdsdata.amazonaws.com\""));
    let cases = [
        ("main.tf", selector(reads), selector(nothing)),
        ("main.tf", selector(reads), selector("read_write_type = \"WriteOnly\"")),
        ("main.tf", selector(&kms), selector(&both)),
        ("main.yaml", template("ReadWriteType: ReadOnly"), template("IncludeManagementEvents: false")),
    ];
    for (file, better, worse) in cases {
        let Some(repository) = Repository::new("worse-accepted") else { return };
        repository.write(file, &better).commit().write(file, &worse);
        // It accepts the results of its rules.
        assert_eq!(weakened(&repository, &[]), (0, Vec::new()), "{worse}");
        assert_eq!(weakened(&repository, &["--locked"]), (1, Vec::new()), "{worse}");
        let loses_less = !worse.contains("WriteOnly");
        repository.commit().write(file, &better);
        assert_eq!(weakened(&repository, &["--locked"]), (i32::from(!loses_less), Vec::new()), "{better}");
    }
}

#[test]
fn a_comment_that_holds_longer_is_told() {
    let json = |until: &str| {
        format!(
            "{{\"resource\": {{\"aws_cloudtrail\": {{\"t\": {{\n\"//\": \"trailint: ignore[single-region-trail]{until} x\"}}}}}}}}"
        )
    };
    let hcl = |until: &str| format!("# trailint: ignore[single-region-trail]{until} x\n{BAD}");
    let metadata = |until: &str| {
        let until = until.trim().replace("until=", ", until: ");
        format!(
            "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Metadata:\n      trailint:\n        ignore:\n          \
             - {{ rule: single-region-trail, reason: x{until} }}\n    Properties:\n      IsLogging: true\n      \
             S3BucketName: logs\n      IncludeGlobalServiceEvents: true\n"
        )
    };
    for (file, line) in [("main.tf", 1), ("main.tf.json", 2), ("main.yaml", 7)] {
        let text = |until: &str| match file {
            "main.tf" => hcl(until),
            "main.tf.json" => json(until),
            _ => metadata(until),
        };
        let Some(repository) = Repository::new("longer") else { return };
        let told = only(&format!("{file}:{line} suppresses a finding of `single-region-trail` for longer"));
        for after in ["", " until=2099-01-02"] {
            repository.write(file, text(" until=2099-01-01")).commit().write(file, text(after));
            assert_eq!(weakened(&repository, &[]), told, "{file}{after}");
            assert_eq!(weakened(&repository, &["--locked"]), told, "{file}{after}");
            repository.commit().write(file, text(" until=2099-01-01"));
            assert_eq!(weakened(&repository, &[]), (0, Vec::new()), "{file}{after}");
        }
    }
    // Of several, the one that holds longest counts.
    let Some(repository) = Repository::new("two-comments") else { return };
    let both = |until: &str| {
        BAD.replace("{\n", "{ # trailint: ignore[single-region-trail] until=2099-01-01 x\n")
            .replace("  name", &format!("  # trailint: ignore[single-region-trail]{until} y\n  name"))
    };
    repository.write("main.tf", both(" until=2098-01-01")).commit().write("main.tf", both(" until=2098-12-31"));
    assert_eq!(weakened(&repository, &["--ignore", "unused-ignore"]), (0, Vec::new()));
}

#[test]
fn a_file_that_nothing_calls_any_more_was_never_searched() {
    let Some(repository) = Repository::new("uncalled") else { return };
    let call = "module \"t\" {\n  source = \"../../modules/t\"\n}\n";
    repository.write("modules/t/main.tf", GOOD).write("envs/dev/main.tf", call).write("envs/prod/main.tf", call);
    repository.write("envs/prod/o.tf", "locals {}").commit().remove("envs/prod/main.tf");
    let output =
        repository.run(&["check", "--diff-base", "HEAD", "-f", "concise", "--min-level", "error", "envs/prod"]);
    let said = out(&output);
    assert!(said.contains("[no-compliant-trail]") && said.lines().count() == 1, "{said}");
}

#[test]
fn what_a_merge_itself_adds_is_told() {
    let Some(repository) = Repository::new("merge-adds") else { return };
    let accepted = format!("# trailint: ignore[single-region-trail] fine\n{BAD}");
    let told = || {
        let output = repository.run(&["check", "-f", "concise", "--scope", "staged"]);
        assert_ne!(status(&output), 2, "{}", err(&output));
        let said = out(&output);
        let said = said.lines().filter(|line| line.contains("[weakened-gate]"));
        said.map(|line| line.split(':').next().unwrap_or(line).to_owned()).collect::<Vec<_>>()
    };
    repository.write("a.tf", GOOD).commit();
    repository.git(["checkout", "--quiet", "-b", "topic"]);
    repository.write("theirs/main.tf", &accepted).write("old/main.tf", BAD).run(&["baseline", "create"]);
    repository.commit().git(["checkout", "--quiet", "main"]);
    repository.write("ours/main.tf", GOOD).commit();
    repository.git(["merge", "--quiet", "--no-commit", "topic"]);
    assert_eq!(told(), Vec::<String>::new());
    repository.write("new/main.tf", &accepted).git(["add", "--all"]);
    assert_eq!(told(), ["new/main.tf"]);
    repository.write("new/main.tf", BAD).run(&["baseline", "update"]);
    repository.git(["add", "--all"]);
    assert_eq!(told(), [".trailint-baseline.json"]);
}

#[test]
fn what_a_baseline_gains_is_told() {
    let Some(repository) = Repository::new("gains") else { return };
    repository.write("a/main.tf", BAD).commit();
    repository.run(&["baseline", "create"]);
    let (failed, said) = weakened(&repository, &[]);
    assert_eq!((failed, said.len()), (1, 1));
    assert!(said[0].starts_with(".trailint-baseline.json:4 adds "), "{said:?}");
    repository.commit();
    assert_eq!(weakened(&repository, &[]), (0, Vec::new()));
    repository.write("b/main.tf", BAD).run(&["baseline", "update"]);
    assert_eq!(weakened(&repository, &[]).1.len(), 1);
    repository.remove("a/main.tf").remove("b/main.tf").run(&["baseline", "update"]);
    assert_eq!(weakened(&repository, &[]), (0, Vec::new()));
}

#[test]
fn what_is_hidden_from_the_search_is_told() {
    let Some(repository) = Repository::new("hidden") else { return };
    repository.write("prod/main.tf", BAD).write("a.tf", GOOD).commit();
    repository.write(".gitignore", "prod/\n");
    assert_eq!(weakened(&repository, &[]), only("prod/main.tf excludes `prod/main.tf` from the check"));
    repository.commit();
    assert_eq!(weakened(&repository, &[]), (0, Vec::new()));
}

#[test]
fn what_ignore_files_hide_from_the_start_is_told() {
    let Some(repository) = Repository::new("hidden-new") else { return };
    repository.write("a.tf", GOOD).write("old/.ignore", "*\n").write("old/a.tf", BAD).commit();
    repository.write("b/main.tf", BAD).write("b/c.txt", BAD).write("old/b.tf", BAD).write(".gitignore", "b\n");
    let told = only("b/main.tf excludes `b/main.tf` from the check");
    // What git neither keeps nor would add is no part of a change.
    assert_eq!(weakened(&repository, &[]), (0, Vec::new()));
    repository.git(["add", "--all", "--force"]);
    assert_eq!(weakened(&repository, &[]), told);
    assert_eq!(weakened(&repository, &["--scope", "staged"]), told);
    repository.commit();
    assert_eq!(weakened(&repository, &["--diff-base", "HEAD~1"]), told);
    assert_eq!(weakened(&repository, &[]), (0, Vec::new()));
    repository.write("c/main.tf", BAD).write("c/.ignore", "*.tf\n").commit();
    let told = only("c/main.tf excludes `c/main.tf` from the check");
    assert_eq!(weakened(&repository, &["--diff-base", "HEAD~1"]), told);
    assert_eq!(weakened(&repository, &["--diff-base", "HEAD~1", "c"]), told);
    assert_eq!(weakened(&repository, &["--diff-base", "HEAD~1", "--exclude", "c"]), (0, Vec::new()));
}

#[test]
fn nothing_suppresses_it() {
    let Some(repository) = Repository::new("unsuppressible") else { return };
    repository.write("a.tf", GOOD).commit().write("trailint.toml", "fail-on = \"never\"\n");
    let output = repository.run(&["check", "--diff-base", "HEAD", "--ignore", "weakened-gate"]);
    assert_eq!(status(&output), 2);
    assert!(err(&output).contains("`weakened-gate` can't be ignored"), "{}", err(&output));
    repository.write("trailint.toml", "fail-on = \"never\"\nignore = [\"weakened-gate\"]\n");
    assert_eq!(status(&repository.run(&["check", "--diff-base", "HEAD"])), 2);
    repository.write("trailint.toml", "fail-on = \"never\"\n").run(&["baseline", "create"]);
    assert_eq!(weakened(&repository, &["--select", "stopped-trail"]).0, 1);
    assert_eq!(status(&repository.run(&["check", "--scope", "all"])), 0);
    repository.git(["add", "--all"]);
    assert_eq!(weakened(&repository, &["--scope", "staged"]).0, 1);
}

#[test]
fn the_settings_of_the_base_hold_if_they_are_asked_for() {
    let Some(repository) = Repository::new("from-base") else { return };
    repository.write("a.tf", BAD).write("old.tf", "").commit();
    repository
        .write("b/main.tf", BAD)
        .write("trailint.toml", "ignore = [\"single-region-trail\"]\nexclude = [\"b\"]\n");
    repository.run(&["baseline", "create", "--config", "ignore=[]"]);
    let check = |more: &[&str]| {
        let arguments = [&["check", "-f", "concise", "--min-level", "error", "--diff-base", "HEAD"], more].concat();
        let output = repository.run(&arguments);
        (status(&output), out(&output))
    };
    let (failed, said) = check(&["--config-from-base"]);
    assert_eq!(failed, 1);
    assert!(said.starts_with("b/main.tf:1:") && said.contains("single-region-trail"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    repository.write(".gitignore", "b/\n");
    assert_eq!(check(&["--config-from-base"]), (failed, said.clone()));
    repository.git(["add", "--all", "--force"]);
    assert_eq!(check(&["--config-from-base", "--scope", "staged"]), (failed, said));
    repository.commit();
    assert_eq!(check(&["--config-from-base"]), (0, String::new()));
}

#[test]
fn settings_that_nobody_could_use_were_none() {
    let Some(repository) = Repository::new("unusable") else { return };
    repository
        .write("a.tf", GOOD)
        .write("trailint.toml", "nonsense = 1\n")
        .write(".trailint-baseline.json", "[")
        .commit();
    repository.write("trailint.toml", "").remove(".trailint-baseline.json");
    assert_eq!(weakened(&repository, &[]), (0, Vec::new()));
    repository.write("trailint.toml", "fail-on = \"never\"\n");
    assert_eq!(weakened(&repository, &[]), only("trailint.toml:1 relaxes `fail-on`"));
}

/// Runs a check with variables, and returns the exit status and the level of the finding about the gate.
fn level_with(repository: &Repository, variables: &[(&str, &str)], arguments: &[&str]) -> (i32, Option<String>) {
    let rule = ["check", "-f", "concise", "--select", "single-region-trail"];
    let output = repository.command(&[&rule, arguments].concat()).envs(variables.iter().copied()).output().unwrap();
    let said = out(&output);
    let level =
        said.lines().find_map(|line| Some(line.split_once("[weakened-gate]")?.0.rsplit(' ').next()?.to_owned()));
    (status(&output), level)
}

#[test]
fn a_commit_is_warned_and_what_follows_fails_until_it_is_allowed() {
    let Some(repository) = Repository::new("allowed") else { return };
    let comment = format!("# trailint: ignore[single-region-trail] planned\n{BAD}");
    let ignored = "[[ignore]]\nrule = \"single-region-trail\"\nreason = \"planned\"\n";
    let level = |status, level: &str| (status, Some(level.to_owned()));
    let pushed = [("PRE_COMMIT_FROM_REF", "HEAD~1"), ("PRE_COMMIT_TO_REF", "HEAD")];
    for (path, text) in [
        ("a.tf", comment.as_str()),
        ("trailint.toml", ignored),
        ("trailint.toml", "fail-on = \"never\""),
        (".trailint-baseline.json", ""),
    ] {
        repository.write("a.tf", BAD).commit();
        match path {
            ".trailint-baseline.json" => assert_eq!(status(&repository.run(&["baseline", "create"])), 0),
            _ => drop(repository.write(path, text)),
        }
        repository.git(["add", "--all"]);
        for scope in ["staged", "auto"] {
            let scope = ["--scope", scope];
            let with = |more: &[&str]| level_with(&repository, &[], &[&scope, more].concat());
            assert_eq!(with(&["--fail-on", "note"]), level(0, "warning"), "{path} {scope:?}");
            assert_eq!(with(&["--diff-base", "HEAD"]), level(1, "error"), "{path} {scope:?}");
        }
        repository.git(["commit", "--quiet", "--message", "accept"]);
        let base = ["--diff-base", "HEAD~1"];
        assert_eq!(level_with(&repository, &[], &base), level(1, "error"), "{path}");
        assert_eq!(level_with(&repository, &pushed, &["--scope", "auto"]), level(1, "error"), "{path}");
        for allowed in [&["--allow-relaxed"][..], &["--allow-relaxed", "--fail-on", "note"]] {
            assert_eq!(level_with(&repository, &[], &[&base, allowed].concat()), level(0, "warning"), "{path}");
        }
        for (value, expected) in [
            ("1", level(0, "warning")),
            ("true", level(0, "warning")),
            ("0", level(1, "error")),
            ("false", level(1, "error")),
            ("", level(1, "error")),
            ("perhaps", (2, None)),
        ] {
            let allowed = [("TRAILINT_ALLOW_RELAXED", value)];
            assert_eq!(level_with(&repository, &allowed, &base), expected, "{path} {value:?}");
            let allowed = [&pushed[..], &allowed].concat();
            assert_eq!(level_with(&repository, &allowed, &["--scope", "auto"]), expected, "{path} {value:?}");
        }
        repository.remove(path).commit();
    }
}

#[test]
fn a_commit_that_relaxes_a_setting_has_to_pass_the_setting() {
    let Some(repository) = Repository::new("relaxed-commit") else { return };
    repository.write("a.tf", GOOD).commit();
    repository.write("trailint.toml", "fail-on = \"never\"").write("a.tf", BAD);
    repository.git(["add", "--all"]);
    assert_eq!(level_with(&repository, &[], &["--scope", "staged"]), (0, Some("warning".to_owned())));
    repository.write("trailint.toml", "unknown = \"ignore\"");
    repository.git(["add", "--all"]);
    assert_eq!(level_with(&repository, &[], &["--scope", "staged"]), (1, Some("warning".to_owned())));
    let base = ["--diff-base", "HEAD", "--allow-relaxed"];
    assert_eq!(level_with(&repository, &[], &base), (1, Some("warning".to_owned())));
}

#[test]
fn a_locked_check_ignores_what_is_allowed() {
    let Some(repository) = Repository::new("locked-allowed") else { return };
    repository.write("a.tf", GOOD).commit();
    repository.write("a.tf", format!("# trailint: ignore[single-region-trail] new\n{BAD}"));
    let locked = ["--diff-base", "HEAD", "--locked", "--allow-relaxed"];
    assert_eq!(level_with(&repository, &[], &locked).0, 1);
    let variables = [("TRAILINT_LOCKED", "true"), ("TRAILINT_ALLOW_RELAXED", "true")];
    assert_eq!(level_with(&repository, &variables, &["--diff-base", "HEAD"]).0, 1);
    let variables = [("TRAILINT_LOCKED", "0"), ("TRAILINT_ALLOW_RELAXED", "true")];
    assert_eq!(level_with(&repository, &variables, &["--diff-base", "HEAD"]), (0, Some("warning".to_owned())));
}

#[test]
fn the_tree_can_allow_nothing() {
    let Some(repository) = Repository::new("allows-itself") else { return };
    repository.write("a.tf", BAD).commit();
    for text in ["allow-relaxed = true", "allow_relaxed = true", "[gate]\nallow-relaxed = true"] {
        repository.write("trailint.toml", text);
        let output = repository.run(&["check", "--diff-base", "HEAD"]);
        assert_eq!(status(&output), 2, "{text}");
    }
    assert_eq!(status(&repository.run(&["check", "--config", "allow-relaxed=true"])), 2);
}

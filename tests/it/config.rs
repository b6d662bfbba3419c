//! The configuration: which file is found, what wins, what is wrong with it, and what the settings do.

use super::cli::{Scratch, err, out, status};

const BAD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  kms_key_id = \"k\"\n  enable_log_file_validation = true\n}\n";
const OPEN: &str = "variable \"m\" {\n  default = false\n}\nresource \"aws_cloudtrail\" \"t\" {\n  \
    is_multi_region_trail = var.m\n  kms_key_id = \"k\"\n  enable_log_file_validation = true\n}\n";

/// What a command says, after the status with which it ends.
fn said(scratch: &Scratch, arguments: &[&str]) -> (i32, String) {
    let output = scratch.run(arguments);
    (status(&output), out(&output) + &err(&output))
}

/// The origin of a setting in a directory.
fn origin(scratch: &Scratch, directory: &str, key: &str, arguments: &[&str]) -> String {
    let output = scratch
        .command(&[&["config", "show"], arguments].concat())
        .current_dir(scratch.0.join(directory))
        .output()
        .unwrap();
    let shown = out(&output) + &err(&output);
    let line = shown.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap_or(&shown).to_owned();
    line.split_once(" # ").map_or(line.clone(), |(_, origin)| origin.to_owned())
}

#[test]
fn the_nearest_file_at_or_above_all_that_is_checked_holds() {
    let setting = "fail-on = \"note\"\n";
    let files = [
        ("trailint.toml", setting),
        ("repo/.git/HEAD", ""),
        ("repo/.trailint.toml", setting),
        ("repo/a/trailint.toml", setting),
        ("repo/a/b/main.tf", ""),
        ("repo/c/main.tf", ""),
        ("other/.git/HEAD", ""),
        ("other/main.tf", ""),
    ];
    let scratch = Scratch::new("nearest", &files);
    let from = |directory: &str, paths: &[&str]| origin(&scratch, directory, "fail-on", paths);
    assert_eq!(from("repo/a/b", &[]), "../trailint.toml:1:1");
    assert_eq!(from("repo", &[]), ".trailint.toml:1:1");
    assert_eq!(from("repo/c", &[]), "../.trailint.toml:1:1");
    assert_eq!(from("repo", &["a/b/main.tf"]), "a/trailint.toml:1:1");
    assert_eq!(from("repo", &["a/b", "c"]), ".trailint.toml:1:1");
    assert_eq!(from("repo/c", &["--no-config"]), "default");
    assert_eq!(from("repo/c", &["-c", "../a/trailint.toml"]), "../a/trailint.toml:1:1");
    // What lies above the repository is none of its business.
    assert_eq!(from("other", &[]), "default");
}

#[test]
fn two_files_in_one_directory_are_one_too_many() {
    let scratch = Scratch::new("two", &[("trailint.toml", ""), (".trailint.toml", ""), ("a.tf", BAD)]);
    let expected = "error: found both `trailint.toml` and `.trailint.toml`\n\n  tip: remove one of them\n";
    assert_eq!(said(&scratch, &["check"]), (2, expected.to_owned()));
}

#[test]
fn a_file_extends_others_and_keeps_what_is_its_own() {
    let files = [
        (".git/HEAD", ""),
        (
            "base/org.toml",
            "fail-on = \"note\"\nunknown = \"fail\"\nlevels = { stopped-trail = \"note\", unvalidated-logs = \"error\" }\nexclude = [\"examples\"]\n",
        ),
        (
            "trailint.toml",
            "extend = \"base/org.toml\"\nfail-on = \"warning\"\nlevels = { stopped-trail = \"error\" }\n",
        ),
        ("base/examples/a.tf", BAD),
        ("examples/a.tf", BAD),
    ];
    let scratch = Scratch::new("extend", &files);
    let of = |key: &str| origin(&scratch, "", key, &[]);
    assert_eq!(of("fail-on"), "trailint.toml:2:1");
    assert_eq!(of("unknown"), "base/org.toml:2:1");
    assert_eq!(of("levels.stopped-trail"), "trailint.toml:3:12");
    assert_eq!(of("levels.unvalidated-logs"), "base/org.toml:3:36");
    // Patterns are relative to the file in which they stand.
    let (_, said) = said(&scratch, &["check", "-f", "concise"]);
    assert!(said.contains("\nFound") && said.starts_with("examples/a.tf:") && !said.contains("base/"), "{said}");
}

#[test]
fn a_large_configuration_is_an_error() {
    let text = "#".repeat((1 << 20) + 1);
    let scratch = Scratch::new("large", &[(".git/HEAD", ""), ("a.tf", BAD), ("trailint.toml", &text)]);
    let (status, text) = said(&scratch, &["check"]);
    assert_eq!((status, text.as_str()), (2, "error: trailint.toml:1:1: larger than 1 MB\n"));
}

#[test]
fn files_extend_each_other_only_so_far() {
    let mut files = vec![(".git/HEAD".to_owned(), String::new()), ("a.tf".to_owned(), BAD.to_owned())];
    files.extend((0..12).map(|at| (format!("{at}.toml"), format!("extend = \"{}.toml\"", at + 1))));
    files.push(("12.toml".to_owned(), String::new()));
    files.push(("ring.toml".to_owned(), "extend = \"./ring2.toml\"".to_owned()));
    files.push(("ring2.toml".to_owned(), "extend = \"ring.toml\"".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let scratch = Scratch::new("chain", &files);
    assert_eq!(said(&scratch, &["check", "-c", "8.toml"]).0, 1);
    let (status, text) = said(&scratch, &["check", "-c", "0.toml"]);
    assert_eq!((status, text.as_str()), (2, "error: 8.toml:1:1: more than 8 files extend each other\n"));
    let (status, text) = said(&scratch, &["check", "-c", "ring.toml"]);
    assert_eq!(
        (status, text.as_str()),
        (2, "error: ring2.toml:1:1: `extend` is cyclic: `ring.toml` extends this file\n")
    );
}

#[test]
#[cfg(unix)]
fn a_found_file_leads_nowhere_outside_of_the_tree() {
    let root = "[[root]]\npath = \".\"\nvar-files = [\"../secret.tfvars\"]\n";
    let files = [
        ("outside.toml", "fail-on = \"never\"\n"),
        ("secret.tfvars", "m = true\n"),
        ("one/.git/HEAD", ""),
        ("one/trailint.toml", "extend = \"../outside.toml\"\n"),
        ("two/.git/HEAD", ""),
        ("three/.git/HEAD", ""),
        ("three/trailint.toml", root),
        ("three/main.tf", OPEN),
        ("four/.git/HEAD", ""),
        ("four/trailint.toml", "extend = \"link.toml\"\n"),
    ];
    let scratch = Scratch::new("outside", &files);
    std::os::unix::fs::symlink("../outside.toml", scratch.0.join("two/trailint.toml")).unwrap();
    std::os::unix::fs::symlink("../outside.toml", scratch.0.join("four/link.toml")).unwrap();
    let leads_out = "a link that leads out of the checked tree";
    for (directory, place) in [
        ("one", "one/trailint.toml:1:1: can't read `../outside.toml`"),
        ("two", "can't read `two/trailint.toml`"),
        ("three", "three/trailint.toml:1:1: can't read `../secret.tfvars`"),
        ("four", "four/trailint.toml:1:1: can't read `link.toml`"),
    ] {
        assert_eq!(said(&scratch, &["check", directory]), (2, format!("error: {place}: {leads_out}\n")));
    }
    // A file that the user names may name others.
    assert_eq!(said(&scratch, &["check", "three", "-c", "three/trailint.toml"]).0, 0);
    assert_eq!(said(&scratch, &["check", "one", "-c", "one/trailint.toml"]).0, 0);
}

#[test]
fn mistakes_are_shown_at_their_place() {
    let cases = [
        ("levls = {}", "1:1: unknown key `levls`; did you mean `levels`?"),
        ("\n\n  qqq = 1", "3:3: unknown key `qqq`: expected `extend`, `exclude`, "),
        ("fail-on = \"eror\"", "1:11: invalid value `eror`; did you mean `error`?"),
        ("fail-on = 1", "1:11: invalid type, expected a string"),
        ("every-trail = \"yes\"", "1:15: invalid type: string \"yes\", expected a boolean"),
        (
            "select = [\"all\", \"single-region\"]",
            "1:18: unknown rule `single-region`; did you mean `single-region-trail`?",
        ),
        ("ignore = [\"all\"]", "1:11: `all` is a group; name each rule"),
        ("levels = { all = \"note\" }", "1:12: `all` is a group; name each rule"),
        ("ignore = [\"syntax-error\"]", "1:11: `syntax-error` can't be ignored, and its level "),
        ("ignore = [\"kms\"]", "1:11: unknown rule `kms`\n"),
        (
            "ignore = [1]",
            "1:11: invalid type: integer `1`, expected the name of a rule or a group, or a table with `rule`",
        ),
        ("levels = { single-region = \"error\" }", "1:12: unknown rule `single-region`; did you mean"),
        ("levels = { syntax-error = \"note\" }", "1:12: `syntax-error` can't be ignored, and its level "),
        ("exclude = [\"a\", \"{b\"]", "1:17: invalid pattern `{b`: "),
        ("regions = [\"eu-west-1\", \"nowhere\"]", "1:25: `nowhere` isn't a Region name such as `eu-west-1`"),
        ("honor = [\"checkof\"]", "1:10: invalid value `checkof`; did you mean `checkov`?"),
        ("benchmark = \"cis-aws-3\"", "1:13: unknown benchmark `cis-aws-3`; did you mean `cis-aws-3.0`?"),
        ("[[ignore]]\naddress = \"x\"", "1:1: missing key `rule`"),
        (
            "[[ignore]]\nrule = \"stopped-trail\"\nuntill = 2027-01-01",
            "3:1: unknown key `untill`; did you mean `until`?",
        ),
        (
            "[[ignore]]\nrule = \"stopped-trail\"\nuntil = \"soon\"",
            "3:9: invalid date `soon`; write it as `2027-01-31`",
        ),
        ("[[ignore]]\nrule = \"stopped-trail\"\nuntil = 2027-02-29", "3:9: invalid date, "),
        (
            "ignore = []\n[[ignore]]\nrule = \"stopped-trail\"",
            "2:3: duplicate key; write each of `ignore`, `root` and `module` either as ",
        ),
        ("[[root]]\npath = \"nowhere\"", "1:1: can't read `nowhere`: no such file or directory"),
        ("[[root]]\npath = \".\"\nvar-files = [\"x\"]", "1:1: can't read `x`: no such file or directory"),
        (
            "[[root]]\npath = \".\"\n[[root]]\npath = \"./\"",
            "3:1: another entry has the path `./`; give each a unique `name`",
        ),
        ("extend = \"x.toml\"", "1:1: can't read `x.toml`: no such file or directory"),
        ("select = [\"CKV_AWS_67\"]", "1:11: `CKV_AWS_67` is `single-region-trail` here"),
        ("ignore = [\"AVD-AWS-0014\"]", "1:11: `AVD-AWS-0014` is `single-region-trail` here"),
        ("levels = { CKV_AWS_67 = \"note\" }", "1:12: `CKV_AWS_67` is `single-region-trail` here"),
        ("levels = { \"cis-3.1\" = \"note\" }", "1:12: `cis-3.1` is a group; name each rule"),
        ("\n é =", "2:2: invalid unquoted key, "),
        ("a = [[[[", "1:9: unclosed array"),
    ];
    let scratch = Scratch::new("wrong", &[("a.tf", BAD)]);
    for (text, expected) in cases {
        std::fs::write(scratch.0.join("trailint.toml"), text).unwrap();
        let (status, said) = said(&scratch, &["check"]);
        assert!(status == 2 && said.starts_with(&format!("error: trailint.toml:{expected}")), "{text}\n{said}");
    }
    for text in ["#".repeat((1 << 20) + 1), format!("a = {}", "[".repeat(100_000)), "a.".repeat(100_000) + "a = 1"] {
        std::fs::write(scratch.0.join("trailint.toml"), text).unwrap();
        assert_eq!(said(&scratch, &["check"]).0, 2);
    }
    std::fs::write(scratch.0.join("trailint.toml"), b"# caf\xe9").unwrap();
    assert_eq!(said(&scratch, &["check"]), (2, "error: trailint.toml:1:6: this byte isn't UTF-8\n".to_owned()));
}

#[test]
fn lists_of_rules_accept_groups() {
    let scratch = Scratch::new("groups", &[("a.tf", "resource \"aws_cloudtrail\" \"t\" {}\n")]);
    let shown = |text: &str| {
        std::fs::write(scratch.0.join("trailint.toml"), text).unwrap();
        out(&scratch.run(&["check", "-f", "concise"]))
    };
    assert!(shown("").contains("[logs-without-kms]"));
    let control = shown("select = [\"cis-3.1\"]");
    assert!(control.contains("error[single-region-trail]") && !control.contains("warning["), "{control}");
    assert_eq!(shown("ignore = [\"companions\", \"advisories\"]"), control);
    assert!(!shown("select = [\"companions\"]").contains("single-region-trail"));
    assert!(shown("ignore = [\"companions\"]\nenforce = [\"cis-3.1\"]").contains("error[single-region-trail]"));
}

#[test]
fn the_command_line_beats_the_environment_and_that_the_file() {
    let scratch = Scratch::new("precedence", &[("trailint.toml", "fail-on = \"never\"\n"), ("a.tf", BAD)]);
    let run = |arguments: &[&str], variable: Option<&str>| {
        let mut command = scratch.command(&[&["check"], arguments].concat());
        command.envs(variable.map(|value| ("TRAILINT_FAIL_ON", value)));
        status(&command.output().unwrap())
    };
    assert_eq!(run(&[], None), 0);
    assert_eq!(run(&[], Some("error")), 1);
    assert_eq!(run(&["--fail-on", "never"], Some("error")), 0);
    assert_eq!(run(&["-c", "fail-on=never"], Some("error")), 0);
    assert_eq!(run(&["-c", "fail-on=error"], None), 1);
    assert_eq!(run(&["-c", "fail-on=never", "--fail-on", "error"], None), 1);
    assert_eq!(run(&["--no-config"], None), 1);
}

#[test]
fn rules_are_chosen_and_weighed() {
    let scratch = Scratch::new("chosen", &[("a.tf", BAD)]);
    let found = |settings: &str, arguments: &[&str]| {
        std::fs::write(scratch.0.join("trailint.toml"), settings).unwrap();
        let (_, said) = said(&scratch, &[&["check", "-q", "-f", "concise"], arguments].concat());
        said.lines().map(|line| line.split([' ', ']']).nth(1).unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found("", &[]), "error[single-region-trail");
    assert_eq!(found("ignore = [\"single-region-trail\"]", &[]), "error[no-compliant-trail");
    assert_eq!(found("ignore = [\"single-region-trail\", \"no-compliant-trail\"]", &[]), "");
    assert_eq!(
        found("ignore = [\"no-compliant-trail\"]", &["--ignore", "single-region-trail"]),
        "error[no-compliant-trail"
    );
    assert_eq!(found("select = [\"stopped-trail\"]", &[]), "");
    assert_eq!(
        found("select = [\"stopped-trail\"]\nextend-select = [\"single-region-trail\"]", &[]),
        "error[single-region-trail"
    );
    assert_eq!(
        found("select = [\"stopped-trail\"]", &["--extend-select", "single-region-trail"]),
        "error[single-region-trail"
    );
    assert_eq!(found("levels = { single-region-trail = \"warning\" }", &[]), "warning[single-region-trail");
    let levels = "levels = { single-region-trail = \"warning\" }";
    assert_eq!(found(levels, &["--level", "single-region-trail=note"]), "note[single-region-trail");
    assert_eq!(found(levels, &["--level", "stopped-trail=note"]), "warning[single-region-trail");
    // What is enforced is asked, and weighs as much as it does by itself.
    let relaxed = "ignore = [\"single-region-trail\"]\nlevels = { single-region-trail = \"note\" }";
    assert_eq!(found(relaxed, &["--enforce", "single-region-trail"]), "error[single-region-trail");
    assert_eq!(found(&format!("enforce = [\"all\"]\n{relaxed}"), &[]), "error[single-region-trail");
    // What the command line names is asked, whatever the file ignores; `all` names nothing, and `--ignore` wins.
    let ignored = "ignore = [\"single-region-trail\", \"no-compliant-trail\"]";
    for option in ["--select", "--extend-select"] {
        assert_eq!(found(ignored, &[option, "stopped-trail, single-region-trail"]), "error[single-region-trail");
        assert_eq!(found(ignored, &[option, "all"]), "");
        let both = &[option, "single-region-trail,stopped-trail", "--ignore", "single-region-trail"];
        assert!(!found(ignored, both).contains("single-region-trail"));
    }
    let mut environment = scratch.command(&["check", "-q", "-f", "concise"]);
    let output = environment.env("TRAILINT_SELECT", "single-region-trail").output().unwrap();
    assert!(out(&output).contains("error[single-region-trail]"), "{}", out(&output));
    let (_, wrong) = said(&scratch, &["check", "--level", "all=note"]);
    assert_eq!(wrong, "error: invalid `--level all=note`: `all` is a group; name each rule\n");
    assert_eq!(said(&scratch, &["check", "--level", "stopped-trail"]).0, 2);
    assert_eq!(said(&scratch, &["check", "--level", "stopped-trail=loud"]).0, 2);
    assert_eq!(said(&scratch, &["check", "--level", "syntax-error=note"]).0, 2);
    assert_eq!(said(&scratch, &["check", "--enforce", "nonsense"]).0, 2);
}

#[test]
fn findings_are_accepted_with_a_reason() {
    let accept = |more: &str| {
        format!("[[ignore]]\nrule = \"single-region-trail\"\nreason = \"the organization's \\u001b trail\"\n{more}")
    };
    let scratch = Scratch::new("accepted", &[("a.tf", BAD)]);
    let run = |more: &str, arguments: &[&str]| {
        std::fs::write(scratch.0.join("trailint.toml"), accept(more)).unwrap();
        let format = if arguments.contains(&"-f") { &[][..] } else { &["-f", "concise"] };
        said(&scratch, &[&["check"], format, arguments].concat())
    };
    let passed = (
        0,
        "No findings in 1 trail (1 file): 1 suppressed; 1 not evaluated (declared elsewhere; `-v` lists it).\n"
            .to_owned(),
    );
    assert_eq!(run("", &[]), passed);
    assert_eq!(run("address = \"aws_cloudtrail.*\"", &[]), passed);
    let (missed, said_of) = run("address = \"module.*\"", &["-q"]);
    let idle =
        "trailint.toml:1:1: warning[unused-ignore] no finding of `single-region-trail` at `module.*` to suppress\n";
    assert!(missed == 1 && said_of.contains(idle), "{said_of}");
    // Nor is it of use when the rule isn't asked; but that nobody can tell, nor if its code isn't checked.
    for arguments in [&["--select", "stopped-trail"][..], &["a.tf"]] {
        let (_, said_of) = run("address = \"module.*\"", arguments);
        assert!(!said_of.contains("unused-ignore"), "{said_of}");
    }
    assert!(run("address = \"module.*\"", &["--ignore", "unused-ignore"]).1.contains("Found 1 error in"));
    assert_eq!(run("until = 9999-12-31", &[]), passed);
    assert_eq!(run("until = 2001-01-01", &[]).0, 1);
    assert_eq!(run("", &["--enforce", "single-region-trail"]).0, 1);
    let (_, shown) = run("until = \"9999-12-31\"", &["--show-suppressed"]);
    assert!(shown.starts_with("a.tf:1:1: suppressed[single-region-trail] trail"), "{shown}");
    let (_, full) = run("until = \"9999-12-31\"", &["--show-suppressed", "-f", "full"]);
    assert!(full.contains("  suppressed: the organization's \\u{1b} trail (until 9999-12-31)\n"), "{full}");
    let (_, stated) = run("", &["--compliance", "cis-aws-3.0"]);
    assert!(
        stated.contains("trail `aws_cloudtrail.t` records one Region only (suppressed: the organization's"),
        "{stated}"
    );
    let json = run("until = 9999-12-31", &["-q", "-f", "json"]).1;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let suppressed = &json["findings"][0]["suppressed"];
    assert_eq!(suppressed["reason"], "the organization's \u{1b} trail");
    assert_eq!(suppressed["until"], "9999-12-31");
    assert_eq!(
        (&suppressed["location"]["path"], &suppressed["location"]["start"]["line"]),
        (&"trailint.toml".into(), &1.into())
    );
    assert_eq!((&json["summary"]["suppressed"], &json["summary"]["errors"]), (&1.into(), &0.into()));
    let sarif: serde_json::Value = serde_json::from_str(&run("", &["-q", "-f", "sarif"]).1).unwrap();
    let accepted = &sarif["runs"][0]["results"][0]["suppressions"];
    assert_eq!(
        *accepted,
        serde_json::json!([{"kind": "external", "justification": "the organization's \u{1b} trail"}])
    );
    let junit = run("", &["-q", "-f", "junit"]).1;
    assert!(
        junit.contains("<skipped message=\"suppressed: the organization") && junit.contains("failures=\"1\""),
        "{junit}"
    );
    for format in ["github", "gitlab", "checkstyle", "rdjson", "azure", "markdown"] {
        let text = run("", &["-q", "-f", format]).1;
        assert!(!text.contains("records one Region only"), "{format}: {text}");
    }
    let html = run("", &["-f", "html"]).1;
    assert!(html.contains("<strong>suppressed:</strong> the organization&#39;s "), "{html}");
}

#[test]
fn the_same_code_is_judged_once_for_each_deployment() {
    let template = "Parameters:\n  Everywhere:\n    Type: String\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    \
        Properties:\n      IsLogging: true\n      IsMultiRegionTrail: !Ref Everywhere\n";
    let settings = "[[root]]\nname = \"prod\"\npath = \"../app\"\nvar-files = [\"prod.tfvars\"]\n\
        [[root]]\nname = \"test\"\npath = \"../app\"\n\
        [[root]]\npath = \"../t.yaml\"\nparameter-files = [\"p.json\"]\n[[root]]\npath = \"../module\"\n";
    let call = "module \"m\" {\n  source = \"../module\"\n  m = true\n}\n";
    let files = [
        ("conf/trailint.toml", settings),
        ("conf/prod.tfvars", "m = true\n"),
        ("conf/p.json", "{\"Everywhere\": \"true\"}"),
        ("app/main.tf", OPEN),
        ("module/main.tf", OPEN),
        ("caller/main.tf", call),
        ("t.yaml", template),
    ];
    let scratch = Scratch::new("roots", &files);
    let run = |arguments: &[&str]| said(&scratch, &[&["check", "-c", "conf/trailint.toml"], arguments].concat());
    let (_, text) = run(&["-q", "-f", "concise", "--select", "single-region-trail"]);
    let expected = "app/main.tf:5:27: error[single-region-trail] trail `aws_cloudtrail.t` records one Region only, in `app` (`test`)\n\
        module/main.tf:5:27: error[single-region-trail] trail `aws_cloudtrail.t` records one Region only\n";
    assert_eq!(text, expected);
    let json: serde_json::Value = serde_json::from_str(&run(&["-q", "-f", "json"]).1).unwrap();
    let verdicts = json["deployments"].as_array().unwrap().iter();
    let verdicts = verdicts.map(|one| format!("{} {} {}", one["root"], one["name"], one["verdict"]).replace('"', ""));
    let expected = ["app prod pass", "app test fail", "caller null pass", "module null fail", "t.yaml null pass"];
    assert_eq!(verdicts.collect::<Vec<_>>(), expected);
    let found =
        json["findings"].as_array().unwrap().iter().find(|found| found["rule"] == "single-region-trail").unwrap();
    assert_eq!((&found["deployment"], &found["deployment_name"]), (&"app".into(), &"test".into()));
    assert_eq!(found["fingerprint"], "v1:single-region-trail:app:test:aws_cloudtrail.t:is_multi_region_trail");
    // The command line overrules the files of an entry.
    assert!(
        run(&["--var", "m=true", "-f", "concise"]).1.contains("All checks passed") || run(&["--var", "m=true"]).0 == 0
    );
    assert!(run(&["-v"]).1.contains("app (test, terraform, 1 trail): fail\n"));
    let (_, html) = run(&["-f", "html"]);
    assert!(html.contains("test, terraform, 1 trail") && html.contains("prod, terraform, 1 trail"), "{html}");
    let traced = scratch.run(&["trace", "aws_cloudtrail.t.is_multi_region_trail", "app", "-c", "conf/trailint.toml"]);
    assert!(out(&traced).contains("is_multi_region_trail in `prod` is `true`"), "{}", out(&traced));
    assert!(run(&["--compliance", "fsbp"]).1.contains("for `app` (test, terraform)"));
}

/// The directories of which the `main.tf` has a finding.
fn found(scratch: &Scratch, arguments: &[&str]) -> String {
    let (_, said) =
        said(scratch, &[&["check", "-q", "-f", "concise", "--select", "single-region-trail"], arguments].concat());
    let directories = said.lines().filter_map(|line| line.split_once("/main.tf")).map(|(directory, _)| directory);
    let mut directories: Vec<_> = directories.collect();
    directories.sort_unstable();
    directories.join(" ")
}

#[test]
fn ignore_files_count_where_they_do_for_git() {
    // The files of a tree, and the directories of which the files are read.
    let table: [(&[(&str, &str)], &str); 8] = [
        (&[(".gitignore", "a\n")], "a a/b c"),
        (&[(".git/HEAD", ""), (".gitignore", "a\n")], "c"),
        (&[(".ignore", "a\n")], "c"),
        (&[(".git/HEAD", ""), (".gitignore", "main.tf\n"), ("a/.gitignore", "!main.tf\n")], "a a/b"),
        (&[(".git/HEAD", ""), (".gitignore", "b\n"), (".ignore", "!b\n")], "a a/b c"),
        (&[(".git/HEAD", ""), (".git/info/exclude", "b\nc\n"), (".gitignore", "!c\n")], "a c"),
        // Another repository in this one has files of its own.
        (&[(".git/HEAD", ""), (".gitignore", "*.tf\n"), ("a/.git", "gitdir: ../.git/modules/a\n")], "a a/b"),
        (&[(".git/HEAD", ""), (".ignore", "*.tf\n"), ("a/.git/HEAD", ""), ("c/.ignore", "!*.tf\n")], "c"),
    ];
    for (index, (files, expected)) in table.into_iter().enumerate() {
        let all = [&[("a/main.tf", BAD), ("a/b/main.tf", BAD), ("c/main.tf", BAD)], files].concat();
        let scratch = Scratch::new(&format!("ignore-files-{index}"), &all);
        assert_eq!(found(&scratch, &[]), expected, "{files:?}");
    }
    #[cfg(unix)]
    {
        // A link is walked as if it were the directory, with the ignore files above it, and named as the directory.
        let files = [(".git/HEAD", ""), (".ignore", "left\n"), ("a/b/main.tf", BAD), ("a/b/left/main.tf", BAD)];
        let scratch = Scratch::new("ignore-files-link", &[("x/y/z", "")]);
        let tree = scratch.path("tree");
        for (path, text) in files {
            std::fs::create_dir_all(tree.join(path).parent().unwrap()).unwrap();
            std::fs::write(tree.join(path), text).unwrap();
        }
        std::fs::create_dir(scratch.path(".ignore")).unwrap();
        std::os::unix::fs::symlink("a/b", tree.join("link")).unwrap();
        assert_eq!(found(&scratch, &["tree/link"]), "tree/a/b");
    }
}

#[test]
fn what_is_excluded_is_not_searched() {
    let files = [
        (".git/HEAD", ""),
        (".gitignore", "build\n"),
        ("trailint.toml", "exclude = [\"examples/**\", \"vendor\"]\n"),
        ("a/main.tf", BAD),
        ("a/vendor/main.tf", BAD),
        ("examples/x/main.tf", BAD),
        ("build/main.tf", BAD),
    ];
    let scratch = Scratch::new("exclude", &files);
    let found = |arguments: &[&str]| found(&scratch, arguments);
    assert_eq!(found(&[]), "a");
    assert_eq!(found(&["--no-config"]), "a a/vendor examples/x");
    assert_eq!(found(&["--exclude", "a/*", "--exclude", "/nothing"]), "examples/x");
    assert_eq!(found(&["--no-respect-gitignore"]), "a build");
    assert_eq!(found(&["a/vendor"]), "a/vendor");
    assert_eq!(found(&["a/vendor/main.tf"]), "a/vendor");
    assert_eq!(found(&["--force-exclude", "a/vendor/main.tf", "a/main.tf"]), "a");
    assert_eq!(found(&["--force-exclude", "examples/x/main.tf"]), "");
    assert_eq!(said(&scratch, &["check", "--exclude", "{x"]).0, 2);
    let (_, traced) = said(&scratch, &["trace", "aws_cloudtrail.t.is_multi_region_trail"]);
    assert!(traced.contains("a/main.tf") && !traced.contains("examples"), "{traced}");
}

#[test]
fn a_benchmark_runs_its_rules_unless_they_are_switched_off() {
    let scratch = Scratch::new("benchmark-rules", &[("a.tf", BAD)]);
    let controls = |arguments: &[&str]| {
        let all = [&["check", "-q", "-f", "json", "--compliance", "cis-aws-4.0.1"], arguments].concat();
        let (_, text) = said(&scratch, &all);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let summary = json["summary"]["compliance"].clone();
        let controls = json["compliance"][0]["controls"].as_array().unwrap().iter();
        let control = controls.clone().find(|control| control["id"] == "3.2").unwrap();
        (control["status"].as_str().unwrap().to_owned(), control["reason"].clone(), summary)
    };
    let (status, reason, summary) = controls(&[]);
    assert_eq!((status.as_str(), &reason), ("compliant", &serde_json::Value::Null));
    assert_eq!((&summary["controls"], &summary["deployments"]), (&10.into(), &1.into()));
    assert_eq!(summary["deployments_compliant"], 0);
    // A configured selection doesn't exclude the rules of a requested benchmark; ignored rules stay ignored.
    assert_eq!(controls(&["-c", "select=['stopped-trail']"]).0, "compliant");
    for arguments in
        [&["--select", "stopped-trail"][..], &["--ignore", "unvalidated-logs"], &["-c", "ignore=['unvalidated-logs']"]]
    {
        let (status, reason, _) = controls(arguments);
        assert_eq!((status.as_str(), reason), ("not-judged", "switched off".into()), "{arguments:?}");
    }
    let (_, text) = said(&scratch, &["check", "--compliance", "cis-aws-4.0.1"]);
    assert!(text.contains("note: CIS AWS Foundations v4.0.1 3.1 requires"), "{text}");
    let stopped = Scratch::new(
        "benchmark-stopped",
        &[("a.tf", "resource \"aws_cloudtrail\" \"t\" {\n  enable_logging = false\n}\n")],
    );
    let (_, text) = said(&stopped, &["check", "--compliance", "pci-dss-4.0.1"]);
    assert!(text.contains("PCI DSS 4.0.1 (Security Hub CloudTrail.4)"), "{text}");
}

#[test]
fn the_benchmark_that_is_cited_is_chosen() {
    let scratch = Scratch::new("cited", &[("a.tf", BAD)]);
    let (_, text) = said(&scratch, &["check", "-c", "benchmark=cis-aws-7.0"]);
    assert!(text.contains("note: CIS AWS Foundations v7.0.0 4.1 requires"), "{text}");
    let (_, text) = said(&scratch, &["check", "-c", "benchmark=\"fsbp\""]);
    assert!(text.contains("note: AWS Foundational Security Best Practices CloudTrail.1"), "{text}");
}

#[test]
fn every_setting_is_shown_with_its_origin() {
    let settings = "honor = [\"checkov\"]\nlevels.unvalidated-logs = \"error\"\n[[ignore]]\nrule = \"stopped-trail\"\nuntil = 2027-01-31\n";
    let scratch = Scratch::new("shown", &[("trailint.toml", settings)]);
    let output = scratch
        .command(&[
            "config",
            "show",
            "--level",
            "stopped-trail=note",
            "-c",
            "every-trail=true",
            "--require-trail",
            "--regions",
            "eu-west-1",
        ])
        .env("TRAILINT_SELECT", "single-region-trail,stopped-trail")
        .output()
        .unwrap();
    let expected = "benchmark = \"cis-aws-3.0\" # default\n\
        enforce = [] # default\n\
        every-trail = true # --config\n\
        evidence = [] # default\n\
        exclude = [] # default\n\
        extend-select = [] # default\n\
        fail-on = \"error\" # default\n\
        honor = [\"checkov\"] # trailint.toml:1:1\n\
        ignore = [{ rule = \"stopped-trail\", until = 2027-01-31 }] # trailint.toml:3:3\n\
        levels.stopped-trail = \"note\" # --level\n\
        levels.unvalidated-logs = \"error\" # trailint.toml:2:8\n\
        min-retention-days = 365 # default\n\
        module = [] # default\n\
        parameter-policy = \"defaults\" # default\n\
        regions = [\"eu-west-1\"] # --regions\n\
        require-trail = true # --require-trail\n\
        root = [] # default\n\
        select = [\"single-region-trail\", \"stopped-trail\"] # TRAILINT_SELECT\n\
        selector-policy = \"coverage\" # default\n\
        unknown = \"warn\" # default\n";
    assert_eq!((out(&output).as_str(), err(&output).as_str()), (expected, ""));
}

#[test]
fn the_documentation_names_every_key() {
    let scratch = Scratch::new("schema", &[]);
    let schema: serde_json::Value = serde_json::from_str(&out(&scratch.run(&["config", "schema"]))).unwrap();
    let page = std::fs::read_to_string(super::support::package("docs/configuration.md")).unwrap();
    let definitions =
        ["RootSetting", "IgnoredFindings", "ModuleSetting"].map(|name| &schema["$defs"][name]["properties"]);
    for properties in [&schema["properties"]].into_iter().chain(definitions) {
        for (key, property) in properties.as_object().unwrap() {
            assert!(page.contains(&format!("`{key}`")), "{key} isn't in docs/configuration.md");
            assert!(property["description"].is_string(), "{key}");
        }
    }
    // The example on the page is a configuration, and names each key as well.
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split_once("```")).unwrap().0;
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(example.contains(&format!("{key} = ")) || example.contains(&format!("[[{key}]]")), "{key}");
    }
    for (name, text) in [
        ("repo/envs/app/trailint.toml", example),
        ("repo/envs/trailint.toml", ""),
        ("repo/envs/app/envs/app/main.tf", ""),
        ("repo/envs/app/envs/prod.tfvars", ""),
        ("repo/envs/app/vendor/acme-modules/main.tf", ""),
        ("repo/envs/app/cloudformation/trail.yaml", ""),
        ("repo/envs/app/cloudformation/prod.json", "{}"),
        ("repo/envs/app/audit/trails.json", "{\"Trails\": []}"),
    ] {
        std::fs::create_dir_all(scratch.0.join(name).parent().unwrap()).unwrap();
        std::fs::write(scratch.0.join(name), text).unwrap();
    }
    let (status, said) = said(&scratch, &["check", "repo/envs/app", "-c", "repo/envs/app/trailint.toml"]);
    assert_eq!(status, 0, "{said}");
}

#[test]
fn settings_without_effect_are_reported() {
    let scratch =
        Scratch::new("no-effect", &[("a/main.tf", BAD), ("b/main.tf", "# Nothing.\n"), ("a/trailint.toml", "")]);
    let with = |settings: &str, arguments: &[&str]| {
        std::fs::write(scratch.0.join("trailint.toml"), settings).unwrap();
        said(&scratch, &[&["check", "-f", "concise"], arguments].concat())
    };
    let nested = "warning: `a/trailint.toml` isn't used, because it is below the checked path; check its directory, or pass it with `--config`\n";
    assert!(with("", &[]).1.ends_with(nested));
    for arguments in [&["a"][..], &["--no-config"], &["--config", "trailint.toml"], &["b"]] {
        assert!(!with("", arguments).1.contains("isn't used"), "{arguments:?}");
    }
    let root = "warning: no trail is evaluated in `b`, the path of a `[[root]]`\n";
    let roots = "[[root]]\npath = \"b\"\n[[root]]\npath = \"a\"\n";
    assert!(with(roots, &[]).1.contains(root));
    assert!(!with(roots, &["a", "--config", "trailint.toml"]).1.contains("[[root]]"));
    for (settings, expected) in [
        ("select = []", "trailint.toml:1:10: `select` is empty; remove it to select all rules"),
        ("exclude = [\"[\"]", "`[` matches nothing: `[` has no `]`"),
        ("exclude = [\"../*\"]", "`../*` matches nothing: patterns can't match outside of their directory"),
        ("exclude = [\"./a\"]", "`./a` matches nothing: remove `./`"),
        ("exclude = [\"a//b\"]", "`a//b` matches nothing: write one `/` between directories"),
        ("exclude = ['..\\x']", "`..\\\\x` matches nothing: patterns can't match outside of their directory"),
        ("exclude = ['a\\x']", "`a\\\\x` matches nothing: write `/` between directories"),
        ("exclude = [\"!a\"]", "`!a` has no effect: "),
        ("exclude = [\"~/a\"]", "`~/a` matches nothing: `~` isn't expanded"),
        (
            "[[ignore]]\nrule = \"stopped-trail\"\nreason = \"until 2020-01-31\"",
            "write the date as a separate key: `until = 2027-01-31`",
        ),
    ] {
        let (status, said) = with(settings, &[]);
        assert!(status == 2 && said.contains(expected), "{settings} {said}");
    }
    let absolute = scratch.path("a").display().to_string();
    let said = with(&format!("exclude = [\"{absolute}\"]"), &[]);
    assert!(said.0 == 2 && said.1.contains("the first `/` stands for the directory of the patterns"), "{said:?}");
    for pattern in ["../*", "!a", &absolute] {
        assert_eq!(with("", &["--exclude", pattern]).0, 2, "{pattern}");
    }
    assert_eq!(with("", &["--config", "select=[]"]).0, 2);
    // Another pattern precedes it, or the directory may exist in another checkout.
    assert_eq!(with("exclude = [\"a\", \"!a\", \"/build/out\", \"b\\*\"]".replace("\\*", "\\\\*").as_str(), &[]).0, 1);
}

#[test]
fn an_empty_variable_of_the_environment_is_not_set() {
    let scratch = Scratch::new("empty-variables", &[("main.tf", BAD)]);
    let check = |name: &str, value: &str| {
        let output = scratch.command(&["check", "-q"]).env(name, value).output().unwrap();
        (status(&output), err(&output))
    };
    for name in
        ["ADD_IGNORE", "SELECT", "CONFIG", "BASELINE", "FAIL_ON", "OUTPUT", "VAR", "PLAN", "DIFF_BASE", "COLOR", "JOBS"]
    {
        assert_eq!(check(&format!("TRAILINT_{name}"), ""), (1, String::new()), "{name}");
    }
    assert_eq!(std::fs::read_to_string(scratch.0.join("main.tf")).unwrap(), BAD);
    for (name, value) in
        [("SELECT", "none"), ("FAIL_ON", "high"), ("VAR", "x"), ("PLAN", "gone"), ("EXCLUDE", "../*"), ("JOBS", "0")]
    {
        let (status, said) = check(&format!("TRAILINT_{name}"), value);
        assert!(
            status == 2 && said.contains(&format!("note: the environment sets `TRAILINT_{name}`\n")),
            "{name} {said}"
        );
    }
}

#[test]
fn several_outputs_in_a_variable_are_separated_or_refused() {
    let scratch = Scratch::new("several-outputs", &[("main.tf", BAD)]);
    let check = |value: &str| {
        let output = scratch.command(&["check", "-q"]).env("TRAILINT_OUTPUT", value).output().unwrap();
        let mut written: Vec<String> = std::fs::read_dir(scratch.path(""))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name != "main.tf")
            .collect();
        written.sort();
        written.iter().for_each(|name| std::fs::remove_file(scratch.path(name)).unwrap());
        (status(&output), written, err(&output))
    };
    for value in [
        "sarif=s.sarif\nhtml=h.html\n",
        "sarif=s.sarif\r\nhtml=h.html\r\n",
        "\n  sarif=s.sarif\n  html=h.html\n",
        "sarif=s.sarif,html=h.html\n",
        "sarif=s.sarif, html=h.html",
        "sarif=s.sarif html=h.html ",
    ] {
        assert_eq!(check(value), (1, vec!["h.html".to_owned(), "s.sarif".to_owned()], String::new()), "{value:?}");
    }
    for value in
        ["sarif=s.sarif;html=h.html", "sarif=s.sarif; html=h.html", "sarif=s.sarif:html=h.html", "sarif=s\nh.html"]
    {
        let (status, written, said) = check(value);
        assert_eq!((status, written), (2, Vec::new()), "{value:?}");
        assert!(said.contains("note: the environment sets `TRAILINT_OUTPUT`"), "{value:?} {said}");
    }
    assert_eq!(check("html=a b.html\n").1, ["a b.html"]);
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_sources_as_they_are() {
    for option in ["--fix", "--add-ignore=x"] {
        for output in ["json=nodir/x", "sarif=.", "json=main.tf/x"] {
            let scratch = Scratch::new("unwritable", &[("main.tf", BAD)]);
            assert_eq!(status(&scratch.run(&["check", option, "-o", output])), 2, "{option} {output}");
            assert_eq!(std::fs::read_to_string(scratch.path("main.tf")).unwrap(), BAD, "{option} {output}");
        }
    }
}

#[test]
fn no_output_takes_the_place_of_what_the_run_reads() {
    let trail = "locals {\n  c = jsondecode(file(\"${path.module}/c.json\"))\n}\nresource \"aws_cloudtrail\" \"t\" {\n  \
        is_multi_region_trail = local.c.mr\n  enable_logging = templatefile(\"${path.module}/t.tpl\", {})\n}\n";
    let template = "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Fn::Transform\": {\"Name\": \"AWS::Include\", \
        \"Parameters\": {\"Location\": \"part.json\"}}}}}";
    let files = [
        ("a/main.tf", trail),
        ("a/c.json", "{\"mr\": true}"),
        ("a/t.tpl", "true"),
        ("cfn/t.json", template),
        ("cfn/part.json", "{\"IsLogging\": true}"),
        (".gitignore", "x\n"),
        ("a/.ignore", "x\n"),
        (".gitattributes", "x\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("list.txt", "a/main.tf\n"),
        ("plans/plan.json", "{\"format_version\": \"1.2\", \"terraform_version\": \"1.11.0\", \"planned_values\": {}}"),
        ("plans/sorted.json", "{\"configuration\": {}, \"resource_changes\": [], \"terraform_version\": \"1.11.0\"}"),
        ("terraform.tfstate", "{\"version\": 4}"),
    ];
    let scratch = Scratch::new("read", &files);
    for (path, text) in files {
        for options in [&[][..], &["--files-from", "list.txt"]] {
            // Each run reads one of them.
            if path == "list.txt" && options.is_empty() || path == "cfn/part.json" && !options.is_empty() {
                continue;
            }
            let output = scratch.run(&[&["check", "-q", "-o", &format!("json={path}")], options].concat());
            assert_eq!(status(&output), 2, "{path} {options:?}");
            assert_eq!(std::fs::read_to_string(scratch.path(path)).unwrap(), text, "{path} {options:?}");
        }
    }
    // A new file beside them, and a report of an earlier run in each format.
    for format in ["json", "sarif", "gitlab", "rdjson", "html", "junit", "markdown", "json-lines"] {
        for _ in 0..2 {
            let output = scratch.run(&["check", "-q", "-o", &format!("{format}=a/report.{format}")]);
            assert_eq!((status(&output), err(&output)), (1, String::new()), "{format}");
        }
    }
}

#[test]
fn no_output_takes_the_place_of_what_is_the_users() {
    let yaml = "a: b\n";
    let files = [
        ("main.tf", BAD),
        ("trailint.toml", ""),
        (".trailint-baseline.json", "{\"version\": 1, \"findings\": []}"),
        ("notes.yaml", yaml),
    ];
    let scratch = Scratch::new("spared", &files);
    for (path, text) in files {
        for more in [&[][..], &["--no-config", "--no-baseline"]] {
            let output =
                scratch.run(&[&["check", "-o", "sarif=new.sarif", "-o", &format!("json={path}")], more].concat());
            assert_eq!(status(&output), 2, "{path}");
            assert_eq!(std::fs::read_to_string(scratch.path(path)).unwrap(), text);
            assert!(!scratch.path("new.sarif").exists());
        }
    }
    // All are written, or none.
    if std::path::Path::new("/dev/full").exists() {
        std::fs::write(scratch.path("old.json"), "old").unwrap();
        let output = scratch.run(&["check", "-o", "json=old.json", "-o", "sarif=/dev/full", "-o", "html=new.html"]);
        assert_eq!(status(&output), 2);
        assert_eq!(std::fs::read_to_string(scratch.path("old.json")).unwrap(), "old");
        assert!(!scratch.path("new.html").exists());
    }
    assert_eq!(status(&scratch.run(&["check", "-q", "-o", "json=old.json", "-o", "sarif=new.sarif"])), 1);
    // A report of an earlier run is replaced.
    assert_eq!(status(&scratch.run(&["check", "-q", "-o", "json=old.json", "-o", "sarif=new.sarif"])), 1);
}

//! Baselines: what they accept, what they don't, and what becomes of them.

use super::cli::{Scratch, err, out, status};

const BAD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  kms_key_id = \"k\"\n  enable_log_file_validation = true\n}\n";
const FILE: &str = ".trailint-baseline.json";

fn bad(name: &str) -> String {
    BAD.replace("\"t\"", &format!("\"{name}\""))
}

fn read(scratch: &Scratch) -> String {
    std::fs::read_to_string(scratch.path(FILE)).unwrap()
}

fn write(scratch: &Scratch, path: &str, text: &str) {
    let path = scratch.path(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn what_is_accepted_counts_no_more_and_stays_on_record() {
    let scratch = Scratch::new("accepted", &[("main.tf", BAD)]);
    assert_eq!(status(&scratch.run(&["check"])), 1);
    let created = scratch.run(&["baseline", "create"]);
    assert_eq!(status(&created), 0);
    assert_eq!(err(&created), "Wrote `.trailint-baseline.json` with 2 entries (2 new, 0 removed).\n");
    let text = r#"{
  "version": 1,
  "findings": [
    {"fingerprint":"v1:key-policy-blocks-delivery:.:aws_cloudtrail.t:kms_key_id","subject":".","level":"note","outcome":"unknown","message":"trail `aws_cloudtrail.t` names a KMS key whose policy isn't checked","declaration":"b88b1f4187127800"},
    {"fingerprint":"v1:single-region-trail:.:aws_cloudtrail.t:is_multi_region_trail","subject":".","level":"error","outcome":"fail","message":"trail `aws_cloudtrail.t` records one Region only","declaration":"b88b1f4187127800"}
  ]
}
"#;
    assert_eq!(read(&scratch), text);
    let checked = scratch.run(&["check"]);
    assert_eq!((status(&checked), out(&checked)), (0, String::new()));
    assert!(err(&checked).contains(": 1 suppressed; 1 not evaluated"), "{}", err(&checked));
    let shown = scratch.run(&["check", "--show-suppressed"]);
    assert!(out(&shown).contains("suppressed: in the baseline"), "{}", out(&shown));
    let json: serde_json::Value = serde_json::from_str(&out(&scratch.run(&["check", "-f", "json"]))).unwrap();
    let suppressed = &json["findings"][0]["suppressed"];
    assert_eq!(suppressed["reason"], "in the baseline");
    assert_eq!(suppressed["location"]["path"], FILE);
    assert_eq!(suppressed["location"]["start"]["line"], 5);
    assert_eq!(status(&scratch.run(&["check", "--no-baseline"])), 1);
    let again = scratch.run(&["baseline", "create"]);
    assert_eq!(status(&again), 2);
    assert!(err(&again).contains("already exists"), "{}", err(&again));
}

#[test]
fn a_result_that_is_not_evaluated_is_counted_only_as_such() {
    let good = "resource \"aws_cloudtrail\" \"t\" {\n  s3_bucket_name = \"logs\"\n}\n";
    let scratch = Scratch::new("not-evaluated", &[("main.tf", good)]);
    let select = "--select=bucket-policy-blocks-delivery";
    let passed = "All checks passed for 1 trail (1 file); 1 not evaluated (declared elsewhere; `-v` lists it).\n";
    let strict = ["check", select, "--fail-on", "note", "--unknown", "fail"];
    assert_eq!(err(&scratch.run(&["check", select])), passed);
    assert_eq!(status(&scratch.run(&strict)), 1);
    let created = scratch.run(&["baseline", "create", select]);
    assert_eq!(err(&created), "Wrote `.trailint-baseline.json` with 1 entry (1 new, 0 removed).\n");
    assert_eq!(err(&scratch.run(&["check", select])), passed);
    assert_eq!(status(&scratch.run(&strict)), 0);
    let comment = "# trailint: ignore[bucket-policy-blocks-delivery] checked elsewhere\n";
    write(&scratch, "main.tf", &format!("{comment}{good}"));
    assert_eq!(status(&scratch.run(&[strict.as_slice(), &["--no-baseline"]].concat())), 0);
    let json: serde_json::Value = serde_json::from_str(&out(&scratch.run(&["check", select, "-f", "json"]))).unwrap();
    assert_eq!((&json["summary"]["suppressed"], &json["summary"]["declared_elsewhere"]), (&0.into(), &1.into()));
}

#[test]
fn a_baseline_of_any_name_is_no_part_of_the_code() {
    let scratch = Scratch::new("named", &[("main.tf", BAD)]);
    scratch.run(&["baseline", "create", "--baseline", "accepted.json"]);
    let log = out(&scratch.run(&["check", "--baseline", "accepted.json", "-f", "sarif"]));
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let accepted = &log["runs"][0]["results"][0]["suppressions"];
    assert_eq!(*accepted, serde_json::json!([{"kind": "external", "justification": "in the baseline"}]));
}

#[test]
fn lines_may_move_and_nothing_else() {
    let scratch = Scratch::new("moved", &[("main.tf", BAD)]);
    scratch.run(&["baseline", "create"]);
    write(&scratch, "main.tf", &format!("# a comment\n\n{BAD}"));
    assert_eq!(status(&scratch.run(&["check"])), 0);
    write(&scratch, "main.tf", &format!("{}{}", bad("a"), bad("t")));
    let checked = scratch.run(&["check", "-f", "concise"]);
    assert_eq!(status(&checked), 1);
    assert!(out(&checked).contains("aws_cloudtrail.a") && !out(&checked).contains("cloudtrail.t"), "{}", out(&checked));
}

#[test]
fn what_weighs_more_than_it_did_is_back() {
    let good = "resource \"aws_cloudtrail\" \"good\" {\n  is_multi_region_trail = true\n}\n";
    let scratch = Scratch::new("heavier", &[("a.tf", BAD), ("b.tf", good)]);
    scratch.run(&["baseline", "create"]);
    assert!(read(&scratch).contains("\"level\":\"note\""));
    assert_eq!(status(&scratch.run(&["check"])), 0);
    std::fs::remove_file(scratch.path("b.tf")).unwrap();
    assert_eq!(status(&scratch.run(&["check"])), 1);

    let open = BAD.replace("{\n", "{\n  is_multi_region_trail = var.m\n");
    let open = format!("variable \"m\" {{}}\n{open}");
    let scratch = Scratch::new("known", &[("a.tf", &open)]);
    scratch.run(&["baseline", "create"]);
    assert_eq!(status(&scratch.run(&["check", "--unknown", "fail"])), 0);
    assert_eq!(status(&scratch.run(&["check", "--var", "m=false"])), 1);
}

#[test]
fn what_cannot_be_read_or_is_enforced_is_not_accepted() {
    let scratch = Scratch::new("never", &[("main.tf", BAD), ("broken.tf", "resource \"aws_cloudtrail\" {")]);
    scratch.run(&["baseline", "create"]);
    assert!(!read(&scratch).contains("syntax-error"));
    std::fs::remove_file(scratch.path("broken.tf")).unwrap();
    assert_eq!(status(&scratch.run(&["check"])), 0);
    assert_eq!(status(&scratch.run(&["check", "--enforce", "single-region-trail"])), 1);
}

#[test]
fn entries_without_a_finding_are_told_and_pruned() {
    let scratch = Scratch::new("stale", &[("one/main.tf", BAD), ("two/main.tf", BAD)]);
    scratch.run(&["baseline", "create"]);
    let before = read(&scratch);
    write(&scratch, "one/main.tf", "");
    let said = err(&scratch.run(&["check"]));
    assert!(
        said.ends_with("2 entries of the baseline match no finding any more: run `trailint baseline prune`.\n"),
        "{said}"
    );
    // What wasn't checked isn't known to be stale.
    assert!(!err(&scratch.run(&["check", "two", "--baseline", FILE])).contains("of the baseline"));
    let pruned = scratch.run(&["baseline", "prune", "two", "--baseline", FILE]);
    assert!(err(&pruned).contains("4 entries (0 new, 0 removed)"), "{}", err(&pruned));
    assert_eq!(read(&scratch), before);
    assert!(err(&scratch.run(&["baseline", "prune"])).contains("2 entries (0 new, 2 removed)"));
    assert!(!read(&scratch).contains(":one:"));
    write(&scratch, "three/main.tf", BAD);
    let updated = scratch.run(&["baseline", "update", "three", "--baseline", FILE]);
    assert!(err(&updated).contains("4 entries (2 new, 0 removed)"), "{}", err(&updated));
    let pruned = scratch.run(&["baseline", "prune"]);
    assert!(err(&pruned).contains("4 entries (0 new, 0 removed)"), "{}", err(&pruned));
}

#[test]
fn a_baseline_lies_beside_the_configuration_or_where_it_is_said() {
    let scratch = Scratch::new("beside", &[("infra/main.tf", BAD), ("infra/trailint.toml", ""), (".git/HEAD", "")]);
    scratch.run(&["baseline", "create", "infra"]);
    assert!(scratch.path("infra").join(FILE).exists());
    std::fs::rename(scratch.path("infra").join(FILE), scratch.path(FILE)).unwrap();
    assert_eq!(status(&scratch.run(&["check", "infra"])), 0);
    std::fs::rename(scratch.path(FILE), scratch.path("other.json")).unwrap();
    assert_eq!(status(&scratch.run(&["check", "infra"])), 1);
    assert_eq!(status(&scratch.run(&["check", "infra", "--baseline", "other.json"])), 0);
    let missing = scratch.run(&["check", "infra", "--baseline", "gone.json"]);
    assert_eq!(status(&missing), 2);
    assert!(err(&missing).contains("gone.json"), "{}", err(&missing));
}

#[test]
fn a_broken_baseline_ends_the_run_with_its_place() {
    #[rustfmt::skip]
    let cases = [
        ("", "1:1: invalid baseline: expected a JSON value"),
        ("[]", "1:1: invalid baseline: expected an object"),
        ("{}", "1:1: invalid baseline: missing key `version`"),
        ("{\"version\": 2, \"findings\": []}", "1:13: invalid baseline: unsupported version"),
        ("{\"version\": 1}", "1:1: invalid baseline: missing key `findings`"),
        ("{\"version\": 1, \"findings\": {}}", "1:28: invalid baseline: expected a list"),
        ("{\"version\": 1, \"findings\": [1]}", "1:29: invalid baseline: expected an object"),
        ("{\"version\": 1,\n<<<<<<< main\n", "2:1: invalid baseline: "),
        (
            "{\"version\": 1, \"findings\": [{\"fingerprint\": \"a\", \"subject\": \"\", \"level\": \"grave\", \"outcome\": \"fail\", \"message\": \"\"}]}",
            "1:74: invalid baseline: expected `error`, `warning` or `note`",
        ),
    ];
    for (text, expected) in cases {
        let scratch = Scratch::new("broken-baseline", &[("main.tf", BAD), (FILE, text)]);
        let checked = scratch.run(&["check"]);
        assert_eq!(status(&checked), 2, "{text}");
        let expected = format!("error: {FILE}:{expected}");
        assert!(err(&checked).starts_with(&expected), "{text}\n{}\n{expected}", err(&checked));
    }
    let deep = format!("{{\"version\": 1, \"findings\": {}", "[".repeat(100_000));
    let scratch = Scratch::new("deep-baseline", &[("main.tf", BAD), (FILE, &deep)]);
    assert_eq!(status(&scratch.run(&["check"])), 2);
}

#[test]
fn the_same_findings_give_the_same_bytes() {
    let files: Vec<(String, String)> = (0..20).map(|n| (format!("d{n}/main.tf"), bad(&format!("t{n}")))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (one, other) = (Scratch::new("bytes-one", &files), Scratch::new("bytes-other", &files));
    one.run(&["baseline", "create"]);
    other.run(&["baseline", "create"]);
    other.run(&["baseline", "update"]);
    assert_eq!(read(&one), read(&other));
    let lines: Vec<String> = read(&one).lines().map(str::to_owned).collect();
    assert!(lines[3..lines.len() - 2].is_sorted());
}

#[cfg(unix)]
#[test]
fn a_found_baseline_is_no_link_out_of_the_tree() {
    let outside = Scratch::new("outside-baseline", &[("b.json", "{\"version\": 1, \"findings\": []}")]);
    let scratch = Scratch::new("linked-baseline", &[("main.tf", BAD)]);
    std::os::unix::fs::symlink(outside.path("b.json"), scratch.path(FILE)).unwrap();
    let checked = scratch.run(&["check"]);
    assert_eq!(status(&checked), 2);
    assert!(err(&checked).contains("leads out of the checked tree"), "{}", err(&checked));
}

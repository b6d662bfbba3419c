//! `--add-ignore`: what is accepted by a comment isn't found again, and nothing else of a file changes.

use super::cli::{Scratch, err, out, status};
use super::support::{directories_in, files_below, package, quick_or_long};

/// The lines of a concise report, without their places.
fn findings(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.split_once(": ").map(|(_, said)| said.to_owned())).collect()
}

#[test]
fn what_was_commented_is_not_found_again() {
    let groups = ["terraform", "cloudformation", "broken"].map(|name| package("testdata").join(name));
    let mut folders: Vec<_> = groups.iter().flat_map(|group| directories_in(group)).collect();
    folders.push(package("testdata/demo"));
    let mut comments = 0;
    for folder in folders.into_iter().step_by(quick_or_long(3, 1)) {
        let files = files_below(&folder);
        let texts = files.iter().filter_map(|(path, bytes)| Some((path.to_str()?, std::str::from_utf8(bytes).ok()?)));
        let texts: Vec<(&str, &str)> = texts.filter(|(path, _)| *path != "expected.txt").collect();
        let scratch = Scratch::new("adding", &texts);
        let check = |arguments: &[&str]| scratch.run(&[&["check", "-q", "-f", "concise"], arguments].concat());
        let added = check(&["--add-ignore=accepted for now"]);
        let again = check(&[]);
        // What has no place for a comment is still found, and nothing is new.
        let context = format!("{}\n{}\n{}{}", folder.display(), out(&added), out(&again), err(&again));
        assert_eq!(findings(&out(&added)), findings(&out(&again)), "{context}");
        assert_eq!(status(&added), status(&again), "{context}");
        comments += err(&added).split(' ').nth(1).and_then(|number| number.parse::<usize>().ok()).unwrap_or(0);
        for (path, text) in texts.into_iter().filter(|(path, _)| !path.contains(".json")) {
            let now = std::fs::read_to_string(scratch.0.join(path)).unwrap();
            assert!(now.lines().filter(|line| !line.contains("accepted for now")).eq(text.lines()), "{path}\n{now}");
        }
    }
    assert!(comments > quick_or_long(15, 50), "{comments}");
}

#[test]
fn each_language_has_its_comment() {
    let hcl = "\u{feff}resource \"aws_cloudtrail\" \"t\" {\r\n  kms_key_id = \"k\"\r\n  enable_log_file_validation = false\r\n}\r\n";
    let yaml = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n      \
        IsMultiRegionTrail: true\n      IncludeGlobalServiceEvents: true\n      EnableLogFileValidation: true\n      KMSKeyId: k\n      \
        EventSelectors:\n      - ReadWriteType: ReadOnly\n        IncludeManagementEvents: true\n";
    let json = "{\n  \"resource\": {\n    \"aws_cloudtrail\": {\n      \"t\": {\n        \"enable_log_file_validation\": true\n      },\n      \
        \"u\": {\"//\": \"taken\"}\n    }\n  }\n}\n";
    let template =
        "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {\"IsLogging\": true}}}}\n";
    let files = [("hcl/main.tf", hcl), ("t.yaml", yaml), ("json/main.tf.json", json), ("t.json", template)];
    let scratch = Scratch::new("languages", &files);
    let output = scratch.run(&["check", "-q", "-f", "concise", "--add-ignore=say \"why\""]);
    assert_eq!(err(&output), "Added 6 comments to 4 files.\n");
    let now = |path: &str| std::fs::read_to_string(scratch.0.join(path)).unwrap();
    let why = "say \"why\"";
    let expected = hcl.replace("resource", &format!("# trailint: ignore[single-region-trail] {why}\r\nresource"));
    let expected =
        expected.replace("  enable_log", &format!("  # trailint: ignore[unvalidated-logs] {why}\r\n  enable_log"));
    assert_eq!(now("hcl/main.tf"), expected);
    let comment = format!("      # trailint: ignore[missing-management-events] {why}\n      - Read");
    assert_eq!(now("t.yaml"), yaml.replace("      - Read", &comment));
    let comment = "{\n        \"//\": \"trailint: ignore[single-region-trail, logs-without-kms] say \\\"why\\\"\",\n        \"enable";
    let beside =
        "[\"taken\", \"trailint: ignore[single-region-trail, unvalidated-logs, logs-without-kms] say \\\"why\\\"\"]";
    let expected = json.replace("{\n        \"enable", comment).replace("\"taken\"", beside);
    assert_eq!(now("json/main.tf.json"), expected);
    let entry = |rule: &str| format!("{{ \"rule\": \"{rule}\", \"reason\": \"say \\\"why\\\"\" }}");
    let rules = ["single-region-trail", "unvalidated-logs", "logs-without-kms"].map(entry).join(", ");
    let metadata = format!("{{\"Metadata\": {{ \"trailint\": {{ \"ignore\": [{rules}] }} }}, \"Type\"");
    assert_eq!(now("t.json"), template.replace("{\"Type\"", &metadata));
    assert_eq!((status(&output), out(&output)), (0, String::new()));
    // What was added before gets more.
    let output = scratch.run(&["check", "-q", "-f", "concise", "--no-ignores", "--select", "single-region-trail"]);
    assert_eq!((status(&output), out(&output).lines().count()), (1, 4));
}

#[test]
fn a_comment_is_added_only_where_it_can_be_kept() {
    let bad = "resource \"aws_cloudtrail\" \"t\" {\n}\n";
    let latin = b"# caf\xe9\nresource \"aws_cloudtrail\" \"t\" {\n}\n";
    let scratch = Scratch::new("kept", &[("a.tf", bad)]);
    std::fs::write(scratch.0.join("b.txt"), latin).unwrap();
    assert_eq!(status(&scratch.run(&["check", "a.tf", "--add-ignore=two\nlines"])), 2);
    let output = scratch.run(&["check", "b.txt", "--add-ignore"]);
    assert!(err(&output).starts_with("Added 0 comments to 0 files.\n") && status(&output) == 1, "{}", err(&output));
    assert!(err(&output).contains(": suppress it with an `[[ignore]]` entry in `trailint.toml`\n"), "{}", err(&output));
    let described =
        "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Metadata\": [], \"Properties\": {}}}}";
    std::fs::write(scratch.0.join("t.json"), described).unwrap();
    let output = scratch.run(&["check", "t.json", "--add-ignore", "--select", "single-region-trail"]);
    let advice =
        "it already has `Metadata`; add `\"trailint\": { \"ignore\": [{ \"rule\": \"single-region-trail\" }] }` to it";
    assert!(err(&output).contains(advice), "{}", err(&output));
    std::fs::remove_file(scratch.0.join("t.json")).unwrap();
    assert_eq!(std::fs::read(scratch.0.join("b.txt")).unwrap(), latin);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = scratch.0.join("a.tf");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(status(&scratch.run(&["check", "a.tf", "--add-ignore"])), 0);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        let names = std::fs::read_dir(&scratch.0).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.count(), 2);
    }
    let text = std::fs::read_to_string(scratch.0.join("a.tf")).unwrap();
    let comment = "# trailint: ignore[single-region-trail, unvalidated-logs, logs-without-kms]\n";
    assert_eq!(text, format!("{comment}{bad}"));
}

#[test]
fn a_comment_without_an_effect_is_not_added() {
    let flow = "Resources: {T: {Type: AWS::CloudTrail::Trail,\n  Properties: {IsLogging: true,\n    IsMultiRegionTrail: !If [C,\n      \
        true, false]}}}\nConditions: {C: !Equals [a, b]}\n";
    let json = "{\"resource\": {\"aws_cloudtrail\": {\"t\": [{\"kms_key_id\": \"k\"}]}}}\n";
    let taken = "{\"resource\": {\"aws_cloudtrail\": {\"t\": {\"//\": {\"a\": 1}}}}}\n";
    let files = [("t.yaml", flow), ("a/main.tf.json", json), ("b/main.tf.json", taken)];
    let scratch = Scratch::new("effect", &files);
    let check = |arguments: &[&str]| scratch.run(&[&["check", "-q", "-f", "concise"], arguments].concat());
    let added = check(&["--add-ignore"]);
    assert_eq!(findings(&out(&added)), findings(&out(&check(&[]))));
    let now = |path: &str| std::fs::read_to_string(scratch.0.join(path)).unwrap();
    assert_eq!(now("b/main.tf.json"), taken);
    assert!(now("a/main.tf.json").contains("[{\"//\": \"trailint: ignore["), "{}", now("a/main.tf.json"));
    assert!(out(&added).lines().all(|line| line.starts_with("b/")), "{}", out(&added));
    assert!(err(&added).lines().skip(1).all(|line| line.starts_with("b/main.tf.json:1:")), "{}", err(&added));
}

#[test]
fn a_property_gets_more_beside_what_is_there() {
    let trail = |metadata: &str| {
        format!(
            "{{\"Resources\": {{\"T\": {{\"Type\": \"AWS::CloudTrail::Trail\", \"Metadata\": {metadata}, \"Properties\": {{}}}}}}}}"
        )
    };
    let cases = ["{}", "{\"aws:cdk:path\": \"S/T\"}", "{\"trailint\": {}}", "{\"trailint\": {\"ignore\": []}}"];
    let own = "{\"trailint\": {\"ignore\": [{\"rule\": \"unvalidated-logs\", \"reason\": \"x\"}]}, \"a\": 1}";
    for metadata in cases.into_iter().chain([own]) {
        let scratch = Scratch::new("beside", &[("t.json", trail(metadata).as_str())]);
        for rule in ["single-region-trail", "unvalidated-logs", "stopped-trail"] {
            scratch.run(&["check", "--select", rule, "--add-ignore=why"]);
            let again = scratch.run(&["check", "--select", rule]);
            assert_eq!(status(&again), 0, "{rule} {}", std::fs::read_to_string(scratch.0.join("t.json")).unwrap());
        }
    }
}

#[test]
fn standard_input_is_printed_and_no_file_is_changed() {
    use std::io::Write;
    use std::process::Stdio;
    let bad = "resource \"aws_cloudtrail\" \"t\" {\n  enable_logging = false\n}\n";
    let scratch = Scratch::new("typed", &[("main.tf", bad), ("other.tf", "# Nothing.\n")]);
    let run = |arguments: &[&str], text: &str| {
        let mut command = scratch.command(&[&["check", "-q", "-"], arguments].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    for name in [&["--stdin-filename", "main.tf"][..], &["--stdin-filename", "new.tf"], &[]] {
        let fixed = run(&[name, &["--fix"]].concat(), bad);
        assert!(
            out(&fixed).starts_with("resource") && out(&fixed).contains("is_multi_region_trail      = true\n"),
            "{}",
            out(&fixed)
        );
        let added = run(&[name, &["--add-ignore=why"]].concat(), bad);
        let lines: Vec<String> =
            out(&added).lines().filter(|line| !line.contains("# trailint: ignore[")).map(str::to_owned).collect();
        assert_eq!((lines.join("\n") + "\n", out(&added).lines().count()), (bad.to_owned(), 5));
        // What needs no change is printed as it is.
        assert_eq!(out(&run(&[name, &["--fix"]].concat(), "# Nothing.\n")), "# Nothing.\n");
    }
    for option in ["--fix", "--add-ignore"] {
        let mixed = run(&["other.tf", option], bad);
        assert_eq!((status(&mixed), out(&mixed)), (2, String::new()));
    }
    assert_eq!(std::fs::read_to_string(scratch.0.join("main.tf")).unwrap(), bad);
    assert_eq!(std::fs::read_dir(&scratch.0).unwrap().count(), 2);
}

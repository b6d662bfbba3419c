//! Paths in reports, read back as each reader reads them: from the root of the repository, from a directory in it, and
//! from outside of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::{FORMATS, Scratch, err, out, status};

const BAD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = false\n}\n";

/// Where the reader of a format looks for files, from the working directory and the root of its repository.
fn base(format: &str, here: &Path, root: &Path) -> PathBuf {
    match format {
        "full" | "concise" | "markdown" | "rdjson" => here.to_owned(),
        _ => root.to_owned(),
    }
}

/// The paths of a report's findings; nothing for a finding without one.
fn paths(format: &str, text: &str) -> Vec<String> {
    let json = || -> Value { serde_json::from_str(text).unwrap() };
    let strings = |value: &Value, pointer: &str| -> Vec<String> {
        value.as_array().unwrap().iter().map(|one| one.pointer(pointer).unwrap().as_str().unwrap().to_owned()).collect()
    };
    let between = |start: &str, end: &str| -> Vec<String> {
        text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap().to_owned()).collect()
    };
    match format {
        "full" => between("╭─[", ":"),
        "concise" => text.lines().map(|line| line.split(':').next().unwrap().to_owned()).collect(),
        "json" => strings(&json()["findings"], "/location/path"),
        "json-lines" => {
            let findings = text.lines().filter(|line| line.contains("\"type\":\"finding\""));
            let findings: Vec<Value> = findings.map(|line| serde_json::from_str(line).unwrap()).collect();
            strings(&findings.into(), "/location/path")
        }
        "sarif" | "sarif-alerts" => {
            strings(&json()["runs"][0]["results"], "/locations/0/physicalLocation/artifactLocation/uri")
        }
        "github" => between(" file=", ","),
        "gitlab" => strings(&json(), "/location/path"),
        "junit" => {
            let document = roxmltree::Document::parse(text).unwrap();
            let failures = document.descendants().filter(|node| node.has_tag_name("failure"));
            failures.map(|node| node.text().unwrap().trim().split(':').next().unwrap().to_owned()).collect()
        }
        "checkstyle" => between("<file name=\"", "\""),
        "rdjson" => strings(&json()["diagnostics"], "/location/path"),
        "azure" => between("sourcepath=", ";"),
        "markdown" => between("` | `", ":"),
        "html" => between("<span class=\"place\">", ":").into_iter().collect::<BTreeSet<_>>().into_iter().collect(),
        other => panic!("{other}"),
    }
}

/// The bytes of a path of a URI, and whether it is absolute.
fn decoded(uri: &str) -> PathBuf {
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits: Vec<u8> = rest.by_ref().take(2).collect();
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    path_of(bytes)
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    <std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8(bytes).unwrap().into()
}

#[test]
fn paths_lead_to_files_from_where_their_readers_look() {
    let files = ["repo/main.tf", "repo/envs/a b/main.tf", "o1/main.tf", "o1/envs/a b/main.tf"];
    let mut all: Vec<(&str, &str)> = files.iter().map(|path| (*path, BAD)).collect();
    all.push(("repo/.git/HEAD", ""));
    let scratch = Scratch::new("readers", &all);
    let expected: BTreeSet<PathBuf> = files.iter().map(|path| scratch.path(path)).collect();
    for (here, root) in [("repo", "repo"), ("repo/envs/a b", "repo"), ("o1", "o1"), ("o1/envs", "o1/envs"), (".", ".")]
    {
        let (here, root) = (scratch.path(here).canonicalize().unwrap(), scratch.path(root).canonicalize().unwrap());
        for format in FORMATS {
            let mut command = scratch.command(&["check", "--select", "single-region-trail", "-qf", format]);
            let inputs = [scratch.path("repo"), scratch.path("o1")];
            let output = command.args(inputs).current_dir(&here).output().unwrap();
            assert_eq!(status(&output), 1, "{}", err(&output));
            let named = paths(format, &out(&output));
            let is_uri = format.starts_with("sarif");
            let path = |name: &String| if is_uri { decoded(name) } else { name.into() };
            let found: BTreeSet<PathBuf> =
                named.iter().map(|name| base(format, &here, &root).join(path(name)).canonicalize().unwrap()).collect();
            // GitHub knows no other repository.
            let is_known = |path: &&PathBuf| format != "github" || path.starts_with(&root);
            let expected: BTreeSet<PathBuf> = expected.iter().filter(is_known).cloned().collect();
            assert_eq!(found, expected, "{format} in {}: {named:?}", here.display());
            assert_eq!(named.len(), expected.len(), "{format} in {}: {named:?}", here.display());
            let outside = expected.iter().filter(|path| !path.starts_with(&root)).count();
            let marked = named.iter().filter(|name| match is_uri {
                true => name.starts_with("file:///"),
                false => name.starts_with("../"),
            });
            if base(format, &here, &root) == root {
                assert_eq!(marked.count(), outside, "{format} in {}: {named:?}", here.display());
            }
        }
    }
}

#[test]
fn a_finding_outside_of_the_repository_says_its_place_on_github() {
    let scratch = Scratch::new("outside", &[("repo/.git/HEAD", ""), ("repo/main.tf", ""), ("o1/main.tf", BAD)]);
    let mut command = scratch.command(&["check", "../o1", "-qf", "github", "--select", "single-region-trail"]);
    let annotation = out(&command.current_dir(scratch.path("repo")).output().unwrap());
    let expected =
        "::error title=single-region-trail::../o1/main.tf:2:27: trail `aws_cloudtrail.t` records one Region only";
    assert!(annotation.starts_with(expected), "{annotation}");
}

#[test]
fn words_for_people_name_files_from_the_working_directory() {
    let files = [
        ("repo/.git/HEAD", ""),
        ("repo/trailint.toml", "selct = []\n"),
        ("repo/good/trailint.toml", ""),
        ("repo/good/sub/main.tf", BAD),
        ("repo/good/notes.txt.yaml", "AWS::CloudTrail::Trail: a\n"),
        ("repo/good/none/main.tf", ""),
    ];
    let scratch = Scratch::new("words", &files);
    let run = |here: &str, arguments: &[&str]| {
        let output = scratch.command(arguments).current_dir(scratch.path(here)).output().unwrap();
        out(&output) + &err(&output)
    };
    assert!(run("repo", &["check", "."]).starts_with("error: trailint.toml:1:1: "), "{}", run("repo", &["check", "."]));
    let in_good = |arguments: &[&str]| run("repo/good/sub", arguments);
    let said = in_good(&["check", "-v", "-f", "concise", "..", "--config", "../trailint.toml"]);
    assert!(said.contains("\nmain.tf:1:1: ") || said.starts_with("main.tf:"), "{said}");
    assert!(said.contains("\n. (terraform, 1 trail): fail\n"), "{said}");
    let created = in_good(&["baseline", "create", ".", "--config", "../trailint.toml"]);
    assert!(
        created.contains("`../../.trailint-baseline.json` with ")
            || created.contains("`../.trailint-baseline.json` with "),
        "{created}"
    );
    assert!(in_good(&["trace", "aws_cloudtrail.t", ".", "--config", "../trailint.toml"]).contains("╭─[main.tf:2:27]"));
    let configured = in_good(&["config", "show", ".", "--config", "select=[\"stopped-trail\"]"]);
    assert!(configured.contains("--config"), "{configured}");
    let required = in_good(&["check", "--require-trail", "-f", "full", "../none"]);
    assert!(required.contains("deployment `../none`") || required.contains("nothing was checked"), "{required}");
}

#[test]
fn a_diff_is_applied_in_the_directory_where_it_was_made() {
    let files =
        [("repo/.git/HEAD", ""), ("repo/envs/a b/main.tf", BAD), ("repo/envs/é\"/main.tf", BAD), ("o1/main.tf", BAD)];
    for tool in [&["git", "apply"][..], &["patch", "-p1", "--input"]] {
        let scratch = Scratch::new("applied", &files);
        let here = scratch.path("repo/envs");
        let diff = scratch
            .command(&["check", "--diff", "-q", ".", "--select", "single-region-trail"])
            .current_dir(&here)
            .output()
            .unwrap();
        std::fs::write(scratch.path("a.diff"), &diff.stdout).unwrap();
        let [program, arguments @ ..] = tool else { continue };
        let mut command = std::process::Command::new(program);
        let applied = command.args(arguments).arg(scratch.path("a.diff")).current_dir(&here).output();
        let Ok(applied) = applied else { continue };
        // A `.git` that is no repository is none to git.
        assert!(applied.status.success(), "{tool:?}: {}{}", out(&applied), err(&applied));
        for path in ["repo/envs/a b/main.tf", "repo/envs/é\"/main.tf"] {
            let text = std::fs::read_to_string(scratch.path(path)).unwrap();
            assert!(text.contains("= true"), "{tool:?}: {path}\n{}", out(&diff));
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_are_told_apart() {
    let scratch = Scratch::new("apart", &[("repo/.git/HEAD", "")]);
    let repo = scratch.path("repo");
    let names: [&[u8]; 5] = [b"x\xff", b"x\xfe", b"x%FF", b"x%25FF", b"x\xef\xbf\xbd"];
    let files: BTreeSet<PathBuf> = names.iter().map(|name| repo.join(path_of(name.to_vec())).join("main.tf")).collect();
    for file in &files {
        std::fs::create_dir(file.parent().unwrap()).unwrap();
        std::fs::write(file, BAD).unwrap();
    }
    let run = |arguments: &[&str], paths: &[&[u8]]| {
        let mut command = scratch.command(arguments);
        command.args(paths.iter().map(|path| path_of(path.to_vec()))).current_dir(&repo).output().unwrap()
    };
    let select = ["check", "-q", "--select", "single-region-trail", "-f"];
    for format in FORMATS {
        let named = paths(format, &out(&run(&[&select[..], &[format]].concat(), &[])));
        assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), names.len(), "{format}: {named:?}");
        if format.starts_with("sarif") {
            assert_eq!(named.iter().map(|uri| repo.join(decoded(uri))).collect::<BTreeSet<_>>(), files, "{named:?}");
        }
    }
    let fingerprints = |paths: &[&[u8]]| -> Vec<String> {
        let json: Value = serde_json::from_str(&out(&run(&[&select[..], &["json"]].concat(), paths))).unwrap();
        json["findings"].as_array().unwrap().iter().map(|one| one["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(fingerprints(&[b"x\xff"]), ["v1:single-region-trail:x%FF:aws_cloudtrail.t:is_multi_region_trail"]);
    assert_eq!(fingerprints(&[b"x%FF"]), ["v1:single-region-trail:x%25FF:aws_cloudtrail.t:is_multi_region_trail"]);
    assert_eq!(fingerprints(&[]).into_iter().collect::<BTreeSet<_>>().len(), names.len());
    // What is accepted in one is not in another.
    let accepted = run(&["baseline", "create", "--select", "single-region-trail"], &[b"x\xff"]);
    assert!(err(&accepted).contains("with 1 entry "), "{}", err(&accepted));
    let left = paths("concise", &out(&run(&[&select[..], &["concise"]].concat(), &[])));
    assert_eq!(left.len(), names.len() - 1, "{left:?}");
    assert!(!left.contains(&"x%FF/main.tf".to_owned()), "{left:?}");
    std::fs::write(scratch.path("list"), b"x\xfe\nx\xf0\n").unwrap();
    let missing = run(&["check", "--files-from", "../list"], &[]);
    assert_eq!((status(&missing), err(&missing).contains("can't read `x%F0`")), (2, true), "{}", err(&missing));
}

//! What other programs read to run this one: hooks, the GitHub action, GitLab's template.

mod installing;
mod pre_commit;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use trailint::internal::source::{FileId, Sources};
use trailint::internal::syntax::node::{Meaning, Node, NodeKind};
use trailint::internal::syntax::yaml;

use super::cli::{BAD, GOOD, Scratch, err, out, status};
use super::support::{package, skipped};

/// The documents of a YAML file of this package.
pub(crate) fn documents(path: &str) -> Vec<Value> {
    parsed(path, std::fs::read(package(path)).unwrap())
}

/// The documents of a text in YAML.
pub(crate) fn parsed(name: &str, text: Vec<u8>) -> Vec<Value> {
    let sources = Sources::new(package(""));
    let id: FileId = sources.add(&package(name), text);
    let tree = yaml::parse(id, &sources.file(id));
    assert!(tree.problems.is_empty(), "{name}: {:?}", tree.problems);
    tree.documents.iter().map(|node| value(node)).collect()
}

fn value(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Scalar(scalar) => match scalar.meaning() {
            Meaning::Null => Value::Null,
            Meaning::Bool(is_so) => is_so.into(),
            Meaning::Number(number) => number.into(),
            Meaning::String | Meaning::Ambiguous => scalar.text.clone().into(),
        },
        NodeKind::Sequence(items) => items.iter().map(|item| value(item)).collect(),
        NodeKind::Mapping(mapping) => {
            let entry = |entry: &trailint::internal::syntax::node::Entry| {
                (value(&entry.key).as_str().unwrap().to_owned(), value(&entry.value))
            };
            Value::Object(mapping.entries.iter().map(entry).collect())
        }
        NodeKind::Alias(target) => value(target),
    }
}

/// Runs a script as a runner does, with the program on the path.
fn bash(scratch: &Scratch, arguments: &[&str], variables: &[(&str, &str)]) -> Option<Output> {
    let program = Path::new(env!("CARGO_BIN_EXE_trailint")).parent().unwrap();
    let path = std::env::join_paths([program, Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    let mut command = Command::new("bash");
    command.args(arguments).current_dir(scratch.path("")).env_clear().env("PATH", path);
    command.envs(variables.iter().copied()).output().ok()
}

/// Whether an action of somebody else's is one commit and no name that may move.
pub(crate) fn is_pinned(uses: &str) {
    let (_, commit) = uses.split_once('@').unwrap();
    assert!(commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{uses}");
}

#[test]
fn the_action_has_the_shape_that_github_documents() {
    let schema = std::fs::read_to_string(package("testdata/schemas/github-action.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let action = documents("action.yml").remove(0);
    let errors: Vec<String> = validator.iter_errors(&action).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let used = action["runs"]["steps"].as_array().unwrap().iter().filter_map(|step| step["uses"].as_str());
    used.for_each(is_pinned);
    let mut wrong = action;
    wrong["runs"]["using"] = "poem".into();
    assert!(!validator.is_valid(&wrong), "the schema allows anything");
}

#[test]
fn no_input_of_the_action_is_text_of_a_script() {
    let action = documents("action.yml").remove(0);
    let steps = action["runs"]["steps"].as_array().unwrap();
    let scripts: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert!(scripts.len() >= 3);
    assert!(scripts.iter().all(|script| !script.contains("${{")), "{scripts:?}");
    let used: String = steps.iter().map(|step| step["env"].to_string()).collect();
    for input in action["inputs"].as_object().unwrap().keys().filter(|input| *input != "working-directory") {
        assert!(used.contains(&format!("inputs.{input} }}}}")), "`{input}` is used nowhere");
    }
}

#[test]
fn the_action_checks_and_leaves_its_status_to_a_later_step() {
    let test = "the_action_checks_and_leaves_its_status_to_a_later_step";
    let files = [("bad/a.tf", BAD), ("good one/a.tf", GOOD), ("-x/a.tf", GOOD)];
    for (paths, args, sarif, expected) in [
        ("bad", "", "", 1),
        ("bad", "--fail-on\nnever\n", "", 0),
        ("good one\nbad\n", "", "reports/it's $(touch hacked).sarif", 1),
        ("good one", "--select\nstopped-trail", "", 0),
        ("-x", "", "", 0),
        ("missing", "", "missing.sarif", 2),
        ("$(touch hacked)", "", "", 2),
        ("; touch hacked", "`touch hacked`", "", 2),
    ] {
        let scratch = Scratch::new("action", &files);
        std::fs::create_dir(scratch.path("reports")).unwrap();
        let (output_file, summary_file) = (scratch.path("output"), scratch.path("summary"));
        let variables = [
            ("PATHS", paths),
            ("ARGS", args),
            ("SARIF_FILE", sarif),
            ("UPLOAD_SARIF", "false"),
            ("SUMMARY", "true"),
            ("GITHUB_OUTPUT", output_file.to_str().unwrap()),
            ("GITHUB_STEP_SUMMARY", summary_file.to_str().unwrap()),
        ];
        let script = package(".ci/action/check");
        let Some(run) = bash(&scratch, &[script.to_str().unwrap()], &variables) else {
            return skipped(test, "there is no bash");
        };
        assert_eq!(status(&run), 0, "{paths}: {}", err(&run));
        let said = std::fs::read_to_string(output_file).unwrap();
        assert!(said.starts_with(&format!("exit-status={expected}\n")), "{paths}: {said}{}", err(&run));
        assert_eq!(said.contains("sarif-file=/"), !sarif.is_empty() && expected != 2, "{said}");
        assert_eq!(out(&run).contains("::error file=bad/a.tf"), paths.contains("bad"), "{}", out(&run));
        assert_eq!(std::fs::read_to_string(summary_file).unwrap().contains("CloudTrail coverage"), expected != 2);
        assert!(!scratch.path("hacked").exists(), "{paths}");
    }
}

#[test]
fn the_action_uploads_a_report_of_its_own() {
    let scratch = Scratch::new("action-upload", &[("a.tf", BAD)]);
    let output_file = scratch.path("output");
    let variables = [
        ("PATHS", "."),
        ("ARGS", ""),
        ("SARIF_FILE", ""),
        ("UPLOAD_SARIF", "true"),
        ("SUMMARY", "false"),
        ("GITHUB_OUTPUT", output_file.to_str().unwrap()),
    ];
    let script = package(".ci/action/check");
    if bash(&scratch, &[script.to_str().unwrap()], &variables).is_none() {
        return skipped("the_action_uploads_a_report_of_its_own", "there is no bash");
    }
    let report = scratch.path("trailint.sarif");
    let said = std::fs::read_to_string(output_file).unwrap();
    assert_eq!(said, format!("exit-status=1\nsarif-file={}\n", report.display()));
    assert!(std::fs::read_to_string(report).unwrap().contains("\"kind\": \"fail\""));
}

#[test]
fn the_job_of_the_gitlab_template_reports() {
    let job = documents("templates/trailint.yml").remove(1)["trailint"].take();
    let lines = job["before_script"].as_array().unwrap().iter().chain(job["script"].as_array().unwrap());
    let script: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
    let scratch = Scratch::new("gitlab", &[("bad/a.tf", BAD), ("good/a.tf", GOOD)]);
    let run = |paths: &str| bash(&scratch, &["-ec", &script.join("\n")], &[("TRAILINT_PATHS", paths)]);
    let Some(bad) = run("bad good") else {
        return skipped("the_job_of_the_gitlab_template_reports", "there is no bash");
    };
    assert_eq!(status(&bad), 1, "{}", err(&bad));
    for report in job["artifacts"]["paths"].as_array().unwrap() {
        assert!(scratch.path(report.as_str().unwrap()).exists(), "{report}");
    }
    let reports = job["artifacts"]["reports"].as_object().unwrap().values();
    assert!(reports.into_iter().all(|report| job["artifacts"]["paths"].as_array().unwrap().contains(report)));
    assert_eq!(status(&run("good").unwrap()), 0);
    assert_eq!(status(&run("$(touch${IFS}hacked)").unwrap()), 2);
    assert!(!scratch.path("hacked").exists());
}

//! What other programs read to run this one: hooks, the GitHub action, GitLab's template.

mod installing;
mod pre_commit;

use std::collections::BTreeMap;
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
            // As a key, `on` is a text.
            let entry = |entry: &trailint::internal::syntax::node::Entry| {
                (entry.key.as_text().unwrap().to_owned(), value(&entry.value))
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
    let used: String = steps.iter().flat_map(|step| [step["env"].to_string(), step["with"].to_string()]).collect();
    for input in action["inputs"].as_object().unwrap().keys().filter(|input| *input != "working-directory") {
        assert!(used.contains(&format!("inputs.{input} }}}}")), "`{input}` is used nowhere");
    }
}

/// What the action's script wrote for later steps, and what it printed.
struct ActionRun {
    scratch: Scratch,
    /// The outputs by name.
    outputs: BTreeMap<String, String>,
    summary: String,
    printed: String,
}

impl ActionRun {
    /// Runs the script with these variables in place of the defaults of the inputs; nothing where there is no bash.
    fn new(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Option<Self> {
        let scratch = Scratch::new("action", files);
        std::fs::create_dir_all(scratch.path("reports")).unwrap();
        std::fs::create_dir(scratch.path("runner")).unwrap();
        let [output_file, summary_file, temporary] = ["output", "summary", "runner"].map(|name| scratch.path(name));
        let defaults = [
            ("PATHS", "."),
            ("ARGS", ""),
            ("SARIF_FILE", ""),
            ("UPLOAD_SARIF", "false"),
            ("SUMMARY", "true"),
            ("GITHUB_OUTPUT", output_file.to_str().unwrap()),
            ("GITHUB_STEP_SUMMARY", summary_file.to_str().unwrap()),
            ("RUNNER_TEMP", temporary.to_str().unwrap()),
        ];
        let script = package(".ci/action/check");
        let run = bash(&scratch, &[script.to_str().unwrap()], &[&defaults, variables].concat())?;
        assert_eq!(status(&run), 0, "{}", err(&run));
        let text = std::fs::read_to_string(output_file).unwrap();
        let outputs = text.lines().map(|line| line.split_once('=').unwrap());
        let outputs = outputs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let summary = std::fs::read_to_string(summary_file).unwrap_or_default();
        Some(Self { scratch, outputs, summary, printed: out(&run) + &err(&run) })
    }

    fn status(&self) -> &str {
        &self.outputs["exit-status"]
    }

    /// The results of the report that an output names.
    fn results(&self, output: &str) -> Vec<Value> {
        let report = std::fs::read(&self.outputs[output]).unwrap();
        serde_json::from_slice::<Value>(&report).unwrap()["runs"][0]["results"].as_array().unwrap().clone()
    }
}

#[test]
fn the_action_checks_and_leaves_its_status_to_a_later_step() {
    let test = "the_action_checks_and_leaves_its_status_to_a_later_step";
    let files = [("bad/a.tf", BAD), ("good one/a.tf", GOOD), ("-x/a.tf", GOOD)];
    for (paths, args, sarif, expected) in [
        ("bad", "", "", "1"),
        ("bad", "--fail-on\nnever\n", "", "0"),
        ("good one\nbad\n", "", "reports/it's $(touch hacked).sarif", "1"),
        ("good one", "--select\nstopped-trail", "", "0"),
        ("-x", "", "", "0"),
        ("missing", "", "missing.sarif", "2"),
        ("$(touch hacked)", "", "", "2"),
        ("; touch hacked", "`touch hacked`", "", "2"),
    ] {
        let variables = [("PATHS", paths), ("ARGS", args), ("SARIF_FILE", sarif)];
        let Some(run) = ActionRun::new(&files, &variables) else { return skipped(test, "there is no bash") };
        assert_eq!(run.status(), expected, "{paths}: {}", run.printed);
        let has_report = run.outputs.get("sarif-file").is_some_and(|path| path.starts_with('/'));
        assert_eq!(has_report, !sarif.is_empty() && expected != "2", "{paths}");
        assert!(!run.outputs.contains_key("alerts-file"));
        assert_eq!(run.printed.contains("::error file=bad/a.tf"), paths.contains("bad"), "{}", run.printed);
        assert_eq!(run.summary.contains("CloudTrail coverage"), expected != "2", "{}", run.summary);
        assert!(!run.scratch.path("hacked").exists(), "{paths}");
    }
}

#[test]
fn the_action_uploads_failures_and_keeps_all_results() {
    let accepted = format!("# trailint: ignore[single-region-trail] planned\n{BAD}");
    let open = "variable \"m\" {}\nresource \"aws_cloudtrail\" \"t\" {\n  enable_logging = var.m\n}\n";
    let files = [("accepted/a.tf", accepted.as_str()), ("open/a.tf", open), ("bad/a.tf", BAD)];
    for (sarif, name) in [("", "/trailint.sarif"), ("reports/all.sarif", "/reports/all.sarif")] {
        let variables = [("UPLOAD_SARIF", "true"), ("SARIF_FILE", sarif)];
        let Some(run) = ActionRun::new(&files, &variables) else {
            return skipped("the_action_uploads_failures_and_keeps_all_results", "there is no bash");
        };
        assert!(run.outputs["sarif-file"].ends_with(name), "{:?}", run.outputs);
        // Neither report is in the checkout unless its path was given.
        assert!(!run.scratch.path("trailint.sarif").exists());
        let is_alert = |result: &Value| result["kind"] == "fail" && result["suppressions"].is_null();
        let (all, alerts) = (run.results("sarif-file"), run.results("alerts-file"));
        assert!(alerts.iter().all(is_alert) && !alerts.is_empty());
        assert_eq!(all.iter().filter(|result| is_alert(result)).count(), alerts.len());
        assert!(all.iter().any(|result| result["kind"] == "open"));
        assert!(all.iter().any(|result| !result["suppressions"].is_null()));
    }
}

#[test]
fn an_incomplete_check_of_the_action_is_annotated_and_summarized() {
    let stale = ("reports/old.sarif", "{}");
    for (args, expected) in [
        ("--select\nno-such-rule", "error: unknown rule or group `no-such-rule`"),
        ("--var-file\n100%\u{1b}[1m<b>.tfvars", "error: can't read `100%25"),
        ("--diff-base\nno-such-revision", "error: "),
    ] {
        let variables = [("ARGS", args), ("SARIF_FILE", stale.0), ("UPLOAD_SARIF", "true")];
        let Some(run) = ActionRun::new(&[("a.tf", BAD), stale], &variables) else {
            return skipped("an_incomplete_check_of_the_action_is_annotated_and_summarized", "there is no bash");
        };
        assert_eq!(
            run.outputs.keys().collect::<Vec<_>>(),
            ["exit-status"],
            "a report of an earlier run isn't uploaded"
        );
        assert_eq!(run.status(), "2");
        let annotation = run.printed.lines().find(|line| line.starts_with("::error ")).unwrap();
        let told = "::error title=trailint::the check isn't complete (exit status 2): ";
        assert!(annotation.starts_with(&format!("{told}{expected}")), "{annotation}");
        assert!(run.summary.starts_with("## CloudTrail check not complete\n"), "{}", run.summary);
        assert!(run.summary.contains("<pre>\nerror: ") && run.summary.ends_with("</pre>\n"), "{}", run.summary);
        assert!(!run.summary.contains("<b>") && !run.printed.contains('\u{1b}'), "{}", run.summary);
    }
    let variables = [("PATHS", "missing"), ("SUMMARY", "false")];
    let run = ActionRun::new(&[], &variables).unwrap();
    assert!(run.printed.contains("::error title=trailint::") && run.summary.is_empty());
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

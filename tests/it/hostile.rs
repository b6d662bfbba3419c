//! Input that means harm: each is judged, or there is a word about why not.

mod faults;
mod fixing;
mod inert;
mod limits;
mod promises;
mod soak;
mod streams;
mod table;
mod text;
mod tree;
mod writes;

use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Report, View};
use trailint::internal::scan::{Input as Named, ScanInputs};
use trailint::internal::source::{Disk, Sources};
use trailint::internal::suppress;

use super::cli::{Scratch, err, out, status};
use super::repository::Repository;
use super::support::{check, quick_or_long, skipped};
use table::{Input, Time, rewrite, tables};

/// As much stack as the smallest threads have that anybody runs us on.
const STACK: usize = 1 << 20;

/// What no table may expect.
const PANIC: &str = "it ends in a panic\n";

#[test]
fn hostile_inputs_are_judged_or_refused() {
    let tables = tables();
    let said = std::thread::scope(|scope| {
        let check = |inputs| scope.spawn(move || Input::check_all(inputs));
        let threads: Vec<_> = tables.iter().map(|(_, inputs)| check(inputs)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let mut differences = Vec::new();
    let lost: Vec<&str> = tables
        .iter()
        .zip(&said)
        .flat_map(|((_, inputs), said)| inputs.iter().zip(said))
        .filter(|(_, said)| said.contains(PANIC))
        .map(|(input, _)| input.name.as_str())
        .collect();
    assert!(lost.is_empty(), "these end in a panic: {lost:?}");
    for ((path, inputs), said) in tables.iter().zip(&said) {
        if is_rewriting() {
            rewrite(path, inputs, said);
            continue;
        }
        for (input, said) in inputs.iter().zip(said).filter(|(input, said)| input.said != **said) {
            differences.push(format!("=== {}\nexpected:\n{}said:\n{said}", input.name, input.said));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(tables.iter().all(|(_, inputs)| inputs.iter().any(|input| !input.is_long)), "no input is checked");
}

#[test]
fn silence_has_a_reason() {
    for input in tables().into_iter().flat_map(|(_, inputs)| inputs) {
        let is_silent = input.said.starts_with("nothing\n") || input.said.ends_with("exit status 0\n");
        assert_eq!(is_silent, input.has_reason, "{}", input.name);
    }
}

fn is_rewriting() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Does work on a thread with little stack.
fn on_small_stack<T: Send>(work: impl FnOnce() -> T + Send) -> std::thread::Result<T> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK);
        builder.spawn_scoped(scope, work).unwrap().join()
    })
}

impl Input {
    /// What is said about each, on threads with little stack.
    fn check_all(inputs: &[Self]) -> Vec<String> {
        let said = |input: &Self| on_small_stack(|| input.check());
        inputs.iter().map(|input| said(input).unwrap_or_else(|_| PANIC.to_owned())).collect()
    }

    fn check(&self) -> String {
        if self.is_long && !is_rewriting() && quick_or_long(true, false) {
            return self.said.clone();
        }
        if self.is_plain() { self.check_in_memory() } else { self.check_on_disk() }
    }

    fn check_in_memory(&self) -> String {
        let files: Vec<_> = self.files().collect();
        let report = check(files.iter().map(|(path, bytes)| (path, *bytes)));
        said(&report)
    }

    fn check_on_disk(&self) -> String {
        if self.entries.iter().any(|entry| entry.time != Time::Now) {
            return self.check_as_change();
        }
        let scratch = Scratch::new(&format!("hostile-{}", self.name), &[]);
        let root = scratch.0.join("tree");
        std::fs::create_dir(&root).unwrap();
        self.make(&root, Time::Now);
        match &self.options {
            Some(options) => {
                self.run(|arguments| scratch.command(arguments).current_dir(&root).output().unwrap(), options)
            }
            None => {
                let inputs = ScanInputs {
                    paths: vec![Named { given: ".".into(), path: root.clone() }],
                    ..ScanInputs::default()
                };
                let disk = Disk::new(std::slice::from_ref(&root));
                said(&engine::check(&disk, &inputs, Sources::new(root), &settings()).unwrap())
            }
        }
    }

    fn check_as_change(&self) -> String {
        let Some(repository) = Repository::new(&format!("hostile-{}", self.name)) else {
            skipped(&self.name, "there is no git");
            return self.said.clone();
        };
        self.make(&repository.root, Time::Before);
        repository.commit();
        self.remove_old(&repository.root);
        self.make(&repository.root, Time::Now);
        self.run(|arguments| repository.run(arguments), self.options.as_deref().unwrap_or_default())
    }

    /// What the program says, and its exit status.
    fn run(&self, run: impl Fn(&[&str]) -> std::process::Output, options: &[String]) -> String {
        let options = options.iter().map(String::as_str);
        let arguments: Vec<&str> = ["check", "--format", "concise"].into_iter().chain(options).collect();
        let output = run(&arguments);
        assert!(matches!(status(&output), 0..=2), "{}", err(&output));
        let failed = if status(&output) == 2 { err(&output) } else { String::new() };
        format!("{}{failed}exit status {}\n", grave(&out(&output)), status(&output))
    }
}

fn settings() -> EngineSettings {
    let suppress =
        suppress::SuppressionPolicy { today: "2026-01-01".parse().unwrap(), ..suppress::SuppressionPolicy::default() };
    EngineSettings { suppress, ..EngineSettings::default() }
}

fn said(report: &Report) -> String {
    let said = grave(&OutputFormat::Concise.render_plain(report, &View::default()));
    if said.is_empty() { "nothing\n".to_owned() } else { said }
}

/// What is an error, or isn't known; the rest is advice.
fn grave(lines: &str) -> String {
    let is_grave = |line: &&str| !line.contains(": warning[") && !line.contains(": note[");
    lines.lines().filter(is_grave).map(|line| format!("{line}\n")).collect()
}

//! What the tests at every boundary share.

use std::io::Write;
use std::path::{Path, PathBuf};

use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::formats::Plan;
use trailint::internal::report::{Outcome, Report};
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{Fs, Memory, Sources};
use trailint::internal::suppress;

/// The report on files that lie in no directory of this machine.
pub(crate) fn check<B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (impl AsRef<Path>, B)>) -> Report {
    let suppress =
        suppress::SuppressionPolicy { today: "2026-01-01".parse().unwrap(), ..suppress::SuppressionPolicy::default() };
    check_with(files, EngineSettings { suppress, ..EngineSettings::default() })
}

/// The same with settings. The files in `evidence` are the saved output of commands.
pub(crate) fn check_with<B: Into<Vec<u8>>>(
    files: impl IntoIterator<Item = (impl AsRef<Path>, B)>,
    settings: EngineSettings,
) -> Report {
    let (fs, sources, mut settings) = given(files, settings);
    let mut inputs = everything();
    if fs.kind(Path::new("/evidence")).is_ok() {
        settings.evaluation.evidence.push("/evidence".into());
        inputs.evidence.push(Input { given: "evidence".into(), path: "/evidence".into() });
    }
    let mut report = engine::check(&fs, &inputs, sources, &settings).unwrap();
    report.merge_findings();
    report
}

/// Files, of which `given.plan.json` is named with `--plan`.
pub(crate) fn given<B: Into<Vec<u8>>>(
    files: impl IntoIterator<Item = (impl AsRef<Path>, B)>,
    mut settings: EngineSettings,
) -> (Memory, Sources, EngineSettings) {
    let (fs, sources) = (Memory::new(files), Sources::new("/".into()));
    if let Ok(id) = sources.load_named(&fs, Path::new("/given.plan.json")) {
        settings.evaluation.plan = Some(Plan::read(id, "given.plan.json", &sources.file(id)).unwrap().into());
    }
    (fs, sources, settings)
}

/// All files, wherever they lie.
pub(crate) fn everything() -> ScanInputs {
    ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() }
}

/// The name by which a text is read as what it is.
pub(crate) fn file_name(language: &str, text: &str) -> &'static str {
    match language {
        "hcl" => "main.tf",
        "yaml" => "template.yaml",
        "json" if text.contains("\"resource\"") => "main.tf.json",
        "json" => "template.json",
        other => panic!("no file is written in `{other}`"),
    }
}

pub(crate) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Unknown => "unknown",
    }
}

/// The verdict of a rule on the trails of a report, which must agree.
pub(crate) fn verdict(report: &Report, rule: &str) -> &'static str {
    let trails = report.deployments.iter().flat_map(|deployment| &deployment.trails);
    let said = trails.flat_map(|trail| &trail.rules).filter(|(asked, _)| asked.id() == rule);
    let said: Vec<Outcome> = said.map(|(_, outcome)| *outcome).collect();
    let worst = [Outcome::Fail, Outcome::Unknown, Outcome::Pass].into_iter().find(|outcome| said.contains(outcome));
    worst.map(word).unwrap_or_else(|| panic!("`{rule}` was asked about no trail"))
}

/// A place in the package.
pub(crate) fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files below a directory with their paths relative to it, in order.
pub(crate) fn files_below(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                files.push((path.strip_prefix(directory).unwrap().to_owned(), bytes));
            }
        }
    }
    files.sort();
    files
}

/// The projects of a file, at least one: `=== name` begins one, `--- path` begins a file in it.
pub(crate) fn projects_in(path: &str) -> Vec<(String, Vec<(String, String)>)> {
    let text = std::fs::read_to_string(package(path)).unwrap();
    let split = |text: &str| {
        let (name, rest) = text.split_once('\n').unwrap();
        (name.to_owned(), rest.to_owned())
    };
    let project = |text: &str| {
        let (name, files) = split(text);
        (name, files.split("--- ").skip(1).map(split).collect())
    };
    let projects: Vec<_> = text.split("=== ").skip(1).map(project).collect();
    assert!(!projects.is_empty(), "{path} contains no project");
    projects
}

/// The cases in a directory of the package, one directory for each; at least one.
pub(crate) fn cases_in(path: &str) -> Vec<PathBuf> {
    let cases = directories_in(&package(path));
    assert!(!cases.is_empty(), "{path} contains no case");
    cases
}

/// The directories directly in a directory, in order.
pub(crate) fn directories_in(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut directories: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    directories.sort();
    directories
}

/// Compares a text with the one in a file, or rewrites the file when `UPDATE` is set.
pub(crate) fn expect_file(path: &Path, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text, expected, "{} differs; read the change and accept it with UPDATE=1", path.display());
}

/// One of two amounts of work: the long one if `TRAILINT_LONG` is set, as it is in CI.
pub(crate) fn quick_or_long<T>(quick: T, long: T) -> T {
    if std::env::var_os("TRAILINT_LONG").is_some() { long } else { quick }
}

/// Says that a test can't do its work here.
pub(crate) fn skipped(test: &str, why: &str) {
    // Not `eprintln!`, of which a passing test shows nothing.
    let mut stream = std::io::stderr();
    writeln!(stream, "{test}: skipped: {why}").unwrap();
}

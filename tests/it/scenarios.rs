//! Small projects and the text that a person reads about them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use trailint::internal::finding::{FindingTarget, Label};
use trailint::internal::output::{OutputFormat, place, sanitize, summary};
use trailint::internal::report::{Diagnostic, Report, View};
use trailint::internal::source::Sources;

use super::support::{cases_in, check, expect_file, files_below, package};

/// The directories of `testdata` that contain scenarios.
const GROUPS: &[&str] = &["terraform", "cloudformation", "plan", "limits", "broken", "clean"];

/// The scenarios whose text is in the format `full`, which covers each part of its layout. All others are concise, so
/// that a change of the layout doesn't rewrite them.
const FULL: &[&str] = &[
    "broken/unclosed-block",
    "broken/utf16",
    "cloudformation/anchors-and-merge-keys",
    "cloudformation/nested-stacks",
    "plan/values-without-changes",
    "terraform/doubts-around-a-trail",
    "terraform/instances",
    "terraform/json-syntax",
    "terraform/unknown-values-are-told-apart",
    "terraform/value-through-local-and-variable",
];

/// The text that the expected text of a scenario without findings contains.
const NOTHING: &str = "(no findings)\n";

/// With `SCENARIO`, only those with this text in their name.
#[test]
fn scenarios_read_as_expected() {
    let chosen = std::env::var("SCENARIO").unwrap_or_default();
    let scenarios: Vec<_> = scenarios().into_iter().filter(|(name, _)| name.contains(&chosen)).collect();
    assert!(!scenarios.is_empty(), "no scenario has `{chosen}` in its name");
    scenarios.into_par_iter().for_each(|(name, directory)| {
        let report = check(files_of(&directory));
        let text = match FULL.contains(&&*name) {
            true => plain(&OutputFormat::Full.render(&report, &View::default())),
            false => concise(&report, &View::default()),
        };
        expect_file(&directory.join("expected.txt"), &text);
        assert!(!name.starts_with("clean/") || text == NOTHING, "{name} isn't clean");
    });
}

/// The full scenarios exist and have findings.
#[test]
fn full_scenarios_show_source_lines() {
    let scenarios = scenarios();
    for name in FULL {
        let directory = scenarios.get(*name).unwrap_or_else(|| panic!("there is no scenario `{name}`"));
        let text = std::fs::read_to_string(directory.join("expected.txt")).unwrap();
        assert!(text.contains("─["), "{name} has no finding, so it needs no full text");
    }
}

/// `testdata/summaries.txt` has the summaries of the scenarios that exist because of them, and of some others.
#[test]
fn summaries_read_as_expected() {
    let path = package("testdata/summaries.txt");
    let text = std::fs::read_to_string(&path).unwrap();
    let listed: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("=== ")).collect();
    let scenarios = scenarios();
    let mut found = String::new();
    for name in &listed {
        let directory = scenarios.get(*name).unwrap_or_else(|| panic!("there is no scenario `{name}`"));
        writeln!(found, "=== {name}\n{}", summary(&check(files_of(directory)), &View::default())).unwrap();
    }
    expect_file(&path, &found);
    let visible: Vec<&String> = scenarios.keys().filter(|name| !listed.contains(&name.as_str())).collect();
    for name in visible {
        let expected = std::fs::read_to_string(scenarios[name].join("expected.txt")).unwrap();
        assert_ne!(expected, NOTHING, "{name} has no findings, so its summary belongs in {}", path.display());
    }
}

/// The scenarios by name, `group/case`.
pub(crate) fn scenarios() -> BTreeMap<String, PathBuf> {
    let mut scenarios = BTreeMap::new();
    for group in GROUPS {
        let directories = cases_in(&format!("testdata/{group}"));
        for directory in directories {
            scenarios.insert(format!("{group}/{}", directory.file_name().unwrap().display()), directory);
        }
    }
    scenarios
}

pub(crate) fn files_of(scenario: &Path) -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
    files_below(scenario).into_iter().filter(|(name, _)| name.to_str() != Some("expected.txt"))
}

/// The report in the format `concise`, with the reasons of each finding below its line: the labels with the text that
/// they mark, the notes, and the help.
pub(crate) fn concise(report: &Report, view: &View) -> String {
    let lines = plain(&OutputFormat::Concise.render(report, view));
    let mut findings = view.listed(report);
    let mut text = String::new();
    for line in lines.split_inclusive('\n') {
        text.push_str(line);
        // What follows the findings is about the whole run.
        if let Some(diagnostic) = findings.next() {
            text.push_str(&reasons(diagnostic, &report.sources));
        }
    }
    assert!(findings.next().is_none(), "a finding has no line of its own: {text}");
    if text.is_empty() { NOTHING.to_owned() } else { text }
}

fn reasons(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let mut lines = Vec::new();
    if let FindingTarget::Text(label) = &diagnostic.finding.place {
        let text = if label.text.is_empty() { String::new() } else { format!(": {}", label.text) };
        lines.push(format!("{}{text}", marked(label, sources)));
    }
    let related = diagnostic.finding.related.iter();
    lines.extend(
        related.map(|label| format!("{}: {}: {}", place(label.span, sources), marked(label, sources), label.text)),
    );
    lines.extend(diagnostic.finding.notes.iter().map(|note| format!("note: {note}")));
    for (decisions, verb) in [(&diagnostic.fails_when, "fails"), (&diagnostic.passes_when, "passes")] {
        lines.extend((!decisions.is_empty()).then(|| format!("{verb} when {}", decisions.join(" and "))));
    }
    lines.extend(diagnostic.advice().map(|help| format!("help: {help}")));
    lines.iter().map(|line| format!("  {}\n", sanitize(line))).collect()
}

/// The first line of the text that a label marks.
fn marked(label: &Label, sources: &Sources) -> String {
    const MAX_SHOWN: usize = 60;
    let file = sources.file(label.span.file);
    let text = file.slice(label.span);
    let line = text.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() { format!("`{shown}…`") } else { format!("`{shown}`") }
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

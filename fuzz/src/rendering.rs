//! A report whose texts are any: each format says them, and nothing in them acts on whoever reads it.

use std::path::Path;

use clap::ValueEnum;
use trailint::internal::finding::FindingTarget;
use trailint::internal::output::OutputFormat;
use trailint::internal::report::{Diagnostic, Report, View};
use trailint::internal::source::{FileId, Span};

use super::runners::{azure, github, teamcity};

/// What decides how a report is made up.
pub trait Choices {
    /// A number below another.
    fn below(&mut self, end: usize) -> usize;
    /// Any text.
    fn text(&mut self) -> String;
}

/// Choices that are bytes, one after the other; after the last one everything is nothing.
struct Bytes<'a>(&'a [u8]);

impl Choices for Bytes<'_> {
    fn below(&mut self, end: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % end
    }

    /// What comes before the next byte that no text has.
    fn text(&mut self) -> String {
        let end = self.0.iter().position(|byte| *byte == 0xff).unwrap_or(self.0.len());
        let (text, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    }
}

/// Renders a report that is made up of bytes.
///
/// # Panics
///
/// See [`inspect`].
pub fn check(bytes: &[u8]) {
    inspect(&report(&mut Bytes(bytes)));
}

/// A report with a pass, failures, an unknown and a file that can't be read, all texts of which are made up.
pub fn report(choices: &mut dyn Choices) -> Report {
    let text = "variable \"m\" {}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n  \
                enable_logging = local.l\n}\nlocals {\n  l = false\n}\n";
    let broken = "resource \"aws_cloudtrail\" \"t\" {\n  a = = 1\n";
    let mut report = super::check([("a/main.tf", text.as_bytes()), ("b/main.tf", broken.as_bytes())]);
    for judged in &mut report.deployments {
        change_text(&mut judged.root, choices);
        judged.trails.iter_mut().for_each(|trail| change_text(&mut trail.address, choices));
    }
    let mut findings = std::mem::take(&mut report.findings);
    findings.iter_mut().for_each(|diagnostic| change(diagnostic, choices, &report));
    report.findings = findings;
    report.name_findings();
    report
}

fn change_text(text: &mut String, choices: &mut dyn Choices) {
    if choices.below(100) < 70 {
        *text = choices.text();
    }
}

fn change(diagnostic: &mut Diagnostic, choices: &mut dyn Choices, report: &Report) {
    change_text(&mut diagnostic.finding.message, choices);
    let parts = [
        &mut diagnostic.address,
        &mut diagnostic.finding.attribute,
        &mut diagnostic.deployment,
        &mut diagnostic.finding.help,
    ];
    parts.into_iter().flatten().for_each(|part| *part = choices.text());
    let lists = [
        &mut diagnostic.finding.notes,
        &mut diagnostic.finding.blocked_by,
        &mut diagnostic.fails_when,
        &mut diagnostic.passes_when,
    ];
    lists.into_iter().for_each(|list| *list = (0..choices.below(3)).map(|_| choices.text()).collect());
    if choices.below(100) < 20 {
        diagnostic.finding.place = FindingTarget::File(choices.text());
    }
    let primary = match &mut diagnostic.finding.place {
        FindingTarget::Text(label) => Some(label),
        FindingTarget::File(_) | FindingTarget::Run => None,
    };
    for label in primary.into_iter().chain(&mut diagnostic.finding.related) {
        label.text = choices.text();
        label.span = place(choices, report);
    }
}

/// A place in a file of a name and a text that mean harm.
fn place(choices: &mut dyn Choices, report: &Report) -> Span {
    let (name, text) = (choices.text(), choices.text());
    let path = format!("/{}", report.sources.all().len());
    let file: FileId = report.sources.add_as(Path::new(&path), name, text.clone().into_bytes());
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut end = || ends.get(choices.below(ends.len())).copied().unwrap_or_default();
    let (one, other) = (end(), end());
    Span::new(file, one.min(other), one.max(other))
}

/// Asserts that no format lets a text act on anything, and that those for programs can be read.
///
/// # Panics
///
/// When one does, or can't be read.
pub fn inspect(report: &Report) {
    let view = View {
        is_verbose: true,
        shows_not_evaluated: true,
        shows_passed: true,
        benchmark: Some("cis-aws-7.0".to_owned()),
        ..View::default()
    };
    for format in OutputFormat::value_variants() {
        let text = format.render_plain(report, &view);
        let context = || format!("{format:?}:\n{text}");
        assert!(!text.chars().any(is_active), "{}", context());
        for line in text.lines() {
            let is_ours = |own: &OutputFormat, commands: &[&str]| {
                format == own && commands.iter().any(|own| line.starts_with(own))
            };
            let may_act = is_ours(&OutputFormat::Github, &["::error ", "::warning ", "::notice "])
                || is_ours(&OutputFormat::Azure, &["##vso[task.logissue ", "##vso[task.complete "]);
            let acts = github(line).is_some() || azure(line).is_some() || teamcity(line);
            assert!(may_act || !acts, "{line} in {}", context());
        }
        match format {
            OutputFormat::Json
            | OutputFormat::Sarif
            | OutputFormat::SarifAlerts
            | OutputFormat::Gitlab
            | OutputFormat::Asff
            | OutputFormat::Rdjson => assert_json(&text),
            OutputFormat::JsonLines => text.lines().for_each(assert_json),
            OutputFormat::Checkstyle | OutputFormat::Junit => {
                roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error} in {}", context()));
            }
            OutputFormat::Full
            | OutputFormat::Concise
            | OutputFormat::Github
            | OutputFormat::Azure
            | OutputFormat::Markdown
            | OutputFormat::Html => {}
        }
    }
}

fn assert_json(text: &str) {
    let read: Result<serde_json::Value, _> = serde_json::from_str(text);
    assert!(read.is_ok(), "{read:?} in {text}");
}

/// What acts on a terminal, or makes a text look like another one.
fn is_active(c: char) -> bool {
    let is_bidirectional =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_invisible = matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() && c != '\n' || matches!(c, '\u{2028}' | '\u{2029}') || is_bidirectional || is_invisible
}

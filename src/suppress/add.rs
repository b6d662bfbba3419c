//! `--add-ignore`: where a comment goes that accepts a finding, and what it says in the file's language.
//!
//! Texts are spliced in as bytes; what a file says otherwise stays as it is.

mod json;

use std::collections::BTreeMap;

use super::outline::Outline;
use crate::report::{Place, Report, Reported};
use crate::rules::{self, Check, Rule};
use crate::source::{FileId, SourceFile, Span};

/// A file as it is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commented {
    /// The file.
    pub file: FileId,
    /// Its new text.
    pub text: String,
    /// The findings of the report, by number, that are accepted in it.
    pub findings: Vec<usize>,
    /// How many comments it has more.
    pub comments: usize,
}

/// Where a comment is put in, and how it is written there.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    offset: usize,
    form: Form,
}

/// How a comment is written at a [`Spot`].
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// A line of its own, indented like the next one.
    Line { indent: String, ending: &'static str },
    /// The first property of an object.
    Property { notation: json::Notation, before: String, after: String },
}

/// The files with comments for all findings that are shown and count, as far as there is a place for them.
/// What is enforced can't be accepted.
pub fn comments(report: &Report, reason: &str, enforced: &[&str]) -> Vec<Commented> {
    let mut files: BTreeMap<FileId, Vec<(usize, &Reported, Span)>> = BTreeMap::new();
    let is_acceptable =
        |(_, finding): &(usize, &Reported)| is_acceptable(finding, report) && !enforced.contains(&finding.rule.id());
    for (index, finding) in report.findings.iter().enumerate().filter(is_acceptable) {
        if let Place::Text(label) = &finding.place {
            files.entry(label.span.file).or_default().push((index, finding, label.span));
        }
    }
    let comment = |(file, findings)| comment_file(file, findings, reason, report);
    files.into_iter().filter_map(comment).collect()
}

fn is_acceptable(finding: &Reported, report: &Report) -> bool {
    let is_judged = !matches!(finding.rule.check, Check::Reading | Check::Ignoring | Check::Comparing);
    is_judged && finding.suppressed.is_none() && report.tells(finding)
}

fn comment_file(
    id: FileId,
    findings: Vec<(usize, &Reported, Span)>,
    reason: &str,
    report: &Report,
) -> Option<Commented> {
    let file = report.sources.file(id);
    // What isn't UTF-8 couldn't be written as it was.
    if !file.replaced.is_empty() {
        return None;
    }
    let outline = Outline::read(id, &file);
    let mut spots: BTreeMap<Spot, Vec<&'static Rule>> = BTreeMap::new();
    let mut accepted = Vec::new();
    for (index, finding, place) in findings {
        if let Some(spot) = spot(place, &outline, &file) {
            spots.entry(spot).or_default().push(finding.rule);
            accepted.push(index);
        }
    }
    let mut text = file.text.clone();
    // From the end, so that offsets stay true.
    for (spot, rules) in spots.iter_mut().rev() {
        rules.sort_by_key(|rule| rules::position(rule));
        rules.dedup_by_key(|rule| rule.id());
        text.insert_str(spot.offset, &spot.form.write(rules, reason));
    }
    let commented = Commented { file: id, text, findings: accepted, comments: spots.len() };
    (commented.comments > 0).then_some(commented)
}

/// Where a comment about a place goes: above the innermost item around it that begins a line, or into the
/// object of JSON that stands for a block or a resource.
fn spot(place: Span, outline: &Outline, file: &SourceFile) -> Option<Spot> {
    if file.body().1.trim_start().starts_with('{') && !outline.documents.is_empty() {
        return outline.documents.iter().find_map(|document| json::spot(place, document, file));
    }
    let holds = |item: &&Span| item.range().contains(&place.range().start);
    outline.items.iter().rev().filter(holds).find_map(|item| above(*item, file, !outline.documents.is_empty()))
}

/// The line above an item, if nothing but dashes of YAML comes before it on its own.
fn above(item: Span, file: &SourceFile, is_yaml: bool) -> Option<Spot> {
    let (start, _) = file.line_bounds(file.position(item.start).line as usize);
    let before = file.text.get(start as usize..item.start as usize)?;
    let (mark, before) = match before.strip_prefix('\u{feff}') {
        Some(rest) => (before.len().saturating_sub(rest.len()), rest),
        None => (0, before),
    };
    let indent: String = before.chars().take_while(|c| c.is_whitespace()).collect();
    let rest = before.trim();
    let is_first = rest.is_empty() || is_yaml && rest.split_whitespace().all(|word| word == "-");
    let ending = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
    let offset = (start as usize).saturating_add(mark);
    is_first.then_some(Spot { offset, form: Form::Line { indent, ending } })
}

impl Form {
    fn write(&self, rules: &[&'static Rule], reason: &str) -> String {
        let names = rules.iter().map(|rule| rule.id()).collect::<Vec<_>>().join(", ");
        let directive = format!("trailint: ignore[{names}] {reason}");
        match self {
            Form::Line { indent, ending } => format!("{indent}# {}{ending}", directive.trim_end()),
            Form::Property { notation, before, after } => {
                let property = notation.property(directive.trim_end(), rules, reason);
                format!("{before}{property}{after}")
            }
        }
    }
}

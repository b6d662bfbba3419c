//! `--add-ignore`: inserts a comment that suppresses a finding, in the syntax of the file.
//!
//! The rest of the file stays unchanged.

mod json;

use std::collections::{BTreeMap, BTreeSet};

use super::outline::PlaceOutline;
use crate::edit::{self, Edit};
use crate::finding::FindingTarget;
use crate::report::{Diagnostic, Report, View};
use crate::rules::{self, Check, Rule};
use crate::source::{FileId, SourceFile, Span};

/// A file with new comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentedFile {
    pub file: FileId,
    pub text: String,
    /// The indices of the report's findings that the comments suppress.
    pub findings: Vec<usize>,
    /// The number of new comments.
    pub comments: usize,
}

/// The comments for the findings of a report, and the findings without one.
#[derive(Debug, Default)]
pub struct AddedComments {
    /// The files with new comments.
    pub files: Vec<CommentedFile>,
    /// The findings for which no comment is possible.
    pub uncommented: Vec<UncommentedFinding>,
}

/// A finding for which no comment is possible.
#[derive(Debug)]
pub struct UncommentedFinding {
    /// The place of the finding.
    pub place: Span,
    pub rule: &'static Rule,
    /// The reason and the alternative, as the end of a sentence.
    pub advice: String,
}

/// The place and the form of a new comment.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct InsertionPoint {
    start: usize,
    /// The end of the text that the comment replaces.
    end: usize,
    form: Form,
}

/// The form of a comment at a [`InsertionPoint`].
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// A line of its own, with the indentation of the next line.
    Line { indent: String, ending: &'static str },
    /// A part of a JSON object.
    Json { part: json::AddedPart, before: String, after: String },
}

/// Returns comments for all visible findings that count, where a comment is possible. Findings of enforced rules and
/// those in `refused` get none.
pub fn comments(
    report: &Report,
    view: &View,
    reason: &str,
    enforced: &[&str],
    refused: &BTreeSet<usize>,
) -> AddedComments {
    let mut files: BTreeMap<FileId, Vec<(usize, &Diagnostic, Span)>> = BTreeMap::new();
    let is_acceptable = |(_, diagnostic): &(usize, &Diagnostic)| {
        view.is_visible(diagnostic) && is_acceptable(diagnostic) && !enforced.contains(&diagnostic.rule.id())
    };
    for (index, diagnostic) in report.findings.iter().enumerate().filter(is_acceptable) {
        if let FindingTarget::Text(label) = &diagnostic.finding.place {
            files.entry(label.span.file).or_default().push((index, diagnostic, label.span));
        }
    }
    let mut comments = AddedComments::default();
    for (file, findings) in files {
        comments.add_to(file, findings, reason, report, refused);
    }
    comments
}

/// Returns the comment that suppresses one finding, which is visible, and the place to insert it; `None` if no comment is possible.
pub fn comment(report: &Report, number: usize, reason: &str, enforced: &[&str]) -> Option<(Span, String)> {
    let diagnostic = report.findings.get(number)?;
    let FindingTarget::Text(label) = &diagnostic.finding.place else { return None };
    let file = report.sources.file(label.span.file);
    let is_possible = is_acceptable(diagnostic) && !enforced.contains(&diagnostic.rule.id());
    if !is_possible || !file.replaced.is_empty() || file.within.is_some() || !file.path.is_absolute() {
        return None;
    }
    let spot = insertion_point(label.span, &PlaceOutline::read(label.span.file, &file), &file).ok()?;
    let place = Span::new(label.span.file, spot.start, spot.end);
    Some((place, spot.form.write(&[diagnostic.rule], reason)))
}

fn is_acceptable(diagnostic: &Diagnostic) -> bool {
    let is_judged =
        !matches!(diagnostic.rule.check, Check::Reading | Check::Evidence | Check::Ignoring | Check::Comparing);
    is_judged && diagnostic.suppressed.is_none()
}

impl AddedComments {
    fn add_to(
        &mut self,
        id: FileId,
        findings: Vec<(usize, &Diagnostic, Span)>,
        reason: &str,
        report: &Report,
        refused: &BTreeSet<usize>,
    ) {
        let file = report.sources.file(id);
        let outline = PlaceOutline::read(id, &file);
        let mut spots: BTreeMap<InsertionPoint, Vec<&'static Rule>> = BTreeMap::new();
        let mut accepted = Vec::new();
        for (index, diagnostic, place) in findings {
            match insertion_point(place, &outline, &file) {
                _ if refused.contains(&index) => {
                    self.uncommented.push(UncommentedFinding::of(place, diagnostic.rule, None, reason))
                }
                Ok(spot) => {
                    spots.entry(spot).or_default().push(diagnostic.rule);
                    accepted.push(index);
                }
                Err(taken) => self.uncommented.push(UncommentedFinding::of(place, diagnostic.rule, taken, reason)),
            }
        }
        let comments = spots.len();
        let text = edit::splice(&edits(id, spots, reason), &report.sources).remove(&id);
        self.files.extend(text.map(|text| CommentedFile { file: id, text, findings: accepted, comments }));
    }
}

impl UncommentedFinding {
    fn of(place: Span, rule: &'static Rule, taken: Option<json::CommentForm>, reason: &str) -> Self {
        let advice = match taken {
            Some(taken) => taken.advice(rule, reason),
            None => "suppress it with an `[[ignore]]` entry in `trailint.toml`".to_owned(),
        };
        Self { place, rule, advice }
    }
}

/// Returns the edits that insert the comments.
fn edits(id: FileId, spots: BTreeMap<InsertionPoint, Vec<&'static Rule>>, reason: &str) -> BTreeSet<Edit> {
    let mut edits = BTreeSet::new();
    for (spot, mut rules) in spots {
        rules.sort_by_key(|rule| rules::position(rule));
        rules.dedup_by_key(|rule| rule.id());
        edits.insert(Edit { span: Span::new(id, spot.start, spot.end), text: spot.form.write(&rules, reason) });
    }
    edits
}

/// Returns the place of a comment about a place in a file: above the innermost item that contains it and begins a line,
/// or in the JSON object of the block or resource. The error names the property that prevents a comment, if one does.
fn insertion_point(
    place: Span,
    outline: &PlaceOutline,
    file: &SourceFile,
) -> Result<InsertionPoint, Option<json::CommentForm>> {
    // A file with invalid UTF-8 can't be written back unchanged.
    if !file.replaced.is_empty() {
        return Err(None);
    }
    if file.body().1.trim_start().starts_with('{') && !outline.documents.is_empty() {
        let found = outline.documents.iter().find_map(|document| json::insertion_point(place, document, file));
        return found.ok_or(None)?.map_err(Some);
    }
    let is_yaml = !outline.documents.is_empty();
    outline
        .items
        .iter()
        .rev()
        .filter(|item| item.range().contains(&place.range().start))
        .find_map(|item| above(*item, file, is_yaml))
        .ok_or(None)
}

/// Returns the line above an item, if only the dashes of YAML precede the item on its line.
fn above(item: Span, file: &SourceFile, is_yaml: bool) -> Option<InsertionPoint> {
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
    is_first.then_some(InsertionPoint { start: offset, end: offset, form: Form::Line { indent, ending } })
}

impl Form {
    fn write(&self, rules: &[&'static Rule], reason: &str) -> String {
        match self {
            Form::Line { indent, ending } => format!("{indent}# {}{ending}", directive(rules, reason)),
            Form::Json { part, before, after } => format!("{before}{}{after}", part.write(rules, reason)),
        }
    }
}

/// Formats the text of a comment.
fn directive(rules: &[&'static Rule], reason: &str) -> String {
    let names = rules.iter().map(|rule| rule.id()).collect::<Vec<_>>().join(", ");
    format!("trailint: ignore[{names}] {reason}").trim_end().to_owned()
}

//! `full`: each finding with its source lines.

use std::collections::HashMap;

use anstyle::{AnsiColor, Style};

use super::link::link;
use super::resolving::ResolvingCommands;
use super::sanitize::sanitize;
use super::{concise, passed, snippet};
use crate::finding::{FindingTarget, Level};
use crate::report::{Deployment, Diagnostic, Outcome, Report, View};
use crate::source::{Position, SourceFile, Sources, Span};
use crate::value::cut;

/// The maximum number of source lines that are shown, unless all details are requested. Further findings take one line.
const MAX_SNIPPETS: usize = 2_000;

/// The number of deployments that a heading names.
const MAX_IN_HEADING: usize = 20;

pub(super) fn render(report: &Report, view: &View) -> String {
    let mut text = String::new();
    let (mut left, mut omitted) = (if view.is_verbose { usize::MAX } else { MAX_SNIPPETS }, 0_usize);
    for FindingGroup { heading, mut findings } in by_deployment(view.visible(report).collect(), report) {
        text.extend(heading);
        findings.sort_by_key(|diagnostic| severity_rank(diagnostic));
        let mut is_after_line = false;
        for (diagnostic, dependents) in by_cause(findings, view) {
            let is_line = left == 0 || takes_one_line(diagnostic, view);
            if is_after_line && !is_line {
                text.push('\n');
            }
            is_after_line = is_line;
            if is_line {
                text.push_str(&concise::line(diagnostic, report));
            } else {
                render_finding(diagnostic, &dependents, report, &view.cited, left, &mut text);
            }
            if !takes_one_line(diagnostic, view) {
                let snippets = diagnostic.finding.related.len().saturating_add(1);
                omitted = omitted.saturating_add(snippets.saturating_sub(left));
                left = left.saturating_sub(snippets);
            }
        }
        if is_after_line {
            text.push('\n');
        }
    }
    text.push_str(&match omitted {
        0 => String::new(),
        1 => "1 source line isn't shown (`-v` shows it).\n".to_owned(),
        more => format!("{more} source lines aren't shown (`-v` shows them).\n"),
    });
    text.push_str(&ResolvingCommands::of(report, view, |own| view.is_visible(own)).lines(view.is_verbose));
    text.extend(passed::all(report, view).map(|passed| passed.full(report)));
    text
}

/// The findings in the same deployments.
struct FindingGroup<'r> {
    heading: Option<String>,
    findings: Vec<&'r Diagnostic>,
}

/// Groups findings by their deployments, if there are several. The group with the most severe finding comes first.
fn by_deployment<'r>(findings: Vec<&'r Diagnostic>, report: &Report) -> Vec<FindingGroup<'r>> {
    let mut groups: Vec<FindingGroup<'r>> = Vec::new();
    let mut indices: HashMap<Vec<Deployment>, usize> = HashMap::new();
    for diagnostic in &findings {
        let at = *indices.entry(diagnostic.deployments()).or_insert_with(|| {
            groups.push(FindingGroup { heading: Some(heading(diagnostic, report)), findings: Vec::new() });
            groups.len().saturating_sub(1)
        });
        if let Some(group) = groups.get_mut(at) {
            group.findings.push(diagnostic);
        }
    }
    if indices.keys().filter(|deployments| !deployments.is_empty()).count() < 2 {
        return vec![FindingGroup { heading: None, findings }];
    }
    groups.sort_by_key(|group| group.findings.iter().map(|diagnostic| severity_rank(diagnostic)).min());
    groups
}

/// Puts unknown findings that depend on the same unknown values behind the first of them, unless all details are
/// requested.
fn by_cause<'r>(findings: Vec<&'r Diagnostic>, view: &View) -> Vec<(&'r Diagnostic, Vec<&'r Diagnostic>)> {
    let mut groups: Vec<(&Diagnostic, Vec<&Diagnostic>)> = Vec::new();
    let mut indices: HashMap<&[String], usize> = HashMap::new();
    for diagnostic in findings {
        let causes = diagnostic.finding.blocked_by.as_slice();
        let is_joined = !view.is_verbose && !causes.is_empty() && severity_rank(diagnostic) == UNKNOWN_RANK;
        let own = if is_joined { indices.get(causes).copied() } else { None };
        match own.and_then(|index| groups.get_mut(index)) {
            Some((_, dependents)) => dependents.push(diagnostic),
            None => {
                if is_joined {
                    indices.insert(causes, groups.len());
                }
                groups.push((diagnostic, Vec::new()));
            }
        }
    }
    groups
}

/// The rank of unknown findings among the others.
const UNKNOWN_RANK: u8 = 2;

/// Orders errors before warnings, unknowns, notes, findings that aren't evaluated, and suppressed ones.
fn severity_rank(diagnostic: &Diagnostic) -> u8 {
    match (diagnostic.outcome, diagnostic.level) {
        _ if diagnostic.suppressed.is_some() => 5,
        (Outcome::Unknown, _) if diagnostic.finding.is_declared_elsewhere => 4,
        (Outcome::Unknown, _) => UNKNOWN_RANK,
        (Outcome::Pass | Outcome::Fail, Level::Error) => 0,
        (Outcome::Pass | Outcome::Fail, Level::Warning) => 1,
        (Outcome::Pass | Outcome::Fail, Level::Note) => 3,
    }
}

/// True for a note, and for a finding that isn't evaluated, unless all details are requested.
fn takes_one_line(diagnostic: &Diagnostic, view: &View) -> bool {
    !view.is_verbose && matches!(severity_rank(diagnostic), 3 | 4)
}

/// The heading of the findings in the deployments of `first`.
fn heading(first: &Diagnostic, report: &Report) -> String {
    let bold = Style::new().bold();
    let listed = first.list_deployments(MAX_IN_HEADING, |root| report.sources.display_name(root));
    let text = listed.map_or_else(|| "Files:".to_owned(), |listed| format!("In {listed}:"));
    format!("{bold}{}{bold:#}\n\n", sanitize(&text))
}

/// Writes a finding with at most `snippets` source lines, and a line for each finding that depends on the same values.
fn render_finding(
    diagnostic: &Diagnostic,
    dependents: &[&Diagnostic],
    report: &Report,
    benchmark: &str,
    snippets: usize,
    text: &mut String,
) {
    let bold = Style::new().bold();
    text.push_str(&format!("{}{bold}: {}{bold:#}\n", tag(diagnostic), sanitize(&message(diagnostic, report))));
    match &diagnostic.finding.place {
        FindingTarget::Text(label) => text.push_str(&snippet::draw(label, &report.sources)),
        FindingTarget::File(_) => text.push_str(&format!("   ╭─[{}]\n   ╰────\n", place_of(diagnostic, report))),
        FindingTarget::Run => {}
    }
    for label in diagnostic.finding.related.iter().take(snippets.saturating_sub(1)) {
        text.push_str(&snippet::draw(label, &report.sources));
    }
    for dependent in dependents {
        let place = linked_place_of(dependent, report);
        text.push_str(&format!("  {}: {} ({place})\n", tag(dependent), sanitize(&message(dependent, report))));
    }
    for (word, sentence) in footer_lines(diagnostic, benchmark) {
        text.push_str(&format!("  {bold}{word}{bold:#}: {}\n", sanitize(&sentence)));
    }
    text.push('\n');
}

/// The lines below the snippets: the suppression, notes with the controls of the benchmark, and the help.
pub(super) fn footer_lines(diagnostic: &Diagnostic, benchmark: &str) -> Vec<(&'static str, String)> {
    let control = diagnostic.rule.page.control(benchmark).zip(diagnostic.rule.page.requires.as_ref());
    let reading = diagnostic.rule.page.reading(benchmark).map(|reading| format!(" ({reading})")).unwrap_or_default();
    let control = control.map(|(id, requires)| format!("{} {id} requires {requires}{reading}", title(benchmark)));
    let notes =
        diagnostic.finding.notes.iter().cloned().chain(witness(diagnostic)).chain(control).map(|note| ("note", note));
    let suppressed = diagnostic.suppressed.iter().map(|suppression| ("suppressed", suppression.describe()));
    suppressed.chain(notes).chain(diagnostic.advice().into_iter().map(|help| ("help", help))).collect()
}

/// The values with which the finding would fail and pass, unless its message names them.
fn witness(diagnostic: &Diagnostic) -> Option<String> {
    let is_named = diagnostic.fails_when.iter().any(|decision| diagnostic.finding.message.ends_with(&**decision));
    let fails = side("fails", &diagnostic.fails_when).filter(|_| !is_named);
    let sides: Vec<String> = fails.into_iter().chain(side("passes", &diagnostic.passes_when)).collect();
    (diagnostic.outcome == Outcome::Unknown && !sides.is_empty()).then(|| sides.join(", "))
}

fn side(verb: &str, decisions: &[String]) -> Option<String> {
    let shown: Vec<String> = decisions.iter().map(|decision| format!("`{}`", cut(decision))).collect();
    (!shown.is_empty()).then(|| format!("{verb} when {}", shown.join(" and ")))
}

/// The displayed name of a benchmark.
fn title(benchmark: &str) -> String {
    match benchmark.strip_prefix("cis-aws-") {
        Some(version) => format!("CIS AWS Foundations v{version}.0"),
        None => benchmark.to_uppercase(),
    }
}

/// The level and the rule: `error[single-region-trail]`.
pub(super) fn tag(diagnostic: &Diagnostic) -> String {
    let color = match (diagnostic.outcome, diagnostic.level) {
        _ if diagnostic.suppressed.is_some() => AnsiColor::BrightBlack,
        (Outcome::Unknown, _) => AnsiColor::Magenta,
        (Outcome::Pass | Outcome::Fail, Level::Error) => AnsiColor::Red,
        (Outcome::Pass | Outcome::Fail, Level::Warning) => AnsiColor::Yellow,
        (Outcome::Pass | Outcome::Fail, Level::Note) => AnsiColor::Cyan,
    };
    let style = color.on_default().bold();
    format!("{style}{}[{}]{style:#}", word(diagnostic), diagnostic.rule.id())
}

/// The level, or `suppressed`, `unknown` or `not evaluated`.
pub(super) fn word(diagnostic: &Diagnostic) -> &'static str {
    match (diagnostic.outcome, diagnostic.level) {
        _ if diagnostic.suppressed.is_some() => "suppressed",
        (Outcome::Unknown, _) if diagnostic.finding.is_declared_elsewhere => "not evaluated",
        (Outcome::Unknown, _) => "unknown",
        (Outcome::Pass | Outcome::Fail, Level::Error) => "error",
        (Outcome::Pass | Outcome::Fail, Level::Warning) => "warning",
        (Outcome::Pass | Outcome::Fail, Level::Note) => "note",
    }
}

/// The directory to which paths are relative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathBase {
    /// The working directory.
    Here,
    /// The root of the repository.
    Root,
}

impl PathBase {
    /// `path:line:column`, or the path alone.
    pub(super) fn place_of(self, diagnostic: &Diagnostic, report: &Report) -> String {
        match self {
            Self::Here => place_of(diagnostic, report),
            Self::Root => rooted_place_of(diagnostic, report),
        }
    }

    /// The location as `path:line:column`.
    pub(super) fn place(self, span: Span, sources: &Sources) -> String {
        match self {
            Self::Here => place(span, sources),
            Self::Root => rooted_place(span, sources),
        }
    }
}

/// The message with displayed names, which are relative to the working directory.
pub(super) fn message(diagnostic: &Diagnostic, report: &Report) -> String {
    let display = |root: &str| report.sources.display_name(root);
    let listed = diagnostic.in_deployments(str::to_owned).zip(diagnostic.in_deployments(display));
    if let Some((own, shown)) = listed
        && let Some(message) = diagnostic.finding.message.strip_suffix(own.as_str())
    {
        return format!("{message}{shown}");
    }
    let named = match (&diagnostic.finding.place, &diagnostic.deployment) {
        (_, Some(root)) => (root, "deployment "),
        (FindingTarget::File(name), None) => (name, ""),
        (FindingTarget::Text(_) | FindingTarget::Run, None) => return diagnostic.finding.message.clone(),
    };
    let quoted = |name: &str| format!("{}`{name}`", named.1);
    diagnostic.finding.message.replace(&quoted(named.0), &quoted(&report.sources.display_name(named.0)))
}

/// `path:line:column`, or the path alone, from the working directory.
pub(super) fn place_of(diagnostic: &Diagnostic, report: &Report) -> String {
    match &diagnostic.finding.place {
        FindingTarget::Text(label) => place(label.span, &report.sources),
        FindingTarget::File(name) => whole(&report.sources.display_name(name)),
        FindingTarget::Run => ".".to_owned(),
    }
}

/// The location relative to the root of the repository.
pub(super) fn rooted_place_of(diagnostic: &Diagnostic, report: &Report) -> String {
    match &diagnostic.finding.place {
        FindingTarget::Text(label) => rooted_place(label.span, &report.sources),
        FindingTarget::File(name) => whole(name),
        FindingTarget::Run => ".".to_owned(),
    }
}

/// The location with a hyperlink to the file.
pub(super) fn linked_place_of(diagnostic: &Diagnostic, report: &Report) -> String {
    match &diagnostic.finding.place {
        FindingTarget::Text(label) => linked_place(label.span, &report.sources),
        FindingTarget::File(name) => whole(&report.sources.display_name(name)),
        FindingTarget::Run => ".".to_owned(),
    }
}

/// Escapes a path that a colon follows, so that they can't form a command at the start of a line.
fn whole(name: &str) -> String {
    let followed = sanitize(&format!("{name}:")).into_owned();
    followed.strip_suffix(':').map(str::to_owned).unwrap_or(followed)
}

/// `path:line:column`, from the working directory.
pub fn place(span: Span, sources: &Sources) -> String {
    let file = sources.file(span.file);
    place_in(&sources.file_display_name(&file), &file, span)
}

/// The location relative to the root of the repository.
pub(super) fn rooted_place(span: Span, sources: &Sources) -> String {
    let file = sources.file(span.file);
    place_in(&file.name, &file, span)
}

fn place_in(name: &str, file: &SourceFile, span: Span) -> String {
    let Position { line, column, .. } = file.position(span.start);
    sanitize(&format!("{name}:{line}:{column}")).into_owned()
}

/// The location with a hyperlink to the file.
pub(super) fn linked_place(span: Span, sources: &Sources) -> String {
    link(&place(span, sources), &sources.file(span.file))
}

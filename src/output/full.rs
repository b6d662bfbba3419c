//! `full`: each finding with its source lines.

mod brief;
mod layout;

use anstyle::{AnsiColor, Style};

use super::citation::citation;
use super::link::link;
use super::resolving::ResolvingCommands;
use super::sanitize::sanitize;
use super::wrap::wrap;
use super::{passed, snippet, summary};
use crate::finding::{FindingTarget, Level};
use crate::named::quoted;
use crate::report::{Diagnostic, Outcome, Report, View};
use crate::source::{Position, SourceFile, Sources, Span};
use crate::value::cut;
use layout::{Block, FindingGroup, Layout, Names, depend_on_same, takes_one_line};

/// The maximum number of source lines that are shown, unless all details are requested. Further findings take one line.
const MAX_SNIPPETS: usize = 2_000;

/// The maximum number of lines that a run which passes prints, with the summary, unless all details are requested or
/// more warnings and unknowns need a line.
const MAX_BRIEF_LINES: usize = 24;

/// The indentation of the further lines of a title.
pub(super) const TITLE_INDENT: usize = 4;

/// The indentation of the further lines below `note:` and `help:`.
pub(super) const FOOTER_INDENT: usize = 8;

pub(super) fn render(report: &Report, view: &View) -> String {
    let commands = ResolvingCommands::of(report, view, |own| view.is_visible(own)).lines(view.is_verbose);
    let mut layout = Layout::new(view.listed(report).collect(), view);
    if view.is_brief {
        let others = summary::summary(report, view).lines().count().saturating_add(commands.lines().count());
        let screen = MAX_BRIEF_LINES.saturating_sub(others);
        let names = layout.names();
        let lines = |diagnostic: &Diagnostic| short(diagnostic, names, report, view).lines().count();
        brief::fit(&mut layout, screen, lines, |layout| text(layout, report, view).lines().count());
    } else {
        layout.limit(if view.is_verbose { usize::MAX } else { MAX_SNIPPETS });
    }
    let passed: String = passed::all(report, view).iter().map(|passed| passed.full(report, view.width)).collect();
    text(&layout, report, view) + &commands + &passed
}

/// The text of the findings with as many source lines as the layout has.
fn text(layout: &Layout<'_>, report: &Report, view: &View) -> String {
    let mut text = String::new();
    for group in layout.groups.iter().filter(|group| group.is_drawn()) {
        let names = if layout.has_headings() { Names::InHeading } else { Names::IfAmbiguous };
        if layout.has_headings() {
            text.push_str(&heading(group, report, view.width));
        }
        let mut is_after_line = false;
        for block in &group.blocks {
            if block.shown_lines > 0 {
                text.push_str(if is_after_line { "\n" } else { "" });
                render_block(block, names, report, view, &mut text);
            } else {
                text.extend(block.findings().map(|own| short(own, names, report, view)));
            }
            is_after_line = block.shown_lines == 0;
        }
        text.push_str(if is_after_line { "\n" } else { "" });
    }
    let lines: String = layout.apart().into_iter().map(|own| short(own, layout.names(), report, view)).collect();
    text.push_str(&lines);
    text.push_str(if lines.is_empty() { "" } else { "\n" });
    text.push_str(&match layout.omitted() {
        0 => String::new(),
        1 => "1 excerpt of the code isn't shown (`-v` shows it).\n".to_owned(),
        more => format!("{more} excerpts of the code aren't shown (`-v` shows them).\n"),
    });
    text.push_str(&match layout.hidden_notes {
        0 => String::new(),
        1 => "1 note isn't shown (`-v` shows it).\n".to_owned(),
        more => format!("{more} notes aren't shown (`-v` shows them).\n"),
    });
    text
}

/// The heading of the findings in the same deployments.
fn heading(group: &FindingGroup<'_>, report: &Report, width: usize) -> String {
    /// The number of deployments that a heading names.
    const MAX_NAMED: usize = 20;
    let bold = Style::new().bold();
    let mut findings = group.blocks.iter().flat_map(Block::findings);
    let listed = findings.find_map(|first| first.list_deployments(MAX_NAMED, |root| report.sources.display_name(root)));
    let text = listed.map_or_else(|| "Files:".to_owned(), |listed| format!("In {listed}:"));
    wrap(&format!("{bold}{}{bold:#}", sanitize(&text)), width, 0) + "\n\n"
}

/// A finding on one line. The line of an unknown outcome has the reason, and a second one the help, if there is one.
fn short(diagnostic: &Diagnostic, names: Names, report: &Report, view: &View) -> String {
    let place = linked_place_of(diagnostic, report);
    let words = format!("{}{}", named_message(diagnostic, names, report), reason(diagnostic));
    let line = wrap(&format!("{place}: {} {}", tag(diagnostic), sanitize(&words)), view.width, TITLE_INDENT);
    let help = if diagnostic.outcome == Outcome::Unknown { help_line(diagnostic, view) } else { String::new() };
    format!("{line}\n{help}")
}

/// The help of a finding that has only a line.
fn help_line(diagnostic: &Diagnostic, view: &View) -> String {
    const INDENT: usize = 10;
    if diagnostic.finding.is_declared_elsewhere || diagnostic.suppressed.is_some() {
        return String::new();
    }
    let bold = Style::new().bold();
    let help = diagnostic.advice().filter(|_| !diagnostic.is_unresolvable());
    let line =
        help.map(|help| wrap(&format!("    {bold}help{bold:#}: {}", sanitize(&help)), view.width, INDENT) + "\n");
    line.unwrap_or_default()
}

/// The reason of an unknown outcome, to follow its message.
fn reason(diagnostic: &Diagnostic) -> String {
    let label = diagnostic.finding.place.label().filter(|_| diagnostic.outcome == Outcome::Unknown);
    label.filter(|label| !label.text.is_empty()).map(|label| format!(": {}", label.text)).unwrap_or_default()
}

/// Writes the first finding of a block with its source lines, and a line for each of the others.
fn render_block(block: &Block<'_>, names: Names, report: &Report, view: &View, text: &mut String) {
    let diagnostic = block.first;
    let bold = Style::new().bold();
    let message = named_message(diagnostic, names, report);
    let title = format!("{}{bold}: {}{bold:#}", tag(diagnostic), sanitize(&message));
    text.push_str(&format!("{}\n", wrap(&title, view.width, TITLE_INDENT)));
    match &diagnostic.finding.place {
        FindingTarget::Text(label) => text.push_str(&snippet::draw(label, &report.sources, view.width)),
        FindingTarget::File(_) => text.push_str(&format!("   ╭─[{}]\n   ╰────\n", place_of(diagnostic, report))),
        FindingTarget::Run => {}
    }
    for label in diagnostic.finding.related.iter().take(block.shown_lines.saturating_sub(1)) {
        text.push_str(&snippet::draw(label, &report.sources, view.width));
    }
    let (dependents, others): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        block.others.iter().copied().partition(|other| depend_on_same(other, diagnostic));
    for dependent in dependents {
        text.push_str(&joined_line(dependent, diagnostic, report, view));
    }
    for (word, sentence) in footer_lines(diagnostic, &view.cited) {
        let line = format!("  {bold}{word}{bold:#}: {}", sanitize(&sentence));
        text.push_str(&format!("{}\n", wrap(&line, view.width, FOOTER_INDENT)));
    }
    for other in others {
        text.push_str(&joined_line(other, diagnostic, report, view));
    }
    text.push('\n');
}

/// A finding below another one about the same resource or cause: its words, its location if it is another one, and the
/// help unless it is the same.
fn joined_line(diagnostic: &Diagnostic, first: &Diagnostic, report: &Report, view: &View) -> String {
    let message = named_message(diagnostic, Names::InHeading, report);
    let is_same_trail = diagnostic.addresses().eq(first.addresses());
    let words = message.strip_prefix(&diagnostic.subject()).filter(|_| is_same_trail).unwrap_or(&message);
    let is_dependent = depend_on_same(diagnostic, first);
    let reason = if is_dependent { String::new() } else { reason(diagnostic) };
    let words = format!("{}{reason}", words.trim_start());
    let span = |own: &Diagnostic| own.finding.place.label().map(|label| label.span);
    let is_elsewhere = span(diagnostic) != span(first);
    let place = if is_elsewhere { format!(" ({})", linked_place_of(diagnostic, report)) } else { String::new() };
    let line = wrap(&format!("  {}: {}{place}", tag(diagnostic), sanitize(&words)), view.width, TITLE_INDENT);
    let help =
        if is_dependent || takes_one_line(diagnostic, view) { String::new() } else { help_line(diagnostic, view) };
    format!("{line}\n{help}")
}

/// The lines below the snippets: the suppression, notes with the controls of the benchmark, and the help.
pub(super) fn footer_lines(diagnostic: &Diagnostic, benchmark: &str) -> Vec<(&'static str, String)> {
    let control = citation(diagnostic.rule, benchmark).zip(diagnostic.rule.page.requires.as_ref());
    let reading = diagnostic.rule.page.reading(benchmark).map(|reading| format!(" ({reading})")).unwrap_or_default();
    let control = control.map(|(control, requires)| format!("{control} requires {requires}{reading}"));
    let notes =
        diagnostic.finding.notes.iter().cloned().chain(witness(diagnostic)).chain(control).map(|note| ("note", note));
    let suppressed = diagnostic.suppressed.iter().map(|suppression| ("suppressed", suppression.describe()));
    suppressed.chain(notes).chain(diagnostic.advice().into_iter().map(|help| ("help", help))).collect()
}

/// The values with which the finding would fail and pass, unless its message names them.
fn witness(diagnostic: &Diagnostic) -> Option<String> {
    let is_named = diagnostic.fails_when.iter().any(|decision| {
        // Only the end of the message is compared, since it may have several conditions.
        diagnostic.finding.message.ends_with(&format!("`{decision}`"))
    });
    let fails = side("fails", &diagnostic.fails_when).filter(|_| !is_named);
    let sides: Vec<String> = fails.into_iter().chain(side("passes", &diagnostic.passes_when)).collect();
    (diagnostic.outcome == Outcome::Unknown && !sides.is_empty()).then(|| sides.join(", "))
}

fn side(verb: &str, decisions: &[String]) -> Option<String> {
    let shown: Vec<String> = decisions.iter().map(|decision| format!("`{}`", cut(decision))).collect();
    (!shown.is_empty()).then(|| format!("{verb} when {}", shown.join(" and ")))
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
    named_message(diagnostic, Names::IfAmbiguous, report)
}

fn named_message(diagnostic: &Diagnostic, names: Names, report: &Report) -> String {
    let display = |root: &str| report.sources.display_name(root);
    let own = diagnostic.in_deployments(str::to_owned);
    let message = diagnostic.finding.message.as_str();
    let unnamed = own.and_then(|own| message.strip_suffix(own.as_str()));
    let (shown, is_named) = shown_message(unnamed.unwrap_or(message), diagnostic, report);
    let is_named = match names {
        Names::InHeading => true,
        Names::Always => is_named,
        Names::IfAmbiguous => unnamed.is_none(),
    };
    let named = if is_named { None } else { diagnostic.in_deployments(display) };
    shown + &named.unwrap_or_default()
}

/// The message with the displayed name of the deployment or file, and true if it contains this name.
fn shown_message(message: &str, diagnostic: &Diagnostic, report: &Report) -> (String, bool) {
    let (name, kind) = match (&diagnostic.finding.place, &diagnostic.deployment) {
        (_, Some(root)) => (root, "deployment "),
        (FindingTarget::File(name), None) => (name, ""),
        (FindingTarget::Text(_) | FindingTarget::Run, None) => return (message.to_owned(), false),
    };
    let own = format!("{kind}{}", quoted(name));
    let shown = message.replace(&own, &format!("{kind}{}", quoted(&report.sources.display_name(name))));
    (shown, message.contains(&own))
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

//! The content of hovers: how a value is determined, and the pages of rules.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Uri};

use crate::engine::{TracePath, TracedArgument};
use crate::output::{self, DocFormat};
use crate::rules::{self, Rule};
use crate::source::{Sources, Span};

/// The maximum number of arguments in a hover. A place with more of them isn't specific to any.
const MAX_SHOWN: usize = 20;

/// The rule whose name is at an offset of a line.
pub(super) fn rule_at(line: &str, offset: usize) -> Option<&'static Rule> {
    let (before, after) = line.split_at_checked(line.floor_char_boundary(offset))?;
    let start = before.trim_end_matches(is_part).len();
    let end = after.len().saturating_sub(after.trim_start_matches(is_part).len()).saturating_add(before.len());
    rules::find(line.get(start..end)?)
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// The hover for a rule.
pub(super) fn of_rule(rule: &'static Rule, markdown: bool) -> Option<Hover> {
    of(String::new(), &[rule], markdown)
}

/// A hover with a text and the pages of rules; `None` if both are empty.
pub(super) fn of(ways: String, rules: &[&'static Rule], markdown: bool) -> Option<Hover> {
    let (kind, format) = match markdown {
        true => (MarkupKind::Markdown, DocFormat::Markdown),
        false => (MarkupKind::PlainText, DocFormat::Text),
    };
    let pages = if rules.is_empty() { String::new() } else { output::explain(rules, format, usize::MAX) };
    let line = if ways.is_empty() || pages.is_empty() { "" } else { "---\n\n" };
    let value = format!("{ways}{line}{pages}");
    let contents = HoverContents::Markup(MarkupContent { kind, value });
    (!ways.is_empty() || !pages.is_empty()).then_some(Hover { contents, range: None })
}

/// The steps that determine the values of arguments: Markdown if `link` is given, else plain text.
pub(super) fn trace_text(
    arguments: &[TracedArgument],
    sources: &Sources,
    link: Option<&impl Fn(Span) -> Option<(Uri, u32)>>,
) -> String {
    let mut text = String::new();
    for argument in arguments.iter().take(MAX_SHOWN) {
        for way in &argument.paths {
            text.push_str(&match link {
                Some(link) => markdown(&argument.name, way, sources, link),
                None => plain_text(&argument.name, way, sources),
            });
        }
    }
    let hidden = arguments.len().saturating_sub(MAX_SHOWN);
    if hidden > 0 {
        text.push_str(&format!("… and {hidden} more\n"));
    }
    text
}

fn markdown(name: &str, way: &TracePath, sources: &Sources, link: &impl Fn(Span) -> Option<(Uri, u32)>) -> String {
    let mut text = format!("**{}** {}{}\n\n", plain(name), plain(&way.outcome), plain(&way.condition()));
    for (index, step) in way.steps.iter().enumerate() {
        let place = output::place(step.span, sources);
        let place = match link(step.span) {
            Some((uri, line)) => format!("[{}]({}#L{line})", plain(&place), uri.as_str()),
            None => plain(&place),
        };
        text.push_str(&format!("{}. {}: {place}\n", index.saturating_add(1), plain(&step.text)));
    }
    if let Some(help) = &way.help {
        text.push_str(&format!("\n{}\n", plain(help)));
    }
    text.push('\n');
    text
}

fn plain_text(name: &str, way: &TracePath, sources: &Sources) -> String {
    let mut text = format!("{name} {}{}\n", way.outcome, way.condition());
    for (index, step) in way.steps.iter().enumerate() {
        text.push_str(&format!("{}. {}: ", index.saturating_add(1), step.text));
        text.push_str(&format!("{}\n", output::place(step.span, sources)));
    }
    text.extend(way.help.iter().map(|help| format!("{help}\n")));
    text.push('\n');
    text.split_inclusive('\n').map(|line| output::sanitize(line.trim_end_matches('\n')).into_owned() + "\n").collect()
}

/// Escapes text from files for Markdown, except the parts in backticks.
fn plain(text: &str) -> String {
    let inert = output::sanitize(text);
    let mut plain = String::with_capacity(inert.len());
    let mut is_code = false;
    for c in inert.chars() {
        is_code ^= c == '`';
        if !is_code && matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~' | '&') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

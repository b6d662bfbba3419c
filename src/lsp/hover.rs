//! What is shown at a place: how the value there comes about, or the page of the rule that is named there.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Uri};

use super::pages;
use crate::output;
use crate::report::{Argument, Way};
use crate::rules::{self, Rule};
use crate::source::{Sources, Span};

/// More arguments than this are about a place that says nothing of any of them.
const MAX_SHOWN: usize = 20;

/// The rule whose name stands at an offset of a line.
pub(super) fn rule_at(line: &str, offset: usize) -> Option<&'static Rule> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (before, after) = line.split_at_checked(line.floor_char_boundary(offset))?;
    let start = before.trim_end_matches(is_part).len();
    let end = after.len().saturating_sub(after.trim_start_matches(is_part).len()).saturating_add(before.len());
    rules::find(line.get(start..end)?)
}

/// The page of a rule.
pub(super) fn of_rule(rule: &'static Rule) -> Hover {
    markdown(pages::page(rule))
}

/// The ways in which values come about.
pub(super) fn of_ways(
    arguments: &[Argument],
    sources: &Sources,
    link: impl Fn(Span) -> Option<(Uri, u32)>,
) -> Option<Hover> {
    let mut text = String::new();
    for argument in arguments.iter().take(MAX_SHOWN) {
        for way in &argument.ways {
            write(&argument.name, way, sources, &link, &mut text);
        }
    }
    let hidden = arguments.len().saturating_sub(MAX_SHOWN);
    if hidden > 0 {
        text.push_str(&format!("… and {hidden} more\n"));
    }
    (!text.is_empty()).then(|| markdown(text))
}

fn write(name: &str, way: &Way, sources: &Sources, link: &impl Fn(Span) -> Option<(Uri, u32)>, text: &mut String) {
    let condition = way.when.join(" and ");
    let when = if condition.is_empty() { String::new() } else { format!(" when {}", plain(&condition)) };
    text.push_str(&format!("**{}** {}{when}\n\n", plain(name), plain(&way.outcome)));
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
}

/// Text from files as text of Markdown, but for what stands in backticks already.
fn plain(text: &str) -> String {
    let inert = output::inert(text);
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

fn markdown(value: String) -> Hover {
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Hover { contents, range: None }
}

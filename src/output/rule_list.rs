//! Renders the output of `explain` and `rules`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::wrap::wrap_lines;
use crate::rules::{Control, Rule, RulePage};

/// The column of the level in the list of rules.
const LEVEL_COLUMN: usize = 31;

/// A format of documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum DocFormat {
    /// Text for a terminal.
    #[default]
    Text,
    /// Markdown.
    Markdown,
    /// JSON, for programs.
    Json,
}

#[derive(Serialize)]
struct RuleEntry<'a> {
    id: &'a str,
    level: crate::finding::Level,
    summary: &'a str,
    fixable: bool,
    fix: Option<&'a str>,
    controls: BTreeMap<&'a str, &'a str>,
    supports: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a str>,
}

/// The pages of the rules; text is wrapped at `width` columns.
pub fn explain(rules: &[&'static Rule], format: DocFormat, width: usize) -> String {
    match format {
        DocFormat::Json => json(rules.iter().map(|rule| entry(&rule.page, Some(rule.page.text)))),
        DocFormat::Text | DocFormat::Markdown => rules
            .iter()
            .map(|rule| match format {
                DocFormat::Text => text_page(&rule.page, width),
                DocFormat::Markdown | DocFormat::Json => rule.page.text.to_owned(),
            })
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// A line for each rule; text is wrapped at `width` columns.
pub fn list(rules: &[&'static Rule], format: DocFormat, width: usize) -> String {
    match format {
        DocFormat::Text => {
            let header = columns("RULE", "LEVEL", "CIS 3.0", "FIX", "DESCRIPTION");
            let lines: String = std::iter::once(header).chain(rules.iter().map(|rule| text_line(&rule.page))).collect();
            wrap_lines(&lines, width, LEVEL_COLUMN)
        }
        DocFormat::Markdown => {
            let rows = rules.iter().map(|rule| markdown_row(&rule.page));
            format!(
                "| rule | level | CIS v3.0.0 | fix | description |\n| --- | --- | --- | --- | --- |\n{}",
                rows.collect::<String>()
            )
        }
        DocFormat::Json => json(rules.iter().map(|rule| entry(&rule.page, None))),
    }
}

fn text_page(page: &RulePage, width: usize) -> String {
    let (controls, supports) = (section("Controls", &page.controls), section("Supports", &page.supports));
    let text = wrap_prose(&with_plain_links(page.text), width);
    format!("{} ({})\n\n{text}{controls}{supports}", page.id, word(page))
}

/// Wraps the paragraphs and list items of Markdown, but neither code nor rows of a table.
fn wrap_prose(page: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(page.len());
    let mut paragraph = String::new();
    let mut is_code = false;
    for line in page.lines() {
        let is_fence = line.starts_with("```");
        let is_item = line.starts_with("- ");
        let is_apart = is_code || is_fence || line.is_empty() || line.starts_with(['#', '|']);
        is_code ^= is_fence;
        if is_apart || is_item {
            push_paragraph(&mut wrapped, &mut paragraph, width);
        }
        if is_apart {
            wrapped.push_str(line);
            wrapped.push('\n');
        } else if paragraph.is_empty() {
            paragraph.push_str(line);
        } else {
            paragraph.push(' ');
            paragraph.push_str(line.trim_start());
        }
    }
    push_paragraph(&mut wrapped, &mut paragraph, width);
    wrapped
}

fn push_paragraph(wrapped: &mut String, paragraph: &mut String, width: usize) {
    if !paragraph.is_empty() {
        let hang = if paragraph.starts_with("- ") { 2 } else { 0 };
        wrapped.push_str(&wrap_lines(paragraph, width, hang));
        wrapped.push('\n');
        paragraph.clear();
    }
}

/// Writes links as `text (address)`, except in code blocks.
pub(super) fn with_plain_links(page: &str) -> String {
    let mut plain = String::with_capacity(page.len());
    let mut is_code = false;
    for line in page.split_inclusive('\n') {
        is_code ^= line.starts_with("```");
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("](").filter(|_| !is_code) {
            let (Some((lead, text)), Some((address, next))) = (before.rsplit_once('['), after.split_once(')')) else {
                break;
            };
            plain.push_str(&format!("{lead}{text} ({address})"));
            rest = next;
        }
        plain.push_str(rest);
    }
    plain
}

fn section(title: &str, controls: &[Control]) -> String {
    match controls {
        [] => String::new(),
        controls => {
            let lines = controls.iter();
            let lines = lines.map(|Control { benchmark, id }| format!("- {}: {id}\n", benchmark_title(benchmark)));
            format!("\n## {title}\n\n{}", lines.collect::<String>())
        }
    }
}

/// The usual title of a benchmark or framework: "CIS AWS Foundations 3.0" for `cis-aws-3.0`.
pub(super) fn benchmark_title(name: &str) -> String {
    if let Some(version) = name.strip_prefix("cis-aws-") {
        return format!("CIS AWS Foundations {version}");
    }
    let title = match name {
        "aws-config" => "AWS Config",
        "cis-controls-7.1" => "CIS Controls 7.1",
        "cis-controls-8" => "CIS Controls 8",
        "fedramp-moderate-r4" => "FedRAMP Moderate Rev. 4",
        "fsbp" => "AWS Foundational Security Best Practices",
        "gdpr" => "GDPR",
        "hipaa" => "HIPAA",
        "iso-27001-2013" => "ISO 27001:2013",
        "iso-27001-2022" => "ISO 27001:2022",
        "nist-800-171-r2" => "NIST SP 800-171 Rev. 2",
        "nist-800-53-r5" => "NIST SP 800-53 Rev. 5",
        "pci-dss-4.0.1" => "PCI DSS 4.0.1",
        "security-hub" => "AWS Security Hub",
        "soc-2" => "SOC 2",
        other => other,
    };
    title.to_owned()
}

fn text_line(page: &RulePage) -> String {
    let number = page.control("cis-aws-3.0").unwrap_or_default();
    columns(page.id, word(page), number, page.fix.as_deref().unwrap_or_default(), &page.summary)
}

fn columns(rule: &str, level: &str, number: &str, fix: &str, description: &str) -> String {
    format!("{rule:<30} {level:<8} {number:<8} {fix:<7} {description}\n")
}

fn markdown_row(page: &RulePage) -> String {
    let number = page.control("cis-aws-3.0").unwrap_or("–");
    let fix = page.fix.as_deref().unwrap_or("–");
    format!("| `{}` | {} | {number} | {fix} | {} |\n", page.id, word(page), page.summary)
}

fn word(page: &RulePage) -> &'static str {
    match page.level {
        crate::finding::Level::Note => "note",
        crate::finding::Level::Warning => "warning",
        crate::finding::Level::Error => "error",
    }
}

fn entry<'a>(page: &'a RulePage, text: Option<&'a str>) -> RuleEntry<'a> {
    RuleEntry {
        id: page.id,
        level: page.level,
        summary: &page.summary,
        fixable: page.fix.is_some(),
        fix: page.fix.as_deref(),
        controls: page.controls.iter().map(pair).collect(),
        supports: page.supports.iter().map(pair).collect(),
        page: text,
    }
}

fn pair(control: &Control) -> (&str, &str) {
    (control.benchmark.as_str(), control.id.as_str())
}

fn json<'a>(entries: impl Iterator<Item = RuleEntry<'a>>) -> String {
    let entries: Vec<_> = entries.collect();
    let mut text = serde_json::to_string_pretty(&entries).expect("a list of strings can be written");
    text.push('\n');
    text
}

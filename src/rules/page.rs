//! A rule's page: its front matter and its Markdown.

use std::path::Path;
use std::sync::LazyLock;

use crate::finding::Level;
use crate::source::Sources;
use crate::syntax::node::{Mapping, Node};
use crate::syntax::yaml;

/// The documentation of a rule, as `explain` shows it.
#[derive(Debug)]
pub struct RulePage {
    /// The rule's name. It completes "allow …".
    pub id: &'static str,
    /// The default level of its findings.
    pub level: Level,
    /// The problem that it reports, in one sentence.
    pub summary: String,
    /// The end of "CIS AWS Foundations … requires …", for rules that a control requires.
    pub requires: Option<String>,
    /// The auditors whose interpretation of the control requires this, if the control's text doesn't: "AWS Config".
    pub auditor: Option<String>,
    /// `safe` if its fixes are safe, `unsafe` if they always have side effects, `None` if it has no fix.
    pub fix: Option<String>,
    /// True if the rule runs only if it or its group is selected.
    pub is_on_request: bool,
    /// The controls it belongs to, in the order of the page.
    pub controls: Controls,
    /// Requirements of other frameworks to which it contributes, without covering them.
    pub supports: Controls,
    /// The Markdown after the front matter.
    pub text: &'static str,
}

/// Controls, parsed at their first use: most runs need the other properties of all rules only.
pub(super) type Controls = LazyLock<Vec<Control>, Box<dyn FnOnce() -> Vec<Control> + Send>>;

/// A control of a benchmark or a framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The benchmark with its version: `cis-aws-3.0`.
    pub benchmark: String,
    /// The control's number in it.
    pub id: String,
}

impl RulePage {
    /// Parses a page. Pages are part of the program and a test parses each, so an error in one is a panic.
    pub(super) fn parse(page: &'static str) -> Self {
        let (front, text) = page
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .expect("a rule's page begins with front matter between two lines of `---`");
        Self {
            id: text_at(front, "id").expect("a rule's page has an id"),
            level: text_at(front, "level")
                .and_then(Level::from_name)
                .expect("a rule's level is `error`, `warning` or `note`"),
            summary: text_at(front, "summary").expect("a rule's page has a summary").to_owned(),
            requires: text_at(front, "requires").map(str::to_owned),
            auditor: text_at(front, "auditor").map(str::to_owned),
            fix: text_at(front, "fix").map(str::to_owned),
            is_on_request: text_at(front, "group") == Some("audit"),
            controls: LazyLock::new(Box::new(|| controls_at(front, "controls"))),
            supports: LazyLock::new(Box::new(|| controls_at(front, "supports"))),
            text: text.trim_start(),
        }
    }

    /// Names the auditors that require this, if the text of the benchmark's control doesn't.
    pub fn reading(&self, benchmark: &str) -> Option<String> {
        let auditor = self.auditor.as_ref().filter(|_| self.control(benchmark).is_some())?;
        Some(format!("according to {auditor}, not the text of the control"))
    }

    /// The rule's number in a benchmark. Version 4.0.1 of CIS has the numbers of 4.0.
    pub fn control(&self, benchmark: &str) -> Option<&str> {
        let benchmark = if benchmark == "cis-aws-4.0.1" { "cis-aws-4.0" } else { benchmark };
        self.controls.iter().find(|control| control.benchmark == benchmark).map(|control| control.id.as_str())
    }
}

/// The text of a key. Each run needs these texts of all pages, so they aren't parsed as YAML.
fn text_at<'t>(front: &'t str, key: &str) -> Option<&'t str> {
    let text = front.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))?;
    Some(text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text))
}

fn parse_front_matter(front: &str) -> std::sync::Arc<Node> {
    let sources = Sources::default();
    let id = sources.add(Path::new("page"), front.as_bytes().to_vec());
    let tree = yaml::parse(id, &sources.file(id));
    assert_eq!(tree.problems, [], "a rule's front matter is YAML");
    tree.documents.first().cloned().expect("a rule's front matter isn't empty")
}

fn controls_at(front: &str, key: &str) -> Vec<Control> {
    let document = parse_front_matter(front);
    let front = document.as_mapping().expect("a rule's front matter is a mapping");
    front.get(key).and_then(|entry| entry.value.as_mapping()).map(controls).unwrap_or_default()
}

fn controls(entries: &Mapping) -> Vec<Control> {
    let entries = entries.entries.iter();
    entries.map(|entry| Control { benchmark: text(&entry.key), id: text(&entry.value) }).collect()
}

fn text(node: &Node) -> String {
    node.as_text().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;

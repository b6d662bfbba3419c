//! The pages of rules, as an editor opens them.
//!
//! They are a part of the program, so that no network is needed: their URIs are of a scheme of their own, and an editor
//! that can gets their text with `workspace/textDocumentContent`.

use std::str::FromStr;

use lsp_types::Uri;

use crate::output::{self, DocFormat};
use crate::rules::{self, Rule};

/// What the URI of a page begins with.
pub(super) const SCHEME: &str = "trailint";

/// The URI of a rule's page.
pub(super) fn uri(rule: &Rule) -> Option<Uri> {
    Uri::from_str(&format!("{SCHEME}:/rules/{}.md", rule.id())).ok()
}

/// The page at a URI.
pub(super) fn at(uri: &str) -> Option<String> {
    let (scheme, path) = uri.split_once(':')?;
    let id = path.trim_start_matches('/').strip_prefix("rules/")?.strip_suffix(".md")?;
    (scheme == SCHEME).then(|| rules::find(id).map(page)).flatten()
}

/// A rule's page in Markdown.
fn page(rule: &'static Rule) -> String {
    output::explain(&[rule], DocFormat::Markdown)
}

//! The pages of rules as virtual documents.
//!
//! They are part of the program, so that no network is necessary. Their URIs have a separate scheme, and editors that
//! support it request their text with `workspace/textDocumentContent`.

use std::str::FromStr;

use lsp_types::Uri;

use crate::output::{self, DocFormat};
use crate::rules::{self, Rule};

/// The URI scheme of the pages.
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

/// The page of a rule in Markdown.
fn page(rule: &'static Rule) -> String {
    output::explain(&[rule], DocFormat::Markdown, usize::MAX)
}

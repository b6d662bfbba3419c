//! A text that was never saved: it is judged alone, by what its language says it is.

use std::path::Path;

use lsp_types::Diagnostic;

use super::capabilities::Abilities;
use super::diagnostics::{All, Places};
use super::documents::{Document, Documents};
use crate::engine::{self, Settings};
use crate::scan::Inputs;
use crate::source::{Memory, Sources};

/// What is found in it. Of languages that aren't checked, nothing.
pub(super) fn check(document: &Document, abilities: Abilities) -> Vec<Diagnostic> {
    let Some(name) = name(document) else { return Vec::new() };
    let path = Path::new("/").join(name);
    let inputs = Inputs { text: Some((path, document.text.as_bytes().to_vec())), ..Inputs::default() };
    let fs = Memory::default();
    match engine::check(&fs, &inputs, Sources::new("/".into()), &Settings::default()) {
        Ok(report) => {
            let mut all = All::new();
            // What the editor holds has no other byte order mark than one that is shown.
            Places::new(&report.sources, &Documents::default(), abilities).add(&report, &mut all);
            all.into_values().flatten().collect()
        }
        // Nothing of what can keep a check from being done is asked for here.
        Err(_) => Vec::new(),
    }
}

/// A name that says the language. What editors show of a repository's past is no text of its own.
fn name(document: &Document) -> Option<&'static str> {
    if !document.uri.as_str().starts_with("untitled:") {
        return None;
    }
    match document.language.as_str() {
        "terraform" | "tf" | "hcl" | "opentofu" => Some("untitled.tf"),
        "yaml" | "cloudformation" | "yaml.cloudformation" => Some("untitled.yaml"),
        "json" | "json.cloudformation" => Some("untitled.json"),
        _ => None,
    }
}

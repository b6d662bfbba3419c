//! Checks untitled documents. Each is checked on its own, as a file of its language.

use std::path::Path;

use lsp_types::Diagnostic;

use super::capabilities::ClientSupport;
use super::diagnostics::{FileDiagnostics, ReportPositions};
use super::documents::{Documents, OpenDocument};
use crate::engine::{self, EngineSettings};
use crate::formats::FORMATS;
use crate::report::View;
use crate::scan::ScanInputs;
use crate::source::{Memory, Sources};

/// The diagnostics of a document; empty if its language isn't supported.
pub(super) fn check(document: &OpenDocument, client_support: ClientSupport) -> Vec<Diagnostic> {
    let Some(name) = name(document) else { return Vec::new() };
    let path = Path::new("/").join(name);
    let inputs = ScanInputs { text: Some((path, document.text.as_bytes().to_vec())), ..ScanInputs::default() };
    let fs = Memory::default();
    match engine::check(&fs, &inputs, Sources::new("/".into()), &EngineSettings::default()) {
        Ok(report) => {
            let mut all = FileDiagnostics::new();
            // The document isn't passed as an open one, so a byte order mark at its start isn't counted. Editors have
            // none in their text.
            ReportPositions::new(&report.sources, &Documents::default(), client_support).add(
                &report,
                &View::default(),
                &mut all,
            );
            all.into_values().flatten().collect()
        }
        // The errors that prevent a check are about paths, options and configuration, which aren't used here.
        Err(_) => Vec::new(),
    }
}

/// A file name for the language of the document; `None` for other documents without a file, such as old revisions that
/// editors display.
fn name(document: &OpenDocument) -> Option<&'static str> {
    if !document.uri.as_str().starts_with("untitled:") {
        return None;
    }
    FORMATS.iter().find_map(|format| format.untitled(&document.language))
}

//! Publishes the diagnostics that have changed since they were last published.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lsp_types::{Diagnostic, Uri};

use super::diagnostics::{is_same, of_failure};
use super::session::Session;
use super::untitled;
use crate::error::Error;

impl<W: Write> Session<W> {
    /// Publishes changed diagnostics, except for files that have changed since the check, because the positions refer
    /// to the old text.
    pub(super) fn publish(&mut self) -> io::Result<()> {
        self.show_errors()?;
        if std::mem::take(&mut self.has_other_settings) {
            self.unpublished.extend(self.published.keys().cloned());
            self.unpublished.extend(self.folders.iter().flat_map(|folder| folder.diagnostics.keys()).cloned());
        }
        for path in std::mem::take(&mut self.unpublished) {
            let found = if self.is_disabled(&path) { Vec::new() } else { self.diagnostics_of(&path) };
            match self.is_outdated(&path, &found) {
                true => drop(self.unpublished.insert(path)),
                false => self.publish_file(&path, &found)?,
            }
        }
        if std::mem::take(&mut self.is_stale) { self.publish_untitled() } else { Ok(()) }
    }

    /// Shows the error of a check that can't run. If the error of a directory changes, the new one is only logged,
    /// because the user already knows about the problem and may be editing the configuration.
    fn show_errors(&mut self) -> io::Result<()> {
        let mut complaints: BTreeMap<PathBuf, String> = BTreeMap::new();
        for folder in &self.folders {
            let failure = folder.failure.as_ref().map(|error| format!("the check can't run: {}", error.line()));
            let complaint = failure.or(folder.rejected_option.as_ref().map(Error::line));
            complaints.extend(complaint.map(|complaint| (folder.target.directory.clone(), complaint)));
        }
        let mut told: Vec<&String> = self.shown_errors.values().collect();
        for (directory, complaint) in &complaints {
            if !told.contains(&complaint) {
                match self.shown_errors.get(directory) {
                    Some(_) => self.client.log(complaint)?,
                    None => self.client.show_error(&format!("trailint: {complaint}"))?,
                }
                told.push(complaint);
            }
        }
        self.shown_errors = complaints;
        Ok(())
    }

    /// True if a location in the diagnostics of a file refers to a text that has changed.
    fn is_outdated(&self, path: &Path, found: &[Diagnostic]) -> bool {
        let changed: Vec<Uri> = self.changed.iter().flat_map(|path| self.documents.uris(path)).collect();
        let related = found.iter().flat_map(|diagnostic| diagnostic.related_information.iter().flatten());
        self.changed.contains(path) || related.into_iter().any(|other| changed.contains(&other.location.uri))
    }

    /// Publishes the diagnostics of a file if they differ from the published ones.
    fn publish_file(&mut self, path: &Path, found: &[Diagnostic]) -> io::Result<()> {
        let mut shown = self.published.remove(path).unwrap_or_default();
        for uri in self.documents.uris(path) {
            let name = self.client.spelling.editor_spelling(uri.as_str());
            let known = shown.remove(&name).unwrap_or_default();
            if known != found {
                let version = self.documents.get(&uri).map(|document| document.version);
                self.client.publish(&name, found, version)?;
            }
            if !found.is_empty() {
                self.published.entry(path.to_owned()).or_default().insert(name, found.to_vec());
            }
        }
        // Clears the diagnostics for other URIs of the file, which are no longer open.
        shown.keys().try_for_each(|uri| self.client.publish(uri, &[], None))
    }

    /// The diagnostics of a file from all checks, without duplicates.
    fn diagnostics_of(&self, path: &Path) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = Vec::new();
        let said = self.folders.iter().filter_map(|folder| folder.diagnostics.get(path)).flatten().cloned();
        let failures = self.folders.iter().filter_map(|folder| folder.failure.as_ref());
        let failures = failures.filter_map(|error| of_failure(error, &self.documents, self.client_support));
        let failures = failures.filter(|(at, _)| at == path).map(|(_, diagnostic)| diagnostic);
        for diagnostic in said.chain(failures) {
            if !found.iter().any(|known| is_same(known, &diagnostic)) {
                found.push(diagnostic);
            }
        }
        found
    }

    /// Publishes the diagnostics of untitled documents.
    fn publish_untitled(&mut self) -> io::Result<()> {
        let loose = self.documents.all().filter(|document| document.path.is_none());
        let all: Vec<(Uri, Vec<Diagnostic>)> =
            loose.map(|document| (document.uri.clone(), untitled::check(document, self.client_support))).collect();
        let mut shown = std::mem::take(&mut self.published_untitled);
        for (uri, diagnostics_of) in all {
            let name = self.client.spelling.editor_spelling(uri.as_str());
            if shown.remove(&name).unwrap_or_default() != diagnostics_of {
                let version = self.documents.get(&uri).map(|document| document.version);
                self.client.publish(&name, &diagnostics_of, version)?;
            }
            if !diagnostics_of.is_empty() {
                self.published_untitled.insert(name, diagnostics_of);
            }
        }
        shown.keys().try_for_each(|uri| self.client.publish(uri, &[], None))
    }
}

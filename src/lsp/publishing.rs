//! What is different since the editor was told last.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lsp_types::{Diagnostic, Uri};

use super::diagnostics::{is_same, of_failure};
use super::loose;
use super::session::Session;

impl<W: Write> Session<W> {
    /// Says what is different, but of files that have changed meanwhile: their diagnostics are at the places of old texts.
    pub(super) fn publish(&mut self) -> io::Result<()> {
        self.complain()?;
        if std::mem::take(&mut self.has_other_settings) {
            self.unpublished.extend(self.published.keys().cloned());
            self.unpublished.extend(self.folders.iter().flat_map(|folder| folder.said.keys()).cloned());
        }
        for path in std::mem::take(&mut self.unpublished) {
            let found = if self.is_disabled(&path) { Vec::new() } else { self.found(&path) };
            match self.is_outdated(&path, &found) {
                true => drop(self.unpublished.insert(path)),
                false => self.publish_file(&path, &found)?,
            }
        }
        if std::mem::take(&mut self.is_stale) { self.publish_loose() } else { Ok(()) }
    }

    /// Shows once that a check can't be done. Another reason is only logged: the user knows already, and may be typing.
    fn complain(&mut self) -> io::Result<()> {
        let mut complaints: BTreeMap<PathBuf, String> = BTreeMap::new();
        for folder in &self.folders {
            let failure = folder.failure.as_ref().map(|error| format!("the check can't run: {error}"));
            let complaint = failure.or(folder.refused.as_ref().map(ToString::to_string));
            complaints.extend(complaint.map(|complaint| (folder.target.directory.clone(), complaint)));
        }
        let mut told: Vec<&String> = self.complaints.values().collect();
        for (directory, complaint) in &complaints {
            if !told.contains(&complaint) {
                match self.complaints.get(directory) {
                    Some(_) => self.client.log(complaint)?,
                    None => self.client.show(&format!("trailint: {complaint}"))?,
                }
                told.push(complaint);
            }
        }
        self.complaints = complaints;
        Ok(())
    }

    /// True if a place in the diagnostics of a file is in a text that has changed.
    fn is_outdated(&self, path: &Path, found: &[Diagnostic]) -> bool {
        let changed: Vec<Uri> = self.changed.iter().flat_map(|path| self.documents.uris(path)).collect();
        let related = found.iter().flat_map(|diagnostic| diagnostic.related_information.iter().flatten());
        self.changed.contains(path) || related.into_iter().any(|other| changed.contains(&other.location.uri))
    }

    /// Says of a file what the editor doesn't know yet.
    fn publish_file(&mut self, path: &Path, found: &[Diagnostic]) -> io::Result<()> {
        let mut shown = self.published.remove(path).unwrap_or_default();
        for uri in self.documents.uris(path) {
            let name = self.client.spelling.spell(uri.as_str());
            let known = shown.remove(&name).unwrap_or_default();
            if known != found {
                let version = self.documents.get(&uri).map(|document| document.version);
                self.client.publish(&name, found, version)?;
            }
            if !found.is_empty() {
                self.published.entry(path.to_owned()).or_default().insert(name, found.to_vec());
            }
        }
        // The same file by other URIs, which the editor has given up.
        shown.keys().try_for_each(|uri| self.client.publish(uri, &[], None))
    }

    /// The diagnostics of a file, of which several checks may have the same.
    fn found(&self, path: &Path) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = Vec::new();
        let said = self.folders.iter().filter_map(|folder| folder.said.get(path)).flatten().cloned();
        let failures = self.folders.iter().filter_map(|folder| folder.failure.as_ref());
        let failures = failures.filter_map(|error| of_failure(error, &self.documents, self.abilities));
        let failures = failures.filter(|(at, _)| at == path).map(|(_, diagnostic)| diagnostic);
        for diagnostic in said.chain(failures) {
            if !found.iter().any(|known| is_same(known, &diagnostic)) {
                found.push(diagnostic);
            }
        }
        found
    }

    /// Says what there is to say of texts that have no file.
    fn publish_loose(&mut self) -> io::Result<()> {
        let loose = self.documents.all().filter(|document| document.path.is_none());
        let all: Vec<(Uri, Vec<Diagnostic>)> =
            loose.map(|document| (document.uri.clone(), loose::check(document, self.abilities))).collect();
        let mut shown = std::mem::take(&mut self.published_loose);
        for (uri, found) in all {
            let name = self.client.spelling.spell(uri.as_str());
            if shown.remove(&name).unwrap_or_default() != found {
                let version = self.documents.get(&uri).map(|document| document.version);
                self.client.publish(&name, &found, version)?;
            }
            if !found.is_empty() {
                self.published_loose.insert(name, found);
            }
        }
        shown.keys().try_for_each(|uri| self.client.publish(uri, &[], None))
    }
}

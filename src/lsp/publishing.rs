//! What is different since the editor was told last.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::{Diagnostic, PublishDiagnosticsParams, Uri};

use super::diagnostics;
use super::folder::Folder;
use super::session::Session;
use super::{loose, uris};
use crate::scan;

impl<W: Write> Session<'_, W> {
    /// Judges what has changed, and says what is different.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        let changed = std::mem::take(&mut self.changed);
        let is_stale = std::mem::take(&mut self.is_stale);
        if changed.is_empty() && !is_stale {
            return Ok(());
        }
        let documents = &self.documents;
        let is_open = |folder: &Folder| {
            let mut paths = documents.all().filter_map(|document| document.path.as_deref());
            paths.any(|path| path.parent() == Some(&folder.directory))
        };
        let is_over: Vec<PathBuf> = self
            .folders
            .iter()
            .filter(|folder| folder.is_implicit && !is_open(folder))
            .map(|folder| folder.directory.clone())
            .collect();
        self.drop_folders(|folder| folder.is_implicit && is_over.contains(&folder.directory));
        self.add_implicit_folders();
        let (changed, encoding) = (changed.into_iter().collect::<Vec<_>>(), self.abilities.encoding);
        let mut paths = std::mem::take(&mut self.lost);
        for folder in &mut self.folders {
            paths.extend(folder.update(&changed, &self.documents, encoding, self.prepare));
        }
        // An editor that opens a file may call it by another URI than we did.
        paths.extend(changed);
        self.complain()?;
        paths.iter().try_for_each(|path| self.publish(path))?;
        if is_stale { self.publish_loose() } else { Ok(()) }
    }

    /// Checks some directories no more.
    pub(super) fn drop_folders(&mut self, is_over: impl Fn(&Folder) -> bool) {
        let (over, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.folders).into_iter().partition(|own| is_over(own));
        self.folders = left;
        self.lost.extend(over.into_iter().flat_map(|folder| folder.said.into_keys()));
    }

    /// A file outside of what the editor calls its folders is checked with the directory in which it lies.
    fn add_implicit_folders(&mut self) {
        let paths = self.documents.all().filter_map(|document| document.path.as_deref());
        for path in paths.filter(|path| scan::is_checked(path)) {
            if let Some(directory) = path.parent()
                && !self.folders.iter().any(|folder| folder.holds(path))
            {
                self.folders.push(Folder::new(directory.to_owned(), true));
            }
        }
    }

    /// Says once what keeps a check from being done, if it has no place in a file.
    fn complain(&mut self) -> io::Result<()> {
        let (documents, encoding) = (&self.documents, self.abilities.encoding);
        let failures = self.folders.iter().filter_map(|folder| folder.failure.as_ref());
        let failures = failures.filter(|error| diagnostics::of_failure(error, documents, encoding).is_none());
        let complaint: Vec<String> = failures.map(|error| format!("the check can't be done: {error}")).collect();
        let refused = self.folders.iter().filter_map(|folder| folder.refused.as_ref()).map(ToString::to_string);
        let complaint: Vec<String> = complaint.into_iter().chain(refused).collect();
        let complaint = complaint.join("; ");
        let is_new = complaint != self.complaint && !complaint.is_empty();
        self.complaint = complaint;
        if is_new { self.client.log(&self.complaint) } else { Ok(()) }
    }

    /// Says of a file what the editor doesn't know yet.
    fn publish(&mut self, path: &Path) -> io::Result<()> {
        let Some(own) = uris::of(path) else { return Ok(()) };
        let uri = self.documents.at(path).map_or_else(|| own.clone(), |document| document.uri.clone());
        if uri != own {
            self.send(own, Vec::new())?;
        }
        let mut found: Vec<Diagnostic> = Vec::new();
        for diagnostic in self.folders.iter().filter_map(|folder| folder.said.get(path)).flatten() {
            if !found.contains(diagnostic) {
                found.push(diagnostic.clone());
            }
        }
        let failures = self.folders.iter().filter_map(|folder| folder.failure.as_ref());
        let failures =
            failures.filter_map(|error| diagnostics::of_failure(error, &self.documents, self.abilities.encoding));
        found.extend(failures.filter(|(at, _)| at == path).map(|(_, diagnostic)| diagnostic));
        self.send(uri, found)
    }

    /// Says what there is to say of texts that have no file.
    fn publish_loose(&mut self) -> io::Result<()> {
        let loose = self.documents.all().filter(|document| document.path.is_none());
        let mut all: Vec<(Uri, Vec<Diagnostic>)> =
            loose.map(|document| (document.uri.clone(), loose::check(document, self.abilities.encoding))).collect();
        let is_closed = |uri: &String| uris::path(uri).is_none() && !all.iter().any(|(open, _)| open.as_str() == uri);
        let closed: Vec<Uri> =
            self.published.keys().filter(|uri| is_closed(uri)).filter_map(|uri| Uri::from_str(uri).ok()).collect();
        all.extend(closed.into_iter().map(|uri| (uri, Vec::new())));
        all.into_iter().try_for_each(|(uri, found)| self.send(uri, found))
    }

    /// Sends diagnostics, unless the editor has the same.
    fn send(&mut self, uri: Uri, diagnostics: Vec<Diagnostic>) -> io::Result<()> {
        let known = self.published.remove(uri.as_str()).unwrap_or_default();
        if !diagnostics.is_empty() {
            self.published.insert(uri.as_str().to_owned(), diagnostics.clone());
        }
        if known == diagnostics {
            return Ok(());
        }
        let version = self.documents.get(&uri).map(|document| document.version);
        self.client.publish(PublishDiagnosticsParams { uri, diagnostics, version })
    }
}

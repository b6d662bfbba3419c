//! The open documents of the editor.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::positions::{LineTable, PositionEncoding};
use super::uris;

#[derive(Debug, Clone)]
pub(super) struct OpenDocument {
    pub(super) uri: Uri,
    /// The path of its file, with [symbolic links resolved](uris::path); `None` for an untitled document.
    pub(super) path: Option<PathBuf>,
    pub(super) language: String,
    pub(super) version: i32,
    pub(super) text: Arc<str>,
}

/// The open documents by URI, as spelled by the editor.
#[derive(Debug, Default, Clone)]
pub(super) struct Documents {
    open: BTreeMap<String, OpenDocument>,
    /// Directories with resolved links, and the names by which the editor refers to them.
    names: Vec<(PathBuf, PathBuf)>,
}

impl Documents {
    /// Adds a document, or replaces the one with the same URI.
    pub(super) fn open(&mut self, item: TextDocumentItem) -> &OpenDocument {
        let TextDocumentItem { uri, language_id, version, text } = item;
        let path = uris::path(uri.as_str());
        let key = uri.as_str().to_owned();
        let document = OpenDocument { uri, path, language: language_id, version, text: text.into() };
        self.open.entry(key).insert_entry(document).into_mut()
    }

    /// Applies changes in order; `None` if the document isn't open.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: PositionEncoding,
    ) -> Option<&OpenDocument> {
        let document = self.open.get_mut(uri.as_str())?;
        let mut text = document.text.to_string();
        for change in changes {
            match change.range {
                None => text = change.text,
                Some(range) => {
                    let bytes = LineTable::new(&text, encoding).bytes(range);
                    text.replace_range(bytes, &change.text);
                }
            }
        }
        document.version = version;
        document.text = text.into();
        Some(document)
    }

    pub(super) fn close(&mut self, uri: &Uri) -> Option<OpenDocument> {
        self.open.remove(uri.as_str())
    }

    pub(super) fn get(&self, uri: &Uri) -> Option<&OpenDocument> {
        self.open.get(uri.as_str())
    }

    /// The open document of a file.
    pub(super) fn at(&self, path: &Path) -> Option<&OpenDocument> {
        self.open.values().find(|document| document.path.as_deref() == Some(path))
    }

    /// Sets the names by which the editor refers to directories.
    pub(super) fn name_directories(&mut self, names: impl Iterator<Item = (PathBuf, PathBuf)>) {
        self.names = names.filter(|(path, name)| path != name).collect();
    }

    /// The URIs of a file: those of its open documents, or else the URI by which the editor would open it.
    pub(super) fn uris(&self, path: &Path) -> Vec<Uri> {
        let open = self.open.values().filter(|document| document.path.as_deref() == Some(path));
        let open: Vec<Uri> = open.map(|document| document.uri.clone()).collect();
        if open.is_empty() { uris::of(&self.named(path)).into_iter().collect() } else { open }
    }

    fn named(&self, path: &Path) -> PathBuf {
        let directories = self
            .names
            .iter()
            .filter_map(|names| Some((names.0.components().count(), names.1.join(path.strip_prefix(&names.0).ok()?))));
        directories.max_by_key(|(depth, _)| *depth).map_or_else(|| path.to_owned(), |(_, named)| named)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &OpenDocument> {
        self.open.values()
    }
}

//! What the editor has open.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::positions::{Encoding, Lines};
use super::uris;

/// A text that the editor holds.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) uri: Uri,
    /// Where it is saved; nothing for what has no file.
    pub(super) path: Option<PathBuf>,
    pub(super) language: String,
    pub(super) version: i32,
    pub(super) text: Arc<str>,
}

/// All open texts, by their URI as the editor writes it.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<String, Document>,
}

impl Documents {
    /// Takes in a text; one that is open already is replaced.
    pub(super) fn open(&mut self, item: TextDocumentItem) -> &Document {
        let TextDocumentItem { uri, language_id, version, text } = item;
        let path = uris::path(uri.as_str());
        let key = uri.as_str().to_owned();
        let document = Document { uri, path, language: language_id, version, text: text.into() };
        self.open.entry(key).insert_entry(document).into_mut()
    }

    /// Makes changes one after the other; nothing if the text isn't open.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Option<&Document> {
        let document = self.open.get_mut(uri.as_str())?;
        let mut text = document.text.to_string();
        for change in changes {
            match change.range {
                None => text = change.text,
                Some(range) => {
                    let bytes = Lines::new(&text, encoding).bytes(range);
                    text.replace_range(bytes, &change.text);
                }
            }
        }
        document.version = version;
        document.text = text.into();
        Some(document)
    }

    /// Gives a text up.
    pub(super) fn close(&mut self, uri: &Uri) -> Option<Document> {
        self.open.remove(uri.as_str())
    }

    /// The open text of this URI.
    pub(super) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(uri.as_str())
    }

    /// The open text of a file.
    pub(super) fn at(&self, path: &Path) -> Option<&Document> {
        self.open.values().find(|document| document.path.as_deref() == Some(path))
    }

    /// All open texts.
    pub(super) fn all(&self) -> impl Iterator<Item = &Document> {
        self.open.values()
    }
}

//! The capabilities of the server and of the editor.

use std::path::Path;

use lsp_types::{CodeActionKind, PositionEncodingKind};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::positions::PositionEncoding;
use super::{pages, uris};

/// The source action that applies all safe fixes.
pub(super) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.trailint");

/// The parameters of `initialize` that this server uses. They aren't deserialized to the full protocol type, because it
/// may contain members that are newer than the crate.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Initialization {
    capabilities: Value,
    workspace_folders: Option<Vec<OpenFolder>>,
    /// The open folder, from an editor without `workspaceFolders`.
    root_uri: Option<String>,
    /// The path of the open folder, from older editors.
    root_path: Option<String>,
    initialization_options: Value,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct OpenFolder {
    pub(super) uri: String,
}

impl Initialization {
    /// The open folders, from any of the three members.
    pub(super) fn folders(&self) -> Vec<OpenFolder> {
        let folders = self.workspace_folders.clone().unwrap_or_default();
        let root = self
            .root_uri
            .clone()
            .or_else(|| Some(uris::of(Path::new(self.root_path.as_ref()?))?.as_str().to_owned()))
            .filter(|_| folders.is_empty());
        folders.into_iter().chain(root.map(|uri| OpenFolder { uri })).collect()
    }

    pub(super) fn initial_options(&self) -> &Value {
        &self.initialization_options
    }

    /// The capability at a path such as `workspace/configuration`, if the editor sets it.
    fn capability(&self, path: &str) -> Option<&Value> {
        path.split('/').try_fold(&self.capabilities, |value, name| value.get(name)).filter(|value| !value.is_null())
    }

    fn can(&self, path: &str) -> bool {
        self.capability(path).and_then(Value::as_bool).unwrap_or(false)
    }

    fn list<T: for<'de> Deserialize<'de>>(&self, path: &str) -> Option<Vec<T>> {
        serde_json::from_value(self.capability(path)?.clone()).ok()
    }
}

/// The capabilities of the editor that the server uses.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct ClientSupport {
    pub(super) encoding: PositionEncoding,
    /// The server can register for file changes.
    pub(super) watches: bool,
    /// File watchers can be relative to a directory outside of the open folders.
    pub(super) relative_patterns: bool,
    /// The server can register for changes of the settings.
    pub(super) watches_settings: bool,
    /// The server can request the settings of a folder.
    pub(super) has_settings: bool,
    /// Edits can specify the document version that they apply to.
    pub(super) versioned_edits: bool,
    /// Hovers can contain Markdown, and the editor prefers it.
    pub(super) markdown: bool,
    /// Diagnostics can have related locations.
    pub(super) related_information: bool,
    /// Diagnostics can be marked as unnecessary code.
    pub(super) unnecessary_tag: bool,
    /// The editor returns the `data` of a diagnostic in code action requests.
    pub(super) diagnostic_data: bool,
    /// The editor can open documents that the server provides, such as the page of a rule.
    pub(super) pages: bool,
    /// The code of a diagnostic can be a link.
    pub(super) code_descriptions: bool,
}

impl ClientSupport {
    pub(super) fn of(params: &Initialization) -> Self {
        const UNNECESSARY: u64 = 1;
        let encodings: Option<Vec<PositionEncodingKind>> = params.list("general/positionEncodings");
        let hover: Option<Vec<String>> = params.list("textDocument/hover/contentFormat");
        let tags: Option<Vec<u64>> = params.list("textDocument/publishDiagnostics/tagSupport/valueSet");
        Self {
            encoding: PositionEncoding::choose(encodings.as_deref()),
            watches: params.can("workspace/didChangeWatchedFiles/dynamicRegistration"),
            relative_patterns: params.can("workspace/didChangeWatchedFiles/relativePatternSupport"),
            watches_settings: params.can("workspace/didChangeConfiguration/dynamicRegistration"),
            has_settings: params.can("workspace/configuration"),
            versioned_edits: params.can("workspace/workspaceEdit/documentChanges"),
            // The formats are in the editor's order of preference.
            markdown: hover.and_then(|formats| formats.into_iter().next()).is_some_and(|first| first == "markdown"),
            related_information: params.can("textDocument/publishDiagnostics/relatedInformation"),
            unnecessary_tag: tags.is_some_and(|tags| tags.contains(&UNNECESSARY)),
            diagnostic_data: params.can("textDocument/publishDiagnostics/dataSupport"),
            pages: params.capability("workspace/textDocumentContent").is_some(),
            code_descriptions: params.can("textDocument/publishDiagnostics/codeDescriptionSupport"),
        }
    }

    /// The answer to `initialize`.
    pub(super) fn initialize_result(self) -> Value {
        const INCREMENTAL: u8 = 2;
        let every_file = json!({"filters": [{"scheme": "file", "pattern": {"glob": "**/*"}}]});
        let mut workspace = Map::new();
        workspace.insert("workspaceFolders".to_owned(), json!({"supported": true, "changeNotifications": true}));
        let operations = json!({"didCreate": every_file, "didRename": every_file, "didDelete": every_file});
        workspace.insert("fileOperations".to_owned(), operations);
        if self.pages {
            workspace.insert("textDocumentContent".to_owned(), json!({"schemes": [pages::SCHEME]}));
        }
        json!({
            "capabilities": {
                "positionEncoding": self.encoding.kind(),
                "textDocumentSync": {"openClose": true, "change": INCREMENTAL, "save": {"includeText": false}},
                "hoverProvider": true,
                "codeActionProvider": {"codeActionKinds": [CodeActionKind::QUICKFIX, FIX_ALL]},
                "workspace": workspace,
            },
            "serverInfo": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
        })
    }
}

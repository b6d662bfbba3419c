//! What the server can do, and what the editor can.

use lsp_types::{CodeActionKind, PositionEncodingKind, Uri, WorkspaceFolder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::actions;
use super::positions::Encoding;

/// What matters here of the parameters of `initialize`. The rest is long, and may hold what nobody has heard of yet.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Beginning {
    capabilities: Capabilities,
    workspace_folders: Option<Vec<WorkspaceFolder>>,
    /// All that some editors say in the place of folders.
    root_uri: Option<Uri>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Capabilities {
    general: Option<General>,
    workspace: Option<Workspace>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct General {
    position_encodings: Option<Vec<PositionEncodingKind>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Workspace {
    did_change_watched_files: Option<Watching>,
    workspace_edit: Option<Edits>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Watching {
    dynamic_registration: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Edits {
    document_changes: Option<bool>,
}

impl Beginning {
    /// The folders that are open.
    pub(super) fn folders(self) -> Vec<Uri> {
        let folders: Vec<Uri> = self.workspace_folders.into_iter().flatten().map(|folder| folder.uri).collect();
        if folders.is_empty() { self.root_uri.into_iter().collect() } else { folders }
    }
}

/// What an editor can do that matters here.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Abilities {
    pub(super) encoding: Encoding,
    /// It can be asked to tell of changed files.
    pub(super) watches: bool,
    /// It takes edits of a text together with the version that they are meant for.
    pub(super) versioned_edits: bool,
}

impl Abilities {
    pub(super) fn of(params: &Beginning) -> Self {
        let Capabilities { workspace, general } = &params.capabilities;
        let offered = general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let workspace = workspace.as_ref();
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        Self {
            encoding: Encoding::choose(offered),
            watches: watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false),
            versioned_edits: edits.and_then(|edits| edits.document_changes).unwrap_or(false),
        }
    }

    /// The answer to `initialize`.
    pub(super) fn answer(self) -> Value {
        const INCREMENTAL: u8 = 2;
        json!({
            "capabilities": {
                "positionEncoding": self.encoding.kind(),
                "textDocumentSync": {"openClose": true, "change": INCREMENTAL, "save": {"includeText": false}},
                "hoverProvider": true,
                "codeActionProvider": {"codeActionKinds": [CodeActionKind::QUICKFIX, actions::FIX_ALL]},
                "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
            },
            "serverInfo": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
        })
    }
}

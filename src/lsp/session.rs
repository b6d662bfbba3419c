//! The life of a server: what the editor says, in the order in which it says it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::PathBuf;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders, DidCloseTextDocument, DidOpenTextDocument,
    DidRenameFiles, DidSaveTextDocument, Exit, Initialized, Notification as _,
};
use lsp_types::request::{CodeActionRequest, HoverRequest, Initialize, RegisterCapability, Request as _, Shutdown};
use lsp_types::{Diagnostic, Uri};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::capabilities::{Abilities, Beginning};
use super::client::Client;
use super::documents::Documents;
use super::folder::{Folder, Prepare};
use super::frames::Frame;
use super::{uris, watch};

/// How it ended.
pub(super) struct End {
    /// Whether the editor has asked to shut down before.
    pub(super) is_in_order: bool,
}

/// How far the life of a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Running,
    ShutDown,
}

/// All that a server knows.
pub(super) struct Session<'p, W> {
    pub(super) client: Client<W>,
    pub(super) prepare: Prepare<'p>,
    stage: Stage,
    pub(super) abilities: Abilities,
    pub(super) documents: Documents,
    pub(super) folders: Vec<Folder>,
    /// What has changed since the folders were last brought up to date.
    pub(super) changed: BTreeSet<PathBuf>,
    /// The files of which something else may be said for another reason.
    pub(super) lost: BTreeSet<PathBuf>,
    /// Whether something other than a file has changed: a text without one, or a folder.
    pub(super) is_stale: bool,
    /// What the editor was told, by URI.
    pub(super) published: BTreeMap<String, Vec<Diagnostic>>,
    /// The last complaint that has no place in a file.
    pub(super) complaint: String,
}

impl<'p, W: Write> Session<'p, W> {
    pub(super) fn new(output: W, prepare: Prepare<'p>) -> Self {
        Self {
            client: Client::new(output),
            prepare,
            stage: Stage::New,
            abilities: Abilities::default(),
            documents: Documents::default(),
            folders: Vec::new(),
            changed: BTreeSet::new(),
            lost: BTreeSet::new(),
            is_stale: false,
            published: BTreeMap::new(),
            complaint: String::new(),
        }
    }

    /// Takes in what has come; the end if it is that.
    pub(super) fn take(&mut self, frame: Frame, cancelled: &HashSet<RequestId>) -> io::Result<Option<End>> {
        match frame {
            Frame::Broken { code, id, message } => self.client.refuse_broken(&id, code, &message)?,
            // Nothing that is asked of the editor has an answer that matters.
            Frame::Message(Message::Response(_)) => {}
            Frame::Message(Message::Request(request)) if cancelled.contains(&request.id) => {
                self.client.refuse(request.id, ErrorCode::RequestCanceled, "cancelled")?;
            }
            Frame::Message(Message::Request(request)) => self.request(request)?,
            Frame::Message(Message::Notification(notification)) if notification.method == Exit::METHOD => {
                return Ok(Some(End { is_in_order: self.stage == Stage::ShutDown }));
            }
            Frame::Message(Message::Notification(notification)) => self.notify(notification)?,
        }
        Ok(None)
    }

    fn request(&mut self, request: Request) -> io::Result<()> {
        let Request { id, method, params } = request;
        match (self.stage, method.as_str()) {
            (Stage::New, Initialize::METHOD) => self.initialize(id, params),
            (Stage::New, _) => self.client.refuse(id, ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (Stage::ShutDown, _) => self.client.refuse(id, ErrorCode::InvalidRequest, "the server is shut down"),
            (Stage::Running, Initialize::METHOD) => {
                self.client.refuse(id, ErrorCode::InvalidRequest, "`initialize` comes once")
            }
            (Stage::Running, Shutdown::METHOD) => {
                self.stage = Stage::ShutDown;
                self.client.answer(id, Value::Null)
            }
            (Stage::Running, HoverRequest::METHOD) => self.reply(id, params, Self::hover),
            (Stage::Running, CodeActionRequest::METHOD) => self.reply(id, params, Self::actions),
            (Stage::Running, "workspace/textDocumentContent") => self.reply(id, params, Self::content),
            (Stage::Running, _) => {
                self.client.refuse(id, ErrorCode::MethodNotFound, "trailint doesn't know this request")
            }
        }
    }

    fn initialize(&mut self, id: RequestId, params: Value) -> io::Result<()> {
        let params: Beginning = match serde_json::from_value(params) {
            Ok(params) => params,
            Err(error) => return self.client.refuse(id, ErrorCode::InvalidParams, &error.to_string()),
        };
        self.abilities = Abilities::of(&params);
        self.stage = Stage::Running;
        params.folders().iter().for_each(|uri| self.add_folder(uri));
        self.client.answer(id, self.abilities.answer())
    }

    /// Answers on the state that the editor has at this point.
    fn reply<P: DeserializeOwned, R: serde::Serialize>(
        &mut self,
        id: RequestId,
        params: Value,
        find: impl FnOnce(&Self, P) -> R,
    ) -> io::Result<()> {
        match serde_json::from_value(params) {
            Ok(params) => {
                self.settle()?;
                let found = find(self, params);
                self.client.answer(id, found)
            }
            Err(error) => self.client.refuse(id, ErrorCode::InvalidParams, &error.to_string()),
        }
    }

    fn notify(&mut self, Notification { method, params }: Notification) -> io::Result<()> {
        if self.stage != Stage::Running {
            return Ok(());
        }
        let done = match method.as_str() {
            Initialized::METHOD => return self.watch(),
            DidOpenTextDocument::METHOD => read::<DidOpenTextDocument>(params).map(|params| {
                let path = self.documents.open(params.text_document).path.clone();
                self.touch(path);
            }),
            DidChangeTextDocument::METHOD => read::<DidChangeTextDocument>(params).map(|params| {
                let (document, encoding) = (params.text_document, self.abilities.encoding);
                let changed = self.documents.change(&document.uri, document.version, params.content_changes, encoding);
                let path = changed.map(|document| document.path.clone());
                path.into_iter().for_each(|path| self.touch(path));
            }),
            DidCloseTextDocument::METHOD => read::<DidCloseTextDocument>(params).map(|params| {
                let closed = self.documents.close(&params.text_document.uri);
                closed.into_iter().for_each(|document| self.touch(document.path));
            }),
            DidSaveTextDocument::METHOD => read::<DidSaveTextDocument>(params).map(|_| self.saved()),
            DidChangeWatchedFiles::METHOD => {
                read::<DidChangeWatchedFiles>(params).map(|params| self.changed.extend(watch::paths(&params.changes)))
            }
            DidRenameFiles::METHOD => read::<DidRenameFiles>(params).map(|params| {
                let paths = params.files.iter().flat_map(|file| [&file.old_uri, &file.new_uri]);
                self.changed.extend(paths.filter_map(|uri| uris::path(uri)));
            }),
            DidChangeWorkspaceFolders::METHOD => read::<DidChangeWorkspaceFolders>(params).map(|params| {
                let removed: Vec<_> =
                    params.event.removed.iter().filter_map(|own| uris::path(own.uri.as_str())).collect();
                self.drop_folders(|folder| removed.contains(&folder.directory));
                params.event.added.iter().for_each(|folder| self.add_folder(&folder.uri));
                self.is_stale = true;
            }),
            // What isn't known may be left alone.
            _ => Ok(()),
        };
        done.or_else(|error| self.client.log(&format!("`{method}` isn't understood: {error}")))
    }

    fn watch(&mut self) -> io::Result<()> {
        match self.abilities.watches {
            true => self.client.request::<RegisterCapability>(watch::registration()),
            false => Ok(()),
        }
    }

    /// An editor that tells of no changes on the disk tells at least when it has written something there.
    fn saved(&mut self) {
        if !self.abilities.watches {
            let directories = self.folders.iter().map(|folder| folder.directory.join(".gitignore"));
            self.changed.extend(directories);
        }
    }

    /// Notes that a text has changed.
    fn touch(&mut self, path: Option<PathBuf>) {
        match path {
            Some(path) => drop(self.changed.insert(path)),
            None => self.is_stale = true,
        }
    }

    fn add_folder(&mut self, uri: &Uri) {
        let path = uris::path(uri.as_str());
        let is_new = |path: &PathBuf| !self.folders.iter().any(|folder| folder.directory == *path);
        if let Some(path) = path.filter(is_new) {
            self.folders.push(Folder::new(path, false));
            self.is_stale = true;
        }
    }
}

fn read<N: lsp_types::notification::Notification>(params: Value) -> Result<N::Params, serde_json::Error>
where
    N::Params: DeserializeOwned,
{
    serde_json::from_value(params)
}

//! The state of the server, and the handling of messages in the order of their arrival.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
    DidCloseTextDocument, DidCreateFiles, DidDeleteFiles, DidOpenTextDocument, DidRenameFiles, DidSaveTextDocument,
    Exit, Initialized, Notification as _,
};
use lsp_types::request::{
    CodeActionRequest, HoverRequest, Initialize, RegisterCapability, Request as _, Shutdown, UnregisterCapability,
    WorkspaceConfiguration,
};
use lsp_types::{ConfigurationItem, ConfigurationParams, Diagnostic, RegistrationParams, Uri};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::capabilities::{ClientSupport, Initialization, OpenFolder};
use super::client::Client;
use super::documents::Documents;
use super::folder::Folder;
use super::frames::IncomingFrame;
use super::pending_requests::{EditorQuery, PendingRequest};
use super::settings::{EditorSettings, SECTION};
use super::worker::{CodeActionResult, Task, WorkerResult};
use super::workspace::WorkspaceRoot;
use super::{uris, watch};

/// The maximum time for which checks wait for the editor's settings.
const PATIENCE: Duration = Duration::from_secs(2);

/// The events that the main thread waits for.
pub(super) enum Event {
    Frame(IncomingFrame),
    /// The editor has closed the stream.
    Closed,
    /// The checking thread has finished a task; `None` if the thread has ended.
    Checked(Option<WorkerResult>),
}

/// The end of the session.
pub(super) struct SessionEnd {
    /// True if the editor has sent `shutdown` before.
    pub(super) is_in_order: bool,
}

/// The stage in the life cycle of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SessionStage {
    New,
    Running,
    ShutDown,
}

/// The state of the server.
pub(super) struct Session<W> {
    pub(super) client: Client<W>,
    worker: Sender<Task>,
    stage: SessionStage,
    pub(super) client_support: ClientSupport,
    pub(super) documents: Documents,
    /// The open folders.
    pub(super) roots: Vec<WorkspaceRoot>,
    pub(super) settings: EditorSettings,
    /// The pending request for settings.
    settings_request: Option<AwaitedSettings>,
    /// The units that are checked; empty while the checking thread owns them.
    pub(super) folders: Vec<Folder>,
    is_checking: bool,
    /// The paths that have changed since the last check started.
    pub(super) changed: BTreeSet<PathBuf>,
    /// The files whose diagnostics may differ from the published ones.
    pub(super) unpublished: BTreeSet<PathBuf>,
    /// True if an untitled document has changed.
    pub(super) is_stale: bool,
    /// True if the settings may have changed, so that all diagnostics must be compared with the published ones.
    pub(super) has_other_settings: bool,
    /// The published diagnostics by file and URI.
    pub(super) published: BTreeMap<PathBuf, BTreeMap<String, Vec<Diagnostic>>>,
    /// The published diagnostics of untitled documents by URI.
    pub(super) published_untitled: BTreeMap<String, Vec<Diagnostic>>,
    /// The errors shown or logged, by the directory that can't be checked.
    pub(super) shown_errors: BTreeMap<PathBuf, String>,
    /// The requests that wait for a check.
    pub(super) pending: Vec<PendingRequest>,
    /// The requests that the checking thread answers.
    pub(super) in_progress: Vec<RequestId>,
    /// The files outside of the general patterns for which file watchers are registered.
    watched: BTreeSet<PathBuf>,
    /// True if a check may have read other files since the watchers were registered.
    has_read: bool,
    /// True if the editor has closed the stream.
    is_closed: bool,
}

/// A request for settings.
struct AwaitedSettings {
    /// `None` before it is sent.
    id: Option<RequestId>,
    /// The URIs of the folders in the order of the answers; `None` for documents outside of all folders.
    folders: Vec<Option<String>>,
    deadline: Instant,
}

impl<W: Write> Session<W> {
    pub(super) fn new(output: W, worker: Sender<Task>) -> Self {
        Self {
            client: Client::new(output),
            worker,
            stage: SessionStage::New,
            client_support: ClientSupport::default(),
            documents: Documents::default(),
            roots: Vec::new(),
            settings: EditorSettings::default(),
            settings_request: None,
            folders: Vec::new(),
            is_checking: false,
            changed: BTreeSet::new(),
            unpublished: BTreeSet::new(),
            is_stale: false,
            has_other_settings: false,
            published: BTreeMap::new(),
            published_untitled: BTreeMap::new(),
            shown_errors: BTreeMap::new(),
            pending: Vec::new(),
            in_progress: Vec::new(),
            watched: BTreeSet::new(),
            has_read: false,
            is_closed: false,
        }
    }

    /// Handles an event; returns the end of the session if the event is `exit`.
    pub(super) fn handle_event(
        &mut self,
        event: Event,
        cancelled: &HashSet<RequestId>,
    ) -> io::Result<Option<SessionEnd>> {
        match event {
            Event::Closed => self.is_closed = true,
            Event::Checked(Some(outcome)) => self.checked(outcome)?,
            Event::Checked(None) => return Err(io::Error::other("the thread that checks has ended")),
            Event::Frame(IncomingFrame::Broken { code, id, message }) => {
                self.client.respond_parse_error(&id, code, &message)?
            }
            Event::Frame(IncomingFrame::Message(Message::Response(response))) => self.handle_response(response),
            Event::Frame(IncomingFrame::Message(Message::Request(request))) if cancelled.contains(&request.id) => {
                self.client.respond_error(request.id, ErrorCode::RequestCanceled, "cancelled")?;
            }
            Event::Frame(IncomingFrame::Message(Message::Request(mut request))) => {
                self.client.spelling.encode(&mut request.params);
                self.request(request)?;
            }
            Event::Frame(IncomingFrame::Message(Message::Notification(notification)))
                if notification.method == Exit::METHOD =>
            {
                return Ok(Some(SessionEnd { is_in_order: self.stage == SessionStage::ShutDown }));
            }
            Event::Frame(IncomingFrame::Message(Message::Notification(mut notification))) => {
                self.client.spelling.encode(&mut notification.params);
                self.notify(notification)?;
            }
        }
        let given_up = self.pending.extract_if(.., |own| cancelled.contains(&own.id)).map(|own| own.id);
        let given_up = given_up.chain(self.in_progress.extract_if(.., |id| cancelled.contains(id)));
        for id in given_up.collect::<Vec<_>>() {
            self.client.respond_error(id, ErrorCode::RequestCanceled, "cancelled")?;
        }
        Ok(None)
    }

    /// True if the editor has closed the stream and no request is waiting.
    pub(super) fn is_finished(&self) -> bool {
        self.is_closed && self.pending.is_empty() && self.in_progress.is_empty()
    }

    /// The time at which [`Self::advance`] must run even if there is no event.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let awaited = self.settings_request.as_ref().map(|awaited| awaited.deadline);
        self.pending.iter().filter_map(|pending| pending.deadline).chain(awaited).min()
    }

    /// Advances the work as far as possible without waiting: answers due requests, publishes diagnostics, starts the
    /// next check.
    pub(super) fn advance(&mut self) -> io::Result<()> {
        let now = Instant::now();
        self.settings_request.take_if(|awaited| awaited.deadline <= now);
        self.respond_to_hovers(|pending| pending.deadline.is_some_and(|until| until <= now))?;
        if self.stage != SessionStage::Running || self.is_checking || self.settings_request.is_some() {
            return Ok(());
        }
        if !self.plan() {
            self.publish()?;
            self.watch_read_files()?;
            if self.changed.is_empty() {
                self.respond_to_hovers(|_| true)?;
                return if self.pending.is_empty() { Ok(()) } else { self.dispatch(true) };
            }
        }
        self.dispatch(false)
    }

    /// Sends the folders to the checking thread, which updates the checks or answers the waiting requests.
    fn dispatch(&mut self, answers: bool) -> io::Result<()> {
        let mut requests = Vec::new();
        for pending in self.pending.extract_if(.., |_| answers) {
            if let EditorQuery::Actions(params) = pending.query {
                self.in_progress.push(pending.id.clone());
                requests.push((pending.id, params));
            }
        }
        let task = Task {
            folders: std::mem::take(&mut self.folders),
            changed: std::mem::take(&mut self.changed).into_iter().collect(),
            documents: self.documents.clone(),
            client_support: self.client_support,
            requests,
        };
        // The file may have been opened with a URI other than the one for which its diagnostics were published.
        self.unpublished.extend(task.changed.iter().cloned());
        self.is_checking = true;
        self.worker.send(task).map_err(|_| io::Error::other("the thread that checks has ended"))
    }

    fn checked(&mut self, outcome: WorkerResult) -> io::Result<()> {
        self.is_checking = false;
        self.has_read |= outcome.results.is_empty();
        self.folders = outcome.folders;
        self.unpublished.extend(outcome.changed_files);
        for CodeActionResult { id, params, actions } in outcome.results {
            let is_wanted = self.in_progress.extract_if(.., |own| *own == id).count() > 0;
            match is_wanted {
                // The request was cancelled or answered meanwhile.
                false => {}
                true if self.changed.is_empty() => self.client.respond(id, actions)?,
                // A text has changed meanwhile, so the positions are outdated and the request waits again.
                true => self.pending.push(PendingRequest { id, query: EditorQuery::Actions(params), deadline: None }),
            }
        }
        Ok(())
    }

    fn request(&mut self, request: Request) -> io::Result<()> {
        let Request { id, method, params } = request;
        match (self.stage, method.as_str()) {
            (SessionStage::New, Initialize::METHOD) => self.initialize(id, params),
            (SessionStage::New, _) => {
                self.client.respond_error(id, ErrorCode::ServerNotInitialized, "`initialize` comes first")
            }
            (SessionStage::ShutDown, _) => {
                self.client.respond_error(id, ErrorCode::InvalidRequest, "the server is shut down")
            }
            (SessionStage::Running, Initialize::METHOD) => {
                self.client.respond_error(id, ErrorCode::InvalidRequest, "`initialize` comes once")
            }
            (SessionStage::Running, Shutdown::METHOD) => {
                self.respond_with_null()?;
                self.stage = SessionStage::ShutDown;
                self.client.respond(id, Value::Null)
            }
            (SessionStage::Running, HoverRequest::METHOD) => self.handle_hover(id, params),
            (SessionStage::Running, CodeActionRequest::METHOD) => self.handle_code_action(id, params),
            (SessionStage::Running, "workspace/textDocumentContent") => {
                let content = super::pending_requests::content(&params);
                self.client.respond(id, content)
            }
            (SessionStage::Running, _) => {
                self.client.respond_error(id, ErrorCode::MethodNotFound, "unsupported request")
            }
        }
    }

    fn initialize(&mut self, id: RequestId, params: Value) -> io::Result<()> {
        let params: Initialization = match serde_json::from_value(params) {
            Ok(params) => params,
            Err(error) => return self.client.respond_error(id, ErrorCode::InvalidParams, &error.to_string()),
        };
        self.client_support = ClientSupport::of(&params);
        self.stage = SessionStage::Running;
        self.settings.start(params.initial_options());
        params.folders().iter().for_each(|folder| self.add_root(folder));
        self.await_settings(None);
        self.client.respond(id, self.client_support.initialize_result())
    }

    /// Postpones checks until the editor has answered with its settings, if it supports this request.
    fn await_settings(&mut self, id: Option<RequestId>) {
        if self.client_support.has_settings {
            let folders = std::iter::once(None).chain(self.roots.iter().map(|root| Some(root.uri.clone()))).collect();
            self.settings_request =
                Instant::now().checked_add(PATIENCE).map(|deadline| AwaitedSettings { id, folders, deadline });
        }
    }

    /// Requests the settings of all folders, and of documents outside of them.
    fn request_settings(&mut self) -> io::Result<()> {
        (self.has_other_settings, self.has_read) = (true, true);
        if !self.client_support.has_settings {
            return Ok(());
        }
        let items = std::iter::once(item(None)).chain(self.roots.iter().map(|root| item(Some(&root.uri)))).collect();
        let id = self.client.request::<WorkspaceConfiguration>(ConfigurationParams { items })?;
        self.await_settings(Some(id));
        Ok(())
    }

    /// Handles the answer to a request of the server. Only the answer with settings is relevant.
    fn handle_response(&mut self, response: Response) {
        let Some(awaited) = self.settings_request.take_if(|awaited| awaited.id.as_ref() == Some(&response.id)) else {
            return;
        };
        let settings = response.response_result.unwrap_or_default();
        for (folder, own) in awaited.folders.into_iter().zip(settings.as_array().into_iter().flatten()) {
            self.settings.set_requested(folder, own);
        }
        self.has_other_settings = true;
    }

    fn notify(&mut self, Notification { method, params }: Notification) -> io::Result<()> {
        if self.stage != SessionStage::Running {
            return Ok(());
        }
        let done = match method.as_str() {
            Initialized::METHOD => {
                self.watch()?;
                return self.request_settings();
            }
            DidOpenTextDocument::METHOD => read::<DidOpenTextDocument>(params).map(|params| {
                let path = self.documents.open(params.text_document).path.clone();
                self.mark_changed(path);
            }),
            DidChangeTextDocument::METHOD => read::<DidChangeTextDocument>(params).map(|params| {
                let (document, encoding) = (params.text_document, self.client_support.encoding);
                let changed = self.documents.change(&document.uri, document.version, params.content_changes, encoding);
                let path = changed.map(|document| document.path.clone());
                path.into_iter().for_each(|path| self.mark_changed(path));
            }),
            DidCloseTextDocument::METHOD => read::<DidCloseTextDocument>(params).map(|params| {
                let closed = self.documents.close(&params.text_document.uri);
                closed.into_iter().for_each(|document| self.mark_changed(document.path));
            }),
            DidSaveTextDocument::METHOD => read::<DidSaveTextDocument>(params).map(|_| self.saved()),
            DidChangeWatchedFiles::METHOD => {
                read::<DidChangeWatchedFiles>(params).map(|params| self.changed.extend(watch::paths(&params.changes)))
            }
            DidCreateFiles::METHOD => read::<DidCreateFiles>(params).map(|params| {
                self.changed.extend(params.files.iter().filter_map(|file| uris::path(&file.uri)));
            }),
            DidDeleteFiles::METHOD => read::<DidDeleteFiles>(params).map(|params| {
                self.changed.extend(params.files.iter().filter_map(|file| uris::path(&file.uri)));
            }),
            DidRenameFiles::METHOD => read::<DidRenameFiles>(params).map(|params| {
                let paths = params.files.iter().flat_map(|file| [&file.old_uri, &file.new_uri]);
                self.changed.extend(paths.filter_map(|uri| uris::path(uri)));
            }),
            DidChangeConfiguration::METHOD => match read::<DidChangeConfiguration>(params) {
                Ok(params) => {
                    self.settings.push(&params.settings);
                    return self.request_settings();
                }
                Err(error) => Err(error),
            },
            DidChangeWorkspaceFolders::METHOD => match read::<DidChangeWorkspaceFolders>(params) {
                Ok(params) => {
                    self.roots.retain(|root| !params.event.removed.iter().any(|own| own.uri.as_str() == root.uri));
                    for folder in params.event.added {
                        self.add_root(&OpenFolder { uri: folder.uri.as_str().to_owned() });
                    }
                    return self.request_settings();
                }
                Err(error) => Err(error),
            },
            // Unknown notifications may be ignored.
            _ => Ok(()),
        };
        done.or_else(|error| self.client.log(&format!("invalid parameters of `{method}`: {error}")))
    }

    fn watch(&mut self) -> io::Result<()> {
        let ClientSupport { watches, watches_settings, .. } = self.client_support;
        let files = watches.then(watch::files);
        let registrations: Vec<_> = files.into_iter().chain(watches_settings.then(watch::settings)).collect();
        if !registrations.is_empty() {
            self.client.request::<RegisterCapability>(RegistrationParams { registrations })?;
        }
        Ok(())
    }

    /// Registers watchers for the files that were read and that the general patterns don't include.
    fn watch_read_files(&mut self) -> io::Result<()> {
        if !self.client_support.watches || !std::mem::take(&mut self.has_read) {
            return Ok(());
        }
        let is_reached =
            |path: &PathBuf| watch::is_general(path) && self.roots.iter().any(|root| path.starts_with(&root.directory));
        let read: BTreeSet<PathBuf> =
            self.folders.iter().flat_map(Folder::files).filter(|path| !is_reached(path)).collect();
        if read == self.watched {
            return Ok(());
        }
        if !self.watched.is_empty() {
            self.client.request::<UnregisterCapability>(watch::no_read_files())?;
        }
        if !read.is_empty() {
            let params = watch::read_files(&read, &self.documents, self.client_support.relative_patterns);
            self.client.request::<RegisterCapability>(params)?;
        }
        self.watched = read;
        Ok(())
    }

    /// Handles a saved document. An editor without file watchers doesn't report other changes on the disk, so a save
    /// triggers a new scan.
    fn saved(&mut self) {
        if !self.client_support.watches {
            let directories = self.documents.all().filter_map(|document| document.path.as_deref()?.parent());
            let directories = directories.chain(self.roots.iter().map(|root| root.directory.as_path()));
            self.changed.extend(directories.map(|directory| directory.join(".gitignore")));
        }
    }

    /// Records that a document has changed.
    fn mark_changed(&mut self, path: Option<PathBuf>) {
        match path {
            Some(path) => drop(self.changed.insert(path)),
            None => self.is_stale = true,
        }
    }

    fn add_root(&mut self, folder: &OpenFolder) {
        let root = WorkspaceRoot::new(folder).filter(|root| !self.roots.iter().any(|known| known.uri == root.uri));
        self.roots.extend(root);
    }
}

fn item(uri: Option<&String>) -> ConfigurationItem {
    ConfigurationItem { scope_uri: uri.and_then(|uri| uri.parse::<Uri>().ok()), section: Some(SECTION.to_owned()) }
}

fn read<N: lsp_types::notification::Notification>(params: Value) -> Result<N::Params, serde_json::Error>
where
    N::Params: DeserializeOwned,
{
    serde_json::from_value(params)
}

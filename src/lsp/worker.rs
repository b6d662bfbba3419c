//! The checking thread, which lets the main thread answer requests during a check.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::thread;

use lsp_server::RequestId;
use lsp_types::{CodeActionOrCommand, CodeActionParams};

use super::capabilities::ClientSupport;
use super::documents::Documents;
use super::folder::{Folder, Prepare};
use super::pending_requests;
use crate::engine::STACK;

/// A task for the thread: to update the checks, or to answer requests. It transfers the ownership of the folders.
pub(super) struct Task {
    pub(super) folders: Vec<Folder>,
    /// The paths that have changed since the last update.
    pub(super) changed: Vec<PathBuf>,
    pub(super) documents: Documents,
    pub(super) client_support: ClientSupport,
    /// Code action requests. If there are any, no path has changed.
    pub(super) requests: Vec<(RequestId, CodeActionParams)>,
}

/// The result of a task, which returns the folders.
pub(super) struct WorkerResult {
    pub(super) folders: Vec<Folder>,
    pub(super) results: Vec<CodeActionResult>,
    /// The files whose diagnostics may have changed.
    pub(super) changed_files: BTreeSet<PathBuf>,
}

/// The answer to a code action request, based on the documents of the task.
pub(super) struct CodeActionResult {
    pub(super) id: RequestId,
    pub(super) params: CodeActionParams,
    pub(super) actions: Option<Vec<CodeActionOrCommand>>,
}

/// Starts the thread, which passes its results to `done`. It ends when the sender is dropped, or with the process.
///
/// # Errors
///
/// The system can't create a thread.
pub(super) fn start(
    prepare: Prepare,
    done: impl Fn(Option<WorkerResult>) + Send + 'static,
) -> io::Result<Sender<Task>> {
    let (sender, tasks) = mpsc::channel::<Task>();
    thread::Builder::new().stack_size(STACK).spawn(move || {
        let done = WorkerEnd(done);
        while let Ok(task) = tasks.recv() {
            (done.0)(Some(run(task, prepare)));
        }
    })?;
    Ok(sender)
}

/// Calls the function with `None` when the thread ends, even because of a panic.
struct WorkerEnd<F: Fn(Option<WorkerResult>)>(F);

impl<F: Fn(Option<WorkerResult>)> Drop for WorkerEnd<F> {
    fn drop(&mut self) {
        (self.0)(None);
    }
}

fn run(task: Task, prepare: Prepare) -> WorkerResult {
    let Task { mut folders, changed, documents, client_support, requests } = task;
    let mut changed_files = BTreeSet::new();
    for folder in folders.iter_mut().filter(|_| requests.is_empty()) {
        changed_files.extend(folder.update(&changed, &documents, client_support, prepare));
    }
    let mut results = Vec::new();
    for (id, params) in requests {
        let actions = pending_requests::actions(&params, &folders, &documents, client_support);
        results.push(CodeActionResult { id, params, actions });
    }
    WorkerResult { folders, results, changed_files }
}

//! The thread that checks, so that the other one can answer meanwhile.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::thread;

use lsp_server::RequestId;
use lsp_types::{CodeActionOrCommand, CodeActionParams};

use super::answers;
use super::capabilities::Abilities;
use super::documents::Documents;
use super::folder::{Folder, Prepare};
use crate::engine::STACK;

/// Checks that are to be brought up to date, or asked something as they are. They belong to the other thread until they are.
pub(super) struct Task {
    pub(super) folders: Vec<Folder>,
    /// The paths that have changed since.
    pub(super) changed: Vec<PathBuf>,
    /// The open texts.
    pub(super) documents: Documents,
    pub(super) abilities: Abilities,
    /// Actions that are asked for; then nothing has changed.
    pub(super) questions: Vec<(RequestId, CodeActionParams)>,
}

/// Checks that are up to date, and answers.
pub(super) struct Outcome {
    pub(super) folders: Vec<Folder>,
    pub(super) answers: Vec<Answer>,
    /// The files about which something else may have been found.
    pub(super) touched: BTreeSet<PathBuf>,
}

/// The actions that were asked for, on the texts of the task.
pub(super) struct Answer {
    pub(super) id: RequestId,
    pub(super) params: CodeActionParams,
    pub(super) found: Option<Vec<CodeActionOrCommand>>,
}

/// Starts the thread, which hands its outcomes to `done`. It ends when nobody can give it tasks any more, or with the program.
///
/// # Errors
///
/// The machine has no thread to give.
pub(super) fn start(prepare: Prepare, done: impl Fn(Option<Outcome>) + Send + 'static) -> io::Result<Sender<Task>> {
    let (sender, tasks) = mpsc::channel::<Task>();
    thread::Builder::new().stack_size(STACK).spawn(move || {
        let done = Done(done);
        while let Ok(task) = tasks.recv() {
            (done.0)(Some(run(task, prepare)));
        }
    })?;
    Ok(sender)
}

/// Says that there is no more to come when the thread ends, whatever ends it.
struct Done<F: Fn(Option<Outcome>)>(F);

impl<F: Fn(Option<Outcome>)> Drop for Done<F> {
    fn drop(&mut self) {
        (self.0)(None);
    }
}

fn run(task: Task, prepare: Prepare) -> Outcome {
    let Task { mut folders, changed, documents, abilities, questions } = task;
    let mut touched = BTreeSet::new();
    for folder in folders.iter_mut().filter(|_| questions.is_empty()) {
        touched.extend(folder.update(&changed, &documents, abilities, prepare));
    }
    let mut answers = Vec::new();
    for (id, params) in questions {
        let found = answers::actions(&params, &folders, &documents, abilities);
        answers.push(Answer { id, params, found });
    }
    Outcome { folders, answers, touched }
}

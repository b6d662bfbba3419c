//! `trailint server`: findings in an editor, as they are typed.
//!
//! There is one thread that works and one that reads. What has come in is taken in as a whole before anything is judged:
//! of ten keystrokes that wait only the last one costs anything, and a request that was cancelled meanwhile nothing at all.
//!
//! - The **state** ([`session`]) is what is open ([`documents`]), the directories that are checked, each with the check
//!   that is kept of it ([`folder`]), which paths have changed since, and what was published.
//! - **Judging** is [`Folder::update`](folder::Folder::update): the open texts are laid over the disk
//!   ([`Overlay`](crate::source::Overlay)), and a [`Standing`](crate::engine::Standing) check judges the deployments again
//!   that have asked for what has changed. Other settings, other ignore files and new files mean a new scan. Its report is
//!   the one that `trailint check` gives on the same texts.
//!   What differs from what was said before is [published](publishing), and [`answers`] are given on the same state.
//! - The **conversion** is thin: [`frames`] and [`client`] are the stream, [`positions`] and [`uris`] how the protocol names
//!   places, [`diagnostics`], [`hover`], [`actions`] and [`pages`] what becomes of findings, values, fixes and rules. A text that was
//!   never saved is judged alone ([`loose`]).
//!
//! Nothing that comes in ends the server but `exit` and the end of the stream: what is no message, or isn't understood, is
//! answered with an error or left alone, and places that aren't there are taken for the nearest that are.

mod actions;
mod answers;
mod capabilities;
mod client;
mod diagnostics;
mod documents;
mod folder;
mod frames;
mod hover;
mod loose;
mod pages;
mod positions;
mod publishing;
mod session;
mod uris;
mod watch;

use std::collections::HashSet;
use std::io::{self, BufRead, Write};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use lsp_server::{Message, Notification, RequestId};

pub use folder::{Job, Prepare};
use frames::Frame;
use session::{End, Session};

/// Serves an editor until it says `exit` or goes away; whether it has asked to shut down before.
///
/// # Errors
///
/// The editor can't be written to.
pub fn serve(input: impl BufRead + Send + 'static, output: impl Write, prepare: Prepare<'_>) -> io::Result<bool> {
    let frames = read_all(input);
    let mut session = Session::new(output, prepare);
    while let Ok(first) = frames.recv() {
        let batch: Vec<Frame> = std::iter::once(first).chain(frames.try_iter()).collect();
        let cancelled = cancelled(&batch);
        for frame in batch {
            if let Some(End { is_in_order }) = session.take(frame, &cancelled)? {
                return Ok(is_in_order);
            }
        }
        session.settle()?;
    }
    Ok(false)
}

/// Reads ahead, so that what waits is known. The thread ends with the stream, or with the program.
fn read_all(mut input: impl BufRead + Send + 'static) -> Receiver<Frame> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        while let Ok(Some(frame)) = frames::read(&mut input) {
            if sender.send(frame).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The requests that nobody waits for any more.
fn cancelled(batch: &[Frame]) -> HashSet<RequestId> {
    let id = |frame: &Frame| match frame {
        Frame::Message(Message::Notification(Notification { method, params })) if method == "$/cancelRequest" => {
            serde_json::from_value(params.get("id")?.clone()).ok()
        }
        Frame::Message(_) | Frame::Broken { .. } => None,
    };
    batch.iter().filter_map(id).collect()
}

//! `trailint server`: reports findings in an editor while the user types.
//!
//! One thread reads messages, one runs checks, and one does everything else, so that requests are answered during a
//! check. All messages that have arrived are processed before the next check: of ten waiting keystrokes, only the last
//! one causes a check, and a cancelled request causes no work.
//!
//! - The **state** ([`session`]) consists of the open documents ([`documents`]), the checked folders with their
//!   incremental checks ([`folder`]), the paths that have changed since the last check, and the published diagnostics.
//! - [`workspace`] decides **which units are checked**: the open folders, and open files that no other check includes.
//!   The decision is repeated after each check until it doesn't change; only then are diagnostics published.
//! - **Checks** run in [`Folder::update`](folder::Folder::update), in a separate thread ([`worker`]). The open
//!   documents replace the files on the disk ([`Overlay`](crate::source::Overlay)), and an [incremental
//!   check](crate::engine::IncrementalCheck) repeats the deployments that have used a changed file. Changed settings, changed
//!   ignore files and new files require a new scan. The report is the same as that of `trailint check` for the same
//!   texts. Differences to the previous diagnostics are [published](publishing), and then requests are
//!   [answered](pending_requests).
//! - The **protocol** layer is thin: [`frames`], [`client`] and [`spelling`] handle the stream, [`positions`] and
//!   [`uris`] convert locations, [`diagnostics`], [`hover`], [`actions`] and [`pages`] convert findings, values, fixes
//!   and rules, and [`settings`] and [`capabilities`] read the editor's settings and abilities. Untitled documents are
//!   checked separately ([`untitled`]).
//!
//! Only `exit` and the end of the stream end the server. A malformed or unknown message is answered with an error or
//! ignored, and a position outside of a text is moved to the nearest valid one.

mod actions;
mod capabilities;
mod client;
mod diagnostics;
mod documents;
mod folder;
mod frames;
mod hover;
mod pages;
mod pending_requests;
mod positions;
mod publishing;
mod session;
mod settings;
mod spelling;
mod untitled;
mod uris;
mod watch;
mod worker;
mod workspace;

use std::collections::HashSet;
use std::io::{self, BufRead, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Instant;

use lsp_server::{Message, Notification, RequestId};

pub use folder::{CheckExtent, CheckTarget, FolderJob, Prepare};
use frames::IncomingFrame;
use session::{Event, Session, SessionEnd};
pub use settings::{EditorSetting, SettingValue};

/// Serves an editor until it sends `exit` or closes the stream. Returns true if it has sent `shutdown` before.
///
/// # Errors
///
/// Writing to the editor fails, or the system can't create a thread.
pub fn serve(input: impl BufRead + Send + 'static, output: impl Write, prepare: Prepare) -> io::Result<bool> {
    let (sender, events) = mpsc::channel();
    read_all(input, sender.clone());
    let worker = worker::start(prepare, move |outcome| drop(sender.send(Event::Checked(outcome))))?;
    let mut session = Session::new(output, worker);
    loop {
        let first = match session.deadline() {
            Some(deadline) => match events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
                event => event.ok(),
            },
            None => match events.recv() {
                Err(_) => return Ok(false),
                event => event.ok(),
            },
        };
        let batch: Vec<Event> = first.into_iter().chain(events.try_iter()).collect();
        let cancelled = cancelled(&batch);
        for event in batch {
            if let Some(SessionEnd { is_in_order }) = session.handle_event(event, &cancelled)? {
                return Ok(is_in_order);
            }
        }
        session.advance()?;
        if session.is_finished() {
            return Ok(false);
        }
    }
}

/// Reads messages in a thread, so that all waiting messages are known. The thread ends with the stream or with the
/// process.
fn read_all(mut input: impl BufRead + Send + 'static, events: Sender<Event>) {
    thread::spawn(move || {
        while let Ok(Some(frame)) = frames::read(&mut input) {
            if events.send(Event::Frame(frame)).is_err() {
                return;
            }
        }
        // If there is no receiver, the server has already ended.
        let _ = events.send(Event::Closed);
    });
}

/// The requests that are cancelled in a batch of events.
fn cancelled(batch: &[Event]) -> HashSet<RequestId> {
    batch.iter().filter_map(cancelled_request).collect()
}

fn cancelled_request(event: &Event) -> Option<RequestId> {
    match event {
        Event::Frame(IncomingFrame::Message(Message::Notification(Notification { method, params })))
            if method == "$/cancelRequest" =>
        {
            serde_json::from_value(params.get("id")?.clone()).ok()
        }
        Event::Frame(_) | Event::Closed | Event::Checked(_) => None,
    }
}

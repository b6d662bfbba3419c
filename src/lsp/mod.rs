//! `trailint server`: findings in an editor, as they are typed.
//!
//! One thread reads, one checks, and one does everything else, so that a request is answered while a check runs. All
//! messages that have come in are taken in before anything is checked: of ten keystrokes that wait only the last one costs
//! anything, and a request that was cancelled meanwhile nothing at all.
//!
//! - The **state** ([`session`]) is what is open ([`documents`]), the folders that are checked, each with the check
//!   that is kept of it ([`folder`]), which paths have changed since, and what was published.
//! - [`workspace`] decides **what is checked as a whole**: the folders that the editor has open, and files that no check
//!   includes. This is decided again after each check, until it stays the same; only then is something published.
//! - **Judging** is [`Folder::update`](folder::Folder::update), in a thread of its own ([`worker`]): the open texts are laid
//!   over the disk ([`Overlay`](crate::source::Overlay)), and a [`Standing`](crate::engine::Standing) check judges the
//!   deployments again that have asked for what has changed. Other settings, other ignore files and new files mean a new
//!   scan. Its report is the one that `trailint check` gives on the same texts.
//!   What differs from what was said before is [published](publishing), and then [`answers`] are given.
//! - The **conversion** is thin: [`frames`], [`client`] and [`spelling`] are the stream, [`positions`] and [`uris`] how the
//!   protocol names places, [`diagnostics`], [`hover`], [`actions`] and [`pages`] what becomes of findings, values, fixes and
//!   rules, [`settings`] and [`capabilities`] what the editor wants. A text that was never saved is judged alone ([`loose`]).
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
mod settings;
mod spelling;
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

pub use folder::{Extent, Job, Prepare, Target};
use frames::Frame;
use session::{End, Session};
pub use settings::{Setting, SettingValue};
use worker::Outcome;

/// What the server waits for.
enum Event {
    Frame(Frame),
    /// The editor has gone away.
    Closed,
    /// The other thread has done its work; nothing if it has ended.
    Checked(Option<Outcome>),
}

/// Serves an editor until it says `exit` or goes away; whether it has asked to shut down before.
///
/// # Errors
///
/// The editor can't be written to, or the machine has no thread to give.
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
            if let Some(End { is_in_order }) = session.take(event, &cancelled)? {
                return Ok(is_in_order);
            }
        }
        session.settle()?;
        if session.is_over() {
            return Ok(false);
        }
    }
}

/// Reads ahead, so that what waits is known. The thread ends with the stream, or with the program.
fn read_all(mut input: impl BufRead + Send + 'static, events: Sender<Event>) {
    thread::spawn(move || {
        while let Ok(Some(frame)) = frames::read(&mut input) {
            if events.send(Event::Frame(frame)).is_err() {
                return;
            }
        }
        // If nobody waits any more, it has ended already.
        let _ = events.send(Event::Closed);
    });
}

/// The requests that nobody waits for any more.
fn cancelled(batch: &[Event]) -> HashSet<RequestId> {
    let id = |event: &Event| match event {
        Event::Frame(Frame::Message(Message::Notification(Notification { method, params })))
            if method == "$/cancelRequest" =>
        {
            serde_json::from_value(params.get("id")?.clone()).ok()
        }
        Event::Frame(_) | Event::Closed | Event::Checked(_) => None,
    };
    batch.iter().filter_map(id).collect()
}

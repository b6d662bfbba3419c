//! The progress bar of a long check.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::progress::Progress;

/// The time after which the bar appears.
const PATIENCE: Duration = Duration::from_secs(1);

/// The time between two updates of the bar.
const PACE: Duration = Duration::from_millis(100);

/// A thread that draws the bar until this value is dropped.
pub(super) struct ProgressDisplay {
    /// No message is ever sent: the thread ends when the channel is closed.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Draws the bar on standard error, if that is a terminal with a movable cursor.
pub(super) fn draw(progress: Arc<Progress>) -> Option<ProgressDisplay> {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if is_dumb || !std::io::stderr().is_terminal() {
        return None;
    }
    let (end, ended) = mpsc::channel();
    let drawing = thread::Builder::new().spawn(move || draw_until(&ended, &progress));
    Some(ProgressDisplay { end: Some(end), thread: drawing.ok() })
}

fn draw_until(ended: &Receiver<()>, progress: &Progress) {
    if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(style("{spinner} {msg}"));
    while ended.recv_timeout(PACE) == Err(RecvTimeoutError::Timeout) {
        match progress.projects() {
            None => bar.set_message(format!("Searched {} files", progress.files())),
            Some((judged, all)) => {
                if bar.length() != Some(all as u64) {
                    bar.set_length(all as u64);
                    bar.set_style(style("{spinner} Evaluating [{bar:30}] {pos}/{len}"));
                }
                bar.set_position(judged as u64);
            }
        }
        bar.tick();
    }
    bar.finish_and_clear();
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

impl Drop for ProgressDisplay {
    /// Waits until the bar is off the screen, so that nothing is drawn over the report.
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic while drawing must not lose the report.
            let _ = thread.join();
        }
    }
}

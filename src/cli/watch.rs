//! `--watch`: repeats a check whenever a file or directory that it read has changed.
//!
//! The disk is polled a few times a second. This takes a few milliseconds for thousands of files, works on every file
//! system and needs no further dependency. Ctrl-C ends the program as it ends any other: a shell shows status 130.

use std::process::ExitCode;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use crate::error::Error;
use crate::output::{self, Stream, TerminalStyle};
use crate::source::FileStates;

/// The time between two polls of the disk.
const PACE: Duration = Duration::from_millis(200);

/// The result of a check.
pub(super) struct CheckOutcome {
    pub(super) status: ExitCode,
    /// False if the reader of standard output has closed it.
    pub(super) is_stdout_open: bool,
}

/// Repeats the check until the program is ended from outside or the reader of its output goes away, and returns the
/// status of the last check.
///
/// An error of the first check ends the run. An error of a later check is reported, and the next change may fix it.
pub(super) fn run(
    check: impl Fn(Arc<FileStates>) -> Result<CheckOutcome, Error>,
    style: TerminalStyle,
) -> Result<ExitCode, Error> {
    let mut seen = Arc::new(FileStates::default());
    let mut done = check(Arc::clone(&seen))?;
    while done.is_stdout_open {
        wait(&seen);
        output::clear_screen().map_err(Error::Output)?;
        let next = Arc::new(FileStates::default());
        match check(Arc::clone(&next)) {
            Ok(again) => done = again,
            Err(error) => {
                done.is_stdout_open = Stream::Error
                    .write(&output::error_message(&error, Stream::Error.width()), style)
                    .map_err(Error::Output)?;
                next.record_all(&seen);
            }
        }
        seen = next;
    }
    Ok(done.status)
}

/// Waits for a change, and then for the program that makes it to finish writing.
fn wait(seen: &FileStates) {
    while !seen.has_changed() {
        sleep(PACE);
    }
    sleep(PACE);
}

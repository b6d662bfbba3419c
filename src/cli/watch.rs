//! `--watch`: the same check again whenever something that it looked at has changed.
//!
//! The disk is asked a few times a second, which costs a few milliseconds for thousands of files, works on every file
//! system, and needs no further dependency. Ctrl-C ends the program as it ends any other: a shell shows status 130.

use std::process::ExitCode;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use super::check::CheckOutcome;
use crate::error::Error;
use crate::output::{self, Stream, TerminalStyle};
use crate::source::FileStates;

/// How often the disk is asked.
const PACE: Duration = Duration::from_millis(200);

/// Checks until the program is ended from outside, or a report finds no reader any more, and ends as that check does.
///
/// A first check that can't be done is an error. One after it is told, and the next change may mend it.
pub(super) fn run(
    check: impl Fn(Arc<FileStates>) -> Result<CheckOutcome, Error>,
    look: TerminalStyle,
) -> Result<ExitCode, Error> {
    let mut seen = Arc::new(FileStates::default());
    let mut done = check(Arc::clone(&seen))?;
    while done.is_read {
        wait(&seen);
        output::clear_screen().map_err(Error::Output)?;
        let next = Arc::new(FileStates::default());
        match check(Arc::clone(&next)) {
            Ok(again) => done = again,
            Err(error) => {
                done.is_read = Stream::Error.write(&output::complaint(&error), look).map_err(Error::Output)?;
                next.note_all(&seen);
            }
        }
        seen = next;
    }
    Ok(done.status)
}

/// Until something has changed, and what changes it has had the time to finish.
fn wait(seen: &FileStates) {
    while !seen.has_changed() {
        sleep(PACE);
    }
    sleep(PACE);
}

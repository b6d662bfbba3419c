//! `--watch`: the same check again whenever something that it looked at has changed.
//!
//! The disk is asked a few times a second, which costs a few milliseconds for thousands of files, works on every file
//! system, and needs no further dependency. Ctrl-C ends the program as it ends any other: a shell shows status 130.

use std::convert::Infallible;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use crate::error::Error;
use crate::output::{self, Look, Stream};
use crate::source::Seen;

/// How often the disk is asked.
const PACE: Duration = Duration::from_millis(200);

/// Checks until the program is ended from outside.
///
/// A first check that can't be done is an error. One after it is told, and the next change may mend it.
pub(super) fn run(check: impl Fn(Arc<Seen>) -> Result<(), Error>, look: Look) -> Result<Infallible, Error> {
    let mut seen = Arc::new(Seen::default());
    check(Arc::clone(&seen))?;
    loop {
        wait(&seen);
        output::clear_screen().map_err(Error::Output)?;
        let next = Arc::new(Seen::default());
        if let Err(error) = check(Arc::clone(&next)) {
            Stream::Error.write(&output::complaint(&error), look).map_err(Error::Output)?;
            next.note_all(&seen);
        }
        seen = next;
    }
}

/// Until something has changed, and what changes it has had the time to finish.
fn wait(seen: &Seen) {
    while !seen.has_changed() {
        sleep(PACE);
    }
    sleep(PACE);
}

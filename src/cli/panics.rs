//! Panics end the program with one line on standard error and exit status 2, like any check that isn't complete.

use std::panic::PanicHookInfo;
use std::process::exit;

use super::NOT_DONE;
use crate::output::{Stream, TerminalStyle, sanitize};

/// Replaces the default hook, which prints the message as it is: it can contain text of scanned files.
pub(super) fn set_hook() {
    std::panic::set_hook(Box::new(|panic| {
        // An error of standard error itself has no place left to be reported.
        let _ = Stream::Error.write(&line(panic), TerminalStyle::default());
        exit(i32::from(NOT_DONE))
    }));
}

/// One line with the message and the location of a panic.
fn line(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let place = panic.location().map(|place| format!(" ({place})")).unwrap_or_default();
    format!("error: bug in trailint: {}{}\n", sanitize(text.unwrap_or("unknown panic")), sanitize(&place))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_panic_is_one_inert_line() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let own = std::thread::current().id();
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().id() == own {
                kept.lock().unwrap().push(line(panic));
            }
        }));
        let caught = std::panic::catch_unwind(|| panic!("no `{}`\n::error::x", "\u{1b}[31mtrail"));
        std::panic::set_hook(default);
        assert!(caught.is_err());
        let lines = lines.lock().unwrap();
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(line.starts_with("error: bug in trailint: no `"), "{line}");
        assert!(line.contains("src/cli/panics.rs:"), "{line}");
        assert!(line.ends_with(")\n") && line.lines().count() == 1 && !line.contains('\u{1b}'), "{line}");
    }
}

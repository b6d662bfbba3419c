//! The server as an editor uses it that holds each message against the protocol, where Python has its types.

use std::path::Path;
use std::process::Command;

use crate::cli::{Scratch, err, out};
use crate::support::{package, skipped};

#[test]
fn an_editor_finds_every_message_valid() {
    let mut python = Command::new("python3");
    if !python.args(["-c", "import lsprotocol"]).output().is_ok_and(|output| output.status.success()) {
        return skipped("sessions", "Python's lsprotocol isn't installed");
    }
    let scratch = Scratch::new("sessions", &[]);
    let mut sessions = Command::new("python3");
    sessions.arg(package("tests/it/lsp/sessions.py")).env("TRAILINT", Path::new(env!("CARGO_BIN_EXE_trailint")));
    sessions.env("TMPDIR", &scratch.0).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = sessions.output().unwrap();
    assert!(output.status.success(), "{}{}", out(&output), err(&output));
}

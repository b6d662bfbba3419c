//! Reads messages from a stream of bytes. A malformed message doesn't affect the messages after it.
//!
//! `lsp_server::Message::read` isn't used: it ends the session at the first malformed header or message, and it
//! allocates the length that a header declares before it reads, so that one line can exhaust the memory.

use std::io::{self, BufRead, Read};

use lsp_server::{ErrorCode, Message};
use serde_json::Value;

/// The maximum length of a message in bytes. Longer messages are skipped.
const MAX_LENGTH: u64 = 256 << 20;

/// The maximum length of a header line in bytes.
const MAX_LINE: u64 = 4096;

/// The only required header, in lower case.
const LENGTH: &str = "content-length:";

/// A message, or the error for a malformed one.
#[derive(Debug)]
pub(super) enum IncomingFrame {
    Message(Message),
    /// A malformed message, with the error code of the answer, and the id of the request (`null` if it is unknown).
    Broken {
        code: ErrorCode,
        id: Value,
        message: String,
    },
}

/// Reads the next message; `None` at the end of the stream.
///
/// # Errors
///
/// The stream can't be read.
pub(super) fn read(stream: &mut impl BufRead) -> io::Result<Option<IncomingFrame>> {
    let Some(length) = read_length(stream)? else { return Ok(None) };
    if length > MAX_LENGTH {
        io::copy(&mut stream.take(length), &mut io::sink())?;
        return Ok(Some(broken(ErrorCode::ParseError, Value::Null, "the message is too long")));
    }
    let mut bytes = Vec::new();
    stream.take(length).read_to_end(&mut bytes)?;
    Ok(Some(parse(&bytes)))
}

/// The length in the next header, which ends with an empty line. Any text before the header is skipped.
fn read_length(stream: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if stream.take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line).to_ascii_lowercase();
        match (text.split_once(LENGTH), length) {
            // If the previous body was longer than its header declared, the header doesn't start at the beginning of
            // the line.
            (Some((_, number)), _) => length = number.trim().parse().ok(),
            (None, Some(length)) if text.trim().is_empty() => return Ok(Some(length)),
            (None, _) => {}
        }
    }
}

fn parse(bytes: &[u8]) -> IncomingFrame {
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => return broken(ErrorCode::ParseError, Value::Null, &error.to_string()),
    };
    let named = value.get("id").cloned().unwrap_or_default();
    let id = if named.is_string() || named.is_number() { named.clone() } else { Value::Null };
    match serde_json::from_value(value) {
        // A message with an id expects an answer, so it can't be a notification.
        Ok(message) if named.is_null() || !matches!(message, Message::Notification(_)) => {
            IncomingFrame::Message(message)
        }
        Ok(_) | Err(_) => {
            broken(ErrorCode::InvalidRequest, id, "this is neither a request nor a notification nor a response")
        }
    }
}

fn broken(code: ErrorCode, id: Value, message: &str) -> IncomingFrame {
    IncomingFrame::Broken { code, id, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bytes: &[u8]) -> Vec<String> {
        let mut stream = bytes;
        let frames = std::iter::from_fn(|| read(&mut stream).ok().flatten());
        frames
            .map(|frame| match frame {
                IncomingFrame::Message(Message::Notification(notification)) => notification.method,
                IncomingFrame::Message(other) => format!("{other:?}"),
                IncomingFrame::Broken { code, id, .. } => format!("{} {id}", code as i32),
            })
            .collect()
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_broken_costs_one_frame() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"good"}"#);
        let cases = [
            (framed("{"), "-32700 null"),
            (framed("[]"), "-32600 null"),
            (framed(r#"{"id":7}"#), "-32600 7"),
            (framed(r#"{"id":1.5,"method":"x"}"#), "-32600 1.5"),
            (framed("\u{feff}{}"), "-32700 null"),
            ("Content-Length: 1\r\n\r\n{}".to_owned(), "-32700 null"),
        ];
        for (bad, expected) in cases {
            assert_eq!(frames(format!("{good}{bad}{good}").as_bytes()), ["good", expected, "good"], "{bad}");
        }
        for skipped in ["Content-Length: many\r\n\r\n", "\r\n\r\n", "X: y\r\n", "\u{0}garbage\n"] {
            assert_eq!(frames(format!("{good}{skipped}{good}").as_bytes()), ["good", "good"], "{skipped}");
        }
        assert_eq!(frames(format!("content-length : 2\n{}", good.to_lowercase()).as_bytes()), ["good"]);
        assert_eq!(frames(format!("Content-Length: 999999999999\r\n\r\n{good}").as_bytes()), ["-32700 null"]);
    }
}

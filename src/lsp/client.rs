//! What is said to the editor.

use std::io::{self, Write};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{LogMessage, Notification as _, PublishDiagnostics};
use lsp_types::{LogMessageParams, MessageType, PublishDiagnosticsParams};
use serde::Serialize;
use serde_json::Value;

/// The stream to the editor.
pub(super) struct Client<W> {
    stream: W,
    requests: i32,
}

impl<W: Write> Client<W> {
    pub(super) fn new(stream: W) -> Self {
        Self { stream, requests: 0 }
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, id: RequestId, result: impl Serialize) -> io::Result<()> {
        self.send(Response::new_ok(id, result).into())
    }

    /// Answers a request that can't be answered.
    pub(super) fn refuse(&mut self, id: RequestId, code: ErrorCode, why: &str) -> io::Result<()> {
        self.send(Response::new_err(id, code as i32, why.to_owned()).into())
    }

    /// Answers something of which nobody knows what it was.
    pub(super) fn refuse_broken(&mut self, id: &Value, code: ErrorCode, why: &str) -> io::Result<()> {
        let error = serde_json::json!({ "code": code as i32, "message": why });
        let body = serde_json::json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string();
        write!(self.stream, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        self.stream.flush()
    }

    /// Asks for something whose answer changes nothing.
    pub(super) fn request<R: lsp_types::request::Request>(&mut self, params: R::Params) -> io::Result<()> {
        self.requests = self.requests.wrapping_add(1);
        self.send(Request::new(RequestId::from(self.requests), R::METHOD.to_owned(), params).into())
    }

    /// Says what is found in a file.
    pub(super) fn publish(&mut self, params: PublishDiagnosticsParams) -> io::Result<()> {
        self.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), params).into())
    }

    /// Leaves a line in the log that the editor keeps.
    pub(super) fn log(&mut self, message: &str) -> io::Result<()> {
        let params =
            LogMessageParams { typ: MessageType::WARNING, message: crate::output::inert(message).into_owned() };
        self.send(Notification::new(LogMessage::METHOD.to_owned(), params).into())
    }

    fn send(&mut self, message: Message) -> io::Result<()> {
        message.write(&mut self.stream)
    }
}

//! Sends messages to the editor.

use std::io::{self, Write};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{LogMessage, Notification as _, PublishDiagnostics, ShowMessage};
use lsp_types::{Diagnostic, LogMessageParams, MessageType, ShowMessageParams};
use serde::Serialize;
use serde_json::Value;

use super::spelling::Spelling;

/// The stream to the editor.
pub(super) struct Client<W> {
    stream: W,
    requests: i32,
    pub(super) spelling: Spelling,
}

impl<W: Write> Client<W> {
    pub(super) fn new(stream: W) -> Self {
        Self { stream, requests: 0, spelling: Spelling::default() }
    }

    pub(super) fn respond(&mut self, id: RequestId, result: impl Serialize) -> io::Result<()> {
        self.send(Response::new_ok(id, result).into())
    }

    /// Answers a request with an error.
    pub(super) fn respond_error(&mut self, id: RequestId, code: ErrorCode, why: &str) -> io::Result<()> {
        self.send(Response::new_err(id, code as i32, why.to_owned()).into())
    }

    /// Sends an error for a message that couldn't be parsed. `id` is `null` if the request's id is unknown.
    pub(super) fn respond_parse_error(&mut self, id: &Value, code: ErrorCode, why: &str) -> io::Result<()> {
        let error = serde_json::json!({ "code": code as i32, "message": why });
        let body = serde_json::json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string();
        write!(self.stream, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        self.stream.flush()
    }

    /// Sends a request, and returns its id.
    pub(super) fn request<R: lsp_types::request::Request>(&mut self, params: R::Params) -> io::Result<RequestId> {
        self.requests = self.requests.wrapping_add(1);
        let id = RequestId::from(self.requests);
        self.send(Request::new(id.clone(), R::METHOD.to_owned(), params).into())?;
        Ok(id)
    }

    /// Publishes the diagnostics of a file. `uri` is in the editor's spelling.
    pub(super) fn publish(&mut self, uri: &str, diagnostics: &[Diagnostic], version: Option<i32>) -> io::Result<()> {
        let mut params = serde_json::json!({ "diagnostics": diagnostics });
        self.spelling.restore(&mut params);
        if let Some(params) = params.as_object_mut() {
            params.insert("uri".to_owned(), uri.into());
            params.extend(version.map(|version| ("version".to_owned(), version.into())));
        }
        Message::from(Notification { method: PublishDiagnostics::METHOD.to_owned(), params }).write(&mut self.stream)
    }

    /// Writes a warning to the editor's log.
    pub(super) fn log(&mut self, message: &str) -> io::Result<()> {
        let params =
            LogMessageParams { typ: MessageType::WARNING, message: crate::output::sanitize(message).into_owned() };
        self.send(Notification::new(LogMessage::METHOD.to_owned(), params).into())
    }

    /// Shows an error in the editor, which the user must close.
    pub(super) fn show_error(&mut self, message: &str) -> io::Result<()> {
        let params =
            ShowMessageParams { typ: MessageType::ERROR, message: crate::output::sanitize(message).into_owned() };
        self.send(Notification::new(ShowMessage::METHOD.to_owned(), params).into())
    }

    fn send(&mut self, mut message: Message) -> io::Result<()> {
        match &mut message {
            Message::Request(request) => self.spelling.restore(&mut request.params),
            Message::Response(response) => {
                response.response_result.iter_mut().for_each(|result| self.spelling.restore(result));
            }
            Message::Notification(notification) => self.spelling.restore(&mut notification.params),
        }
        message.write(&mut self.stream)
    }
}

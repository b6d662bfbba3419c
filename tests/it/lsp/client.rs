//! An editor as far as the protocol goes: it starts the real server, and knows what was published last.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::Scratch;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Editor<'s> {
    pub(crate) scratch: &'s Scratch,
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    requests: i64,
    /// The diagnostics of each file, by its path in the scratch directory or its URI.
    pub(crate) published: BTreeMap<String, Vec<Value>>,
    /// How often something was published.
    pub(crate) publications: usize,
    /// What the server has asked for, and what it has logged.
    pub(crate) others: Vec<Value>,
}

impl<'s> Editor<'s> {
    /// Starts the server and says nothing yet.
    pub(crate) fn start(scratch: &'s Scratch) -> Self {
        let mut command = scratch.command(&["server", "--stdio"]);
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, messages) = mpsc::channel();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let input = server.stdin.take();
        let published = BTreeMap::new();
        Self { scratch, server, input, messages, requests: 0, published, publications: 0, others: Vec::new() }
    }

    /// Starts the server for the scratch directory.
    pub(crate) fn open(scratch: &'s Scratch) -> Self {
        let mut editor = Self::start(scratch);
        let folder = json!({ "uri": editor.uri(""), "name": "scratch" });
        editor.request("initialize", json!({ "capabilities": capabilities(), "workspaceFolders": [folder] }));
        editor.notify("initialized", json!({}));
        editor.settle();
        editor
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        uri(&self.scratch.0.join(path))
    }

    /// Asks, and waits for the answer: the result or the error.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.answer(&json!(id))
    }

    /// Waits for the answer to a request.
    pub(crate) fn answer(&mut self, id: &Value) -> Value {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).unwrap();
            if message.get("method").is_none() && message["id"] == *id {
                return message.get("result").or(message.get("error")).cloned().unwrap();
            }
            self.note(message);
        }
    }

    fn note(&mut self, message: Value) {
        if message["method"] != "textDocument/publishDiagnostics" {
            return self.others.push(message);
        }
        let uri = message["params"]["uri"].as_str().unwrap();
        let base = self.uri("");
        let name = uri.strip_prefix(&base).map_or(uri, |name| name.trim_start_matches('/')).to_owned();
        self.publications += 1;
        self.published.insert(name, message["params"]["diagnostics"].as_array().unwrap().clone());
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    /// Waits until the server has said all that it has to say: actions are offered on a check that is up to date.
    pub(crate) fn settle(&mut self) -> &mut Self {
        let context = json!({ "diagnostics": [] });
        let nowhere = json!({ "textDocument": { "uri": "none:" }, "range": range([0, 0, 0, 0]), "context": context });
        self.request("textDocument/codeAction", nowhere);
        self
    }

    pub(crate) fn did_open(&mut self, path: &str, text: &str) -> &mut Self {
        let document = json!({ "uri": self.uri(path), "languageId": "terraform", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
        self
    }

    /// Replaces a range: line, character, line, character.
    pub(crate) fn did_change(&mut self, path: &str, at: [u32; 4], text: &str) -> &mut Self {
        let change = json!({ "range": range(at), "text": text });
        let document = json!({ "uri": self.uri(path), "version": 2 });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
        self
    }

    pub(crate) fn did_close(&mut self, path: &str) -> &mut Self {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": self.uri(path) } }));
        self
    }

    /// Writes a file, or removes it, and says so; `kind` is 1 for made, 2 for changed, 3 for gone.
    pub(crate) fn write(&mut self, path: &str, text: Option<&str>, kind: u32) -> &mut Self {
        let file = self.scratch.0.join(path);
        match text {
            Some(text) => {
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(&file, text).unwrap();
            }
            None => std::fs::remove_file(&file).unwrap(),
        }
        let change = json!({ "uri": uri(&file), "type": kind });
        self.notify("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
        self
    }

    pub(crate) fn hover(&mut self, path: &str, line: u32, character: u32) -> String {
        self.settle();
        let uri = self.uri(path);
        let params = json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } });
        self.request("textDocument/hover", params)["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The actions for all diagnostics of a file.
    pub(crate) fn actions(&mut self, path: &str, only: &[&str]) -> Vec<Value> {
        let diagnostics = self.published.get(path).cloned().unwrap_or_default();
        let mut context = json!({ "diagnostics": diagnostics });
        if !only.is_empty() {
            context["only"] = json!(only);
        }
        let document = json!({ "uri": self.uri(path) });
        let params = json!({ "textDocument": document, "range": range([0, 0, 9999, 0]), "context": context });
        self.request("textDocument/codeAction", params).as_array().cloned().unwrap_or_default()
    }

    /// The rules and places of what is published about a file: `rule line:character-line:character`.
    pub(crate) fn found(&mut self, path: &str) -> Vec<String> {
        self.settle();
        let all = self.published.get(path).cloned().unwrap_or_default();
        let place = |at: &Value| format!("{}:{}", at["line"], at["character"]);
        let show = |own: &Value| {
            let rule = own["code"].as_str().unwrap_or("-");
            format!("{rule} {}-{}", place(&own["range"]["start"]), place(&own["range"]["end"]))
        };
        all.iter().map(show).collect()
    }

    /// The rules of what is published about a file.
    pub(crate) fn rules(&mut self, path: &str) -> Vec<String> {
        self.found(path).iter().map(|found| found.split(' ').next().unwrap().to_owned()).collect()
    }

    /// Shuts the server down as it should be done; its exit status.
    pub(crate) fn close(mut self) -> i32 {
        assert_eq!(self.request("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        self.wait()
    }

    /// Goes away; the exit status of the server.
    pub(crate) fn wait(mut self) -> i32 {
        drop(self.input.take());
        self.server.wait().unwrap().code().unwrap()
    }
}

impl Drop for Editor<'_> {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.server.wait();
    }
}

/// What most editors can do.
pub(crate) fn capabilities() -> Value {
    json!({
        "textDocument": {
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "publishDiagnostics": {
                "relatedInformation": true,
                "codeDescriptionSupport": true,
                "dataSupport": true,
                "tagSupport": { "valueSet": [1, 2] },
            },
        },
        "workspace": { "textDocumentContent": {} },
    })
}

pub(crate) fn range([line, character, end_line, end_character]: [u32; 4]) -> Value {
    json!({
        "start": { "line": line, "character": character },
        "end": { "line": end_line, "character": end_character },
    })
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.to_str().unwrap().trim_end_matches('/'))
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().strip_prefix("Content-Length: ") {
            Some(number) => length = number.parse().unwrap(),
            None if line.trim().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}

//! A session with an editor: every request is answered once, and in the end what was said is what is to be said.
//!
//! What comes in is a line for each message, and then a project as it is written: `--- path` begins a text, and the same
//! path once more another text of the same file. A text that is `gone` takes the file away.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use trailint::internal::engine::EngineSettings;
use trailint::internal::error::Error;
use trailint::internal::lsp::{self, CheckTarget, FolderJob};
use trailint::internal::report::View;
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{Disk, Overlay, Sources};

use super::incremental::{Files, Kept};

/// More changes than this take long and say nothing new.
const MAX_EDITS: usize = 10;

/// Serves an editor that says what a text holds.
///
/// # Panics
///
/// When a request isn't answered once, when the end isn't what it should be, or when something else is said after changes
/// than of the texts as they are then.
pub fn check(text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    let (messages, project) = text.split_once("--- ").unwrap_or((&text, ""));
    answers_once(messages);
    let edits = edits(project);
    let mut kept = Kept::new(Files::new());
    edits.iter().for_each(|edit| kept.put(Path::new(edit.path), edit.text.map(|text| text.as_bytes().to_vec())));
    says_what_is_new(&edits);
}

/// A text that takes the place of another.
struct Edit<'t> {
    path: &'t str,
    text: Option<&'t str>,
}

fn edits(project: &str) -> Vec<Edit<'_>> {
    let mut edits: Vec<Edit<'_>> = Vec::new();
    for (path, text) in project.split("\n--- ").filter_map(|edit| edit.split_once('\n')).take(MAX_EDITS) {
        let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        let is_name = |part: &str| {
            !part.is_empty() && part.len() < 40 && is_plain(part) && !part.starts_with("..") && part != "."
        };
        // What is a file is no directory.
        let clashes = |other: &Edit<'_>| {
            let (own, other) = (Path::new(path), Path::new(other.path));
            own != other && (own.starts_with(other) || other.starts_with(own))
        };
        if path.split('/').all(is_name) && !edits.iter().any(clashes) {
            edits.push(Edit { path, text: Some(text).filter(|text| text.trim() != "gone") });
        }
    }
    edits
}

/// Every request is answered, and answered once.
fn answers_once(messages: &str) {
    let mut stream = frame(&initialize());
    for line in messages.lines() {
        stream.push_str(&if line.starts_with('{') { frame_text(line) } else { format!("{line}\n") });
    }
    stream.push_str(&frame(&json!({ "jsonrpc": "2.0", "id": "last", "method": "shutdown" })));
    stream.push_str(&frame(&json!({ "jsonrpc": "2.0", "method": "exit" })));
    let (is_in_order, said) = serve(stream);
    let answered: Vec<&Value> = said.iter().filter(|message| message.get("method").is_none()).collect();
    let values = messages.lines().filter(|line| line.starts_with('{')).map(serde_json::from_str::<Value>);
    let values: Vec<Value> = values.filter_map(Result::ok).collect();
    // What isn't framed may swallow what comes after it.
    let is_framed = messages.lines().all(|line| line.starts_with('{') || !line.to_lowercase().contains("length"));
    let ends = |message: &Value| matches!(message["method"].as_str(), Some("exit" | "shutdown"));
    if !is_framed || values.iter().any(ends) {
        return;
    }
    assert!(is_in_order, "it doesn't end as it was told to");
    for id in values.iter().map(|message| &message["id"]).filter(|id| id.is_string() || id.is_number()) {
        let with_id = || values.iter().filter(|message| message["id"] == *id);
        let (asked, named) = (with_id().filter(|message| message["method"].is_string()).count(), with_id().count());
        let answers = answered.iter().filter(|message| message["id"] == *id).count();
        assert!((asked..=named).contains(&answers) || *id == "first" || *id == "last", "{answers} answers to {id}");
    }
}

/// What an editor knows in the end doesn't depend on the way there.
fn says_what_is_new(edits: &[Edit<'_>]) {
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    let mut stream = frame(&initialize());
    for (number, edit) in edits.iter().enumerate() {
        let known = last.contains_key(edit.path);
        match edit.text {
            Some(text) => {
                stream.push_str(&frame(&if known { did_change(edit.path, text) } else { did_open(edit.path, text) }));
                last.insert(edit.path, text);
            }
            None => {
                stream.push_str(&frame(&did_close(edit.path)));
                last.remove(edit.path);
            }
        }
        // An answer wants everything to be judged that came before.
        stream.push_str(&frame(&actions(number, edit.path)));
    }
    let mut fresh = frame(&initialize());
    last.iter().for_each(|(path, text)| fresh.push_str(&frame(&did_open(path, text))));
    fresh.push_str(&frame(&actions(0, "none")));
    assert_eq!(published(serve(stream).1), published(serve(fresh).1), "{last:?}");
}

/// The diagnostics that were published last, by file.
fn published(said: Vec<Value>) -> BTreeMap<String, Vec<Value>> {
    let mut published = BTreeMap::new();
    for message in said.into_iter().filter(|message| message["method"] == "textDocument/publishDiagnostics") {
        let params = &message["params"];
        let found = params["diagnostics"].as_array().cloned().unwrap_or_default();
        published.insert(params["uri"].as_str().unwrap_or_default().to_owned(), found);
    }
    published.retain(|_, found| !found.is_empty());
    published
}

/// Whether the end was in order, and all that the server has said.
fn serve(stream: String) -> (bool, Vec<Value>) {
    let mut output = Vec::new();
    let is_in_order = lsp::serve(Cursor::new(stream), &mut output, prepare).expect("memory can be written to");
    let mut said = Vec::new();
    let mut rest = output.as_slice();
    while !rest.is_empty() {
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n").expect("a header ends with an empty line");
        let header = std::str::from_utf8(&rest[..end]).expect("a header is ASCII");
        let length = header.strip_prefix("Content-Length: ").and_then(|number| number.parse().ok());
        let (body, after) = rest[end + 4..].split_at(length.expect("a header is a length"));
        said.push(serde_json::from_slice(body).expect("a message is JSON"));
        rest = after;
    }
    (is_in_order, said)
}

/// A directory on the disk, of this process alone, in which nothing lies but what is open.
fn directory() -> PathBuf {
    let directory = std::env::temp_dir().join(format!("trailint-session-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory can be made");
    std::fs::canonicalize(directory).expect("the directory is there")
}

/// Checks that directory and no other: a message may name any.
fn prepare(target: &CheckTarget, texts: &[(PathBuf, Arc<str>)]) -> Result<FolderJob, Error> {
    let directory = directory();
    let asked = &target.directory;
    if !asked.starts_with(&directory) {
        return Err(Error::Environment("there is one directory only".to_owned()));
    }
    let mut fs = Overlay::new(Disk::new(std::slice::from_ref(&directory)));
    texts.iter().for_each(|(path, text)| fs.set_text(path, Arc::clone(text)));
    let paths = vec![Input { given: ".".to_owned(), path: asked.to_owned() }];
    let inputs = ScanInputs { paths, records_paths: true, ..ScanInputs::default() };
    let (sources, settings) = (Sources::new(directory), EngineSettings::default());
    Ok(FolderJob {
        fs,
        inputs,
        sources,
        settings,
        configuration: Vec::new(),
        view: View::default(),
        baseline: None,
        disk: Disk::new(&[]),
    })
}

fn uri(path: &str) -> String {
    format!("file://{}/{path}", directory().display())
}

fn initialize() -> Value {
    let folder = json!({ "uri": format!("file://{}", directory().display()), "name": "all" });
    let params = json!({ "capabilities": {}, "workspaceFolders": [folder] });
    json!({ "jsonrpc": "2.0", "id": "first", "method": "initialize", "params": params })
}

fn did_open(path: &str, text: &str) -> Value {
    let document = json!({ "uri": uri(path), "languageId": "terraform", "version": 1, "text": text });
    json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } })
}

fn did_change(path: &str, text: &str) -> Value {
    let params = json!({ "textDocument": { "uri": uri(path), "version": 2 }, "contentChanges": [{ "text": text }] });
    json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params })
}

fn actions(id: usize, path: &str) -> Value {
    let start = json!({ "line": id, "character": 9 });
    let range = json!({ "start": start, "end": start });
    let params = json!({ "textDocument": { "uri": uri(path) }, "range": range, "context": { "diagnostics": [] } });
    json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/codeAction", "params": params })
}

fn did_close(path: &str) -> Value {
    json!({ "jsonrpc": "2.0", "method": "textDocument/didClose", "params": { "textDocument": { "uri": uri(path) } } })
}

fn frame(message: &Value) -> String {
    frame_text(&message.to_string())
}

fn frame_text(body: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

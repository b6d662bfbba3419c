//! `trailint server --mcp`: a server of the Model Context Protocol, with which coding assistants check code.
//!
//! The protocol is JSON-RPC 2.0 with one message on each line (<https://modelcontextprotocol.io/specification>). The tools
//! read only what `trailint check` may read for a path below the directory in which the server was started: an assistant
//! may have been told by the code that it reads to ask for other files. Nothing is written.

use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::engine;
use crate::error::Error;
use crate::lsp::{CheckExtent, CheckTarget, FolderJob, Prepare};
use crate::output::{self, OutputFormat};

/// The version of the protocol that is offered to a client with an unknown one.
const NEWEST: &str = "2025-06-18";

/// The versions of the protocol whose messages this server understands. They don't differ in what it uses; the version
/// between them would require batches of messages.
const VERSIONS: [&str; 2] = ["2024-11-05", NEWEST];

/// The maximum length of a message in bytes. Longer messages are skipped.
const MAX_LINE: u64 = 1 << 20;

/// The width of reports in columns.
const WIDTH: usize = 100;

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;

/// What the tools need from the command line.
pub struct Tools {
    /// The directory to which paths are relative, with symbolic links resolved.
    pub root: PathBuf,
    /// Prepares a check as the command line does.
    pub prepare: Prepare,
    /// The documentation of the rules with a name.
    pub explain: fn(&str) -> Result<String, Error>,
}

/// A problem with a request.
struct Refusal {
    code: i32,
    message: String,
}

/// Answers requests until the stream ends.
///
/// # Errors
///
/// A stream can't be read or written.
pub fn serve(mut input: impl BufRead, mut output: impl Write, tools: &Tools) -> io::Result<()> {
    while let Some(line) = read_line(&mut input)? {
        if let Some(answer) = answer(line, tools) {
            output.write_all(answer.to_string().as_bytes())?;
            output.write_all(b"\n")?;
            output.flush()?;
        }
    }
    Ok(())
}

/// The next line, `Some(None)` if it is too long, and `None` at the end of the stream.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Option<Vec<u8>>>> {
    let mut line = Vec::new();
    if input.take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.ends_with(b"\n") || (line.len() as u64) < MAX_LINE {
        return Ok(Some(Some(line)));
    }
    loop {
        line.clear();
        let read = input.take(MAX_LINE).read_until(b'\n', &mut line)?;
        if read == 0 || line.ends_with(b"\n") {
            return Ok(Some(None));
        }
    }
}

/// The answer to a message; none to a notification and to an empty line.
fn answer(line: Option<Vec<u8>>, tools: &Tools) -> Option<Value> {
    let Some(line) = line else {
        return Some(refused(&Value::Null, &refusal(PARSE_ERROR, "the message is longer than 1 MB")));
    };
    if line.trim_ascii().is_empty() {
        return None;
    }
    let Ok(message) = serde_json::from_slice::<Value>(&line) else {
        return Some(refused(&Value::Null, &refusal(PARSE_ERROR, "the message isn't valid JSON")));
    };
    let id = message.get("id").cloned();
    let Some(method) = message.get("method").and_then(Value::as_str) else {
        let is_answer = message.get("result").is_some() || message.get("error").is_some();
        let refusal = refusal(INVALID_REQUEST, "the message isn't a request");
        return (!is_answer).then(|| refused(&id.unwrap_or_default(), &refusal));
    };
    let id = id?;
    if !matches!(id, Value::String(_) | Value::Number(_)) {
        return Some(refused(&Value::Null, &refusal(INVALID_REQUEST, "the id isn't a string or a number")));
    }
    let params = message.get("params").unwrap_or(&Value::Null);
    Some(match result(method, params, tools) {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(refusal) => refused(&id, &refusal),
    })
}

fn refusal(code: i32, message: impl Into<String>) -> Refusal {
    Refusal { code, message: message.into() }
}

fn refused(id: &Value, refusal: &Refusal) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": refusal.code, "message": refusal.message}})
}

fn result(method: &str, params: &Value, tools: &Tools) -> Result<Value, Refusal> {
    match method {
        "initialize" => Ok(initialized(params)),
        "ping" => Ok(json!({})),
        "tools/list" => Ok(json!({"tools": descriptions()})),
        "tools/call" => call(params, tools),
        _ => Err(refusal(METHOD_NOT_FOUND, "there is no such method")),
    }
}

fn initialized(params: &Value) -> Value {
    let asked = params.get("protocolVersion").and_then(Value::as_str);
    let version = VERSIONS.into_iter().find(|version| Some(*version) == asked).unwrap_or(NEWEST);
    json!({
        "protocolVersion": version,
        "capabilities": {"tools": {}},
        "serverInfo": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
        "instructions": "Checks AWS CloudTrail trails in Terraform and CloudFormation against CIS AWS Foundations 3.1. \
            Run `check` after a change of a trail, its bucket, its key or their variables. An unknown verdict is neither a \
            pass nor a failure: its help names what is missing.",
    })
}

fn descriptions() -> Value {
    let path = json!({
        "type": "string",
        "description": "A directory or a file, relative to the directory of the server. By default, all of it.",
    });
    let reads = json!({"readOnlyHint": true, "destructiveHint": false, "openWorldHint": false});
    json!([
        {
            "name": "check",
            "description": "Finds CloudTrail trails that break CIS AWS Foundations 3.1, with the value that causes each \
                problem, the flow to it and the fix. Uses the configuration, suppressions and baseline of the repository.",
            "inputSchema": {
                "type": "object",
                "properties": {
                    "path": path,
                    "format": {
                        "type": "string",
                        "enum": ["full", "concise", "json"],
                        "description": "`full` shows code and help, `concise` one line for each finding, and `json` \
                            everything, also passed rules. The default is `full`.",
                    },
                },
                "additionalProperties": false,
            },
            "annotations": reads,
        },
        {
            "name": "explain",
            "description": "The documentation of a rule: what it finds, why, and how to fix it, with examples.",
            "inputSchema": {
                "type": "object",
                "properties": {"rule": {
                    "type": "string",
                    "description": "The id of a rule, such as `single-region-trail`, the number of a control, such as \
                        `3.1`, or the id of another tool's rule, such as `CKV_AWS_67`.",
                }},
                "required": ["rule"],
                "additionalProperties": false,
            },
            "annotations": reads,
        },
        {
            "name": "trace",
            "description": "Shows how each value of a trail is determined, step by step.",
            "inputSchema": {
                "type": "object",
                "properties": {
                    "address": {
                        "type": "string",
                        "description": "The address of a trail or of one of its attributes, such as \
                            `aws_cloudtrail.main.is_multi_region_trail`.",
                    },
                    "path": path,
                },
                "required": ["address"],
                "additionalProperties": false,
            },
            "annotations": reads,
        },
    ])
}

/// Runs a tool. Its problems are results, so that the assistant sees them.
fn call(params: &Value, tools: &Tools) -> Result<Value, Refusal> {
    let name = params.get("name").and_then(Value::as_str).unwrap_or_default();
    let arguments = params.get("arguments").unwrap_or(&Value::Null);
    let known: &[&str] = match name {
        "check" => &["path", "format"],
        "explain" => &["rule"],
        _ => &["path", "address"],
    };
    match arguments {
        Value::Null => {}
        Value::Object(given) => {
            if let Some(unknown) = given.keys().find(|key| !known.contains(&key.as_str())) {
                return Err(refusal(INVALID_PARAMS, format!("unknown argument `{unknown}`")));
            }
        }
        _ => return Err(refusal(INVALID_PARAMS, "`arguments` isn't an object")),
    }
    let text = |key: &str| match arguments.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(refusal(INVALID_PARAMS, format!("`{key}` isn't a string"))),
    };
    let required = |key: &str| text(key)?.ok_or_else(|| refusal(INVALID_PARAMS, format!("`{key}` is missing")));
    let done = match name {
        "check" => {
            let format = format_named(text("format")?)?;
            target(text("path")?, tools).and_then(|target| check(&target, format, tools))
        }
        "explain" => (tools.explain)(required("rule")?),
        "trace" => {
            let address = required("address")?;
            target(text("path")?, tools).and_then(|target| trace(&target, address, tools))
        }
        _ => return Err(refusal(INVALID_PARAMS, "there is no such tool: expected `check`, `explain` or `trace`")),
    };
    Ok(match done {
        Ok(text) => json!({"content": [{"type": "text", "text": text}], "isError": false}),
        Err(error) => {
            let text = output::error_message(&error, WIDTH);
            json!({"content": [{"type": "text", "text": text}], "isError": true})
        }
    })
}

fn format_named(name: Option<&str>) -> Result<OutputFormat, Refusal> {
    match name {
        None | Some("full") => Ok(OutputFormat::Full),
        Some("concise") => Ok(OutputFormat::Concise),
        Some("json") => Ok(OutputFormat::Json),
        Some(_) => Err(refusal(INVALID_PARAMS, "invalid `format`: expected `full`, `concise` or `json`")),
    }
}

/// The files to check. A path that leads out of the server's directory, also through a link, is refused.
fn target(path: Option<&str>, tools: &Tools) -> Result<CheckTarget, Error> {
    let given = path.unwrap_or(".");
    let failed = |cause: &str| Error::Setting { text: given.to_owned(), cause: cause.to_owned() };
    // The same message for a missing path and for one outside, so that it doesn't tell which files exist there.
    let place = tools.root.join(given).canonicalize().ok().filter(|place| place.starts_with(&tools.root));
    let place = place.ok_or_else(|| failed("there is no such path in the directory of the server"))?;
    let (directory, extent) = if place.is_dir() {
        (place, CheckExtent::Tree)
    } else {
        let directory = place.parent().map(Path::to_owned).ok_or_else(|| failed("this path has no directory"))?;
        (directory, CheckExtent::File(place))
    };
    Ok(CheckTarget { directory, extent, settings: Vec::new() })
}

fn check(target: &CheckTarget, format: OutputFormat, tools: &Tools) -> Result<String, Error> {
    let mut job = (tools.prepare)(target, &[])?;
    let mut report = job.check()?;
    report.merge_findings();
    job.view.width = WIDTH;
    let text = format.render_plain(&report, &job.view);
    Ok(if format == OutputFormat::Json { text } else { text + &output::summary(&report, &job.view) })
}

fn trace(target: &CheckTarget, address: &str, tools: &Tools) -> Result<String, Error> {
    let FolderJob { fs, inputs, sources, settings, .. } = (tools.prepare)(target, &[])?;
    engine::trace(&fs, &inputs, sources, &settings, address).map(|trace| output::plain_trace(&trace, WIDTH))
}

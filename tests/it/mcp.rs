//! The server for coding assistants: its tools say what the commands print, and nothing outside of its directory is read.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use super::cli::{BAD, GOOD, Scratch, err, out, status};

/// The answers to messages that are sent one on each line.
fn answers(scratch: &Scratch, lines: &[Vec<u8>]) -> Vec<Value> {
    let mut command = scratch.command(&["server", "--mcp"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = command.spawn().unwrap();
    let input = lines.join(&b'\n');
    let mut stream = server.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stream.write_all(&input).unwrap());
    let output = server.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!((status(&output), err(&output).as_str()), (0, ""));
    out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn request(id: u32, method: &str, params: Value) -> Vec<u8> {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string().into_bytes()
}

fn call(id: u32, name: &str, arguments: Value) -> Vec<u8> {
    request(id, "tools/call", json!({"name": name, "arguments": arguments}))
}

/// The text of a tool's result, and true if it is an error.
fn text(answer: &Value) -> (&str, bool) {
    let result = &answer["result"];
    let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}"));
    (text, result["isError"].as_bool().unwrap())
}

const FLOW: &str =
    "locals {\n  all = false\n}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = local.all\n}\n";

#[test]
fn an_assistant_checks_explains_and_traces() {
    let scratch = Scratch::new("mcp", &[("a/main.tf", FLOW), ("b/main.tf", GOOD)]);
    let initialize =
        json!({"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}});
    let lines = [
        request(1, "initialize", initialize),
        br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.to_vec(),
        request(2, "tools/list", json!({})),
        call(3, "check", json!({"path": "a", "format": "concise"})),
        call(4, "check", json!({})),
        call(5, "check", json!({"path": "a/main.tf", "format": "json"})),
        call(6, "explain", json!({"rule": "CKV_AWS_67"})),
        call(7, "trace", json!({"address": "aws_cloudtrail.t.is_multi_region_trail", "path": "a"})),
        call(8, "trace", json!({"address": "aws_cloudtrail.other"})),
        call(9, "explain", json!({"rule": "no-such-rule"})),
        call(10, "check", json!({"pth": "a"})),
    ];
    let answers = answers(&scratch, &lines);
    let ids: Vec<u64> = answers.iter().map(|answer| answer["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(answers[0]["result"]["protocolVersion"], "2024-11-05");
    assert_eq!(answers[0]["result"]["serverInfo"]["name"], "trailint");
    assert_eq!(answers[9]["error"]["message"], "unknown argument `pth`");
    assert!(!answers[6].to_string().contains("u001b"), "{}", answers[6]);
    let tools = answers[1]["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["check", "explain", "trace"]);
    for tool in tools {
        jsonschema::validator_for(&tool["inputSchema"]).unwrap();
        assert_eq!(tool["annotations"]["readOnlyHint"], true);
    }
    let (concise, is_error) = text(&answers[2]);
    assert!(!is_error && concise.contains("main.tf:5:27: error[single-region-trail]"), "{concise}");
    assert!(concise.contains("Found 1 error"), "{concise}");
    let (full, _) = text(&answers[3]);
    assert!(full.contains("assigned to local `all` here") || full.contains("set here"), "{full}");
    let report: Value = serde_json::from_str(text(&answers[4]).0).unwrap();
    assert_eq!((&report["version"], &report["summary"]["errors"]), (&json!(1), &json!(1)));
    assert!(text(&answers[5]).0.contains("# A trail records one Region only"));
    assert!(text(&answers[6]).0.contains("false"), "{}", answers[6]);
    assert!(text(&answers[7]).1 && text(&answers[8]).1, "{} {}", answers[7], answers[8]);
    assert!(text(&answers[8]).0.starts_with("error: unknown rule `no-such-rule`"), "{}", answers[8]);
}

#[test]
fn an_assistant_gets_what_the_command_reports() {
    let settings = "[levels]\nstopped-trail = \"note\"\n";
    let stopped = "resource \"aws_cloudtrail\" \"t\" {\n  enable_logging = false\n  # trailint: ignore[single-region-trail] planned\n}\n";
    let scratch = Scratch::new("mcp-same", &[("main.tf", stopped), ("trailint.toml", settings), ("b/main.tf", BAD)]);
    let printed = out(&scratch.run(&["check", "--format", "json"]));
    let answers = answers(&scratch, &[call(1, "check", json!({"format": "json"}))]);
    let [printed, told]: [Value; 2] = [&printed, text(&answers[0]).0].map(|text| serde_json::from_str(text).unwrap());
    for part in ["summary", "findings", "deployments"] {
        assert_eq!(printed[part], told[part], "{part}");
    }
}

#[cfg(unix)]
#[test]
fn hostile_requests_of_assistants_are_refused() {
    let secret = "resource \"aws_cloudtrail\" \"secret\" {}\n";
    let scratch = Scratch::new("mcp-hostile", &[("outside/main.tf", secret), ("own/main.tf", GOOD)]);
    std::os::unix::fs::symlink(scratch.path("outside"), scratch.path("own/link")).unwrap();
    std::os::unix::fs::symlink(scratch.path("outside/main.tf"), scratch.path("own/link.tf")).unwrap();
    let own = Scratch(scratch.path("own"));
    let outside = scratch.path("outside").to_str().unwrap().to_owned();
    let mut lines = vec![];
    let paths = [
        "..",
        "../outside",
        "../outside/main.tf",
        &outside,
        "/",
        "/etc/passwd",
        "link",
        "link/main.tf",
        "link.tf",
        "own/../../outside",
        "missing",
        "a\u{0}b",
        "~",
        "-",
        "--config=x",
        "",
    ];
    // The empty path is the directory itself, as the last one.
    for (id, path) in (0..).zip(paths) {
        lines.push(call(id, "check", json!({"path": path, "format": "concise"})));
    }
    let count = lines.len();
    let deep = "[".repeat(100_000);
    let long = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{}\"}}", "x".repeat(3 << 20));
    let broken: [&[u8]; 14] = [
        b"{",
        b"\xff\xfe",
        deep.as_bytes(),
        long.as_bytes(),
        b"[]",
        b"1",
        b"{\"id\":1}",
        b"{\"id\":null,\"method\":\"ping\"}",
        b"{\"id\":{\"a\":1},\"method\":\"ping\"}",
        b"{\"id\":1,\"method\":\"tools/call\"}",
        b"{\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"check\",\"arguments\":{\"path\":[\"..\"]}}}",
        b"{\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"check\",\"arguments\":{\"format\":\"sarif=x\"}}}",
        b"{\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"write\",\"arguments\":{}}}",
        b"{\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":\"file:///etc/passwd\"}}",
    ];
    lines.extend(broken.iter().map(|line| line.to_vec()));
    // Neither is answered.
    lines.push(b"  ".to_vec());
    lines.push(b"{\"method\":\"tools/call\",\"params\":{\"name\":\"check\"}}".to_vec());
    lines.push(request(99, "ping", Value::Null));
    let answers = answers(&own, &lines);
    assert_eq!(answers.len(), count + broken.len() + 1);
    for (answer, path) in answers.iter().zip(paths) {
        let (said, is_error) = text(answer);
        assert!(!said.contains("secret"), "{path}: {said}");
        assert_eq!(is_error, !path.is_empty(), "{path}: {said}");
        assert!(
            path.is_empty() || said.replace("\n ", "").contains("there is no such path in the directory of the server"),
            "{said}"
        );
    }
    for (answer, line) in answers[count..].iter().zip(broken) {
        let line = String::from_utf8_lossy(&line[..line.len().min(80)]);
        assert!(answer["error"]["code"].as_i64().is_some_and(|code| code < -32_000), "{line}: {answer}");
    }
    assert_eq!(answers.last().unwrap(), &json!({"jsonrpc": "2.0", "id": 99, "result": {}}));
    std::mem::forget(own);
}

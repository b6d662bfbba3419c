//! The server as an editor uses it: what is open counts, and what is said is what `check` says.

pub(crate) mod client;
mod neovim;
mod validating;

use serde_json::{Value, json};

use super::cli::{BAD, GOOD, Scratch, out};
use client::Editor;

const MODULE: &str = "variable \"multi_region\" {\n  type = bool\n}\nresource \"aws_cloudtrail\" \"t\" {\n  \
    is_multi_region_trail      = var.multi_region\n  kms_key_id                 = \"k\"\n  enable_log_file_validation = true\n}\n";
const CALL: &str = "variable \"all\" {\n  default = true\n}\nmodule \"trail\" {\n  source       = \"../trail\"\n  multi_region = var.all\n}\n";

#[test]
fn an_edit_shows_at_once_and_closing_forgets_it() {
    let scratch = Scratch::new("lsp-edit", &[("main.tf", GOOD)]);
    let mut editor = Editor::open(&scratch);
    assert_eq!(editor.rules("main.tf"), ["unvalidated-logs", "logs-without-kms"]);
    editor.did_open("main.tf", GOOD).did_change("main.tf", [1, 26, 1, 30], "false");
    assert_eq!(editor.found("main.tf").last().unwrap(), "single-region-trail 1:26-1:31");
    let shown = editor.published["main.tf"].last().unwrap().clone();
    assert_eq!((&shown["severity"], &shown["source"]), (&json!(1), &json!("trailint")));
    assert!(shown["codeDescription"]["href"].as_str().unwrap().contains("rules/single-region-trail"), "{shown}");
    assert_eq!(shown["data"]["fingerprint"], "v1:single-region-trail:.:aws_cloudtrail.t:is_multi_region_trail");
    editor.did_change("main.tf", [0, 0, 0, 0], "\n\n");
    assert_eq!(editor.found("main.tf").last().unwrap(), "single-region-trail 3:26-3:31");
    editor.did_close("main.tf");
    assert_eq!(editor.rules("main.tf"), ["unvalidated-logs", "logs-without-kms"]);
    assert_eq!(editor.close(), 0);
}

#[test]
fn nothing_is_said_twice() {
    let scratch = Scratch::new("lsp-twice", &[("a/main.tf", BAD), ("b/main.tf", BAD)]);
    let mut editor = Editor::open(&scratch);
    assert_eq!(editor.publications, 2);
    editor.did_open("a/main.tf", BAD).settle();
    editor.did_change("a/main.tf", [9, 0, 9, 0], "# more\n").settle();
    editor.did_change("a/main.tf", [0, 0, 0, 0], "\n").settle();
    assert_eq!(editor.publications, 3);
}

#[test]
fn values_lead_to_the_module_and_back() {
    let files = [("trail/main.tf", MODULE), ("prod/main.tf", CALL)];
    let scratch = Scratch::new("lsp-modules", &files);
    let mut editor = Editor::open(&scratch);
    assert!(editor.rules("trail/main.tf").is_empty());
    editor.write("prod/terraform.tfvars", Some("all = false\n"), 1);
    assert_eq!(editor.found("trail/main.tf"), ["single-region-trail 4:31-4:47"]);
    let related = editor.published["trail/main.tf"][0]["relatedInformation"].as_array().unwrap().clone();
    let steps: Vec<(&str, &str)> = related
        .iter()
        .map(|step| {
            (step["location"]["uri"].as_str().unwrap().rsplit('/').next().unwrap(), step["message"].as_str().unwrap())
        })
        .collect();
    assert_eq!(steps.last().unwrap().0, "terraform.tfvars", "{steps:?}");
    assert!(steps.len() == 2 && steps[0].0 == "main.tf", "{steps:?}");
    // An open text counts before it is saved, also that of values.
    editor.did_open("prod/terraform.tfvars", "all = false\n").did_change(
        "prod/terraform.tfvars",
        [0, 6, 0, 11],
        "true",
    );
    assert!(editor.rules("trail/main.tf").is_empty());
    editor.did_close("prod/terraform.tfvars");
    assert_eq!(editor.rules("trail/main.tf").len(), 1);
    editor.write("prod/terraform.tfvars", None, 3);
    assert!(editor.rules("trail/main.tf").is_empty());
    editor.did_open("prod/main.tf", CALL).did_change("prod/main.tf", [5, 17, 5, 24], "false");
    assert_eq!(editor.rules("trail/main.tf"), ["single-region-trail"]);
}

#[test]
fn files_come_go_and_get_other_names() {
    let scratch = Scratch::new("lsp-files", &[("main.tf", GOOD)]);
    let mut editor = Editor::open(&scratch);
    editor.write("new/main.tf", Some(BAD), 1);
    assert_eq!(editor.rules("new/main.tf"), ["single-region-trail"]);
    std::fs::rename(scratch.path("new/main.tf"), scratch.path("new/other.tf")).unwrap();
    let files = json!([{ "oldUri": editor.uri("new/main.tf"), "newUri": editor.uri("new/other.tf") }]);
    editor.notify("workspace/didRenameFiles", json!({ "files": files }));
    assert!(editor.rules("new/main.tf").is_empty());
    assert_eq!(editor.rules("new/other.tf"), ["single-region-trail"]);
    editor.write("new/other.tf", None, 3);
    assert!(editor.rules("new/other.tf").is_empty());
    // A text that was never saved counts where it would be saved.
    editor.did_open("unsaved/main.tf", BAD);
    assert_eq!(editor.rules("unsaved/main.tf"), ["single-region-trail"]);
    editor.did_close("unsaved/main.tf");
    assert!(editor.rules("unsaved/main.tf").is_empty());
    // It may become what can't be read, and again a text.
    editor.did_open("pointer/main.tf", BAD);
    assert_eq!(editor.rules("pointer/main.tf"), ["single-region-trail"]);
    let pointer = "version https://git-lfs.github.com/spec/v1\n";
    editor.did_change("pointer/main.tf", [0, 0, 0, 0], pointer);
    assert_eq!(editor.rules("pointer/main.tf"), ["unreadable-file"]);
    editor.did_change("pointer/main.tf", [0, 0, 1, 0], "");
    assert_eq!(editor.rules("pointer/main.tf"), ["single-region-trail"]);
    editor.did_close("pointer/main.tf");
    // What a check excludes is left out here, too.
    editor.write(".gitignore", Some("left-out\n"), 1).write("left-out/main.tf", Some(BAD), 1);
    editor.did_open("left-out/main.tf", BAD).did_change("left-out/main.tf", [0, 0, 0, 0], "\n");
    std::fs::create_dir(scratch.path(".git")).unwrap();
    editor.write(".gitignore", Some("left-out/\n"), 2);
    assert!(editor.rules("left-out/main.tf").is_empty());
}

#[test]
fn the_configuration_counts_as_it_is_typed() {
    let scratch = Scratch::new("lsp-config", &[("main.tf", BAD), ("trailint.toml", "")]);
    let mut editor = Editor::open(&scratch);
    assert_eq!(editor.rules("main.tf"), ["single-region-trail"]);
    editor.did_open("trailint.toml", "").did_change(
        "trailint.toml",
        [0, 0, 0, 0],
        "ignore = [\"single-regon-trail\"]\n",
    );
    // What was said before still stands.
    assert_eq!(editor.rules("main.tf"), ["single-region-trail"]);
    assert_eq!(editor.found("trailint.toml"), ["- 0:10-0:31"]);
    let message = editor.published["trailint.toml"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("did you mean `single-region-trail`?"), "{message}");
    editor.did_change("trailint.toml", [0, 21, 0, 21], "i");
    assert!(editor.rules("trailint.toml").is_empty());
    assert!(editor.rules("main.tf").iter().all(|rule| rule != "single-region-trail"));
    assert!(editor.hover("trailint.toml", 0, 15).starts_with("# "));
    editor.did_close("trailint.toml");
    assert_eq!(editor.rules("main.tf"), ["single-region-trail"]);
}

#[test]
fn a_trail_with_evidence_is_checked_as_it_is_typed() {
    let arn = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
    let list = format!(r#"{{"trailList": [{{"Name": "main", "TrailARN": "{arn}", "IsMultiRegionTrail": false}}]}}"#);
    let code = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"main\"\n  is_multi_region_trail = true\n}\n";
    let files = [("main.tf", code), ("audit/t.json", list.as_str()), ("trailint.toml", "evidence = [\"audit/\"]\n")];
    let scratch = Scratch::new("lsp-evidence", &files);
    let mut editor = Editor::open(&scratch);
    editor.did_open("main.tf", code);
    let has_drift = |rules: Vec<String>| rules.iter().any(|rule| rule == "drifted-trail");
    let before = has_drift(editor.rules("main.tf"));
    editor.did_change("main.tf", [2, 26, 2, 30], "false");
    assert!(editor.rules("main.tf").iter().any(|rule| rule == "single-region-trail"));
    assert!(!has_drift(editor.rules("main.tf")), "both sides are the same now");
    assert_eq!((before, editor.close()), (true, 0));
}

#[test]
fn a_baseline_and_comments_accept() {
    let scratch = Scratch::new("lsp-accept", &[("main.tf", BAD)]);
    let mut editor = Editor::open(&scratch);
    assert_eq!(super::cli::status(&scratch.run(&["baseline", "create"])), 0);
    let baseline = std::fs::read_to_string(scratch.path(".trailint-baseline.json")).unwrap();
    editor.write(".trailint-baseline.json", Some(&baseline), 1);
    assert!(editor.rules("main.tf").is_empty());
    editor.write(".trailint-baseline.json", None, 3);
    editor.did_open("main.tf", BAD).did_change(
        "main.tf",
        [0, 0, 0, 0],
        "# trailint: ignore[single-region-trail] why\n",
    );
    assert!(editor.rules("main.tf").is_empty());
    editor.did_change("main.tf", [0, 19, 0, 38], "stopped-trail");
    assert_eq!(editor.rules("main.tf"), ["unused-ignore", "single-region-trail"]);
    assert_eq!(editor.published["main.tf"][0]["tags"], json!([1]));
    assert!(editor.hover("main.tf", 0, 22).starts_with("# "));
}

#[test]
fn hover_shows_how_a_value_came_about() {
    let scratch = Scratch::new("lsp-hover", &[("trail/main.tf", MODULE), ("prod/main.tf", CALL)]);
    let mut editor = Editor::open(&scratch);
    editor.did_open("trail/main.tf", MODULE).did_open("prod/main.tf", CALL);
    for (path, line, character) in [("trail/main.tf", 4, 5), ("trail/main.tf", 4, 40), ("prod/main.tf", 5, 3)] {
        let text = editor.hover(path, line, character);
        assert!(
            text.starts_with("**module.trail.aws\\_cloudtrail.t.is\\_multi\\_region\\_trail** is `true`\n"),
            "{text}"
        );
        assert_eq!(text.matches(&editor.uri("prod/main.tf")).count(), 2, "{text}");
        assert!(!text.contains("kms"), "{text}");
    }
    assert!(editor.hover("trail/main.tf", 5, 4).contains("kms\\_key\\_id"));
    assert_eq!(editor.hover("trail/main.tf", 1, 1), "");
    assert_eq!(editor.hover("trail/main.tf", 900, 900), "");
}

#[test]
fn an_action_accepts_a_finding() {
    let scratch = Scratch::new("lsp-ignore", &[("main.tf", BAD)]);
    let mut editor = Editor::open(&scratch);
    editor.did_open("main.tf", BAD).settle();
    let actions = editor.actions("main.tf", &["quickfix"]);
    let ignore = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with("Ignore")).unwrap();
    assert_eq!(ignore["title"], "Ignore `single-region-trail` with a reason");
    assert_eq!(ignore["diagnostics"][0]["code"], "single-region-trail");
    let edit = ignore["edit"]["changes"][editor.uri("main.tf")][0].clone();
    assert_eq!(edit["range"], client::range([0, 0, 0, 0]));
    editor.did_change("main.tf", [0, 0, 0, 0], edit["newText"].as_str().unwrap());
    assert!(editor.rules("main.tf").is_empty());
    assert!(editor.actions("main.tf", &[]).is_empty());
    assert!(editor.actions("elsewhere.tf", &[]).is_empty());
}

#[test]
fn a_finding_of_several_deployments_names_them_and_is_accepted_once() {
    let call = "# a line\nmodule \"trail\" {\n  source = \"../../trail\"\n}\n";
    let files = [("trail/main.tf", BAD), ("envs/dev/main.tf", call), ("envs/prod/main.tf", call)];
    let scratch = Scratch::new("lsp-deployments", &files);
    let mut editor = Editor::open(&scratch);
    let related = |editor: &Editor<'_>| -> Vec<(String, u64)> {
        let [finding] = editor.published["trail/main.tf"].as_slice() else { panic!("{:?}", editor.published) };
        let related = finding["relatedInformation"].as_array().unwrap().iter();
        let line = |one: &Value| one["location"]["range"]["start"]["line"].as_u64().unwrap();
        related.map(|one| (one["message"].as_str().unwrap().to_owned(), line(one))).collect()
    };
    let named = |root: &str, line| (format!("`module.trail.aws_cloudtrail.t` in deployment `{root}`"), line);
    assert_eq!(related(&editor), [named("envs/dev", 1), named("envs/prod", 1)]);
    editor.did_open("trail/main.tf", BAD).settle();
    let actions = editor.actions("trail/main.tf", &["quickfix"]);
    let ignores: Vec<&Value> =
        actions.iter().filter(|action| action["title"].as_str().unwrap().starts_with("Ignore")).collect();
    assert_eq!(ignores.len(), 1, "{ignores:?}");
    assert_eq!(ignores[0]["diagnostics"].as_array().unwrap().len(), 1);
    // A call that moves is named at its new place.
    editor.did_open("envs/dev/main.tf", call).did_change("envs/dev/main.tf", [0, 0, 0, 0], "\n").settle();
    assert_eq!(related(&editor), [named("envs/dev", 2), named("envs/prod", 1)]);
    editor.did_change("envs/dev/main.tf", [0, 0, 5, 0], "").settle();
    assert_eq!(editor.published["trail/main.tf"][0]["relatedInformation"], Value::Null);
}

#[test]
fn an_action_mends_a_finding_where_its_value_is_decided() {
    let files = [("trail/main.tf", MODULE), ("prod/main.tf", CALL), ("prod/terraform.tfvars", "all = false\n")];
    let scratch = Scratch::new("lsp-fix", &files);
    let mut editor = Editor::open(&scratch);
    editor.did_open("trail/main.tf", MODULE).settle();
    let actions = editor.actions("trail/main.tf", &["quickfix"]);
    let titles: Vec<&str> = actions.iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(titles[0].starts_with("Set variable `all` to `true`"), "{titles:?}");
    let changes = &actions[0]["edit"]["changes"];
    let edit = changes[editor.uri("prod/terraform.tfvars")][0].clone();
    assert_eq!((&edit["range"], &edit["newText"]), (&client::range([0, 6, 0, 11]), &json!("true")), "{changes}");
    assert_eq!(changes.as_object().unwrap().len(), 1);
    editor.did_open("prod/terraform.tfvars", "all = false\n").did_change(
        "prod/terraform.tfvars",
        [0, 6, 0, 11],
        "true",
    );
    assert!(editor.rules("trail/main.tf").is_empty());
}

#[test]
fn everything_is_mended_at_once() {
    let text = BAD.replace("  kms", "  enable_logging = false\n  kms");
    let text = format!("{text}{}", text.replace("\"t\"", "\"other\""));
    let scratch = Scratch::new("lsp-fix-all", &[("main.tf", &text)]);
    let mut editor = Editor::start(&scratch);
    let versions = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    editor.request("initialize", json!({ "capabilities": versions, "rootUri": editor.uri("") }));
    editor.did_open("main.tf", &text);
    assert_eq!(editor.rules("main.tf").len(), 4);
    assert!(editor.actions("main.tf", &["refactor"]).is_empty());
    let actions = editor.actions("main.tf", &["source.fixAll"]);
    let [all] = actions.as_slice() else { panic!("{actions:?}") };
    assert_eq!(all["kind"], "source.fixAll.trailint");
    let change = &all["edit"]["documentChanges"][0];
    assert_eq!((&change["textDocument"]["version"], change["edits"].as_array().unwrap().len()), (&json!(1), 1));
    let at = |end: &str, key: &str| u32::try_from(change["edits"][0]["range"][end][key].as_u64().unwrap()).unwrap();
    let range = [at("start", "line"), at("start", "character"), at("end", "line"), at("end", "character")];
    editor.did_change("main.tf", range, change["edits"][0]["newText"].as_str().unwrap());
    assert!(editor.rules("main.tf").is_empty());
    assert!(editor.actions("main.tf", &["source.fixAll.trailint"]).is_empty());
}

#[test]
fn positions_are_counted_as_agreed() {
    let text = BAD.replace("  kms_key_id = \"k\"", "  # 😀é\n  /* 😀 */ is_multi_region_trail = false");
    let scratch = Scratch::new("lsp-encodings", &[("main.tf", &text)]);
    for (offered, chosen, start) in [
        (json!(["utf-8", "utf-16"]), "utf-8", 37),
        (json!(["utf-16", "utf-8"]), "utf-16", 35),
        (json!(["utf-7", "utf-32"]), "utf-32", 34),
        (Value::Null, "utf-16", 35),
    ] {
        let mut editor = Editor::start(&scratch);
        let capabilities = json!({ "general": { "positionEncodings": offered } });
        let answer = editor.request("initialize", json!({ "capabilities": capabilities, "rootUri": editor.uri("") }));
        assert_eq!(answer["capabilities"]["positionEncoding"], chosen);
        let expected = format!("single-region-trail 2:{start}-2:{}", start + 5);
        assert!(editor.found("main.tf").contains(&expected), "{:?}", editor.found("main.tf"));
        editor.did_open("main.tf", &text).did_change("main.tf", [2, start, 2, start + 5], "true");
        assert!(!editor.rules("main.tf").contains(&"single-region-trail".to_owned()));
    }
}

#[test]
fn texts_without_a_file_are_judged_alone() {
    let scratch = Scratch::new("lsp-loose", &[("none/main.tf", "")]);
    let mut editor = Editor::start(&scratch);
    editor.request("initialize", json!({ "capabilities": {} }));
    let open = |uri: &str, language: &str| json!({ "textDocument": { "uri": uri, "languageId": language, "version": 1, "text": BAD } });
    for (uri, language, expected) in [
        ("untitled:Untitled-1", "terraform", 1),
        ("untitled:Untitled-2", "markdown", 0),
        ("git:/a/main.tf?ref=HEAD", "terraform", 0),
    ] {
        editor.notify("textDocument/didOpen", open(uri, language));
        assert_eq!(editor.rules(uri).len(), expected, "{uri}");
    }
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": "untitled:Untitled-1" } }));
    assert!(editor.rules("untitled:Untitled-1").is_empty());
    // A file outside of all folders is judged with its directory.
    editor.did_open("none/other.tf", BAD);
    assert_eq!(editor.rules("none/other.tf"), ["single-region-trail"]);
    editor.did_close("none/other.tf");
    assert!(editor.rules("none/other.tf").is_empty());
}

#[test]
fn what_is_absurd_is_answered_or_ignored() {
    let scratch = Scratch::new("lsp-absurd", &[("main.tf", BAD)]);
    let mut editor = Editor::start(&scratch);
    assert_eq!(editor.request("textDocument/hover", json!({}))["code"], -32002);
    assert_eq!(editor.request("initialize", json!("no"))["code"], -32602);
    let folder = json!({ "uri": editor.uri(""), "name": "" });
    editor.request("initialize", json!({ "capabilities": {}, "workspaceFolders": [folder] }));
    assert_eq!(editor.request("initialize", json!({ "capabilities": {} }))["code"], -32600);
    assert_eq!(editor.request("textDocument/rename", json!({}))["code"], -32601);
    assert_eq!(editor.request("textDocument/hover", json!({ "position": "here" }))["code"], -32602);
    editor.did_open("main.tf", BAD);
    let document = json!({ "uri": editor.uri("main.tf"), "version": 7 });
    let change = |change: Value| json!({ "textDocument": document, "contentChanges": [change] });
    for bad in [
        json!({ "range": { "start": { "line": -1, "character": 0 }, "end": { "line": 0, "character": 0 } }, "text": "x" }),
        json!({ "range": 5, "text": "x" }),
        json!({ "text": 5 }),
    ] {
        editor.notify("textDocument/didChange", change(bad));
    }
    for (version, uri) in [(json!(99_999_999_999_u64), editor.uri("main.tf")), (json!(1), "::".to_owned())] {
        let document = json!({ "uri": uri, "version": version });
        editor.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [] }));
    }
    editor.did_change("not-open.tf", [0, 0, 0, 0], "x").did_close("not-open.tf");
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": "file:///%00", "type": 9 }] }));
    editor.notify("$/unknown", json!([1, 2]));
    assert_eq!(editor.rules("main.tf"), ["single-region-trail"]);
    // Beyond the end is the end, and a range may be given the wrong way round.
    let most = u32::MAX >> 1;
    editor.did_change("main.tf", [most, most, most, 0], "# the end\n").did_change("main.tf", [3, 0, 0, 0], "");
    assert!(editor.rules("main.tf").is_empty() || editor.rules("main.tf") == ["syntax-error"]);
    assert!(editor.others.iter().any(|message| message["method"] == "window/logMessage"));
    assert_eq!(editor.close(), 0);
}

#[test]
fn broken_frames_are_survived() {
    let scratch = Scratch::new("lsp-frames", &[("main.tf", BAD)]);
    let mut editor = Editor::open(&scratch);
    for (bytes, code) in [
        ("Content-Length: 1\r\n\r\n{", -32700),
        ("Content-Length: 5\r\n\r\n[1,2]", -32600),
        ("Content-Length: 3\r\n\r\n{}", -32600),
    ] {
        editor.send_bytes(bytes.as_bytes());
        if bytes.ends_with("{}") {
            // The frame takes the first byte of the next header.
            editor.send_bytes(b"\r\n\r\n");
        }
        assert_eq!(editor.answer(&Value::Null)["code"], code, "{bytes}");
    }
    editor.send_bytes(b"nonsense\r\nContent-Length: x\r\n\r\n\0\0\0\n");
    assert_eq!(editor.rules("main.tf"), ["single-region-trail"]);
    assert_eq!(editor.close(), 0);
}

#[test]
fn requests_that_nobody_waits_for_are_cancelled() {
    let scratch = Scratch::new("lsp-cancel", &[("main.tf", BAD)]);
    let mut editor = Editor::open(&scratch);
    let frame = |body: &Value| format!("Content-Length: {}\r\n\r\n{body}", body.to_string().len());
    let hover = json!({ "textDocument": { "uri": "none:" }, "position": { "line": 0, "character": 0 } });
    let request = json!({ "jsonrpc": "2.0", "id": "h", "method": "textDocument/hover", "params": hover });
    let cancel = json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": "h" } });
    // What comes while something else is done is there as a whole.
    let busy = "x".repeat(1 << 20);
    editor.did_open("main.tf", &busy);
    editor.send_bytes(format!("{}{}", frame(&request), frame(&cancel)).as_bytes());
    let answer = editor.answer(&json!("h"));
    assert!(answer["code"] == -32800 || answer.is_null(), "{answer}");
    assert_eq!(editor.close(), 0);
}

#[test]
fn it_ends_only_when_it_is_told_to() {
    let scratch = Scratch::new("lsp-end", &[("main.tf", BAD)]);
    let mut editor = Editor::open(&scratch);
    assert_eq!(editor.request("shutdown", Value::Null), Value::Null);
    assert_eq!(editor.request("textDocument/hover", json!({}))["code"], -32600);
    editor.notify("exit", Value::Null);
    assert_eq!(editor.wait(), 0);
    let mut editor = Editor::open(&scratch);
    editor.notify("exit", Value::Null);
    assert_eq!(editor.wait(), 1);
    assert_eq!(Editor::open(&scratch).wait(), 1);
}

#[test]
fn nothing_that_is_said_acts_on_anything() {
    let name = "t\u{202e}\u{1b}";
    let text =
        format!("resource \"aws_cloudtrail\" \"{name}\" {{\n  is_multi_region_trail = \"\u{1b}[31m\u{202e}\"\n}}\n");
    let scratch = Scratch::new("lsp-inert", &[("main.tf", &text)]);
    let mut editor = Editor::open(&scratch);
    editor.did_open("main.tf", &text);
    editor.settle();
    assert!(editor.published["main.tf"].len() > 1);
    let is_active = |c: char| c == '\u{202e}' || c == '\u{1b}';
    let messages: Vec<&str> = editor.published["main.tf"].iter().map(|own| own["message"].as_str().unwrap()).collect();
    assert!(!messages.iter().any(|message| message.chars().any(is_active)), "{messages:?}");
    assert!(!editor.hover("main.tf", 1, 5).chars().any(is_active));
}

#[test]
fn watchers_are_registered_where_that_is_possible() {
    let scratch = Scratch::new("lsp-watch", &[("main.tf", BAD)]);
    let mut editor = Editor::start(&scratch);
    let watched = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    editor.request("initialize", json!({ "capabilities": watched, "rootUri": editor.uri("") }));
    editor.notify("initialized", json!({}));
    editor.settle();
    let registered = editor.others.iter().find(|message| message["method"] == "client/registerCapability").unwrap();
    assert_eq!(registered["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    // Others tell when something is saved.
    let mut editor = Editor::open(&scratch);
    assert_eq!(editor.rules("main.tf"), ["single-region-trail"]);
    std::fs::write(scratch.path("main.tf"), GOOD).unwrap();
    editor.notify("textDocument/didSave", json!({ "textDocument": { "uri": editor.uri("main.tf") } }));
    assert_eq!(editor.rules("main.tf"), ["unvalidated-logs", "logs-without-kms"]);
}

#[test]
fn files_that_go_without_an_event_are_noticed_with_the_next() {
    let yaml =
        "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      EnableLogFileValidation: true\n";
    let call = "module \"m\" {\n  source = \"../m\"\n}\n";
    let files = [("a/main.tf", BAD), ("a/b/t.yaml", yaml), ("c/main.tf", call), ("m/main.tf", BAD), ("other.tf", GOOD)];
    for (gone, event) in [("a", "watched"), ("a", "typed"), ("a/main.tf", "watched"), ("m", "typed"), ("c", "watched")]
    {
        let scratch = Scratch::new("lsp-gone", &files);
        let mut editor = Editor::start(&scratch);
        let watched = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
        editor.request("initialize", json!({ "capabilities": watched, "rootUri": editor.uri("") }));
        editor.notify("initialized", json!({}));
        editor.did_open("other.tf", GOOD);
        let all = ["a/main.tf", "a/b/t.yaml", "m/main.tf", "c/main.tf"];
        let before = all.map(|file| editor.rules(file).len());
        assert!(before[..3].iter().all(|count| *count > 0), "{before:?}");
        let path = scratch.path(gone);
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap()
        } else {
            std::fs::remove_file(path).unwrap()
        }
        match event {
            "watched" => drop(editor.write("other.tf", Some(GOOD), 2)),
            _ => drop(editor.did_change("other.tf", [0, 0, 0, 0], "# Typed.\n")),
        }
        let mut fresh = Editor::open(&scratch);
        for file in all {
            assert_eq!(editor.rules(file), fresh.rules(file), "{gone} {event} {file}");
            assert!(!file.starts_with(gone) || editor.rules(file).is_empty(), "{gone} {event} {file}");
        }
    }
}

#[test]
fn folders_come_and_go() {
    let scratch = Scratch::new("lsp-folders", &[("a/main.tf", BAD), ("b/main.tf", BAD)]);
    let mut editor = Editor::start(&scratch);
    let folder = |editor: &Editor<'_>, name: &str| json!({ "uri": editor.uri(name), "name": name });
    let first = folder(&editor, "a");
    editor.request("initialize", json!({ "capabilities": {}, "workspaceFolders": [first] }));
    assert_eq!((editor.rules("a/main.tf").len(), editor.rules("b/main.tf").len()), (1, 0));
    let event = json!({ "added": [folder(&editor, "b")], "removed": [folder(&editor, "a")] });
    editor.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    assert_eq!((editor.rules("a/main.tf").len(), editor.rules("b/main.tf").len()), (0, 1));
}

#[test]
fn the_diagnostics_are_those_of_check() {
    let folder = super::support::package("testdata/demo");
    let files = super::support::files_below(&folder);
    let texts: Vec<(&str, &str)> =
        files.iter().map(|(path, bytes)| (path.to_str().unwrap(), std::str::from_utf8(bytes).unwrap())).collect();
    let scratch = Scratch::new("lsp-same", &texts);
    let checked: Value = serde_json::from_str(&out(&scratch.run(&["check", "--format", "rdjson"]))).unwrap();
    let mut expected: Vec<String> = checked["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| {
            let start = &own["location"]["range"]["start"];
            let at = format!("{}:{}", start["line"], start["column"]);
            // How `--fix` is called matters to nobody who has it in a menu.
            let message = own["message"].as_str().unwrap().split(" (safe fix").next().unwrap();
            let message = message.split(" (unsafe fix").next().unwrap();
            format!("{}:{at} {} {message}", own["location"]["path"].as_str().unwrap(), own["code"]["value"])
        })
        .collect();
    let mut editor = Editor::start(&scratch);
    let mut utf8 = client::capabilities();
    utf8["general"] = json!({ "positionEncodings": ["utf-8"] });
    editor.request("initialize", json!({ "capabilities": utf8, "rootUri": editor.uri("") }));
    editor.settle();
    let mut said = Vec::new();
    let published = editor.published.iter().flat_map(|(path, all)| all.iter().map(move |own| (path, own)));
    for (path, own) in published.filter(|(_, own)| own["data"]["kind"] == "finding") {
        let at = |key: &str| own["range"]["start"][key].as_u64().unwrap() + 1;
        let message = own["message"].as_str().unwrap();
        said.push(format!("{path}:{}:{} {} {message}", at("line"), at("character"), own["code"]));
    }
    expected.sort();
    said.sort();
    assert_eq!(said, expected);
}

#[test]
fn a_value_that_is_refused_is_logged_and_unknown() {
    let text =
        "variable \"m\" {\n  type = bool\n}\nresource \"aws_cloudtrail\" \"t\" {\n  is_multi_region_trail = var.m\n}\n";
    let settings = "select = [\"single-region-trail\"]\n\n[[root]]\npath = \".\"\nvar-files = [\"v.tfvars\"]\n";
    let files = [("main.tf", text), ("v.tfvars", "m = \"x\"\n"), ("trailint.toml", settings)];
    let scratch = Scratch::new("lsp-refused", &files);
    let mut editor = Editor::open(&scratch);
    assert_eq!(editor.rules("main.tf"), ["single-region-trail"]);
    let is_told = |message: &serde_json::Value| {
        message["params"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("`v.tfvars` sets an invalid value for `m`"))
    };
    assert!(editor.others.iter().any(is_told), "{:?}", editor.others);
}

#[test]
fn the_settings_that_are_documented_exist() {
    let page = std::fs::read_to_string(super::support::package("docs/editors.md")).unwrap();
    let example = page.split("```\n").find(|text| text.starts_with("{\n  \"trailint\"")).unwrap();
    let example: Value = serde_json::from_str(example).unwrap();
    let manifest = std::fs::read_to_string(super::support::package("editors/vscode/package.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let properties = manifest["contributes"]["configuration"]["properties"].as_object().unwrap();
    let scratch = Scratch::new("lsp-settings", &[("main.tf", BAD), ("prod.tfvars", "")]);
    let mut editor = Editor::open(&scratch);
    editor.notify("workspace/didChangeConfiguration", json!({ "settings": example }));
    editor.settle();
    assert!(editor.others.is_empty(), "{:?}", editor.others);
    for (name, property) in properties {
        let value = match property["type"].as_str() {
            Some("boolean") => json!(true),
            Some("array") => json!(["a"]),
            Some("object") => json!({ "a": "b" }),
            Some(_) | None => json!("a"),
        };
        let settings = json!({ name.split('.').nth(1).unwrap(): value });
        editor.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
        editor.settle();
    }
    let said = format!("{:?}", editor.others);
    assert!(said.contains("invalid `--"), "{said}");
    assert!(!said.contains("unknown setting") && !said.contains("expected a string or"), "{said}");
    assert!(!said.contains("expected `true` or"), "{said}");
}

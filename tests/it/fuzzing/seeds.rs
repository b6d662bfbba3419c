//! What fuzzing begins with: the test data, as the property of each target takes it.

use std::path::Path;

use crate::random::Random;
use crate::support::{cases_in, files_below, package};

/// Messages of editors, one a line.
const MESSAGES: &str = r#"{"jsonrpc":"2.0","method":"initialized","params":{}}
{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{"textDocument":{"uri":"none:"},"position":{"line":0,"character":0}}}
{"jsonrpc":"2.0","id":"two","method":"textDocument/codeAction","params":{"textDocument":{"uri":"none:"},"range":{"start":{"line":0,"character":0},"end":{"line":9,"character":0}},"context":{"diagnostics":[]}}}
{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:a","languageId":"terraform","version":1,"text":"resource \"aws_cloudtrail\" \"t\" {\n}\n"}}}
{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:a","version":2},"contentChanges":[{"range":{"start":{"line":0,"character":3},"end":{"line":1,"character":0}},"text":"é"}]}}
{"jsonrpc":"2.0","id":3,"method":"workspace/textDocumentContent","params":{"uri":"trailint:rule/stopped-trail"}}
{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}
{"jsonrpc":"2.0","id":1.5,"method":"x"}
{"id":7}
Content-Type: x
"#;

/// The seeds of a target, in an order that stays the same.
pub(crate) fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "fix" => {
            ["testdata/fixing", "testdata/equivalent"].into_iter().flat_map(|folder| ending(folder, &[""])).collect()
        }
        "hcl" => ending("testdata", &[".tf", ".tfvars"]),
        "yaml" => ending("testdata", &[".yaml", ".yml", ".template"]),
        "json" => ending("testdata", &["template.json", ".tf.json"]),
        "evaluation" => expressions(),
        "configuration" => configurations(),
        "rendering" => (0..100).map(texts).collect(),
        "session" => sessions(),
        other => panic!("`{other}` is no target"),
    }
}

/// The files of a folder whose names have one of these ends, but for what is expected and what is large.
fn ending(folder: &str, ends: &[&str]) -> Vec<Vec<u8>> {
    let is_wanted = |path: &Path| {
        let name = path.to_str().unwrap();
        ends.iter().any(|end| name.ends_with(end)) && !name.ends_with("expected.txt")
    };
    let files = files_below(&package(folder)).into_iter();
    let mut texts: Vec<Vec<u8>> =
        files.filter(|(path, bytes)| is_wanted(path) && bytes.len() < 1 << 14).map(|(_, bytes)| bytes).collect();
    texts.dedup();
    texts
}

/// Expressions of which Terraform's answers are recorded, also with something in them that isn't known.
fn expressions() -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(package("testdata/oracle/expressions.txt")).unwrap();
    let own = text.lines().filter_map(|line| line.split_once(" ⇒ "));
    let forms = |(expression, _): (&str, &str)| {
        let unknown = ["true", "1", "\"a\""].map(|value| expression.replacen(value, "var.unset", 1));
        let mut forms: Vec<Vec<u8>> = unknown.into_iter().map(String::into_bytes).collect();
        forms.push(format!("{expression} == var.unset").into_bytes());
        forms.dedup();
        forms
    };
    own.flat_map(forms).collect()
}

/// What the documentation shows of settings, the configurations of the test data, and what has comments.
fn configurations() -> Vec<Vec<u8>> {
    let pages =
        ["docs/configuration.md", "docs/suppressing.md"].map(|page| std::fs::read_to_string(package(page)).unwrap());
    let blocks =
        pages.iter().flat_map(|page| page.split("```toml\n").skip(1)).filter_map(|block| block.split_once("```"));
    let mut texts: Vec<Vec<u8>> = blocks.map(|(block, _)| block.as_bytes().to_vec()).collect();
    texts.extend(ending("testdata/suppressing", &[".tf", ".toml", ".yaml"]));
    texts
}

/// Parts of every syntax that a report passes through, with bytes between them that decide.
fn texts(number: u64) -> Vec<u8> {
    let mut random = Random::new(number);
    let mut bytes = Vec::new();
    for _ in 0..60 {
        (0..random.below(4)).for_each(|_| bytes.extend(random.pick(&crate::outputs::hostile::PIECES).as_bytes()));
        bytes.extend([0xff, u8::try_from(random.below(100)).unwrap()]);
    }
    bytes
}

/// Projects as they are opened, changed and closed in an editor.
fn sessions() -> Vec<Vec<u8>> {
    let groups = ["testdata/terraform", "testdata/cloudformation", "testdata/broken"];
    let folders = groups.iter().flat_map(|group| cases_in(group));
    let session = |folder: std::path::PathBuf| {
        let files = files_below(&folder).into_iter().filter(|(path, _)| !path.ends_with("expected.txt"));
        let mut text = MESSAGES.to_owned();
        for (path, bytes) in files.take(3) {
            let (path, own) = (path.display(), String::from_utf8_lossy(&bytes).into_owned());
            let other = own.replace("true", "false");
            text.push_str(&format!("--- {path}\n{own}\n--- {path}\n{other}\n--- {path}\ngone\n--- {path}\n{own}\n"));
        }
        text.into_bytes()
    };
    folders.map(session).filter(|text| text.len() < 1 << 14).collect()
}

//! PyYAML, which most tools for CloudFormation read templates with, makes the same of a template.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use trailint::internal::source::Sources;
use trailint::internal::syntax::node::{Meaning, Node, NodeKind, Scalar};
use trailint::internal::syntax::yaml;

use super::{expect_none, texts};
use crate::support::{package, skipped};

/// What PyYAML refuses and YAML 1.2 has.
const LENIENT: [(&str, &str); 9] = [
    ("found character '%' that cannot start any token", "statements of templating tools aren't parsed"),
    ("second occurrence", "another node may get the same anchor"),
    ("mapping values are not allowed here", "the name of an anchor may end with a colon"),
    ("expected alphabetic or numeric character", "the name of an anchor may have any character"),
    ("expected ' ', but found", "a tag may have any character"),
    ("expected URI, but found '#'", "a tag may start with a number sign"),
    ("expected <block end>, but found ':'", "a key may be nothing"),
    ("expected the node content, but found ':'", "a key may be nothing"),
    ("expected ',' or '}', but got ':'", "a key in braces may go over several lines"),
];

/// What YAML 1.2 refuses and PyYAML reads.
const STRICT: [(&str, &str); 4] = [
    ("invalid indentation in multiline quoted scalar", "the next lines of a quoted text have to be indented"),
    ("comments must be separated from other tokens by whitespace", "a comment doesn't follow a quote"),
    ("did not find expected key", "a tag has no brackets"),
    ("did not find expected whitespace", "a tag has no brackets"),
];

#[test]
fn pyyaml_reads_the_same() {
    let texts = texts("yaml", 300);
    let Some(read) = theirs(&texts) else { return skipped("pyyaml_reads_the_same", "there is no PyYAML") };
    let (mut differences, mut agreed) = (Vec::new(), 0);
    for (text, theirs) in texts.iter().zip(&read) {
        let said = match (ours(text), theirs) {
            (_, theirs) if !theirs["skipped"].is_null() => continue,
            (Ok(own), theirs) if theirs["documents"] == own => {
                agreed += 1;
                continue;
            }
            (Ok(own), theirs) if theirs["refused"].is_null() => {
                format!("ours: {own}\ntheirs: {}", theirs["documents"])
            }
            (Ok(_), theirs) if is_known(theirs["refused"].as_str().unwrap(), &LENIENT) => continue,
            (Ok(_), theirs) => format!("only PyYAML refuses: {}", theirs["refused"]),
            (Err(why), theirs) if theirs["refused"].is_null() && !is_known(&why, &STRICT) => {
                format!("only we refuse: {why}")
            }
            (Err(_), _) => continue,
        };
        differences.push((text.clone(), said));
    }
    assert!(agreed * 4 > texts.len(), "{agreed}");
    expect_none(differences, texts.len());
}

fn is_known(message: &str, known: &[(&str, &str)]) -> bool {
    known.iter().any(|(words, _)| message.contains(words))
}

fn theirs(texts: &[String]) -> Option<Vec<Value>> {
    let script = package("tests/it/differential/compose.py");
    let has_yaml = Command::new("python3").args(["-c", "import yaml"]).output().is_ok_and(|own| own.status.success());
    let mut python = has_yaml.then(|| {
        let mut command = Command::new("python3");
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    })?;
    python.stdin.take().unwrap().write_all(&serde_json::to_vec(texts).unwrap()).unwrap();
    let output = python.wait_with_output().unwrap();
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// What a text holds, or why it can't be read.
fn ours(text: &str) -> Result<Value, String> {
    let sources = Sources::new("/".into());
    let id = sources.add("/template.yaml".as_ref(), text.as_bytes().to_vec());
    let tree = yaml::parse(id, &sources.file(id));
    match tree.problems.iter().find(|problem| problem.kind.loses_text()) {
        Some(problem) => Err(problem.message.clone()),
        None => Ok(tree.documents.iter().map(|document| show(document)).collect()),
    }
}

fn show(node: &Node) -> Value {
    let target = node.target();
    let tag = target.tag.as_ref().map(|tag| tag.name.trim_start_matches("tag:yaml.org,2002:"));
    match &target.kind {
        NodeKind::Scalar(scalar) => {
            json!([tag.filter(|tag| *tag != "!").unwrap_or(meaning(target, scalar)), scalar.text])
        }
        NodeKind::Sequence(items) => {
            let items = items.iter().map(|item| show(item));
            std::iter::once(json!(tag.unwrap_or("seq"))).chain(items).collect()
        }
        NodeKind::Mapping(mapping) => {
            let entries = mapping.entries.iter().map(|entry| json!([show(&entry.key), show(&entry.value)]));
            let merged = mapping.merged.iter().map(|node| show(node));
            json!([tag.unwrap_or("map"), entries.collect::<Vec<_>>(), merged.collect::<Vec<_>>()])
        }
        NodeKind::Alias(_) => json!("a target is no alias"),
    }
}

fn meaning(node: &Node, scalar: &Scalar) -> &'static str {
    match node.meaning(scalar) {
        Meaning::Null => "null",
        Meaning::Bool(_) => "bool",
        Meaning::Number(_) => "number",
        Meaning::String | Meaning::Ambiguous => "string",
    }
}

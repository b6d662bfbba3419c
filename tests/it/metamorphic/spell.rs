//! The same project in another spelling.

use std::collections::BTreeSet;

use trailint::internal::syntax::hcl::Block;

use super::syntax::read;
use super::{Files, change_texts, corpus, json, verdicts};

/// Checks that a change to every project of the corpus changes no verdict.
fn check_same(change: impl Fn(&Files) -> Files) {
    let mut changed = 0;
    for (name, files) in corpus() {
        let other = change(&files);
        changed += usize::from(other != files);
        assert_eq!(verdicts(&other), verdicts(&files), "`{name}` as\n{other:#?}");
    }
    assert!(changed >= 50, "only {changed} projects were changed");
}

#[test]
fn carriage_returns() {
    // In a heredoc they are text.
    check_same(|files| {
        change_texts(files, |text| if text.contains("<<") { text.to_owned() } else { text.replace('\n', "\r\n") })
    });
}

#[test]
fn a_byte_order_mark() {
    check_same(|files| change_texts(files, |text| format!("\u{feff}{text}")));
}

#[test]
fn comments() {
    let comment = |line: &str| {
        let line = line.replacen(" = ", " /* \" = { */ = ", 1);
        if line.ends_with('{') { format!("{line} // }}\n# ${{\n") } else { format!("{line}\n") }
    };
    check_same(|files| {
        change_texts(files, |text| {
            let is_plain = !text.contains("<<") && !text.contains("%{");
            if is_plain { text.lines().map(comment).collect() } else { text.to_owned() }
        })
    });
}

#[test]
fn blocks_in_another_order() {
    let reversed = |text: &str| {
        let blocks = read(text).blocks;
        let blocks: Vec<&str> = blocks.iter().rev().map(|(_, place)| &text[place.clone()]).collect();
        if blocks.is_empty() { text.to_owned() } else { blocks.join("\n") + "\n" }
    };
    check_same(|files| change_texts(files, reversed));
}

#[test]
fn arguments_in_another_order() {
    check_same(|files| change_texts(files, reorder_arguments));
}

/// Puts the arguments and blocks of each trail and call in the contrary order, where each begins on a line of its own.
fn reorder_arguments(text: &str) -> String {
    let mut written = text.to_owned();
    // The statements of a policy are a list.
    let has_order = |block: &Block| block.kind.text == "data";
    for (block, place) in read(text).blocks.iter().rev().filter(|(block, _)| !has_order(block)) {
        let line_of = |offset: u32| text[..offset as usize].rfind('\n').map_or(0, |at| at + 1);
        let attributes = block.body.attributes.iter().map(|attribute| line_of(attribute.name.span.start));
        let blocks = block.body.blocks.iter().map(|block| line_of(block.span.start));
        let starts: BTreeSet<usize> = attributes.chain(blocks).collect();
        let end = line_of(block.span.end);
        if starts.len() < 2 || starts.first().is_some_and(|start| *start <= place.start) {
            continue;
        }
        let mut ends: Vec<usize> = starts.iter().skip(1).copied().collect();
        ends.push(end);
        let parts: Vec<&str> = starts.iter().zip(&ends).map(|(start, end)| &text[*start..*end]).collect();
        written.replace_range(*starts.first().unwrap()..end, &parts.into_iter().rev().collect::<String>());
    }
    written
}

#[test]
fn several_files() {
    check_same(|files| {
        // OpenTofu reads `main.tofu` instead of `main.tf`, whatever the others are.
        if files.iter().any(|(path, _)| path.ends_with(".tofu")) {
            return files.clone();
        }
        let mut split = Files::new();
        for (path, text) in files {
            let is_split = path.ends_with(".tf") && !path.contains("override") && !path.contains("aws");
            if !is_split {
                split.push((path.clone(), text.clone()));
                continue;
            }
            for (at, (_, place)) in read(text).blocks.iter().enumerate() {
                let path = path.replace(".tf", &format!("_{at}.tf"));
                split.push((path, format!("{}\n", &text[place.clone()])));
            }
        }
        split
    });
}

#[test]
fn json() {
    check_same(|files| {
        let written = |(path, text): &(String, String)| match path.strip_suffix(".tf") {
            // The name of a heredoc's end must stand alone on its line.
            Some(stem) if !text.contains("<<") => (format!("{stem}.tf.json"), json::of(text)),
            _ => (path.clone(), text.clone()),
        };
        files.iter().map(written).collect()
    });
}

#[test]
fn other_names() {
    for (project, files) in corpus() {
        let before = verdicts(&files);
        for name in names(&files) {
            let renamed: Files = files.iter().map(|(path, text)| (rename(path, &name), rename(text, &name))).collect();
            let expected = before.iter().map(|((about, rule), verdict)| ((rename(about, &name), *rule), *verdict));
            assert_eq!(verdicts(&renamed), expected.collect(), "`{project}` with another `{name}`:\n{renamed:#?}");
        }
    }
}

/// The declared names that mean nothing else to Terraform.
fn names(files: &Files) -> BTreeSet<String> {
    const TAKEN: [&str; 15] = [
        "list",
        "set",
        "map",
        "tuple",
        "any",
        "index",
        "key",
        "a",
        "aws_cloudtrail",
        "count_of",
        "x",
        "settings",
        "bucket",
        "policy",
        "name",
    ];
    let native = files.iter().filter(|(path, _)| path.ends_with(".tf"));
    let blocks = native.flat_map(|(_, text)| read(text).blocks);
    let declared = blocks.flat_map(|(block, _)| match block.kind.text.as_str() {
        "locals" => block.body.attributes.iter().map(|attribute| attribute.name.text.clone()).collect(),
        "variable" | "module" | "output" | "resource" => {
            block.labels.last().map(|l| l.text.clone()).into_iter().collect()
        }
        _ => Vec::new(),
    });
    declared.filter(|name| !TAKEN.contains(&name.as_str())).collect()
}

/// Another name in place of one, wherever it stands as a word.
fn rename(text: &str, name: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut written = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let follows_word = before.chars().next_back().or_else(|| written.chars().next_back()).is_some_and(is_word);
        let is_whole = !follows_word && !after.starts_with(is_word);
        written.push_str(before);
        written.push_str(name);
        written.push_str(if is_whole { "_2" } else { "" });
        rest = after;
    }
    written + rest
}

//! The order of blocks, of resources and of parameters decides nothing.

use rayon::prelude::*;

use super::{Files, Verdicts, corpus, verdicts};
use crate::support::projects_in;

/// Puts parts of a text in another order.
type Arrange = fn(Vec<String>) -> Vec<String>;

#[test]
fn the_order_of_blocks_decides_nothing() {
    let mut projects = corpus();
    let written = projects_in("testdata/template-verdicts.txt").into_iter().map(|(name, mut files)| {
        files.retain(|(path, _)| path != "verdicts");
        (name, files)
    });
    projects.extend(written);
    let wrong = |(name, files): &(String, Files)| {
        let before = verdicts(files);
        let orders: [(&str, Arrange); 3] = [
            ("reversed", |parts| parts.into_iter().rev().collect()),
            ("rotated", |mut parts| {
                let by = 1.min(parts.len());
                parts.rotate_left(by);
                parts
            }),
            ("sorted", |mut parts| {
                parts.sort();
                parts
            }),
        ];
        let differing = orders.into_iter().filter_map(|(order, arrange)| {
            let after: Verdicts = verdicts(&arranged(files, arrange));
            (after != before).then(|| format!("{name}, {order}: {before:?}, and then {after:?}"))
        });
        differing.collect::<Vec<String>>()
    };
    let wrong: Vec<String> = projects.par_iter().flat_map_iter(wrong).collect();
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}

fn arranged(files: &Files, arrange: Arrange) -> Files {
    let arranged = |(path, text): &(String, String)| {
        let is_override = path.ends_with("override.tf");
        let new = match path.rsplit_once('.') {
            Some((_, "tf" | "tofu")) if !is_override => blocks(text, arrange),
            Some((_, "yaml" | "yml")) if !text.contains(": &") => entries(text, arrange),
            _ => None,
        };
        (path.clone(), new.unwrap_or_else(|| text.clone()))
    };
    files.iter().map(arranged).collect()
}

/// The text with its blocks in another order; nothing if it isn't made of whole blocks.
fn blocks(text: &str, arrange: Arrange) -> Option<String> {
    if text.contains("/*") {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    for line in text.lines() {
        let begins = parts
            .last()
            .is_none_or(|part| part.ends_with("}\n") && part.lines().last().is_some_and(|last| !last.starts_with(' ')));
        match parts.last_mut() {
            Some(part) if !begins => part.push_str(&format!("{line}\n")),
            _ => parts.push(format!("{line}\n")),
        }
    }
    let is_whole =
        |part: &String| part.matches('{').count() == part.matches('}').count() && part.trim_end().ends_with('}');
    parts.iter().all(is_whole).then(|| arrange(parts).concat())
}

/// The text of a template with its sections, and what is in each of them, in another order.
fn entries(text: &str, arrange: Arrange) -> Option<String> {
    let split = |lines: &[&str], indent: usize| {
        let mut parts: Vec<Vec<String>> = Vec::new();
        for line in lines {
            let begins = line.len() > indent
                && line.chars().take(indent).all(|c| c == ' ')
                && !line[indent..].starts_with([' ', '-', '#', '}']);
            match parts.last_mut() {
                Some(part) if !begins => part.push(format!("{line}\n")),
                _ => parts.push(vec![format!("{line}\n")]),
            }
        }
        parts
    };
    let lines: Vec<&str> = text.lines().collect();
    if lines.iter().any(|line| line.starts_with("---") || line.starts_with('{')) {
        return None;
    }
    let section = |part: Vec<String>| {
        let lines: Vec<&str> = part[1..].iter().map(|line| line.trim_end_matches('\n')).collect();
        let is_plain =
            ["Resources:", "Parameters:", "Conditions:", "Rules:", "Mappings:"].contains(&part[0].trim_end());
        match is_plain {
            true => {
                let inner = split(&lines, 2).into_iter().map(|part| part.concat()).collect();
                format!("{}{}", part[0], arrange(inner).concat())
            }
            false => part.concat(),
        }
    };
    Some(arrange(split(&lines, 0).into_iter().map(section).collect()).concat())
}

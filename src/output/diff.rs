//! Formats changes of files like `diff -u`, for `git apply` and `patch`.

use std::fmt::Write;

use similar::{Change, TextDiff};

use super::sanitize::sanitize;
use super::summary::count;
use crate::fix::{ChangedFile, FixResult};
use crate::source::{Sources, bytes_of};

/// The number of context lines around a change.
const CONTEXT: usize = 3;

/// The changes of all files.
pub fn diff(files: &[ChangedFile], sources: &Sources) -> String {
    files.iter().map(|changed| of_file(changed, sources)).collect()
}

/// The number of applied fixes, and of those that weren't applied because they are unsafe.
pub fn fix_summary(verb: &str, result: &FixResult) -> String {
    let made = match result.findings {
        0 => String::new(),
        findings => format!("{verb} {} in {}.\n", count(findings, "finding"), count(result.files.len(), "file")),
    };
    let left = match result.rejected.len() {
        0 => String::new(),
        fixes => format!("Didn't fix {}, because the fix would cause other findings.\n", count(fixes, "finding")),
    };
    let cut = if result.is_cut { "More fixes are available; run the command again.\n" } else { "" };
    format!("{made}{left}{cut}")
}

fn of_file(changed: &ChangedFile, sources: &Sources) -> String {
    let old: Vec<&str> = changed.file.text.split_inclusive('\n').collect();
    let new: Vec<&str> = changed.text.split_inclusive('\n').collect();
    let compared = TextDiff::configure().newline_terminated(true).diff_slices(&old, &new);
    let mut text = String::new();
    for hunk in compared.unified_diff().context_radius(CONTEXT).iter_hunks() {
        text += &format!("{}\n", hunk.header());
        text.extend(hunk.iter_changes().map(line));
    }
    let path = bytes_of(&sources.file_display_name(&changed.file));
    if text.is_empty() { text } else { format!("--- {}\n+++ {}\n{text}", header("a/", &path), header("b/", &path)) }
}

/// Formats a path as git does: in quotes if it has special characters, and followed by a tab if it has blanks.
fn header(start: &str, path: &[u8]) -> String {
    if let Ok(plain) = std::str::from_utf8(path)
        && sanitize(plain) == plain
        && !plain.contains(['"', '\\'])
    {
        return format!("{start}{plain}{}", if plain.contains(' ') { "\t" } else { "" });
    }
    let mut quoted = format!("\"{start}");
    for &byte in path {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            // Writing to a string can't fail.
            _ => drop(write!(quoted, "\\{byte:03o}")),
        }
    }
    quoted + "\""
}

fn line(change: Change<&str>) -> String {
    let (mark, text) = (change.tag(), change.value());
    match text.strip_suffix('\n') {
        // The line ending is a part of what changes.
        Some(rest) => match rest.strip_suffix('\r') {
            Some(rest) => format!("{mark}{}\r\n", shown(rest)),
            None => format!("{mark}{}\n", shown(rest)),
        },
        None => format!("{mark}{}\n\\ No newline at end of file\n", shown(text)),
    }
}

/// Escapes a line for a terminal, except for tabs.
fn shown(line: &str) -> String {
    line.split('\t').map(sanitize).collect::<Vec<_>>().join("\t")
}

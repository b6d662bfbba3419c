//! Formats changes of files like `diff -u`, for `git apply` and `patch`.

use std::fmt::Write;

use super::inert::inert;
use super::summary::count;
use crate::fix::{ChangedFile, FixResult};
use crate::source::{Sources, bytes_of};

/// The number of context lines around a change.
const CONTEXT: usize = 3;

/// The limit of differing lines that are compared. More are shown as a single change.
const MAX_COMPARED: usize = 2_000;

/// A line of the old text, the new text or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DiffLine<'a> {
    Both(&'a str),
    Old(&'a str),
    New(&'a str),
}

/// The changes of all files.
pub fn diff(files: &[ChangedFile], sources: &Sources) -> String {
    files.iter().map(|changed| of_file(changed, sources)).collect()
}

/// The number of applied fixes, and of those that weren't applied because they are unsafe.
pub fn mended(verb: &str, mended: &FixResult) -> String {
    let made = match mended.findings {
        0 => String::new(),
        findings => format!("{verb} {} in {}.\n", count(findings, "finding"), count(mended.files.len(), "file")),
    };
    let left = match mended.refused.len() {
        0 => String::new(),
        fixes => format!("Didn't fix {}, because the fix would cause other findings.\n", count(fixes, "finding")),
    };
    let cut = if mended.is_cut { "More fixes are available; run the command again.\n" } else { "" };
    format!("{made}{left}{cut}")
}

fn of_file(changed: &ChangedFile, sources: &Sources) -> String {
    let lines = compare(&changed.file.text, &changed.text);
    let path = bytes_of(&sources.seen_file(&changed.file));
    let hunks: String = hunks(&lines).into_iter().map(|range| hunk(&lines, range)).collect();
    if hunks.is_empty() { hunks } else { format!("--- {}\n+++ {}\n{hunks}", header("a/", &path), header("b/", &path)) }
}

/// Formats a path as git does: in quotes if it has special characters, and followed by a tab if it has blanks.
fn header(start: &str, path: &[u8]) -> String {
    if let Ok(plain) = std::str::from_utf8(path)
        && inert(plain) == plain
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

/// Returns all lines of both texts, with shared lines once.
fn compare<'a>(old: &'a str, new: &'a str) -> Vec<DiffLine<'a>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let before = old.iter().zip(&new).take_while(|(own, other)| own == other).count();
    let (mut old_rest, mut new_rest) =
        (old.get(before..).unwrap_or_default().to_vec(), new.get(before..).unwrap_or_default().to_vec());
    let after = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(own, other)| own == other).count();
    old_rest.truncate(old_rest.len().saturating_sub(after));
    new_rest.truncate(new_rest.len().saturating_sub(after));
    let mut lines: Vec<DiffLine<'a>> = old.iter().take(before).map(|line| DiffLine::Both(line)).collect();
    lines.extend(between(&old_rest, &new_rest));
    lines.extend(old.iter().skip(old.len().saturating_sub(after)).map(|line| DiffLine::Both(line)));
    lines
}

/// Returns a shortest edit script, computed from the longest common subsequences of the remaining lines.
fn between<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<DiffLine<'a>> {
    if old.len().max(new.len()) > MAX_COMPARED {
        return old.iter().map(|line| DiffLine::Old(line)).chain(new.iter().map(|line| DiffLine::New(line))).collect();
    }
    // The entry at (i, j) is the number of lines that the rests from i and from j have in common.
    let mut shared = vec![vec![0_u32; new.len().saturating_add(1)]; old.len().saturating_add(1)];
    for (i, own) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            let (below, beside) = (i.saturating_add(1), j.saturating_add(1));
            let longest = match own == other {
                true => length_at(&shared, below, beside).saturating_add(1),
                false => length_at(&shared, below, j).max(length_at(&shared, i, beside)),
            };
            if let Some(entry) = shared.get_mut(i).and_then(|row| row.get_mut(j)) {
                *entry = longest;
            }
        }
    }
    let (mut i, mut j, mut lines) = (0_usize, 0_usize, Vec::new());
    loop {
        let (below, beside) = (i.saturating_add(1), j.saturating_add(1));
        match (old.get(i), new.get(j)) {
            (Some(own), Some(other)) if own == other => {
                lines.push(DiffLine::Both(own));
                (i, j) = (below, beside);
            }
            (Some(own), other) if other.is_none() || length_at(&shared, below, j) >= length_at(&shared, i, beside) => {
                lines.push(DiffLine::Old(own));
                i = below;
            }
            (_, Some(other)) => {
                lines.push(DiffLine::New(other));
                j = beside;
            }
            (_, None) => return lines,
        }
    }
}

fn length_at(lengths: &[Vec<u32>], i: usize, j: usize) -> u32 {
    lengths.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0)
}

/// The ranges of lines that are shown.
fn hunks(lines: &[DiffLine<'_>]) -> Vec<std::ops::Range<usize>> {
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| !matches!(line, DiffLine::Both(_))) {
        let end = at.saturating_add(CONTEXT).saturating_add(1).min(lines.len());
        match ranges.last_mut() {
            Some(last) if last.end >= at.saturating_sub(CONTEXT) => last.end = end,
            _ => ranges.push(at.saturating_sub(CONTEXT)..end),
        }
    }
    ranges
}

fn hunk(lines: &[DiffLine<'_>], range: std::ops::Range<usize>) -> String {
    let before = lines.get(..range.start).unwrap_or_default();
    let shown = lines.get(range).unwrap_or_default();
    let old = line_range(before.iter().filter(is_old).count(), shown.iter().filter(is_old).count());
    let new = line_range(before.iter().filter(is_new).count(), shown.iter().filter(is_new).count());
    let text: String = shown.iter().map(|line| line.text()).collect();
    format!("@@ -{old} +{new} @@\n{text}")
}

fn line_range(before: usize, shown: usize) -> String {
    format!("{},{shown}", before.saturating_add(usize::from(shown > 0)))
}

fn is_new(line: &&DiffLine<'_>) -> bool {
    !matches!(line, DiffLine::Old(_))
}

fn is_old(line: &&DiffLine<'_>) -> bool {
    !matches!(line, DiffLine::New(_))
}

impl DiffLine<'_> {
    fn text(&self) -> String {
        let (mark, line) = match self {
            DiffLine::Both(line) => (' ', line),
            DiffLine::Old(line) => ('-', line),
            DiffLine::New(line) => ('+', line),
        };
        match line.strip_suffix('\n') {
            // The line ending is a part of what changes.
            Some(rest) => match rest.strip_suffix('\r') {
                Some(rest) => format!("{mark}{}\r\n", shown(rest)),
                None => format!("{mark}{}\n", shown(rest)),
            },
            None => format!("{mark}{}\n\\ No newline at end of file\n", shown(line)),
        }
    }
}

/// Escapes a line for a terminal, except for tabs.
fn shown(line: &str) -> String {
    line.split('\t').map(inert).collect::<Vec<_>>().join("\t")
}

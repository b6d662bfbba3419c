//! The tables of hostile inputs: how they are read, and rewritten when `UPDATE` is set.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

use super::text::{bytes_of, encoded};
use crate::support::package;

/// An input, and what must be said about it.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) entries: Vec<Entry>,
    /// Arguments of a check by the program itself.
    pub(super) options: Option<Vec<String>>,
    pub(super) said: String,
    /// Whether the table says why it is right to say nothing.
    pub(super) has_reason: bool,
    /// Whether it takes long, and is checked with `TRAILINT_LONG` only.
    pub(super) is_long: bool,
    /// All before what is said, as it is written.
    written: String,
}

/// What lies at a path.
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
    pub(super) time: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    File(Vec<u8>),
    Link(PathBuf),
    Directory,
    Pipe,
    Socket,
}

/// When it lies there, for inputs that are changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    Before,
    Always,
    Now,
}

/// The tables with their inputs, in order.
pub(super) fn tables() -> Vec<(PathBuf, Vec<Input>)> {
    let entries = std::fs::read_dir(package("testdata/hostile")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

fn read(path: &Path) -> Vec<Input> {
    let text = std::fs::read_to_string(path).unwrap();
    sections(&text, "=== ").map(|(name, body)| Input::read(name, body)).collect()
}

/// A table with what is said now.
pub(super) fn rewrite(path: &Path, inputs: &[Input], said: &[String]) {
    let rows = inputs.iter().zip(said).map(|(input, said)| format!("{}--- said\n{said}", input.written));
    std::fs::write(path, rows.collect::<Vec<_>>().join("\n")).unwrap();
}

/// The parts of a text that begin with a mark at the start of a line: the rest of that line, and what follows.
pub(super) fn sections<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let is_start = move |at: &usize| *at == 0 || text[..*at].ends_with('\n');
    let starts: Vec<usize> = text.match_indices(mark).map(|(at, _)| at).filter(is_start).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(move |(start, end)| text[start + mark.len()..end].split_once('\n').unwrap())
}

impl Input {
    fn read(name: &str, body: &str) -> Self {
        let (written, _) = body.split_once("--- said\n").unwrap_or((body, ""));
        let mut input = Self {
            name: name.to_owned(),
            entries: Vec::new(),
            options: None,
            said: String::new(),
            has_reason: false,
            is_long: false,
            written: format!("=== {name}\n{written}"),
        };
        for (head, text) in sections(body, "--- ") {
            match head {
                "said" => text.trim_end_matches('\n').clone_into(&mut input.said),
                "because" => input.has_reason = true,
                "long" => input.is_long = true,
                "options" => input.options = Some(text.split_whitespace().map(str::to_owned).collect()),
                head => input.entries.push(Entry::read(head, text)),
            }
        }
        if !input.said.is_empty() {
            input.said.push('\n');
        }
        input
    }

    /// Whether it is made of files alone, which need no disk.
    pub(super) fn is_plain(&self) -> bool {
        let is_below = |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
        let is_ignore_file = |entry: &Entry| entry.path.ends_with(".ignore");
        let is_plain = |entry: &Entry| {
            let is_file = matches!(entry.kind, Kind::File(_)) && entry.time == Time::Now;
            is_file && is_below(&entry.path) && !is_ignore_file(entry)
        };
        self.options.is_none() && self.entries.iter().all(is_plain)
    }

    /// The files that lie there now.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        self.entries.iter().filter_map(|entry| match &entry.kind {
            Kind::File(bytes) => Some((entry.path.as_path(), bytes.as_slice())),
            _ => None,
        })
    }
}

impl Entry {
    /// Reads `path`, `path in UTF-16LE`, `path -> target`, `path is a pipe`; before it may stand when it lies there.
    pub(super) fn read(head: &str, text: &str) -> Self {
        let (time, head) = match (head.strip_prefix("before: "), head.strip_prefix("always: ")) {
            (Some(head), _) => (Time::Before, head),
            (_, Some(head)) => (Time::Always, head),
            (None, None) => (Time::Now, head),
        };
        let path = |name: &str| PathBuf::from(OsString::from_vec(bytes_of(name)));
        let (name, kind) = if let Some((name, target)) = head.split_once(" -> ") {
            (name, Kind::Link(path(target)))
        } else if let Some((name, way)) = head.split_once(" in ") {
            (name, Kind::File(encoded(bytes_of(text), way)))
        } else if let Some((name, what)) = head.split_once(" is ") {
            let kind = match what {
                "a directory" => Kind::Directory,
                "a pipe" => Kind::Pipe,
                "a socket" => Kind::Socket,
                other => panic!("nothing can be {other}"),
            };
            (name, kind)
        } else {
            (head, Kind::File(bytes_of(text)))
        };
        Self { path: path(name), kind, time }
    }
}

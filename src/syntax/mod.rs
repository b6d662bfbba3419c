//! Text becomes trees with exact spans.
//!
//! Each parser returns a tree and the [`Problem`]s it met, never an error: what
//! could be read is judged, and what couldn't is reported at its place.
//! [`hcl`], [`yaml`] and [`json`] each name their parser crate; nobody else does.

mod compose;
pub mod hcl;
pub mod json;
pub mod node;
#[cfg(test)]
mod render;
pub mod yaml;

use crate::source::{FileId, SourceFile, Span};

/// How deep collections may nest, also through aliases.
pub const MAX_DEPTH: usize = 200;

/// How many nodes the documents of a file may have together when aliases are written out, comments included.
pub const MAX_NODES: usize = 250_000;

/// How long the keys of a mapping and the labels of a block may be, in bytes: each finding repeats them. No key of YAML
/// that stands on the line of its value is longer.
pub const MAX_NAME: usize = 1_024;

/// Input that can't be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place, as small as it can be named.
    pub span: Span,
    /// A sentence fragment in lower case that says what is wrong.
    pub message: String,
    /// What the problem keeps from being read.
    pub kind: ProblemKind,
}

/// How far a [`Problem`] reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The text isn't in the language; a part of the file is lost.
    Syntax,
    /// The text is more than is read, and may well be valid; a part of the file is lost.
    Limit,
    /// A key that is written twice in one mapping; the tree holds both.
    DuplicateKey,
}

impl ProblemKind {
    /// Whether a part of the file is lost.
    pub fn loses_text(self) -> bool {
        match self {
            Self::Syntax | Self::Limit => true,
            Self::DuplicateKey => false,
        }
    }
}

/// The language in which a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Hcl,
    Yaml,
    Json,
}

impl Language {
    /// What the name of a file or its first character says.
    pub fn of(file: &SourceFile) -> Self {
        let is_native = [".tf", ".tofu", ".tfvars"].iter().any(|extension| file.name.ends_with(extension));
        let is_template = [".yaml", ".yml", ".template"].iter().any(|extension| file.name.ends_with(extension));
        if !is_native && file.body().1.trim_start().starts_with('{') {
            Language::Json
        } else if is_template || !is_native && file.text.contains("Resources:") {
            Language::Yaml
        } else {
            Language::Hcl
        }
    }
}

impl Problem {
    /// Text that isn't in the language.
    pub fn syntax(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), kind: ProblemKind::Syntax }
    }

    /// Text that is more than is read.
    pub fn limit(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), kind: ProblemKind::Limit }
    }

    /// A second `key` in one mapping.
    pub fn duplicate_key(span: Span, key: &str) -> Self {
        Self { span, message: format!("the key `{key}` is written twice here"), kind: ProblemKind::DuplicateKey }
    }

    /// A name of more than [`MAX_NAME`] bytes.
    fn too_long_name(span: Span) -> Self {
        Self::limit(span, format!("this name has more than {MAX_NAME} bytes"))
    }

    /// A collection in more than [`MAX_DEPTH`] others.
    fn too_deep(span: Span) -> Self {
        Self::limit(span, format!("collections nest more than {MAX_DEPTH} deep here"))
    }

    /// The node after the [`MAX_NODES`]th, of a file that may have aliases.
    fn too_many_nodes(span: Span, has_aliases: bool) -> Self {
        let with = if has_aliases { " when its aliases are written out" } else { "" };
        Self::limit(span, format!("the file has more than {MAX_NODES} values{with}"))
    }
}

/// The word that starts at a byte offset, for a problem of which only the beginning is known.
///
/// Between words it is the last character before, so that there is something to point at.
pub fn word_at(id: FileId, file: &SourceFile, offset: usize) -> Span {
    const LONGEST: usize = 40;
    let (before, after) = file.text.split_at_checked(offset).unwrap_or((&file.text, ""));
    let word = after.chars().take(LONGEST).take_while(|c| !c.is_whitespace());
    let length: usize = word.map(char::len_utf8).sum();
    if length > 0 {
        return Span::new(id, offset, offset.saturating_add(length));
    }
    let end = before.trim_end().len();
    let last = before.trim_end().chars().next_back().map_or(0, char::len_utf8);
    Span::new(id, end.saturating_sub(last), end)
}

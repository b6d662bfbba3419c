//! Parses text to trees with exact spans.
//!
//! Each parser returns a tree and the [`Problem`]s in the text, never an error: the rest of the file is checked, and
//! each problem is reported at its position. Only [`hcl`], [`yaml`] and [`json`] use their parser crates.

mod compose;
pub mod hcl;
pub mod json;
pub mod node;
pub mod placeholders;
#[cfg(test)]
mod render;
pub mod yaml;

use crate::source::{FileId, SourceFile, Span};

/// The maximum depth of collections, including their aliases.
pub const MAX_DEPTH: usize = 200;

/// The maximum number of nodes in the documents of a file. Comments count too, and an alias counts as many nodes as its
/// target.
pub const MAX_NODES: usize = 250_000;

/// The maximum length of mapping keys and block labels, in bytes. The limit is necessary because each finding repeats
/// them. YAML has the same limit for keys on the line of their value.
pub const MAX_NAME: usize = 1_024;

/// Input that can't be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The position, as narrow as possible.
    pub span: Span,
    /// A sentence fragment in lower case.
    pub message: String,
    pub kind: ProblemKind,
}

/// The effect of a [`Problem`] on the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The text is invalid; a part of the file is missing in the tree.
    Syntax,
    /// The text exceeds a limit and may be valid; a part of the file is missing in the tree.
    Limit,
    /// A duplicate key in a mapping; the tree contains both entries.
    DuplicateKey,
    /// Code that the language rejects, such as a reference to a name that nothing declares; the tree is complete.
    Rejected,
}

impl ProblemKind {
    /// True if a part of the file is missing in the tree.
    pub fn loses_text(self) -> bool {
        match self {
            Self::Syntax | Self::Limit => true,
            Self::DuplicateKey | Self::Rejected => false,
        }
    }
}

/// The language of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Hcl,
    Yaml,
    Json,
}

impl Language {
    /// The language, by the file name or the content.
    pub fn of(file: &SourceFile) -> Self {
        let is_native = [".tf", ".tofu", ".tfvars", ".hcl"].iter().any(|extension| file.name.ends_with(extension));
        let is_template = [".yaml", ".yml", ".template"].iter().any(|extension| file.name.ends_with(extension));
        let start = file.body().1.trim_start();
        // A templating tool's statement or placeholder begins with a brace, too.
        let is_mark = ["{%", "{{", "{#"].iter().any(|mark| start.starts_with(mark));
        if !is_native && start.starts_with('{') && !is_mark {
            Language::Json
        } else if is_template || !is_native && file.text.contains("Resources:") {
            Language::Yaml
        } else {
            Language::Hcl
        }
    }
}

impl Problem {
    /// Creates a problem for invalid text.
    pub fn syntax(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), kind: ProblemKind::Syntax }
    }

    /// Creates a problem for text that exceeds a limit.
    pub fn limit(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), kind: ProblemKind::Limit }
    }

    /// Creates a problem for code that can be parsed but that the language rejects.
    pub fn rejected(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), kind: ProblemKind::Rejected }
    }

    /// Creates a problem for a second `key` in a mapping.
    pub fn duplicate_key(span: Span, key: &str) -> Self {
        Self { span, message: format!("duplicate key `{key}`"), kind: ProblemKind::DuplicateKey }
    }

    /// Creates a problem for a name of more than [`MAX_NAME`] bytes.
    fn too_long_name(span: Span) -> Self {
        Self::limit(span, format!("this name has more than {MAX_NAME} bytes"))
    }

    /// Creates a problem for a collection in more than [`MAX_DEPTH`] others.
    fn too_deep(span: Span) -> Self {
        Self::limit(span, format!("collections are nested more than {MAX_DEPTH} levels deep"))
    }

    /// Creates a problem for the node after the [`MAX_NODES`]th. `has_aliases` is true if the file contains aliases.
    fn too_many_nodes(span: Span, has_aliases: bool) -> Self {
        let with = if has_aliases { " when its aliases are written out" } else { "" };
        Self::limit(span, format!("the file has more than {MAX_NODES} values{with}"))
    }
}

/// The word at a byte offset, for a problem of which only the start is known.
///
/// Between words, it is the last character before the offset, so that the span isn't empty.
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

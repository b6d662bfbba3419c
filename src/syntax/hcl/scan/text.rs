//! Scans strings, heredocs and comments, in which brackets are plain text.

use std::ops::Range;

use super::line::{next_line, range_of, word_at};
use super::open::{Marker, OpenItem, OpenKind};
use super::{BrokenStatement, Scanner};

impl<'a> Scanner<'a> {
    /// Takes a step in a quoted string.
    pub(super) fn quoted(&mut self) -> Result<(), BrokenStatement> {
        self.advance_all(|byte| !matches!(byte, b'"' | b'\\' | b'$' | b'%' | b'\n'));
        match self.peek() {
            Some(b'"') => {
                self.advance(1);
                self.pop();
            }
            Some(b'\\') => {
                let escaped = self.rest().chars().nth(1).filter(|&c| c != '\n');
                self.advance(escaped.map_or(0, char::len_utf8).saturating_add(1));
            }
            Some(b'$' | b'%') => self.sequence()?,
            Some(_) | None => {
                let start = self.open.last().map_or(self.at, |frame| frame.at);
                return Err(BrokenStatement::new(start..self.at, "this string isn't closed on its line"));
            }
        }
        Ok(())
    }

    /// Scans `$` or `%`, which may start an interpolation or a directive, be escaped, or be plain text.
    fn sequence(&mut self) -> Result<(), BrokenStatement> {
        let rest = self.rest();
        if rest.starts_with("${") {
            return self.push(OpenKind::Interpolation);
        }
        if rest.starts_with("%{") {
            return self.push(OpenKind::Directive);
        }
        let escape = ["$${", "%%{"].into_iter().find(|escape| rest.starts_with(escape));
        self.advance(escape.map_or(1, str::len));
        Ok(())
    }

    /// Scans `<<`, which starts a heredoc only if a marker and the end of the line follow.
    pub(super) fn begin_heredoc(&mut self) -> Result<(), BrokenStatement> {
        let Some((marker, body)) = self.heredoc_opening() else {
            self.advance("<<".len());
            return Ok(());
        };
        let end = self.terminator(self.at, marker, body)?;
        self.push(OpenKind::Heredoc { end })?;
        self.at = body;
        Ok(())
    }

    /// The marker of a heredoc, and the offset of its text on the next line.
    fn heredoc_opening(&self) -> Option<(&'a str, usize)> {
        let after = self.at.saturating_add("<<".len());
        let dash = usize::from(self.text.get(after..)?.starts_with('-'));
        let word = word_at(self.text, after.saturating_add(dash))?;
        let rest = self.text.get(word.end..)?;
        let ending = ["\n", "\r\n"].into_iter().find(|ending| rest.starts_with(ending))?;
        Some((self.text.get(word.clone())?, word.end.saturating_add(ending.len())))
    }

    /// The first line from `from` that consists of the marker. `from` is the start of a line.
    fn terminator(&mut self, heredoc: usize, marker: &'a str, from: usize) -> Result<Marker, BrokenStatement> {
        match self.look_ahead(from, |text| lone_word(text, marker))? {
            Some(length) => {
                let Range { start, end } = range_of(from.saturating_add(length), marker.len());
                Ok(Marker { start, end })
            }
            None => {
                let message = format!("no line with only `{marker}` ends this heredoc");
                Err(BrokenStatement::new(range_of(heredoc, "<<".len()), message))
            }
        }
    }

    /// Takes a step in a heredoc.
    pub(super) fn heredoc(&mut self, end: Marker) -> Result<(), BrokenStatement> {
        let Some(text) = self.text.get(self.at..end.start) else { return self.extend_heredoc(end) };
        match text.bytes().position(|byte| matches!(byte, b'$' | b'%')) {
            Some(length) => {
                self.advance(length);
                self.sequence()?;
            }
            None => {
                self.at = end.end;
                self.pop();
            }
        }
        Ok(())
    }

    /// Searches for the next end marker, because the previous one is within an interpolation.
    fn extend_heredoc(&mut self, end: Marker) -> Result<(), BrokenStatement> {
        let marker = self.text.get(end.start..end.end).unwrap_or_default();
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let end = self.terminator(frame.at, marker, next_line(self.text, self.at))?;
        self.open.push(OpenItem { open: OpenKind::Heredoc { end }, ..frame });
        Ok(())
    }

    /// Consumes a comment up to the end of the line.
    pub(super) fn line_comment(&mut self) {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let comment = range_of(self.at, line.strip_suffix('\r').unwrap_or(line).len());
        // The parser crate would end the comment at a carriage return.
        if self.ignores_line_endings() || line.trim_end_matches('\r').contains('\r') {
            self.blank(comment.clone());
        }
        self.advance(line.len());
        self.scanned.comments.push(comment);
    }

    /// Consumes a comment up to its `*/`.
    pub(super) fn block_comment(&mut self) -> Result<(), BrokenStatement> {
        let start = self.at;
        let inside = start.saturating_add("/*".len());
        let length = self.look_ahead(inside, |text| text.find("*/"))?;
        let Some(length) = length else {
            return Err(BrokenStatement::new(start..inside, "this comment is never closed"));
        };
        self.at = inside.saturating_add(length).saturating_add("*/".len());
        self.scanned.comments.push(start..self.at);
        Ok(())
    }

    /// Searches the text from `from`; an error if the limit on searches is reached.
    fn look_ahead(
        &mut self,
        from: usize,
        search: impl Fn(&str) -> Option<usize>,
    ) -> Result<Option<usize>, BrokenStatement> {
        if self.lookahead == 0 {
            let range = range_of(self.at, "<<".len());
            return Err(BrokenStatement::limit(range, "too many heredocs and comments are left open before this"));
        }
        let text = self.text.get(from..).unwrap_or_default();
        let found = search(text);
        self.lookahead = self.lookahead.saturating_sub(found.unwrap_or(text.len()));
        Ok(found)
    }
}

/// The offset of `word` on the first line that contains nothing else but spaces.
fn lone_word(text: &str, word: &str) -> Option<usize> {
    for (at, _) in text.match_indices(word) {
        let before = text.get(..at).unwrap_or_default().trim_end_matches(is_space);
        let after = text.get(at.saturating_add(word.len())..).unwrap_or_default().trim_start_matches(is_space);
        if (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n')) {
            return Some(at);
        }
    }
    None
}

/// True for whitespace within a line.
fn is_space(c: char) -> bool {
    c.is_whitespace() && c != '\n'
}

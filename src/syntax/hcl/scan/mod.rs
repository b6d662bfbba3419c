//! Scans HCL and tracks the open brackets, strings and heredocs.
//!
//! The scanner knows enough of the language to find the end of a statement, and to detect text that the parser crate
//! would misread or be slow on. It never goes back, so it takes linear time on any input.

mod line;
mod open;
mod text;

use std::ops::Range;

pub(super) use line::{Header, header_at, indent_at, next_line, range_of, word_at};
use line::{continues_word, indent_before, starts_word};
pub(super) use open::{OpenItem, OpenKind};

use crate::source::Span;
use crate::syntax::Problem;

/// The maximum number of brackets, strings and heredocs that may be open at once.
const MAX_OPEN: usize = 1_000;

/// The number of times that each byte may be searched, on average, for the end of a heredoc or a comment.
///
/// Well-formed text requires one or two searches. Only text with dozens of unclosed heredocs or comments would require
/// more.
const LOOKAHEAD: usize = 32;

/// The state of a scan.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    /// The text, up to the end of the scan.
    pub(super) text: &'a str,
    /// The offset of the next byte.
    pub(super) at: usize,
    /// The open brackets, strings and heredocs, outermost first.
    pub(super) open: Vec<OpenItem>,
    /// The offset after the last byte that isn't part of a space or a comment.
    pub(super) code_end: usize,
    pub(super) scanned: ScannedText,
    /// The indentation of the statement, in bytes.
    pub(super) indent: usize,
    /// True after the `=` of an attribute, where `{` starts an object and not a block.
    in_value: bool,
    /// The number of bytes that may still be searched for the ends of heredocs and comments.
    lookahead: usize,
}

/// The results of a [`Scanner`].
#[derive(Debug, Default)]
pub(super) struct ScannedText {
    /// Comments, without their line endings.
    pub(super) comments: Vec<Range<usize>>,
    /// Heredocs from `<<` to the end of their terminator.
    pub(super) heredocs: Vec<Range<usize>>,
    /// Ranges that may be replaced by spaces without a change of meaning: line endings where the language ignores them
    /// and the parser crate may not, and the comments before them.
    pub(super) blanks: Vec<Range<usize>>,
    /// The number of `=` and `:` directly in objects. No object has more entries than this.
    pub(super) entries: usize,
    /// The first character in a block that can't start a statement.
    pub(super) stray: Option<usize>,
    /// Block headers within the statement that aren't indented more than the statement, in source order.
    pub(super) headers: Vec<Header>,
}

/// The reason why the end of a statement can't be found.
#[derive(Debug)]
pub(super) struct BrokenStatement {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    /// True if the text may be valid and only exceeds a limit.
    pub(super) is_limit: bool,
}

impl<'a> Scanner<'a> {
    /// Creates a scanner for the bytes `range` of `text`.
    pub(super) fn new(text: &'a str, range: Range<usize>) -> Self {
        Self {
            text: text.get(..range.end).unwrap_or_default(),
            at: range.start,
            open: Vec::new(),
            code_end: range.start,
            scanned: ScannedText::default(),
            indent: 0,
            in_value: false,
            lookahead: range.len().saturating_mul(LOOKAHEAD),
        }
    }

    /// Takes a step: a token, or a run of text in a string. Every step consumes text or fails.
    pub(super) fn step(&mut self) -> Result<(), BrokenStatement> {
        match self.open.last().map(|frame| frame.open) {
            Some(OpenKind::Quoted) => self.quoted(),
            Some(OpenKind::Heredoc { end }) => self.heredoc(end),
            Some(_) | None => self.code(),
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The text from the current offset.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Advances by a number of bytes.
    fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// Consumes a name, if one is next.
    pub(super) fn word(&mut self) -> Option<Range<usize>> {
        let word = word_at(self.text, self.at)?;
        self.at = word.end;
        self.code_end = word.end;
        Some(word)
    }

    /// Consumes spaces and block comments on the current line.
    pub(super) fn skip_spaces(&mut self) -> Result<(), BrokenStatement> {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' => self.advance(1),
                b'/' if self.rest().starts_with("/*") => self.block_comment()?,
                _ => break,
            }
        }
        Ok(())
    }

    /// Consumes spaces, comments and line endings.
    pub(super) fn skip_lines(&mut self) -> Result<(), BrokenStatement> {
        loop {
            self.skip_spaces()?;
            match self.peek() {
                Some(b'\n') => self.advance(1),
                Some(b'#' | b'/') if self.is_at_line_comment() => self.line_comment(),
                Some(_) | None => return Ok(()),
            }
        }
    }

    /// True if the rest of the line is a comment.
    pub(super) fn is_at_line_comment(&self) -> bool {
        self.rest().starts_with('#') || self.rest().starts_with("//")
    }

    /// Consumes the `=` of an attribute.
    pub(super) fn assign(&mut self) {
        self.advance(1);
        self.code_end = self.at;
        self.in_value = true;
    }

    /// Records the indentation of the statement that starts here.
    pub(super) fn begin(&mut self) {
        self.indent = indent_before(self.text, self.at);
    }

    /// Resets the state after a statement, complete or not, and keeps only the comments.
    pub(super) fn reset(&mut self) {
        self.open.clear();
        self.scanned = ScannedText { comments: std::mem::take(&mut self.scanned.comments), ..ScannedText::default() };
        self.indent = 0;
        self.in_value = false;
    }

    /// The error for a bracket, string or heredoc that is still open at the end of the text.
    pub(super) fn unclosed(&self) -> BrokenStatement {
        let inner = self.open.iter().find(|frame| frame.open != OpenKind::Block);
        match inner.or(self.open.first()) {
            Some(frame) => {
                let opening = frame.open.opening();
                let range = range_of(frame.at, opening.len());
                BrokenStatement::new(range, format!("this `{opening}` is never closed"))
            }
            None => BrokenStatement::new(self.at..self.at, "the file ends in the middle of a statement"),
        }
    }

    fn code(&mut self) -> Result<(), BrokenStatement> {
        match self.peek() {
            None => return Err(self.unclosed()),
            Some(b' ' | b'\t' | b'\r') => self.advance_all(|byte| matches!(byte, b' ' | b'\t' | b'\r')),
            Some(b'\n') => self.line_ending(),
            Some(b'#' | b'/') if self.is_at_line_comment() => self.line_comment(),
            Some(b'/') if self.rest().starts_with("/*") => self.block_comment()?,
            Some(byte) => {
                self.token(byte)?;
                self.code_end = self.at;
            }
        }
        Ok(())
    }

    fn token(&mut self, byte: u8) -> Result<(), BrokenStatement> {
        if self.is_stray(byte) {
            self.scanned.stray.get_or_insert(self.at);
        }
        match byte {
            b'"' => self.push(OpenKind::Quoted),
            b'(' => self.push(OpenKind::Parenthesis),
            b'[' => self.push(OpenKind::Bracket),
            b'{' => self.push(self.brace()),
            b')' => self.close(byte, |open| open == OpenKind::Parenthesis),
            b']' => self.close(byte, |open| open == OpenKind::Bracket),
            b'}' => self.close(byte, OpenKind::ends_with_brace),
            b'<' if self.rest().starts_with("<<") => self.begin_heredoc(),
            _ => {
                self.plain_token(byte);
                Ok(())
            }
        }
    }

    fn plain_token(&mut self, byte: u8) {
        match self.open.last().map(|frame| frame.open) {
            Some(OpenKind::Object) if matches!(byte, b'=' | b':') => {
                self.scanned.entries = self.scanned.entries.saturating_add(1);
            }
            Some(OpenKind::Block) if byte == b'=' => self.in_value = true,
            Some(_) | None => {}
        }
        if !self.wants_name() {
            self.inert_run();
        } else if self.word().is_none() {
            self.advance(1);
        }
    }

    /// Consumes one character and the inert bytes after it, except spaces at the end of the run.
    fn inert_run(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let more = rest.iter().skip(1).take_while(|byte| is_inert(**byte)).count();
        let run = rest.get(1..more.saturating_add(1)).unwrap_or_default();
        let blanks = run.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.advance(more.saturating_sub(blanks).saturating_add(1));
    }

    /// Consumes all bytes for which a predicate is true.
    pub(super) fn advance_all(&mut self, is_passed: impl Fn(&u8) -> bool) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.advance(rest.iter().take_while(|byte| is_passed(byte)).count());
    }

    /// True if this byte can't be part of a statement in a block before its value.
    fn is_stray(&self, byte: u8) -> bool {
        self.wants_name() && !matches!(byte, b'"' | b'{' | b'}' | b'=') && !starts_word(byte)
    }

    /// True in a block, before the value of an attribute.
    fn wants_name(&self) -> bool {
        !self.in_value && self.open.last().is_some_and(|frame| frame.open == OpenKind::Block)
    }

    fn brace(&self) -> OpenKind {
        match self.open.last().map(|frame| frame.open) {
            Some(OpenKind::Block) | None if !self.in_value => OpenKind::Block,
            Some(_) | None if self.opens_for() => OpenKind::ForObject,
            Some(_) | None => OpenKind::Object,
        }
    }

    fn opens_for(&self) -> bool {
        let inside = self.rest().strip_prefix('{').unwrap_or_default().trim_ascii_start();
        let after = inside.strip_prefix("for").unwrap_or_default();
        after.starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '#' | '/'))
    }

    fn push(&mut self, open: OpenKind) -> Result<(), BrokenStatement> {
        let range = range_of(self.at, open.opening().len());
        if self.open.len() >= MAX_OPEN {
            return Err(BrokenStatement::limit(range, "this is nested too deeply"));
        }
        let header = self.scanned.headers.last().filter(|header| header.brace == range.start);
        let header = header.and(self.scanned.headers.len().checked_sub(1));
        self.open.push(OpenItem { open, at: range.start, header });
        self.at = range.end;
        Ok(())
    }

    fn close(&mut self, byte: u8, closes: impl Fn(OpenKind) -> bool) -> Result<(), BrokenStatement> {
        let range = range_of(self.at, 1);
        let closing = char::from(byte);
        match self.open.last() {
            Some(frame) if closes(frame.open) => {}
            Some(frame) => {
                let message = format!("this `{closing}` doesn't match the `{}` before it", frame.open.opening());
                return Err(BrokenStatement::new(range, message));
            }
            None => return Err(BrokenStatement::new(range, format!("no opening bracket matches this `{closing}`"))),
        }
        self.at = range.end;
        self.pop();
        Ok(())
    }

    fn pop(&mut self) {
        self.code_end = self.at;
        let Some(frame) = self.open.pop() else { return };
        match frame.open {
            OpenKind::Block => self.in_value = false,
            OpenKind::Heredoc { .. } => self.scanned.heredocs.push(frame.at..self.at),
            OpenKind::Object | OpenKind::ForObject | OpenKind::Bracket | OpenKind::Parenthesis => {}
            OpenKind::Interpolation | OpenKind::Directive | OpenKind::Quoted => {}
        }
        if let Some(header) = frame.header.and_then(|header| self.scanned.headers.get_mut(header)) {
            header.end = Some(self.at);
        }
    }

    fn line_ending(&mut self) {
        if self.ignores_line_endings() {
            let before = self.text.get(..self.at).unwrap_or_default();
            self.blank(before.strip_suffix('\r').unwrap_or(before).len()..self.at.saturating_add(1));
        }
        self.advance(1);
        if let Some(inner) = self.open.last() {
            self.in_value &= inner.open != OpenKind::Block;
            let start = self.at.saturating_add(indent_at(self.text, self.at, self.indent));
            self.scanned.headers.extend(header_at(self.text, start));
        }
    }

    fn blank(&mut self, range: Range<usize>) {
        match self.scanned.blanks.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            Some(_) | None => self.scanned.blanks.push(range),
        }
    }

    /// True if line endings are insignificant here.
    fn ignores_line_endings(&self) -> bool {
        match self.open.last().map(|frame| frame.open) {
            Some(
                OpenKind::ForObject
                | OpenKind::Bracket
                | OpenKind::Parenthesis
                | OpenKind::Interpolation
                | OpenKind::Directive,
            ) => true,
            Some(OpenKind::Block | OpenKind::Object | OpenKind::Quoted | OpenKind::Heredoc { .. }) | None => false,
        }
    }
}

/// True if a byte in a value opens, closes and separates nothing and starts no comment: a byte of a name, a number or
/// most operators, or a space.
fn is_inert(byte: u8) -> bool {
    continues_word(byte) || matches!(byte, b' ' | b'\t' | b'.' | b',' | b'+' | b'*' | b'!' | b'&' | b'|' | b'>' | b'?')
}

impl BrokenStatement {
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), is_limit: false }
    }

    /// Creates an error for text that exceeds a limit.
    pub(super) fn limit(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { is_limit: true, ..Self::new(range, message) }
    }

    /// Converts the error to a problem, whose span is on one line and at least one character wide, unless it is at the
    /// end of the text.
    pub(super) fn problem(self, text: &str, place: impl Fn(Range<usize>) -> Span) -> Problem {
        let start = text.floor_char_boundary(self.range.start);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let length = line.ceil_char_boundary(self.range.end.saturating_sub(start).max(1));
        let span = place(range_of(start, length));
        if self.is_limit { Problem::limit(span, self.message) } else { Problem::syntax(span, self.message) }
    }
}

//! Parses YAML to a [`Tree`]. Only this module uses the parser crate, `granit-parser`.
//!
//! The crate reports events, from which the [`Composer`] builds the tree; all limits on the input are checked there.
//! This module corrects positions that the crate reports imprecisely.

use std::ops::Range;

use granit_parser::{ErrorKind, Event, Options, Parser, ScanError, StructureStyle};

use super::compose::{Composer, NodeProperties, NodeShape};
use super::node::{Scalar, ScalarStyle, Tag, Tree};
use super::placeholders::MaskedText;
use super::{MAX_DEPTH, Problem, word_at};
use crate::source::{FileId, SourceFile, Span};

/// The number of invalid documents after which parsing stops, because the file probably isn't YAML.
const MAX_BROKEN_DOCUMENTS: usize = 20;

/// The maximum number of consecutive comments, which the crate buffers until the next line determines what they belong
/// to.
const MAX_COMMENTS_IN_A_ROW: usize = 100_000;

/// Next line, line separator and paragraph separator: line breaks in YAML 1.1, but not in YAML 1.2.
const DOUBTFUL: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Describes an error of the parser. Its own descriptions begin with the state of the parser.
fn message_of(kind: &ErrorKind) -> String {
    let message = match kind {
        ErrorKind::ExpectedBlockMappingKey => "expected a key of the mapping",
        ErrorKind::ExpectedBlockSequenceEntry => "expected `-` before the next element",
        ErrorKind::ExpectedFlowMappingSeparator => "expected `,` or `}`",
        ErrorKind::ExpectedFlowSequenceSeparator => "expected `,` or `]`",
        ErrorKind::ExpectedNodeContent => "expected a value",
        other => return other.to_string(),
    };
    message.to_owned()
}

/// Parses all documents of a file. Invalid documents are omitted.
pub fn parse(id: FileId, file: &SourceFile) -> Tree {
    parse_part(id, file, file.body().0..file.text.len())
}

/// Parses a part of a file as if it were a separate file. Spans refer to the whole file.
pub fn parse_part(id: FileId, file: &SourceFile, part: Range<usize>) -> Tree {
    let original = file.text.get(part.clone()).unwrap_or_default();
    let masked = MaskedText::of(original);
    let text = masked.as_ref().map_or(original, |masked| &masked.text);
    let mut reader = YamlReader::new(id, file, part.start, text, masked.as_ref());
    let mut parser = Parser::new_from_str_with_options(text, options());
    let mut broken = 0_usize;
    while let Some(next) = parser.next_event() {
        let outcome = match next {
            Ok((event, span)) => reader.read(event, span),
            Err(error) => Err(reader.problem(&error)),
        };
        let Err(problem) = outcome else { continue };
        reader.tree.problems.push(problem);
        broken = broken.saturating_add(1);
        let goes_on = broken < MAX_BROKEN_DOCUMENTS && !reader.composer.is_exhausted();
        // An error here gives no more information than the problem that is already recorded.
        if !goes_on || !parser.proceed_next_document().unwrap_or(false) {
            break;
        }
    }
    reader.finish()
}

/// The options of the crate. Its nesting limit is higher by one, so that the [`Composer`] reports the error, and its
/// limit for keys is the one in the YAML specification.
fn options() -> Options {
    granit_parser::options! {
        emit_unresolved_aliases: true,
        max_buffered_comment_events: MAX_COMMENTS_IN_A_ROW,
        flow_nesting_limit: MAX_DEPTH + 1,
        block_nesting_limit: MAX_DEPTH + 1,
        simple_key_max_lookahead: 1024,
    }
}

struct YamlReader<'a> {
    id: FileId,
    file: &'a SourceFile,
    /// The offset of `text` in the file.
    offset: usize,
    /// The text, in which the marks of templating tools are masked.
    text: &'a str,
    masked: Option<&'a MaskedText>,
    tree: Tree,
    composer: Composer,
    /// The offset in `text` where the last node ends, or where it starts if it is a collection.
    reached: usize,
    /// The quoted strings that contain a [`DOUBTFUL`] character, in source order.
    quoted: Vec<Range<usize>>,
}

impl<'a> YamlReader<'a> {
    fn new(id: FileId, file: &'a SourceFile, offset: usize, text: &'a str, masked: Option<&'a MaskedText>) -> Self {
        Self {
            id,
            file,
            offset,
            text,
            masked,
            tree: Tree::default(),
            composer: Composer::default(),
            reached: 0,
            quoted: Vec::new(),
        }
    }

    fn finish(mut self) -> Tree {
        let mut problems = std::mem::take(&mut self.tree.problems);
        problems.extend(self.doubtful_line_end());
        problems.append(&mut self.composer.problems);
        problems.iter_mut().for_each(|problem| problem.span = self.visible(problem.span));
        problems.sort_by_key(|problem| problem.span.start);
        Tree { problems, ..self.tree }
    }

    /// The problem for a line break of YAML 1.1 that isn't one in YAML 1.2: one parser may read the text after it as a
    /// comment and another as a trail. In quotes it is harmless, because it is at most converted to a space.
    fn doubtful_line_end(&self) -> Option<Problem> {
        let (at, _) = self.text.match_indices(DOUBTFUL).find(|(at, _)| !self.is_quoted(*at))?;
        let message = "some YAML parsers treat this character as a line break; use a line feed or quotes";
        Some(Problem::syntax(self.span(at, at), message))
    }

    fn is_quoted(&self, at: usize) -> bool {
        let next = self.quoted.partition_point(|range| range.start <= at);
        next.checked_sub(1).and_then(|last| self.quoted.get(last)).is_some_and(|range| range.contains(&at))
    }

    fn read(&mut self, event: Event<'_>, span: granit_parser::Span) -> Result<(), Problem> {
        let range = span.byte_range().unwrap_or_default();
        let (start, end) = (range.start, range.end);
        match event {
            Event::Comment(..) => {
                self.tree.comments.push(self.span(start, end));
                self.composer.comment(self.span(start, end))?;
            }
            Event::DocumentStart(..) => {
                self.composer.start_document();
                self.reached = end;
            }
            Event::DocumentEnd => self.tree.documents.extend(self.composer.finish_document()),
            Event::Alias(anchor) => {
                self.reached = end;
                self.composer.alias(self.span(start, end), anchor)?;
            }
            Event::UnresolvedAlias(name) => {
                let message = format!("no anchor `&{name}` comes before this alias");
                return Err(Problem::syntax(self.span(start, end), message));
            }
            Event::Scalar(text, style, anchor, tag) => {
                let properties = self.properties(anchor, tag.as_deref(), span);
                self.scalar(start, end, properties, text.into_owned(), style.into())?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                let start = if style == StructureStyle::Block { self.first_dash(start) } else { start };
                let properties = self.properties(anchor, tag.as_deref(), span);
                self.open(NodeShape::Sequence, start, properties)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                let properties = self.properties(anchor, tag.as_deref(), span);
                self.open(NodeShape::Mapping, start, properties)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(start, end),
            // The other events are about the stream, or aren't enabled in the options.
            _ => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        start: usize,
        end: usize,
        properties: NodeProperties,
        text: String,
        style: ScalarStyle,
    ) -> Result<(), Problem> {
        let written = self.text.get(start..end).unwrap_or_default();
        let (span, text) = match style {
            // The crate reports an empty scalar as `~`.
            ScalarStyle::Plain if written.is_empty() => {
                let at = self.empty_place(start, &properties);
                (self.span(at, at), String::new())
            }
            ScalarStyle::Block if written.is_empty() => {
                let at = self.text.get(..start).map_or(start, |before| before.trim_ascii_end().len());
                (self.span(at, at), text)
            }
            ScalarStyle::Block => {
                let end = start.saturating_add(written.trim_ascii_end().len());
                (self.span(start, end), block_text(text, written))
            }
            ScalarStyle::Quoted => {
                if written.contains(DOUBTFUL) {
                    self.quoted.push(start..end);
                }
                (self.span(start, end), text)
            }
            ScalarStyle::Plain => (self.span(start, end), text),
        };
        self.reached = span.range().end.saturating_sub(self.offset);
        let text = match self.masked {
            Some(masked) => {
                let written = start..span.range().end.saturating_sub(self.offset);
                let original = self.file.text.get(self.offset..).unwrap_or_default();
                masked.restored(text, written, original)
            }
            None => text,
        };
        self.composer.scalar(span, properties, Scalar { text, style })
    }

    fn open(&mut self, shape: NodeShape, start: usize, properties: NodeProperties) -> Result<(), Problem> {
        self.reached = start;
        self.composer.open(shape, self.span(start, start), properties)
    }

    /// Closes a collection. The crate reports an empty range for the end of a block collection, at some position after
    /// it.
    fn close(&mut self, start: usize, end: usize) {
        let bracket = (start < end).then(|| self.span(start, end));
        if bracket.is_some() {
            self.reached = end;
        }
        self.composer.close(bracket);
    }

    fn properties(&self, anchor: usize, tag: Option<&granit_parser::Tag>, span: granit_parser::Span) -> NodeProperties {
        let range = span.tag_span().and_then(|span| span.byte_range()).unwrap_or_default();
        let tag = tag.map(|tag| Tag { name: tag.to_string(), span: self.span(range.start, range.end) });
        NodeProperties { tag, anchor: (anchor != 0).then_some(anchor) }
    }

    /// The position of an empty node: after its tag, anchor, dash or colon.
    ///
    /// The crate reports a position before the colon, or, for a key without a colon, the start of the next token.
    fn empty_place(&self, at: usize, properties: &NodeProperties) -> usize {
        let is_value = matches!(self.composer.parent(), Some((NodeShape::Mapping, before)) if before % 2 == 1);
        if !is_value || properties.tag.is_some() || properties.anchor.is_some() {
            return at.max(self.reached);
        }
        let after = self.text.get(at..).unwrap_or_default();
        match after.trim_start_matches([' ', '\t']).strip_prefix(':') {
            // Otherwise, the colon is the first character of the next key.
            Some(rest) if rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n', ',', ']', '}']) => {
                self.text.len().saturating_sub(rest.len())
            }
            Some(_) | None => self.reached,
        }
    }

    /// The start of a block sequence. If the sequence isn't indented more than its key, the crate reports the position
    /// after the first dash.
    fn first_dash(&self, start: usize) -> usize {
        let Some((NodeShape::Mapping, _)) = self.composer.parent() else { return start };
        let mut line_start = self.reached;
        let before = self.text.get(line_start..start).unwrap_or_default();
        for (number, line) in before.split_inclusive(['\n', '\r']).enumerate() {
            let text = line.trim_start_matches([' ', '\t']);
            // The first line is the rest of the key's line: a colon, perhaps a tag or a comment.
            if number > 0 && text.starts_with('-') {
                return line_start.saturating_add(line.len().saturating_sub(text.len()));
            }
            line_start = line_start.saturating_add(line.len());
        }
        start
    }

    fn problem(&self, error: &ScanError) -> Problem {
        let place = self.offset.saturating_add(error.marker().byte_offset().unwrap_or_default());
        let span = word_at(self.id, self.file, place);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => Problem::too_deep(span),
            kind => Problem::syntax(span, message_of(kind)),
        }
    }

    /// Extends an empty span, such as that of an empty key, so that there is text to point at.
    fn visible(&self, span: Span) -> Span {
        if span.range().is_empty() { word_at(self.id, self.file, span.range().start) } else { span }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.id, self.offset.saturating_add(start), self.offset.saturating_add(end))
    }
}

/// Removes the line feed that the crate adds to a block scalar at the end of a file without one.
fn block_text(mut text: String, written: &str) -> String {
    if !written.trim_end_matches([' ', '\t']).ends_with(['\n', '\r']) {
        text.truncate(text.trim_end_matches('\n').len());
    }
    text
}

impl From<granit_parser::ScalarStyle> for ScalarStyle {
    fn from(style: granit_parser::ScalarStyle) -> Self {
        match style {
            granit_parser::ScalarStyle::Plain => Self::Plain,
            granit_parser::ScalarStyle::SingleQuoted | granit_parser::ScalarStyle::DoubleQuoted => Self::Quoted,
            granit_parser::ScalarStyle::Literal | granit_parser::ScalarStyle::Folded => Self::Block,
        }
    }
}

#[cfg(test)]
mod tests;

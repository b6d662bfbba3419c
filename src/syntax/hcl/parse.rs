//! Parses one item to a tree, using the parser crate.
//!
//! The crate returns no tree if there is any error in its input. A block with an error is therefore parsed again in
//! parts, down to the attribute with the error.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use hcl_edit::expr::Expression;
use hcl_edit::parser::{self, Error};
use hcl_edit::structure::Structure;
use hcl_edit::template::Template;

use super::convert::Converter;
use super::scan::{self, BrokenStatement, ScannedText};
use super::{Attribute, Block, Expr, ExprKind, ItemKind, MAX_PROBLEMS, ParsedItem, UnparsedItem, split};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::{MAX_NAME, Problem};

/// The maximum length of a text that is passed to the crate, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// The maximum number of entries in the objects of one item. The limit is necessary because the crate compares each key
/// with all others.
const MAX_ENTRIES: usize = 4_000;

/// The maximum depth of blocks that are parsed in parts. Real ones are less than 15 deep.
const MAX_BLOCK_DEPTH: usize = 32;

/// Parses an item of `file` as far as possible.
///
/// An attribute that can't be parsed is [`ExprKind::Unreadable`]. A [`Problem`] gives the reason, unless the attribute
/// may be valid and only exceeds a limit of the parser crate. The tree is `None` if even the labels of the block can't
/// be parsed.
pub fn parse(item: &UnparsedItem, file: &SourceFile) -> (Option<ParsedItem>, Vec<Problem>) {
    let mut problems = Vec::new();
    let reader = HclReader { id: item.span.file, text: &file.text };
    let parsed = reader.item(item, 0, &mut problems);
    problems.truncate(MAX_PROBLEMS);
    (parsed, problems)
}

/// Parses an expression that is the content of a string; `place` maps a range of the text to a span of the file.
pub fn parse_expr(text: &str, place: impl Fn(Range<usize>) -> Span) -> Result<Expr, Problem> {
    read_string(text, &place, |converter| {
        let expression: Expression = parser::parse_expr(text)?;
        Ok(converter.expr(&expression, 0))
    })
}

/// Parses a template that is the content of a string, without the quotes and with decoded escapes.
///
/// A template that consists of one `${x}` is the expression `x`.
pub fn parse_template(text: &str, place: impl Fn(Range<usize>) -> Span) -> Result<Expr, Problem> {
    if !text.contains("${") && !text.contains("%{") {
        return Ok(Expr { span: place(0..text.len()), kind: ExprKind::String(text.to_owned()) });
    }
    read_string(text, &place, |converter| {
        let template: Template = parser::parse_template(text)?;
        Ok(converter.bare_template(&template))
    })
}

/// The reasons why the parser crate returns no tree.
enum Failure {
    /// The text exceeds a limit or isn't supported. It may be valid.
    Limit,
    /// The text isn't valid HCL.
    Syntax(Problem),
}

fn read_string(
    text: &str,
    place: &dyn Fn(Range<usize>) -> Span,
    read: impl Fn(&mut Converter<'_>) -> Result<Expr, Error>,
) -> Result<Expr, Problem> {
    let unreadable = Expr { span: place(0..text.len()), kind: ExprKind::Unreadable };
    let entries = text.bytes().filter(|byte| matches!(byte, b'=' | b':')).count();
    if text.len() > MAX_BYTES || entries > MAX_ENTRIES {
        return Ok(unreadable);
    }
    let mut converter = Converter::new(text, place);
    let read = read(&mut converter).map_err(|error| failure(&error, text, place));
    match read.and_then(|expr| converter.no_wrong_number().map(|()| expr)) {
        Ok(expr) if converter.heredocs.is_empty() => Ok(expr),
        Ok(_) | Err(Failure::Limit) => Ok(unreadable),
        Err(Failure::Syntax(problem)) => Err(problem),
    }
}

struct HclReader<'a> {
    id: FileId,
    text: &'a str,
}

impl HclReader<'_> {
    fn item(&self, item: &UnparsedItem, depth: usize, problems: &mut Vec<Problem>) -> Option<ParsedItem> {
        match (self.whole(item), item.kind) {
            (Ok(ParsedItem::Block(block)), _) if block.labels.iter().any(|label| label.text.len() > MAX_NAME) => {
                problems.push(Problem::too_long_name(block.kind.span));
                None
            }
            (Ok(parsed), _) => Some(parsed),
            (Err(failure), ItemKind::Attribute) => {
                problems.extend(failure.problem().map(|problem| on_value(problem, item)));
                let value = Expr { span: item.inside, kind: ExprKind::Unreadable };
                Some(ParsedItem::Attribute(Attribute { name: item.keyword.clone(), value }))
            }
            (Err(failure), ItemKind::Block) => {
                let block = self.in_parts(item, failure, depth, problems)?;
                Some(ParsedItem::Block(block))
            }
        }
    }

    fn whole(&self, item: &UnparsedItem) -> Result<ParsedItem, Failure> {
        let range = item.span.range();
        if range.len() > MAX_BYTES {
            return Err(Failure::Limit);
        }
        let met = split::scan_statement(self.text, range.clone());
        let met = met.map_err(|broken| Failure::Syntax(broken.problem(self.text, |range| self.span(range))))?;
        if let Some(at) = met.stray {
            let broken = BrokenStatement::new(scan::range_of(at, 1), "expected the name of a block or of an attribute");
            return Err(Failure::Syntax(broken.problem(self.text, |range| self.span(range))));
        }
        let mut heredocs = met.heredocs.iter().map(|heredoc| self.text.get(heredoc.clone()).unwrap_or_default());
        if met.entries > MAX_ENTRIES || heredocs.any(misleads) {
            return Err(Failure::Limit);
        }
        let text = blanked(self.text, range.clone(), &met);
        let place = |part: Range<usize>| self.span(moved(part, range.start));
        let mut converter = Converter::new(&text, &place);
        let parsed = read_structure(&mut converter, &text, &place)?;
        converter.no_wrong_number()?;
        // The end of a heredoc determines which text is literal, so the crate and the scanner must agree.
        let heredocs = converter.heredocs.into_iter().map(|part| moved(part, range.start));
        if heredocs.eq(met.heredocs) { Ok(parsed) } else { Err(Failure::Limit) }
    }

    fn in_parts(
        &self,
        item: &UnparsedItem,
        failure: Failure,
        depth: usize,
        problems: &mut Vec<Problem>,
    ) -> Option<Block> {
        let mut block = match self.header(item, depth) {
            Ok(block) => block,
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        };
        let known = problems.len();
        let outline = split::split_body(item, self.text);
        problems.extend(outline.problems);
        let mut names = HashSet::new();
        for part in &outline.items {
            if part.kind == ItemKind::Attribute && !names.insert(&part.keyword.text) {
                problems.push(Problem::duplicate_key(part.keyword.span, &part.keyword.text));
            }
            match self.item(part, depth.saturating_add(1), problems) {
                Some(ParsedItem::Block(part)) => block.body.blocks.push(part),
                Some(ParsedItem::Attribute(part)) => block.body.attributes.push(part),
                None => {}
            }
        }
        if problems.len() == known {
            // All parts are valid, so the error is in their combination.
            problems.extend(failure.problem());
        }
        block.span = item.span;
        Some(block)
    }

    /// Parses the type and the labels of a block; the body is empty.
    fn header(&self, item: &UnparsedItem, depth: usize) -> Result<Block, Problem> {
        let start = item.span.range().start;
        let header = self.text.get(start..item.inside.range().start).unwrap_or_default();
        if depth >= MAX_BLOCK_DEPTH {
            return Err(Problem::limit(item.keyword.span, "blocks are nested too deeply here"));
        }
        if header.len() > MAX_BYTES {
            return Err(Problem::too_long_name(item.keyword.span));
        }
        let text = format!("{header}}}");
        let place = |part: Range<usize>| self.span(moved(part, start));
        match read_structure(&mut Converter::new(&text, &place), &text, &place) {
            Ok(ParsedItem::Block(block)) => Ok(block),
            Ok(ParsedItem::Attribute(_)) | Err(Failure::Limit) => {
                Err(Problem::syntax(item.keyword.span, "this block has invalid labels"))
            }
            Err(Failure::Syntax(problem)) => Err(problem),
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.id, range.start, range.end)
    }
}

impl Failure {
    fn problem(self) -> Option<Problem> {
        match self {
            Self::Limit => None,
            Self::Syntax(problem) => Some(problem),
        }
    }
}

/// Moves a problem to the value of the attribute. The crate reports the start of its input if it has no better
/// position, for example for a missing value.
fn on_value(problem: Problem, attribute: &UnparsedItem) -> Problem {
    if problem.span.start != attribute.span.start {
        problem
    } else if attribute.inside.range().is_empty() {
        Problem::syntax(attribute.span, "expected a value after `=`")
    } else {
        Problem { span: attribute.inside, ..problem }
    }
}

/// True if the crate would end this heredoc too early: it also accepts a marker that is followed by other text on its
/// line.
fn misleads(heredoc: &str) -> bool {
    let marker = heredoc.rsplit(char::is_whitespace).next().unwrap_or_default();
    let mut others = heredoc.lines().map(str::trim).filter(|line| *line != marker);
    others.any(|line| scan::word_at(line, 0).and_then(|word| line.get(word)) == Some(marker))
}

/// The text of an item, with its `blanks` replaced by spaces.
fn blanked<'a>(text: &'a str, item: Range<usize>, met: &ScannedText) -> Cow<'a, str> {
    if met.blanks.is_empty() {
        return Cow::Borrowed(text.get(item).unwrap_or_default());
    }
    let mut blanked = String::with_capacity(item.len());
    let mut done = item.start;
    for blank in &met.blanks {
        blanked.push_str(text.get(done..blank.start).unwrap_or_default());
        blanked.extend(std::iter::repeat_n(' ', blank.len()));
        done = blank.end;
    }
    blanked.push_str(text.get(done..item.end).unwrap_or_default());
    Cow::Owned(blanked)
}

fn read_structure(
    converter: &mut Converter<'_>,
    text: &str,
    place: &dyn Fn(Range<usize>) -> Span,
) -> Result<ParsedItem, Failure> {
    let body = parser::parse_body(text).map_err(|error| failure(&error, text, place))?;
    let mut structures = body.into_iter();
    match (structures.next(), structures.next()) {
        (Some(Structure::Block(block)), None) => Ok(ParsedItem::Block(converter.block(&block, 0))),
        (Some(Structure::Attribute(attribute)), None) => Ok(ParsedItem::Attribute(converter.attribute(&attribute, 0))),
        (None, _) | (Some(_), Some(_)) => Err(Failure::Limit),
    }
}

impl Converter<'_> {
    /// Rejects texts that the crate accepts as numbers and that aren't valid HCL.
    fn no_wrong_number(&self) -> Result<(), Failure> {
        match self.no_number {
            Some(span) => Err(Failure::Syntax(Problem::syntax(span, "this isn't a number"))),
            None => Ok(()),
        }
    }
}

/// Messages of the crate for texts that may be valid but that it doesn't support.
const LIMITS: [&str; 3] = ["nested levels", "chained binary operators", "redefined object key"];

/// Messages of the crate for invalid texts, with our replacements.
const MEANINGS: [(&str, &str); 9] = [
    ("invalid expression", "expected an expression"),
    ("invalid escape sequence", "a string has no such escape sequence"),
    ("hex code", "expected the hexadecimal digits of a character"),
    ("invalid traversal operator", "expected a name, an index or `*` after `.`"),
    ("invalid object value assignment", "expected `=` or `:` after the key"),
    ("invalid object item", "expected `,`, a new line or `}` after the value"),
    ("invalid block body", "expected a new line or `}`"),
    ("redefined attribute", "this attribute is set twice"),
    ("newline or eof", "expected the end of the value"),
];

fn failure(error: &Error, text: &str, place: &dyn Fn(Range<usize>) -> Span) -> Failure {
    let said = error.message();
    if LIMITS.iter().any(|limit| said.contains(limit)) {
        return Failure::Limit;
    }
    let meaning = MEANINGS.iter().find(|(words, _)| said.contains(words));
    let message = meaning.map_or_else(|| format!("can't be read: {said}"), |(_, meaning)| (*meaning).to_owned());
    let start = pointed_at(text, error.location().offset(), said);
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    Failure::Syntax(BrokenStatement::new(scan::range_of(start, length), message).problem(text, place))
}

/// A range relative to a part, converted to a range in the text that contains the part.
fn moved(part: Range<usize>, by: usize) -> Range<usize> {
    part.start.saturating_add(by)..part.end.saturating_add(by)
}

/// The position to report: the start of an invalid escape sequence, or else the last character up to `at` that isn't a
/// space.
fn pointed_at(text: &str, at: usize, said: &str) -> usize {
    let until = text.get(..text.ceil_char_boundary(at.saturating_add(1))).unwrap_or_default().trim_end();
    let escape = until.rfind('\\').filter(|_| said.contains("escape sequence") || said.contains("hex code"));
    escape.unwrap_or(text.floor_char_boundary(until.len().saturating_sub(1)))
}

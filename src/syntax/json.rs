//! Parses JSON to a [`Tree`]. Only this module uses the parser crate, `jsonc-parser`.
//!
//! The language is that of RFC 8259, without comments and trailing commas.

use std::ops;

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::ParseError;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::compose::{Composer, NodeProperties, NodeShape};
use super::node::{Scalar, ScalarStyle, Tree};
use super::{MAX_DEPTH, MAX_NODES, Problem, word_at};
use crate::source::{FileId, SourceFile, Span};

/// Parses a file.
pub fn parse(id: FileId, file: &SourceFile) -> Tree {
    parse_part(id, file, file.body().0..file.text.len())
}

/// Parses a part of a file as a separate document. Spans refer to the whole file.
pub fn parse_part(id: FileId, file: &SourceFile, part: ops::Range<usize>) -> Tree {
    let mut reader = JsonReader { id, file, offset: part.start, composer: Composer::default() };
    let outcome = reader.read(file.text.get(part).unwrap_or_default());
    let documents = reader.composer.finish_document().into_iter().collect();
    let mut problems = reader.composer.problems;
    problems.extend(outcome.err());
    problems.sort_by_key(|problem| problem.span.start);
    Tree { documents, comments: Vec::new(), problems }
}

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

struct JsonReader<'a> {
    id: FileId,
    file: &'a SourceFile,
    /// The offset of the parsed part in the file.
    offset: usize,
    composer: Composer,
}

impl JsonReader<'_> {
    fn read(&mut self, text: &str) -> Result<(), Problem> {
        self.check_limits(text)?;
        let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| self.problem(&error))?;
        let Some(value) = parsed.value else {
            return Err(Problem::syntax(self.word_at(0), "expected a JSON value"));
        };
        self.value(value)?;
        // The tree is valid in spite of this character.
        match foreign_character(text) {
            Some((range, message)) => Err(Problem::syntax(self.short_span(range), message)),
            None => Ok(()),
        }
    }

    /// Checks the limits of the [`Composer`] before parsing, because the parser is recursive, which could overflow the
    /// stack of a thread, and keeps all values in memory.
    fn check_limits(&self, text: &str) -> Result<(), Problem> {
        let (mut depth, mut separators) = (0_usize, 0_usize);
        for Character { at, character, .. } in characters(text).filter(|it| !it.in_string) {
            match character {
                '[' | '{' => depth = depth.saturating_add(1),
                ']' | '}' => depth = depth.saturating_sub(1),
                ',' | ':' => separators = separators.saturating_add(1),
                _ => continue,
            }
            let span = self.span(range_of(at, character));
            if depth > MAX_DEPTH {
                return Err(Problem::too_deep(span));
            }
            if separators > MAX_NODES {
                return Err(Problem::too_many_nodes(span, false));
            }
        }
        Ok(())
    }

    /// Recursion is bounded by the depth limit of the [`Composer`].
    fn value(&mut self, value: Value<'_>) -> Result<(), Problem> {
        let range = value.range();
        match value {
            Value::StringLit(string) => self.scalar(range, ScalarStyle::Quoted, string.value.into_owned()),
            Value::NumberLit(number) => self.scalar(range, ScalarStyle::Plain, number.value.to_owned()),
            Value::BooleanLit(boolean) => self.scalar(range, ScalarStyle::Plain, boolean.value.to_string()),
            Value::NullKeyword(_) => self.scalar(range, ScalarStyle::Plain, "null".to_owned()),
            Value::Array(array) => {
                self.open(NodeShape::Sequence, range)?;
                array.elements.into_iter().try_for_each(|element| self.value(element))?;
                self.composer.close(Some(self.span(range)));
                Ok(())
            }
            Value::Object(object) => {
                self.open(NodeShape::Mapping, range)?;
                for property in object.properties {
                    self.key(property.name)?;
                    self.value(property.value)?;
                }
                self.composer.close(Some(self.span(range)));
                Ok(())
            }
        }
    }

    fn key(&mut self, name: ObjectPropName<'_>) -> Result<(), Problem> {
        self.scalar(name.range(), ScalarStyle::Quoted, name.into_string())
    }

    fn scalar(&mut self, range: Range, style: ScalarStyle, text: String) -> Result<(), Problem> {
        self.composer.scalar(self.span(range), NodeProperties::default(), Scalar { text, style })
    }

    fn open(&mut self, shape: NodeShape, range: Range) -> Result<(), Problem> {
        let bracket = Range { start: range.start, end: range.start.saturating_add(1) };
        self.composer.open(shape, self.span(bracket), NodeProperties::default())
    }

    fn problem(&self, error: &ParseError) -> Problem {
        Problem::syntax(self.short_span(error.range()), lower_first(&error.kind().to_string()))
    }

    /// The start of a long range, such as that of an unclosed string or bracket, which extends to the end of the file.
    fn short_span(&self, range: Range) -> Span {
        let span = self.span(range);
        let text = self.file.slice(span);
        let is_short = (1..=40).contains(&text.len()) && !text.contains('\n');
        if is_short { span } else { self.word_at(range.start) }
    }

    fn span(&self, range: Range) -> Span {
        Span::new(self.id, self.offset.saturating_add(range.start), self.offset.saturating_add(range.end))
    }

    fn word_at(&self, at: usize) -> Span {
        word_at(self.id, self.file, self.offset.saturating_add(at))
    }
}

/// The first character that the parser accepts although JSON doesn't allow it.
fn foreign_character(text: &str) -> Option<(Range, &'static str)> {
    characters(text).find_map(|Character { at, character, in_string }| {
        let message = match character {
            '\0'..='\x1f' if in_string => "a control character in a string must be escaped",
            ' ' | '\t' | '\r' | '\n' => return None,
            _ if !in_string && character.is_whitespace() => "this white space isn't allowed in JSON",
            _ => return None,
        };
        Some((range_of(at, character), message))
    })
}

struct Character {
    at: usize,
    character: char,
    /// True between quotes. For the quotes themselves, the value is unspecified.
    in_string: bool,
}

fn characters(text: &str) -> impl Iterator<Item = Character> {
    let (mut in_string, mut is_escaped) = (false, false);
    text.char_indices().map(move |(at, character)| {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = in_string,
            '"' => in_string = !in_string,
            _ => {}
        }
        Character { at, character, in_string }
    })
}

fn range_of(at: usize, character: char) -> Range {
    Range { start: at, end: at.saturating_add(character.len_utf8()) }
}

fn lower_first(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(characters.clone()).collect()
}

#[cfg(test)]
mod tests;

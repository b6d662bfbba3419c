//! Matches patterns with `*` and `?` against texts, both of which may have unknown pieces.

use std::cell::Cell;
use std::rc::Rc;

use super::{PartialText, TextPiece};
use crate::value::budget::STEPS;
use crate::value::{Budget, Known, Maybe, Reason, Unknown};

/// The limit on the length of a pattern or text, in characters. A key in S3 has at most 1,024 bytes.
const MAX_LENGTH: usize = 1_500;

/// The limit on the product of both lengths, which limits the time that hostile patterns can take.
const MAX_PRODUCT: usize = 250_000;

/// The cells that cost one evaluation step. A cell is the comparison of one character of a pattern with one of a text.
const CELLS_PER_STEP: usize = 256;

/// The cost of reading a character of a pattern or text, in cells.
const CELLS_PER_CHARACTER: usize = 1;

/// The base cost of a comparison, in cells.
const CELLS_OF_COMPARISON: usize = 24;

/// The partitions of AWS, as in the second field of ARNs.
pub(super) const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

/// Counts the cells of all comparisons: the lengths of the patterns times those of the texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Work {
    done: Cell<usize>,
    budget: Option<Rc<Budget>>,
}

impl Work {
    /// Creates a counter that is charged to the budget of a deployment.
    pub fn new(budget: &Rc<Budget>) -> Self {
        Self { done: Cell::new(0), budget: Some(Rc::clone(budget)) }
    }

    /// Charges the cost of a comparison, or of work that takes the same time, in cells.
    ///
    /// # Errors
    ///
    /// The name of the exceeded limit.
    pub fn charge(&self, cells: usize) -> Result<(), &'static str> {
        let Some(budget) = &self.budget else { return Ok(()) };
        let steps = self.done.get() / CELLS_PER_STEP;
        self.done.set(self.done.get().saturating_add(cells));
        let more = (self.done.get() / CELLS_PER_STEP).saturating_sub(steps);
        if budget.charge_ahead(more) { Ok(()) } else { Err(STEPS) }
    }
}

/// A character of a pattern or text, or a placeholder for several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    Char(char),
    /// Any one character: `?`.
    One,
    /// Any number of characters: `*`.
    Any,
    /// The unknown characters of a symbol.
    Unknown(&'a str),
    /// The partition of an ARN: the one in which the code is deployed.
    Partition,
}

/// Several texts for which a match is required: each of them, or at least one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Quantifier {
    Each,
    AtLeastOne,
}

use Quantifier::{AtLeastOne, Each};

/// Splits a text into characters, without wildcards.
pub(super) fn literal(text: &PartialText) -> Vec<Token<'_>> {
    tokens(text, Token::Char)
}

/// Splits a pattern into characters and wildcards.
pub(super) fn pattern(text: &PartialText) -> Vec<Token<'_>> {
    tokens(text, |character| match character {
        '*' => Token::Any,
        '?' => Token::One,
        _ => Token::Char(character),
    })
}

fn tokens<'a>(text: &'a PartialText, of_char: impl Fn(char) -> Token<'a>) -> Vec<Token<'a>> {
    let mut tokens = Vec::with_capacity(text.weight());
    for piece in &text.pieces {
        match piece {
            TextPiece::Literal(text) => tokens.extend(text.chars().map(&of_char)),
            TextPiece::Unknown(symbol) => tokens.push(Token::Unknown(symbol)),
        }
    }
    with_partition(tokens)
}

/// Replaces the partition of an ARN with its token. A literal partition is assumed to be the one in which the code is
/// deployed, and a symbol is recognized by its name.
fn with_partition(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let Some(rest) = tokens.strip_prefix(&chars("arn:")[..]) else { return tokens };
    let spelled = PARTITIONS.iter().find_map(|name| rest.strip_prefix(&chars(&format!("{name}:"))[..]));
    let after = spelled.or(match rest {
        [Token::Unknown(symbol), Token::Char(':'), after @ ..] if symbol.ends_with("artition") => Some(after),
        _ => None,
    });
    match after {
        Some(after) => [&chars("arn:")[..], &[Token::Partition, Token::Char(':')], after].concat(),
        None => tokens,
    }
}

fn chars(text: &str) -> Vec<Token<'static>> {
    text.chars().map(Token::Char).collect()
}

/// The conversion of a text to tokens: [`literal`] or [`pattern`].
pub(super) type Interpretation = fn(&PartialText) -> Vec<Token<'_>>;

/// True if a pattern matches a text, each converted by its `Interpretation`; see [`match_tokens`] for the quantifiers.
pub(super) fn compare(
    [(listed, read_listed), (text, read_text)]: [(&PartialText, Interpretation); 2],
    quantifiers: [Quantifier; 2],
    why: impl Fn() -> Reason,
    work: &Work,
) -> Maybe<bool> {
    let length = listed.weight().saturating_add(text.weight());
    if begin_otherwise(listed, text) {
        return match work.charge(CELLS_OF_COMPARISON) {
            Ok(()) => Known(false),
            Err(limit) => Unknown(Reason::OverLimit { limit }),
        };
    }
    // The texts are converted only if the budget allows it.
    match work.charge(length.saturating_mul(CELLS_PER_CHARACTER).saturating_add(CELLS_OF_COMPARISON)) {
        Ok(()) => match_tokens(&read_listed(listed), &read_text(text), quantifiers, why, work),
        Err(limit) => Unknown(Reason::OverLimit { limit }),
    }
}

/// True if two texts differ in their first characters, before any wildcard, so that neither matches the other.
fn begin_otherwise(one: &PartialText, other: &PartialText) -> bool {
    let (Some(TextPiece::Literal(one)), Some(TextPiece::Literal(other))) = (one.pieces.first(), other.pieces.first())
    else {
        return false;
    };
    // Any two partitions may be the same one.
    let skipped = match (after_partition(one), after_partition(other)) {
        (None, None) => 0,
        (Some(Some(_)), Some(Some(_))) => "arn:aws:".len(),
        (Some(_), Some(_)) => return false,
        (Some(_), None) | (None, Some(_)) => 0,
    };
    let mut pairs = one.chars().zip(other.chars()).skip(skipped);
    let end = pairs.find(|(one, other)| one != other || is_wildcard(*one));
    end.is_some_and(|(one, other)| !is_wildcard(one) && !is_wildcard(other))
}

/// The length of the text after the partition `aws`: `None` for another text than an ARN, `Some(None)` for an ARN
/// with another partition.
fn after_partition(text: &str) -> Option<Option<usize>> {
    text.strip_prefix("arn:").map(|rest| rest.strip_prefix("aws:").map(str::len))
}

fn is_wildcard(character: char) -> bool {
    matches!(character, '*' | '?')
}

/// Matches a pattern with the texts that tokens represent. The result is true if the pattern certainly matches those
/// that `certain` selects (each, or at least one), false if it can't match those that `possible` selects, and otherwise
/// unknown for the given reason.
fn match_tokens(
    pattern: &[Token<'_>],
    text: &[Token<'_>],
    [certain, possible]: [Quantifier; 2],
    why: impl Fn() -> Reason,
    work: &Work,
) -> Maybe<bool> {
    let is_long = pattern.len().max(text.len()) > MAX_LENGTH;
    if is_long || pattern.len().saturating_mul(text.len()) > MAX_PRODUCT {
        return Unknown(Reason::OverLimit { limit: "the length of a string in a policy" });
    }
    if let Err(limit) = work.charge(cells(pattern, text)) {
        return Unknown(Reason::OverLimit { limit });
    }
    let spelled = spellings(pattern, text);
    let matches = |worlds, texts| {
        let means = TokenMeanings { worlds, texts };
        match &spelled {
            Some(spelled) => spelled.iter().any(|text| means.matches(pattern, text)),
            None => means.matches(pattern, text),
        }
    };
    // A match that isn't possible isn't certain either. This is checked first, because most patterns are about other
    // texts.
    if !matches(AtLeastOne, possible) {
        Known(false)
    } else if matches(Each, certain) {
        Known(true)
    } else {
        Unknown(why())
    }
}

/// True if paths below a folder may begin with the prefix.
pub fn may_begin(folder: &PartialText, prefix: &PartialText, work: &Work) -> Maybe<bool> {
    let any = PartialText::exactly("*");
    let (prefix, paths) = (prefix.clone().then(&any), folder.clone().then(&any));
    compare([(&prefix, pattern), (&paths, pattern)], [AtLeastOne; 2], || prefix.clone().then(&paths).why(), work)
}

/// The cost of a comparison. Most patterns differ from the text in their first characters.
fn cells(pattern: &[Token<'_>], text: &[Token<'_>]) -> usize {
    let (pattern, text) = without_common_start(pattern, text);
    let is_other = matches!((pattern.first(), text.first()), (Some(Token::Char(_)), Some(Token::Char(_))));
    if is_other { 1 } else { pattern.len().saturating_mul(text.len()) }
}

/// Returns the text with each partition's name in place of the partition token; `None` if it has no such token, or if
/// the pattern has one too, which is equal.
fn spellings<'a>(pattern: &[Token<'_>], text: &[Token<'a>]) -> Option<Vec<Vec<Token<'a>>>> {
    let at = text.iter().position(|token| *token == Token::Partition)?;
    if pattern.contains(&Token::Partition) {
        return None;
    }
    let (before, after) = (text.iter().take(at), text.iter().skip(at).skip(1));
    let mut spelled = Vec::new();
    for name in PARTITIONS {
        spelled.push(before.clone().copied().chain(chars(name)).chain(after.clone().copied()).collect());
    }
    Some(spelled)
}

/// The interpretation of tokens that represent several texts.
#[derive(Clone, Copy)]
struct TokenMeanings {
    /// `Each` if a match has to hold for all values of unknown pieces, `AtLeastOne` if one value suffices.
    worlds: Quantifier,
    /// The same for the wildcards in the text.
    texts: Quantifier,
}

impl TokenMeanings {
    /// True if the pattern matches. Equal symbols have equal values only in a common start and where one is compared
    /// with the other. Elsewhere they count as different, which makes more matches possible and fewer certain.
    fn matches(self, pattern: &[Token<'_>], text: &[Token<'_>]) -> bool {
        let (pattern, text) = without_common_start(pattern, text);
        let (pattern, text) = without_common_end(pattern, text);
        let starts = (pattern.first(), text.first());
        let ends = (pattern.last(), text.last());
        if [starts, ends].iter().any(|pair| matches!(pair, (Some(Token::Char(_)), Some(Token::Char(_))))) {
            return false;
        }
        // For each suffix of the text, the shortest first, `row` contains whether the current suffix of the pattern
        // matches it. The pattern's suffix grows by one token per iteration.
        let mut row = self.last_row(text);
        let mut below = Vec::with_capacity(row.len());
        for token in pattern.iter().rev() {
            std::mem::swap(&mut row, &mut below);
            self.fill_row(&mut row, *token, text, &below);
            // If a suffix of the pattern matches no suffix of the text, a longer one doesn't either.
            if !row.contains(&true) {
                return false;
            }
        }
        row.last().copied().unwrap_or(false)
    }

    /// The row of the pattern's empty suffix, which matches each suffix of the text that may be empty.
    fn last_row(self, text: &[Token<'_>]) -> Vec<bool> {
        let mut matches = true;
        let of_rest = text.iter().rev().map(|subject| {
            matches &= self.is_wide_in_text(*subject);
            matches
        });
        std::iter::once(true).chain(of_rest).collect()
    }

    /// Fills the row of the pattern's suffix that begins with `token`, from the row of the next shorter one.
    fn fill_row(self, row: &mut Vec<bool>, token: Token<'_>, text: &[Token<'_>], below: &[bool]) {
        let is_wide = self.is_wide_in_pattern(token);
        let mut right = is_wide && below.first() == Some(&true);
        row.clear();
        row.push(right);
        for (subject, [diagonal, down]) in text.iter().rev().zip(below.array_windows()) {
            right = (*diagonal && self.is_pair(token, *subject))
                || ((right || *down) && (is_wide || self.is_wide_in_text(*subject)));
            row.push(right);
        }
    }

    /// True if a token of the pattern matches any number of tokens.
    fn is_wide_in_pattern(self, token: Token<'_>) -> bool {
        match token {
            Token::Any => true,
            Token::Unknown(_) => self.worlds == AtLeastOne,
            Token::Char(_) | Token::One | Token::Partition => false,
        }
    }

    /// True if a token of the text may have any content that the pattern requires.
    fn is_wide_in_text(self, token: Token<'_>) -> bool {
        match token {
            Token::Any => self.texts == AtLeastOne,
            Token::Unknown(_) => self.worlds == AtLeastOne,
            Token::Char(_) | Token::One | Token::Partition => false,
        }
    }

    fn is_pair(self, pattern: Token<'_>, text: Token<'_>) -> bool {
        match (pattern, text) {
            (Token::One, Token::Char(_) | Token::One) => true,
            (Token::Char(_), Token::One) => self.texts == AtLeastOne,
            (Token::Any, _) | (_, Token::Any) => false,
            (pattern, text) => pattern == text,
        }
    }
}

/// Removes a common start, which matches in any case.
fn without_common_start<'p, 't, 's>(
    pattern: &'p [Token<'s>],
    text: &'t [Token<'s>],
) -> (&'p [Token<'s>], &'t [Token<'s>]) {
    let pairs = pattern.iter().zip(text);
    let common =
        pairs.take_while(|(a, b)| a == b && matches!(a, Token::Char(_) | Token::Unknown(_) | Token::Partition)).count();
    (pattern.get(common..).unwrap_or_default(), text.get(common..).unwrap_or_default())
}

/// Removes the characters that are the same at both ends.
fn without_common_end<'p, 't, 's>(
    pattern: &'p [Token<'s>],
    text: &'t [Token<'s>],
) -> (&'p [Token<'s>], &'t [Token<'s>]) {
    let pairs = pattern.iter().rev().zip(text.iter().rev());
    let common = pairs.take_while(|(a, b)| a == b && matches!(a, Token::Char(_))).count();
    let (pattern_end, text_end) = (pattern.len().saturating_sub(common), text.len().saturating_sub(common));
    (pattern.get(..pattern_end).unwrap_or_default(), text.get(..text_end).unwrap_or_default())
}

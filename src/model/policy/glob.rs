//! Patterns with `*` and `?` against texts, where both may hold unknown pieces.

use std::cell::Cell;
use std::rc::Rc;

use super::{Piece, Text};
use crate::value::budget::STEPS;
use crate::value::{Budget, Known, Maybe, Unknown, Why};

/// Longer patterns and texts aren't compared, in characters. A key of S3 has at most 1,024 bytes.
const MAX_LENGTH: usize = 1_500;

/// Nor are those whose lengths multiply to more, so that a policy of hostile patterns takes no more than a blink.
const MAX_PRODUCT: usize = 250_000;

/// The comparisons of a character of a pattern with one of a text that take as long as a step of an evaluation.
const CELLS_PER_STEP: usize = 256;

/// What it costs to read a character of a pattern or a text, in cells.
const CELLS_PER_CHARACTER: usize = 1;

/// What any comparison costs, in cells.
const CELLS_OF_COMPARISON: usize = 24;

/// The partitions of AWS, as they stand in ARNs.
pub(super) const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

/// The lengths of patterns times those of texts, of all that were compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Work {
    done: Cell<usize>,
    budget: Option<Rc<Budget>>,
}

impl Work {
    /// Work that is paid from the budget of a deployment.
    pub fn new(budget: &Rc<Budget>) -> Self {
        Self { done: Cell::new(0), budget: Some(Rc::clone(budget)) }
    }

    /// Adds a comparison, or what takes as long as one of so many cells.
    ///
    /// # Errors
    ///
    /// The limit that forbids it.
    pub fn charge(&self, cells: usize) -> Result<(), &'static str> {
        let Some(budget) = &self.budget else { return Ok(()) };
        let steps = self.done.get() / CELLS_PER_STEP;
        self.done.set(self.done.get().saturating_add(cells));
        let more = (self.done.get() / CELLS_PER_STEP).saturating_sub(steps);
        if budget.pay(more) { Ok(()) } else { Err(STEPS) }
    }
}

/// A character of a pattern or a text, or what stands for several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any characters, also none.
    Any,
    /// The unknown characters of this symbol.
    Unknown(&'a str),
    /// The partition of an ARN: the one in which this is deployed.
    Partition,
}

/// Whether something holds for each or for at least one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Quantifier {
    Each,
    AtLeastOne,
}

use Quantifier::{AtLeastOne, Each};

/// The characters of a text, in which wildcards are nothing special.
pub(super) fn literal(text: &Text) -> Vec<Token<'_>> {
    tokens(text, Token::Char)
}

/// The characters of a pattern.
pub(super) fn pattern(text: &Text) -> Vec<Token<'_>> {
    let wildcard = |character| match character {
        '*' => Token::Any,
        '?' => Token::One,
        _ => Token::Char(character),
    };
    tokens(text, wildcard)
}

fn tokens<'a>(text: &'a Text, of_char: impl Fn(char) -> Token<'a>) -> Vec<Token<'a>> {
    let mut tokens = Vec::with_capacity(text.weight());
    for piece in &text.pieces {
        match piece {
            Piece::Literal(text) => tokens.extend(text.chars().map(&of_char)),
            Piece::Unknown(symbol) => tokens.push(Token::Unknown(symbol)),
        }
    }
    with_partition(tokens)
}

/// Sees the partition in an ARN. Code that names one is meant for it, and a symbol says by its name that it is one.
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

/// How a text is read: as it is, or as a pattern.
pub(super) type Reading = fn(&Text) -> Vec<Token<'_>>;

/// Whether a pattern matches a text, both as they are read; see [`fits`].
pub(super) fn compare(
    [(listed, read_listed), (text, read_text)]: [(&Text, Reading); 2],
    quantifiers: [Quantifier; 2],
    why: impl Fn() -> Why,
    work: &Work,
) -> Maybe<bool> {
    let length = listed.weight().saturating_add(text.weight());
    if begin_otherwise(listed, text) {
        return match work.charge(CELLS_OF_COMPARISON) {
            Ok(()) => Known(false),
            Err(limit) => Unknown(Why::OverLimit { limit }),
        };
    }
    // Both are read only if that is paid for.
    match work.charge(length.saturating_mul(CELLS_PER_CHARACTER).saturating_add(CELLS_OF_COMPARISON)) {
        Ok(()) => fits(&read_listed(listed), &read_text(text), quantifiers, why, work),
        Err(limit) => Unknown(Why::OverLimit { limit }),
    }
}

/// True if two texts differ in their first characters, before any wildcard, so that neither matches the other.
fn begin_otherwise(one: &Text, other: &Text) -> bool {
    let (Some(Piece::Literal(one)), Some(Piece::Literal(other))) = (one.pieces.first(), other.pieces.first()) else {
        return false;
    };
    // Any partition of an ARN may stand for another one.
    let after_partition = |text: &'_ str| text.strip_prefix("arn:").map(|rest| rest.strip_prefix("aws:").map(str::len));
    let skipped = match (after_partition(one), after_partition(other)) {
        (None, None) => 0,
        (Some(Some(_)), Some(Some(_))) => "arn:aws:".len(),
        (Some(_), Some(_)) => return false,
        (Some(_), None) | (None, Some(_)) => 0,
    };
    let mut pairs = one.chars().zip(other.chars()).skip(skipped);
    let is_wildcard = |character| matches!(character, '*' | '?');
    let end = pairs.find(|(one, other)| one != other || is_wildcard(*one));
    end.is_some_and(|(one, other)| !is_wildcard(one) && !is_wildcard(other))
}

/// Whether a pattern matches the texts that tokens stand for: certainly those that `certain` asks for,
/// and not possibly those that `possible` asks for, else unknown for the reason given.
fn fits(
    pattern: &[Token<'_>],
    text: &[Token<'_>],
    [certain, possible]: [Quantifier; 2],
    why: impl Fn() -> Why,
    work: &Work,
) -> Maybe<bool> {
    let is_long = pattern.len().max(text.len()) > MAX_LENGTH;
    if is_long || pattern.len().saturating_mul(text.len()) > MAX_PRODUCT {
        return Unknown(Why::OverLimit { limit: "the length of a text in a policy" });
    }
    if let Err(limit) = work.charge(cells(pattern, text)) {
        return Unknown(Why::OverLimit { limit });
    }
    let spelled = spellings(pattern, text);
    let matches = |worlds, texts| {
        let means = Meanings { worlds, texts };
        match &spelled {
            Some(spelled) => spelled.iter().any(|text| means.matches(pattern, text)),
            None => means.matches(pattern, text),
        }
    };
    // What isn't possible isn't certain, and most patterns are about something else.
    if !matches(AtLeastOne, possible) {
        Known(false)
    } else if matches(Each, certain) {
        Known(true)
    } else {
        Unknown(why())
    }
}

/// Whether paths below a folder may begin like this.
pub fn may_begin(folder: &Text, prefix: &Text, work: &Work) -> Maybe<bool> {
    let any = Text::exactly("*");
    let (prefix, paths) = (prefix.clone().then(&any), folder.clone().then(&any));
    let why = || prefix.clone().then(&paths).why();
    compare([(&prefix, pattern), (&paths, pattern)], [AtLeastOne; 2], why, work)
}

/// How much there is to compare. Most patterns differ from the text in their first characters.
fn cells(pattern: &[Token<'_>], text: &[Token<'_>]) -> usize {
    let (pattern, text) = without_common_start(pattern, text);
    let is_other = matches!((pattern.first(), text.first()), (Some(Token::Char(_)), Some(Token::Char(_))));
    if is_other { 1 } else { pattern.len().saturating_mul(text.len()) }
}

/// The text with its partition spelled out, if it has one; not if the pattern has one too, which is the same.
fn spellings<'a>(pattern: &[Token<'_>], text: &[Token<'a>]) -> Option<Vec<Vec<Token<'a>>>> {
    let is_partition = |token: &Token<'_>| *token == Token::Partition;
    match text.iter().position(is_partition) {
        Some(at) if !pattern.iter().any(is_partition) => {
            let (before, after) = (text.iter().take(at), text.iter().skip(at).skip(1));
            let spell = |name| before.clone().copied().chain(chars(name)).chain(after.clone().copied()).collect();
            Some(PARTITIONS.into_iter().map(spell).collect())
        }
        Some(_) | None => None,
    }
}

/// How tokens are read that stand for several texts.
#[derive(Clone, Copy)]
struct Meanings {
    /// Whether unknown pieces have each value that they can have, or one that suits.
    worlds: Quantifier,
    /// The same of the wildcards in the text.
    texts: Quantifier,
}

impl Meanings {
    /// Whether the pattern matches. Equal symbols have equal values only at the two beginnings and where one
    /// meets the other; taken for different elsewhere, they make more possible and less certain.
    fn matches(self, pattern: &[Token<'_>], text: &[Token<'_>]) -> bool {
        let (pattern, text) = without_common_start(pattern, text);
        let (pattern, text) = without_common_end(pattern, text);
        let starts = (pattern.first(), text.first());
        let ends = (pattern.last(), text.last());
        if [starts, ends].iter().any(|pair| matches!(pair, (Some(Token::Char(_)), Some(Token::Char(_))))) {
            return false;
        }
        // For each rest of the text, the shortest first, whether the rest of the pattern matches it; that grows
        // from its end, too.
        let mut row = self.last_row(text);
        let mut below = Vec::with_capacity(row.len());
        for token in pattern.iter().rev() {
            std::mem::swap(&mut row, &mut below);
            self.fill_row(&mut row, *token, text, &below);
            // What nothing matches doesn't match with more before it.
            if !row.contains(&true) {
                return false;
            }
        }
        row.last().copied().unwrap_or(false)
    }

    /// The row of nothing: what is left of the text has to be able to become nothing.
    fn last_row(self, text: &[Token<'_>]) -> Vec<bool> {
        let mut matches = true;
        let of_rest = text.iter().rev().map(|subject| {
            matches &= self.is_wide_in_text(*subject);
            matches
        });
        std::iter::once(true).chain(of_rest).collect()
    }

    /// The row of a rest of the pattern that starts with `token`, from the row of the rest after it.
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

    /// Whether a token of the pattern takes any number of others.
    fn is_wide_in_pattern(self, token: Token<'_>) -> bool {
        match token {
            Token::Any => true,
            Token::Unknown(_) => self.worlds == AtLeastOne,
            Token::Char(_) | Token::One | Token::Partition => false,
        }
    }

    /// Whether a token of the text can become whatever the pattern asks for.
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

/// What follows where both start alike: there, what matches the one matches the other.
fn without_common_start<'p, 't, 's>(
    pattern: &'p [Token<'s>],
    text: &'t [Token<'s>],
) -> (&'p [Token<'s>], &'t [Token<'s>]) {
    let is_plain = |token: &Token<'_>| matches!(token, Token::Char(_) | Token::Unknown(_) | Token::Partition);
    let common = pattern.iter().zip(text).take_while(|(a, b)| a == b && is_plain(a)).count();
    (pattern.get(common..).unwrap_or_default(), text.get(common..).unwrap_or_default())
}

/// What comes before the same characters at both ends.
fn without_common_end<'p, 't, 's>(
    pattern: &'p [Token<'s>],
    text: &'t [Token<'s>],
) -> (&'p [Token<'s>], &'t [Token<'s>]) {
    let is_char = |token: &Token<'_>| matches!(token, Token::Char(_));
    let pairs = pattern.iter().rev().zip(text.iter().rev());
    let common = pairs.take_while(|(a, b)| a == b && is_char(a)).count();
    let without = |tokens: usize| tokens.saturating_sub(common);
    (pattern.get(..without(pattern.len())).unwrap_or_default(), text.get(..without(text.len())).unwrap_or_default())
}

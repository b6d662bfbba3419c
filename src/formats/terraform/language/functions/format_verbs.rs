//! The verbs of `format`, such as `%s` and `%-10.3f`.
//!
//! Source: `function/stdlib/format.go` and `format_fsm.rl` of go-cty. Rare verbs and flags aren't evaluated.

use super::FunctionFailure;
use super::json::{json, write_string};
use super::strings::characters;
use crate::formats::terraform::language::numbers::{LARGEST_EXACT, show, show_general};
use crate::formats::terraform::language::types::{Type, convert};
use crate::value::{Data, Known, Traced, Unknown};

/// The maximum width and precision.
const MAX_WIDTH: usize = 1024;

/// A part of a format.
pub(super) enum FormatPiece<'a> {
    /// Literal text.
    Text(&'a str),
    /// A verb, which is replaced by a value.
    Verb(Verb),
}

#[derive(Debug, Default)]
pub(super) struct Verb {
    /// The value that it formats.
    pub(super) argument: VerbArgument,
    letter: char,
    has_zeros: bool,
    is_left: bool,
    is_sharp: bool,
    /// The prefix of a number that isn't negative: `+`, a space or nothing.
    sign: &'static str,
    width: Option<usize>,
    precision: Option<usize>,
}

/// The value of a verb.
#[derive(Debug, Default)]
pub(super) enum VerbArgument {
    /// The value after that of the previous verb.
    #[default]
    Next,
    /// The value at this index, counted from 0.
    Numbered(usize),
}

/// Splits a format into literal text and verbs.
pub(super) fn pieces(spec: &str) -> Result<Vec<FormatPiece<'_>>, FunctionFailure> {
    let mut pieces = Vec::new();
    let mut rest = spec;
    while let Some((text, after)) = rest.split_once('%') {
        pieces.push(FormatPiece::Text(text));
        if let Some(after) = after.strip_prefix('%') {
            pieces.push(FormatPiece::Text("%"));
            rest = after;
            continue;
        }
        let (verb, after) = Verb::parse(after)?;
        pieces.push(FormatPiece::Verb(verb));
        rest = after;
    }
    pieces.push(FormatPiece::Text(rest));
    Ok(pieces)
}

impl Verb {
    /// Parses a verb after its `%`, and returns it with the rest of the text.
    fn parse(text: &str) -> Result<(Self, &str), FunctionFailure> {
        let mut verb = Self::default();
        let mut rest = text;
        while let Some(flag) = rest.chars().next().filter(|c| "0#-+ ".contains(*c)) {
            match flag {
                '0' => verb.has_zeros = true,
                '#' => verb.is_sharp = true,
                '-' => verb.is_left = true,
                '+' => verb.sign = "+",
                _ if verb.sign.is_empty() => verb.sign = " ",
                _ => {}
            }
            rest = after_first(rest);
        }
        (verb.width, rest) = number(rest)?;
        if let Some(after) = rest.strip_prefix('.') {
            let (precision, after) = number(after)?;
            (verb.precision, rest) = (Some(precision.unwrap_or_default()), after);
        }
        if let Some((at, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let at = at.parse::<usize>().ok().filter(|_| !at.starts_with(['0', '+'])).and_then(|at| at.checked_sub(1));
            verb.argument = VerbArgument::Numbered(at.ok_or_else(invalid)?);
            rest = after;
        }
        verb.letter = rest.chars().next().filter(char::is_ascii_alphabetic).ok_or_else(invalid)?;
        Ok((verb, after_first(rest)))
    }

    /// Formats a value, which must be wholly known.
    pub(super) fn show(&self, value: &Traced<Data>) -> Result<String, FunctionFailure> {
        if matches!(value.value, Known(Data::Null)) && self.letter != 'v' {
            return Err(FunctionFailure::failed("null can't be formatted"));
        }
        match self.letter {
            'v' => self.padded(self.as_it_is(value)?),
            't' => as_text(value, &Type::Bool),
            's' => self.padded(self.cut(as_text(value, &Type::String)?)?),
            'q' => self.padded(quoted(&self.cut(as_text(value, &Type::String)?)?)),
            'd' | 'x' | 'X' | 'o' | 'b' => self.integer(as_number(value)?),
            'f' => self.decimal(as_number(value)?),
            'e' | 'E' | 'g' | 'G' => Err(not_evaluated()),
            _ => Err(invalid()),
        }
    }

    fn as_it_is(&self, value: &Traced<Data>) -> Result<String, FunctionFailure> {
        match &value.value {
            Known(Data::String(text)) if !self.is_sharp => Ok(text.clone()),
            Known(Data::Number(number)) if !self.is_sharp => Ok(show_general(*number, None)),
            Known(_) | Unknown(_) => json(value),
        }
    }

    fn cut(&self, text: String) -> Result<String, FunctionFailure> {
        match self.precision {
            None | Some(0) => Ok(text),
            Some(length) => Ok(characters(&text)?.into_iter().take(length).collect()),
        }
    }

    fn padded(&self, text: String) -> Result<String, FunctionFailure> {
        let Some(width) = self.width else { return Ok(text) };
        let missing = width.saturating_sub(characters(&text)?.len());
        let padding = if self.has_zeros { "0" } else { " " }.repeat(missing);
        Ok(if self.is_left { text + &padding } else { padding + &text })
    }

    fn integer(&self, number: f64) -> Result<String, FunctionFailure> {
        if number.fract() != 0.0 {
            return Err(FunctionFailure::failed("a whole number is required"));
        }
        if number.abs() > LARGEST_EXACT || self.precision.is_some() || self.is_sharp {
            return Err(not_evaluated());
        }
        let magnitude = number.abs() as u64;
        let digits = match self.letter {
            'x' => format!("{magnitude:x}"),
            'X' => format!("{magnitude:X}"),
            'o' => format!("{magnitude:o}"),
            'b' => format!("{magnitude:b}"),
            _ => magnitude.to_string(),
        };
        self.signed(number < 0.0, digits)
    }

    /// A decimal number, with six decimals unless the verb has a precision.
    fn decimal(&self, number: f64) -> Result<String, FunctionFailure> {
        let wanted = self.precision.unwrap_or(6);
        let shown = show(number.abs());
        let written = shown.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        if self.is_sharp {
            return Err(not_evaluated());
        }
        if written > wanted {
            return self.signed(number < 0.0, rounded(&shown, wanted).ok_or_else(not_evaluated)?);
        }
        let point = if written == 0 && wanted > 0 { "." } else { "" };
        let zeros = "0".repeat(wanted.saturating_sub(written));
        self.signed(number < 0.0, format!("{shown}{point}{zeros}"))
    }

    /// A number with its sign, which precedes padding zeros but follows padding spaces.
    fn signed(&self, is_negative: bool, digits: String) -> Result<String, FunctionFailure> {
        let sign = if is_negative { "-" } else { self.sign };
        let missing = self.width.unwrap_or_default().saturating_sub(sign.len().saturating_add(digits.len()));
        Ok(match (self.is_left, self.has_zeros) {
            (true, _) => format!("{sign}{digits}{}", " ".repeat(missing)),
            (false, true) => format!("{sign}{}{digits}", "0".repeat(missing)),
            (false, false) => format!("{}{sign}{digits}", " ".repeat(missing)),
        })
    }
}

/// Rounds a number to fewer decimals. Returns `None` close to the midpoint of two results, where the result depends on
/// the number's representation.
fn rounded(shown: &str, wanted: usize) -> Option<String> {
    let (whole, decimals) = shown.split_once('.')?;
    let (kept, rest) = decimals.split_at_checked(wanted)?;
    if rest.starts_with('5') || rest.starts_with("49") {
        return None;
    }
    let digits: u64 = format!("{whole}{kept}").parse().ok()?;
    let digits = digits.checked_add(u64::from(rest.starts_with(['6', '7', '8', '9'])))?;
    let digits = format!("{digits:0>width$}", width = wanted.checked_add(1)?);
    let (whole, kept) = digits.split_at_checked(digits.len().checked_sub(wanted)?)?;
    Some(if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") })
}

fn after_first(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.as_str()
}

/// The number at the start of a text, if there is one, and the rest.
fn number(text: &str) -> Result<(Option<usize>, &str), FunctionFailure> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.strip_suffix(rest).unwrap_or_default();
    if digits.is_empty() {
        return Ok((None, rest));
    }
    match digits.parse::<usize>() {
        Ok(number) if number <= MAX_WIDTH => Ok((Some(number), rest)),
        Ok(_) | Err(_) => Err(FunctionFailure::too_long()),
    }
}

fn as_text(value: &Traced<Data>, ty: &Type) -> Result<String, FunctionFailure> {
    match convert(value.clone(), ty).value {
        Known(Data::String(text)) => Ok(text),
        Known(Data::Bool(value)) => Ok(value.to_string()),
        Known(_) => Err(invalid()),
        Unknown(why) => Err(why.into()),
    }
}

fn as_number(value: &Traced<Data>) -> Result<f64, FunctionFailure> {
    match convert(value.clone(), &Type::Number).value {
        Known(Data::Number(number)) => Ok(number),
        Known(_) => Err(invalid()),
        Unknown(why) => Err(why.into()),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    write_string(text, &mut quoted);
    quoted
}

fn invalid() -> FunctionFailure {
    FunctionFailure::failed("the format isn't valid")
}

fn not_evaluated() -> FunctionFailure {
    FunctionFailure::not_evaluated("such a format")
}

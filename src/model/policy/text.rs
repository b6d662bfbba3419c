//! Texts with known and unknown pieces.
//!
//! A bucket's ARN in a policy is often a template whose references are known only at deployment; its literal pieces can
//! be compared nevertheless.

use crate::value::{Data, Known, Maybe, Reason, Unknown};

/// The depth to which nested templates are split into pieces; a deeper one is one unknown piece.
const MAX_DEPTH: usize = 8;

/// A text that may have unknown pieces.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartialText {
    pub pieces: Vec<TextPiece>,
    /// The reason why the text is unknown: that of its first unknown piece, or of the first one that the user can
    /// resolve.
    pub unknown_reason: Option<Reason>,
}

/// A piece of a [`PartialText`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPiece {
    /// Known characters.
    Literal(String),
    /// Any number of unknown characters; they are the same for each occurrence of this symbol.
    Unknown(String),
}

impl PartialText {
    /// Creates a known text.
    pub fn exactly(text: &str) -> Self {
        let mut exact = Self::default();
        exact.push_literal(text);
        exact
    }

    /// Creates an unknown text from its symbol; a quoted template is split into its pieces.
    pub fn unknown(why: &Reason) -> Self {
        let mut text = Self { unknown_reason: Some(why.clone()), ..Self::default() };
        text.push_symbol(&why.symbol(), MAX_DEPTH);
        text
    }

    /// Converts a value; `None` if it has no string form.
    pub fn of(value: &Maybe<Data>) -> Option<Self> {
        match value {
            Known(Data::String(text)) => Some(Self::exactly(text)),
            Known(data @ (Data::Bool(_) | Data::Number(_))) => Some(Self::exactly(&data.shown())),
            Known(Data::Null | Data::List(_) | Data::Object(_)) => None,
            Unknown(why) => Some(Self::unknown(why)),
        }
    }

    /// Appends another text.
    pub fn then(mut self, other: &PartialText) -> Self {
        for piece in &other.pieces {
            match piece {
                TextPiece::Literal(text) => self.push_literal(text),
                TextPiece::Unknown(_) => self.pieces.push(piece.clone()),
            }
        }
        self.unknown_reason = match (self.unknown_reason.take(), &other.unknown_reason) {
            (Some(first), Some(second)) => Some(first.more_actionable(second.clone())),
            (first, second) => first.or_else(|| second.clone()),
        };
        self
    }

    /// Converts a value in a policy: policy variables such as `${aws:username}` are known only when a request is made.
    ///
    /// Their symbols keep the braces, so that they can't equal a reference of Terraform or CloudFormation.
    pub(super) fn of_policy(value: &Maybe<Data>) -> Option<Self> {
        match value {
            Known(Data::String(text)) if text.contains("${") => {
                let construct = format!("a policy variable in `{text}`");
                let mut read = Self { unknown_reason: Some(Reason::NotEvaluated { construct }), ..Self::default() };
                read.push_template(text, &mut |read, name| {
                    read.pieces.push(TextPiece::Unknown(format!("${{{name}}}")))
                });
                Some(read)
            }
            _ => Self::of(value),
        }
    }

    /// The text, if all of it is known.
    pub fn known(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [TextPiece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The symbol, if the text is a single unknown piece.
    pub fn symbol(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [TextPiece::Unknown(symbol)] => Some(symbol),
            _ => None,
        }
    }

    /// The text without the end, if it ends so.
    #[must_use]
    pub fn without_suffix(mut self, suffix: &str) -> Self {
        if let Some(TextPiece::Literal(last)) = self.pieces.last_mut() {
            if last == suffix {
                self.pieces.pop();
            } else if let Some(rest) = last.strip_suffix(suffix) {
                *last = rest.to_owned();
            }
        }
        self
    }

    /// True if the text may be empty.
    pub fn may_be_empty(&self) -> bool {
        self.literals().next().is_none() && !self.unknown_reason.as_ref().is_some_and(Reason::is_set)
    }

    /// The text as a folder in a path, with a slash at the end; empty if the text is empty.
    pub fn as_folder(&self) -> Self {
        if self.pieces.is_empty() { Self::default() } else { self.clone().then(&Self::exactly("/")) }
    }

    /// Splits the text at the separators in its known pieces.
    pub(super) fn split(&self, separator: char) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut part = Self::default();
        for piece in &self.pieces {
            let TextPiece::Literal(literal) = piece else {
                part.pieces.push(piece.clone());
                part.unknown_reason = part.unknown_reason.or_else(|| self.unknown_reason.clone());
                continue;
            };
            for (at, text) in literal.split(separator).enumerate() {
                if at > 0 {
                    parts.push(std::mem::take(&mut part));
                }
                part.push_literal(text);
            }
        }
        parts.push(part);
        parts
    }

    /// The text in lower case, for case-insensitive comparisons.
    pub(super) fn lowercase(&self) -> Self {
        let pieces = self.pieces.iter().map(|piece| match piece {
            TextPiece::Literal(text) => TextPiece::Literal(text.to_lowercase()),
            TextPiece::Unknown(_) => piece.clone(),
        });
        Self { pieces: pieces.collect(), unknown_reason: self.unknown_reason.clone() }
    }

    /// The length in bytes, including the symbols.
    pub(super) fn weight(&self) -> usize {
        let lengths = self.pieces.iter().map(|piece| match piece {
            TextPiece::Literal(text) | TextPiece::Unknown(text) => text.len(),
        });
        lengths.sum()
    }

    /// True if the text contains a policy variable, such as `${aws:username}`.
    pub(super) fn has_variable(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, TextPiece::Unknown(symbol) if symbol.starts_with("${")))
    }

    /// The known pieces.
    pub(super) fn literals(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            TextPiece::Literal(text) => Some(text.as_str()),
            TextPiece::Unknown(_) => None,
        })
    }

    /// The reason why the text is unknown. A known text returns [`Reason::Unreadable`], but callers need no reason then.
    pub(super) fn why(&self) -> Reason {
        self.unknown_reason.clone().unwrap_or(Reason::Unreadable)
    }

    fn push_literal(&mut self, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(TextPiece::Literal(last)) => last.push_str(text),
            Some(TextPiece::Unknown(_)) | None => self.pieces.push(TextPiece::Literal(text.to_owned())),
        }
    }

    fn push_symbol(&mut self, symbol: &str, depth: usize) {
        let template = symbol.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match (template, depth.checked_sub(1)) {
            (Some(template), Some(depth)) => {
                self.push_template(template, &mut |text, symbol| text.push_symbol(symbol, depth));
            }
            _ => self.pieces.push(TextPiece::Unknown(symbol.to_owned())),
        }
    }

    /// Appends the literals of a template, and calls `push` for the content of each `${…}`.
    fn push_template(&mut self, template: &str, push: &mut dyn FnMut(&mut Self, &str)) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            self.push_literal(before);
            let (inside, after) = split_placeholder(after).unwrap_or((after, ""));
            push(self, inside);
            rest = after;
        }
        self.push_literal(rest);
    }
}

/// Splits the text after a `${` into the placeholder's content and the text after its `}`; `None` if it isn't closed.
pub(super) fn split_placeholder(text: &str) -> Option<(&str, &str)> {
    /// An open delimiter: braces, which a `}` closes, or quotes.
    #[derive(PartialEq)]
    enum Open {
        Braces,
        Quotes,
    }
    let mut open = vec![Open::Braces];
    let mut previous = '{';
    for (at, character) in text.char_indices() {
        match (open.last()?, character) {
            (Open::Quotes, _) if previous == '\\' => {
                previous = ' ';
                continue;
            }
            (Open::Braces, '}') | (Open::Quotes, '"') => drop(open.pop()),
            (Open::Braces, '"') => open.push(Open::Quotes),
            (Open::Braces, '{') => open.push(Open::Braces),
            (Open::Quotes, '{') if previous == '$' => open.push(Open::Braces),
            _ => {}
        }
        previous = character;
        if open.is_empty() {
            return Some((text.get(..at)?, text.get(at.checked_add(1)?..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &PartialText) -> String {
        let pieces = text.pieces.iter().map(|piece| match piece {
            TextPiece::Literal(text) => text.clone(),
            TextPiece::Unknown(symbol) => format!("<{symbol}>"),
        });
        pieces.collect()
    }

    #[test]
    fn a_symbol_comes_apart_into_its_pieces() {
        for (symbol, expected) in [
            ("aws_s3_bucket.logs.arn", "<aws_s3_bucket.logs.arn>"),
            ("\"${aws_s3_bucket.logs.arn}/AWSLogs/*\"", "<aws_s3_bucket.logs.arn>/AWSLogs/*"),
            ("\"a${\"${b}-c\"}/d\"", "a<b>-c/d"),
            ("\"${a[\"}\"]}/x\"", "<a[\"}\"]>/x"),
            ("\"a${b\"", "a<b>"),
        ] {
            let why = Reason::AtDeployment { reference: symbol.to_owned(), is_set: true };
            assert_eq!(shown(&PartialText::unknown(&why)), expected);
        }
    }

    #[test]
    fn a_policy_variable_is_no_value_of_the_language_around_it() {
        let text = Known(Data::String("home/${aws:username}/*".to_owned()));
        assert_eq!(shown(&PartialText::of_policy(&text).unwrap()), "home/<${aws:username}>/*");
        assert_eq!(shown(&PartialText::of(&text).unwrap()), "home/${aws:username}/*");
    }
}

//! Texts of which parts may be unknown.

use crate::value::{Data, Known, Maybe, Unknown, Why};

/// Templates within templates are opened to this depth; one that lies deeper stays one unknown piece.
const MAX_DEPTH: usize = 8;

/// A text, as far as it is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Text {
    /// Its pieces in order.
    pub pieces: Vec<Piece>,
    /// Why it isn't known: the reason of its first such piece, unless the user can do something about another one.
    pub doubt: Option<Why>,
}

/// A piece of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These characters.
    Literal(String),
    /// Any number of characters; the same ones wherever this symbol stands.
    Unknown(String),
}

impl Text {
    /// Exactly these characters.
    pub fn exactly(text: &str) -> Self {
        let mut exact = Self::default();
        exact.push_literal(text);
        exact
    }

    /// A text that isn't known, by its symbol: a quoted template comes apart into its pieces.
    pub fn unknown(why: &Why) -> Self {
        let mut text = Self { doubt: Some(why.clone()), ..Self::default() };
        text.push_symbol(&why.symbol(), MAX_DEPTH);
        text
    }

    /// The text that a value is; nothing when it is none.
    pub fn of(value: &Maybe<Data>) -> Option<Self> {
        match value {
            Known(Data::String(text)) => Some(Self::exactly(text)),
            Known(data @ (Data::Bool(_) | Data::Number(_))) => Some(Self::exactly(&data.shown())),
            Known(Data::Null | Data::List(_) | Data::Object(_)) => None,
            Unknown(why) => Some(Self::unknown(why)),
        }
    }

    /// The text and another one after it.
    pub fn then(mut self, other: &Text) -> Self {
        for piece in &other.pieces {
            match piece {
                Piece::Literal(text) => self.push_literal(text),
                Piece::Unknown(_) => self.pieces.push(piece.clone()),
            }
        }
        self.doubt = match (self.doubt.take(), &other.doubt) {
            (Some(first), Some(second)) => Some(first.nearer(second.clone())),
            (first, second) => first.or_else(|| second.clone()),
        };
        self
    }

    /// A text of a policy: its variables, such as `${aws:username}`, are known only when a request is made.
    ///
    /// Their symbols keep the braces, so that none is taken for a value of the language around the policy.
    pub(super) fn of_policy(value: &Maybe<Data>) -> Option<Self> {
        match value {
            Known(Data::String(text)) if text.contains("${") => {
                let construct = format!("a policy variable in `{text}`");
                let mut read = Self { doubt: Some(Why::NotEvaluated { construct }), ..Self::default() };
                read.push_template(text, &mut |read, name| read.pieces.push(Piece::Unknown(format!("${{{name}}}"))));
                Some(read)
            }
            _ => Self::of(value),
        }
    }

    /// The text, if all of it is known.
    pub fn known(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it certainly names a KMS key that AWS manages.
    pub(in crate::model) fn is_aws_key(&self) -> bool {
        match (self.pieces.first(), self.pieces.last()) {
            (Some(Piece::Literal(start)), _) if crate::model::is_aws_key(start) => true,
            (Some(Piece::Literal(start)), Some(Piece::Literal(end))) if start.starts_with("arn:") => {
                end.contains(":alias/aws/")
            }
            _ => false,
        }
    }

    /// True if it may have no character.
    pub fn may_be_empty(&self) -> bool {
        self.literals().next().is_none() && !self.doubt.as_ref().is_some_and(Why::is_set)
    }

    /// The text as a folder in a path, with its slash; none for one that is empty.
    pub fn as_folder(&self) -> Self {
        if self.pieces.is_empty() { Self::default() } else { self.clone().then(&Self::exactly("/")) }
    }

    /// The parts between the separators in its known pieces.
    pub(super) fn split(&self, separator: char) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut part = Self::default();
        for piece in &self.pieces {
            let Piece::Literal(literal) = piece else {
                part.pieces.push(piece.clone());
                part.doubt = part.doubt.or_else(|| self.doubt.clone());
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

    /// The text in lower case, for what is compared without regard to case.
    pub(super) fn lowercase(&self) -> Self {
        let lower = |piece: &Piece| match piece {
            Piece::Literal(text) => Piece::Literal(text.to_lowercase()),
            Piece::Unknown(_) => piece.clone(),
        };
        Self { pieces: self.pieces.iter().map(lower).collect(), doubt: self.doubt.clone() }
    }

    /// How long it is, in bytes, with its symbols.
    pub(super) fn weight(&self) -> usize {
        let length = |piece: &Piece| match piece {
            Piece::Literal(text) | Piece::Unknown(text) => text.len(),
        };
        self.pieces.iter().map(length).sum()
    }

    /// True if it has a variable of the policy, such as `${aws:username}`.
    pub(super) fn has_variable(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Unknown(symbol) if symbol.starts_with("${")))
    }

    /// The pieces that are known.
    pub(super) fn literals(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::Unknown(_) => None,
        })
    }

    /// Why it isn't known. One that is counts as unreadable, which nobody asks for.
    pub(super) fn why(&self) -> Why {
        self.doubt.clone().unwrap_or(Why::Unreadable)
    }

    fn push_literal(&mut self, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Literal(last)) => last.push_str(text),
            Some(Piece::Unknown(_)) | None => self.pieces.push(Piece::Literal(text.to_owned())),
        }
    }

    fn push_symbol(&mut self, symbol: &str, depth: usize) {
        let template = symbol.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match (template, depth.checked_sub(1)) {
            (Some(template), Some(depth)) => {
                self.push_template(template, &mut |text, symbol| text.push_symbol(symbol, depth));
            }
            _ => self.pieces.push(Piece::Unknown(symbol.to_owned())),
        }
    }

    /// The literals of a template, and what stands in its `${…}`.
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

/// The text of a placeholder after its `${`, and what follows its `}`; nothing when it isn't closed.
pub(super) fn split_placeholder(text: &str) -> Option<(&str, &str)> {
    /// What is open: braces, which a `}` closes, or quotes.
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

    fn shown(text: &Text) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Unknown(symbol) => format!("<{symbol}>"),
        };
        text.pieces.iter().map(piece).collect()
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
            let why = Why::AtDeployment { reference: symbol.to_owned(), is_set: true };
            assert_eq!(shown(&Text::unknown(&why)), expected);
        }
    }

    #[test]
    fn a_policy_variable_is_no_value_of_the_language_around_it() {
        let text = Known(Data::String("home/${aws:username}/*".to_owned()));
        assert_eq!(shown(&Text::of_policy(&text).unwrap()), "home/<${aws:username}>/*");
        assert_eq!(shown(&Text::of(&text).unwrap()), "home/${aws:username}/*");
    }
}

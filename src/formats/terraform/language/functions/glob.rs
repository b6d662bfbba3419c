//! Path patterns, limited to those that Terraform and OpenTofu match in the same way.

/// The part of a pattern that matches any number of directories.
pub(crate) const ANY_DEPTH: &str = "**";

/// The characters with a special meaning in patterns.
const SPECIAL: [char; 5] = ['*', '?', '[', '{', '\\'];

/// The limit for the length of a pattern, in bytes.
const MAX_LENGTH: usize = 1_024;

/// The limit for the number of alternatives in a part of a pattern.
const MAX_ALTERNATIVES: usize = 64;

/// True if a path contains special characters.
pub(crate) fn is_pattern(path: &str) -> bool {
    path.contains(SPECIAL)
}

/// Splits a pattern at slashes; `None` for a pattern that isn't evaluated.
pub(crate) fn parts(pattern: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let is_plain = pattern.len() <= MAX_LENGTH && !pattern.contains('\\') && !parts.contains(&"..");
    // Of two such parts in a row, Terraform treats the second as `*` in some directories.
    let is_doubled = parts.windows(2).any(|pair| pair == [ANY_DEPTH; 2]);
    if !is_plain || is_doubled || parts.is_empty() {
        return None;
    }
    parts.iter().all(|part| *part == ANY_DEPTH || tokens(part).is_some()).then_some(parts)
}

/// True if a name matches a part of a pattern.
pub(crate) fn matches(part: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    tokens(part).is_some_and(|alternatives| alternatives.iter().any(|tokens| is_match(tokens, &name)))
}

/// A token of a pattern.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Literal(char),
    AnyCharacter,
    /// Any number of characters.
    AnyText,
    /// A character in one of these ranges, or, if negated, in none of them.
    Class {
        ranges: Vec<(char, char)>,
        is_negated: bool,
    },
}

/// Parses a part of a pattern into the tokens of each of its alternatives; `None` if it isn't evaluated.
fn tokens(part: &str) -> Option<Vec<Vec<Token>>> {
    let mut alternatives: Vec<Vec<Token>> = vec![Vec::new()];
    let mut rest = part;
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..)?;
        let options = match first {
            '{' => {
                let (inside, after) = after.split_once('}')?;
                rest = after;
                let options: Vec<Vec<Token>> = inside.split(',').map(option).collect::<Option<_>>()?;
                options
            }
            _ => {
                let (token, after) = token(first, after)?;
                rest = after;
                vec![vec![token]]
            }
        };
        if alternatives.len().checked_mul(options.len())? > MAX_ALTERNATIVES {
            return None;
        }
        alternatives = alternatives
            .iter()
            .flat_map(|start| options.iter().map(move |option| [start.as_slice(), option].concat()))
            .collect();
    }
    // The two versions of the library differ for three stars in a row.
    let mut rows = alternatives.iter().flat_map(|tokens| tokens.windows(3));
    let has_three_stars = rows.any(|row| row.iter().all(|token| *token == Token::AnyText));
    (!has_three_stars).then_some(alternatives)
}

/// Parses one of the alternatives in braces. The two versions of the library differ for empty ones and for those that
/// consist of stars.
fn option(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, after) = token(first, rest.get(first.len_utf8()..)?)?;
        tokens.push(token);
        rest = after;
    }
    tokens.iter().any(|token| *token != Token::AnyText).then_some(tokens)
}

/// Returns the token that begins with a character, and the text after it.
fn token(first: char, after: &str) -> Option<(Token, &str)> {
    match first {
        '*' => Some((Token::AnyText, after)),
        '?' => Some((Token::AnyCharacter, after)),
        '[' => {
            let (inside, after) = after.split_once(']')?;
            Some((class(inside)?, after))
        }
        '{' | '}' | ',' => None,
        other => Some((Token::Literal(other), after)),
    }
}

/// Parses a character class. It isn't evaluated if it is empty, begins with `!`, or has a `-` that isn't between two
/// characters.
fn class(inside: &str) -> Option<Token> {
    let (inside, is_negated) = inside.strip_prefix('^').map_or((inside, false), |inside| (inside, true));
    let characters: Vec<char> = inside.chars().collect();
    if characters.is_empty() || characters.iter().any(|c| matches!(c, '!' | '^' | '[' | '{' | '}' | ',')) {
        return None;
    }
    let mut ranges = Vec::new();
    let mut rest = characters.as_slice();
    while let [low, more @ ..] = rest {
        let (high, more) = match more {
            ['-', high, more @ ..] => (high, more),
            more => (low, more),
        };
        if *low == '-' || *high == '-' || low > high {
            return None;
        }
        ranges.push((*low, *high));
        rest = more;
    }
    Some(Token::Class { ranges, is_negated })
}

fn is_match(tokens: &[Token], name: &[char]) -> bool {
    let (mut at, mut of_name) = (0_usize, 0_usize);
    // The index of the last star, and the end of the text that it matches so far.
    let mut star: Option<(usize, usize)> = None;
    while let Some(c) = name.get(of_name) {
        match (tokens.get(at), star) {
            (Some(Token::AnyText), _) => {
                star = Some((at, of_name));
                at = at.saturating_add(1);
            }
            (Some(token), _) if token.takes(*c) => {
                at = at.saturating_add(1);
                of_name = of_name.saturating_add(1);
            }
            (_, Some((star_at, taken))) => {
                star = Some((star_at, taken.saturating_add(1)));
                at = star_at.saturating_add(1);
                of_name = taken.saturating_add(1);
            }
            (_, None) => return false,
        }
    }
    tokens.iter().skip(at).all(|token| *token == Token::AnyText)
}

impl Token {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Literal(own) => *own == character,
            Self::AnyCharacter => true,
            Self::AnyText => false,
            Self::Class { ranges, is_negated } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *is_negated
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{matches, parts};

    #[test]
    fn a_name_matches_as_in_terraform() {
        for (pattern, name, expected) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a.yml", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXc", false),
            ("?.tf", "a.tf", true),
            ("?.tf", "ab.tf", false),
            ("*", ".hidden", true),
            ("[a-c]?.json", "bx.json", true),
            ("[^a-c]?.json", "bx.json", false),
            ("*.{json,y?ml}", "a.yaml", true),
            ("*.{json,y?ml}", "a.yml", false),
            ("{a,b}{1,2}", "b1", true),
            ("{a,b}{1,2}", "bb", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_that_is_read_in_two_ways_is_not_evaluated() {
        for pattern in [
            "",
            "a/../b",
            "[!a]",
            "[]a]",
            "[a-]",
            "[",
            "{a",
            "a}",
            "{a,{b,c}}",
            "a{,b}",
            "{*,b}",
            "***",
            "**/**",
            "a\\*",
        ] {
            assert_eq!(parts(pattern), None, "{pattern}");
        }
        assert_eq!(parts("/a//./**/*.json"), Some(vec!["a", "**", "*.json"]));
    }
}

//! Recognizes regular expressions that Go and the crate `regex` interpret in the same way.
//!
//! Sources: <https://pkg.go.dev/regexp/syntax> and <https://docs.rs/regex/latest/regex/#syntax>. Go has no operations
//! on classes, no stacked repetitions, fewer flags and escapes, and repeats at most 1,000 times.

use std::iter::Peekable;
use std::str::Chars;

/// Go's maximum number of repetitions.
const MAX_REPETITION: u32 = 1000;

/// True if a pattern, provided that it is valid, has the same meaning in both.
pub(super) fn is_common(pattern: &str) -> bool {
    let mut scanner = PatternScanner { rest: pattern.chars().peekable(), repeated: Repeated::No };
    while let Some(c) = scanner.rest.next() {
        if !scanner.accepts(c) {
            return false;
        }
    }
    true
}

struct PatternScanner<'a> {
    rest: Peekable<Chars<'a>>,
    /// The repetition operator before the next character, if any. Go doesn't allow a second one.
    repeated: Repeated,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeated {
    No,
    Greedy,
    Lazy,
}

impl PatternScanner<'_> {
    fn accepts(&mut self, c: char) -> bool {
        let before = std::mem::replace(&mut self.repeated, Repeated::No);
        match c {
            '\\' => self.escape("AbBzdDsSwWntrfvax"),
            '[' => self.class(),
            '(' => self.group(),
            '*' | '+' => self.repetition(before),
            '?' if before == Repeated::Greedy => {
                self.repeated = Repeated::Lazy;
                true
            }
            '?' => self.repetition(before),
            '{' => self.count() && self.repetition(before),
            _ => true,
        }
    }

    fn repetition(&mut self, before: Repeated) -> bool {
        self.repeated = Repeated::Greedy;
        before == Repeated::No
    }

    fn escape(&mut self, letters: &str) -> bool {
        match self.rest.next() {
            // The crate interprets `\<`, `\>` and `\b{…}` as word boundaries.
            Some('<' | '>') | None => false,
            Some('b') if self.rest.peek() == Some(&'{') => false,
            Some(c) if c.is_ascii_alphanumeric() => letters.contains(c),
            Some(c) => c.is_ascii(),
        }
    }

    /// `[…]`, after its bracket.
    fn class(&mut self) -> bool {
        self.rest.next_if_eq(&'^');
        self.rest.next_if_eq(&']');
        let mut before = None;
        while let Some(c) = self.rest.next() {
            let is_common = match c {
                ']' => return true,
                '\\' => self.escape("dDsSwWntrfvax"),
                '[' => self.named_class(),
                '&' | '-' | '~' => before != Some(c) && self.rest.peek() != Some(&c),
                _ => true,
            };
            if !is_common {
                return false;
            }
            before = Some(c);
        }
        false
    }

    /// `[:alpha:]` within a class. The crate interprets any other bracket there as a nested class.
    fn named_class(&mut self) -> bool {
        self.rest.next_if_eq(&':').is_some()
            && self.rest.by_ref().find(|c| !c.is_ascii_lowercase() && *c != '^') == Some(':')
            && self.rest.next() == Some(']')
    }

    /// The content after an opening parenthesis, which may begin with a name or flags.
    fn group(&mut self) -> bool {
        if self.rest.next_if_eq(&'?').is_none() {
            return true;
        }
        if self.rest.next_if_eq(&'P').is_some() || self.rest.peek() == Some(&'<') {
            return self.rest.next() == Some('<')
                && self.rest.by_ref().find(|c| !c.is_ascii_alphanumeric() && *c != '_') == Some('>');
        }
        let end = self.rest.by_ref().find(|c| !matches!(c, 'i' | 'm' | 's' | 'U' | '-'));
        matches!(end, Some(':' | ')'))
    }

    /// `{n}`, `{n,}` or `{n,m}`, after its brace.
    fn count(&mut self) -> bool {
        let text: String = std::iter::from_fn(|| self.rest.next_if(|c| c.is_ascii_digit() || *c == ',')).collect();
        let (least, most) = text.split_once(',').unwrap_or((&text, ""));
        // With zero repetitions, only Go keeps the groups within.
        let is_never = text.chars().all(|c| matches!(c, '0' | ',')) && !text.ends_with(',');
        self.rest.next() == Some('}') && fits(least) && (most.is_empty() || fits(most)) && !is_never
    }
}

fn fits(number: &str) -> bool {
    number.parse::<u32>().is_ok_and(|number| number <= MAX_REPETITION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_read_alike_is_common() {
        for pattern in
            ["a", r"^(\d+)-(?P<name>[a-z_]+)$", "[[:alpha:]]+?", "a{2,3}?", "(?i:x)|y*", r"[]\-^]", "a{1000}"]
        {
            assert!(is_common(pattern), "{pattern}");
        }
        for pattern in [
            "a**",
            "a+?+",
            "[a&&b]",
            "[[a]b]",
            r"\<a",
            r"\pL",
            r"\Qa",
            "(?x)a",
            "a{,3}",
            "a{1001}",
            "a{2}{3}",
            "(a){0}",
            "[a--b]",
            r"\b{start}",
        ] {
            assert!(!is_common(pattern), "{pattern}");
        }
    }
}

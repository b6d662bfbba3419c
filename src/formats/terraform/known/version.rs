//! Released versions, and the constraints of calls by the rules of HashiCorp's go-version.
//!
//! Source: <https://github.com/hashicorp/go-version>, `constraint.go`.

use std::cmp::Ordering;
use std::fmt;

/// The numbers of a version. A version of the table is never a pre-release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(Vec<u64>);

/// The limit on the numbers of a version, in a constraint as well.
const MAX_NUMBERS: usize = 8;

impl Version {
    /// Parses numbers that are separated by dots; missing ones up to the third are 0.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut numbers = Vec::new();
        for part in text.split('.') {
            if numbers.len() >= MAX_NUMBERS || part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            // The numbers of go-version have 63 bits.
            numbers.push(part.parse::<i64>().ok()?.unsigned_abs());
        }
        while numbers.len() < 3 {
            numbers.push(0);
        }
        Some(Self(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u64::to_string).collect();
        f.write_str(&numbers.join("."))
    }
}

/// A constraint such as `>= 1.2, < 2`: all of its parts hold.
#[derive(Debug)]
pub(super) struct Constraint(Vec<Part>);

#[derive(Debug)]
struct Part {
    operator: Operator,
    bound: Version,
    /// The count of numbers that the text contains.
    given: usize,
    is_prerelease: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    AtLeast,
    AtMost,
    Pessimistic,
}

const OPERATORS: [(&str, Operator); 8] = [
    ("~>", Operator::Pessimistic),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("!=", Operator::NotEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
    ("", Operator::Equal),
];

impl Constraint {
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.split(',').map(Part::parse).collect::<Option<_>>().map(Self)
    }

    /// True if a released version meets the constraint.
    pub(super) fn holds(&self, version: &Version) -> bool {
        self.0.iter().all(|part| part.holds(version))
    }
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, operator) = OPERATORS.into_iter().find(|(name, _)| text.starts_with(name))?;
        let version = text.strip_prefix(name)?.trim();
        let version = version.strip_prefix('v').unwrap_or(version);
        let (version, metadata) = version.split_once('+').unwrap_or((version, "0"));
        let (core, prerelease) = version.split_once('-').map_or((version, None), |(core, rest)| (core, Some(rest)));
        if !is_suffix(metadata) || !prerelease.is_none_or(is_suffix) {
            return None;
        }
        let (bound, given) = (Version::parse(core)?, core.split('.').count());
        Some(Self { operator, bound, given, is_prerelease: prerelease.is_some() })
    }

    fn holds(&self, version: &Version) -> bool {
        let order = match version.0.cmp(&self.bound.0) {
            // A version is greater than its pre-releases.
            Ordering::Equal if self.is_prerelease => Ordering::Greater,
            order => order,
        };
        match self.operator {
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => order != Ordering::Equal,
            Operator::Greater => order == Ordering::Greater,
            Operator::Less => order == Ordering::Less,
            Operator::AtLeast => order != Ordering::Less,
            Operator::AtMost => order != Ordering::Greater,
            Operator::Pessimistic => {
                // Only the last number that the constraint contains may increase, and a pre-release matches
                // pre-releases only.
                let fixed = self.given.saturating_sub(1);
                let is_same = version.0.get(..fixed) == self.bound.0.get(..fixed);
                !self.is_prerelease && order != Ordering::Less && is_same && version.0.len() >= self.bound.0.len()
            }
        }
    }
}

fn is_suffix(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '~');
    text.split('.').all(|part| !part.is_empty() && part.chars().all(is_part))
}

/// True if a version is in one of the ranges of the table: `>= 1.0.0`, `<= 0.2.0`, `0.4.0 - 0.7.0`.
pub(super) fn is_in(version: &Version, ranges: &str) -> bool {
    ranges.split(" || ").any(|range| match range.split_once(" - ") {
        Some((first, last)) => {
            Version::parse(first).is_some_and(|first| first <= *version)
                && Version::parse(last).is_some_and(|last| *version <= last)
        }
        None => Constraint::parse(range).is_some_and(|constraint| constraint.holds(version)),
    })
}

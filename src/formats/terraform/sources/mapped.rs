//! Directories that the configuration has for the code of modules that aren't installed: `[[module]]`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Address, is_local};

/// The limit on the length of a source with `*`, in characters: one bit of a number for each, and one more.
const MAX_PATTERN: usize = 127;

/// An entry of the configuration: the sources of calls, and the directory with their code.
#[derive(Debug)]
pub struct MappedModule {
    /// The source as the entry has it.
    pub source: String,
    pub directory: PathBuf,
    matcher: SourceMatcher,
    is_used: AtomicBool,
}

/// The sources that an entry matches.
#[derive(Debug)]
enum SourceMatcher {
    /// One source, in any of its forms.
    Source(Address),
    Pattern(SourcePattern),
}

/// A pattern with `*`, as a non-deterministic automaton: its state `n` has matched the first `n` tokens. A comparison
/// takes time in proportion to the length of the text, whatever the pattern.
#[derive(Debug)]
struct SourcePattern {
    /// The states in which each character leads to the next state.
    literals: HashMap<char, u128>,
    /// The states at a `*`, which matches any character but `/`.
    stars: u128,
    /// The states at a `**`, which matches any character.
    deep_stars: u128,
    /// The state at the end.
    end: u128,
}

impl MappedModule {
    /// Parses the source of an entry.
    ///
    /// # Errors
    ///
    /// A message about an invalid source.
    pub fn new(source: &str, directory: PathBuf) -> Result<Self, String> {
        let text = without_query(source);
        if text.is_empty() || is_local(text) {
            return Err(format!("`{source}` isn't the source of a module in a registry or a repository"));
        }
        let matcher = if text.contains('*') {
            let length = text.chars().count();
            if length > MAX_PATTERN {
                return Err(format!("this pattern has {length} characters; the limit is {MAX_PATTERN}"));
            }
            SourceMatcher::Pattern(SourcePattern::parse(text))
        } else {
            SourceMatcher::Source(Address::parse(text))
        };
        Ok(Self { source: source.to_owned(), directory, matcher, is_used: AtomicBool::new(false) })
    }

    /// True if a call had this source.
    pub fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }

    fn matches(&self, source: &str, address: &Address) -> bool {
        match &self.matcher {
            SourceMatcher::Source(own) => own == address,
            SourceMatcher::Pattern(pattern) => pattern.matches(source) || pattern.matches(&address.to_string()),
        }
    }
}

/// The directory of the first entry for a call's source. The version doesn't matter.
pub(in super::super) fn directory_of<'m>(source: &str, mapped: &'m [Arc<MappedModule>]) -> Option<&'m Path> {
    if mapped.is_empty() {
        return None;
    }
    let text = without_query(source);
    let address = Address::parse(text);
    let found = mapped.iter().find(|module| module.matches(text, &address))?;
    found.is_used.store(true, Ordering::Relaxed);
    Some(&found.directory)
}

fn without_query(source: &str) -> &str {
    source.split_once('?').map_or(source, |(source, _)| source)
}

impl SourcePattern {
    fn parse(text: &str) -> Self {
        let mut pattern = Self { literals: HashMap::new(), stars: 0, deep_stars: 0, end: 1 };
        let mut rest = text.chars().peekable();
        while let Some(character) = rest.next() {
            let state = pattern.end;
            if character == '*' {
                let is_deep = rest.next_if_eq(&'*').is_some();
                // Further stars add nothing.
                while rest.next_if_eq(&'*').is_some() {}
                if is_deep {
                    pattern.deep_stars |= state;
                } else {
                    pattern.stars |= state;
                }
            } else {
                *pattern.literals.entry(character).or_default() |= state;
            }
            pattern.end <<= 1;
        }
        pattern
    }

    fn matches(&self, text: &str) -> bool {
        let mut states = self.with_empty_stars(1);
        for character in text.chars() {
            let literals = self.literals.get(&character).copied().unwrap_or_default();
            let stars = if character == '/' { self.deep_stars } else { self.stars | self.deep_stars };
            states = self.with_empty_stars(((states & literals) << 1) | (states & stars));
            if states == 0 {
                return false;
            }
        }
        states & self.end != 0
    }

    /// Adds the states behind stars that match nothing. Two stars are never adjacent.
    fn with_empty_stars(&self, states: u128) -> u128 {
        states | ((states & (self.stars | self.deep_stars)) << 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(entry: &str, source: &str) -> bool {
        let mapped = [Arc::new(MappedModule::new(entry, PathBuf::new()).unwrap())];
        directory_of(source, &mapped).is_some()
    }

    #[test]
    fn a_star_stays_within_one_part() {
        for (entry, source, expected) in [
            ("app.terraform.io/acme/*/aws", "app.terraform.io/acme/cloudtrail/aws", true),
            ("app.terraform.io/acme/*/aws", "app.terraform.io/acme/cloudtrail/aws//modules/x", false),
            ("app.terraform.io/acme/**", "app.terraform.io/acme/cloudtrail/aws//modules/x", true),
            ("app.terraform.io/*/aws", "app.terraform.io/acme/cloudtrail/aws", false),
            ("app.terraform.io/acme/cloud*/aws", "app.terraform.io/acme/cloud/aws", true),
            ("git::https://h.example/p/**//trail", "git::https://h.example/p/a/b.git//trail?ref=v1", true),
            ("git::https://h.example/p/**//trail", "git::https://h.example/p/a/b.git//other", false),
            ("git::https://h.example/p/*.git", "git::https://h.example/p/a/b.git", false),
            ("a***b", "a/x/b", true),
            ("*", "x", true),
            ("ü*é", "üxé", true),
        ] {
            assert_eq!(matches(entry, source), expected, "{entry} {source}");
        }
    }

    #[test]
    fn the_form_of_the_source_and_the_version_do_not_matter() {
        for (entry, source, expected) in [
            ("github.com/a/b", "git::https://github.com/a/b.git?ref=v1", true),
            ("github.com/a/b?ref=v2", "git::https://github.com/a/b.git?ref=v1", true),
            ("git::https://github.com/a/*.git", "github.com/a/b", true),
            ("github.com/a/*", "github.com/a/b?ref=v1", true),
            ("registry.terraform.io/a/b/aws", "a/b/aws", true),
            ("a/b/aws", "a/b/aws//modules/c", false),
            ("github.com/a/b", "github.com/a/c", false),
        ] {
            assert_eq!(matches(entry, source), expected, "{entry} {source}");
        }
    }

    #[test]
    fn an_expensive_pattern_takes_no_longer_than_its_text() {
        let entry = "**a".repeat(MAX_PATTERN / 3);
        let text = "a".repeat(1 << 20);
        assert!(matches(&entry, &text));
        assert!(!matches(&entry, &format!("{text}b")));
        let long = format!("a/*{}", "x".repeat(MAX_PATTERN));
        assert_eq!(
            MappedModule::new(&long, PathBuf::new()).unwrap_err(),
            "this pattern has 130 characters; the limit is 127"
        );
        for invalid in ["", "?ref=v1", "./a", "../a*"] {
            assert!(MappedModule::new(invalid, PathBuf::new()).is_err(), "{invalid}");
        }
    }
}

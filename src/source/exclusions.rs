//! The user's `exclude` patterns.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns like those of `.gitignore`, relative to a directory.
#[derive(Debug, Clone)]
pub struct Exclusions {
    base: PathBuf,
    patterns: Gitignore,
}

impl Default for Exclusions {
    fn default() -> Self {
        Self { base: PathBuf::new(), patterns: Gitignore::empty() }
    }
}

impl Exclusions {
    /// Compiles patterns that are relative to `base`.
    ///
    /// # Errors
    ///
    /// A message about the first invalid pattern.
    pub fn new<'a>(base: &Path, patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new(base);
        for pattern in patterns {
            check_effect(pattern)?;
            builder.add_line(None, pattern).map_err(|error| reason(&error))?;
        }
        let patterns = builder.build().map_err(|error| reason(&error))?;
        Ok(Self { base: base.to_owned(), patterns })
    }

    /// Checks the syntax of a pattern.
    ///
    /// # Errors
    ///
    /// A message about the invalid part.
    pub fn check(pattern: &str) -> Result<(), String> {
        Self::new(Path::new(""), [pattern]).map(|_| ())
    }

    /// True if a pattern matches this path itself.
    pub fn has(&self, path: &Path, is_directory: bool) -> bool {
        // Nearly always there are none, and every path of a walk is asked about.
        !self.patterns.is_empty()
            && path.starts_with(&self.base)
            && self.patterns.matched(path, is_directory).is_ignore()
    }

    /// True if a pattern matches the file or one of its parent directories.
    pub fn has_or_holds(&self, file: &Path) -> bool {
        path_is_below(file, &self.base) && self.patterns.matched_path_or_any_parents(file, false).is_ignore()
    }
}

/// Rejects a pattern that can't match any path.
fn check_effect(pattern: &str) -> Result<(), String> {
    let failed = |cause: &str| Err(format!("`{pattern}` matches nothing: {cause}"));
    let positive = pattern.trim().trim_start_matches('!');
    if positive.trim_matches('/').is_empty() || positive.starts_with('#') {
        return failed("it is no pattern of `.gitignore`");
    }
    if positive.split('/').any(|part| part == "..") {
        return failed("patterns are about what lies below their directory");
    }
    if positive.split('/').any(|part| part == ".") {
        return failed("leave out `./`");
    }
    if has_open_bracket(positive) {
        return failed("`[` has no `]`; write `\\[` for the character");
    }
    Ok(())
}

/// True if a class of characters has no end.
fn has_open_bracket(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    while let Some(next) = chars.next() {
        match next {
            '\\' => drop(chars.next()),
            '[' => {
                let _ = chars.next_if(|c| matches!(c, '!' | '^'));
                // The first character belongs to the class, also if it is a bracket.
                let _ = chars.next();
                if !chars.any(|c| c == ']') {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// The base itself can't be matched.
fn path_is_below(path: &Path, base: &Path) -> bool {
    path != base && path.starts_with(base)
}

fn reason(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { glob: Some(glob), err } => format!("`{glob}` is no pattern: {err}"),
        other => format!("this is no pattern: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Exclusions;

    #[test]
    fn patterns_that_match_nothing_are_refused() {
        for pattern in ["[", "a[", "[]", "[!]", "../*", "a/../b", "./a", "!../a", "", " ", "/", "# a"] {
            assert!(Exclusions::check(pattern).is_err(), "{pattern}");
        }
        for pattern in ["a", "/a", "a/", "**/a", "[a]", "[]a]", "[!a]b", "\\[", "!a", "..a", "a..", ".a", "\\#a"] {
            assert_eq!(Exclusions::check(pattern), Ok(()), "{pattern}");
        }
    }
}

//! The user's `exclude` patterns.

use std::path::{Component, Path, PathBuf};

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
        let patterns: Vec<&str> = patterns.into_iter().collect();
        check_order(&patterns)?;
        let mut builder = GitignoreBuilder::new(base);
        for pattern in patterns {
            check_effect(pattern)?;
            check_relative(pattern, base)?;
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
        // This pattern may follow others, so it may begin with `!`.
        Self::new(Path::new(""), [pattern.trim_start_matches('!')]).map(|_| ())
    }

    /// True if a pattern matches this path itself.
    pub fn has(&self, path: &Path, is_directory: bool) -> bool {
        // Most runs have no patterns, and each path of a walk is checked.
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
    match without_effect(pattern) {
        Some(cause) => Err(format!("`{}` matches nothing: {cause}", pattern.escape_debug())),
        None => Ok(()),
    }
}

/// The reason why a pattern matches nothing.
fn without_effect(pattern: &str) -> Option<&'static str> {
    let positive = pattern.trim().trim_start_matches('!');
    if positive.trim_matches('/').is_empty() || positive.starts_with('#') {
        Some("it isn't a valid `.gitignore` pattern")
    } else if pattern.contains(char::is_control) {
        Some("a pattern must be one line; separate patterns with commas")
    } else if has_part(positive, "..") {
        Some("patterns can't match outside of their directory")
    } else if has_part(positive, ".") {
        Some("remove `./`")
    } else if has_part(positive, "~") {
        Some("`~` isn't expanded; write the path from the directory of the patterns")
    } else if positive.contains("//") {
        Some("write one `/` between directories")
    } else if has_escaped_name(positive) {
        Some("write `/` between directories, since `\\` is for special characters")
    } else if has_open_bracket(positive) {
        Some("`[` has no `]`; write `\\[` for the character")
    } else {
        None
    }
}

fn has_part(pattern: &str, part: &str) -> bool {
    pattern.split(['/', '\\']).any(|other| other == part)
}

/// Refuses an absolute path of the disk, since a leading `/` means the base of the patterns.
fn check_relative(pattern: &str, base: &Path) -> Result<(), String> {
    let path = Path::new(pattern.trim().trim_start_matches('!'));
    let Ok(below) = path.strip_prefix("/") else { return Ok(()) };
    let literal: PathBuf = below.components().take_while(is_literal).collect();
    // A directory such as `/tmp` may also exist below the base.
    let is_on_disk = literal.components().count() > 1 && Path::new("/").join(&literal).exists();
    let is_path =
        !base.as_os_str().is_empty() && base.parent().is_some() && is_on_disk && !base.join(&literal).exists();
    match is_path {
        true => Err(format!("`{pattern}` matches nothing: the first `/` stands for the directory of the patterns")),
        false => Ok(()),
    }
}

fn is_literal(part: &Component<'_>) -> bool {
    !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{'])
}

/// Refuses a leading pattern with `!`: it includes again what an earlier pattern excludes, and there is none.
fn check_order(patterns: &[&str]) -> Result<(), String> {
    match patterns.first() {
        Some(first) if first.starts_with('!') => {
            Err(format!("`{first}` has no effect: no pattern before it excludes anything"))
        }
        Some(_) | None => Ok(()),
    }
}

/// True if a letter or digit is escaped, as in a Windows path with backslashes.
fn has_escaped_name(pattern: &str) -> bool {
    let mut chars = pattern.chars();
    while let Some(next) = chars.next() {
        if next == '\\' && chars.next().is_some_and(char::is_alphanumeric) {
            return true;
        }
    }
    false
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
        ignore::Error::Glob { glob: Some(glob), err } => format!("invalid pattern `{glob}`: {err}"),
        other => format!("invalid pattern: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Exclusions;

    #[test]
    fn patterns_that_match_nothing_are_refused() {
        for pattern in [
            "[", "a[", "[]", "[!]", "../*", "a/../b", "./a", "!../a", "", " ", "/", "# a", "a//b", "a//", "//a",
            "..\\x", "a\\b", "..\\*", "~/a", "a\nb", "a\n",
        ] {
            assert!(Exclusions::check(pattern).is_err(), "{pattern}");
        }
        for pattern in
            ["a", "/a", "a/", "**/a", "[a]", "[]a]", "[!a]b", "\\[", "!a", "..a", "a..", ".a", "\\#a", "a\\*", "~a"]
        {
            assert_eq!(Exclusions::check(pattern), Ok(()), "{pattern}");
        }
        let tree = Path::new("/work/tree");
        for patterns in [&["!a"][..], &["!a", "b"], &["/dev/null"], &["a", "!/dev/null"], &["/proc/self/*"]] {
            assert!(Exclusions::new(tree, patterns.iter().copied()).is_err(), "{patterns:?}");
        }
        for patterns in [&["a", "!a"][..], &["/a/b"], &["/nothing"], &["/dev"]] {
            assert!(Exclusions::new(tree, patterns.iter().copied()).is_ok(), "{patterns:?}");
        }
    }
}

//! What a walk leaves out because the user says so.

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
    /// What one of the patterns matches, below `base`.
    ///
    /// # Errors
    ///
    /// What is wrong with a pattern.
    pub fn new<'a>(base: &Path, patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new(base);
        for pattern in patterns {
            builder.add_line(None, pattern).map_err(|error| reason(&error))?;
        }
        let patterns = builder.build().map_err(|error| reason(&error))?;
        Ok(Self { base: base.to_owned(), patterns })
    }

    /// Whether a text is a pattern.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn check(pattern: &str) -> Result<(), String> {
        Self::new(Path::new(""), [pattern]).map(|_| ())
    }

    /// Whether a pattern matches this very path.
    pub fn has(&self, path: &Path, is_directory: bool) -> bool {
        // Nearly always there are none, and every path of a walk is asked about.
        !self.patterns.is_empty()
            && path.starts_with(&self.base)
            && self.patterns.matched(path, is_directory).is_ignore()
    }

    /// Whether a pattern matches the file or a directory above it.
    pub fn has_or_holds(&self, file: &Path) -> bool {
        path_is_below(file, &self.base) && self.patterns.matched_path_or_any_parents(file, false).is_ignore()
    }
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

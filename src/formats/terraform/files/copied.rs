//! Directories that Terragrunt generates for the units of a stack, with the directories that it copies there.

use std::path::{Path, PathBuf};

/// Generated directories, each with the directory whose files it has; the innermost ones first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CopiedDirectories(Vec<(PathBuf, PathBuf)>);

impl CopiedDirectories {
    /// These directories, and one within them.
    pub(crate) fn with(&self, generated: PathBuf, original: PathBuf) -> Self {
        let mut all = vec![(generated, original)];
        all.extend(self.0.iter().cloned());
        Self(all)
    }

    /// The path of the file that is copied to a path; for any other path, the path itself.
    pub(crate) fn original(&self, path: &Path) -> PathBuf {
        for (generated, original) in &self.0 {
            match path.strip_prefix(generated) {
                Ok(below) if below.as_os_str().is_empty() => return original.clone(),
                Ok(below) => return original.join(below),
                Err(_) => {}
            }
        }
        path.to_owned()
    }
}

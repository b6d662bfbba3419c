//! Records the state of files and directories on the disk, to detect a later change.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Files and directories that were read, with their state at that time.
#[derive(Debug, Default)]
pub struct FileStates {
    states: Mutex<BTreeMap<PathBuf, FileState>>,
}

/// Modification time and size, which change with a file's content and with the entries of a directory. `None` if there
/// is no such file.
type FileState = Option<(SystemTime, u64)>;

impl FileStates {
    /// Records the state of a path. This precedes reading, so that any later change is detected.
    pub fn record(&self, path: &Path) {
        let mut states = self.states();
        if !states.contains_key(path) {
            states.insert(path.to_owned(), state(path));
        }
    }

    /// Adds the paths that another record has, with their current state.
    pub fn record_all(&self, other: &Self) {
        other.states().keys().for_each(|path| self.record(path));
    }

    /// Records the current state of a file and its directory after this program has written the file.
    pub fn renew(&self, path: &Path) {
        for changed in path.ancestors().take(2) {
            if let Some(known) = self.states().get_mut(changed) {
                *known = state(changed);
            }
        }
    }

    /// True if a file or directory has changed since it was recorded.
    pub fn has_changed(&self) -> bool {
        self.states().iter().any(|(path, known)| state(path) != *known)
    }

    fn states(&self) -> MutexGuard<'_, BTreeMap<PathBuf, FileState>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn state(path: &Path) -> FileState {
    let found = fs::metadata(path).ok()?;
    Some((found.modified().unwrap_or(SystemTime::UNIX_EPOCH), found.len()))
}

//! Replaces files atomically: a reader sees the old bytes or the new ones, even after a full disk or a killed process.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The maximum number of temporary files of earlier, killed runs beside a target.
const MAX_DRAFTS: u32 = 100;

/// The new content of a file, in a temporary file beside it, which is removed if it doesn't replace the file.
#[derive(Debug)]
#[must_use = "bytes that don't take the place are removed"]
pub struct Replacement {
    draft: PathBuf,
    target: PathBuf,
}

impl Replacement {
    /// Writes the bytes to a temporary file beside the target, synchronized to the disk, with the permissions of the
    /// existing file. The caller resolves links.
    ///
    /// # Errors
    ///
    /// The error of the system. No temporary file remains.
    pub fn new(target: PathBuf, bytes: &[u8]) -> io::Result<Self> {
        let old = match fs::metadata(&target) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let (mut file, draft) = create(&target)?;
        let replacement = Self { draft, target };
        file.write_all(bytes)?;
        old.map_or(Ok(()), |old| resemble(&file, &old))?;
        file.sync_all()?;
        Ok(replacement)
    }

    /// Renames the temporary file to the target, which is atomic.
    ///
    /// # Errors
    ///
    /// The error of the system. The old file is unchanged.
    pub fn commit(self) -> io::Result<()> {
        fs::rename(&self.draft, &self.target)
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // After a successful rename, the temporary file doesn't exist.
        let _ = fs::remove_file(&self.draft);
    }
}

/// A new file with a hidden name in the same directory. A name may be taken by the draft of a program that was ended
/// by force, and in a container each has the same number.
fn create(target: &Path) -> io::Result<(File, PathBuf)> {
    let name = target.file_name().ok_or(ErrorKind::InvalidFilename)?;
    for attempt in 0..MAX_DRAFTS {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let draft = target.with_file_name(hidden);
        match File::create_new(&draft) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            file => return Ok((file?, draft)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Gives a file the permissions of another one, and its owner if the system permits that.
fn resemble(file: &File, old: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
    file.set_permissions(old.permissions())
}

//! Replaces files atomically: a reader sees the old bytes or the new ones, even after a full disk or a killed process.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// The new content of a file, in a temporary file beside it, which is removed if it doesn't replace the file.
#[derive(Debug)]
#[must_use = "the temporary file is removed unless it replaces the target"]
pub struct Replacement {
    temporary: NamedTempFile,
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
        let mut temporary = create(&target)?;
        temporary.write_all(bytes)?;
        old.map_or(Ok(()), |old| resemble(temporary.as_file(), &old))?;
        temporary.as_file().sync_all()?;
        Ok(Self { temporary, target })
    }

    /// Renames the temporary file to the target, which is atomic.
    ///
    /// # Errors
    ///
    /// The error of the system. The old file is unchanged.
    pub fn commit(self) -> io::Result<()> {
        self.temporary.persist(self.target).map(drop).map_err(|error| error.error)
    }
}

/// Creates a file with a hidden, unused name in the same directory, which is on the same file system.
fn create(target: &Path) -> io::Result<NamedTempFile> {
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    // The target's name isn't part of it, because a name may already have the maximum length.
    builder.prefix(".trailint-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; this one becomes an ordinary file. The umask applies.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(directory)
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

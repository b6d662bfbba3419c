//! Opens files so that nobody can put something else in their place meanwhile.
//!
//! What a path leads to may change between any look at it and its opening. So the file is opened first, without waiting
//! for whoever is at the other end of a pipe, and then looked at through what was opened.

use std::fs::{self, File, Metadata, OpenOptions};
use std::path::{Path, PathBuf};

use super::ReadError;
use super::disk::refused;

/// Opens a regular file, wherever it lies.
pub(super) fn open(path: &Path) -> Result<File, ReadError> {
    let file = options().open(path).map_err(refused)?;
    let is_regular = file.metadata().map_err(refused)?.is_file();
    if is_regular { Ok(file) } else { Err(ReadError::NotAFile) }
}

/// Opens a regular file that lies in one of the trees, whichever links lead to it.
pub(super) fn open_inside(path: &Path, trees: &[PathBuf]) -> Result<File, ReadError> {
    let file = open(path)?;
    let is_inside = |place: &Path| trees.iter().any(|tree| place.starts_with(tree));
    if own_place(&file).is_some_and(|place| is_inside(&place)) {
        return Ok(file);
    }
    let place = fs::canonicalize(path).map_err(refused)?;
    if !is_inside(&place) {
        return Err(ReadError::OutsideTree);
    }
    let (opened, found) = (file.metadata().map_err(refused)?, fs::metadata(&place).map_err(refused)?);
    if is_same(&opened, &found) { Ok(file) } else { Err(ReadError::Swapped) }
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

/// Where an open file lies, by what the system knows of it, which costs less than to follow the path again.
#[cfg(target_os = "linux")]
fn own_place(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd;
    fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

#[cfg(not(target_os = "linux"))]
fn own_place(_: &File) -> Option<PathBuf> {
    None
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.len() == other.len() && one.modified().ok() == other.modified().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_was_opened_counts_and_not_what_a_look_had_found() {
        let scratch = std::env::temp_dir().join(format!("trailint-{}-open", std::process::id()));
        let tree = scratch.join("tree");
        fs::create_dir_all(tree.join("a")).unwrap();
        fs::write(scratch.join("outside.tf"), "x").unwrap();
        fs::write(tree.join("a/main.tf"), "x").unwrap();
        symlink("../../outside.tf", tree.join("a/link.tf")).unwrap();
        symlink("..", tree.join("up")).unwrap();
        symlink("a", tree.join("b")).unwrap();
        let trees = [fs::canonicalize(&tree).unwrap()];
        let opened = |path: &str| open_inside(&tree.join(path), &trees).map(drop);
        assert_eq!(opened("a/main.tf"), Ok(()));
        assert_eq!(opened("b/main.tf"), Ok(()));
        assert_eq!(opened("a/link.tf"), Err(ReadError::OutsideTree));
        assert_eq!(opened("up/outside.tf"), Err(ReadError::OutsideTree));
        assert_eq!(opened("a"), Err(ReadError::NotAFile));
        assert_eq!(opened("gone"), Err(ReadError::Missing));
        fs::remove_dir_all(scratch).unwrap();
    }
}

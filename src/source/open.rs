//! Opens files without a race between the check of a path and its use.
//!
//! A path may lead to another file after it was checked. Therefore the file is opened first, without waiting for the
//! writer of a pipe, and then checked through the open handle.

use std::fs::{self, File, Metadata, OpenOptions};
use std::path::{Path, PathBuf};

use super::ReadError;
use super::disk::refused;

/// The directories that contain the files of a tree, whatever links lead to the files.
#[derive(Debug)]
pub(super) struct TreeRoots(Box<[OpenTree]>);

#[derive(Debug)]
struct OpenTree {
    named: PathBuf,
    /// The path of the directory without links.
    place: PathBuf,
    /// The open directory, relative to which its files are opened, if possible.
    #[cfg(target_os = "linux")]
    directory: Option<File>,
}

/// The limit of trees whose directories are kept open. With more trees, none is: files are opened by their full paths.
#[cfg(target_os = "linux")]
const MAX_HELD: usize = 16;

impl TreeRoots {
    pub(super) fn new(trees: &[PathBuf]) -> Self {
        let opened = trees.iter().map(|named| {
            let place = fs::canonicalize(named).unwrap_or_else(|_| named.clone());
            OpenTree {
                named: named.clone(),
                #[cfg(target_os = "linux")]
                directory: if trees.len() <= MAX_HELD { open_directory(&place) } else { None },
                place,
            }
        });
        Self(opened.collect())
    }

    fn keep_open(&self, place: &Path) -> bool {
        self.0.iter().any(|tree| place.starts_with(&tree.place))
    }

    /// Returns a directory and its parent directories in its tree, the root first, by the names given.
    pub(super) fn directories_to<'p>(&self, directory: &'p Path) -> Vec<&'p Path> {
        let tree = self.0.iter().find(|tree| directory.starts_with(&tree.named));
        let root = tree.map_or(directory, |tree| &tree.named);
        let mut way: Vec<&Path> = directory.ancestors().take_while(|above| above.starts_with(root)).collect();
        way.reverse();
        way
    }

    /// Returns the path without links of a file in one of the trees, below the name of that tree. A link may lead
    /// anywhere within the trees, but not out of them.
    pub(super) fn without_links(&self, path: &Path) -> Result<PathBuf, ReadError> {
        let place = fs::canonicalize(path).map_err(refused)?;
        for tree in &self.0 {
            if let Ok(below) = place.strip_prefix(&tree.place) {
                return Ok(tree.named.join(below));
            }
        }
        Err(ReadError::OutsideTree)
    }

    /// Checks that a path leads to a file or directory in the trees.
    pub(super) fn check(&self, path: &Path) -> Result<(), ReadError> {
        self.without_links(path).map(drop)
    }

    /// Opens a regular file that lies in one of the trees.
    pub(super) fn open(&self, path: &Path) -> Result<File, ReadError> {
        match self.open_below(path) {
            Some(Ok(file)) => regular(file),
            Some(Err(ReadError::Missing)) => Err(ReadError::Missing),
            Some(Err(_)) | None => self.open_anywhere(path),
        }
    }

    /// Follows links to a file, and checks after opening it that it is in the trees.
    fn open_anywhere(&self, path: &Path) -> Result<File, ReadError> {
        self.check(path)?;
        check_regular(&fs::metadata(path).map_err(refused)?)?;
        self.if_unchanged(path, open(path)?)
    }

    /// Returns the opened file if the path still leads to it, within the trees.
    fn if_unchanged(&self, path: &Path, file: File) -> Result<File, ReadError> {
        if path_of_open_file(&file).is_some_and(|place| self.keep_open(&place)) {
            return Ok(file);
        }
        let place = fs::canonicalize(path).map_err(refused)?;
        if !self.keep_open(&place) {
            return Err(ReadError::OutsideTree);
        }
        let (opened, found) = (file.metadata().map_err(refused)?, fs::metadata(&place).map_err(refused)?);
        if is_same(&opened, &found) { Ok(file) } else { Err(ReadError::Swapped) }
    }

    /// Opens a file to which no link leads, in a single call: Linux refuses links and paths out of the tree. This works
    /// for nearly all files; on a system without this call, or if there is a link, the caller falls back.
    #[cfg(target_os = "linux")]
    fn open_below(&self, path: &Path) -> Option<Result<File, ReadError>> {
        use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
        use std::os::unix::ffi::OsStrExt;
        // Paths are plain, so that no part has to be looked at.
        let bytes = path.as_os_str().as_bytes();
        let (tree, below) = self.0.iter().find_map(|tree| {
            let below = bytes.strip_prefix(tree.named.as_os_str().as_bytes())?.strip_prefix(b"/")?;
            Some((tree, below))
        })?;
        let how = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let opened = openat2(tree.directory.as_ref()?, below, how, Mode::empty(), within);
        Some(opened.map(File::from).map_err(|error| refused(error.into())))
    }

    #[cfg(not(target_os = "linux"))]
    fn open_below(&self, _: &Path) -> Option<Result<File, ReadError>> {
        None
    }
}

/// Resolves the links of the existing part of a path; the rest is unchanged.
pub fn real_path(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        // On Windows, the result would have a form that few other programs accept.
        let found = if cfg!(windows) { None } else { fs::canonicalize(ancestor).ok() };
        if let (Some(real), Ok(rest)) = (found, path.strip_prefix(ancestor)) {
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    path.to_owned()
}

/// Opens a regular file, which may be outside of the trees.
pub(super) fn open(path: &Path) -> Result<File, ReadError> {
    regular(options().open(path).map_err(refused)?)
}

fn regular(file: File) -> Result<File, ReadError> {
    check_regular(&file.metadata().map_err(refused)?)?;
    Ok(file)
}

fn check_regular(found: &Metadata) -> Result<(), ReadError> {
    if found.is_file() { Ok(()) } else { Err(ReadError::NotAFile) }
}

/// A directory, which needn't be one that can be listed.
#[cfg(target_os = "linux")]
fn open_directory(place: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    open(place, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).ok().map(File::from)
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
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
fn path_of_open_file(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd;
    fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

#[cfg(not(target_os = "linux"))]
fn path_of_open_file(_: &File) -> Option<PathBuf> {
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
    fn files_outside_of_the_tree_are_not_opened() {
        let scratch = std::env::temp_dir().join(format!("trailint-{}-open", std::process::id()));
        let tree = scratch.join("tree");
        fs::create_dir_all(tree.join("a")).unwrap();
        fs::write(scratch.join("outside.tf"), "x").unwrap();
        fs::write(tree.join("a/main.tf"), "x").unwrap();
        symlink("../../outside.tf", tree.join("a/link.tf")).unwrap();
        symlink("..", tree.join("up")).unwrap();
        symlink("a", tree.join("b")).unwrap();
        let trees = TreeRoots::new(std::slice::from_ref(&tree));
        let table = [
            ("a/main.tf", Ok(())),
            ("b/main.tf", Ok(())),
            ("a/link.tf", Err(ReadError::OutsideTree)),
            ("up/outside.tf", Err(ReadError::OutsideTree)),
            ("a", Err(ReadError::NotAFile)),
            ("gone", Err(ReadError::Missing)),
        ];
        for (path, expected) in table {
            let path = tree.join(path);
            assert_eq!(trees.open(&path).map(drop), expected, "{path:?}");
            assert_eq!(trees.open_anywhere(&path).map(drop), expected, "{path:?}, where the system knows no other way");
        }
        let (swapped, outside) = (tree.join("a/main.tf"), open(&scratch.join("outside.tf")).unwrap());
        assert_eq!(trees.if_unchanged(&swapped, outside).map(drop), Err(ReadError::Swapped));
        let inside = open(&swapped).unwrap();
        fs::rename(&swapped, scratch.join("gone.tf")).unwrap();
        fs::write(&swapped, "y").unwrap();
        assert_eq!(trees.if_unchanged(&swapped, inside).map(drop), Err(ReadError::Swapped));
        let many = vec![tree.clone(); MAX_HELD + 1];
        assert_eq!(TreeRoots::new(&many).open(&swapped).map(drop), Ok(()));
        fs::remove_dir_all(scratch).unwrap();
    }
}

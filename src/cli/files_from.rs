//! `--files-from`: a list of paths that another program has produced.

use std::path::{Path, PathBuf};

use super::standard_input::{self, STANDARD_INPUT};
use crate::error::Error;
use crate::source::{Disk, Fs, MAX_FILE_BYTES, ReadError, format_path, from_bytes, normalize};

/// Returns the paths of a list with one path a line. If the list contains a NUL, as the output of `git ls-files -z`
/// does, each path ends with one.
pub(super) fn paths(list: &Path, here: &Path) -> Result<Vec<PathBuf>, Error> {
    let bytes = if list.as_os_str() == STANDARD_INPUT { standard_input::read()? } else { file(list, here)? };
    if bytes.len() > MAX_FILE_BYTES {
        // A truncated list would exclude files without a message.
        return Err(unreadable(list, ReadError::TooLarge));
    }
    let paths: Vec<&[u8]> = if bytes.contains(&0) {
        bytes.split(|byte| *byte == 0).collect()
    } else {
        bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect()
    };
    Ok(paths.into_iter().filter(|path| !path.is_empty()).map(from_bytes).collect())
}

fn file(list: &Path, here: &Path) -> Result<Vec<u8>, Error> {
    Disk::new(&[]).read(&normalize(&here.join(list))).map_err(|cause| unreadable(list, cause))
}

fn unreadable(list: &Path, cause: ReadError) -> Error {
    Error::Path { path: format_path(list), cause }
}

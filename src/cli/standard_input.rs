//! Standard input, which may be a text to check or a list of files.

use std::io::Read;

use crate::error::Error;
use crate::source::MAX_FILE_BYTES;

/// The path that stands for it.
pub(super) const STANDARD_INPUT: &str = "-";

/// All of it, up to the first byte that is too much.
pub(super) fn read() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let limit = (MAX_FILE_BYTES as u64).saturating_add(1);
    std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(Error::StandardInput)?;
    Ok(bytes)
}

//! Standard input, which may be a text to check or a list of files.

use crate::error::Error;
use crate::source::{ReadError, read_sized};

/// The path that stands for it.
pub(super) const STANDARD_INPUT: &str = "-";

/// All of it, up to the first byte that is too much for its kind.
pub(super) fn read() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    match read_sized(&mut std::io::stdin().lock(), &mut bytes) {
        // The check reports the size, with the name that the text has.
        Ok(()) | Err(ReadError::TooLarge | ReadError::LargePlan) => Ok(bytes),
        Err(cause) => Err(Error::StandardInput(std::io::Error::other(cause))),
    }
}

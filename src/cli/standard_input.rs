//! Standard input, which contains a text to check or a list of files.

use crate::error::Error;
use crate::source::{ReadError, read_sized};

/// The path that means standard input.
pub(super) const STANDARD_INPUT: &str = "-";

/// Reads standard input, up to the first byte over the size limit.
pub(super) fn read() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    match read_sized(&mut std::io::stdin().lock(), &mut bytes) {
        // The check reports the size, under the name of the text.
        Ok(()) | Err(ReadError::TooLarge | ReadError::LargePlan) => Ok(bytes),
        Err(cause) => Err(Error::StandardInput(std::io::Error::other(cause))),
    }
}

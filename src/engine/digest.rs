//! What stays the same when a declaration moves.

use sha2::{Digest, Sha256};

/// Enough bytes to tell declarations apart.
const BYTES: usize = 8;

/// A digest of a text without its white space, in hexadecimal.
pub(super) fn digest(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    Sha256::digest(text.as_bytes()).iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}

//! Computes digests of declarations, which don't change when a declaration moves.

use sha2::{Digest, Sha256};

/// The length in bytes of a digest, long enough to distinguish the declarations of a repository.
const BYTES: usize = 8;

/// A digest of a text without its white space, in hexadecimal.
pub(super) fn digest(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    Sha256::digest(text.as_bytes()).iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}

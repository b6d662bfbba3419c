//! Detects files that are pointers to content stored elsewhere (Git LFS, git-crypt): without their content, it is
//! unknown if they declare a trail.

use super::ReadError;

/// The first bytes of each kind of such file, and its name for messages.
const STAND_INS: [(&[u8], &str); 2] = [
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer; run `git lfs pull` to get the file"),
    (b"\0GITCRYPT\0", "encrypted by git-crypt"),
];

/// The error for a file that is such a pointer.
pub fn stand_in(bytes: &[u8]) -> Option<ReadError> {
    let found = STAND_INS.iter().find(|(start, _)| bytes.starts_with(start));
    found.map(|(_, what)| ReadError::Refused((*what).to_owned()))
}

//! Texts that stand for others, which are kept elsewhere: they say nothing of trails, and must not be taken for
//! texts that don't.

use super::ReadError;

/// What such a file begins with, and what it is.
const STAND_INS: [(&[u8], &str); 2] = [
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer; the text that it stands for isn't here"),
    (b"\0GITCRYPT\0", "encrypted by git-crypt"),
];

/// Why what stands in a file isn't its text, if it stands for one.
pub fn stand_in(bytes: &[u8]) -> Option<ReadError> {
    let found = STAND_INS.iter().find(|(start, _)| bytes.starts_with(start));
    found.map(|(_, what)| ReadError::Refused((*what).to_owned()))
}

//! Size limits of files. They are larger for Terraform's plans, which contain all resources of a deployment three
//! times.

use std::io::Read;

use memchr::memmem;

use super::{MAX_FILE_BYTES, ReadError};

/// The largest plan that is read, in bytes.
const MAX_PLAN_BYTES: usize = 512 * 1024 * 1024;

/// Keys of which each plan, and each state, has at least one near its beginning.
const WORDS: [&[u8]; 4] = [b"\"format_version\"", b"\"planned_values\"", b"\"resource_changes\"", b"\"lineage\""];

/// The sizes up to which texts are read, in bytes.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    file: usize,
    plan: usize,
}

const SIZES: Sizes = Sizes { file: MAX_FILE_BYTES, plan: MAX_PLAN_BYTES };

/// Reads a text into the buffer, up to the limit of its kind. Of a larger text, only the part that shows its size is
/// read.
///
/// # Errors
///
/// The text can't be read or is too large.
pub fn read(text: &mut impl Read, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
    SIZES.read(text, buffer)
}

/// Checks that a text isn't larger than one of its kind may be.
///
/// # Errors
///
/// [`ReadError::TooLarge`] or [`ReadError::LargePlan`].
pub fn check_size(text: &[u8]) -> Result<(), ReadError> {
    SIZES.check(text)
}

impl Sizes {
    fn read(self, text: &mut impl Read, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
        buffer.clear();
        read_up_to(text, self.file, buffer)?;
        if buffer.len() > self.file && self.is_plan(buffer) {
            read_up_to(text, self.plan, buffer)?;
        }
        self.check(buffer)
    }

    fn check(self, text: &[u8]) -> Result<(), ReadError> {
        if text.len() <= self.file {
            return Ok(());
        }
        match self.is_plan(text) {
            true if text.len() > self.plan => Err(ReadError::LargePlan),
            true => Ok(()),
            false => Err(ReadError::TooLarge),
        }
    }

    /// True if a text begins as a plan does.
    fn is_plan(self, text: &[u8]) -> bool {
        let start = text.get(..self.file).unwrap_or(text);
        start.trim_ascii_start().starts_with(b"{") && WORDS.iter().any(|word| memmem::find(start, word).is_some())
    }
}

/// Reads one byte more than the limit, so that a larger text is detected.
fn read_up_to(text: &mut impl Read, limit: usize, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
    let left = limit.saturating_add(1).saturating_sub(buffer.len());
    text.take(left as u64).read_to_end(buffer).map_err(super::disk::refused)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_limit_of_its_kind() {
        let sizes = Sizes { file: 100, plan: 1_000 };
        let cases = [
            ("x".repeat(100), Ok(()), 100),
            ("x".repeat(102), Err(ReadError::TooLarge), 101),
            (plan(1_000), Ok(()), 1_000),
            (plan(1_002), Err(ReadError::LargePlan), 1_001),
        ];
        for (text, expected, length) in cases {
            let mut buffer = b"before".to_vec();
            assert_eq!(sizes.read(&mut text.as_bytes(), &mut buffer), expected);
            assert_eq!((sizes.check(text.as_bytes()), buffer.len()), (expected, length));
        }
        assert!(ReadError::LargePlan.to_string().contains("512 MB"));
    }

    fn plan(length: usize) -> String {
        format!("{{\"format_version\":\"1.2\"{}}}", " ".repeat(length - 24))
    }
}

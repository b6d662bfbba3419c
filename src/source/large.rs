//! Files that may be larger than others: Terraform's plans, which hold all resources of a deployment three times.

use std::io::Read;

use memchr::memmem;

use super::{MAX_FILE_BYTES, ReadError};

/// The largest plan that is read, in bytes.
pub(super) const MAX_PLAN_BYTES: usize = 512 * 1024 * 1024;

/// Words one of which stands in the first part of each plan.
const WORDS: [&[u8]; 3] = [b"\"format_version\"", b"\"planned_values\"", b"\"resource_changes\""];

/// Replaces the buffer's contents by a text's, if it isn't too large for what it is.
pub(super) fn read(text: &mut impl Read, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
    buffer.clear();
    read_up_to(text, MAX_FILE_BYTES, buffer)?;
    if buffer.len() > MAX_FILE_BYTES && is_plan(buffer) {
        read_up_to(text, MAX_PLAN_BYTES, buffer)?;
    }
    if is_too_large(buffer) { Err(ReadError::TooLarge) } else { Ok(()) }
}

/// Whether a text is larger than one of its kind may be.
pub fn is_too_large(text: &[u8]) -> bool {
    text.len() > MAX_PLAN_BYTES || text.len() > MAX_FILE_BYTES && !is_plan(text)
}

/// One byte more than the limit tells that there is more.
fn read_up_to(text: &mut impl Read, limit: usize, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
    let left = limit.saturating_add(1).saturating_sub(buffer.len());
    text.take(left as u64).read_to_end(buffer).map_err(super::disk::refused)?;
    Ok(())
}

/// Whether a text begins as a plan does.
fn is_plan(text: &[u8]) -> bool {
    let start = text.get(..MAX_FILE_BYTES).unwrap_or(text);
    start.trim_ascii_start().starts_with(b"{") && WORDS.iter().any(|word| memmem::find(start, word).is_some())
}

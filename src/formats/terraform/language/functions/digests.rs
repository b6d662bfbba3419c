//! Hash functions of texts, and UUIDs that are based on them.

use std::fmt::Write;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::encoding::base64;
use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};

/// The bytes of a text that are hashed per step.
const BYTES_PER_STEP: usize = 256;

/// The text to hash.
fn input(call: &EvaluatedCall<'_>) -> Result<String, FunctionFailure> {
    let text = call.string(0)?;
    call.charge(text.len(), BYTES_PER_STEP);
    Ok(text)
}

/// The MD5 digest in hexadecimal.
pub(super) fn md5(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::string(hexadecimal(&Md5::digest(input(call)?)))
}

/// The SHA-1 digest in hexadecimal.
pub(super) fn sha1(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::string(hexadecimal(&Sha1::digest(input(call)?)))
}

/// The SHA-256 digest in hexadecimal.
pub(super) fn sha256(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::string(hexadecimal(&Sha256::digest(input(call)?)))
}

/// The SHA-512 digest in hexadecimal.
pub(super) fn sha512(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::string(hexadecimal(&Sha512::digest(input(call)?)))
}

/// The SHA-256 digest in Base64.
pub(super) fn base64sha256(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::string(base64(&Sha256::digest(input(call)?)))
}

/// The SHA-512 digest in Base64.
pub(super) fn base64sha512(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::string(base64(&Sha512::digest(input(call)?)))
}

/// The UUID of a name in a namespace: version 5 of RFC 9562.
pub(super) fn uuidv5(call: &EvaluatedCall<'_>) -> FunctionResult {
    let namespace = namespace(&call.string(0)?)?;
    let mut digest: Vec<u8> =
        Sha1::new().chain_update(namespace).chain_update(call.string(1)?).finalize().iter().copied().take(16).collect();
    if let Some(byte) = digest.get_mut(6) {
        *byte = (*byte & 0x0f) | 0x50;
    }
    if let Some(byte) = digest.get_mut(8) {
        *byte = (*byte & 0x3f) | 0x80;
    }
    let mut text = hexadecimal(&digest);
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    FunctionOutcome::string(text)
}

fn namespace(name: &str) -> Result<[u8; 16], FunctionFailure> {
    /// The namespaces of RFC 9562 differ in one byte.
    const fn well_known(byte: u8) -> [u8; 16] {
        [0x6b, 0xa7, 0xb8, byte, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8]
    }
    match name {
        "dns" => Ok(well_known(0x10)),
        "url" => Ok(well_known(0x11)),
        "oid" => Ok(well_known(0x12)),
        "x500" => Ok(well_known(0x14)),
        uuid => {
            of_uuid(uuid).ok_or_else(|| FunctionFailure::failed("this is neither a UUID nor the name of a namespace"))
        }
    }
}

/// A UUID, with or without hyphens, braces, or the prefix `urn:uuid:`.
fn of_uuid(text: &str) -> Option<[u8; 16]> {
    let bare = text.strip_prefix("urn:uuid:").unwrap_or(text);
    let braced = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let text = braced.unwrap_or(bare);
    let is_plain = text.len() == 32 && braced.is_none() && bare == text;
    if !is_plain && !text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) {
        return None;
    }
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let is_hexadecimal = digits.len() == 32 && digits.bytes().all(|c| c.is_ascii_hexdigit());
    let number = u128::from_str_radix(&digits, 16).ok().filter(|_| is_hexadecimal)?;
    Some(number.to_be_bytes())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

//! Functions that encode text in other characters.

use super::{Call, Given, Outcome, Stop};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding.
pub(super) fn base64encode(call: &Call<'_>) -> Outcome {
    let text = call.string(0)?;
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        let missing = 3_usize.saturating_sub(chunk.len());
        let bits = bits << missing.saturating_mul(8);
        let digits =
            [18, 12, 6, 0].map(|shift| ALPHABET.get((bits >> shift & 63) as usize).map_or('=', |c| char::from(*c)));
        encoded.extend(digits.iter().take(4_usize.saturating_sub(missing)));
        encoded.extend(std::iter::repeat_n('=', missing));
    }
    Given::string(encoded)
}

/// Text from Base64, in which line ends are skipped.
pub(super) fn base64decode(call: &Call<'_>) -> Outcome {
    let text: String = call.string(0)?.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    let Some(bytes) = decoded(&text) else { return Err(Stop::failed("this isn't Base64")) };
    String::from_utf8(bytes).map_or_else(|_| Err(Stop::failed("what this encodes isn't UTF-8")), Given::string)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let groups = text.as_bytes().chunks(4);
    let last = groups.len().saturating_sub(1);
    for (at, group) in groups.enumerate() {
        let padding = group.iter().rev().take_while(|byte| **byte == b'=').count();
        if group.len() != 4 || padding > 2 || (padding > 0 && at != last) {
            return None;
        }
        let digits = group.iter().take(4_usize.saturating_sub(padding));
        let bits = digits.map(|byte| digit(*byte)).try_fold(0_u32, |bits, digit| Some((bits << 6) | digit?))?;
        let bits = bits << padding.saturating_mul(6);
        bytes.extend(bits.to_be_bytes().into_iter().skip(1).take(3_usize.saturating_sub(padding)));
    }
    Some(bytes)
}

fn digit(byte: u8) -> Option<u32> {
    let at = ALPHABET.iter().position(|digit| *digit == byte)?;
    u32::try_from(at).ok()
}

/// As in the query of a URL, with `+` for a space.
pub(super) fn urlencode(call: &Call<'_>) -> Outcome {
    let mut encoded = String::new();
    for byte in call.string(0)?.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    Given::string(encoded)
}

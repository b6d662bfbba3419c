//! Functions that encode and decode text: Base64, URLs and UTF-16.

use super::{Call, Given, Outcome, Stop};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding.
pub(super) fn base64encode(call: &Call<'_>) -> Outcome {
    Given::string(base64(call.string(0)?.as_bytes()))
}

/// Encodes bytes as Base64 with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut encoded = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        let missing = 3_usize.saturating_sub(chunk.len());
        let bits = bits << missing.saturating_mul(8);
        let digits =
            [18, 12, 6, 0].map(|shift| ALPHABET.get((bits >> shift & 63) as usize).map_or('=', |c| char::from(*c)));
        encoded.extend(digits.iter().take(4_usize.saturating_sub(missing)));
        encoded.extend(std::iter::repeat_n('=', missing));
    }
    encoded
}

/// Text from Base64, ignoring line ends.
pub(super) fn base64decode(call: &Call<'_>) -> Outcome {
    let bytes = bytes(&call.string(0)?)?;
    String::from_utf8(bytes).map_or_else(|_| Err(Stop::failed("what this encodes isn't UTF-8")), Given::string)
}

/// Decodes Base64 to bytes.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Stop> {
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    decoded(&text).ok_or_else(|| Stop::failed("this isn't Base64"))
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

/// Percent-encoding as in the query of a URL, with `+` for a space.
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

/// The Base64 of text in another encoding.
pub(super) fn textencodebase64(call: &Call<'_>) -> Outcome {
    let text = call.string(0)?;
    let encoded = match encoding(&call.string(1)?)? {
        Encoding::Utf8 => text.into_bytes(),
        Encoding::Utf16(Endian::Little) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16(Endian::Big) => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    };
    Given::string(base64(&encoded))
}

/// Text from Base64 of another encoding.
pub(super) fn textdecodebase64(call: &Call<'_>) -> Outcome {
    let bytes = bytes(&call.string(0)?)?;
    let pairs = || bytes.chunks(2).map(|pair| <[u8; 2]>::try_from(pair).ok());
    let decoded = match encoding(&call.string(1)?)? {
        Encoding::Utf8 => String::from_utf8(bytes).ok(),
        Encoding::Utf16(endian) => {
            let units = pairs().map(|pair| pair.map(|pair| endian.unit(pair))).collect::<Option<Vec<u16>>>();
            units.and_then(|units| String::from_utf16(&units).ok())
        }
    };
    decoded.map_or_else(|| Err(Stop::failed("this isn't text in that encoding")), Given::string)
}

enum Encoding {
    Utf8,
    Utf16(Endian),
}

#[derive(Clone, Copy)]
enum Endian {
    Little,
    Big,
}

impl Endian {
    fn unit(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }
}

/// The Unicode encodings. The others that Terraform supports would need tables.
fn encoding(name: &str) -> Result<Encoding, Stop> {
    match name.to_ascii_lowercase().as_str() {
        "utf-8" => Ok(Encoding::Utf8),
        "utf-16le" => Ok(Encoding::Utf16(Endian::Little)),
        "utf-16be" => Ok(Encoding::Utf16(Endian::Big)),
        _ => Err(Stop::not_evaluated("such an encoding of text")),
    }
}

/// Decodes text from the query of a URL. Only OpenTofu has this function.
pub(super) fn urldecode(call: &Call<'_>) -> Outcome {
    let text = call.string(0)?;
    let mut decoded = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let byte = digit().zip(digit()).and_then(|(high, low)| u8::try_from((high << 4) | low).ok());
                decoded.push(byte.ok_or_else(|| Stop::failed("a `%` isn't followed by two digits"))?);
            }
            byte => decoded.push(byte),
        }
    }
    String::from_utf8(decoded).map_or_else(|_| Err(Stop::not_evaluated("text that isn't UTF-8")), Given::string)
}

//! Functions that encode text: Base64, URL queries and character encodings.

use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Evaluates `base64encode`, with padding.
pub(super) fn base64encode(call: &EvaluatedCall<'_>) -> FunctionResult {
    FunctionOutcome::string(base64(call.string(0)?.as_bytes()))
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

/// Evaluates `base64decode`, which skips line ends in the Base64 text.
pub(super) fn base64decode(call: &EvaluatedCall<'_>) -> FunctionResult {
    let bytes = bytes(&call.string(0)?)?;
    String::from_utf8(bytes)
        .map_or_else(|_| Err(FunctionFailure::failed("what this encodes isn't UTF-8")), FunctionOutcome::string)
}

/// Decodes Base64 text, skipping line ends.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, FunctionFailure> {
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    decoded(&text).ok_or_else(|| FunctionFailure::failed("this isn't Base64"))
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

/// Evaluates `urlencode`, which encodes a space as `+`, as in URL queries.
pub(super) fn urlencode(call: &EvaluatedCall<'_>) -> FunctionResult {
    let mut encoded = String::new();
    for byte in call.string(0)?.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    FunctionOutcome::string(encoded)
}

/// Evaluates `textencodebase64`, which encodes text in another character encoding as Base64.
pub(super) fn textencodebase64(call: &EvaluatedCall<'_>) -> FunctionResult {
    let text = call.string(0)?;
    let encoded: Option<Vec<u8>> = match TextEncoding::of(&call.string(1)?)? {
        TextEncoding::Utf8 => Some(text.into_bytes()),
        TextEncoding::Utf16(Endian::Little) => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        TextEncoding::Utf16(Endian::Big) => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        TextEncoding::MarkedUtf16 => {
            Some(std::iter::once(MARK).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect())
        }
        TextEncoding::Bytes(table) => text.chars().map(|character| byte_of(character, table)).collect(),
        TextEncoding::Other if text.is_ascii() => Some(text.into_bytes()),
        TextEncoding::Other => return Err(not_ascii("textencodebase64")),
    };
    match encoded {
        Some(encoded) => FunctionOutcome::string(base64(&encoded)),
        None => Err(FunctionFailure::failed("the text has characters that this encoding doesn't have")),
    }
}

/// Evaluates `textdecodebase64`, which decodes Base64 text of another character encoding.
pub(super) fn textdecodebase64(call: &EvaluatedCall<'_>) -> FunctionResult {
    let encoding = TextEncoding::of(&call.string(1)?)?;
    let bytes = bytes(&call.string(0)?)?;
    let decoded = match encoding {
        TextEncoding::Utf8 => String::from_utf8(bytes).ok(),
        TextEncoding::Utf16(endian) => endian.text(&bytes),
        TextEncoding::MarkedUtf16 => match bytes.as_slice() {
            [0xff, 0xfe, rest @ ..] => Endian::Little.text(rest),
            [0xfe, 0xff, rest @ ..] | rest => Endian::Big.text(rest),
        },
        TextEncoding::Bytes(table) => Some(bytes.into_iter().map(|byte| character_of(byte, table)).collect()),
        TextEncoding::Other if bytes.is_ascii() => String::from_utf8(bytes).ok(),
        TextEncoding::Other => return Err(not_ascii("textdecodebase64")),
    };
    // Terraform reports this character as an error, even if it is part of the text.
    match decoded.filter(|text| !text.contains(char::REPLACEMENT_CHARACTER)) {
        Some(text) => FunctionOutcome::string(text),
        None => Err(FunctionFailure::failed("this isn't text in that encoding")),
    }
}

fn not_ascii(function: &str) -> FunctionFailure {
    FunctionFailure::not_evaluated(&format!("the function `{function}` in such an encoding"))
}

/// The byte order mark.
const MARK: u16 = 0xfeff;

/// A character encoding, by the names that Terraform accepts.
enum TextEncoding {
    Utf8,
    Utf16(Endian),
    /// UTF-16 with a byte order mark.
    MarkedUtf16,
    /// One byte for each character. The string has the characters from 0x80 on; bytes after these are the code points
    /// of their characters.
    Bytes(&'static str),
    /// Another encoding that includes ASCII, which is only evaluated for ASCII.
    Other,
}

#[derive(Clone, Copy)]
enum Endian {
    Little,
    Big,
}

impl Endian {
    fn text(self, bytes: &[u8]) -> Option<String> {
        let mut units = Vec::new();
        for pair in bytes.chunks(2) {
            let pair = <[u8; 2]>::try_from(pair).ok()?;
            units.push(match self {
                Self::Little => u16::from_le_bytes(pair),
                Self::Big => u16::from_be_bytes(pair),
            });
        }
        String::from_utf16(&units).ok()
    }
}

/// ISO-8859-1, in which each byte is the code point of its character.
const LATIN_1: &str = "";

/// The characters of windows-1252 from 0x80 to 0x9f. Five bytes have no character.
const WINDOWS_1252: &str = "€\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ";

/// Encodings that include ASCII unchanged, in lower case. Many have further names, which aren't evaluated.
const OTHERS: [&str; 4] = ["big5", "shift_jis", "gbk", "gb18030"];

/// Families of such encodings: the prefix and the endings of their names.
const FAMILIES: [(&str, &[&str]); 6] = [
    ("iso-8859-", &["2", "3", "4", "5", "6", "6-e", "6-i", "7", "8", "8-e", "8-i", "9", "10", "13", "14", "15", "16"]),
    ("windows-", &["874", "1250", "1251", "1253", "1254", "1255", "1256", "1257", "1258"]),
    ("ibm", &["437", "850", "852", "855", "860", "862", "863", "865", "866"]),
    ("koi8-", &["r", "u"]),
    ("euc-", &["jp", "kr"]),
    ("mac", &["", "intosh"]),
];

impl TextEncoding {
    fn of(name: &str) -> Result<Self, FunctionFailure> {
        let name = name.trim().to_ascii_lowercase();
        Ok(match name.as_str() {
            "utf-8" | "csutf8" => Self::Utf8,
            "utf-16le" | "csutf16le" => Self::Utf16(Endian::Little),
            "utf-16be" | "csutf16be" => Self::Utf16(Endian::Big),
            "utf-16" | "csutf16" => Self::MarkedUtf16,
            "iso-8859-1" | "iso_8859-1" | "latin1" | "l1" | "iso-ir-100" | "ibm819" | "cp819" => Self::Bytes(LATIN_1),
            "windows-1252" => Self::Bytes(WINDOWS_1252),
            name if OTHERS.contains(&name) => Self::Other,
            name => {
                let is_known = FAMILIES
                    .iter()
                    .any(|(family, members)| name.strip_prefix(family).is_some_and(|member| members.contains(&member)));
                if !is_known {
                    return Err(FunctionFailure::not_evaluated("such an encoding of text"));
                }
                Self::Other
            }
        })
    }
}

/// Returns the byte of a character; `None` if the encoding doesn't have the character.
fn byte_of(character: char, table: &str) -> Option<u8> {
    if let Some(at) = table.chars().position(|own| own == character && own != char::REPLACEMENT_CHARACTER) {
        return u8::try_from(at).ok()?.checked_add(0x80);
    }
    let byte = u8::try_from(u32::from(character)).ok()?;
    (character_of(byte, table) == character).then_some(byte)
}

fn character_of(byte: u8, table: &str) -> char {
    byte.checked_sub(0x80).and_then(|at| table.chars().nth(usize::from(at))).unwrap_or(char::from(byte))
}

/// Evaluates OpenTofu's `urldecode`, which decodes text of a URL query.
pub(super) fn urldecode(call: &EvaluatedCall<'_>) -> FunctionResult {
    let text = call.string(0)?;
    let mut decoded = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => {
                let byte = hex_digit(&mut bytes)
                    .zip(hex_digit(&mut bytes))
                    .and_then(|(high, low)| u8::try_from((high << 4) | low).ok());
                decoded.push(byte.ok_or_else(|| FunctionFailure::failed("a `%` isn't followed by two digits"))?);
            }
            byte => decoded.push(byte),
        }
    }
    String::from_utf8(decoded)
        .map_or_else(|_| Err(FunctionFailure::not_evaluated("text that isn't UTF-8")), FunctionOutcome::string)
}

fn hex_digit(bytes: &mut impl Iterator<Item = u8>) -> Option<u32> {
    char::from(bytes.next()?).to_digit(16)
}

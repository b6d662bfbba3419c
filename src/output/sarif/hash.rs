//! `primaryLocationLineHash`, by which GitHub knows an alert again when its line has moved.
//!
//! The algorithm is that of CodeQL's action, which hashes lines by itself where a report doesn't, and warns
//! of those that it would hash in another way.

use std::collections::HashMap;

/// How many characters from the start of a line count.
const WINDOW: usize = 100;

/// The base of the polynomial.
const BASE: u64 = 37;

/// Stands for the end of the text.
const END: u16 = 0xffff;

/// The hash of each line, with how many lines up to it have the same.
///
/// A line feed, a carriage return, or both end a line. Spaces and tabs don't count.
pub(super) fn lines(text: &str) -> Vec<String> {
    let (units, starts) = units(text);
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let hashes = rolling(&units);
    let mut lines = Vec::new();
    for start in starts {
        let hash = hashes.get(start).copied().unwrap_or_default();
        let count = seen.entry(hash).or_default();
        *count = count.saturating_add(1);
        lines.push(format!("{hash:x}:{count}"));
    }
    lines
}

/// The characters that count, as UTF-16, and where among them lines start.
fn units(text: &str) -> (Vec<u16>, Vec<usize>) {
    let mut units = Vec::with_capacity(text.len());
    let mut starts = Vec::new();
    let mut is_start = true;
    let mut after_return = false;
    for unit in text.encode_utf16().chain([END]) {
        let unit_after_return = std::mem::take(&mut after_return);
        let unit = match u8::try_from(unit) {
            Ok(b' ' | b'\t') => continue,
            Ok(b'\n') if unit_after_return => continue,
            Ok(b'\r') => {
                after_return = true;
                u16::from(b'\n')
            }
            Ok(_) | Err(_) => unit,
        };
        if is_start {
            starts.push(units.len());
        }
        is_start = unit == u16::from(b'\n');
        units.push(unit);
    }
    (units, starts)
}

/// The hash of the window that begins at each character; after the last one there are zeros.
fn rolling(units: &[u16]) -> Vec<u64> {
    let highest = (0..WINDOW).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut hash = (0..WINDOW).fold(0_u64, |hash, index| hash.wrapping_mul(BASE).wrapping_add(unit_at(units, index)));
    let mut hashes = Vec::new();
    for index in 0..units.len() {
        hashes.push(hash);
        let entering = unit_at(units, index.saturating_add(WINDOW));
        hash = hash.wrapping_mul(BASE).wrapping_add(entering).wrapping_sub(highest.wrapping_mul(unit_at(units, index)));
    }
    hashes
}

fn unit_at(units: &[u16], index: usize) -> u64 {
    units.get(index).copied().map_or(0, u64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hash_as_in_codeqls_action() {
        assert_eq!(lines(""), ["c129715d7a2bc9a3:1"]);
        let text =
            format!("resource \"aws_cloudtrail\" \"t\" {{\r\n\tname = \"é😀\"\r}}\n\nx\nx\n{}\n", "y".repeat(150));
        let expected = [
            "beea6e12ec5cb9ce:1",
            "cdb4ed11ddb8fe41:1",
            "26baf2b101e62846:1",
            "df86fcb7bc545961:1",
            "5662608839105914:1",
            "a434200caccdeba8:1",
            "cadd4b5b9d92c51c:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(lines(&text), expected);
    }

    #[test]
    fn equal_lines_are_counted() {
        let lines = lines(&"x\n".repeat(60));
        let (first, count) = lines.first().and_then(|line| line.split_once(':')).unwrap_or_default();
        assert_eq!((lines.len(), count), (61, "1"));
        assert_eq!(lines.get(10), Some(&format!("{first}:11")));
    }

    #[test]
    fn blanks_do_not_count() {
        assert_eq!(lines("a b\n"), lines("\ta  b \n"));
    }
}

//! Counts columns in bytes, characters or UTF-16 code units.
//!
//! A file may be one line of many megabytes with thousands of findings, so counts are cached.

use std::ops::Range;
use std::sync::OnceLock;

/// The unit in which a column is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnUnit {
    /// Bytes of UTF-8.
    Byte,
    /// Unicode scalar values.
    Character,
    /// Code units of UTF-16.
    Utf16,
}

/// Distance in bytes between two stored counts. Shorter texts are counted again for each query.
const MILESTONE: usize = 128;

/// The stored counts of a text.
#[derive(Debug, Default)]
pub struct Columns {
    /// The count before each multiple of [`MILESTONE`] bytes.
    milestones: OnceLock<Vec<Count>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    characters: usize,
    /// The number of characters with two code units in UTF-16.
    wide: usize,
}

impl Columns {
    /// Returns the number of units between two offsets of the text. Each call has to pass the same text.
    pub fn between(&self, text: &str, Range { start, end }: Range<usize>, unit: ColumnUnit) -> usize {
        if unit == ColumnUnit::Byte {
            return end.saturating_sub(start);
        }
        let bytes = text.as_bytes();
        if end.saturating_sub(start) <= MILESTONE {
            return Count::of(bytes, start..end).units(unit);
        }
        let milestones = self.milestones.get_or_init(|| milestones(bytes));
        let [before_start, before_end] = [start, end].map(|offset| {
            let passed = offset.checked_div(MILESTONE).unwrap_or_default();
            let known = milestones.get(passed).copied().unwrap_or_default();
            known.and(Count::of(bytes, passed.saturating_mul(MILESTONE)..offset)).units(unit)
        });
        before_end.saturating_sub(before_start)
    }
}

fn milestones(bytes: &[u8]) -> Vec<Count> {
    let mut passed = Count::default();
    let mut counts = vec![passed];
    for start in (0..bytes.len()).step_by(MILESTONE) {
        passed = passed.and(Count::of(bytes, start..start.saturating_add(MILESTONE).min(bytes.len())));
        counts.push(passed);
    }
    counts
}

impl Count {
    /// Counts characters by the bytes that begin one, and wide characters by those of four bytes.
    fn of(bytes: &[u8], range: Range<usize>) -> Self {
        let bytes = bytes.get(range).unwrap_or_default();
        let starts = bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000);
        let wide = bytes.iter().filter(|byte| **byte >= 0b1111_0000);
        Self { characters: starts.count(), wide: wide.count() }
    }

    fn and(self, other: Self) -> Self {
        Self {
            characters: self.characters.saturating_add(other.characters),
            wide: self.wide.saturating_add(other.wide),
        }
    }

    fn units(self, unit: ColumnUnit) -> usize {
        match unit {
            ColumnUnit::Byte | ColumnUnit::Character => self.characters,
            ColumnUnit::Utf16 => self.characters.saturating_add(self.wide),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_counted_as_short_ones() {
        let text = "aé😀\u{feff}".repeat(2_000);
        let columns = Columns::default();
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for &start in places.iter().step_by(997) {
            for &end in places.iter().rev().step_by(89).filter(|end| **end >= start) {
                let part = text.get(start..end).unwrap();
                let counted = [ColumnUnit::Byte, ColumnUnit::Character, ColumnUnit::Utf16];
                let counted = counted.map(|unit| columns.between(&text, start..end, unit));
                assert_eq!(counted, [part.len(), part.chars().count(), part.encode_utf16().count()]);
            }
        }
    }
}

//! Sets of the kinds of management events that selectors can distinguish.

/// A subset of {read, write} × {KMS, RDS Data API, every other source}.
///
/// Selectors can exclude only these two sources, so no finer distinction is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage(u8);

impl Coverage {
    pub const NOTHING: Self = Self(0);
    pub const EVERYTHING: Self = Self(0b111_111);
    /// Read events of every source.
    pub const READS: Self = Self(0b000_111);
    /// Write events of every source.
    pub const WRITES: Self = Self(0b111_000);
    /// Events of `kms.amazonaws.com`.
    pub const KMS: Self = Self(0b001_001);
    /// Events of `rdsdata.amazonaws.com`.
    pub const RDS_DATA: Self = Self(0b010_010);
    /// Events of all other sources.
    pub const ORDINARY: Self = Self(0b100_100);

    /// The kinds in either set.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The kinds in both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The kinds in this set that aren't in `other`.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True if `other` is a subset.
    pub fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds that aren't in this set, in words: "read events", "events of AWS KMS". `None` if it has all.
    pub fn lacks(self) -> Option<String> {
        let named = [
            (Self::READS, "read events"),
            (Self::WRITES, "write events"),
            (Self::KMS, "events of AWS KMS"),
            (Self::RDS_DATA, "events of the RDS Data API"),
            (Self::ORDINARY, "events of other services"),
        ];
        let mut rest = Self::EVERYTHING.without(self);
        let mut words = Vec::new();
        for (kinds, word) in named {
            if Self::EVERYTHING.without(self).includes(kinds) && !rest.intersection(kinds).is_empty() {
                words.push(word);
                rest = rest.without(kinds);
            }
        }
        if !rest.is_empty() {
            words.push("some events");
        }
        (!words.is_empty()).then(|| words.join(" and "))
    }

    /// The number of kinds, from 0 to 6.
    pub fn size(self) -> u32 {
        self.0.count_ones()
    }

    /// The kinds of events of an event source.
    pub fn of_source(source: &str) -> Self {
        match source {
            "kms.amazonaws.com" => Self::KMS,
            "rdsdata.amazonaws.com" => Self::RDS_DATA,
            _ => Self::ORDINARY,
        }
    }
}

/// Lower and upper bounds for the recorded events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverageBounds {
    /// The events that are recorded whatever the unknown values are.
    pub least: Coverage,
    /// The events that are recorded in the best case.
    pub most: Coverage,
}

impl CoverageBounds {
    /// Creates bounds without uncertainty.
    pub fn exactly(coverage: Coverage) -> Self {
        Self { least: coverage, most: coverage }
    }

    /// The bounds of two selectors together.
    pub fn union(self, other: Self) -> Self {
        Self { least: self.least.union(other.least), most: self.most.union(other.most) }
    }

    /// The bounds if either of two applies and it is unknown which.
    pub fn or(self, other: Self) -> Self {
        Self { least: self.least.intersection(other.least), most: self.most.union(other.most) }
    }

    /// The bounds after `lost` is removed for certain.
    pub fn without(self, lost: Coverage) -> Self {
        Self { least: self.least.without(lost), most: self.most.without(lost) }
    }
}

//! Sets of the kinds of management events.

/// A subset of {read, write} × {KMS, RDS Data API, every other source}.
///
/// Only these two sources can be left out by selectors, so finer kinds aren't needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage(u8);

impl Coverage {
    /// No management event.
    pub const NOTHING: Self = Self(0);
    /// Every management event.
    pub const EVERYTHING: Self = Self(0b111_111);
    /// What reads, of every source.
    pub const READS: Self = Self(0b000_111);
    /// What writes, of every source.
    pub const WRITES: Self = Self(0b111_000);
    /// What goes to `kms.amazonaws.com`.
    pub const KMS: Self = Self(0b001_001);
    /// What goes to `rdsdata.amazonaws.com`.
    pub const RDS_DATA: Self = Self(0b010_010);
    /// What goes anywhere else.
    pub const ORDINARY: Self = Self(0b100_100);

    /// What is in either.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in it and not in `other`.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of `other` is in it.
    pub fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many of the six kinds are in it.
    pub fn size(self) -> u32 {
        self.0.count_ones()
    }

    /// The kinds of a management event source.
    pub fn of_source(source: &str) -> Self {
        match source {
            "kms.amazonaws.com" => Self::KMS,
            "rdsdata.amazonaws.com" => Self::RDS_DATA,
            _ => Self::ORDINARY,
        }
    }
}

/// What is recorded for certain, and what may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Recorded whatever the unknown parts turn out to be.
    pub least: Coverage,
    /// Recorded at best.
    pub most: Coverage,
}

impl Bounds {
    /// Nothing is unknown.
    pub fn exactly(coverage: Coverage) -> Self {
        Self { least: coverage, most: coverage }
    }

    /// Of two selectors together.
    pub fn union(self, other: Self) -> Self {
        Self { least: self.least.union(other.least), most: self.most.union(other.most) }
    }

    /// Of one of two, when it isn't known which.
    pub fn or(self, other: Self) -> Self {
        Self { least: self.least.intersection(other.least), most: self.most.union(other.most) }
    }

    /// After `lost` is taken away for certain.
    pub fn without(self, lost: Coverage) -> Self {
        Self { least: self.least.without(lost), most: self.most.without(lost) }
    }
}

//! The management events that a trail doesn't record.
//!
//! Two results of a rule are compared by them, to decide whether a change makes a trail worse.

use super::{Coverage, CoverageBounds};

/// The kinds of events with their names in files such as the baseline.
const WORDS: [(&str, Coverage); 6] = [
    ("kms:read", Coverage::KMS.intersection(Coverage::READS)),
    ("kms:write", Coverage::KMS.intersection(Coverage::WRITES)),
    ("other:read", Coverage::ORDINARY.intersection(Coverage::READS)),
    ("other:write", Coverage::ORDINARY.intersection(Coverage::WRITES)),
    ("rdsdata:read", Coverage::RDS_DATA.intersection(Coverage::READS)),
    ("rdsdata:write", Coverage::RDS_DATA.intersection(Coverage::WRITES)),
];

/// Lower and upper bounds for the lost events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventLoss {
    /// The events that are lost whatever the unknown values are.
    pub least: Coverage,
    /// The events that are lost in the worst case.
    pub most: Coverage,
}

impl EventLoss {
    /// The loss of a trail that records everything.
    pub const NOTHING: Self = Self { least: Coverage::NOTHING, most: Coverage::NOTHING };

    /// All lost reads if ordinary reads are lost, and all lost writes if ordinary writes are lost.
    pub fn with_ordinary(recorded: CoverageBounds) -> Self {
        Self { least: lost_rows(recorded.most), most: lost_rows(recorded.least) }
    }

    /// The lost events of single sources (KMS, RDS Data API), for reads and writes of which the ordinary events are
    /// recorded.
    pub fn beside_ordinary(recorded: CoverageBounds) -> Self {
        let rows = recorded_rows(recorded.most).without(Coverage::ORDINARY);
        Self { least: rows.without(recorded.most), most: rows.without(recorded.least) }
    }

    /// The events that either of two loses.
    pub fn union(self, other: Self) -> Self {
        Self { least: self.least.union(other.least), most: self.most.union(other.most) }
    }

    /// True if all events that are or may be lost here are lost at least as certainly in `other`.
    pub fn is_within(self, other: Self) -> bool {
        other.least.includes(self.least) && other.most.includes(self.most)
    }
}

/// The lost events of the rows whose ordinary events are lost.
fn lost_rows(recorded: Coverage) -> Coverage {
    let rows = [Coverage::READS, Coverage::WRITES].into_iter();
    let lost = rows.filter(|row| !recorded.includes(row.intersection(Coverage::ORDINARY)));
    lost.fold(Coverage::NOTHING, Coverage::union).without(recorded)
}

/// The rows whose ordinary events are recorded.
fn recorded_rows(recorded: Coverage) -> Coverage {
    let rows = [Coverage::READS, Coverage::WRITES].into_iter();
    let whole = rows.filter(|row| recorded.includes(row.intersection(Coverage::ORDINARY)));
    whole.fold(Coverage::NOTHING, Coverage::union)
}

/// The names of the kinds of events, in alphabetical order.
pub fn event_names(coverage: Coverage) -> Vec<&'static str> {
    WORDS.iter().filter(|(_, kind)| coverage.includes(*kind)).map(|(word, _)| *word).collect()
}

/// The kind of events with this name.
pub fn of_word(word: &str) -> Option<Coverage> {
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_told_by_the_rule_to_which_it_belongs() {
        let write_only = exactly(&["kms:read", "other:read", "rdsdata:read", "kms:write"]);
        assert_eq!(event_names(EventLoss::with_ordinary(write_only).least), ["kms:read", "other:read", "rdsdata:read"]);
        assert_eq!(event_names(EventLoss::beside_ordinary(write_only).least), ["kms:write"]);
        let without_kms = exactly(&["kms:read", "kms:write"]);
        assert_eq!(EventLoss::with_ordinary(without_kms), EventLoss::NOTHING);
        assert_eq!(event_names(EventLoss::beside_ordinary(without_kms).most), ["kms:read", "kms:write"]);
        let perhaps = CoverageBounds { least: write_only.least, most: Coverage::EVERYTHING };
        assert_eq!(EventLoss::with_ordinary(perhaps).least, Coverage::NOTHING);
        assert!(EventLoss::with_ordinary(perhaps).is_within(EventLoss::with_ordinary(write_only)));
        assert!(!EventLoss::with_ordinary(write_only).is_within(EventLoss::with_ordinary(perhaps)));
    }

    fn exactly(lost: &[&str]) -> CoverageBounds {
        let lost = lost.iter().filter_map(|word| of_word(word)).fold(Coverage::NOTHING, Coverage::union);
        CoverageBounds::exactly(Coverage::EVERYTHING.without(lost))
    }
}

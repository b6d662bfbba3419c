//! Numbers that look random and are the same in every run.

pub(crate) use super::work::corpus::random::Random;

impl Random {
    /// Whether something happens that has this chance in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Whether something happens that happens once in so many times.
    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

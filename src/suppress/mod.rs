//! What the user accepts: findings that stay on record and don't count.

mod accepted;
mod date;

pub use accepted::Accepted;
pub use date::Date;

use crate::source::Span;

/// Why a finding doesn't count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Suppression {
    /// Where that is written.
    pub span: Span,
    /// The reason that is given.
    pub reason: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
}

impl Suppression {
    /// The reason and the last day, to follow "suppressed".
    pub fn describe(&self) -> String {
        let reason = self.reason.as_deref().unwrap_or("no reason is given");
        let until = self.until.map(|until| format!(" (until {until})")).unwrap_or_default();
        format!("{reason}{until}")
    }

    /// Whether its last day is over.
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

//! The reason for which a finding doesn't count.

use super::Date;
use crate::source::Span;

/// The reason for which a finding is suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Suppression {
    /// The place of the suppression; `None` if the finding is suppressed because the compared state has it.
    pub span: Option<Span>,
    /// The part of the file that it applies to, if it is a comment or metadata that was found in a file.
    pub region: Option<Span>,
    /// True for a comment or metadata, false for an entry of the configuration or a baseline.
    pub is_in_source: bool,
    pub reason: Option<String>,
    /// The last day on which the suppression has an effect.
    pub until: Option<Date>,
}

impl Suppression {
    /// Describes the reason and the last day, to follow "suppressed".
    pub fn describe(&self) -> String {
        let reason = self.reason.as_deref().unwrap_or("no reason given");
        let until = self.until.map(|until| format!(" (until {until})")).unwrap_or_default();
        format!("{reason}{until}")
    }

    /// True if the suppression ends after another last day.
    pub fn ends_after(&self, until: Option<Date>) -> bool {
        until.is_some_and(|other| self.until.is_none_or(|own| own > other))
    }

    /// True if the last day has passed.
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

//! The reason for which a finding doesn't count.

use super::Date;
use crate::source::Span;

/// The reason for which a finding is suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Suppression {
    pub by: SuppressedBy,
    /// The place of the suppression; `None` if it has none, as for the base of a comparison.
    pub span: Option<Span>,
    /// The part of the file that it applies to, if it is a comment or metadata that was found in a file.
    pub region: Option<Span>,
    pub reason: Option<String>,
    /// The last day on which the suppression has an effect.
    pub until: Option<Date>,
}

/// The kind of a suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SuppressedBy {
    /// A comment in the code.
    Comment,
    /// The metadata of a resource.
    Metadata,
    /// An entry of the configuration.
    Configuration,
    /// An entry of the baseline.
    Baseline,
    /// The base of a comparison, which has the finding, too.
    Base,
}

impl SuppressedBy {
    /// True for a suppression that is written in the checked code.
    pub fn is_in_source(self) -> bool {
        match self {
            SuppressedBy::Comment | SuppressedBy::Metadata => true,
            SuppressedBy::Configuration | SuppressedBy::Baseline | SuppressedBy::Base => false,
        }
    }
}

impl Suppression {
    /// A suppression without a reason and without an end.
    pub fn new(by: SuppressedBy, span: Option<Span>) -> Self {
        Self { by, span, region: None, reason: None, until: None }
    }

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

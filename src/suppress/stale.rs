//! Reports suppressions without an effect, so that they get removed.

use std::sync::PoisonError;

use super::ignores::SuppressionSource;
use super::{SuppressedFindings, Suppressions};
use crate::report::Suppression;
use crate::rules::{self, Rule};
use crate::source::{FileId, Span};

/// A suppression that has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleSuppression {
    pub span: Span,
    pub kind: StaleKind,
    /// The problem, as a sentence fragment.
    pub message: String,
    /// The rule without a finding to suppress, if that is the problem.
    pub unused: Option<&'static str>,
}

/// The problem of a [`StaleSuppression`] suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaleKind {
    /// The comment is invalid; the message states how to correct it.
    Invalid,
    /// The comment has no finding to suppress.
    Unused,
    /// The entry of the configuration has no finding to suppress.
    Idle,
    /// The last day has passed.
    Expired,
    /// The named rule doesn't exist or can't be ignored.
    UnknownRule,
    /// It names a rule by its former id, which is accepted.
    OldId,
}

impl StaleSuppression {
    /// True if the suppression is valid but has no finding to suppress.
    pub fn is_unneeded(&self) -> bool {
        self.unused.is_some() && matches!(self.kind, StaleKind::Unused | StaleKind::Idle)
    }

    /// True for an entry of the configuration.
    pub fn is_of_settings(&self) -> bool {
        self.kind == StaleKind::Idle
    }
}

/// The hint for the former id of a rule.
fn for_old_id(ignore: &SuppressionSource, name: &str) -> Option<StaleSuppression> {
    let (span, present) = (ignore.suppression.span?, rules::renamed(name)?);
    let message = format!("`{name}` is the former id of `{present}`");
    Some(StaleSuppression { span, kind: StaleKind::OldId, message, unused: None })
}

impl Suppressions<'_> {
    /// Returns the stale suppressions in the files that `counts` selects; `is_asked` selects the enabled rules.
    pub fn stale(&self, is_asked: impl Fn(&Rule) -> bool, counts: impl Fn(FileId) -> bool) -> Vec<StaleSuppression> {
        if self.policy.is_disabled {
            return Vec::new();
        }
        let accepted = self.policy.configured.iter();
        let mut stale: Vec<StaleSuppression> =
            accepted.filter_map(|accepted| self.check_configured(accepted, &is_asked)).collect();
        for (id, _) in self.sources.all().into_iter().filter(|(id, _)| counts(*id)) {
            let ignores = self.of_file(id);
            for (span, message) in &ignores.misread {
                let (kind, message) = (StaleKind::Invalid, format!("invalid suppression: {message}"));
                stale.push(StaleSuppression { span: *span, kind, message, unused: None });
            }
            for ignore in ignores.all.iter().filter(|ignore| ignore.is_own) {
                stale.extend(ignore.rules.iter().filter_map(|rule| self.check_suppression(ignore, rule, &is_asked)));
                stale.extend(ignore.old_ids.iter().filter_map(|name| for_old_id(ignore, name)));
            }
        }
        stale
    }

    /// Checks an entry of the configuration. Unless the run checks all of its directory, the entry may apply to files
    /// outside the run, so only its expiry is reported.
    fn check_configured(
        &self,
        accepted: &SuppressedFindings,
        is_asked: &impl Fn(&Rule) -> bool,
    ) -> Option<StaleSuppression> {
        let (span, rule) = (accepted.suppression.span?, rules::find(accepted.rule)?);
        if self.is_used(span, rule.id()) {
            return self.expired(&accepted.suppression, rule.id());
        }
        let file = self.sources.file(span.file);
        let is_whole = self.policy.checked.iter().any(|checked| file.directory().starts_with(checked));
        let at = accepted.address.as_ref().map(|address| format!(" at `{address}`")).unwrap_or_default();
        let message = format!("no finding of `{}`{at} to suppress", rule.id());
        let unused = Some(rule.id());
        (is_whole && is_asked(rule)).then_some(StaleSuppression { span, kind: StaleKind::Idle, message, unused })
    }

    fn check_suppression(
        &self,
        ignore: &SuppressionSource,
        rule: &Result<&'static Rule, String>,
        is_asked: &impl Fn(&Rule) -> bool,
    ) -> Option<StaleSuppression> {
        let span = ignore.suppression.span?;
        match rule {
            Err(message) => {
                Some(StaleSuppression { span, kind: StaleKind::UnknownRule, message: message.clone(), unused: None })
            }
            Ok(rule) if self.is_used(span, rule.id()) => self.expired(&ignore.suppression, rule.id()),
            Ok(rule) if is_asked(rule) => {
                let message = format!("no finding of `{}` to suppress", rule.id());
                Some(StaleSuppression { span, kind: StaleKind::Unused, message, unused: Some(rule.id()) })
            }
            Ok(_) => None,
        }
    }

    fn expired(&self, suppression: &Suppression, rule: &'static str) -> Option<StaleSuppression> {
        let span = suppression.span?;
        let until = suppression.until.filter(|until| *until < self.policy.today && self.is_used(span, rule))?;
        let message = format!("the suppression of `{rule}` expired on {until}");
        Some(StaleSuppression { span, kind: StaleKind::Expired, message, unused: None })
    }

    fn is_used(&self, span: Span, rule: &'static str) -> bool {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).contains(&(Some(span), rule))
    }
}

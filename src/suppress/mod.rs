//! Suppressions: findings that the user accepts remain in the report but don't fail the run.
//!
//! A finding is suppressed by the configuration, or by a comment at the trail, at a call of its module, or at any step
//! of a value's path. Comments aren't part of the evaluated trees: a file is searched for them only if a finding has a
//! place in it, and parsed again only if it has one.

mod add;
mod comment_scope;
mod directive;
mod expiry;
mod ignores;
mod metadata;
mod other_tools;
mod outline;
mod stale;
mod suppressed_findings;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

pub use add::{AddedComments, CommentedFile, UncommentedFinding, comment, comments};
pub use other_tools::{FOREIGN, OtherTool, matching_rules, rule_here};
pub use stale::{StaleKind, StaleSuppression};
pub use suppressed_findings::SuppressedFindings;

/// True if a reason contains a last day, valid or misspelt, which would have no effect there.
pub fn has_last_day(reason: &str) -> bool {
    expiry::is_in(reason)
}

use crate::report::{Date, Suppression};
use crate::rules::Rule;
use crate::source::{FileId, SourceFile, Sources, Span};
use ignores::Ignores;

/// The suppressions that a run respects.
#[derive(Debug, Clone, Default)]
pub struct SuppressionPolicy {
    /// True if no finding may be suppressed.
    pub is_disabled: bool,
    /// True if comments count only for findings that are also suppressed in the state that the run compares with.
    pub is_locked: bool,
    /// The entries of `ignore` in the configuration.
    pub configured: Vec<SuppressedFindings>,
    /// The checked paths. An unused entry is reported only if its configuration is in a directory that is checked as a
    /// whole.
    pub checked: Vec<PathBuf>,
    /// The other tools whose comments are respected.
    pub other_tools: Vec<OtherTool>,
    /// The date of the run.
    pub today: Date,
}

/// The suppressions of a run, with a record of those that were used.
#[derive(Debug)]
pub struct Suppressions<'a> {
    policy: &'a SuppressionPolicy,
    sources: &'a Sources,
    ignored: Arc<FileSuppressions>,
    /// The rules for which a suppression was used, even if it has expired.
    used: Mutex<UsedSuppression>,
}

/// The places of used suppressions, each with the rule.
pub type UsedSuppression = HashSet<(Option<Span>, &'static str)>;

/// A cache of the suppressions in files. Each is valid for the text that it was read from.
#[derive(Debug, Default)]
pub struct FileSuppressions {
    files: Mutex<HashMap<FileId, ParsedText>>,
}

/// A file and its suppressions.
type ParsedText = (Arc<SourceFile>, Arc<Ignores>);

impl<'a> Suppressions<'a> {
    /// Starts with an empty cache and no used suppressions.
    pub fn new(policy: &'a SuppressionPolicy, sources: &'a Sources) -> Self {
        Self::with_cache(Arc::default(), policy, sources)
    }

    /// Starts with a shared cache and no used suppressions.
    pub fn with_cache(ignored: Arc<FileSuppressions>, policy: &'a SuppressionPolicy, sources: &'a Sources) -> Self {
        Self { policy, sources, ignored, used: Mutex::default() }
    }

    /// Returns the suppressions used so far.
    pub fn used(&self) -> UsedSuppression {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds suppressions that another part of the run has used.
    pub fn add_used(&self, used: &UsedSuppression) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).extend(used);
    }

    /// Returns the suppression of a rule's finding about a trail, or about a deployment if `address` is `None`.
    /// `places` are all places of the finding. If several apply, the one that holds the longest is returned.
    pub fn find(&self, rule: &Rule, address: Option<&str>, places: &[Span]) -> Option<Suppression> {
        if self.policy.is_disabled {
            return None;
        }
        let accepted = self.policy.configured.iter().filter(|accepted| accepted.covers(rule.id(), address));
        let mut found: Vec<Suppression> = accepted.map(|accepted| accepted.suppression.clone()).collect();
        for place in places {
            let ignores = self.of_file(place.file);
            let covering = ignores.all.iter().filter(|ignore| ignore.covers(rule, *place));
            found.extend(covering.map(|ignore| Suppression { region: ignore.region, ..ignore.suppression.clone() }));
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.extend(found.iter().map(|suppression| (suppression.span, rule.id())));
        let valid = found.into_iter().filter(|suppression| !suppression.is_expired(self.policy.today));
        valid.reduce(|first, other| if other.ends_after(first.until) { other } else { first })
    }

    fn of_file(&self, id: FileId) -> Arc<Ignores> {
        let file = self.sources.file(id);
        let mut files = self.ignored.files.lock().unwrap_or_else(PoisonError::into_inner);
        match files.get(&id) {
            Some((text, ignores)) if Arc::ptr_eq(text, &file) => Arc::clone(ignores),
            Some(_) | None => {
                let ignores = Arc::new(Ignores::read(id, &file, &self.policy.other_tools));
                files.insert(id, (file, Arc::clone(&ignores)));
                ignores
            }
        }
    }
}

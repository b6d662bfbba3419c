//! What the user accepts: findings that stay on record and don't count.
//!
//! A finding is suppressed by the configuration, or by a comment at the trail, at a call that brings it, or at any
//! step of the way that its value came. Comments are no part of the trees that are evaluated: a file is searched for them only
//! once a finding leads into it, and read again only if it has one.

mod accepted;
mod add;
mod date;
mod directive;
mod foreign;
mod ignores;
mod metadata;
mod outline;
mod reach;
mod stale;
mod tool;
mod until;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

pub use accepted::SuppressedFindings;
pub use add::{AddedComments, CommentedFile, UncommentedFinding, comment, comments};
pub use date::Date;
pub use foreign::{FOREIGN, matching_rules};
pub use stale::{StaleKind, StaleSuppression};
pub use tool::OtherTool;

/// True if a reason has a last day, or almost: that would have no effect there.
pub fn has_last_day(reason: &str) -> bool {
    until::is_in(reason)
}

use crate::rules::Rule;
use crate::source::{FileId, SourceFile, Sources, Span};
use ignores::Ignores;

/// What may suppress a finding.
#[derive(Debug, Clone, Default)]
pub struct SuppressionPolicy {
    /// Whether anything may.
    pub is_off: bool,
    /// Whether comments count only for what they accepted in the state that is compared with.
    pub is_locked: bool,
    /// What the configuration accepts.
    pub accepted: Vec<SuppressedFindings>,
    /// What is checked as a whole: a configuration that lies in there isn't about anything else.
    pub checked: Vec<PathBuf>,
    /// The tools whose comments count as well.
    pub honored: Vec<OtherTool>,
    /// The day on which this is.
    pub today: Date,
}

/// Why a finding doesn't count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Suppression {
    /// Where that is written; nothing where it isn't, as the finding is older than what is compared.
    pub span: Option<Span>,
    /// The part of the file that it is about, if it stands in one beside the code and was found there.
    pub about: Option<Span>,
    /// Whether that is beside the code, as a comment or as metadata, and no list kept apart.
    pub is_in_source: bool,
    /// The reason that is given.
    pub reason: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
}

impl Suppression {
    /// The reason and the last day, to follow "suppressed".
    pub fn describe(&self) -> String {
        let reason = self.reason.as_deref().unwrap_or("no reason given");
        let until = self.until.map(|until| format!(" (until {until})")).unwrap_or_default();
        format!("{reason}{until}")
    }

    /// True if it holds after another last day.
    pub fn holds_longer(&self, until: Option<Date>) -> bool {
        until.is_some_and(|other| self.until.is_none_or(|own| own > other))
    }

    /// Whether its last day is over.
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// The suppressions of a run, and which of them were of use.
#[derive(Debug)]
pub struct Suppressions<'a> {
    policy: &'a SuppressionPolicy,
    sources: &'a Sources,
    ignored: Arc<FileSuppressions>,
    /// The rules for which something was of use, also if its last day is over.
    used: Mutex<UsedSuppression>,
}

/// What was of use: where it is written, and the rule.
pub type UsedSuppression = HashSet<(Option<Span>, &'static str)>;

/// What files suppress, each with the text in which that is written.
#[derive(Debug, Default)]
pub struct FileSuppressions {
    files: Mutex<HashMap<FileId, ParsedText>>,
}

/// A text, and what it suppresses.
type ParsedText = (Arc<SourceFile>, Arc<Ignores>);

impl<'a> Suppressions<'a> {
    /// None of use yet.
    pub fn new(policy: &'a SuppressionPolicy, sources: &'a Sources) -> Self {
        Self::among(Arc::default(), policy, sources)
    }

    /// None of use yet, where the files are read already, or some of them.
    pub fn among(ignored: Arc<FileSuppressions>, policy: &'a SuppressionPolicy, sources: &'a Sources) -> Self {
        Self { policy, sources, ignored, used: Mutex::default() }
    }

    /// What was of use until now.
    pub fn used(&self) -> UsedSuppression {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes in what was of use to others.
    pub fn add_used(&self, used: &UsedSuppression) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).extend(used);
    }

    /// Why what a rule finds of a trail, or of a deployment without an address, doesn't count; `places` are all
    /// that it has to do with.
    pub fn find(&self, rule: &Rule, address: Option<&str>, places: &[Span]) -> Option<Suppression> {
        if self.policy.is_off {
            return None;
        }
        let accepted = self.policy.accepted.iter().filter(|accepted| accepted.covers(rule.id(), address));
        let mut found: Vec<Suppression> = accepted.map(|accepted| accepted.suppression.clone()).collect();
        for place in places {
            let ignores = self.of_file(place.file);
            let covering = ignores.all.iter().filter(|ignore| ignore.covers(rule, *place));
            found.extend(covering.map(|ignore| Suppression { about: ignore.region, ..ignore.suppression.clone() }));
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.extend(found.iter().map(|suppression| (suppression.span, rule.id())));
        let valid = found.into_iter().filter(|suppression| !suppression.is_expired(self.policy.today));
        valid.reduce(|first, other| if other.holds_longer(first.until) { other } else { first })
    }

    fn of_file(&self, id: FileId) -> Arc<Ignores> {
        let file = self.sources.file(id);
        let mut files = self.ignored.files.lock().unwrap_or_else(PoisonError::into_inner);
        match files.get(&id) {
            Some((text, ignores)) if Arc::ptr_eq(text, &file) => Arc::clone(ignores),
            Some(_) | None => {
                let ignores = Arc::new(Ignores::read(id, &file, &self.policy.honored));
                files.insert(id, (file, Arc::clone(&ignores)));
                ignores
            }
        }
    }
}

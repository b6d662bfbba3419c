//! The settings of a check that don't depend on its files.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use crate::finding::Level;
use crate::formats;
use crate::progress::Progress;
use crate::rules::{Check, Rule, Strictness};
use crate::source::Sources;
use crate::suppress;

/// The settings of a check that don't depend on its files.
#[derive(Debug, Default)]
pub struct EngineSettings {
    /// The strictness of the control's interpretation.
    pub policy: Strictness,
    /// The rules that run.
    pub selection: Selection,
    /// Values and options for the evaluation.
    pub evaluation: formats::Options,
    /// Levels of rules that differ from their pages.
    pub levels: BTreeMap<&'static str, Level>,
    /// The suppressions that are respected.
    pub suppress: suppress::SuppressionPolicy,
    /// The deployments of the configuration.
    pub deployments: Vec<NamedDeployment>,
    /// The number of threads; `None` for the number of processors.
    pub jobs: Option<NonZeroUsize>,
    /// Receives the progress of the check.
    pub progress: Arc<Progress>,
    /// The parts that this run excludes and other runs may include.
    pub omitted: OmittedRuns,
}

/// The other runs on the same code whose results this run can't know because of its options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OmittedRuns {
    /// True if options give values, or decide how expressions are evaluated.
    pub values: bool,
    /// True if a part of the tree is checked, or another state of it.
    pub files: bool,
    /// True if an option excludes files.
    pub excludes: bool,
    /// True if options select rules.
    pub rules: bool,
}

/// A deployment of the configuration, with its own values. The same code may be deployed several times.
#[derive(Debug, Default)]
pub struct NamedDeployment {
    /// The name in reports.
    pub name: Option<String>,
    /// The directory of the root module, or the template.
    pub path: PathBuf,
    /// Values and options of this deployment.
    pub evaluation: formats::Options,
    /// The number of the account to which it is deployed.
    pub account: Option<String>,
}

/// The rules that a run enables.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// `None` enables all rules except those that are enabled only on request.
    pub selected: Option<Vec<&'static str>>,
    /// Rules that are disabled even if they are selected.
    pub ignored: Vec<&'static str>,
    /// Rules that always run, and whose findings can't be suppressed.
    pub enforced: Vec<&'static str>,
}

impl EngineSettings {
    /// The account of a deployment in the configuration.
    pub fn account_of(&self, sources: &Sources, root: &str, name: Option<&str>) -> Option<String> {
        let is_own = |named: &&NamedDeployment| named.name.as_deref() == name && sources.name(&named.path) == root;
        self.deployments.iter().find(is_own)?.account.clone()
    }

    /// True if the user has set the level of the rule.
    pub fn sets_level(&self, rule: &Rule) -> bool {
        self.levels.contains_key(rule.id())
    }

    /// The level of a rule's findings. Settings can't lower the level of an enforced rule.
    pub fn level(&self, rule: &Rule, own: Level) -> Level {
        let id = rule.id();
        let said = self.levels.get(id).copied().unwrap_or(own);
        if self.selection.enforced.contains(&id) { said.max(own) } else { said }
    }
}

impl Selection {
    /// True if the rule can report a finding: it is selected, or it reports files that can't be read.
    pub fn can_report(&self, rule: &Rule) -> bool {
        matches!(rule.check, Check::Reading | Check::Comparing) || self.is_selected(rule)
    }

    /// True if the rule is selected.
    pub fn is_selected(&self, rule: &Rule) -> bool {
        let id = rule.id();
        let is_selected = match &self.selected {
            Some(selected) => selected.contains(&id),
            None => !rule.page.is_on_request,
        };
        self.enforced.contains(&id) || is_selected && !self.ignored.contains(&id)
    }
}

//! The rules, one file each, and the list that names them all.
//!
//! A rule is a page in `rules/` and a `check`. The page's front matter says
//! what the rule is called, how much it weighs and which controls it belongs to;
//! its examples run as tests. To add one: the page, the file, and its two lines here.

mod events;
mod page;

mod drift_ignored;
mod empty_selectors;
mod excluded_event_sources;
mod implicit_global_events;
mod invalid_selector;
mod logs_without_kms;
mod macro_may_rewrite;
mod missing_global_events;
mod missing_management_events;
mod no_compliant_trail;
mod org_trail_account;
mod single_region_trail;
mod split_selectors;
mod stopped_trail;
mod unvalidated_logs;

use std::collections::BTreeSet;
use std::sync::LazyLock;

pub use page::{Control, Page};

use crate::finding::{Finding, Label, Verdict};
use crate::model::selectors::SelectorPolicy;
use crate::model::{Deployment, Trail};

/// All rules, in the order in which they are listed.
pub static RULES: [&Rule; 17] = [
    &no_compliant_trail::RULE,
    &single_region_trail::RULE,
    &stopped_trail::RULE,
    &missing_management_events::RULE,
    &excluded_event_sources::RULE,
    &missing_global_events::RULE,
    &unvalidated_logs::RULE,
    &logs_without_kms::RULE,
    &split_selectors::RULE,
    &invalid_selector::RULE,
    &empty_selectors::RULE,
    &implicit_global_events::RULE,
    &macro_may_rewrite::RULE,
    &drift_ignored::RULE,
    &org_trail_account::RULE,
    &SYNTAX_ERROR,
    &UNREADABLE_FILE,
];

/// Text that isn't in its language. It can't be switched off: what can't be read can't be judged.
pub static SYNTAX_ERROR: Rule = Rule::new(|| Page::parse(include_str!("../../rules/syntax-error.md")), Check::Reading);

/// A file whose bytes can't be had.
pub static UNREADABLE_FILE: Rule =
    Rule::new(|| Page::parse(include_str!("../../rules/unreadable-file.md")), Check::Reading);

/// Something that is checked, and the page that documents it.
#[derive(Debug)]
pub struct Rule {
    /// Its documentation and what is said in front of it.
    pub page: LazyLock<Page>,
    /// What it does.
    pub check: Check,
    /// Whether the control asks for it: what one trail has to pass, all at once.
    pub is_condition: bool,
    /// The lines on which a pass rests; empty where no single line says it.
    pub grounds: fn(&Trail) -> Vec<Label>,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// One trail.
    Trail(fn(&Trail, &Policy) -> Verdict),
    /// All that one deployment creates.
    Deployment(fn(&Deployment, &Policy) -> Verdict),
    /// One trail, with advice that never changes a verdict.
    Advice(fn(&Trail, &Policy) -> Option<Finding>),
    /// Nothing: it stands for what goes wrong while files are read.
    Reading,
}

/// How strictly the control is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// How event selectors are held against it.
    pub selectors: SelectorPolicy,
    /// Whether a deployment without any trail fails.
    pub require_trail: bool,
    /// Whether what a trail lacks counts even if another one satisfies the control.
    pub every_trail: bool,
}

impl Check {
    /// The check of one trail, if it is one.
    pub fn on_trail(self) -> Option<fn(&Trail, &Policy) -> Verdict> {
        match self {
            Check::Trail(check) => Some(check),
            Check::Deployment(_) | Check::Advice(_) | Check::Reading => None,
        }
    }
}

impl Rule {
    const fn new(page: fn() -> Page, check: Check) -> Self {
        Self { page: LazyLock::new(page), check, is_condition: false, grounds: |_| Vec::new() }
    }

    /// A rule that is a part of the control.
    const fn condition(page: fn() -> Page, check: Check) -> Self {
        let mut rule = Self::new(page, check);
        rule.is_condition = true;
        rule
    }

    /// The same rule with the lines on which its passes rest.
    const fn resting_on(mut self, grounds: fn(&Trail) -> Vec<Label>) -> Self {
        self.grounds = grounds;
        self
    }

    /// Its name, everywhere a user sees it.
    pub fn id(&self) -> &'static str {
        self.page.id
    }
}

/// What one trail has to pass, all at once, to satisfy the control.
pub fn conditions() -> impl Iterator<Item = &'static Rule> {
    RULES.into_iter().filter(|rule| rule.is_condition)
}

/// The benchmarks that rules belong to.
pub fn benchmarks() -> BTreeSet<&'static str> {
    RULES.into_iter().flat_map(|rule| &rule.page.controls).map(|control| control.benchmark.as_str()).collect()
}

/// The rule of this name.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.into_iter().find(|rule| rule.id() == id)
}

/// Whether a trail meets every condition of the control in its world.
pub fn satisfies(trail: &Trail, policy: &Policy) -> bool {
    no_compliant_trail::satisfies(trail, policy)
}

/// Where a rule stands in the list.
pub fn position(rule: &Rule) -> usize {
    RULES.iter().position(|listed| std::ptr::eq(*listed, rule)).unwrap_or(RULES.len())
}

//! The rules, one file each, and their list.
//!
//! A rule is a page in `rules/` and a `check`. The front matter of the page has the id, the level and the controls; its
//! examples run as tests. To add a rule, add the page, the file and its two lines here.

mod around;
mod events;
mod grants;
mod page;
mod sections;

mod bucket_policy_blocks_delivery;
mod drift_ignored;
mod empty_selectors;
mod excluded_event_sources;
mod implicit_global_events;
mod implicit_public_access_block;
mod invalid_selector;
mod key_policy_blocks_delivery;
mod logs_kept_forever;
mod logs_without_kms;
mod macro_may_rewrite;
mod missing_global_events;
mod missing_management_events;
mod no_compliant_trail;
mod org_trail_account;
mod public_log_bucket;
mod single_region_trail;
mod split_selectors;
mod stale_plan;
mod stopped_trail;
mod tamperable_log_bucket;
mod unlogged_log_bucket;
mod unprotected_log_objects;
mod unvalidated_logs;

use std::collections::BTreeSet;
use std::sync::LazyLock;

pub(crate) use excluded_event_sources::RULE as EXCLUDED_EVENT_SOURCES;
pub(crate) use missing_management_events::RULE as MISSING_MANAGEMENT_EVENTS;
pub(crate) use no_compliant_trail::RULE as NO_COMPLIANT_TRAIL;
pub use page::{Control, RulePage};
pub use sections::{EvaluatedPart, ListedControl, basis, of_number as controls_of_number, section};
pub(crate) use stale_plan::RULE as STALE_PLAN;

use crate::finding::{Finding, Label, Verdict};
use crate::model::selectors::{CoverageBounds, EventLoss, SelectorPolicy};
use crate::model::surroundings::LogDelivery;
use crate::model::{Deployment, Trail};
use crate::named::closest;

/// All rules, in the order in which they are listed.
pub static RULES: [&Rule; 30] = [
    &no_compliant_trail::RULE,
    &single_region_trail::RULE,
    &stopped_trail::RULE,
    &missing_management_events::RULE,
    &excluded_event_sources::RULE,
    &missing_global_events::RULE,
    &unvalidated_logs::RULE,
    &logs_without_kms::RULE,
    &bucket_policy_blocks_delivery::RULE,
    &key_policy_blocks_delivery::RULE,
    &public_log_bucket::RULE,
    &tamperable_log_bucket::RULE,
    &unlogged_log_bucket::RULE,
    &logs_kept_forever::RULE,
    &split_selectors::RULE,
    &invalid_selector::RULE,
    &empty_selectors::RULE,
    &implicit_global_events::RULE,
    &macro_may_rewrite::RULE,
    &drift_ignored::RULE,
    &org_trail_account::RULE,
    &implicit_public_access_block::RULE,
    &unprotected_log_objects::RULE,
    &stale_plan::RULE,
    &UNUSED_IGNORE,
    &EXPIRED_IGNORE,
    &UNKNOWN_RULE,
    &WEAKENED_GATE,
    &SYNTAX_ERROR,
    &UNREADABLE_FILE,
];

/// A comment that suppresses nothing.
pub static UNUSED_IGNORE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unused-ignore.md")), Check::Ignoring);

/// A comment whose last day is over.
pub static EXPIRED_IGNORE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/expired-ignore.md")), Check::Ignoring);

/// A comment that names a rule that doesn't exist.
pub static UNKNOWN_RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unknown-rule.md")), Check::Ignoring);

/// A change that asks for less than what it is compared with. Nothing can switch it off or suppress it.
pub static WEAKENED_GATE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/weakened-gate.md")), Check::Comparing);

/// Text that isn't in its language. It can't be switched off: what can't be read can't be judged.
pub static SYNTAX_ERROR: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/syntax-error.md")), Check::Reading);

/// A file whose bytes can't be had.
pub static UNREADABLE_FILE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unreadable-file.md")), Check::Reading);

/// Something that is checked, and the page that documents it.
#[derive(Debug)]
pub struct Rule {
    /// The documentation with its front matter.
    pub page: LazyLock<RulePage>,
    /// The function that evaluates the rule.
    pub check: Check,
    /// True if the rule is a condition of the control, all of which one trail has to pass.
    pub is_condition: bool,
    /// True if the rule matters for required trails only: where another trail satisfies the control, its findings are
    /// notes.
    pub is_for_needed: bool,
    /// The lines on which a pass is based. Empty if no single line is.
    pub grounds: fn(&Trail) -> Vec<Label>,
    /// The events that are lost where it fails, by what is recorded, if it is about events. The losses of all such rules are
    /// compared with each other.
    pub loses: Option<fn(CoverageBounds) -> EventLoss>,
}

/// The subject of a rule.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// One trail.
    Trail(fn(&Trail, &Strictness) -> Verdict),
    /// All that one deployment creates.
    Deployment(fn(&Deployment, &Strictness) -> Verdict),
    /// The bucket and the key of one trail's logs. `None` if neither is declared here.
    Surroundings(fn(&LogDelivery, &Strictness) -> Option<Verdict>),
    /// One trail, with advice that never changes a verdict.
    Advice(fn(&Trail, &Strictness) -> Option<Finding>),
    /// The bucket and the key of one trail's logs, with advice that never changes a verdict.
    AdviceAround(fn(&LogDelivery) -> Option<Finding>),
    /// None: problems with reading files are reported under this rule.
    Reading,
    /// The comments that suppress findings.
    Ignoring,
    /// None: the comparison of settings and suppressions with a base is reported under this rule.
    Comparing,
}

/// How strictly the control is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strictness {
    /// How event selectors are held against it.
    pub selectors: SelectorPolicy,
    /// True if a deployment without a trail fails.
    pub require_trail: bool,
    /// True if each trail has to pass, even if another one satisfies the control.
    pub every_trail: bool,
    /// The account's Regions, where a trail in each of them is as good as one for all; none where it isn't.
    pub regions: Vec<String>,
    /// How long logs have to be kept before they may be deleted, in days.
    pub min_retention_days: u32,
}

impl Default for Strictness {
    fn default() -> Self {
        Self {
            selectors: SelectorPolicy::default(),
            require_trail: false,
            every_trail: false,
            regions: Vec::new(),
            min_retention_days: MIN_RETENTION_DAYS,
        }
    }
}

/// The default minimum retention of logs in days: PCI DSS 4.0.1, requirement 10.5.1, asks for twelve months.
pub const MIN_RETENTION_DAYS: u32 = 365;

impl Check {
    /// The check of one trail, if it is one.
    pub fn on_trail(self) -> Option<fn(&Trail, &Strictness) -> Verdict> {
        match self {
            Check::Trail(check) => Some(check),
            _ => None,
        }
    }

    /// True if the rule only gives advice.
    pub fn is_advice(self) -> bool {
        matches!(self, Check::Advice(_) | Check::AdviceAround(_))
    }

    /// True if the rule evaluates related resources.
    pub fn is_around(self) -> bool {
        matches!(self, Check::Surroundings(_) | Check::AdviceAround(_))
    }
}

impl Rule {
    const fn new(page: fn() -> RulePage, check: Check) -> Self {
        let page = LazyLock::new(page);
        Self { page, check, is_condition: false, is_for_needed: false, grounds: |_| Vec::new(), loses: None }
    }

    /// A rule that is a part of the control.
    const fn condition(page: fn() -> RulePage, check: Check) -> Self {
        let mut rule = Self::new(page, check);
        rule.is_condition = true;
        rule
    }

    /// The same rule for trails that are needed.
    const fn for_needed(mut self) -> Self {
        self.is_for_needed = true;
        self
    }

    /// The same rule with the lines on which its passes rest.
    const fn resting_on(mut self, grounds: fn(&Trail) -> Vec<Label>) -> Self {
        self.grounds = grounds;
        self
    }

    /// The same rule with the events that are lost where it fails.
    const fn losing(mut self, loses: fn(CoverageBounds) -> EventLoss) -> Self {
        self.loses = Some(loses);
        self
    }

    /// Its name, everywhere a user sees it.
    pub fn id(&self) -> &'static str {
        self.page.id
    }
}

/// Rules that are named together.
#[derive(Debug)]
pub struct RuleGroup {
    /// Its name, beside which there is no rule of that name.
    pub name: &'static str,
    /// True if the rule belongs to the group.
    pub has: fn(&Rule) -> bool,
}

/// All groups. `all` contains the rules that run by default, `audit` the others.
pub static GROUPS: [RuleGroup; 5] = [
    RuleGroup { name: "all", has: |rule| !rule.page.is_on_request },
    RuleGroup { name: "cis-3.1", has: |rule| rule.is_condition || matches!(rule.check, Check::Deployment(_)) },
    RuleGroup {
        name: "companions",
        has: |rule| matches!(rule.check, Check::Trail(_) | Check::Surroundings(_)) && !rule.is_condition,
    },
    RuleGroup { name: "advisories", has: |rule| rule.check.is_advice() && !rule.page.is_on_request },
    RuleGroup { name: "audit", has: |rule| rule.page.is_on_request },
];

impl RuleGroup {
    /// The rules of the group.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        RULES.into_iter().filter(|rule| (self.has)(rule))
    }
}

/// The group of this name.
pub fn group(name: &str) -> Option<&'static RuleGroup> {
    GROUPS.iter().find(|group| group.name == name)
}

/// The conditions of the control, all of which one trail has to pass.
pub fn conditions() -> impl Iterator<Item = &'static Rule> {
    RULES.into_iter().filter(|rule| rule.is_condition)
}

/// The benchmarks that rules belong to.
pub fn benchmarks() -> BTreeSet<&'static str> {
    RULES.into_iter().flat_map(|rule| &rule.page.controls).map(|control| control.benchmark.as_str()).collect()
}

/// The benchmarks whose controls are stated one by one: those of rules, and one that has only Security Hub's controls.
pub fn stated_benchmarks() -> BTreeSet<&'static str> {
    benchmarks().into_iter().chain(["pci-dss-4.0.1"]).collect()
}

/// The names of all rules and groups.
pub fn names() -> impl Iterator<Item = &'static str> {
    RULES.into_iter().map(Rule::id).chain(GROUPS.iter().map(|group| group.name))
}

/// Former ids of rules with the ids that replace them. Former ids are accepted wherever a rule is named, with a hint.
static RENAMED: [(&str, &str); 1] = [("bpa-implicit", "implicit-public-access-block")];

/// The present id of a rule, given its former id.
pub fn renamed(id: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(former, _)| *former == id).map(|(_, present)| *present)
}

/// The rule with this id or former id.
pub fn find(id: &str) -> Option<&'static Rule> {
    let id = renamed(id).unwrap_or(id);
    RULES.into_iter().find(|rule| rule.id() == id)
}

/// The rule of this name, or what is wrong with the name.
///
/// # Errors
///
/// There is no such rule.
pub fn named(name: &str) -> Result<&'static Rule, String> {
    find(name).ok_or_else(|| {
        let suggestion = closest(name, names());
        let suggestion = suggestion.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
        format!("unknown rule `{name}`{suggestion}")
    })
}

/// The same for a rule that can be selected.
///
/// # Errors
///
/// There is no such rule, or it reports problems with reading files.
pub fn judging(name: &str) -> Result<&'static Rule, String> {
    // It could hide a rule that comes only later.
    if name == "all" {
        return Err("`all` is a group; name each rule".to_owned());
    }
    let rule = named(name)?;
    match rule.check {
        Check::Reading => Err(format!(
            "`{name}` can't be ignored, and its level can't be changed: it reports files that can't be checked"
        )),
        Check::Comparing => Err(format!(
            "`{name}` can't be ignored, and its level can't be changed: it reports changes that weaken the gate"
        )),
        _ => Ok(rule),
    }
}

/// True if the trail passes every condition of the control in its world.
pub fn satisfies(trail: &Trail, policy: &Strictness) -> bool {
    no_compliant_trail::satisfies(trail, policy)
}

/// The condition that a trail of a single Region doesn't meet.
pub fn multi_region() -> &'static Rule {
    &single_region_trail::RULE
}

/// The conditions that a trail has to meet to be of use in its own Region.
pub fn regional_conditions() -> impl Iterator<Item = &'static Rule> {
    conditions().filter(|rule| !no_compliant_trail::decides_about_regions(rule))
}

/// The index of the rule in the list.
pub fn position(rule: &Rule) -> usize {
    RULES.iter().position(|listed| std::ptr::eq(*listed, rule)).unwrap_or(RULES.len())
}

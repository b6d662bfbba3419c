//! The rules, one file each, and their list.
//!
//! A rule is a page in `rules/` and a `check`. The front matter of the page has the id, the level and the controls; its
//! examples run as tests. To add a rule, add the page, the file and its two lines here.

mod addresses;
mod events;
mod grants;
mod log_delivery;
mod object_events;
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
mod logs_without_cloudwatch;
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
mod state_hides_selectors;
mod stopped_trail;
mod tamperable_log_bucket;
mod unlogged_log_bucket;
mod unprotected_log_objects;
mod unrecorded_object_reads;
mod unrecorded_object_writes;
mod unvalidated_logs;

use std::collections::BTreeSet;
use std::sync::LazyLock;

pub use addresses::ADDRESSES;
pub(crate) use excluded_event_sources::RULE as EXCLUDED_EVENT_SOURCES;
pub(crate) use missing_management_events::RULE as MISSING_MANAGEMENT_EVENTS;
pub(crate) use no_compliant_trail::RULE as NO_COMPLIANT_TRAIL;
pub use page::{Control, RulePage};
pub use sections::{
    EvaluatedPart, ListedControl, basis, number_of, of_number as controls_of_number, section, stated_benchmarks,
};
pub(crate) use stale_plan::RULE as STALE_PLAN;

use crate::finding::{Finding, Label, Verdict};
use crate::model::log_delivery::LogDelivery;
use crate::model::selectors::{CoverageBounds, EventLoss, SelectorPolicy};
use crate::model::{Deployment, Trail};
use crate::named::closest;

/// All rules, in the order of the rule list.
pub static RULES: &[&Rule] = &[
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
    &logs_without_cloudwatch::RULE,
    &unrecorded_object_writes::RULE,
    &unrecorded_object_reads::RULE,
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
    &state_hides_selectors::RULE,
    &DRIFTED_TRAIL,
    &UNDEPLOYED_TRAIL,
    &UNDECLARED_TRAIL,
    &UNMATCHED_EVIDENCE,
    &UNUSED_IGNORE,
    &EXPIRED_IGNORE,
    &UNKNOWN_RULE,
    &WEAKENED_GATE,
    &SYNTAX_ERROR,
    &UNREADABLE_FILE,
];

/// Reports the output of a command that is about no known trail.
pub static UNMATCHED_EVIDENCE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unmatched-evidence.md")), Check::Evidence);

/// Reports a deployed trail that differs from its code.
pub static DRIFTED_TRAIL: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/drifted-trail.md")), Check::Evidence);

/// Reports a declared trail that isn't deployed.
pub static UNDEPLOYED_TRAIL: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/undeployed-trail.md")), Check::Evidence);

/// Reports a deployed trail that no checked code declares.
pub static UNDECLARED_TRAIL: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/undeclared-trail.md")), Check::Evidence);

/// Reports a comment that suppresses no finding.
pub static UNUSED_IGNORE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unused-ignore.md")), Check::Ignoring);

/// Reports a comment whose last day has passed.
pub static EXPIRED_IGNORE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/expired-ignore.md")), Check::Ignoring);

/// Reports a comment that names a rule that doesn't exist.
pub static UNKNOWN_RULE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unknown-rule.md")), Check::Ignoring);

/// Reports a change that relaxes checks compared with the base. It can't be disabled or suppressed.
pub static WEAKENED_GATE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/weakened-gate.md")), Check::Comparing);

/// Reports text with invalid syntax. It can't be disabled, since code that can't be parsed can't be evaluated.
pub static SYNTAX_ERROR: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/syntax-error.md")), Check::Reading);

/// Reports a file that can't be read.
pub static UNREADABLE_FILE: Rule =
    Rule::new(|| RulePage::parse(include_str!("../../rules/unreadable-file.md")), Check::Reading);

/// A rule: its page and its check.
#[derive(Debug)]
pub struct Rule {
    /// The documentation with its front matter.
    pub page: LazyLock<RulePage>,
    /// The function that evaluates the rule.
    pub check: Check,
    /// True if the rule is a condition of the control, all of which one trail has to pass.
    pub is_condition: bool,
    /// True if the rule matters only for required trails: if another trail satisfies the control, its findings are
    /// notes.
    pub is_for_required_trails: bool,
    /// True if one trail that passes satisfies the rule's control, so that other trails' findings are notes.
    pub is_for_one_trail: bool,
    /// True if the rule applies to a trail.
    pub applies: fn(&Trail) -> bool,
    /// The lines on which a pass is based. Empty if no single line is.
    pub evidence: fn(&Trail) -> Vec<Label>,
    /// The events that are lost if the rule fails, given the recorded events; `None` for a rule that isn't about
    /// events. The losses of all such rules are compared with each other.
    pub event_loss: Option<fn(CoverageBounds) -> EventLoss>,
}

/// The subject of a rule.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// One trail.
    Trail(fn(&Trail, &Strictness) -> Verdict),
    /// All trails of one deployment.
    Deployment(fn(&Deployment, &Strictness) -> Verdict),
    /// The bucket and the key of one trail's logs. `None` if neither is declared here.
    LogDelivery(fn(&LogDelivery, &Strictness) -> Option<Verdict>),
    /// The delivery of one trail to CloudWatch Logs. `None` if the trail isn't declared by code.
    LogGroup(fn(&LogDelivery, &Strictness) -> Option<Verdict>),
    /// One trail, with advice that never changes a verdict.
    Advice(fn(&Trail, &Strictness) -> Option<Finding>),
    /// The bucket and the key of one trail's logs, with advice that never changes a verdict.
    LogDeliveryAdvice(fn(&LogDelivery) -> Option<Finding>),
    /// None: problems with reading files are reported under this rule.
    Reading,
    /// The output of commands of the AWS CLI, compared with other outputs and with code.
    Evidence,
    /// The comments that suppress findings.
    Ignoring,
    /// None: the comparison of settings and suppressions with a base is reported under this rule.
    Comparing,
}

/// The strictness of the control's interpretation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strictness {
    /// The interpretation of the control for event selectors.
    pub selectors: SelectorPolicy,
    /// True if a deployment without a trail fails.
    pub require_trail: bool,
    /// True if each trail has to pass, even if another one satisfies the control.
    pub every_trail: bool,
    /// The account's enabled Regions, if a trail in each of them counts like a multi-Region trail; otherwise empty.
    pub regions: Vec<String>,
    /// The minimum age of logs before they may be deleted, in days.
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

/// The default minimum retention of logs in days: PCI DSS 4.0.1, requirement 10.5.1, requires twelve months.
pub const MIN_RETENTION_DAYS: u32 = 365;

impl Check {
    /// The check of one trail, for a rule on single trails.
    pub fn trail_check(self) -> Option<fn(&Trail, &Strictness) -> Verdict> {
        match self {
            Check::Trail(check) => Some(check),
            _ => None,
        }
    }

    /// True if the rule only gives advice.
    pub fn is_advice(self) -> bool {
        matches!(self, Check::Advice(_) | Check::LogDeliveryAdvice(_))
    }

    /// True if the rule evaluates related resources.
    pub fn is_log_delivery(self) -> bool {
        matches!(self, Check::LogDelivery(_) | Check::LogDeliveryAdvice(_))
    }
}

impl Rule {
    const fn new(page: fn() -> RulePage, check: Check) -> Self {
        let page = LazyLock::new(page);
        Self {
            page,
            check,
            is_condition: false,
            is_for_required_trails: false,
            is_for_one_trail: false,
            applies: |_| true,
            evidence: |_| Vec::new(),
            event_loss: None,
        }
    }

    /// Creates a rule that is a condition of the control.
    const fn condition(page: fn() -> RulePage, check: Check) -> Self {
        let mut rule = Self::new(page, check);
        rule.is_condition = true;
        rule
    }

    /// Limits the rule to required trails.
    const fn for_needed(mut self) -> Self {
        self.is_for_required_trails = true;
        self
    }

    /// Requires only one trail of the deployment to pass.
    const fn for_one_trail(mut self) -> Self {
        self.is_for_one_trail = true;
        self
    }

    /// Limits the rule to trails that the code declares itself.
    const fn for_declared(mut self) -> Self {
        self.applies = |trail| trail.manager.is_none();
        self
    }

    /// Sets the lines on which passes are based.
    const fn resting_on(mut self, grounds: fn(&Trail) -> Vec<Label>) -> Self {
        self.evidence = grounds;
        self
    }

    /// Sets the events that are lost if the rule fails.
    const fn losing(mut self, loses: fn(CoverageBounds) -> EventLoss) -> Self {
        self.event_loss = Some(loses);
        self
    }

    /// The id in reports, settings and comments.
    pub fn id(&self) -> &'static str {
        self.page.id
    }
}

/// A named group of rules.
#[derive(Debug)]
pub struct RuleGroup {
    /// The name, which no rule has.
    pub name: &'static str,
    /// True if the rule belongs to the group.
    pub has: fn(&Rule) -> bool,
}

/// All groups. `all` contains the rules that run by default, `audit` the others.
pub static GROUPS: &[RuleGroup] = &[
    RuleGroup { name: "all", has: |rule| !rule.page.is_on_request },
    RuleGroup { name: "cis-3.1", has: |rule| rule.is_condition || matches!(rule.check, Check::Deployment(_)) },
    RuleGroup {
        name: "companions",
        has: |rule| {
            matches!(rule.check, Check::Trail(_) | Check::LogDelivery(_))
                && !rule.is_condition
                && !rule.page.is_on_request
        },
    },
    RuleGroup { name: "advisories", has: |rule| rule.check.is_advice() && !rule.page.is_on_request },
    RuleGroup { name: "audit", has: |rule| rule.page.is_on_request },
];

impl RuleGroup {
    /// The rules of the group.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        RULES.iter().copied().filter(|rule| (self.has)(rule))
    }
}

/// The group of this name.
pub fn group(name: &str) -> Option<&'static RuleGroup> {
    GROUPS.iter().find(|group| group.name == name)
}

/// The conditions of the control, all of which one trail has to pass.
pub fn conditions() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().copied().filter(|rule| rule.is_condition)
}

/// The benchmark whose controls findings cite unless the user names another one.
pub const DEFAULT_BENCHMARK: &str = "cis-aws-3.0";

/// The benchmarks that rules belong to.
pub fn benchmarks() -> BTreeSet<&'static str> {
    RULES.iter().copied().flat_map(|rule| rule.page.controls.iter()).map(|control| control.benchmark.as_str()).collect()
}

/// The names of all rules and groups.
pub fn names() -> impl Iterator<Item = &'static str> {
    RULES.iter().copied().map(Rule::id).chain(GROUPS.iter().map(|group| group.name))
}

/// Former ids of rules with the ids that replace them. Former ids are accepted wherever a rule is named, with a hint.
static RENAMED: &[(&str, &str)] = &[("bpa-implicit", "implicit-public-access-block")];

/// The present id of a rule, given its former id.
pub fn renamed(id: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(former, _)| *former == id).map(|(_, present)| *present)
}

/// The rule with this id or former id.
pub fn find(id: &str) -> Option<&'static Rule> {
    let id = renamed(id).unwrap_or(id);
    RULES.iter().copied().find(|rule| rule.id() == id)
}

/// Returns the rule with this name.
///
/// # Errors
///
/// A message if there is no such rule.
pub fn named(name: &str) -> Result<&'static Rule, String> {
    find(name).ok_or_else(|| unknown(name, names()))
}

/// The message about a name that no rule has.
fn unknown(name: &str, known: impl Iterator<Item = &'static str>) -> String {
    let suggestion = closest(name, known).map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
    format!("unknown rule `{name}`{suggestion}")
}

/// Returns the rule with this name, if it can be selected.
///
/// # Errors
///
/// A message if there is no such rule, or if it reports problems with reading files.
pub fn evaluating(name: &str) -> Result<&'static Rule, String> {
    // Groups aren't accepted here, since they would also suppress future rules.
    if group(name).is_some() {
        return Err(format!("`{name}` is a group; name each rule"));
    }
    let rule = find(name).ok_or_else(|| unknown(name, RULES.iter().copied().map(Rule::id)))?;
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

/// The condition that a single-Region trail doesn't satisfy.
pub fn multi_region() -> &'static Rule {
    &single_region_trail::RULE
}

/// The conditions that a trail has to satisfy to count for its own Region.
pub fn regional_conditions() -> impl Iterator<Item = &'static Rule> {
    conditions().filter(|rule| !no_compliant_trail::decides_about_regions(rule))
}

/// The index of the rule in the list.
pub fn position(rule: &Rule) -> usize {
    RULES.iter().position(|listed| std::ptr::eq(*listed, rule)).unwrap_or(RULES.len())
}

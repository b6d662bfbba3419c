//! The result of a run, which is all that outputs receive.

mod date;
mod fingerprint;
mod gate;
mod instances;
mod live;
mod merged;
mod provenance;
mod suppression;
mod view;

pub use date::Date;
pub use fingerprint::{Fingerprint, decode, decode_path, encode, encode_path, is_about};
pub use gate::{FailOn, Gate, OnUnknown};
pub use instances::FindingInstance;
pub use live::{ComparedSetting, ComparedValue, ComparisonResult, MatchedTrail, combined};
pub use merged::{Deployment, MergedFindings, in_deployments};
pub use provenance::{Provenance, ProvenanceInput, ProvenanceSetting, ReportDate, Revision};
pub use suppression::{SuppressedBy, Suppression};
pub use view::{MIN_WIDTH, View};

use std::sync::Arc;

use crate::edit::Fix;
use crate::error::Error;
use crate::finding::{Finding, Label, Level};
use crate::formats::{AccountId, ExpectedAccounts, Pointers, TrailDocuments};
use crate::model::facts::TrailFacts;
use crate::model::selectors::EventLoss;
use crate::model::{EventCoverage, KnownInterface, MovedBlock, ResolvingStep};
use crate::rules::{Check, Rule};
use crate::source::{FileCount, FileId, Sources, Span};

/// The result of a run.
#[derive(Debug)]
#[must_use = "a report that isn't shown reads like a pass"]
pub struct Report {
    /// The files that the spans refer to.
    pub sources: Sources,
    /// The number of searched files.
    pub files: usize,
    /// The number of files that ignore files exclude, counted only if no file was found, and up to a limit.
    pub ignored: FileCount,
    /// The number of files that mention a trail and that ignore files exclude, without those in `unread_files`, up to a
    /// limit.
    pub hidden: FileCount,
    /// Files that mention a trail and aren't read as code, ordered by name.
    pub unread_files: Vec<UnreadFile>,
    /// Trails of called code that neither a call nor its own defaults create.
    pub uncreated: Vec<TrailResult>,
    /// The deployments that declare a trail, or have to, ordered by root.
    pub deployments: Vec<DeploymentResult>,
    /// The documents of the files with evidence.
    pub pointers: Pointers,
    /// True if trails are declared and deployed, and none of them belong together.
    pub matches_nothing: bool,
    /// The names of files in directories with evidence that have none.
    pub skipped_evidence: Vec<String>,
    /// The names of files with evidence that aren't used, because the user hasn't named them.
    pub unnamed_evidence: Vec<String>,
    /// All findings, ordered by place.
    pub findings: Vec<Diagnostic>,
    /// The findings as outputs show them.
    pub merged: MergedFindings,
    /// The enabled rules, in the order of the rule list.
    pub rules: Vec<&'static Rule>,
    /// The number of baseline entries without a finding.
    pub stale_entries: usize,
    /// Names in options that no root declares.
    pub undeclared: Vec<Undeclared>,
    /// The revision of the comparison's base, as the user wrote it.
    pub base: Option<String>,
    /// Former ids of rules in options, settings and the baseline.
    pub renamed: Vec<Renamed>,
    /// Configurations within the checked paths that aren't used.
    pub unused_configurations: Vec<String>,
    /// Paths of `[[root]]` that are checked but have no evaluated trail.
    pub unmatched_roots: Vec<String>,
    /// The sources of configured modules that no call has.
    pub unmatched_modules: Vec<String>,
    /// A value of an option that every root that declares its name rejects.
    pub rejected_option: Option<Error>,
}

/// Names in an option that no root declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undeclared {
    /// The option as the user wrote it.
    pub option: String,
    /// The names, at least one, each with the declared name that is most similar to it.
    pub names: Vec<(String, Option<String>)>,
}

/// A former id of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Renamed {
    /// The former id.
    pub old_id: String,
    /// The present id.
    pub new_id: &'static str,
    /// The option or the file that contains the former id.
    pub place: String,
    /// How to replace it.
    pub help: &'static str,
}

impl Renamed {
    /// The hint for a name in an option or a file. `None` if the name isn't the former id of a rule.
    pub fn of(name: &str, place: &str) -> Option<Self> {
        let new_id = crate::rules::renamed(name)?;
        Some(Self { old_id: name.to_owned(), new_id, place: place.to_owned(), help: "use the new id" })
    }
}

/// A file that mentions a trail and isn't read as code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadFile {
    /// The displayed name.
    pub name: String,
    /// The reason, to follow the name.
    pub reason: String,
}

/// A deployment and the verdicts on it.
#[derive(Debug, Clone)]
pub struct DeploymentResult {
    /// The directory of the root module, or the template.
    pub root: String,
    /// The format of its code.
    pub format: &'static str,
    /// The name of the deployment in the configuration.
    pub name: Option<String>,
    /// The verdict of `no-compliant-trail`; `None` if no trail is created.
    pub verdict: Option<Outcome>,
    /// True if the verdict is based on a trail in each required Region, instead of one trail for all.
    pub is_by_region: bool,
    pub trails: Vec<TrailResult>,
    /// The ids of the rules that require one trail only, and that some trail passes in every world.
    pub satisfied: Vec<&'static str>,
    /// The `moved` blocks of its code.
    pub moves: Vec<MovedBlock>,
    /// True if the project is a root only because the base of a comparison has it as one, although a module calls it
    /// now.
    pub is_root_only_in_base: bool,
    /// The parts that weren't read: "module `vpc`".
    pub unread: Vec<String>,
    /// Those of them that lead to a directory that doesn't exist, each with the directory.
    pub missing: Vec<(String, String)>,
    /// The code that it deploys, if that isn't in its root.
    pub code: Option<String>,
    /// Parts of its configuration that have no effect on the verdicts, each as a clause about it.
    pub notes: Vec<String>,
    /// The account, if the deployment is one and its number is known.
    pub account: Option<AccountId>,
    /// The accounts that should have evidence, for the first account of it.
    pub expected_accounts: Option<ExpectedAccounts>,
    /// The number of the account to which the configuration says that the code is deployed.
    pub declared_account: Option<String>,
}

/// The value that decides that a trail isn't created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// The value of a condition, as a sentence.
    Condition(String),
    /// The value at a place, and the reference by which the code names it.
    Value {
        /// The name of the variable, local or parameter that has the value.
        reference: Option<String>,
        span: Span,
    },
}

/// A trail and the verdicts on it.
#[derive(Debug, Clone)]
pub struct TrailResult {
    /// As `terraform state list` prints it, or the logical id.
    pub address: String,
    /// The type of the resource.
    pub kind: &'static str,
    /// Its existence over all worlds.
    pub exists: TrailExistence,
    /// The management events that it records: for certain, and at best.
    pub coverage: EventCoverage,
    /// The Region in which it is created, if that is known.
    pub region: Option<String>,
    /// The number of the account in which its provider creates it, if that is known.
    pub account: Option<String>,
    /// The location that represents it: the header of its block or its key.
    pub header: Span,
    /// The whole declaration.
    pub declaration: Span,
    /// The digest of its declaration without white space.
    pub digest: String,
    /// The files of the modules or templates that declare the trail or lead to it by calls, the innermost first.
    pub owners: Vec<FileId>,
    /// The call of a module or nested stack in the deployment's own files that leads to the trail.
    pub call: Option<Span>,
    /// The known interface that represents its module, if the module isn't installed.
    pub known: Option<Arc<KnownInterface>>,
    /// The value that decides that it isn't created.
    pub absence: Option<Absence>,
    /// The evaluated rules, with their outcomes.
    pub rules: Vec<(&'static Rule, Outcome)>,
    /// The rules that aren't evaluated because the resource to check is declared elsewhere.
    pub declared_elsewhere: Vec<&'static Rule>,
    /// For each passed rule, the lines on which the pass is based.
    pub evidence: Vec<(&'static Rule, Vec<Label>)>,
    /// The rules that gave advice.
    pub advisories: Vec<&'static Rule>,
    /// The values that are compared with those of the deployed trail.
    pub facts: TrailFacts,
    /// The ARN, if it is deployed and known.
    pub arn: Option<String>,
    /// The first words of messages about it, if they aren't its address.
    pub subject: Option<String>,
    /// The documents from which the verdicts come, if it isn't declared by code.
    pub documents: Option<TrailDocuments>,
    /// The deployed trails that belong to it, in the order of their addresses, if it is declared by code or a state.
    pub matched: Vec<MatchedTrail>,
}

/// The existence of a trail over all worlds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrailExistence {
    Always,
    Sometimes,
    Never,
}

/// The outcome of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    Pass,
    Fail,
    Unknown,
}

/// A finding of a rule about trails, a deployment or a file.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    pub rule: &'static Rule,
    /// The problem or the unknown. Its message begins with the subject.
    pub finding: Finding,
    /// The level after settings and downgrades.
    pub level: Level,
    /// [`Outcome::Fail`] or [`Outcome::Unknown`].
    pub outcome: Outcome,
    /// The fingerprint, which stays the same when lines move; see [`Report::name_findings`].
    pub fingerprint: String,
    /// The trail, or the first of several; `None` for a finding about a deployment or a file.
    pub address: Option<String>,
    /// The first words of its message, if they aren't the address of the trail.
    pub named: Option<String>,
    /// The lost events, for a finding about events.
    pub loss: Option<EventLoss>,
    /// The other trails of the finding.
    pub others: Vec<FindingInstance>,
    /// The deployment; `None` for a finding about a file.
    pub deployment: Option<String>,
    /// The name of the deployment in the configuration.
    pub deployment_name: Option<String>,
    /// The first step of the value's path that a change has touched, if the place itself isn't touched.
    pub changed: Option<Label>,
    /// The steps that make the unknown values known, on which an unknown outcome depends.
    pub resolution: Vec<ResolvingStep>,
    /// The edits that make the changes of the remedies, if they are possible.
    pub fix: Option<Fix>,
    /// The fix that isn't offered, because a declaration rejects its value.
    pub rejected_fix: Option<Fix>,
    /// For an unknown outcome, decisions with which it would be a failure.
    pub fails_when: Vec<String>,
    /// For an unknown outcome, decisions with which it would be a pass.
    pub passes_when: Vec<String>,
    /// True if it fails the run even though its outcome is unknown.
    pub counts_unknown: bool,
    /// The suppression, if the finding doesn't count.
    pub suppressed: Option<Suppression>,
    /// The known interface on which the verdict is based.
    pub known: Option<Arc<KnownInterface>>,
    /// The deployed value, for a finding about a difference from it.
    pub live: Option<LiveValue>,
}

/// The value of a deployed trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveValue {
    /// The ARN of the trail; its name if the evidence has no ARN.
    pub address: String,
    /// The location in the evidence.
    pub span: Span,
}

/// The numbers of findings by kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct FindingCounts {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    /// Unknown findings, without those that aren't evaluated because the resource is declared elsewhere.
    pub unknown: usize,
    /// Findings that aren't evaluated because the resource is declared elsewhere.
    pub declared_elsewhere: usize,
    pub suppressed: usize,
}

impl Diagnostic {
    /// True for an unknown outcome that neither an option nor a small change of the checked code resolves.
    pub fn is_unresolvable(&self) -> bool {
        self.outcome == Outcome::Unknown && self.finding.help.is_none() && self.resolution.is_empty()
    }

    /// The help, with a note if `--fix` can apply it.
    pub fn advice(&self) -> Option<String> {
        let help = self.finding.help.as_ref()?;
        let Some(fix) = &self.fix else { return Some(help.clone()) };
        // The help of an unknown result describes another way than the fix.
        let is_other = self.outcome == Outcome::Unknown && !self.resolution.is_empty();
        // A fix with several changes does more than the help describes.
        let (help, more) = if fix.title.starts_with(help) {
            (&fix.title, String::new())
        } else if help.starts_with(&fix.title) {
            (help, String::new())
        } else {
            (help, format!("{} {}", if is_other { ", or" } else { ":" }, fix.title))
        };
        Some(match fix.risk {
            None => format!("{help} (safe fix{more}, apply with `--fix`)"),
            Some(risk) => {
                let risk = risk.describe();
                format!("{help} (unsafe fix{more}, which {risk}; apply with `--fix --unsafe-fixes`)")
            }
        })
    }
}

impl Report {
    /// Counts the findings by level; those that are suppressed, unknown or not evaluated are counted separately.
    pub fn counts(&self) -> FindingCounts {
        let mut counts = FindingCounts::default();
        for diagnostic in self.shown() {
            let count = match (diagnostic.outcome, diagnostic.level) {
                (Outcome::Unknown, _) if diagnostic.finding.is_declared_elsewhere => &mut counts.declared_elsewhere,
                _ if diagnostic.suppressed.is_some() => &mut counts.suppressed,
                (Outcome::Unknown, _) => &mut counts.unknown,
                (Outcome::Pass | Outcome::Fail, Level::Error) => &mut counts.errors,
                (Outcome::Pass | Outcome::Fail, Level::Warning) => &mut counts.warnings,
                (Outcome::Pass | Outcome::Fail, Level::Note) => &mut counts.notes,
            };
            *count = count.saturating_add(1);
        }
        counts
    }

    /// The number of trails that are or may be created.
    pub fn trails(&self) -> usize {
        let trails = self.deployments.iter().flat_map(|deployment| &deployment.trails);
        trails.filter(|trail| trail.exists != TrailExistence::Never).count()
    }

    /// The number of findings that the base of the comparison has, too.
    pub fn existing(&self) -> usize {
        let mut existing = 0_usize;
        for diagnostic in self.shown().filter(|diagnostic| !diagnostic.finding.is_declared_elsewhere) {
            let by = diagnostic.suppressed.as_ref().map(|own| own.by);
            existing = existing.saturating_add(usize::from(by == Some(SuppressedBy::Base)));
        }
        existing
    }

    /// True if no finding fails the run or is an error, and if each deployment with a trail satisfies the control.
    pub fn is_clean(&self, gate: Gate) -> bool {
        let is_error = |own: &Diagnostic| own.outcome == Outcome::Fail && own.level == Level::Error;
        let has_error = self.findings.iter().any(|own| own.suppressed.is_none() && is_error(own));
        let is_satisfied = |own: &DeploymentResult| own.verdict.is_none_or(|verdict| verdict == Outcome::Pass);
        self.passes(gate) && !has_error && self.deployments.iter().all(is_satisfied)
    }

    /// True if no finding fails the run.
    pub fn passes(&self, gate: Gate) -> bool {
        for diagnostic in self.findings.iter().filter(|diagnostic| diagnostic.suppressed.is_none()) {
            let is_allowed = gate.allows_relaxed && matches!(diagnostic.rule.check, Check::Comparing);
            let counts = diagnostic.outcome == Outcome::Fail || gate.unknown_fails || diagnostic.counts_unknown;
            if counts && !is_allowed && gate.fail_on.is_some_and(|level| diagnostic.level >= level) {
                return false;
            }
        }
        true
    }
}

impl Diagnostic {
    /// An error about a file or the run.
    pub fn new(rule: &'static Rule, finding: Finding) -> Self {
        Self {
            rule,
            finding,
            level: Level::Error,
            outcome: Outcome::Fail,
            fingerprint: String::new(),
            address: None,
            named: None,
            loss: None,
            others: Vec::new(),
            deployment: None,
            deployment_name: None,
            changed: None,
            resolution: Vec::new(),
            fix: None,
            rejected_fix: None,
            fails_when: Vec::new(),
            passes_when: Vec::new(),
            known: None,
            live: None,
            counts_unknown: false,
            suppressed: None,
        }
    }
}

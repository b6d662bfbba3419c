//! The outcome of a run: all that outputs see.

mod fingerprint;
mod gate;
mod instances;
mod trace;

pub use fingerprint::{Fingerprint, decode, decode_path, encode, encode_path, is_about};
pub use gate::{FailOn, Gate, OnUnknown};
pub use instances::FindingInstance;
pub use trace::{Trace, TracePath, TracedArgument};

use crate::error::Error;
use crate::finding::{Label, Level};
use crate::fix::{Fix, Safety};
use crate::model::selectors::EventLoss;
use crate::model::{EventCoverage, MovedBlock, Remedy};
use crate::rules::Rule;
use crate::source::{FileCount, FileId, Sources, Span};
use crate::suppress::Suppression;

/// The result of a run.
#[derive(Debug)]
#[must_use = "a report that isn't shown reads like a pass"]
pub struct Report {
    /// The files that spans point into.
    pub sources: Sources,
    /// How many files were looked at.
    pub files: usize,
    /// How many files ignore files keep from being looked at, if nothing was found; as far as they were counted.
    pub ignored: FileCount,
    /// How many files that mention a trail ignore files keep from being looked at, beside those among `unread_files`; as far as
    /// they were counted.
    pub hidden: FileCount,
    /// Files that mention a trail and aren't read as code, in the order of their names.
    pub unread_files: Vec<UnreadFile>,
    /// Trails of called code that neither a call nor its own defaults create.
    pub uncreated: Vec<TrailResult>,
    /// The deployments that declare a trail, or should, in the order of their roots.
    pub deployments: Vec<DeploymentResult>,
    /// All findings, in the order of their places.
    pub findings: Vec<Diagnostic>,
    /// True if unknown findings are counted and not shown.
    pub hides_unknown: bool,
    /// True if text outputs list the findings that aren't evaluated because the resource is declared elsewhere.
    pub is_verbose: bool,
    /// True if text outputs show suppressed findings.
    pub shows_suppressed: bool,
    /// True if text outputs show those of them that a comment, the configuration or the baseline accepts, not only
    /// those that already existed at the base.
    pub shows_accepted: bool,
    /// The benchmark whose number a finding is given with.
    pub cited: String,
    /// The rules that were asked, in the order in which they are listed.
    pub rules: Vec<&'static Rule>,
    /// The least level of findings that are shown; others are only counted.
    pub min_level: Option<Level>,
    /// True if passed rules are shown as well.
    pub shows_passed: bool,
    /// Entries of the baseline for which there is no finding any more.
    pub stale_entries: usize,
    /// The benchmark whose controls are stated one by one.
    pub benchmark: Option<String>,
    /// Names in options that no root declares.
    pub undeclared: Vec<Undeclared>,
    /// The revision with which the files are compared, as the user named it.
    pub base: Option<String>,
    /// Former ids of rules in options, settings and the baseline.
    pub renamed: Vec<Renamed>,
    /// Configurations that lie below what is checked, and aren't used.
    pub unused_configurations: Vec<String>,
    /// Paths of `[[root]]` where no trail is evaluated, though they are checked.
    pub unmatched_roots: Vec<String>,
    /// A value of an option that every root refuses that declares its name.
    pub refused: Option<Error>,
}

/// Names that an option gives values and no root declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undeclared {
    /// The option, as it was given.
    pub option: String,
    /// The names, at least one.
    pub names: Vec<String>,
    /// The declared name that is most like the first of them.
    pub suggestion: Option<String>,
}

/// A former id of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Renamed {
    /// The former id.
    pub former: String,
    /// The present id.
    pub present: &'static str,
    /// The option or the file that contains the former id.
    pub place: String,
    /// How to replace it.
    pub help: &'static str,
}

impl Renamed {
    /// The hint for a name in an option or a file. `None` if the name isn't the former id of a rule.
    pub fn of(name: &str, place: &str) -> Option<Self> {
        let present = crate::rules::renamed(name)?;
        Some(Self { former: name.to_owned(), present, place: place.to_owned(), help: "use the new id" })
    }
}

/// A file that mentions a trail and isn't read as code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadFile {
    /// As it is named to people.
    pub name: String,
    /// Why, to follow the name.
    pub reason: String,
}

/// A deployment and the verdicts on it.
#[derive(Debug, Clone)]
pub struct DeploymentResult {
    /// The directory of the root module, or the template.
    pub root: String,
    /// The format it is written in.
    pub format: &'static str,
    /// The name of the deployment in the configuration.
    pub name: Option<String>,
    /// The verdict of `no-compliant-trail`; nothing when no trail is created.
    pub verdict: Option<Outcome>,
    /// True if the verdict is based on a trail in each required Region, instead of one trail for all.
    pub is_by_region: bool,
    pub trails: Vec<TrailResult>,
    /// Its `moved` blocks.
    pub moves: Vec<MovedBlock>,
    /// Whether it is a root only because it was one at the base of a comparison, if something calls it now.
    pub is_kept: bool,
    /// The parts that weren't read: "module `vpc`".
    pub unread: Vec<String>,
    /// Those of them that lead to a directory that doesn't exist, each with the directory.
    pub missing: Vec<(String, String)>,
}

/// The value that decides that a trail isn't created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// The value of a condition, as a sentence.
    Condition(String),
    /// The value at a place, and what has it, as the code refers to it.
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
    pub reach: EventCoverage,
    /// The Region in which it is created, as far as it is known.
    pub region: Option<String>,
    /// The location that represents it: the header of its block or its key.
    pub header: Span,
    /// The whole declaration.
    pub declaration: Span,
    /// The digest of its declaration without white space.
    pub digest: String,
    /// The files of the modules or templates that declare it and that lead to it by calls, the innermost first.
    pub owners: Vec<FileId>,
    /// The value that decides that it isn't created.
    pub absence: Option<Absence>,
    /// The rules that were judged, with their outcomes.
    pub rules: Vec<(&'static Rule, Outcome)>,
    /// The rules that aren't evaluated because the resource to check is declared elsewhere.
    pub declared_elsewhere: Vec<&'static Rule>,
    /// For each rule that passes, the lines on which that rests.
    pub grounds: Vec<(&'static Rule, Vec<Label>)>,
    /// The advice that was given.
    pub advisories: Vec<&'static Rule>,
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

/// A finding with all that is known of its circumstances.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    pub rule: &'static Rule,
    /// Its name, which stays the same when lines move; see [`Report::name_findings`].
    pub fingerprint: String,
    /// The level after settings and downgrades.
    pub level: Level,
    /// [`Outcome::Fail`] or [`Outcome::Unknown`].
    pub outcome: Outcome,
    /// A sentence fragment that begins with what it is about.
    pub message: String,
    /// The trail, or the first of several; nothing when it is about a deployment or a file.
    pub address: Option<String>,
    /// The events that are lost, if it is about events.
    pub loss: Option<EventLoss>,
    /// The other trails that it is about.
    pub others: Vec<FindingInstance>,
    /// The path of the argument in the trail.
    pub attribute: Option<String>,
    /// The deployment; nothing when it is about a file.
    pub deployment: Option<String>,
    /// The name of the deployment in the configuration.
    pub deployment_name: Option<String>,
    /// The location of the primary label.
    pub place: FindingTarget,
    /// The way a value came, and other places that matter.
    pub related: Vec<Label>,
    /// The places where the values that it is about are set, if these come from elsewhere.
    pub setters: Vec<Span>,
    /// The step of that way that a change has touched, where the place itself isn't touched.
    pub changed: Option<Label>,
    /// Additional facts.
    pub notes: Vec<String>,
    /// The help: what to type or to set.
    pub help: Option<String>,
    /// The changes that do it.
    pub wishes: Vec<Remedy>,
    /// The same as changes of texts, where these can be made.
    pub fix: Option<Fix>,
    /// The names on which an unknown outcome depends.
    pub blocked_by: Vec<String>,
    /// For an unknown outcome, decisions with which it would be a failure.
    pub fails_when: Vec<String>,
    /// For an unknown outcome, decisions with which it would be a pass.
    pub passes_when: Vec<String>,
    /// True if the resource to check is declared elsewhere, which is no fault of this code.
    pub is_declared_elsewhere: bool,
    /// True if it fails the run even though its outcome is unknown.
    pub counts_unknown: bool,
    /// Why it doesn't count, if it doesn't.
    pub suppressed: Option<Suppression>,
}

/// The target of a finding.
#[derive(Debug, Clone)]
pub enum FindingTarget {
    /// A place in a text.
    Text(Label),
    /// A file whose text couldn't be had, as it is named to people.
    File(String),
    /// The run as a whole.
    Run,
}

/// How many findings there are of each kind.
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
    /// The help, and whether `--fix` can apply it.
    pub fn advice(&self) -> Option<String> {
        let help = self.help.as_ref()?;
        let Some(fix) = &self.fix else { return Some(help.clone()) };
        // A fix of several changes does more than the help names.
        let (help, more) = if fix.title.starts_with(help) {
            (&fix.title, String::new())
        } else if help.starts_with(&fix.title) {
            (help, String::new())
        } else {
            (help, format!(": {}", fix.title))
        };
        Some(match fix.safety {
            Safety::Safe => format!("{help} (safe fix{more}, apply with `--fix`)"),
            Safety::Unsafe => format!("{help} (unsafe fix{more}, apply with `--fix --unsafe-fixes`)"),
        })
    }
}

impl Report {
    /// How many findings that texts for people show have a fix of this kind.
    pub fn fixable(&self, safety: Safety) -> usize {
        self.told().filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == safety)).count()
    }

    /// The findings that outputs show; those that are suppressed stay on record.
    pub fn shown(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|finding| self.shows(finding))
    }

    /// The findings that texts for people show.
    pub fn told(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|finding| self.tells(finding))
    }

    /// True if outputs contain the finding. Findings that they don't contain are counted.
    pub fn shows(&self, finding: &Diagnostic) -> bool {
        let is_hidden = self.hides_unknown && finding.outcome == Outcome::Unknown;
        !is_hidden && self.min_level.is_none_or(|level| finding.level >= level)
    }

    /// True if text outputs show the finding: one that is suppressed, or not evaluated because it is declared
    /// elsewhere, only on request.
    pub fn tells(&self, finding: &Diagnostic) -> bool {
        let is_told = |own: &Suppression| self.shows_suppressed || self.shows_accepted && own.span.is_some();
        let is_declared_elsewhere = finding.is_declared_elsewhere && !self.is_verbose;
        self.shows(finding) && finding.suppressed.as_ref().is_none_or(is_told) && !is_declared_elsewhere
    }

    /// The findings by level; those that are suppressed, unknown or not evaluated are counted apart.
    pub fn counts(&self) -> FindingCounts {
        let mut counts = FindingCounts::default();
        for finding in &self.findings {
            let count = match (finding.outcome, finding.level) {
                _ if finding.suppressed.is_some() => &mut counts.suppressed,
                (Outcome::Unknown, _) if finding.is_declared_elsewhere => &mut counts.declared_elsewhere,
                (Outcome::Unknown, _) => &mut counts.unknown,
                (Outcome::Pass | Outcome::Fail, Level::Error) => &mut counts.errors,
                (Outcome::Pass | Outcome::Fail, Level::Warning) => &mut counts.warnings,
                (Outcome::Pass | Outcome::Fail, Level::Note) => &mut counts.notes,
            };
            *count = count.saturating_add(1);
        }
        counts
    }

    /// How many trails may be created.
    pub fn trails(&self) -> usize {
        let trails = self.deployments.iter().flat_map(|deployment| &deployment.trails);
        trails.filter(|trail| trail.exists != TrailExistence::Never).count()
    }

    /// How many findings don't count since they are older than what is compared.
    pub fn known(&self) -> usize {
        let is_known = |finding: &&Diagnostic| finding.suppressed.as_ref().is_some_and(|own| own.span.is_none());
        self.findings.iter().filter(is_known).count()
    }

    /// True if no finding fails the run.
    pub fn passes(&self, gate: Gate) -> bool {
        let counts = |finding: &Diagnostic| {
            let is_open = gate.unknown_fails || finding.counts_unknown;
            finding.suppressed.is_none() && (finding.outcome == Outcome::Fail || is_open)
        };
        !self.findings.iter().any(|finding| counts(finding) && gate.fail_on.is_some_and(|level| finding.level >= level))
    }
}

impl Diagnostic {
    /// An error at a location, without further details.
    pub fn new(rule: &'static Rule, message: String, place: FindingTarget) -> Self {
        Self {
            rule,
            fingerprint: String::new(),
            level: Level::Error,
            outcome: Outcome::Fail,
            message,
            address: None,
            loss: None,
            others: Vec::new(),
            attribute: None,
            deployment: None,
            deployment_name: None,
            place,
            related: Vec::new(),
            setters: Vec::new(),
            notes: Vec::new(),
            help: None,
            wishes: Vec::new(),
            fix: None,
            blocked_by: Vec::new(),
            fails_when: Vec::new(),
            passes_when: Vec::new(),
            is_declared_elsewhere: false,
            counts_unknown: false,
            changed: None,
            suppressed: None,
        }
    }
}

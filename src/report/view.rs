//! The presentation of a report, which is an argument of rendering and no part of the result.

use super::{Diagnostic, Outcome, Provenance, Report, ReportDate, SuppressedBy};
use crate::finding::Level;
use crate::rules::{Check, DEFAULT_BENCHMARK};

/// The number of columns at which text is wrapped at least, and unless it is printed on a wider terminal.
pub const MIN_WIDTH: usize = 80;

/// The choices of the user about the presentation of a report.
#[derive(Debug, Clone)]
pub struct View {
    /// True if unknown findings are counted but not shown.
    pub hides_unknown: bool,
    /// True if text outputs list the findings that aren't evaluated because the resource is declared elsewhere.
    pub shows_not_evaluated: bool,
    /// True if text outputs shorten no list.
    pub is_verbose: bool,
    /// True if text outputs show suppressed findings.
    pub shows_suppressed: bool,
    /// True if text outputs also show findings that are suppressed by a comment, the configuration or the baseline, and
    /// not only those that already existed at the base.
    pub shows_accepted: bool,
    /// True if passed rules are shown as well.
    pub shows_passed: bool,
    /// True if `full` shows at most one screen, as for a run that passes.
    pub is_brief: bool,
    /// The number of columns at which text is wrapped.
    pub width: usize,
    /// The lowest level of the findings that are shown. Others are only counted.
    pub min_level: Option<Level>,
    /// The benchmark whose control number is shown with a finding.
    pub cited: String,
    /// The benchmark for which each control is listed.
    pub benchmark: Option<String>,
    /// The options of this run that change the values of an evaluation, as arguments. The commands that resolve unknown
    /// values repeat them.
    pub given_options: Vec<String>,
    /// The origin of the report, if a benchmark is requested.
    pub provenance: Option<Provenance>,
    /// The date of the report, if the user names one.
    pub date: Option<ReportDate>,
    /// The address of the repository without credentials, for `asff`.
    pub repository: Option<String>,
    /// The account of findings about code, for `asff`.
    pub account: Option<String>,
    /// The Region of findings about code, for `asff`.
    pub region: Option<String>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            hides_unknown: false,
            shows_not_evaluated: false,
            is_verbose: false,
            shows_suppressed: false,
            shows_accepted: false,
            shows_passed: false,
            is_brief: false,
            width: MIN_WIDTH,
            min_level: None,
            cited: DEFAULT_BENCHMARK.to_owned(),
            benchmark: None,
            given_options: Vec::new(),
            provenance: None,
            date: None,
            repository: None,
            account: None,
            region: None,
        }
    }
}

impl View {
    /// The findings in the outputs, including suppressed ones.
    pub fn reported<'r>(&self, report: &'r Report) -> impl Iterator<Item = &'r Diagnostic> {
        report.shown().filter(|diagnostic| self.is_reported(diagnostic))
    }

    /// The findings in text outputs.
    pub fn visible<'r>(&self, report: &'r Report) -> impl Iterator<Item = &'r Diagnostic> {
        report.shown().filter(|diagnostic| self.is_visible(diagnostic))
    }

    /// The findings that `full` and `concise` show.
    pub fn listed<'r>(&self, report: &'r Report) -> impl Iterator<Item = &'r Diagnostic> {
        self.visible(report).filter(|diagnostic| !self.is_only_counted(diagnostic))
    }

    /// True if `full` and `concise` only count the finding: an unknown outcome of a rule that isn't part of the control,
    /// which nothing resolves.
    pub fn is_only_counted(&self, diagnostic: &Diagnostic) -> bool {
        let is_of_control = diagnostic.rule.is_condition || matches!(diagnostic.rule.check, Check::Deployment(_));
        !self.shows_not_evaluated
            && !is_of_control
            && diagnostic.suppressed.is_none()
            && !diagnostic.finding.is_declared_elsewhere
            && diagnostic.is_unresolvable()
            && self.is_reported(diagnostic)
    }

    /// True if outputs contain the finding. Other findings are only counted.
    pub fn is_reported(&self, diagnostic: &Diagnostic) -> bool {
        let is_hidden = self.hides_unknown && diagnostic.outcome == Outcome::Unknown;
        !is_hidden && self.min_level.is_none_or(|level| diagnostic.level >= level)
    }

    /// True if text outputs show the finding: one that is suppressed, or not evaluated because it is declared
    /// elsewhere, only on request.
    pub fn is_visible(&self, diagnostic: &Diagnostic) -> bool {
        let is_declared_elsewhere = diagnostic.finding.is_declared_elsewhere && !self.shows_not_evaluated;
        let is_told = diagnostic
            .suppressed
            .as_ref()
            .is_none_or(|own| self.shows_suppressed || self.shows_accepted && own.by != SuppressedBy::Base);
        self.is_reported(diagnostic) && is_told && !is_declared_elsewhere
    }
}

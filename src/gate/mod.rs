//! The gate: decides which findings of a run count.
//!
//! A finding doesn't count if a comment, metadata or the configuration suppresses it, if the base of a [`comparison`]
//! has it, too, or if a [`baseline`] accepts it, in this order. Findings are matched with [`earlier`] ones also after
//! [`moves`] of their trails. A [`relaxation`] is a change after which fewer findings count.

pub mod baseline;
mod changed_lines;
pub mod comparison;
pub mod earlier;
pub mod moves;
pub mod relaxation;
mod unevaluated;

use std::cell::OnceCell;

use self::baseline::{Baseline, BaselineEntry};
use self::comparison::Base;
use self::earlier::EarlierFindings;
use crate::engine::EngineSettings;
use crate::fix;
use crate::report::{Diagnostic, Report, SuppressedBy, Suppression};
use crate::scan::ScanInputs;
use crate::source::Fs;

/// The files that a run checks.
#[derive(Clone, Copy)]
pub struct CheckedFiles<'a> {
    pub fs: &'a dyn Fs,
    pub inputs: &'a ScanInputs,
}

/// The findings that don't count. The suppressions by comments, metadata and the configuration are part of the findings.
struct Acceptance<'a> {
    /// The rules whose findings can't be suppressed.
    enforced: &'a [&'static str],
    /// The suppressed findings of the base if comments and metadata suppress no others (`--locked`).
    locked: Option<EarlierFindings>,
    /// The findings that count in the base, with its name.
    base: Option<(EarlierFindings, &'a str)>,
    /// The accepted findings, numbered like the entries of their baseline.
    baseline: Option<(EarlierFindings, &'a Baseline)>,
}

/// A finding, split into the part that doesn't count and the rest.
type Split = (Option<Diagnostic>, Option<Diagnostic>);

/// Suppresses the findings of a report that don't count, adds those about trails that were removed since the base, and
/// returns the entries of the baseline without a finding.
pub fn apply<'b>(
    report: &mut Report,
    mut base: Option<&mut Base>,
    baseline: Option<&'b Baseline>,
    settings: &EngineSettings,
    files: CheckedFiles<'_>,
) -> Vec<&'b BaselineEntry> {
    if let Some(base) = &mut base {
        comparison::compare(report, base, settings);
    }
    let base = base.as_deref();
    let acceptance = Acceptance {
        enforced: &settings.selection.enforced,
        locked: base.filter(|_| settings.suppress.is_locked).map(|base| base.findings(true)),
        base: base.map(|base| (base.findings(false), base.name.as_str())),
        baseline: baseline.map(|baseline| (accepted_by(baseline, report, files), baseline)),
    };
    let findings = std::mem::take(&mut report.findings);
    report.findings = findings.into_iter().flat_map(|diagnostic| acceptance.decide(diagnostic)).collect();
    fix::drop_fixes_of_suppressed(report);
    match (baseline, &acceptance.baseline) {
        (Some(baseline), Some((accepted, _))) => baseline.without_finding(report, accepted),
        (_, None) | (None, _) => Vec::new(),
    }
}

fn accepted_by(baseline: &Baseline, report: &Report, files: CheckedFiles<'_>) -> EarlierFindings {
    // Computed on demand: it takes another search, and few runs need it.
    let unevaluated = OnceCell::new();
    baseline.accepted(report, &|subject| {
        unevaluated.get_or_init(|| unevaluated::unevaluated(baseline, report, files)).contains(subject)
    })
}

impl Acceptance<'_> {
    /// Decides by what a finding is suppressed: the first that applies. A finding about several trails is split if only
    /// a part of it doesn't count.
    fn decide(&self, diagnostic: Diagnostic) -> Vec<Diagnostic> {
        let mut decided = Vec::new();
        let mut open = Some(diagnostic);
        for split in [Self::by_source, Self::by_base, Self::by_baseline] {
            let Some(diagnostic) = open.take() else { break };
            let (suppressed, rest) = split(self, diagnostic);
            decided.extend(suppressed);
            open = rest;
        }
        decided.extend(open);
        decided
    }

    /// Keeps a suppression by a comment, metadata or the configuration, unless it is a new one in a locked run.
    fn by_source(&self, diagnostic: Diagnostic) -> Split {
        let Some(own) = &diagnostic.suppressed else { return (None, Some(diagnostic)) };
        let Some(locked) = self.locked.as_ref().filter(|_| own.by.is_in_source()) else {
            return (Some(diagnostic), None);
        };
        let (earlier, mut new) = locked.part(diagnostic);
        if let Some(new) = &mut new {
            new.suppressed = None;
            new.finding.notes.push("a new comment suppresses this finding; `--locked` ignores it".to_owned());
        }
        (earlier.map(|(part, _)| part), new)
    }

    /// Suppresses what the base has, too, unless its severity has risen.
    fn by_base(&self, diagnostic: Diagnostic) -> Split {
        let Some((earlier, name)) = &self.base else { return (None, Some(diagnostic)) };
        if self.enforced.contains(&diagnostic.rule.id()) || comparison::is_removal(&diagnostic) {
            return (None, Some(diagnostic));
        }
        let (part, rest) = earlier.part(diagnostic);
        let reason = Some(format!("already at `{name}`"));
        let suppression = Suppression { reason, ..Suppression::new(SuppressedBy::Base, None) };
        (part.map(|(part, _)| Diagnostic { suppressed: Some(suppression), ..part }), rest)
    }

    /// Suppresses what the baseline accepts.
    fn by_baseline(&self, diagnostic: Diagnostic) -> Split {
        let Some((accepted, baseline)) = &self.baseline else { return (None, Some(diagnostic)) };
        if !baseline::can_contain(&diagnostic, self.enforced) {
            return (None, Some(diagnostic));
        }
        let (part, rest) = accepted.part(diagnostic);
        let part = part.map(|(part, number)| {
            let span = baseline.entries.get(number).and_then(|entry| entry.span);
            let reason = Some("in the baseline".to_owned());
            let suppression = Suppression { reason, ..Suppression::new(SuppressedBy::Baseline, span) };
            Diagnostic { suppressed: Some(suppression), ..part }
        });
        (part, rest)
    }
}

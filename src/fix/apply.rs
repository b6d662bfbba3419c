//! Applies fixes in memory and checks the result again, until no fix is left.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::regression::is_better;
use crate::edit::{Fix, Safety, apply};
use crate::report::{Diagnostic, Report};
use crate::source::SourceFile;

/// The limit of rounds. Each round makes at least one fix; the next run makes those that remain.
const MAX_ROUNDS: usize = 50;

/// The limit of consecutive changes for one fix. Several are needed if, for example, a key is misspelt and its value is
/// set elsewhere, or if a selector that now records management events turns out to exclude some of them.
const MAX_STEPS: usize = 4;

/// The result of [`apply_fixes`].
#[derive(Debug)]
#[must_use = "nothing is written yet"]
pub struct FixResult {
    /// The report on the new texts. Findings whose fix would do harm have no fix any more.
    pub report: Report,
    pub files: Vec<ChangedFile>,
    /// The number of fixed findings.
    pub findings: usize,
    /// The fingerprints of the findings whose fixes were tried and rejected.
    pub rejected: BTreeSet<String>,
    /// True if fixes remain untried because of the limit of rounds.
    pub is_cut: bool,
}

/// A file and its new text.
#[derive(Debug, Clone)]
pub struct ChangedFile {
    /// The file with its current text.
    pub file: Arc<SourceFile>,
    /// The new text.
    pub text: String,
}

/// The changes so far, the report on them, and the number of fixed findings.
struct FixRound {
    report: Report,
    changes: BTreeMap<PathBuf, ChangedFile>,
    fixed: usize,
}

/// Selects the fixes that may be made.
type IsWanted<'a> = &'a dyn Fn(&Diagnostic, &Fix, &Report) -> bool;

/// Fixes, identified by the fingerprints of their findings.
type FixNames = BTreeSet<String>;

/// Applies the wanted fixes. A fix is rejected if its finding remains or a new one appears.
///
/// `is_wanted` selects the fixes that may be made; `judge` checks the same inputs again, with the changed texts in
/// place of the files on the disk.
///
/// # Errors
///
/// Returns the error of `judge`.
pub fn apply_fixes<E>(
    report: Report,
    is_wanted: impl Fn(&Diagnostic, &Fix, &Report) -> bool,
    mut judge: impl FnMut(&[ChangedFile]) -> Result<Report, E>,
) -> Result<FixResult, E> {
    let is_wanted: IsWanted<'_> = &is_wanted;
    let mut now = FixRound { report, changes: BTreeMap::new(), fixed: 0 };
    let mut rejected = FixNames::new();
    let mut wanted = now.names(is_wanted);
    for _ in 0..MAX_ROUNDS {
        if wanted.is_empty() || wanted == rejected {
            break;
        }
        // A fix that did harm may be harmless after the fixes that were made since.
        rejected = now.make(wanted, is_wanted, &mut judge)?;
        wanted = now.names(is_wanted);
    }
    let is_cut = !wanted.is_empty() && wanted != rejected;
    let FixRound { mut report, changes, fixed } = now;
    drop_rejected(&mut report, &rejected);
    Ok(FixResult { report, files: changes.into_values().collect(), findings: fixed, rejected, is_cut })
}

/// Removes the fixes that were tried and rejected.
pub fn drop_rejected(report: &mut Report, refused: &BTreeSet<String>) {
    let is_refused = |diagnostic: &&mut Diagnostic| refused.contains(&diagnostic.fingerprint);
    report.findings.iter_mut().filter(is_refused).for_each(|diagnostic| diagnostic.fix = None);
}

/// True if a fix is safe enough and changes only files that can be written.
pub fn is_allowed(fix: &Fix, allowed: Safety, report: &Report, may_change: impl Fn(&SourceFile) -> bool) -> bool {
    fix.safety() <= allowed && fix.is_within(&report.sources, may_change)
}

impl FixRound {
    fn names(&self, is_wanted: IsWanted<'_>) -> FixNames {
        let is_wanted = |diagnostic: &&Diagnostic| {
            diagnostic.fix.as_ref().is_some_and(|fix| is_wanted(diagnostic, fix, &self.report))
        };
        self.report.findings.iter().filter(is_wanted).map(|diagnostic| diagnostic.fingerprint.clone()).collect()
    }

    /// Makes the fixes of a group that do no harm, and returns those that were rejected after the last of them. A group
    /// that does harm is split in halves to find the harmful fixes.
    fn make<E>(
        &mut self,
        wanted: FixNames,
        is_wanted: IsWanted<'_>,
        judge: &mut impl FnMut(&[ChangedFile]) -> Result<Report, E>,
    ) -> Result<FixNames, E> {
        let mut refused = FixNames::new();
        let mut groups = vec![wanted];
        while let Some(group) = groups.pop() {
            match self.attempt(&group, is_wanted, judge)? {
                Some(next) => {
                    *self = next;
                    refused.clear();
                }
                None if group.len() > 1 => {
                    let mut first: Vec<String> = group.into_iter().collect();
                    let second = first.split_off(first.len().div_ceil(2));
                    groups.extend([second, first].map(FixNames::from_iter));
                }
                None => refused.extend(group),
            }
        }
        Ok(refused)
    }

    /// Makes the compatible fixes of a group; `None` if the resulting report isn't better. If a finding remains and has
    /// another fix, that is the next step of the same fix; so is the fix of a new finding about the same trail.
    fn attempt<E>(
        &self,
        group: &FixNames,
        is_wanted: IsWanted<'_>,
        judge: &mut impl FnMut(&[ChangedFile]) -> Result<Report, E>,
    ) -> Result<Option<FixRound>, E> {
        let (mut next, made) = self.apply(group, judge)?;
        let before: Vec<&Diagnostic> = made.iter().filter_map(|at| self.report.findings.get(*at)).collect();
        for _ in 1..MAX_STEPS {
            let left = next.next_fixes(is_wanted, &self.report, &before);
            if left.is_empty() || is_better(&self.report, &next.report, &before) {
                break;
            }
            next = next.apply(&left, judge)?.0;
        }
        next.fixed = self.fixed.saturating_add(before.len());
        Ok(is_better(&self.report, &next.report, &before).then_some(next))
    }

    /// Returns the wanted fixes of findings that remain after some fixes, or that are new for the same trails.
    fn next_fixes(&self, is_wanted: IsWanted<'_>, before: &Report, made: &[&Diagnostic]) -> FixNames {
        let left: FixNames = made.iter().map(|diagnostic| diagnostic.fingerprint.clone()).collect();
        let known: HashSet<&str> = before.findings.iter().map(|diagnostic| diagnostic.fingerprint.as_str()).collect();
        let trails: HashSet<_> = made.iter().filter_map(|diagnostic| trail(diagnostic)).collect();
        let follows = |diagnostic: &&Diagnostic| {
            let is_new = !known.contains(diagnostic.fingerprint.as_str());
            left.contains(&diagnostic.fingerprint)
                || is_new && trail(diagnostic).is_some_and(|own| trails.contains(&own))
        };
        let wanted = self.names(is_wanted);
        let following = self.report.findings.iter().filter(follows).map(|diagnostic| diagnostic.fingerprint.clone());
        following.filter(|name| wanted.contains(name)).collect()
    }

    /// Makes the compatible fixes of a group and checks the result; also returns the indices of the fixed findings.
    fn apply<E>(
        &self,
        group: &FixNames,
        judge: &mut impl FnMut(&[ChangedFile]) -> Result<Report, E>,
    ) -> Result<(FixRound, Vec<usize>), E> {
        let Self { report, changes, fixed } = self;
        let findings =
            report.findings.iter().enumerate().filter(|(_, diagnostic)| group.contains(&diagnostic.fingerprint));
        let applied =
            apply(findings.filter_map(|(at, diagnostic)| Some((at, diagnostic.fix.as_ref()?))), &report.sources);
        let mut changes = changes.clone();
        for (id, text) in applied.texts {
            let file = report.sources.file(id);
            // The text of the file on the disk is kept through all rounds.
            changes.entry(file.path.clone()).or_insert(ChangedFile { file, text: String::new() }).text = text;
        }
        let texts: Vec<ChangedFile> = changes.values().cloned().collect();
        let report = judge(&texts)?;
        Ok((FixRound { report, changes, fixed: *fixed }, applied.fixes))
    }
}

/// Returns the trail of a finding, with its deployment.
fn trail(diagnostic: &Diagnostic) -> Option<(Option<&str>, Option<&str>, &str)> {
    let address = diagnostic.address.as_deref()?;
    Some((diagnostic.deployment.as_deref(), diagnostic.deployment_name.as_deref(), address))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::engine::{self, EngineSettings};
    use crate::error::Error;
    use crate::scan::{Input, ScanInputs};
    use crate::source::{Memory, Sources};

    fn report(is_valid: bool) -> Result<Report, Error> {
        report_on(&format!("resource \"aws_cloudtrail\" \"t\" {{\n  enable_log_file_validation = {is_valid}\n}}\n"))
    }

    fn report_on(text: &str) -> Result<Report, Error> {
        let inputs = ScanInputs { paths: vec![Input { given: "/".into(), path: "/".into() }], ..ScanInputs::default() };
        let fs = Memory::new([(Path::new("main.tf"), text)]);
        engine::check(&fs, &inputs, Sources::new("/".into()), &EngineSettings::default())
    }

    /// Returns the numbers of fixed findings and of rejected fixes, for a fix that takes this many changes.
    fn fix_counts(changes: usize) -> (usize, usize) {
        let is_wanted = |diagnostic: &Diagnostic, _: &Fix, _: &Report| diagnostic.rule.id() == "unvalidated-logs";
        let mut made = 0;
        let fixed = apply_fixes(report(false).unwrap(), is_wanted, |_| {
            made += 1;
            report(made == changes)
        });
        let FixResult { findings, rejected, .. } = fixed.unwrap();
        (findings, rejected.len())
    }

    #[test]
    fn a_fix_of_too_many_changes_is_refused() {
        assert_eq!(fix_counts(1), (1, 0));
        assert_eq!(fix_counts(MAX_STEPS), (1, 0));
        assert_eq!(fix_counts(MAX_STEPS + 1), (0, 1));
    }

    #[test]
    fn a_fix_that_is_harmless_after_another_is_made() {
        const TOGETHER_AND_FIRST_ALONE: usize = 2 * MAX_STEPS;
        let is_wanted = |_: &Diagnostic, _: &Fix, _: &Report| true;
        let mut tried = 0;
        let fixed = apply_fixes(report(false).unwrap(), is_wanted, |changed| {
            tried += 1;
            if tried > TOGETHER_AND_FIRST_ALONE { report_on(&changed[0].text) } else { report(false) }
        });
        let FixResult { findings, rejected, .. } = fixed.unwrap();
        assert_eq!((findings, rejected.len()), (2, 0));
    }
}

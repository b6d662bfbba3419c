//! Fixes are tried in memory, and judged again, until nothing more can be mended.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::harm::is_better;
use super::{Fix, Safety, apply};
use crate::report::{Report, Reported};
use crate::source::SourceFile;

/// Each round makes at least one fix; more than this are made by nobody.
const MAX_ROUNDS: usize = 50;

/// What became of the fixes.
#[derive(Debug)]
#[must_use = "nothing is written yet"]
pub struct Mended {
    /// What is found in the new texts. A finding whose fix would do harm has none any more.
    pub report: Report,
    /// The files that change.
    pub files: Vec<Changed>,
    /// How many findings are gone.
    pub findings: usize,
    /// How many fixes were tried and aren't made.
    pub refused: usize,
}

/// A file and its new text.
#[derive(Debug, Clone)]
pub struct Changed {
    /// As it is.
    pub file: Arc<SourceFile>,
    /// As it is to be.
    pub text: String,
}

/// The texts so far, what is found in them, and how many findings are gone.
struct Step {
    report: Report,
    changes: BTreeMap<PathBuf, Changed>,
    fixed: usize,
}

/// Fixes, by the names of their findings.
type Names = BTreeSet<String>;

/// Makes the fixes that are wanted. One after which its finding is still there, or a new one has come, isn't made.
///
/// `is_wanted` says whether a fix may be made; `judge` checks the same inputs again, with texts that count in the place
/// of the files on the disk.
///
/// # Errors
///
/// What `judge` says.
pub fn mend<E>(
    report: Report,
    is_wanted: impl Fn(&Reported, &Fix, &Report) -> bool,
    mut judge: impl FnMut(&[Changed]) -> Result<Report, E>,
) -> Result<Mended, E> {
    let mut now = Step { report, changes: BTreeMap::new(), fixed: 0 };
    let mut refused = Names::new();
    for _ in 0..MAX_ROUNDS {
        let wanted = now.names(&is_wanted);
        if wanted.is_empty() || wanted == refused {
            break;
        }
        // What did harm may do none beside the fixes of the last round.
        refused = now.make(wanted, &mut judge)?;
    }
    let Step { mut report, changes, fixed } = now;
    let is_refused = |finding: &&mut Reported| refused.contains(&finding.fingerprint);
    report.findings.iter_mut().filter(is_refused).for_each(|finding| finding.fix = None);
    Ok(Mended { report, files: changes.into_values().collect(), findings: fixed, refused: refused.len() })
}

/// The fixes that do no more than is allowed, in files that can be written.
pub fn is_allowed(fix: &Fix, allowed: Safety, report: &Report, may_change: impl Fn(&SourceFile) -> bool) -> bool {
    fix.safety <= allowed && fix.files().into_iter().all(|file| may_change(&report.sources.file(file)))
}

impl Step {
    fn names(&self, is_wanted: impl Fn(&Reported, &Fix, &Report) -> bool) -> Names {
        let is_wanted =
            |finding: &&Reported| finding.fix.as_ref().is_some_and(|fix| is_wanted(finding, fix, &self.report));
        self.report.findings.iter().filter(is_wanted).map(|finding| finding.fingerprint.clone()).collect()
    }

    /// Makes all of these, or as many as do no harm, and returns those that would. Of several, halves show which.
    fn make<E>(&mut self, wanted: Names, judge: &mut impl FnMut(&[Changed]) -> Result<Report, E>) -> Result<Names, E> {
        let mut refused = Names::new();
        let mut groups = vec![wanted];
        while let Some(group) = groups.pop() {
            match self.attempt(&group, judge)? {
                Some(next) => *self = next,
                None if group.len() > 1 => {
                    let mut first: Vec<String> = group.into_iter().collect();
                    let second = first.split_off(first.len().div_ceil(2));
                    groups.extend([second, first].map(Names::from_iter));
                }
                None => refused.extend(group),
            }
        }
        Ok(refused)
    }

    /// Makes those of some fixes that go together; nothing if what is found then isn't better.
    fn attempt<E>(
        &self,
        group: &Names,
        judge: &mut impl FnMut(&[Changed]) -> Result<Report, E>,
    ) -> Result<Option<Step>, E> {
        let Self { report, changes, fixed } = self;
        let findings = report.findings.iter().enumerate().filter(|(_, finding)| group.contains(&finding.fingerprint));
        let applied = apply(findings.filter_map(|(at, finding)| Some((at, finding.fix.as_ref()?))), &report.sources);
        let mut changes = changes.clone();
        for (id, text) in applied.texts {
            let file = report.sources.file(id);
            // What the disk holds stays on record through all rounds.
            changes.entry(file.path.clone()).or_insert(Changed { file, text: String::new() }).text = text;
        }
        let texts: Vec<Changed> = changes.values().cloned().collect();
        let after = judge(&texts)?;
        let made: Vec<&Reported> = applied.fixes.iter().filter_map(|at| report.findings.get(*at)).collect();
        let fixed = fixed.saturating_add(made.len());
        Ok(is_better(report, &after, &made).then_some(Step { report: after, changes, fixed }))
    }
}

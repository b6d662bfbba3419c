//! Verdicts over worlds, and the decisions that make the difference.

use std::collections::HashSet;

use crate::finding::{Finding, Verdict};
use crate::model::Wish;
use crate::report::Outcome;
use crate::value::World;
use crate::value::world::Decision;

/// With more worlds than this, the decisions of a failing one are shown as they are.
const MAX_COMPARED: usize = 256;

/// The decisions of a world that fails and of one that passes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Witness {
    pub(super) fails_when: Vec<String>,
    pub(super) passes_when: Vec<String>,
    /// The unknown values that were decided.
    pub(super) subjects: Vec<String>,
}

/// Passes in all worlds are a pass, failures in all a failure; anything else isn't known.
pub(super) fn combine(verdicts: Vec<(Verdict, &World)>) -> (Outcome, Option<Finding>, Witness) {
    let is_pass = |verdict: &Verdict| matches!(verdict, Verdict::Pass);
    let is_fail = |verdict: &Verdict| matches!(verdict, Verdict::Fail(_));
    if verdicts.iter().all(|(verdict, _)| is_pass(verdict)) {
        return (Outcome::Pass, None, Witness::default());
    }
    if verdicts.iter().all(|(verdict, _)| is_fail(verdict)) {
        return (Outcome::Fail, of_all(verdicts), Witness::default());
    }
    let runs = |is_such: &dyn Fn(&Verdict) -> bool| -> Vec<(bool, &World)> {
        verdicts.iter().map(|(verdict, world)| (is_such(verdict), *world)).collect()
    };
    let failing = minimal(&runs(&is_fail));
    let passing = minimal(&runs(&is_pass));
    let show = |decisions: &[Decision]| decisions.iter().map(Decision::to_string).collect::<Vec<_>>();
    let subjects = failing.iter().chain(&passing).map(|decision| decision.atom.subject().to_owned());
    let mut witness = Witness { fails_when: show(&failing), passes_when: show(&passing), subjects: subjects.collect() };
    witness.subjects.sort_unstable();
    witness.subjects.dedup();
    let fails = verdicts.iter().position(|(verdict, _)| is_fail(verdict));
    let open = verdicts.iter().position(|(verdict, _)| !is_pass(verdict));
    let shown = fails.or(open).and_then(|index| verdicts.into_iter().nth(index));
    let finding = shown.and_then(|(verdict, _)| match verdict {
        Verdict::Pass => None,
        Verdict::Fail(finding) => {
            let label = format!("{} in that case", finding.primary.text);
            Some(finding.because(label))
        }
        Verdict::Unknown(finding) => Some(finding),
    });
    (Outcome::Unknown, finding, witness)
}

/// What is found in the first world, with the changes that mend it in all of them, if such are known.
fn of_all(verdicts: Vec<(Verdict, &World)>) -> Option<Finding> {
    let mut findings = verdicts.into_iter().filter_map(|(verdict, _)| finding_of(verdict));
    let mut first = findings.next()?;
    let mut seen: HashSet<Wish> = first.wishes.iter().cloned().collect();
    let mut is_mended = !first.wishes.is_empty();
    for other in findings {
        is_mended &= !other.wishes.is_empty();
        first.wishes.extend(other.wishes.into_iter().filter(|wish| seen.insert(wish.clone())));
    }
    if !is_mended {
        first.wishes.clear();
    }
    Some(first)
}

fn finding_of(verdict: Verdict) -> Option<Finding> {
    match verdict {
        Verdict::Pass => None,
        Verdict::Fail(finding) | Verdict::Unknown(finding) => Some(finding),
    }
}

/// The decisions of the first run that is one of such, without those that make no difference to it.
pub(super) fn minimal(runs: &[(bool, &World)]) -> Vec<Decision> {
    let worlds: Vec<(bool, Vec<Decision>)> =
        runs.iter().map(|(is_such, world)| (*is_such, world.decisions())).collect();
    let Some((_, mut decisions)) = worlds.iter().find(|(such, _)| *such).cloned() else { return Vec::new() };
    if worlds.len() > MAX_COMPARED {
        return decisions;
    }
    let mut index = 0;
    while index < decisions.len() {
        let mut fewer = decisions.clone();
        fewer.remove(index);
        let allows = |world: &[Decision]| !fewer.iter().any(|own| world.iter().any(|other| other.contradicts(own)));
        if worlds.iter().filter(|(_, world)| allows(world)).all(|(such, _)| *such) {
            decisions = fewer;
        } else {
            index = index.saturating_add(1);
        }
    }
    decisions
}

//! Combines the verdicts of all worlds, and finds the decisions on which the result depends.

mod names;

use std::collections::HashSet;

use crate::finding::{Finding, Verdict};
use crate::model::Remedy;
use crate::report::Outcome;
use crate::value::World;
use crate::value::world::Decision;

/// The limit of worlds up to which the decisions of a failing world are minimized.
const MAX_COMPARED: usize = 256;

/// The limit of worlds that are searched for decisions that are possible together.
const MAX_TRIED: usize = 16;

/// The decisions of a world that fails and of one that passes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Witness {
    pub(super) fails_when: Vec<String>,
    pub(super) passes_when: Vec<String>,
    /// The unknown values that were decided.
    pub(super) subjects: Vec<String>,
}

/// Combines verdicts: passes in all worlds are a pass, failures in all worlds a failure; anything else is unknown.
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
    let failing = possible(&runs(&is_fail));
    let passing = possible(&runs(&is_pass));
    let show = |decisions: &[Decision]| decisions.iter().map(Decision::to_string).collect::<Vec<_>>();
    let decided = || runs(&is_fail).into_iter().chain(runs(&is_pass)).filter(|(is_such, _)| *is_such);
    let subjects = match (failing.as_slice(), passing.as_slice()) {
        // The verdict depends on the decided values even if no combination of them is certainly possible.
        ([], []) => decided().take(1).flat_map(|(_, world)| world.decisions()).collect(),
        (failing, passing) => [failing, passing].concat(),
    };
    let subjects = subjects.iter().map(|decision| decision.atom.subject().to_owned());
    let mut witness = Witness { fails_when: show(&failing), passes_when: show(&passing), subjects: subjects.collect() };
    if !verdicts.iter().any(|(verdict, _)| is_pass(verdict) || is_fail(verdict)) {
        (witness.fails_when, witness.passes_when) = sides(&verdicts);
    }
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

/// Returns the values of a plain reference with which an unknown verdict fails and passes, after the decisions that
/// lead to it.
fn sides(verdicts: &[(Verdict, &World)]) -> (Vec<String>, Vec<String>) {
    let sides_of = |verdict: &Verdict| match verdict {
        Verdict::Unknown(finding) => finding.witness.clone(),
        Verdict::Pass | Verdict::Fail(_) => None,
    };
    let first = verdicts.first().and_then(|(verdict, _)| sides_of(verdict));
    let Some((reference, fails, passes)) = &first else { return Default::default() };
    let runs: Vec<(bool, &World)> =
        verdicts.iter().map(|(verdict, world)| (sides_of(verdict) == first, *world)).collect();
    let decisions = minimal(&runs);
    if !names::are_independent_of(&decisions, reference) {
        return Default::default();
    }
    let after = |side: &str| {
        let decisions = decisions.iter().map(Decision::to_string);
        decisions.chain([format!("{reference} {side}")]).collect()
    };
    (after(fails), after(passes))
}

/// The finding of the first world, with the remedies that apply in all worlds.
fn of_all(verdicts: Vec<(Verdict, &World)>) -> Option<Finding> {
    let mut findings = verdicts.into_iter().filter_map(|(verdict, _)| finding_of(verdict));
    let mut first = findings.next()?;
    let mut seen: HashSet<Remedy> = first.wishes.iter().cloned().collect();
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

/// Returns the decisions of a marked run, if they are certainly possible together with all other decisions of the run,
/// which may have created the trail.
fn possible(runs: &[(bool, &World)]) -> Vec<Decision> {
    let worlds = decided(runs);
    let such = worlds.iter().filter(|(is_such, _)| *is_such).take(MAX_TRIED);
    such.map(|(_, all)| (shortest(all.clone(), &worlds), all))
        .find(|(shown, all)| names::are_independent(shown, all))
        .map(|(shown, _)| shown)
        .unwrap_or_default()
}

/// Returns the decisions of the first marked run, without those that make no difference to it.
pub(super) fn minimal(runs: &[(bool, &World)]) -> Vec<Decision> {
    let worlds = decided(runs);
    let first = worlds.iter().find(|(is_such, _)| *is_such);
    first.map(|(_, decisions)| shortest(decisions.clone(), &worlds)).unwrap_or_default()
}

fn decided(runs: &[(bool, &World)]) -> Vec<(bool, Vec<Decision>)> {
    runs.iter().map(|(is_such, world)| (*is_such, world.decisions())).collect()
}

/// Decisions of a run without those that make no difference.
fn shortest(mut decisions: Vec<Decision>, worlds: &[(bool, Vec<Decision>)]) -> Vec<Decision> {
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

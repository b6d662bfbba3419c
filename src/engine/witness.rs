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
    /// Unknown values, each with a value with which the rule passes.
    pub(super) passing: Vec<(String, String)>,
}

/// Combines verdicts: passes in all worlds are a pass, failures in all worlds a failure; anything else is unknown.
pub(super) fn combine(verdicts: Vec<(Verdict, &World)>) -> (Outcome, Option<Finding>, Witness) {
    if verdicts.iter().all(|(verdict, _)| is_pass(verdict)) {
        return (Outcome::Pass, None, Witness::default());
    }
    if verdicts.iter().all(|(verdict, _)| is_fail(verdict)) {
        return (Outcome::Fail, of_all(verdicts), Witness::default());
    }
    let failing = possible(&runs(&verdicts, is_fail));
    let passing = possible(&runs(&verdicts, is_pass));
    let subjects = match (failing.as_slice(), passing.as_slice()) {
        // The verdict depends on the decided values even if no combination of them is certainly possible.
        ([], []) => {
            let runs = runs(&verdicts, is_fail).into_iter().chain(runs(&verdicts, is_pass));
            let decided = runs.filter(|(is_such, _)| *is_such).take(1);
            decided.flat_map(|(_, world)| world.decisions()).collect()
        }
        (failing, passing) => [failing, passing].concat(),
    };
    let subjects = subjects.iter().map(|decision| decision.atom.subject().to_owned());
    let mut witness = Witness {
        fails_when: show(&failing),
        passes_when: show(&passing),
        subjects: subjects.collect(),
        passing: passing.iter().filter_map(Decision::value).collect(),
    };
    if !verdicts.iter().any(|(verdict, _)| is_pass(verdict) || is_fail(verdict)) {
        (witness.fails_when, witness.passes_when) = reference_values(&verdicts);
        let reference = verdicts.first().and_then(|(verdict, _)| reference_values_of(verdict));
        let equal = reference.and_then(|(name, _, passes)| Some((name, passes.strip_prefix("= ")?.to_owned())));
        witness.passing.extend(equal);
    }
    witness.subjects.sort_unstable();
    witness.subjects.dedup();
    let fails = verdicts.iter().position(|(verdict, _)| is_fail(verdict));
    let open = verdicts.iter().position(|(verdict, _)| !is_pass(verdict));
    let shown = fails.or(open).and_then(|index| verdicts.into_iter().nth(index));
    let finding = shown.and_then(|(verdict, _)| match verdict {
        Verdict::Pass => None,
        Verdict::Fail(finding) => {
            // A value that depends on the world isn't written as it is, even if no reference leads to it.
            let label = finding.place.label().map(|label| label.text.replacen("set to ", "evaluates to ", 1));
            let label = label.map(|label| format!("{label} in that case"));
            Some(finding.with_primary_label(label.unwrap_or_default()))
        }
        Verdict::Unknown(finding) => Some(finding),
    });
    (Outcome::Unknown, finding, witness)
}

fn show(decisions: &[Decision]) -> Vec<String> {
    decisions.iter().map(Decision::to_string).collect()
}

fn runs<'w>(verdicts: &[(Verdict, &'w World)], is_such: fn(&Verdict) -> bool) -> Vec<(bool, &'w World)> {
    verdicts.iter().map(|(verdict, world)| (is_such(verdict), *world)).collect()
}

fn is_fail(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Fail(_))
}

fn is_pass(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Pass)
}

/// Returns the values of a plain reference with which an unknown verdict fails and passes, after the decisions that
/// lead to it.
fn reference_values(verdicts: &[(Verdict, &World)]) -> (Vec<String>, Vec<String>) {
    let first = verdicts.first().and_then(|(verdict, _)| reference_values_of(verdict));
    let Some((reference, fails, passes)) = &first else { return Default::default() };
    let runs: Vec<(bool, &World)> =
        verdicts.iter().map(|(verdict, world)| (reference_values_of(verdict) == first, *world)).collect();
    let decisions = minimal(&runs);
    if !names::are_independent_of(&decisions, reference) {
        return Default::default();
    }
    (after(&decisions, reference, fails), after(&decisions, reference, passes))
}

fn after(decisions: &[Decision], reference: &str, side: &str) -> Vec<String> {
    let decisions = decisions.iter().map(Decision::to_string);
    decisions.chain([format!("{reference} {side}")]).collect()
}

fn reference_values_of(verdict: &Verdict) -> Option<(String, String, String)> {
    match verdict {
        Verdict::Unknown(finding) => finding.witness.clone(),
        Verdict::Pass | Verdict::Fail(_) => None,
    }
}

/// The finding of the first world, with the remedies that apply in all worlds.
fn of_all(verdicts: Vec<(Verdict, &World)>) -> Option<Finding> {
    let mut findings = verdicts.into_iter().filter_map(|(verdict, _)| finding_of(verdict));
    let mut first = findings.next()?;
    let mut seen: HashSet<Remedy> = first.remedies.iter().cloned().collect();
    let mut is_mended = !first.remedies.is_empty();
    for other in findings {
        is_mended &= !other.remedies.is_empty();
        first.remedies.extend(other.remedies.into_iter().filter(|remedy| seen.insert(remedy.clone())));
    }
    if !is_mended {
        first.remedies.clear();
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
        let mut allowed = worlds
            .iter()
            .filter(|(_, world)| !fewer.iter().any(|own| world.iter().any(|other| other.contradicts(own))));
        if allowed.all(|(such, _)| *such) {
            decisions = fewer;
        } else {
            index = index.saturating_add(1);
        }
    }
    decisions
}

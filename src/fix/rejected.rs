//! Removes the fixes whose values a declaration rejects, such as the validation of a variable.

use crate::edit::Safety;
use crate::finding::Label;
use crate::formats::Rejection;
use crate::model::TriedValue;
use crate::report::Diagnostic;
use crate::value::budget::STEPS;

/// Returns the declarations that reject some values; `None` if a limit prevents the trial.
type FindRejections<'a> = &'a dyn Fn(&[TriedValue]) -> Option<Vec<Rejection>>;

/// Removes the fixes of a deployment that can't be made, together with the others, because a declaration rejects a
/// value, and those that couldn't be tried. The help states the reason.
pub fn drop_rejected_values(findings: &mut [Diagnostic], rejections: FindRejections<'_>) {
    let mut accepted = Vec::new();
    for safety in [Safety::Safe, Safety::Unsafe] {
        let of_safety = |diagnostic: &Diagnostic| diagnostic.fix.as_ref().is_some_and(|fix| fix.safety() == safety);
        let is_tried = |diagnostic: &&mut Diagnostic| {
            of_safety(diagnostic) && diagnostic.suppressed.is_none() && !tried(diagnostic).is_empty()
        };
        let all: Vec<&mut Diagnostic> = findings.iter_mut().filter(is_tried).collect();
        let mut groups = vec![all];
        while let Some(mut group) = groups.pop() {
            if group.is_empty() {
                continue;
            }
            let own: Vec<TriedValue> = group.iter().flat_map(|diagnostic| tried(diagnostic)).collect();
            let values = [accepted.as_slice(), own.as_slice()].concat();
            let Some(found) = rejections(&values) else {
                group.into_iter().for_each(drop_untried);
                continue;
            };
            match (found.first(), group.as_mut_slice()) {
                (None, _) => accepted = values,
                (Some(rejection), [diagnostic]) => drop_rejected(diagnostic, rejection),
                (Some(_), _) => groups.extend(without_rejected(group, &own, &found)),
            }
        }
    }
}

/// Removes the fixes whose values are certainly the rejected ones, and returns the others as one group. If there is no
/// such fix, returns the two halves of the group.
fn without_rejected<'f>(
    group: Vec<&'f mut Diagnostic>,
    values: &[TriedValue],
    found: &[Rejection],
) -> Vec<Vec<&'f mut Diagnostic>> {
    let causes: Vec<_> = found.iter().filter_map(|rejection| Some((cause(rejection, values)?, rejection))).collect();
    let mut rest = Vec::new();
    for diagnostic in group {
        let own = tried(diagnostic);
        match causes.iter().find(|(value, _)| own.contains(value)) {
            Some((_, rejection)) => drop_rejected(diagnostic, rejection),
            None => rest.push(diagnostic),
        }
    }
    if !causes.is_empty() {
        return vec![rest];
    }
    let second = rest.split_off(rest.len().div_ceil(2));
    vec![second, rest]
}

/// Returns the only one of the values from which a rejected value comes.
fn cause<'v>(rejection: &Rejection, values: &'v [TriedValue]) -> Option<&'v TriedValue> {
    let sole = |is_cause: &dyn Fn(&TriedValue) -> bool| {
        let mut causes = values.iter().filter(|value| rejection.places.contains(&value.span) && is_cause(value));
        let first = causes.next()?;
        causes.all(|other| other == first).then_some(first)
    };
    sole(&|_| true).or_else(|| sole(&|value| value.key.is_some() && value.key == rejection.variable))
}

/// Returns the values that a fix sets outside of the trail.
fn tried(diagnostic: &Diagnostic) -> Vec<TriedValue> {
    diagnostic.finding.remedies.iter().filter_map(|wish| wish.tried()).collect()
}

fn drop_rejected(diagnostic: &mut Diagnostic, rejection: &Rejection) {
    diagnostic.rejected_fix = diagnostic.fix.take();
    if let Some(help) = diagnostic.finding.help.take() {
        diagnostic.finding.help = Some(format!("{help}, once {} accepts this value", rejection.name));
    }
    diagnostic.finding.related.push(Label { span: rejection.span, text: "doesn't accept the new value".to_owned() });
}

fn drop_untried(diagnostic: &mut Diagnostic) {
    diagnostic.fix = None;
    if let Some(help) = diagnostic.finding.help.take() {
        diagnostic.finding.help =
            Some(format!("{help}; there is no fix, because trying it exceeds the limit for {STEPS}"));
    }
}

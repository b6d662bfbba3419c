//! Detects harmful fixes: those that leave their finding, cause a new one, or remove a trail.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use crate::finding::Level;
use crate::report::{DeploymentResult, Diagnostic, Outcome, Report, TrailExistence};
use crate::rules::{Check, EXCLUDED_EVENT_SOURCES, MISSING_MANAGEMENT_EVENTS};

/// The subject of a finding: its rule, its outcome, its deployment and trail, and its file if it has no deployment.
type FindingSubject<'a> = (&'a str, Outcome, Option<&'a str>, Option<&'a str>, Option<&'a str>, Option<String>);

/// True if the fixed findings are gone, no finding above `note` is new, and all trails are unchanged.
pub(super) fn is_better(before: &Report, after: &Report, fixed: &[&Diagnostic]) -> bool {
    is_resolved(before, after, fixed)
        && !has_more_findings(before, after, fixed)
        && trails(before) == trails(after)
        && !has_worse_deployment(before, after)
}

/// True if the number of findings has decreased by the number of fixed ones, for each subject and argument.
fn is_resolved(before: &Report, after: &Report, fixed: &[&Diagnostic]) -> bool {
    let was = count_by(before.findings.iter().map(|diagnostic| (subject(diagnostic, before), argument(diagnostic))));
    let is = count_by(after.findings.iter().map(|diagnostic| (subject(diagnostic, after), argument(diagnostic))));
    let gone = count_by(fixed.iter().map(|diagnostic| (subject(diagnostic, before), argument(diagnostic))));
    gone.iter().all(|(name, gone)| count(&is, name).saturating_add(*gone) <= count(&was, name))
}

/// True if any subject has more findings than before.
fn has_more_findings(before: &Report, after: &Report, fixed: &[&Diagnostic]) -> bool {
    let was = count_by(before.findings.iter().map(|diagnostic| subject(diagnostic, before)));
    let is_new = |diagnostic: &&Diagnostic| is_regression(diagnostic) && !reveals(diagnostic, fixed);
    let is = count_by(after.findings.iter().filter(is_new).map(|diagnostic| subject(diagnostic, after)));
    is.iter().any(|(name, is)| *is > count(&was, name))
}

/// True for a finding that the fix makes visible: once a selector records management events, the check can report the
/// sources that it excludes, or that these are unknown.
fn reveals(diagnostic: &Diagnostic, fixed: &[&Diagnostic]) -> bool {
    let trail = |of: &Diagnostic| (of.deployment.clone(), of.deployment_name.clone(), of.address.clone());
    let hid = |one: &&Diagnostic| one.rule.id() == MISSING_MANAGEMENT_EVENTS.id() && trail(one) == trail(diagnostic);
    let is_shown = diagnostic.rule.id() == EXCLUDED_EVENT_SOURCES.id()
        || diagnostic.rule.id() == MISSING_MANAGEMENT_EVENTS.id() && diagnostic.outcome == Outcome::Unknown;
    is_shown && fixed.iter().any(hid)
}

fn count_by<K: Eq + Hash>(names: impl Iterator<Item = K>) -> HashMap<K, usize> {
    let mut tally: HashMap<K, usize> = HashMap::new();
    for name in names {
        let count = tally.entry(name).or_default();
        *count = count.saturating_add(1);
    }
    tally
}

fn count<K: Eq + Hash>(tally: &HashMap<K, usize>, name: &K) -> usize {
    tally.get(name).copied().unwrap_or(0)
}

/// Returns the path of an argument without indices, since removing an element of a list changes the indices of the
/// others.
fn argument(diagnostic: &Diagnostic) -> Option<String> {
    let path = diagnostic.finding.attribute.as_ref()?;
    Some(path.chars().filter(|c| !c.is_ascii_digit()).collect())
}

/// True if a new finding of this kind makes a fix harmful. Not for the finding that a deployment has no compliant
/// trail, whose subject may change, nor for an unused suppression with a fix, which a later round removes.
fn is_regression(diagnostic: &Diagnostic) -> bool {
    let is_whole = matches!(diagnostic.rule.check, Check::Deployment(_));
    let goes_next = matches!(diagnostic.rule.check, Check::Ignoring) && diagnostic.fix.is_some();
    diagnostic.level > Level::Note && !is_whole && !goes_next && diagnostic.suppressed.is_none()
}

fn subject<'a>(diagnostic: &'a Diagnostic, report: &Report) -> FindingSubject<'a> {
    let Diagnostic { rule, outcome, deployment, deployment_name, address, .. } = diagnostic;
    let label = diagnostic.finding.place.label().filter(|_| deployment.is_none());
    let file = label.map(|label| report.sources.file(label.span.file).name.clone());
    (rule.id(), *outcome, deployment.as_deref(), deployment_name.as_deref(), address.as_deref(), file)
}

/// Returns the trails, each with its existence.
fn trails(report: &Report) -> BTreeMap<(&str, Option<&str>, &str), TrailExistence> {
    let trails = report.deployments.iter().flat_map(|judged| judged.trails.iter().map(move |trail| (judged, trail)));
    trails.map(|(judged, trail)| ((&*judged.root, judged.name.as_deref(), &*trail.address), trail.exists)).collect()
}

/// True if a deployment has changed from pass to another verdict, or from unknown to fail.
fn has_worse_deployment(before: &Report, after: &Report) -> bool {
    let name = |judged: &DeploymentResult| (judged.root.clone(), judged.name.clone());
    let was: HashMap<_, _> = before.deployments.iter().map(|judged| (name(judged), judged.verdict)).collect();
    let is_worse = |now: &DeploymentResult| match (was.get(&name(now)), now.verdict) {
        (Some(Some(Outcome::Pass)), verdict) => verdict != Some(Outcome::Pass),
        (Some(Some(Outcome::Unknown)), verdict) => verdict == Some(Outcome::Fail),
        (Some(Some(Outcome::Fail) | None) | None, _) => false,
    };
    after.deployments.iter().any(is_worse)
}

//! What a fix must not do: leave its finding, bring another one, or take a trail away.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use crate::finding::Level;
use crate::report::{DeploymentResult, Diagnostic, FindingTarget, Outcome, Report, TrailExistence};
use crate::rules::{Check, EXCLUDED_EVENT_SOURCES, MISSING_MANAGEMENT_EVENTS};

/// What a finding is about: its rule, its trail, and its file where there is no deployment.
type FindingSubject<'a> = (&'a str, Outcome, Option<&'a str>, Option<&'a str>, Option<&'a str>, Option<String>);

/// Whether what was to be mended is gone, nothing has come that weighs more than a note, and all trails are still there.
pub(super) fn is_better(before: &Report, after: &Report, mended: &[&Diagnostic]) -> bool {
    is_gone(before, after, mended)
        && !has_more_findings(before, after, mended)
        && trails(before) == trails(after)
        && !has_worse_deployment(before, after)
}

/// Whether there are as many fewer findings as were mended.
fn is_gone(before: &Report, after: &Report, mended: &[&Diagnostic]) -> bool {
    let was = tally(before.findings.iter().map(|finding| (subject(finding, before), argument(finding))));
    let is = tally(after.findings.iter().map(|finding| (subject(finding, after), argument(finding))));
    let gone = tally(mended.iter().map(|finding| (subject(finding, before), argument(finding))));
    gone.iter().all(|(name, gone)| count(&is, name).saturating_add(*gone) <= count(&was, name))
}

/// Whether there is more about something than was.
fn has_more_findings(before: &Report, after: &Report, mended: &[&Diagnostic]) -> bool {
    let was = tally(before.findings.iter().map(|finding| subject(finding, before)));
    let is_new = |finding: &&Diagnostic| weighs(finding) && !shows(finding, mended);
    let is = tally(after.findings.iter().filter(is_new).map(|finding| subject(finding, after)));
    is.iter().any(|(name, is)| *is > count(&was, name))
}

/// A selector that begins to record management events shows which of them it excludes, or that this isn't known.
fn shows(finding: &Diagnostic, mended: &[&Diagnostic]) -> bool {
    let trail = |of: &Diagnostic| (of.deployment.clone(), of.deployment_name.clone(), of.address.clone());
    let hid = |one: &&Diagnostic| one.rule.id() == MISSING_MANAGEMENT_EVENTS.id() && trail(one) == trail(finding);
    let is_shown = finding.rule.id() == EXCLUDED_EVENT_SOURCES.id()
        || finding.rule.id() == MISSING_MANAGEMENT_EVENTS.id() && finding.outcome == Outcome::Unknown;
    is_shown && mended.iter().any(hid)
}

fn tally<K: Eq + Hash>(names: impl Iterator<Item = K>) -> HashMap<K, usize> {
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

/// The path of an argument. Where an element of a list goes, the numbers of others change.
fn argument(finding: &Diagnostic) -> Option<String> {
    let path = finding.attribute.as_ref()?;
    Some(path.chars().filter(|c| !c.is_ascii_digit()).collect())
}

/// That a deployment still has no compliant trail may be said in other words, and what accepted the finding goes next.
fn weighs(finding: &Diagnostic) -> bool {
    let is_whole = matches!(finding.rule.check, Check::Deployment(_));
    let goes_next = matches!(finding.rule.check, Check::Ignoring) && finding.fix.is_some();
    finding.level > Level::Note && !is_whole && !goes_next && finding.suppressed.is_none()
}

fn subject<'a>(finding: &'a Diagnostic, report: &Report) -> FindingSubject<'a> {
    let Diagnostic { rule, outcome, deployment, deployment_name, address, .. } = finding;
    let file = match &finding.place {
        FindingTarget::Text(label) if deployment.is_none() => Some(report.sources.file(label.span.file).name.clone()),
        FindingTarget::Text(_) | FindingTarget::File(_) | FindingTarget::Run => None,
    };
    (rule.id(), *outcome, deployment.as_deref(), deployment_name.as_deref(), address.as_deref(), file)
}

/// The trails, and whether they are created.
fn trails(report: &Report) -> BTreeMap<(&str, Option<&str>, &str), TrailExistence> {
    let trails = report.deployments.iter().flat_map(|judged| judged.trails.iter().map(move |trail| (judged, trail)));
    trails.map(|(judged, trail)| ((&*judged.root, judged.name.as_deref(), &*trail.address), trail.exists)).collect()
}

/// Whether a deployment passed, or may have, and doesn't any more.
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

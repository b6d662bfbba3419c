//! The findings that outputs show: one for all deployments and instances in which it is the same.
//!
//! Findings are merged last, when it is decided what suppresses each of them.

use std::collections::HashMap;

use super::{Diagnostic, Outcome, Report};
use crate::finding::{Finding, FindingTarget, Level};
use crate::source::Span;

/// The number of deployments that a message names.
const MAX_NAMED: usize = 2;

/// The merged findings of a report; none if they aren't merged.
#[derive(Debug, Default)]
pub struct MergedFindings(Vec<MergedFinding>);

/// A finding in one or more deployments.
#[derive(Debug)]
struct MergedFinding {
    /// The indices of the findings in the report, at least one.
    members: Vec<usize>,
    /// The finding about all of them, if it differs from the first one.
    merged: Option<Box<Diagnostic>>,
}

/// What findings have in common that are merged, except for their fixes and suppressions.
type MergeKey = (&'static str, Outcome, Level, Finding);

impl Report {
    /// Merges the findings that differ only in their deployment or trail. The message of a finding that would otherwise
    /// look like another one names its deployment.
    pub fn merge_findings(&mut self) {
        let mut merged: Vec<MergedFinding> = Vec::new();
        let mut by_key: HashMap<MergeKey, Vec<(usize, &Diagnostic)>> = HashMap::new();
        for (index, diagnostic) in self.findings.iter().enumerate() {
            let alike = by_key.entry(diagnostic.merge_key()).or_default();
            let own = alike.iter().find(|(_, first)| first.is_treated_like(diagnostic));
            match own.and_then(|(at, _)| merged.get_mut(*at)) {
                Some(own) => own.members.push(index),
                None => {
                    alike.push((merged.len(), diagnostic));
                    merged.push(MergedFinding { members: vec![index], merged: None });
                }
            }
        }
        for own in &mut merged {
            let members: Vec<&Diagnostic> = own.members.iter().filter_map(|index| self.findings.get(*index)).collect();
            own.merged = Diagnostic::about_all(&members).map(Box::new);
        }
        self.merged = MergedFindings(merged);
        self.name_lookalikes();
    }

    /// Adds the deployment to the messages of findings with the same rule, location and message.
    fn name_lookalikes(&mut self) {
        let mut seen: HashMap<(&'static str, Option<Span>, &str), usize> = HashMap::new();
        for diagnostic in self.shown() {
            let count = seen.entry(diagnostic.look()).or_default();
            *count = count.saturating_add(1);
        }
        let is_alike: Vec<bool> =
            self.shown().map(|diagnostic| seen.get(&diagnostic.look()).is_some_and(|count| *count > 1)).collect();
        for (own, _) in self.merged.0.iter_mut().zip(is_alike).filter(|(_, is_alike)| *is_alike) {
            let Some(first) = own.members.first().and_then(|index| self.findings.get(*index)) else { continue };
            let named = own.merged.as_deref().unwrap_or(first).clone().naming_deployments();
            own.merged = Some(Box::new(named));
        }
    }

    /// The findings as outputs show them: merged, if [`merge_findings`](Self::merge_findings) was called.
    pub fn shown(&self) -> impl Iterator<Item = &Diagnostic> {
        let merged = self.merged.0.iter().filter_map(|own| {
            own.merged.as_deref().or_else(|| own.members.first().and_then(|index| self.findings.get(*index)))
        });
        let unmerged = self.findings.iter().filter(|_| self.merged.0.is_empty());
        merged.chain(unmerged)
    }
}

impl Diagnostic {
    fn merge_key(&self) -> MergeKey {
        let note = self.note_on_others();
        let mut finding = self.finding.clone();
        finding.message = self.said().to_owned();
        finding.notes.retain(|own| Some(own) != note.as_ref());
        finding.call = None;
        (self.rule.id(), self.outcome, self.level, finding)
    }

    /// True if the fix, the suppression and the witnesses are the same.
    fn is_treated_like(&self, other: &Self) -> bool {
        self.fix == other.fix
            && self.suppressed == other.suppressed
            && self.changed == other.changed
            && self.fails_when == other.fails_when
            && self.passes_when == other.passes_when
            && self.counts_unknown == other.counts_unknown
            && self.deployment.is_some() == other.deployment.is_some()
    }

    /// The properties by which a reader recognizes a finding.
    fn look(&self) -> (&'static str, Option<Span>, &str) {
        let span = match &self.finding.place {
            FindingTarget::Text(label) => Some(label.span),
            FindingTarget::File(_) | FindingTarget::Run => None,
        };
        (self.rule.id(), span, &self.finding.message)
    }

    /// The finding about the trails and deployments of all members; `None` if there is only one member.
    fn about_all(members: &[&Self]) -> Option<Self> {
        let [first, _, ..] = members else { return None };
        let said = first.said().to_owned();
        let note = first.note_on_others();
        let mut all = (*first).clone();
        all.others = members.iter().flat_map(|member| member.instances()).skip(1).collect();
        all.finding.message = format!("{}{said}", all.subject());
        all.finding.notes.retain(|own| Some(own) != note.as_ref());
        all.finding.notes.extend(all.note_on_others());
        Some(if all.deployments().len() > 1 { all.naming_deployments() } else { all })
    }

    /// Adds the deployments to the message.
    fn naming_deployments(mut self) -> Self {
        if let Some(named) = self.in_deployments(str::to_owned) {
            self.finding.message.push_str(&named);
        }
        self
    }

    /// The distinct deployments of the finding, each with its root and its name.
    pub fn deployments(&self) -> Vec<(String, Option<String>)> {
        let mut deployments = Vec::new();
        for instance in self.instances() {
            let Some(root) = instance.deployment else { continue };
            let deployment = (root, instance.deployment_name);
            if !deployments.contains(&deployment) {
                deployments.push(deployment);
            }
        }
        deployments
    }

    /// The words at the end of the message that name the deployments, as far as there are any: ", in `envs/dev`,
    /// `envs/prod` and 1 more".
    pub fn in_deployments(&self, shown: impl Fn(&str) -> String) -> Option<String> {
        let deployments = self.deployments();
        let names: Vec<String> = deployments
            .iter()
            .map(|(root, name)| format!("`{}`", name.clone().unwrap_or_else(|| shown(root))))
            .collect();
        let listed = match names.as_slice() {
            [] => return None,
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            [one, other, ..] => format!("{one}, {other} and {} more", names.len().saturating_sub(MAX_NAMED)),
        };
        Some(format!(", in {listed}"))
    }
}

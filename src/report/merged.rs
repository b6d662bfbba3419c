//! The findings that outputs show: one for all deployments and instances in which it is the same.
//!
//! Findings are merged last, when it is decided what suppresses each of them.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Date, Diagnostic, Outcome, Report, SuppressedBy, Suppression};
use crate::finding::{Finding, Level};
use crate::named::{listed, quoted};
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
    /// The finding that is shown, if it differs from the first one: it is about all of them, or names its deployment.
    shown: Option<Box<Diagnostic>>,
}

/// The root of a deployment and its name in the configuration.
pub type Deployment = (String, Option<String>);

/// The properties that merged findings share, except for their fixes and suppressions.
type MergeKey = (&'static str, Outcome, Level, Finding);

impl Report {
    /// Merges the findings that differ only in their deployment or trail. The message of a finding that would otherwise
    /// look like another one names its deployment.
    pub fn merge_findings(&mut self) {
        let mut merged: Vec<MergedFinding> = Vec::new();
        // Only hashes are kept, since a report may have very many findings.
        let mut by_hash: HashMap<u64, Vec<(usize, &Diagnostic)>> = HashMap::new();
        for (index, diagnostic) in self.findings.iter().enumerate() {
            let key = diagnostic.merge_key();
            let alike = by_hash.entry(hash(&key)).or_default();
            let own = alike.iter().find(|(_, first)| first.is_treated_like(diagnostic) && first.merge_key() == key);
            match own.and_then(|(at, _)| merged.get_mut(*at)) {
                Some(own) => own.members.push(index),
                None => {
                    alike.push((merged.len(), diagnostic));
                    merged.push(MergedFinding { members: vec![index], shown: None });
                }
            }
        }
        let is_alike = lookalikes(&self.findings);
        for own in &mut merged {
            let mut members: Vec<&Diagnostic> =
                own.members.iter().filter_map(|index| self.findings.get(*index)).collect();
            members.sort_by_key(|member| (&member.deployment, &member.deployment_name));
            let Some(first) = members.first() else { continue };
            let all = Diagnostic::about_all(&members);
            let has_several = all.as_ref().is_some_and(|all| all.deployments().len() > 1);
            let is_named = has_several || first.has_named_deployment() || is_alike(first);
            own.shown = match all {
                Some(all) => Some(Box::new(if is_named { all.naming_deployments() } else { all })),
                None => is_named.then(|| Box::new((*first).clone().naming_deployments())),
            };
        }
        self.merged = MergedFindings(merged);
    }

    /// The findings as outputs show them: merged, if [`merge_findings`](Self::merge_findings) was called.
    pub fn shown(&self) -> impl Iterator<Item = &Diagnostic> {
        let merged = self.merged.0.iter().filter_map(|own| {
            own.shown.as_deref().or_else(|| own.members.first().and_then(|index| self.findings.get(*index)))
        });
        let unmerged = self.findings.iter().filter(|_| self.merged.0.is_empty());
        merged.chain(unmerged)
    }
}

/// Returns a function that is true for findings which the same rule reports with the same words at the same location in
/// another deployment.
fn lookalikes(findings: &[Diagnostic]) -> impl Fn(&Diagnostic) -> bool {
    // By the hash of the look: a deployment, and true if there are others.
    let mut deployments: HashMap<u64, (&Diagnostic, bool)> = HashMap::new();
    for diagnostic in findings {
        let (first, has_others) = deployments.entry(diagnostic.look()).or_insert((diagnostic, false));
        *has_others |= !first.is_in_deployment_of(diagnostic);
    }
    move |diagnostic| deployments.get(&diagnostic.look()).is_some_and(|(_, has_others)| *has_others)
}

impl Diagnostic {
    fn merge_key(&self) -> MergeKey {
        let note = self.note_on_others();
        let mut finding = self.finding.clone();
        finding.message = self.said().to_owned();
        finding.notes.retain(|own| Some(own) != note.as_ref());
        (finding.call, finding.resource) = (None, None);
        (self.rule.id(), self.outcome, self.level, finding)
    }

    /// True if the fix, the suppression and the witnesses are the same.
    fn is_treated_like(&self, other: &Self) -> bool {
        self.fix == other.fix
            && self.suppressed.as_ref().map(Suppression::merge_key)
                == other.suppressed.as_ref().map(Suppression::merge_key)
            && self.changed == other.changed
            && self.fails_when == other.fails_when
            && self.passes_when == other.passes_when
            && self.counts_unknown == other.counts_unknown
            && self.deployment.is_some() == other.deployment.is_some()
    }

    /// A hash of the properties by which a reader recognizes a finding: the rule, the location and the words about its
    /// subject.
    fn look(&self) -> u64 {
        hash(&(self.rule.id(), self.finding.place.label().map(|label| label.span), self.said()))
    }

    /// True for a finding about a trail in a deployment that the configuration names. A finding about the deployment
    /// itself has its name already.
    fn has_named_deployment(&self) -> bool {
        self.address.is_some() && self.deployment_name.is_some()
    }

    fn is_in_deployment_of(&self, other: &Self) -> bool {
        (&self.deployment, &self.deployment_name) == (&other.deployment, &other.deployment_name)
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
        Some(all)
    }

    /// Adds the deployments to the message.
    fn naming_deployments(mut self) -> Self {
        if let Some(named) = self.in_deployments(str::to_owned) {
            self.finding.message.push_str(&named);
        }
        self
    }

    /// The distinct deployments of the finding, each with its root and its name.
    pub fn deployments(&self) -> Vec<Deployment> {
        let mut seen = HashSet::new();
        let all = self.instances().into_iter().filter_map(|own| Some((own.deployment?, own.deployment_name)));
        all.filter(|deployment| seen.insert(deployment.clone())).collect()
    }

    /// The words at the end of the message that name the deployments, as far as there are any: ", in `envs/dev`,
    /// `envs/prod` and 1 more".
    pub fn in_deployments(&self, shown: impl Fn(&str) -> String) -> Option<String> {
        in_deployments(&self.deployments(), shown)
    }

    /// Lists at most `limit` deployments; `None` if the finding belongs to none.
    pub fn list_deployments(&self, limit: usize, shown: impl Fn(&str) -> String) -> Option<String> {
        list_deployments(&self.deployments(), limit, shown)
    }
}

/// Lists at most `limit` deployments; `None` if there are none.
fn list_deployments(deployments: &[Deployment], limit: usize, shown: impl Fn(&str) -> String) -> Option<String> {
    let mut names = Vec::new();
    for (root, name) in deployments {
        let name = name.as_ref().filter(|name| !name.is_empty());
        let name = name.map(|name| format!(" ({})", quoted(name))).unwrap_or_default();
        names.push(format!("{}{name}", quoted(&shown(root))));
    }
    listed(names, limit)
}

/// The words at the end of a message that name deployments: ", in `envs/dev`, `envs/prod` and 1 more".
pub fn in_deployments(deployments: &[Deployment], shown: impl Fn(&str) -> String) -> Option<String> {
    Some(format!(", in {}", list_deployments(deployments, MAX_NAMED, shown)?))
}

impl Suppression {
    /// The properties that the suppressions of merged findings share: each deployment has an entry of its own in the baseline.
    fn merge_key(&self) -> (SuppressedBy, Option<Span>, &Option<String>, Option<Date>) {
        let span = self.span.filter(|_| self.by != SuppressedBy::Baseline);
        (self.by, span, &self.reason, self.until)
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

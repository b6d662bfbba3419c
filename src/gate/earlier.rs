//! Matches the findings of a run with earlier findings, for baselines and comparisons.
//!
//! Findings are matched for each trail separately, by the rule, the deployment, the address and the argument. The
//! severity must not have risen. Findings about lost events are matched if no further event is lost, even if another
//! rule or argument causes the loss.

use std::collections::HashMap;

use super::moves::Moves;
use crate::finding::Level;
use crate::model::selectors::EventLoss;
use crate::report::{Diagnostic, FindingInstance, Fingerprint, Outcome};

/// An earlier finding about one trail, a deployment or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierFinding {
    pub fingerprint: String,
    pub level: Level,
    /// `Fail` or `Unknown`.
    pub outcome: Outcome,
    /// The lost events; `None` if the finding isn't about events, or if they weren't recorded.
    pub loss: Option<EventLoss>,
}

/// The earlier findings, indexed for comparison.
#[derive(Debug, Default)]
pub struct EarlierFindings {
    /// The findings, each with its number. A finding has the same number in each of its places.
    earlier: Vec<(usize, EarlierFinding)>,
    by_key: HashMap<String, Vec<usize>>,
    /// The number of findings, whatever the number of their places.
    count: usize,
}

impl EarlierFinding {
    /// Splits the findings of a report into one for each trail.
    pub fn of<'r>(findings: impl Iterator<Item = &'r Diagnostic>) -> Vec<Self> {
        findings
            .flat_map(|diagnostic| {
                diagnostic
                    .instances()
                    .into_iter()
                    .map(|instance| Self::of_instance(diagnostic, instance))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// Returns the part of a finding about one of its trails.
    pub fn of_instance(diagnostic: &Diagnostic, instance: FindingInstance) -> Self {
        let FindingInstance { fingerprint, loss, .. } = instance;
        Self { fingerprint, level: diagnostic.level, outcome: diagnostic.outcome, loss }
    }
}

impl EarlierFindings {
    /// Indexes findings, at the places to which they have moved.
    pub fn new(earlier: impl IntoIterator<Item = EarlierFinding>, moves: &Moves) -> Self {
        let mut findings = Self::default();
        findings.add(earlier, moves);
        findings
    }

    /// Adds findings.
    pub fn add(&mut self, earlier: impl IntoIterator<Item = EarlierFinding>, moves: &Moves) {
        for earlier_finding in earlier {
            for fingerprint in moves.follow(&earlier_finding.fingerprint) {
                let key = key(&fingerprint, earlier_finding.loss.is_some());
                self.by_key.entry(key).or_default().push(self.earlier.len());
                self.earlier.push((self.count, EarlierFinding { fingerprint, ..earlier_finding.clone() }));
            }
            self.count = self.count.saturating_add(1);
        }
    }

    /// Returns the earlier findings with the same subject as a current one, with their numbers, in the order in which
    /// they were added.
    pub fn about(&self, now: &EarlierFinding) -> Vec<(usize, &EarlierFinding)> {
        let plain = self.by_key.get(&key(&now.fingerprint, false));
        let by_loss = now.loss.and_then(|_| self.by_key.get(&key(&now.fingerprint, true)));
        let mut about: Vec<usize> = plain.into_iter().chain(by_loss).flatten().copied().collect();
        about.sort_unstable();
        about.dedup();
        about
            .into_iter()
            .map(|at| self.earlier.get(at).expect("the keys have indices of the earlier findings"))
            .map(|(number, earlier_finding)| (*number, earlier_finding))
            .collect()
    }

    /// Returns the number of the first earlier finding that covers a current one; `None` if the current finding is new
    /// or its severity has risen.
    pub fn covering(&self, now: &EarlierFinding) -> Option<usize> {
        let mut weighty = self.about(now);
        weighty.retain(|(_, earlier_finding)| now.level <= earlier_finding.level);
        let is_as_certain = |(_, earlier_finding): &&(usize, &EarlierFinding)| {
            now.outcome != Outcome::Fail || earlier_finding.outcome == Outcome::Fail
        };
        let (first, _) = weighty.iter().find(is_as_certain)?;
        let Some(loss) = now.loss else { return Some(*first) };
        // If the loss wasn't recorded, the fingerprint alone decides.
        let plain = weighty.iter().filter(is_as_certain).find(|(_, earlier_finding)| earlier_finding.loss.is_none());
        let lost = weighty
            .iter()
            .filter_map(|(_, earlier_finding)| earlier_finding.loss)
            .fold(EventLoss::NOTHING, EventLoss::union);
        if loss.is_within(lost) { Some(*first) } else { plain.map(|(at, _)| *at) }
    }

    /// Splits a finding into the part that an earlier finding covers, with the number of the earlier finding, and the
    /// rest.
    pub fn part(&self, diagnostic: Diagnostic) -> (Option<(Diagnostic, usize)>, Option<Diagnostic>) {
        let mut covered: HashMap<String, usize> = HashMap::new();
        for instance in diagnostic.instances() {
            if let Some(number) = self.covering(&EarlierFinding::of_instance(&diagnostic, instance.clone())) {
                covered.insert(instance.fingerprint, number);
            }
        }
        let (part, rest) = diagnostic.split(|instance| covered.contains_key(&instance.fingerprint));
        let part = part.and_then(|part| {
            let number = covered.get(&part.fingerprint).copied()?;
            Some((part, number))
        });
        (part, rest)
    }
}

/// Returns the key that findings with the same subject share.
fn key(fingerprint: &str, has_loss: bool) -> String {
    match Fingerprint::parse(fingerprint).filter(|_| has_loss) {
        Some(Fingerprint { deployment, name, address, .. }) => {
            format!("events:{deployment}:{}:{address}", name.unwrap_or_default())
        }
        None => fingerprint.to_owned(),
    }
}

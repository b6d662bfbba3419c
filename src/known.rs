//! Findings of another time, and whether a finding of now is one of them: what baselines and comparisons share.
//!
//! A finding is known for each trail by itself, by the rule, the deployment, the address and the argument. It may weigh
//! no more than it did. Findings about lost events are known if no event is lost that wasn't before, whichever of the rules
//! about events and whichever argument says so.

mod moves;

use std::collections::HashMap;

use crate::finding::Level;
use crate::model::selectors::EventLoss;
use crate::report::{Diagnostic, FindingInstance, Fingerprint, Outcome, Report};

pub use moves::{Moves, PlacedTrail, TrailName, digest_of};

/// A finding of another time about one trail, a deployment or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFinding {
    /// Its name.
    pub fingerprint: String,
    /// What it weighed.
    pub level: Level,
    /// `Fail` or `Unknown`.
    pub outcome: Outcome,
    /// The events that were lost, if it is about events and that is on record.
    pub loss: Option<EventLoss>,
}

/// The findings of another time.
#[derive(Debug, Default)]
pub struct KnownFindings {
    /// Each in its place, with its number; two places of one finding have the same number.
    pasts: Vec<(usize, KnownFinding)>,
    by_key: HashMap<String, Vec<usize>>,
    /// How many findings there are.
    count: usize,
}

impl KnownFinding {
    /// All that the findings of a report say, each for one of the trails that it is about.
    pub fn of<'r>(findings: impl Iterator<Item = &'r Diagnostic>) -> Vec<Self> {
        let each = |finding: &'r Diagnostic| {
            let past = |instance: FindingInstance| Self::of_instance(finding, instance);
            finding.instances().into_iter().map(past).collect::<Vec<_>>()
        };
        findings.flat_map(each).collect()
    }

    /// What a finding says of one of the trails that it is about.
    pub fn of_instance(finding: &Diagnostic, instance: FindingInstance) -> Self {
        let FindingInstance { fingerprint, loss, .. } = instance;
        Self { fingerprint, level: finding.level, outcome: finding.outcome, loss }
    }
}

impl KnownFindings {
    /// These findings, in the places to which they have moved.
    pub fn new(pasts: impl IntoIterator<Item = KnownFinding>, moves: &Moves) -> Self {
        let mut known = Self::default();
        known.add(pasts, moves);
        known
    }

    /// Takes in more of them.
    pub fn add(&mut self, pasts: impl IntoIterator<Item = KnownFinding>, moves: &Moves) {
        for past in pasts {
            for fingerprint in moves.follow(&past.fingerprint) {
                let key = key(&fingerprint, past.loss.is_some());
                self.by_key.entry(key).or_default().push(self.pasts.len());
                self.pasts.push((self.count, KnownFinding { fingerprint, ..past.clone() }));
            }
            self.count = self.count.saturating_add(1);
        }
    }

    /// The findings that are about the same as one of now, with their numbers, in the order in which they came.
    pub fn about(&self, now: &KnownFinding) -> Vec<(usize, &KnownFinding)> {
        let plain = self.by_key.get(&key(&now.fingerprint, false));
        let by_loss = now.loss.and_then(|_| self.by_key.get(&key(&now.fingerprint, true)));
        let mut about: Vec<usize> = plain.into_iter().chain(by_loss).flatten().copied().collect();
        about.sort_unstable();
        about.dedup();
        about.into_iter().filter_map(|at| self.pasts.get(at)).map(|(number, past)| (*number, past)).collect()
    }

    /// The number of the first finding for which one of now is nothing new; nothing if it is new, or weighs more.
    pub fn covering(&self, now: &KnownFinding) -> Option<usize> {
        let is_certain = |outcome: Outcome| outcome == Outcome::Fail;
        let mut weighty = self.about(now);
        weighty.retain(|(_, past)| now.level <= past.level);
        let is_as_certain = |(_, past): &&(usize, &KnownFinding)| is_certain(now.outcome) <= is_certain(past.outcome);
        let (first, _) = weighty.iter().find(is_as_certain)?;
        let Some(loss) = now.loss else { return Some(*first) };
        // Where the loss isn't on record, the name has to do.
        let plain = weighty.iter().filter(is_as_certain).find(|(_, past)| past.loss.is_none());
        let lost = weighty.iter().filter_map(|(_, past)| past.loss).fold(EventLoss::NOTHING, EventLoss::union);
        if loss.is_within(lost) { Some(*first) } else { plain.map(|(at, _)| *at) }
    }

    /// Parts a report's findings into those of which a part is known, with the number of what makes it so, and the others.
    pub fn part(
        &self,
        finding: Diagnostic,
        may_be_known: impl Fn(&Diagnostic) -> bool,
    ) -> (Option<(Diagnostic, usize)>, Option<Diagnostic>) {
        if !may_be_known(&finding) {
            return (None, Some(finding));
        }
        let covering = |finding: &Diagnostic, instance: &FindingInstance| {
            self.covering(&KnownFinding::of_instance(finding, instance.clone()))
        };
        let known: HashMap<String, usize> = finding
            .instances()
            .into_iter()
            .filter_map(|instance| Some((covering(&finding, &instance)?, instance.fingerprint)))
            .map(|(at, name)| (name, at))
            .collect();
        let (known_part, rest) = finding.split(|instance| known.contains_key(&instance.fingerprint));
        let known_part = known_part.and_then(|part| {
            let at = known.get(&part.fingerprint).copied()?;
            Some((part, at))
        });
        (known_part, rest)
    }
}

/// What findings about the same have in common.
fn key(fingerprint: &str, has_loss: bool) -> String {
    match Fingerprint::parse(fingerprint).filter(|_| has_loss) {
        Some(Fingerprint { deployment, name, address, .. }) => {
            format!("events:{deployment}:{}:{address}", name.unwrap_or_default())
        }
        None => fingerprint.to_owned(),
    }
}

/// Marks the part of each finding that is known; `suppress` is given the number of what makes it so.
pub fn excuse(
    report: &mut Report,
    known: &KnownFindings,
    may_be_known: impl Fn(&Diagnostic) -> bool,
    suppress: impl Fn(&mut Diagnostic, usize),
) {
    let findings = std::mem::take(&mut report.findings);
    report.findings.reserve(findings.len());
    for finding in findings {
        let (known_part, rest) = known.part(finding, &may_be_known);
        if let Some((mut part, at)) = known_part {
            suppress(&mut part, at);
            report.findings.push(part);
        }
        report.findings.extend(rest);
    }
}

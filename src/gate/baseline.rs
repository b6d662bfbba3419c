//! The baseline: existing findings that are accepted, so that only new ones count. It is stored in
//! `.trailint-baseline.json`.
//!
//! An entry has the fingerprint and the severity of a finding. It accepts this finding wherever it moves, until its
//! severity rises. A baseline is a file of the checked tree, so it is as untrusted as any other.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::earlier::{EarlierFinding, EarlierFindings};
use super::moves::{Moves, PlacedTrail, TrailName};
use crate::error::{Error, FileLocation};
use crate::finding::Level;
use crate::model::selectors::{Coverage, EventLoss, loss};
use crate::report::{Diagnostic, Fingerprint, Outcome, Report};
use crate::rules::{self, Check, Rule};
use crate::source::{FileId, Sources, Span};
use crate::syntax::json;
use crate::syntax::node::{Mapping, Node, NodeKind};

/// The version of the file format.
pub const VERSION: u32 = 1;

/// The accepted findings, ordered by fingerprint.
#[derive(Debug, Default)]
pub struct Baseline {
    /// The fingerprints are unique.
    pub entries: Vec<BaselineEntry>,
    /// The former ids of rules in the file.
    pub old_ids: BTreeSet<String>,
}

/// An accepted finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineEntry {
    pub fingerprint: String,
    /// The deployment, or the file if there is none.
    pub subject: String,
    /// The severity when the finding was accepted.
    pub level: Level,
    /// `Fail` or `Unknown`.
    pub outcome: Outcome,
    /// The message of the finding, for readers of the file.
    pub message: String,
    /// The lost events; `None` if the finding isn't about events, or if an older version wrote the entry.
    pub loss: Option<EventLoss>,
    /// The digest of the trail's declaration, by which a moved trail is found; `None` if there is no trail, or if an
    /// older version wrote the entry.
    pub declaration: Option<String>,
    /// The place of the entry in its file; `None` for a new entry.
    pub span: Option<Span>,
}

impl Baseline {
    /// Creates a baseline of the findings of a report that count.
    pub fn of(report: &Report, enforced: &[&str]) -> Self {
        let counted = report.findings.iter().filter(|diagnostic| diagnostic.suppressed.is_none());
        let accepted = counted.filter(|diagnostic| can_contain(diagnostic, enforced));
        let digests: HashMap<TrailName, Option<String>> =
            PlacedTrail::of(report).into_iter().map(|placed| (placed.place, placed.digest)).collect();
        Self::new(accepted.flat_map(|diagnostic| BaselineEntry::of(diagnostic, &report.sources, &digests)))
    }

    fn new(entries: impl IntoIterator<Item = BaselineEntry>) -> Self {
        let mut entries: Vec<BaselineEntry> = entries.into_iter().collect();
        entries.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
        entries.dedup_by(|later, earlier| later.fingerprint == earlier.fingerprint);
        Self { entries, old_ids: BTreeSet::new() }
    }

    /// Reads a baseline from a file.
    ///
    /// # Errors
    ///
    /// [`Error::Baseline`] with the place of the invalid part.
    pub fn read(id: FileId, sources: &Sources) -> Result<Self, Error> {
        let file = sources.file(id);
        let reader = BaselineReader { sources };
        let start = Span::new(id, 0, 0);
        let tree = json::parse(id, &file);
        if let Some(problem) = tree.problems.first() {
            return Err(reader.error(problem.span, &problem.message));
        }
        let root = tree.documents.first().ok_or_else(|| reader.error(start, "expected a JSON value"))?;
        let document = reader.mapping(root)?;
        let version = reader.member(document, root, "version")?;
        if version.as_text() != Some(&VERSION.to_string()) {
            return Err(reader.error(version.span, "unsupported version: this `trailint` supports version 1"));
        }
        let findings = reader.member(document, root, "findings")?;
        let NodeKind::Sequence(items) = &findings.kind else {
            return Err(reader.error(findings.span, "expected a list of findings"));
        };
        let entries: Vec<BaselineEntry> = items.iter().map(|item| reader.entry(item)).collect::<Result<_, _>>()?;
        let old_ids = items.iter().filter_map(|item| reader.former_id(item)).collect();
        Ok(Self { old_ids, ..Self::new(entries) })
    }

    /// Returns the accepted findings, numbered like the entries, at the current places of their trails. `is_there` is
    /// true for a deployment that may exist although the report doesn't contain it, so that its trails haven't moved.
    pub fn accepted(&self, report: &Report, is_there: &dyn Fn(&str) -> bool) -> EarlierFindings {
        let placed: Vec<PlacedTrail> = self.entries.iter().filter_map(placed_trail).collect();
        let moves = Moves::find(&placed, &[], report, is_there);
        EarlierFindings::new(self.entries.iter().map(BaselineEntry::earlier_finding), &moves)
    }

    /// Returns the entries without a finding in a report. `accepted` are the accepted findings at their current places.
    pub fn without_finding(&self, report: &Report, accepted: &EarlierFindings) -> Vec<&BaselineEntry> {
        let mut met = HashSet::new();
        for diagnostic in EarlierFinding::of(report.findings.iter()) {
            met.extend(accepted.about(&diagnostic).into_iter().map(|(number, _)| number));
        }
        self.entries.iter().enumerate().filter(|(at, _)| !met.contains(at)).map(|(_, entry)| entry).collect()
    }

    /// Returns the entries of a new baseline, and those of this one that weren't evaluated for it.
    pub fn replaced_by(&self, new: Self, was_evaluated: impl Fn(&BaselineEntry) -> bool) -> Self {
        let kept: Vec<&BaselineEntry> = self.entries.iter().filter(|entry| !was_evaluated(entry)).collect();
        // Of two entries for the same finding, the one that accepts more is kept.
        let moves = Moves::default();
        let known = EarlierFindings::new(kept.iter().map(|entry| entry.earlier_finding()), &moves);
        let found: Vec<BaselineEntry> =
            new.entries.into_iter().filter(|entry| known.covering(&entry.earlier_finding()).is_none()).collect();
        Self::new(found.into_iter().chain(kept.into_iter().cloned()))
    }

    /// Returns the entries that accept more than those of an earlier baseline. `moves` are the moves of trails since
    /// then.
    pub fn added_since(&self, was: &Self, moves: &Moves) -> Vec<&BaselineEntry> {
        let known = EarlierFindings::new(was.entries.iter().map(BaselineEntry::earlier_finding), moves);
        self.entries.iter().filter(|entry| known.covering(&entry.earlier_finding()).is_none()).collect()
    }

    /// Returns the baseline without these entries.
    pub fn without(&self, stale: &[&BaselineEntry]) -> Self {
        let stale: HashSet<&str> = stale.iter().map(|entry| entry.fingerprint.as_str()).collect();
        Self::new(self.entries.iter().filter(|entry| !stale.contains(entry.fingerprint.as_str())).cloned())
    }
}

fn placed_trail(entry: &BaselineEntry) -> Option<PlacedTrail> {
    Some(PlacedTrail { place: TrailName::of_fingerprint(&entry.fingerprint)?, digest: entry.declaration.clone() })
}

impl BaselineEntry {
    /// Returns the entries of a finding, one for each trail.
    fn of(diagnostic: &Diagnostic, sources: &Sources, digests: &HashMap<TrailName, Option<String>>) -> Vec<Self> {
        let subject = diagnostic.deployment.clone().or_else(|| diagnostic.finding.place.file_name(sources));
        let subject = subject.unwrap_or_else(|| ".".to_owned());
        diagnostic
            .instances()
            .into_iter()
            .map(|instance| {
                let place = TrailName::of_fingerprint(&instance.fingerprint);
                Self {
                    subject: subject.clone(),
                    level: diagnostic.level,
                    outcome: diagnostic.outcome,
                    loss: instance.loss,
                    declaration: place.and_then(|place| digests.get(&place).cloned().flatten()),
                    span: None,
                    fingerprint: instance.fingerprint.clone(),
                    message: diagnostic.clone().for_instances(vec![instance]).finding.message,
                }
            })
            .collect()
    }

    /// Returns the rule of the finding; `None` if no rule has this name.
    pub fn rule(&self) -> Option<&'static Rule> {
        rules::find(self.fingerprint.split(':').nth(1)?)
    }

    /// Returns the accepted finding for a comparison.
    fn earlier_finding(&self) -> EarlierFinding {
        EarlierFinding {
            fingerprint: self.fingerprint.clone(),
            level: self.level,
            outcome: self.outcome,
            loss: self.loss,
        }
    }
}

/// False for findings about unreadable files or a relaxed gate, and for those of enforced rules.
pub(super) fn can_contain(diagnostic: &Diagnostic, enforced: &[&str]) -> bool {
    !matches!(diagnostic.rule.check, Check::Reading | Check::Comparing) && !enforced.contains(&diagnostic.rule.id())
}

/// The fingerprint with the present id of its rule.
fn with_present_id(fingerprint: String) -> String {
    match Fingerprint::parse(&fingerprint) {
        Some(parsed) => match rules::renamed(&parsed.rule) {
            Some(present) => Fingerprint { rule: present.to_owned(), ..parsed }.to_string(),
            None => fingerprint,
        },
        None => fingerprint,
    }
}

struct BaselineReader<'a> {
    sources: &'a Sources,
}

impl BaselineReader<'_> {
    fn entry(&self, node: &Node) -> Result<BaselineEntry, Error> {
        let mapping = self.mapping(node)?;
        let outcome = self.member(mapping, node, "outcome")?;
        let level = self.member(mapping, node, "level")?;
        Ok(BaselineEntry {
            fingerprint: with_present_id(self.text(mapping, node, "fingerprint")?),
            subject: self.text(mapping, node, "subject")?,
            level: level
                .as_text()
                .and_then(Level::from_name)
                .ok_or_else(|| self.error(level.span, "expected `error`, `warning` or `note`"))?,
            outcome: match outcome.as_text() {
                Some("fail") => Outcome::Fail,
                Some("unknown") => Outcome::Unknown,
                _ => return Err(self.error(outcome.span, "expected `fail` or `unknown`")),
            },
            message: self.text(mapping, node, "message")?,
            loss: self.loss(mapping)?,
            declaration: self.optional(mapping, "declaration").map(|node| self.text_of(node)).transpose()?,
            span: Some(node.span),
        })
    }

    /// The former id of a rule in the fingerprint of an entry.
    fn former_id(&self, node: &Node) -> Option<String> {
        let fingerprint = self.optional(self.mapping(node).ok()?, "fingerprint")?.as_text()?;
        Fingerprint::parse(fingerprint).map(|parsed| parsed.rule).filter(|rule| rules::renamed(rule).is_some())
    }

    fn mapping<'n>(&self, node: &'n Node) -> Result<&'n Mapping, Error> {
        match &node.kind {
            NodeKind::Mapping(mapping) => Ok(mapping),
            NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Alias(_) => {
                Err(self.error(node.span, "expected an object"))
            }
        }
    }

    fn member<'n>(&self, mapping: &'n Mapping, node: &Node, key: &str) -> Result<&'n Node, Error> {
        let entry = mapping.entries.iter().find(|entry| entry.key.as_text() == Some(key));
        match entry {
            Some(entry) => Ok(&entry.value),
            None => Err(self.error(node.span, &format!("missing key `{key}`"))),
        }
    }

    /// Returns the lost events; `None` if they weren't recorded.
    fn loss(&self, mapping: &Mapping) -> Result<Option<EventLoss>, Error> {
        let Some(least) = self.optional(mapping, "lost") else { return Ok(None) };
        let least = self.events(least)?;
        let most = self.optional(mapping, "may-be-lost").map(|node| self.events(node)).transpose()?;
        Ok(Some(EventLoss { least, most: least.union(most.unwrap_or(Coverage::NOTHING)) }))
    }

    fn events(&self, node: &Node) -> Result<Coverage, Error> {
        let items = node.as_sequence().ok_or_else(|| self.error(node.span, "expected a list of events"))?;
        items.iter().try_fold(Coverage::NOTHING, |sum, item| {
            let event = item.as_text().and_then(loss::of_word);
            let event = event.ok_or_else(|| self.error(item.span, "expected a kind of events such as `kms:read`"))?;
            Ok(sum.union(event))
        })
    }

    fn optional<'n>(&self, mapping: &'n Mapping, key: &str) -> Option<&'n Node> {
        mapping.entries.iter().find(|entry| entry.key.as_text() == Some(key)).map(|entry| &*entry.value)
    }

    fn text(&self, mapping: &Mapping, node: &Node, key: &str) -> Result<String, Error> {
        self.text_of(self.member(mapping, node, key)?)
    }

    fn text_of(&self, value: &Node) -> Result<String, Error> {
        value.as_text().map(str::to_owned).ok_or_else(|| self.error(value.span, "expected a string"))
    }

    fn error(&self, span: Span, message: &str) -> Error {
        Error::Baseline { place: FileLocation::of(span, self.sources), message: message.to_owned() }
    }
}

//! The trails that one finding is about, each of which is accepted by itself.

use std::collections::HashSet;

use super::Diagnostic;
use crate::model::selectors::EventLoss;

/// The number of other trails that a note names.
const MAX_SHOWN: usize = 5;

/// A trail that a finding is about, or the deployment or the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingInstance {
    /// The trail; nothing when the finding is about a deployment or a file.
    pub address: Option<String>,
    /// The first words of messages about the trail, if they aren't its address.
    pub named: Option<String>,
    /// The deployment; `None` for a finding about a file.
    pub deployment: Option<String>,
    /// The name of the deployment in the configuration.
    pub deployment_name: Option<String>,
    /// The name of the finding for this trail; see [`Report::name_findings`](super::Report::name_findings).
    pub fingerprint: String,
    /// The events that are lost, if it is about events.
    pub loss: Option<EventLoss>,
}

impl Diagnostic {
    /// All that it is about, at least one.
    pub fn instances(&self) -> Vec<FindingInstance> {
        let first = FindingInstance {
            address: self.address.clone(),
            named: self.named.clone(),
            deployment: self.deployment.clone(),
            deployment_name: self.deployment_name.clone(),
            fingerprint: self.fingerprint.clone(),
            loss: self.loss,
        };
        std::iter::once(first).chain(self.others.iter().cloned()).collect()
    }

    /// The names that it has for all that it is about.
    pub fn fingerprints(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.fingerprint).chain(self.others.iter().map(|other| &other.fingerprint)).map(String::as_str)
    }

    /// The trails that it is about.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.address)
            .chain(self.others.iter().map(|other| &other.address))
            .flatten()
            .map(String::as_str)
    }

    /// The same about these trails, which its message and its notes name.
    pub fn for_instances(mut self, instances: Vec<FindingInstance>) -> Self {
        let (subject, note) = (self.subject(), self.note_on_others());
        let mut instances = instances.into_iter();
        let Some(first) = instances.next() else { return self };
        (self.address, self.named) = (first.address, first.named);
        (self.fingerprint, self.loss) = (first.fingerprint, first.loss);
        self.others = instances.collect();
        let said = self.finding.message.strip_prefix(&subject).unwrap_or(&self.finding.message);
        self.finding.message = format!("{}{said}", self.subject());
        let new_note = self.note_on_others();
        self.finding.notes.retain(|own| Some(own) != note.as_ref());
        self.finding.notes.extend(new_note);
        self
    }

    /// The part of it that is about some of its instances, and the part about the others.
    pub fn split(self, is_one: impl Fn(&FindingInstance) -> bool) -> (Option<Self>, Option<Self>) {
        let (own, others): (Vec<FindingInstance>, Vec<FindingInstance>) =
            self.instances().into_iter().partition(is_one);
        match (own.is_empty(), others.is_empty()) {
            (_, true) => (Some(self), None),
            (true, _) => (None, Some(self)),
            (false, false) => (Some(self.clone().for_instances(own)), Some(self.for_instances(others))),
        }
    }

    /// The message without its first words, the trails.
    pub(super) fn said(&self) -> &str {
        self.finding.message.strip_prefix(&self.subject()).unwrap_or(&self.finding.message)
    }

    /// The first words of the finding's message, if it is about trails.
    pub fn subject(&self) -> String {
        let Some(address) = &self.address else { return String::new() };
        let own = self.named.clone().unwrap_or_else(|| format!("trail `{address}`"));
        match self.other_addresses().len() {
            0 => own,
            others => format!("{own} (and {others} more)"),
        }
    }

    /// The distinct addresses of the other trails.
    fn other_addresses(&self) -> Vec<&str> {
        let mut seen: HashSet<&str> = self.address.as_deref().into_iter().collect();
        self.addresses().filter(|address| seen.insert(address)).collect()
    }

    /// The note that names the other trails.
    pub(super) fn note_on_others(&self) -> Option<String> {
        let others: Vec<String> = self.other_addresses().iter().map(|address| format!("`{address}`")).collect();
        let shown = others.get(..MAX_SHOWN.min(others.len()))?.join(", ");
        let hidden = others.len().saturating_sub(MAX_SHOWN);
        let more = if hidden > 0 { format!(" and {hidden} more") } else { String::new() };
        (!others.is_empty()).then(|| format!("the same applies to {shown}{more}"))
    }
}

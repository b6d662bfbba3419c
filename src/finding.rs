//! The verdict of a rule on a trail or a deployment, and the finding in it.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::model::selectors::{Gap, SelectorSite, UnknownSelector};
use crate::model::{Invalid, Remedy, Trail, TrailSetting};
use crate::source::{Sources, Span};
use crate::value::{Hop, Known, Origin, Reason, Unknown};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, clap::ValueEnum)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Note,
    Warning,
    Error,
}

impl Level {
    /// The level of this name.
    pub fn from_name(word: &str) -> Option<Self> {
        match word {
            "note" => Some(Level::Note),
            "warning" => Some(Level::Warning),
            "error" => Some(Level::Error),
            _ => None,
        }
    }
}

/// The outcome of a rule.
#[derive(Debug, Clone)]
#[must_use]
pub enum Verdict {
    /// The rule holds.
    Pass,
    /// It is there, whatever isn't known.
    Fail(Finding),
    /// It can't be determined if the rule holds.
    Unknown(Finding),
}

/// A problem or an unknown: its location, its reason and its remedy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    /// The message. That of a rule lacks its subject, which the engine adds: "records one Region only".
    pub message: String,
    /// The path of the argument that it is about, if there is one.
    pub attribute: Option<String>,
    /// The place, and why it is there.
    pub place: FindingTarget,
    /// The way the value came, from the trail outwards, and other places that matter.
    pub related: Vec<Label>,
    /// The places where the values are set, if the way that they came is known.
    pub set_at: Vec<Span>,
    /// Additional facts.
    pub notes: Vec<String>,
    /// The help, as one imperative sentence.
    pub help: Option<String>,
    /// The reason why a value is unknown. The format knows how to make it known, which is the help if there is no other.
    pub cause: Option<Reason>,
    /// The edits that fix it, which belong together. Empty if the right text can't be determined.
    pub remedies: Vec<Remedy>,
    /// For an unknown verdict, what blocks it.
    pub blocked_by: Vec<String>,
    /// A plain unknown reference, and its values for which the rule fails, and for which it passes.
    pub witness: Option<(String, String, String)>,
    /// The level, if it differs from the rule's.
    pub level: Option<Level>,
    /// True if the resource to check is declared elsewhere, which is no fault of this code.
    pub is_declared_elsewhere: bool,
    /// The declaration of the bucket or key that it is about, if that is known.
    pub resource: Option<Span>,
    /// The call that brings the code in which it lies, where that isn't the one that brings the trail.
    pub call: Option<Span>,
}

/// The target of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FindingTarget {
    /// A place in a text.
    Text(Label),
    /// A file whose text couldn't be read, by its displayed name.
    File(String),
    /// The run as a whole.
    Run,
}

impl FindingTarget {
    /// The label, if the target is a place in a text.
    pub fn label(&self) -> Option<&Label> {
        match self {
            FindingTarget::Text(label) => Some(label),
            FindingTarget::File(_) | FindingTarget::Run => None,
        }
    }

    /// The name of the file; `None` for the run as a whole.
    pub fn file_name(&self, sources: &Sources) -> Option<String> {
        match self {
            FindingTarget::Text(label) => Some(sources.file(label.span.file).name.clone()),
            FindingTarget::File(name) => Some(name.clone()),
            FindingTarget::Run => None,
        }
    }
}

/// A place and a short text about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    pub span: Span,
    /// In lower case, without a full stop.
    pub text: String,
}

impl Label {
    /// The labels of a setting: its value and the hops to the place that decides it.
    pub fn of<T: std::fmt::Display>(setting: &TrailSetting<T>) -> Vec<Self> {
        let text = match setting.value() {
            Known(Ok(found)) => explain(setting, found),
            Known(Err(invalid)) => invalid.describe(),
            Unknown(why) => why.describe(),
        };
        Finding::at(setting.span(), "", text).with_hops(&setting.read.hops).labels().cloned().collect()
    }
}

impl Finding {
    /// A finding without more than a place.
    pub fn at(span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self::about(FindingTarget::Text(Label { span, text: label.into() }), message)
    }

    /// A finding without more than a target.
    pub fn about(place: FindingTarget, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            attribute: None,
            place,
            related: Vec::new(),
            set_at: Vec::new(),
            notes: Vec::new(),
            help: None,
            cause: None,
            remedies: Vec::new(),
            blocked_by: Vec::new(),
            witness: None,
            level: None,
            is_declared_elsewhere: false,
            resource: None,
            call: None,
        }
    }

    /// The way the value came.
    pub fn with_hops(mut self, hops: &[Hop]) -> Self {
        self.related.extend(Hop::labels(hops).map(|(span, text)| Label { span, text }));
        if let Some(hop) = hops.last() {
            self.set_at = vec![hop.span];
        }
        self
    }

    /// The labels: the place, if it is in a text, and the others.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.place.label().into_iter().chain(&self.related)
    }

    /// Sets a level that differs from the rule's.
    pub fn with_level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// The argument it is about.
    pub fn for_argument(mut self, attribute: impl Into<String>) -> Self {
        self.attribute = Some(attribute.into());
        self
    }

    /// Sets the declaration of the bucket or key that it is about.
    pub fn with_resource(mut self, resource: Span) -> Self {
        self.resource = Some(resource);
        self
    }

    /// Sets the help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the reason why a value is unknown, for which the format gives the help.
    pub fn with_cause(mut self, why: &Reason) -> Self {
        self.cause = Some(why.root().clone());
        self
    }

    /// Sets the help and the edit that it describes.
    pub fn with_remedy(mut self, remedy: Remedy) -> Self {
        // Few findings have more than one change.
        self.remedies.reserve_exact(1);
        self.remedies.push(remedy.clone());
        self.help(remedy.advise())
    }

    /// Adds a label at another location.
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// Adds a note, as a sentence fragment.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Another text at the primary place.
    pub fn with_primary_label(mut self, label: impl Into<String>) -> Self {
        if let FindingTarget::Text(place) = &mut self.place {
            place.text = label.into();
        }
        self
    }

    /// A part of a selector that loses events.
    pub fn of_gap(gap: &Gap, message: impl Into<String>, label: impl Into<String>) -> Self {
        let SelectorSite { span, hops, attribute } = &gap.site;
        Self::at(*span, message, label).for_argument(attribute).with_hops(hops).help(&gap.remedy.help)
    }

    /// A part of a selector that isn't known.
    pub fn of_unknown_selector(doubt: &UnknownSelector, message: impl Into<String>) -> Self {
        let SelectorSite { span, hops, attribute } = &doubt.site;
        let finding = Self::at(*span, message, doubt.why.describe()).for_argument(attribute).with_hops(hops);
        finding.with_cause(&doubt.why).blocked(&doubt.why)
    }

    /// Adds the findings of trails as labels of this finding about their deployment, the first at each place.
    pub fn with_trail_finding<'f>(mut self, findings: impl Iterator<Item = (&'f Trail, &'f Finding)>) -> Self {
        let mut shown: HashSet<Span> = self.related.iter().map(|label| label.span).collect();
        for (trail, finding) in findings {
            let Some(place) = finding.place.label().filter(|place| shown.insert(place.span)) else { continue };
            self.blocked_by.extend(finding.blocked_by.iter().cloned());
            let text = format!("trail `{}` {}", trail.address, finding.message);
            match self.place.label() {
                Some(primary) if primary.span == place.span => self = self.with_primary_label(text),
                _ => self.related.push(Label { span: place.span, text }),
            }
        }
        self
    }

    /// Adds the name on which the unknown depends.
    pub fn blocked(mut self, why: &Reason) -> Self {
        self.blocked_by.push(why.blocker());
        self
    }
}

impl Verdict {
    /// A setting whose value is wrong; `value` is what it should be.
    pub fn wrong_value<T: std::fmt::Display>(
        setting: &TrailSetting<T>,
        found: &T,
        message: &str,
        value: &'static str,
    ) -> Self {
        let finding = Finding::at(setting.span(), message, explain(setting, found));
        Self::Fail(finding.for_argument(setting.name).with_hops(&setting.read.hops).with_remedy(setting.set_to(value)))
    }

    /// A setting whose value no deployment accepts.
    pub fn invalid<T>(setting: &TrailSetting<T>, invalid: &Invalid, message: &str, value: &'static str) -> Self {
        let finding = Finding::at(setting.span(), message, invalid.describe());
        let finding = finding.for_argument(setting.name).with_hops(&setting.read.hops);
        Self::Fail(match invalid.remedy() {
            Some(remedy) => finding.help(remedy),
            None => finding.with_remedy(setting.set_to(value)),
        })
    }

    /// A setting whose value isn't known.
    pub fn unknown<T>(setting: &TrailSetting<T>, why: &Reason, message: &str) -> Self {
        let finding = Finding::at(setting.span(), message, why.describe());
        Self::Unknown(finding.for_argument(setting.name).with_hops(&setting.read.hops).with_cause(why).blocked(why))
    }

    /// The same with the values of a plain reference on both sides: "= false", "= true".
    pub fn with_reference_values(self, why: &Reason, fails: &str, passes: &str) -> Self {
        let Some(reference) = why.plain() else { return self };
        let witness = Some((reference.to_owned(), fails.to_owned(), passes.to_owned()));
        self.map_finding(|finding| Finding { witness, ..finding })
    }

    /// True for a pass, false for a failure, `None` for an unknown.
    pub fn passes(&self) -> Option<bool> {
        match self {
            Verdict::Pass => Some(true),
            Verdict::Fail(_) => Some(false),
            Verdict::Unknown(_) => None,
        }
    }

    /// Changes the finding, if there is one.
    pub fn map_finding(self, change: impl FnOnce(Finding) -> Finding) -> Self {
        match self {
            Verdict::Pass => Verdict::Pass,
            Verdict::Fail(finding) => Verdict::Fail(change(finding)),
            Verdict::Unknown(finding) => Verdict::Unknown(change(finding)),
        }
    }
}

/// Why a setting has the value that was found.
fn explain<T: std::fmt::Display>(setting: &TrailSetting<T>, found: &T) -> String {
    match setting.read.origin {
        Origin::Absent(_) => format!("`{}` is not set; defaults to `{found}`", setting.name),
        Origin::Null(_) => format!("null, the same as not set; defaults to `{found}`"),
        Origin::Written(_) if setting.read.hops.is_empty() => format!("set to `{found}`"),
        Origin::Written(_) => format!("evaluates to `{found}`"),
    }
}

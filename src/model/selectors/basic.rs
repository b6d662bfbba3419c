//! Basic event selectors.

use super::{Assessment, Cause, Coverage, Mending, Site, Texts};
use crate::model::Setting;
use crate::source::Span;
use crate::value::Known;

/// Which management events a basic selector takes, by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadWrite {
    All,
    ReadOnly,
    WriteOnly,
}

/// An `event_selector`. The kinds of its data resources don't bear on management events.
#[derive(Debug, Clone)]
pub struct BasicSelector {
    /// The place that stands for it.
    pub header: Span,
    /// `All` unless written.
    pub read_write_type: Setting<ReadWrite>,
    /// `true` unless written.
    pub include_management_events: Setting<bool>,
    /// Event sources that are left out; none unless written.
    pub excluded_sources: Setting<Texts>,
    /// How many data resources it has; none unless written.
    pub data_resources: Setting<usize>,
}

impl BasicSelector {
    /// True if it selects no events at all, neither of management nor of data, which CloudTrail refuses.
    pub fn selects_nothing(&self) -> bool {
        matches!(self.include_management_events.value(), Known(Ok(false)))
            && matches!(self.data_resources.value(), Known(Ok(0)))
    }

    /// What it records; `path` is its own path within the trail.
    pub(super) fn assess(&self, path: &str) -> Assessment {
        let mut assessment = Assessment::new(self.header);
        self.assess_switch(&mut assessment, path);
        self.assess_direction(&mut assessment, path);
        assessment.excludes_nothing();
        self.assess_exclusions(&mut assessment, path);
        assessment
    }

    fn assess_switch(&self, assessment: &mut Assessment, path: &str) {
        let setting = &self.include_management_events;
        let attribute = format!("{path}.{}", setting.name);
        // CloudTrail delivers one copy of management events for nothing.
        let wish = setting.wish("true").billed();
        let help = format!("{}, or move the data events to a second trail", wish.advise());
        let mending = || Mending { help: help.clone(), wish: Some(wish.clone()) };
        if let Some(false) = assessment.known(setting, &attribute, mending()) {
            assessment.lose(Coverage::EVERYTHING, Cause::Off, Site::new(&setting.read, &attribute), mending());
        }
    }

    fn assess_direction(&self, assessment: &mut Assessment, path: &str) {
        let setting = &self.read_write_type;
        let attribute = format!("{path}.{}", setting.name);
        let wish = setting.wish("All");
        let lost = match assessment.known(setting, &attribute, wish.clone()) {
            Some(ReadWrite::ReadOnly) => Coverage::WRITES,
            Some(ReadWrite::WriteOnly) => Coverage::READS,
            Some(ReadWrite::All) | None => return,
        };
        assessment.lose(lost, Cause::OneSided, Site::new(&setting.read, &attribute), wish);
    }

    fn assess_exclusions(&self, assessment: &mut Assessment, path: &str) {
        let setting = &self.excluded_sources;
        let attribute = format!("{path}.{}", setting.name);
        // Of some sources, there are more events than of all others.
        let wish = setting.wish_away().billed();
        let sources = assessment.known(setting, &attribute, wish.clone()).into_iter().flatten();
        let mut lost = Coverage::NOTHING;
        for source in sources {
            if let Some(name) = assessment.known_item(source, &attribute, wish.clone()) {
                lost = lost.union(Coverage::of_source(name));
            }
        }
        if !lost.is_empty() {
            assessment.lose(lost, Cause::Excluded, Site::new(&setting.read, &attribute), wish);
        }
    }
}

//! Basic event selectors.

use super::{Coverage, GapCause, GapRemedy, SelectorCoverage, SelectorSite, SelectorValues};
use crate::model::TrailSetting;
use crate::source::Span;
use crate::value::Known;

/// The management events that a basic selector selects: reads, writes or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadWrite {
    All,
    ReadOnly,
    WriteOnly,
}

/// An `event_selector`. The types of its data resources don't affect management events.
#[derive(Debug, Clone)]
pub struct BasicSelector {
    /// The span that findings about the selector point at.
    pub header: Span,
    /// The default is `All`.
    pub read_write_type: TrailSetting<ReadWrite>,
    /// The default is `true`.
    pub include_management_events: TrailSetting<bool>,
    /// The excluded event sources; the default is none.
    pub excluded_sources: TrailSetting<SelectorValues>,
    /// The resources whose data events it selects; the default is none.
    pub data_resources: TrailSetting<Vec<DataResource>>,
}

/// Resources of one type whose data events a basic selector selects.
#[derive(Debug, Clone)]
pub struct DataResource {
    /// The type, such as `AWS::S3::Object`.
    pub kind: TrailSetting<String>,
    /// The ARNs, or prefixes of ARNs.
    pub values: TrailSetting<SelectorValues>,
}

impl BasicSelector {
    /// True if it selects neither management nor data events, which CloudTrail rejects.
    pub fn selects_nothing(&self) -> bool {
        matches!(self.include_management_events.value(), Known(Ok(false)))
            && matches!(self.data_resources.value(), Known(Ok(resources)) if resources.is_empty())
    }

    /// Determines the events that the selector records; `path` is its path within the trail.
    pub(super) fn assess(&self, path: &str) -> SelectorCoverage {
        let mut assessment = SelectorCoverage::new(self.header);
        self.assess_switch(&mut assessment, path);
        self.assess_direction(&mut assessment, path);
        assessment.excludes_nothing();
        self.assess_exclusions(&mut assessment, path);
        assessment
    }

    fn assess_switch(&self, assessment: &mut SelectorCoverage, path: &str) {
        let setting = &self.include_management_events;
        let attribute = format!("{path}.{}", setting.name);
        // Only the first copy of management events is free of charge.
        let remedy = setting.set_to("true").increases_cost();
        let help = format!("{}, or move the data events to a second trail", remedy.advise());
        let gap_remedy = GapRemedy { help, remedy: Some(remedy) };
        if let Some(false) = assessment.known(setting, &attribute, gap_remedy.clone()) {
            assessment.remove_events(
                Coverage::EVERYTHING,
                GapCause::Off,
                SelectorSite::new(&setting.read, &attribute),
                gap_remedy,
            );
        }
    }

    fn assess_direction(&self, assessment: &mut SelectorCoverage, path: &str) {
        let setting = &self.read_write_type;
        let attribute = format!("{path}.{}", setting.name);
        let remedy = setting.set_to("All");
        let lost = match assessment.known(setting, &attribute, remedy.clone()) {
            Some(ReadWrite::ReadOnly) => Coverage::WRITES,
            Some(ReadWrite::WriteOnly) => Coverage::READS,
            Some(ReadWrite::All) | None => return,
        };
        assessment.remove_events(lost, GapCause::OneSided, SelectorSite::new(&setting.read, &attribute), remedy);
    }

    fn assess_exclusions(&self, assessment: &mut SelectorCoverage, path: &str) {
        let setting = &self.excluded_sources;
        let attribute = format!("{path}.{}", setting.name);
        // Some sources, such as KMS, may have more events than all others.
        let remedy = setting.removal().increases_cost();
        let sources = assessment.known(setting, &attribute, remedy.clone()).into_iter().flatten();
        let mut lost = Coverage::NOTHING;
        for source in sources {
            if let Some(name) = assessment.known_item(source, &attribute, remedy.clone()) {
                lost = lost.union(Coverage::of_source(name));
            }
        }
        if !lost.is_empty() {
            assessment.remove_events(lost, GapCause::Excluded, SelectorSite::new(&setting.read, &attribute), remedy);
        }
    }
}

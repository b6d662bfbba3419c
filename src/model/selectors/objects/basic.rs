//! Object-level events that basic selectors record.

use super::arn::{Extent, Partition, extent};
use super::{Direction, KindCoverage, OBJECTS, ObjectGap, RecordedObjects, UnknownPart, unknown_list, valid};
use crate::model::TrailSetting;
use crate::model::selectors::{BasicSelector, DataResource, SelectorSite};
use crate::source::Span;
use crate::value::{Known, Reason, Unknown};

/// The coverage while the selectors are read in source order.
struct Assessment {
    direction: Direction,
    partition: Partition,
    whole: Option<Span>,
    unknown: Option<UnknownPart>,
    /// The first gap in a selector of S3 objects.
    gap: Option<ObjectGap>,
    recorded: RecordedObjects,
}

/// The objects that a data resource selects, without regard to the direction.
enum Selected {
    Everything,
    Some,
    Nothing(Option<&'static str>),
    Unknown(UnknownPart),
    /// It is about other resources.
    OtherType,
}

/// The help for a value with a wildcard.
const NO_WILDCARDS: &str = "write `arn:aws:s3`; selectors have no wildcards";

pub(super) fn coverage(
    list: &TrailSetting<Vec<BasicSelector>>,
    direction: Direction,
    partition: Partition,
) -> KindCoverage {
    if let Some(part) = unknown_list(list) {
        return KindCoverage::Unknown(part);
    }
    let mut assessment =
        Assessment { direction, partition, whole: None, unknown: None, gap: None, recorded: RecordedObjects::Nothing };
    if let Known(Ok(selectors)) = list.value() {
        for (index, selector) in selectors.iter().enumerate() {
            assessment.read(selector, &format!("{}[{index}]", list.name));
        }
    }
    assessment.finish()
}

impl Assessment {
    fn finish(self) -> KindCoverage {
        match (self.whole, self.unknown) {
            (Some(span), _) => KindCoverage::Everything(span),
            (None, Some(part)) => KindCoverage::Unknown(part),
            (None, None) => KindCoverage::Incomplete(self.gap.map(|gap| ObjectGap { recorded: self.recorded, ..gap })),
        }
    }

    fn read(&mut self, selector: &BasicSelector, path: &str) {
        let list = &selector.data_resources;
        let path_of_list = format!("{path}.{}", list.name);
        match list.value() {
            Known(Ok(resources)) => {
                for (index, resource) in resources.iter().enumerate() {
                    self.read_resource(selector, path, resource, &format!("{path_of_list}[{index}]"));
                }
            }
            Known(Err(_)) => {}
            Unknown(why) => {
                let part = UnknownPart::of(why, SelectorSite::new(&list.read, &path_of_list));
                self.read_part(selector, path, Selected::Unknown(part), None);
            }
        }
    }

    fn read_resource(&mut self, selector: &BasicSelector, path: &str, resource: &DataResource, own: &str) {
        let selected = self.selected(resource, own);
        let site = SelectorSite::new(&resource.values.read, &format!("{own}.{}", resource.values.name));
        self.read_part(selector, path, selected, Some(site));
    }

    /// Combines a data resource with the direction of its selector.
    fn read_part(&mut self, selector: &BasicSelector, path: &str, selected: Selected, values: Option<SelectorSite>) {
        let kinds = &selector.read_write_type;
        let direction_site = SelectorSite::new(&kinds.read, &format!("{path}.{}", kinds.name));
        let is_selected =
            valid(kinds.value()).map(|kinds| kinds.is_some_and(|own| self.direction.is_selected_by(*own)));
        match (selected, is_selected) {
            (Selected::OtherType, _) => {}
            (Selected::Everything, Known(true)) => self.whole = self.whole.or(Some(selector.header)),
            (Selected::Everything, Known(false)) => self.add_gap(ObjectGap {
                label: describe_direction(selector),
                help: Some(kinds.set_to("All").advise()),
                ..ObjectGap::at(direction_site)
            }),
            (Selected::Everything, Unknown(why)) => self.add_unknown(UnknownPart::of(&why, direction_site)),
            (Selected::Unknown(part), Known(true) | Unknown(_)) => self.add_unknown(part),
            (Selected::Some, is_selected) => {
                if matches!(is_selected, Known(true)) {
                    self.recorded = RecordedObjects::SomeBuckets;
                }
                let label = "these aren't all current and future buckets".to_owned();
                self.add_gap(ObjectGap { label, help: None, recorded: RecordedObjects::Nothing, site: values });
            }
            (Selected::Nothing(help), _) => {
                let label = "no value selects the objects of this partition".to_owned();
                let help = help.map(str::to_owned);
                self.add_gap(ObjectGap { label, help, recorded: RecordedObjects::Nothing, site: values });
            }
            (Selected::Unknown(_), Known(false)) => {}
        }
    }

    fn add_gap(&mut self, gap: ObjectGap) {
        self.gap.get_or_insert(gap);
    }

    fn add_unknown(&mut self, part: UnknownPart) {
        self.unknown.get_or_insert(part);
    }

    fn selected(&self, resource: &DataResource, path: &str) -> Selected {
        let kind = &resource.kind;
        match kind.value() {
            Known(Ok(name)) if name == OBJECTS => self.selected_objects(resource, path),
            Known(_) => Selected::OtherType,
            Unknown(why) => match self.selected_objects(resource, path) {
                Selected::Everything => Selected::Unknown(UnknownPart::of(
                    why,
                    SelectorSite::new(&kind.read, &format!("{path}.{}", kind.name)),
                )),
                Selected::Unknown(part) => Selected::Unknown(part),
                Selected::Some | Selected::Nothing(_) | Selected::OtherType => Selected::OtherType,
            },
        }
    }

    fn selected_objects(&self, resource: &DataResource, path: &str) -> Selected {
        let setting = &resource.values;
        let path = format!("{path}.{}", setting.name);
        let values = match setting.value() {
            Known(Ok(values)) => values,
            Known(Err(_)) => return Selected::Nothing(None),
            Unknown(why) => {
                return Selected::Unknown(UnknownPart::of(why, SelectorSite::new(&setting.read, &path)));
            }
        };
        let (mut best, mut unknown) = (Selected::Nothing(None), None);
        for value in values {
            let part = |why: &Reason| UnknownPart::of(why, SelectorSite::new(value, &path));
            match extent(&value.value, self.partition) {
                Extent::Everything => return Selected::Everything,
                Extent::Unknown(why) => unknown = unknown.or_else(|| Some(part(&why))),
                Extent::Undocumented => {
                    let help = Some(NO_WILDCARDS.to_owned());
                    unknown = unknown.or_else(|| Some(UnknownPart { help, ..part(&undocumented()) }));
                }
                Extent::Some => best = Selected::Some,
                Extent::Wildcard if matches!(best, Selected::Nothing(_)) => {
                    best = Selected::Nothing(Some(NO_WILDCARDS))
                }
                Extent::Wildcard | Extent::Nothing => {}
            }
        }
        unknown.map_or(best, Selected::Unknown)
    }
}

fn undocumented() -> Reason {
    Reason::Worded {
        subject: "the value `*/*`".to_owned(),
        text: "CloudTrail's documentation doesn't describe a value with wildcards".to_owned(),
        advice: NO_WILDCARDS.into(),
    }
}

fn describe_direction(selector: &BasicSelector) -> String {
    use crate::model::selectors::ReadWrite;
    match selector.read_write_type.value() {
        Known(Ok(ReadWrite::ReadOnly)) => "records only read events".to_owned(),
        Known(Ok(ReadWrite::WriteOnly)) => "records only write events".to_owned(),
        Known(Err(invalid)) => format!("{}, so this selector records nothing", invalid.describe()),
        Known(Ok(ReadWrite::All)) | Unknown(_) => String::new(),
    }
}

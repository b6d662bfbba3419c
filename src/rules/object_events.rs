//! Evaluates if a trail records the S3 object-level events of one direction. The two rules about them differ only in the
//! direction.

use super::{Strictness, single_region_trail, stopped_trail};
use crate::finding::{Finding, Label, Verdict};
use crate::model::selectors::SelectorSite;
use crate::model::selectors::objects::{Direction, ObjectCoverage, ObjectGap, RecordedObjects, UnknownPart};
use crate::model::{Selectors, Trail, region};
use crate::value::{Known, Unknown};

/// Returns the verdict on a trail: its selectors have to record the events of all buckets, in every Region, and it has
/// to be logging. The first missing part is reported.
pub(super) fn check(trail: &Trail, policy: &Strictness, direction: Direction) -> Verdict {
    let noun = direction.noun();
    let coverage = match trail.selectors.object_coverage(direction, &trail.region.value) {
        ObjectCoverage::Everything(_) => Verdict::Pass,
        ObjectCoverage::Incomplete(gap) => match beyond_interface(trail, &gap) {
            Some(part) => Verdict::Unknown(unknown(part, direction)),
            None => Verdict::Fail(incomplete(trail, &gap, direction)),
        },
        ObjectCoverage::Unknown(part) => Verdict::Unknown(unknown(part, direction)),
    };
    let regions = single_region_trail::check(trail, policy);
    let logging = stopped_trail::check(trail, policy);
    first_missing([
        coverage,
        with_message(
            regions,
            &format!("records object-level {noun}, but"),
            ["in one Region only", "may record one Region only"],
        ),
        with_message(logging, &format!("records object-level {noun}, but"), ["is stopped", "may be stopped"]),
    ])
}

/// Returns the unknown part of a trail in a module whose known interface has no data events.
fn beyond_interface(trail: &Trail, gap: &ObjectGap) -> Option<UnknownPart> {
    let known = trail.known.as_ref().filter(|known| !known.has_data_events && gap.site.is_none())?;
    let has_advanced = matches!(trail.selectors.advanced.value(), Known(Ok(selectors)) if !selectors.is_empty());
    let site = SelectorSite { span: trail.header, hops: Vec::new(), attribute: trail.selectors.basic.name.to_owned() };
    (!has_advanced).then(|| UnknownPart { why: known.lacks("data events"), site, help: None })
}

/// The selectors that record the events.
pub(super) fn evidence(trail: &Trail, direction: Direction) -> Vec<Label> {
    match trail.selectors.object_coverage(direction, &trail.region.value) {
        ObjectCoverage::Everything(span) => {
            vec![Label { span, text: format!("records object-level {} of all buckets", direction.noun()) }]
        }
        ObjectCoverage::Incomplete(_) | ObjectCoverage::Unknown(_) => Vec::new(),
    }
}

/// Kleene's conjunction: the first failure, else the first unknown.
fn first_missing(parts: [Verdict; 3]) -> Verdict {
    let mut unknown = Verdict::Pass;
    for part in parts {
        match (&part, &unknown) {
            (Verdict::Fail(_), _) => return part,
            (Verdict::Unknown(_), Verdict::Pass) => unknown = part,
            (Verdict::Unknown(_) | Verdict::Pass, _) => {}
        }
    }
    unknown
}

/// Replaces the message of another rule's verdict, and removes its fix, which may increase the cost.
fn with_message(verdict: Verdict, start: &str, [fails, may_fail]: [&str; 2]) -> Verdict {
    let end = if matches!(verdict, Verdict::Fail(_)) { fails } else { may_fail };
    verdict.map_finding(|finding| Finding { message: format!("{start} {end}"), remedies: Vec::new(), ..finding })
}

fn incomplete(trail: &Trail, gap: &ObjectGap, direction: Direction) -> Finding {
    let noun = direction.noun();
    let message = match gap.recorded {
        RecordedObjects::Nothing => format!("records no object-level {noun}"),
        RecordedObjects::SomeCalls => format!("records object-level {noun} of some API calls only"),
        RecordedObjects::SomeBuckets => format!("records object-level {noun} of some buckets only"),
    };
    let finding = match &gap.site {
        Some(SelectorSite { span, hops, attribute }) => {
            Finding::at(*span, message, &gap.label).for_argument(attribute).with_hops(hops)
        }
        None => Finding::at(trail.header, message, &gap.label).for_argument(trail.selectors.basic.name),
    };
    finding.help(gap.help.clone().unwrap_or_else(|| advice(trail)))
}

/// The change that records the events of all buckets, as one imperative sentence.
fn advice(trail: &Trail) -> String {
    if let Some(manager) = trail.manager {
        return format!("declare another trail for the events of S3 objects: {manager} doesn't record them");
    }
    let Selectors { basic, advanced } = &trail.selectors;
    let is_advanced = matches!(advanced.value(), Known(Ok(selectors)) if !selectors.is_empty());
    if is_advanced {
        return format!(
            "add a selector to `{}` in which `eventCategory` equals `Data`, `resources.type` equals `AWS::S3::Object` \
             and no other field is set; data events are billed",
            advanced.name
        );
    }
    let partition = match &trail.region.value {
        Known(region) => region::partition(region).map_or("aws", |partition| partition.name),
        Unknown(_) => "aws",
    };
    let arn = format!("arn:{partition}:s3");
    let (resource, selector) = match basic.name {
        "event_selector" => (
            format!("data_resource {{ type = \"AWS::S3::Object\", values = [\"{arn}\"] }}"),
            "read_write_type = \"All\"".to_owned(),
        ),
        "event_selectors" => (
            format!("data_resources = [{{ type = \"AWS::S3::Object\", values = [\"{arn}\"] }}]"),
            "read_write_type = \"All\"".to_owned(),
        ),
        _ => (
            format!("DataResources: [{{Type: 'AWS::S3::Object', Values: ['{arn}']}}]"),
            "ReadWriteType: All".to_owned(),
        ),
    };
    format!("add `{resource}` to a selector with `{selector}`; data events are billed")
}

fn unknown(part: UnknownPart, direction: Direction) -> Finding {
    let UnknownPart { why, site: SelectorSite { span, hops, attribute }, help } = part;
    let message = format!("may not record object-level {} of all buckets", direction.noun());
    let finding = Finding::at(span, message, why.describe()).for_argument(attribute).with_hops(&hops);
    let finding = finding.with_cause(&why).blocked(&why);
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

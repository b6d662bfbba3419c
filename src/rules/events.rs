//! Functions that the rules about management events share: the location and the wording of their findings.

use crate::finding::{Finding, Label, Verdict};
use crate::model::Trail;
use crate::model::selectors::{Coverage, CoverageBounds, Gap, GapCause, SelectorCoverage, SelectorsResult};

/// True if one of the candidates certainly records all of `wanted`, false if certainly none does.
pub(super) fn recorded(candidates: &[CoverageBounds], wanted: Coverage) -> Option<bool> {
    if candidates.iter().any(|bounds| bounds.least.includes(wanted)) {
        Some(true)
    } else if candidates.iter().any(|bounds| bounds.most.includes(wanted)) {
        None
    } else {
        Some(false)
    }
}

/// Returns a failure at the most significant gap through which `missing` is lost; the other gaps become labels.
pub(super) fn fail(trail: &Trail, assessed: &[SelectorCoverage], missing: Coverage, message: &str) -> Verdict {
    let mut gaps: Vec<&Gap> = assessed.iter().flat_map(|assessment| &assessment.gaps).collect();
    gaps.retain(|gap| !gap.lost.intersection(missing).is_empty());
    // The sort is stable, so equal gaps keep the order of the source.
    gaps.sort_by_key(|gap| gap.cause.rank());
    let Some((first, others)) = gaps.split_first() else {
        return Verdict::Fail(Finding::at(trail.header, message, "by its event selectors"));
    };
    let mut finding = Finding::of_gap(first, message, describe(first));
    // The gaps of one selector are fixed together.
    let beside = assessed
        .iter()
        .find(|assessment| assessment.gaps.iter().any(|gap| std::ptr::eq(gap, *first)))
        .into_iter()
        .flat_map(|assessment| &assessment.gaps);
    let remedies = beside.filter(|gap| !gap.lost.intersection(missing).is_empty()).map(|gap| gap.remedy.remedy.clone());
    finding.remedies = remedies.collect::<Option<Vec<_>>>().unwrap_or_default();
    Verdict::Fail(others.iter().fold(finding, |finding, gap| finding.with_label(gap.site.span, describe(gap))))
}

/// Adds the values with which a verdict fails and passes, if it depends on a single unknown argument of the only
/// selector.
pub(super) fn with_reference_values(verdict: Verdict, assessed: &[SelectorCoverage], sides: FailAndPass) -> Verdict {
    let [SelectorCoverage { unknown_parts, .. }] = assessed else { return verdict };
    let [doubt] = unknown_parts.as_slice() else { return verdict };
    let name = doubt.site.attribute.rsplit('.').next().unwrap_or_default().replace('_', "").to_lowercase();
    match sides(&name) {
        // Strings in CloudFormation need no quotes.
        Some((fails, passes)) if doubt.why.plain().is_some_and(|plain| !plain.contains('.')) => {
            verdict.with_reference_values(&doubt.why, &fails.replace('"', ""), &passes.replace('"', ""))
        }
        Some((fails, passes)) => verdict.with_reference_values(&doubt.why, fails, passes),
        None => verdict,
    }
}

/// The values with which an argument fails and passes, by its name in lower case without `_`.
pub(super) type FailAndPass = fn(&str) -> Option<(&'static str, &'static str)>;

/// Returns an unknown verdict at the first unknown part of a selector.
pub(super) fn unknown(trail: &Trail, assessed: &[SelectorCoverage], message: &str) -> Verdict {
    Verdict::Unknown(match assessed.iter().flat_map(|assessment| &assessment.unknown_parts).next() {
        Some(doubt) => Finding::of_unknown_selector(doubt, message),
        None => Finding::at(trail.header, message, "by its event selectors"),
    })
}

/// The selectors that record management events, or the trail if it has no selectors.
pub(super) fn evidence(trail: &Trail) -> Vec<Label> {
    match trail.selectors.recorded() {
        SelectorsResult::Everything => {
            let text = "without event selectors, all management events are recorded".to_owned();
            vec![Label { span: trail.header, text }]
        }
        SelectorsResult::Conflict { .. } => Vec::new(),
        SelectorsResult::Selected(assessed) => {
            let records = assessed.iter().filter(|assessment| !assessment.bounds.least.is_empty());
            records.map(|one| Label { span: one.header, text: describe_recorded(one.bounds.least) }).collect()
        }
    }
}

/// The events that a selector records, as the text of a label.
fn describe_recorded(coverage: Coverage) -> String {
    let (reads, writes) = (coverage.intersection(Coverage::READS), coverage.intersection(Coverage::WRITES));
    let (kinds, whole) = match (reads.is_empty(), writes.is_empty()) {
        (false, true) => ("read management events", Coverage::READS),
        (true, false) => ("write management events", Coverage::WRITES),
        (true, true) | (false, false) => ("management events", Coverage::EVERYTHING),
    };
    match whole.without(coverage) {
        Coverage::NOTHING => format!("records {kinds}"),
        left_out => format!("records {kinds} except {}", sources(left_out)),
    }
}

/// The effect of a gap, as the text of a label.
fn describe(gap: &Gap) -> String {
    match &gap.cause {
        GapCause::Invalid(reason) => format!("{reason}, so this selector records nothing"),
        GapCause::OneSided if gap.lost.includes(Coverage::WRITES) => "records only read events".to_owned(),
        GapCause::OneSided => "records only write events".to_owned(),
        GapCause::Excluded => format!("excludes {}", sources(gap.lost)),
        GapCause::Off => "disables management events".to_owned(),
        GapCause::OtherCategory => "selects no management events: `eventCategory` isn't `Management`".to_owned(),
    }
}

/// The event sources in a set, in words.
pub(super) fn sources(coverage: Coverage) -> &'static str {
    match (has(coverage, Coverage::KMS), has(coverage, Coverage::RDS_DATA), has(coverage, Coverage::ORDINARY)) {
        (true, false, false) => "AWS KMS events",
        (false, true, false) => "RDS Data API events",
        (true, true, false) => "AWS KMS and RDS Data API events",
        (_, _, true) => "the events of all other services",
        (false, false, false) => "no events",
    }
}

fn has(coverage: Coverage, source: Coverage) -> bool {
    !coverage.intersection(source).is_empty()
}

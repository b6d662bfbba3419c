//! Advanced event selectors.
//!
//! On a trail, a selector of management events may filter only by `readOnly` and by `eventSource`, each with one
//! operator. All other fields and operators are for data events or for event data stores:
//! <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html>.

use super::{Coverage, GapCause, GapRemedy, SelectorCoverage, SelectorSite, SelectorValues};
use crate::model::{Remedy, RemedyKind, SelectorNames, TrailSetting};
use crate::source::Span;
use crate::value::{Known, Reason, Unknown};

/// An `advanced_event_selector`: it selects the events that match all its field selectors.
#[derive(Debug, Clone)]
pub struct AdvancedSelector {
    /// The span that findings about the selector point at.
    pub header: Span,
    /// The names needed to write a selector of management events.
    pub names: SelectorNames,
    pub fields: TrailSetting<Vec<FieldSelector>>,
}

/// A condition on one field of an event.
#[derive(Debug, Clone)]
pub struct FieldSelector {
    /// The field, such as `eventCategory`.
    pub field: TrailSetting<String>,
    /// The operators that are set, each with its values.
    pub operators: Vec<(FieldOperator, TrailSetting<SelectorValues>)>,
}

/// The operators of a field selector; only the first two are ever valid for management events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldOperator {
    Equals,
    NotEquals,
    StartsWith,
    NotStartsWith,
    EndsWith,
    NotEndsWith,
}

/// A field selector whose field is known.
struct FieldCondition<'a> {
    field: &'a str,
    selector: &'a FieldSelector,
    path: String,
}

impl AdvancedSelector {
    /// Determines the events that the selector records; `path` is its path within the trail.
    pub(super) fn assess(&self, path: &str) -> SelectorCoverage {
        let mut assessment = SelectorCoverage::new(self.header);
        let conditions = self.conditions(&mut assessment, path);
        // An unknown field may be `eventSource`.
        let is_field_open = !assessment.unknown_parts.is_empty();
        if self.selects_management(&conditions, &mut assessment, path) {
            let (of_source, others): (Vec<_>, Vec<_>) =
                conditions.iter().partition(|condition| condition.field == "eventSource");
            others.iter().for_each(|condition| condition.assess(&mut assessment));
            if !is_field_open {
                assessment.excludes_nothing();
            }
            of_source.iter().for_each(|condition| condition.assess(&mut assessment));
        }
        assessment
    }

    fn conditions(&self, assessment: &mut SelectorCoverage, path: &str) -> Vec<FieldCondition<'_>> {
        let list = format!("{path}.{}", self.fields.name);
        let help = format!("set `{}` to a list of field selectors", self.fields.name);
        let selectors = assessment.known(&self.fields, &list, help.as_str()).into_iter().flatten();
        let mut conditions = Vec::new();
        for (index, selector) in selectors.enumerate() {
            let path = format!("{list}[{index}]");
            let attribute = format!("{path}.{}", selector.field.name);
            if let Some(field) = assessment.known(&selector.field, &attribute, "set the field to compare") {
                conditions.push(FieldCondition { field, selector, path });
            }
        }
        conditions
    }

    /// True if the selector may select management events; otherwise [`GapCause::OtherCategory`] becomes its only gap.
    fn selects_management(
        &self,
        conditions: &[FieldCondition<'_>],
        assessment: &mut SelectorCoverage,
        path: &str,
    ) -> bool {
        let mut categories = conditions.iter().filter(|condition| condition.field == "eventCategory").peekable();
        let something_is_open = !assessment.unknown_parts.is_empty() || !assessment.gaps.is_empty();
        let is_other = if categories.peek().is_none() {
            !something_is_open
        } else {
            categories.any(|condition| condition.names_other_category())
        };
        if is_other {
            let site = SelectorSite { span: self.header, hops: Vec::new(), attribute: path.to_owned() };
            let remedy =
                Remedy::at(self.header, self.fields.notation, RemedyKind::AddSelector(self.names)).increases_cost();
            *assessment = SelectorCoverage::new(self.header);
            assessment.remove_events(Coverage::EVERYTHING, GapCause::OtherCategory, site, remedy);
        }
        !is_other
    }
}

impl FieldCondition<'_> {
    /// True if this is `eventCategory` equal to known values without `Management`.
    fn names_other_category(&self) -> bool {
        let [(FieldOperator::Equals, values)] = self.selector.operators.as_slice() else { return false };
        let Known(Ok(values)) = values.value() else { return false };
        let mut names = values.iter().map(|value| &value.value);
        !values.is_empty() && names.all(|name| matches!(name, Known(Ok(name)) if name != "Management"))
    }

    fn assess(&self, assessment: &mut SelectorCoverage) {
        match self.field {
            "eventCategory" => self.assess_category(assessment),
            "readOnly" => self.assess_read_only(assessment),
            "eventSource" => self.assess_source(assessment),
            field => {
                let reason = format!("`{field}` can't filter the management events of a trail");
                let site = SelectorSite::new(
                    &self.selector.field.read,
                    &format!("{}.{}", self.path, self.selector.field.name),
                );
                let help = "remove this field selector: its field only filters data events or event data stores";
                let gap_remedy = GapRemedy { help: help.to_owned(), remedy: Some(self.removal(site.span)) };
                assessment.remove_events(Coverage::EVERYTHING, GapCause::Invalid(reason), site, gap_remedy);
            }
        }
    }

    fn assess_category(&self, assessment: &mut SelectorCoverage) {
        let Some((values, site)) = self.all_values(FieldOperator::Equals, assessment) else { return };
        if values.len() > 1 {
            let subject = "one selector names several event categories".to_owned();
            let text = format!("{subject}: CloudTrail's documentation doesn't describe this case");
            let why = Reason::Worded { subject, text, advice: "split it into one selector for each category".into() };
            assessment.add_unknown_part(why, site);
        }
    }

    fn assess_read_only(&self, assessment: &mut SelectorCoverage) {
        let Some((values, site)) = self.all_values(FieldOperator::Equals, assessment) else { return };
        let mut kept = Coverage::NOTHING;
        for value in &values {
            kept = kept.union(match value.as_str() {
                "true" => Coverage::READS,
                "false" => Coverage::WRITES,
                other => {
                    return self.reject(
                        format!("`readOnly` must be `true` or `false`, not \"{other}\""),
                        site,
                        assessment,
                    );
                }
            });
        }
        let lost = Coverage::EVERYTHING.without(kept);
        if !lost.is_empty() {
            let remedy = self.removal(site.span);
            assessment.remove_events(lost, GapCause::OneSided, site, remedy);
        }
    }

    fn assess_source(&self, assessment: &mut SelectorCoverage) {
        let Some((values, site)) = self.values(FieldOperator::NotEquals, assessment) else { return };
        let mut lost = Coverage::NOTHING;
        for value in &values {
            let source = Coverage::of_source(value);
            if source == Coverage::ORDINARY {
                let reason = "a trail can leave out `kms.amazonaws.com` and `rdsdata.amazonaws.com` only";
                return self.reject(reason.to_owned(), site, assessment);
            }
            lost = lost.union(source);
        }
        if !lost.is_empty() {
            let remedy = self.removal(site.span).increases_cost();
            assessment.remove_events(lost, GapCause::Excluded, site, remedy);
        }
    }

    /// Returns the values of the one operator that is valid for the field, if all of them are known.
    fn all_values(
        &self,
        valid: FieldOperator,
        assessment: &mut SelectorCoverage,
    ) -> Option<(Vec<String>, SelectorSite)> {
        let doubts = assessment.unknown_parts.len();
        self.values(valid, assessment).filter(|_| assessment.unknown_parts.len() == doubts)
    }

    /// Returns the known values of the one operator that is valid for the field, and their location. Invalid and
    /// unknown values are recorded in the assessment.
    fn values(&self, valid: FieldOperator, assessment: &mut SelectorCoverage) -> Option<(Vec<String>, SelectorSite)> {
        let (operator, setting) = match self.written_operators(assessment).as_slice() {
            [only] => *only,
            [] if !assessment.unknown_parts.is_empty() => return None,
            [] | [_, _, ..] => {
                let reason = format!("`{}` needs exactly one operator here, {}", self.field, valid.name());
                let site = SelectorSite::new(&self.selector.field.read, &self.path);
                self.reject(reason, site, assessment);
                return None;
            }
        };
        let attribute = format!("{}.{}", self.path, setting.name);
        let site = SelectorSite::new(&setting.read, &attribute);
        if operator != valid {
            let reason = format!("`{}` can only be compared with {} here", self.field, valid.name());
            self.reject(reason, site, assessment);
            return None;
        }
        let items = assessment.known(setting, &attribute, "set it to a list of values")?;
        if items.is_empty() {
            self.reject("at least one value is required".to_owned(), site, assessment);
            return None;
        }
        let mut values = Vec::new();
        for item in items {
            match assessment.known_item(item, &attribute, "set it to a list of strings") {
                Some(value) => values.push(value.clone()),
                None if matches!(item.value, Known(_)) => return None,
                None => {}
            }
        }
        Some((values, site))
    }

    /// Returns the operators that are certain to be set. If there are several, one with an unknown value may be null,
    /// which is equivalent to not setting it; it is recorded as unknown.
    fn written_operators(
        &self,
        assessment: &mut SelectorCoverage,
    ) -> Vec<(FieldOperator, &TrailSetting<SelectorValues>)> {
        let operators = self.selector.operators.iter().map(|(operator, setting)| (*operator, setting));
        let operators: Vec<_> = operators.collect();
        if let [_] = operators.as_slice() {
            return operators;
        }
        let mut known = Vec::new();
        for (operator, setting) in operators {
            match setting.value() {
                Known(_) => known.push((operator, setting)),
                Unknown(why) => {
                    let site = SelectorSite::new(&setting.read, &format!("{}.{}", self.path, setting.name));
                    assessment.add_unknown_part(why.clone(), site);
                }
            }
        }
        known
    }

    /// Returns the change that removes the field selector, so that its selector selects more events.
    fn removal(&self, place: Span) -> Remedy {
        let change = RemedyKind::RemoveField { field: self.field.to_owned() };
        Remedy::at(place, self.selector.field.notation, change)
    }

    /// Records that the selector is invalid for management events and so records none.
    fn reject(&self, reason: String, site: SelectorSite, assessment: &mut SelectorCoverage) {
        let help = format!("remove the `{}` field selector, or use an operator that CloudTrail supports", self.field);
        assessment.remove_events(Coverage::EVERYTHING, GapCause::Invalid(reason), site, help.as_str());
    }
}

impl FieldOperator {
    /// The operator's name in the API.
    pub fn name(self) -> &'static str {
        match self {
            FieldOperator::Equals => "Equals",
            FieldOperator::NotEquals => "NotEquals",
            FieldOperator::StartsWith => "StartsWith",
            FieldOperator::NotStartsWith => "NotStartsWith",
            FieldOperator::EndsWith => "EndsWith",
            FieldOperator::NotEndsWith => "NotEndsWith",
        }
    }
}

//! The comparison of a trail in the code with the same trail in a plan.

use super::selectors::{AdvancedSelector, BasicSelector, FieldSelector, SelectorValues, Selectors};
use super::setting::may_be_equal;
use super::{Contradiction, Trail, TrailSetting};
use crate::value::{Known, Unknown};

/// Selectors that would take more comparisons aren't compared, and the advisory reports that.
const MAX_COMPARISONS: usize = 300_000;

/// The text of the contradiction that reports selectors that aren't compared.
const TOO_MANY: &str = "has too many selectors to compare";

impl Trail {
    /// Returns the values that are known in both the code and a plan of the trail, and differ.
    pub fn contradictions(&self, planned: &Trail) -> Vec<Contradiction> {
        let mut found = self.attributes.contradictions(&planned.attributes);
        let has_others = "has other selectors".to_owned();
        let (own, planned) = (&self.selectors, &planned.selectors);
        if size(own).saturating_mul(size(planned)) > MAX_COMPARISONS {
            let written = if known(&own.advanced).is_some() { own.advanced.span() } else { own.basic.span() };
            found.push(Contradiction { span: written, ..own.basic.contradiction(TOO_MANY.to_owned()) });
        } else if !own.basic.may_equal(&planned.basic, |own, planned| match_each_other(own, planned, basic_agree)) {
            found.push(own.basic.contradiction(has_others));
        } else if !own
            .advanced
            .may_equal(&planned.advanced, |own, planned| match_each_other(own, planned, advanced_agree))
        {
            found.push(own.advanced.contradiction(has_others));
        }
        found
    }
}

/// The number of selectors with their fields and values, as far as they are known.
fn size(selectors: &Selectors) -> usize {
    let basic = known(&selectors.basic).into_iter().flatten();
    let basic = basic.map(|selector| count(&selector.excluded_sources));
    let fields = known(&selectors.advanced).into_iter().flatten().filter_map(|selector| known(&selector.fields));
    let fields = fields.flatten().map(|field| {
        let values = field.operators.iter().map(|(_, values)| count(values));
        values.fold(1, usize::saturating_add)
    });
    basic.chain(fields).fold(0, usize::saturating_add)
}

/// The number of strings, plus one for the argument that contains them.
fn count(texts: &TrailSetting<SelectorValues>) -> usize {
    known(texts).map_or(0, Vec::len).saturating_add(1)
}

fn known<T>(setting: &TrailSetting<T>) -> Option<&T> {
    match setting.value() {
        Known(Ok(value)) => Some(value),
        Known(Err(_)) | Unknown(_) => None,
    }
}

fn basic_agree(own: &BasicSelector, planned: &BasicSelector) -> bool {
    own.read_write_type.may_equal(&planned.read_write_type, |own, planned| own == planned)
        && own.include_management_events.may_equal(&planned.include_management_events, |own, planned| own == planned)
        && own.excluded_sources.may_equal(&planned.excluded_sources, texts_agree)
}

fn advanced_agree(own: &AdvancedSelector, planned: &AdvancedSelector) -> bool {
    own.fields.may_equal(&planned.fields, |own, planned| match_each_other(own, planned, fields_agree))
}

fn fields_agree(own: &FieldSelector, planned: &FieldSelector) -> bool {
    let operators_agree = own.operators.iter().all(|(operator, values)| {
        let other = planned.operators.iter().find(|(other, _)| other == operator);
        // An operator whose values are unknown may have none.
        other.map_or(matches!(values.value(), Unknown(_)), |(_, other)| values.may_equal(other, texts_agree))
    });
    operators_agree && own.field.may_equal(&planned.field, |own, planned| own == planned)
}

fn texts_agree(own: &SelectorValues, planned: &SelectorValues) -> bool {
    match_each_other(own, planned, |own, planned| {
        may_be_equal(&own.value, &planned.value, |own, planned| own == planned)
    })
}

/// True if each item of either list has a matching item in the other: sets have no order and no duplicates.
fn match_each_other<T>(own: &[T], planned: &[T], agree: impl Fn(&T, &T) -> bool) -> bool {
    own.iter().all(|own| planned.iter().any(|planned| agree(own, planned)))
        && planned.iter().all(|planned| own.iter().any(|own| agree(own, planned)))
}

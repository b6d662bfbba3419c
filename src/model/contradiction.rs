//! Differences between a plan and the code, which mean that the plan is out of date.

use super::selectors::{AdvancedSelector, BasicSelector, FieldSelector, SelectorValues, Selectors};
use super::{SettingRead, Trail, TrailSetting};
use crate::source::Span;
use crate::value::{Hop, Known, Maybe, Traced, Unknown};

/// Selectors that would take more comparisons aren't compared, and the advisory reports that.
const MAX_COMPARISONS: usize = 300_000;

/// The text of the contradiction that reports selectors that aren't compared.
const TOO_MANY: &str = "has too many selectors to compare";

/// A known value in the code that differs from the plan's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The value in the code.
    pub span: Span,
    /// The steps to the expression that decides the value.
    pub hops: Vec<Hop>,
    /// The argument; `None` if the contradiction is about the whole trail.
    pub attribute: Option<&'static str>,
    /// The plan's value, as a phrase that follows "the plan".
    pub planned: String,
}

impl Contradiction {
    /// The plan doesn't contain the trail.
    pub fn absent(exists: &Traced<bool>, header: Span) -> Self {
        Self { span: header, hops: exists.hops.clone(), attribute: None, planned: "has no such trail".to_owned() }
    }

    /// The plan contains a trail that the code doesn't create.
    pub fn present(address: &str, exists: &Traced<bool>) -> Self {
        let planned = format!("has a trail `{address}`");
        Self { span: exists.origin.span(), hops: exists.hops.clone(), attribute: None, planned }
    }

    /// The plan was created with another value of a variable, so none of its values for the trail are used.
    pub fn overridden_variable(variable: Span) -> Self {
        let planned = "was made with another value of this variable, so it isn't used".to_owned();
        Self { span: variable, hops: Vec::new(), attribute: None, planned }
    }

    fn of<T>(own: &TrailSetting<T>, planned: String) -> Self {
        Self { span: own.span(), hops: own.read.hops.clone(), attribute: Some(own.name), planned }
    }
}

impl Trail {
    /// Returns the values that are known in both the code and a plan of the trail, and differ.
    pub fn contradictions(&self, planned: &Trail) -> Vec<Contradiction> {
        let flags = [
            (&self.is_multi_region, &planned.is_multi_region),
            (&self.is_logging, &planned.is_logging),
            (&self.includes_global_events, &planned.includes_global_events),
            (&self.validates_log_files, &planned.validates_log_files),
            (&self.is_organization_trail, &planned.is_organization_trail),
        ];
        let flags = flags.into_iter().filter(|(own, planned)| !agree(own, planned, |own, planned| own == planned));
        let mut found: Vec<Contradiction> =
            flags.map(|(own, planned)| Contradiction::of(own, describe_flag(own.name, planned))).collect();
        if !agree(&self.kms_key, &planned.kms_key, |own, planned| own == planned) {
            found.push(Contradiction::of(&self.kms_key, "has another key".to_owned()));
        }
        let has_others = "has other selectors".to_owned();
        let (own, planned) = (&self.selectors, &planned.selectors);
        if size(own).saturating_mul(size(planned)) > MAX_COMPARISONS {
            let written = if known(&own.advanced).is_some() { own.advanced.span() } else { own.basic.span() };
            found.push(Contradiction { span: written, ..Contradiction::of(&own.basic, TOO_MANY.to_owned()) });
        } else if !agree(&own.basic, &planned.basic, |own, planned| match_each_other(own, planned, basic_agree)) {
            found.push(Contradiction::of(&own.basic, has_others));
        } else if !agree(&own.advanced, &planned.advanced, |own, planned| {
            match_each_other(own, planned, advanced_agree)
        }) {
            found.push(Contradiction::of(&own.advanced, has_others));
        }
        found
    }
}

fn describe_flag(name: &str, flag: &TrailSetting<bool>) -> String {
    match flag.value() {
        Known(Ok(value)) => format!("sets `{name}` to `{value}`"),
        Known(Err(_)) | Unknown(_) => format!("sets `{name}` to another value"),
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
    agree(&own.read_write_type, &planned.read_write_type, |own, planned| own == planned)
        && agree(&own.include_management_events, &planned.include_management_events, |own, planned| own == planned)
        && agree(&own.excluded_sources, &planned.excluded_sources, texts_agree)
}

fn advanced_agree(own: &AdvancedSelector, planned: &AdvancedSelector) -> bool {
    agree(&own.fields, &planned.fields, |own, planned| match_each_other(own, planned, fields_agree))
}

fn fields_agree(own: &FieldSelector, planned: &FieldSelector) -> bool {
    let operators_agree = own.operators.iter().all(|(operator, values)| {
        let other = planned.operators.iter().find(|(other, _)| other == operator);
        // An operator whose values are unknown may have none.
        other.map_or(matches!(values.value(), Unknown(_)), |(_, other)| agree(values, other, texts_agree))
    });
    operators_agree && agree(&own.field, &planned.field, |own, planned| own == planned)
}

fn texts_agree(own: &SelectorValues, planned: &SelectorValues) -> bool {
    match_each_other(own, planned, |own, planned| {
        values_agree(&own.value, &planned.value, |own, planned| own == planned)
    })
}

fn agree<T>(own: &TrailSetting<T>, planned: &TrailSetting<T>, same: impl Fn(&T, &T) -> bool) -> bool {
    values_agree(own.value(), planned.value(), same)
}

/// True if two values may be equal. An invalid value can't have been planned.
fn values_agree<T>(
    own: &Maybe<SettingRead<T>>,
    planned: &Maybe<SettingRead<T>>,
    same: impl Fn(&T, &T) -> bool,
) -> bool {
    match (own, planned) {
        (Known(Ok(own)), Known(Ok(planned))) => same(own, planned),
        (Known(Err(_)), Known(Ok(_))) => false,
        (Known(_) | Unknown(_), _) => true,
    }
}

/// True if each item of either list has a matching item in the other: sets have no order and no duplicates.
fn match_each_other<T>(own: &[T], planned: &[T], agree: impl Fn(&T, &T) -> bool) -> bool {
    own.iter().all(|own| planned.iter().any(|planned| agree(own, planned)))
        && planned.iter().all(|planned| own.iter().any(|own| agree(own, planned)))
}

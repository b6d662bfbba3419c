//! Object-level events that advanced selectors record.

use std::collections::BTreeSet;

use super::arn::{ArnText, Partition};
use super::union::{ArnCondition, ArnSet, Union, reversed, union};
use super::{Direction, KindCoverage, OBJECTS, ObjectGap, RecordedObjects, UnknownPart, unknown_list};
use crate::model::TrailSetting;
use crate::model::selectors::{AdvancedSelector, FieldOperator, FieldSelector, SelectorSite, SelectorValues};
use crate::source::Span;
use crate::value::{Known, Unknown};

/// The event source of all data events of S3 objects.
const S3: &str = "s3.amazonaws.com";

/// The fields that select a part of the events of each object.
const PARTIAL_FIELDS: [&str; 4] = ["eventName", "eventType", "userIdentity.arn", "sessionCredentialFromConsole"];

/// A selector of S3 objects, for one direction.
struct ObjectSelector<'a> {
    header: Span,
    /// The first unknown value on which it depends that it selects any events, apart from ARNs.
    unknown: Option<UnknownPart>,
    /// True if it selects only some API calls.
    is_partial: bool,
    /// True if it certainly selects no event of this direction.
    is_empty: bool,
    /// The fields that narrow it, in source order.
    gaps: Vec<ObjectGap>,
    /// The field selectors of the ARN.
    arns: Vec<(&'a FieldSelector, String)>,
}

/// Three-valued logic with the place of the unknown value.
enum Truth {
    Yes,
    No,
    Unknown(UnknownPart),
}

/// The operators of a field selector that have values.
struct Operators<'a> {
    set: Vec<(FieldOperator, &'a SelectorValues, SelectorSite)>,
    unknown: Option<UnknownPart>,
    is_invalid: bool,
}

/// The ARNs of one selector in a partition.
enum Arns {
    Known(ArnSet),
    Unknown(UnknownPart),
    Invalid,
}

pub(super) fn coverage(
    list: &TrailSetting<Vec<AdvancedSelector>>,
    direction: Direction,
    partition: Partition,
) -> KindCoverage {
    if let Some(part) = unknown_list(list) {
        return KindCoverage::Unknown(part);
    }
    let Known(Ok(selectors)) = list.value() else { return KindCoverage::Incomplete(None) };
    let selectors = selectors.iter().enumerate();
    let own: Vec<ObjectSelector<'_>> = selectors
        .filter_map(|(index, selector)| ObjectSelector::of(selector, direction, &format!("{}[{index}]", list.name)))
        .collect();
    of_selectors(&own, partition)
}

fn of_selectors(selectors: &[ObjectSelector<'_>], partition: Partition) -> KindCoverage {
    let whole: Vec<&ObjectSelector<'_>> =
        selectors.iter().filter(|selector| !selector.is_partial && !selector.is_empty).collect();
    let Some(first) = whole.first() else { return KindCoverage::Incomplete(gap(selectors, false)) };
    let mut open: Option<UnknownPart> = None;
    let mut is_over_limit = false;
    let may_assume = !whole.iter().any(|selector| selector.selects_literal_objects());
    for name in candidates(&whole, partition) {
        let bounds = Bounds::of(&whole, name, may_assume);
        match union(&bounds.least, name) {
            Union::Everything => return KindCoverage::Everything(first.header),
            Union::OverLimit => is_over_limit = true,
            Union::Incomplete => {}
        }
        if bounds.unknown.is_some() && union(&bounds.most, name) == Union::Everything {
            open = open.or(bounds.unknown);
        }
    }
    match open {
        Some(part) => KindCoverage::Unknown(part),
        None => KindCoverage::Incomplete(gap(selectors, is_over_limit)),
    }
}

/// The ARNs that selectors select whatever the unknown values are, and in the best case.
#[derive(Default)]
struct Bounds {
    least: Vec<ArnSet>,
    most: Vec<ArnSet>,
    /// The first value on which the difference depends.
    unknown: Option<UnknownPart>,
}

impl Bounds {
    /// With `may_assume`, the unknown name of a declared bucket is assumed to differ from all other names.
    fn of(selectors: &[&ObjectSelector<'_>], partition: &str, may_assume: bool) -> Self {
        let mut bounds = Self::default();
        for selector in selectors {
            let (set, unknown) = match selector.arns_in(partition, may_assume) {
                Arns::Known(set) => (set, selector.unknown.clone()),
                Arns::Unknown(part) => (ArnSet::new(), selector.unknown.clone().or(Some(part))),
                Arns::Invalid => continue,
            };
            if unknown.is_none() {
                bounds.least.push(set.clone());
            }
            bounds.most.push(set);
            bounds.unknown = bounds.unknown.or(unknown);
        }
        bounds
    }
}

/// The partitions that the values suggest: with an unknown Region, each of them may be the trail's.
fn candidates(selectors: &[&ObjectSelector<'_>], partition: Partition) -> Vec<&'static str> {
    let names = partition.names();
    if names.len() == 1 {
        return names;
    }
    let texts: Vec<&str> = selectors.iter().flat_map(|selector| selector.literals()).collect();
    let is_named = |name: &&str| {
        let prefix = format!("arn:{name}:");
        texts.iter().any(|text| text.starts_with(&prefix))
    };
    let named: Vec<&'static str> = names.iter().copied().filter(|name| is_named(name)).collect();
    if named.is_empty() { names.into_iter().take(1).collect() } else { named }
}

/// Returns the gap at the first field that narrows a selector of S3 objects.
fn gap(selectors: &[ObjectSelector<'_>], is_over_limit: bool) -> Option<ObjectGap> {
    let recorded = selectors.iter().map(ObjectSelector::recorded).max().unwrap_or(RecordedObjects::Nothing);
    let first = selectors.iter().find_map(|selector| selector.gaps.first())?;
    let limit = is_over_limit.then(|| "the selectors have too many values to compare".to_owned());
    Some(ObjectGap { recorded, label: limit.unwrap_or_else(|| first.label.clone()), ..first.clone() })
}

impl<'a> ObjectSelector<'a> {
    /// Reads a selector; `None` if it is about other events.
    fn of(selector: &'a AdvancedSelector, direction: Direction, path: &str) -> Option<Self> {
        let list = &selector.fields;
        let path = format!("{path}.{}", list.name);
        let mut own = Self {
            header: selector.header,
            unknown: unknown_list(list),
            is_partial: false,
            is_empty: false,
            gaps: Vec::new(),
            arns: Vec::new(),
        };
        if own.unknown.is_some() {
            return Some(own);
        }
        let Known(Ok(fields)) = list.value() else { return None };
        let mut named: Vec<(&str, &FieldSelector, String)> = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match field.field.value() {
                Known(Ok(name)) => named.push((name, field, path)),
                Known(Err(_)) => return None,
                Unknown(why) => {
                    let site = SelectorSite::new(&field.field.read, &format!("{path}.{}", field.field.name));
                    own.unknown = own.unknown.or_else(|| Some(UnknownPart::of(why, site)));
                }
            }
        }
        own.require(&named, "eventCategory", "Data")?;
        own.require(&named, "resources.type", OBJECTS)?;
        for (name, field, path) in named {
            own.narrow(name, field, path, direction);
        }
        Some(own)
    }

    /// Requires that a field is compared with exactly one value; `None` if it isn't.
    fn require(&mut self, named: &[(&str, &FieldSelector, String)], field: &str, value: &str) -> Option<()> {
        let mut is_set = false;
        for (_, selector, path) in named.iter().filter(|(name, ..)| *name == field) {
            is_set = true;
            match Operators::of(selector, path).equals_only(value) {
                Truth::Yes => {}
                Truth::No => return None,
                Truth::Unknown(part) => self.note(part),
            }
        }
        // An unknown field may be this one.
        (is_set || self.unknown.is_some()).then_some(())
    }

    fn note(&mut self, part: UnknownPart) {
        self.unknown.get_or_insert(part);
    }

    /// Applies a field selector other than those that make it a selector of S3 objects.
    fn narrow(&mut self, name: &str, field: &'a FieldSelector, path: String, direction: Direction) {
        if matches!(name, "eventCategory" | "resources.type") {
            return;
        }
        let operators = Operators::of(field, &path);
        let site = SelectorSite::new(&field.field.read, &format!("{path}.{}", field.field.name));
        let mut lose = |label: String| self.gaps.push(ObjectGap { label, ..ObjectGap::at(site.clone()) });
        if operators.is_invalid {
            lose(format!("`{name}` has an invalid value, so this selector records nothing"));
            self.is_empty = true;
            return;
        }
        match name {
            "readOnly" => match operators.keeps(direction) {
                Truth::Yes => {}
                Truth::No => {
                    let kept = match direction {
                        Direction::Reads => "selects no read events",
                        Direction::Writes => "selects no write events",
                    };
                    lose(kept.to_owned());
                    self.is_empty = true;
                }
                Truth::Unknown(part) => self.note(part),
            },
            "eventSource" => match operators.includes(S3) {
                Truth::Yes => {}
                Truth::No => {
                    lose(format!("excludes `{S3}`, the source of these events"));
                    self.is_empty = true;
                }
                Truth::Unknown(part) => self.note(part),
            },
            "resources.ARN" => {
                let excludes = operators.set.iter().all(|(operator, ..)| operator.is_negative());
                lose(if excludes { "excludes some objects" } else { "selects only some objects" }.to_owned());
                self.arns.push((field, path));
            }
            _ if PARTIAL_FIELDS.contains(&name) => {
                let Operators { set, unknown, .. } = operators;
                if !set.is_empty() {
                    lose("selects only some API calls".to_owned());
                    self.is_partial = true;
                } else if let Some(part) = unknown {
                    self.note(part);
                }
            }
            _ => {
                lose(format!("`{name}` can't filter the data events of a trail, so this selector records nothing"));
                self.is_empty = true;
            }
        }
    }

    fn recorded(&self) -> RecordedObjects {
        match (self.is_empty, self.is_partial) {
            (true, _) => RecordedObjects::Nothing,
            (false, true) => RecordedObjects::SomeCalls,
            (false, false) => RecordedObjects::SomeBuckets,
        }
    }

    /// The known values of its ARN fields.
    fn literals(&self) -> impl Iterator<Item = &str> {
        let operators = self.arns.iter().flat_map(|(field, _)| &field.operators);
        let values = operators.filter_map(|(_, setting)| match setting.value() {
            Known(Ok(values)) => Some(values),
            Known(Err(_)) | Unknown(_) => None,
        });
        values.flatten().filter_map(|value| match &value.value {
            Known(Ok(text)) => Some(text.as_str()),
            Known(Err(_)) | Unknown(_) => None,
        })
    }

    /// True if it selects objects by a literal value that isn't the beginning of all of them.
    fn selects_literal_objects(&self) -> bool {
        let operators = self.arns.iter().flat_map(|(field, _)| &field.operators);
        let values = operators.filter(|(operator, _)| !operator.is_negative()).map(|(_, setting)| setting.value());
        values
            .filter_map(|value| if let Known(Ok(values)) = value { Some(values) } else { None })
            .flatten()
            .any(|value| matches!(&value.value, Known(Ok(text)) if !text.is_empty() && !text.ends_with(":s3:::")))
    }

    /// The ARNs that it selects in a partition.
    fn arns_in(&self, partition: &str, may_assume: bool) -> Arns {
        let mut set = ArnSet::new();
        for (field, path) in &self.arns {
            let operators = Operators::of(field, path);
            if operators.is_invalid {
                return Arns::Invalid;
            }
            if let Some(part) = operators.unknown {
                return Arns::Unknown(part);
            }
            let mut condition = ArnCondition::default();
            for (operator, values, site) in operators.set {
                let texts = condition.values_of(operator);
                let is_end = matches!(operator, FieldOperator::EndsWith | FieldOperator::NotEndsWith);
                let stored = |text: String| if is_end { reversed(&text) } else { text };
                for value in values {
                    match &value.value {
                        Known(Ok(text)) => texts.extend([stored(text.clone())]),
                        Known(Err(_)) => return Arns::Invalid,
                        Unknown(why) => match ArnText::of(why, partition).assumed(may_assume) {
                            Some(text) => texts.extend([stored(text)]),
                            None => return Arns::Unknown(UnknownPart::of(why, site)),
                        },
                    }
                }
            }
            set.push(condition);
        }
        Arns::Known(set)
    }
}

impl ArnCondition {
    fn values_of(&mut self, operator: FieldOperator) -> &mut BTreeSet<String> {
        match operator {
            FieldOperator::Equals => &mut self.equals,
            FieldOperator::NotEquals => &mut self.not_equals,
            FieldOperator::StartsWith => &mut self.starts_with,
            FieldOperator::NotStartsWith => &mut self.not_starts_with,
            FieldOperator::EndsWith => &mut self.ends_with,
            FieldOperator::NotEndsWith => &mut self.not_ends_with,
        }
    }
}

impl<'a> Operators<'a> {
    /// Reads the operators of a field selector. An empty list is like an absent one.
    fn of(selector: &'a FieldSelector, path: &str) -> Self {
        let mut own = Self { set: Vec::new(), unknown: None, is_invalid: false };
        for (operator, setting) in &selector.operators {
            let site = SelectorSite::new(&setting.read, &format!("{path}.{}", setting.name));
            match setting.value() {
                Known(Ok(values)) if values.is_empty() => {}
                Known(Ok(values)) => own.set.push((*operator, values, site)),
                Known(Err(_)) => own.is_invalid = true,
                Unknown(why) => own.unknown = own.unknown.or_else(|| Some(UnknownPart::of(why, site))),
            }
        }
        own
    }

    /// True if the only operator is `Equals` with this one value.
    fn equals_only(self, wanted: &str) -> Truth {
        match (self.set.as_slice(), self.unknown) {
            ([], Some(part)) => Truth::Unknown(part),
            ([(FieldOperator::Equals, values, site)], unknown) => match values.as_slice() {
                [only] => match &only.value {
                    Known(Ok(value)) if value == wanted => unknown.map_or(Truth::Yes, Truth::Unknown),
                    Known(_) => Truth::No,
                    Unknown(why) => Truth::Unknown(UnknownPart::of(why, site.clone())),
                },
                _ => Truth::No,
            },
            _ => Truth::No,
        }
    }

    /// True if `readOnly` selects the events of a direction. Only `Equals` is valid.
    fn keeps(self, direction: Direction) -> Truth {
        let wanted = match direction {
            Direction::Reads => "true",
            Direction::Writes => "false",
        };
        let mut open = self.unknown;
        let mut is_kept = self.set.is_empty();
        for (operator, values, site) in self.set {
            if operator != FieldOperator::Equals {
                return Truth::No;
            }
            for value in values {
                match &value.value {
                    Known(Ok(text)) if matches!(text.as_str(), "true" | "false") => is_kept |= text == wanted,
                    Known(_) => return Truth::No,
                    Unknown(why) => open = open.or_else(|| Some(UnknownPart::of(why, site.clone()))),
                }
            }
        }
        // An unknown value may be invalid, even beside the wanted one.
        match open {
            Some(part) => Truth::Unknown(part),
            None if is_kept => Truth::Yes,
            None => Truth::No,
        }
    }

    /// True if the operators accept a text.
    fn includes(self, text: &str) -> Truth {
        let (mut is_required, mut is_chosen, mut open) = (false, false, self.unknown);
        for (operator, values, site) in self.set {
            is_required |= !operator.is_negative();
            for value in values {
                match &value.value {
                    Known(Ok(value)) => match (operator.matches(text, value), operator.is_negative()) {
                        (true, true) => return Truth::No,
                        (true, false) => is_chosen = true,
                        (false, _) => {}
                    },
                    Known(Err(_)) => return Truth::No,
                    Unknown(why) => open = open.or_else(|| Some(UnknownPart::of(why, site.clone()))),
                }
            }
        }
        match open {
            Some(part) => Truth::Unknown(part),
            None if is_chosen || !is_required => Truth::Yes,
            None => Truth::No,
        }
    }
}

impl FieldOperator {
    /// True if the operator excludes the values.
    fn is_negative(self) -> bool {
        matches!(self, FieldOperator::NotEquals | FieldOperator::NotStartsWith | FieldOperator::NotEndsWith)
    }

    /// True if a text matches a value, before a negative operator excludes it.
    fn matches(self, text: &str, value: &str) -> bool {
        match self {
            FieldOperator::Equals | FieldOperator::NotEquals => text == value,
            FieldOperator::StartsWith | FieldOperator::NotStartsWith => text.starts_with(value),
            FieldOperator::EndsWith | FieldOperator::NotEndsWith => text.ends_with(value),
        }
    }
}

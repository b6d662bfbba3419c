//! The union of sets of ARNs, each given by conditions on the ARN.
//!
//! The conditions compare ARNs with values, as wholes, beginnings or ends. So an ARN is like all others that have the
//! same longest of the values as a beginning, and the same as an end: one representative of each class decides.

use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;

use super::arn::prefix_of_objects;

/// The limit on the representatives of a trail's selectors. Beyond it, the selectors count as incomplete unless one of
/// them selects all objects.
pub const MAX_REPRESENTATIVES: usize = 4_096;

/// The conditions of one field selector on the ARN. The ends are reversed, so that they are beginnings of the reversed
/// ARN.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ArnCondition {
    pub(super) equals: BTreeSet<String>,
    pub(super) starts_with: BTreeSet<String>,
    pub(super) ends_with: BTreeSet<String>,
    pub(super) not_equals: BTreeSet<String>,
    pub(super) not_starts_with: BTreeSet<String>,
    pub(super) not_ends_with: BTreeSet<String>,
}

/// The ARNs that one selector selects: those that meet all conditions.
pub(super) type ArnSet = Vec<ArnCondition>;

/// The result of a union.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Union {
    Everything,
    Incomplete,
    /// There are too many values to compare.
    OverLimit,
}

impl ArnCondition {
    fn is_met_by(&self, arn: &Representative) -> bool {
        let is_required = !(self.equals.is_empty() && self.starts_with.is_empty() && self.ends_with.is_empty());
        let is_chosen = self.equals.contains(&arn.text)
            || has_beginning(&self.starts_with, &arn.text)
            || has_beginning(&self.ends_with, &arn.reversed);
        let is_excluded = self.not_equals.contains(&arn.text)
            || has_beginning(&self.not_starts_with, &arn.text)
            || has_beginning(&self.not_ends_with, &arn.reversed);
        (is_chosen || !is_required) && !is_excluded
    }

    /// True if the condition evidently excludes no object.
    fn keeps_everything(&self, prefix: &str) -> bool {
        let excludes =
            !(self.not_equals.is_empty() && self.not_starts_with.is_empty() && self.not_ends_with.is_empty());
        let requires = !(self.equals.is_empty() && self.starts_with.is_empty() && self.ends_with.is_empty());
        !excludes && (!requires || self.starts_with.iter().any(|value| prefix.starts_with(value.as_str())))
    }
}

/// An ARN that stands for all others that match the same values.
struct Representative {
    text: String,
    reversed: String,
}

/// Reverses the characters of a text.
pub(super) fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// True if a text begins with one of the values.
fn has_beginning(values: &BTreeSet<String>, text: &str) -> bool {
    let mut rest = text;
    // The greatest value that isn't greater than the text is a beginning of it, or no value is longer than what the two
    // have in common.
    while let Some(value) = values.range::<str, _>((Bound::Unbounded, Bound::Included(rest))).next_back() {
        if rest.starts_with(value.as_str()) {
            return true;
        }
        let common = rest.chars().zip(value.chars()).take_while(|(one, other)| one == other);
        let length = common.map(|(one, _)| one.len_utf8()).sum();
        rest = rest.get(..length).unwrap_or_default();
    }
    false
}

/// Determines if the sets together have the ARNs of all objects of a partition.
pub(super) fn union(sets: &[ArnSet], partition: &str) -> Union {
    let prefix = prefix_of_objects(partition);
    if sets.iter().any(|set| set.iter().all(|condition| condition.keeps_everything(&prefix))) {
        return Union::Everything;
    }
    let Some(representatives) = representatives(sets, &prefix) else { return Union::OverLimit };
    let has = |arn: &Representative| sets.iter().any(|set| set.iter().all(|condition| condition.is_met_by(arn)));
    if representatives.iter().all(has) { Union::Everything } else { Union::Incomplete }
}

/// Returns an ARN for each class of objects; `None` if there are too many.
fn representatives(sets: &[ArnSet], prefix: &str) -> Option<Vec<Representative>> {
    let conditions = || sets.iter().flatten();
    let mut starts: BTreeSet<&str> = BTreeSet::from([prefix]);
    starts.extend(conditions().flat_map(|own| own.starts_with.iter().chain(&own.not_starts_with)).map(String::as_str));
    let ends: BTreeSet<&str> =
        conditions().flat_map(|own| own.ends_with.iter().chain(&own.not_ends_with)).map(String::as_str).collect();
    let wholes: BTreeSet<&str> =
        conditions().flat_map(|own| own.equals.iter().chain(&own.not_equals)).map(String::as_str).collect();
    let count = starts.len().saturating_mul(ends.len().saturating_add(1)).saturating_add(wholes.len());
    if count > MAX_REPRESENTATIVES {
        return None;
    }
    let used: HashSet<char> = starts.iter().chain(&ends).chain(&wholes).flat_map(|text| text.chars()).collect();
    let fresh = ('\u{e000}'..=char::MAX).find(|character| !used.contains(character))?;
    let mut found: Vec<String> = wholes.iter().map(|whole| (*whole).to_owned()).collect();
    for start in &starts {
        found.push(format!("{start}{fresh}"));
        for end in &ends {
            let end = reversed(end);
            found.push(format!("{start}{fresh}{end}"));
            // The end may be that of a key whose characters a bucket's name can't have.
            found.push(format!("{start}{fresh}/{fresh}{end}"));
        }
    }
    found.retain(|arn| may_be_object(arn, prefix, fresh));
    Some(found.into_iter().map(|text| Representative { reversed: reversed(&text), text }).collect())
}

/// True if a bucket may have the name in an ARN, in which `fresh` is any character.
fn may_be_object(arn: &str, prefix: &str, fresh: char) -> bool {
    let Some(path) = arn.strip_prefix(prefix) else { return false };
    let bucket = path.split_once('/').map_or(path, |(bucket, _)| bucket);
    bucket.chars().all(|c| c == fresh || c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'))
}

#[cfg(test)]
mod tests;

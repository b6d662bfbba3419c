//! Ordered lists whose items have names, with a fast lookup by name in long lists.
//!
//! The module also suggests the name that a misspelt one was probably meant to be, lists names in a sentence, and
//! quotes them.

use std::ops::Deref;
use std::sync::OnceLock;

/// Lists up to this length are searched linearly.
const SHORT: usize = 16;

/// An item that can be looked up by its name in [`NameIndex`].
pub trait HasName {
    fn name(&self) -> &str;
}

/// A list that keeps its items in source order and finds them by name.
#[derive(Debug)]
pub struct NameIndex<T> {
    items: Vec<T>,
    /// The indices of the items, sorted by name. It is computed at the first lookup in a long list, and discarded when
    /// the list changes.
    order: OnceLock<Box<[usize]>>,
}

impl<T: HasName> NameIndex<T> {
    /// Returns the first item of this name.
    pub fn first_named(&self, name: &str) -> Option<&T> {
        if self.items.len() <= SHORT {
            return self.items.iter().find(|item| item.name() == name);
        }
        let order = self.order();
        let before = order.partition_point(|&at| self.name_at(at) < Some(name));
        self.items.get(*order.get(before)?).filter(|item| item.name() == name)
    }

    /// Returns the last item of this name.
    pub fn last_named(&self, name: &str) -> Option<&T> {
        if self.items.len() <= SHORT {
            return self.items.iter().rfind(|item| item.name() == name);
        }
        let order = self.order();
        let until = order.partition_point(|&at| self.name_at(at) <= Some(name));
        self.items.get(*order.get(until.checked_sub(1)?)?).filter(|item| item.name() == name)
    }

    fn order(&self) -> &[usize] {
        self.order.get_or_init(|| {
            // Items of the same name stay in source order.
            let mut order: Vec<(&str, usize)> = self.items.iter().map(T::name).zip(0..).collect();
            order.sort_unstable();
            order.into_iter().map(|(_, at)| at).collect()
        })
    }

    fn name_at(&self, at: usize) -> Option<&str> {
        self.items.get(at).map(T::name)
    }
}

impl<T> NameIndex<T> {
    /// Appends an item.
    pub fn push(&mut self, item: T) {
        self.changed().push(item);
    }

    /// Keeps only the items for which the predicate is true.
    pub fn retain(&mut self, is_meant: impl FnMut(&T) -> bool) {
        self.changed().retain(is_meant);
    }

    fn changed(&mut self) -> &mut Vec<T> {
        self.order.take();
        &mut self.items
    }
}

impl<T> Default for NameIndex<T> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<T> From<Vec<T>> for NameIndex<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, order: OnceLock::new() }
    }
}

impl<T> FromIterator<T> for NameIndex<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::from(Vec::from_iter(items))
    }
}

impl<T> Extend<T> for NameIndex<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        self.changed().extend(items);
    }
}

impl<T: Clone> Clone for NameIndex<T> {
    fn clone(&self) -> Self {
        Self::from(self.items.clone())
    }
}

impl<T: PartialEq> PartialEq for NameIndex<T> {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

impl<T> Deref for NameIndex<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for NameIndex<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a NameIndex<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut NameIndex<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.changed().iter_mut()
    }
}

/// Returns the candidate that is most similar to a misspelt name, if one is similar enough.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alike = candidates.filter(|candidate| may_be_meant(name, candidate));
    let scored = alike.map(|candidate| (strsim::jaro_winkler(name, candidate), candidate));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, candidate)| candidate)
}

/// True if the candidate begins with the name, or differs from it by at most one edit for every three characters.
fn may_be_meant(name: &str, candidate: &str) -> bool {
    /// Shorter names are the beginning of too many candidates.
    const MIN_START: usize = 4;
    let length = name.chars().count();
    let is_start = length >= MIN_START && candidate.starts_with(name);
    is_start || strsim::osa_distance(name, candidate).saturating_mul(3) <= length
}

/// Joins phrases to a list in a sentence, with at most `limit` of them: "`a`, `b` and 2 more". `None` without any.
pub fn listed(mut phrases: Vec<String>, limit: usize) -> Option<String> {
    let rest = phrases.len().saturating_sub(limit);
    phrases.truncate(limit);
    if rest > 0 {
        return Some(format!("{} and {rest} more", phrases.join(", ")));
    }
    let last = phrases.pop()?;
    Some(if phrases.is_empty() { last } else { format!("{} and {last}", phrases.join(", ")) })
}

/// Returns a name between backticks. Backticks in it are escaped, since they would end the name.
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "\\u{60}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    impl HasName for (String, usize) {
        fn name(&self) -> &str {
            &self.0
        }
    }

    #[test]
    fn the_first_and_the_last_of_a_name_are_found_in_lists_of_any_length() {
        for length in [0, 1, SHORT, SHORT + 1, 3 * SHORT] {
            let items = (0..length).rev().chain(0..length).enumerate().map(|(at, name)| (name.to_string(), at));
            let mut list: NameIndex<_> = items.take(length).collect();
            for _ in 0..2 {
                for name in ["0", "1", "9", "16", "17", "x", "last"] {
                    let mut alike = list.iter().filter(|item| item.0 == name);
                    let (first, last) = (alike.clone().next(), alike.next_back());
                    assert_eq!((list.first_named(name), list.last_named(name)), (first, last), "{name} of {length}");
                }
                list.push(("last".to_owned(), 1_000));
                list.push(("0".to_owned(), 1_001));
            }
            list.retain(|item| item.0 != "0");
            assert_eq!(list.first_named("0"), None);
        }
    }

    #[test]
    fn only_what_may_be_meant_is_suggested() {
        let known = ["stopped-trail", "single-region-trail", "stale-plan", "all", "select"];
        for (name, expected) in [
            ("stoped-trial", Some("stopped-trail")),
            ("single-region", Some("single-region-trail")),
            ("al", None),
            ("alll", Some("all")),
            ("sel", None),
            ("x", None),
            ("", None),
            ("trail", None),
            ("s3-bucket-trail", None),
        ] {
            assert_eq!(closest(name, known.into_iter()), expected, "{name}");
        }
    }
}

//! `--statistics`: how often each rule found something.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::full::word;
use crate::report::{Report, View};
use crate::rules;

/// A line for each rule that found something, the most frequent first.
pub fn statistics(report: &Report, view: &View) -> String {
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for diagnostic in view.visible(report) {
        let count =
            counts.entry((rules::position(diagnostic.rule), diagnostic.rule.id(), word(diagnostic))).or_default();
        *count = count.saturating_add(1);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts.into_iter().map(|((_, rule, word), count)| format!("{count:>5}  {word:<13}  {rule}\n")).collect()
}

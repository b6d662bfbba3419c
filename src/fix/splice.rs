//! Edits that don't get in each other's way are made at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Edit, Fix};
use crate::source::{FileId, Sources};

/// Texts as some fixes make them.
#[derive(Debug, Default)]
pub struct Applied {
    /// The new texts.
    pub texts: BTreeMap<FileId, String>,
    /// The fixes, by their number.
    pub fixes: Vec<usize>,
}

/// Makes the fixes that are possible together; of those that touch the same bytes, the first. The others have their
/// turn when the new texts are judged.
pub fn apply<'f>(fixes: impl IntoIterator<Item = (usize, &'f Fix)>, sources: &Sources) -> Applied {
    let mut chosen: BTreeSet<Edit> = BTreeSet::new();
    let mut applied = Applied::default();
    for (number, fix) in fixes {
        let is_made = fix.edits.iter().all(|edit| chosen.contains(edit));
        if is_made || !fix.edits.iter().any(|edit| chosen.iter().any(|other| touches(edit, other))) {
            chosen.extend(fix.edits.iter().cloned());
            applied.fixes.push(number);
        }
    }
    applied.texts = splice(&chosen, sources);
    applied
}

/// The texts with some edits that don't overlap.
pub fn splice(edits: &BTreeSet<Edit>, sources: &Sources) -> BTreeMap<FileId, String> {
    let mut texts: BTreeMap<FileId, String> = BTreeMap::new();
    // From the end, so that offsets stay true.
    for edit in edits.iter().rev() {
        let text = texts.entry(edit.span.file).or_insert_with(|| sources.file(edit.span.file).text.clone());
        if text.get(edit.span.range()).is_some() {
            text.replace_range(edit.span.range(), &edit.text);
        }
    }
    texts
}

/// Whether two edits have a byte or a place in common.
fn touches(one: &Edit, other: &Edit) -> bool {
    let (one, other) = (one.span, other.span);
    one.file == other.file && one.start <= other.end && other.start <= one.end
}

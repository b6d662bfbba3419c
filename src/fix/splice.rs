//! Applies edits that don't overlap.

use std::collections::{BTreeMap, BTreeSet};

use super::{Edit, Fix};
use crate::source::{FileId, Sources, Span};

/// The texts after some fixes.
#[derive(Debug, Default)]
pub struct EditedTexts {
    pub texts: BTreeMap<FileId, String>,
    /// The numbers of the applied fixes.
    pub fixes: Vec<usize>,
}

/// Applies the fixes that are compatible. If several touch the same bytes, the first is applied; the others can follow
/// after the new texts have been checked.
pub fn apply<'f>(fixes: impl IntoIterator<Item = (usize, &'f Fix)>, sources: &Sources) -> EditedTexts {
    let mut chosen: BTreeSet<Edit> = BTreeSet::new();
    let mut applied = EditedTexts::default();
    for (number, fix) in fixes {
        let is_made = fix.edits.iter().all(|edit| chosen.contains(edit));
        if is_made || !fix.edits.iter().any(|edit| touches_one_of(&chosen, edit)) {
            chosen.extend(fix.edits.iter().cloned());
            applied.fixes.push(number);
        }
    }
    applied.texts = splice(&chosen, sources);
    applied
}

/// Returns the texts after some edits, which must not overlap.
pub fn splice(edits: &BTreeSet<Edit>, sources: &Sources) -> BTreeMap<FileId, String> {
    let mut texts: BTreeMap<FileId, (String, usize)> = BTreeMap::new();
    for edit in edits {
        let (text, done) = texts.entry(edit.span.file).or_default();
        let (file, range) = (sources.file(edit.span.file), edit.span.range());
        if let (Some(kept), Some(_)) = (file.text.get(*done..range.start), file.text.get(range.clone())) {
            text.push_str(kept);
            text.push_str(&edit.text);
            *done = range.end;
        }
    }
    let whole = |(id, (mut text, done)): (FileId, (String, usize))| {
        text.push_str(sources.file(id).text.get(done..).unwrap_or_default());
        (id, text)
    };
    texts.into_iter().map(whole).collect()
}

/// True if an edit overlaps or touches one of some edits that don't overlap. Of these, the last that begins before the
/// edit's end also ends last, so only that one is compared.
fn touches_one_of(edits: &BTreeSet<Edit>, edit: &Edit) -> bool {
    let Edit { span, .. } = edit;
    let end = Span { start: span.end.saturating_add(1), end: 0, ..*span };
    let before = edits.range(..Edit { span: end, text: String::new() }).next_back();
    before.is_some_and(|other| other.span.file == span.file && span.start <= other.span.end)
}

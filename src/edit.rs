//! Edits of the source, the fixes that they make, and the texts after them.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{FileId, SourceFile, Sources, Span};

/// The edits that remove a finding. They are applied together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// A description of the change, as one imperative sentence.
    pub title: String,
    /// The reason why it is unsafe; `None` if it is safe.
    pub risk: Option<Risk>,
    /// Ordered by place, without overlap.
    pub edits: Vec<Edit>,
}

/// The side effects of a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// Only the trails of the finding change.
    Safe,
    /// Other resources may change, or costs may rise.
    Unsafe,
}

/// A replacement of a span of text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// Empty for an insertion.
    pub span: Span,
    pub text: String,
}

impl Fix {
    /// Returns the side effects.
    pub fn safety(&self) -> Safety {
        if self.risk.is_some() { Safety::Unsafe } else { Safety::Safe }
    }

    /// The files that it changes.
    fn files(&self) -> BTreeSet<FileId> {
        self.edits.iter().map(|edit| edit.span.file).collect()
    }

    /// True if all edits are in files that may be changed.
    pub fn is_within(&self, sources: &Sources, may_change: impl Fn(&SourceFile) -> bool) -> bool {
        self.files().into_iter().all(|file| may_change(&sources.file(file)))
    }
}

/// The reason why a fix is unsafe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// It also changes trails that the finding isn't about.
    OtherTrails,
    /// Other resources may use the changed value.
    OtherResources,
    /// It replaces an expression by a value.
    Expression,
    /// The trail records more events.
    Costs,
}

impl Risk {
    /// Returns the end of "an unsafe fix, which …".
    pub fn describe(self) -> &'static str {
        match self {
            Risk::OtherTrails => "changes other trails, too",
            Risk::OtherResources => "may affect other resources",
            Risk::Expression => "replaces an expression",
            Risk::Costs => "may increase costs",
        }
    }
}

impl Safety {
    /// Returns the word for reports.
    pub fn word(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        }
    }
}

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

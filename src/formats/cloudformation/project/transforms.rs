//! Applies the transforms of a whole template, and adds the sections of included files:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html>.

use std::collections::HashSet;
use std::sync::Arc;

use super::includes::{Includes, mapping_node};
use super::macros::{self, LANGUAGE_EXTENSIONS, NamedMacro};
use crate::formats::cloudformation::language::{MergedMapping, Section};
use crate::model::Macro;
use crate::source::FileId;
use crate::syntax::Problem;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};

/// The section that lists transforms.
const SECTION: &str = "Transform";

/// The sections in which a key may be declared only once.
const DECLARING: [&str; 5] = ["Parameters", "Mappings", "Conditions", "Rules", "Resources"];

/// The result of applying a template's transforms.
#[derive(Default)]
pub(super) struct Transforms {
    /// Macros that weren't resolved, which may change anything.
    pub(super) macros: Vec<Macro>,
    /// True if `AWS::LanguageExtensions` is enabled, which loops require.
    pub(super) has_extensions: bool,
    /// True if the template has a `Transform` section.
    pub(super) is_transformed: bool,
    /// Includes whose files weren't read, with the texts of their calls. Each section may have more entries from them.
    pub(super) unread: MergedMapping,
    /// The problems of entries that the template and an included file declare differently.
    pub(super) problems: Vec<Problem>,
}

/// The state of a template while files are included in it.
struct IncludingTemplate<'a, 's> {
    includes: &'a Includes<'a>,
    sections: &'s mut Section,
    files: HashSet<FileId>,
}

impl Transforms {
    /// The sections of a template with those of the files that it includes, and its transforms.
    pub(super) fn of(root: &Mapping, own: FileId, includes: &Includes<'_>) -> (Section, Self) {
        let mut transforms = Self::default();
        let mut flat = MergedMapping::default();
        let mut pending = flat.collect(root, &mut HashSet::new());
        let mut sections = Section::of(flat);
        if let Some(written) = sections.get(SECTION) {
            transforms.is_transformed = true;
            pending.push(Arc::clone(&written.value));
        }
        pending.reverse();
        let mut including = IncludingTemplate { includes, sections: &mut sections, files: HashSet::from([own]) };
        while let Some(node) = pending.pop() {
            for found in macros::calls(&node) {
                transforms.has_extensions |= found.name() == LANGUAGE_EXTENSIONS;
                let more = transforms.apply(&found, &mut including);
                pending.extend(more.into_iter().rev());
            }
        }
        (sections, transforms)
    }

    /// Applies one transform, and returns the transforms of the file that it includes.
    fn apply(&mut self, found: &NamedMacro<'_>, including: &mut IncludingTemplate<'_, '_>) -> Vec<Arc<Node>> {
        if found.is_harmless() {
            return Vec::new();
        }
        let file = found.file(including.includes.files);
        if file.is_some_and(|file| including.files.contains(&file)) {
            // The sections of the file were already added.
            return Vec::new();
        }
        let document = found.included(including.includes.files);
        let mapping = document.as_ref().and_then(|document| document.as_mapping());
        match mapping.filter(|mapping| including.includes.has_budget_for(mapping)) {
            Some(mapping) => {
                including.includes.charge(mapping);
                if let Some(file) = file {
                    including.files.insert(file);
                    including.includes.files.note_included(file);
                }
                self.add(mapping, including)
            }
            None => {
                if found.is_include() {
                    self.unread.words.push_str(&found.words(including.includes.files));
                    self.unread.macros.push(found.as_macro());
                }
                self.macros.push(found.as_macro());
                Vec::new()
            }
        }
    }

    /// Adds the sections of an included file, entry by entry, and returns its transforms.
    fn add(&mut self, included: &Mapping, including: &mut IncludingTemplate<'_, '_>) -> Vec<Arc<Node>> {
        let mut flat = MergedMapping::default();
        let mut transforms = flat.collect(included, &mut HashSet::new());
        for entry in flat.entries {
            let Some(key) = entry.key.as_text() else { continue };
            if key == SECTION {
                transforms.push(Arc::clone(&entry.value));
            } else if let Some(own) = including.sections.get(key) {
                if DECLARING.contains(&key) {
                    self.problems.extend(conflicts(&own.value, &entry.value));
                }
                let merged = Entry { key: Arc::clone(&own.key), value: merged(&own.value, &entry.value) };
                including.sections.replace(key, merged);
            } else {
                including.sections.extend(vec![entry]);
            }
        }
        transforms
    }
}

/// The entries of a section with those of an included file. The entries of the template take precedence.
fn merged(own: &Arc<Node>, included: &Arc<Node>) -> Arc<Node> {
    let (own, included) = (macros::in_long_form(own), macros::in_long_form(included));
    match (own.as_mapping(), included.as_mapping()) {
        (Some(mapping), Some(_)) => {
            let merged = mapping.merged.iter().cloned().chain([Arc::clone(&included)]).collect();
            mapping_node(&own, Mapping { entries: mapping.entries.clone(), merged })
        }
        // The template's section is empty.
        (None, Some(_)) if own.as_text().is_none_or(str::is_empty) && own.as_sequence().is_none() => included,
        (_, _) => own,
    }
}

/// The problems of keys that both declare with different values.
fn conflicts(own: &Node, included: &Node) -> Vec<Problem> {
    let (Some(own), Some(included)) = (own.as_mapping(), included.as_mapping()) else { return Vec::new() };
    let mut problems = Vec::new();
    for entry in &included.entries {
        let Some(key) = entry.key.as_text() else { continue };
        if own.get(key).is_some_and(|own| !is_same(&own.value, &entry.value)) {
            let message = format!("`{key}` is declared differently by the template that includes this file");
            problems.push(Problem::rejected(entry.key.span, message));
        }
    }
    problems
}

/// True if two nodes have the same tags, keys and texts. Recursion is bounded by the depth limit of the parsers.
fn is_same(one: &Node, other: &Node) -> bool {
    let (one, other) = (one.target(), other.target());
    let is_same_tag = one.tag.as_ref().map(|tag| &tag.name) == other.tag.as_ref().map(|tag| &tag.name);
    let is_same_kind = match (&one.kind, &other.kind) {
        (NodeKind::Scalar(one), NodeKind::Scalar(other)) => one.text == other.text,
        (NodeKind::Sequence(one), NodeKind::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (NodeKind::Mapping(one), NodeKind::Mapping(other)) => {
            let is_flat = one.merged.is_empty() && other.merged.is_empty();
            let mut pairs = one.entries.iter().zip(&other.entries);
            is_flat
                && one.entries.len() == other.entries.len()
                && pairs.all(|(one, other)| is_same(&one.key, &other.key) && is_same(&one.value, &other.value))
        }
        (_, _) => false,
    };
    is_same_kind && is_same_tag
}

//! Recognizes templates, and reports structural errors that concern trails.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::call::{self, FunctionArgument, IntrinsicCall};
use super::cycles::{References, names_on_cycles};
use super::document::TemplateFile;
use super::eval::{READER, is_braced};
use super::exports;
use super::library::TemplateLibrary;
use super::loops::loop_parts;
use super::macros::{self, LANGUAGE_EXTENSIONS};
use super::merged_mapping::{self, IncludeBudget, MergedMapping, is_loop};
use super::serverless;
use super::transforms::Transforms;
use super::undeclared;
use crate::model::{Macro, Notation, dialects};
use crate::source::{FileId, Span};
use crate::syntax::Problem;
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};
use crate::value::placeholder;

/// A document with a `Resources` section.
pub(super) struct Template {
    pub(super) file: FileId,
    pub(super) notation: Notation,
    /// The key of the `Resources` section, at which findings about the whole template are reported.
    pub(super) header: Span,
    pub(super) parameters: Section,
    pub(super) mappings: Section,
    pub(super) conditions: Section,
    pub(super) rules: Section,
    pub(super) resources: Section,
    pub(super) outputs: Option<Arc<Node>>,
    /// Macros that process the whole template.
    pub(super) macros: Vec<Macro>,
    /// True if `AWS::LanguageExtensions` is enabled, which loops require.
    pub(super) has_extensions: bool,
    /// True if a transform or the Serverless Framework processes the template, so that it may have resources that
    /// aren't written in it.
    pub(super) is_transformed: bool,
    /// Errors for which CloudFormation rejects the template.
    pub(super) problems: Vec<Problem>,
    /// The conditions that depend on themselves; computed when first needed.
    circular: OnceCell<HashSet<String>>,
    /// The exported outputs by name; computed when first needed.
    exports: OnceCell<HashMap<String, Entry>>,
    /// True if it lies where the CDK has put it.
    is_in_assembly: bool,
    synthesized: OnceCell<bool>,
}

/// The entries of a mapping, indexed by key.
#[derive(Default)]
pub(super) struct Section {
    pub(super) flat: MergedMapping,
    positions: HashMap<String, usize>,
}

impl Template {
    /// The template in a document: the document itself, or its `TemplateBody`, into which AWS tools put a template.
    pub(super) fn recognize(root: &Node, document: &TemplateFile, library: &TemplateLibrary<'_>) -> Option<Self> {
        let top = root.as_mapping()?;
        let body = top.get("TemplateBody").filter(|_| top.get("Resources").is_none()).map(|entry| &entry.value);
        match body {
            None => Self::recognize_bare(root, document, library),
            Some(body) => match body.as_text() {
                None => Self::recognize_bare(body, document, library),
                Some(text) => {
                    let inner = library.body(body, text);
                    Self::recognize_bare(inner.tree.documents.first()?, &inner, library)
                }
            },
        }
    }

    /// A document is a template if its `Resources` contain something with a `Type`.
    fn recognize_bare(root: &Node, document: &TemplateFile, library: &TemplateLibrary<'_>) -> Option<Self> {
        let budget = IncludeBudget::default();
        let service = serverless::resources(root);
        let root = service.as_deref().unwrap_or(root);
        let (mut sections, beside) = Section::apart(root.as_mapping()?);
        let transforms = Transforms::of(&mut sections, beside, document.file, library, &budget);
        let written = resources_among(root, &sections);
        let value = written.as_ref().map(|written| macros::in_long_form(&written.value));
        let is_template = sections.get("AWSTemplateFormatVersion").is_some();
        let unread = transforms.unread.macros.first();
        let resources = match (&value, value.as_ref().and_then(|value| value.as_mapping())) {
            (_, Some(mapping)) if has_resources(mapping) => Section::of_resources(mapping, library, &budget),
            (Some(value), None) if is_template || holds_trail(value) => Section::default(),
            (_, _) if unread.is_some() => Section::default(),
            (_, _) => return None,
        };
        let header = written.as_ref().map(|written| written.key.span).or(unread.map(|unread| unread.span))?;
        let mut template = Self {
            file: document.file,
            notation: document.notation,
            header,
            parameters: section_of(&sections, "Parameters", library, &budget),
            mappings: section_of(&sections, "Mappings", library, &budget),
            conditions: section_of(&sections, "Conditions", library, &budget),
            rules: section_of(&sections, "Rules", library, &budget),
            resources,
            outputs: sections.get("Outputs").map(|entry| macros::in_long_form(&entry.value)),
            macros: transforms.macros,
            has_extensions: transforms.has_extensions,
            is_transformed: transforms.is_transformed || service.is_some(),
            problems: Vec::new(),
            circular: OnceCell::new(),
            exports: OnceCell::new(),
            is_in_assembly: library.is_in_assembly(document.file),
            synthesized: OnceCell::new(),
        };
        template.problems = written.map(|written| template.find_problems(&written)).unwrap_or_default();
        template.problems.extend(transforms.problems);
        template.open(&transforms.unread);
        let undeclared = undeclared::errors(&template).into_iter();
        template.problems.extend(undeclared.map(|(span, message)| Problem::syntax(span, message)));
        Some(template)
    }

    /// True if one of the resources is a trail or may be one.
    pub(super) fn declares_trail(&self) -> bool {
        let flat = &self.resources.flat;
        flat.entries.iter().chain(&flat.loops).any(|entry| holds_type(&entry.value, &may_be_trail))
    }

    /// Returns the exported outputs by their literal export names.
    pub(super) fn exports(&self, library: &TemplateLibrary<'_>) -> &HashMap<String, Entry> {
        self.exports.get_or_init(|| match &self.outputs {
            Some(outputs) => exports::declared(outputs, library),
            None => HashMap::new(),
        })
    }

    /// Notes that each section may have more entries, from files that aren't read.
    fn open(&mut self, unread: &MergedMapping) {
        let Self { parameters, mappings, conditions, rules, resources, .. } = self;
        for section in [parameters, mappings, conditions, rules, resources] {
            section.flat.macros.extend(unread.macros.iter().cloned());
            section.flat.words.push_str(&unread.words);
        }
    }

    fn find_problems(&self, written: &Entry) -> Vec<Problem> {
        if written.value.as_mapping().is_none() && !macros::is_short_form(&written.value) {
            let message = "`Resources` must map logical ids to resources";
            return vec![Problem::syntax(written.key.span, message)];
        }
        let flat = &self.resources.flat;
        let faults = flat.entries.iter().filter_map(|entry| self.structural_error(entry));
        let faults = faults.chain(flat.loops.iter().filter_map(|entry| self.loop_error(entry)));
        faults.chain(self.cycle_error()).map(|(span, message)| Problem::syntax(span, message)).collect()
    }

    /// The first condition that depends on itself, unless the error is already reported at a trail with such a
    /// condition. The condition may be used by `Fn::If` only, or not at all.
    fn cycle_error(&self) -> Option<(Span, String)> {
        let conditions = self.conditions.flat.entries.iter().filter_map(|entry| Some((entry, entry.key.as_text()?)));
        let (entry, name) = conditions.filter(|_| !self.is_rewritten()).find(|(_, name)| self.is_circular(name))?;
        let is_said = self.resources.flat.entries.iter().filter_map(|entry| entry.value.as_mapping()).any(|resource| {
            let condition = resource.get("Condition").and_then(|entry| call::plain_text(&entry.value));
            let is_trail = resource.get("Type").and_then(|entry| call::plain_text(&entry.value));
            is_trail == Some(dialects::CLOUDFORMATION.kind) && condition.is_some_and(|name| self.is_circular(name))
        });
        (!is_said).then(|| (entry.key.span, format!("the condition `{name}` depends on itself")))
    }

    fn loop_error(&self, entry: &Entry) -> Option<(Span, String)> {
        if !holds_trail(&entry.value) || self.is_rewritten() {
            return None;
        }
        if !self.has_extensions {
            return Some((entry.key.span, format!("loops need `Transform: {LANGUAGE_EXTENSIONS}`")));
        }
        loop_parts(entry).is_none().then(|| (entry.key.span, "a loop takes a name, a list and a mapping".to_owned()))
    }

    /// The structural error of a resource that is or may be a trail.
    fn structural_error(&self, entry: &Entry) -> Option<(Span, String)> {
        let name = entry.key.as_text()?;
        let Some(resource) = entry.value.as_mapping() else {
            let is_trail = entry.value.as_text() == Some(dialects::CLOUDFORMATION.kind) || holds_trail(&entry.value);
            return is_trail.then(|| (entry.key.span, format!("resource `{name}` must be a mapping")));
        };
        if IntrinsicCall::of(entry.value.target()).is_some() && holds_trail(&entry.value) {
            return Some((entry.key.span, format!("resource `{name}` must be a mapping, not a function")));
        }
        let kind = resource.get("Type")?;
        let Some(text) = call::plain_text(&kind.value) else {
            return Some((kind.key.span, format!("the `Type` of resource `{name}` must be a string")));
        };
        if text != dialects::CLOUDFORMATION.kind {
            return None;
        }
        let condition = resource.get("Condition");
        let undeclared = condition.and_then(|condition| self.undeclared_condition(condition));
        undeclared.or_else(|| {
            let properties = resource.get("Properties")?;
            let is_mapping = properties.value.as_mapping().is_some() || call::plain(&properties.value).is_none();
            let is_fine = is_mapping || is_filled_in(&properties.value);
            (!is_fine).then(|| (properties.key.span, "`Properties` must be a mapping".to_owned()))
        })
    }

    fn undeclared_condition(&self, condition: &Entry) -> Option<(Span, String)> {
        let span = condition.value.span;
        if is_filled_in(&condition.value) {
            return None;
        }
        let Some(name) = call::plain_text(&condition.value) else {
            return Some((span, "the `Condition` of a resource must be the name of a condition".to_owned()));
        };
        let flat = &self.conditions.flat;
        let is_declared =
            self.conditions.get(name).is_some() || !flat.loops.is_empty() || flat.unread_reason().is_some();
        if !is_declared {
            return (!self.is_rewritten()).then(|| (span, undeclared::message(self, name)));
        }
        self.is_circular(name).then(|| (span, format!("the condition `{name}` depends on itself")))
    }

    /// True if a condition refers to itself, directly or through other conditions.
    pub(super) fn is_circular(&self, name: &str) -> bool {
        self.circular.get_or_init(|| self.circular_conditions()).contains(name)
    }

    fn circular_conditions(&self) -> HashSet<String> {
        let entries = self.conditions.flat.entries.iter();
        let referred: References<'_> =
            entries.filter_map(|entry| Some((entry.key.as_text()?, references(&entry.value)))).collect();
        names_on_cycles(&referred).into_iter().map(str::to_owned).collect()
    }

    /// True if the CDK generated the template: it is in the output directory of the CDK, or it has the
    /// `BootstrapVersion` parameter, the `AWS::CDK::Metadata` resource, or resources with the CDK's paths. The author
    /// can disable the metadata and the paths, but then the version parameter remains.
    pub(super) fn is_synthesized(&self) -> bool {
        *self.synthesized.get_or_init(|| {
            let has_version = self.parameters.get("BootstrapVersion").is_some();
            let mut resources = self.resources.flat.entries.iter().filter_map(|entry| entry.value.as_mapping());
            self.is_in_assembly
                || has_version
                || resources.any(|resource| {
                    let metadata = resource.get("Metadata").and_then(|metadata| metadata.value.as_mapping());
                    merged_mapping::text(resource, "Type") == Some("AWS::CDK::Metadata")
                        || metadata.is_some_and(|metadata| metadata.get("aws:cdk:path").is_some())
                })
        })
    }

    /// True if a macro may add entries.
    fn is_rewritten(&self) -> bool {
        !self.macros.is_empty()
    }
}

/// A section of a template, in the long form; empty if it is missing.
fn section_of(sections: &Section, name: &str, library: &TemplateLibrary<'_>, budget: &IncludeBudget) -> Section {
    let value = sections.get(name).map(|entry| macros::in_long_form(&entry.value));
    let mapping = value.as_ref().and_then(|value| value.as_mapping());
    mapping.map(|mapping| Section::within(mapping, library, budget)).unwrap_or_default()
}

fn may_be_trail(kind: &str) -> bool {
    kind == dialects::CLOUDFORMATION.kind || kind.contains("${")
}

impl Section {
    /// Indexes the entries of a mapping, with a new budget for includes.
    pub(super) fn of(mapping: &Mapping, library: &TemplateLibrary<'_>) -> Self {
        Self::within(mapping, library, &IncludeBudget::default())
    }

    fn within(mapping: &Mapping, library: &TemplateLibrary<'_>, budget: &IncludeBudget) -> Self {
        let mut flat = MergedMapping::within(mapping, library, budget);
        let entries = std::mem::take(&mut flat.entries);
        let mut section = Self { flat, ..Self::default() };
        section.extend(entries);
        section
    }

    /// Indexes the entries of `Resources`. Resources that are included as a whole are replaced by the content of the
    /// file.
    fn of_resources(mapping: &Mapping, library: &TemplateLibrary<'_>, budget: &IncludeBudget) -> Self {
        let mut section = Self::within(mapping, library, budget);
        for entry in &mut section.flat.entries {
            if macros::is_called_in(&entry.value) {
                entry.value = merged_mapping::spliced(&entry.value, library, budget);
            }
        }
        for entry in &mut section.flat.loops {
            if macros::is_called_within(&entry.value) {
                *entry = merged_mapping::spliced_loop(entry, library, budget);
            }
        }
        section
    }

    /// Indexes the sections of a template, and returns its transforms without applying them.
    fn apart(root: &Mapping) -> (Self, Vec<Arc<Node>>) {
        let (mut flat, transforms) = MergedMapping::apart(root);
        let entries = std::mem::take(&mut flat.entries);
        let mut section = Self { flat, ..Self::default() };
        section.extend(entries);
        (section, transforms)
    }

    /// Replaces the entry of a key.
    pub(super) fn replace(&mut self, key: &str, entry: Entry) {
        let own = self.positions.get(key).and_then(|index| self.flat.entries.get_mut(*index));
        own.into_iter().for_each(|own| *own = entry.clone());
    }

    /// Adds entries whose keys are new.
    pub(super) fn extend(&mut self, entries: Vec<Entry>) {
        let keys = entries.iter().zip(self.flat.entries.len()..);
        self.positions.extend(keys.filter_map(|(entry, index)| Some((entry.key.as_text()?.to_owned(), index))));
        self.flat.entries.extend(entries);
    }

    /// The keys, in no particular order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.positions.keys().map(String::as_str)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.flat.entries.get(*self.positions.get(key)?)
    }
}

/// The entry of the resources. If the key is repeated, an entry with resources takes precedence, so that a duplicate
/// key can't hide a trail.
fn resources_among(root: &Node, sections: &Section) -> Option<Entry> {
    const KEY: &str = "Resources";
    let own = root.as_mapping().into_iter().flat_map(|mapping| mapping.entries.iter().rev());
    let mut own = own.filter(|entry| entry.key.as_text() == Some(KEY));
    let merged = sections.get(KEY);
    merged
        .filter(|entry| holds_resources(entry))
        .or_else(|| own.find(|entry| holds_resources(entry)))
        .or(merged)
        .cloned()
}

fn holds_resources(entry: &Entry) -> bool {
    entry.value.as_mapping().is_some_and(has_resources)
}

/// True if a mapping contains something that looks like a resource.
fn has_resources(mapping: &Mapping) -> bool {
    mapping.entries.iter().any(|entry| has_type(entry) || is_generated(entry) || holds_trail(&entry.value))
        || mapping.merged.iter().filter_map(|merged| merged.as_mapping()).any(has_resources)
}

fn has_type(entry: &Entry) -> bool {
    entry.value.as_mapping().is_some_and(|resource| resource.get("Type").is_some())
}

fn is_generated(entry: &Entry) -> bool {
    is_loop(entry) || entry.key.as_text() == Some(macros::KEY) || macros::is_called_in(&entry.value)
}

/// True if a node is a placeholder that another tool fills in.
pub(super) fn is_filled_in(node: &Node) -> bool {
    node.as_text().is_some_and(|text| placeholder(text, READER).is_some()) || node.as_mapping().is_some_and(is_braced)
}

/// True if something in a node has the type of a trail. Recursion is bounded by the depth limit of the parsers.
pub(super) fn holds_trail(node: &Node) -> bool {
    holds_type(node, &|kind| kind == dialects::CLOUDFORMATION.kind)
}

/// True if something in a node has a `Type` that satisfies the predicate.
pub(super) fn holds_type(node: &Node, is_such: &dyn Fn(&str) -> bool) -> bool {
    match &node.target().kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => false,
        NodeKind::Sequence(items) => items.iter().any(|item| holds_type(item, is_such)),
        NodeKind::Mapping(mapping) => {
            let own = mapping.entries.iter().any(|entry| {
                let is_type = entry.key.as_text() == Some("Type") && entry.value.as_text().is_some_and(is_such);
                is_type || holds_type(&entry.value, is_such)
            });
            own || mapping.merged.iter().any(|merged| holds_type(merged, is_such))
        }
    }
}

/// The names of the conditions that a condition refers to.
fn references(node: &Node) -> Vec<&str> {
    let mut names = Vec::new();
    note_references(node, &mut names);
    names
}

fn note_references<'n>(node: &'n Node, names: &mut Vec<&'n str>) {
    if node.tag.as_ref().is_some_and(|tag| tag.name == "!Condition") {
        names.extend(node.as_text());
    }
    match &node.target().kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| note_references(item, names)),
        NodeKind::Mapping(mapping) => {
            for entry in &mapping.entries {
                if entry.key.as_text() == Some("Condition") {
                    names.extend(FunctionArgument::of_key(&entry.value).text());
                }
                note_references(&entry.value, names);
            }
        }
    }
}

//! Reads Terraform states: files of version 4, and the output of `terraform show -json` and `terraform state show -json`.
//!
//! A state contains all attributes of all resources, with secrets among them. Only the resources of relevant types are
//! parsed, and [`without_secrets`] removes everything else before the text is kept, so that no output can print it.
//!
//! Sources: `internal/states/statefile/version4.go` and `internal/command/jsonstate/state.go` of OpenTofu, whose structures
//! are those of Terraform.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::json_parts::{items, members, string};
use super::recognition::text_of;
use crate::model::SearchSubject;
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::node::Node;
use crate::syntax::{Problem, json};

/// A state, with its resources of relevant types.
#[derive(Debug)]
pub(super) struct State {
    /// The beginning of the document.
    pub(super) header: Span,
    pub(super) resources: Vec<StateResource>,
    /// The reason why resources may be missing.
    pub(super) gap: Option<StateGap>,
    pub(super) problems: Vec<Problem>,
}

/// The reason why the resources of a state may not be all that are deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StateGap {
    /// It is the output for one resource.
    OneResource,
    /// It is encrypted by OpenTofu.
    Encrypted,
    /// It has a format version that isn't supported.
    Version,
}

/// An instance of a managed resource.
#[derive(Debug)]
pub(super) struct StateResource {
    /// As `terraform state list` prints it.
    pub(super) address: String,
    /// The resource type.
    pub(super) kind: String,
    /// The JSON pointer of `attributes`.
    pub(super) pointer: String,
    /// The attributes.
    pub(super) attributes: Arc<Node>,
    /// The names of attributes with sensitive values.
    pub(super) sensitive: BTreeSet<String>,
}

/// The parts of a state in its text.
#[derive(Default)]
struct StateParts {
    instances: Vec<InstanceParts>,
    /// The values that no output may contain.
    secrets: Vec<Range<usize>>,
    gap: Option<StateGap>,
}

/// An instance of a relevant type in the text.
struct InstanceParts {
    address: String,
    kind: String,
    pointer: String,
    attributes: Range<usize>,
    sensitive: BTreeSet<String>,
}

/// Attributes that identify a resource, in addition to those that are evaluated.
const NAMES: [&str; 6] = ["id", "arn", "key_id", "bucket", "region", "home_region"];

impl StateResource {
    /// The text of an attribute; `None` if it is sensitive, because the text of the file doesn't have it then.
    pub(super) fn text(&self, attribute: &str) -> Option<&str> {
        text_of(&self.attributes, attribute).filter(|_| !self.sensitive.contains(attribute))
    }
}

impl State {
    /// Reads the JSON document in a range of a file; `None` if it isn't a state.
    pub(super) fn read(id: FileId, file: &SourceFile, range: Range<usize>) -> Option<Self> {
        let header = Span::new(id, range.start, range.start.saturating_add(1));
        let parts = StateParts::of(&file.text, range)?;
        let mut state = Self { header, resources: Vec::new(), gap: parts.gap, problems: Vec::new() };
        for instance in parts.instances {
            let InstanceParts { address, kind, pointer, attributes, sensitive } = instance;
            let tree = json::parse_part(id, file, attributes);
            state.problems.extend(tree.problems);
            let resource = tree.documents.into_iter().next().map(|attributes| StateResource {
                address,
                kind,
                pointer,
                attributes,
                sensitive,
            });
            state.resources.extend(resource);
        }
        Some(state)
    }
}

/// Replaces the values in states that aren't needed, so that they can't be printed. All positions stay the same.
pub(super) fn without_secrets(text: Vec<u8>) -> Vec<u8> {
    let Ok(text) = String::from_utf8(text).map_err(|error| error.into_bytes()) else { return Vec::new() };
    let mut secrets = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('{')).map(|start| start.saturating_add(at)) {
        let Some(length) = text.get(start..).and_then(super::json_parts::value_length) else { break };
        let range = start..start.saturating_add(length);
        secrets.extend(StateParts::of(&text, range.clone()).into_iter().flat_map(|parts| parts.secrets));
        at = range.end;
    }
    let mut bytes = text.into_bytes();
    for range in secrets {
        mask(bytes.get_mut(range).unwrap_or_default());
    }
    bytes
}

/// Replaces the characters of a string and the digits of a number, and empties a list or an object. A list that isn't
/// empty keeps an item, because an empty attribute is one that isn't set. Line breaks stay.
fn mask(value: &mut [u8]) {
    let Some((first, rest)) = value.split_first_mut() else { return };
    let fill = match *first {
        b'"' => b'x',
        b'{' | b'[' => b' ',
        _ => {
            *first = masked_digit(*first);
            rest.iter_mut().for_each(|byte| *byte = masked_digit(*byte));
            return;
        }
    };
    let Some((_, inner)) = rest.split_last_mut() else { return };
    let has_item = *first == b'[' && !inner.trim_ascii().is_empty();
    inner.iter_mut().filter(|byte| !matches!(**byte, b'\n' | b'\r')).for_each(|byte| *byte = fill);
    if let Some(item) = inner.iter_mut().find(|byte| has_item && **byte == b' ') {
        *item = b'0';
    }
}

fn masked_digit(byte: u8) -> u8 {
    if byte.is_ascii_digit() { b'1' } else { byte }
}

impl StateParts {
    /// Finds the parts of the document in a range; `None` if it isn't a state.
    fn of(text: &str, range: Range<usize>) -> Option<Self> {
        let top = members(text, range)?;
        let value = |key: &str| top.iter().rev().find(|(own, _)| *own == key).map(|(_, range)| range.clone());
        let is_null = |range: &Range<usize>| text.get(range.clone()) == Some("null");
        let has = |key: &str| value(key).is_some_and(|range| !is_null(&range));
        let mut parts = Self::default();
        let known = ["version", "terraform_version", "serial", "lineage", "format_version", "resources", "values"];
        let others = top.iter().filter(|(key, _)| !known.contains(key) && *key != "resource");
        parts.secrets.extend(others.map(|(_, range)| range.clone()));
        if has("encrypted_data") && (has("encryption_version") || has("meta") || has("lineage")) {
            parts.gap = Some(StateGap::Encrypted);
            return Some(parts);
        }
        let is_stored = has("version") && (has("lineage") || has("serial"));
        if is_stored && text.get(value("version")?) != Some("4") {
            parts.gap = Some(StateGap::Version);
            parts.secrets.extend(top.iter().filter(|(key, _)| *key != "version").map(|(_, range)| range.clone()));
            return Some(parts);
        }
        if is_stored {
            parts.add_stored(text, value("resources")?)?;
            return Some(parts);
        }
        let is_plan = ["planned_values", "resource_changes", "configuration"].into_iter().any(has);
        if !has("format_version") || is_plan {
            return None;
        }
        if let Some(resource) = value("resource").filter(|_| has("resource")) {
            parts.gap = Some(StateGap::OneResource);
            parts.add_shown(text, resource, "/resource");
            return Some(parts);
        }
        match value("values").filter(|_| has("values")) {
            Some(values) => parts.add_values(text, values),
            None if top.iter().all(|(key, _)| ["format_version", "terraform_version"].contains(key)) => {}
            None => return None,
        }
        Some(parts)
    }

    /// Adds the resources of a state of version 4.
    fn add_stored(&mut self, text: &str, resources: Range<usize>) -> Option<()> {
        for (number, range) in items(text, resources)?.into_iter().enumerate() {
            let Some(resource) = members(text, range.clone()) else {
                self.secrets.push(range);
                continue;
            };
            let field = |key: &str| resource.iter().rev().find(|(own, _)| *own == key).map(|(_, range)| range.clone());
            let word = |key: &str| field(key).and_then(|range| string(text, range)).unwrap_or_default();
            let Some(instances) = field("instances") else { continue };
            if word("mode") != "managed" || !is_relevant(word("type")) {
                self.secrets.push(instances);
                continue;
            }
            let module = unescaped(word("module"));
            let module = if module.is_empty() { module } else { format!("{module}.") };
            let base = format!("{module}{}.{}", word("type"), word("name"));
            for (index, range) in items(text, instances)?.into_iter().enumerate() {
                let pointer = format!("/resources/{number}/instances/{index}/attributes");
                self.add_instance(text, range, word("type"), &base, pointer);
            }
        }
        Some(())
    }

    fn add_instance(&mut self, text: &str, range: Range<usize>, kind: &str, base: &str, pointer: String) {
        let Some(instance) = members(text, range.clone()) else { return self.secrets.push(range) };
        let field = |key: &str| instance.iter().rev().find(|(own, _)| *own == key).map(|(_, range)| range.clone());
        let kept = ["schema_version", "index_key", "status", "deposed", "attributes", "sensitive_attributes"];
        let others = instance.iter().filter(|(key, _)| !kept.contains(key));
        self.secrets.extend(others.map(|(_, range)| range.clone()));
        let Some(attributes) = field("attributes") else { return };
        if field("deposed").is_some() {
            return self.secrets.push(attributes);
        }
        let index = field("index_key").and_then(|range| text.get(range)).filter(|key| *key != "null");
        let address = format!("{base}{}", index.map(|key| format!("[{key}]")).unwrap_or_default());
        let sensitive = field("sensitive_attributes").map(|range| sensitive_paths(text, range)).unwrap_or_default();
        self.add_attributes(text, InstanceParts { address, kind: kind.to_owned(), pointer, attributes, sensitive });
    }

    /// Adds the resources of all modules in the output of `terraform show -json`.
    fn add_values(&mut self, text: &str, values: Range<usize>) {
        let mut pending = Vec::new();
        for (key, range) in members(text, values).unwrap_or_default() {
            match key {
                "root_module" => pending.push((range, "/values/root_module".to_owned())),
                _ => self.secrets.push(range),
            }
        }
        while let Some((module, pointer)) = pending.pop() {
            for (key, range) in members(text, module).unwrap_or_default() {
                let items = || items(text, range.clone()).unwrap_or_default().into_iter().enumerate();
                match key {
                    "resources" => items().for_each(|(index, range)| {
                        self.add_shown(text, range, &format!("{pointer}/resources/{index}"))
                    }),
                    "child_modules" => {
                        pending
                            .extend(items().map(|(index, range)| (range, format!("{pointer}/child_modules/{index}"))));
                    }
                    "address" => {}
                    _ => self.secrets.push(range),
                }
            }
        }
    }

    /// Adds a resource in the output of `terraform show -json`.
    fn add_shown(&mut self, text: &str, range: Range<usize>, pointer: &str) {
        let Some(resource) = members(text, range.clone()) else { return self.secrets.push(range) };
        let field = |key: &str| resource.iter().rev().find(|(own, _)| *own == key).map(|(_, range)| range.clone());
        let word = |key: &str| field(key).and_then(|range| string(text, range)).unwrap_or_default();
        let kept = ["address", "mode", "type", "name", "index", "provider_name", "schema_version", "values"];
        let kept_too = ["sensitive_values", "tainted", "deposed_key", "module_address"];
        let others = resource.iter().filter(|(key, _)| !kept.contains(key) && !kept_too.contains(key));
        self.secrets.extend(others.map(|(_, range)| range.clone()));
        let Some(attributes) = field("values") else { return };
        let is_deposed = field("deposed_key").is_some_and(|range| text.get(range) != Some("null"));
        if word("mode") != "managed" || !is_relevant(word("type")) || is_deposed {
            return self.secrets.push(attributes);
        }
        let sensitive = field("sensitive_values").and_then(|range| members(text, range)).unwrap_or_default();
        let is_sensitive = |range: &Range<usize>| text.get(range.clone()).is_some_and(|value| value.contains("true"));
        let sensitive = sensitive.into_iter().filter(|(_, range)| is_sensitive(range)).map(|(key, _)| key.to_owned());
        let sensitive = sensitive.collect();
        let (address, kind) = (unescaped(word("address")), word("type").to_owned());
        let pointer = format!("{pointer}/values");
        self.add_attributes(text, InstanceParts { address, kind, pointer, attributes, sensitive });
    }

    /// Adds an instance, of whose attributes only those are kept that are evaluated or identify it.
    fn add_attributes(&mut self, text: &str, instance: InstanceParts) {
        let Some(attributes) = members(text, instance.attributes.clone()) else { return };
        for (key, range) in attributes {
            if instance.sensitive.contains(key) || !is_evaluated(&instance.kind, key) {
                self.secrets.push(range);
            }
        }
        self.instances.push(instance);
    }
}

/// The names of attributes in `sensitive_attributes`: lists of steps, the first of which is `get_attr`.
fn sensitive_paths(text: &str, range: Range<usize>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in items(text, range).unwrap_or_default() {
        let first = items(text, path).unwrap_or_default().into_iter().next();
        let step = first.and_then(|step| members(text, step)).unwrap_or_default();
        let value = step.into_iter().find(|(key, _)| *key == "value").and_then(|(_, range)| string(text, range));
        names.extend(value.map(str::to_owned));
    }
    names
}

/// True for the type of a resource that is evaluated.
fn is_relevant(kind: &str) -> bool {
    SUBJECTS.into_iter().any(|subject| subject.kind(kind).is_some())
}

/// A resource may be relevant to each of these subjects.
pub(super) const SUBJECTS: [SearchSubject; 3] =
    [SearchSubject::Trails, SearchSubject::Related, SearchSubject::LogGroups];

fn is_evaluated(kind: &str, attribute: &str) -> bool {
    let kinds = SUBJECTS.into_iter().filter_map(|subject| subject.kind(kind));
    NAMES.contains(&attribute)
        || kinds.into_iter().any(|kind| kind.shape.iter().any(|argument| argument.name == attribute))
}

/// Decodes the escaped quotes and backslashes of an address.
fn unescaped(text: &str) -> String {
    text.replace("\\\"", "\"").replace("\\\\", "\\")
}

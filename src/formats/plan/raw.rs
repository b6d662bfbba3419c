//! Deserializes a plan, and parses only its relevant parts to trees, because a plan may be larger than the code behind
//! it.
//!
//! A [`JsonPart`] is a slice of the text that isn't parsed yet, so its position in the file is known. One pass over the
//! text finds the parts; it allocates only a few words for each resource.

use std::borrow::Cow;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;
use std::{fmt, ops};

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::source::{FileId, SourceFile, Span};
use crate::syntax::node::Node;
use crate::syntax::{Problem, json};

/// An unparsed value.
pub(super) type JsonPart<'a> = &'a RawValue;

/// The output of `terraform show -json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RawPlan<'a> {
    #[serde(borrow)]
    pub(super) format_version: Option<JsonPart<'a>>,
    #[serde(borrow)]
    pub(super) variables: Option<JsonPart<'a>>,
    #[serde(borrow)]
    pub(super) planned_values: Option<RawValues<'a>>,
    #[serde(borrow)]
    pub(super) resource_changes: Option<JsonPart<'a>>,
    #[serde(borrow)]
    pub(super) deferred_changes: Option<Vec<DeferredChange<'a>>>,
    #[serde(borrow)]
    pub(super) configuration: Option<RawConfiguration<'a>>,
    pub(super) complete: Option<bool>,
    /// A state has this key instead of `planned_values`.
    values: Option<IgnoredAny>,
}

/// An entry of `resource_changes`.
#[derive(Debug, Deserialize)]
pub(super) struct RawChange<'a> {
    #[serde(borrow)]
    pub(super) address: JsonPart<'a>,
    #[serde(borrow)]
    pub(super) mode: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) change: Details<'a>,
    action_reason: Option<IgnoredAny>,
    deposed: Option<IgnoredAny>,
}

/// The actions of a change, and the resulting values.
#[derive(Debug, Deserialize)]
pub(super) struct Details<'a> {
    #[serde(default)]
    actions: Vec<String>,
    /// The planned arguments, including the provider's defaults; `None` if the resource won't exist.
    #[serde(borrow)]
    pub(super) after: Option<JsonPart<'a>>,
    /// The arguments that are unknown until the plan is applied, each with the value `true`.
    #[serde(borrow)]
    pub(super) after_unknown: Option<JsonPart<'a>>,
}

/// A change that Terraform defers because it depends on unknown values.
#[derive(Debug, Deserialize)]
pub(super) struct DeferredChange<'a> {
    #[serde(borrow)]
    pub(super) resource_change: JsonPart<'a>,
    reason: Option<String>,
}

/// The `planned_values` section.
#[derive(Debug, Deserialize)]
pub(super) struct RawValues<'a> {
    #[serde(borrow)]
    root_module: Option<PlannedModule<'a>>,
}

#[derive(Debug, Deserialize)]
struct PlannedModule<'a> {
    #[serde(borrow)]
    resources: Option<Vec<PlannedResource<'a>>>,
    #[serde(borrow)]
    child_modules: Option<Vec<PlannedModule<'a>>>,
}

/// A planned resource, without its unknown arguments.
#[derive(Debug, Deserialize)]
pub(super) struct PlannedResource<'a> {
    #[serde(borrow)]
    pub(super) address: JsonPart<'a>,
    #[serde(borrow)]
    pub(super) mode: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) values: Option<JsonPart<'a>>,
}

/// The `configuration` section.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RawConfiguration<'a> {
    #[serde(borrow)]
    pub(super) provider_config: Unique<Provider<'a>>,
    #[serde(borrow)]
    pub(super) root_module: Option<RawModule<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Provider<'a> {
    #[serde(borrow)]
    pub(super) expressions: Option<Unique<JsonPart<'a>>>,
}

/// A module in the configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RawModule<'a> {
    #[serde(borrow)]
    pub(super) resources: Vec<RawResource<'a>>,
    #[serde(borrow)]
    pub(super) module_calls: Unique<RawModuleCall<'a>>,
    #[serde(borrow)]
    pub(super) outputs: Unique<Output<'a>>,
    pub(super) variables: Unique<IgnoredAny>,
}

/// A resource in the configuration.
#[derive(Debug, Deserialize)]
pub(super) struct RawResource<'a> {
    #[serde(borrow)]
    pub(super) address: Cow<'a, str>,
    pub(super) mode: Option<String>,
    pub(super) provider_config_key: Option<String>,
    #[serde(borrow)]
    pub(super) expressions: Option<JsonPart<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RawModuleCall<'a> {
    #[serde(borrow)]
    pub(super) expressions: Option<Unique<JsonPart<'a>>>,
    #[serde(borrow, default)]
    pub(super) module: RawModule<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Output<'a> {
    #[serde(borrow)]
    pub(super) expression: Option<JsonPart<'a>>,
}

/// An expression in the configuration: a constant or a list of references.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Expression {
    pub(super) constant_value: Option<ConstantText>,
    pub(super) references: Vec<String>,
}

/// A constant. Only texts are kept.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ConstantText {
    Text(String),
    Other(IgnoredAny),
}

/// The recognized kinds of JSON files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonKind {
    /// A plan, or a text that appears to be a broken plan.
    Plan,
    /// A state, which records the deployed resources.
    State,
}

impl JsonKind {
    /// Recognizes a text by its top-level keys; `None` if it is neither.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text).trim_ascii_start();
        if !text.starts_with(b"{") {
            return None;
        }
        match serde_json::from_slice::<ObjectEntries<'_, JsonPart<'_>>>(text) {
            Ok(entries) => entries.json_kind(),
            // A broken plan is recognized too, so that its errors are reported.
            Err(_) => {
                let has_version = is_quoted_in(text, "format_version");
                let is_changed =
                    is_quoted_in(text, "resource_changes") && (has_version || is_quoted_in(text, "actions"));
                (is_changed || is_quoted_in(text, "planned_values") && has_version).then_some(Self::Plan)
            }
        }
    }
}

impl ObjectEntries<'_, JsonPart<'_>> {
    /// Recognizes a text by its top-level entries. A repeated key counts here, and is reported later.
    fn json_kind(&self) -> Option<JsonKind> {
        // CloudFormation and Terraform's JSON syntax have these keys; plans and states don't.
        if self.has("Resources") || self.has("resource") && !self.has("format_version") {
            return None;
        }
        let is_plan = self.begins("planned_values", '{')
            || self.begins("resource_changes", '[')
            || self.begins("deferred_changes", '[');
        let is_shown = self.has("format_version") && (self.has("values") || self.has("resource"));
        let is_stored = self.has("version") && (self.has("lineage") || self.has("serial"));
        match is_plan {
            true => Some(JsonKind::Plan),
            false => (is_shown || is_stored || self.has("encrypted_data")).then_some(JsonKind::State),
        }
    }

    fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(own, part)| own == key && part.get() != "null")
    }

    fn begins(&self, key: &str, bracket: char) -> bool {
        self.0.iter().any(|(own, part)| own == key && part.get().starts_with(bracket))
    }
}

fn is_quoted_in(text: &[u8], key: &str) -> bool {
    memchr::memmem::find(text, format!("\"{key}\"").as_bytes()).is_some()
}

impl DeferredChange<'_> {
    /// Terraform's identifier for the reason why the change is deferred.
    pub(super) fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or("for an unknown reason")
    }
}

impl<'a> RawPlan<'a> {
    /// Checks the format version.
    ///
    /// # Errors
    ///
    /// The version is unsupported.
    pub(super) fn check_version(&self, text: PlanText<'a>) -> Result<(), Problem> {
        let Some(part) = self.format_version else { return Ok(()) };
        let version = text.string(part).unwrap_or_default();
        match version.split('.').next() {
            Some("0" | "1") => Ok(()),
            _ => {
                let message = format!("unsupported plan format version {version}: supported are 0.x and 1.x");
                Err(Problem::syntax(text.span(part), message))
            }
        }
    }

    /// True if the document is a state.
    pub(super) fn is_state(&self) -> bool {
        self.planned_values.is_none() && self.values.is_some()
    }

    /// The planned resources of all modules.
    pub(super) fn planned(&self) -> Vec<&PlannedResource<'a>> {
        let mut found = Vec::new();
        let mut pending: Vec<&PlannedModule<'a>> =
            self.planned_values.iter().filter_map(|values| values.root_module.as_ref()).collect();
        while let Some(module) = pending.pop() {
            found.extend(module.resources.iter().flatten());
            pending.extend(module.child_modules.iter().flatten().rev());
        }
        found
    }
}

impl RawChange<'_> {
    /// True if the resource is removed by `-destroy`, and not because the code no longer declares it.
    pub(super) fn is_destroyed(&self) -> bool {
        let is_removed = matches!(self.change.actions.as_slice(), [only] if only == "delete");
        self.mode == "managed" && is_removed && self.action_reason.is_none() && self.deposed.is_none()
    }
}

/// The file of a plan.
#[derive(Clone, Copy)]
pub(super) struct PlanText<'a> {
    pub(super) id: FileId,
    pub(super) file: &'a SourceFile,
}

impl<'a> PlanText<'a> {
    /// Deserializes the whole text.
    pub(super) fn document(self) -> Result<RawPlan<'a>, Problem> {
        let body = self.file.body().1;
        serde_json::from_str(body).map_err(|error| self.problem(body, &error))
    }

    /// Deserializes a part.
    pub(super) fn read<T: Deserialize<'a>>(self, part: JsonPart<'a>) -> Result<T, Problem> {
        serde_json::from_str(part.get()).map_err(|error| self.problem(part.get(), &error))
    }

    /// Parses a part to a tree, and adds its problems to `problems`.
    pub(super) fn tree(self, part: JsonPart<'a>, problems: &mut Vec<Problem>) -> Option<Arc<Node>> {
        let span = self.span(part);
        let mut tree = json::parse_part(self.id, self.file, span.range());
        problems.append(&mut tree.problems);
        tree.documents.into_iter().next()
    }

    pub(super) fn span(self, part: JsonPart<'_>) -> Span {
        let start = self.offset(part.get());
        Span::new(self.id, start, start.saturating_add(part.get().len()))
    }

    /// The text of a part that is a string.
    pub(super) fn string(self, part: JsonPart<'a>) -> Option<Cow<'a, str>> {
        serde_json::from_str(part.get()).ok().map(Borrowed::into_inner)
    }

    /// The span of the key before a part.
    pub(super) fn key(self, key: &str, part: JsonPart<'_>) -> Span {
        let start = self.offset(part.get());
        self.quoted_before(key, start).unwrap_or_else(|| self.span(part))
    }

    /// The span of the first character.
    pub(super) fn beginning(self) -> Span {
        let start = self.file.body().0;
        Span::new(self.id, start, start.saturating_add(1).min(self.file.text.len()))
    }

    /// The offset of a slice of the file's text.
    fn offset(self, slice: &str) -> usize {
        (slice.as_ptr() as usize).saturating_sub(self.file.text.as_ptr() as usize)
    }

    /// The span of the last occurrence of a quoted word before an offset.
    fn quoted_before(self, word: &str, end: usize) -> Option<Span> {
        let quoted = format!("\"{word}\"");
        let start = self.file.text.get(..end)?.rfind(&quoted)?;
        Some(Span::new(self.id, start, start.saturating_add(quoted.len())))
    }

    /// Converts an error of the parser, whose position is relative to the slice.
    fn problem(self, slice: &str, error: &serde_json::Error) -> Problem {
        let lines = slice.split_inclusive('\n').take(error.line().saturating_sub(1));
        let line: usize = lines.map(str::len).sum();
        let at = self.offset(slice).saturating_add(line).saturating_add(error.column().saturating_sub(1));
        let text = error.to_string();
        let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
        if let Some(key) = message.strip_prefix("duplicate field `").and_then(|rest| rest.strip_suffix('`')) {
            let end = at.saturating_add(1).min(self.file.text.len());
            let span = self.quoted_before(key, end).unwrap_or_else(|| self.word_at(at));
            return Problem::duplicate_key(span, key);
        }
        let message = match error.classify() {
            serde_json::error::Category::Data => format!("this isn't a valid part of a plan: {message}"),
            _ => format!("this isn't JSON: {message}"),
        };
        Problem::syntax(self.word_at(at), message)
    }

    fn word_at(self, at: usize) -> Span {
        crate::syntax::word_at(self.id, self.file, at)
    }
}

/// The entries of an object in source order, including duplicates.
#[derive(Debug)]
struct ObjectEntries<'a, T>(Vec<(Cow<'a, str>, T)>);

/// An object with unique keys; a repeated key is an error.
#[derive(Debug)]
pub(super) struct Unique<T>(HashMap<String, T>);

impl<T> Default for Unique<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> ops::Deref for Unique<T> {
    type Target = HashMap<String, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for ObjectEntries<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Unique<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut unique = HashMap::new();
        for (key, value) in ObjectEntries::deserialize(deserializer)?.0 {
            if unique.contains_key(&*key) {
                return Err(D::Error::custom(format!("duplicate field `{key}`")));
            }
            unique.insert(key.into_owned(), value);
        }
        Ok(Self(unique))
    }
}

struct EntriesVisitor<'a, T>(PhantomData<ObjectEntries<'a, T>>);

impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<'a, T> {
    type Value = ObjectEntries<'a, T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((Borrowed(key), value)) = map.next_entry()? {
            entries.push((key, value));
        }
        Ok(ObjectEntries(entries))
    }
}

/// A text that borrows from the input unless it has escapes.
#[derive(Deserialize)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Borrowed<'a> {
    fn into_inner(self) -> Cow<'a, str> {
        self.0
    }
}

//! `jsondecode` and `yamldecode`: values from JSON and YAML text.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::{EvaluatedCall, FunctionFailure, FunctionOutcome, FunctionResult, MAX_ELEMENTS, yaml_scalars};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind, Scalar, ScalarStyle, Tree};
use crate::syntax::{ProblemKind, json, yaml};
use crate::value::{Data, Field, Hop, HopKind, Object, Traced};

/// The bytes of a text that are decoded per step.
const BYTES_PER_STEP: usize = 8;

/// The value of JSON text.
pub(super) fn jsondecode(call: &EvaluatedCall<'_>) -> FunctionResult {
    let text = call.string(0)?;
    call.charge(text.len(), BYTES_PER_STEP);
    let place = DecodedOrigin::of(call, &text);
    let tree = json::parse(place.file(call), &file(text));
    if tree.problems.iter().any(|problem| problem.kind == ProblemKind::Limit) {
        return Err(FunctionFailure::not_evaluated("`jsondecode` of such text"));
    }
    if tree.problems.iter().any(|problem| problem.kind.loses_text()) {
        return Err(FunctionFailure::failed("this isn't JSON"));
    }
    decoded(call, place, &tree, &JSON)
}

/// The value of YAML text.
///
/// Terraform's parser and ours reject different texts, so a text with any problem isn't evaluated.
pub(super) fn yamldecode(call: &EvaluatedCall<'_>) -> FunctionResult {
    let text = call.string(0)?;
    call.charge(text.len(), BYTES_PER_STEP);
    let place = DecodedOrigin::of(call, &text);
    let file = file(text);
    let tree = yaml::parse(place.file(call), &file);
    if !tree.problems.is_empty() {
        return Err(FunctionFailure::not_evaluated("`yamldecode` of such text"));
    }
    decoded(call, place, &tree, &DocumentSyntax { text: &file.text, ..YAML })
}

/// The location of decoded text.
#[derive(Clone, Copy)]
pub(super) enum DecodedOrigin {
    /// The text is a whole file.
    File(FileId),
    /// The text has no location of its own, so its parts have that of the call.
    Call,
}

impl DecodedOrigin {
    /// The location of the text that is the first argument.
    pub(super) fn of(call: &EvaluatedCall<'_>, text: &str) -> Self {
        let last = call.arguments.first().and_then(|argument| argument.hops.last());
        match last {
            Some(Hop { span, step: HopKind::File }) if span.range().len() == text.len() => Self::File(span.file),
            Some(_) | None => Self::Call,
        }
    }

    /// The location of a part of the text, or of the call.
    pub(super) fn span(self, call: &EvaluatedCall<'_>, part: Range<usize>) -> Span {
        match self {
            DecodedOrigin::File(file) => Span::new(file, part.start, part.end),
            DecodedOrigin::Call => call.span,
        }
    }

    fn file(self, call: &EvaluatedCall<'_>) -> FileId {
        match self {
            DecodedOrigin::File(file) => file,
            DecodedOrigin::Call => call.span.file,
        }
    }
}

fn file(text: String) -> SourceFile {
    SourceFile::new(PathBuf::new(), String::new(), text.into_bytes())
}

/// The rules for decoding a notation.
struct DocumentSyntax<'a> {
    /// The whole text, to inspect the source of a node.
    text: &'a str,
    scalar: fn(&Scalar) -> Result<Data, FunctionFailure>,
    key: fn(&Scalar) -> Result<String, FunctionFailure>,
    /// True if mappings may repeat keys, of which the last wins, and may have merge keys (`<<`).
    has_merges: bool,
}

const JSON: DocumentSyntax<'_> = DocumentSyntax { text: "", scalar: json_scalar, key: json_key, has_merges: false };
const YAML: DocumentSyntax<'_> =
    DocumentSyntax { text: "", scalar: yaml_scalars::scalar, key: yaml_scalars::key, has_merges: true };

fn decoded(
    call: &EvaluatedCall<'_>,
    place: DecodedOrigin,
    tree: &Tree,
    notation: &DocumentSyntax<'_>,
) -> FunctionResult {
    match tree.documents.as_slice() {
        [document] => {
            let mut reader = DocumentReader { call, place, notation, nodes: 0 };
            Ok(FunctionOutcome::Computed(reader.node(document)?))
        }
        _ => Err(FunctionFailure::not_evaluated("text without one value")),
    }
}

struct DocumentReader<'a> {
    call: &'a EvaluatedCall<'a>,
    place: DecodedOrigin,
    notation: &'a DocumentSyntax<'a>,
    nodes: usize,
}

impl DocumentReader<'_> {
    fn node(&mut self, node: &Node) -> Result<Data, FunctionFailure> {
        self.nodes = self.nodes.saturating_add(1);
        let node = node.target();
        if self.nodes > MAX_ELEMENTS {
            return Err(FunctionFailure::too_many());
        }
        match (&node.kind, &node.tag) {
            (NodeKind::Scalar(scalar), Some(tag)) if tag.name == "tag:yaml.org,2002:str" => {
                Ok(Data::String(scalar.text.clone()))
            }
            (_, Some(_)) => Err(FunctionFailure::not_evaluated("a tag of YAML")),
            (NodeKind::Scalar(scalar), None) => (self.notation.scalar)(scalar),
            (NodeKind::Sequence(items), None) => self.sequence(items),
            (NodeKind::Mapping(mapping), None) => Ok(Data::Object(self.mapping(mapping, self.span(node))?)),
            (NodeKind::Alias(_), None) => Err(FunctionFailure::not_evaluated("an alias of YAML")),
        }
    }

    fn sequence(&mut self, items: &[Arc<Node>]) -> Result<Data, FunctionFailure> {
        let mut values = Vec::new();
        for item in items {
            let value = self.node(item)?;
            values.push(Traced::written(value, self.span(item)));
        }
        Ok(Data::tuple(values))
    }

    /// The location of a node in the file, or of the call.
    fn span(&self, node: &Node) -> Span {
        match self.place {
            DecodedOrigin::File(_) => node.target().span,
            DecodedOrigin::Call => self.call.span,
        }
    }

    /// The fields of a mapping. The last one of equal keys in the text wins, including those that `<<` merges.
    fn mapping(&mut self, mapping: &Mapping, header: Span) -> Result<Object, FunctionFailure> {
        if !self.notation.has_merges && mapping.repeated_keys().next().is_some() {
            return Err(FunctionFailure::not_evaluated("repeated keys"));
        }
        let merged = match mapping.merged.as_slice() {
            [] => None,
            [merged] if self.is_value(merged) => Some(merged),
            [_] => return Err(FunctionFailure::not_evaluated("such a merge of keys")),
            // Terraform rejects a list of mappings to merge.
            _ => return Err(FunctionFailure::failed("a list can't be merged into a mapping")),
        };
        let entries = mapping.entries.iter();
        let (before, after): (Vec<&Entry>, Vec<&Entry>) =
            entries.partition(|entry| merged.is_some_and(|merged| entry.key.span.start < merged.span.start));
        let mut fields = BTreeMap::new();
        self.insert(&before, &mut fields)?;
        if let Some(merged) = merged {
            let Data::Object(merged) = self.node(merged)? else {
                return Err(FunctionFailure::failed("only a mapping can be merged into another"));
            };
            fields.extend(merged.fields.iter().map(|field| (field.key.clone(), field.clone())));
        }
        self.insert(&after, &mut fields)?;
        Ok(Object::new(header, fields.into_values().collect()))
    }

    fn insert(&mut self, entries: &[&Entry], fields: &mut BTreeMap<String, Field>) -> Result<(), FunctionFailure> {
        for Entry { key, value } in entries {
            let key_span = self.span(key);
            let key = match &key.kind {
                NodeKind::Scalar(scalar) if key.tag.is_none() => (self.notation.key)(scalar)?,
                NodeKind::Scalar(_) => return Err(FunctionFailure::not_evaluated("such a key")),
                NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => {
                    return Err(FunctionFailure::failed("a key must be a text"));
                }
            };
            let value = Traced::written(self.node(value)?, self.span(value));
            fields.insert(key.clone(), Field { key, key_span, value });
        }
        Ok(())
    }

    /// True if a mapping is the value of `<<` itself, not an item of a list there, which Terraform rejects.
    fn is_value(&self, merged: &Node) -> bool {
        let before = self.notation.text.get(..merged.span.range().start);
        before.is_some_and(|before| before.trim_end().ends_with(':'))
    }
}

fn json_key(scalar: &Scalar) -> Result<String, FunctionFailure> {
    match json_scalar(scalar)? {
        Data::String(key) => Ok(key),
        _ => Err(FunctionFailure::not_evaluated("such a key")),
    }
}

fn json_scalar(scalar: &Scalar) -> Result<Data, FunctionFailure> {
    match scalar.meaning() {
        Meaning::Null => Ok(Data::Null),
        Meaning::Bool(value) => Ok(Data::Bool(value)),
        Meaning::Number(_) => yaml_scalars::number(&scalar.text),
        // One of the two parsers replaces a lone surrogate by this character, the other removes it.
        Meaning::String if scalar.text.contains('\u{fffd}') => Err(FunctionFailure::not_evaluated("such a character")),
        Meaning::String | Meaning::Ambiguous => match scalar.style {
            ScalarStyle::Plain => yaml_scalars::number(&scalar.text),
            ScalarStyle::Quoted | ScalarStyle::Block => Ok(Data::String(scalar.text.clone())),
        },
    }
}

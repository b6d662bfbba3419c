//! Reads the parameter values that the user passes on the command line or in files.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::files::TemplateReading;
use crate::formats::Variables;
use crate::formats::cloudformation::language::scalar_text;
use crate::formats::cloudformation::steps;
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::node::{Mapping, Node};
use crate::value::{Hop, Known, Maybe, Reason, Unknown};

/// The values by parameter name. The last value of a parameter counts.
#[derive(Debug, Default)]
pub(super) struct ParameterValues {
    values: HashMap<String, ParameterValue>,
}

#[derive(Debug, Clone)]
pub(super) struct ParameterValue {
    /// `None` for `UsePreviousValue`.
    text: Option<String>,
    span: Span,
}

impl ParameterValues {
    /// Reads the values from the texts of the options. Later values override earlier ones.
    pub(super) fn read(parameters: &[Variables], texts: &[Arc<SourceFile>]) -> Self {
        let mut given = Self::default();
        for (parameters, text) in parameters.iter().zip(texts) {
            match *parameters {
                Variables::Assignment(id) => given.values.extend(assignment(id, text)),
                // An unreadable file was reported when the option was parsed.
                Variables::File(id) => given.values.extend(read_file(id, text).unwrap_or_default()),
            }
        }
        given
    }

    pub(super) fn get(&self, name: &str) -> Option<&ParameterValue> {
        self.values.get(name)
    }
}

impl ParameterValues {
    /// The names of the parameters, each with the option that sets its value.
    pub(super) fn names(&self) -> BTreeMap<&str, FileId> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.span.file)).collect()
    }
}

impl ParameterValue {
    /// The option that sets this value.
    pub(super) fn option(&self) -> FileId {
        self.span.file
    }

    /// The text and its place; the text is unknown for `UsePreviousValue`.
    pub(super) fn as_given(&self, name: &str) -> (Maybe<String>, Vec<Hop>) {
        let hops = vec![Hop { span: self.span, step: steps::PARAMETER_VALUE.of(name) }];
        let text = match &self.text {
            Some(text) => Known(text.clone()),
            None => {
                let setter = "the previous deployment of the stack".to_owned();
                Unknown(Reason::SetElsewhere { reference: name.to_owned(), setter })
            }
        };
        (text, hops)
    }
}

/// Checks a parameter file. The error message is written to follow the file name.
pub(crate) fn check_file(id: FileId, file: &SourceFile) -> Result<(), String> {
    read_file(id, file).map(|_| ())
}

/// The texts of the parameters in a file that no option names; `None` if it isn't a parameter file.
pub(super) fn texts_of_file(id: FileId, file: &SourceFile) -> Option<HashMap<String, String>> {
    let values = read_file(id, file).ok().filter(|values| !values.is_empty())?;
    values.into_iter().map(|(name, value)| Some((name, value.text?))).collect()
}

fn assignment(id: FileId, file: &SourceFile) -> Option<(String, ParameterValue)> {
    let (name, text) = file.text.split_once('=')?;
    let span = Span::new(id, name.len().saturating_add(1), file.text.len());
    Some((name.trim().to_owned(), ParameterValue { text: Some(text.to_owned()), span }))
}

/// Reads the parameters of a file in any format that AWS tools accept: the list of the AWS CLI, or the mapping of
/// CodePipeline and Git sync.
fn read_file(id: FileId, file: &SourceFile) -> Result<Vec<(String, ParameterValue)>, String> {
    let tree = TemplateReading::of(id, file).tree;
    if let Some(problem) = tree.problems.first() {
        let position = file.position(problem.span.start);
        return Err(format!("line {}: {}", position.line, problem.message));
    }
    let root = tree.documents.first().ok_or("it is empty")?;
    let parameters = match root.as_mapping() {
        Some(mapping) => mapping.get("Parameters").or_else(|| mapping.get("parameters")).map(|entry| &entry.value),
        None => None,
    };
    let parameters = parameters.unwrap_or(root);
    let values = match (parameters.as_mapping(), parameters.as_sequence()) {
        (Some(mapping), _) => mapping.entries.iter().map(|entry| parameter(&entry.key, &entry.value)).collect(),
        (None, Some(items)) => items.iter().map(|item| listed(item)).collect(),
        (None, None) => None,
    };
    values.ok_or_else(|| "it isn't a list or a mapping of parameters".to_owned())
}

fn parameter(key: &Node, value: &Node) -> Option<(String, ParameterValue)> {
    Some((key.as_text()?.to_owned(), ParameterValue { text: Some(text(value)?), span: value.span }))
}

/// Parses a list item: `{ParameterKey, ParameterValue}` or a text `NAME=VALUE`.
fn listed(item: &Node) -> Option<(String, ParameterValue)> {
    let Some(mapping) = item.as_mapping() else {
        let (name, text) = item.as_text()?.split_once('=')?;
        return Some((name.to_owned(), ParameterValue { text: Some(text.to_owned()), span: item.span }));
    };
    let name = mapping.get("ParameterKey")?.value.as_text()?.to_owned();
    if is_true(mapping, "UsePreviousValue") {
        return Some((name, ParameterValue { text: None, span: item.span }));
    }
    let value = &mapping.get("ParameterValue")?.value;
    Some((name, ParameterValue { text: Some(text(value)?), span: value.span }))
}

fn is_true(mapping: &Mapping, key: &str) -> bool {
    mapping.get(key).and_then(|entry| scalar_text(&entry.value)).is_some_and(|text| text == "true")
}

/// A list becomes one text, separated by commas.
fn text(node: &Node) -> Option<String> {
    match node.as_sequence() {
        Some(items) => Some(items.iter().map(|item| scalar_text(item)).collect::<Option<Vec<_>>>()?.join(",")),
        None => scalar_text(node),
    }
}

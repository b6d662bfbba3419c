//! Splits a file into its documents: JSON texts that follow one another, YAML documents, and the messages of denied calls.

use std::sync::Arc;

use super::json_parts::value_length;
use super::state::State;
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::node::{Entry, Mapping, Node, NodeKind};
use crate::syntax::{Problem, json, word_at, yaml};

/// The content of a file.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// In source order, each with its number in the file.
    pub(super) documents: Vec<(usize, Arc<Node>)>,
    /// The Terraform states, each with its number in the file.
    pub(super) states: Vec<(usize, State)>,
    pub(super) denied: Vec<DeniedCall>,
    pub(super) problems: Vec<Problem>,
}

/// The message that the AWS CLI prints instead of an output.
#[derive(Debug, Clone)]
pub(super) struct DeniedCall {
    /// The line of the message.
    pub(super) span: Span,
    /// The name of the error, such as `AccessDeniedException`.
    pub(super) error: String,
    /// The operation, such as `GetEventSelectors`.
    pub(super) operation: String,
}

impl Documents {
    /// Reads a file. Text that is neither JSON, YAML nor a message of the AWS CLI becomes a problem.
    pub(super) fn read(id: FileId, file: &SourceFile) -> Self {
        let mut documents = Self::default();
        let mut at = file.body().0;
        loop {
            let rest = file.text.get(at..).unwrap_or_default();
            let text = rest.trim_start();
            if text.is_empty() {
                return documents;
            }
            let start = at.saturating_add(rest.len().saturating_sub(text.len()));
            at = start.saturating_add(documents.read_next(id, file, start, text).max(1));
        }
    }

    /// Reads what begins at an offset, and returns its length.
    fn read_next(&mut self, id: FileId, file: &SourceFile, start: usize, text: &str) -> usize {
        let line = text.lines().next().unwrap_or_default();
        if let Some((error, operation)) = denied_call(line) {
            let span = Span::new(id, start, start.saturating_add(line.len()));
            self.denied.push(DeniedCall { span, error: error.to_owned(), operation: operation.to_owned() });
            return line.len();
        }
        if text.starts_with(['{', '[']) {
            let length = value_length(text).unwrap_or(text.len());
            if let Some(state) = State::read(id, file, start..start.saturating_add(length)) {
                self.states.push((self.next_number(), state));
                return length;
            }
            let tree = json::parse_part(id, file, start..start.saturating_add(length));
            self.add(tree.documents);
            self.problems.extend(tree.problems);
            return length;
        }
        if let Some((node, length)) = members(id, file, start, text) {
            self.add(vec![Arc::new(node)]);
            return length;
        }
        let length = length_before_message(text);
        if self.is_after_message() {
            return next_line_length(text);
        }
        if self.next_number() > 1 {
            self.problems.push(Problem::syntax(word_at(id, file, start), "expected a JSON value"));
            return text.len();
        }
        let tree = yaml::parse_part(id, file, start..start.saturating_add(length));
        self.add(tree.documents);
        self.problems.extend(tree.problems);
        length
    }

    fn add(&mut self, documents: Vec<Arc<Node>>) {
        for document in documents {
            self.documents.push((self.next_number(), document));
        }
    }

    fn next_number(&self) -> usize {
        self.documents.len().saturating_add(self.states.len()).saturating_add(1)
    }

    /// True if the last part was a message, which may have further lines.
    fn is_after_message(&self) -> bool {
        let last = self.documents.last().map_or(0, |(_, document)| document.span.end);
        self.denied.last().is_some_and(|denied| denied.span.start >= last)
    }
}

/// The names of the error and of the operation in a message of a denied call.
fn denied_call(line: &str) -> Option<(&str, &str)> {
    let (_, rest) = line.split_once("An error occurred (")?;
    let (error, rest) = rest.split_once(") when calling the ")?;
    let (operation, _) = rest.split_once(" operation")?;
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_name(error) && is_name(operation)).then_some((error, operation))
}

/// The length of a text up to the next line with the message of a denied call.
fn length_before_message(text: &str) -> usize {
    let lines = text.split_inclusive('\n').take_while(|line| denied_call(line).is_none());
    lines.map(str::len).sum()
}

fn next_line_length(text: &str) -> usize {
    text.split_inclusive('\n').next().map_or(0, str::len)
}

/// The members of an object that are printed without its braces, as in the text of the control, and their length.
fn members(id: FileId, file: &SourceFile, start: usize, text: &str) -> Option<(Node, usize)> {
    let mut entries = Vec::new();
    let mut rest = text;
    loop {
        let offset = |rest: &str| start.saturating_add(text.len().saturating_sub(rest.len()));
        let parse = |rest: &str, length: usize| {
            let tree = json::parse_part(id, file, offset(rest)..offset(rest).saturating_add(length));
            tree.documents.into_iter().next().filter(|_| tree.problems.is_empty())
        };
        let length = value_length(rest).filter(|_| rest.starts_with('"'))?;
        let key = parse(rest, length)?;
        rest = rest.get(length..)?.trim_start().strip_prefix(':')?.trim_start();
        let length = match rest.starts_with(['{', '[', '"']) {
            true => value_length(rest)?,
            false => rest.find([',', '\n']).unwrap_or(rest.len()),
        };
        entries.push(Entry { key, value: parse(rest, length)? });
        rest = rest.get(length..)?;
        match rest.trim_start().strip_prefix(',').map(str::trim_start) {
            Some(next) if next.starts_with('"') => rest = next,
            _ => {
                let span = Span::new(id, start, offset(rest));
                let mapping = Mapping { entries, merged: Vec::new() };
                let length = text.len().saturating_sub(rest.len());
                return Some((Node { span, tag: None, kind: NodeKind::Mapping(mapping) }, length));
            }
        }
    }
}

//! Values from JSON and YAML text.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Call, Given, MAX_ELEMENTS, Outcome, Stop};
use crate::formats::terraform::numbers;
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind, Scalar, ScalarStyle, Tree};
use crate::syntax::{json, yaml};
use crate::value::{Data, Field, Hop, Known, Object, Step, Traced, Unknown};

/// The value of JSON text.
pub(super) fn jsondecode(call: &Call<'_>) -> Outcome {
    let text = call.string(0)?;
    let place = Place::of(call, &text);
    let tree = json::parse(place.file(call), &file(text));
    if tree.problems.iter().any(|problem| problem.kind.loses_text()) {
        return Err(Stop::failed("this isn't JSON"));
    }
    decoded(call, place, &tree, json_scalar)
}

/// The value of YAML text.
///
/// Terraform's reader and ours differ in what they refuse, so text with anything wrong is left alone.
pub(super) fn yamldecode(call: &Call<'_>) -> Outcome {
    let text = call.string(0)?;
    let place = Place::of(call, &text);
    let tree = yaml::parse(place.file(call), &file(text));
    if !tree.problems.is_empty() {
        return Err(Stop::not_evaluated("`yamldecode` of such text"));
    }
    decoded(call, place, &tree, yaml_scalar)
}

/// Where decoded text stands.
#[derive(Clone, Copy)]
enum Place {
    /// It is all of a file.
    File(FileId),
    /// It has no place of its own.
    Call,
}

impl Place {
    fn of(call: &Call<'_>, text: &str) -> Self {
        let last = call.arguments.first().and_then(|argument| argument.hops.last());
        match last {
            Some(Hop { span, step: Step::File }) if span.range().len() == text.len() => Self::File(span.file),
            Some(_) | None => Self::Call,
        }
    }

    fn file(self, call: &Call<'_>) -> FileId {
        match self {
            Place::File(file) => file,
            Place::Call => call.span.file,
        }
    }
}

fn file(text: String) -> SourceFile {
    SourceFile::new(PathBuf::new(), String::new(), text.into_bytes())
}

fn decoded(call: &Call<'_>, place: Place, tree: &Tree, scalar: ReadScalar) -> Outcome {
    match tree.documents.as_slice() {
        [document] => {
            let mut reader = Reader { call, place, scalar, nodes: 0 };
            Ok(Given::Made(reader.node(document)?))
        }
        _ => Err(Stop::not_evaluated("text without one value")),
    }
}

type ReadScalar = fn(&Scalar) -> Result<Data, Stop>;

struct Reader<'a> {
    call: &'a Call<'a>,
    place: Place,
    scalar: ReadScalar,
    nodes: usize,
}

impl Reader<'_> {
    fn node(&mut self, node: &Node) -> Result<Data, Stop> {
        self.nodes = self.nodes.saturating_add(1);
        let node = node.target();
        if self.nodes > MAX_ELEMENTS {
            return Err(Stop::too_many());
        }
        if node.tag.is_some() {
            return Err(Stop::not_evaluated("a tag of YAML"));
        }
        match &node.kind {
            NodeKind::Scalar(scalar) => (self.scalar)(scalar),
            NodeKind::Sequence(items) => self.sequence(items),
            NodeKind::Mapping(mapping) => self.mapping(mapping, self.span(node)),
            NodeKind::Alias(_) => Err(Stop::not_evaluated("an alias of YAML")),
        }
    }

    fn sequence(&mut self, items: &[Arc<Node>]) -> Result<Data, Stop> {
        let mut values = Vec::new();
        for item in items {
            let value = self.node(item)?;
            values.push(Traced::written(value, self.span(item)));
        }
        Ok(Data::tuple(values))
    }

    /// The place of a node in the file, if there is one.
    fn span(&self, node: &Node) -> Span {
        match self.place {
            Place::File(_) => node.target().span,
            Place::Call => self.call.span,
        }
    }

    fn mapping(&mut self, mapping: &Mapping, header: Span) -> Result<Data, Stop> {
        if !mapping.merged.is_empty() || mapping.repeated_keys().next().is_some() {
            return Err(Stop::not_evaluated("merged or repeated keys"));
        }
        let mut fields = Vec::new();
        for Entry { key, value } in &mapping.entries {
            let key_span = self.span(key);
            let Data::String(key) = self.node(key)? else { return Err(Stop::not_evaluated("such a key")) };
            let value = Traced::written(self.node(value)?, self.span(value));
            fields.push(Field { key, key_span, value });
        }
        Ok(Data::Object(Object::new(header, fields)))
    }
}

fn json_scalar(scalar: &Scalar) -> Result<Data, Stop> {
    match scalar.meaning() {
        Meaning::Null => Ok(Data::Null),
        Meaning::Bool(value) => Ok(Data::Bool(value)),
        Meaning::Number(_) => number(&scalar.text),
        // A lone surrogate becomes this in one reader and nothing in the other.
        Meaning::String if scalar.text.contains('\u{fffd}') => Err(Stop::not_evaluated("such a character")),
        Meaning::String | Meaning::Ambiguous => match scalar.style {
            ScalarStyle::Plain => number(&scalar.text),
            ScalarStyle::Quoted | ScalarStyle::Block => Ok(Data::String(scalar.text.clone())),
        },
    }
}

fn number(text: &str) -> Result<Data, Stop> {
    match numbers::parse(text) {
        Some(Known(number)) => Ok(Data::Number(number)),
        Some(Unknown(why)) => Err(why.into()),
        None => Err(Stop::not_evaluated("such a number")),
    }
}

fn yaml_scalar(scalar: &Scalar) -> Result<Data, Stop> {
    let text = scalar.text.as_str();
    match (scalar.meaning(), scalar.style) {
        (_, ScalarStyle::Quoted | ScalarStyle::Block) => Ok(Data::String(text.to_owned())),
        (Meaning::Null, ScalarStyle::Plain) => Ok(Data::Null),
        (Meaning::Bool(value), ScalarStyle::Plain) => Ok(Data::Bool(value)),
        (Meaning::Ambiguous, ScalarStyle::Plain) => Ok(Data::Bool(text.eq_ignore_ascii_case("y"))),
        (Meaning::Number(_) | Meaning::String, ScalarStyle::Plain) => plain(text),
    }
}

/// A plain scalar that may be a number, a date or a string.
fn plain(text: &str) -> Result<Data, Stop> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Ok(Data::String(text.to_owned()));
    }
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = text.split_once('-').is_some_and(|(year, _)| year.len() == 4 && is_digits(year));
    let has_other_base =
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-' | b'.'))
            && text.contains(['_', 'x', 'o', 'b', 'i', 'n', 'p', 'X', 'O', 'B', 'I', 'N', 'P']);
    match numbers::parse(text) {
        Some(_) => number(text),
        None if is_date || has_other_base => Err(Stop::not_evaluated("such a scalar of YAML")),
        None => Ok(Data::String(text.to_owned())),
    }
}

//! The tree that YAML and JSON share.

use std::collections::HashSet;
use std::sync::Arc;

use super::Problem;
use crate::source::Span;

/// What a YAML or JSON file holds.
#[derive(Debug, Default)]
#[must_use = "its problems are to be told"]
pub struct Tree {
    /// Its documents, in order; JSON has one at most.
    pub documents: Vec<Arc<Node>>,
    /// The comments, each with its `#` and without the line ending.
    pub comments: Vec<Span>,
    /// What couldn't be understood.
    pub problems: Vec<Problem>,
}

/// A value and where it is written.
#[derive(Debug)]
pub struct Node {
    /// The value without its tag and anchor; a quoted scalar with its quotes.
    pub span: Span,
    /// An explicit tag, such as `!Ref`.
    pub tag: Option<Tag>,
    /// The value.
    pub kind: NodeKind,
}

/// An explicit tag of YAML.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// As written for local tags (`!Ref`); in full for others (`tag:yaml.org,2002:str`).
    pub name: String,
    /// The tag's own text.
    pub span: Span,
}

/// The three kinds of node, and a reference to one.
#[derive(Debug)]
pub enum NodeKind {
    /// A text, perhaps a number, a boolean or nothing: see [`Scalar::meaning`].
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Arc<Node>>),
    /// Keys with values.
    Mapping(Mapping),
    /// `*name`: the same node as elsewhere in the document. It is never copied.
    Alias(Arc<Node>),
}

/// A scalar's text after escapes, and how it was written.
#[derive(Debug)]
pub struct Scalar {
    /// The text.
    pub text: String,
    /// Only a plain scalar can be anything but a string.
    pub style: ScalarStyle,
}

/// The notation of a [`Scalar`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes; in JSON: a number, `true`, `false` or `null`.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// A block after `|` or `>`.
    Block,
}

/// What a scalar says under YAML 1.1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `no`, `ON`, …
    Bool(bool),
    /// A decimal number.
    Number(f64),
    /// Any other text.
    String,
    /// A plain `y` or `n`, which some parsers read as a boolean and others as a string.
    Ambiguous,
}

/// Keys with values, in the order in which they are written.
#[derive(Debug, Default)]
pub struct Mapping {
    /// Its own entries, also those whose key is written twice.
    pub entries: Vec<Entry>,
    /// What `<<` adds, first before later; its own entries come before all of it.
    pub merged: Vec<Arc<Node>>,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Most often a scalar.
    pub key: Arc<Node>,
    /// Its value.
    pub value: Arc<Node>,
}

impl Node {
    /// The value and its tag, if it has one.
    pub fn whole(&self) -> Span {
        self.tag.as_ref().map_or(self.span, |tag| tag.span.to(self.span))
    }

    /// The node that aliases lead to in the end.
    pub fn target(&self) -> &Node {
        let mut node = self;
        while let NodeKind::Alias(next) = &node.kind {
            node = next;
        }
        node
    }

    /// The mapping it is, through aliases.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.target().kind {
            NodeKind::Mapping(mapping) => Some(mapping),
            NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Alias(_) => None,
        }
    }

    /// The sequence it is, through aliases.
    pub fn as_sequence(&self) -> Option<&[Arc<Node>]> {
        match &self.target().kind {
            NodeKind::Sequence(items) => Some(items),
            NodeKind::Scalar(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => None,
        }
    }

    /// The text of the scalar it is, through aliases, whatever the scalar means.
    pub fn as_text(&self) -> Option<&str> {
        match &self.target().kind {
            NodeKind::Scalar(scalar) => Some(&scalar.text),
            NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => None,
        }
    }

    /// What the scalar means, with its tag: `!!str yes` is a string.
    pub fn meaning(&self, scalar: &Scalar) -> Meaning {
        match self.tag.as_ref().map(|tag| tag.name.as_str()) {
            Some("tag:yaml.org,2002:str" | "!") => Meaning::String,
            Some(
                "tag:yaml.org,2002:bool"
                | "tag:yaml.org,2002:null"
                | "tag:yaml.org,2002:int"
                | "tag:yaml.org,2002:float",
            ) => Scalar::plain_meaning(&scalar.text),
            Some(_) | None => scalar.meaning(),
        }
    }
}

impl Mapping {
    /// The entry of a key: its own, the last if there are several, else the first that is merged in.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        let own = self.entries.iter().rev().find(|entry| entry.key.as_text() == Some(key));
        own.or_else(|| self.merged.iter().find_map(|node| node.as_mapping()?.get(key)))
    }

    /// Each key whose text an entry before it has too, with that text.
    pub fn repeated_keys(&self) -> impl Iterator<Item = (&Node, &str)> {
        let mut seen = HashSet::new();
        let texts = self.entries.iter().filter_map(|entry| Some((&*entry.key, entry.key.as_text()?)));
        texts.filter(move |&(_, text)| !seen.insert(text))
    }
}

impl Scalar {
    /// What the scalar says by its notation alone.
    pub fn meaning(&self) -> Meaning {
        match self.style {
            ScalarStyle::Plain => Self::plain_meaning(&self.text),
            ScalarStyle::Quoted | ScalarStyle::Block => Meaning::String,
        }
    }

    /// YAML 1.1 on a plain scalar: <https://yaml.org/type/bool.html>.
    fn plain_meaning(text: &str) -> Meaning {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Meaning::Null,
            "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Meaning::Bool(true),
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Meaning::Bool(false),
            "y" | "Y" | "n" | "N" => Meaning::Ambiguous,
            _ => Self::number(text).map_or(Meaning::String, Meaning::Number),
        }
    }

    fn number(text: &str) -> Option<f64> {
        let looks_like_one = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
            && text.ends_with(|c: char| c.is_ascii_digit() || c == '.');
        looks_like_one.then(|| text.parse().ok()).flatten()
    }
}

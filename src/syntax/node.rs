//! The syntax tree of YAML and JSON.

use std::collections::HashSet;
use std::sync::Arc;

use super::Problem;
use crate::source::Span;

/// The parsed documents of a file.
#[derive(Debug, Default)]
#[must_use = "its problems are to be told"]
pub struct Tree {
    /// In source order. JSON has at most one.
    pub documents: Vec<Arc<Node>>,
    /// The comments, each with its `#` and without its line ending.
    pub comments: Vec<Span>,
    pub problems: Vec<Problem>,
}

/// A value with its span.
#[derive(Debug)]
pub struct Node {
    /// The span of the value without tag and anchor. It includes the quotes of a scalar.
    pub span: Span,
    /// The explicit tag, such as `!Ref`.
    pub tag: Option<Tag>,
    pub kind: NodeKind,
}

/// An explicit YAML tag.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// As written for local tags (`!Ref`); resolved for others (`tag:yaml.org,2002:str`).
    pub name: String,
    /// The span of the tag itself.
    pub span: Span,
}

/// The three kinds of YAML nodes, and aliases.
#[derive(Debug)]
pub enum NodeKind {
    /// A text, which may be a number, a boolean or null: see [`Scalar::meaning`].
    Scalar(Scalar),
    Sequence(Vec<Arc<Node>>),
    Mapping(Mapping),
    /// `*name`: a shared reference to the anchored node, which is never copied.
    Alias(Arc<Node>),
}

/// The text of a scalar with escapes decoded, and its notation.
#[derive(Debug)]
pub struct Scalar {
    pub text: String,
    /// Only a plain scalar can be anything other than a string.
    pub style: ScalarStyle,
}

/// The notation of a [`Scalar`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes. In JSON: a number, `true`, `false` or `null`.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// A block scalar after `|` or `>`.
    Block,
}

/// The value of a scalar according to YAML 1.1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// `null`, `~` or an empty scalar.
    Null,
    /// `true`, `no`, `ON`, …
    Bool(bool),
    /// A decimal number.
    Number(f64),
    /// Any other text.
    String,
    /// A plain `y` or `n`, which some parsers interpret as a boolean and others as a string.
    Ambiguous,
}

/// Keys with values, in source order.
#[derive(Debug, Default)]
pub struct Mapping {
    /// The entries of the mapping itself, including duplicate keys.
    pub entries: Vec<Entry>,
    /// The mappings that `<<` merges. Earlier ones take precedence over later ones, and `entries` over all of them.
    pub merged: Vec<Arc<Node>>,
}

#[derive(Debug, Clone)]
pub struct Entry {
    /// Usually a scalar.
    pub key: Arc<Node>,
    pub value: Arc<Node>,
}

impl Node {
    /// The span of the value with its tag.
    pub fn whole(&self) -> Span {
        self.tag.as_ref().map_or(self.span, |tag| tag.span.to(self.span))
    }

    /// The node with aliases resolved.
    pub fn target(&self) -> &Node {
        let mut node = self;
        while let NodeKind::Alias(next) = &node.kind {
            node = next;
        }
        node
    }

    /// The mapping, with aliases resolved.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.target().kind {
            NodeKind::Mapping(mapping) => Some(mapping),
            NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Alias(_) => None,
        }
    }

    /// The sequence, with aliases resolved.
    pub fn as_sequence(&self) -> Option<&[Arc<Node>]> {
        match &self.target().kind {
            NodeKind::Sequence(items) => Some(items),
            NodeKind::Scalar(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => None,
        }
    }

    /// The text of the scalar, with aliases resolved, regardless of its meaning.
    pub fn as_text(&self) -> Option<&str> {
        match &self.target().kind {
            NodeKind::Scalar(scalar) => Some(&scalar.text),
            NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => None,
        }
    }

    /// The meaning of the node's scalar with its tag: `!!str yes` is a string.
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
    /// The entry of a key: the last own entry, or else the first merged one.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        let own = self.entries.iter().rev().find(|entry| entry.key.as_text() == Some(key));
        own.or_else(|| self.merged.iter().find_map(|node| node.as_mapping()?.get(key)))
    }

    /// The keys whose text an earlier entry has too, each with the text.
    pub fn repeated_keys(&self) -> impl Iterator<Item = (&Node, &str)> {
        let mut seen = HashSet::new();
        let texts = self.entries.iter().filter_map(|entry| Some((&*entry.key, entry.key.as_text()?)));
        texts.filter(move |&(_, text)| !seen.insert(text))
    }
}

impl Scalar {
    /// The meaning of the scalar without a tag.
    pub fn meaning(&self) -> Meaning {
        match self.style {
            ScalarStyle::Plain => Self::plain_meaning(&self.text),
            ScalarStyle::Quoted | ScalarStyle::Block => Meaning::String,
        }
    }

    /// Interprets a plain scalar as YAML 1.1 does: <https://yaml.org/type/bool.html>.
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

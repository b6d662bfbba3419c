//! The first waist: what a format has to produce.

use super::{Contradiction, Kind};
use crate::source::{FileId, Span};
use crate::value::{Maybe, Object, Traced};

/// A declared resource that matters, evaluated.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its type.
    pub kind: &'static Kind,
    /// As `terraform state list` prints it, or the logical id.
    pub address: String,
    /// The one-line place that stands for the resource: its header or its key.
    pub header: Span,
    /// All of its declaration.
    pub declaration: Span,
    /// The call that brings the code in which it is declared, when that code can't be edited.
    pub call: Option<Span>,
    /// The calls that bring it, the innermost first.
    pub calls: Vec<Span>,
    /// The files of the modules or templates that declare it and that lead to it by calls, the innermost first.
    pub owners: Vec<FileId>,
    /// Whether it is created.
    pub exists: Traced<bool>,
    /// The Region that its provider or its stack has for it, if it is a trail. An argument of its own may say another one.
    pub region: Traced<String>,
    /// Its arguments, as far as its type's [`Shape`] asks for them.
    pub body: Maybe<Object>,
    /// Arguments whose later changes are left as they are.
    pub ignored_changes: Vec<Ignored>,
    /// How a change to it has to be written.
    pub notation: Notation,
    /// What may change it before it is created; the first of several stands for all.
    pub macros: Vec<Macro>,
    /// What a plan says otherwise.
    pub contradictions: Vec<Contradiction>,
    /// True if the CDK has written it, which always writes lists of selectors.
    pub is_synthesized: bool,
}

/// A program that rewrites a template, or a part of it, before anything is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    /// Its name.
    pub name: String,
    /// Where it is called.
    pub span: Span,
}

/// An argument that is set when a resource is created and never again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// Its name, or `all` for every argument.
    pub name: String,
    /// Where that is written.
    pub span: Span,
}

/// The syntax in which a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notation {
    /// `name = value`
    Hcl,
    /// `Name: value`
    Yaml,
    /// `"name": value`
    Json,
}

impl Notation {
    /// How an argument is given a value, as people write it.
    pub fn assign(self, name: &str, value: &str) -> String {
        match self {
            Notation::Hcl => format!("{name} = {value}"),
            Notation::Yaml => format!("{name}: {value}"),
            Notation::Json => format!("\"{name}\": {value}"),
        }
    }

    /// A boolean, or a string in its quotes; YAML needs none for the words used here.
    pub fn value(self, text: &str) -> String {
        match self {
            _ if text == "true" => text.to_owned(),
            Notation::Hcl | Notation::Json => format!("\"{text}\""),
            Notation::Yaml => text.to_owned(),
        }
    }
}

/// The arguments that have a meaning here; a format evaluates nothing else of a body.
pub type Shape = &'static [Argument];

/// An argument of a resource or of a nested block.
#[derive(Debug)]
pub struct Argument {
    /// As it is spelled.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
}

/// Whether a key that isn't `name` may have been meant for it.
pub(super) fn resembles(key: &str, name: &str) -> bool {
    const ALIKE: f64 = 0.93;
    const MAX_DIFFERENCE: usize = 8;
    // Most keys aren't even close, and comparing letters takes its time.
    let may_be = key.len().abs_diff(name.len()) < MAX_DIFFERENCE
        && key.bytes().zip(name.bytes()).next().is_some_and(|(own, other)| own.eq_ignore_ascii_case(&other));
    may_be && key != name && (key.eq_ignore_ascii_case(name) || strsim::jaro_winkler(key, name) > ALIKE)
}

/// The value without quotes that a word may stand for: one letter is wrong, or two are in the wrong order.
pub fn meant_literal(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    ["true", "false", "null"].into_iter().find(|literal| strsim::osa_distance(&word, literal) <= 1)
}

impl Argument {
    /// An argument that holds a value.
    pub const fn value(name: &'static str) -> Self {
        Self { name, holds: Holds::Value }
    }

    /// An argument that holds a set of texts.
    pub const fn texts(name: &'static str) -> Self {
        Self { name, holds: Holds::Texts }
    }

    /// An argument that holds a policy.
    pub const fn document(name: &'static str) -> Self {
        Self { name, holds: Holds::Document }
    }

    /// An argument that holds blocks.
    pub const fn blocks(name: &'static str, shape: Shape) -> Self {
        Self { name, holds: Holds::Blocks(shape) }
    }

    /// Whether a key that isn't the argument's name may have been meant for it.
    pub fn is_resembled_by(&self, key: &str) -> bool {
        resembles(key, self.name)
    }
}

/// What an [`Argument`] holds.
#[derive(Debug)]
pub enum Holds {
    /// A value, also a list of objects.
    Value,
    /// Texts whose order and repetition mean nothing. One that isn't known may stand for several or for none.
    Texts,
    /// A policy: an object, or the same as JSON in a string.
    Document,
    /// Blocks of this type, any number of them. Only Terraform has them.
    Blocks(Shape),
}

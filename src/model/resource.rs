//! Resources: the first waist of the program, which every format has to produce.

use super::{Contradiction, ResourceKind};
use crate::source::{FileId, Span};
use crate::value::{Maybe, Object, Traced};

/// An evaluated resource of a type that matters for trails.
#[derive(Debug, Clone)]
pub struct Resource {
    pub kind: &'static ResourceKind,
    /// The address as `terraform state list` prints it, or the logical id.
    pub address: String,
    /// The one-line span that findings about the resource point at: its header or its key.
    pub header: Span,
    /// The whole declaration.
    pub declaration: Span,
    /// The call that includes the code of the declaration, if that code can't be edited.
    pub call: Option<Span>,
    /// The module calls or stacks that lead to the declaration, the innermost first.
    pub calls: Vec<Span>,
    /// The files of the modules or templates that declare the resource and that lead to it by calls, the innermost
    /// first.
    pub owners: Vec<FileId>,
    /// True if the resource is created.
    pub exists: Traced<bool>,
    /// The Region of a trail's provider or stack. The resource's own `region` argument may set another one.
    pub region: Traced<String>,
    /// The arguments that the type's [`ArgumentShape`] lists.
    pub body: Maybe<Object>,
    /// Arguments whose later changes aren't applied, such as those in `ignore_changes`.
    pub ignored_changes: Vec<IgnoredArgument>,
    /// The syntax of the file, for suggested changes.
    pub notation: Notation,
    /// The macros that may change the resource before it is created. If there are several, the first one represents
    /// them.
    pub macros: Vec<Macro>,
    /// The differences between the code and a plan.
    pub contradictions: Vec<Contradiction>,
    /// True if the CDK generated the resource; its lists of selectors are set even when they are empty.
    pub is_synthesized: bool,
}

/// A macro or transform that rewrites a template, or a part of it, before anything is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    pub name: String,
    /// The location of the call.
    pub span: Span,
}

/// An argument that is set only when the resource is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredArgument {
    /// The argument's name, or `all` for every argument.
    pub name: String,
    /// The location of the setting that ignores changes to it.
    pub span: Span,
}

/// The syntax of a file.
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
    /// Formats an argument with its value in this syntax.
    pub fn assign(self, name: &str, value: &str) -> String {
        match self {
            Notation::Hcl => format!("{name} = {value}"),
            Notation::Yaml => format!("{name}: {value}"),
            Notation::Json => format!("\"{name}\": {value}"),
        }
    }

    /// Formats `true`, or a string with its quotes; in YAML, the strings used here don't need any.
    pub fn value(self, text: &str) -> String {
        match self {
            _ if text == "true" => text.to_owned(),
            Notation::Hcl | Notation::Json => format!("\"{text}\""),
            Notation::Yaml => text.to_owned(),
        }
    }
}

/// The arguments of a body that a format evaluates; it ignores all others.
pub type ArgumentShape = &'static [Argument];

/// An argument of a resource or of a nested block.
#[derive(Debug)]
pub struct Argument {
    pub name: &'static str,
    pub holds: Holds,
}

/// True if a key isn't `name` but is probably a misspelling of it.
pub(super) fn resembles(key: &str, name: &str) -> bool {
    const ALIKE: f64 = 0.93;
    const MAX_DIFFERENCE: usize = 8;
    // The similarity is slow to compute, and most keys differ in their length or first letter.
    let may_be = key.len().abs_diff(name.len()) < MAX_DIFFERENCE
        && key.bytes().zip(name.bytes()).next().is_some_and(|(own, other)| own.eq_ignore_ascii_case(&other));
    may_be && key != name && (key.eq_ignore_ascii_case(name) || strsim::jaro_winkler(key, name) > ALIKE)
}

/// Returns the keyword that a word was probably meant to be: one letter is wrong, or two are in the wrong order.
pub fn meant_literal(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    ["true", "false", "null"].into_iter().find(|literal| strsim::osa_distance(&word, literal) <= 1)
}

impl Argument {
    pub const fn value(name: &'static str) -> Self {
        Self { name, holds: Holds::Value }
    }

    /// Creates an argument that contains a set of strings.
    pub const fn texts(name: &'static str) -> Self {
        Self { name, holds: Holds::Texts }
    }

    /// Creates an argument that contains a policy.
    pub const fn document(name: &'static str) -> Self {
        Self { name, holds: Holds::Document }
    }

    /// Creates an argument that contains nested blocks.
    pub const fn blocks(name: &'static str, shape: ArgumentShape) -> Self {
        Self { name, holds: Holds::Blocks(shape) }
    }

    /// True if a key isn't the argument's name but is probably a misspelling of it.
    pub fn is_resembled_by(&self, key: &str) -> bool {
        resembles(key, self.name)
    }
}

/// The content of an [`Argument`].
#[derive(Debug)]
pub enum Holds {
    /// A value, including a list of objects.
    Value,
    /// A set of strings. An unknown element may represent any number of them.
    Texts,
    /// A policy: an object, or JSON in a string.
    Document,
    /// Any number of blocks of this shape. Only Terraform has blocks.
    Blocks(ArgumentShape),
}

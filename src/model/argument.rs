//! The arguments that a format evaluates, and the syntax in which they are written.

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

    /// Creates an argument that contains JSON.
    pub const fn json(name: &'static str) -> Self {
        Self { name, holds: Holds::Json }
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
    /// JSON in a string, whose parts have their own places.
    Json,
    /// Any number of blocks of this shape. Only Terraform has blocks.
    Blocks(ArgumentShape),
}

//! Evaluated data: the values that Terraform and CloudFormation have in common.

use super::{Reason, Traced};
use crate::named::{HasName, NameIndex};
use crate::source::Span;

/// A value of Terraform or CloudFormation. Conversions, such as a string to a boolean, are up to the code that reads
/// it.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// `null` or `AWS::NoValue`: equivalent to an argument that is not set.
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    /// A list, tuple or set, or the blocks of one type.
    List(List),
    /// A map, an object, or the body of a block.
    Object(Object),
}

/// An ordered sequence of values.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The Terraform type of the sequence; a CloudFormation list is always a tuple.
    pub kind: ListKind,
    /// The items; those of a set are in the order in which Terraform iterates over it.
    pub items: Vec<Traced<Data>>,
}

/// Terraform's sequence types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Each item has its own type: the type of `[a, b]`.
    Tuple,
    /// All items have the same type.
    List,
    /// Like a list, but without order, indices and duplicates.
    Set,
}

/// Keys with values, in source order.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// True if all values have the same type, as in a Terraform map.
    pub is_map: bool,
    /// The span that findings about the whole object point at: a block's header, or the first line of a mapping.
    pub header: Span,
    pub fields: NameIndex<Field>,
    /// The reason why there may be further fields; `None` if all fields are known.
    pub rest: Option<Box<Reason>>,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub key: String,
    /// The span of the key; for blocks, the header of the first one.
    pub key_span: Span,
    pub value: Traced<Data>,
}

impl HasName for Field {
    fn name(&self) -> &str {
        &self.key
    }
}

impl Data {
    /// Creates a list whose items have types of their own, such as the blocks of one type.
    pub fn tuple(items: Vec<Traced<Data>>) -> Self {
        Self::List(List { kind: ListKind::Tuple, items })
    }
}

impl Object {
    /// Creates an object whose fields have types of their own.
    pub fn new(header: Span, fields: Vec<Field>) -> Self {
        Self { is_map: false, header, fields: fields.into(), rest: None }
    }

    /// Returns the field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.first_named(key)
    }
}

impl Data {
    /// Formats the value for a message, cut to a few words.
    pub fn shown(&self) -> String {
        match self {
            Data::Null => "null".to_owned(),
            Data::Bool(value) => value.to_string(),
            Data::Number(value) => shown_number(*value),
            Data::String(text) => format!("\"{}\"", cut(text)),
            Data::List(_) => "a list".to_owned(),
            Data::Object(_) => "an object".to_owned(),
        }
    }
}

/// Formats a number with all of its digits, as Rust does; the separate case for whole numbers is faster.
pub fn shown_number(number: f64) -> String {
    /// 2^53: smaller whole numbers are exact in an `f64`.
    const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = number.fract() == 0.0 && number.abs() < LARGEST_EXACT;
    let is_negative_zero = number == 0.0 && number.is_sign_negative();
    if is_whole && !is_negative_zero { (number as i64).to_string() } else { number.to_string() }
}

/// Cuts a text to a few words.
pub fn cut(text: &str) -> String {
    const MAX_SHOWN: usize = 60;
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

//! Evaluated data, as little as the languages have in common.

use super::{Traced, Why};
use crate::named::{HasName, Named};
use crate::source::Span;

/// A value of Terraform or CloudFormation; what it converts to is for its reader to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// `null`, or `AWS::NoValue`: the same as not written.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    String(String),
    /// A list, tuple or set, or the blocks of one type.
    List(List),
    /// A map, an object, or the body of a block.
    Object(Object),
}

/// Values in an order.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// Which of Terraform's types it has; other languages know tuples only.
    pub kind: ListKind,
    /// The values; those of a set are in the order in which Terraform walks it.
    pub items: Vec<Traced<Data>>,
}

/// Terraform's types of sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Each item has a type of its own: what `[a, b]` makes.
    Tuple,
    /// All items have one type.
    List,
    /// Like a list, without order, index and repetition.
    Set,
}

/// Keys with values, in the order in which they are written.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Whether all values have one type, as in Terraform's maps.
    pub is_map: bool,
    /// The place that stands for the whole: a block's header, or the first line of a mapping.
    pub header: Span,
    /// The fields.
    pub fields: Named<Field>,
    /// Why there may be more fields than these; nothing when they are all.
    pub rest: Option<Box<Why>>,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The key.
    pub key: String,
    /// Where the key is written; for blocks, the header of the first.
    pub key_span: Span,
    /// The value.
    pub value: Traced<Data>,
}

impl HasName for Field {
    fn name(&self) -> &str {
        &self.key
    }
}

impl Data {
    /// Items of types of their own, such as the blocks of one type.
    pub fn tuple(items: Vec<Traced<Data>>) -> Self {
        Self::List(List { kind: ListKind::Tuple, items })
    }
}

impl Object {
    /// Fields of types of their own.
    pub fn new(header: Span, fields: Vec<Field>) -> Self {
        Self { is_map: false, header, fields: fields.into(), rest: None }
    }

    /// The field of this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.first_named(key)
    }
}

impl Data {
    /// How the value is shown in a message, cut to a few words.
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

/// A number with all of its digits, as Rust shows it; whole ones take less time this way.
pub fn shown_number(number: f64) -> String {
    /// Smaller ones are exact.
    const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = number.fract() == 0.0 && number.abs() < LARGEST_EXACT;
    let is_negative_zero = number == 0.0 && number.is_sign_negative();
    if is_whole && !is_negative_zero { (number as i64).to_string() } else { number.to_string() }
}

/// A text cut to a few words.
pub fn cut(text: &str) -> String {
    const MAX_SHOWN: usize = 60;
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

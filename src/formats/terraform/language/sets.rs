//! Sets: collections without duplicates, in the order in which Terraform iterates over them.
//!
//! Source: `cty/set_internals.go` of go-cty. Elements that aren't primitive are ordered by a text that go-cty derives
//! from them, which determines the order of values that are built from a set.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt::Write;

use super::equality::equal_elements;
use super::numbers::show_general;
use super::unknowns::first_unknown;
use crate::value::{Data, Field, Known, ListKind, Reason, Traced, Unknown};

/// The maximum number of elements that are compared with each other if some of them are unknown.
const MAX_UNKNOWN: usize = 256;

/// The elements of a set. The first one of equal elements remains.
///
/// # Errors
///
/// The set is unknown as a whole if unknown elements may equal others.
pub(crate) fn set(items: Vec<Traced<Data>>) -> Result<Vec<Traced<Data>>, Reason> {
    let mut keyed: Vec<(SortKey, Traced<Data>)> =
        distinct(items)?.into_iter().map(|item| (SortKey::of(&item), item)).collect();
    keyed.sort_by(|(a, _), (b, _)| a.compare(b));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

/// The elements without duplicates, all of one type, in the order of their first occurrence.
pub(crate) fn distinct(items: Vec<Traced<Data>>) -> Result<Vec<Traced<Data>>, Reason> {
    if let Some(why) = items.iter().find_map(first_unknown).filter(|_| items.len() > 1) {
        check_distinct(&items, why)?;
    }
    let mut members = KnownElements::default();
    Ok(items.into_iter().filter(|item| members.insert(item)).collect())
}

/// The known elements of a set, for lookups.
#[derive(Default)]
pub(crate) struct KnownElements {
    /// The elements by their text. Elements with different texts differ, but texts of numbers are rounded, so different
    /// elements may have the same text.
    by_text: HashMap<String, Vec<Traced<Data>>>,
}

impl KnownElements {
    /// True if the set contains an element of the same type.
    pub(crate) fn contains(&self, item: &Traced<Data>) -> bool {
        self.by_text.get(&text_of(item)).is_some_and(|alike| is_among(item, alike))
    }

    /// Adds an element; false if the set already contains it.
    pub(crate) fn insert(&mut self, item: &Traced<Data>) -> bool {
        let alike = self.by_text.entry(text_of(item)).or_default();
        let is_new = !is_among(item, alike);
        if is_new {
            alike.push(item.clone());
        }
        is_new
    }
}

fn is_among(item: &Traced<Data>, others: &[Traced<Data>]) -> bool {
    others.iter().any(|other| matches!(equal_elements(other, item), Known(true)))
}

fn text_of(item: &Traced<Data>) -> String {
    let mut text = String::new();
    describe(item, &mut text);
    text
}

/// Checks that partly unknown elements differ from all others in their known parts.
fn check_distinct(items: &[Traced<Data>], why: &Reason) -> Result<(), Reason> {
    if items.len() > MAX_UNKNOWN {
        return Err(why.clone());
    }
    let mut rest = items;
    while let [first, others @ ..] = rest {
        if others.iter().any(|other| matches!(equal_elements(first, other), Unknown(_))) {
            return Err(why.clone());
        }
        rest = others;
    }
    Ok(())
}

/// The sort key of an element. The order of the variants is that of the elements.
enum SortKey {
    Bool(bool),
    Number(f64),
    String(String),
    Text(String),
    Unknown,
    Null,
}

impl SortKey {
    fn of(item: &Traced<Data>) -> Self {
        match &item.value {
            Unknown(_) => Self::Unknown,
            Known(Data::Null) => Self::Null,
            Known(Data::Bool(value)) => Self::Bool(*value),
            Known(Data::Number(number)) => Self::Number(*number),
            Known(Data::String(text)) => Self::String(text.clone()),
            Known(Data::List(_) | Data::Object(_)) => Self::Text(text_of(item)),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
            (Self::String(a), Self::String(b)) | (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Number(_) => 1,
            Self::String(_) => 2,
            Self::Text(_) => 3,
            Self::Unknown => 4,
            Self::Null => 5,
        }
    }
}

/// Writes the text of an element, without the names of its attributes.
fn describe(item: &Traced<Data>, text: &mut String) {
    match &item.value {
        Unknown(_) => text.push('?'),
        Known(Data::Null) => text.push('~'),
        Known(Data::Bool(value)) => text.push(if *value { 'T' } else { 'F' }),
        Known(Data::Number(number)) => text.push_str(&show_general(*number, Some(10))),
        Known(Data::String(string)) => quote(string, text),
        Known(Data::List(list)) => {
            let (open, close) = if list.kind == ListKind::Tuple { ('<', '>') } else { ('[', ']') };
            text.push(open);
            list.items.iter().for_each(|item| part(item, text));
            text.push(close);
        }
        Known(Data::Object(object)) => {
            let mut fields: Vec<&Field> = object.fields.iter().collect();
            fields.sort_by(|a, b| a.key.cmp(&b.key));
            text.push(if object.is_map { '{' } else { '<' });
            for field in fields {
                if object.is_map {
                    quote(&field.key, text);
                    text.push(':');
                }
                part(&field.value, text);
            }
            text.push(if object.is_map { '}' } else { '>' });
        }
    }
}

fn part(item: &Traced<Data>, text: &mut String) {
    describe(item, text);
    text.push(';');
}

/// Go's `%q`, as far as it is relevant for the order of printable text.
fn quote(string: &str, text: &mut String) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\0'..='\x1f' | '\x7f' => write!(text, "\\x{:02x}", u32::from(c)).unwrap_or_default(),
            _ => text.push(c),
        }
    }
    text.push('"');
}

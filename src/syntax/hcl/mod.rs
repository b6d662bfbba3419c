//! HCL's native syntax: Terraform's `.tf` and `.tfvars` files.
//!
//! Reading takes two steps. [`split()`] cuts a file into its top-level [`Item`]s
//! and is fast enough for every file; [`parse()`] reads one item and is asked
//! only for those that matter. What is wrong with an item never reaches
//! another, and what is wrong with an attribute leaves the rest of its block.
//!
//! The parser crate, `hcl-edit`, is named in `parse`, `convert` and `template`
//! only. It refuses a little of the language and is slow on some hostile text;
//! both end as [`ExprKind::Unreadable`].

mod ast;
mod convert;
mod parse;
mod scan;
mod split;
mod template;
#[cfg(test)]
mod tests;

pub use ast::*;
pub use parse::{parse, parse_expr, parse_template};
pub use split::{split, split_body};

use super::Problem;
use crate::source::Span;

/// How many problems of a file or an item are kept; the rest says nothing new.
const MAX_PROBLEMS: usize = 100;

/// How many blocks, attributes and comments a file may have; the largest real ones stay far below.
const MAX_ITEMS: usize = 50_000;

/// How many of them the body of a block may have that is read in parts: one that is broken, or larger than any real one.
const MAX_PARTS: usize = 10_000;

/// What a file holds, by place.
#[derive(Debug, Default)]
#[must_use = "its problems are to be told"]
pub struct Outline {
    /// Its blocks and attributes, in order.
    pub items: Vec<Item>,
    /// All comments, also those inside of items, without their line ending.
    pub comments: Vec<Span>,
    /// What is no item, and items that can't be followed to their end.
    pub problems: Vec<Problem>,
}

/// A block or an attribute that hasn't been read yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The type of the block, such as `resource`, or the name of the attribute.
    pub keyword: Name,
    /// Which of the two it is.
    pub kind: ItemKind,
    /// All of it, without a comment behind it.
    pub span: Span,
    /// What is between the braces, or right of `=`.
    pub inside: Span,
}

/// The two kinds of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// `kind "label" { … }`
    Block,
    /// `name = value`
    Attribute,
}

/// An [`Item`] that has been read.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    /// `kind "label" { … }`
    Block(Block),
    /// `name = value`
    Attribute(Attribute),
}

//! HCL, the native syntax of `.tf` and `.tfvars` files.
//!
//! Parsing has two steps. [`split()`] splits a file into its top-level [`UnparsedItem`]s and is fast enough for every file;
//! [`parse()`] parses one item and is called only for relevant ones. An error in one item doesn't affect the others,
//! and an error in an attribute doesn't affect the rest of its block.
//!
//! Only the modules `parse`, `convert` and `template` use the parser crate, `hcl-edit`. It rejects a few valid
//! constructs and is slow on some hostile input; both cases become [`ExprKind::Unreadable`].

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

/// The maximum number of problems for one file or item.
const MAX_PROBLEMS: usize = 100;

/// The maximum number of blocks, attributes and comments in a file. The largest real files are far below it.
const MAX_ITEMS: usize = 50_000;

/// The same limit for the body of a block that is parsed in parts, because it has an error or is larger than any real
/// one.
const MAX_PARTS: usize = 10_000;

/// The top-level structure of a file.
#[derive(Debug, Default)]
#[must_use = "its problems are to be told"]
pub struct FileOutline {
    /// The top-level blocks and attributes, in source order.
    pub items: Vec<UnparsedItem>,
    /// All comments, including those in items, without their line endings.
    pub comments: Vec<Span>,
    /// Text that isn't an item, and items whose end can't be found.
    pub problems: Vec<Problem>,
}

/// A block or an attribute that isn't parsed yet.
#[derive(Debug, Clone, PartialEq)]
pub struct UnparsedItem {
    /// The type of the block, such as `resource`, or the name of the attribute.
    pub keyword: Label,
    pub kind: ItemKind,
    /// The whole item, without a comment after it.
    pub span: Span,
    /// The content between the braces, or the value after `=`.
    pub inside: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// `kind "label" { … }`
    Block,
    /// `name = value`
    Attribute,
}

/// An [`UnparsedItem`] after parsing.
#[derive(Debug, Clone, PartialEq)]
pub enum ParsedItem {
    /// `kind "label" { … }`
    Block(Block),
    /// `name = value`
    Attribute(Attribute),
}

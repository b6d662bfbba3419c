//! The tree of HCL's native syntax. The JSON syntax of Terraform becomes the same tree.
//!
//! Expressions follow the specification of the language:
//! <https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>.

use crate::named::{HasName, Named};
use crate::source::Span;

/// A name or a string with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The text, without quotes and escapes.
    pub text: String,
    /// Where it is written; with its quotes if it has any.
    pub span: Span,
}

/// Attributes and blocks, each in the order in which they are written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    /// `name = value`.
    pub attributes: Named<Attribute>,
    /// `kind "label" { … }`.
    pub blocks: Vec<Block>,
}

/// `name = value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// What stands left of `=`.
    pub name: Name,
    /// What stands right of it.
    pub value: Expr,
}

/// `kind "label" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its type, such as `resource`.
    pub kind: Name,
    /// Its labels, with or without quotes.
    pub labels: Vec<Name>,
    /// What is between the braces.
    pub body: Body,
    /// From the type to the last label: the one-line name of the block.
    pub header: Span,
    /// From the type to the closing brace.
    pub span: Span,
}

/// An expression and its place, without parentheses around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// The whole expression.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The forms of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string or heredoc without interpolation.
    String(String),
    /// A string or heredoc with `${…}` or `%{…}`.
    Template(Vec<Part>),
    /// `[a, b]`.
    Tuple(Vec<Expr>),
    /// `{ a = b }`.
    Object(Vec<ObjectItem>),
    /// A bare name, such as the `var` of `var.x`.
    Variable(String),
    /// `base.name`, also written `base["name"]` when the key is a literal that is a name.
    GetAttr(Box<Expr>, Name),
    /// `base[key]`.
    Index(Box<Expr>, Box<Expr>),
    /// `base[*]` or `base.*` followed by the operations that apply to each element.
    Splat(Box<Splat>),
    /// `name(arguments)`; the last argument may be expanded with `...`.
    Call(Box<Call>),
    /// `condition ? then : otherwise`.
    Conditional(Box<Conditional>),
    /// `!x` or `-x`.
    Unary(UnaryOperator, Box<Expr>),
    /// `a + b` and its like.
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `[for …]` or `{for …}`.
    For(Box<For>),
    /// What the parser crate can't read although it may be valid; evaluates to unknown.
    Unreadable,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text as it is, after escapes and the trimming of `~` and `<<-`.
    Literal(String),
    /// `${ … }`.
    Interpolation(Expr),
    /// `%{ if … }`.
    If(Box<TemplateIf>),
    /// `%{ for … }`.
    For(Box<TemplateFor>),
}

/// `%{ if condition } then %{ else } otherwise %{ endif }`.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateIf {
    /// Chooses.
    pub condition: Expr,
    /// What is written when it is true.
    pub then: Vec<Part>,
    /// What is written when it is false.
    pub otherwise: Vec<Part>,
}

/// `%{ for key, value in collection } body %{ endfor }`.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateFor {
    /// The first of two names.
    pub key: Option<Name>,
    /// The only or second name.
    pub value: Name,
    /// What is walked through.
    pub collection: Expr,
    /// What is written for each element.
    pub body: Vec<Part>,
}

/// `key = value` in an object.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectItem {
    /// The key.
    pub key: ObjectKey,
    /// The value.
    pub value: Expr,
}

/// A key in an object.
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectKey {
    /// A bare name, which stands for itself.
    Name(Name),
    /// Anything else, to be evaluated.
    Expr(Expr),
}

/// `base[*].each` or `base.*.each`.
#[derive(Debug, Clone, PartialEq)]
pub struct Splat {
    /// What is splatted.
    pub base: Expr,
    /// Whether an index after the splat applies to each element (`[*]`) or to the result (`.*`).
    pub full: bool,
    /// What applies to each element; the element is [`ExprKind::Variable`] with an empty name.
    pub each: Expr,
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function, with its namespace: `provider::aws::arn_parse`.
    pub name: Name,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// Whether `...` follows the last argument.
    pub expand_last: bool,
}

/// `condition ? then : otherwise`.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditional {
    /// Chooses.
    pub condition: Expr,
    /// The value when it is true.
    pub then: Expr,
    /// The value when it is false.
    pub otherwise: Expr,
}

/// `[for key, value in collection : result if condition]`, or an object with `key => result`.
#[derive(Debug, Clone, PartialEq)]
pub struct For {
    /// The first of two names.
    pub key: Option<Name>,
    /// The only or second name.
    pub value: Name,
    /// What is walked through.
    pub collection: Expr,
    /// The key of each element, when the result is an object.
    pub result_key: Option<Expr>,
    /// The value of each element.
    pub result: Expr,
    /// Whether `...` groups the values of equal keys.
    pub group: bool,
    /// Keeps an element.
    pub condition: Option<Expr>,
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

impl HasName for Attribute {
    fn name(&self) -> &str {
        &self.name.text
    }
}

impl Body {
    /// The attribute of this name; the first if it is written twice.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.first_named(name)
    }

    /// The blocks of this type.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind.text == kind)
    }
}

//! The syntax tree of HCL. Terraform's JSON syntax is converted to the same tree.
//!
//! Expressions follow the language specification: <https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>.

use crate::named::{HasName, NameIndex};
use crate::source::Span;

/// A name or a string.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The text, without quotes and escapes.
    pub text: String,
    /// With its quotes, if it has any.
    pub span: Span,
}

/// The attributes and the blocks of a body, each in source order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    pub attributes: NameIndex<Attribute>,
    pub blocks: Vec<Block>,
}

/// `name = value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    pub name: Label,
    pub value: Expr,
}

/// `kind "label" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The block type, such as `resource`.
    pub kind: Label,
    /// The labels, quoted or not.
    pub labels: Vec<Label>,
    /// The content between the braces.
    pub body: Body,
    /// From the type to the last label.
    pub header: Span,
    /// From the type to the closing brace.
    pub span: Span,
}

/// An expression, without the parentheses around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

/// The kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A string or heredoc without interpolation.
    String(String),
    /// A string or heredoc with `${…}` or `%{…}`.
    Template(Vec<TemplatePart>),
    /// `[a, b]`.
    Tuple(Vec<Expr>),
    /// `{ a = b }`.
    Object(Vec<ObjectItem>),
    /// A variable name, such as the `var` of `var.x`.
    Variable(String),
    /// `base.name`, or `base["name"]` if the key is a literal and a valid name.
    GetAttr(Box<Expr>, Label),
    /// `base[key]`.
    Index(Box<Expr>, Box<Expr>),
    /// `base[*]` or `base.*`, followed by the operations on each element.
    Splat(Box<Splat>),
    /// `name(arguments)`. The last argument may be expanded by `...`.
    Call(Box<FunctionCall>),
    /// `condition ? then : otherwise`.
    Conditional(Box<Conditional>),
    /// `!x` or `-x`.
    Unary(UnaryOperator, Box<Expr>),
    /// A binary operation, such as `a + b`.
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `[for …]` or `{for …}`.
    For(Box<ForExpr>),
    /// An expression that the parser crate can't parse, although it may be valid. It evaluates to unknown.
    Unreadable,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Literal text, with escapes decoded and the trimming of `~` and `<<-` applied, and its place in the file.
    Literal(String, Span),
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
    pub condition: Expr,
    pub then: Vec<TemplatePart>,
    pub otherwise: Vec<TemplatePart>,
}

/// `%{ for key, value in collection } body %{ endfor }`.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateFor {
    /// The name for the key, if there are two names.
    pub key: Option<Label>,
    /// The name for the element.
    pub value: Label,
    pub collection: Expr,
    /// The template for each element.
    pub body: Vec<TemplatePart>,
}

/// `key = value` in an object.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectItem {
    pub key: ObjectKey,
    pub value: Expr,
}

/// The key of an object item.
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectKey {
    /// A bare name, which is the key itself and not a reference.
    Name(Label),
    /// An expression that evaluates to the key.
    Expr(Expr),
}

/// `base[*].each` or `base.*.each`.
#[derive(Debug, Clone, PartialEq)]
pub struct Splat {
    pub base: Expr,
    /// True for `[*]`, where an index after the splat applies to each element. For `.*`, it applies to the result.
    pub full: bool,
    /// The operations on each element; the element is [`ExprKind::Variable`] with an empty name.
    pub each: Expr,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FunctionCall {
    /// The function name with its namespace: `provider::aws::arn_parse`.
    pub name: Label,
    pub arguments: Vec<Expr>,
    /// True if `...` follows the last argument.
    pub expand_last: bool,
}

/// `condition ? then : otherwise`.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditional {
    pub condition: Expr,
    pub then: Expr,
    pub otherwise: Expr,
}

/// `[for key, value in collection : result if condition]`, or an object with `key => result`.
#[derive(Debug, Clone, PartialEq)]
pub struct ForExpr {
    /// The name for the key, if there are two names.
    pub key: Option<Label>,
    /// The name for the element.
    pub value: Label,
    pub collection: Expr,
    /// The key of each element, if the result is an object.
    pub result_key: Option<Expr>,
    pub result: Expr,
    /// True if `...` groups the values of equal keys.
    pub group: bool,
    /// The filter for elements.
    pub condition: Option<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `!`
    Not,
    /// `-`
    Negate,
}

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
    /// The attribute of a name; the first one if it is duplicated.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.first_named(name)
    }

    /// The blocks of a type.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind.text == kind)
    }
}

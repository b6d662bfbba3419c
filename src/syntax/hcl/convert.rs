//! Converts the syntax tree of the parser crate to the tree in [`super::ast`].
//!
//! The crate limits the depth of brackets and operators. Chains such as `a.b.c` are flat in its tree but nested in
//! ours, so the depth is checked here again.

use std::ops::Range;

use hcl_edit::expr::{self as theirs, Expression, TraversalOperator};
use hcl_edit::structure::{self, BlockLabel, Structure};
use hcl_edit::{Decorated, Ident};

use super::{
    Attribute, BinaryOperator, Block, Body, Conditional, Expr, ExprKind, ForExpr, FunctionCall, Label, ObjectItem,
    ObjectKey, Splat, UnaryOperator,
};
use crate::source::Span;
use crate::syntax::MAX_DEPTH;

/// Converts the crate's tree of one text.
pub(super) struct Converter<'a> {
    /// The heredocs so far, in the order of their ends.
    pub(super) heredocs: Vec<Range<usize>>,
    /// A text such as `10.1.2`, which the crate parses as a number with an index, and which isn't valid HCL.
    pub(super) no_number: Option<Span>,
    pub(super) text: &'a str,
    place: &'a dyn Fn(Range<usize>) -> Span,
}

impl<'a> Converter<'a> {
    /// Creates a converter for trees of `text`; `place` maps a range of the text to a span of the file.
    pub(super) fn new(text: &'a str, place: &'a dyn Fn(Range<usize>) -> Span) -> Self {
        Self { heredocs: Vec::new(), no_number: None, text, place }
    }

    pub(super) fn block(&mut self, block: &structure::Block, depth: usize) -> Block {
        let kind = self.name(&block.ident);
        let labels: Vec<Label> = block.labels.iter().map(|label| self.label(label)).collect();
        let header = labels.last().map_or(kind.span, |label| kind.span.to(label.span));
        Block { kind, labels, body: self.body(&block.body, depth.saturating_add(1)), header, span: self.span(block) }
    }

    pub(super) fn attribute(&mut self, attribute: &structure::Attribute, depth: usize) -> Attribute {
        Attribute { name: self.name(&attribute.key), value: self.expr(&attribute.value, depth) }
    }

    /// Converts an expression at a depth. Expressions deeper than [`MAX_DEPTH`] become unreadable.
    pub(super) fn expr(&mut self, expression: &Expression, depth: usize) -> Expr {
        if depth >= MAX_DEPTH {
            return Expr { span: self.span(expression), kind: ExprKind::Unreadable };
        }
        let depth = depth.saturating_add(1);
        let kind = match expression {
            Expression::Parenthesis(inside) => return self.expr(inside.inner(), depth),
            Expression::Traversal(traversal) => return self.traversal(traversal, depth),
            Expression::StringTemplate(template) => return self.string_template(template, self.range(template), depth),
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(number) => ExprKind::Number(self.number(self.range(number))),
            Expression::String(string) => ExprKind::String(string.value().clone()),
            Expression::Array(array) => ExprKind::Tuple(self.exprs(array.iter(), depth)),
            Expression::Object(object) => ExprKind::Object(self.object(object, depth)),
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, depth),
            Expression::Variable(name) => ExprKind::Variable(name.as_str().to_owned()),
            Expression::Conditional(conditional) => self.conditional(conditional, depth),
            Expression::FuncCall(call) => self.call(call, depth),
            Expression::UnaryOp(operation) => self.unary(operation, depth),
            Expression::BinaryOp(operation) => self.binary(operation, depth),
            Expression::ForExpr(for_expr) => self.for_expr(for_expr, depth),
        };
        Expr { span: self.span(expression), kind }
    }

    pub(super) fn name(&self, ident: &Decorated<Ident>) -> Label {
        Label { text: ident.as_str().to_owned(), span: self.span(ident) }
    }

    pub(super) fn place(&self, range: Range<usize>) -> Span {
        (self.place)(range)
    }

    /// The range of a node of the crate's tree. Every parsed node has one.
    pub(super) fn range(&self, node: &impl hcl_edit::Span) -> Range<usize> {
        node.span().unwrap_or(0..self.text.len())
    }

    fn span(&self, node: &impl hcl_edit::Span) -> Span {
        self.place(self.range(node))
    }

    fn label(&self, label: &BlockLabel) -> Label {
        match label {
            BlockLabel::Ident(ident) => self.name(ident),
            BlockLabel::String(string) => Label { text: string.value().clone(), span: self.span(string) },
        }
    }

    fn body(&mut self, body: &structure::Body, depth: usize) -> Body {
        let mut converted = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => converted.attributes.push(self.attribute(attribute, depth)),
                Structure::Block(block) => converted.blocks.push(self.block(block, depth)),
            }
        }
        converted
    }

    /// The text of a number, without spaces and comments between the sign and the digits.
    fn number(&self, range: Range<usize>) -> String {
        let written = self.text.get(range).unwrap_or_default();
        let Some(unsigned) = written.strip_prefix('-') else { return written.to_owned() };
        let mut parts = unsigned.rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '+' | '-'));
        let digits = parts.next().unwrap_or_default();
        format!("-{digits}")
    }

    fn exprs<'b>(&mut self, expressions: impl Iterator<Item = &'b Expression>, depth: usize) -> Vec<Expr> {
        expressions.map(|expression| self.expr(expression, depth)).collect()
    }

    fn object(&mut self, object: &theirs::Object, depth: usize) -> Vec<ObjectItem> {
        let mut items = Vec::new();
        for (key, value) in object.iter() {
            let key = self.object_key(key, depth);
            items.push(ObjectItem { key, value: self.expr(value.expr(), depth) });
        }
        items
    }

    fn object_key(&mut self, key: &theirs::ObjectKey, depth: usize) -> ObjectKey {
        match key {
            theirs::ObjectKey::Ident(name) => ObjectKey::Name(self.name(name)),
            // A bare keyword is a name if it is a key.
            theirs::ObjectKey::Expression(keyword @ (Expression::Null(_) | Expression::Bool(_))) => {
                let range = self.range(keyword);
                let text = self.text.get(range.clone()).unwrap_or_default().to_owned();
                ObjectKey::Name(Label { text, span: self.place(range) })
            }
            theirs::ObjectKey::Expression(expression) => ObjectKey::Expr(self.expr(expression, depth)),
        }
    }

    fn conditional(&mut self, conditional: &theirs::Conditional, depth: usize) -> ExprKind {
        ExprKind::Conditional(Box::new(Conditional {
            condition: self.expr(&conditional.cond_expr, depth),
            then: self.expr(&conditional.true_expr, depth),
            otherwise: self.expr(&conditional.false_expr, depth),
        }))
    }

    fn call(&mut self, call: &theirs::FuncCall, depth: usize) -> ExprKind {
        let name = self.name(&call.name.name);
        let namespace = call.name.namespace.first().map(|first| self.span(first));
        let mut text: String = call.name.namespace.iter().flat_map(|part| [part.as_str(), "::"]).collect();
        text.push_str(&name.text);
        ExprKind::Call(Box::new(FunctionCall {
            name: Label { text, span: namespace.map_or(name.span, |first| first.to(name.span)) },
            arguments: self.exprs(call.args.iter(), depth),
            expand_last: call.args.expand_final(),
        }))
    }

    fn unary(&mut self, operation: &theirs::UnaryOp, depth: usize) -> ExprKind {
        let operator = match operation.operator.value() {
            theirs::UnaryOperator::Neg => UnaryOperator::Negate,
            theirs::UnaryOperator::Not => UnaryOperator::Not,
        };
        ExprKind::Unary(operator, Box::new(self.expr(&operation.expr, depth)))
    }

    fn binary(&mut self, operation: &theirs::BinaryOp, depth: usize) -> ExprKind {
        let left = Box::new(self.expr(&operation.lhs_expr, depth));
        let right = Box::new(self.expr(&operation.rhs_expr, depth));
        ExprKind::Binary(binary_operator(*operation.operator.value()), left, right)
    }

    fn for_expr(&mut self, for_expr: &theirs::ForExpr, depth: usize) -> ExprKind {
        let intro = &for_expr.intro;
        ExprKind::For(Box::new(ForExpr {
            key: intro.key_var.as_ref().map(|name| self.name(name)),
            value: self.name(&intro.value_var),
            collection: self.expr(&intro.collection_expr, depth),
            result_key: for_expr.key_expr.as_ref().map(|key| self.expr(key, depth)),
            result: self.expr(&for_expr.value_expr, depth),
            group: for_expr.grouping,
            condition: for_expr.cond.as_ref().map(|condition| self.expr(&condition.expr, depth)),
        }))
    }

    fn traversal(&mut self, traversal: &theirs::Traversal, depth: usize) -> Expr {
        let is_dotted_number = matches!(traversal.expr, Expression::Number(_))
            && traversal
                .operators
                .first()
                .is_some_and(|operator| matches!(operator.value(), TraversalOperator::LegacyIndex(_)));
        if is_dotted_number {
            self.no_number.get_or_insert(self.span(traversal));
        }
        // Each operator wraps the expression before it, so the base is deeper by the number of operators.
        let depth = depth.saturating_add(traversal.operators.len());
        if depth >= MAX_DEPTH {
            return Expr { span: self.span(traversal), kind: ExprKind::Unreadable };
        }
        let base = self.expr(&traversal.expr, depth);
        self.apply(&traversal.operators, base, depth)
    }

    fn apply(&mut self, mut operators: &[Decorated<TraversalOperator>], mut base: Expr, depth: usize) -> Expr {
        while let Some((operator, rest)) = operators.split_first() {
            operators = rest;
            let end = self.span(operator);
            let span = base.span.to(end);
            let kind = match operator.value() {
                TraversalOperator::GetAttr(name) => ExprKind::GetAttr(Box::new(base), self.name(name)),
                TraversalOperator::Index(key) => index(base, self.expr(key, depth)),
                TraversalOperator::LegacyIndex(number) => {
                    let key = ExprKind::Number(number.value().to_string());
                    ExprKind::Index(Box::new(base), Box::new(Expr { span: self.span(number), kind: key }))
                }
                // All operators after `[*]` apply to each element. Those after `.*` apply to each element up to the
                // first bracket.
                TraversalOperator::FullSplat(_) => {
                    let each = self.apply(std::mem::take(&mut operators), element(end), depth);
                    return splat(base, true, each);
                }
                TraversalOperator::AttrSplat(_) => {
                    let length = rest.iter().take_while(|operator| is_dotted(operator)).count();
                    let (inside, after) = rest.split_at(length);
                    operators = after;
                    base = splat(base, false, self.apply(inside, element(end), depth));
                    continue;
                }
            };
            base = Expr { span, kind };
        }
        base
    }
}

/// The element of a splat, which has no name.
fn element(splat: Span) -> Expr {
    Expr { span: splat, kind: ExprKind::Variable(String::new()) }
}

fn splat(base: Expr, full: bool, each: Expr) -> Expr {
    Expr { span: base.span.to(each.span), kind: ExprKind::Splat(Box::new(Splat { base, full, each })) }
}

/// `base["name"]` is equivalent to `base.name`.
fn index(base: Expr, key: Expr) -> ExprKind {
    match key.kind {
        ExprKind::String(text) if Ident::try_new(text.as_str()).is_ok() => {
            ExprKind::GetAttr(Box::new(base), Label { text, span: key.span })
        }
        kind => ExprKind::Index(Box::new(base), Box::new(Expr { span: key.span, kind })),
    }
}

fn is_dotted(operator: &TraversalOperator) -> bool {
    match operator {
        TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_) => true,
        TraversalOperator::Index(_) | TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_) => false,
    }
}

fn binary_operator(operator: theirs::BinaryOperator) -> BinaryOperator {
    match operator {
        theirs::BinaryOperator::Eq => BinaryOperator::Equal,
        theirs::BinaryOperator::NotEq => BinaryOperator::NotEqual,
        theirs::BinaryOperator::LessEq => BinaryOperator::LessOrEqual,
        theirs::BinaryOperator::GreaterEq => BinaryOperator::GreaterOrEqual,
        theirs::BinaryOperator::Less => BinaryOperator::Less,
        theirs::BinaryOperator::Greater => BinaryOperator::Greater,
        theirs::BinaryOperator::Plus => BinaryOperator::Add,
        theirs::BinaryOperator::Minus => BinaryOperator::Subtract,
        theirs::BinaryOperator::Mul => BinaryOperator::Multiply,
        theirs::BinaryOperator::Div => BinaryOperator::Divide,
        theirs::BinaryOperator::Mod => BinaryOperator::Modulo,
        theirs::BinaryOperator::And => BinaryOperator::And,
        theirs::BinaryOperator::Or => BinaryOperator::Or,
    }
}

//! Evaluates expressions of one module.
//!
//! What isn't evaluated is unknown with its reason; there is no error. The way
//! a value came is kept in the hops of what it evaluates to.

use std::cell::RefCell;

use super::module::Module;
use super::variables;
use crate::source::Span;
use crate::syntax::hcl::{Expr, ExprKind, ObjectItem, ObjectKey};
use crate::value::{Data, Field, Hop, Known, Maybe, Object, Origin, Step, Traced, Unknown, Why};

/// Evaluates expressions in the scope of a module.
pub(super) struct Evaluator<'a> {
    pub(super) module: &'a Module,
    /// The locals that are being evaluated, to notice cycles.
    pending: RefCell<Vec<String>>,
}

/// Locals that depend on each other deeper than this are given up.
const MAX_LOCAL_DEPTH: usize = 50;

impl<'a> Evaluator<'a> {
    pub(super) fn new(module: &'a Module) -> Self {
        Self { module, pending: RefCell::default() }
    }

    /// The value of an expression.
    pub(super) fn eval(&self, expr: &Expr) -> Traced<Data> {
        let (value, hops) = self.eval_kind(expr);
        Traced { value, origin: Origin::Written(expr.span), hops }
    }

    fn eval_kind(&self, expr: &Expr) -> (Maybe<Data>, Vec<Hop>) {
        let here = |value| (value, Vec::new());
        match &expr.kind {
            ExprKind::Null => here(Known(Data::Null)),
            ExprKind::Bool(value) => here(Known(Data::Bool(*value))),
            ExprKind::Number(text) => here(number(text)),
            ExprKind::String(text) => here(Known(Data::String(text.clone()))),
            ExprKind::Tuple(items) => here(Known(Data::tuple(items.iter().map(|item| self.eval(item)).collect()))),
            ExprKind::Object(items) => here(self.object(items, expr.span)),
            ExprKind::GetAttr(base, name) => match &base.kind {
                ExprKind::Variable(root) if root == "var" => variables::value(self, &name.text),
                ExprKind::Variable(root) if root == "local" => self.local(&name.text),
                _ => here(Unknown(why_unknown(expr))),
            },
            ExprKind::Variable(_) | ExprKind::Index(..) | ExprKind::Splat(_) => here(Unknown(why_unknown(expr))),
            ExprKind::Template(_) => here(not_evaluated("this template")),
            ExprKind::Call(call) => here(not_evaluated(&format!("the function `{}`", call.name.text))),
            ExprKind::Conditional(_) => here(not_evaluated("this conditional")),
            ExprKind::Unary(..) | ExprKind::Binary(..) => here(not_evaluated("this operation")),
            ExprKind::For(_) => here(not_evaluated("this `for` expression")),
            ExprKind::Unreadable => here(Unknown(Why::Unreadable)),
        }
    }

    fn object(&self, items: &[ObjectItem], span: Span) -> Maybe<Data> {
        let mut fields = Vec::new();
        for item in items {
            let (key, key_span) = match &item.key {
                ObjectKey::Name(name) => (name.text.clone(), name.span),
                ObjectKey::Expr(Expr { span, kind: ExprKind::String(text) }) => (text.clone(), *span),
                ObjectKey::Expr(_) => return not_evaluated("an object with a computed key"),
            };
            fields.push(Field { key, key_span, value: self.eval(&item.value) });
        }
        Known(Data::Object(Object::new(span, fields)))
    }

    /// The value of a local, and the way to it.
    fn local(&self, name: &str) -> (Maybe<Data>, Vec<Hop>) {
        let reference = || format!("local.{name}");
        let Some(expr) = self.module.local(name) else {
            return (Unknown(Why::Undeclared { reference: reference() }), Vec::new());
        };
        if self.pending.borrow().iter().any(|pending| pending == name) {
            return (Unknown(Why::Cycle { reference: reference() }), Vec::new());
        }
        if self.pending.borrow().len() >= MAX_LOCAL_DEPTH {
            return (Unknown(Why::OverLimit { limit: "locals that depend on each other" }), Vec::new());
        }
        self.pending.borrow_mut().push(name.to_owned());
        let traced = self.eval(expr);
        self.pending.borrow_mut().pop();
        through(traced, Step::Local(name.to_owned()))
    }
}

/// A value that was decided elsewhere, and the way there with one more step in front.
pub(super) fn through(decided: Traced<Data>, step: Step) -> (Maybe<Data>, Vec<Hop>) {
    let mut hops = vec![Hop { span: decided.origin.span(), step }];
    hops.extend(decided.hops);
    (decided.value, hops)
}

fn number(text: &str) -> Maybe<Data> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Known(Data::Number(value)),
        Ok(_) | Err(_) => Unknown(Why::OverLimit { limit: "numbers" }),
    }
}

fn not_evaluated(construct: &str) -> Maybe<Data> {
    Unknown(Why::NotEvaluated { construct: construct.to_owned() })
}

/// Why a reference to anything but a variable or a local isn't known.
fn why_unknown(expr: &Expr) -> Why {
    let (Some(parts), true) = (names_of(expr), !matches!(expr.kind, ExprKind::Splat(_))) else {
        return Why::NotEvaluated { construct: "this reference".to_owned() };
    };
    let reference = parts.join(".");
    match parts.first().copied() {
        Some("each" | "count" | "path" | "terraform" | "self" | "module") => {
            Why::NotEvaluated { construct: format!("`{reference}`") }
        }
        // The provider gives every managed resource an id, and an ARN where it has one.
        Some(root) => {
            let is_set = root != "data" && parts.len() == 3 && matches!(parts.last(), Some(&("arn" | "id")));
            Why::AtDeployment { reference, is_set }
        }
        None => Why::NotEvaluated { construct: "this reference".to_owned() },
    }
}

/// The names of a reference such as `data.aws_region.current.name`, indexes left out.
fn names_of(expr: &Expr) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut expr = expr;
    loop {
        match &expr.kind {
            ExprKind::GetAttr(base, name) => {
                names.push(name.text.as_str());
                expr = base;
            }
            ExprKind::Index(base, _) => expr = base,
            ExprKind::Variable(root) => {
                names.push(root);
                names.reverse();
                return Some(names);
            }
            _ => return None,
        }
    }
}

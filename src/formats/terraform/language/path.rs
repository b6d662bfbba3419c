//! Evaluates paths such as `local.settings["trail"].name`, without copying any value but the last one.

use std::rc::Rc;

use super::collections::find_element;
use super::evaluator::{Evaluator, ValuePath, at_use, failed};
use super::lookup::Lookup;
use super::normal_form;
use crate::model::meant_literal;
use crate::syntax::hcl::{Expr, ExprKind};
use crate::value::{Data, Hop, Known, Maybe, Origin, Reason, Traced, Unknown, append_hops};

/// The maximum number of hops of a value. All of them are shown; real code has fewer than ten.
const MAX_HOPS: usize = 200;

/// A step from a value to one of its parts.
enum AccessStep<'a> {
    /// `.name`
    Attribute(&'a str),
    /// `[key]`
    Index(Maybe<Data>),
}

/// The value at the beginning of a path.
enum PathStart<'a> {
    /// A variable, a local, an output, a policy, or another object with a keyword.
    Shared(Rc<ValuePath>),
    /// A name that an expression declares, such as that of a `for`.
    Named(&'a Traced<Data>),
    /// A value that only this path uses.
    Made(ValuePath),
}

impl<L: Lookup> Evaluator<'_, L> {
    /// The value of a name, an attribute or an element.
    pub(crate) fn follow(&self, expr: &Expr) -> ValuePath {
        let mut steps = Vec::new();
        let mut base = expr;
        let start = loop {
            if let Some(start) = self.start(base) {
                break start;
            }
            match &base.kind {
                ExprKind::GetAttr(inner, name) => {
                    steps.push(AccessStep::Attribute(&name.text));
                    base = inner;
                }
                ExprKind::Index(inner, key) => {
                    steps.push(AccessStep::Index(self.eval(key).value));
                    base = inner;
                }
                _ => {
                    let value = self.eval(base);
                    break PathStart::Made((value.value, value.hops));
                }
            }
        };
        steps.reverse();
        let (value, hops) = match &start {
            PathStart::Shared(way) => (&way.0, way.1.clone()),
            PathStart::Named(named) => (&named.value, named.hops.clone()),
            PathStart::Made(way) => (&way.0, way.1.clone()),
        };
        // Each reference copies the hops of its value.
        self.world.charge(hops.len());
        if hops.len() > MAX_HOPS {
            return at_use(Unknown(Reason::OverLimit { limit: "nested references" }));
        }
        self.descend(value, hops, &steps, expr)
    }

    /// The value of `each.value`, `count.index` and the like.
    fn language_value(&self, root: &str, name: &str) -> Option<&Traced<Data>> {
        match self.named(root)? {
            // The language defines this object, so it has no location, unlike names that an expression declares.
            Traced { value: Known(Data::Object(object)), origin: Origin::Absent(_), .. } => {
                object.field(name).map(|field| &field.value)
            }
            _ => None,
        }
    }

    /// The value of an expression if a path begins there; `None` if its base has to be evaluated first.
    fn start(&self, expr: &Expr) -> Option<PathStart<'_>> {
        match &expr.kind {
            ExprKind::Variable(name) => Some(match self.named(name) {
                Some(named) => PathStart::Named(named),
                None => PathStart::Made(at_use(Unknown(no_reference(name)))),
            }),
            ExprKind::GetAttr(base, name) => match &base.kind {
                ExprKind::Variable(root) if self.language_value(root, &name.text).is_some() => {
                    self.language_value(root, &name.text).map(PathStart::Named)
                }
                ExprKind::Variable(root) if self.named(root).is_none() => {
                    Some(PathStart::Shared(self.keyword(expr, root, &name.text)))
                }
                _ => L::object(self, expr).map(PathStart::Shared),
            },
            ExprKind::Index(..) => L::object(self, expr).map(PathStart::Shared),
            _ => None,
        }
    }

    /// Evaluates `root.name` for a keyword.
    fn keyword(&self, expr: &Expr, root: &str, name: &str) -> Rc<ValuePath> {
        match root {
            _ if self.is_outside => Rc::new(at_use(failed(format!("`{root}.{name}` can't be used here")))),
            "var" => self.lookup.variable(name, expr.span, self.world),
            "local" => self.lookup.local(name, expr.span, self.world),
            _ => L::object(self, expr).unwrap_or_else(|| Rc::new(at_use(Unknown(Reason::Unreadable)))),
        }
    }

    /// Follows a path; as long as all values are known, none is copied.
    fn descend(&self, value: &Maybe<Data>, mut hops: Vec<Hop>, steps: &[AccessStep<'_>], expr: &Expr) -> ValuePath {
        let mut value = value;
        let mut steps = steps.iter();
        while let Some(step) = steps.next() {
            let found = match (value, step) {
                (Known(collection @ Data::Object(_)), AccessStep::Attribute(name)) => {
                    find_element(collection, &Data::String(normal_form::of_text((*name).to_owned())))
                }
                (Known(collection), AccessStep::Index(Known(key))) => find_element(collection, key),
                (Known(collection), AccessStep::Index(Unknown(why))) => match self.undecided_element(collection, why) {
                    Ok(found) => Some(found),
                    Err(value) => return self.descend(&value, Vec::new(), steps.as_slice(), expr),
                },
                (Known(_) | Unknown(_), AccessStep::Attribute(_) | AccessStep::Index(_)) => None,
            };
            let Some((member, to_member)) = found else {
                let base = Traced { value: value.clone(), origin: Origin::Written(expr.span), hops };
                let (value, hops) = match step {
                    AccessStep::Attribute(name) => self.attribute(base, name),
                    AccessStep::Index(key) => self.element(base, key),
                };
                return self.descend(&value, hops, steps.as_slice(), expr);
            };
            append_hops(&mut hops, member, to_member);
            value = &member.value;
        }
        (value.clone(), hops)
    }
}

/// The reason for a word that is neither a value nor a reference to a declaration.
fn no_reference(word: &str) -> Reason {
    let advice = match meant_literal(word) {
        Some(value) => format!("replace `{word}`; did you mean `{value}`?"),
        None => format!("replace `{word}` with a value or a reference"),
    };
    Reason::Worded { subject: word.to_owned(), text: format!("`{word}` isn't declared"), advice: advice.into() }
}

//! Paths such as `local.settings["trail"].name`: what they begin with is looked at, and only what they lead to copied.

use std::rc::Rc;

use super::collections::find_element;
use super::{Evaluator, failed, here};
use crate::formats::terraform::normal_form;
use crate::formats::terraform::scope::Way;
use crate::model::meant_literal;
use crate::syntax::hcl::{Expr, ExprKind};
use crate::value::{Data, Hop, Known, Maybe, Origin, Traced, Unknown, Why, lead};

/// How many steps a value may have come, all of which are shown; real ones stay below ten.
const MAX_HOPS: usize = 200;

/// A step from a value into it.
enum Step<'a> {
    /// `.name`
    Attribute(&'a str),
    /// `[key]`
    Index(Maybe<Data>),
}

/// What a path begins with.
enum Start<'a> {
    /// A variable, a local, an output, a policy, or what else has a keyword.
    Shared(Rc<Way>),
    /// A name that an expression gives.
    Named(&'a Traced<Data>),
    /// A value made for this path.
    Made(Way),
}

impl Evaluator<'_> {
    /// The value of a name, an attribute or an element.
    pub(super) fn follow(&self, expr: &Expr) -> Way {
        let mut steps = Vec::new();
        let mut base = expr;
        let start = loop {
            if let Some(start) = self.start(base) {
                break start;
            }
            match &base.kind {
                ExprKind::GetAttr(inner, name) => {
                    steps.push(Step::Attribute(&name.text));
                    base = inner;
                }
                ExprKind::Index(inner, key) => {
                    steps.push(Step::Index(self.eval(key).value));
                    base = inner;
                }
                _ => {
                    let value = self.eval(base);
                    break Start::Made((value.value, value.hops));
                }
            }
        };
        steps.reverse();
        let (value, hops) = match &start {
            Start::Shared(way) => (&way.0, way.1.clone()),
            Start::Named(named) => (&named.value, named.hops.clone()),
            Start::Made(way) => (&way.0, way.1.clone()),
        };
        // Who follows a reference copies the way that was gone before.
        self.world.charge(hops.len());
        if hops.len() > MAX_HOPS {
            return here(Unknown(Why::OverLimit { limit: "references to references" }));
        }
        self.descend(value, hops, &steps, expr)
    }

    /// What `each.value`, `count.index` and the like stand for.
    fn given_by_language(&self, root: &str, name: &str) -> Option<&Traced<Data>> {
        match self.named(root)? {
            // It is written nowhere, so it is none of the names that an expression gives.
            Traced { value: Known(Data::Object(object)), origin: Origin::Absent(_), .. } => {
                object.field(name).map(|field| &field.value)
            }
            _ => None,
        }
    }

    /// The value of an expression at which a path begins; nothing if it has to be looked at in its parts.
    fn start(&self, expr: &Expr) -> Option<Start<'_>> {
        let undeclared =
            |word: &str| here(Unknown(Why::NoReference { word: word.to_owned(), meant: meant_literal(word) }));
        match &expr.kind {
            ExprKind::Variable(name) => {
                Some(self.named(name).map_or_else(|| Start::Made(undeclared(name)), Start::Named))
            }
            ExprKind::GetAttr(base, name) => match &base.kind {
                ExprKind::Variable(root) if self.given_by_language(root, &name.text).is_some() => {
                    self.given_by_language(root, &name.text).map(Start::Named)
                }
                ExprKind::Variable(root) if self.named(root).is_none() => {
                    Some(Start::Shared(self.keyword(expr, root, &name.text)))
                }
                _ => match self.shared(base, &name.text) {
                    Some(value) => Some(Start::Shared(value)),
                    None => match self.policy_instances(expr) {
                        Some(instances) => Some(Start::Made(here(instances))),
                        None => self.unapplied(expr).map(Start::Made),
                    },
                },
            },
            ExprKind::Index(..) => self.unapplied(expr).map(Start::Made),
            _ => None,
        }
    }

    /// An attribute that is evaluated once for all who refer to it: an output, or what a data source makes of its arguments.
    fn shared(&self, base: &Expr, attribute: &str) -> Option<Rc<Way>> {
        let output = self.module_output(base, attribute);
        let document = output.or_else(|| self.policy_document(base, attribute));
        document.or_else(|| self.template_file(base, attribute)).or_else(|| self.data_bucket(base, attribute))
    }

    /// A reference to what only Terraform knows.
    fn unapplied(&self, expr: &Expr) -> Option<Way> {
        if self.is_opaque(expr) {
            return Some(here(if self.lacks_instance(expr) {
                failed("there is no such instance")
            } else {
                Unknown(self.at_deployment(expr))
            }));
        }
        None
    }

    /// Goes along a path, without a copy of any value as long as all is known.
    fn descend(&self, value: &Maybe<Data>, mut hops: Vec<Hop>, steps: &[Step<'_>], expr: &Expr) -> Way {
        let mut value = value;
        let mut steps = steps.iter();
        while let Some(step) = steps.next() {
            let found = match (value, step) {
                (Known(collection @ Data::Object(_)), Step::Attribute(name)) => {
                    find_element(collection, &Data::String(normal_form::of_text((*name).to_owned())))
                }
                (Known(collection), Step::Index(Known(key))) => find_element(collection, key),
                (Known(_) | Unknown(_), Step::Attribute(_) | Step::Index(_)) => None,
            };
            let Some((member, to_member)) = found else {
                let base = Traced { value: value.clone(), origin: Origin::Written(expr.span), hops };
                let (value, hops) = match step {
                    Step::Attribute(name) => self.attribute(base, name),
                    Step::Index(key) => self.element(base, key),
                };
                return self.descend(&value, hops, steps.as_slice(), expr);
            };
            lead(&mut hops, member, to_member);
            value = &member.value;
        }
        (value.clone(), hops)
    }
}

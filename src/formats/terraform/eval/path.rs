//! Evaluates paths such as `local.settings["trail"].name`, without copying any value but the last one.

use std::rc::Rc;

use super::collections::find_element;
use super::{Evaluator, failed, here};
use crate::formats::terraform::normal_form;
use crate::formats::terraform::scope::Way;
use crate::model::meant_literal;
use crate::syntax::hcl::{Expr, ExprKind};
use crate::value::{Data, Hop, Known, Maybe, Origin, Traced, Unknown, Why, lead};

/// The maximum number of hops of a value. All of them are shown; real code has fewer than ten.
const MAX_HOPS: usize = 200;

/// A step from a value to one of its parts.
enum Step<'a> {
    /// `.name`
    Attribute(&'a str),
    /// `[key]`
    Index(Maybe<Data>),
}

/// The value at the beginning of a path.
enum Start<'a> {
    /// A variable, a local, an output, a policy, or another object with a keyword.
    Shared(Rc<Way>),
    /// A name that an expression declares, such as that of a `for`.
    Named(&'a Traced<Data>),
    /// A value that only this path uses.
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
        // Each reference copies the hops of its value.
        self.world.charge(hops.len());
        if hops.len() > MAX_HOPS {
            return here(Unknown(Why::OverLimit { limit: "nested references" }));
        }
        self.descend(value, hops, &steps, expr)
    }

    /// The value of `each.value`, `count.index` and the like.
    fn given_by_language(&self, root: &str, name: &str) -> Option<&Traced<Data>> {
        match self.named(root)? {
            // The language defines this object, so it has no location, unlike names that an expression declares.
            Traced { value: Known(Data::Object(object)), origin: Origin::Absent(_), .. } => {
                object.field(name).map(|field| &field.value)
            }
            _ => None,
        }
    }

    /// The value of an expression if a path begins there; `None` if its base has to be evaluated first.
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

    /// An attribute that is evaluated once for all references: an output, or an attribute of a data source that its
    /// arguments determine.
    fn shared(&self, base: &Expr, attribute: &str) -> Option<Rc<Way>> {
        let output = self.module_output(base, attribute);
        let document = output.or_else(|| self.policy_document(base, attribute));
        document.or_else(|| self.template_file(base, attribute)).or_else(|| self.data_bucket(base, attribute))
    }

    /// A reference whose value is known only after Terraform has applied.
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

    /// Follows a path; as long as all values are known, none is copied.
    fn descend(&self, value: &Maybe<Data>, mut hops: Vec<Hop>, steps: &[Step<'_>], expr: &Expr) -> Way {
        let mut value = value;
        let mut steps = steps.iter();
        while let Some(step) = steps.next() {
            let found = match (value, step) {
                (Known(collection @ Data::Object(_)), Step::Attribute(name)) => {
                    find_element(collection, &Data::String(normal_form::of_text((*name).to_owned())))
                }
                (Known(collection), Step::Index(Known(key))) => find_element(collection, key),
                (Known(collection), Step::Index(Unknown(why))) => match self.undecided_element(collection, why) {
                    Ok(found) => Some(found),
                    Err(value) => return self.descend(&value, Vec::new(), steps.as_slice(), expr),
                },
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

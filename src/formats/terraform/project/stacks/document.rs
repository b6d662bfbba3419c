//! Evaluates JSON that a string or a file contains as a value whose parts have their own places.

use super::text::StackText;
use crate::formats::terraform::language::failed;
use crate::formats::terraform::project::program::ModuleEvaluator;
use crate::source::Span;
use crate::syntax::hcl::Expr;
use crate::syntax::node::{Meaning, Node, NodeKind, Scalar, Tree};
use crate::syntax::{json, yaml};
use crate::value::{Data, Field, Known, Maybe, Object, Origin, Reason, Traced, Unknown, insertion_index};

impl ModuleEvaluator<'_> {
    /// The value of an expression that contains JSON.
    pub(crate) fn json_document(&self, expr: &Expr) -> Traced<Data> {
        let unknown = |value| Traced { value, origin: Origin::Written(expr.span), hops: Vec::new() };
        let text = match self.stack_text(expr) {
            Ok(text) => text,
            Err(why) => {
                if why.is_failure() {
                    self.world.fail();
                }
                return self.eval(expr).map(|_| Unknown(why));
            }
        };
        let file = self.lookup.tree.context.sources.file(text.template);
        let mut tree = json::parse(text.template, &file);
        if text.unknown.is_some() && !is_sound(&tree) {
            // An unknown value without quotes isn't JSON, but the same text is YAML.
            tree = yaml::parse(text.template, &file);
        }
        match tree.documents.first().filter(|_| is_sound(&tree)) {
            Some(root) => text.value(root),
            None => unknown(match &text.unknown {
                Some(why) => Unknown(why.clone()),
                None => failed("this isn't JSON"),
            }),
        }
    }
}

fn is_sound(tree: &Tree) -> bool {
    tree.documents.len() == 1 && tree.problems.iter().all(|problem| !problem.kind.loses_text())
}

impl StackText {
    /// Converts a node. Recursion is bounded by the depth limit of the parsers.
    fn value(&self, node: &Node) -> Traced<Data> {
        let (value, hops) = match &node.target().kind {
            NodeKind::Scalar(scalar) => {
                let inserted = self.inserted(node.span);
                let hops = inserted.map(|value| value.hops.clone()).unwrap_or_default();
                (self.scalar(node, scalar), hops)
            }
            NodeKind::Sequence(items) => {
                (Known(Data::tuple(items.iter().map(|item| self.value(item)).collect())), Vec::new())
            }
            NodeKind::Mapping(mapping) => {
                let mut fields = Vec::new();
                let mut rest = None;
                for entry in &mapping.entries {
                    let key = entry.key.as_text().unwrap_or_default().to_owned();
                    rest = rest.or_else(|| self.unknown_in(&key));
                    fields.push(Field { key, key_span: entry.key.span, value: self.value(&entry.value) });
                }
                let object = Object::new(node.span, fields);
                (Known(Data::Object(Object { rest: rest.map(Box::new), ..object })), Vec::new())
            }
            NodeKind::Alias(_) => (Unknown(Reason::Unreadable), Vec::new()),
        };
        Traced { value, origin: Origin::Written(node.span), hops }
    }

    fn scalar(&self, node: &Node, scalar: &Scalar) -> Maybe<Data> {
        if let Some(why) = self.unknown_in(&scalar.text) {
            return Unknown(why);
        }
        match node.meaning(scalar) {
            Meaning::Null => Known(Data::Null),
            Meaning::Bool(value) => Known(Data::Bool(value)),
            Meaning::Number(number) => Known(Data::Number(number)),
            Meaning::String | Meaning::Ambiguous => Known(Data::String(scalar.text.clone())),
        }
    }

    /// The reason for the unknown value that a text contains.
    fn unknown_in(&self, text: &str) -> Option<Reason> {
        match &self.insertions.get(insertion_index(text)?)?.value.value {
            Unknown(why) => Some(why.clone()),
            Known(_) => None,
        }
    }

    /// The value that makes up a node, apart from quotes.
    fn inserted(&self, node: Span) -> Option<&Traced<Data>> {
        let range = node.range();
        let next = self.insertions.partition_point(|insertion| insertion.range.start < range.start);
        let insertion = self.insertions.get(next).filter(|insertion| insertion.range.end <= range.end)?;
        (range.len().saturating_sub(insertion.range.len()) <= 2).then_some(&insertion.value)
    }
}

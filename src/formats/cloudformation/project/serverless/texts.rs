//! The values of texts with variables, by their places.
//!
//! A literal in a variable has the place of the variable, so a place alone doesn't identify a text.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::formats::cloudformation::language::StagedValue;
use crate::source::Span;
use crate::syntax::node::Node;

/// The values of texts with variables that depend on the stage, or that are unknown, by their places.
#[derive(Default)]
pub(crate) struct StagedTexts(HashMap<(Span, String), Rc<StagedValue>>);

impl StagedTexts {
    /// The value of the text at a place.
    pub(crate) fn of(&self, span: Span, text: &str) -> Option<Rc<StagedValue>> {
        // Most texts have no variable.
        if self.0.is_empty() || !text.contains("${") {
            return None;
        }
        self.0.get(&(span, text.to_owned())).cloned()
    }

    /// The value of a scalar that isn't the argument of a function.
    pub(crate) fn of_open(&self, node: &Node) -> Option<Rc<StagedValue>> {
        let target = node.target();
        self.of(target.span, target.as_text().filter(|_| target.tag.is_none())?)
    }

    /// The names of all stages in the values.
    pub(super) fn stages(&self) -> BTreeSet<String> {
        self.0.values().flat_map(|value| &value.rows).map(|(stage, _)| stage.clone()).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn insert(&mut self, node: &Node, value: Rc<StagedValue>) {
        self.0.insert((node.span, node.as_text().unwrap_or_default().to_owned()), value);
    }
}

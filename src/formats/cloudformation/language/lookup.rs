//! The names that an expression uses and that its template alone doesn't determine.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;
use std::sync::Arc;

use super::declarations::Declarations;
use super::eval::Evaluator;
use super::limits::Allowed;
use super::mapping::{LoopedEntries, MergedMapping, Section};
use super::staged::StagedValue;
use crate::formats::Insertion;
use crate::model::TriedValue;
use crate::source::Span;
use crate::syntax::node::{Entry, Mapping, Node};
use crate::value::{Data, Hop, HopKind, Maybe, Reason, Traced};

/// Resolves the names in one template of a deployment. It is a handle, so a copy costs little.
pub(crate) trait Lookup: Clone {
    /// The declarations of the template.
    fn declarations(&self) -> &Declarations;

    /// The name of a declaration with a prefix, so that it is unique in the deployment.
    fn qualify(&self, name: &str) -> String;

    /// The text of a parameter: what the deployment passes, or else the default. The error is the reason why it has no
    /// value.
    fn parameter(evaluator: &Evaluator<'_, Self>, name: &str, declared: &Mapping) -> Result<ParameterText, Reason>;

    /// The declarations of the parameter that a symbol represents, if it represents one.
    fn parameters_of(&self, symbol: &str) -> Vec<Entry>;

    /// The value of a pseudo parameter; `None` if there is none of this name.
    fn pseudo_parameter(&self, name: &str) -> Option<Maybe<Data>>;

    /// An output of a nested stack; `None` if its template isn't read or doesn't have the output.
    fn output(evaluator: &Evaluator<'_, Self>, stack: &str, output: &str, span: Span) -> Option<Traced<Data>>;

    /// The value that another template exports under a name, if the name is one of the run.
    fn export(evaluator: &Evaluator<'_, Self>, name: &str, span: Span) -> Option<Traced<Data>>;

    /// The entries of a mapping, with those of the files that it includes.
    fn entries(&self, mapping: &Mapping) -> MergedMapping;

    /// The content of the file that the argument of `Fn::Transform` includes.
    fn included(&self, argument: Option<&Node>) -> Result<Arc<Node>, Reason>;

    /// The value of the text at a place, if it has variables that another tool replaces and whose value isn't known
    /// from the tree alone. A literal in a variable has the place of the variable, but another text.
    fn staged(&self, span: Span, text: &str) -> Option<Rc<StagedValue>>;

    /// The step from a variable that another tool replaces to its value; `None` for other places.
    fn variable_step(&self, span: Span) -> Option<HopKind>;

    /// The text at a place of a template.
    fn text(&self, span: Span) -> String;

    /// The unknown value of the surrounding code whose mark a text contains, if the template is embedded in code.
    fn insertion(&self, text: &str) -> Option<&Insertion>;

    /// The value of the surrounding code that makes up a node.
    fn inserted(&self, node: Span) -> Option<&Traced<Data>>;

    /// The fix that is tried at a place.
    fn tried(&self, span: Span) -> Option<&TriedValue>;

    /// The conditions that loops generate, if they don't depend on the world.
    fn looped_conditions(&self) -> &OnceCell<Rc<LoopedEntries>>;

    /// Results that are the same in all worlds.
    fn caches(&self) -> &Caches;
}

/// The text of a parameter before its type is applied.
pub(crate) struct ParameterText {
    pub(crate) text: Maybe<String>,
    pub(crate) hops: Vec<Hop>,
    /// The name of the option that sets it, if one does.
    pub(crate) option: Option<String>,
}

/// Results that depend on nothing but the place of a node.
#[derive(Default)]
pub(crate) struct Caches {
    /// Mappings in which many expressions look up keys.
    pub(crate) sections: Cache<Span, Rc<Section>>,
    /// The values that the declarations of parameters allow.
    pub(super) allowed: Cache<Span, Rc<Allowed>>,
}

/// Results by their keys.
pub(crate) struct Cache<K, V>(RefCell<HashMap<K, V>>);

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    /// The result for a key; it is computed on the first call.
    pub(crate) fn get_or(&self, key: K, compute: impl FnOnce() -> V) -> V {
        if let Some(known) = self.0.borrow().get(&key) {
            return known.clone();
        }
        let value = compute();
        self.0.borrow_mut().insert(key, value.clone());
        value
    }

    /// The result for a key, if it has been computed.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.0.borrow().get(key).cloned()
    }

    /// All results, in no particular order.
    pub(crate) fn values(&self) -> Vec<V> {
        self.0.borrow().values().cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

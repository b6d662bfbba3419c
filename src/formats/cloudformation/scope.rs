//! A template that is being deployed: alone, or by a stack of another one.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::loops::{Member, Members};
use super::template::Template;
use crate::source::{FileId, Span};
use crate::syntax::node::Node;
use crate::value::{Traced, Why};

/// What loops call their values.
pub(super) type Names = Vec<(String, Traced<String>)>;

/// A template and where its parameters come from.
pub(super) struct Scope {
    /// The template.
    pub(super) template: Rc<Template>,
    /// What stands before the names of what it declares: `Nested/`.
    pub(super) prefix: String,
    /// The stack that deploys it; nothing deploys a root template.
    pub(super) call: Option<Call>,
    /// The conditions that loops make, once it is known that no world makes a difference.
    pub(super) looped_conditions: OnceCell<Rc<Looped>>,
}

/// What loops make, by its names.
pub(super) struct Looped {
    /// All of it.
    pub(super) members: Members,
    positions: HashMap<String, usize>,
}

/// A stack in another template.
pub(super) struct Call {
    /// Where it is declared.
    pub(super) caller: Rc<Scope>,
    /// The loops around its declaration.
    pub(super) names: Names,
    /// Its logical id.
    pub(super) stack: String,
    /// Where that is written.
    pub(super) header: Span,
    /// The parameters that it sets.
    pub(super) arguments: HashMap<String, Passed>,
    /// Why it may set others.
    pub(super) rest: Option<Why>,
    /// Whether it deploys the template to other accounts and Regions.
    pub(super) is_set: bool,
}

/// A parameter that a stack sets.
pub(super) struct Passed {
    /// The value.
    pub(super) value: Arc<Node>,
    /// Whether some of the stacks have another value.
    pub(super) is_overridden: bool,
}

impl Scope {
    /// A template that is deployed by itself.
    pub(super) fn root(template: Rc<Template>) -> Self {
        Self::of(template, String::new())
    }

    /// A template whose names begin with a prefix, as nothing but itself deploys it.
    pub(super) fn of(template: Rc<Template>, prefix: String) -> Self {
        Self { template, prefix, call: None, looped_conditions: OnceCell::new() }
    }

    /// A name as it is seen from outside of all stacks.
    pub(super) fn qualify(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The files of its template and of those that deploy it, the innermost first.
    pub(super) fn owners(&self) -> Vec<FileId> {
        let scopes = std::iter::successors(Some(self), |scope| Some(&*scope.call.as_ref()?.caller));
        scopes.map(|scope| scope.template.file).collect()
    }

    /// The stacks that deploy it, the innermost first.
    pub(super) fn calls(&self) -> Vec<Span> {
        let calls = std::iter::successors(self.call.as_ref(), |call| call.caller.call.as_ref());
        calls.map(|call| call.header).collect()
    }

    /// Whether a template is deployed by itself here, on the way from the root.
    pub(super) fn is_within(&self, template: &Rc<Template>) -> bool {
        let around = || self.call.as_ref().is_some_and(|call| call.caller.is_within(template));
        Rc::ptr_eq(&self.template, template) || around()
    }

    /// Whether it is deployed where the root template is.
    pub(super) fn is_here(&self) -> bool {
        self.call.as_ref().is_none_or(|call| !call.is_set && call.caller.is_here())
    }
}

impl Looped {
    /// The first of two equal names counts.
    pub(super) fn of(members: Members) -> Self {
        let names = members.all.iter().enumerate().rev();
        let positions = names.map(|(index, member)| (member.key.clone(), index)).collect();
        Self { members, positions }
    }

    /// What has a name.
    pub(super) fn get(&self, name: &str) -> Option<&Member> {
        self.members.all.get(*self.positions.get(name)?)
    }
}

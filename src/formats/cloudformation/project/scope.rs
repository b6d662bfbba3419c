//! The scope of an evaluation: a template, and the nested stack that deploys it, if there is one.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::library::TemplateLibrary;
use super::template::Template;
use crate::formats::EmbeddedStack;
use crate::formats::cloudformation::language::{Evaluator, LoopNames, LoopedEntries};
use crate::source::{FileId, Span};
use crate::syntax::node::Node;
use crate::value::{Reason, World};

/// Evaluates the expressions of a template of a deployment.
pub(super) type TemplateEvaluator<'a> = Evaluator<'a, TemplateLookup<'a>>;

/// Resolves the names in a template.
#[derive(Clone)]
pub(super) struct TemplateLookup<'a> {
    pub(super) library: &'a TemplateLibrary<'a>,
    pub(super) scope: Rc<TemplateScope>,
}

/// A template with the source of its parameters.
pub(super) struct TemplateScope {
    pub(super) template: Rc<Template>,
    /// The prefix for the names of its declarations, such as `Nested/`.
    pub(super) prefix: String,
    /// The nested stack that deploys the template; `None` for a root template.
    pub(super) call: Option<StackCall>,
    /// The stack in the code of another format that deploys the template, if one does.
    pub(super) embedded: Option<Rc<EmbeddedStack>>,
    /// The conditions that loops generate, cached if they don't depend on the world.
    pub(super) looped_conditions: OnceCell<Rc<LoopedEntries>>,
}

/// A nested stack or a stack set.
pub(super) struct StackCall {
    /// The scope that contains it.
    pub(super) caller: Rc<TemplateScope>,
    /// The variables of the loops around it.
    pub(super) names: LoopNames,
    /// The logical ID of the stack.
    pub(super) stack: String,
    /// The place of the logical ID.
    pub(super) header: Span,
    /// The parameters that it passes.
    pub(super) arguments: HashMap<String, StackParameter>,
    /// The reason why it may pass other parameters.
    pub(super) unknown_parameters: Option<Reason>,
    /// True for a stack set, which deploys the template to other accounts and Regions.
    pub(super) is_set: bool,
}

/// A parameter that a stack passes.
pub(super) struct StackParameter {
    pub(super) value: Arc<Node>,
    /// True if some instances of a stack set override the value.
    pub(super) is_overridden: bool,
}

impl TemplateScope {
    /// The scope of a template that no stack deploys, with a prefix for its names.
    pub(super) fn new(template: Rc<Template>, prefix: String) -> Self {
        Self { template, prefix, call: None, embedded: None, looped_conditions: OnceCell::new() }
    }

    /// The name with the prefix of the scope, which is unique in the deployment.
    pub(super) fn qualify(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The file of the template, and those of the templates that deploy it, from the innermost outwards.
    pub(super) fn owners(&self) -> Vec<FileId> {
        let scopes = std::iter::successors(Some(self), |scope| Some(&*scope.call.as_ref()?.caller));
        scopes.map(|scope| scope.template.file).collect()
    }

    /// The keys of the stacks that deploy the template, from the innermost outwards.
    pub(super) fn calls(&self) -> Vec<Span> {
        let calls = std::iter::successors(self.call.as_ref(), |call| call.caller.call.as_ref());
        calls.map(|call| call.header).collect()
    }

    /// True if a template is this one, or one of those that deploy it.
    pub(super) fn is_within(&self, template: &Rc<Template>) -> bool {
        Rc::ptr_eq(&self.template, template) || self.call.as_ref().is_some_and(|call| call.caller.is_within(template))
    }

    /// True if the template is deployed to the account and Region of the root template.
    pub(super) fn is_in_root_account(&self) -> bool {
        match (&self.call, &self.embedded) {
            (Some(call), _) => !call.is_set && call.caller.is_in_root_account(),
            (None, Some(stack)) => !stack.is_set,
            (None, None) => true,
        }
    }

    /// The stack in the code of another format that deploys the root template, if one does.
    pub(super) fn embedding(&self) -> Option<&Rc<EmbeddedStack>> {
        match &self.call {
            Some(call) => call.caller.embedding(),
            None => self.embedded.as_ref(),
        }
    }
}

impl<'a> TemplateEvaluator<'a> {
    /// Creates an evaluator for a root template.
    pub(super) fn of_root(library: &'a TemplateLibrary<'a>, scope: &Rc<TemplateScope>, world: &'a World) -> Self {
        Self::new(TemplateLookup { library, scope: Rc::clone(scope) }, world)
    }

    /// A copy for another template, with the loop variables there.
    pub(super) fn in_scope(&self, scope: Rc<TemplateScope>, names: LoopNames) -> Self {
        self.within(TemplateLookup { library: self.lookup.library, scope }, names)
    }

    pub(super) fn template(&self) -> &Rc<Template> {
        &self.lookup.scope.template
    }
}

//! Evaluates stacks that the code of another format deploys.

use std::rc::Rc;
use std::sync::Arc;

use super::library::TemplateLibrary;
use super::scope::{TemplateEvaluator, TemplateScope};
use super::search::StackSearch;
use super::template::Template;
use crate::formats::{Context, EmbeddedStack, StackEvaluator};
use crate::model::{Resource, SearchSubject, UnreadPart};
use crate::source::FileId;
use crate::syntax::Problem;
use crate::syntax::node::{Entry, Node, NodeKind, Tree};
use crate::value::budget::STEPS;
use crate::value::{Budget, World, insertion_index};

/// Evaluates the stacks of one project.
struct EmbeddedStacks<'a> {
    library: TemplateLibrary<'a>,
    budget: Rc<Budget>,
}

/// An evaluator of the stacks of one project.
pub(crate) fn stack_evaluator<'a>(context: Context<'a>, budget: &Rc<Budget>) -> Box<dyn StackEvaluator + 'a> {
    let library = TemplateLibrary::new(context, &Arc::default());
    Box::new(EmbeddedStacks { library, budget: Rc::clone(budget) })
}

impl EmbeddedStacks<'_> {
    /// The template of a stack; `None` if the text isn't one, or if its structure is unknown.
    fn template(&self, stack: &EmbeddedStack) -> Option<Rc<Template>> {
        let document = self.library.files.document(stack.template);
        let is_filled = insertion_index(&self.library.files.context.sources.file(stack.template).text).is_some();
        if is_filled {
            let is_sound = document.tree.problems.iter().all(|problem| !problem.kind.loses_text());
            let is_known = document.tree.documents.iter().all(|root| has_known_structure(root));
            if !is_sound || !is_known {
                return None;
            }
        }
        self.library.first_template(&document)
    }

    fn scope(&self, stack: &Rc<EmbeddedStack>) -> Option<Rc<TemplateScope>> {
        let prefix = format!("{}/", stack.address);
        let scope = TemplateScope::new(self.template(stack)?, prefix);
        Some(Rc::new(TemplateScope { embedded: Some(Rc::clone(stack)), ..scope }))
    }
}

impl StackEvaluator for EmbeddedStacks<'_> {
    fn is_readable(&self, stack: &EmbeddedStack) -> bool {
        self.template(stack).is_some()
    }

    /// Evaluates the resources again until the evaluation decides nothing further in the world, as for a root template.
    fn resources(&self, subject: SearchSubject, stack: &Rc<EmbeddedStack>, world: &World) -> Vec<Resource> {
        let Some(scope) = self.scope(stack) else { return Vec::new() };
        loop {
            let decided = world.decision_count();
            let evaluator = TemplateEvaluator::of_root(&self.library, &scope, world);
            let mut resources = Vec::new();
            for entry in scope.template.declared.resources.all() {
                if !world.has_steps() {
                    resources.push(evaluator.over_limit_resource(subject, entry, STEPS));
                    break;
                }
                resources.extend(evaluator.resources(subject, entry, &stack.exists));
            }
            if world.decision_count() == decided {
                return resources;
            }
        }
    }

    fn unread_parts(&self, subject: SearchSubject, stack: &Rc<EmbeddedStack>, world: &World) -> Vec<UnreadPart> {
        let Some(scope) = self.scope(stack) else { return Vec::new() };
        let budget = self.budget.half();
        let mut search = StackSearch::new(subject, &budget);
        let evaluator = TemplateEvaluator::of_root(&self.library, &scope, world);
        search.search_template(&evaluator, &scope, &stack.exists, None);
        self.budget.include(&budget);
        search.elsewhere
    }

    fn mentions_trail(&self) -> bool {
        self.library.files.read_documents().iter().any(|document| document.mentions_trail)
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for document in self.library.files.read_documents().iter().filter(|document| document.mentions_trail) {
            let text = &self.library.files.context.sources.file(document.file).text;
            if insertion_index(text).is_none() {
                problems.extend(document.tree.problems.iter().filter(|problem| problem.kind.loses_text()).cloned());
            }
            let templates = self.library.templates(document);
            problems.extend(templates.flat_map(|(_, template)| template.problems.clone()));
        }
        problems
    }

    fn tree(&self, file: FileId) -> Option<Arc<Tree>> {
        Some(Arc::clone(&self.library.files.known(file)?.tree))
    }
}

/// False if a key, the type of a resource, or a whole resource is an unknown value that code has inserted. Recursion is
/// bounded by the depth limit of the parsers.
fn has_known_structure(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => true,
        NodeKind::Sequence(items) => items.iter().all(|item| has_known_structure(item)),
        NodeKind::Mapping(mapping) => mapping.entries.iter().all(has_known_key),
    }
}

fn has_known_key(entry: &Entry) -> bool {
    let is_unknown = |node: &Node| node.as_text().is_some_and(|text| insertion_index(text).is_some());
    let key = entry.key.as_text().unwrap_or_default();
    let decides = matches!(key, "Type" | "Resources" | "Transform" | "Fn::Transform");
    let is_decided = !is_unknown(&entry.key) && (!decides || !is_unknown(&entry.value));
    is_decided && has_known_structure(&entry.value)
}

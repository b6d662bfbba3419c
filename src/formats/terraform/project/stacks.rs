//! Stacks that a module deploys: a format of templates evaluates their text with the parameters that they pass.
//!
//! A stack set deploys the template to other accounts and Regions. Sources:
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudformation_stack> and
//! `…/cloudformation_stack_set`.

mod arguments;
mod document;
mod text;

use std::rc::Rc;

use super::expand::{self, BlockInstance};
use super::program::ModuleEvaluator;
use super::providers;
use super::stack_types::StackType;
use crate::formats::EmbeddedStack;
use crate::model::{Resource, SearchSubject, TrailHint, UnreadPart, last_name};
use crate::source::Span;
use crate::syntax::hcl::{Block, Expr, ExprKind, TemplatePart};
use crate::value::budget::STEPS_OF_A_RESOURCE;
use crate::value::{Reason, World};

/// The argument that contains the template.
const BODY: &str = "template_body";

/// The argument with the address of the template.
const URL: &str = "template_url";

/// An instance of a block.
pub(super) enum DeployedStack {
    /// The resources of its template.
    Resources(Vec<Resource>),
    /// Its template isn't read.
    Unread(BlockInstance),
}

/// The instances of a block in the evaluator's world, as far as there are steps.
pub(super) fn deployed(
    block: &Block,
    kind: &StackType,
    subject: SearchSubject,
    evaluator: &ModuleEvaluator<'_>,
) -> Vec<DeployedStack> {
    let world = evaluator.world;
    let Some(stacks) = &evaluator.lookup.tree.stacks else { return Vec::new() };
    let mut deployed = Vec::new();
    for instance in expand::each_instance(block, evaluator) {
        world.charge(STEPS_OF_A_RESOURCE);
        deployed.push(match stack(block, kind, &instance, evaluator) {
            Ok(stack) => {
                let resources = stacks.resources(subject, &stack, world).into_iter();
                DeployedStack::Resources(resources.map(|own| deployed_by(block, own, evaluator)).collect())
            }
            Err(_) => DeployedStack::Unread(instance),
        });
        if !world.has_steps() {
            break;
        }
    }
    deployed
}

/// Adds the block and the calls that lead to it to a resource of a stack.
fn deployed_by(block: &Block, mut resource: Resource, evaluator: &ModuleEvaluator<'_>) -> Resource {
    let scope = evaluator.lookup.scope;
    let sources = evaluator.lookup.tree.context.sources;
    // The text of a template may be a part of another file.
    let files = resource.owners.into_iter().map(|owner| sources.outermost(Span::new(owner, 0, 0)).file);
    resource.owners = files.chain(scope.owners(block)).collect();
    resource.owners.dedup();
    resource.calls.push(block.header);
    resource.calls.extend(scope.calls());
    resource.call = scope.entry;
    resource
}

/// The parts that can't be read of the stacks that the instances of a block deploy in a world.
pub(super) fn unread_parts(
    block: &Block,
    kind: &StackType,
    subject: SearchSubject,
    evaluator: &ModuleEvaluator<'_>,
) -> Vec<UnreadPart> {
    let Some(stacks) = &evaluator.lookup.tree.stacks else { return Vec::new() };
    let mut parts = Vec::new();
    for instance in expand::each_instance(block, evaluator).filter(|instance| !instance.never_exists()) {
        match stack(block, kind, &instance, evaluator) {
            Ok(stack) => parts.extend(stacks.unread_parts(subject, &stack, evaluator.world)),
            Err(part) => parts.push(*part),
        }
        if !evaluator.world.has_steps() {
            break;
        }
    }
    parts
}

/// The stack that an instance of a block deploys. The error is the part of the deployment that isn't read instead.
fn stack(
    block: &Block,
    kind: &StackType,
    instance: &BlockInstance,
    evaluator: &ModuleEvaluator<'_>,
) -> Result<Rc<EmbeddedStack>, Box<UnreadPart>> {
    let scope = evaluator.lookup.scope;
    let name = block.labels.iter().map(|label| label.text.as_str()).collect::<Vec<_>>().join(".");
    let address = scope.qualify(&format!("{name}{}", instance.key));
    let evaluator = evaluator.with(instance.names.clone());
    let Some(body) = block.body.attribute(BODY).filter(|body| body.value.kind != ExprKind::Null) else {
        return Err(Box::new(without_body(block, &address)));
    };
    let unread = |why: &Reason| Box::new(unread_body(block, &body.value, &address, why, evaluator.world, &evaluator));
    let text = evaluator.stack_text(&body.value).map_err(|why| unread(&why))?;
    let (arguments, unknown_arguments) = evaluator.stack_arguments(block, kind);
    let stack = EmbeddedStack {
        address: address.clone(),
        template: text.template,
        insertions: text.insertions,
        arguments,
        unknown_arguments,
        exists: scope.existence(instance.exists.clone()),
        region: providers::region_of_stack(block, kind.provider, &evaluator),
        is_set: kind.is_set,
    };
    let is_readable = evaluator.lookup.tree.stacks.as_ref().is_some_and(|stacks| stacks.is_readable(&stack));
    if is_readable { Ok(Rc::new(stack)) } else { Err(unread(&text.unknown.unwrap_or(Reason::Unreadable))) }
}

/// The part for a stack whose template is at an address, or that has none.
fn without_body(block: &Block, address: &str) -> UnreadPart {
    let url = block.body.attribute(URL);
    let mut names = Vec::new();
    url.iter().for_each(|url| collect_texts(&url.value, &mut names));
    UnreadPart {
        header: url.map_or(block.header, |url| url.value.span),
        description: format!("stack `{address}`"),
        reason: "its template isn't here".to_owned(),
        help: "set `template_body` to the content of a local file so that the template can be read".to_owned(),
        hint: hint(&names, block),
        limit: None,
        missing: None,
    }
}

/// The part for a stack whose template is unknown or can't be parsed.
fn unread_body(
    block: &Block,
    body: &Expr,
    address: &str,
    why: &Reason,
    world: &World,
    evaluator: &ModuleEvaluator<'_>,
) -> UnreadPart {
    if why.is_failure() {
        world.fail();
    }
    let text = evaluator.lookup.tree.context.sources.file(block.span.file).slice(block.span).to_owned();
    let mut names = Vec::new();
    collect_texts(body, &mut names);
    let mentions = crate::formats::mentions_trail(text.as_bytes());
    let (reason, help) = match why {
        Reason::Unreadable => {
            ("its template can't be read".to_owned(), "fix the template: it has no valid `Resources`")
        }
        why => (
            format!("its template is unknown: {}", why.describe()),
            "set the values on which the structure of the template depends",
        ),
    };
    let limit = match why {
        Reason::OverLimit { limit } => Some(*limit),
        _ => None,
    };
    UnreadPart {
        header: body.span,
        description: format!("stack `{address}`"),
        reason,
        help: help.to_owned(),
        hint: if mentions { Some(TrailHint::Content) } else { hint(&names, block) },
        limit,
        missing: None,
    }
}

/// The hint of the names in an expression, the last one first, and of the block's label.
fn hint(names: &[String], block: &Block) -> Option<TrailHint> {
    let label = block.labels.last().map(|label| label.text.as_str()).unwrap_or_default();
    TrailHint::of(names.iter().rev().map(|name| last_name(name)).filter(|name| !name.is_empty()), label)
}

/// Collects the literal texts in an expression. Recursion is bounded by the depth limit of the parser.
fn collect_texts(expr: &Expr, texts: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::String(text) => texts.push(text.clone()),
        ExprKind::Template(parts) => {
            for part in parts {
                match part {
                    TemplatePart::Literal(text, _) => texts.push(text.clone()),
                    TemplatePart::Interpolation(expr) => collect_texts(expr, texts),
                    TemplatePart::If(_) | TemplatePart::For(_) => {}
                }
            }
        }
        ExprKind::Conditional(conditional) => {
            collect_texts(&conditional.then, texts);
            collect_texts(&conditional.otherwise, texts);
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|argument| collect_texts(argument, texts)),
        _ => {}
    }
}

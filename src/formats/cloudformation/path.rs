//! Paths of nested stacks, from a root template to a declaration.

use std::cell::OnceCell;
use std::rc::Rc;

use super::eval::TemplateEvaluator;
use super::scope::LoopNames;
use super::stacks::StackTemplate;
use crate::source::FileId;
use crate::syntax::node::Entry;
use crate::value::Traced;

/// A nested stack, with the path to the template that contains it.
pub(super) struct Path {
    outer: Option<Rc<Path>>,
    stack: Entry,
    /// The file of the template that the stack deploys; a condition may choose between several.
    file: FileId,
    /// The number of nested stacks in the path.
    pub(super) length: usize,
    /// The deployed template, cached if it doesn't depend on the world: many declarations may be in one stack with many
    /// parameters.
    invariant: OnceCell<StackTemplate>,
}

/// The template at the end of a path in a world.
struct PathEnd<'a> {
    evaluator: TemplateEvaluator<'a>,
    exists: Traced<bool>,
    /// True if it is the same in every world.
    is_invariant: bool,
}

impl Path {
    /// Extends a path by a nested stack.
    pub(super) fn into(outer: Option<&Rc<Path>>, stack: &Entry, file: FileId) -> Rc<Self> {
        let length = outer.map_or(0, |outer| outer.length).saturating_add(1);
        Rc::new(Self { outer: outer.cloned(), stack: stack.clone(), file, length, invariant: OnceCell::new() })
    }
}

/// The evaluator for the template at the end of a path, with its existence; `None` if the stacks deploy other templates
/// in this world.
pub(super) fn follow<'a>(
    path: Option<&Path>,
    root: TemplateEvaluator<'a>,
    exists: Traced<bool>,
) -> Option<(TemplateEvaluator<'a>, Traced<bool>)> {
    let end = follow_to(path, PathEnd { evaluator: root, exists, is_invariant: true })?;
    Some((end.evaluator, end.exists))
}

/// Recursion is bounded by the maximum depth of nested stacks.
fn follow_to<'a>(path: Option<&Path>, root: PathEnd<'a>) -> Option<PathEnd<'a>> {
    let Some(path) = path else { return Some(root) };
    let PathEnd { evaluator, exists, is_invariant } = follow_to(path.outer.as_deref(), root)?;
    let world = evaluator.world;
    let tracked = world.tracked(|| match path.invariant.get().filter(|_| is_invariant) {
        Some(behind) => Some(behind.clone()),
        None => evaluator.stack_template(&evaluator.member(&path.stack), path.file),
    });
    let behind = tracked.value?;
    // An evaluation that ran out of steps is incomplete, so its result isn't cached.
    let is_still = is_invariant && !tracked.depends_on_world && world.has_steps();
    if is_still {
        path.invariant.get_or_init(|| behind.clone());
    }
    let exists = evaluator.is_deployed(&behind, &exists);
    Some(PathEnd { evaluator: evaluator.within(behind.scope, LoopNames::new()), exists, is_invariant })
}

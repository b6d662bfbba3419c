//! The stacks on the way from a root template to a declaration.

use std::cell::OnceCell;
use std::rc::Rc;

use super::eval::Evaluator;
use super::scope::Names;
use super::stacks::Behind;
use crate::source::FileId;
use crate::syntax::node::Entry;
use crate::value::Traced;

/// A stack, in the template that the stacks around it lead to.
pub(super) struct Path {
    outer: Option<Rc<Path>>,
    stack: Entry,
    /// The file of the template behind it; a stack may deploy one of several.
    file: FileId,
    /// How many stacks there are.
    pub(super) length: usize,
    /// What lies behind it in every world, once that is known: many declarations lie behind a stack with many parameters.
    still: OnceCell<Behind>,
}

/// Where a path leads in a world.
struct End<'a> {
    evaluator: Evaluator<'a>,
    exists: Traced<bool>,
    /// Whether it leads there in every world.
    is_still: bool,
}

impl Path {
    /// The way to a stack and into it.
    pub(super) fn into(outer: Option<&Rc<Path>>, stack: &Entry, file: FileId) -> Rc<Self> {
        let length = outer.map_or(0, |outer| outer.length).saturating_add(1);
        Rc::new(Self { outer: outer.cloned(), stack: stack.clone(), file, length, still: OnceCell::new() })
    }
}

/// The evaluator of the template that a path leads to, and whether that is deployed; nothing where it leads nowhere.
pub(super) fn follow<'a>(
    path: Option<&Path>,
    root: Evaluator<'a>,
    exists: Traced<bool>,
) -> Option<(Evaluator<'a>, Traced<bool>)> {
    let end = follow_to(path, End { evaluator: root, exists, is_still: true })?;
    Some((end.evaluator, end.exists))
}

/// Goes as deep as stacks may lie within stacks.
fn follow_to<'a>(path: Option<&Path>, root: End<'a>) -> Option<End<'a>> {
    let Some(path) = path else { return Some(root) };
    let End { evaluator, exists, is_still } = follow_to(path.outer.as_deref(), root)?;
    let world = evaluator.world;
    let before = world.asked();
    let behind = match path.still.get().filter(|_| is_still) {
        Some(behind) => behind.clone(),
        None => evaluator.behind(&evaluator.member(&path.stack), path.file)?,
    };
    // Without steps nothing is read as it is.
    let is_still = is_still && world.asked() == before && world.has_steps();
    if is_still {
        path.still.get_or_init(|| behind.clone());
    }
    let exists = evaluator.is_deployed(&behind, &exists);
    Some(End { evaluator: evaluator.within(behind.scope, Names::new()), exists, is_still })
}

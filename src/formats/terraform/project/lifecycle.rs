//! Reads the `ignore_changes` argument of `lifecycle` blocks.

use crate::model::IgnoredArgument;
use crate::syntax::hcl::{Block, Expr, ExprKind};

/// The arguments in `ignore_changes`. Terraform evaluates no expression there: its items are names, or the keyword
/// `all`.
pub(super) fn ignored_changes(block: &Block) -> Vec<IgnoredArgument> {
    let lists = block.body.blocks("lifecycle").filter_map(|block| block.body.attribute("ignore_changes"));
    lists.flat_map(|list| names(&list.value)).collect()
}

fn names(list: &Expr) -> Vec<IgnoredArgument> {
    match &list.kind {
        ExprKind::Tuple(items) => items.iter().filter_map(ignored).collect(),
        _ => ignored(list).into_iter().collect(),
    }
}

fn ignored(expr: &Expr) -> Option<IgnoredArgument> {
    Some(IgnoredArgument { name: root_name(expr)?, span: expr.span })
}

/// The argument at the beginning of a path such as `event_selector[0].read_write_type`, which is a string in JSON.
fn root_name(expr: &Expr) -> Option<String> {
    let mut next = expr;
    loop {
        match &next.kind {
            ExprKind::GetAttr(base, _) | ExprKind::Index(base, _) => next = base,
            ExprKind::Variable(name) => return Some(name.clone()),
            ExprKind::String(path) => return path.split(['.', '[']).next().map(str::to_owned),
            _ => return None,
        }
    }
}

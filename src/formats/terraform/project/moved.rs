//! Reads `moved` blocks.

use super::module::Module;
use crate::model::MovedBlock;
use crate::source::Sources;
use crate::syntax::hcl::Expr;

/// The `moved` blocks of a module at this path of calls.
pub(super) fn in_module(calls: &[String], module: &Module, sources: &Sources) -> Vec<MovedBlock> {
    let blocks = module.blocks("moved").filter_map(|id| module.block(id));
    let moved = blocks.filter_map(|block| {
        let [from, to] = ["from", "to"].map(|name| Some(address(&block.body.attribute(name)?.value, sources)));
        MovedBlock::new(calls.to_vec(), &from?, &to?)
    });
    moved.collect()
}

fn address(expr: &Expr, sources: &Sources) -> String {
    let text: String = sources.file(expr.span.file).slice(expr.span).split_whitespace().collect();
    // In the JSON syntax, the address is a string.
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(text) => text.replace("\\\"", "\""),
        None => text,
    }
}

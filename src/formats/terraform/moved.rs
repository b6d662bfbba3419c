//! Reads `moved` blocks.

use super::module::Module;
use crate::model::MovedBlock;
use crate::source::{Sources, Span};

/// The `moved` blocks of a module at this path of calls.
pub(super) fn in_module(calls: &[String], module: &Module, sources: &Sources) -> Vec<MovedBlock> {
    let blocks = module.blocks("moved").filter_map(|id| module.block(id));
    let address = |span: Span| {
        let text: String = sources.file(span.file).slice(span).split_whitespace().collect();
        // In the JSON syntax, the address is a string.
        match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(text) => text.replace("\\\"", "\""),
            None => text,
        }
    };
    let moved = blocks.filter_map(|block| {
        let side = |name| Some(address(block.body.attribute(name)?.value.span));
        MovedBlock::new(calls.to_vec(), &side("from")?, &side("to")?)
    });
    moved.collect()
}

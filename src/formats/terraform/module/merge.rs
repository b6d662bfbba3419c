//! Override files: blocks that change blocks of the same type and labels elsewhere.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/files/override>.

use crate::syntax::hcl::{Block, Body, ExprKind};

/// A block after the overrides that match it, in their order.
pub(super) fn apply(mut block: Block, overrides: &[Block]) -> Block {
    let labels = |block: &Block| block.labels.iter().map(|label| label.text.clone()).collect::<Vec<_>>();
    let own = labels(&block);
    let is_named_alike = |change: &Block| labels(change) == own && alias(change) == alias(&block);
    let matching = overrides.iter().filter(|change| change.kind.text == block.kind.text && is_named_alike(change));
    let changes: Vec<&Block> = matching.filter(|change| change.kind.text != "locals").collect();
    for change in changes {
        merge(&mut block.body, &change.body);
    }
    block
}

/// What tells a configuration of a provider from the others of it.
fn alias(block: &Block) -> Option<&ExprKind> {
    let attribute = block.body.attribute("alias").filter(|_| block.kind.text == "provider");
    attribute.map(|attribute| &attribute.value.kind)
}

/// Arguments replace arguments; blocks of one type, dynamic ones among them, replace all blocks of that type.
fn merge(base: &mut Body, change: &Body) {
    base.attributes.retain(|attribute| change.attribute(&attribute.name.text).is_none());
    base.attributes.extend(change.attributes.iter().cloned());
    let replaced: Vec<&str> = change.blocks.iter().map(made_type).collect();
    // The arguments of `lifecycle` are merged one by one.
    let is_lifecycle = |block: &Block| block.kind.text == "lifecycle";
    for own in base.blocks.iter_mut().filter(|block| is_lifecycle(block)) {
        for change in change.blocks.iter().filter(|block| is_lifecycle(block)) {
            merge(&mut own.body, &change.body);
        }
    }
    let has_lifecycle = base.blocks.iter().any(is_lifecycle);
    base.blocks.retain(|block| is_lifecycle(block) || !replaced.contains(&made_type(block)));
    base.blocks.extend(change.blocks.iter().filter(|block| !(has_lifecycle && is_lifecycle(block))).cloned());
}

/// The type of block that a block is or makes.
fn made_type(block: &Block) -> &str {
    match (block.kind.text.as_str(), block.labels.first()) {
        ("dynamic", Some(label)) => &label.text,
        (kind, _) => kind,
    }
}

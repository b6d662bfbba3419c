//! Merges override files into the blocks of the same type and labels.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/files/override>.

use crate::syntax::hcl::{Block, Body, ExprKind};

/// Merges the overrides of a block's type and labels into it, in their order.
pub(super) fn apply<'a>(block: &mut Block, overrides: impl Iterator<Item = &'a Block>) {
    let own = alias(block).cloned();
    for change in overrides.filter(|change| change.kind.text != "locals" && alias(change) == own.as_ref()) {
        merge(&mut block.body, &change.body);
    }
}

/// The alias, which distinguishes the configurations of a provider.
fn alias(block: &Block) -> Option<&ExprKind> {
    let attribute = block.body.attribute("alias").filter(|_| block.kind.text == "provider");
    attribute.map(|attribute| &attribute.value.kind)
}

/// Arguments replace arguments; blocks of one type, including dynamic ones, replace all blocks of that type.
fn merge(base: &mut Body, change: &Body) {
    base.attributes.retain(|attribute| change.attribute(&attribute.name.text).is_none());
    base.attributes.extend(change.attributes.iter().cloned());
    let replaced: Vec<&str> = change.blocks.iter().map(made_type).collect();
    // The arguments of `lifecycle` are merged one by one.
    for own in base.blocks.iter_mut().filter(|block| is_lifecycle(block)) {
        for change in change.blocks.iter().filter(|block| is_lifecycle(block)) {
            merge(&mut own.body, &change.body);
        }
    }
    let has_lifecycle = base.blocks.iter().any(is_lifecycle);
    base.blocks.retain(|block| is_lifecycle(block) || !replaced.contains(&made_type(block)));
    base.blocks.extend(change.blocks.iter().filter(|block| !(has_lifecycle && is_lifecycle(block))).cloned());
}

fn is_lifecycle(block: &Block) -> bool {
    block.kind.text == "lifecycle"
}

/// The type of a block, or of the blocks that a `dynamic` block generates.
fn made_type(block: &Block) -> &str {
    match (block.kind.text.as_str(), block.labels.first()) {
        ("dynamic", Some(label)) => &label.text,
        (kind, _) => kind,
    }
}

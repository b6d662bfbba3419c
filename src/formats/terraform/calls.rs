//! Which directories a file calls as modules.

use std::path::{Path, PathBuf};

use super::json;
use crate::source::{FileId, SourceFile, normalize};
use crate::syntax::hcl::{self, Block, ExprKind, Parsed};
use crate::syntax::json as json_syntax;

/// The directories of the local modules that a file calls.
pub(super) fn local_sources(id: FileId, file: &SourceFile) -> Vec<PathBuf> {
    let blocks = module_blocks(id, file);
    blocks.iter().filter_map(|block| local_source(block, file.directory())).collect()
}

fn module_blocks(id: FileId, file: &SourceFile) -> Vec<Block> {
    if file.name.ends_with(".json") {
        let tree = json_syntax::parse(id, file);
        let blocks = json::blocks(&tree, file);
        return blocks.into_iter().filter(|block| block.kind.text == "module").collect();
    }
    let outline = hcl::split(id, file);
    let calls = outline.items.iter().filter(|item| item.keyword.text == "module");
    calls
        .filter_map(|item| match hcl::parse(item, file).0 {
            Some(Parsed::Block(block)) => Some(block),
            Some(Parsed::Attribute(_)) | None => None,
        })
        .collect()
}

/// A source that begins with `./` or `../` is a directory beside the caller's.
fn local_source(block: &Block, directory: &Path) -> Option<PathBuf> {
    match &block.body.attribute("source")?.value.kind {
        ExprKind::String(source) if source.starts_with("./") || source.starts_with("../") => {
            Some(normalize(&directory.join(source)))
        }
        _ => None,
    }
}

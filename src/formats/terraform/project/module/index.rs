//! An index of a module's declarations by name, so that the cost of a reference doesn't depend on their number.

use std::collections::HashMap;

use super::blocks::{BlockId, BlockSource, ModuleBlock, header_of};
use crate::syntax::hcl::{self, Block, ItemKind};

/// The blocks by their keyword and labels, and the locals by name. Building it requires parsing hardly any block.
#[derive(Debug, Default)]
pub(super) struct BlockIndex {
    blocks: HashMap<String, Vec<BlockId>>,
    locals: HashMap<String, Vec<BlockId>>,
}

impl BlockIndex {
    /// Indexes the blocks outside of override files.
    pub(super) fn of(blocks: &[ModuleBlock]) -> Self {
        let mut index = Self::default();
        for (at, block) in blocks.iter().enumerate() {
            if block.keyword.text == "locals" {
                locals_in(block).into_iter().for_each(|name| index.locals.entry(name).or_default().push(BlockId(at)));
            } else if let Some(labels) = labels_of(block) {
                let labels = labels.iter().map(String::as_str);
                index.blocks.entry(key(&block.keyword.text, labels)).or_default().push(BlockId(at));
            }
        }
        index
    }

    /// The blocks with a keyword and labels, in their order.
    pub(super) fn blocks(&self, keyword: &str, labels: &[&str]) -> &[BlockId] {
        self.blocks.get(&key(keyword, labels.iter().copied())).map_or(&[], Vec::as_slice)
    }

    /// The blocks that declare a local, in their order.
    pub(super) fn locals(&self, name: &str) -> &[BlockId] {
        self.locals.get(name).map_or(&[], Vec::as_slice)
    }
}

/// An index of the blocks in override files, which are parsed when they are read.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    blocks: HashMap<String, Vec<usize>>,
    /// The last block that declares each local.
    locals: HashMap<String, usize>,
}

impl Overrides {
    pub(super) fn of(blocks: &[Block]) -> Self {
        let mut overrides = Self::default();
        for (at, block) in blocks.iter().enumerate() {
            overrides.blocks.entry(key_of(block)).or_default().push(at);
            if block.kind.text == "locals" {
                let names = block.body.attributes.iter().map(|attribute| attribute.name.text.clone());
                overrides.locals.extend(names.map(|name| (name, at)));
            }
        }
        overrides
    }

    /// The overriding blocks with the keyword and the labels of a block, in their order.
    pub(super) fn blocks(&self, like: &Block) -> &[usize] {
        self.blocks.get(&key_of(like)).map_or(&[], Vec::as_slice)
    }

    /// The last block that declares a local.
    pub(super) fn local(&self, name: &str) -> Option<usize> {
        self.locals.get(name).copied()
    }
}

/// A unique text for a keyword with labels.
fn key<'a>(keyword: &str, labels: impl Iterator<Item = &'a str>) -> String {
    labels.fold(keyword.to_owned(), |key, label| format!("{key} {}:{label}", label.len()))
}

fn key_of(block: &Block) -> String {
    key(&block.kind.text, block.labels.iter().map(|label| label.text.as_str()))
}

/// The labels of a block, which is parsed only if its text doesn't show them plainly.
fn labels_of(block: &ModuleBlock) -> Option<Vec<String>> {
    match &block.source {
        BlockSource::Json(block) => Some(parsed_labels(block)),
        BlockSource::Native(item) => {
            let header = header_of(block.file.slice(item.span));
            let plain = header.strip_prefix(item.keyword.text.as_str()).and_then(plain_labels);
            plain.or_else(|| block.parse().0.as_ref().map(parsed_labels))
        }
    }
}

fn parsed_labels(block: &Block) -> Vec<String> {
    block.labels.iter().map(|label| label.text.clone()).collect()
}

/// Labels with or without quotes; `None` if the text contains anything else.
fn plain_labels(text: &str) -> Option<Vec<String>> {
    let mut labels = Vec::new();
    let mut rest = text.trim_matches([' ', '\t']);
    while !rest.is_empty() {
        let (label, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at_checked(rest.find([' ', '\t', '"']).unwrap_or(rest.len()))?,
        };
        if label.is_empty() || !label.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            return None;
        }
        labels.push(label.to_owned());
        rest = after.trim_start_matches([' ', '\t']);
    }
    Some(labels)
}

/// The names of the locals in a block, which is parsed only if its text has errors.
fn locals_in(block: &ModuleBlock) -> Vec<String> {
    match &block.source {
        BlockSource::Json(block) => parsed_locals(block),
        BlockSource::Native(item) => {
            let outline = hcl::split_body(item, &block.file.text);
            if !outline.problems.is_empty() {
                return block.parse().0.as_ref().map(parsed_locals).unwrap_or_default();
            }
            let attributes = outline.items.into_iter().filter(|item| item.kind == ItemKind::Attribute);
            attributes.map(|attribute| attribute.keyword.text).collect()
        }
    }
}

fn parsed_locals(block: &Block) -> Vec<String> {
    block.body.attributes.iter().map(|own| own.name.text.clone()).collect()
}

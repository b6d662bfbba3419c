//! The top-level blocks of a module's files, each parsed at the first use.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::components;
use crate::formats::terraform::language::json;
use crate::formats::terraform::names::{file_name, is_component, is_json};
use crate::formats::terraform::project::calls::found_calls::{self, FoundCall};
use crate::formats::terraform::project::mentions::{names_trail, names_zone};
use crate::model::{Notation, ResourceKind, SearchSubject};
use crate::source::{FileId, SourceFile};
use crate::syntax::hcl::{self, Block, ItemKind, Label, ParsedItem, UnparsedItem};
use crate::syntax::{Problem, json as json_syntax};

/// A top-level block that is parsed at the first use.
#[derive(Debug)]
pub(super) struct ModuleBlock {
    pub(super) keyword: Label,
    /// True if its text or its type mentions a trail.
    pub(super) mentions_trail: bool,
    /// True if its file mentions a trail, so that syntax errors in it are reported.
    pub(super) is_in_trail_file: bool,
    pub(super) notation: Notation,
    pub(super) file: Arc<SourceFile>,
    pub(super) source: BlockSource,
    pub(super) parsed: OnceLock<(Option<Block>, Vec<Problem>)>,
    /// The directory that it calls, if it can be read from its text; determined at the first use.
    pub(super) plain_source: OnceLock<Option<PathBuf>>,
}

/// The source of a block.
#[derive(Debug)]
pub(super) enum BlockSource {
    Native(UnparsedItem),
    /// Blocks of the JSON syntax are already parsed.
    Json(Block),
}

/// The index of a block in a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct BlockId(pub(super) usize);

impl ModuleBlock {
    fn new(
        keyword: Label,
        mentions_trail: bool,
        notation: Notation,
        file: &Arc<SourceFile>,
        source: BlockSource,
    ) -> Self {
        Self {
            keyword,
            mentions_trail,
            is_in_trail_file: false,
            notation,
            file: Arc::clone(file),
            source,
            parsed: OnceLock::new(),
            plain_source: OnceLock::new(),
        }
    }
    /// True if its text shows that it may declare a resource of the subject, so that it has to be parsed.
    pub(super) fn may_declare(&self, subject: SearchSubject) -> bool {
        if self.mentions_trail || !subject.is_related() {
            return self.mentions_trail;
        }
        match &self.source {
            BlockSource::Json(block) => kind_of(block, subject).is_some(),
            BlockSource::Native(item) => names_neighbour(header_of(self.file.slice(item.span)), subject),
        }
    }

    /// The local directory that it calls, if it can be read from its text.
    pub(super) fn local_source(&self, directory: &Path) -> Option<PathBuf> {
        let BlockSource::Native(item) = &self.source else { return None };
        match found_calls::of_text(item, &self.file, directory)? {
            FoundCall::Local(directory) => Some(directory),
            FoundCall::Remote(_) | FoundCall::Unreadable | FoundCall::Computed => None,
        }
    }

    pub(super) fn parse(&self) -> (Option<Block>, Vec<Problem>) {
        match &self.source {
            BlockSource::Json(block) => (Some(block.clone()), Vec::new()),
            BlockSource::Native(item) => match hcl::parse(item, &self.file) {
                (Some(ParsedItem::Block(block)), problems) => (Some(block), problems),
                (Some(ParsedItem::Attribute(_)) | None, problems) => (None, problems),
            },
        }
    }
}

/// The blocks of a file, unparsed if the syntax allows it.
pub(super) fn read_blocks(id: FileId, file: &Arc<SourceFile>) -> (Vec<ModuleBlock>, Vec<Problem>) {
    if is_json(file) {
        let tree = json_syntax::parse(id, file);
        let (json, problems) = json::blocks(&tree, file);
        let json = json.into_iter();
        let blocks = json.map(|json| {
            let is_trail = kind_of(&json, SearchSubject::Trails).is_some();
            ModuleBlock::new(json.kind.clone(), is_trail, Notation::Json, file, BlockSource::Json(json))
        });
        return (blocks.collect(), problems);
    }
    let outline = hcl::split(id, file);
    if is_component(&file_name(&file.path)) {
        let mut blocks = Vec::new();
        let mut problems = outline.problems;
        for item in &outline.items {
            let (parsed, found) = hcl::parse(item, file);
            problems.extend(found);
            if let Some(ParsedItem::Block(block)) = parsed {
                let keyword = Label { text: components::keyword(&block).to_owned(), ..block.kind.clone() };
                let source = BlockSource::Json(components::converted(block));
                blocks.push(ModuleBlock::new(keyword, false, Notation::Hcl, file, source));
            }
        }
        return (blocks, problems);
    }
    let items = outline.items.into_iter().filter(|item| item.kind == ItemKind::Block);
    let blocks = items.map(|item| {
        let text = file.slice(item.span);
        let header = header_of(text);
        // An escape in a label may be any letter.
        let is_trail = names_trail(text.as_bytes()) || names_zone(header.as_bytes()) || header.contains('\\');
        ModuleBlock::new(item.keyword.clone(), is_trail, Notation::Hcl, file, BlockSource::Native(item))
    });
    (blocks.collect(), outline.problems)
}

pub(super) fn kind_of(block: &Block, subject: SearchSubject) -> Option<&'static ResourceKind> {
    let [kind, _] = block.labels.as_slice() else { return None };
    subject.kind(&kind.text)
}

/// True if the header of a resource may name a type on which trails depend.
fn names_neighbour(header: &str, subject: SearchSubject) -> bool {
    let prefixes = subject.prefixes();
    match header.strip_prefix("resource").and_then(|labels| labels.trim_start().strip_prefix('"')) {
        Some(kind) => prefixes.iter().any(|neighbour| kind.starts_with(neighbour)),
        None => prefixes.iter().any(|neighbour| header.contains(neighbour)),
    }
}

/// The text before the body of a block.
pub(super) fn header_of(block: &str) -> &str {
    block.split('{').next().unwrap_or_default()
}

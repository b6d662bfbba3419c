//! One directory of Terraform files, parsed block by block as somebody asks.

use std::cell::OnceCell;
use std::sync::Arc;

use super::eval::Evaluator;
use super::{Root, TRAILS, body, file_name, json, names};
use crate::formats::Context;
use crate::model::{Dialect, Notation, Resource, dialects};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::hcl::{self, Block, Expr, Item, Parsed};
use crate::syntax::{Problem, ProblemKind};

/// The files of a module and the blocks in them.
pub(super) struct Module {
    /// The blocks in the order of their files and places; those of override files last.
    blocks: Vec<ModuleBlock>,
    problems: Vec<Problem>,
    /// Names of files that give variables values by themselves.
    pub(super) value_files: Vec<Arc<SourceFile>>,
    /// A file that calls the module.
    pub(super) caller: Option<String>,
}

/// A top-level block that is parsed when it is first needed.
struct ModuleBlock {
    keyword: String,
    /// Whether it is about a trail, by its text or its type.
    mentions_trail: bool,
    /// Whether it stands in an override file and changes a block of the same labels elsewhere.
    overrides: bool,
    notation: Notation,
    file: Arc<SourceFile>,
    text: Span,
    item: Option<Item>,
    parsed: OnceCell<(Option<Block>, Vec<Problem>)>,
}

impl Module {
    /// Reads the files of a directory, and those of them that were read already.
    pub(super) fn load(root: &Root, context: Context<'_>) -> Self {
        let mut module =
            Self { blocks: Vec::new(), problems: Vec::new(), value_files: Vec::new(), caller: root.caller.clone() };
        for id in module_files(root, context) {
            let file = context.sources.file(id);
            let mentions_trail = root.mentioning.contains(&id);
            if names::is_automatic_values(&file_name(&file.path)) {
                module.value_files.push(file);
            } else if file.name.ends_with(".json") {
                module.add_json(id, file, mentions_trail);
            } else {
                module.add_native(id, file, mentions_trail);
            }
        }
        module.blocks.sort_by_key(|block| block.overrides);
        module
    }

    fn add_native(&mut self, id: FileId, file: Arc<SourceFile>, mentions_trail: bool) {
        let outline = hcl::split(id, &file);
        if mentions_trail {
            self.problems.extend(outline.problems);
        }
        let overrides = names::is_override(&file_name(&file.path));
        self.blocks.extend(outline.items.into_iter().map(|item| ModuleBlock {
            keyword: item.keyword.text.clone(),
            mentions_trail: mentions_trail_in(file.slice(item.span)),
            overrides,
            notation: Notation::Hcl,
            file: Arc::clone(&file),
            text: item.span,
            item: Some(item),
            parsed: OnceCell::new(),
        }));
    }

    fn add_json(&mut self, id: FileId, file: Arc<SourceFile>, mentions_trail: bool) {
        let tree = crate::syntax::json::parse(id, &file);
        let blocks = json::blocks(&tree, &file);
        if mentions_trail {
            self.problems.extend(tree.problems);
        }
        let overrides = names::is_override(&file_name(&file.path));
        self.blocks.extend(blocks.into_iter().map(|block| ModuleBlock {
            keyword: block.kind.text.clone(),
            mentions_trail: dialect_of(&block).is_some(),
            overrides,
            notation: Notation::Json,
            file: Arc::clone(&file),
            text: block.span,
            item: None,
            parsed: OnceCell::from((Some(block), Vec::new())),
        }));
    }

    /// The block with this keyword and these labels that has the last word.
    pub(super) fn block(&self, keyword: &str, labels: &[&str]) -> Option<&Block> {
        self.blocks_of(keyword).filter(|block| block.may_have(labels)).filter_map(ModuleBlock::parse).rfind(|block| {
            block.labels.len() == labels.len() && block.labels.iter().zip(labels).all(|(have, want)| have.text == *want)
        })
    }

    /// The expression of a local; those of override files have the last word.
    pub(super) fn local(&self, name: &str) -> Option<&Expr> {
        let blocks = self.blocks_of("locals").filter(|block| block.may_have(&[name]));
        let attribute = blocks.filter_map(ModuleBlock::parse).rev().find_map(|block| block.body.attribute(name));
        attribute.map(|attribute| &attribute.value)
    }

    fn blocks_of(&self, keyword: &str) -> impl DoubleEndedIterator<Item = &ModuleBlock> {
        self.blocks.iter().filter(move |block| block.keyword == keyword)
    }

    /// The header of the first block.
    pub(super) fn first_header(&self) -> Option<Span> {
        self.blocks.iter().find_map(|block| block.parse()).map(|block| block.header)
    }

    /// The trails that the module declares.
    pub(super) fn trails(&self) -> Vec<Resource> {
        let evaluator = Evaluator::new(self);
        let declared = self.blocks_of("resource").filter(|block| !block.overrides);
        declared
            .filter(|block| block.mentions_trail)
            .filter_map(|block| Some((block.notation, block.parse()?)))
            .filter_map(|(notation, block)| Some((notation, block, dialect_of(block)?)))
            .flat_map(|(notation, block, dialect)| {
                let overridden = self.is_overridden(block);
                body::resources(block, dialect, notation, overridden, &evaluator)
            })
            .collect()
    }

    fn is_overridden(&self, block: &Block) -> bool {
        let same = |other: &Block| {
            other.labels.iter().map(|label| &label.text).eq(block.labels.iter().map(|label| &label.text))
        };
        self.blocks_of("resource").filter(|block| block.overrides).filter_map(ModuleBlock::parse).any(same)
    }

    /// What couldn't be understood: whole files that mention a trail, and of other files nothing,
    /// because valid text that only the parser crate refuses must not be called an error.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems;
        for block in self.blocks.into_iter().filter(|block| block.mentions_trail) {
            if let Some((_, met)) = block.parsed.into_inner() {
                problems.extend(met.into_iter().filter(|problem| problem.kind == ProblemKind::Syntax));
            }
        }
        problems
    }
}

impl ModuleBlock {
    fn parse(&self) -> Option<&Block> {
        let (block, _) = self.parsed.get_or_init(|| {
            let Some(item) = &self.item else { return (None, Vec::new()) };
            match hcl::parse(item, &self.file) {
                (Some(Parsed::Block(block)), problems) => (Some(block), problems),
                (Some(Parsed::Attribute(_)) | None, problems) => (None, problems),
            }
        });
        block.as_ref()
    }

    /// Whether its text contains each of the words, which is cheaper to ask than to parse it.
    fn may_have(&self, words: &[&str]) -> bool {
        if self.parsed.get().is_some() {
            return true;
        }
        let text = self.file.slice(self.text);
        words.iter().all(|word| text.contains(word))
    }
}

fn mentions_trail_in(text: &str) -> bool {
    TRAILS.iter().any(|needle| needle.find(text.as_bytes()).is_some())
}

fn dialect_of(block: &Block) -> Option<&'static Dialect> {
    let [kind, _] = block.labels.as_slice() else { return None };
    dialects::of_kind(&kind.text)
}

/// The files of a root: those that Terraform or OpenTofu reads in its directory, and those that
/// give its variables values; or the one file that was named although neither would read it.
fn module_files(root: &Root, context: Context<'_>) -> Vec<FileId> {
    if let Some(file) = root.only {
        return vec![file];
    }
    let mut paths = context.fs.list(&root.directory).unwrap_or_default();
    // Text from standard input stands for a file that need not exist.
    paths.extend(root.mentioning.iter().map(|&id| context.sources.file(id).path.clone()));
    paths.sort();
    paths.dedup();
    let names: Vec<String> = paths.iter().map(|path| file_name(path)).collect();
    let is_tofu = names.iter().any(|name| names::is_configuration(name) && names::is_tofu(name));
    let is_read = |name: &String| {
        let shadowed = || names::shadowing(name).is_some_and(|other| names.contains(&other));
        let configuration = names::is_configuration(name) && if is_tofu { !shadowed() } else { !names::is_tofu(name) };
        configuration || names::is_automatic_values(name)
    };
    let read = paths.iter().zip(&names).filter(|(_, name)| is_read(name));
    read.filter_map(|(path, _)| context.sources.load(context.fs, path).ok()).collect()
}

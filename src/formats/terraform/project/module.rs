//! One directory of Terraform files, whose blocks are parsed at the first use.

mod blocks;
mod checks;
mod components;
mod index;
mod merge;
mod providers;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::mentions;
use super::stack_types::StackType;
use crate::formats::terraform::names::{self, file_name};
pub(super) use blocks::BlockId;
use blocks::{BlockSource, ModuleBlock, kind_of, read_blocks};
use index::{BlockIndex, Overrides};
pub(super) use providers::Configuration;
use providers::{ConfigurationPlace, Providers};

use crate::formats::Context;
use crate::formats::terraform::Engine;
use crate::model::{Notation, ResourceKind, SearchSubject};
use crate::source::{FileId, ReadError, Span};
use crate::syntax::hcl::{Attribute, Block, Expr};
use crate::syntax::{Problem, ProblemKind};

/// The files of a module and their blocks.
#[derive(Debug)]
pub(super) struct Module {
    /// The directory as it was reached, to which the sources of its calls are relative.
    pub(super) directory: PathBuf,
    /// The directory with links resolved, which contains the files.
    pub(super) place: PathBuf,
    /// The files that it was read from.
    pub(super) files: Vec<FileId>,
    /// True if no text of its files is lost, so that all its declarations are known.
    is_complete: bool,
    blocks: Vec<ModuleBlock>,
    /// The blocks of override files, in the order in which they are merged.
    overrides: Vec<Block>,
    overriding: Overrides,
    /// The index of its declarations, built at the first use.
    index: OnceLock<BlockIndex>,
    problems: Vec<Problem>,
    /// The problems within the blocks of files that mention a trail, collected at the first use.
    broken: OnceLock<Vec<Problem>>,
    /// Its provider requirements and configurations, read at the first use.
    providers: OnceLock<Providers>,
    /// The resources that deploy a template, found at the first use.
    stacks: OnceLock<Vec<(BlockId, &'static StackType)>>,
    /// The files that can't be read, each as an empty text for the location of the error.
    pub(super) unreadable: Vec<(FileId, ReadError)>,
}

impl Module {
    /// Reads the module in a directory.
    pub(super) fn load(directory: &Path, context: Context<'_>) -> Self {
        // A path of a component file stands for the stack in its directory.
        let is_stack = names::is_component(&file_name(directory));
        let directory = if is_stack { directory.parent().unwrap_or(directory) } else { directory };
        let place = context.fs.without_links(directory);
        let listed = listed(&place, context).map(|paths| match is_stack {
            true => paths.into_iter().filter(|path| names::is_component(&file_name(path))).collect(),
            false => read_by_engine(paths, context),
        });
        Self { place, ..Self::read(directory, listed, context) }
    }

    /// Reads a module whose files lie in several directories. A file replaces those of the same name in the directories
    /// before, and the last of all are generated. The sources of its calls are relative to the first one.
    pub(super) fn load_all(directories: &[PathBuf], generated: &[PathBuf], context: Context<'_>) -> Self {
        let first = directories.first().map_or(Path::new("/"), PathBuf::as_path);
        let listed = listed_in_all(directories, context).map(|mut by_name| {
            by_name.extend(generated.iter().map(|path| (file_name(path), path.clone())));
            read_by_engine(by_name.into_values().collect(), context)
        });
        Self::read(first, listed, context)
    }

    fn read(directory: &Path, listed: Result<Vec<PathBuf>, ReadError>, context: Context<'_>) -> Self {
        let mut unreadable = Vec::new();
        let mut files = Vec::new();
        let listed = listed.unwrap_or_else(|error| {
            unreadable.push((context.sources.add(directory, Vec::new()), error));
            Vec::new()
        });
        for path in listed {
            match context.sources.load(context.fs, &path) {
                Ok(id) => files.push(id),
                Err(error) => unreadable.push((context.sources.add(&path, Vec::new()), error)),
            }
        }
        let module = Self::of_files(directory, &files, context);
        let is_complete = module.is_complete && unreadable.is_empty();
        Self { unreadable, is_complete, ..module }
    }

    /// The module that represents the module of a call: each location in its text stands for the call.
    pub(super) fn of_known(path: &Path, text: &str, header: Span, context: Context<'_>) -> Self {
        let name = path.to_string_lossy().into_owned();
        let file = context.sources.add_within(path, name, text, header);
        Self::of_files(path, &[file], context)
    }

    /// The root module of a unit whose code isn't read: the known interface, with the unit's own files.
    pub(super) fn of_known_unit(path: &Path, text: &str, source: Span, own: &Self, context: Context<'_>) -> Self {
        let name = path.to_string_lossy().into_owned();
        let file = context.sources.add_within(path, name, text, source);
        let files: Vec<FileId> = own.files.iter().copied().chain([file]).collect();
        let module = Self::of_files(path, &files, context);
        let is_complete = module.is_complete && own.is_complete;
        Self { unreadable: own.unreadable.clone(), is_complete, ..module }
    }

    /// The module that consists of certain files.
    pub(super) fn of_files(directory: &Path, files: &[FileId], context: Context<'_>) -> Self {
        let mut module = Self {
            directory: directory.to_owned(),
            place: directory.to_owned(),
            is_complete: true,
            files: files.to_vec(),
            blocks: Vec::new(),
            overrides: Vec::new(),
            overriding: Overrides::default(),
            index: OnceLock::new(),
            problems: Vec::new(),
            broken: OnceLock::new(),
            providers: OnceLock::new(),
            stacks: OnceLock::new(),
            unreadable: Vec::new(),
        };
        for &id in files {
            let file = context.sources.file(id);
            let (mut blocks, problems) = read_blocks(id, &file);
            let mentions_trail =
                blocks.iter().any(|block| block.mentions_trail) || mentions::concerns_trail(file.text.as_bytes());
            blocks.iter_mut().for_each(|block| block.is_in_trail_file = mentions_trail);
            module.is_complete &= !problems.iter().any(|problem| problem.kind.loses_text()) && file.replaced.is_empty();
            // Text that is lost because of a limit may have mentioned a trail.
            module
                .problems
                .extend(problems.into_iter().filter(|problem| mentions_trail || problem.kind == ProblemKind::Limit));
            if names::is_override(&file_name(&file.path)) {
                for block in blocks {
                    let (parsed, problems) = block.parse();
                    module.overrides.extend(parsed);
                    module.problems.extend(problems.into_iter().filter(|_| mentions_trail));
                }
            } else {
                module.blocks.extend(blocks);
            }
        }
        module.overriding = Overrides::of(&module.overrides);
        module
    }

    /// The block of this id, with override files merged.
    pub(super) fn block(&self, id: BlockId) -> Option<&Block> {
        let block = self.blocks.get(id.0)?;
        block
            .parsed
            .get_or_init(|| {
                let (parsed, problems) = block.parse();
                (parsed.map(|parsed| self.overridden(parsed)), problems)
            })
            .0
            .as_ref()
    }

    /// Merges override files into a block.
    fn overridden(&self, mut block: Block) -> Block {
        let changes = self.overriding.blocks(&block).iter().filter_map(|at| self.overrides.get(*at));
        merge::apply(&mut block, changes);
        block
    }

    /// The blocks with this keyword.
    pub(super) fn blocks(&self, keyword: &str) -> impl DoubleEndedIterator<Item = BlockId> {
        self.blocks
            .iter()
            .enumerate()
            .filter(move |(_, block)| block.keyword.text == keyword)
            .map(|(index, _)| BlockId(index))
    }

    /// The first block with this keyword and these labels.
    pub(super) fn find(&self, keyword: &str, labels: &[&str]) -> Option<&Block> {
        self.block(self.find_id(keyword, labels)?)
    }

    /// Like [`Self::find`], returning the id. All such blocks are parsed, so that a second declaration is reported.
    pub(super) fn find_id(&self, keyword: &str, labels: &[&str]) -> Option<BlockId> {
        let ids = self.index().blocks(keyword, labels).iter().copied();
        let found: Vec<BlockId> = ids.filter(|&id| self.block(id).is_some()).collect();
        found.into_iter().next()
    }

    /// False if it certainly has no block with this keyword and these labels.
    pub(super) fn may_declare(&self, keyword: &str, labels: &[&str]) -> bool {
        !self.is_complete || !self.index().blocks(keyword, labels).is_empty()
    }

    /// False if it certainly has no such local.
    pub(super) fn may_have_local(&self, name: &str) -> bool {
        !self.is_complete || self.overriding.local(name).is_some() || !self.index().locals(name).is_empty()
    }

    /// The expression of a local; those of override files take precedence.
    pub(super) fn local(&self, name: &str) -> Option<&Expr> {
        let overriding =
            self.overriding.local(name).map(|at| self.overrides.get(at).expect("the index is of the override files"));
        let own = self.index().locals(name).iter().filter_map(|&id| self.block(id));
        let found: Vec<&Attribute> =
            overriding.into_iter().chain(own).filter_map(|it| it.body.attribute(name)).collect();
        found.into_iter().next().map(|attribute| &attribute.value)
    }

    fn index(&self) -> &BlockIndex {
        self.index.get_or_init(|| BlockIndex::of(&self.blocks))
    }

    /// The resources of the kinds that belong to a subject.
    pub(super) fn declared(&self, subject: SearchSubject) -> impl Iterator<Item = (BlockId, &'static ResourceKind)> {
        self.blocks("resource")
            .filter(move |id| self.blocks.get(id.0).is_some_and(|block| block.may_declare(subject)))
            .filter_map(move |id| Some((id, kind_of(self.block(id)?, subject)?)))
    }

    /// The stacks: resources that deploy a template.
    pub(super) fn stacks(&self) -> &[(BlockId, &'static StackType)] {
        self.stacks.get_or_init(|| {
            let mut stacks = Vec::new();
            for id in self.blocks("resource").filter(|&id| self.may_have(id, &[mentions::STACK])) {
                let kind = self.block(id).and_then(|block| block.labels.first());
                stacks.extend(kind.and_then(|kind| Some((id, StackType::find(&kind.text)?))));
            }
            stacks
        })
    }

    /// The managed resources of a type.
    pub(super) fn of_type<'m>(&'m self, kind: &'m str) -> impl Iterator<Item = BlockId> + 'm {
        let ids = self.blocks("resource").filter(move |&id| self.may_have(id, &[kind]));
        ids.filter(move |&id| self.block(id).and_then(|block| block.labels.first()).is_some_and(|own| own.text == kind))
    }

    /// The source of the provider with a local name, such as `hashicorp/aws`; `None` if it can't be read.
    pub(super) fn provider_source(&self, name: &str) -> Option<String> {
        self.providers().source(name)
    }

    /// The configuration of a provider by its source and its alias; the default one has no alias.
    pub(super) fn provider(&self, source: &str, alias: Option<&str>) -> Configuration<'_> {
        let providers = self.providers();
        let place = providers.configurations.get(&(source.to_owned(), alias.map(str::to_owned)));
        let block = place.and_then(|place| match *place {
            ConfigurationPlace::Base(id) => self.block(id),
            ConfigurationPlace::Override(index) => {
                Some(self.overrides.get(index).expect("the index is of the override files"))
            }
        });
        match block {
            Some(block) => Configuration::Block(block),
            None if providers.hides_configurations => Configuration::Unreadable,
            None => Configuration::Nowhere,
        }
    }

    fn providers(&self) -> &Providers {
        self.providers.get_or_init(|| {
            Providers::of(
                |keyword| self.blocks(keyword).map(|id| (id, self.block(id))),
                &self.overrides,
                self.unreadable.is_empty(),
            )
        })
    }

    /// Its declarations in the form of a plan: `aws_s3_bucket.logs`, `module.audit`, `var.region`.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for (keyword, prefix) in [("resource", ""), ("module", "module."), ("variable", "var.")] {
            for block in self.blocks(keyword).filter_map(|id| self.block(id)) {
                let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_str()).collect();
                names.insert(format!("{prefix}{}", labels.join(".")));
            }
        }
        names
    }

    /// The directory of a call, if its text has a plain local source and no override file may change it.
    pub(super) fn plain_source(&self, id: BlockId) -> Option<PathBuf> {
        let block = self.blocks.get(id.0).filter(|_| self.overrides.is_empty())?;
        block.plain_source.get_or_init(|| block.local_source(&self.directory)).clone()
    }

    pub(super) fn notation(&self, id: BlockId) -> Notation {
        self.blocks.get(id.0).map_or(Notation::Hcl, |block| block.notation)
    }

    /// The header of the first block, or the start of the first file.
    pub(super) fn header(&self) -> Option<Span> {
        let block = (0..self.blocks.len()).find_map(|index| self.block(BlockId(index))).map(|block| block.header);
        block.or(self.files.first().map(|file| Span::new(*file, 0, 0)))
    }

    /// True if a block's text contains each of the words, which is cheaper to check than parsing it.
    fn may_have(&self, id: BlockId, words: &[&str]) -> bool {
        let block = self.blocks.get(id.0).expect("a BlockId is an index of the module's blocks");
        match &block.source {
            BlockSource::Json(_) => true,
            BlockSource::Native(item) => {
                let text = block.file.slice(item.span);
                words.iter().all(|word| text.contains(word))
            }
        }
    }

    /// The problems within the blocks of files that mention a trail. Blocks that are already parsed aren't parsed
    /// again, and blocks that are parsed only for their problems aren't kept.
    fn broken(&self) -> Vec<Problem> {
        let beside = self.blocks.iter().filter(|block| block.is_in_trail_file);
        beside.flat_map(|block| block.parsed.get().map_or_else(|| block.parse().1, |(_, met)| met.clone())).collect()
    }

    /// Syntax errors in files that mention a trail, and errors that Terraform would report in the blocks that were
    /// evaluated.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = self.problems.clone();
        let ids = (0..self.blocks.len()).map(BlockId).filter(|&id| self.may_have(id, &["resource"]));
        let mentioning = ids.filter(|id| self.blocks.get(id.0).is_some_and(|block| block.mentions_trail));
        problems.extend(mentioning.filter_map(|id| self.block(id)).flat_map(checks::nested_trails));
        problems.extend_from_slice(self.broken.get_or_init(|| self.broken()));
        problems.extend(self.blocks.iter().filter(|block| block.mentions_trail).filter_map(ModuleBlock::lookalike));
        problems.extend(checks::repeated(self.parsed()));
        problems.extend(self.parsed().flat_map(checks::misshapen));
        problems.extend(checks::baseless(&self.overrides, self.parsed()));
        problems
    }

    /// The blocks that have been parsed so far.
    fn parsed(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter_map(|block| block.parsed.get()?.0.as_ref())
    }
}

/// The paths of the files in several directories, by name. A later one replaces the same name in those before.
pub(super) fn listed_in_all(
    directories: &[PathBuf],
    context: Context<'_>,
) -> Result<BTreeMap<String, PathBuf>, ReadError> {
    let mut by_name = BTreeMap::new();
    for directory in directories {
        let paths = listed(&context.fs.without_links(directory), context)?;
        by_name.extend(paths.into_iter().map(|path| (file_name(&path), path)));
    }
    Ok(by_name)
}

/// The paths of the files in a directory.
fn listed(directory: &Path, context: Context<'_>) -> Result<Vec<PathBuf>, ReadError> {
    let mut paths = match context.fs.list(directory) {
        Err(ReadError::Missing) => Vec::new(),
        listed => listed?,
    };
    // Text from standard input represents a file that may not exist.
    paths.extend(context.sources.unlisted_in(directory));
    paths.sort_unstable();
    paths.dedup();
    Ok(paths)
}

/// The files that Terraform or OpenTofu reads as a module.
fn read_by_engine(paths: Vec<PathBuf>, context: Context<'_>) -> Vec<PathBuf> {
    let names: Vec<String> = paths.iter().map(|path| file_name(path)).collect();
    let all: HashSet<&str> = names.iter().map(String::as_str).collect();
    let is_tofu = match context.options.terraform.engine {
        Some(engine) => engine == Engine::OpenTofu,
        None => names.iter().any(|name| names::is_configuration(name) && names::is_tofu(name)),
    };
    let read = paths.iter().zip(&names).filter(|(_, name)| {
        names::is_configuration(name) && if is_tofu { !is_shadowed(name, &all) } else { !names::is_tofu(name) }
    });
    read.map(|(path, _)| path.clone()).collect()
}

fn is_shadowed(name: &str, all: &HashSet<&str>) -> bool {
    names::shadowing(name).is_some_and(|other| all.contains(other.as_str()))
}

//! Reads the configuration of a unit with the files that it includes and reads.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::configuration::{Configuration, Include, MergeStrategy, Part};
use super::expansion::of_element;
use super::file::FileCache;
use super::lookup::{ConfigurationEvaluator, ConfigurationLookup};
use super::names;
use super::place::{StackBlock, UnitPlace};
use crate::formats::Context;
use crate::formats::terraform::files::{self, CopiedDirectories};
use crate::source::{PathKind, ReadError, Span};
use crate::syntax::Problem;
use crate::syntax::hcl::{Attribute, Block, Expr, ExprKind};
use crate::value::{Budget, Data, Field, Known, Object, Reason, Traced, Unknown, World};

/// The maximum number of configurations that lead to one by reading each other.
const MAX_DEPTH: usize = 10;

/// Evaluates the configuration of a unit.
pub(crate) struct Reader<'a> {
    pub(super) context: Context<'a>,
    files: &'a FileCache,
    pub(super) budget: Rc<Budget>,
    /// The directory of the unit: `get_original_terragrunt_dir()`.
    pub(super) directory: PathBuf,
    pub(super) copied: CopiedDirectories,
    block: Option<Arc<StackBlock>>,
    pub(super) main: Rc<Configuration>,
    /// The configurations that it reads, by path.
    read: RefCell<HashMap<PathBuf, Rc<Configuration>>>,
    /// The files that other files include.
    included: RefCell<BTreeSet<PathBuf>>,
}

impl<'a> Reader<'a> {
    /// Reads the configuration of a unit.
    ///
    /// # Errors
    ///
    /// The configuration can't be read.
    pub(crate) fn open(
        place: &UnitPlace,
        context: Context<'a>,
        files: &'a FileCache,
        budget: &Rc<Budget>,
    ) -> Result<Self, ReadError> {
        let main = Part::new(files.load(&place.copied.original(&place.file), context)?, &place.file);
        let main = Rc::new(Configuration::new(main, place.directory.clone(), 0));
        Ok(Self {
            context,
            files,
            budget: Rc::clone(budget),
            directory: place.directory.clone(),
            copied: place.copied.clone(),
            block: place.block.clone(),
            main,
            read: RefCell::default(),
            included: RefCell::default(),
        })
    }

    /// The files that the configuration includes, found so far.
    pub(crate) fn included(&self) -> BTreeSet<PathBuf> {
        self.included.borrow().clone()
    }

    /// The configurations that it reads, found so far.
    pub(crate) fn read_files(&self) -> BTreeSet<PathBuf> {
        self.read.borrow().keys().cloned().collect()
    }

    /// A world that decides nothing, for settings that are the same in all worlds.
    pub(crate) fn open_world(&self) -> World {
        World::open(&self.budget)
    }

    /// The start of the unit's file.
    pub(crate) fn start(&self) -> Span {
        self.main.main.file.start()
    }

    /// The errors in the files that were read so far.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let read = self.read.borrow();
        let mut problems = Vec::new();
        for configuration in read.values().chain([&self.main]) {
            problems.extend(configuration.main.file.problems.iter().cloned());
            let includes = configuration.includes.get().into_iter().flatten();
            for part in includes.flat_map(|include| &include.part) {
                problems.extend(part.file.problems.iter().cloned());
            }
        }
        problems
    }

    /// Removes the cached values that depend on the world.
    pub(crate) fn enter_world(&self) {
        let read = self.read.borrow();
        for configuration in read.values().chain([&self.main]) {
            configuration.main.cache.enter_world();
            let includes = configuration.includes.get().into_iter().flatten();
            includes.flat_map(|include| &include.part).for_each(|part| part.cache.enter_world());
        }
    }

    /// The configuration at a path, which another one at a depth reads.
    pub(super) fn configuration(&self, path: &Path, depth: usize) -> Result<Option<Rc<Configuration>>, Reason> {
        let path = self.file_at(path);
        if let Some(known) = self.read.borrow().get(&path) {
            return Ok(Some(Rc::clone(known)));
        }
        if depth >= MAX_DEPTH {
            return Err(Reason::OverLimit { limit: "configurations that read each other" });
        }
        let original = self.copied.original(&path);
        let file = match self.files.load(&original, self.context) {
            Ok(file) => file,
            // Another unit of the stack may be there.
            Err(ReadError::Missing) if is_generated_by_stack(&original) => {
                return Err(self.not_here(&path, &ReadError::Missing));
            }
            Err(ReadError::Missing) => return Ok(None),
            Err(error) => return Err(self.not_here(&path, &error)),
        };
        let main = Part::new(file, &path);
        let directory = main.directory.clone();
        let configuration = Rc::new(Configuration::new(main, directory, depth.saturating_add(1)));
        self.read.borrow_mut().insert(path, Rc::clone(&configuration));
        Ok(Some(configuration))
    }

    /// The configuration that a path means: of a directory, that of its unit.
    fn file_at(&self, path: &Path) -> PathBuf {
        let fs = self.context.fs;
        let original = self.copied.original(path);
        if !self.context.sources.may_read(&original) || fs.kind(&original) != Ok(PathKind::Directory) {
            return path.to_owned();
        }
        let [first, second] = names::UNIT;
        let has = |name: &str| fs.kind(&original.join(name)).is_ok();
        path.join(if !has(first) && has(second) { second } else { first })
    }

    /// The reason for a file that can't be read.
    pub(super) fn not_here(&self, path: &Path, error: &ReadError) -> Reason {
        let name = self.context.sources.name(path);
        let is_outside = !self.context.sources.may_read(path);
        let help = match error {
            ReadError::Missing => format!("check a directory that contains `{name}` as well"),
            _ if is_outside => format!("check a directory that contains `{name}` as well"),
            error => format!("make `{name}` readable: {error}"),
        };
        Reason::NotHere { part: format!("`{name}`"), name, help }
    }

    /// The files that a configuration includes, in the order of their blocks.
    pub(super) fn includes<'c>(&self, configuration: &'c Configuration) -> &'c [Include] {
        if let Some(found) = configuration.includes.get() {
            return found;
        }
        let world = World::open(&self.budget);
        let lookup = ConfigurationLookup {
            reader: self,
            configuration,
            part: &configuration.main,
            include: None,
            is_early: true,
        };
        let evaluator = ConfigurationEvaluator::of(lookup, &world);
        let blocks = configuration.main.file.body.blocks("include");
        let mut found: Vec<Include> = blocks.map(|block| self.include(block, configuration, &evaluator)).collect();
        if !configuration.main.file.is_complete() {
            // A block may be lost.
            found.push(Include {
                label: String::new(),
                part: Err(Reason::Unreadable),
                strategy: Err(Reason::Unreadable),
                is_exposed: false,
                header: configuration.main.file.start(),
            });
        }
        configuration.includes.get_or_init(|| found)
    }

    fn include(&self, block: &Block, configuration: &Configuration, evaluator: &ConfigurationEvaluator<'_>) -> Include {
        let attribute = |name: &str| block.body.attribute(name).map(|attribute| &attribute.value);
        let part = match attribute("path") {
            Some(path) => self.included_part(path, configuration, evaluator),
            None => Err(Reason::Failed { message: "`include` needs a `path`".to_owned() }),
        };
        Include {
            label: block.labels.first().map(|label| label.text.clone()).unwrap_or_default(),
            part,
            strategy: attribute("merge_strategy").map_or(Ok(MergeStrategy::Shallow), |expr| strategy(expr, evaluator)),
            is_exposed: block.labels.is_empty()
                || attribute("expose").is_some_and(|expose| expose.kind == ExprKind::Bool(true)),
            header: block.header,
        }
    }

    fn included_part(
        &self,
        path: &Expr,
        configuration: &Configuration,
        evaluator: &ConfigurationEvaluator<'_>,
    ) -> Result<Part, Reason> {
        let text = match evaluator.eval(path).value {
            Known(Data::String(text)) => text,
            Known(_) => return Err(Reason::Failed { message: "the `path` of `include` isn't a string".to_owned() }),
            Unknown(why) => return Err(why),
        };
        let path = files::path_of_text(&text, &configuration.directory, self.context.sources);
        let path = self.file_at(&path);
        let original = self.copied.original(&path);
        let file = self.files.load(&original, self.context).map_err(|error| self.not_here(&path, &error))?;
        self.included.borrow_mut().insert(original);
        if file.body.blocks("include").next().is_some() {
            let message = "an included file may not include another one".to_owned();
            return Err(Reason::Failed { message });
        }
        Ok(Part::new(file, &path))
    }

    /// The files whose settings are merged, in decreasing precedence: the configuration's own, then the included ones,
    /// the last first. For a file that can't be read, the reason.
    pub(super) fn merged_parts<'c>(&self, configuration: &'c Configuration) -> Vec<MergedPart<'c>> {
        let mut parts = vec![Ok((None, &configuration.main))];
        for (index, include) in self.includes(configuration).iter().enumerate().rev() {
            match (&include.strategy, &include.part) {
                (Ok(MergeStrategy::None), _) => {}
                (Err(why), _) | (_, Err(why)) => parts.push(Err((why, include.header))),
                (Ok(MergeStrategy::Shallow | MergeStrategy::Deep), Ok(part)) => parts.push(Ok((Some(index), part))),
            }
        }
        parts
    }

    /// An evaluator for the expressions of a file.
    pub(super) fn evaluator<'e>(
        &'e self,
        configuration: &'e Configuration,
        include: Option<usize>,
        part: &'e Part,
        world: &'e World,
    ) -> ConfigurationEvaluator<'e> {
        let lookup = ConfigurationLookup { reader: self, configuration, part, include, is_early: false };
        ConfigurationEvaluator::of(lookup, world)
    }

    /// The values that a stack gives to the configuration: those of the block that generates it, or of the file beside
    /// it.
    pub(super) fn values<'c>(&self, configuration: &'c Configuration) -> &'c Traced<Data> {
        configuration.values.get_or_init(|| {
            let block = self.block.as_ref().filter(|_| configuration.depth == 0);
            let of_block = block.and_then(|block| self.values_of_block(block));
            let unknown = || unknown_values(configuration.main.file.start());
            of_block.or_else(|| self.values_beside(configuration)).unwrap_or_else(unknown)
        })
    }

    /// The values that a block of a stack gives to its unit or stack; `None` if it sets none.
    fn values_of_block(&self, own: &StackBlock) -> Option<Traced<Data>> {
        let stack = Reader::open(&own.stack, self.context, self.files, &self.budget).ok()?;
        let block = stack.main.main.file.body.blocks.get(own.index)?;
        let values = block.body.attribute("values")?;
        let world = World::open(&self.budget);
        let evaluator = stack.evaluator(&stack.main, None, &stack.main.main, &world);
        Some(of_element(evaluator, block, own.element.as_ref()).eval(&values.value))
    }

    /// The header of the block of a stack that generates the unit; `None` if there is none.
    pub(crate) fn block_header(&self) -> Option<Span> {
        let own = self.block.as_ref()?;
        let stack = Reader::open(&own.stack, self.context, self.files, &self.budget).ok()?;
        stack.main.main.file.body.blocks.get(own.index).map(|block| block.header)
    }

    /// The values in the file beside a configuration, which Terragrunt generates.
    fn values_beside(&self, configuration: &Configuration) -> Option<Traced<Data>> {
        let path = configuration.directory.join(names::VALUES);
        let file = self.files.load(&self.copied.original(&path), self.context).ok()?;
        let start = file.start();
        if !file.is_complete() {
            return Some(unknown_values(start));
        }
        let own = Configuration::new(Part::new(file, &path), configuration.directory.clone(), configuration.depth);
        // They don't refer to themselves.
        own.values.get_or_init(|| unknown_values(start));
        let world = World::open(&self.budget);
        let evaluator = self.evaluator(&own, None, &own.main, &world);
        let field = |attribute: &Attribute| Field {
            key: attribute.name.text.clone(),
            key_span: attribute.name.span,
            value: evaluator.eval(&attribute.value),
        };
        let fields = own.main.file.body.attributes.iter().map(field).collect();
        Some(Traced::written(Data::Object(Object::new(start, fields)), start))
    }
}

/// True for a path in a directory that a stack generates.
fn is_generated_by_stack(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == names::GENERATED)
}

fn unknown_values(span: Span) -> Traced<Data> {
    let why = Reason::AtDeployment { reference: "values".to_owned(), is_set: false };
    Traced { value: Unknown(why), ..Traced::written(Data::Null, span) }
}

/// A file whose settings are merged, with its index among the included files; or the reason why a file can't be read,
/// with the header of its block.
pub(super) type MergedPart<'c> = Result<(Option<usize>, &'c Part), (&'c Reason, Span)>;

fn strategy(expr: &Expr, evaluator: &ConfigurationEvaluator<'_>) -> Result<MergeStrategy, Reason> {
    match evaluator.eval(expr).value {
        Known(Data::String(text)) => match text.as_str() {
            "shallow" | "" => Ok(MergeStrategy::Shallow),
            "deep" => Ok(MergeStrategy::Deep),
            "no_merge" => Ok(MergeStrategy::None),
            _ => Err(Reason::Failed { message: format!("there is no merge strategy `{text}`") }),
        },
        Known(_) => Err(Reason::Failed { message: "`merge_strategy` isn't a string".to_owned() }),
        Unknown(why) => Err(why),
    }
}

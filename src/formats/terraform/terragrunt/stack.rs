//! Stacks: a file whose blocks name the units and stacks that Terragrunt generates.
//!
//! Source: <https://terragrunt.gruntwork.io/docs/features/stacks/>.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::expansion::{elements, of_element};
use super::lookup::ConfigurationEvaluator;
use super::names;
use super::place::{Element, StackBlock, StackGap, UnitPlace};
use super::reader::Reader;
use super::source::local_path;
use crate::formats::terraform::files::path_of_text;
use crate::source::PathKind;
use crate::syntax::hcl::{Block, Expr};
use crate::value::{Data, Known, Unknown};

/// A unit or a stack that a block generates.
#[derive(Debug)]
pub(crate) struct GeneratedUnit {
    pub(crate) is_stack: bool,
    /// Its place. For code that isn't read, the place of the block.
    pub(crate) place: UnitPlace,
    /// The directory of its source, if that is in the tree.
    pub(crate) template: Option<PathBuf>,
}

/// The source of a block.
enum BlockSource {
    Local(PathBuf),
    Unread { text: Option<String>, reason: String },
}

impl Reader<'_> {
    /// The units and stacks that the blocks of a stack generate, with a limit on their number. The configuration is that
    /// of the stack at the place.
    pub(crate) fn generated_units(&self, stack: &UnitPlace) -> Vec<GeneratedUnit> {
        let world = self.open_world();
        let evaluator = self.evaluator(&self.main, None, &self.main.main, &world);
        let mut found = Vec::new();
        for (index, block) in self.main.main.file.body.blocks.iter().enumerate() {
            if !matches!(block.kind.text.as_str(), "unit" | "stack") {
                continue;
            }
            let generating = |element: Option<Element>, gap: Option<&str>| {
                let block_place = StackBlock { stack: stack.clone(), index, element };
                self.generated_unit(block_place, block, &evaluator, gap)
            };
            match elements(block, &evaluator) {
                Ok(elements) => found.extend(elements.into_iter().filter_map(|element| generating(element, None))),
                Err(reason) => found.extend(generating(None, Some(&reason))),
            }
        }
        found
    }

    /// The unit or stack of a block; `None` if the block is disabled.
    fn generated_unit(
        &self,
        own: StackBlock,
        block: &Block,
        evaluator: &ConfigurationEvaluator<'_>,
        gap: Option<&str>,
    ) -> Option<GeneratedUnit> {
        let evaluator = of_element(evaluator.clone(), block, own.element.as_ref());
        let value = |name: &str| block.body.attribute(name).map(|attribute| evaluator.eval(&attribute.value).value);
        if value("enabled") == Some(Known(Data::Bool(false))) {
            return None;
        }
        let label = block.labels.first().map(|label| label.text.as_str()).unwrap_or_default();
        let path = match value("path") {
            Some(Known(Data::String(path))) => path,
            Some(Known(_) | Unknown(_)) | None => label.to_owned(),
        };
        let above = match value("no_dot_terragrunt_stack") {
            Some(Known(Data::Bool(true))) => self.directory.clone(),
            _ => self.directory.join(names::GENERATED),
        };
        let directory = path_of_text(&path, &above, self.context.sources);
        let is_stack = block.kind.text == "stack";
        let stack = own.stack.clone();
        let place = |file: PathBuf, copied, gap| UnitPlace {
            file,
            directory: directory.clone(),
            copied,
            block: Some(Arc::new(own.clone())),
            gap,
            is_excluded: false,
        };
        let reason = gap.map(str::to_owned).or_else(|| {
            let extends = block.body.blocks("autoinclude").next().is_some();
            extends.then(|| "`autoinclude` isn't evaluated".to_owned())
        });
        let source = block.body.attribute("source").map(|attribute| &attribute.value);
        let (text, unread) = match self.source_of_block(source, is_stack, &evaluator) {
            BlockSource::Local(template) => {
                let copied = stack.copied.with(directory.clone(), template.clone());
                let file = directory.join(self.configuration_in(&template, is_stack).unwrap_or(names::UNIT[0]));
                let label = label.to_owned();
                let gap = reason.map(|reason| StackGap { label, text: None, reason, is_here: true, limit: None });
                return Some(GeneratedUnit { is_stack, place: place(file, copied, gap), template: Some(template) });
            }
            BlockSource::Unread { text, reason } => (text, reason),
        };
        let gap = StackGap { label: label.to_owned(), text, reason: unread, is_here: false, limit: None };
        Some(GeneratedUnit {
            is_stack,
            place: place(stack.file.clone(), stack.copied.clone(), Some(gap)),
            template: None,
        })
    }

    fn source_of_block(
        &self,
        source: Option<&Expr>,
        is_stack: bool,
        evaluator: &ConfigurationEvaluator<'_>,
    ) -> BlockSource {
        let unread = |text: Option<String>, reason: String| BlockSource::Unread { text, reason };
        let text = match source.map(|source| evaluator.eval(source).value) {
            Some(Known(Data::String(text))) => text,
            Some(Unknown(why)) => return unread(None, format!("its `source` is unknown: {}", why.describe())),
            Some(Known(_)) | None => return unread(None, "it has no `source`".to_owned()),
        };
        let Some(path) = local_path(&text) else { return unread(Some(text), "its code isn't here".to_owned()) };
        let directory = self.copied.original(&path_of_text(&path, &self.directory, self.context.sources));
        if !self.context.sources.may_read(&directory) {
            return unread(Some(text), "it is outside of the checked tree".to_owned());
        }
        match (self.context.fs.kind(&directory), self.configuration_in(&directory, is_stack)) {
            (Ok(PathKind::Directory), Some(_)) => BlockSource::Local(directory),
            (Ok(PathKind::Directory), None) => unread(Some(text), "the directory has no configuration".to_owned()),
            (Ok(PathKind::File), _) => unread(Some(text), "it isn't a directory".to_owned()),
            (Err(_), _) => unread(Some(text), "the directory doesn't exist".to_owned()),
        }
    }

    /// The name of the configuration in a directory.
    fn configuration_in(&self, directory: &Path, is_stack: bool) -> Option<&'static str> {
        let wanted: &[&str] = if is_stack { &[names::STACK] } else { &names::UNIT };
        wanted.iter().copied().find(|name| self.context.fs.kind(&directory.join(name)).is_ok())
    }
}

//! Reads a configuration file of Terragrunt to its attributes and blocks.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::formats::Context;
use crate::formats::terraform::language::json::{self, BlockShape};
use crate::source::{FileId, ReadError, SourceFile, Span};
use crate::syntax::hcl::{self, Attribute, Block, Body, Expr, ParsedItem};
use crate::syntax::{Problem, json as json_syntax};

/// The blocks of a configuration in the JSON syntax.
const BLOCKS: &[BlockShape] = &[
    BlockShape { kind: "include", labels: 1, blocks: &[] },
    BlockShape { kind: "locals", labels: 0, blocks: &[] },
    BlockShape { kind: "terraform", labels: 0, blocks: IN_TERRAFORM },
    BlockShape { kind: "dependency", labels: 1, blocks: &[] },
    BlockShape { kind: "generate", labels: 1, blocks: &[] },
    BlockShape { kind: "feature", labels: 1, blocks: &[] },
    BlockShape { kind: "exclude", labels: 0, blocks: &[] },
    BlockShape { kind: "remote_state", labels: 0, blocks: &[] },
];

/// The blocks in a `terraform` block.
const IN_TERRAFORM: &[BlockShape] = &[
    BlockShape { kind: "extra_arguments", labels: 1, blocks: &[] },
    BlockShape { kind: "before_hook", labels: 1, blocks: &[] },
    BlockShape { kind: "after_hook", labels: 1, blocks: &[] },
    BlockShape { kind: "error_hook", labels: 1, blocks: &[] },
];

/// The content of a configuration file.
#[derive(Debug)]
pub(crate) struct ConfigurationFile {
    pub(super) id: FileId,
    pub(super) body: Body,
    pub(super) problems: Vec<Problem>,
}

impl ConfigurationFile {
    /// Parses a text in the syntax that the name of its file says.
    pub(super) fn parse(id: FileId, file: &SourceFile) -> Self {
        if file.name.ends_with(".json") {
            let tree = json_syntax::parse(id, file);
            let (body, problems) = json::shaped_body(&tree, file, BLOCKS);
            return Self { id, body, problems };
        }
        let outline = hcl::split(id, file);
        let (mut body, mut problems) = (Body::default(), outline.problems);
        for item in &outline.items {
            let (parsed, met) = hcl::parse(item, file);
            problems.extend(met);
            match parsed {
                Some(ParsedItem::Attribute(attribute)) => body.attributes.push(attribute),
                Some(ParsedItem::Block(block)) => body.blocks.push(block),
                None => {}
            }
        }
        Self { id, body, problems }
    }

    /// False if some of its text is lost, so that it may set anything.
    pub(super) fn is_complete(&self) -> bool {
        !self.problems.iter().any(|problem| problem.kind.loses_text())
    }

    /// The location for messages about the whole file.
    pub(super) fn start(&self) -> Span {
        Span::new(self.id, 0, 0)
    }

    /// The expression of a local.
    pub(super) fn local(&self, name: &str) -> Option<&Expr> {
        let mut attributes = self.body.blocks("locals").filter_map(|block| block.body.attribute(name));
        attributes.next().map(|attribute| &attribute.value)
    }

    /// The locals, in source order.
    pub(super) fn locals(&self) -> impl Iterator<Item = &Attribute> {
        self.body.blocks("locals").flat_map(|block| block.body.attributes.iter())
    }

    /// The block of a kind with a label.
    pub(super) fn labelled(&self, kind: &str, label: &str) -> Option<&Block> {
        let is_it =
            |block: &&Block| block.kind.text == kind && block.labels.first().is_some_and(|own| own.text == label);
        self.body.blocks.iter().find(is_it)
    }
}

/// The configuration files of a run, each parsed once as long as its text doesn't change.
#[derive(Debug, Default)]
pub(crate) struct FileCache(Mutex<HashMap<FileId, ParsedConfiguration>>);

/// A parsed file with the text that it was parsed from.
#[derive(Debug)]
struct ParsedConfiguration {
    text: Arc<SourceFile>,
    file: Arc<ConfigurationFile>,
}

impl FileCache {
    /// Reads the configuration at a path.
    pub(super) fn load(&self, path: &Path, context: Context<'_>) -> Result<Arc<ConfigurationFile>, ReadError> {
        if !context.sources.may_read(path) {
            return Err(ReadError::OutsideTree);
        }
        let id = context.sources.load(context.fs, path)?;
        let text = context.sources.file(id);
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match files.get(&id) {
            Some(known) if Arc::ptr_eq(&known.text, &text) => Ok(Arc::clone(&known.file)),
            Some(_) | None => {
                let file = Arc::new(ConfigurationFile::parse(id, &text));
                files.insert(id, ParsedConfiguration { text, file: Arc::clone(&file) });
                Ok(file)
            }
        }
    }
}

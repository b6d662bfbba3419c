//! What a file in YAML or JSON holds.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Deref, Range};
use std::rc::Rc;
use std::sync::Arc;

use super::mentions_trail;
use super::template::Template;
use crate::model::Notation;
use crate::source::{FileId, SourceFile};
use crate::syntax::node::Tree;
use crate::syntax::{ProblemKind, json, yaml};

/// A file in YAML or JSON, and the templates in it as far as somebody has asked.
pub(super) struct Document {
    /// The file.
    pub(super) file: FileId,
    reading: Arc<Reading>,
    /// By the number of their document; most deployments ask for one of many.
    templates: RefCell<HashMap<usize, Option<Rc<Template>>>>,
}

/// What is read in a file.
#[derive(Debug)]
pub(super) struct Reading {
    /// What it holds.
    pub(super) tree: Arc<Tree>,
    /// How it is written.
    pub(super) notation: Notation,
    /// Whether its text mentions a trail, also in escapes.
    pub(super) mentions_trail: bool,
}

impl Document {
    /// No template is looked for yet.
    pub(super) fn of(file: FileId, reading: Arc<Reading>) -> Self {
        Self { file, reading, templates: RefCell::default() }
    }

    /// The template in one of its documents, which is looked for once.
    pub(super) fn template(
        &self,
        number: usize,
        recognize: impl FnOnce() -> Option<Rc<Template>>,
    ) -> Option<Rc<Template>> {
        if let Some(known) = self.templates.borrow().get(&number) {
            return known.clone();
        }
        let template = recognize();
        self.templates.borrow_mut().insert(number, template.clone());
        template
    }
}

impl Deref for Document {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        &self.reading
    }
}

impl Reading {
    /// Whether a part of it isn't read because it is too much.
    pub(super) fn is_cut(&self) -> bool {
        self.tree.problems.iter().any(|problem| problem.kind == ProblemKind::Limit)
    }

    /// Parses a file.
    pub(super) fn of(id: FileId, file: &SourceFile) -> Self {
        Self::of_part(id, file, file.body().0..file.text.len())
    }

    /// Parses a part of a file, as if it stood alone.
    pub(super) fn of_part(id: FileId, file: &SourceFile, part: Range<usize>) -> Self {
        let mentions_trail = mentions_trail(file.text.get(part.clone()).unwrap_or_default());
        let (tree, notation) = parse(id, file, part);
        Self { tree: Arc::new(tree), notation, mentions_trail }
    }
}

/// A file is JSON when it begins like an object, whatever its name. YAML may begin so too,
/// but a file whose name says that it is JSON has to be JSON then.
fn parse(id: FileId, file: &SourceFile, part: Range<usize>) -> (Tree, Notation) {
    let is_named = |extension| file.name.ends_with(extension);
    let text = file.text.get(part.clone()).unwrap_or_default();
    let begins_like_json = text.trim_start().starts_with(['{', '[']);
    let json = begins_like_json.then(|| json::parse_part(id, file, part.clone()));
    if let Some(tree) = json.filter(|tree| is_sound(tree) || is_named(".json")) {
        return (tree, Notation::Json);
    }
    let tree = yaml::parse_part(id, file, part.clone());
    let is_yaml = tree.documents.iter().any(|root| root.as_mapping().is_some() || root.as_sequence().is_some());
    let is_json = if begins_like_json {
        !is_sound(&tree) && !is_named(".yaml") && !is_named(".yml")
    } else {
        !is_yaml && is_named(".json")
    };
    if is_json { (json::parse_part(id, file, part), Notation::Json) } else { (tree, Notation::Yaml) }
}

/// Whether nothing was lost.
fn is_sound(tree: &Tree) -> bool {
    tree.problems.iter().all(|problem| !problem.kind.loses_text())
}

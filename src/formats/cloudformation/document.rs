//! A parsed YAML or JSON file, and the templates in it.

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

/// A YAML or JSON file, with a cache of the templates that were recognized in it.
pub(super) struct TemplateFile {
    pub(super) file: FileId,
    reading: Arc<TemplateReading>,
    /// By the number of the document in the file. Templates are recognized on demand, because most deployments need one
    /// of many.
    templates: RefCell<HashMap<usize, Option<Rc<Template>>>>,
}

/// The result of parsing a file. It depends on the text alone, so it can be shared between deployments.
#[derive(Debug)]
pub(super) struct TemplateReading {
    pub(super) tree: Arc<Tree>,
    pub(super) notation: Notation,
    /// True if the text mentions a trail, including in escaped form.
    pub(super) mentions_trail: bool,
}

impl TemplateFile {
    /// Creates a document whose templates are not recognized yet.
    pub(super) fn of(file: FileId, reading: Arc<TemplateReading>) -> Self {
        Self { file, reading, templates: RefCell::default() }
    }

    /// The template in one of the documents; `recognize` runs on the first call for that document.
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

impl Deref for TemplateFile {
    type Target = TemplateReading;

    fn deref(&self) -> &TemplateReading {
        &self.reading
    }
}

impl TemplateReading {
    /// True if part of the file wasn't parsed because of a limit.
    pub(super) fn is_cut(&self) -> bool {
        self.tree.problems.iter().any(|problem| problem.kind == ProblemKind::Limit)
    }

    /// Parses a file, without its byte order mark.
    pub(super) fn of(id: FileId, file: &SourceFile) -> Self {
        Self::of_part(id, file, file.body().0..file.text.len())
    }

    /// Parses a part of a file as a separate document. Spans refer to the whole file.
    pub(super) fn of_part(id: FileId, file: &SourceFile, part: Range<usize>) -> Self {
        let mentions_trail = mentions_trail(file.text.get(part.clone()).unwrap_or_default());
        let (tree, notation) = parse(id, file, part);
        Self { tree: Arc::new(tree), notation, mentions_trail }
    }
}

/// Parses a text that begins with `{` or `[` as JSON, regardless of the file name. YAML may begin in the same way, so a
/// text that isn't valid JSON is parsed as YAML, unless the file is named `.json`.
fn parse(id: FileId, file: &SourceFile, part: Range<usize>) -> (Tree, Notation) {
    let text = file.text.get(part.clone()).unwrap_or_default();
    let begins_like_json = text.trim_start().starts_with(['{', '[']);
    let json = begins_like_json.then(|| json::parse_part(id, file, part.clone()));
    if let Some(tree) = json.filter(|tree| is_sound(tree) || file.name.ends_with(".json")) {
        return (tree, Notation::Json);
    }
    let tree = yaml::parse_part(id, file, part.clone());
    let is_yaml = tree.documents.iter().any(|root| root.as_mapping().is_some() || root.as_sequence().is_some());
    let is_json = if begins_like_json {
        !is_sound(&tree) && !file.name.ends_with(".yaml") && !file.name.ends_with(".yml")
    } else {
        !is_yaml && file.name.ends_with(".json")
    };
    if is_json { (json::parse_part(id, file, part), Notation::Json) } else { (tree, Notation::Yaml) }
}

/// True if parsing lost no text.
fn is_sound(tree: &Tree) -> bool {
    tree.problems.iter().all(|problem| !problem.kind.loses_text())
}

//! What a file in YAML or JSON holds.

use std::cell::OnceCell;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use super::may_declare_trail;
use super::template::Template;
use crate::model::Notation;
use crate::source::{FileId, SourceFile};
use crate::syntax::node::{Node, Tree};
use crate::syntax::{Problem, ProblemKind, json, yaml};

/// More templates than this aren't judged in one file.
const MAX_TEMPLATES: usize = 4_096;

/// A file in YAML or JSON, and the templates in it as far as somebody has asked.
pub(super) struct Document {
    /// The file.
    pub(super) file: FileId,
    reading: Arc<Reading>,
    /// By the number of their document.
    templates: Box<[OnceCell<Option<Rc<Template>>>]>,
}

/// What is read in a file.
pub(super) struct Reading {
    /// What it holds.
    pub(super) tree: Tree,
    /// How it is written.
    pub(super) notation: Notation,
    /// Whether its text mentions a trail.
    pub(super) mentions_trail: bool,
}

impl Document {
    pub(super) fn read(id: FileId, file: &SourceFile) -> Self {
        Self::of(id, Arc::new(Reading::of(id, file)))
    }

    fn of(file: FileId, reading: Arc<Reading>) -> Self {
        let templates = reading.tree.documents.iter().map(|_| OnceCell::new()).collect();
        Self { file, reading, templates }
    }

    /// The template in one of its documents, which is looked for once.
    pub(super) fn template(
        &self,
        number: usize,
        recognize: impl FnOnce() -> Option<Rc<Template>>,
    ) -> Option<Rc<Template>> {
        self.templates.get(number)?.get_or_init(recognize).clone()
    }
}

impl Deref for Document {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        &self.reading
    }
}

/// What was read in a file that is several deployments: it is kept from the first of them that is opened to the last.
pub(super) struct Shared {
    deployments: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    read: Option<(Arc<SourceFile>, Arc<Reading>)>,
    opened: usize,
}

impl Shared {
    pub(super) fn new(deployments: usize) -> Self {
        Self { deployments, kept: Mutex::default() }
    }

    /// The file for one of the deployments.
    pub(super) fn read(&self, id: FileId, file: Arc<SourceFile>) -> Document {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.read.take().filter(|(of, _)| Arc::ptr_eq(of, &file));
        let reading = known.map_or_else(|| Arc::new(Reading::of(id, &file)), |(_, reading)| reading);
        kept.opened = kept.opened.saturating_add(1);
        if kept.opened < self.deployments {
            kept.read = Some((file, Arc::clone(&reading)));
        } else {
            kept.opened = 0;
        }
        Document::of(id, reading)
    }
}

impl Reading {
    fn of(id: FileId, file: &SourceFile) -> Self {
        let (mut tree, notation) = parse(id, file);
        leave_out_after(MAX_TEMPLATES, &mut tree);
        Self { tree, notation, mentions_trail: may_declare_trail(file.text.as_bytes()) }
    }
}

/// Leaves out the documents after so many that may be templates, each of which is a deployment.
fn leave_out_after(most: usize, tree: &mut Tree) {
    let may_be_template =
        |root: &&Arc<Node>| root.as_mapping().is_some_and(|mapping| mapping.get("Resources").is_some());
    let Some(over) = tree.documents.iter().filter(may_be_template).nth(most).map(Arc::clone) else { return };
    let message = format!("one file may hold {most} templates; put the others in files of their own");
    tree.problems.push(Problem::syntax(over.span, message));
    tree.documents.retain(|document| document.span.start < over.span.start);
}

/// A file is JSON when it begins like an object, whatever its name. YAML may begin so too,
/// but a file whose name says that it is JSON has to be JSON then.
pub(super) fn parse(id: FileId, file: &SourceFile) -> (Tree, Notation) {
    let is_named = |extension| file.name.ends_with(extension);
    let begins_like_json = file.body().1.trim_start().starts_with(['{', '[']);
    let json = begins_like_json.then(|| json::parse(id, file));
    if let Some(tree) = json.filter(|tree| is_sound(tree) || is_named(".json")) {
        return (tree, Notation::Json);
    }
    let tree = yaml::parse(id, file);
    let is_yaml = tree.documents.iter().any(|root| root.as_mapping().is_some() || root.as_sequence().is_some());
    let is_json = if begins_like_json {
        !is_sound(&tree) && !is_named(".yaml") && !is_named(".yml")
    } else {
        !is_yaml && is_named(".json")
    };
    if is_json { (json::parse(id, file), Notation::Json) } else { (tree, Notation::Yaml) }
}

/// Whether nothing was lost.
fn is_sound(tree: &Tree) -> bool {
    tree.problems.iter().all(|problem| problem.kind != ProblemKind::Syntax)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn a_file_is_kept_from_its_first_deployment_to_its_last() {
        let sources = Sources::default();
        let id = sources.add("/t.yaml".as_ref(), b"a: 1\n---\nb: 1\n".to_vec());
        let shared = Shared::new(3);
        let read = |file: &Arc<SourceFile>| shared.read(id, Arc::clone(file)).reading;
        let file = sources.file(id);
        let (first, second) = (read(&file), read(&file));
        assert!(Arc::ptr_eq(&first, &second));
        let changed = Arc::new(SourceFile::new("/t.yaml".into(), "t.yaml".into(), b"c: 1\n".to_vec()));
        let third = read(&changed);
        assert_eq!((first.tree.documents.len(), third.tree.documents.len()), (2, 1));
        // The last one has let go of it.
        assert_eq!((Arc::strong_count(&second), Arc::strong_count(&third)), (2, 1));
    }
}

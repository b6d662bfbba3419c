//! The files of a deployment as documents, each read once for it, and the way from one to another.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::document::{Document, Reading};
use super::exports::Exports;
use super::given::Given;
use super::macros;
use super::parameters::Allowed;
use super::template::{Section, Template};
use crate::formats::Context;
use crate::model::Macro;
use crate::source::{FileId, PathKind, SourceFile, Span, normalize};
use crate::syntax::node::{Entry, Node, NodeKind, ScalarStyle};

/// All that was read.
pub(super) struct Library<'a> {
    /// Where files come from.
    pub(super) context: Context<'a>,
    /// What the user gives to the parameters of root templates.
    pub(super) given: Arc<Given>,
    /// What other templates export.
    pub(super) exports: Arc<Exports>,
    documents: RefCell<HashMap<FileId, Rc<Document>>>,
    included: RefCell<BTreeSet<FileId>>,
    found: RefCell<HashMap<(FileId, String), Place>>,
    bodies: RefCell<HashMap<(Span, String), Rc<Document>>>,
    inline: RefCell<HashMap<Span, Option<Rc<Template>>>>,
    macros: RefCell<HashMap<Span, Option<Macro>>>,
    sections: RefCell<HashMap<Span, Rc<Section>>>,
    allowed: RefCell<HashMap<Span, Rc<Allowed>>>,
}

/// Where a path in a template leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// To a file that may be read.
    File(FileId),
    /// To no file, or to one outside of what is checked.
    Missing,
    /// Out of this machine.
    Remote,
}

impl Place {
    /// The file, if it is one.
    pub(super) fn file(self) -> Option<FileId> {
        match self {
            Place::File(file) => Some(file),
            Place::Missing | Place::Remote => None,
        }
    }
}

impl<'a> Library<'a> {
    /// Nothing is read yet.
    pub(super) fn new(context: Context<'a>) -> Self {
        let given = context.readings.given(&context.options.parameters, context.sources);
        Self {
            context,
            given,
            exports: Arc::default(),
            documents: RefCell::default(),
            included: RefCell::default(),
            found: RefCell::default(),
            bodies: RefCell::default(),
            inline: RefCell::default(),
            macros: RefCell::default(),
            sections: RefCell::default(),
            allowed: RefCell::default(),
        }
    }

    /// The same for a root template that may import values.
    pub(super) fn importing(context: Context<'a>, exports: &Arc<Exports>) -> Self {
        Self { exports: Arc::clone(exports), ..Self::new(context) }
    }

    /// Whether a template lies among what the CDK has written, which has a marker.
    pub(super) fn is_in_assembly(&self, file: FileId) -> bool {
        const ENDING: &str = ".template.json";
        const MARKER: &str = "cdk.out";
        let path = &self.context.sources.file(file).path;
        let is_named = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING));
        is_named && matches!(self.context.fs.kind(&path.with_file_name(MARKER)), Ok(PathKind::File))
    }

    /// The document in a file.
    pub(super) fn document(&self, file: FileId) -> Rc<Document> {
        if let Some(document) = self.known(file) {
            return document;
        }
        let reading = self.context.readings.read(file, &self.context.sources.file(file));
        let document = Rc::new(Document::of(file, reading));
        self.documents.borrow_mut().insert(file, Rc::clone(&document));
        document
    }

    /// The document in a file that has been read.
    pub(super) fn known(&self, file: FileId) -> Option<Rc<Document>> {
        self.documents.borrow().get(&file).cloned()
    }

    /// The templates in a file, by the number of their document.
    pub(super) fn templates<'d>(&'d self, document: &'d Document) -> impl Iterator<Item = (usize, Rc<Template>)> + 'd {
        let numbers = 0..document.tree.documents.len();
        numbers.filter_map(|number| Some((number, self.template(document, number)?)))
    }

    /// The same, each of which is left to the caller.
    pub(super) fn recognize<'d>(&'d self, document: &'d Document) -> impl Iterator<Item = (usize, Template)> + 'd {
        let documents = document.tree.documents.iter().enumerate();
        documents.filter_map(|(number, root)| Some((number, Template::recognize(root, document, self)?)))
    }

    /// The template in one of the documents of a file.
    pub(super) fn template(&self, document: &Document, number: usize) -> Option<Rc<Template>> {
        let recognize = || Some(Rc::new(Template::recognize(document.tree.documents.get(number)?, document, self)?));
        document.template(number, recognize)
    }

    /// The template that CloudFormation reads in a file.
    pub(super) fn first_template(&self, document: &Document) -> Option<Rc<Template>> {
        self.templates(document).map(|(_, template)| template).next()
    }

    /// The documents that were read, in the order of their files.
    pub(super) fn read_documents(&self) -> Vec<Rc<Document>> {
        let mut documents: Vec<Rc<Document>> = self.documents.borrow().values().map(Rc::clone).collect();
        documents.extend(self.bodies.borrow().values().map(Rc::clone));
        documents.sort_by_key(|document| document.file);
        documents
    }

    /// Notes that the sections in a file belong to the template that includes them.
    pub(super) fn note_included(&self, file: FileId) {
        self.included.borrow_mut().insert(file);
    }

    /// The files whose sections belong to other templates.
    pub(super) fn included(&self) -> BTreeSet<FileId> {
        self.included.borrow().clone()
    }

    /// The first macro within a node that may rewrite it; each node is searched once for all worlds.
    pub(super) fn macro_within(&self, node: &Node) -> Option<Macro> {
        if let Some(found) = self.macros.borrow().get(&node.span) {
            return found.clone();
        }
        let found = macros::first_within(node, self);
        self.macros.borrow_mut().insert(node.span, found.clone());
        found
    }

    /// The entries of a mapping in which many look something up.
    pub(super) fn section(&self, node: &Node) -> Option<Rc<Section>> {
        let node = node.target();
        if let Some(section) = self.sections.borrow().get(&node.span) {
            return Some(Rc::clone(section));
        }
        let section = Rc::new(Section::of(node.as_mapping()?, self));
        self.sections.borrow_mut().insert(node.span, Rc::clone(&section));
        Some(section)
    }

    /// The values that the declaration of a parameter allows.
    pub(super) fn allowed(&self, declared: &Entry) -> Rc<Allowed> {
        let mut known = self.allowed.borrow_mut();
        Rc::clone(known.entry(declared.key.span).or_insert_with(|| Rc::new(Allowed::of(&declared.value))))
    }

    /// Where a path that is written in a file leads to.
    pub(super) fn find(&self, from: FileId, path: &str) -> Place {
        let key = (from, path.to_owned());
        if let Some(place) = self.found.borrow().get(&key) {
            return *place;
        }
        let place = self.look_up(from, path);
        self.found.borrow_mut().insert(key, place);
        place
    }

    fn look_up(&self, from: FileId, path: &str) -> Place {
        if path.contains("://") || path.contains("${") || path.starts_with("arn:") {
            return Place::Remote;
        }
        let Context { fs, sources, .. } = self.context;
        let path = normalize(&sources.file(from).directory().join(path));
        if !sources.may_read(&path) {
            return Place::Missing;
        }
        sources.load(fs, &path).map_or(Place::Missing, Place::File)
    }
}

impl Library<'_> {
    /// The template in a text within a template, such as the body of a stack set. Its places are those of
    /// the outer file where the text stands there as it is, and else that of the whole text.
    pub(super) fn body(&self, node: &Node, text: &str) -> Rc<Document> {
        let key = (node.span, text.to_owned());
        if let Some(document) = self.bodies.borrow().get(&key) {
            return Rc::clone(document);
        }
        let outer = self.context.sources.file(node.span.file);
        let lines = block_lines(&outer, node).filter(|lines| says(outer.text.get(lines.clone()), text));
        let document = Rc::new(match lines {
            Some(lines) => read_apart(node.span.file, &outer, lines),
            None => self.copy_of(node, text, &outer),
        });
        self.bodies.borrow_mut().insert(key, Rc::clone(&document));
        document
    }

    /// The template that a value within a template is.
    pub(super) fn inline(&self, value: &Node, file: FileId) -> Option<Rc<Template>> {
        if let Some(template) = self.inline.borrow().get(&value.span) {
            return template.clone();
        }
        let template = Template::recognize(value, &self.document(file), self).map(Rc::new);
        self.inline.borrow_mut().insert(value.span, template.clone());
        template
    }

    /// A text that stands in escapes gets a file of its own.
    fn copy_of(&self, node: &Node, text: &str, outer: &SourceFile) -> Document {
        let position = outer.position(node.span.start);
        let name = format!("{}#{}:{}", outer.name, position.line, position.column);
        let path = outer.path.with_file_name(format!("{name}.{}.template", self.bodies.borrow().len()));
        let file = self.context.sources.add_within(&path, name, text, node.span);
        let copy = self.context.sources.file(file);
        read_apart(file, &copy, 0..copy.text.len())
    }
}

/// The lines of a block scalar, with the blanks that the first is indented by.
fn block_lines(outer: &SourceFile, node: &Node) -> Option<Range<usize>> {
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.style == ScalarStyle::Block => {}
        NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => return None,
    }
    let Range { start, end } = node.span.range();
    let before = outer.text.get(..start)?;
    Some(before.trim_end_matches(' ').len()..end)
}

/// Whether the lines that are written are those of the text, but for their indentation.
fn says(written: Option<&str>, text: &str) -> bool {
    fn lines(text: &str) -> impl Iterator<Item = &str> {
        text.lines().map(str::trim).filter(|line| !line.is_empty())
    }
    written.is_some_and(|written| lines(written).eq(lines(text)))
}

/// A text within a file is nobody else's.
fn read_apart(file: FileId, text: &SourceFile, part: Range<usize>) -> Document {
    Document::of(file, Arc::new(Reading::of_part(file, text, part)))
}

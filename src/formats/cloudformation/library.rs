//! The files that a deployment reads, and the lookup of the files that their paths refer to.
//!
//! Everything that is derived from a file (documents, templates, sections) is cached here for the deployment.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::document::{TemplateFile, TemplateReading};
use super::exports::Exports;
use super::macros;
use super::parameter_values::ParameterValues;
use super::parameters::Allowed;
use super::template::{Section, Template};
use crate::formats::Context;
use crate::model::Macro;
use crate::source::{FileId, PathKind, SourceFile, Span, normalize};
use crate::syntax::node::{Entry, Node, NodeKind, ScalarStyle};

/// The files of one deployment, with caches.
pub(super) struct TemplateLibrary<'a> {
    pub(super) context: Context<'a>,
    /// The parameter values that the user passes to root templates.
    pub(super) given: Arc<ParameterValues>,
    /// The exports of other templates.
    pub(super) exports: Arc<Exports>,
    documents: RefCell<HashMap<FileId, Rc<TemplateFile>>>,
    included: RefCell<BTreeSet<FileId>>,
    found: RefCell<HashMap<(FileId, String), LocalPath>>,
    bodies: RefCell<HashMap<(Span, String), Rc<TemplateFile>>>,
    inline: RefCell<HashMap<Span, Option<Rc<Template>>>>,
    macros: RefCell<HashMap<Span, Option<Macro>>>,
    sections: RefCell<HashMap<Span, Rc<Section>>>,
    allowed: RefCell<HashMap<Span, Rc<Allowed>>>,
}

/// The target of a path in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LocalPath {
    /// A file that may be read.
    File(FileId),
    /// The path leads to no file, or to one outside of the checked directories.
    Missing,
    /// A URL, an ARN, or a path with a placeholder in it.
    Remote,
}

impl LocalPath {
    pub(super) fn file(self) -> Option<FileId> {
        match self {
            LocalPath::File(file) => Some(file),
            LocalPath::Missing | LocalPath::Remote => None,
        }
    }
}

impl<'a> TemplateLibrary<'a> {
    /// Creates an empty library, without exports.
    pub(super) fn new(context: Context<'a>) -> Self {
        let given = context.caches.given(&context.options.parameters, context.sources);
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

    /// Creates an empty library for a root template that may import values.
    pub(super) fn importing(context: Context<'a>, exports: &Arc<Exports>) -> Self {
        Self { exports: Arc::clone(exports), ..Self::new(context) }
    }

    /// True if a template is in the output directory of the CDK, which contains a marker file.
    pub(super) fn is_in_assembly(&self, file: FileId) -> bool {
        const ENDING: &str = ".template.json";
        const MARKER: &str = "cdk.out";
        let path = &self.context.sources.file(file).path;
        let is_named = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING));
        is_named && matches!(self.context.fs.kind(&path.with_file_name(MARKER)), Ok(PathKind::File))
    }

    /// The parsed document of a file; it is parsed on the first call.
    pub(super) fn document(&self, file: FileId) -> Rc<TemplateFile> {
        if let Some(document) = self.known(file) {
            return document;
        }
        let reading = self.context.caches.read(file, &self.context.sources.file(file));
        let document = Rc::new(TemplateFile::of(file, reading));
        self.documents.borrow_mut().insert(file, Rc::clone(&document));
        document
    }

    /// The parsed document of a file; `None` if the file hasn't been parsed.
    pub(super) fn known(&self, file: FileId) -> Option<Rc<TemplateFile>> {
        self.documents.borrow().get(&file).cloned()
    }

    /// The templates in a file, each with the number of its document.
    pub(super) fn templates<'d>(
        &'d self,
        document: &'d TemplateFile,
    ) -> impl Iterator<Item = (usize, Rc<Template>)> + 'd {
        let numbers = 0..document.tree.documents.len();
        numbers.filter_map(|number| Some((number, self.template(document, number)?)))
    }

    /// The templates in a file, recognized one at a time and not cached.
    pub(super) fn recognize<'d>(&'d self, document: &'d TemplateFile) -> impl Iterator<Item = (usize, Template)> + 'd {
        let documents = document.tree.documents.iter().enumerate();
        documents.filter_map(|(number, root)| Some((number, Template::recognize(root, document, self)?)))
    }

    /// The template in one document of a file.
    pub(super) fn template(&self, document: &TemplateFile, number: usize) -> Option<Rc<Template>> {
        document.template(number, || {
            let root = document.tree.documents.get(number)?;
            Some(Rc::new(Template::recognize(root, document, self)?))
        })
    }

    /// The template that CloudFormation uses if the file is deployed.
    pub(super) fn first_template(&self, document: &TemplateFile) -> Option<Rc<Template>> {
        self.templates(document).map(|(_, template)| template).next()
    }

    /// All parsed documents, ordered by file.
    pub(super) fn read_documents(&self) -> Vec<Rc<TemplateFile>> {
        let mut documents: Vec<Rc<TemplateFile>> = self.documents.borrow().values().map(Rc::clone).collect();
        documents.extend(self.bodies.borrow().values().map(Rc::clone));
        documents.sort_by_key(|document| document.file);
        documents
    }

    /// Records that the sections in a file belong to a template that includes the file.
    pub(super) fn note_included(&self, file: FileId) {
        self.included.borrow_mut().insert(file);
    }

    /// The files whose sections belong to other templates.
    pub(super) fn included(&self) -> BTreeSet<FileId> {
        self.included.borrow().clone()
    }

    /// The first macro in a node that may rewrite it. The result is cached for all worlds.
    pub(super) fn macro_within(&self, node: &Node) -> Option<Macro> {
        if let Some(found) = self.macros.borrow().get(&node.span) {
            return found.clone();
        }
        let found = macros::first_within(node, self);
        self.macros.borrow_mut().insert(node.span, found.clone());
        found
    }

    /// The entries of a mapping as a section. It is cached, because many expressions look up keys in the same mapping.
    pub(super) fn section(&self, node: &Node) -> Option<Rc<Section>> {
        let node = node.target();
        if let Some(section) = self.sections.borrow().get(&node.span) {
            return Some(Rc::clone(section));
        }
        let section = Rc::new(Section::of(node.as_mapping()?, self));
        self.sections.borrow_mut().insert(node.span, Rc::clone(&section));
        Some(section)
    }

    /// The values that a parameter's declaration allows.
    pub(super) fn allowed(&self, declared: &Entry) -> Rc<Allowed> {
        let mut known = self.allowed.borrow_mut();
        Rc::clone(known.entry(declared.key.span).or_insert_with(|| Rc::new(Allowed::of(&declared.value))))
    }

    /// The target of a path that is written in the file `from`.
    pub(super) fn find(&self, from: FileId, path: &str) -> LocalPath {
        let key = (from, path.to_owned());
        if let Some(place) = self.found.borrow().get(&key) {
            return *place;
        }
        let place = self.look_up(from, path);
        self.found.borrow_mut().insert(key, place);
        place
    }

    fn look_up(&self, from: FileId, path: &str) -> LocalPath {
        if path.contains("://") || path.contains("${") || path.starts_with("arn:") {
            return LocalPath::Remote;
        }
        let Context { fs, sources, .. } = self.context;
        let path = normalize(&sources.file(from).directory().join(path));
        if !sources.may_read(&path) {
            return LocalPath::Missing;
        }
        sources.load(fs, &path).map_or(LocalPath::Missing, LocalPath::File)
    }
}

impl TemplateLibrary<'_> {
    /// Parses a template that is embedded as a text, such as the `TemplateBody` of a stack set. If the lines of the
    /// file contain the text as it is, spans refer to these lines; otherwise, they refer to the whole text.
    pub(super) fn body(&self, node: &Node, text: &str) -> Rc<TemplateFile> {
        let key = (node.span, text.to_owned());
        if let Some(document) = self.bodies.borrow().get(&key) {
            return Rc::clone(document);
        }
        let outer = self.context.sources.file(node.span.file);
        let lines = block_lines(&outer, node).filter(|lines| has_same_lines(outer.text.get(lines.clone()), text));
        let document = Rc::new(match lines {
            Some(lines) => read_apart(node.span.file, &outer, lines),
            None => self.copy_of(node, text, &outer),
        });
        self.bodies.borrow_mut().insert(key, Rc::clone(&document));
        document
    }

    /// The template that is embedded as a value.
    pub(super) fn inline(&self, value: &Node, file: FileId) -> Option<Rc<Template>> {
        if let Some(template) = self.inline.borrow().get(&value.span) {
            return template.clone();
        }
        let template = Template::recognize(value, &self.document(file), self).map(Rc::new);
        self.inline.borrow_mut().insert(value.span, template.clone());
        template
    }

    /// Parses an embedded text as a virtual file of its own, because the lines of the file don't contain it literally: it
    /// has escapes, for example.
    fn copy_of(&self, node: &Node, text: &str, outer: &SourceFile) -> TemplateFile {
        let position = outer.position(node.span.start);
        let name = format!("{}#{}:{}", outer.name, position.line, position.column);
        let path = outer.path.with_file_name(format!("{name}.{}.template", self.bodies.borrow().len()));
        let file = self.context.sources.add_within(&path, name, text, node.span);
        let copy = self.context.sources.file(file);
        read_apart(file, &copy, 0..copy.text.len())
    }
}

/// The range of a block scalar, from the indentation of its first line.
fn block_lines(outer: &SourceFile, node: &Node) -> Option<Range<usize>> {
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.style == ScalarStyle::Block => {}
        NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => return None,
    }
    let Range { start, end } = node.span.range();
    let before = outer.text.get(..start)?;
    Some(before.trim_end_matches(' ').len()..end)
}

/// True if both texts have the same lines, regardless of indentation and empty lines.
fn has_same_lines(written: Option<&str>, text: &str) -> bool {
    fn lines(text: &str) -> impl Iterator<Item = &str> {
        text.lines().map(str::trim).filter(|line| !line.is_empty())
    }
    written.is_some_and(|written| lines(written).eq(lines(text)))
}

/// Parses a part of a file without the shared cache, because no other deployment needs it.
fn read_apart(file: FileId, text: &SourceFile, part: Range<usize>) -> TemplateFile {
    TemplateFile::of(file, Arc::new(TemplateReading::of_part(file, text, part)))
}

//! The files that fixes change, each parsed on first use.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::within;
use crate::edit::Edit;
use crate::formats::terraform::is_configuration;
use crate::source::{FileId, Fs, SourceFile, Sources, Span, is_known_interface};
use crate::syntax::hcl::{self, Attribute, Block, ItemKind, ParsedItem, UnparsedItem};
use crate::syntax::node::{Entry, Node, NodeKind, Tree};
use crate::syntax::placeholders::{self, Mark};
use crate::syntax::{Language, json, yaml};

/// The limit of text that is searched for all fixes of a deployment together, in bytes. Findings beyond it have no fix
/// until the others are fixed.
const MAX_SEARCHED: usize = 256 << 20;

/// The files of a run, with their syntax trees.
pub struct ParsedFiles<'a> {
    sources: &'a Sources,
    fs: &'a dyn Fs,
    known: ParsedTrees<'a>,
    by_file: RefCell<HashMap<FileId, Rc<ParsedFile>>>,
    /// A cache of parsed HCL, by span: a block is needed for each finding and each edit in it.
    parsed: RefCell<HashMap<Span, Enclosing>>,
    /// A cache of the mappings that declare a trail.
    pub(super) declares_trail: RefCell<HashMap<Span, bool>>,
    /// A cache of the marks of templating tools, by file.
    marks: RefCell<HashMap<FileId, Rc<Vec<Mark>>>>,
    searched: Cell<usize>,
}

/// Returns the tree of a YAML or JSON file if the evaluation has already parsed it.
pub type ParsedTrees<'a> = &'a dyn Fn(FileId) -> Option<Arc<Tree>>;

/// The syntax of a file.
pub(super) enum ParsedFile {
    /// The top-level items of an HCL file, which are parsed on demand.
    Items(Vec<UnparsedItem>),
    /// The documents of a YAML or JSON file.
    Documents(Arc<Tree>),
}

/// The top-level item of an HCL file around a place.
#[derive(Clone)]
pub(super) enum Enclosing {
    Block(Rc<Block>),
    Attribute(Rc<Attribute>),
    /// An item that can't be parsed.
    Nothing,
}

impl<'a> ParsedFiles<'a> {
    /// Files are parsed on first use, except those in `known`.
    pub fn new(sources: &'a Sources, fs: &'a dyn Fs, known: ParsedTrees<'a>) -> Self {
        Self {
            sources,
            fs,
            known,
            by_file: RefCell::default(),
            parsed: RefCell::default(),
            declares_trail: RefCell::default(),
            marks: RefCell::default(),
            searched: Cell::default(),
        }
    }

    /// True if more text was searched than the limit for all fixes of a deployment.
    pub(super) fn is_exhausted(&self) -> bool {
        self.searched.get() > MAX_SEARCHED
    }

    /// The number of bytes of text that were searched.
    #[cfg(test)]
    pub(super) fn searched(&self) -> usize {
        self.searched.get()
    }

    /// The number of items that were parsed.
    #[cfg(test)]
    pub(super) fn parsed(&self) -> usize {
        self.parsed.borrow().len()
    }

    /// Counts the bytes of a text that is going to be searched.
    pub(super) fn search(&self, bytes: usize) {
        self.searched.set(self.searched.get().saturating_add(bytes));
    }

    /// The marks of templating tools in a file.
    pub(super) fn marks(&self, id: FileId) -> Rc<Vec<Mark>> {
        if let Some(known) = self.marks.borrow().get(&id) {
            return Rc::clone(known);
        }
        let file = self.file(id);
        self.search(file.text.len());
        let found = Rc::new(placeholders::marks(&file.text));
        self.marks.borrow_mut().insert(id, Rc::clone(&found));
        found
    }

    /// The edit of the file on the disk, for an edit of a text that is a part of one.
    pub(super) fn in_file(&self, edit: Edit) -> Option<Edit> {
        within::in_file(edit, self.sources)
    }

    pub(super) fn file(&self, id: FileId) -> Arc<SourceFile> {
        self.sources.file(id)
    }

    /// Returns the files of the module that contains a file, which is alone if it isn't part of a module. All of them
    /// have been loaded once the module has findings.
    pub(super) fn module_files(&self, id: FileId) -> Vec<Arc<SourceFile>> {
        let own = self.file(id);
        // The known interface of a module is one file, which is on no disk.
        if !is_configuration(&own.name) || is_known_interface(&own.path) {
            return vec![own];
        }
        let directory = own.directory().to_owned();
        let mut paths = self.fs.list(&directory).unwrap_or_default();
        paths.extend(self.sources.unlisted_in(&directory));
        paths.sort_unstable();
        paths.dedup();
        paths.iter().for_each(|path| self.search(path.as_os_str().len()));
        let of_module =
            paths.iter().filter(|path| path.file_name().is_some_and(|name| is_configuration(&name.to_string_lossy())));
        of_module.filter_map(|path| self.sources.known(path)).map(|id| self.file(id)).collect()
    }

    /// Returns the text of a span.
    pub(super) fn slice(&self, span: Span) -> String {
        self.search(span.range().len());
        self.file(span.file).slice(span).to_owned()
    }

    pub(super) fn language(&self, id: FileId) -> Language {
        Language::of(&self.file(id))
    }

    pub(super) fn text(&self, id: FileId) -> Rc<ParsedFile> {
        let read = || {
            if let Some(tree) = (self.known)(id) {
                return Rc::new(ParsedFile::Documents(tree));
            }
            let file = self.file(id);
            Rc::new(match Language::of(&file) {
                Language::Hcl => ParsedFile::Items(hcl::split(id, &file).items),
                Language::Yaml => ParsedFile::Documents(Arc::new(yaml::parse(id, &file))),
                Language::Json => ParsedFile::Documents(Arc::new(json::parse(id, &file))),
            })
        };
        Rc::clone(self.by_file.borrow_mut().entry(id).or_insert_with(read))
    }

    /// Returns the span and the header of the top-level block of an HCL file that contains a place, without parsing it.
    pub(super) fn header(&self, place: Span) -> Option<(Span, String)> {
        let text = self.text(place.file);
        let ParsedFile::Items(items) = text.as_ref() else { return None };
        let item = last_before(items, place, |item| item.span)?;
        let is_around = item.kind == ItemKind::Block && holds(item.span, place);
        is_around.then(|| (item.span, self.slice(Span { end: item.inside.start, ..item.span })))
    }

    /// Returns the top-level block or attribute of an HCL file that contains a place.
    pub(super) fn around(&self, place: Span) -> Option<Enclosing> {
        let text = self.text(place.file);
        let ParsedFile::Items(items) = text.as_ref() else { return None };
        let item = last_before(items, place, |item| item.span).filter(|item| holds(item.span, place))?;
        let parse = || match hcl::parse(item, &self.file(place.file)).0 {
            Some(ParsedItem::Block(block)) => Enclosing::Block(Rc::new(block)),
            Some(ParsedItem::Attribute(attribute)) => Enclosing::Attribute(Rc::new(attribute)),
            None => Enclosing::Nothing,
        };
        self.search(item.span.range().len());
        Some(self.parsed.borrow_mut().entry(item.span).or_insert_with(parse).clone())
    }

    /// Returns the entry with this key.
    pub(super) fn entry(&self, key: Span) -> Option<Entry> {
        let path = self.path(key);
        let mut entries = path.iter().rev().filter_map(|node| match &node.kind {
            NodeKind::Mapping(mapping) => last_before(&mapping.entries, key, |entry| entry.key.span),
            NodeKind::Sequence(_) | NodeKind::Scalar(_) | NodeKind::Alias(_) => None,
        });
        entries.find(|entry| entry.key.span == key).cloned()
    }

    /// Returns the nodes that contain a place, the outermost first.
    pub(super) fn path(&self, place: Span) -> Vec<Arc<Node>> {
        let text = self.text(place.file);
        let ParsedFile::Documents(tree) = text.as_ref() else { return Vec::new() };
        let mut path = Vec::new();
        let document = last_before(&tree.documents, place, |node| node.whole());
        let mut next = document.filter(|node| holds(node.whole(), place)).cloned();
        while let Some(node) = next {
            next = child(&node, place);
            path.push(node);
        }
        path
    }
}

/// Returns the value or item that contains a place. The place may also be in its key.
fn child(node: &Node, place: Span) -> Option<Arc<Node>> {
    match &node.kind {
        NodeKind::Mapping(mapping) => {
            let entry = last_before(&mapping.entries, place, |entry| entry.key.span)?;
            holds(entry.key.span.to(entry.value.whole()), place).then(|| Arc::clone(&entry.value))
        }
        NodeKind::Sequence(items) => {
            last_before(items, place, |item| item.whole()).filter(|item| holds(item.whole(), place)).cloned()
        }
        NodeKind::Scalar(_) | NodeKind::Alias(_) => None,
    }
}

/// Returns the last element that doesn't begin behind a place. The elements must be ordered by place.
pub(super) fn last_before<T>(things: &[T], place: Span, span: impl Fn(&T) -> Span) -> Option<&T> {
    let next = things.partition_point(|thing| span(thing).start <= place.start);
    things.get(next.checked_sub(1)?)
}

/// Returns the place, or for an empty place the character before it: an empty value begins where its parent ends.
pub(super) fn before_empty(place: Span) -> Span {
    if place.is_empty() { Span { start: place.start.saturating_sub(1), ..place } } else { place }
}

/// True if a place begins in a span.
pub(super) fn holds(span: Span, place: Span) -> bool {
    span.file == place.file && span.range().contains(&place.range().start)
}

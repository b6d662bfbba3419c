//! The files in which values are decided, read when they are first asked for.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::formats::terraform::names::is_configuration;
use crate::source::{FileId, Fs, SourceFile, Sources, Span};
use crate::syntax::hcl::{self, Attribute, Block, ParsedItem, UnparsedItem};
use crate::syntax::node::{Entry, Node, NodeKind, Tree};
use crate::syntax::{Language, json, yaml};

/// How much text may be gone through for all fixes of a deployment together, in bytes. Findings beyond have no fix; once the
/// others are mended, it is their turn.
const MAX_SEARCHED: usize = 256 << 20;

/// The files of a run, as trees.
pub struct ParsedFiles<'a> {
    sources: &'a Sources,
    fs: &'a dyn Fs,
    known: ParsedTrees<'a>,
    read: RefCell<HashMap<FileId, Rc<ParsedFile>>>,
    /// What was parsed of HCL, by its place: a block is asked about for each finding and each edit in it.
    parsed: RefCell<HashMap<Span, Enclosing>>,
    /// Which mappings declare a trail, as far as somebody has asked.
    pub(super) declares_trail: RefCell<HashMap<Span, bool>>,
    searched: Cell<usize>,
}

/// What files in YAML or JSON hold, as far as somebody else has read it already.
pub type ParsedTrees<'a> = &'a dyn Fn(FileId) -> Option<Arc<Tree>>;

/// A file as its language reads it.
pub(super) enum ParsedFile {
    /// HCL, of which only what is needed is parsed.
    Items(Vec<UnparsedItem>),
    /// YAML or JSON.
    Documents(Arc<Tree>),
}

/// What a place in HCL lies in.
#[derive(Clone)]
pub(super) enum Enclosing {
    Block(Rc<Block>),
    Attribute(Rc<Attribute>),
    /// What can't be parsed.
    Nothing,
}

impl<'a> ParsedFiles<'a> {
    /// Files that are parsed when they are first asked for, unless they are known.
    pub fn new(sources: &'a Sources, fs: &'a dyn Fs, known: ParsedTrees<'a>) -> Self {
        Self {
            sources,
            fs,
            known,
            read: RefCell::default(),
            parsed: RefCell::default(),
            declares_trail: RefCell::default(),
            searched: Cell::default(),
        }
    }

    /// Whether more was gone through than all fixes of a deployment may cost.
    pub(super) fn is_exhausted(&self) -> bool {
        self.searched.get() > MAX_SEARCHED
    }

    /// How many bytes of text were gone through.
    #[cfg(test)]
    pub(super) fn searched(&self) -> usize {
        self.searched.get()
    }

    /// Counts the bytes of a text that somebody is about to go through.
    pub(super) fn search(&self, bytes: usize) {
        self.searched.set(self.searched.get().saturating_add(bytes));
    }

    pub(super) fn file(&self, id: FileId) -> Arc<SourceFile> {
        self.sources.file(id)
    }

    /// The files of the module in which a file lies; all of them are known when its findings are.
    pub(super) fn beside(&self, id: FileId) -> Vec<Arc<SourceFile>> {
        let directory = self.file(id).directory().to_owned();
        let mut paths = self.fs.list(&directory).unwrap_or_default();
        paths.extend(self.sources.unlisted_in(&directory));
        paths.sort_unstable();
        paths.dedup();
        paths.iter().for_each(|path| self.search(path.as_os_str().len()));
        let of_module =
            paths.iter().filter(|path| path.file_name().is_some_and(|name| is_configuration(&name.to_string_lossy())));
        of_module.filter_map(|path| self.sources.known(path)).map(|id| self.file(id)).collect()
    }

    /// The bytes of a place.
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
        Rc::clone(self.read.borrow_mut().entry(id).or_insert_with(read))
    }

    /// The top-level block or attribute of HCL that holds a place.
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

    /// The entry whose key stands at a place.
    pub(super) fn entry(&self, key: Span) -> Option<Entry> {
        let path = self.path(key);
        let mut entries = path.iter().rev().filter_map(|node| match &node.kind {
            NodeKind::Mapping(mapping) => last_before(&mapping.entries, key, |entry| entry.key.span),
            NodeKind::Sequence(_) | NodeKind::Scalar(_) | NodeKind::Alias(_) => None,
        });
        entries.find(|entry| entry.key.span == key).cloned()
    }

    /// The nodes that hold a place, the outermost first.
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

/// The value or item that holds a place, which may also be its key.
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

/// The last of some things, in the order of their places, that doesn't begin behind a place.
pub(super) fn last_before<T>(things: &[T], place: Span, span: impl Fn(&T) -> Span) -> Option<&T> {
    let next = things.partition_point(|thing| span(thing).start <= place.start);
    things.get(next.checked_sub(1)?)
}

/// The place, or for an empty one the character before it: what has no text begins where that which holds it ends.
pub(super) fn before_empty(place: Span) -> Span {
    if place.is_empty() { Span { start: place.start.saturating_sub(1), ..place } } else { place }
}

/// Whether a place begins in a span.
pub(super) fn holds(span: Span, place: Span) -> bool {
    span.file == place.file && span.range().contains(&place.range().start)
}

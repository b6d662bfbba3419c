//! The files in which values are decided, read when they are first asked for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::formats::terraform::names::is_configuration;
use crate::source::{FileId, Fs, SourceFile, Sources, Span};
use crate::syntax::hcl::{self, Block, Item, Parsed};
use crate::syntax::node::{Entry, Node, NodeKind};
use crate::syntax::{Language, json, yaml};

/// The files of a run, as trees.
pub struct Texts<'a> {
    sources: &'a Sources,
    fs: &'a dyn Fs,
    known: Known<'a>,
    read: RefCell<HashMap<FileId, Rc<Text>>>,
}

/// The documents of files in YAML or JSON that somebody else has read already.
pub type Known<'a> = &'a dyn Fn(FileId) -> Option<Vec<Arc<Node>>>;

/// A file as its language reads it.
pub(super) enum Text {
    /// HCL, of which only what is needed is parsed.
    Items(Vec<Item>),
    /// YAML or JSON.
    Documents(Vec<Arc<Node>>),
}

/// What a place in HCL lies in.
pub(super) enum Around {
    Block(Block),
    Attribute,
}

impl<'a> Texts<'a> {
    /// Files that are parsed when they are first asked for, unless they are known.
    pub fn new(sources: &'a Sources, fs: &'a dyn Fs, known: Known<'a>) -> Self {
        Self { sources, fs, known, read: RefCell::default() }
    }

    pub(super) fn file(&self, id: FileId) -> Arc<SourceFile> {
        self.sources.file(id)
    }

    /// The files of the module in which a file lies; all of them are known when its findings are.
    pub(super) fn beside(&self, id: FileId) -> Vec<Arc<SourceFile>> {
        let directory = self.file(id).directory().to_owned();
        let mut paths = self.fs.list(&directory).unwrap_or_default();
        paths.extend(self.sources.unlisted_in(&directory));
        paths.sort();
        paths.dedup();
        let of_module =
            paths.iter().filter(|path| path.file_name().is_some_and(|name| is_configuration(&name.to_string_lossy())));
        of_module.filter_map(|path| self.sources.known(path)).map(|id| self.file(id)).collect()
    }

    /// The bytes of a place.
    pub(super) fn slice(&self, span: Span) -> String {
        self.file(span.file).slice(span).to_owned()
    }

    pub(super) fn language(&self, id: FileId) -> Language {
        Language::of(&self.file(id))
    }

    pub(super) fn text(&self, id: FileId) -> Rc<Text> {
        let read = || {
            if let Some(documents) = (self.known)(id) {
                return Rc::new(Text::Documents(documents));
            }
            let file = self.file(id);
            Rc::new(match Language::of(&file) {
                Language::Hcl => Text::Items(hcl::split(id, &file).items),
                Language::Yaml => Text::Documents(yaml::parse(id, &file).documents),
                Language::Json => Text::Documents(json::parse(id, &file).documents),
            })
        };
        Rc::clone(self.read.borrow_mut().entry(id).or_insert_with(read))
    }

    /// The top-level block or attribute of HCL that holds a place.
    pub(super) fn around(&self, place: Span) -> Option<Around> {
        let text = self.text(place.file);
        let Text::Items(items) = text.as_ref() else { return None };
        let item = items.iter().find(|item| holds(item.span, place))?;
        match hcl::parse(item, &self.file(place.file)).0? {
            Parsed::Block(block) => Some(Around::Block(block)),
            Parsed::Attribute(_) => Some(Around::Attribute),
        }
    }

    /// The entry whose key stands at a place.
    pub(super) fn entry(&self, key: Span) -> Option<Entry> {
        let text = self.text(key.file);
        let Text::Documents(documents) = text.as_ref() else { return None };
        let mut pending: Vec<&Node> = documents.iter().map(Arc::as_ref).collect();
        while let Some(node) = pending.pop() {
            match &node.kind {
                NodeKind::Mapping(mapping) => {
                    if let Some(entry) = mapping.entries.iter().find(|entry| entry.key.span == key) {
                        return Some(entry.clone());
                    }
                    pending.extend(mapping.entries.iter().map(|entry| &*entry.value));
                }
                NodeKind::Sequence(items) => pending.extend(items.iter().map(Arc::as_ref)),
                NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
            }
        }
        None
    }

    /// The nodes that hold a place, the outermost first.
    pub(super) fn path(&self, place: Span) -> Vec<Arc<Node>> {
        let text = self.text(place.file);
        let Text::Documents(documents) = text.as_ref() else { return Vec::new() };
        let mut path = Vec::new();
        let mut next = documents.iter().find(|node| holds(node.whole(), place)).cloned();
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
            let entry = mapping.entries.iter().find(|entry| holds(entry.key.span.to(entry.value.whole()), place))?;
            Some(Arc::clone(&entry.value))
        }
        NodeKind::Sequence(items) => items.iter().find(|item| holds(item.whole(), place)).cloned(),
        NodeKind::Scalar(_) | NodeKind::Alias(_) => None,
    }
}

/// Whether a place begins in a span.
pub(super) fn holds(span: Span, place: Span) -> bool {
    span.file == place.file && span.range().contains(&place.range().start)
}

//! Converts Terraform's JSON syntax to the tree of the native syntax.
//!
//! The schema determines which properties are blocks and which are arguments; here, the shapes of the known resource
//! kinds replace the schema. Source: <https://developer.hashicorp.com/terraform/language/syntax/json>.

mod escapes;

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;

use self::escapes::EscapeMap;
use super::policy_document;
use crate::model::{Argument, ArgumentShape, Holds, SearchSubject};
use crate::source::{SourceFile, Span};
use crate::syntax::hcl::{self, Attribute, Block, Body, Expr, ExprKind, Label, ObjectItem, ObjectKey};
use crate::syntax::node::{Entry, Mapping, Meaning, Node, NodeKind, Scalar, Tree};
use crate::syntax::{Problem, ProblemKind};

/// The kinds of top-level block that are used, with the number of labels of each.
const KINDS: [(&str, usize); 9] = [
    ("resource", 2),
    ("data", 2),
    ("variable", 1),
    ("module", 1),
    ("output", 1),
    ("provider", 1),
    ("locals", 0),
    ("moved", 0),
    ("terraform", 0),
];

/// The part of a `terraform` block that is used.
const SETTINGS: ArgumentShape = &[Argument { name: REQUIRED_PROVIDERS, holds: Holds::Blocks(&[]) }];

/// The block with the sources of providers.
pub(crate) const REQUIRED_PROVIDERS: &str = "required_providers";

/// A property of this name is a comment in any block.
const COMMENT: &str = "//";

/// The maximum number of template errors that are kept for a file.
const MAX_PROBLEMS: usize = 100;

/// The top-level blocks of a file, and its problems. Keys of blocks may be repeated, so duplicates of these aren't
/// problems.
pub(crate) fn blocks(tree: &Tree, file: &SourceFile) -> (Vec<Block>, Vec<Problem>) {
    let reader = BodyReader { file, problems: RefCell::default(), unique: RefCell::default() };
    let mut blocks = Vec::new();
    for root in tree.documents.iter().flat_map(one_or_many) {
        let entries = root.as_mapping().map(|mapping| mapping.entries.as_slice()).unwrap_or_default();
        for entry in entries {
            let kind = KINDS.into_iter().find(|(kind, _)| entry.key.as_text() == Some(kind));
            if let (Some((_, labels)), Some(name)) = (kind, name(&entry.key)) {
                reader.labelled(
                    labels,
                    Vec::new(),
                    &entry.value,
                    &|labels, span, mapping| reader.block(&name, labels, span, mapping),
                    &mut blocks,
                );
            }
        }
    }
    let unique = reader.unique.into_inner();
    let mut problems = tree.problems.clone();
    problems.retain(|problem| problem.kind != ProblemKind::DuplicateKey || unique.contains(&problem.span));
    problems.extend(reader.problems.into_inner());
    (blocks, problems)
}

/// A kind of block in a file whose other properties are attributes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockShape {
    pub(crate) kind: &'static str,
    /// The number of its labels.
    pub(crate) labels: usize,
    /// The blocks in it.
    pub(crate) blocks: &'static [BlockShape],
}

/// The attributes and blocks of a file whose strings are templates, and its problems.
pub(crate) fn shaped_body(tree: &Tree, file: &SourceFile, shapes: &[BlockShape]) -> (Body, Vec<Problem>) {
    let reader = BodyReader { file, problems: RefCell::default(), unique: RefCell::default() };
    let mut body = Body::default();
    for mapping in tree.documents.iter().flat_map(one_or_many).filter_map(|node| node.as_mapping()) {
        reader.add_shaped(mapping, shapes, &mut body);
    }
    let mut problems = tree.problems.clone();
    problems.extend(reader.problems.into_inner());
    (body, problems)
}

/// The attributes of a `.tfvars.json` file.
pub(crate) fn values(tree: &Tree, file: &SourceFile) -> Vec<Attribute> {
    let reader = BodyReader { file, problems: RefCell::default(), unique: RefCell::default() };
    let entries = tree.documents.iter().filter_map(|node| node.as_mapping()).flat_map(|mapping| &mapping.entries);
    entries
        .filter_map(|entry| Some(Attribute { name: name(&entry.key)?, value: reader.literal(&entry.value) }))
        .collect()
}

/// Converts the nodes of one file.
struct BodyReader<'a> {
    file: &'a SourceFile,
    problems: RefCell<Vec<Problem>>,
    /// The keys of arguments and those within their values, none of which may be repeated.
    unique: RefCell<HashSet<Span>>,
}

impl BodyReader<'_> {
    /// Adds the entries of an object to a body. The shapes limit the depth of this recursion.
    fn add_shaped(&self, mapping: &Mapping, shapes: &[BlockShape], body: &mut Body) {
        for entry in mapping.entries.iter().filter(|entry| entry.key.as_text() != Some(COMMENT)) {
            let Some(key) = name(&entry.key) else { continue };
            let Some(shape) = shapes.iter().find(|shape| shape.kind == key.text) else {
                body.attributes.push(Attribute { name: key, value: self.expr(&entry.value) });
                continue;
            };
            // A block may omit its label if it is the only one.
            let is_bare = entry
                .value
                .as_mapping()
                .is_some_and(|own| own.get("path").is_some_and(|path| path.value.as_text().is_some()));
            let labels = if shape.kind == "include" && is_bare { 0 } else { shape.labels };
            let block = |labels: &[Label], span: Span, mapping: &Mapping| {
                let mut own = Body::default();
                self.add_shaped(mapping, shape.blocks, &mut own);
                let header = labels.last().unwrap_or(&key).span;
                Block { kind: key.clone(), labels: labels.to_vec(), body: own, header, span: header.to(span) }
            };
            self.labelled(labels, Vec::new(), &entry.value, &block, &mut body.blocks);
        }
    }

    /// Descends through a block's labels; each level may be an object or an array of objects.
    fn labelled(
        &self,
        missing: usize,
        labels: Vec<Label>,
        node: &Arc<Node>,
        block: &dyn Fn(&[Label], Span, &Mapping) -> Block,
        blocks: &mut Vec<Block>,
    ) {
        // Arrays may nest only below the last label.
        let nodes = if missing == 0 { all_within(node) } else { one_or_many(node).iter().collect() };
        for node in nodes {
            let Some(mapping) = node.as_mapping() else {
                if !is_null(node) {
                    self.problems.borrow_mut().push(Problem::syntax(node.span, "expected an object"));
                }
                continue;
            };
            let Some(missing) = missing.checked_sub(1) else {
                blocks.push(block(&labels, node.span, mapping));
                continue;
            };
            for entry in mapping.entries.iter().filter(|entry| entry.key.as_text() != Some(COMMENT)) {
                if let Some(label) = name(&entry.key) {
                    let labels = labels.iter().cloned().chain([label]).collect();
                    self.labelled(missing, labels, &entry.value, block, blocks);
                }
            }
        }
    }

    /// The header of a block is its last label, or its kind if it has none.
    fn block(&self, kind: &Label, labels: &[Label], span: Span, mapping: &Mapping) -> Block {
        let header = labels.last().unwrap_or(kind).span;
        let body = match (kind.text.as_str(), labels.first()) {
            ("variable", _) => self.variable(mapping),
            ("resource", Some(label)) => {
                // The log targets of a trail aren't blocks, so the first shape is sufficient.
                let subjects = [SearchSubject::Trails, SearchSubject::Related, SearchSubject::LogGroups].into_iter();
                let kind = subjects.filter_map(|subject| subject.kind(&label.text)).next();
                self.body(mapping, kind.map(|kind| kind.shape).unwrap_or_default())
            }
            ("terraform", _) => self.body(mapping, SETTINGS),
            ("output", _) => self.output(mapping),
            ("data", Some(label)) if label.text == policy_document::KIND => self.body(mapping, policy_document::SHAPE),
            ("locals" | "module", _) => {
                mapping.entries.iter().for_each(|entry| self.note_argument(entry));
                self.body(mapping, &[])
            }
            _ => self.body(mapping, &[]),
        };
        Block { kind: kind.clone(), labels: labels.to_vec(), body, header, span: header.to(span) }
    }

    fn body(&self, mapping: &Mapping, shape: ArgumentShape) -> Body {
        let mut body = Body::default();
        for entry in mapping.entries.iter().filter(|entry| entry.key.as_text() != Some(COMMENT)) {
            let Some(key) = name(&entry.key) else { continue };
            match nested(&key.text, shape) {
                BodyProperty::Argument(is_known) => {
                    if is_known {
                        self.note_argument(entry);
                    }
                    body.attributes.push(Attribute { name: key, value: self.expr(&entry.value) });
                }
                BodyProperty::Blocks(_) if !holds_blocks(&entry.value) => {
                    body.attributes.push(Attribute { name: key, value: self.expr(&entry.value) });
                }
                BodyProperty::Blocks(shape) => body.blocks.extend(self.nested_blocks(&key, &entry.value, shape)),
                BodyProperty::Dynamic => self.dynamics(&key, &entry.value, shape, &mut body),
            }
        }
        body
    }

    /// Reads the `dynamic` blocks of a body, by the type of the blocks that they generate.
    fn dynamics(&self, kind: &Label, node: &Arc<Node>, shape: ArgumentShape, body: &mut Body) {
        if holds_blocks(node) {
            self.labelled(
                1,
                Vec::new(),
                node,
                &|labels, span, mapping| self.dynamic(kind, labels, span, mapping, shape),
                &mut body.blocks,
            );
            return;
        }
        // It may have been meant to generate blocks of any type.
        let types = shape.iter().filter(|argument| matches!(argument.holds, Holds::Blocks(_)));
        body.attributes.extend(types.map(|argument| Attribute {
            name: Label { text: argument.name.to_owned(), span: kind.span },
            value: self.expr(node),
        }));
    }

    /// A `dynamic` block in a body of this shape; its label is the type of the generated blocks.
    fn dynamic(&self, kind: &Label, labels: &[Label], span: Span, mapping: &Mapping, shape: ArgumentShape) -> Block {
        let made = labels.first().map(|label| nested(&label.text, shape));
        let shape: ArgumentShape = if let Some(BodyProperty::Blocks(shape)) = made { shape } else { &[] };
        let mut body = Body::default();
        for entry in mapping.entries.iter().filter(|entry| entry.key.as_text() != Some(COMMENT)) {
            match name(&entry.key) {
                Some(key) if key.text == "content" => {
                    body.blocks.extend(self.nested_blocks(&key, &entry.value, shape));
                }
                Some(key) => body.attributes.push(Attribute { name: key, value: self.expr(&entry.value) }),
                None => {}
            }
        }
        Block { kind: kind.clone(), labels: labels.to_vec(), body, header: kind.span, span }
    }

    fn nested_blocks(&self, kind: &Label, node: &Arc<Node>, shape: ArgumentShape) -> Vec<Block> {
        all_within(node)
            .into_iter()
            .filter_map(|node| Some(self.nested_block(kind, node.span, node.as_mapping()?, shape)))
            .collect()
    }

    /// Records the key of an argument and those within its value. The tree's depth is limited.
    fn note_argument(&self, entry: &Entry) {
        self.unique.borrow_mut().insert(entry.key.span);
        self.note_keys(&entry.value);
    }

    fn note_keys(&self, node: &Node) {
        match &node.kind {
            NodeKind::Mapping(mapping) => mapping.entries.iter().for_each(|entry| self.note_argument(entry)),
            NodeKind::Sequence(items) => items.iter().for_each(|item| self.note_keys(item)),
            NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        }
    }

    fn nested_block(&self, kind: &Label, span: Span, mapping: &Mapping, shape: ArgumentShape) -> Block {
        Block { kind: kind.clone(), labels: Vec::new(), body: self.body(mapping, shape), header: kind.span, span }
    }

    /// In an output, the description is plain text.
    fn output(&self, mapping: &Mapping) -> Body {
        let (literal, rest) =
            mapping.entries.iter().cloned().partition(|entry| entry.key.as_text() == Some("description"));
        let literal: Vec<Entry> = literal;
        let mut body = self.body(&Mapping { entries: rest, merged: Vec::new() }, &[]);
        for entry in &literal {
            let Some(name) = name(&entry.key) else { continue };
            body.attributes.push(Attribute { name, value: self.literal(&entry.value) });
        }
        body
    }

    /// In a variable, the default is plain data, and the type is an expression in a string.
    fn variable(&self, mapping: &Mapping) -> Body {
        let mut body = Body::default();
        for entry in &mapping.entries {
            let Some(name) = name(&entry.key) else { continue };
            if name.text == "validation" {
                body.blocks.extend(self.nested_blocks(&name, &entry.value, &[]));
                continue;
            }
            self.note_argument(entry);
            let value = if name.text == "type" { self.type_expr(&entry.value) } else { self.literal(&entry.value) };
            body.attributes.push(Attribute { name, value });
        }
        body
    }

    fn type_expr(&self, node: &Node) -> Expr {
        let unreadable = Expr { span: node.span, kind: ExprKind::Unreadable };
        node.as_text().and_then(|text| hcl::parse_expr(text, |_| node.span).ok()).unwrap_or(unreadable)
    }

    /// A value whose strings are templates.
    fn expr(&self, node: &Node) -> Expr {
        self.convert(node, &|text, node| self.template(text, node))
    }

    /// A value whose strings aren't templates.
    fn literal(&self, node: &Node) -> Expr {
        self.convert(node, &|text, _| ExprKind::String(text.to_owned()))
    }

    fn convert(&self, node: &Node, string: &dyn Fn(&str, &Node) -> ExprKind) -> Expr {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) => self.scalar(scalar, node, string),
            NodeKind::Sequence(items) => ExprKind::Tuple(items.iter().map(|item| self.convert(item, string)).collect()),
            NodeKind::Mapping(mapping) => {
                let items = mapping.entries.iter().map(|entry| {
                    let key = ObjectKey::Expr(self.convert(&entry.key, string));
                    // The object may be a block of unknown shape, in which this is a comment.
                    let is_comment = entry.key.as_text() == Some(COMMENT);
                    let value =
                        if is_comment { self.literal(&entry.value) } else { self.convert(&entry.value, string) };
                    ObjectItem { key, value }
                });
                ExprKind::Object(items.collect())
            }
            NodeKind::Alias(_) => ExprKind::Unreadable,
        };
        Expr { span: node.span, kind }
    }

    fn scalar(&self, scalar: &Scalar, node: &Node, string: &dyn Fn(&str, &Node) -> ExprKind) -> ExprKind {
        match scalar.meaning() {
            Meaning::Null => ExprKind::Null,
            Meaning::Bool(value) => ExprKind::Bool(value),
            Meaning::Number(_) => ExprKind::Number(scalar.text.clone()),
            Meaning::String | Meaning::Ambiguous => string(&scalar.text, node),
        }
    }

    fn template(&self, text: &str, node: &Node) -> ExprKind {
        let start = (node.span.start as usize).saturating_add(1);
        let quoted = self.file.slice(node.span);
        let places = EscapeMap::of(quoted.get(1..).unwrap_or_default());
        let template = hcl::parse_template(text, |range| {
            let written = places.written(range);
            Span::new(node.span.file, start.saturating_add(written.start), start.saturating_add(written.end))
        });
        template.map_or_else(|problem| self.broken(problem), |expr| expr.kind)
    }

    /// A template that Terraform rejects.
    fn broken(&self, problem: Problem) -> ExprKind {
        let mut problems = self.problems.borrow_mut();
        if problems.len() < MAX_PROBLEMS {
            problems.push(problem);
        }
        ExprKind::Unreadable
    }
}

/// The meaning of a property of a body.
enum BodyProperty {
    /// An argument, or a property that isn't used; true if the shape has an argument of this name.
    Argument(bool),
    Blocks(ArgumentShape),
    /// `dynamic`, whose properties are the types of the generated blocks.
    Dynamic,
}

fn nested(name: &str, shape: ArgumentShape) -> BodyProperty {
    match shape.iter().find(|argument| argument.name == name).map(|argument| &argument.holds) {
        Some(Holds::Blocks(shape)) => BodyProperty::Blocks(shape),
        Some(Holds::Value | Holds::Texts | Holds::Document | Holds::Json) => BodyProperty::Argument(true),
        None if name == "lifecycle" => BodyProperty::Blocks(&[]),
        None if name == "dynamic" => BodyProperty::Dynamic,
        None => BodyProperty::Argument(false),
    }
}

/// True if a property has the form of blocks: objects, or null for none.
fn holds_blocks(node: &Arc<Node>) -> bool {
    all_within(node).into_iter().all(|node| node.as_mapping().is_some() || is_null(node))
}

/// The nodes of blocks, including those in nested arrays. The tree's depth is limited.
fn all_within(node: &Arc<Node>) -> Vec<&Arc<Node>> {
    match node.as_sequence() {
        Some(items) => items.iter().flat_map(all_within).collect(),
        None => vec![node],
    }
}

fn is_null(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar(scalar) if scalar.meaning() == Meaning::Null)
}

/// The node itself, or the items if it is an array, which is allowed in place of a block.
fn one_or_many(node: &Arc<Node>) -> &[Arc<Node>] {
    node.as_sequence().unwrap_or(std::slice::from_ref(node))
}

fn name(node: &Node) -> Option<Label> {
    node.as_text().map(|text| Label { text: text.to_owned(), span: node.span })
}

//! A text that is read as HCL: its tree fits the text, and nothing that is wrong with it is left unsaid.

use trailint::internal::source::{SourceFile, Sources, Span};
use trailint::internal::syntax::Problem;
use trailint::internal::syntax::hcl::{self, Block, Expr, ExprKind, ItemKind, ObjectKey, ParsedItem, TemplatePart};

use super::{GATE, places};

/// The type of resource that is looked for.
const TRAIL: &str = "aws_cloudtrail";

/// What this reader refuses and the other doesn't, as Terraform does too; whatever follows is read in another way.
const UNCLOSED: &str = "this string isn't closed on its line";

/// The same of what nothing follows from.
const STRICTER: [&str; 3] = [
    "no line feed follows this carriage return",
    "expected the name of a block or of an attribute",
    "is written twice here",
];

/// Longer texts aren't read as a whole for comparison: the other reader compares each key of an object with each other.
const MAX_COMPARED: usize = 4096;

/// What the other reader refuses although it may well be valid, or what concerns more than one block.
const BEYOND: [&str; 4] = ["nested levels", "chained binary operators", "redefined object key", "redefined attribute"];

/// Reads a text as a file of Terraform's, and checks it.
///
/// # Panics
///
/// When a place lies outside of what it is a part of, when the text as a whole is refused or accepted otherwise than its
/// parts, or when a trail stands in a text that can't be read and the check passes.
pub fn check(text: &[u8]) {
    let sources = Sources::new("/".into());
    let id = sources.add("/main.tf".as_ref(), text.to_vec());
    let file = sources.file(id);
    let read = read(id, &file);
    agrees(&read, &file);
    let report = super::check([("main.tf", text)]);
    places::exist_in(&report);
    assert!(read.lost.is_empty() || !report.passes(GATE), "{:?} goes by in\n{}", read.lost, file.text);
}

/// What became of a text.
struct Read {
    /// What is wrong with it.
    problems: Vec<String>,
    /// The same as far as it may concern a trail.
    lost: Vec<String>,
    /// Whether some of it is too much or too strange for the parser.
    is_partial: bool,
}

fn read(id: trailint::internal::source::FileId, file: &SourceFile) -> Read {
    let outline = hcl::split(id, file);
    let problems: Vec<String> = outline.problems.iter().map(said).collect();
    let mentions = |span: Span| file.slice(span).contains(TRAIL);
    let lost = if file.text.contains(TRAIL) { problems.clone() } else { Vec::new() };
    let mut read = Read { problems, lost, is_partial: false };
    let spans = outline.problems.iter().map(|problem| problem.span).chain(outline.comments.iter().copied());
    spans.for_each(|span| places::exists(span, file));
    for item in &outline.items {
        places::exists(item.span, file);
        places::lies_within(item.keyword.span, item.span, file);
        places::lies_within(item.inside, item.span, file);
        let (parsed, problems) = hcl::parse(item, file);
        problems.iter().for_each(|problem| places::exists(problem.span, file));
        read.problems.extend(problems.iter().map(said));
        if item.kind == ItemKind::Block && item.keyword.text == "resource" && mentions(item.span) {
            read.lost.extend(problems.iter().map(said));
        }
        match parsed {
            Some(ParsedItem::Block(own)) => walk_block(&own, item.span, file, &mut read),
            Some(ParsedItem::Attribute(own)) => walk(&own.value, item.span, file, &mut read),
            None => read.is_partial = true,
        }
    }
    read
}

fn said(problem: &Problem) -> String {
    problem.message.clone()
}

fn walk_block(block: &Block, outer: Span, file: &SourceFile, read: &mut Read) {
    let mut waiting = vec![(block, outer)];
    while let Some((block, outer)) = waiting.pop() {
        places::lies_within(block.span, outer, file);
        places::lies_within(block.header, block.span, file);
        let names = block.labels.iter().chain([&block.kind]);
        names.for_each(|name| places::lies_within(name.span, block.header, file));
        for attribute in &block.body.attributes {
            places::lies_within(attribute.name.span, block.span, file);
            walk(&attribute.value, block.span, file, read);
        }
        waiting.extend(block.body.blocks.iter().map(|inner| (inner, block.span)));
    }
}

fn walk(expr: &Expr, outer: Span, file: &SourceFile, read: &mut Read) {
    let mut waiting = vec![(expr, outer)];
    while let Some((expr, outer)) = waiting.pop() {
        places::lies_within(expr.span, outer, file);
        read.is_partial |= matches!(expr.kind, ExprKind::Unreadable);
        waiting.extend(children(expr).into_iter().map(|inner| (inner, expr.span)));
    }
}

fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Tuple(items) => items.iter().collect(),
        ExprKind::Object(items) => {
            items.iter().flat_map(|item| key(&item.key).into_iter().chain([&item.value])).collect()
        }
        ExprKind::GetAttr(base, _) => vec![base],
        ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => vec![left, right],
        ExprKind::Splat(splat) => vec![&splat.base, &splat.each],
        ExprKind::Call(call) => call.arguments.iter().collect(),
        ExprKind::Conditional(it) => vec![&it.condition, &it.then, &it.otherwise],
        ExprKind::Unary(_, operand) => vec![operand],
        ExprKind::For(it) => {
            [&it.collection, &it.result].into_iter().chain(&it.result_key).chain(&it.condition).collect()
        }
        ExprKind::Template(parts) => in_parts(parts),
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => Vec::new(),
        ExprKind::Variable(_) | ExprKind::Unreadable => Vec::new(),
    }
}

fn key(key: &ObjectKey) -> Option<&Expr> {
    match key {
        ObjectKey::Name(_) => None,
        ObjectKey::Expr(expr) => Some(expr),
    }
}

fn in_parts(parts: &[TemplatePart]) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut waiting = vec![parts];
    while let Some(part) = waiting.pop() {
        for part in part {
            match part {
                TemplatePart::Literal(..) => {}
                TemplatePart::Interpolation(expr) => found.push(expr),
                TemplatePart::If(it) => {
                    found.push(&it.condition);
                    waiting.extend([it.then.as_slice(), it.otherwise.as_slice()]);
                }
                TemplatePart::For(it) => {
                    found.push(&it.collection);
                    waiting.push(&it.body);
                }
            }
        }
    }
    found
}

/// What is read in parts is accepted just when the text as a whole is, as far as both can read it.
fn agrees(read: &Read, file: &SourceFile) {
    let (_, text) = file.body();
    // The other reader takes a carriage return for the end of a comment, and what follows for code.
    let ends_comments = text.replace("\r\n", "\n").contains('\r');
    if text.len() > MAX_COMPARED || !file.replaced.is_empty() || ends_comments {
        return;
    }
    match hcl_edit::parser::parse_body(text) {
        Ok(_) => {
            let is_stricter = |problem: &String| STRICTER.iter().any(|words| problem.contains(words));
            let is_unclosed = read.problems.iter().any(|problem| problem.contains(UNCLOSED));
            assert!(
                is_unclosed || read.problems.iter().all(is_stricter),
                "only the whole can be read, {:?}, of\n{text}",
                read.problems
            );
        }
        Err(error) => {
            let is_beyond = BEYOND.iter().any(|words| error.message().contains(words));
            let is_refused = !read.problems.is_empty() || read.is_partial;
            assert!(is_refused || is_beyond, "only the parts can be read, {error}, of\n{text}");
        }
    }
}

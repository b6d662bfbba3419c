//! Errors that Terraform reports in a module although the syntax of each block is correct.

use std::collections::HashSet;

use super::blocks::{BlockSource, ModuleBlock, header_of, kind_of};
use crate::formats::terraform::project::mentions::names_trail;
use crate::model::{Holds, SearchSubject};
use crate::syntax::Problem;
use crate::syntax::hcl::{Block, ExprKind, Label};

/// Kinds of blocks whose names have to be unique.
const NAMED: [&str; 5] = ["variable", "output", "module", "resource", "data"];

/// The kinds of blocks in Terraform or OpenTofu.
const KINDS: [&str; 14] = [
    "action",
    "check",
    "data",
    "ephemeral",
    "import",
    "list",
    "locals",
    "module",
    "moved",
    "output",
    "provider",
    "removed",
    "resource",
    "terraform",
];

impl ModuleBlock {
    /// The reason why the block declares no trail, although its header has the type of one.
    pub(super) fn lookalike(&self) -> Option<Problem> {
        match &self.source {
            BlockSource::Native(item) if names_trail(header_of(self.file.slice(item.span)).as_bytes()) => {
                lookalike(&self.keyword, self.parsed.get().and_then(|(block, _)| block.as_ref()))
            }
            BlockSource::Native(_) | BlockSource::Json(_) => None,
        }
    }
}

/// The reason why a block whose header has the type of a trail declares none: an unknown keyword or a wrong number of
/// labels.
fn lookalike(keyword: &Label, parsed: Option<&Block>) -> Option<Problem> {
    let kind = keyword.text.as_str();
    if kind != "variable" && !KINDS.contains(&kind) {
        return Some(Problem::rejected(keyword.span, format!("unknown block type `{kind}`")));
    }
    let labels = parsed.filter(|_| kind == "resource").map_or(2, |block| block.labels.len());
    (labels != 2).then(|| Problem::rejected(keyword.span, "a resource has two labels: its type and its name"))
}

/// The second declarations of a name, among the blocks that have been parsed.
pub(super) fn repeated<'a>(blocks: impl Iterator<Item = &'a Block>) -> Vec<Problem> {
    let mut met: HashSet<(&str, Vec<&str>)> = HashSet::new();
    let mut problems = Vec::new();
    for block in blocks {
        let kind = block.kind.text.as_str();
        if kind == "locals" {
            for name in block.body.attributes.iter().map(|attribute| &attribute.name) {
                if !met.insert((kind, vec![&name.text])) {
                    problems.push(duplicate(name.span, &format!("local `{}`", name.text)));
                }
            }
        } else if NAMED.contains(&kind) {
            let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_str()).collect();
            let name = format!("{kind} `{}`", labels.join("."));
            if !met.insert((kind, labels)) {
                problems.push(duplicate(block.header, &name));
            }
        }
    }
    problems
}

fn duplicate(span: crate::source::Span, what: &str) -> Problem {
    Problem::rejected(span, format!("{what} is declared twice in this module"))
}

/// Trails in override files that have nothing to override.
pub(super) fn baseless<'a>(overrides: &'a [Block], bases: impl Iterator<Item = &'a Block>) -> Vec<Problem> {
    let bases: HashSet<Vec<&str>> = bases.map(labels).collect();
    let lone = overrides
        .iter()
        .filter(|block| kind_of(block, SearchSubject::Trails).is_some() && !bases.contains(&labels(block)));
    lone.map(|block| {
        let name = labels(block).join(".");
        let message = format!("this override file changes `{name}`, which isn't declared in another file");
        Problem::rejected(block.header, message)
    })
    .collect()
}

fn labels(block: &Block) -> Vec<&str> {
    block.labels.iter().map(|label| label.text.as_str()).collect()
}

/// Trails that are declared within another block, usually because a brace is missing above them.
pub(super) fn nested_trails(block: &Block) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut waiting: Vec<&Block> = block.body.blocks.iter().collect();
    while let Some(block) = waiting.pop() {
        if block.kind.text == "resource" && kind_of(block, SearchSubject::Trails).is_some() {
            let message = "this trail is nested in another block, which Terraform rejects";
            problems.push(Problem::rejected(block.header, message));
        }
        waiting.extend(&block.body.blocks);
    }
    problems
}

/// Arguments of a trail that should be blocks, and blocks that should be arguments.
pub(super) fn misshapen(block: &Block) -> impl Iterator<Item = Problem> {
    let shape = kind_of(block, SearchSubject::Trails).map(|kind| kind.shape).unwrap_or_default();
    let values = shape.iter().filter(|argument| matches!(argument.holds, Holds::Value | Holds::Texts));
    let misplaced = values
        .flat_map(|argument| block.body.blocks(argument.name))
        .map(|block| Problem::rejected(block.header, format!("`{}` is an argument, not a block", block.kind.text)));
    let blocks = shape.iter().filter(|argument| matches!(argument.holds, Holds::Blocks(_)));
    let attributes = blocks.filter_map(|argument| block.body.attribute(argument.name));
    let written = attributes.filter(|attribute| attribute.value.kind != ExprKind::Null).map(|attribute| {
        let name = &attribute.name;
        Problem::rejected(name.span, format!("`{}` is a block, not an argument", name.text))
    });
    misplaced.chain(written)
}

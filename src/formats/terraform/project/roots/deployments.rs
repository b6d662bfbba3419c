//! Finds Terraform Stacks: directories with component files, and their deployments.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/block/stack>.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::formats::terraform::names::{self, file_name};
use crate::formats::terraform::project::deployments::StackPlace;
use crate::formats::{Context, LinkedFile, Links};
use crate::source::FileId;
use crate::syntax::hcl::{self, Block, ExprKind, ParsedItem};

/// A stack with its deployments.
#[derive(Debug, Default)]
pub(super) struct FoundStack {
    pub(super) directory: PathBuf,
    /// The path of its first component file, by which the graph of directories knows it.
    pub(super) key: PathBuf,
    components: Vec<FileId>,
    deployments: Vec<FileId>,
    /// The calls of its components.
    pub(super) links: Links,
}

/// The stacks among the scanned files.
pub(super) fn find(linked: &[LinkedFile], context: Context<'_>) -> Vec<FoundStack> {
    let mut stacks: BTreeMap<PathBuf, FoundStack> = BTreeMap::new();
    for LinkedFile { candidate, links } in linked {
        let file = context.sources.file(candidate.file);
        let name = file_name(&file.path);
        if !names::is_stack_file(&name) {
            continue;
        }
        let directory = file.directory().to_owned();
        let stack =
            stacks.entry(directory.clone()).or_insert_with(|| FoundStack { directory, ..FoundStack::default() });
        if names::is_component(&name) {
            if stack.components.is_empty() {
                stack.key.clone_from(&file.path);
            }
            stack.components.push(candidate.file);
            stack.links.calls.extend(links.calls.iter().cloned());
            stack.links.may_bring_trail |= links.may_bring_trail;
        } else {
            stack.deployments.push(candidate.file);
        }
    }
    let mut stacks: Vec<FoundStack> = stacks.into_values().filter(|stack| !stack.components.is_empty()).collect();
    // A nested stack is called by the directory, in which a component would have no code.
    let keys: BTreeMap<PathBuf, PathBuf> =
        stacks.iter().map(|stack| (stack.directory.clone(), stack.key.clone())).collect();
    for stack in &mut stacks {
        let calls = std::mem::take(&mut stack.links.calls).into_iter();
        stack.links.calls = calls.map(|called| keys.get(&called).cloned().unwrap_or(called)).collect();
    }
    stacks
}

impl FoundStack {
    /// The deployments of the stack; one without a name if it has none. A deployment that is destroyed isn't one.
    pub(super) fn places(&self, context: Context<'_>) -> Vec<StackPlace> {
        let mut blocks = Vec::new();
        for &id in &self.deployments {
            let file = context.sources.file(id);
            for item in hcl::split(id, &file).items.iter().filter(|item| item.keyword.text == "deployment") {
                if let Some(ParsedItem::Block(block)) = hcl::parse(item, &file).0 {
                    blocks.push(block);
                }
            }
        }
        let place = |deployment| StackPlace {
            components: self.components.clone(),
            deployments: self.deployments.clone(),
            deployment,
        };
        if blocks.is_empty() {
            return vec![place(None)];
        }
        let kept = blocks.iter().filter(|block| !is_destroyed(block));
        kept.filter_map(|block| Some(place(Some(block.labels.first()?.text.clone())))).collect()
    }
}

fn is_destroyed(block: &Block) -> bool {
    block.body.attribute("destroy").is_some_and(|destroy| destroy.value.kind == ExprKind::Bool(true))
}

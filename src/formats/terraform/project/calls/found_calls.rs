//! Finds the module calls in a file, to determine which modules are roots.
//!
//! This runs on every file with a call, so it only searches the text of most blocks and leaves parsing them to the
//! evaluation.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{literal_source, local};
use crate::formats::Links;
use crate::formats::terraform::language::json;
use crate::formats::terraform::names::{file_name, is_component, is_json};
use crate::formats::terraform::project::mentions::{mentions_stack, names_landing_zone};
use crate::formats::terraform::sources::{self, MappedModule};
use crate::source::{FileId, SourceFile};
use crate::syntax::hcl::{self, Block, ParsedItem, UnparsedItem};
use crate::syntax::{Problem, ProblemKind, json as json_syntax};

/// The source of a module call.
#[derive(Debug)]
pub(crate) enum FoundCall {
    /// A directory relative to the caller's.
    Local(PathBuf),
    /// A module of a registry or a repository.
    Remote(String),
    /// Any code, since a part of the file can't be read.
    Unreadable,
    /// The value of an expression.
    Computed,
}

/// The module calls in a file, and its other references to code.
pub(crate) fn links_in(id: FileId, file: &SourceFile, mapped: &[Arc<MappedModule>]) -> Links {
    let deploys_templates = mentions_stack(file.text.as_bytes());
    let may_bring_trail = deploys_templates || names_landing_zone(file.text.as_bytes());
    let mut links = Links { may_bring_trail, deploys_templates, ..Links::default() };
    for call in in_file(id, file) {
        match call {
            FoundCall::Local(called) if called == file.directory() => {}
            FoundCall::Local(called) => drop(links.calls.insert(called)),
            FoundCall::Remote(source) => {
                links.may_bring_trail = true;
                links.calls.extend(sources::directory_of(&source, mapped).map(Path::to_owned));
            }
            FoundCall::Unreadable => links.may_bring_trail = true,
            FoundCall::Computed => {
                links.may_bring_trail = true;
                links.has_computed_calls = true;
            }
        }
    }
    links
}

fn in_file(id: FileId, file: &SourceFile) -> Vec<FoundCall> {
    if is_json(file) {
        let tree = json_syntax::parse(id, file);
        let blocks = json::blocks(&tree, file).0;
        let calls = blocks.iter().filter(|block| block.kind.text == "module").map(|block| of_block(block, file));
        return calls.chain(unread_call(&tree.problems)).collect();
    }
    let outline = hcl::split(id, file);
    let keywords: &[&str] = if is_component(&file_name(&file.path)) { &["component", "stack"] } else { &["module"] };
    let calls = outline.items.iter().filter(|item| keywords.contains(&item.keyword.text.as_str()));
    let calls = calls.filter_map(|item| of_text(item, file, file.directory()).or_else(|| parsed(item, file)));
    calls.chain(unread_call(&outline.problems)).collect()
}

/// A part of a file that exceeds a limit and so isn't read may call any code.
fn unread_call(problems: &[Problem]) -> Option<FoundCall> {
    let is_cut = problems.iter().any(|problem| problem.kind == ProblemKind::Limit);
    is_cut.then_some(FoundCall::Unreadable)
}

fn parsed(item: &UnparsedItem, file: &SourceFile) -> Option<FoundCall> {
    match hcl::parse(item, file).0 {
        Some(ParsedItem::Block(block)) => Some(of_block(&block, file)),
        Some(ParsedItem::Attribute(_)) | None => None,
    }
}

fn of_block(block: &Block, file: &SourceFile) -> FoundCall {
    match literal_source(block) {
        Some(source) => of_source(source, file.directory()),
        None => FoundCall::Computed,
    }
}

fn of_source(source: &str, directory: &Path) -> FoundCall {
    local(source, directory).map_or_else(|| FoundCall::Remote(source.to_owned()), FoundCall::Local)
}

/// The source of a call, read from the text of its block without parsing; `None` unless the block has exactly one
/// `source` on a line of its own, as a plain string.
pub(crate) fn of_text(item: &UnparsedItem, file: &SourceFile, directory: &Path) -> Option<FoundCall> {
    let text = file.slice(item.span);
    let (header, body) = text.split_once('{')?;
    let is_plain = !header.contains(['\\', '#', '/']) && !body.contains("<<") && !body.contains("/*");
    plain_source(body).filter(|_| is_plain).map(|source| of_source(source, directory))
}

fn plain_source(body: &str) -> Option<&str> {
    let mut values = body.lines().filter_map(value);
    let (Some(only), None) = (values.next(), values.next()) else { return None };
    let source = only.strip_prefix('"')?.strip_suffix('"')?;
    (!source.contains(['"', '\\', '$', '%'])).then_some(source)
}

/// The value if a line sets `source`.
fn value(line: &str) -> Option<&str> {
    Some(line.trim_start().strip_prefix("source")?.trim_start().strip_prefix('=')?.trim())
}

#[cfg(test)]
mod tests {
    use super::plain_source;

    #[test]
    fn only_what_is_plain_is_taken_from_the_text() {
        assert_eq!(plain_source("\n  source = \"./a\"\n  x = 1\n"), Some("./a"));
        assert_eq!(plain_source("\n  source=\"a/b/aws\"\n  source_region = \"x\"\n"), Some("a/b/aws"));
        for unclear in [
            "source = \"./${x}\"",
            "source = \"a\" # b",
            "source = local.a",
            "source = \"a\"\nsource = \"b\"",
            "{ source = \"a\" }",
        ] {
            assert_eq!(plain_source(unclear), None, "{unclear}");
        }
    }
}

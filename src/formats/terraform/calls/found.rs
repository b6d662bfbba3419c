//! The module calls in a file, as far as they matter for which modules are roots.
//!
//! Every file with a call is asked, so most blocks are only looked at: parsing them is left to
//! those that evaluate them.

use std::path::{Path, PathBuf};

use super::{literal_source, local};
use crate::formats::terraform::{is_json, json};
use crate::source::{FileId, SourceFile};
use crate::syntax::hcl::{self, Block, Item, Parsed};
use crate::syntax::{Problem, ProblemKind, json as json_syntax};

/// The code that a call names.
#[derive(Debug)]
pub(in crate::formats::terraform) enum FoundCall {
    /// A directory beside the caller's.
    Local(PathBuf),
    /// A module of a registry or a repository, or anything at all.
    Remote,
    /// The value of an expression.
    Computed,
}

/// The module calls in a file.
pub(in crate::formats::terraform) fn in_file(id: FileId, file: &SourceFile) -> Vec<FoundCall> {
    if is_json(file) {
        let tree = json_syntax::parse(id, file);
        let blocks = json::blocks(&tree, file).0;
        let calls = blocks.iter().filter(|block| block.kind.text == "module").map(|block| of_block(block, file));
        return calls.chain(beyond(&tree.problems)).collect();
    }
    let outline = hcl::split(id, file);
    let calls = outline.items.iter().filter(|item| item.keyword.text == "module");
    let calls = calls.filter_map(|item| of_text(item, file, file.directory()).or_else(|| parsed(item, file)));
    calls.chain(beyond(&outline.problems)).collect()
}

/// What isn't read of a file because it is too much may call anything.
fn beyond(problems: &[Problem]) -> Option<FoundCall> {
    let is_cut = problems.iter().any(|problem| problem.kind == ProblemKind::Limit);
    is_cut.then_some(FoundCall::Remote)
}

fn parsed(item: &Item, file: &SourceFile) -> Option<FoundCall> {
    match hcl::parse(item, file).0 {
        Some(Parsed::Block(block)) => Some(of_block(&block, file)),
        Some(Parsed::Attribute(_)) | None => None,
    }
}

fn of_block(block: &Block, file: &SourceFile) -> FoundCall {
    match literal_source(block) {
        Some(source) => of_source(source, file.directory()),
        None => FoundCall::Computed,
    }
}

fn of_source(source: &str, directory: &Path) -> FoundCall {
    local(source, directory).map_or(FoundCall::Remote, FoundCall::Local)
}

/// The code that the text of a block names plainly: its one source stands on a line of its own.
pub(in crate::formats::terraform) fn of_text(item: &Item, file: &SourceFile, directory: &Path) -> Option<FoundCall> {
    let text = file.slice(item.span);
    let (header, body) = text.split_once('{')?;
    let is_plain = !header.contains(['\\', '#', '/']) && !body.contains("<<") && !body.contains("/*");
    plain_source(body).filter(|_| is_plain).map(|source| of_source(source, directory))
}

fn plain_source(body: &str) -> Option<&str> {
    let value = |line| Some(str::trim_start(line).strip_prefix("source")?.trim_start().strip_prefix('=')?.trim());
    let mut values = body.lines().filter_map(value);
    let (Some(only), None) = (values.next(), values.next()) else { return None };
    let source = only.strip_prefix('"')?.strip_suffix('"')?;
    (!source.contains(['"', '\\', '$', '%'])).then_some(source)
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

//! The module calls in a file, as far as they matter for which modules are roots.
//!
//! Every file with a call is asked, so most blocks are only looked at: parsing them is left to
//! those that evaluate them.

use std::path::PathBuf;

use super::{is_named_like_trail, local, source_of};
use crate::formats::terraform::{is_json, json};
use crate::model::Elsewhere;
use crate::source::{FileId, SourceFile};
use crate::syntax::hcl::{self, Block, Item, Parsed};
use crate::syntax::{Problem, ProblemKind, json as json_syntax};

/// A call.
#[derive(Debug)]
pub(in crate::formats::terraform) struct FoundCall {
    /// The directory, if the source is local.
    pub(in crate::formats::terraform) local: Option<PathBuf>,
    /// Whether its name or source has to do with CloudTrail.
    pub(in crate::formats::terraform) names_trail: bool,
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
    let calls = calls.filter_map(|item| of_text(item, file).or_else(|| parsed(item, file)));
    calls.chain(beyond(&outline.problems)).collect()
}

/// What isn't read of a file because it is too much may call anything.
fn beyond(problems: &[Problem]) -> Option<FoundCall> {
    let is_cut = problems.iter().any(|problem| problem.kind == ProblemKind::Limit);
    is_cut.then_some(FoundCall { local: None, names_trail: true })
}

fn parsed(item: &Item, file: &SourceFile) -> Option<FoundCall> {
    match hcl::parse(item, file).0 {
        Some(Parsed::Block(block)) => Some(of_block(&block, file)),
        Some(Parsed::Attribute(_)) | None => None,
    }
}

fn of_block(block: &Block, file: &SourceFile) -> FoundCall {
    FoundCall {
        local: source_of(block).and_then(|source| local(source, file.directory())),
        names_trail: is_named_like_trail(block),
    }
}

/// What the text of a block says plainly: its one source stands on a line of its own.
pub(in crate::formats::terraform) fn of_text(item: &Item, file: &SourceFile) -> Option<FoundCall> {
    let text = file.slice(item.span);
    let (header, body) = text.split_once('{')?;
    let is_plain = !header.contains(['\\', '#', '/']) && !body.contains("<<") && !body.contains("/*");
    let source = plain_source(body).filter(|_| is_plain)?;
    Some(FoundCall {
        local: local(source, file.directory()),
        names_trail: Elsewhere::is_named_in(header) || Elsewhere::is_named_in(source),
    })
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

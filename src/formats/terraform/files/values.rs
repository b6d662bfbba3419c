//! Reads variable definitions files.

use crate::formats::terraform::language::json;
use crate::formats::terraform::names::is_json;
use crate::source::{FileId, SourceFile};
use crate::syntax::hcl::{self, Attribute, ParsedItem};
use crate::syntax::{Problem, json as json_syntax};

/// The attributes of a variable definitions file, and its syntax errors.
pub(crate) fn read_values(id: FileId, file: &SourceFile) -> (Vec<Attribute>, Vec<Problem>) {
    if is_json(file) {
        let tree = json_syntax::parse(id, file);
        return (json::values(&tree, file), tree.problems);
    }
    let outline = hcl::split(id, file);
    let (mut attributes, mut problems) = (Vec::new(), outline.problems);
    for item in &outline.items {
        let (parsed, met) = hcl::parse(item, file);
        problems.extend(met);
        if let Some(ParsedItem::Attribute(attribute)) = parsed {
            attributes.push(attribute);
        }
    }
    (attributes, problems)
}

//! JSON pointers of locations in evidence.

use std::collections::HashMap;
use std::sync::Arc;

use super::documents::Documents;
use crate::source::{FileId, Sources, Span};
use crate::syntax::node::{Node, NodeKind};

/// The documents of the files with evidence, in which locations are found.
#[derive(Debug, Default)]
pub struct Pointers {
    files: HashMap<FileId, Vec<PointerTarget>>,
}

/// A parsed value in a document.
#[derive(Debug)]
struct PointerTarget {
    /// The number of the document in its file.
    document: usize,
    /// The pointer of the value.
    pointer: String,
    node: Arc<Node>,
}

impl PointerTarget {
    /// The documents of a file, and the relevant resources of its states.
    fn all(id: FileId, sources: &Sources) -> Vec<Self> {
        let Documents { documents, states, .. } = Documents::read(id, &sources.file(id));
        let whole = documents.into_iter().map(|(document, node)| Self { document, pointer: String::new(), node });
        let resources = states.into_iter().flat_map(|(document, state)| {
            let resources = state.resources.into_iter();
            resources.map(move |own| Self { document, pointer: own.pointer, node: own.attributes })
        });
        whole.chain(resources).collect()
    }
}

impl Pointers {
    /// Reads the files again, since their trees aren't kept during a check.
    pub fn new(files: impl Iterator<Item = FileId>, sources: &Sources) -> Self {
        Self { files: files.map(|id| (id, PointerTarget::all(id, sources))).collect() }
    }

    /// The files with evidence, in no order.
    pub fn files(&self) -> impl Iterator<Item = FileId> + '_ {
        self.files.keys().copied()
    }

    /// The number of the document from 1, and the pointer (RFC 6901) to the innermost value that contains a span; `None`
    /// if the file has no evidence.
    pub fn of(&self, span: Span) -> Option<(usize, String)> {
        let targets = self.files.get(&span.file)?;
        let holds = |node: &Node| node.span.start <= span.start && span.end <= node.span.end;
        let target = targets.iter().find(|target| holds(&target.node))?;
        let mut node = &*target.node;
        let mut pointer = target.pointer.clone();
        loop {
            let next = match &node.kind {
                NodeKind::Sequence(items) => {
                    let at = items.partition_point(|item| item.span.end < span.end);
                    items.get(at).filter(|item| holds(item)).map(|item| (at.to_string(), &**item))
                }
                NodeKind::Mapping(mapping) => {
                    let entry = mapping.entries.iter().find(|entry| holds(&entry.value) || holds(&entry.key));
                    entry.map(|entry| (escaped(entry.key.as_text().unwrap_or_default()), &*entry.value))
                }
                NodeKind::Scalar(_) | NodeKind::Alias(_) => None,
            };
            let Some((part, inner)) = next else { break };
            // The first key represents its mapping in YAML, which begins with it.
            if !holds(inner) && node.span.start == span.start {
                break;
            }
            pointer = format!("{pointer}/{part}");
            if !holds(inner) {
                break;
            }
            node = inner;
        }
        Some((target.document, pointer))
    }
}

/// Escapes a key as RFC 6901 requires.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

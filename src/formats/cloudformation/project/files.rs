//! The files that a deployment reads, and the lookup of the files that their paths refer to.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::{Deref, Range};
use std::rc::Rc;
use std::sync::Arc;

use super::alternatives::{Arms, GuardedResources};
use super::needles::mentions_trail;
use crate::formats::Context;
use crate::formats::cloudformation::language::Cache;
use crate::model::{Notation, dialects};
use crate::source::{FileId, PathKind, SourceFile, Span, normalize};
use crate::syntax::node::{Node, NodeKind, ScalarStyle, Tree};
use crate::syntax::placeholders::{self, Mark};
use crate::syntax::{ProblemKind, json, yaml};

/// The files of one deployment, each parsed once.
pub(super) struct TemplateFiles<'a> {
    pub(super) context: Context<'a>,
    documents: Cache<FileId, Rc<TemplateFile>>,
    bodies: Cache<(Span, String), Rc<TemplateFile>>,
    found: Cache<(FileId, String), LocalPath>,
    included: RefCell<BTreeSet<FileId>>,
}

/// A YAML or JSON file.
pub(super) struct TemplateFile {
    pub(super) file: FileId,
    reading: Arc<TemplateReading>,
}

/// The result of parsing a file. It depends on the text alone, so it can be shared between deployments.
#[derive(Debug)]
pub(super) struct TemplateReading {
    pub(super) tree: Arc<Tree>,
    pub(super) notation: Notation,
    /// True if the text mentions a trail, including in escaped form.
    pub(super) mentions_trail: bool,
    /// The resources that exist only under conditions of a templating tool.
    pub(super) guarded: GuardedResources,
    /// The place of the first trail in a text that can't be read before a templating tool has filled it in.
    pub(super) unfilled: Option<Span>,
}

/// The target of a path in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LocalPath {
    /// A file that may be read.
    File(FileId),
    /// The path leads to no file, or to one outside of the checked directories.
    Missing,
    /// A URL, an ARN, or a path with a placeholder in it.
    Remote,
}

impl LocalPath {
    pub(super) fn file(self) -> Option<FileId> {
        match self {
            LocalPath::File(file) => Some(file),
            LocalPath::Missing | LocalPath::Remote => None,
        }
    }
}

impl<'a> TemplateFiles<'a> {
    /// Creates an empty set of files.
    pub(super) fn new(context: Context<'a>) -> Self {
        let (documents, bodies, found) = (Cache::default(), Cache::default(), Cache::default());
        Self { context, documents, bodies, found, included: RefCell::default() }
    }

    /// The parsed document of a file.
    pub(super) fn document(&self, file: FileId) -> Rc<TemplateFile> {
        self.documents.get_or(file, || {
            let reading = self.context.caches.cloudformation.read(file, &self.context.sources.file(file));
            Rc::new(TemplateFile { file, reading })
        })
    }

    /// The parsed document of a file; `None` if the file hasn't been parsed.
    pub(super) fn known(&self, file: FileId) -> Option<Rc<TemplateFile>> {
        self.documents.get(&file)
    }

    /// All parsed documents, ordered by file.
    pub(super) fn read_documents(&self) -> Vec<Rc<TemplateFile>> {
        let mut documents = self.documents.values();
        documents.extend(self.bodies.values());
        documents.sort_by_key(|document| document.file);
        documents
    }

    /// Records that the sections in a file belong to a template that includes the file.
    pub(super) fn note_included(&self, file: FileId) {
        self.included.borrow_mut().insert(file);
    }

    /// The files whose sections belong to other templates.
    pub(super) fn included(&self) -> BTreeSet<FileId> {
        self.included.borrow().clone()
    }

    /// The target of a path that is written in the file `from`.
    pub(super) fn find(&self, from: FileId, path: &str) -> LocalPath {
        self.found.get_or((from, path.to_owned()), || self.look_up(from, path))
    }

    fn look_up(&self, from: FileId, path: &str) -> LocalPath {
        if path.contains("://") || path.contains("${") || path.starts_with("arn:") {
            return LocalPath::Remote;
        }
        let Context { fs, sources, .. } = self.context;
        let path = normalize(&sources.file(from).directory().join(path));
        if !sources.may_read(&path) {
            return LocalPath::Missing;
        }
        sources.load(fs, &path).map_or(LocalPath::Missing, LocalPath::File)
    }

    /// True if a template is in the output directory of the CDK, which contains a marker file.
    pub(super) fn is_in_assembly(&self, file: FileId) -> bool {
        const ENDING: &str = ".template.json";
        const MARKER: &str = "cdk.out";
        let path = &self.context.sources.file(file).path;
        let is_named = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING));
        is_named && matches!(self.context.fs.kind(&path.with_file_name(MARKER)), Ok(PathKind::File))
    }

    /// Parses a template that is embedded as a text, such as the `TemplateBody` of a stack set. If the lines of the
    /// file contain the text as it is, spans refer to these lines; otherwise, they refer to the whole text.
    pub(super) fn body(&self, node: &Node, text: &str) -> Rc<TemplateFile> {
        self.bodies.get_or((node.span, text.to_owned()), || {
            let outer = self.context.sources.file(node.span.file);
            let lines = block_lines(&outer, node).filter(|lines| has_same_lines(outer.text.get(lines.clone()), text));
            Rc::new(match lines {
                Some(lines) => read_apart(node.span.file, &outer, lines),
                None => self.copy_of(node, text, &outer),
            })
        })
    }

    /// Parses an embedded text as a virtual file of its own, because the lines of the file don't contain it literally: it
    /// has escapes, for example.
    fn copy_of(&self, node: &Node, text: &str, outer: &SourceFile) -> TemplateFile {
        let position = outer.position(node.span.start);
        let name = format!("{}#{}:{}", outer.name, position.line, position.column);
        let path = outer.path.with_file_name(format!("{name}.{}.template", self.bodies.len()));
        let file = self.context.sources.add_within(&path, name, text, node.span);
        let copy = self.context.sources.file(file);
        read_apart(file, &copy, 0..copy.text.len())
    }
}

impl Deref for TemplateFile {
    type Target = TemplateReading;

    fn deref(&self) -> &TemplateReading {
        &self.reading
    }
}

impl TemplateReading {
    /// True if part of the file wasn't parsed because of a limit.
    pub(super) fn is_cut(&self) -> bool {
        self.tree.problems.iter().any(|problem| problem.kind == ProblemKind::Limit)
    }

    /// Parses a file, without its byte order mark.
    pub(super) fn of(id: FileId, file: &SourceFile) -> Self {
        Self::of_part(id, file, file.body().0..file.text.len())
    }

    /// Parses a part of a file as a separate document. Spans refer to the whole file.
    pub(super) fn of_part(id: FileId, file: &SourceFile, part: Range<usize>) -> Self {
        let text = file.text.get(part.clone()).unwrap_or_default();
        let mentions_trail = mentions_trail(text);
        let (tree, notation) = parse(id, file, part.clone());
        let mut reading =
            Self { tree: Arc::new(tree), notation, mentions_trail, guarded: HashMap::new(), unfilled: None };
        let marks = placeholders::marks(text);
        if !marks.is_empty() {
            reading.choose(&marks, id, part.start, text);
        }
        reading
    }

    /// Converts the alternatives of a text with the marks of a templating tool. A text that can't be read without that
    /// tool has no documents.
    fn choose(&mut self, marks: &[Mark], id: FileId, offset: usize, text: &str) {
        let arms = Arms::of(marks, id, offset);
        let arms = arms.filter(|_| self.tree.problems.iter().all(|problem| problem.kind != ProblemKind::Syntax));
        let documents = arms.as_ref().and_then(|arms| {
            let documents = self.tree.documents.iter();
            documents.map(|root| arms.document(root, &mut self.guarded)).collect::<Option<Vec<_>>>()
        });
        let mut problems = self.tree.problems.clone();
        let documents = documents.unwrap_or_else(|| {
            let kind = dialects::CLOUDFORMATION.kind;
            let place = text.find(kind).map(|at| offset.saturating_add(at));
            self.unfilled = place.map(|at| Span::new(id, at, at.saturating_add(kind.len())));
            problems.retain(|problem| problem.kind == ProblemKind::Limit);
            Vec::new()
        });
        if let Some(arms) = arms {
            // A key may be repeated in parts that exclude each other.
            problems.retain(|problem| problem.kind != ProblemKind::DuplicateKey || !arms.is_conditional(problem.span));
        }
        self.tree = Arc::new(Tree { documents, comments: self.tree.comments.clone(), problems });
    }
}

/// Parses a text that begins with `{` or `[` as JSON, regardless of the file name. YAML may begin in the same way, so a
/// text that isn't valid JSON is parsed as YAML, unless the file is named `.json`.
fn parse(id: FileId, file: &SourceFile, part: Range<usize>) -> (Tree, Notation) {
    let text = file.text.get(part.clone()).unwrap_or_default();
    let begins_like_json = text.trim_start().starts_with(['{', '[']);
    // JSON has no placeholders without quotes, but YAML in flow style has.
    let has_json_name = file.name.ends_with(".json") && placeholders::marks(text).is_empty();
    let json = begins_like_json.then(|| json::parse_part(id, file, part.clone()));
    if let Some(tree) = json.filter(|tree| is_sound(tree) || has_json_name) {
        return (tree, Notation::Json);
    }
    let tree = yaml::parse_part(id, file, part.clone());
    let is_yaml = tree.documents.iter().any(|root| root.as_mapping().is_some() || root.as_sequence().is_some());
    let is_json = if begins_like_json {
        !is_sound(&tree) && !file.name.ends_with(".yaml") && !file.name.ends_with(".yml")
    } else {
        !is_yaml && has_json_name
    };
    if is_json { (json::parse_part(id, file, part), Notation::Json) } else { (tree, Notation::Yaml) }
}

/// True if parsing lost no text.
fn is_sound(tree: &Tree) -> bool {
    tree.problems.iter().all(|problem| !problem.kind.loses_text())
}

/// The range of a block scalar, from the indentation of its first line.
fn block_lines(outer: &SourceFile, node: &Node) -> Option<Range<usize>> {
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.style == ScalarStyle::Block => {}
        NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => return None,
    }
    let Range { start, end } = node.span.range();
    let before = outer.text.get(..start)?;
    Some(before.trim_end_matches(' ').len()..end)
}

/// True if both texts have the same lines, regardless of indentation and empty lines.
fn has_same_lines(written: Option<&str>, text: &str) -> bool {
    fn lines(text: &str) -> impl Iterator<Item = &str> {
        text.lines().map(str::trim).filter(|line| !line.is_empty())
    }
    written.is_some_and(|written| lines(written).eq(lines(text)))
}

/// Parses a part of a file without the shared cache, because no other deployment needs it.
fn read_apart(file: FileId, text: &SourceFile, part: Range<usize>) -> TemplateFile {
    TemplateFile { file, reading: Arc::new(TemplateReading::of_part(file, text, part)) }
}

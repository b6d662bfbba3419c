//! Replaces the variables of a service, or the includes of an org-formation template, by their values, as far as the tree
//! determines them.
//!
//! A variable whose value is in the tree becomes an alias of the node that it refers to, so that a finding can point
//! there. The value of one that depends on the stage is kept for the evaluation.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::merge::is_null;
use super::reasons::{refusal, refused, replaced, unread_include};
use super::syntax::{Source, TextPart, has_variable, parts, segments, sources};
use super::texts::StagedTexts;
use super::values::{MAX_STAGES, concat, entry, entry_or_null, literal, with_scalar};
use crate::formats::cloudformation::language::{ResolvedValue, StagedValue, scalar_text};
use crate::formats::cloudformation::project::files::{LocalPath, TemplateFiles};
use crate::formats::cloudformation::project::needles::INCLUDE_TAG;
use crate::formats::cloudformation::steps;
use crate::source::{FileId, Span, normalize};
use crate::syntax::node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarStyle, Tag};
use crate::syntax::{MAX_DEPTH, MAX_NODES};
use crate::value::{HopKind, Reason, cut};

use ResolvedValue::{Found, Missing, Stage, Unknown};

/// The advice for an included file that isn't read.
pub(in super::super) const INCLUDE_ADVICE: &str =
    "check a directory that has the template and the files that it includes";

/// The extensions of files that hold code, which isn't executed.
const CODE: [&str; 6] = ["js", "cjs", "mjs", "ts", "cts", "mts"];

/// The notation of the values that are replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Notation {
    /// `${source:name}` in texts.
    Variables,
    /// `!Include path`.
    Includes,
}

/// Replaces the variables of one service.
pub(super) struct Resolver<'a> {
    pub(super) files: &'a TemplateFiles<'a>,
    /// The file of the service; paths are relative to its directory.
    file: FileId,
    root: Arc<Node>,
    notation: Notation,
    /// The nodes to which variables refer, with all variables in them replaced; `None` while a node is being resolved.
    trees: RefCell<HashMap<Span, Option<Arc<Node>>>>,
    /// The values of scalars with variables; `None` while a value is being determined.
    values: RefCell<HashMap<Span, Option<Rc<StagedValue>>>>,
    /// The scalars whose value refers to themselves.
    circular: RefCell<HashSet<Span>>,
    /// The depth of nodes and variables around the one that is being resolved.
    level: Cell<usize>,
    /// The number of nodes that variables have added.
    added: Cell<usize>,
    /// The values of scalars that aren't replaced, because they depend on the stage or are unknown.
    pub(super) staged: RefCell<StagedTexts>,
    /// The steps from scalars that are replaced to their values.
    pub(super) steps: RefCell<HashMap<Span, HopKind>>,
}

impl<'a> Resolver<'a> {
    /// Creates a resolver for the service or the template with this root.
    pub(super) fn new(files: &'a TemplateFiles<'a>, file: FileId, root: Arc<Node>, notation: Notation) -> Self {
        Self {
            files,
            file,
            root,
            notation,
            trees: RefCell::default(),
            values: RefCell::default(),
            circular: RefCell::default(),
            level: Cell::new(0),
            added: Cell::new(0),
            staged: RefCell::default(),
            steps: RefCell::default(),
        }
    }

    /// The node with all variables in it replaced, except those that depend on the stage or are unknown.
    pub(super) fn tree(&self, node: &Arc<Node>) -> Arc<Node> {
        if self.level.get() >= MAX_DEPTH {
            return self.unreplaced(node, Unknown(self.over_limit()).into());
        }
        self.level.set(self.level.get().saturating_add(1));
        let resolved = match &node.kind {
            NodeKind::Scalar(_) if self.is_variable(node) => self.scalar(node),
            NodeKind::Scalar(_) => Arc::clone(node),
            NodeKind::Alias(target) => {
                let inner = self.tree(target);
                let is_same = Arc::ptr_eq(&inner, target);
                like(node, (!is_same).then_some(NodeKind::Alias(inner)))
            }
            NodeKind::Sequence(items) => {
                let inner: Vec<Arc<Node>> = items.iter().map(|item| self.tree(item)).collect();
                let is_same = items.iter().zip(&inner).all(|(item, inner)| Arc::ptr_eq(item, inner));
                like(node, (!is_same).then_some(NodeKind::Sequence(inner)))
            }
            NodeKind::Mapping(mapping) => self.mapping(node, mapping),
        };
        self.level.set(self.level.get().saturating_sub(1));
        resolved
    }

    fn mapping(&self, node: &Arc<Node>, mapping: &Mapping) -> Arc<Node> {
        let entry = |entry: &Entry| Entry { key: Arc::clone(&entry.key), value: self.tree(&entry.value) };
        let entries: Vec<Entry> = mapping.entries.iter().map(entry).collect();
        let merged: Vec<Arc<Node>> = mapping.merged.iter().map(|merged| self.tree(merged)).collect();
        let mut old = mapping.entries.iter().map(|entry| &entry.value).chain(&mapping.merged);
        let is_same = entries
            .iter()
            .map(|entry| &entry.value)
            .chain(&merged)
            .all(|new| old.next().is_some_and(|old| Arc::ptr_eq(old, new)));
        like(node, (!is_same).then_some(NodeKind::Mapping(Mapping { entries, merged })))
    }

    /// Replaces a scalar with variables by an alias of its value; a scalar whose value isn't known stays.
    fn scalar(&self, node: &Arc<Node>) -> Arc<Node> {
        let value = self.value_of(node);
        let (true, Found(target, step)) = (value.rows.is_empty(), &value.other) else {
            let is_missing = value.rows.is_empty() && matches!(value.other, Missing);
            let value = if is_missing { Unknown(refused(node)).into() } else { (*value).clone() };
            return self.unreplaced(node, value);
        };
        if let (Notation::Variables, Some(_), Some(text)) = (self.notation, &node.tag, target.as_text()) {
            // The text is the argument of a function.
            let kind = NodeKind::Scalar(Scalar { text: text.to_owned(), style: ScalarStyle::Quoted });
            return like(node, Some(kind));
        }
        let Some(step) = step else { return Arc::clone(target) };
        let (depth, size) = if self.added.get() < MAX_NODES { measure(target, MAX_DEPTH) } else { (0, MAX_NODES) };
        let added = self.added.get().saturating_add(size);
        self.added.set(added);
        if self.level.get().saturating_add(depth) > MAX_DEPTH || added > MAX_NODES {
            return self.unreplaced(node, Unknown(self.over_limit()).into());
        }
        let span = self.place(node);
        self.steps.borrow_mut().insert(span, step.clone());
        Arc::new(Node { span, tag: None, kind: NodeKind::Alias(Arc::clone(target)) })
    }

    /// The node of a value that isn't replaced, whose value the evaluation looks up. An include becomes a text.
    fn unreplaced(&self, node: &Arc<Node>, value: StagedValue) -> Arc<Node> {
        let kept = match (self.notation, node.as_text()) {
            (Notation::Includes, Some(path)) if self.is_variable(node) => {
                literal(&format!("${{file({path})}}"), ScalarStyle::Plain, self.place(node))
            }
            _ => Arc::clone(node),
        };
        self.staged.borrow_mut().insert(&kept, Rc::new(value));
        kept
    }

    /// The place of a value that is replaced.
    fn place(&self, node: &Node) -> Span {
        match self.notation {
            Notation::Variables => node.span,
            Notation::Includes => node.whole(),
        }
    }

    /// True if a scalar is replaced.
    fn is_variable(&self, node: &Node) -> bool {
        match self.notation {
            Notation::Variables => node.as_text().is_some_and(has_variable),
            Notation::Includes => {
                node.tag.as_ref().is_some_and(|tag| tag.name == INCLUDE_TAG) && node.as_text().is_some()
            }
        }
    }

    fn cycle(&self, node: &Node) -> Reason {
        let text = node.as_text().unwrap_or("self");
        match self.notation {
            Notation::Variables => Reason::Cycle { reference: cut(text) },
            Notation::Includes => unread_include(text, "includes itself", "remove the include that leads to itself"),
        }
    }

    fn over_limit(&self) -> Reason {
        let limit = match self.notation {
            Notation::Variables => "variables that refer to each other",
            Notation::Includes => "files that include each other",
        };
        Reason::OverLimit { limit }
    }

    /// The value of a scalar with variables.
    fn value_of(&self, node: &Arc<Node>) -> Rc<StagedValue> {
        let known = self.values.borrow().get(&node.span).cloned();
        match known {
            Some(Some(value)) => return value,
            Some(None) => {
                self.circular.borrow_mut().insert(node.span);
                return Rc::new(Unknown(self.cycle(node)).into());
            }
            None => {}
        }
        self.values.borrow_mut().insert(node.span, None);
        let text = node.as_text().unwrap_or_default();
        let mut value = match self.notation {
            Notation::Variables => self.text(text, node.span),
            Notation::Includes => self.include(text, node.span.file),
        };
        if self.circular.borrow().contains(&node.span) {
            value = Unknown(self.cycle(node)).into();
        }
        if value.rows.len() > MAX_STAGES {
            value = Unknown(Reason::OverLimit { limit: "the stages of a variable" }).into();
        }
        let value = Rc::new(value);
        self.values.borrow_mut().insert(node.span, Some(Rc::clone(&value)));
        value
    }

    /// The value of a text: that of its only variable, or the text with the values of all of them.
    fn text(&self, text: &str, span: Span) -> StagedValue {
        if self.level.get() >= MAX_DEPTH {
            return Unknown(self.over_limit()).into();
        }
        self.level.set(self.level.get().saturating_add(1));
        let parts = parts(text);
        let value = match parts.as_slice() {
            [TextPart::Variable(variable)] => self.variable(variable, span),
            _ => self.joined(&parts, text, span),
        };
        self.level.set(self.level.get().saturating_sub(1));
        value
    }

    fn joined(&self, parts: &[TextPart<'_>], whole: &str, span: Span) -> StagedValue {
        let mut joined: StagedValue = Found(literal("", ScalarStyle::Quoted, span), None).into();
        for part in parts {
            let value = match part {
                TextPart::Literal(text) => Found(literal(text, ScalarStyle::Quoted, span), None).into(),
                TextPart::Variable(variable) => self.variable(variable, span),
            };
            joined =
                joined.and_then(|before| value.clone().and_then(|part| concat(&before, &part, whole, span).into()));
        }
        joined
    }

    /// The value of a variable: that of its first source with a value.
    fn variable(&self, variable: &str, span: Span) -> StagedValue {
        let uses_fallbacks = self.files.context.options.uses_defaults();
        let mut value: StagedValue = Missing.into();
        for (index, source) in sources(variable).iter().enumerate() {
            let next = match source {
                // The framework doesn't accept the name of a source that is a variable.
                Source::Nested(_) if index == 0 => Unknown(replaced(variable)).into(),
                source => self.source(source, variable, span),
            };
            value = value.and_then(|known| match known {
                Missing => next.clone(),
                Unknown(why) if uses_fallbacks => next.clone().and_then(|next| match next {
                    Missing => Unknown(why.clone()).into(),
                    Unknown(_) => Unknown(why.clone()).into(),
                    next => next.into(),
                }),
                known => known.into(),
            });
        }
        value
    }

    fn source(&self, source: &Source<'_>, variable: &str, span: Span) -> StagedValue {
        match *source {
            Source::Text(text) => Found(literal(text, ScalarStyle::Quoted, span), None).into(),
            Source::Literal(text) => Found(literal(text, ScalarStyle::Plain, span), None).into(),
            Source::Nested(text) => self.text(text, span),
            Source::Named { name: "sls" | "opt", parameters: None, key: Some("stage") }
            | Source::Named { name: "self", parameters: None, key: Some("provider.stage") } => Stage(span).into(),
            Source::Named { name: "self", parameters: None, key: Some(path) } => {
                let step = steps::SELF_VARIABLE.of(path);
                self.walk(Arc::clone(&self.root), path, &step, span)
            }
            Source::Named { name: "param", parameters: None, key: Some(name) } => self.param(name, variable),
            Source::Named { name: "file", parameters: Some(path), key } => {
                self.value_in_file(path, key, variable, span)
            }
            Source::Named { name: "strToBool", parameters: Some(text), key: None } => {
                self.boolean(text, variable, span)
            }
            Source::Named { name: "env", parameters: None, key: Some(name) } => self.environment(name, variable, span),
            Source::Named { .. } => Unknown(replaced(variable)).into(),
        }
    }

    /// The value at a path below a node. The keys in the path may be variables.
    fn walk(&self, from: Arc<Node>, path: &str, step: &HopKind, span: Span) -> StagedValue {
        let mut value: StagedValue = Found(from, None).into();
        for segment in segments(path) {
            let key = match has_variable(segment) {
                true => self.text(segment, span),
                false => Found(literal(segment, ScalarStyle::Quoted, span), None).into(),
            };
            value = value.and_then(|node| match node {
                Found(node, _) => key.clone().and_then(|key| self.below(&node, &key)),
                other => other.into(),
            });
        }
        value.and_then(|found| match found {
            Found(node, _) => self.finish(&node, step),
            other => other.into(),
        })
    }

    /// The value of a key, which may be the name of the stage, or several keys with dots between them.
    fn below(&self, node: &Arc<Node>, key: &ResolvedValue) -> StagedValue {
        match key {
            Found(key, _) => {
                let key = scalar_text(key).unwrap_or_default();
                let mut value: StagedValue = Found(Arc::clone(node), None).into();
                for part in key.split('.') {
                    value = value.and_then(|node| match node {
                        Found(node, _) => self.expanded(&node).and_then(|node| match node {
                            Found(node, _) => entry(&node, part).into(),
                            other => other.into(),
                        }),
                        other => other.into(),
                    });
                }
                value
            }
            Stage(_) => self.expanded(node).and_then(|node| {
                let Found(node, _) = node else { return node.into() };
                let entries = node.as_mapping().into_iter().flat_map(|mapping| &mapping.entries);
                let rows =
                    entries.filter_map(|entry| Some((scalar_text(&entry.key)?, Found(entry.value.clone(), None))));
                StagedValue { rows: rows.collect(), other: Missing }
            }),
            other => other.clone().into(),
        }
    }

    /// The node, or the value of the variable that it consists of.
    fn expanded(&self, node: &Arc<Node>) -> StagedValue {
        match &node.kind {
            NodeKind::Alias(target) => self.expanded(target),
            NodeKind::Scalar(_) if self.is_variable(node) => (*self.value_of(node)).clone(),
            NodeKind::Scalar(_) | NodeKind::Sequence(_) | NodeKind::Mapping(_) => Found(Arc::clone(node), None).into(),
        }
    }

    /// The value of a node to which a variable refers, with the variables in it replaced.
    fn finish(&self, node: &Arc<Node>, step: &HopKind) -> StagedValue {
        if is_null(node) {
            return Missing.into();
        }
        if self.is_variable(node.target()) {
            let value = self.expanded(node);
            return match (value.rows.is_empty(), &value.other) {
                (true, Found(..)) => Found(self.tree(node), Some(step.clone())).into(),
                _ => value,
            };
        }
        let known = self.trees.borrow().get(&node.span).cloned();
        match known {
            Some(Some(tree)) => return Found(tree, Some(step.clone())).into(),
            Some(None) => return Unknown(self.cycle(node)).into(),
            None => {}
        }
        self.trees.borrow_mut().insert(node.span, None);
        let tree = self.tree(node);
        self.trees.borrow_mut().insert(node.span, Some(Arc::clone(&tree)));
        Found(tree, Some(step.clone())).into()
    }

    /// The value of a parameter of the framework in each stage.
    fn param(&self, name: &str, variable: &str) -> StagedValue {
        const DEFAULT: &str = "default";
        if has_variable(name) {
            return Unknown(replaced(variable)).into();
        }
        let step = steps::SERVICE_PARAM.of(name);
        let sections = ["stages", "params"].into_iter().filter_map(|section| self.known_entry(&self.root, section));
        let mut stages: Vec<String> = Vec::new();
        for section in sections {
            let entries = section.as_mapping().into_iter().flat_map(|mapping| &mapping.entries);
            stages.extend(entries.filter_map(|entry| scalar_text(&entry.key)));
        }
        stages.sort_unstable();
        stages.dedup();
        let at = |stage: &str| {
            let rows = [vec!["stages", stage, "params", name], vec!["params", stage, name]];
            rows.into_iter().find_map(|path| {
                let mut keys = path.into_iter();
                let node = keys.try_fold(Arc::clone(&self.root), |node, key| self.known_entry(&node, key))?;
                Some(Found(node, None))
            })
        };
        let finish = |value: ResolvedValue| match value {
            Found(node, _) => self.finish(&node, &step),
            other => other.into(),
        };
        let other = at(DEFAULT);
        let named = stages.into_iter().filter(|stage| stage != DEFAULT);
        let rows: Vec<(String, ResolvedValue)> = named.filter_map(|stage| Some((stage.clone(), at(&stage)?))).collect();
        if rows.is_empty() && other.is_none() {
            // The dashboard or an option may set it.
            return Unknown(replaced(variable)).into();
        }
        StagedValue { rows, other: other.unwrap_or(Missing) }.and_then(finish)
    }

    /// The value of a key in a mapping that doesn't depend on the stage. It may be null.
    fn known_entry(&self, node: &Arc<Node>, key: &str) -> Option<Arc<Node>> {
        let value = self.expanded(node);
        match (value.rows.is_empty(), &value.other) {
            (true, Found(node, _)) => entry_or_null(node, key),
            _ => None,
        }
    }

    fn value_in_file(&self, path: &str, key: Option<&str>, variable: &str, span: Span) -> StagedValue {
        let name = match key {
            Some(key) => format!("{path}):{key}"),
            None => format!("{path})"),
        };
        let step = steps::FILE_VARIABLE.of(name);
        let path = self.staged_paths(path.trim(), span).unwrap_or_else(|| self.text(path.trim(), span));
        path.and_then(|path| match path {
            Found(path, _) => {
                match self.file(self.file, &scalar_text(&path).unwrap_or_default(), &replaced(variable)) {
                    Found(root, _) => match key {
                        Some(key) => self.walk(root, key, &step, span),
                        None => self.finish(&root, &step),
                    },
                    other => other.into(),
                }
            }
            Missing => Missing.into(),
            Stage(_) | Unknown(_) => Unknown(replaced(variable)).into(),
        })
    }

    /// The paths of the files, or of the directories on the way to them, that are in the tree for a stage. `None` if the path
    /// doesn't have the stage in one of its segments.
    fn staged_paths(&self, path: &str, span: Span) -> Option<StagedValue> {
        const MARK: &str = "\0";
        let mut pattern = String::new();
        for part in parts(path) {
            let value = match part {
                TextPart::Literal(text) => Found(literal(text, ScalarStyle::Quoted, span), None).into(),
                TextPart::Variable(variable) => self.variable(variable, span),
            };
            match (value.rows.is_empty(), &value.other) {
                (true, Found(text, _)) => pattern.push_str(&scalar_text(text)?),
                (true, Stage(_)) => pattern.push_str(MARK),
                _ => return None,
            }
        }
        let (before, after) = pattern.split_once(MARK)?;
        let (directory, prefix) = before.rsplit_once('/').unwrap_or((".", before));
        let (suffix, rest) = after.split_once('/').map_or((after, None), |(suffix, rest)| (suffix, Some(rest)));
        if suffix.contains(MARK) || directory.starts_with('~') {
            return None;
        }
        let (fs, sources) = (self.files.context.fs, self.files.context.sources);
        let directory = normalize(&sources.file(self.file).directory().join(directory));
        if !sources.may_read(&directory) {
            return None;
        }
        let found = if rest.is_some() { fs.directories(&directory) } else { fs.list(&directory) };
        let mut rows = Vec::new();
        for name in found.ok()?.iter().filter_map(|path| path.file_name()?.to_str()) {
            let stage = name.strip_prefix(prefix).and_then(|name| name.strip_suffix(suffix));
            if let Some(stage) = stage.filter(|stage| !stage.is_empty()) {
                let path = literal(&pattern.replace(MARK, stage), ScalarStyle::Quoted, span);
                rows.push((stage.to_owned(), Found(path, None)));
            }
        }
        // The files of other stages may be generated.
        let other = Unknown(replaced(&format!("file({path})")));
        (!rows.is_empty()).then_some(StagedValue { rows, other })
    }

    /// The document that an include in a file refers to.
    fn include(&self, path: &str, from: FileId) -> StagedValue {
        if self.level.get() >= MAX_DEPTH {
            return Unknown(self.over_limit()).into();
        }
        self.level.set(self.level.get().saturating_add(1));
        let unread = unread_include(path, "isn't a YAML or JSON file in the checked tree", INCLUDE_ADVICE);
        let value = match self.file(from, path, &unread) {
            Found(root, _) => self.finish(&root, &steps::INCLUDED_FILE.of(path)),
            other => other.into(),
        };
        self.level.set(self.level.get().saturating_sub(1));
        value.and_then(|value| match value {
            Missing => Unknown(unread_include(path, "isn't here, or is empty", INCLUDE_ADVICE)).into(),
            other => other.into(),
        })
    }

    /// The document in a file, which a path in the file `from` refers to. `unread` is the reason if it isn't read.
    fn file(&self, from: FileId, path: &str, unread: &Reason) -> ResolvedValue {
        let extension = Path::new(path).extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let is_data = ["yml", "yaml", "json"].contains(&extension.as_str());
        let sources = self.files.context.sources;
        let place = normalize(&sources.file(from).directory().join(path));
        if CODE.contains(&extension.as_str()) || !is_data || path.starts_with('~') || !sources.may_read(&place) {
            return Unknown(unread.clone());
        }
        let file = match self.files.find(from, path) {
            LocalPath::File(file) => file,
            LocalPath::Missing => return Missing,
            LocalPath::Remote => return Unknown(unread.clone()),
        };
        let document = self.files.document(file);
        if file != self.file {
            self.files.note_included(file);
        }
        match document.tree.documents.first() {
            Some(root) if document.tree.problems.iter().all(|problem| !problem.kind.loses_text()) => {
                Found(Arc::clone(root), None)
            }
            _ => Unknown(Reason::NotHere {
                part: format!("the file `{}`", cut(path)),
                name: path.to_owned(),
                help: "fix the file so that it can be read".to_owned(),
            }),
        }
    }

    /// `strToBool(…)`: the boolean has the place of the text.
    fn boolean(&self, text: &str, variable: &str, span: Span) -> StagedValue {
        self.text(text.trim(), span).and_then(|value| match value {
            Found(node, step) => {
                let text = scalar_text(&node).unwrap_or_default().trim().to_ascii_lowercase();
                let boolean = match text.as_str() {
                    "true" | "1" => "true",
                    "false" | "0" => "false",
                    _ => return Unknown(refusal(&format!("${{{variable}}}"))).into(),
                };
                Found(with_scalar(&node, boolean), step).into()
            }
            Missing => Missing.into(),
            Stage(_) | Unknown(_) => Unknown(replaced(variable)).into(),
        })
    }

    fn environment(&self, name: &str, variable: &str, span: Span) -> StagedValue {
        let options = self.files.context.options;
        match (options.has_environment(), options.environment_variable(name)) {
            (_, Some(value)) => Found(literal(value, ScalarStyle::Quoted, span), None).into(),
            (true, None) => Missing.into(),
            (false, None) => Unknown(replaced(variable)).into(),
        }
    }
}

/// True for a variable whose value is in a file of code.
pub(super) fn is_code(text: &str) -> bool {
    let parts = parts(text);
    let [TextPart::Variable(variable)] = parts.as_slice() else { return false };
    match sources(variable).first() {
        Some(Source::Named { name: "file", parameters: Some(path), .. }) => {
            let extension =
                Path::new(path.trim()).extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
            CODE.contains(&extension.as_str())
        }
        _ => false,
    }
}

/// A node with new content, if there is any.
fn like(node: &Arc<Node>, kind: Option<NodeKind>) -> Arc<Node> {
    let Some(kind) = kind else { return Arc::clone(node) };
    let tag = node.tag.as_ref().map(|tag| Tag { name: tag.name.clone(), span: tag.span });
    Arc::new(Node { span: node.span, tag, kind })
}

/// The depth and the number of nodes below a node, up to a depth.
pub(super) fn measure(node: &Node, levels: usize) -> (usize, usize) {
    let Some(levels) = levels.checked_sub(1) else { return (MAX_DEPTH, MAX_NODES) };
    let (mut depth, mut size) = (0_usize, 1_usize);
    let mut add = |node: &Node| {
        let (below, inner) = measure(node, levels);
        depth = depth.max(below.saturating_add(1));
        size = size.saturating_add(inner);
    };
    match &node.target().kind {
        NodeKind::Scalar(_) | NodeKind::Alias(_) => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| add(item)),
        NodeKind::Mapping(mapping) => {
            mapping.entries.iter().map(|entry| &entry.value).chain(&mapping.merged).for_each(|node| add(node));
        }
    }
    (depth, size)
}

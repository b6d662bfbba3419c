//! Combines the templates that a service deploys to its stages.
//!
//! A variable may stand for a whole part of the template, such as a list item or an extension. The parts are merged in
//! each stage separately, and a value that differs between the results depends on the stage.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::merge::{Level, StageMerge, by_key, clouded, container, scalar_at};
use super::reasons::refusal;
use super::resolver::is_code;
use super::texts::StagedTexts;
use crate::formats::cloudformation::language::{ResolvedValue, StagedValue, kind_of};
use crate::formats::cloudformation::project::includes::mapping_node;
use crate::source::Span;
use crate::syntax::MAX_NODES;
use crate::syntax::node::{Entry, Mapping, Node};
use crate::value::Reason;

/// The number of stages for which the template of a service is merged.
const MAX_STAGES: usize = 256;

/// The number of nodes in the templates of all stages.
const MAX_SIZE: usize = 4 * MAX_NODES;

/// The text of a value that differs between stages.
const STAGE: &str = "${sls:stage}";

/// The templates of a service in its stages.
pub(super) struct StagedTemplate<'r> {
    staged: &'r RefCell<StagedTexts>,
    /// The stages to which the service can be deployed; `None` for those that aren't named.
    stages: Vec<Option<String>>,
    /// The unknown parts that may have more resources.
    pub(super) open: Vec<Arc<Node>>,
    /// The unknown parts of `extensions`.
    pub(super) extensions: Vec<Arc<Node>>,
    noted: HashSet<Span>,
    /// The resources that aren't combined, with their names.
    pub(super) different: Vec<(Arc<Node>, Arc<Node>)>,
}

impl<'r> StagedTemplate<'r> {
    /// Merges the items of `resources` in each stage, and combines the results. `size` is the number of nodes in them.
    pub(super) fn of(staged: &'r RefCell<StagedTexts>, items: &[Arc<Node>], size: usize) -> (Option<Arc<Node>>, Self) {
        let mut template = Self {
            staged,
            stages: Vec::new(),
            open: Vec::new(),
            extensions: Vec::new(),
            noted: HashSet::new(),
            different: Vec::new(),
        };
        let mut stages: Vec<Option<String>> = staged.borrow().stages().into_iter().map(Some).collect();
        stages.push(None);
        if stages.len() > 1 && (stages.len() > MAX_STAGES || stages.len().saturating_mul(size) > MAX_SIZE) {
            let limit = Reason::OverLimit { limit: "the stages of a service" };
            return (template.refused(items, limit), template);
        }
        let mut trees = Vec::new();
        for stage in stages {
            let merge = StageMerge { staged, stage: stage.as_deref(), is_refused: Cell::new(false) };
            let tree = merged(&merge, items);
            if merge.is_refused.get() {
                continue;
            }
            template.note_unread(&merge, items);
            if tree.is_some() {
                trees.push(tree);
                template.stages.push(stage);
            }
        }
        if trees.is_empty() && !items.is_empty() {
            return (template.refused(items, refusal("resources")), template);
        }
        (template.template(&trees), template)
    }

    /// Notes the items and the extensions that are unknown in a stage.
    fn note_unread(&mut self, merge: &StageMerge<'_>, items: &[Arc<Node>]) {
        for item in items {
            let part = merge.outline(item, Level::Template);
            if merge.is_open(&part) {
                self.note_open(item);
            }
            self.note_extensions(merge, &part);
        }
    }

    /// The known items of the template, with all properties unknown.
    fn refused(&mut self, items: &[Arc<Node>], why: Reason) -> Option<Arc<Node>> {
        let (known, open): (Vec<_>, Vec<_>) = items.iter().cloned().partition(|item| container(item).is_some());
        open.iter().for_each(|item| self.note_open(item));
        let merge = StageMerge { staged: self.staged, stage: None, is_refused: Cell::new(false) };
        let merged = merge.finished(&merge.merged(&known, Level::Template)?);
        let open = self.note(&merged, ResolvedValue::Unknown(why).into());
        Some(clouded(&merged, &open, Level::Template))
    }

    fn note_open(&mut self, node: &Arc<Node>) {
        if self.noted.insert(node.span) {
            self.open.push(Arc::clone(node));
        }
    }

    fn note_extensions(&mut self, merge: &StageMerge<'_>, item: &Node) {
        let Some(extensions) = container(item).and_then(|item| item.get("extensions")) else { return };
        let inner = extensions.value.as_mapping().into_iter().flat_map(|extensions| &extensions.entries);
        let mut all = vec![&extensions.value];
        for entry in inner {
            all.push(&entry.value);
            all.extend(entry.value.as_mapping().and_then(|one| one.get("Properties")).map(|entry| &entry.value));
        }
        for node in all {
            if merge.is_open(&merge.known(node)) && self.noted.insert(node.span) {
                self.extensions.push(Arc::clone(node));
            }
        }
    }

    fn is_open(&self, node: &Node) -> bool {
        self.staged.borrow().of_open(node).is_some()
    }

    fn template(&mut self, trees: &[Option<Arc<Node>>]) -> Option<Arc<Node>> {
        let place = match same(trees) {
            Some(same) => return Some(same),
            None => first_mapping(trees)?,
        };
        let mut entries = Vec::new();
        for (key, sections) in by_key(trees) {
            let value = match key.as_text() {
                Some("Resources") => self.resources(&self.with_open(trees, sections)),
                _ => self.combined(&key, &sections),
            };
            entries.extend(value.map(|value| Entry { key, value }));
        }
        Some(mapping_node(&place, Mapping { entries, merged: Vec::new() }))
    }

    /// The section `Resources`.
    fn resources(&mut self, columns: &[Option<Arc<Node>>]) -> Option<Arc<Node>> {
        if let Some(same) = same(columns) {
            return Some(same);
        }
        let Some(place) = first_mapping(columns) else { return columns.iter().flatten().next().cloned() };
        for column in columns.iter().flatten() {
            if self.is_open(column) {
                self.note_open(column);
            }
        }
        let mut entries = Vec::new();
        for (key, resources) in by_key(columns) {
            let value = self.resource(&key, &self.with_open(columns, resources));
            entries.extend(value.map(|value| Entry { key, value }));
        }
        Some(mapping_node(&place, Mapping { entries, merged: Vec::new() }))
    }

    /// A resource, which may exist in some stages only. Resources of different types aren't combined.
    fn resource(&mut self, key: &Arc<Node>, columns: &[Option<Arc<Node>>]) -> Option<Arc<Node>> {
        if let Some(same) = same(columns) {
            return Some(same);
        }
        let Some(place) = first_mapping(columns) else { return columns.iter().flatten().next().cloned() };
        let mut mappings = columns.iter().flatten().filter(|column| column.as_mapping().is_some());
        let kind = kind_of(&place);
        if !mappings.all(|column| kind_of(column) == kind) {
            self.different.extend(columns.iter().flatten().map(|column| (Arc::clone(key), Arc::clone(column))));
            return None;
        }
        let (mut entries, mut conditions) = (Vec::new(), vec![None; columns.len()]);
        let mut properties = (scalar_at(&place, "Properties"), vec![None; columns.len()]);
        for (name, values) in by_key(columns) {
            match name.as_text() {
                Some("Properties") => properties = (name, values),
                Some("Condition") => conditions = values,
                _ => {
                    let value = values.into_iter().flatten().next();
                    entries.extend(value.map(|value| Entry { key: name, value }));
                }
            }
        }
        let (name, values) = properties;
        let value = self.properties(&name, &self.with_open(columns, values));
        entries.extend(value.map(|value| Entry { key: name, value }));
        if let Some(value) = self.condition(key, columns, &conditions) {
            entries.push(Entry { key: scalar_at(key, "Condition"), value });
        }
        Some(mapping_node(&place, Mapping { entries, merged: Vec::new() }))
    }

    fn properties(&mut self, key: &Arc<Node>, columns: &[Option<Arc<Node>>]) -> Option<Arc<Node>> {
        if let Some(same) = same(columns) {
            return Some(same);
        }
        columns.iter().flatten().next()?;
        let is_read = columns.iter().flatten().all(|column| container(column).is_some());
        let Some(place) = first_mapping(columns).filter(|_| is_read) else {
            let none = mapping_node(key, Mapping::default());
            let value = |column: &Option<Arc<Node>>| column.clone().unwrap_or_else(|| Arc::clone(&none));
            return Some(self.choice(key, columns.iter().map(value).collect()));
        };
        let mut entries = Vec::new();
        for (name, values) in by_key(columns) {
            let value = same(&values).unwrap_or_else(|| self.value(&name, &values));
            entries.push(Entry { key: name, value });
        }
        Some(mapping_node(&place, Mapping { entries, merged: Vec::new() }))
    }

    /// The condition of a resource that exists in some stages only, or that has different conditions.
    fn condition(
        &mut self,
        key: &Arc<Node>,
        columns: &[Option<Arc<Node>>],
        conditions: &[Option<Arc<Node>>],
    ) -> Option<Arc<Node>> {
        let exists_in_all = columns.iter().all(|column| column.as_ref().is_some_and(|it| it.as_mapping().is_some()));
        if exists_in_all && conditions.iter().all(Option::is_none) {
            return None;
        }
        if let Some(same) = same(conditions).filter(|_| exists_in_all) {
            return Some(same);
        }
        let mut values = Vec::new();
        for (column, condition) in columns.iter().zip(conditions) {
            values.push(match (column, condition) {
                (None, _) => scalar_at(key, "false"),
                (Some(column), _) if self.is_open(column) => Arc::clone(column),
                (Some(_), Some(condition)) => Arc::clone(condition),
                (Some(_), None) => scalar_at(key, "true"),
            });
        }
        Some(self.choice(key, values))
    }

    /// A value outside of the resources. A part of it that is missing in a stage isn't used there. Recursion is bounded
    /// by the depth limit of the parsers.
    fn combined(&mut self, key: &Arc<Node>, columns: &[Option<Arc<Node>>]) -> Option<Arc<Node>> {
        let mut present = columns.iter().flatten();
        let first = present.next()?;
        if present.all(|other| Arc::ptr_eq(first, other)) {
            return Some(Arc::clone(first));
        }
        if !columns.iter().flatten().all(|column| container(column).is_some()) {
            return Some(self.value(key, columns));
        }
        let mut entries = Vec::new();
        for (name, values) in by_key(columns) {
            let value = self.combined(&name, &values);
            entries.extend(value.map(|value| Entry { key: name, value }));
        }
        Some(mapping_node(first, Mapping { entries, merged: Vec::new() }))
    }

    /// A value that is null in the stages where nothing sets it.
    fn value(&self, key: &Arc<Node>, columns: &[Option<Arc<Node>>]) -> Arc<Node> {
        let none = scalar_at(key, "null");
        let value = |column: &Option<Arc<Node>>| column.clone().unwrap_or_else(|| Arc::clone(&none));
        self.choice(key, columns.iter().map(value).collect())
    }

    /// A scalar with a value for each stage, in the place of a key, whose place no other value has.
    fn choice(&self, key: &Arc<Node>, values: Vec<Arc<Node>>) -> Arc<Node> {
        let other = self.stages.iter().zip(&values).find(|(stage, _)| stage.is_none()).map(|(_, value)| value);
        let mut rows = Vec::new();
        for (stage, value) in self.stages.iter().zip(&values) {
            let is_other = other.is_some_and(|other| Arc::ptr_eq(other, value));
            if let Some(stage) = stage.as_ref().filter(|_| !is_other) {
                rows.push((stage.clone(), ResolvedValue::Found(Arc::clone(value), None)));
            }
        }
        let other = other.map_or(ResolvedValue::Missing, |other| ResolvedValue::Found(Arc::clone(other), None));
        self.note(key, StagedValue { rows, other })
    }

    /// A scalar with this value.
    fn note(&self, place: &Node, value: StagedValue) -> Arc<Node> {
        let mut staged = self.staged.borrow_mut();
        let mut node = scalar_at(place, STAGE);
        if staged.of_open(&node).is_some() {
            // Anchors and variables may lead to one place several times.
            node = scalar_at(place, &format!("{STAGE} ({})", staged.len()));
        }
        staged.insert(&node, Rc::new(value));
        node
    }

    /// The columns, with the unknown parts of the surrounding ones.
    fn with_open(&self, around: &[Option<Arc<Node>>], columns: Vec<Option<Arc<Node>>>) -> Vec<Option<Arc<Node>>> {
        let open = around.iter().map(|column| column.clone().filter(|column| self.is_open(column)));
        open.zip(columns).map(|(open, column)| open.or(column)).collect()
    }
}

/// The template in one stage.
fn merged(merge: &StageMerge<'_>, items: &[Arc<Node>]) -> Option<Arc<Node>> {
    let mut parts = Vec::new();
    for item in items {
        let part = merge.outline(item, Level::Template);
        // The resources in a file of code are a part that isn't read, beside the others.
        let is_unknown = merge.is_open(&part) && !part.as_text().is_some_and(is_code);
        if container(&part).is_some() || is_unknown {
            parts.push(part);
        }
    }
    let merged = merge.merged(&parts, Level::Template)?;
    Some(merge.finished(&merged))
}

/// The node, if it is the same in all columns.
fn same(columns: &[Option<Arc<Node>>]) -> Option<Arc<Node>> {
    let first = columns.first()?.as_ref()?;
    let is_same = columns.iter().all(|column| column.as_ref().is_some_and(|column| Arc::ptr_eq(column, first)));
    is_same.then(|| Arc::clone(first))
}

fn first_mapping(columns: &[Option<Arc<Node>>]) -> Option<Arc<Node>> {
    columns.iter().flatten().find(|column| container(column).is_some()).cloned()
}

//! Searches a template and its nested stacks for the entries that may create a trail or a related resource.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::deployment::render_advice;
use super::exports;
use super::library::Export;
use super::macros;
use super::scope::{TemplateEvaluator, TemplateScope};
use super::stacks::{MAX_DEPTH, StackTemplate, created, is_stack};
use super::template::{Template, holds_type};
use crate::formats::cloudformation::language::{Lookup, LoopNames, Member, TRANSFORM, is_loop, kind_of};
use crate::model::{SearchSubject, TrailHint, UnreadPart, last_name};
use crate::source::{FileId, Span};
use crate::syntax::node::Entry;
use crate::value::budget::{STEPS, STEPS_OF_A_RESOURCE};
use crate::value::{Budget, Reason, Traced};

/// The number of exporting templates that are searched for the buckets and keys that a deployment imports.
const MAX_IMPORTED: usize = 100;

/// The number of unread parts that are listed; the first is enough for the verdict.
const MAX_UNREAD: usize = 4_096;

/// An entry that may create a resource of the searched kind, with the stacks that lead to it from the root.
pub(super) struct StackEntry {
    pub(super) root: Rc<TemplateScope>,
    pub(super) stacks: Option<Rc<Path>>,
    pub(super) entry: Entry,
}

/// A nested stack, with the path to the template that contains it.
pub(super) struct Path {
    outer: Option<Rc<Path>>,
    stack: Entry,
    /// The file of the template that the stack deploys; a condition may choose between several.
    file: FileId,
    /// The number of nested stacks in the path.
    pub(super) length: usize,
    /// The deployed template, cached if it doesn't depend on the world: many declarations may be in one stack with many
    /// parameters.
    invariant: OnceCell<StackTemplate>,
}

/// The template at the end of a path in a world.
struct PathEnd<'a> {
    evaluator: TemplateEvaluator<'a>,
    exists: Traced<bool>,
    /// True if it is the same in every world.
    is_invariant: bool,
}

impl Path {
    /// Extends a path by a nested stack.
    pub(super) fn into(outer: Option<&Rc<Path>>, stack: &Entry, file: FileId) -> Rc<Self> {
        let length = outer.map_or(0, |outer| outer.length).saturating_add(1);
        Rc::new(Self { outer: outer.cloned(), stack: stack.clone(), file, length, invariant: OnceCell::new() })
    }
}

/// The evaluator for the template at the end of a path, with its existence; `None` if the stacks deploy other templates
/// in this world.
pub(super) fn follow<'a>(
    path: Option<&Path>,
    root: TemplateEvaluator<'a>,
    exists: Traced<bool>,
) -> Option<(TemplateEvaluator<'a>, Traced<bool>)> {
    let end = follow_to(path, PathEnd { evaluator: root, exists, is_invariant: true })?;
    Some((end.evaluator, end.exists))
}

/// Recursion is bounded by the maximum depth of nested stacks.
fn follow_to<'a>(path: Option<&Path>, root: PathEnd<'a>) -> Option<PathEnd<'a>> {
    let Some(path) = path else { return Some(root) };
    let PathEnd { evaluator, exists, is_invariant } = follow_to(path.outer.as_deref(), root)?;
    let world = evaluator.world;
    let tracked = world.tracked(|| match path.invariant.get().filter(|_| is_invariant) {
        Some(behind) => Some(behind.clone()),
        None => evaluator.stack_template(&evaluator.member(&path.stack), path.file),
    });
    let behind = tracked.value?;
    // An evaluation that ran out of steps is incomplete, so its result isn't cached.
    let is_still = is_invariant && !tracked.depends_on_world && world.has_steps();
    if is_still {
        path.invariant.get_or_init(|| behind.clone());
    }
    let exists = evaluator.is_deployed(&behind, &exists);
    Some(PathEnd { evaluator: evaluator.in_scope(behind.scope, LoopNames::new()), exists, is_invariant: is_still })
}

/// The search through a template and its nested stacks, and its results.
pub(super) struct StackSearch {
    subject: SearchSubject,
    pub(super) sites: Vec<StackEntry>,
    /// The parts of the deployment that can't be read.
    pub(super) elsewhere: Vec<UnreadPart>,
    /// The exports that were followed.
    imported: HashSet<Export>,
    /// Half of the deployment's remaining steps; the other half is for the evaluation of the sites.
    budget: Rc<Budget>,
}

impl StackSearch {
    pub(super) fn new(subject: SearchSubject, budget: &Rc<Budget>) -> Self {
        let budget = Rc::clone(budget);
        Self { subject, sites: Vec::new(), elsewhere: Vec::new(), imported: HashSet::new(), budget }
    }

    fn is_wanted(&self, kind: &str) -> bool {
        self.subject.kind(kind).is_some()
    }

    pub(super) fn search_template(
        &mut self,
        evaluator: &TemplateEvaluator<'_>,
        root: &Rc<TemplateScope>,
        exists: &Traced<bool>,
        stacks: Option<&Rc<Path>>,
    ) {
        let template = evaluator.template();
        let subject = self.subject;
        for entry in template.declared.resources.all() {
            let kind = kind_of(&entry.value);
            let is_site = match kind {
                Some(kind) if !is_loop(entry) => self.is_wanted(kind),
                // A loop may also generate the type.
                _ => is_loop(entry) && holds_type(&entry.value, &|kind| may_be_site(kind, subject)),
            };
            if is_loop(entry) && subject == SearchSubject::Trails {
                let depth = stacks.map_or(0, |stacks| stacks.length);
                self.add_unread_parts(evaluator, entry, exists, depth);
            }
            if is_site {
                self.note(root, stacks, entry);
            } else if kind.is_some_and(is_stack) {
                self.search_stack(evaluator, root, &evaluator.guarded(entry.key.span, exists), stacks, entry);
            } else if kind.is_none() && !template.is_listed_as_unread(&entry.value) {
                self.add_unread_part(|| {
                    unread_stacks(evaluator, &evaluator.member(entry)).filter(|part| is_relevant(part, subject))
                });
            }
        }
        for part in template.unread.iter().filter(|part| is_relevant(part, subject)) {
            self.add_unread_part(|| Some(part.clone()));
        }
        self.add_unread_part(|| macro_part(template).filter(|part| is_relevant(part, subject)));
        if self.subject.is_related() {
            self.search_exporting(evaluator);
        }
    }

    /// Searches the templates that export imported names, which may declare the buckets and keys.
    fn search_exporting(&mut self, evaluator: &TemplateEvaluator<'_>) {
        let mut names = Vec::new();
        let template = evaluator.template();
        template.declared.resources.all().for_each(|entry| exports::imports_in(&entry.value, &mut names));
        for name in names {
            let Some((exporting, export)) = evaluator.exporting(name) else { continue };
            if !self.imported.contains(&export) && self.imported.len() >= MAX_IMPORTED {
                return self.add_limit(template.header, "templates that are searched for exports");
            }
            if self.imported.insert(export) {
                let root = Rc::clone(&exporting.lookup.scope);
                let exists = created(root.template.header);
                self.search_template(&exporting, &root, &exists, None);
            }
        }
    }

    fn note(&mut self, root: &Rc<TemplateScope>, stacks: Option<&Rc<Path>>, entry: &Entry) {
        if self.budget.charge_ahead(STEPS_OF_A_RESOURCE) {
            self.sites.push(StackEntry { root: Rc::clone(root), stacks: stacks.cloned(), entry: entry.clone() });
        } else {
            self.add_limit(entry.key.span, STEPS);
        }
    }

    fn search_stack(
        &mut self,
        evaluator: &TemplateEvaluator<'_>,
        root: &Rc<TemplateScope>,
        exists: &Traced<bool>,
        stacks: Option<&Rc<Path>>,
        entry: &Entry,
    ) {
        let member = evaluator.member(entry);
        if stacks.is_some_and(|stacks| stacks.length >= MAX_DEPTH) {
            return self.add_limit(entry.key.span, "nested stacks");
        }
        if !self.budget.charge_ahead(STEPS_OF_A_RESOURCE) {
            return self.add_limit(entry.key.span, STEPS);
        }
        let entered = evaluator.enter(&member, exists);
        let is_elsewhere = entered.is_empty();
        for (file, inner, exists) in entered {
            self.search_template(&inner, root, &exists, Some(&Path::into(stacks, entry, file)));
        }
        match self.subject {
            SearchSubject::Related | SearchSubject::LogGroups if is_elsewhere => self.note(root, stacks, entry),
            SearchSubject::Trails if is_elsewhere => self.add_unread_part(|| evaluator.unread_part(&member, exists)),
            SearchSubject::Related | SearchSubject::LogGroups | SearchSubject::Trails => {}
        }
    }

    /// Adds the unread parts among the resources that a loop generates, and in the nested stacks among them.
    fn add_unread_parts(
        &mut self,
        evaluator: &TemplateEvaluator<'_>,
        entry: &Entry,
        exists: &Traced<bool>,
        depth: usize,
    ) {
        if !holds_type(&entry.value, &may_be_unread) && evaluator.lookup.library.macro_within(&entry.value).is_none() {
            return;
        }
        let members = match evaluator.iterate(entry) {
            Ok(members) => members.all,
            Err(why) => evaluator.unknown_iteration(entry, &why),
        };
        for member in &members {
            if !self.budget.charge_ahead(STEPS_OF_A_RESOURCE) {
                return self.add_limit(entry.key.span, STEPS);
            }
            self.note_unread(&evaluator.with(member.names.clone()), member, exists, depth);
        }
    }

    fn note_unread(&mut self, evaluator: &TemplateEvaluator<'_>, member: &Member, exists: &Traced<bool>, depth: usize) {
        let kind = kind_of(&member.value);
        match kind.map(|kind| evaluator.filled(kind)) {
            Some(kind) if is_stack(&kind) => {
                let entered = evaluator.enter(member, exists);
                if entered.is_empty() {
                    return self.add_unread_part(|| evaluator.unread_part(member, exists));
                }
                if depth >= MAX_DEPTH {
                    return self.add_limit(member.key_span, "nested stacks");
                }
                for (_, inner, exists) in entered {
                    self.note_unread_in(&inner, &exists, depth.saturating_add(1));
                }
            }
            Some(_) => {}
            None => self.add_unread_part(|| unread_stacks(evaluator, member)),
        }
    }

    fn note_unread_in(&mut self, evaluator: &TemplateEvaluator<'_>, exists: &Traced<bool>, depth: usize) {
        let template = evaluator.template();
        let flat = &template.declared.resources.flat;
        for entry in &flat.entries {
            if !self.budget.charge_ahead(STEPS_OF_A_RESOURCE) {
                return self.add_limit(entry.key.span, STEPS);
            }
            self.note_unread(evaluator, &evaluator.member(entry), exists, depth);
        }
        for entry in &flat.loops {
            self.add_unread_parts(evaluator, entry, exists, depth);
        }
        self.add_unread_part(|| macro_part(template));
    }

    /// Adds an unread part for a limit that ended the search, once for each limit.
    fn add_limit(&mut self, header: Span, limit: &'static str) {
        if self.elsewhere.iter().any(|part| part.limit == Some(limit)) {
            return;
        }
        let description = format!("a part of the deployment beyond the limit for {limit}");
        let help = "check the templates of this deployment separately".to_owned();
        let (reason, hint) = (Reason::OverLimit { limit }.describe(), Some(TrailHint::Content));
        self.elsewhere.push(UnreadPart { header, description, reason, help, hint, limit: Some(limit), missing: None });
    }

    fn add_unread_part(&mut self, find: impl FnOnce() -> Option<UnreadPart>) {
        if self.elsewhere.len() < MAX_UNREAD {
            self.elsewhere.extend(find());
        }
    }
}

fn may_be_site(kind: &str, subject: SearchSubject) -> bool {
    subject.kind(kind).is_some() || is_stack(kind) || kind.contains("${")
}

fn is_relevant(part: &UnreadPart, subject: SearchSubject) -> bool {
    subject == SearchSubject::Trails || part.hint.is_some()
}

fn may_be_unread(kind: &str) -> bool {
    is_stack(kind) || kind.contains("${")
}

/// The unread part for a macro that may add resources. The names in the call determine the hint that they include a
/// trail.
fn macro_part(template: &Template) -> Option<UnreadPart> {
    let flat = &template.declared.resources.flat;
    let found = flat.macros.first()?;
    let hint = TrailHint::of(flat.words.split_whitespace().rev().map(last_name), "");
    let help = "include a local file so that it can be read".to_owned();
    let reason = "its text isn't here".to_owned();
    Some(UnreadPart {
        header: found.span,
        description: format!("the macro `{}`", found.name),
        reason,
        help,
        hint,
        limit: None,
        missing: None,
    })
}

/// The unread part for a resource that another tool fills in as a whole. Its names give the hint that it is a trail.
fn unfilled_resource(evaluator: &TemplateEvaluator<'_>, member: &Member, why: &Reason) -> UnreadPart {
    let text = member.value.as_text().unwrap_or_default();
    let names = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).filter(|name| !name.is_empty());
    UnreadPart {
        header: member.key_span,
        description: format!("resource `{}`", evaluator.lookup.qualify(&member.key)),
        reason: why.describe(),
        help: render_advice(&evaluator.lookup.library.files.context.sources.file(member.key_span.file).name),
        hint: TrailHint::of(names, &member.key),
        limit: None,
        missing: None,
    }
}

/// The unread part for a resource that a macro generates as a whole. The logical ID and the names in the call determine
/// the hint that it is a trail.
fn unread_stacks(evaluator: &TemplateEvaluator<'_>, member: &Member) -> Option<UnreadPart> {
    if let Some(why) = evaluator.placeholder(&member.value) {
        return Some(unfilled_resource(evaluator, member, &why));
    }
    let transform = member.value.as_mapping()?.get(TRANSFORM)?;
    let found = macros::calls(&transform.value).into_iter().next()?;
    let name = member.key.as_str();
    let words = found.words(&evaluator.lookup.library.files);
    let hint = TrailHint::of(words.split_whitespace().rev().map(last_name), name);
    let description = format!("resource `{}`", evaluator.lookup.qualify(name));
    let help = "include a local file so that it can be read".to_owned();
    let reason = "its text isn't here".to_owned();
    Some(UnreadPart { header: member.key_span, description, reason, help, hint, limit: None, missing: None })
}
